//! What the *Metrics* page asks and is told.

use super::{DimensionFilter, Period, Statistic};
use crate::{AccountId, ChartView, Notes, PortResult, Region, TimeWindow, Timestamp, WorkloadId};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Which set of charts the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricsView {
    /// How the whole fleet does; from the read model, without CloudWatch.
    #[default]
    Fleet,
    /// Endpoints: traffic, latency, errors, load.
    Endpoints,
    /// How well training uses its instances.
    Training,
    /// What fails, where and why; from the read model.
    Failures,
    /// Whatever the reader picks.
    Explore,
}

impl MetricsView {
    /// All, in the order of the page.
    pub const ALL: [Self; 5] = [Self::Fleet, Self::Endpoints, Self::Training, Self::Failures, Self::Explore];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fleet => "fleet",
            Self::Endpoints => "endpoints",
            Self::Training => "training",
            Self::Failures => "failures",
            Self::Explore => "explore",
        }
    }

    /// The name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Fleet => "Fleet health",
            Self::Endpoints => "Endpoints",
            Self::Training => "Training utilization",
            Self::Failures => "Failures",
            Self::Explore => "Explore",
        }
    }
}

/// Which metrics share one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricGrouping {
    /// None: each metric is a line.
    #[default]
    Each,
    /// All of them.
    All,
    /// Those of one account.
    Account,
    /// Those of one Region.
    Region,
    /// Those with one value of this dimension.
    Dimension(String),
}

/// What the explorer shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exploration {
    /// Metrics of this namespace; empty while none is picked.
    pub namespace: String,
    /// And of this name; empty while none is picked.
    pub name: String,
    /// With all of these dimensions.
    pub dimensions: Vec<DimensionFilter>,
    /// What is told of each period.
    pub statistic: Statistic,
    /// Which metrics share a line.
    pub group_by: MetricGrouping,
    /// Expressions in CloudWatch's language: metric math, `SEARCH(…)`. They may name what is picked above as `m1`, `m2`…
    pub expressions: Vec<String>,
}

impl Default for Exploration {
    fn default() -> Self {
        Self {
            namespace: String::new(),
            name: String::new(),
            dimensions: Vec::new(),
            statistic: Statistic::Average,
            group_by: MetricGrouping::Each,
            expressions: Vec::new(),
        }
    }
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricsQuery {
    /// Which charts.
    pub view: MetricsView,
    /// Over which time; [`TimeWindow::All`] is not one and is read as the last day.
    pub window: TimeWindow,
    /// How much time a value stands for; what suits the window if none.
    pub period: Option<Period>,
    /// Of any of these accounts; of all if empty.
    pub accounts: Vec<AccountId>,
    /// Of any of these Regions; of all if empty.
    pub regions: Vec<Region>,
    /// True if the time of the same length just before is drawn too.
    pub compare: bool,
    /// What the explorer shows.
    pub explore: Exploration,
}

impl MetricsQuery {
    /// The window that is shown if none is asked for: 24 hours.
    pub const USUAL_WINDOW: TimeWindow = TimeWindow::Last(86_400_000);
}

impl Default for MetricsQuery {
    fn default() -> Self {
        Self {
            view: MetricsView::default(),
            window: Self::USUAL_WINDOW,
            period: None,
            accounts: Vec::new(),
            regions: Vec::new(),
            compare: false,
            explore: Exploration::default(),
        }
    }
}

/// One chart of the page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MetricsPanel {
    /// Its name within the page: letters, digits and `-`.
    pub id: String,
    /// The chart.
    pub chart: ChartView,
    /// True if the chart's axis is the page's window: then dragging over it can narrow the window.
    pub over_time: bool,
    /// The address' query string that shows it in the explorer, where that can be said.
    pub explore: Option<String>,
    /// What is missing from it, and why.
    pub notes: Notes,
}

/// Charts over one window: of the *Metrics* page, or of one workload over its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricsPage {
    /// The beginning of the window (inclusive), on the grid of the period.
    pub from: Timestamp,
    /// Its end (exclusive).
    pub to: Timestamp,
    /// How much time a value stands for.
    pub period: Period,
    /// The Regions that can be picked; none for a workload.
    pub regions: Vec<Region>,
    /// What can be picked in the explorer; nothing in other views.
    pub choices: MetricChoices,
    /// The charts; none for workloads that have no metrics.
    pub panels: Vec<MetricsPanel>,
    /// What stood idle, for a workload.
    pub waste: Vec<Waste>,
    /// What concerns all charts: what is missing, and why.
    pub notes: Notes,
}

/// The values of one dimension that can be picked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DimensionChoice {
    /// The dimension.
    pub name: String,
    /// Its values among the metrics that match, sorted; cut to some hundreds.
    pub values: Vec<String>,
}

/// What can be picked in the explorer, given what is picked already.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MetricChoices {
    /// Namespaces with metrics.
    pub namespaces: Vec<String>,
    /// Names within the picked namespace.
    pub names: Vec<String>,
    /// Dimensions of the picked metrics.
    pub dimensions: Vec<DimensionChoice>,
    /// How many metrics match all that is picked.
    pub matching: u64,
    /// What is missing here.
    pub notes: Notes,
}

/// What an instance has that can stand idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WasteResource {
    /// Processors (vCPUs).
    Cpu,
    /// GPUs.
    Gpu,
}

/// How much of what was paid for stood idle.
///
/// SageMaker's utilization is a sum over cores or devices: four busy GPUs are 400 %. So the share is
/// `1 - mean / (100 × devices)`, with the mean over all hosts and periods that were measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waste {
    /// Of what.
    pub resource: WasteResource,
    /// The idle share: 0 for none, 1 for all.
    pub idle: f64,
    /// The mean utilization of a host, in percent of one device.
    pub mean_percent: f64,
    /// Devices of a host.
    pub devices: u32,
    /// Hosts that were measured.
    pub hosts: u32,
    /// Host-hours that were measured.
    pub host_hours: f64,
    /// The instance type that says how many devices there are.
    pub instance_type: String,
}

/// Answers the *Metrics* page and the metrics of *Workload*.
#[async_trait]
pub trait MetricsPane: Send + Sync {
    /// The charts of a query. With `pictures` they bring their first picture.
    async fn metrics(&self, query: MetricsQuery, pictures: bool) -> PortResult<MetricsPage>;
    /// The metrics of a workload, over its life.
    async fn workload_metrics(&self, id: WorkloadId, pictures: bool) -> PortResult<MetricsPage>;
}
