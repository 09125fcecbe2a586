//! Values that were read are not asked for again.
//!
//! Single metrics are kept period by period: a value whose period ended a while ago (metrics arrive late) is final, and
//! only what lies behind it is asked again, at most once a minute. Answers of expressions are kept whole, for the same
//! window only: a search may find more metrics next time, and a function may look at the whole window.

mod series;

use crate::needed;
use async_trait::async_trait;
use futures::future::join_all;
use onepane_asking::Kept;
use onepane_domain::{
    ErrorKind, MetricAnswer, MetricData, MetricFilter, MetricList, MetricQuery, MetricRequest, MetricSource, Notes,
    PortError, PortResult, QuerySource, Region, SeriesStatus, Timestamp,
};
use parking_lot::Mutex;
use series::{KeptSeries, SeriesKey, Shelf, Window};
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// How much is kept, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheConfig {
    /// How long after its end a period's value is final.
    pub settles_after: Duration,
    /// How long a value that is not final, and an answer with notes, may be used. Counted on a grid from 1970, so that
    /// all pages turn at once.
    pub open_for: Duration,
    /// How long the answer of an expression may be used whose window is final.
    pub closed_for: Duration,
    /// How long a list may be used.
    pub lists_for: Duration,
    /// Most values that are kept, of 16 bytes each; half as many again for expressions' answers, and as many metrics of
    /// lists as an eighth.
    pub most_values: usize,
}

impl Default for CacheConfig {
    /// Five minutes to settle, one minute if open, an hour if closed, lists for five minutes; two million values.
    fn default() -> Self {
        Self {
            settles_after: Duration::from_secs(300),
            open_for: Duration::from_secs(60),
            closed_for: Duration::from_secs(3_600),
            lists_for: Duration::from_secs(300),
            most_values: 2_000_000,
        }
    }
}

/// A source that remembers what another has told. Where that fails on the newest values, the older ones are told, as
/// partial series and with a note.
pub struct Cached<S, C> {
    source: S,
    clock: C,
    config: CacheConfig,
    series: Mutex<Kept<SeriesKey, KeptSeries>>,
    answers: Mutex<Kept<MetricRequest, Passing<MetricAnswer>>>,
    lists: Mutex<Kept<(MetricFilter, usize), Passing<MetricList>>>,
}

/// Something that may be used for some time.
struct Passing<T> {
    value: T,
    until: Timestamp,
}

impl<S, C> fmt::Debug for Cached<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("config", &self.config).finish_non_exhaustive()
    }
}

/// One metric in one Region: a query, or one of several that a query stands for.
struct Unit<'a> {
    query: &'a MetricQuery,
    key: SeriesKey,
    /// What must be asked; none if all is kept.
    missing: Option<Window>,
    /// What is kept before that.
    older: Option<MetricData>,
}

impl<S: MetricSource, C: Fn() -> Timestamp + Send + Sync> Cached<S, C> {
    /// Before `source`; `clock` tells the present.
    pub fn new(source: S, clock: C, config: CacheConfig) -> Self {
        let most = config.most_values;
        Self {
            source,
            clock,
            series: Mutex::new(Kept::new(most)),
            answers: Mutex::new(Kept::new(most / 2)),
            lists: Mutex::new(Kept::new(most / 8)),
            config,
        }
    }

    /// The next turn of the grid on which what is open passes.
    fn open_until(&self, now: Timestamp) -> Timestamp {
        let width = millis(self.config.open_for).max(1);
        now.floor_to(width).plus_millis(width)
    }

    fn shelf(&self, request: &MetricRequest, now: Timestamp) -> Shelf {
        let settled = now.plus_millis(-millis(self.config.settles_after));
        Shelf { closed_to: settled.floor_to(request.period.millis()), open_until: self.open_until(now) }
    }

    fn units<'a>(
        &self,
        request: &'a MetricRequest,
        regions: &[Region],
        window: Window,
        now: Timestamp,
    ) -> Vec<Unit<'a>> {
        let mut kept = self.series.lock();
        let mut units = Vec::new();
        for query in request.queries.iter().filter(|query| query.wanted && is_plain(query)) {
            let QuerySource::Metric { metric, account, statistic } = &query.source else { continue };
            for region in query.region.as_ref().map_or(regions, std::slice::from_ref) {
                let key = SeriesKey {
                    region: region.clone(),
                    account: *account,
                    metric: metric.clone(),
                    statistic: statistic.clone(),
                    period: request.period,
                };
                let series = kept.get(&key);
                let missing = series.map_or(Some(window), |series| series.missing(window, now));
                let known = Window { from: window.from, to: missing.map_or(window.to, |missing| missing.from) };
                let older = series.filter(|_| known.from < known.to);
                let older = older.map(|series| series.part(&query.id, region, known));
                units.push(Unit { query, key, missing, older });
            }
        }
        units
    }

    /// The series of a unit: what was kept when the question was put, and behind it what was answered. A complete answer
    /// is kept.
    fn told(&self, unit: Unit<'_>, window: Window, asked: Option<MetricData>, shelf: Shelf) -> Option<MetricData> {
        let Unit { query, key, missing, older } = unit;
        let complete = asked.as_ref().is_some_and(|asked| asked.status == SeriesStatus::Complete);
        let to_keep = asked.clone().zip(missing).filter(|_| complete);
        let mut data = match (older, asked) {
            (Some(older), None) => {
                let status = if missing.is_none() { SeriesStatus::Complete } else { SeriesStatus::Partial };
                MetricData { status, ..older }
            }
            (Some(mut older), Some(newer)) => {
                older.values.extend(newer.values);
                MetricData { values: older.values, ..newer }
            }
            (None, asked) => asked?,
        };
        if let Some((newer, missing)) = to_keep {
            let mut kept = self.series.lock();
            let mut series = match kept.take(&key) {
                // Others may have changed it meanwhile.
                Some(mut series) if series.reaches(window.from, missing.from) => {
                    series.extend(missing, newer, shelf);
                    series
                }
                _ => KeptSeries::new(data.clone(), window, shelf),
            };
            series.trim(window);
            let weight = series.weight();
            kept.put(key, series, weight);
        }
        data.query.clone_from(&query.id);
        if let Some(label) = &query.label {
            data.label.clone_from(label);
        }
        Some(data)
    }

    /// The answer to what is kept whole.
    async fn whole(&self, request: &MetricRequest, shelf: Shelf, now: Timestamp) -> PortResult<MetricAnswer> {
        let known = self.answers.lock().get(request).filter(|known| now < known.until).map(|known| known.value.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let answer = self.source.data(request).await?;
        let complete = answer.series.iter().all(|series| series.status == SeriesStatus::Complete);
        if complete && answer.notes.is_empty() {
            let closed = request.to <= shelf.closed_to;
            let until = if closed { now.plus_millis(millis(self.config.closed_for)) } else { shelf.open_until };
            let weight = answer.series.iter().map(|series| series.values.len() + 16).sum::<usize>() + 64;
            self.answers.lock().put(request.clone(), Passing { value: answer.clone(), until }, weight);
        }
        Ok(answer)
    }
}

#[async_trait]
impl<S: MetricSource, C: Fn() -> Timestamp + Send + Sync> MetricSource for Cached<S, C> {
    async fn list(&self, filter: &MetricFilter, limit: usize) -> PortResult<MetricList> {
        let now = (self.clock)();
        let key = (filter.clone(), limit);
        let known = self.lists.lock().get(&key).filter(|known| now < known.until).map(|known| known.value.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let list = self.source.list(filter, limit).await?;
        let whole = list.notes.is_empty();
        let until = if whole { now.plus_millis(millis(self.config.lists_for)) } else { self.open_until(now) };
        let weight = list.metrics.len() + 1;
        self.lists.lock().put(key, Passing { value: list.clone(), until }, weight);
        Ok(list)
    }

    async fn data(&self, request: &MetricRequest) -> PortResult<MetricAnswer> {
        if let Err(invalid) = request.check() {
            return Err(PortError::with_source(ErrorKind::Invalid, format!("read metrics: {invalid}"), invalid));
        }
        let window = on_grid(request);
        if window.from >= window.to {
            return self.source.data(request).await;
        }
        let now = (self.clock)();
        let shelf = self.shelf(request, now);
        let regions = self.source.regions();
        let units = self.units(request, &regions, window, now);
        let questions = questions(&units, request);
        let whole = whole_request(request, window);
        let (answers, whole) =
            futures::join!(join_all(questions.iter().map(|question| self.source.data(&question.request))), async {
                match &whole {
                    Some(request) => Some(self.whole(request, shelf, now).await),
                    None => None,
                }
            });

        let mut gathered = Gathered::default();
        let mut asked: HashMap<usize, MetricData> = HashMap::new();
        for (question, answer) in questions.iter().zip(answers) {
            let Some(answer) = gathered.accept(answer) else { continue };
            let mut series: HashMap<String, MetricData> =
                answer.series.into_iter().map(|series| (series.query.clone(), series)).collect();
            for unit in &question.units {
                asked.extend(series.remove(&units[*unit].query.id).map(|series| (*unit, series)));
            }
        }
        let mut told: HashMap<&str, Vec<MetricData>> = HashMap::new();
        for (place, unit) in units.into_iter().enumerate() {
            let query = unit.query.id.as_str();
            let series = self.told(unit, window, asked.remove(&place), shelf);
            told.entry(query).or_default().extend(series);
        }
        let mut from_whole: HashMap<String, Vec<MetricData>> = HashMap::new();
        for series in whole.and_then(|answer| gathered.accept(answer)).map(|answer| answer.series).unwrap_or_default() {
            from_whole.entry(series.query.clone()).or_default().push(series);
        }
        let mut series = Vec::new();
        for query in request.queries.iter().filter(|query| query.wanted) {
            series.append(told.get_mut(query.id.as_str()).unwrap_or(&mut Vec::new()));
            series.append(from_whole.get_mut(&query.id).unwrap_or(&mut Vec::new()));
        }
        gathered.answer(series)
    }

    fn regions(&self) -> Vec<Region> {
        self.source.regions()
    }
}

/// What several questions came to.
#[derive(Default)]
struct Gathered {
    notes: Notes,
    errors: Vec<PortError>,
    answered: bool,
}

impl Gathered {
    fn accept(&mut self, answer: PortResult<MetricAnswer>) -> Option<MetricAnswer> {
        match answer {
            Ok(mut answer) => {
                self.answered = true;
                for note in answer.notes.drain(..) {
                    self.note(note);
                }
                Some(answer)
            }
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// An error only if there is nothing else to tell.
    fn answer(mut self, series: Vec<MetricData>) -> PortResult<MetricAnswer> {
        let mut errors = std::mem::take(&mut self.errors);
        if series.is_empty() && !self.answered && !errors.is_empty() {
            return Err(errors.swap_remove(0));
        }
        for error in errors {
            self.note(error.to_string());
        }
        Ok(MetricAnswer { series, notes: self.notes })
    }
}

/// A question for what is missing of several units, all over the same stretch of time in the same Region.
struct Question {
    request: MetricRequest,
    units: Vec<usize>,
}

fn questions(units: &[Unit<'_>], request: &MetricRequest) -> Vec<Question> {
    let mut places: HashMap<(&Region, Window), usize> = HashMap::new();
    let mut questions: Vec<Question> = Vec::new();
    for (number, unit) in units.iter().enumerate() {
        let Some(missing) = unit.missing else { continue };
        let place = *places.entry((&unit.key.region, missing)).or_insert_with(|| {
            let Window { from, to } = missing;
            let request = MetricRequest { queries: Vec::new(), from, to, period: request.period };
            questions.push(Question { request, units: Vec::new() });
            questions.len() - 1
        });
        // The label that the source finds is kept; one that was given may be another next time.
        let query = MetricQuery { region: Some(unit.key.region.clone()), label: None, ..unit.query.clone() };
        questions[place].request.queries.push(query);
        questions[place].units.push(number);
    }
    questions
}

/// The request for what is kept whole: expressions, and what they need. None if nothing is.
fn whole_request(request: &MetricRequest, window: Window) -> Option<MetricRequest> {
    let is_wanted = |query: &MetricQuery| query.wanted && !is_plain(query);
    if !request.queries.iter().any(is_wanted) {
        return None;
    }
    let mut with = vec![false; request.queries.len()];
    for (query, needed) in request.queries.iter().zip(needed(&request.queries)) {
        if is_wanted(query) {
            needed.into_iter().for_each(|place| with[place] = true);
        }
    }
    let queries = request.queries.iter().zip(with).filter(|(_, with)| *with);
    let queries = queries.map(|(query, _)| MetricQuery { wanted: is_wanted(query), ..query.clone() }).collect();
    Some(MetricRequest { queries, from: window.from, to: window.to, period: request.period })
}

/// A single metric without a label that tells of the window (`${MAX}`).
fn is_plain(query: &MetricQuery) -> bool {
    let is_metric = matches!(query.source, QuerySource::Metric { .. });
    is_metric && query.label.as_ref().is_none_or(|label| !label.contains("${"))
}

/// The request's window, widened to whole periods; empty if it is.
fn on_grid(request: &MetricRequest) -> Window {
    let width = request.period.millis();
    if request.from >= request.to {
        return Window { from: request.from, to: request.from };
    }
    let from = request.from.floor_to(width);
    let to = request.to.plus_millis(width - 1).floor_to(width);
    Window { from, to }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
