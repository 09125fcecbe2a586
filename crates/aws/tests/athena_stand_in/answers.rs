//! The operations.

use super::Inside;
use super::script::{Execution, Run};
use serde_json::{Value, json};

type Refused = (&'static str, String);

pub fn answer(inside: &mut Inside, operation: &str, input: &Value) -> Result<Value, Refused> {
    match operation {
        "StartQueryExecution" => start(inside, input),
        "GetQueryExecution" => execution(inside, input),
        "GetQueryResults" => results(inside, input),
        "StopQueryExecution" => stop(inside, input),
        "GetTableMetadata" => table(inside, input),
        "GetWorkGroup" => Ok(json!({ "WorkGroup": {
            "Name": input["WorkGroup"],
            "Configuration": { "BytesScannedCutoffPerQuery": inside.cutoff },
        } })),
        _ => Err(("InvalidRequestException", format!("{operation} is not offered"))),
    }
}

fn invalid<T>(message: &str) -> Result<T, Refused> {
    Err(("InvalidRequestException", message.to_owned()))
}

/// With the limits that the API's reference names.
fn start(inside: &mut Inside, input: &Value) -> Result<Value, Refused> {
    let text = input["QueryString"].as_str().unwrap_or_default();
    let parameters = input["ExecutionParameters"].as_array();
    let token = input["ClientRequestToken"].as_str().unwrap_or_default();
    if !(1..=262_144).contains(&text.len()) {
        return invalid("QueryString: length");
    }
    if !(32..=128).contains(&token.len()) {
        return invalid("ClientRequestToken: length");
    }
    if parameters.is_some_and(Vec::is_empty) {
        return invalid("ExecutionParameters: at least one");
    }
    let parameters = parameters.map(Vec::as_slice).unwrap_or_default();
    if !parameters.iter().all(|value| value.as_str().is_some_and(|text| (1..=1_024).contains(&text.chars().count()))) {
        return invalid("ExecutionParameters: length");
    }
    if text.matches('?').count() != parameters.len() {
        return invalid("Incorrect number of parameters");
    }
    if let Some(id) = inside.tokens.get(token) {
        return Ok(json!({ "QueryExecutionId": id }));
    }
    let id = format!("{:08}-0000-4000-8000-000000000000", inside.executions.len() + 1);
    let run = inside.runs.pop_front().unwrap_or_else(|| Run::rows(&["counts", "series"], Vec::new()));
    inside.tokens.insert(token.to_owned(), id.clone());
    inside.executions.insert(id.clone(), Execution { run, asked: 0, is_stopped: false });
    inside.under_way += 1;
    inside.most_under_way = inside.most_under_way.max(inside.under_way);
    Ok(json!({ "QueryExecutionId": id }))
}

fn known<'a>(inside: &'a mut Inside, input: &Value) -> Result<&'a mut Execution, Refused> {
    let id = input["QueryExecutionId"].as_str().unwrap_or_default();
    let known = inside.executions.get_mut(id);
    known.ok_or_else(|| ("InvalidRequestException", format!("QueryExecution {id} was not found")))
}

fn execution(inside: &mut Inside, input: &Value) -> Result<Value, Refused> {
    let execution = known(inside, input)?;
    let state = execution.state();
    execution.asked += 1;
    let run = &execution.run;
    let has_ended = !["QUEUED", "RUNNING"].contains(&state);
    let mut status = json!({ "State": state, "SubmissionDateTime": 1_764_028_800.123 });
    if has_ended && let Some(reason) = run.reason {
        status["StateChangeReason"] = json!(reason);
    }
    if has_ended && let Some((category, number, again)) = run.error {
        status["AthenaError"] = json!({
            "ErrorCategory": category, "ErrorType": number, "Retryable": again, "ErrorMessage": run.reason,
        });
    }
    let told = json!({ "QueryExecution": {
        "QueryExecutionId": input["QueryExecutionId"],
        "StatementType": "DML",
        "Status": status,
        "Statistics": {
            "DataScannedInBytes": run.scanned,
            "TotalExecutionTimeInMillis": 1_234,
            "ResultReuseInformation": { "ReusedPreviousResult": run.reused },
        },
    } });
    if has_ended {
        inside.under_way = inside.under_way.saturating_sub(1);
    }
    Ok(told)
}

/// The first row of the first page is the header.
fn results(inside: &mut Inside, input: &Value) -> Result<Value, Refused> {
    let most = usize::try_from(input["MaxResults"].as_u64().unwrap_or(1_000)).unwrap();
    let from: usize = input["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let execution = known(inside, input)?;
    if execution.state() != "SUCCEEDED" {
        return invalid("Query has not yet finished");
    }
    let run = &execution.run;
    let header: Vec<Option<String>> = run.columns.iter().map(|name| Some((*name).to_owned())).collect();
    let all: Vec<&Vec<Option<String>>> = std::iter::once(&header).chain(&run.rows).collect();
    let to = all.len().min(from + most.min(run.page));
    // A value that is null has no text.
    let datum =
        |value: &Option<String>| value.as_ref().map_or_else(|| json!({}), |text| json!({ "VarCharValue": text }));
    let rows: Vec<Value> =
        all[from..to].iter().map(|row| json!({ "Data": row.iter().map(datum).collect::<Vec<_>>() })).collect();
    let columns: Vec<Value> = run.columns.iter().map(|name| json!({ "Name": name, "Type": "varchar" })).collect();
    let mut told =
        json!({ "UpdateCount": 0, "ResultSet": { "Rows": rows, "ResultSetMetadata": { "ColumnInfo": columns } } });
    if to < all.len() {
        told["NextToken"] = json!(to.to_string());
    }
    Ok(told)
}

fn stop(inside: &mut Inside, input: &Value) -> Result<Value, Refused> {
    known(inside, input)?.is_stopped = true;
    inside.under_way = inside.under_way.saturating_sub(1);
    Ok(json!({}))
}

fn table(inside: &mut Inside, input: &Value) -> Result<Value, Refused> {
    let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
    let name = format!("{}.{}", text("DatabaseName"), text("TableName"));
    let Some((columns, partitions)) = inside.tables.get(&name) else {
        let message = "EntityNotFoundException: Entity Not Found (Service: AmazonDataCatalog; Status Code: 400)";
        return Err(("MetadataException", message.to_owned()));
    };
    let list = |columns: &[(String, String)]| -> Vec<Value> {
        columns.iter().map(|(name, kind)| json!({ "Name": name, "Type": kind })).collect()
    };
    Ok(json!({ "TableMetadata": {
        "Name": text("TableName"), "Columns": list(columns), "PartitionKeys": list(partitions),
    } }))
}
