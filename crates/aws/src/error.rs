//! From the SDK's errors to [`PortError`].

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use onepane_domain::{ErrorKind, PortError};
use std::error::Error;
use std::time::Duration;

/// What to wait after a throttled request when the answer names no time: the SDK's own retries have been used up.
const THROTTLE_PAUSE: Duration = Duration::from_secs(1);

/// An error of DynamoDB as a port's; `context` says what was being done.
pub(crate) fn port_error<E>(context: impl Into<String>, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let mut error = service_error(context, error);
    if error.kind == ErrorKind::Misconfigured {
        error.context.push_str(" (create the table first)");
    }
    error
}

/// An error of any service as a port's; `context` says what was being done.
pub(crate) fn service_error<E>(context: impl Into<String>, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let kind = kind_of(error);
    let context = context.into();
    let retry_after = (kind == ErrorKind::Throttled).then(|| asked_pause(error).unwrap_or(THROTTLE_PAUSE));
    let cause = format!("{}", DisplayErrorContext(error));
    PortError { kind, context, retry_after, source: Some(cause.into()) }
}

/// Why, for readers: the service's code. Of a request that is wrong also its words, which say what to change; other
/// errors' words may name roles and hosts, and stay in the logs.
pub(crate) fn reason<E>(error: &SdkError<E, HttpResponse>) -> Option<String>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let service = error.as_service_error()?;
    let message = service.message().filter(|_| kind_of(error) == ErrorKind::Invalid);
    let words: Vec<&str> = [service.code(), message].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(": ").chars().take(400).collect())
}

fn kind_of<E>(error: &SdkError<E, HttpResponse>) -> ErrorKind
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match error {
        SdkError::TimeoutError(_) => ErrorKind::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => ErrorKind::TimedOut,
        SdkError::DispatchFailure(_) if caused_by_credentials(error) => ErrorKind::Forbidden,
        SdkError::DispatchFailure(_) => ErrorKind::Unavailable,
        SdkError::ResponseError(_) => ErrorKind::Corrupt,
        SdkError::ConstructionFailure(_) if caused_by_credentials(error) => ErrorKind::Forbidden,
        SdkError::ConstructionFailure(_) => ErrorKind::Invalid,
        SdkError::ServiceError(service) => {
            kind_of_code(service.err().code().unwrap_or(""), service.raw().status().as_u16())
        }
        _ => ErrorKind::Unavailable,
    }
}

/// The kind that an error code means; by the HTTP status where the code is not known. Codes:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html>
pub(crate) fn kind_of_code(code: &str, status: u16) -> ErrorKind {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottlingError"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "SlowDown"
        | "ProvisionedThroughputExceededException"
        | "ProvisionedThroughputExceeded"
        | "ReplicatedWriteConflictException"
        | "LimitExceededException"
        | "TransactionConflictException"
        | "TransactionConflict"
        | "TransactionInProgressException" => ErrorKind::Throttled,
        "ResourceNotFoundException" | "TableNotFoundException" => ErrorKind::Misconfigured,
        "AccessDeniedException"
        | "AccessDenied"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "ExpiredToken"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "IncompleteSignature"
        | "InvalidClientTokenId"
        | "MissingAuthenticationTokenException"
        | "MissingAuthenticationToken"
        | "ExpiredTokenException"
        | "OptInRequired"
        | "KMSAccessDeniedException" => ErrorKind::Forbidden,
        "ValidationException"
        | "ItemCollectionSizeLimitExceededException"
        | "SerializationException"
        | "ConditionalCheckFailedException" => ErrorKind::Invalid,
        "RequestTimeout" | "RequestTimeoutException" => ErrorKind::TimedOut,
        "InternalServiceFault"
        | "InternalServiceError"
        | "InternalServerError"
        | "InternalFailure"
        | "ServiceUnavailable" => ErrorKind::Unavailable,
        _ => match status {
            // A success that could not be read.
            200..=299 => ErrorKind::Corrupt,
            401 | 403 => ErrorKind::Forbidden,
            408 => ErrorKind::TimedOut,
            429 => ErrorKind::Throttled,
            400..=499 => ErrorKind::Invalid,
            _ => ErrorKind::Unavailable,
        },
    }
}

fn caused_by_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(link) = cause {
        if link.is::<CredentialsError>() {
            return true;
        }
        cause = link.source();
    }
    false
}

/// The pause that the answer's headers ask for: `x-amz-retry-after` in milliseconds, else `retry-after` in seconds.
fn asked_pause<E>(error: &SdkError<E, HttpResponse>) -> Option<Duration> {
    let headers = error.raw_response()?.headers();
    let number = |name| headers.get(name).and_then(|value| value.parse::<u64>().ok());
    let longest = Duration::from_secs(300);
    let asked = number("x-amz-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))?;
    Some(asked.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_learn_what_they_can_do_about_it() {
        let cases = [
            ("ThrottlingException", 400, ErrorKind::Throttled),
            ("ProvisionedThroughputExceededException", 400, ErrorKind::Throttled),
            ("ResourceNotFoundException", 400, ErrorKind::Misconfigured),
            ("AccessDeniedException", 400, ErrorKind::Forbidden),
            ("ExpiredTokenException", 400, ErrorKind::Forbidden),
            ("ValidationException", 400, ErrorKind::Invalid),
            ("ItemCollectionSizeLimitExceededException", 400, ErrorKind::Invalid),
            ("Throttling", 400, ErrorKind::Throttled),
            ("AccessDenied", 400, ErrorKind::Forbidden),
            ("ValidationError", 400, ErrorKind::Invalid),
            ("InvalidParameterValue", 400, ErrorKind::Invalid),
            ("InternalServiceFault", 500, ErrorKind::Unavailable),
            ("InternalServerError", 500, ErrorKind::Unavailable),
            ("ServiceUnavailable", 503, ErrorKind::Unavailable),
            ("", 200, ErrorKind::Corrupt),
            ("SomethingNew", 429, ErrorKind::Throttled),
            ("SomethingNew", 403, ErrorKind::Forbidden),
        ];
        for (code, status, kind) in cases {
            assert_eq!(kind_of_code(code, status), kind, "{code} {status}");
        }
    }
}
