//! Findings from Amazon Athena: tables of Security Lake's, or any that configuration describes.
//! Why it is so: `docs/decisions/0012-athena.md`.

mod failure;
mod probe;
mod run;
mod stop;

use async_trait::async_trait;
use aws_sdk_athena::Client;
use onepane_domain::{
    ErrorKind, FindingRequest, FindingRows, FindingRowsRequest, FindingSchema, FindingSeriesAnswer, FindingSource,
    PortError, PortResult, SourceName,
};
use onepane_findings::{SqlError, SqlTable, Unreadable, left_out_note, read_rows, read_series};
use probe::Probed;
use run::Runner;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How Athena is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AthenaOptions {
    /// The workgroup, whose limits and settings hold.
    pub workgroup: String,
    /// Where results go (`s3://bucket/folder/`); the workgroup's own place if none.
    pub output: Option<String>,
    /// How old a result of the same query may be to be used again; none younger than a minute is.
    pub reuse: Duration,
    /// Queries under way at once; others wait. AWS's quotas begin at 20 for an account and Region.
    pub queries_at_once: usize,
    /// A query that takes longer, waiting included, is given up and stopped.
    pub within: Duration,
    /// How long to wait before it is asked whether a query has ended: at first, and at last.
    pub poll: (Duration, Duration),
}

impl Default for AthenaOptions {
    fn default() -> Self {
        Self {
            workgroup: "primary".to_owned(),
            output: None,
            reuse: Duration::from_secs(3_600),
            queries_at_once: 5,
            within: Duration::from_secs(120),
            poll: (Duration::from_millis(100), Duration::from_secs(2)),
        }
    }
}

/// A source and the tables that are asked as one for it, the newest form first. Those that are not there are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AthenaSource {
    /// Its name.
    pub name: SourceName,
    /// Its tables.
    pub tables: Vec<SqlTable>,
}

/// Findings in Athena's tables.
pub struct AthenaFindings {
    runner: Runner,
    sources: Vec<(AthenaSource, OnceCell<Arc<Probed>>)>,
}

impl fmt::Debug for AthenaFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AthenaFindings").field("options", &self.runner.options).finish_non_exhaustive()
    }
}

impl AthenaFindings {
    /// These sources, asked by a client. Sends nothing yet.
    pub fn new(client: Client, options: AthenaOptions, sources: Vec<AthenaSource>) -> Self {
        let sources = sources.into_iter().map(|source| (source, OnceCell::new())).collect();
        Self { runner: Runner::new(client, options), sources }
    }

    /// What a source's tables really hold: asked once, then known. A failure is not remembered.
    async fn probed(&self, name: &SourceName) -> PortResult<Arc<Probed>> {
        let known = self.sources.iter().find(|(source, _)| source.name == *name);
        let (source, probed) =
            known.ok_or_else(|| PortError::new(ErrorKind::NotFound, format!("findings of {name}: no such source")))?;
        let probe = || async { probe::probe(&self.runner.client, source).await.map(Arc::new) };
        probed.get_or_try_init(probe).await.map(Arc::clone)
    }
}

#[async_trait]
impl FindingSource for AthenaFindings {
    fn sources(&self) -> Vec<SourceName> {
        self.sources.iter().map(|(source, _)| source.name.clone()).collect()
    }

    async fn schema(&self, source: &SourceName) -> PortResult<FindingSchema> {
        Ok(self.probed(source).await?.schema.clone())
    }

    async fn series(&self, request: &FindingRequest) -> PortResult<FindingSeriesAnswer> {
        let doing = format!("count findings of {}", request.source);
        let probed = self.probed(&request.source).await?;
        let statement = probed.sql.series(request).map_err(|error| wrong(&doing, error))?;
        let outcome = self.runner.run(&doing, &statement, &probed.database).await?;
        let (series, there_are) =
            read_series(request, &outcome.rows).map_err(|unreadable| corrupt(&doing, unreadable))?;
        let notes = left_out_note(series.len(), there_are).into_iter().collect();
        Ok(FindingSeriesAnswer { series, cost: outcome.cost, notes })
    }

    async fn rows(&self, request: &FindingRowsRequest) -> PortResult<FindingRows> {
        let doing = format!("read findings of {}", request.source);
        let probed = self.probed(&request.source).await?;
        let statement = probed.sql.rows(request).map_err(|error| wrong(&doing, error))?;
        let outcome = self.runner.run(&doing, &statement, &probed.database).await?;
        let mut rows = read_rows(&outcome.rows).map_err(|unreadable| corrupt(&doing, unreadable))?;
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(FindingRows { rows, more, cost: outcome.cost, notes: Vec::new() })
    }

    async fn sql(&self, request: &FindingRowsRequest) -> PortResult<String> {
        let probed = self.probed(&request.source).await?;
        probed.sql.rows_sql(request).map_err(|error| wrong("write the query", error))
    }
}

fn wrong(doing: &str, error: SqlError) -> PortError {
    PortError::with_source(ErrorKind::Invalid, format!("{doing}: {error}"), error)
}

fn corrupt(doing: &str, error: Unreadable) -> PortError {
    PortError::with_source(ErrorKind::Corrupt, format!("{doing}: the query's result"), error)
}
