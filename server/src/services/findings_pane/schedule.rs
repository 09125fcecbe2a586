//! The list as it comes, evaluated by itself: so that it is there when somebody looks, and that what is new is known.

use super::decisions::remembered;
use super::evaluation::{Evaluation, Scope};
use super::{FindingsPaneService, as_u64};
use crate::metrics::Metrics;
use onepane_domain::{ErrorKind, EvaluationRun, PortResult, SecurityQuery, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// An insight that is not found again is remembered for so many days: some come and go at the edge.
const REMEMBERED_DAYS: i64 = 7;

/// Evaluates the list on a schedule, and records every run.
pub struct InsightSchedule {
    pane: FindingsPaneService,
    metrics: Arc<Metrics>,
    every: Duration,
    /// Told when the findings are others all at once.
    changed: Arc<Notify>,
}

impl InsightSchedule {
    /// Evaluates what `pane` shows, `every` so long, and whenever `changed` is notified.
    pub fn new(pane: FindingsPaneService, metrics: Arc<Metrics>, every: Duration, changed: Arc<Notify>) -> Self {
        Self { pane, metrics, every, changed }
    }

    /// Evaluates until `stop`, now first. A run that fails is recorded, and the next one is made all the same.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = self.evaluate() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.every) => {}
                () = self.changed.notified() => self.pane.forget(),
            }
        }
    }

    /// One evaluation, recorded.
    pub async fn evaluate(&self) -> EvaluationRun {
        let at = self.pane.engine.clock.now();
        let started = Instant::now();
        let query = SecurityQuery::default();
        let (scope, _) = Scope::of(&query, at);
        let mut run = match self.pane.engine.anew(&scope).await {
            Ok(evaluation) => self.remember(&evaluation, &query, at).await.unwrap_or_else(|error| {
                tracing::warn!(%error, cause = ?error.source, "what an evaluation found could not be kept");
                EvaluationRun { trouble: Some(error.to_string()), ..nothing(at) }
            }),
            Err(error) => {
                tracing::warn!(%error, cause = ?error.source, "the insights could not be evaluated");
                EvaluationRun { trouble: Some(error.to_string()), ..nothing(at) }
            }
        };
        let took = started.elapsed();
        run.elapsed_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.metrics.count_evaluation(run.trouble.is_none(), took);
        if let Err(error) = self.pane.triages.put_run(&run).await {
            tracing::warn!(%error, cause = ?error.source, "an evaluation could not be recorded");
        }
        if run.trouble.is_none() {
            tracing::info!(series = run.series, insights = run.insights, new = run.new, ?took, "insights evaluated");
        }
        run
    }

    async fn remember(
        &self,
        evaluation: &Evaluation,
        query: &SecurityQuery,
        at: Timestamp,
    ) -> PortResult<EvaluationRun> {
        let known = match self.pane.triages.known_insights().await {
            // Kept by another program, or damaged: it is written anew, and all insights are new once.
            Err(error) if error.kind == ErrorKind::Corrupt => {
                tracing::warn!(%error, "what evaluations found before cannot be read");
                Vec::new()
            }
            known => known?,
        };
        let mut found: Vec<_> = evaluation
            .series
            .iter()
            .flat_map(|series| series.insights.iter().map(|insight| (series.identity.as_str(), insight)))
            .collect();
        // The strongest first: where there is no room for all, the others are left out.
        found.sort_by(|one, other| other.1.score.total_cmp(&one.1.score));
        let insights = as_u64(found.len());
        let forget_before = at.plus_days(-REMEMBERED_DAYS);
        let (known, new) = remembered(known, found.into_iter(), query.bucket, at, forget_before);
        self.pane.triages.put_known_insights(&known).await?;
        let series = as_u64(evaluation.series.len());
        Ok(EvaluationRun { series, insights, new, cost: evaluation.cost, ..nothing(at) })
    }
}

/// A run that found nothing.
fn nothing(at: Timestamp) -> EvaluationRun {
    EvaluationRun { at, elapsed_ms: 0, series: 0, insights: 0, new: 0, cost: Default::default(), trouble: None }
}
