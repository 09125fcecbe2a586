//! The rows of the list, from an evaluation.

use super::decisions::{Decisions, Known, mutes};
use super::evaluation::{Evaluated, Evaluation};
use onepane_domain::{InsightRow, InsightShow, Mover, SecurityQuery, SeriesInsight, Timestamp, Triage, TriagedInsight};

/// Most movers.
const MOST_MOVERS: usize = 10;

/// The rows that a query picks, strongest first, and what it leaves countable.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) rows: Vec<InsightRow>,
    /// Insights that people muted.
    pub(super) muted: u64,
    /// Insights that were not there at the last visit, those that people muted apart.
    pub(super) new: u64,
}

/// An insight with what is known of it.
struct Judged<'a> {
    insight: &'a SeriesInsight,
    as_decided: TriagedInsight,
    triage: Option<&'a Triage>,
    is_muted: bool,
    is_new: bool,
}

/// Picks and ranks the series of an evaluation.
pub(super) fn list(evaluation: &Evaluation, query: &SecurityQuery, decisions: &Decisions, known: &Known) -> List {
    let text = query.text.to_lowercase();
    let mut list = List::default();
    for series in &evaluation.series {
        let judged: Vec<Judged<'_>> =
            series.insights.iter().map(|insight| judge(series, insight, query.since, decisions, known)).collect();
        list.muted += count(&judged, |judged| judged.is_muted);
        list.new += count(&judged, |judged| judged.is_new && !judged.is_muted);
        let named = text.is_empty() || series.key.iter().any(|value| value.to_lowercase().contains(&text));
        // Strongest first, as the evaluation has them.
        let strongest = judged.into_iter().find(|judged| {
            let of_detector = query.detector.is_none_or(|detector| detector == judged.insight.detector);
            of_detector && shows(query.show, judged)
        });
        if named && (strongest.is_some() || query.show == InsightShow::All) {
            list.rows.push(row(series, strongest, evaluation));
        }
    }
    list.rows.sort_by(|one, other| {
        let by_size = || other.total.cmp(&one.total).then_with(|| one.key.cmp(&other.key));
        other.score.total_cmp(&one.score).then_with(by_size)
    });
    list
}

fn judge<'a>(
    series: &Evaluated,
    insight: &'a SeriesInsight,
    since: Option<Timestamp>,
    decisions: &'a Decisions,
    known: &Known,
) -> Judged<'a> {
    let as_decided = TriagedInsight { series: series.identity.clone(), detector: insight.detector, at: insight.at };
    let triage = decisions.about(&as_decided);
    // What no scheduled evaluation found, as in another grouping, has no past to be new against.
    let first_found = known.first_found(&series.identity, insight.detector, insight.at);
    let is_new = since.zip(first_found).is_some_and(|(since, first_found)| first_found > since);
    Judged { insight, as_decided, triage, is_muted: triage.is_some_and(mutes), is_new }
}

fn shows(show: InsightShow, judged: &Judged<'_>) -> bool {
    match show {
        InsightShow::Open => !judged.is_muted,
        InsightShow::New => judged.is_new && !judged.is_muted,
        InsightShow::Muted => judged.is_muted,
        InsightShow::All => true,
    }
}

fn row(series: &Evaluated, strongest: Option<Judged<'_>>, evaluation: &Evaluation) -> InsightRow {
    let previous = evaluation.previous.as_ref().map(|sums| sums.get(&series.key).copied().unwrap_or(0));
    let mut row = InsightRow {
        key: series.key.clone(),
        sparkline: series.sparkline.clone(),
        total: series.total,
        previous,
        level: series.level,
        trend: series.trend,
        outlier: series.outlier,
        change: series.change,
        score: 0.0,
        insight: None,
        why: series.outcome.clone(),
        triage: None,
        is_new: false,
    };
    if let Some(judged) = strongest {
        row.score = judged.insight.score;
        row.why.clone_from(&judged.insight.sentence);
        row.insight = Some(judged.as_decided);
        row.triage = judged.triage.cloned();
        row.is_new = judged.is_new;
    }
    row
}

/// The series that changed most from one week to the next: by how far the difference is beyond what chance makes of
/// counts of that size.
pub(super) fn movers(evaluation: &Evaluation) -> Vec<Mover> {
    let moved = |(now, before): (u64, u64)| {
        let (now, before) = (now as f64, before as f64);
        (now - before).abs() / (now + before).sqrt().max(1.0)
    };
    let mut all: Vec<(f64, Mover)> = evaluation
        .series
        .iter()
        .filter_map(|series| {
            let weeks @ (now, before) = series.weeks.filter(|(now, before)| now != before)?;
            Some((moved(weeks), Mover { key: series.key.clone(), now, before }))
        })
        .collect();
    all.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.key.cmp(&other.1.key)));
    all.into_iter().take(MOST_MOVERS).map(|(_, mover)| mover).collect()
}

fn count(judged: &[Judged<'_>], is: impl Fn(&Judged<'_>) -> bool) -> u64 {
    judged.iter().map(|judged| u64::from(is(judged))).sum()
}
