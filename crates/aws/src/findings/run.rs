//! One query from its start to its last row.

use super::AthenaOptions;
use super::failure::{self, Failed};
use super::stop::Running;
use crate::error;
use aws_sdk_athena::Client;
use aws_sdk_athena::types::{
    QueryExecution, QueryExecutionContext, QueryExecutionState, QueryExecutionStatistics, ResultConfiguration,
    ResultReuseByAgeConfiguration, ResultReuseConfiguration, ResultReuseInformation, ResultSet, ResultSetMetadata, Row,
};
use onepane_domain::{ErrorKind, PortError, PortResult, QueryCost};
use onepane_findings::{Identifier, Statement};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

/// The catalog that Glue's tables are in.
pub(super) const CATALOG: &str = "AwsDataCatalog";
/// Rows of a page of results, the most that Athena gives.
const PAGE: i32 = 1_000;
/// Runs of one query, the first included, where Athena says of a failure that another run may succeed.
const RUNS: u32 = 3;
/// The pause before the second run; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(500);
/// Athena's longest age of a result that is used again.
const LONGEST_REUSE_MINUTES: u64 = 10_080;

/// What a query came to.
pub(super) struct Outcome {
    /// Its rows, without the header; a value that is null is none.
    pub(super) rows: Vec<Vec<Option<String>>>,
    pub(super) cost: QueryCost,
}

pub(super) struct Runner {
    pub(super) client: Client,
    pub(super) options: AthenaOptions,
    places: Semaphore,
}

impl Runner {
    pub(super) fn new(client: Client, options: AthenaOptions) -> Self {
        let places = Semaphore::new(options.queries_at_once.clamp(1, Semaphore::MAX_PERMITS));
        Self { client, options, places }
    }

    /// The outcome of a statement. A query that is not waited for any longer, for whatever reason, is stopped.
    pub(super) async fn run(&self, doing: &str, statement: &Statement, database: &Identifier) -> PortResult<Outcome> {
        let within = self.options.within;
        let late = || PortError::new(ErrorKind::TimedOut, format!("{doing}: no answer within {} s", within.as_secs()));
        timeout(within, self.runs(doing, statement, database)).await.map_err(|_| late())?
    }

    async fn runs(&self, doing: &str, statement: &Statement, database: &Identifier) -> PortResult<Outcome> {
        let _place = self.places.acquire().await.map_err(|closed| {
            PortError::with_source(ErrorKind::Unavailable, format!("{doing}: nothing is asked any more"), closed)
        })?;
        let mut pause = PAUSE;
        for _ in 1..RUNS {
            match self.once(doing, statement, database).await {
                Err(failed) if failed.again => {
                    tracing::info!(error = %failed.error, cause = ?failed.error.source, "a query failed and is run again");
                    sleep(pause).await;
                    pause *= 2;
                }
                ended => return ended.map_err(|failed| failed.error),
            }
        }
        self.once(doing, statement, database).await.map_err(|failed| failed.error)
    }

    async fn once(&self, doing: &str, statement: &Statement, database: &Identifier) -> Result<Outcome, Failed> {
        let mut running = self.start(doing, statement, database).await?;
        let execution = self.wait(doing, &running.id).await?;
        running.has_ended();
        let state = execution.status().and_then(|status| status.state());
        if state != Some(&QueryExecutionState::Succeeded) {
            return Err(failure::explained(&self.client, &self.options.workgroup, doing, &execution).await);
        }
        let rows = self.rows(doing, &running.id).await?;
        Ok(Outcome { rows, cost: cost(&execution) })
    }

    /// Starts in a task of its own: if nobody waits by the time that the query has a name, it is stopped by that.
    async fn start(&self, doing: &str, statement: &Statement, database: &Identifier) -> Result<Running, Failed> {
        let context = QueryExecutionContext::builder().catalog(CATALOG).database(database.as_str()).build();
        let output = self.options.output.as_ref();
        let output = output.map(|place| ResultConfiguration::builder().output_location(place).build());
        let parameters = Some(&statement.parameters).filter(|values| !values.is_empty());
        // The client gives each request a token, so that a repeated one does not start a second query.
        let asking = self
            .client
            .start_query_execution()
            .query_string(&statement.text)
            .set_execution_parameters(parameters.cloned())
            .query_execution_context(context)
            .set_result_configuration(output)
            .set_result_reuse_configuration(self.reuse())
            .work_group(&self.options.workgroup);
        let client = self.client.clone();
        let (sender, receiver) = oneshot::channel();
        tokio::spawn(async move {
            let started = asking.send().await.map(|told| told.query_execution_id.map(|id| Running::new(client, id)));
            // A query in an answer that nobody takes is dropped here, which stops it.
            drop(sender.send(started));
        });
        match receiver.await {
            Ok(Ok(Some(running))) => Ok(running),
            Ok(Err(refused)) => Err(failure::not_started(&self.options.workgroup, doing, &refused)),
            Ok(Ok(None)) => Err(corrupt(doing, "a query without a name")),
            Err(gone) => Err(Failed::finally(PortError::with_source(ErrorKind::Unavailable, doing, gone))),
        }
    }

    fn reuse(&self) -> Option<ResultReuseConfiguration> {
        let minutes = (self.options.reuse.as_secs() / 60).min(LONGEST_REUSE_MINUTES);
        let minutes = i32::try_from(minutes).ok().filter(|minutes| *minutes > 0)?;
        let by_age = ResultReuseByAgeConfiguration::builder().enabled(true).max_age_in_minutes(minutes).build();
        Some(ResultReuseConfiguration::builder().result_reuse_by_age_configuration(by_age).build())
    }

    /// Asks until the query has ended, less and less often.
    async fn wait(&self, doing: &str, id: &str) -> Result<QueryExecution, Failed> {
        let (mut pause, longest) = self.options.poll;
        loop {
            sleep(pause).await;
            pause = pause.mul_f64(1.5).min(longest);
            let asking = self.client.get_query_execution().query_execution_id(id);
            let told = asking.send().await.map_err(|refused| Failed::finally(error::service_error(doing, &refused)))?;
            let Some(execution) = told.query_execution else {
                return Err(corrupt(doing, "no word of the query"));
            };
            match execution.status().and_then(|status| status.state()) {
                Some(QueryExecutionState::Queued | QueryExecutionState::Running) => {}
                Some(QueryExecutionState::Succeeded | QueryExecutionState::Failed | QueryExecutionState::Cancelled) => {
                    return Ok(execution);
                }
                _ => return Err(corrupt(doing, "a query in a state that is not known")),
            }
        }
    }

    async fn rows(&self, doing: &str, id: &str) -> Result<Vec<Vec<Option<String>>>, Failed> {
        let mut rows = Vec::new();
        let mut tokens = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let asking = self.client.get_query_results().query_execution_id(id).max_results(PAGE);
            let page = asking.set_next_token(token.clone()).send().await;
            let page = page.map_err(|refused| Failed::finally(error::service_error(doing, &refused)))?;
            let result = page.result_set.as_ref().ok_or_else(|| corrupt(doing, "a page without a result"))?;
            rows.extend(page_rows(result, token.is_none()));
            token = page.next_token.filter(|token| !token.is_empty());
            let Some(next) = &token else { return Ok(rows) };
            if !tokens.insert(next.clone()) {
                return Err(corrupt(doing, "the pages go in circles"));
            }
        }
    }
}

/// The rows of a page. The first page begins with the columns' names.
fn page_rows(result: &ResultSet, is_first: bool) -> Vec<Vec<Option<String>>> {
    let values = |row: &Row| -> Vec<Option<String>> {
        row.data().iter().map(|datum| datum.var_char_value().map(ToOwned::to_owned)).collect()
    };
    let mut rows: Vec<Vec<Option<String>>> = result.rows().iter().map(values).collect();
    let columns = result.result_set_metadata().map(ResultSetMetadata::column_info).unwrap_or_default();
    let names = || columns.iter().map(|column| Some(column.name()));
    if is_first && rows.first().is_some_and(|first| first.iter().map(Option::as_deref).eq(names())) {
        rows.remove(0);
    }
    rows
}

fn cost(execution: &QueryExecution) -> QueryCost {
    let statistics = execution.statistics();
    let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
    let reused = statistics.and_then(|statistics| statistics.result_reuse_information());
    let reused = reused.is_some_and(ResultReuseInformation::reused_previous_result);
    let scanned = number(statistics.and_then(QueryExecutionStatistics::data_scanned_in_bytes));
    QueryCost {
        bytes_scanned: if reused { 0 } else { scanned },
        records: 0,
        files: 0,
        elapsed_ms: number(statistics.and_then(QueryExecutionStatistics::total_execution_time_in_millis)),
        reused,
    }
}

fn corrupt(doing: &str, what: &str) -> Failed {
    Failed::finally(PortError::new(ErrorKind::Corrupt, format!("{doing}: {what}")))
}
