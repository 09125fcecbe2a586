//! What lies behind a point: its records, how they spread, and what SageMaker did in those accounts meanwhile.

use super::behind::Accounts;
use super::engine::add;
use super::{FindingsPaneService, grid::Grid};
use onepane_domain::{
    AccountId, Breakdown, BreakdownRow, CountingRule, Dimension, FindingRequest, FindingRow, FindingRows,
    FindingRowsRequest, FindingSchema, FindingSeries, Investigation, InvestigationQuery, MOST_FINDING_ROWS, Notes,
    PortResult, QueryCost,
};
use std::cmp::Reverse;

/// Records of one page.
const ROWS: u32 = 100;
/// Values of a breakdown.
const MOST_VALUES: usize = 12;
/// Values that are counted for a breakdown.
const MOST_COUNTED: usize = 1_000;
/// What is usual is told over so many buckets at least.
const LEAST_BEFORE: i64 = 7;
/// By what the records are broken down.
const DIMENSIONS: [Dimension; 3] = [Dimension::ACCOUNT, Dimension::RESOURCE, Dimension::SEVERITY];

impl FindingsPaneService {
    pub(super) async fn look_behind(&self, query: InvestigationQuery) -> PortResult<Investigation> {
        let source = &self.engine.source;
        let schema = source.schema(&query.source).await?;
        let rows = rows_request(&query, query.offset, ROWS);
        let (found, sql, (breakdowns, cost, notes), accounts) = tokio::join!(
            source.rows(&rows),
            source.sql(&rows),
            self.breakdowns(&query, &schema),
            self.accounts(&query, &schema)
        );
        // A question that cannot be answered at all, as of a dimension that the source does not have, is an error.
        let found = found?;
        let mut all_notes = found.notes;
        let sql = sql.unwrap_or_else(|error| {
            add(&mut all_notes, [format!("The SQL is missing: {error}.")]);
            String::new()
        });
        add(&mut all_notes, notes);
        let accounts = accounts.unwrap_or_else(|error| {
            add(&mut all_notes, [format!("The accounts are not known but for these rows: {error}.")]);
            Accounts::of_rows(&found.rows)
        });
        let behind = self.behind(&accounts, query.from, query.to).await;
        add(&mut all_notes, behind.notes);
        Ok(Investigation {
            rows: found.rows,
            more: found.more,
            sql,
            breakdowns,
            workloads: behind.workloads,
            workloads_total: behind.workloads_total,
            calls: behind.calls,
            cost: found.cost.and(cost),
            notes: all_notes,
        })
    }

    /// At most `most` records behind a point, newest first, and what is missing of them.
    pub async fn rows_behind(&self, query: &InvestigationQuery, most: usize) -> PortResult<(Vec<FindingRow>, Notes)> {
        let (mut rows, mut notes) = (Vec::new(), Notes::new());
        while rows.len() < most {
            let offset = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            let request = rows_request(query, query.offset.saturating_add(offset), MOST_FINDING_ROWS);
            let FindingRows { rows: page, more, notes: of_page, .. } = self.engine.source.rows(&request).await?;
            add(&mut notes, of_page);
            let is_last = !more || page.is_empty();
            rows.extend(page);
            if is_last {
                return Ok((rows, notes));
            }
        }
        rows.truncate(most);
        notes.push(format!("Cut after {most} records; there are more."));
        Ok((rows, notes))
    }

    async fn breakdowns(
        &self,
        query: &InvestigationQuery,
        schema: &FindingSchema,
    ) -> (Vec<Breakdown>, QueryCost, Notes) {
        let asked = known(schema, &DIMENSIONS).map(|dimension| self.breakdown(query, dimension.clone()));
        let (mut breakdowns, mut notes) = (Vec::new(), Notes::new());
        let mut cost = QueryCost { reused: true, ..QueryCost::default() };
        for answer in futures::future::join_all(asked).await {
            match answer {
                Ok((breakdown, of_this, more)) => {
                    breakdowns.push(breakdown);
                    cost = cost.and(of_this);
                    add(&mut notes, more);
                }
                Err(error) => add(&mut notes, [format!("A breakdown is missing: {error}.")]),
            }
        }
        (breakdowns, cost, notes)
    }

    async fn breakdown(
        &self,
        query: &InvestigationQuery,
        dimension: Dimension,
    ) -> PortResult<(Breakdown, QueryCost, Notes)> {
        let grid = up_to_point(query);
        let answer = self.engine.source.series(&request(query, grid, dimension.clone())).await?;
        Ok((broken_down(dimension, answer.series, grid), answer.cost, answer.notes))
    }

    /// The accounts that the records are of, those with most records first.
    async fn accounts(&self, query: &InvestigationQuery, schema: &FindingSchema) -> PortResult<Accounts> {
        let Some(dimension) = known(schema, &[Dimension::ACCOUNT]).next() else { return Ok(Accounts::default()) };
        let grid = Grid { from: query.from, to: query.to, bucket: query.bucket };
        let answer = self.engine.source.series(&request(query, grid, dimension.clone())).await?;
        let mut counted: Vec<(u64, AccountId)> = answer
            .series
            .iter()
            .filter_map(|series| Some((series.total(), series.key.first()?.parse().ok()?)))
            .collect();
        counted.sort_by_key(|(count, account)| (Reverse(*count), *account));
        Ok(Accounts::new(counted.into_iter().map(|(_, account)| account).collect()))
    }
}

/// Those of the dimensions that the source has.
fn known<'a>(schema: &FindingSchema, wanted: &'a [Dimension]) -> impl Iterator<Item = &'a Dimension> {
    wanted.iter().filter(|wanted| schema.dimensions.iter().any(|info| info.dimension == **wanted))
}

fn rows_request(query: &InvestigationQuery, offset: u32, limit: u32) -> FindingRowsRequest {
    let (source, filters) = (query.source.clone(), query.filters.clone());
    FindingRowsRequest { source, from: query.from, to: query.to, filters, offset, limit }
}

/// The bucket of the point, and those before it that tell what is usual.
fn up_to_point(query: &InvestigationQuery) -> Grid {
    let (start, width) = (query.bucket.start_of(query.at), query.bucket.millis());
    let before = (start.millis_since(query.from) / width).max(LEAST_BEFORE);
    Grid { from: start.plus_millis(-before * width), to: start.plus_millis(width), bucket: query.bucket }
}

fn request(query: &InvestigationQuery, grid: Grid, dimension: Dimension) -> FindingRequest {
    FindingRequest {
        source: query.source.clone(),
        group_by: vec![dimension],
        bucket: query.bucket,
        from: grid.from,
        to: grid.to,
        filters: query.filters.clone(),
        count: CountingRule::Updates,
        most_series: MOST_COUNTED,
    }
}

/// The last bucket of the grid against the mean of those before, by value.
fn broken_down(dimension: Dimension, series: Vec<FindingSeries>, grid: Grid) -> Breakdown {
    let mut values: Vec<(u64, u64, String)> = series
        .into_iter()
        .filter_map(|mut series| {
            let counts = grid.counts(&series);
            let (at_point, before) = counts.split_last()?;
            Some((*at_point, before.iter().sum(), series.key.pop().unwrap_or_default()))
        })
        .collect();
    values.sort_by(|one, other| (other.0, other.1, &one.2).cmp(&(one.0, one.1, &other.2)));
    let total = u64::try_from(values.len()).unwrap_or(u64::MAX);
    let buckets = grid.len().saturating_sub(1).max(1) as f64;
    let row = |(at_point, before, value): (u64, u64, String)| {
        let usual = mean_in_words(before as f64 / buckets);
        BreakdownRow { value, at_point, usual }
    };
    let rows = values.into_iter().take(MOST_VALUES).map(row).collect();
    Breakdown { dimension, rows, total }
}

/// A mean of counts: one digit behind the point where it says something.
fn mean_in_words(mean: f64) -> String {
    let text = if mean < 9.95 { format!("{mean:.1}") } else { format!("{mean:.0}") };
    match text.strip_suffix(".0") {
        Some("0") if mean > 0.0 => "< 0.1".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::{Bucket, SourceName, Timestamp};

    fn day(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_point_stands_against_the_mean_of_the_days_before() {
        let query = InvestigationQuery {
            source: SourceName::SECURITY_HUB,
            filters: Vec::new(),
            bucket: Bucket::Day,
            from: day("2026-11-07"),
            to: day("2026-11-14"),
            at: day("2026-11-10T07:00:00Z"),
            offset: 0,
        };
        let grid = up_to_point(&query);
        assert_eq!((grid.from, grid.to), (day("2026-11-03"), day("2026-11-11")));
        let series = |value: &str, counts: &[(&str, u64)]| FindingSeries {
            key: vec![value.to_owned()],
            counts: counts.iter().map(|(at, count)| (day(at), *count)).collect(),
        };
        let told = broken_down(
            Dimension::SEVERITY,
            vec![
                series("Low", &[("2026-11-04", 70), ("2026-11-10", 5)]),
                series("High", &[("2026-11-09", 1), ("2026-11-10", 90), ("2026-11-11", 4)]),
                series("Medium", &[("2026-11-03", 1)]),
            ],
            grid,
        );
        let rows: Vec<(&str, u64, &str)> =
            told.rows.iter().map(|row| (row.value.as_str(), row.at_point, row.usual.as_str())).collect();
        assert_eq!(rows, [("High", 90, "0.1"), ("Low", 5, "10"), ("Medium", 0, "0.1")]);
        assert_eq!(told.total, 3);
    }

    #[test]
    fn means_have_a_digit_where_it_says_something() {
        let told = [0.0, 0.01, 0.5, 2.0, 9.94, 9.96, 123.4].map(mean_in_words);
        assert_eq!(told, ["0", "< 0.1", "0.5", "2", "9.9", "10", "123"]);
    }
}
