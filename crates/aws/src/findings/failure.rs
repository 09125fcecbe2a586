//! Why a query failed, in words for readers. Athena's own words name roles, buckets and columns: they go to the log.

use crate::error;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::http::HttpResponse;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_athena::types::{AthenaError, QueryExecution, QueryExecutionState};
use onepane_domain::{ErrorKind, PortError};
use std::error::Error;
use std::time::Duration;

/// What to wait where a query failed because too much was asked at once.
const THROTTLE_PAUSE: Duration = Duration::from_secs(5);

/// A failure, and whether Athena says that the same query may succeed.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: PortError,
    pub(super) again: bool,
}

impl Failed {
    pub(super) fn finally(error: PortError) -> Self {
        Self { error, again: false }
    }
}

/// Why a query did not start.
pub(super) fn not_started<E>(workgroup: &str, doing: &str, refused: &SdkError<E, HttpResponse>) -> Failed
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let mut error = error::service_error(doing, refused);
    if error.kind == ErrorKind::Invalid {
        let message = refused.as_service_error().and_then(|service| service.message());
        let message = message.unwrap_or_default().to_ascii_lowercase();
        if message.contains("workgroup") {
            error.kind = ErrorKind::Misconfigured;
            error.context = format!("{doing}: the workgroup {workgroup} is not there, or takes no queries");
        } else if message.contains("output") || message.contains("bucket") {
            error.kind = ErrorKind::Misconfigured;
            error.context = format!("{doing}: there is no place for results (athena_output, or the workgroup's own)");
        } else {
            error.context = format!("{doing}: the query was not taken");
        }
    }
    Failed::finally(error)
}

/// Why a query that was started did not succeed. The limit that stopped it is looked up, to be told.
pub(super) async fn explained(client: &Client, workgroup: &str, doing: &str, execution: &QueryExecution) -> Failed {
    let status = execution.status();
    let told = status.and_then(|status| status.athena_error());
    let words = [status.and_then(|status| status.state_change_reason()), told.and_then(AthenaError::error_message)];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let cancelled = status.and_then(|status| status.state()) == Some(&QueryExecutionState::Cancelled);
    let why = why(&words, told, cancelled);
    let mut context = format!("{doing}: {}", why.words);
    if why.is_cutoff {
        let limit = cutoff(client, workgroup).await.map(|bytes| format!(" of {}", size(bytes))).unwrap_or_default();
        context = format!(
            "{doing}: the query would have read more than the workgroup {workgroup} allows{limit}; ask for less time"
        );
    }
    let retry_after = (why.kind == ErrorKind::Throttled).then_some(THROTTLE_PAUSE);
    let again = !cancelled && why.kind != ErrorKind::Forbidden && told.is_some_and(AthenaError::retryable);
    Failed { error: PortError { kind: why.kind, context, retry_after, source: Some(words.into()) }, again }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Why {
    kind: ErrorKind,
    words: &'static str,
    is_cutoff: bool,
}

/// By the error's type (<https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>) and, where that does not tell,
/// by the words with which Athena's reasons begin.
fn why(reason: &str, told: Option<&AthenaError>, cancelled: bool) -> Why {
    let of = |kind, words| Why { kind, words, is_cutoff: false };
    let lower = reason.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let (category, number) = told.map_or((None, None), |told| (told.error_category(), told.error_type()));
    if has(&["bytes scanned limit"]) {
        return Why { is_cutoff: true, ..of(ErrorKind::Invalid, "") };
    }
    if cancelled {
        return of(ErrorKind::Unavailable, "the query was stopped by somebody");
    }
    // Before permissions: this reason speaks of them too, whatever is the matter.
    if has(&["column_not_found", "table_not_found", "schema_not_found", "view_is_", "does not exist"]) {
        let words = "a table or column is not there, or may not be read; the source's schema tells what is missing";
        return of(ErrorKind::Misconfigured, words);
    }
    if has(&["access denied", "accessdenied", "not authorized", "insufficient lake formation", "permission_denied"]) {
        return of(ErrorKind::Forbidden, "the table, its files or the place for results may not be used");
    }
    if has(&["slow down", "slowdown", "rate exceeded", "throttl", "too many requests"]) {
        return of(ErrorKind::Throttled, "too much is asked at once");
    }
    if matches!(number, Some(0..=8)) || has(&["exhausted resources", "exceeded_"]) {
        return of(ErrorKind::Unavailable, "the query needs more than it may have; ask for less time or fewer groups");
    }
    if matches!(number, Some(206 | 210)) || has(&["query timeout", "timed out"]) {
        return of(ErrorKind::TimedOut, "the query took too long; ask for less time");
    }
    if has(&["hive_bad_data", "hive_cursor_error", "hive_cannot_open_split", "hive_invalid", "iceberg_"]) {
        return of(ErrorKind::Corrupt, "some of the table's files cannot be read");
    }
    if matches!(number, Some(401 | 402)) {
        return of(ErrorKind::Misconfigured, "results could not be written to their place");
    }
    if has(&["syntax_error", "type_mismatch", "function_not_found", "invalid_cast", "ambiguous"])
        || number == Some(1006)
    {
        return of(ErrorKind::Misconfigured, "the table's columns are not of the kinds that the query needs");
    }
    match category {
        Some(2) => of(ErrorKind::Misconfigured, "the query does not fit the table"),
        _ => of(ErrorKind::Unavailable, "the query failed"),
    }
}

async fn cutoff(client: &Client, workgroup: &str) -> Option<i64> {
    let told = client.get_work_group().work_group(workgroup).send().await.ok()?;
    told.work_group()?.configuration()?.bytes_scanned_cutoff_per_query()
}

/// `10.0 GB`, as AWS's limits and bills count: in powers of 1,024.
fn size(bytes: i64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    let mut number = u64::try_from(bytes).unwrap_or(0) * 10 / 1_024;
    let mut unit = 0;
    while number >= 10_240 && unit + 1 < UNITS.len() {
        number /= 1_024;
        unit += 1;
    }
    format!("{}.{} {}", number / 10, number % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_become_kinds_that_callers_can_act_on() {
        let error = |category: i32, number: i32| {
            AthenaError::builder().error_category(category).error_type(number).retryable(false).build()
        };
        let column = "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access \
                      requested resources";
        for (reason, told, kind) in [
            (column, Some(error(2, 1006)), ErrorKind::Misconfigured),
            ("TABLE_NOT_FOUND: line 1:15: Table 'a.b' does not exist", Some(error(2, 1006)), ErrorKind::Misconfigured),
            ("SYNTAX_ERROR: line 1:1: mismatched input", Some(error(2, 1006)), ErrorKind::Misconfigured),
            ("Insufficient Lake Formation permission(s) on findings", Some(error(2, 1301)), ErrorKind::Forbidden),
            ("PERMISSION_DENIED: Access Denied (Service: S3)", Some(error(2, 1301)), ErrorKind::Forbidden),
            ("Query exhausted resources at this scale factor", Some(error(1, 3)), ErrorKind::Unavailable),
            ("Query timeout", Some(error(1, 210)), ErrorKind::TimedOut),
            ("Please reduce your request rate. SlowDown", Some(error(1, 100)), ErrorKind::Throttled),
            ("HIVE_BAD_DATA: Error opening Hive split", Some(error(2, 1002)), ErrorKind::Corrupt),
            ("GENERIC_INTERNAL_ERROR: something", Some(error(1, 233)), ErrorKind::Unavailable),
            ("something", Some(error(2, 1000)), ErrorKind::Misconfigured),
            ("", None, ErrorKind::Unavailable),
        ] {
            assert_eq!(why(reason, told.as_ref(), false).kind, kind, "{reason}");
        }
        let cutoff = why("Bytes scanned limit was exceeded", None, true);
        assert!(cutoff.is_cutoff && cutoff.kind == ErrorKind::Invalid);
        assert_eq!(why("Query was cancelled by user", None, true).kind, ErrorKind::Unavailable);
    }

    #[test]
    fn sizes_read_as_bills_do() {
        assert_eq!(size(10_485_760), "10.0 MB");
        assert_eq!(size(1_649_267_441_664), "1.5 TB");
        assert_eq!(size(0), "0.0 KB");
    }
}
