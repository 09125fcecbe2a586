//! Points joined into longer periods.

use onepane_domain::{Statistic, StatisticSet};

/// One point, or several joined.
type Point<'a> = (StatisticSet, &'a [(Statistic, f64)]);

/// The value of a statistic over a period, and how it was had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Told {
    /// It is what CloudWatch would tell.
    Exactly(f64),
    /// It is the mean of shorter periods' values, weighted by their samples.
    Nearly(f64),
    /// The points do not tell it.
    NotAtAll,
}

/// A statistic over the points of a period.
///
/// Percentiles do not add up. They are told where the stream carried them, where all samples are known (each point has
/// one, or all of a point's are alike), and else as the mean of the points' own percentiles.
pub(super) fn tell(statistic: &Statistic, points: &[Point<'_>]) -> Told {
    let Some(set) = points.iter().map(|(set, _)| *set).reduce(StatisticSet::and) else { return Told::NotAtAll };
    if let Some(value) = set.statistic(statistic) {
        return Told::Exactly(value);
    }
    if let Statistic::Percentile(hundredths) = statistic
        && points.iter().all(|(set, _)| set.minimum == set.maximum)
    {
        let mut samples: Vec<(f64, f64)> = points.iter().map(|(set, _)| (set.minimum, set.count)).collect();
        return Told::Exactly(percentile(&mut samples, *hundredths));
    }
    match mean_of(statistic, points) {
        Some(value) if points.len() == 1 => Told::Exactly(value),
        Some(value) => Told::Nearly(value),
        None => Told::NotAtAll,
    }
}

/// The least of the samples that has this part of them at or below it. Samples are values with how often they come.
fn percentile(samples: &mut [(f64, f64)], hundredths: u16) -> f64 {
    samples.sort_by(|one, two| one.0.total_cmp(&two.0));
    let total: f64 = samples.iter().map(|(_, count)| count).sum();
    let wanted = total * f64::from(hundredths) / 10_000.0;
    let mut seen = 0.0;
    for (value, count) in samples.iter() {
        seen += count;
        if seen >= wanted {
            return *value;
        }
    }
    samples.last().map_or(f64::NAN, |(value, _)| *value)
}

/// The mean of a further statistic over points that all have it, weighted by their samples; sums and counts are added.
fn mean_of(statistic: &Statistic, points: &[Point<'_>]) -> Option<f64> {
    let adds_up = matches!(statistic, Statistic::Other(name) if ["tc", "ts", "TC", "TS"].iter().any(|word| name.starts_with(word)));
    let (mut sum, mut weight) = (0.0, 0.0);
    for (set, more) in points.iter().filter(|(set, _)| set.count > 0.0) {
        let value = match more.iter().find(|(known, _)| known == statistic) {
            Some((_, value)) => *value,
            // All samples of the point are alike, so that each percentile is that value.
            None => set.statistic(statistic)?,
        };
        let share = if adds_up { 1.0 } else { set.count };
        sum += value * share;
        weight += share;
    }
    let mean = if adds_up { sum } else { sum / weight };
    (weight > 0.0).then_some(mean)
}

/// Points of one tier as one point of the next.
pub(super) fn roll_up<'a>(points: impl Iterator<Item = Point<'a>>) -> Option<(StatisticSet, Vec<(Statistic, f64)>)> {
    let points: Vec<Point<'a>> = points.collect();
    let set = points.iter().map(|(set, _)| *set).reduce(StatisticSet::and)?;
    let mut names: Vec<&Statistic> = points.iter().flat_map(|(_, more)| more.iter().map(|(name, _)| name)).collect();
    names.sort();
    names.dedup();
    let more = names.into_iter().filter_map(|name| Some((name.clone(), mean_of(name, &points)?))).collect();
    Some((set, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistic(text: &str) -> Statistic {
        text.parse().unwrap()
    }

    #[test]
    fn percentiles_are_exact_where_all_samples_are_known() {
        let points: Vec<Point<'_>> = (1..=100).map(|value| (StatisticSet::single(f64::from(value)), &[][..])).collect();
        assert_eq!(tell(&statistic("p90"), &points), Told::Exactly(90.0));
        assert_eq!(tell(&statistic("p99.5"), &points), Told::Exactly(100.0));
        assert_eq!(tell(&statistic("p0"), &points), Told::Exactly(1.0));
    }

    #[test]
    fn percentiles_of_a_stream_are_exact_alone_and_means_together() {
        let p99 = statistic("p99");
        let set = |count: f64| StatisticSet { count, sum: 10.0 * count, minimum: 1.0, maximum: 90.0 };
        let (one, two) = ([(p99.clone(), 50.0)], [(p99.clone(), 80.0)]);
        assert_eq!(tell(&p99, &[(set(10.0), &one)]), Told::Exactly(50.0));
        assert_eq!(tell(&p99, &[(set(10.0), &one), (set(20.0), &two)]), Told::Nearly(70.0));
        assert_eq!(tell(&p99, &[(set(10.0), &one), (set(20.0), &[])]), Told::NotAtAll);
        assert_eq!(tell(&statistic("p50"), &[(set(10.0), &one)]), Told::NotAtAll);
        assert_eq!(tell(&p99, &[(set(10.0), &one), (StatisticSet::single(20.0), &[])]), Told::Nearly(520.0 / 11.0));
        let (rolled, more) = roll_up([(set(10.0), &one[..]), (set(20.0), &two[..])].into_iter()).unwrap();
        assert_eq!((rolled.count, more), (30.0, vec![(p99, 70.0)]));
    }
}
