//! The metrics of one workload, over its life.

use super::MetricPaneService;
use super::endpoints::{INSTANCES, REQUESTS, query, query_string};
use super::lines::{line, metric_lines, on_grid, status_note};
use super::notes::in_words;
use super::panel::{PanelData, Picture};
use super::scope::Scope;
use super::training::{TRAINING, devices, hosts};
use super::units::unit;
use super::waste::waste;
use onepane_domain::{
    DimensionFilter, ErrorKind, Exploration, ListedMetric, MetricData, MetricFilter, Notes, Pane, PortError,
    PortResult, Statistic, Transition, Waste, WasteResource, WorkloadId, WorkloadKind, instance_shape,
};

const DAY_MS: i64 = 86_400_000;
/// A job's instances tell something once a minute, and a little after its end.
const AFTER_END_MS: i64 = 60_000;
/// Metrics of one endpoint that are looked at.
const MOST_METRICS: usize = 200;

/// What is known of a workload's metrics.
pub(super) struct OfWorkload {
    pub(super) scope: Scope,
    pub(super) panels: Vec<PanelData>,
    pub(super) waste: Vec<Waste>,
    pub(super) notes: Notes,
}

impl OfWorkload {
    fn over(scope: &Scope) -> Self {
        let notes = scope.note.iter().cloned().collect();
        Self { scope: scope.clone(), panels: Vec::new(), waste: Vec::new(), notes }
    }
}

impl MetricPaneService {
    pub(super) async fn of_workload(&self, id: WorkloadId) -> PortResult<OfWorkload> {
        let namespace = match id.kind {
            WorkloadKind::TrainingJob => TRAINING,
            WorkloadKind::ProcessingJob => "/aws/sagemaker/ProcessingJobs",
            WorkloadKind::TransformJob => "/aws/sagemaker/TransformJobs",
            WorkloadKind::Endpoint => return self.of_endpoint(&id).await,
            _ => return Ok(OfWorkload::over(&self.last_day())),
        };
        let what = format!("{} {}", id.kind.label(), id.name);
        let wanted = id.clone();
        let known = match self.model.ask(move |index| index.get(&wanted)).await? {
            Some(known) => known,
            // The store may know what the read model has not read yet.
            None => self.pane.workload(id).await.map_err(|_| PortError::new(ErrorKind::NotFound, what))?.state,
        };
        self.of_job(&known, namespace).await
    }

    async fn of_job(&self, job: &Transition, namespace: &str) -> PortResult<OfWorkload> {
        let now = self.clock.now();
        let Some(start) = job.started_at.or(job.created_at) else { return Ok(OfWorkload::over(&self.last_day())) };
        let end = match (job.ended_at, job.phase.is_terminal()) {
            (Some(end), _) => end,
            (None, true) => job.updated_at(),
            (None, false) => now,
        };
        let scope = Scope::over(start, end.plus_millis(AFTER_END_MS).min(now), now);
        let asked = [
            ("gpu", "GPUUtilization", "GPU utilization by host (100 % is one GPU)"),
            ("gpu-memory", "GPUMemoryUtilization", "GPU memory by host (100 % is one GPU)"),
            ("cpu", "CPUUtilization", "CPU utilization by host (100 % is one core)"),
            ("memory", "MemoryUtilization", "Memory by host"),
            ("disk", "DiskUtilization", "Disk by host"),
        ];
        let mut found = OfWorkload::over(&scope);
        let queries = asked.iter().flat_map(|(id, name, _)| {
            let of_host = move |(number, metric): (usize, ListedMetric)| {
                query(&format!("{}_{number}", id.replace('-', "_")), &metric, &Statistic::Average)
            };
            hosts(job, namespace, name).into_iter().enumerate().map(of_host)
        });
        let answer = self.ask(queries.collect(), &scope).await?;
        let name = |id: &str| {
            let (panel, _) = id.rsplit_once('_')?;
            asked.iter().find(|(id, ..)| id.replace('-', "_") == panel).map(|(_, name, _)| (*name).to_owned())
        };
        found.notes.extend(in_words(answer.notes, name));
        let shape = job.instance_type.as_deref().and_then(instance_shape);
        for (id, name, measure) in asked {
            let prefix = format!("{}_", id.replace('-', "_"));
            let of_name = |data: &&MetricData| {
                let number = data.query.strip_prefix(&prefix);
                number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            };
            let series: Vec<&MetricData> = answer.series.iter().filter(of_name).collect();
            found.notes.extend(series.iter().filter_map(|data| status_note(measure, data.status)).take(1));
            if let (Some(shape), Some(instance_type)) = (shape, &job.instance_type) {
                let resource = match name {
                    "GPUUtilization" => Some(WasteResource::Gpu),
                    "CPUUtilization" => Some(WasteResource::Cpu),
                    _ => None,
                };
                let told = resource.and_then(|of| waste(of, &series, shape, instance_type, scope.period));
                found.waste.extend(told);
            }
            if series.iter().all(|data| data.values.is_empty()) {
                continue;
            }
            let lines =
                series.iter().enumerate().map(|(host, data)| line(format!("algo-{}", host + 1), on_grid(data, &scope)));
            let measure = match devices(job, name) {
                Some(count) if count > 1 && name != "MemoryUtilization" && name != "DiskUtilization" => {
                    format!("{measure}; {count} in each")
                }
                _ => measure.to_owned(),
            };
            let picture = Picture::Lines(metric_lines(measure, "Percent", &scope, lines.collect()));
            found.panels.push(PanelData::new(id, picture));
        }
        Ok(found)
    }

    /// The time of a lasting thing that is shown.
    fn last_day(&self) -> Scope {
        let now = self.clock.now();
        Scope::over(now.plus_millis(-DAY_MS), now.floor_to(60_000), now)
    }

    async fn of_endpoint(&self, id: &WorkloadId) -> PortResult<OfWorkload> {
        let scope = self.last_day();
        let filter = MetricFilter {
            dimensions: vec![DimensionFilter { name: "EndpointName".to_owned(), value: Some(id.name.clone()) }],
            accounts: vec![id.account],
            regions: vec![id.region.clone()],
            ..MetricFilter::default()
        };
        let listed = self.source.list(&filter, MOST_METRICS).await?;
        let mut found = OfWorkload::over(&scope);
        found.notes.extend(listed.notes);
        let asked: [(&str, &str, &str, Statistic, &str); 7] = [
            ("invocations", REQUESTS, "Invocations", Statistic::Sum, "Invocations by variant"),
            ("latency", REQUESTS, "ModelLatency", Statistic::Percentile(9_900), "Model latency, p99"),
            ("overhead", REQUESTS, "OverheadLatency", Statistic::Average, "Overhead latency, mean"),
            ("errors-4xx", REQUESTS, "Invocation4XXErrors", Statistic::Sum, "4XX errors"),
            ("errors-5xx", REQUESTS, "Invocation5XXErrors", Statistic::Sum, "5XX errors"),
            ("cpu", INSTANCES, "CPUUtilization", Statistic::Average, "CPU utilization (100 % is one core)"),
            ("gpu", INSTANCES, "GPUUtilization", Statistic::Average, "GPU utilization (100 % is one GPU)"),
        ];
        let mut queries = Vec::new();
        let mut names: Vec<(String, String)> = Vec::new();
        for (panel, namespace, name, statistic, _) in &asked {
            let of_name = listed.metrics.iter().filter(|metric| {
                metric.metric.namespace == *namespace
                    && metric.metric.name == *name
                    && metric.metric.dimensions().len() == 2
            });
            for (number, metric) in of_name.enumerate() {
                let id = format!("{}_{number}", panel.replace('-', "_"));
                names.push((id.clone(), metric.metric.dimension("VariantName").unwrap_or_default().to_owned()));
                queries.push(query(&id, metric, statistic));
            }
        }
        let answer = self.ask(queries, &scope).await?;
        let name = |id: &str| {
            let (panel, _) = id.rsplit_once('_')?;
            asked.iter().find(|(id, ..)| id.replace('-', "_") == panel).map(|(_, _, name, ..)| (*name).to_owned())
        };
        found.notes.extend(in_words(answer.notes, name));
        for (panel, namespace, name, statistic, measure) in asked {
            let prefix = format!("{}_", panel.replace('-', "_"));
            let series: Vec<&MetricData> =
                answer.series.iter().filter(|data| data.query.starts_with(&prefix)).collect();
            if series.is_empty() {
                continue;
            }
            let variant = |data: &MetricData| {
                names.iter().find(|(id, _)| *id == data.query).map_or("", |(_, variant)| variant.as_str()).to_owned()
            };
            found.notes.extend(series.iter().filter_map(|data| status_note(&variant(data), data.status)));
            let lines = series.iter().map(|data| line(variant(data), on_grid(data, &scope))).collect();
            let picture = Picture::Lines(metric_lines(measure, unit(name, &statistic), &scope, lines));
            let explore = Exploration {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                statistic,
                dimensions: filter.dimensions.clone(),
                ..Exploration::default()
            };
            let explore = Some(query_string(explore, &Scope { accounts: vec![id.account], ..scope.clone() }));
            found.panels.push(PanelData { explore, ..PanelData::new(panel, picture) });
        }
        Ok(found)
    }
}
