//! DynamoDB's JSON protocol, without HTTP: an operation's name and body in, a status and a body out.

use dynoxide::Database;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::errors::DynoxideError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the header `x-amz-target` begins with.
const TARGET_PREFIX: &str = "DynamoDB_20120810.";

/// An answer in DynamoDB's wire format.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A request that failed, as DynamoDB names it.
struct Refusal {
    status: u16,
    body: Vec<u8>,
}

impl Refusal {
    fn new(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({ "__type": code, "message": message });
        Self { status, body: body.to_string().into_bytes() }
    }
}

impl From<DynoxideError> for Refusal {
    fn from(error: DynoxideError) -> Self {
        // Another process holds the file's write lock (a bulk ingest beside the server): to DynamoDB's clients that is
        // throttling, which the SDK repeats after a pause.
        let message = error.to_string();
        if error.status_code() == 500 && (message.contains("locked") || message.contains("busy")) {
            return Self::new(400, "com.amazonaws.dynamodb.v20120810#ThrottlingException", &message);
        }
        Self { status: error.status_code(), body: error.to_json().into_bytes() }
    }
}

/// Runs one operation to its end on this thread.
pub(crate) fn dispatch(database: &Database, target: &str, body: &[u8]) -> Answer {
    let operation = target.strip_prefix(TARGET_PREFIX).unwrap_or(target);
    match run(database, operation, body) {
        Ok(body) => Answer { status: 200, body },
        Err(Refusal { status, body }) => Answer { status, body },
    }
}

fn run(database: &Database, operation: &str, body: &[u8]) -> Result<Vec<u8>, Refusal> {
    match operation {
        "PutItem" => write(&database.put_item(read(body)?)?),
        "UpdateItem" => write(&database.update_item(read(body)?)?),
        "DeleteItem" => write(&database.delete_item(read(body)?)?),
        "GetItem" => write(&database.get_item(read(body)?)?),
        "Query" => write(&database.query(read(body)?)?),
        "Scan" => write(&database.scan(read(body)?)?),
        "BatchGetItem" => write(&database.batch_get_item(read(body)?)?),
        "BatchWriteItem" => write(&database.batch_write_item(read(body)?)?),
        "TransactWriteItems" => {
            let mut request: TransactWriteItemsRequest = read(body)?;
            // The engine keeps every answer under its token for ten minutes. No request is lost on the way in this
            // process, and the SDK makes a new token for every call, so the tokens would only fill the memory.
            request.client_request_token = None;
            write(&database.transact_write_items(request)?)
        }
        "CreateTable" => write(&database.create_table(read(body)?)?),
        "DescribeTable" => write(&database.describe_table(read(body)?)?),
        "ListTables" => write(&database.list_tables(read(body)?)?),
        "UpdateTimeToLive" => write(&database.update_time_to_live(read(body)?)?),
        "DescribeTimeToLive" => write(&database.describe_time_to_live(read(body)?)?),
        _ => {
            let message = format!("{operation} is not offered by the embedded engine");
            Err(Refusal::new(400, "com.amazon.coral.service#UnknownOperationException", &message))
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        // The engine marks in its message which of DynamoDB's two classes a body that cannot be read belongs to.
        let message = error.to_string();
        let marked = ["VALIDATION:", "VALIDATION_REQUEST:", "VALIDATION_AS_READ:"]
            .iter()
            .find_map(|marker| message.strip_prefix(marker));
        match marked {
            Some(message) => Refusal::new(400, "com.amazon.coral.validate#ValidationException", message),
            None => Refusal::new(400, "com.amazon.coral.service#SerializationException", &message),
        }
    })
}

fn write<T: Serialize>(answer: &T) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(answer)
        .map_err(|error| Refusal::new(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_another_process_keeps_locked_asks_for_patience() {
        let locked = DynoxideError::InternalServerError("backend: database is locked or busy".into());
        let refusal = Refusal::from(locked);
        assert_eq!(refusal.status, 400);
        assert!(String::from_utf8(refusal.body).unwrap().contains("#ThrottlingException"));
        let broken = DynoxideError::InternalServerError("backend: I/O error: disk full".into());
        assert_eq!(Refusal::from(broken).status, 500);
    }

    #[test]
    fn whatever_the_body_the_answer_is_dynamodbs() {
        let database = Database::memory().unwrap();
        for (target, body) in [
            ("DynamoDB_20120810.PutItem", ""),
            ("DynamoDB_20120810.PutItem", "[1"),
            ("DynamoDB_20120810.PutItem", "{}"),
            ("DynamoDB_20120810.Query", r#"{"TableName":7}"#),
            ("DynamoDB_20120810.GetItem", r#"{"TableName":"none","Key":{"pk":{"S":"a"}}}"#),
            ("DynamoDB_20120810.Nothing", "{}"),
            ("", "{}"),
        ] {
            let answer = dispatch(&database, target, body.as_bytes());
            assert_eq!(answer.status, 400, "{target} {body}");
            let error: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            assert!(error["__type"].as_str().unwrap().contains("Exception"), "{error}");
        }
    }
}
