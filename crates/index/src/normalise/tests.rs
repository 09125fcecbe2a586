use super::normalise_reason;
use proptest::prelude::*;

#[test]
fn folds_what_differs_and_keeps_what_tells_the_cause() {
    let table = [
        ("", ""),
        ("  Internal \n\t server  error. ", "Internal server error."),
        (
            "CapacityError: Unable to provision requested ML compute capacity.",
            "CapacityError: Unable to provision requested ML compute capacity.",
        ),
        ("Request ID: 1f3c9a52-77b0-4c1e-9e55-0a2b3c4d5e6f failed", "Request ID: <id> failed"),
        (
            "User: arn:aws:sts::111122223333:assumed-role/X/SageMaker is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k",
            "User: <arn> is not authorized to perform: s3:GetObject on resource: <arn>",
        ),
        ("S3 key: s3://bucket-7/train/file.csv doesn't exist.", "S3 key: <s3> doesn't exist."),
        (
            "Cannot pull 111122223333.dkr.ecr.us-east-1.amazonaws.com/xgb:1.2-3, access denied",
            "Cannot pull <image>, access denied",
        ),
        ("connect to 10.0.3.17:8080 timed out after 30.5 seconds", "connect to <ip> timed out after <n> seconds"),
        ("at 2026-11-20T01:02:03.456Z and 2026-11-20 01:02", "at <time> and <time>"),
        ("Training job xgb-train-2026-11-20-abc123 failed", "Training job <name> failed"),
        ("Training job 'churn-a8f3k2' failed", "Training job <name> failed"),
        ("Tried to allocate 2.50 GiB (GPU 0; 15.78 GiB total)", "Tried to allocate <size> (GPU <n>; <size> total)"),
        ("KeyError: 'learning_rate'", "KeyError: 'learning_rate'"),
        ("expected float32 but found int64", "expected float32 but found int64"),
        ("ExitCode 137, epoch 12", "ExitCode 137, epoch <n>"),
        (
            "The account-level service limit 'ml.p4d.24xlarge for training job usage' is 4 Instances",
            "The account-level service limit 'ml.p4d.24xlarge for training job usage' is <n> Instances",
        ),
        ("worker algo-3 at 0x7f3a90: step_1200", "worker algo-<n> at <id>: step_<n>"),
        ("see https://docs.aws.amazon.com/a?b=1.", "see <url>."),
    ];
    for (reason, expected) in table {
        assert_eq!(normalise_reason(reason), expected, "{reason}");
    }
}

#[test]
fn failures_of_one_cause_group_and_others_do_not() {
    let limit = |instance: &str, n: u32| {
        normalise_reason(&format!("limit '{instance} for training job usage' is {n} Instances, with {n} in use"))
    };
    assert_eq!(limit("ml.g5.xlarge", 4), limit("ml.g5.xlarge", 16));
    assert_ne!(limit("ml.g5.xlarge", 4), limit("ml.p4d.24xlarge", 4));
    assert_ne!(normalise_reason("exit code: 1"), normalise_reason("exit code: 137"));
}

#[test]
fn long_reasons_are_cut_between_characters() {
    let cut = normalise_reason(&"é ".repeat(5_000));
    assert!(cut.chars().count() <= 300 && cut.starts_with("é é"));
}

fn reason_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("arn:aws:s3:::b".to_owned()),
        Just("s3://b/k".to_owned()),
        Just("2026-11-20T01:02:03Z".to_owned()),
        Just("<n".to_owned()),
        Just("<name>".to_owned()),
        Just("exit code".to_owned()),
        Just("'".to_owned()),
        Just("ml.p3.2xlarge".to_owned()),
        Just("111122223333.dkr.ecr.".to_owned()),
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        "[a-z0-9-]{1,12}",
        "[0-9:.,e+-]{1,10}",
        "\\PC{1,4}",
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn normalising_twice_is_normalising_once(reason in reason_like()) {
        let once = normalise_reason(&reason);
        prop_assert!(once.chars().count() <= 300);
        prop_assert_eq!(normalise_reason(&once), once);
    }

    #[test]
    fn no_text_panics(reason in "\\PC{0,200}") {
        normalise_reason(&reason);
    }
}
