//! CloudTrail records of SageMaker calls: bare, or as the detail of an EventBridge event.

use crate::api_resource::resource;
use crate::arn::Arn;
use crate::envelope::{detail, event_id, region};
use crate::fields::{first_time, member, text, text_or_number};
use onepane_domain::{AccountId, ApiCall, Record, Region, Timestamp, Unrecognised};
use serde_json::Value;

/// The detail-type under which EventBridge delivers CloudTrail's records.
const DETAIL_TYPE: &str = "AWS API Call via CloudTrail";

/// Verbs of calls that change nothing.
const READING_VERBS: [&str; 7] = ["Describe", "List", "Get", "Search", "BatchGet", "BatchDescribe", "Query"];

/// True for the detail-types of CloudTrail's records.
pub(crate) fn is_envelope(detail_type: &str) -> bool {
    detail_type.starts_with("AWS ") && detail_type.ends_with(" via CloudTrail")
}

/// True for a CloudTrail record without an envelope.
pub(crate) fn is_record(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    has("eventName") && (has("eventSource") || has("eventVersion") || has("userIdentity"))
}

/// True where the record is of SageMaker (or of a sister service such as `sagemaker-mlflow.amazonaws.com`).
fn is_sagemaker(record: &Value) -> bool {
    text(record, "eventSource")
        .is_some_and(|source| source.starts_with("sagemaker") && source.contains(".amazonaws.com"))
}

/// Reads an EventBridge event that carries a CloudTrail record. The envelope's account and Region count.
pub(crate) fn read_enveloped(event: &Value, detail_type: &str) -> Result<Record, String> {
    let record = detail(event);
    if !is_sagemaker(record) {
        return crate::workload::unrecognised(event, detail_type);
    }
    let id = match event_id(record, "eventID")? {
        Some(id) => id,
        None => event_id(event, "id")?.ok_or(r#"neither "eventID" in the detail nor "id""#)?,
    };
    let time = first_time(record, &["eventTime"]).or_else(|| first_time(event, &["time"]));
    let time = time.ok_or(r#"neither "eventTime" in the detail nor "time" is a time"#)?;
    let region = if member(event, "region").is_some() { region(event, "region") } else { region(record, "awsRegion") };
    let account = match text_or_number(event, "account") {
        None => return Err(r#"no "account""#.to_owned()),
        Some(given) => given.parse().or_else(|_| account_of_record(record))?,
    };
    Ok(call(record, id, time, account, region?))
}

/// Reads a CloudTrail record that stands alone.
pub(crate) fn read_record(record: &Value) -> Result<Record, String> {
    let id = event_id(record, "eventID")?.ok_or(r#"a CloudTrail record without "eventID""#)?;
    let time = first_time(record, &["eventTime"]).ok_or(r#"a CloudTrail record without a time in "eventTime""#)?;
    let account = account_of_record(record)?;
    let region = region(record, "awsRegion")?;
    if is_sagemaker(record) {
        return Ok(call(record, id, time, account, region));
    }
    Ok(Record::Unrecognised(Box::new(Unrecognised {
        event_id: id,
        event_time: time,
        account,
        region,
        detail_type: DETAIL_TYPE.to_owned(),
    })))
}

fn account_of_record(record: &Value) -> Result<AccountId, String> {
    let recipient = text_or_number(record, "recipientAccountId");
    let caller = || text_or_number(member(record, "userIdentity")?, "accountId");
    let account = recipient.or_else(caller);
    let account = account.ok_or(r#"no account: neither "recipientAccountId" nor "userIdentity.accountId""#)?;
    account.parse().map_err(|e| format!("the CloudTrail record's account: {e}"))
}

fn call(record: &Value, event_id: String, event_time: Timestamp, account: AccountId, region: Region) -> Record {
    let event_name = text(record, "eventName").unwrap_or("unnamed").to_owned();
    let owned = |name: &str| text(record, name).map(str::to_owned);
    Record::ApiCall(Box::new(ApiCall {
        event_id,
        event_time,
        account,
        region,
        actor: member(record, "userIdentity").and_then(actor),
        actor_type: member(record, "userIdentity").and_then(|identity| text(identity, "type")).map(str::to_owned),
        source_ip: owned("sourceIPAddress"),
        user_agent: owned("userAgent"),
        error_code: owned("errorCode"),
        error_message: owned("errorMessage"),
        read_only: is_read_only(record, &event_name),
        resource: resource(record, &event_name),
        event_name,
    }))
}

/// Who called: the identity's ARN, else the AWS service, the role behind the session, or the account.
fn actor(identity: &Value) -> Option<String> {
    let issuer = || text(member(member(identity, "sessionContext")?, "sessionIssuer")?, "arn");
    text(identity, "arn")
        .or_else(|| text(identity, "invokedBy"))
        .or_else(issuer)
        .or_else(|| text(identity, "accountId"))
        .or_else(|| text(identity, "principalId"))
        .map(str::to_owned)
}

fn is_read_only(record: &Value, event_name: &str) -> bool {
    match member(record, "readOnly") {
        Some(Value::Bool(told)) => *told,
        Some(Value::String(told)) if told.eq_ignore_ascii_case("true") => true,
        Some(Value::String(told)) if told.eq_ignore_ascii_case("false") => false,
        _ => READING_VERBS.iter().any(|verb| event_name.starts_with(verb)),
    }
}

/// An ARN of SageMaker under `name`, in a CloudTrail record.
pub(crate) fn arn_under<'a>(object: &'a Value, name: &str) -> Option<Arn<'a>> {
    text(object, name).and_then(Arn::parse)
}
