//! Asks the source, and keeps what came of it.

use super::evaluation::{Evaluation, Scope, analysed};
use super::grid::Grid;
use super::kept::Kept;
use crate::clock::Clock;
use futures::StreamExt;
use onepane_domain::{
    Bucket, CountingRule, Dimension, ErrorKind, FindingFacet, FindingFilter, FindingRequest, FindingSchema,
    FindingSeriesAnswer, FindingSource, Notes, PortError, PortResult, QueryCost, SourceName,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Most series that are looked at.
const MOST_SERIES: usize = 5_000;
/// Values of one dimension that can be picked.
const MOST_VALUES: usize = 50;
/// Dimensions whose values can be picked.
const MOST_FACETS: usize = 8;
/// Facets that are asked for at a time.
const FACETS_AT_ONCE: usize = 3;
/// An evaluation is given as it is for so long.
const FRESH_MS: i64 = 5 * 60_000;
/// Then it is still given, and made anew behind it, for so long.
const LASTS_MS: i64 = 2 * 3_600_000;
/// Evaluations that are kept.
const MOST_KEPT: usize = 24;

/// What differs for nearly every record is nothing to pick from a list.
const NOT_PICKED: [Dimension; 3] = [Dimension::UID, Dimension::RESOURCE, Dimension::TITLE];

/// The source, with the evaluations made of it.
pub(super) struct Engine {
    pub(super) source: Arc<dyn FindingSource>,
    pub(super) clock: Clock,
    kept: Kept<Scope, Evaluation>,
}

impl Engine {
    pub(super) fn new(source: Arc<dyn FindingSource>, clock: Clock) -> Self {
        Self { source, clock, kept: Kept::new(MOST_KEPT) }
    }

    /// The evaluation of a scope: the one that is kept, or a new one. An old one is given all the same while a new one is
    /// made behind it, so that a page need not wait.
    pub(super) async fn evaluation(self: &Arc<Self>, scope: &Scope) -> PortResult<Arc<Evaluation>> {
        let (kept, flight) = self.kept.get(scope);
        if let Some(kept) = kept {
            let age = self.age(&kept);
            if age < FRESH_MS {
                return Ok(kept);
            }
            if age < LASTS_MS {
                if let Ok(flying) = flight.try_lock_owned() {
                    let (engine, scope) = (Arc::clone(self), scope.clone());
                    tokio::spawn(async move {
                        let _flying = flying;
                        if let Err(error) = engine.make(&scope).await {
                            tracing::warn!(%error, cause = ?error.source, "findings could not be evaluated anew");
                        }
                    });
                }
                return Ok(kept);
            }
        }
        let _flying = flight.lock().await;
        // Whoever flew before may have made it.
        match self.kept.get(scope).0 {
            Some(made) if self.age(&made) < FRESH_MS => Ok(made),
            _ => self.make(scope).await,
        }
    }

    /// A new evaluation, whatever is kept; it is kept in its place.
    pub(super) async fn anew(&self, scope: &Scope) -> PortResult<Arc<Evaluation>> {
        let (_, flight) = self.kept.get(scope);
        let _flying = flight.lock().await;
        self.make(scope).await
    }

    /// Forgets all evaluations: the findings are others now.
    pub(super) fn forget(&self) {
        self.kept.forget();
    }

    fn age(&self, evaluation: &Evaluation) -> i64 {
        self.clock.now().millis_since(evaluation.evaluated_at)
    }

    async fn make(&self, scope: &Scope) -> PortResult<Arc<Evaluation>> {
        let made = Arc::new(self.evaluate(scope).await?);
        self.kept.put(scope, Arc::clone(&made));
        Ok(made)
    }

    async fn evaluate(&self, scope: &Scope) -> PortResult<Evaluation> {
        let evaluated_at = self.clock.now();
        let schema = self.source.schema(&scope.source).await?;
        let (grid, mut notes) = scope.grid.within(schema.first, schema.last);
        add(&mut notes, schema.notes.clone());
        let all = request(scope, grid, scope.group_by.clone());
        let (answer, previous, severities, (facets, facet_cost, facet_notes)) = tokio::join!(
            self.source.series(&all),
            self.previous(scope, grid),
            self.severities(scope, grid, &schema),
            self.facets(scope, grid, &schema),
        );
        let answer = answer?;
        add(&mut notes, answer.notes);
        let mut cost = answer.cost.and(facet_cost);
        let mut beside = |what: &str, answer: PortResult<FindingSeriesAnswer>| match answer {
            Ok(answer) => {
                cost = cost.and(answer.cost);
                add(&mut notes, answer.notes);
                Some(answer.series)
            }
            Err(error) => {
                add(&mut notes, [format!("{what}: {error}.")]);
                None
            }
        };
        let severities = beside("The severities are missing", severities).unwrap_or_default();
        let previous = previous.and_then(|answer| beside("The time before is missing", answer));
        let sums = |series: onepane_domain::FindingSeries| {
            let total = series.total();
            (series.key, total)
        };
        let previous = previous.map(|series| series.into_iter().map(sums).collect::<HashMap<_, _>>());
        add(&mut notes, facet_notes);
        let for_analysis = scope.clone();
        let analysis = tokio::task::spawn_blocking(move || analysed(answer.series, grid, &for_analysis)).await;
        let series =
            analysis.map_err(|error| PortError::with_source(ErrorKind::Unavailable, "analyse findings", error))?;
        Ok(Evaluation { grid, schema, series, previous, severities, facets, evaluated_at, cost, notes })
    }

    /// The time before, where it is asked for.
    async fn previous(&self, scope: &Scope, grid: Grid) -> Option<PortResult<FindingSeriesAnswer>> {
        let request = request(scope, grid.previous(), scope.group_by.clone());
        match scope.compare {
            true => Some(self.source.series(&request).await),
            false => None,
        }
    }

    async fn severities(&self, scope: &Scope, grid: Grid, schema: &FindingSchema) -> PortResult<FindingSeriesAnswer> {
        let known = schema.dimensions.iter().any(|info| info.dimension == Dimension::SEVERITY);
        let group_by = if known { vec![Dimension::SEVERITY] } else { Vec::new() };
        self.source.series(&request(scope, grid, group_by)).await
    }

    /// The values of the dimensions, each without regard to what its own filter picks.
    async fn facets(&self, scope: &Scope, grid: Grid, schema: &FindingSchema) -> (Vec<FindingFacet>, QueryCost, Notes) {
        let picked = schema.dimensions.iter().map(|info| &info.dimension);
        let picked = picked.filter(|dimension| !NOT_PICKED.contains(dimension)).take(MOST_FACETS);
        let asked: Vec<_> = picked.cloned().map(|dimension| self.facet(scope, grid, dimension)).collect();
        let answers: Vec<_> = futures::stream::iter(asked).buffered(FACETS_AT_ONCE).collect().await;
        let (mut facets, mut notes) = (Vec::new(), Notes::new());
        let mut cost = QueryCost { reused: true, ..QueryCost::default() };
        for answer in answers {
            match answer {
                Ok((facet, of_facet)) => {
                    facets.push(facet);
                    cost = cost.and(of_facet);
                }
                Err(error) => add(&mut notes, [format!("Some filters are missing: {error}.")]),
            }
        }
        (facets, cost, notes)
    }

    async fn facet(&self, scope: &Scope, grid: Grid, dimension: Dimension) -> PortResult<(FindingFacet, QueryCost)> {
        let mut request = request(scope, grid, vec![dimension.clone()]);
        request.filters.retain(|filter| filter.dimension != dimension);
        // Records, in as few buckets as there can be: the cheapest question that ranks values.
        request.count = CountingRule::Updates;
        request.bucket = Bucket::Week;
        request.most_series = MOST_VALUES;
        let answer = self.source.series(&request).await?;
        let mut values: Vec<(String, u64)> = answer
            .series
            .into_iter()
            .map(|mut series| {
                (series.key.pop().unwrap_or_default(), series.counts.iter().map(|(_, count)| count).sum())
            })
            .collect();
        // What is picked can be taken back, also where it counts nothing now.
        let picked = scope.filters.iter().filter(|filter| filter.dimension == dimension);
        for value in picked.flat_map(|filter| &filter.values) {
            if !values.iter().any(|(known, _)| known == value) {
                values.push((value.clone(), 0));
            }
        }
        values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Ok((FindingFacet { dimension, values }, answer.cost))
    }

    /// The counts of one series.
    pub(super) async fn one_series(
        &self,
        source: &SourceName,
        grid: Grid,
        filters: Vec<FindingFilter>,
        count: CountingRule,
    ) -> PortResult<FindingSeriesAnswer> {
        let request = FindingRequest {
            source: source.clone(),
            group_by: Vec::new(),
            bucket: grid.bucket,
            from: grid.from,
            to: grid.to,
            filters,
            count,
            most_series: 1,
        };
        self.source.series(&request).await
    }
}

fn request(scope: &Scope, grid: Grid, group_by: Vec<Dimension>) -> FindingRequest {
    FindingRequest {
        source: scope.source.clone(),
        group_by,
        bucket: grid.bucket,
        from: grid.from,
        to: grid.to,
        filters: scope.filters.clone(),
        count: scope.count,
        most_series: MOST_SERIES,
    }
}

/// Adds notes that are not there yet: several questions to one source find the same missing.
pub(super) fn add(notes: &mut Notes, more: impl IntoIterator<Item = String>) {
    for note in more {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}
