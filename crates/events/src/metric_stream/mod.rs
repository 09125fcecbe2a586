//! Records of CloudWatch Metric Streams in the JSON output format: one metric at one minute each.
//!
//! Shape: "CloudWatch metric stream output in JSON format" in the CloudWatch user guide. Members that are not known are
//! passed over, and so are members of `value` that are no statistic of CloudWatch's.

mod reader;

pub use reader::{MAX_RECORD_BYTES, MetricStreamReader, ParsedMetric, parse_metrics};

use onepane_domain::{ListedMetric, MetricId, MetricPoint, MetricSeries, Statistic, StatisticSet, Timestamp};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

/// One metric at one minute.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricRecord {
    /// The metric, and where it is.
    pub metric: ListedMetric,
    /// The unit, in CloudWatch's words.
    pub unit: Option<String>,
    /// The minute, as the stream tells it.
    pub point: MetricPoint,
}

/// Records put together by metric, in the order in which each metric first comes.
pub fn by_metric(records: impl IntoIterator<Item = MetricRecord>) -> Vec<MetricSeries> {
    let mut places: HashMap<ListedMetric, usize> = HashMap::new();
    let mut all: Vec<MetricSeries> = Vec::new();
    for MetricRecord { metric, unit, point } in records {
        match places.get(&metric).and_then(|place| all.get_mut(*place)) {
            Some(series) => {
                series.unit = unit.or(series.unit.take());
                series.points.push(point);
            }
            None => {
                places.insert(metric.clone(), all.len());
                all.push(MetricSeries { metric, unit, points: vec![point] });
            }
        }
    }
    all
}

/// A record as it stands in the stream.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    account_id: Cow<'a, str>,
    #[serde(borrow)]
    region: Cow<'a, str>,
    #[serde(borrow)]
    namespace: Cow<'a, str>,
    #[serde(borrow)]
    metric_name: Cow<'a, str>,
    #[serde(borrow, default)]
    dimensions: Pairs<'a, Cow<'a, str>>,
    timestamp: i64,
    #[serde(borrow)]
    value: Pairs<'a, Option<f64>>,
    #[serde(borrow, default)]
    unit: Option<Cow<'a, str>>,
}

impl Wire<'_> {
    /// The record, or what is wrong with it and in which member.
    fn read(self) -> Result<MetricRecord, String> {
        let account = self.account_id.parse().map_err(|error| format!("account_id: {error}"))?;
        let region = self.region.parse().map_err(|error| format!("region: {error}"))?;
        let dimensions = self.dimensions.0.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned()));
        let metric = MetricId::new(self.namespace, self.metric_name, dimensions).map_err(|error| error.to_string())?;
        let time = Timestamp::from_millis(self.timestamp).map_err(|error| format!("timestamp: {error}"))?;
        let (statistics, more) = statistics(&self.value.0)?;
        Ok(MetricRecord {
            metric: ListedMetric { account, region, metric },
            unit: self.unit.map(Cow::into_owned).filter(|unit| !unit.is_empty()),
            point: MetricPoint { time, statistics, more },
        })
    }
}

/// The four statistics that every record has, and the further ones of the stream's statistics configurations.
fn statistics(value: &[(Cow<'_, str>, Option<f64>)]) -> Result<(StatisticSet, Vec<(Statistic, f64)>), String> {
    let find = |wanted: &str| {
        let found = value.iter().find(|(name, _)| name == wanted).and_then(|(_, number)| *number);
        found.ok_or_else(|| format!("value: {wanted} is missing"))
    };
    let set = StatisticSet { count: find("count")?, sum: find("sum")?, minimum: find("min")?, maximum: find("max")? };
    if set.count < 0.0 {
        return Err(format!("value: count is {}, less than nothing", set.count));
    }
    if set.minimum > set.maximum {
        return Err(format!("value: min, {}, is above max, {}", set.minimum, set.maximum));
    }
    let known = ["count", "sum", "min", "max"];
    let others = value.iter().filter(|(name, _)| !known.contains(&name.as_ref()));
    let mut more: Vec<(Statistic, f64)> =
        others.filter_map(|(name, number)| Some((name.parse().ok()?, (*number)?))).collect();
    more.sort_by(|one, two| one.0.cmp(&two.0));
    more.dedup_by(|later, first| later.0 == first.0);
    Ok((set, more))
}

/// The members of an object in their order; few, so that no map is needed.
struct Pairs<'a, T>(Vec<(Cow<'a, str>, T)>);

impl<T> Default for Pairs<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Pairs<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<'a, T>(PhantomData<(&'a (), T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Members<'a, T> {
            type Value = Pairs<'a, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::with_capacity(4);
                while let Some(Name(name)) = map.next_key()? {
                    pairs.push((name, map.next_value()?));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// A member's name, without a copy where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
