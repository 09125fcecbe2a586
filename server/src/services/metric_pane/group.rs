//! Several metrics on one line.
//!
//! Sums and counts add up, extremes of extremes are extremes, and a mean of all samples is their sum over their count.
//! Percentiles cannot be joined: the largest is told, and that it is.

use super::lines::{full_label, line, on_grid};
use super::scope::Scope;
use onepane_charts::Line;
use onepane_domain::{ListedMetric, MetricData, MetricGrouping, Organization, Statistic};
use std::collections::BTreeMap;

/// The statistics that a grouped line needs of each metric.
pub(super) fn needed(statistic: &Statistic) -> Vec<Statistic> {
    match statistic {
        Statistic::Average => vec![Statistic::Sum, Statistic::SampleCount],
        other => vec![other.clone()],
    }
}

/// What a statistic of several metrics is, if it is not what its name says.
pub(super) fn caveat(statistic: &Statistic) -> Option<String> {
    match statistic {
        Statistic::Percentile(_) | Statistic::Other(_) => {
            Some(format!("{statistic} cannot be joined over metrics: a group's line is the largest of its metrics'."))
        }
        _ => None,
    }
}

/// The name of the group that a metric belongs to.
pub(super) fn group_of(metric: &ListedMetric, grouping: &MetricGrouping, organization: &Organization) -> String {
    match grouping {
        MetricGrouping::Each => {
            full_label(&own_label(metric), Some(metric.account), Some(&metric.region), organization)
        }
        MetricGrouping::All => "All".to_owned(),
        MetricGrouping::Account => full_label("", Some(metric.account), None, organization),
        MetricGrouping::Region => metric.region.to_string(),
        MetricGrouping::Dimension(name) => {
            metric.metric.dimension(name).map_or_else(|| format!("no {name}"), ToOwned::to_owned)
        }
    }
}

/// What tells a metric from others of its name: the values of its dimensions.
pub(super) fn own_label(metric: &ListedMetric) -> String {
    let values: Vec<&str> = metric.metric.dimensions().iter().map(|(_, value)| value.as_str()).collect();
    if values.is_empty() { metric.metric.name.clone() } else { values.join(" ") }
}

/// The lines of groups. `series` holds, for each metric in order, its group's name and the answers to [`needed`].
pub(super) fn grouped(series: &[(String, Vec<&MetricData>)], statistic: &Statistic, scope: &Scope) -> Vec<Line> {
    let mut groups: BTreeMap<&str, Vec<Vec<Option<f64>>>> = BTreeMap::new();
    for (group, answers) in series {
        let parts = groups.entry(group).or_insert_with(|| vec![vec![None; scope.steps()]; needed(statistic).len()]);
        for (part, answer) in parts.iter_mut().zip(answers) {
            for (sum, value) in part.iter_mut().zip(on_grid(answer, scope)) {
                *sum = joined(statistic, *sum, value);
            }
        }
    }
    groups.into_iter().map(|(group, parts)| line(group, finished(&parts))).collect()
}

fn joined(statistic: &Statistic, one: Option<f64>, other: Option<f64>) -> Option<f64> {
    let (Some(one), Some(other)) = (one, other) else { return one.or(other) };
    Some(match statistic {
        Statistic::Sum | Statistic::SampleCount | Statistic::Average => one + other,
        Statistic::Minimum => one.min(other),
        Statistic::Maximum | Statistic::Percentile(_) | Statistic::Other(_) => one.max(other),
    })
}

/// A part is what it is; of a sum and a count the mean is told.
fn finished(parts: &[Vec<Option<f64>>]) -> Vec<Option<f64>> {
    match parts {
        [sums, counts] => {
            sums.iter().zip(counts).map(|(sum, count)| Some((*sum)? / (*count).filter(|n| *n > 0.0)?)).collect()
        }
        [values, ..] => values.clone(),
        [] => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::{Period, SeriesStatus, Timestamp};

    fn scope() -> Scope {
        let to = Timestamp::EPOCH.plus_millis(180_000);
        Scope {
            from: Timestamp::EPOCH,
            to,
            period: Period::MINUTE,
            note: None,
            accounts: Vec::new(),
            regions: Vec::new(),
        }
    }

    fn data(values: &[(i64, f64)]) -> MetricData {
        MetricData {
            query: "m".to_owned(),
            account: None,
            region: "us-east-1".parse().unwrap(),
            label: String::new(),
            unit: None,
            values: values.iter().map(|(minute, v)| (Timestamp::EPOCH.plus_millis(minute * 60_000), *v)).collect(),
            status: SeriesStatus::Complete,
        }
    }

    #[test]
    fn a_grouped_mean_weighs_by_samples() {
        let (sum_a, count_a) = (data(&[(0, 100.0), (1, 5.0)]), data(&[(0, 1.0), (1, 1.0)]));
        let (sum_b, count_b) = (data(&[(0, 0.0)]), data(&[(0, 99.0)]));
        let series = [("g".to_owned(), vec![&sum_a, &count_a]), ("g".to_owned(), vec![&sum_b, &count_b])];
        let lines = grouped(&series, &Statistic::Average, &scope());
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].values, [Some(1.0), Some(5.0), None]);
    }

    #[test]
    fn sums_add_up_and_extremes_stay() {
        let (a, b) = (data(&[(0, 2.0), (1, 3.0)]), data(&[(0, 5.0)]));
        let series = [("g".to_owned(), vec![&a]), ("g".to_owned(), vec![&b])];
        let values = |statistic: Statistic| grouped(&series, &statistic, &scope())[0].values.clone();
        assert_eq!(values(Statistic::Sum), [Some(7.0), Some(3.0), None]);
        assert_eq!(values(Statistic::Minimum), [Some(2.0), Some(3.0), None]);
        assert_eq!(values(Statistic::Maximum), [Some(5.0), Some(3.0), None]);
        assert_eq!(values(Statistic::Percentile(9_900)), [Some(5.0), Some(3.0), None]);
        assert!(caveat(&Statistic::Percentile(9_900)).is_some() && caveat(&Statistic::Sum).is_none());
    }
}
