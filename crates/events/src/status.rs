//! SageMaker's status words: their spelling, and the phases they come down to.

use onepane_domain::{Phase, WorkloadKind};

/// A status in the spelling of SageMaker's API: `IN_SERVICE` becomes `InService`, as `EndpointStatus` is written in
/// events; a word with any lower-case letter stays as it is.
pub fn api_spelling(status: &str) -> String {
    let shouted = status.bytes().any(|b| b.is_ascii_uppercase())
        && status.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !shouted {
        return status.to_owned();
    }
    match status {
        "INPROGRESS" => return "InProgress".to_owned(),
        "INSERVICE" => return "InService".to_owned(),
        "OUTOFSERVICE" => return "OutOfService".to_owned(),
        "ROLLINGBACK" => return "RollingBack".to_owned(),
        "SYSTEMUPDATING" => return "SystemUpdating".to_owned(),
        _ => {}
    }
    let mut spelled = String::with_capacity(status.len());
    for word in status.split('_') {
        let (first, rest) = word.split_at(word.len().min(1));
        spelled.push_str(first);
        spelled.push_str(&rest.to_ascii_lowercase());
    }
    spelled
}

/// What a status word comes down to for a kind; case and separators do not matter. A word that is not known gives
/// [`Phase::Unknown`].
pub fn phase_of(kind: &WorkloadKind, status: &str) -> Phase {
    let word: String = status.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    match word.as_str() {
        // In effect for a schedule, waiting for its turn for anything else.
        "scheduled" if *kind == WorkloadKind::MonitoringSchedule => Phase::Succeeded,
        "pending" | "initializing" | "starting" | "queued" | "scheduled" | "draft" | "pendingreview" => Phase::Pending,
        "inprogress"
        | "executing"
        | "running"
        | "creating"
        | "updating"
        | "rollingback"
        | "systemupdating"
        | "maintenanceinprogress" => Phase::Running,
        "stopping" | "deleting" => Phase::Stopping,
        "completed" | "succeeded" | "finished" => Phase::Succeeded,
        // A lasting thing that is there; a job that was merely made, or is at work.
        "created" if kind.is_job() => Phase::Pending,
        "active" | "started" if kind.is_job() => Phase::Running,
        "inservice" | "created" | "active" | "updated" | "started" | "maintenancecomplete" | "approved" => {
            Phase::Succeeded
        }
        "completedwithfailures" | "outofservice" => Phase::Failed,
        "stopped" | "archived" | "cancelled" | "canceled" => Phase::Stopped,
        "deleted" => Phase::Deleted,
        word if word.ends_with("failed") => Phase::Failed,
        _ => Phase::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shouted_words_become_api_words_and_others_stay() {
        for (given, expected) in [
            ("IN_SERVICE", "InService"),
            ("UPDATING", "Updating"),
            ("ROLLING_BACK", "RollingBack"),
            ("OUT_OF_SERVICE", "OutOfService"),
            ("SYSTEM_UPDATING", "SystemUpdating"),
            ("UPDATE_ROLLBACK_FAILED", "UpdateRollbackFailed"),
            ("CREATE_FAILED", "CreateFailed"),
            ("INPROGRESS", "InProgress"),
            ("InService", "InService"),
            ("CompletedWithFailures", "CompletedWithFailures"),
            ("another status... GO", "another status... GO"),
            ("__A__", "A"),
            ("42", "42"),
            ("", ""),
        ] {
            assert_eq!(api_spelling(given), expected);
        }
    }

    #[test]
    fn phases_of_each_kind_of_word() {
        let phase = |kind: &str, word: &str| phase_of(&WorkloadKind::from(kind), word);
        for (kind, words, expected) in [
            ("training-job", "Pending Initializing Starting Created", Phase::Pending),
            ("training-job", "InProgress Executing Running Started Active", Phase::Running),
            ("endpoint", "Creating Updating RollingBack SystemUpdating ROLLING_BACK", Phase::Running),
            ("endpoint", "Stopping Deleting", Phase::Stopping),
            ("training-job", "Completed Succeeded", Phase::Succeeded),
            ("feature-group", "InService Created Active IN_SERVICE", Phase::Succeeded),
            ("tracking-server", "Updated Started MaintenanceComplete", Phase::Succeeded),
            ("endpoint", "Failed RollbackFailed UpdateRollbackFailed OutOfService", Phase::Failed),
            ("pipeline-execution", "CompletedWithFailures Failed", Phase::Failed),
            ("image", "CreateFailed UPDATE_FAILED DeleteFailed", Phase::Failed),
            ("training-job", "Stopped", Phase::Stopped),
            ("model-card", "Archived", Phase::Stopped),
            ("model-card", "Draft PendingReview", Phase::Pending),
            ("model-card", "Approved", Phase::Succeeded),
            ("monitoring-schedule", "Scheduled", Phase::Succeeded),
            ("endpoint", "Deleted", Phase::Deleted),
            ("training-job", "status Exploded", Phase::Unknown),
        ] {
            for word in words.split(' ') {
                assert_eq!(phase(kind, word), expected, "{kind} {word}");
            }
        }
    }
}
