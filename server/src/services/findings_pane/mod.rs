//! Answers the *Security* pages: from a source of findings, the store of decisions, and the read model of workloads.

mod behind;
mod decisions;
mod engine;
mod evaluation;
mod grid;
mod investigation;
mod kept;
mod list;
mod overview;
mod schedule;
mod series;

pub use schedule::InsightSchedule;

use super::charts::ChartService;
use super::read_model::ReadModel;
use crate::clock::Clock;
use async_trait::async_trait;
use decisions::{Decisions, Known, bucket_of, checked};
use engine::{Engine, add};
use evaluation::{Evaluation, Scope};
use list::{List, list, movers};
use onepane_domain::{
    ErrorKind, FindingSource, FindingsPane, InsightRow, Investigation, InvestigationQuery, Notes, PortError,
    PortResult, Profile, SecurityPage, SecurityQuery, SeriesPage, SeriesQuery, Triage, TriageStore, TriagedInsight,
    WorkloadStore,
};
use overview::overview;
use std::sync::Arc;
use std::time::Duration;

/// How long the first paint of a page waits for findings.
const FIRST_PAINT_WITHIN: Duration = Duration::from_secs(3);
/// Rows of a page.
const MOST_ROWS: usize = 300;
/// Evaluations that a page tells of.
const RUNS: u32 = 24;
/// The share of false trends that `robust` promises.
const FALSE_DISCOVERY_RATE: f64 = 0.05;

/// The answers of the *Security* pages. Cheap to clone.
#[derive(Clone)]
pub struct FindingsPaneService {
    engine: Arc<Engine>,
    triages: Arc<dyn TriageStore>,
    store: Arc<dyn WorkloadStore>,
    model: Arc<ReadModel>,
    charts: ChartService,
}

impl FindingsPaneService {
    /// Answers from `source`, with the decisions of `triages`, and for what SageMaker did meanwhile from `store` and
    /// `model`.
    pub fn new(
        source: Arc<dyn FindingSource>,
        triages: Arc<dyn TriageStore>,
        store: Arc<dyn WorkloadStore>,
        model: Arc<ReadModel>,
        charts: ChartService,
        clock: Clock,
    ) -> Self {
        Self { engine: Arc::new(Engine::new(source, clock)), triages, store, model, charts }
    }

    /// Says that the findings are others now: what was computed of them is forgotten.
    pub fn forget(&self) {
        self.engine.forget();
    }

    /// All rows of the list that a query picks, and what is missing.
    pub async fn all_rows(&self, query: &SecurityQuery) -> PortResult<(Vec<InsightRow>, Notes)> {
        let (scope, note) = Scope::of(query, self.engine.clock.now());
        let evaluation = self.engine.evaluation(&scope).await?;
        let mut notes: Notes = note.into_iter().collect();
        add(&mut notes, evaluation.notes.iter().cloned());
        let list = self.judged(&evaluation, query, &mut notes).await;
        Ok((list.rows, notes))
    }

    async fn security_page(&self, query: SecurityQuery, pictures: bool) -> PortResult<SecurityPage> {
        let (scope, note) = Scope::of(&query, self.engine.clock.now());
        let mut page = SecurityPage {
            sources: self.engine.source.sources(),
            dimensions: Vec::new(),
            facets: Vec::new(),
            from: scope.grid.from,
            to: scope.grid.to,
            bucket: query.bucket,
            overview: Default::default(),
            rows: Vec::new(),
            rows_total: 0,
            series: 0,
            not_analysed: 0,
            muted: 0,
            new: 0,
            false_discovery_rate: (query.profile == Profile::Robust).then_some(FALSE_DISCOVERY_RATE),
            movers: Vec::new(),
            evaluated_at: self.engine.clock.now(),
            runs: Vec::new(),
            cost: Default::default(),
            notes: note.into_iter().collect(),
        };
        let (evaluation, runs) = tokio::join!(self.engine.evaluation(&scope), self.triages.runs(RUNS));
        page.runs = runs.unwrap_or_else(|error| {
            page.notes.push(format!("The evaluations are missing: {error}."));
            Vec::new()
        });
        let evaluation = match evaluation {
            Ok(evaluation) => evaluation,
            // What is wrong with the question must be told to who asks.
            Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::NotFound) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, cause = ?error.source, "findings could not be evaluated");
                page.notes.insert(0, format!("The findings cannot be had just now: {error}."));
                return Ok(page);
            }
        };
        add(&mut page.notes, evaluation.notes.iter().cloned());
        let List { mut rows, muted, new } = self.judged(&evaluation, &query, &mut page.notes).await;
        page.rows_total = as_u64(rows.len());
        rows.truncate(MOST_ROWS);
        page.overview = overview(&self.charts, &evaluation, query.count, pictures).await.unwrap_or_else(|why| {
            page.notes.push(format!("The chart cannot be drawn: {why}."));
            Default::default()
        });
        Ok(SecurityPage {
            dimensions: evaluation.schema.dimensions.clone(),
            facets: evaluation.facets.clone(),
            from: evaluation.grid.from,
            to: evaluation.grid.to,
            rows,
            series: as_u64(evaluation.series.len()),
            not_analysed: as_u64(evaluation.series.iter().filter(|series| !series.is_analysed).count()),
            muted,
            new,
            movers: movers(&evaluation),
            evaluated_at: evaluation.evaluated_at,
            cost: evaluation.cost,
            ..page
        })
    }

    /// The list, with what people decided and what is new. What cannot be read of that becomes a note.
    async fn judged(&self, evaluation: &Evaluation, query: &SecurityQuery, notes: &mut Notes) -> List {
        let (triages, known) = tokio::join!(self.triages.triages(), async {
            match query.since {
                Some(_) => self.triages.known_insights().await,
                None => Ok(Vec::new()),
            }
        });
        let triages = triages.unwrap_or_else(|error| {
            notes.push(format!("The decisions are missing, so nothing is muted: {error}."));
            Vec::new()
        });
        let known = known.unwrap_or_else(|error| {
            notes.push(format!("What is new cannot be told: {error}."));
            Vec::new()
        });
        let (decisions, known) = (Decisions::new(triages, query.bucket), Known::new(known, query.bucket));
        list(evaluation, query, &decisions, &known)
    }

    /// Decisions about the same insight.
    async fn same(&self, insight: &TriagedInsight) -> PortResult<Vec<TriagedInsight>> {
        let bucket = bucket_of(&insight.series)?;
        let all = self.triages.triages().await?.into_iter().map(|triage| triage.insight);
        Ok(all.filter(|known| known.is_same_as(insight, bucket)).collect())
    }
}

/// A page that is being made waits only so long for a source. The work goes on, and the browser, which asks again, finds
/// it done.
async fn within<T: Send + 'static>(
    first_paint: bool,
    answer: impl Future<Output = PortResult<T>> + Send + 'static,
) -> PortResult<T> {
    if !first_paint {
        return answer.await;
    }
    let late = |_| PortError::new(ErrorKind::TimedOut, "ask for findings");
    let ended = |error| PortError::with_source(ErrorKind::Unavailable, "ask for findings", error);
    tokio::time::timeout(FIRST_PAINT_WITHIN, tokio::spawn(answer)).await.map_err(late)?.map_err(ended)?
}

#[async_trait]
impl FindingsPane for FindingsPaneService {
    async fn security(&self, query: SecurityQuery, pictures: bool) -> PortResult<SecurityPage> {
        let service = self.clone();
        within(pictures, async move { service.security_page(query, pictures).await }).await
    }

    async fn series(&self, query: SeriesQuery, pictures: bool) -> PortResult<SeriesPage> {
        let service = self.clone();
        within(pictures, async move { service.series_page(query, pictures).await }).await
    }

    async fn investigate(&self, query: InvestigationQuery) -> PortResult<Investigation> {
        self.look_behind(query).await
    }

    async fn triage(&self, triage: Triage) -> PortResult<()> {
        let (triage, _) = checked(triage, self.engine.clock.now())?;
        let before = self.same(&triage.insight).await?;
        // First the new one: whoever reads meanwhile finds two, of which the nearest counts, and never none.
        self.triages.put_triage(&triage).await?;
        for old in before.iter().filter(|old| **old != triage.insight) {
            self.triages.delete_triage(old).await?;
        }
        Ok(())
    }

    async fn untriage(&self, insight: TriagedInsight) -> PortResult<()> {
        for known in self.same(&insight).await? {
            self.triages.delete_triage(&known).await?;
        }
        Ok(())
    }
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
