//! What people decided about insights, and which insights were found when.

use onepane_domain::{
    Bucket, Detector, ErrorKind, KnownInsight, PortError, PortResult, SeriesInsight, SeriesQuery, Timestamp, Triage,
    TriagedInsight, Verdict, fnv1a,
};
use std::collections::HashMap;

/// Most characters of a note.
const NOTE: usize = 2_000;
/// Most characters of a decider's name.
const NAME: usize = 80;
/// Most bytes of a series' identity.
const IDENTITY: usize = 16_000;

/// Decisions by series.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    by_series: HashMap<String, Vec<Triage>>,
    bucket: Bucket,
}

impl Decisions {
    /// Of these decisions, newest first, about series of this bucket.
    pub(super) fn new(triages: Vec<Triage>, bucket: Bucket) -> Self {
        let mut by_series: HashMap<String, Vec<Triage>> = HashMap::new();
        for triage in triages {
            by_series.entry(triage.insight.series.clone()).or_default().push(triage);
        }
        Self { by_series, bucket }
    }

    /// The decision about an insight: of several the nearest in time, then the newest.
    pub(super) fn about(&self, insight: &TriagedInsight) -> Option<&Triage> {
        let same = self.of(&insight.series).iter().filter(|triage| triage.insight.is_same_as(insight, self.bucket));
        same.min_by_key(|triage| triage.insight.at.millis_since(insight.at).abs())
    }

    /// All decisions about a series, newest first.
    pub(super) fn of(&self, series: &str) -> &[Triage] {
        self.by_series.get(series).map_or(&[], Vec::as_slice)
    }
}

/// True if the decision says that the insight need not be looked at.
pub(super) fn mutes(triage: &Triage) -> bool {
    matches!(triage.verdict, Verdict::Expected | Verdict::FalsePositive)
}

/// What evaluations found, by series.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_series: HashMap<u64, Vec<KnownInsight>>,
    bucket: Bucket,
}

impl Known {
    /// Of what was kept, about series of this bucket.
    pub(super) fn new(known: Vec<KnownInsight>, bucket: Bucket) -> Self {
        let mut by_series: HashMap<u64, Vec<KnownInsight>> = HashMap::new();
        for insight in known {
            by_series.entry(insight.series).or_default().push(insight);
        }
        Self { by_series, bucket }
    }

    /// When an evaluation first found it; none if none did.
    pub(super) fn first_found(&self, series: &str, detector: Detector, at: Timestamp) -> Option<Timestamp> {
        let series = fnv1a(series);
        let known = self.by_series.get(&series)?.iter();
        let same = known.filter(|known| known.is(series, detector, at, self.bucket));
        same.map(|known| known.first_found).min()
    }
}

/// What is known after an evaluation at `now` that found these insights, and how many of them were not known before.
/// What was not found again is remembered until `forget_before`: insights at the edge come and go.
pub(super) fn remembered<'a>(
    known: Vec<KnownInsight>,
    found: impl Iterator<Item = (&'a str, &'a SeriesInsight)>,
    bucket: Bucket,
    now: Timestamp,
    forget_before: Timestamp,
) -> (Vec<KnownInsight>, u64) {
    let before = Known::new(known, bucket);
    let (mut all, mut new) = (Vec::new(), 0);
    for (series, insight) in found {
        let first_found = before.first_found(series, insight.detector, insight.at);
        new += u64::from(first_found.is_none());
        all.push(KnownInsight {
            series: fnv1a(series),
            detector: insight.detector,
            at: insight.at,
            first_found: first_found.unwrap_or(now),
            last_found: now,
        });
    }
    let after = Known::new(all.clone(), bucket);
    let is_lost = |known: &KnownInsight| {
        let of_series = after.by_series.get(&known.series).map_or(&[][..], Vec::as_slice);
        !of_series.iter().any(|found| found.is(known.series, known.detector, known.at, bucket))
    };
    let lost = before.by_series.into_values().flatten().filter(|known| known.last_found >= forget_before);
    let mut lost: Vec<KnownInsight> = lost.filter(is_lost).collect();
    lost.sort_by(|one, other| other.last_found.cmp(&one.last_found).then_with(|| one.series.cmp(&other.series)));
    all.extend(lost);
    (all, new)
}

/// The decision as it may be kept, and the bucket of its series.
///
/// # Errors
/// [`ErrorKind::Invalid`] names what is wrong with it.
pub(super) fn checked(triage: Triage, now: Timestamp) -> PortResult<(Triage, Bucket)> {
    let invalid = |reason: String| Err(PortError::new(ErrorKind::Invalid, reason));
    let by = triage.by.trim().to_owned();
    if by.is_empty() || by.chars().count() > NAME || by.chars().any(char::is_control) {
        return invalid(format!("a decider's name has 1 to {NAME} characters"));
    }
    let note = triage.note.trim().to_owned();
    if note.chars().count() > NOTE {
        return invalid(format!("a note has at most {NOTE} characters"));
    }
    let bucket = bucket_of(&triage.insight.series)?;
    Ok((Triage { by, note, decided_at: now, ..triage }, bucket))
}

/// The bucket of the series that an identity names.
///
/// # Errors
/// [`ErrorKind::Invalid`] for a text that is no identity.
pub(super) fn bucket_of(series: &str) -> PortResult<Bucket> {
    let query = Some(series).filter(|series| series.len() <= IDENTITY).map(SeriesQuery::from_query_string);
    match query {
        Some(Ok(query)) if query.identity() == series => Ok(query.security.bucket),
        _ => Err(PortError::new(ErrorKind::Invalid, "series is no identity of a series")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: &str = "key=GuardDuty&key=Recon";

    fn day(day: i64) -> Timestamp {
        "2026-11-01".parse::<Timestamp>().unwrap().plus_days(day)
    }

    fn spike(at: i64) -> SeriesInsight {
        SeriesInsight { detector: Detector::Outlier, at: day(at), score: 50.0, sentence: String::new() }
    }

    fn told(known: &[KnownInsight]) -> Vec<(i64, i64)> {
        let days = |instant: Timestamp| instant.millis_since(day(0)) / 86_400_000;
        known.iter().map(|known| (days(known.at), days(known.first_found))).collect()
    }

    #[test]
    fn an_insight_is_new_once_though_it_moves_or_is_lost_for_a_while() {
        let run = |known, found: &[SeriesInsight], today: i64| {
            let found = found.iter().map(|insight| (SERIES, insight));
            remembered(known, found, Bucket::Day, day(today), day(today - 7))
        };
        let (known, new) = run(Vec::new(), &[spike(3)], 10);
        assert_eq!((told(&known), new), (vec![(3, 10)], 1));
        let (known, new) = run(known, &[spike(4), spike(9)], 11);
        assert_eq!((told(&known), new), (vec![(4, 10), (9, 11)], 1));
        let (known, new) = run(known, &[spike(9)], 12);
        assert_eq!((told(&known), new), (vec![(9, 11), (4, 10)], 0), "lost for a while");
        let (known, new) = run(known, &[spike(4), spike(9)], 13);
        assert_eq!((told(&known), new), (vec![(4, 10), (9, 11)], 0));
        let (known, _) = run(known, &[], 30);
        assert_eq!(told(&known), [], "for good");
    }

    fn decision(at: i64, verdict: Verdict, decided: i64) -> Triage {
        let insight = TriagedInsight { series: SERIES.to_owned(), detector: Detector::Outlier, at: day(at) };
        Triage { insight, verdict, note: String::new(), by: "Ana".to_owned(), decided_at: day(decided) }
    }

    #[test]
    fn the_nearest_decision_counts() {
        let triages = vec![decision(6, Verdict::Acknowledged, 20), decision(3, Verdict::Expected, 10)];
        let decisions = Decisions::new(triages, Bucket::Day);
        let verdict = |at: i64| {
            let insight = decision(at, Verdict::Expected, 0).insight;
            decisions.about(&insight).map(|triage| triage.verdict)
        };
        assert_eq!(verdict(4), Some(Verdict::Expected));
        assert_eq!(verdict(6), Some(Verdict::Acknowledged));
        assert_eq!(verdict(10), None);
    }

    #[test]
    fn a_decision_that_cannot_be_is_refused() {
        let reason = |change: fn(&mut Triage)| {
            let mut triage = decision(3, Verdict::Expected, 10);
            change(&mut triage);
            checked(triage, day(30)).map_err(|error| error.context)
        };
        let (kept, bucket) = reason(|triage| triage.by = " Ana ".to_owned()).unwrap();
        assert_eq!((kept.by.as_str(), kept.decided_at, bucket), ("Ana", day(30), Bucket::Day));
        assert!(reason(|triage| triage.by = String::new()).unwrap_err().contains("name"));
        assert!(reason(|triage| triage.by = "x".repeat(81)).unwrap_err().contains("name"));
        assert!(reason(|triage| triage.note = "x".repeat(2_001)).unwrap_err().contains("note"));
        for series in ["", "key=a", "key=a&key=b&range=7d", "by=a'b"] {
            assert!(bucket_of(series).is_err(), "{series}");
        }
        assert_eq!(bucket_of("bucket=week&key=a&key=b").unwrap(), Bucket::Week);
    }
}
