//! *Training utilization*: how well the training jobs of the window use their instances.

use super::MetricPaneService;
use super::endpoints::query;
use super::lines::{full_label, line, mean, metric_lines, on_grid, status_note};
use super::notes::in_words;
use super::panel::{PanelData, Picture};
use super::scope::Scope;
use onepane_charts::Line;
use onepane_domain::{
    Filter, ListedMetric, MetricId, MetricQuery, Notes, Pane, PortResult, SearchRequest, SortKey, SortOrder, Statistic,
    TimeField, TimeWindow, Timestamp, Transition, WorkloadKind, WorkloadQuery, instance_shape,
};

/// Where training jobs' instances tell what they do.
pub(super) const TRAINING: &str = "/aws/sagemaker/TrainingJobs";
/// Jobs that the charts show.
const SHOWN: usize = 12;
/// Jobs among which those are chosen.
const LOOKED_AT: u32 = 400;
/// Most hosts of one job that are asked for.
const MOST_HOSTS: usize = 16;

impl MetricPaneService {
    pub(super) async fn training(&self, scope: &Scope) -> PortResult<Vec<PanelData>> {
        let (gpu_jobs, total) = self.training_jobs(scope, true).await?;
        let (cpu_jobs, _) = self.training_jobs(scope, false).await?;
        let note = format!("{} of {total} training jobs on GPUs are drawn: those that ran longest.", gpu_jobs.len());
        let notes: Notes = (total > gpu_jobs.len()).then_some(note).into_iter().collect();
        let (gpu, memory, cpu, cpu_only) = futures::try_join!(
            self.of_jobs(&gpu_jobs, "GPUUtilization", scope),
            self.of_jobs(&gpu_jobs, "GPUMemoryUtilization", scope),
            self.of_jobs(&gpu_jobs, "CPUUtilization", scope),
            self.of_jobs(&cpu_jobs, "CPUUtilization", scope),
        )?;
        let multiples = |id: &str, measure: &str, (lines, more): (Vec<Line>, Notes)| {
            let picture = Picture::Multiples(metric_lines(measure, "Percent", scope, lines));
            PanelData::new(id, picture).with_notes(notes.clone()).with_notes(more)
        };
        Ok(vec![
            multiples("gpu-by-job", "GPU utilization by job, share of all its GPUs", gpu),
            multiples("gpu-memory-by-job", "GPU memory by job, share of all its GPUs", memory),
            multiples("cpu-of-gpu-jobs", "CPU utilization of the same jobs, share of all their cores", cpu),
            {
                let picture = Picture::Multiples(metric_lines(
                    "CPU utilization of jobs without GPUs, share of all their cores",
                    "Percent",
                    scope,
                    cpu_only.0,
                ));
                PanelData::new("cpu-by-job", picture).with_notes(cpu_only.1)
            },
        ])
    }

    /// The longest training jobs that were at work in the window, on GPUs or without; and how many there are.
    async fn training_jobs(&self, scope: &Scope, on_gpus: bool) -> PortResult<(Vec<Transition>, usize)> {
        // Whatever was at work in the window ended in it, or after it, or has not ended.
        let filter = Filter {
            accounts: scope.accounts.clone(),
            regions: scope.regions.clone(),
            kinds: vec![WorkloadKind::TrainingJob],
            time_field: TimeField::Updated,
            window: TimeWindow::Between(scope.from, Timestamp::MAX),
            ..Filter::default()
        };
        let request = SearchRequest {
            query: WorkloadQuery { filter, sort: SortKey::Duration, order: SortOrder::Descending },
            cursor: None,
            offset: 0,
            limit: LOOKED_AT,
            parts: Vec::new(),
        };
        let rows = self.pane.search(request).await?.rows.into_iter().filter(|job| {
            let began = job.started_at.or(job.created_at).is_some_and(|start| start < scope.to);
            let shape = job.instance_type.as_deref().and_then(instance_shape);
            began && shape.is_some_and(|shape| (shape.gpus > 0) == on_gpus)
        });
        let mut jobs: Vec<Transition> = rows.collect();
        let total = jobs.len();
        jobs.truncate(SHOWN);
        Ok((jobs, total))
    }

    /// One line a job: the mean of its hosts, as a share of what they have.
    async fn of_jobs(&self, jobs: &[Transition], name: &str, scope: &Scope) -> PortResult<(Vec<Line>, Notes)> {
        let mut queries: Vec<MetricQuery> = Vec::new();
        for (number, job) in jobs.iter().enumerate() {
            for (host, metric) in hosts(job, TRAINING, name).into_iter().enumerate() {
                queries.push(query(&format!("j{number}_{host}"), &metric, &Statistic::Average));
            }
        }
        let answer = self.ask(queries, scope).await?;
        let job_name = |id: &str| {
            let number: usize = id.strip_prefix('j')?.split('_').next()?.parse().ok()?;
            jobs.get(number).map(|job| job.id.name.clone())
        };
        let mut notes = in_words(answer.notes, job_name);
        let organization = self.model.organization();
        let mut lines = Vec::new();
        for (number, job) in jobs.iter().enumerate() {
            let prefix = format!("j{number}_");
            let hosts: Vec<_> = answer.series.iter().filter(|data| data.query.starts_with(&prefix)).collect();
            let label = full_label(&job.id.name, Some(job.id.account), Some(&job.id.region), organization);
            notes.extend(hosts.iter().filter_map(|data| status_note(&label, data.status)).take(1));
            let devices = f64::from(devices(job, name).unwrap_or(1));
            let values: Vec<Vec<Option<f64>>> = hosts.iter().map(|data| on_grid(data, scope)).collect();
            let at = |step: usize| {
                let of_hosts: Vec<Option<f64>> =
                    values.iter().map(|values| values.get(step).copied().flatten()).collect();
                let present = line(String::new(), of_hosts);
                present.values.iter().any(Option::is_some).then(|| mean(&present) / devices)
            };
            lines.push(line(label, (0..scope.steps()).map(at).collect()));
        }
        Ok((lines, notes))
    }
}

/// How many devices a utilization is the sum over.
pub(super) fn devices(job: &Transition, name: &str) -> Option<u32> {
    let shape = instance_shape(job.instance_type.as_deref()?)?;
    match name {
        "CPUUtilization" => Some(shape.vcpus),
        "GPUUtilization" | "GPUMemoryUtilization" => Some(shape.gpus),
        _ => Some(1),
    }
    .filter(|devices| *devices > 0)
}

/// The metric of each host of a job: `Host` is the job's name and `algo-1`, `algo-2`…
pub(super) fn hosts(job: &Transition, namespace: &str, name: &str) -> Vec<ListedMetric> {
    let count = usize::try_from(job.instance_count.unwrap_or(1)).unwrap_or(1).clamp(1, MOST_HOSTS);
    let host = |number: usize| {
        let dimension = ("Host".to_owned(), format!("{}/algo-{number}", job.id.name));
        MetricId::new(namespace, name, [dimension]).ok()
    };
    let listed = |metric| ListedMetric { account: job.id.account, region: job.id.region.clone(), metric };
    (1..=count).filter_map(host).map(listed).collect()
}
