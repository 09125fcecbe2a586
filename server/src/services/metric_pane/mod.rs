//! Answers the *Metrics* page and the metrics of *Workload*: from the metric source, and from the read model what it
//! knows by itself.

mod choices;
mod endpoints;
mod explore;
mod failures;
mod fleet;
mod group;
mod lines;
mod notes;
mod panel;
mod scope;
mod training;
mod units;
mod waste;
mod workload;

pub use panel::{PanelData, Picture};

use super::charts::ChartService;
use super::pane::PaneService;
use super::read_model::ReadModel;
use crate::clock::Clock;
use async_trait::async_trait;
use onepane_domain::{
    ErrorKind, MetricAnswer, MetricChoices, MetricQuery, MetricRequest, MetricSource, MetricsPage, MetricsPane,
    MetricsPanel, MetricsQuery, MetricsView, Notes, PortError, PortResult, Region, WorkloadId,
};
use onepane_index::WorkloadIndex;
use scope::Scope;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use workload::OfWorkload;

/// How long the first paint of a page waits for metrics.
const FIRST_PAINT_WITHIN: Duration = Duration::from_secs(3);

/// The answers of the *Metrics* page.
pub struct MetricPaneService {
    source: Arc<dyn MetricSource>,
    pane: Arc<PaneService>,
    model: Arc<ReadModel>,
    charts: ChartService,
    clock: Clock,
}

/// The numbers of a page, before they are drawn.
pub struct PageData {
    /// What was looked at.
    pub scope: Scope,
    /// The charts' numbers.
    pub panels: Vec<PanelData>,
    /// What concerns the whole page.
    pub notes: Notes,
}

impl MetricPaneService {
    /// Answers from `source`, and from the read model that `pane` answers from.
    pub fn new(
        source: Arc<dyn MetricSource>,
        pane: Arc<PaneService>,
        model: Arc<ReadModel>,
        charts: ChartService,
        clock: Clock,
    ) -> Self {
        Self { source, pane, model, charts, clock }
    }

    /// The numbers of all charts of a query, with those of the time before where that is asked for.
    pub async fn page_data(&self, query: &MetricsQuery) -> PortResult<PageData> {
        let scope = Scope::of(query, self.clock.now());
        let mut notes: Notes = scope.note.iter().cloned().collect();
        let panels = match query.compare {
            false => self.panels(query, &scope).await?,
            true => {
                let before = scope.previous();
                let (mut now, before) = futures::try_join!(self.panels(query, &scope), self.panels(query, &before))?;
                for panel in &mut now {
                    match before.iter().find(|earlier| earlier.id == panel.id) {
                        Some(earlier) => panel.beside_previous(earlier),
                        None => notes.push(format!("{}: nothing to compare with.", panel.title())),
                    }
                }
                now
            }
        };
        Ok(PageData { scope, panels, notes })
    }

    async fn panels(&self, query: &MetricsQuery, scope: &Scope) -> PortResult<Vec<PanelData>> {
        match query.view {
            MetricsView::Fleet => self.fleet(scope).await,
            MetricsView::Failures => self.failures(scope).await,
            MetricsView::Endpoints => self.endpoints(scope).await,
            MetricsView::Training => self.training(scope).await,
            MetricsView::Explore => self.explore(&query.explore, scope).await,
        }
    }

    /// The Regions of the source, and those that events came from.
    async fn regions(&self) -> PortResult<Vec<Region>> {
        let sources = self.model.ask(WorkloadIndex::sources).await?;
        let all: BTreeSet<Region> =
            sources.into_iter().map(|source| source.region).chain(self.source.regions()).collect();
        Ok(all.into_iter().collect())
    }

    /// Asks the source over the scope's window.
    async fn ask(&self, queries: Vec<MetricQuery>, scope: &Scope) -> PortResult<MetricAnswer> {
        if queries.is_empty() {
            return Ok(MetricAnswer::default());
        }
        let Scope { from, to, period, .. } = *scope;
        self.source.data(&MetricRequest { queries, from, to, period }).await
    }

    async fn drawn(&self, panels: Vec<PanelData>, pictures: bool) -> Vec<MetricsPanel> {
        futures::future::join_all(panels.into_iter().map(|panel| panel.draw(&self.charts, pictures))).await
    }
}

/// A page that is being made waits only so long for a source; the browser asks again.
async fn within<T>(first_paint: bool, answer: impl Future<Output = PortResult<T>>) -> PortResult<T> {
    if !first_paint {
        return answer.await;
    }
    let late = |_| Err(PortError::new(ErrorKind::TimedOut, "ask for metrics"));
    tokio::time::timeout(FIRST_PAINT_WITHIN, answer).await.unwrap_or_else(late)
}

#[async_trait]
impl MetricsPane for MetricPaneService {
    async fn metrics(&self, query: MetricsQuery, pictures: bool) -> PortResult<MetricsPage> {
        let PageData { scope, panels, notes } = within(pictures, self.page_data(&query)).await?;
        let panels = self.drawn(panels, pictures).await;
        let regions = self.regions().await?;
        let choices = match query.view {
            MetricsView::Explore => within(pictures, self.choices(&query)).await?,
            _ => MetricChoices::default(),
        };
        let (from, to, period) = (scope.from, scope.to, scope.period);
        Ok(MetricsPage { from, to, period, regions, choices, panels, waste: Vec::new(), notes })
    }

    async fn workload_metrics(&self, id: WorkloadId, pictures: bool) -> PortResult<MetricsPage> {
        let OfWorkload { scope, panels, waste, notes } = within(pictures, self.of_workload(id)).await?;
        let panels = self.drawn(panels, pictures).await;
        let (from, to, period) = (scope.from, scope.to, scope.period);
        let (regions, choices) = Default::default();
        Ok(MetricsPage { from, to, period, regions, choices, panels, waste, notes })
    }
}
