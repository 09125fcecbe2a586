//! All series of a query, analysed.

use super::grid::{Grid, joined};
use onepane_domain::{
    Bucket, ChangeCell, CountingRule, Dimension, FindingFacet, FindingFilter, FindingSchema, FindingSeries, Notes,
    OutlierCell, Profile, QueryCost, SecurityQuery, SeriesInput, SeriesInsight, SeriesQuery, SeriesSettings,
    SourceName, Timestamp, TrendCell,
};
use onepane_insights::{Outcome, Series, analyze};
use onepane_series_view::cells::{self, Basis};
use onepane_series_view::{series_of, settings_of};
use std::collections::HashMap;

/// A series that began in the last so many buckets is looked at with as many empty ones before: that it came is the news.
const LEAD_IN: usize = 28;
/// Points of a sparkline.
const SPARKLINE: usize = 120;

/// What an evaluation depends on: a query without what only picks among its results.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) source: SourceName,
    pub(super) grid: Grid,
    pub(super) group_by: Vec<Dimension>,
    pub(super) filters: Vec<FindingFilter>,
    pub(super) count: CountingRule,
    pub(super) compare: bool,
    pub(super) profile: Profile,
}

impl Scope {
    /// Of a query at `now`, with a note about incomplete buckets.
    pub(super) fn of(query: &SecurityQuery, now: Timestamp) -> (Self, Option<String>) {
        let (grid, note) = Grid::of(query.window, query.bucket, now);
        let scope = Self {
            source: query.source.clone(),
            grid,
            group_by: query.group_by.clone(),
            filters: query.filters.clone(),
            count: query.count,
            compare: query.compare,
            profile: query.profile,
        };
        (scope, note)
    }

    /// The name under which decisions about a series are kept.
    fn identity(&self, key: &[String]) -> String {
        let security = SecurityQuery {
            source: self.source.clone(),
            bucket: self.grid.bucket,
            group_by: self.group_by.clone(),
            filters: self.filters.clone(),
            count: self.count,
            ..SecurityQuery::default()
        };
        SeriesQuery::of(security, key.to_vec()).identity()
    }
}

/// The answer of the source, analysed.
#[derive(Debug)]
pub(super) struct Evaluation {
    /// What was looked at.
    pub(super) grid: Grid,
    pub(super) schema: FindingSchema,
    /// The series, by key.
    pub(super) series: Vec<Evaluated>,
    /// The sums over the time before, by key; none where they were not asked for or could not be had.
    pub(super) previous: Option<HashMap<Vec<String>, u64>>,
    /// All records by severity.
    pub(super) severities: Vec<FindingSeries>,
    pub(super) facets: Vec<FindingFacet>,
    pub(super) evaluated_at: Timestamp,
    pub(super) cost: QueryCost,
    pub(super) notes: Notes,
}

/// One series, analysed.
#[derive(Debug)]
pub(super) struct Evaluated {
    pub(super) key: Vec<String>,
    /// See [`SeriesQuery::identity`].
    pub(super) identity: String,
    pub(super) sparkline: Vec<u64>,
    pub(super) total: u64,
    /// The sums over the last seven days and over the seven before.
    pub(super) weeks: Option<(u64, u64)>,
    pub(super) level: f64,
    pub(super) trend: Option<TrendCell>,
    pub(super) outlier: Option<OutlierCell>,
    pub(super) change: Option<ChangeCell>,
    /// Strongest first.
    pub(super) insights: Vec<SeriesInsight>,
    pub(super) is_analysed: bool,
    /// What could be said, for a series without insights.
    pub(super) outcome: String,
}

/// Analyses the series of an answer. Takes its time: not for a thread that others wait for.
pub(super) fn analysed(series: Vec<FindingSeries>, grid: Grid, scope: &Scope) -> Vec<Evaluated> {
    let counted: Vec<(FindingSeries, Vec<u64>, SeriesInput)> = series
        .into_iter()
        .filter_map(|series| {
            let counts = grid.counts(&series);
            let input = series_input(series.key.join(" | "), &counts, grid, scope.count)?;
            Some((series, counts, input))
        })
        .collect();
    let settings = settings_of(&SeriesSettings { profile: scope.profile, ..SeriesSettings::default() });
    let inputs: Vec<Series> = counted.iter().map(|(_, _, input)| series_of(input)).collect();
    let analysis = analyze(&inputs, &settings);
    let mut insights: Vec<Vec<SeriesInsight>> = vec![Vec::new(); counted.len()];
    for found in analysis.insights {
        if let Some(of_series) = insights.get_mut(found.series) {
            let (detector, at, score, sentence) = (found.detector, found.timestamp, found.score, found.sentence);
            of_series.push(SeriesInsight { detector, at, score, sentence: onepane_series_view::sentence(&sentence) });
        }
    }
    let reports = analysis.series.iter().zip(insights);
    let evaluated = counted.into_iter().zip(reports).map(|((series, counts, input), (report, insights))| {
        let basis = Basis::of(&input, scope.profile);
        Evaluated {
            identity: scope.identity(&series.key),
            key: series.key,
            sparkline: joined(&counts, SPARKLINE),
            total: counts.iter().sum(),
            weeks: grid.weeks(&counts),
            level: basis.level,
            trend: cells::trend(report, basis),
            outlier: cells::outliers(report).into_iter().next(),
            change: cells::changes(report).into_iter().next(),
            is_analysed: report.outcome == Outcome::Analysed,
            outcome: in_words(&report.outcome, &input),
            insights,
        }
    });
    evaluated.collect()
}

/// The counts as they are analysed: from the first one on, to the end. None if there are none.
pub(super) fn series_input(name: String, counts: &[u64], grid: Grid, rule: CountingRule) -> Option<SeriesInput> {
    let first = counts.iter().position(|count| *count > 0)?;
    let is_young = counts.len() - first <= LEAD_IN;
    let start = if is_young { first.saturating_sub(LEAD_IN) } else { first };
    Some(SeriesInput {
        name,
        measure: measure(rule, grid.bucket),
        start: grid.start(start),
        step_ms: grid.bucket.millis(),
        values: counts.iter().skip(start).map(|count| *count as f64).collect(),
    })
}

/// What is counted: `Updates a day`.
pub(super) fn measure(rule: CountingRule, bucket: Bucket) -> String {
    let what = match rule {
        CountingRule::Updates => "Updates",
        CountingRule::Distinct => "Findings",
        CountingRule::FirstSeen => "New findings",
        CountingRule::Active => "Active findings",
    };
    let article = if bucket == Bucket::Hour { "an" } else { "a" };
    format!("{what} {article} {}", bucket.word())
}

fn in_words(outcome: &Outcome, input: &SeriesInput) -> String {
    match outcome {
        Outcome::Analysed => "Nothing stands out.".to_owned(),
        Outcome::Insufficient { need, have } => {
            let since = super::grid::at(input.start);
            format!("Too short to be analysed: {have} points since {since}, {need} are needed.")
        }
        Outcome::Constant { value } => format!("Was {value} all the time."),
        Outcome::Unsupported { reason } => format!("Could not be analysed: {}.", reason.trim_end_matches('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::TimeWindow;

    fn grid(days: i64) -> Grid {
        let now: Timestamp = "2026-11-25T13:00:00Z".parse().unwrap();
        Grid::of(TimeWindow::Last(days * 86_400_000), Bucket::Day, now).0
    }

    #[test]
    fn a_series_is_looked_at_from_its_first_count_and_a_young_one_with_the_emptiness_before() {
        let mut counts = vec![0; 90];
        counts[30] = 4;
        let input = |counts: &[u64]| series_input(String::new(), counts, grid(90), CountingRule::Updates).unwrap();
        assert_eq!(input(&counts).values.len(), 60);
        assert_eq!(input(&counts).start.day(), "2026-09-26");
        assert_eq!(input(&counts).values[0], 4.0);
        let mut young = vec![0; 90];
        young[89] = 7;
        assert_eq!(input(&young).values.len(), 29);
        assert_eq!(input(&young).values[28], 7.0);
        assert_eq!(series_input(String::new(), &[0, 0], grid(2), CountingRule::Updates), None);
    }

    #[test]
    fn what_is_counted_has_a_name() {
        assert_eq!(measure(CountingRule::Updates, Bucket::Hour), "Updates an hour");
        assert_eq!(measure(CountingRule::FirstSeen, Bucket::Week), "New findings a week");
    }
}
