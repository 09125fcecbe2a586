//! *Endpoints*: traffic, latency, errors, load.

use super::MetricPaneService;
use super::fleet::width_in_words;
use super::group::{grouped, needed};
use super::lines::{full_label, metric_lines, peak, status_note, strongest, sum};
use super::notes::in_words;
use super::panel::{PanelData, Picture};
use super::scope::Scope;
use super::units::unit;
use onepane_charts::Line;
use onepane_domain::{
    DimensionFilter, Exploration, ListedMetric, MetricData, MetricFilter, MetricGrouping, MetricQuery, MetricsQuery,
    MetricsView, Notes, PortResult, QuerySource, Statistic, TimeWindow,
};
use std::collections::HashMap;

/// What endpoints tell of requests, and of the instances behind them.
pub(super) const REQUESTS: &str = "AWS/SageMaker";
pub(super) const INSTANCES: &str = "/aws/sagemaker/Endpoints";
/// Endpoints that one chart shows.
const SHOWN: usize = 8;
/// Metrics that one chart is made from.
pub(super) const MOST_METRICS: usize = 1_000;

/// One chart over all endpoints.
struct Asked {
    id: &'static str,
    measure: &'static str,
    namespace: &'static str,
    names: &'static [&'static str],
    statistic: Statistic,
    /// By what the endpoints that are shown are chosen.
    weight: fn(&Line) -> f64,
    chosen: &'static str,
}

impl MetricPaneService {
    pub(super) async fn endpoints(&self, scope: &Scope) -> PortResult<Vec<PanelData>> {
        let asked = [
            Asked {
                id: "invocations",
                measure: "Invocations",
                namespace: REQUESTS,
                names: &["Invocations"],
                statistic: Statistic::Sum,
                weight: sum,
                chosen: "most invocations",
            },
            Asked {
                id: "model-latency",
                measure: "Model latency, p99",
                namespace: REQUESTS,
                names: &["ModelLatency"],
                statistic: Statistic::Percentile(9_900),
                weight: peak,
                chosen: "highest latency",
            },
            Asked {
                id: "errors",
                measure: "Errors (4XX and 5XX)",
                namespace: REQUESTS,
                names: &["Invocation4XXErrors", "Invocation5XXErrors"],
                statistic: Statistic::Sum,
                weight: sum,
                chosen: "most errors",
            },
            Asked {
                id: "overhead-latency",
                measure: "Overhead latency, mean",
                namespace: REQUESTS,
                names: &["OverheadLatency"],
                statistic: Statistic::Average,
                weight: peak,
                chosen: "highest latency",
            },
            Asked {
                id: "cpu",
                measure: "CPU utilization (100 % is one core)",
                namespace: INSTANCES,
                names: &["CPUUtilization"],
                statistic: Statistic::Average,
                weight: peak,
                chosen: "highest peak",
            },
            Asked {
                id: "gpu",
                measure: "GPU utilization (100 % is one GPU)",
                namespace: INSTANCES,
                names: &["GPUUtilization"],
                statistic: Statistic::Average,
                weight: peak,
                chosen: "highest peak",
            },
        ];
        futures::future::try_join_all(asked.iter().map(|asked| self.of_endpoints(asked, scope))).await
    }

    async fn of_endpoints(&self, asked: &Asked, scope: &Scope) -> PortResult<PanelData> {
        let mut notes = Notes::new();
        let mut metrics = Vec::new();
        for name in asked.names {
            let filter = MetricFilter { dimensions: per_variant(), ..scope.metrics(asked.namespace, name) };
            let found = self.source.list(&filter, MOST_METRICS).await?;
            notes.extend(found.notes);
            // Other metrics have more dimensions than these two (an instance, a container) and tell the same once more.
            metrics.extend(found.metrics.into_iter().filter(|listed| listed.metric.dimensions().len() == 2));
        }
        let organization = self.model.organization();
        let group = |metric: &ListedMetric| {
            let endpoint = metric.metric.dimension("EndpointName").unwrap_or_default();
            full_label(endpoint, Some(metric.account), Some(&metric.region), organization)
        };
        let (lines, more) = self.grouped_lines(&metrics, &asked.statistic, group, scope).await?;
        notes.extend(more);
        let lines = lines.into_iter().filter(|line| line.values.iter().any(Option::is_some)).collect();
        let (lines, note) = strongest(lines, SHOWN, asked.weight, asked.chosen);
        notes.extend(note);
        let unit = unit(asked.names[0], &asked.statistic);
        let measure = match asked.statistic {
            Statistic::Sum => format!("{}, each {}", asked.measure, width_in_words(scope.period.seconds())),
            _ => asked.measure.to_owned(),
        };
        let picture = Picture::Lines(metric_lines(measure, unit, scope, lines));
        let explore = (asked.names.len() == 1).then(|| explored(asked, scope));
        Ok(PanelData { explore, ..PanelData::new(asked.id, picture) }.with_notes(notes))
    }

    /// Lines of groups of metrics, and what is missing from them.
    pub(super) async fn grouped_lines(
        &self,
        metrics: &[ListedMetric],
        statistic: &Statistic,
        group: impl Fn(&ListedMetric) -> String,
        scope: &Scope,
    ) -> PortResult<(Vec<Line>, Notes)> {
        let statistics = needed(statistic);
        let queries = metrics.iter().enumerate().flat_map(|(number, metric)| {
            statistics
                .iter()
                .enumerate()
                .map(move |(part, statistic)| query(&format!("m{number}_{part}"), metric, statistic))
        });
        let answer = self.ask(queries.collect(), scope).await?;
        let name = |id: &str| {
            let number: usize = id.strip_prefix('m')?.split('_').next()?.parse().ok()?;
            metrics.get(number).map(&group)
        };
        let mut notes = in_words(answer.notes, name);
        let by_id: HashMap<&str, &MetricData> = answer.series.iter().map(|data| (data.query.as_str(), data)).collect();
        let mut series = Vec::with_capacity(metrics.len());
        for (number, metric) in metrics.iter().enumerate() {
            let ids = (0..statistics.len()).map(|part| format!("m{number}_{part}"));
            let answers: Vec<&MetricData> = ids.filter_map(|id| by_id.get(id.as_str()).copied()).collect();
            if answers.len() < statistics.len() {
                continue;
            }
            let name = group(metric);
            notes.extend(answers.first().and_then(|data| status_note(&name, data.status)));
            series.push((name, answers));
        }
        Ok((grouped(&series, statistic, scope), notes))
    }
}

/// A query for one metric.
pub(super) fn query(id: &str, listed: &ListedMetric, statistic: &Statistic) -> MetricQuery {
    MetricQuery {
        id: id.to_owned(),
        region: Some(listed.region.clone()),
        source: QuerySource::Metric {
            metric: listed.metric.clone(),
            account: Some(listed.account),
            statistic: statistic.clone(),
        },
        label: None,
        wanted: true,
    }
}

fn per_variant() -> Vec<DimensionFilter> {
    let any = |name: &str| DimensionFilter { name: name.to_owned(), value: None };
    vec![any("EndpointName"), any("VariantName")]
}

fn explored(asked: &Asked, scope: &Scope) -> String {
    let explore = Exploration {
        namespace: asked.namespace.to_owned(),
        name: asked.names[0].to_owned(),
        statistic: asked.statistic.clone(),
        group_by: MetricGrouping::Dimension("EndpointName".to_owned()),
        ..Exploration::default()
    };
    query_string(explore, scope)
}

/// The address' query string of the explorer over a scope.
pub(super) fn query_string(explore: Exploration, scope: &Scope) -> String {
    let query = MetricsQuery {
        view: MetricsView::Explore,
        window: TimeWindow::Between(scope.from, scope.to),
        accounts: scope.accounts.clone(),
        regions: scope.regions.clone(),
        explore,
        ..MetricsQuery::default()
    };
    query.to_query_string()
}
