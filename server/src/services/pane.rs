//! Answers the pages from the read model and the store.

use super::overview;
use super::read_model::ReadModel;
use crate::clock::Clock;
use crate::metrics::Metrics;
use async_trait::async_trait;
use onepane_domain::{
    Aggregate, AggregateQuery, CollectionState, ErrorKind, FillState, Notes, Organization, Overview, Pane, PortError,
    PortResult, SearchRequest, SearchResult, Timestamp, Transition, WorkloadDetail, WorkloadHistory, WorkloadId,
    WorkloadStore,
};
use onepane_index::WorkloadIndex;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events and calls of a workload that its page shows.
const HISTORY: u32 = 500;
/// Children that a workload's page lists.
const CHILDREN: usize = 200;
/// How far up the chain of parents a page goes.
const GENERATIONS: usize = 5;
/// Unrecognised events that are counted by type.
const UNRECOGNISED: u32 = 1_000;
/// Rows that one page may ask for.
const ROWS: u32 = 10_000;
/// An overview is shown again for so long when nothing changed.
const OVERVIEW_LASTS: Duration = Duration::from_secs(1);
/// Overviews are made no more often than this, however much changes.
const OVERVIEW_PAUSE: Duration = Duration::from_millis(250);
/// Characters of a saved view's name and of its query string.
const VIEW_LENGTHS: (usize, usize) = (80, 8_000);

/// Unrecognised events are counted no more often than this: it reads them all.
const UNRECOGNISED_LASTS: Duration = Duration::from_secs(15);

type Counts = Vec<(String, u64)>;

struct Made {
    at: Instant,
    generation: u64,
    overview: Overview,
}

/// The pages' answers.
pub struct PaneService {
    store: Arc<dyn WorkloadStore>,
    model: Arc<ReadModel>,
    metrics: Arc<Metrics>,
    clock: Clock,
    overview: tokio::sync::Mutex<Option<Made>>,
    unrecognised: Mutex<Option<(Instant, Counts)>>,
    still_filling: Mutex<Option<Timestamp>>,
}

impl PaneService {
    /// Answers from `model` and `store`.
    pub fn new(store: Arc<dyn WorkloadStore>, model: Arc<ReadModel>, metrics: Arc<Metrics>, clock: Clock) -> Self {
        let (overview, unrecognised, still_filling) = Default::default();
        Self { store, model, metrics, clock, overview, unrecognised, still_filling }
    }

    /// Says that events are still being put into the store by ourselves, newest first, and are in back to `reached`;
    /// none when that is done.
    pub fn set_still_filling(&self, reached: Option<Timestamp>) {
        *self.still_filling.lock() = reached;
    }

    fn fill_now(&self) -> FillState {
        let fill = self.model.fill();
        match *self.still_filling.lock() {
            Some(reached) => FillState { complete: false, reaches_back_to: Some(reached), ..fill },
            None => fill,
        }
    }

    async fn make_overview(&self) -> PortResult<Overview> {
        let now = self.clock.now();
        let mut overview = self.model.ask(move |index| overview::overview(index, now)).await?;
        let mut sources = self.model.ask(WorkloadIndex::sources).await?;
        sources.sort_by_key(|source| source.last_event);
        let unrecognised = self.unrecognised(now).await.unwrap_or_else(|error| {
            overview.notes.push(format!("Unrecognised events are not counted: {error}."));
            Vec::new()
        });
        let (accepted, rejected) = self.metrics.accepted_and_rejected();
        let fill = self.fill_now();
        overview.notes.extend(fill_notes(&fill));
        if !fill.complete {
            // What is not read yet may be of today, or of a day that says what is usual.
            overview.succeeded.usual = None;
            overview.failed.usual = None;
        }
        overview.collection = CollectionState { sources, unrecognised, accepted, rejected, fill };
        Ok(overview)
    }

    /// Today's unrecognised detail-types with counts.
    async fn unrecognised(&self, now: Timestamp) -> PortResult<Counts> {
        let counted = self.unrecognised.lock().clone();
        if let Some((_, counts)) = counted.filter(|(at, _)| at.elapsed() < UNRECOGNISED_LASTS) {
            return Ok(counts);
        }
        let events = self.store.unrecognised(now, UNRECOGNISED).await?;
        let counts = overview::count_detail_types(events.into_iter().map(|(event, _)| event.detail_type));
        *self.unrecognised.lock() = Some((Instant::now(), counts.clone()));
        Ok(counts)
    }

    /// The newest state of a workload: the read model's, else the store's.
    async fn state(&self, id: &WorkloadId) -> PortResult<Option<Transition>> {
        let wanted = id.clone();
        match self.model.ask(move |index| index.get(&wanted)).await? {
            Some(state) => Ok(Some(state)),
            None => self.store.state(id).await,
        }
    }

    async fn parents(&self, of: &Transition, notes: &mut Notes) -> Vec<Transition> {
        let mut chain: Vec<Transition> = Vec::new();
        let mut seen = HashSet::from([of.id.clone()]);
        let mut next = parent_id(of);
        while let Some(id) = next.take().filter(|id| chain.len() < GENERATIONS && seen.insert(id.clone())) {
            match self.state(&id).await {
                Ok(Some(parent)) => {
                    next = parent_id(&parent);
                    chain.push(parent);
                }
                Ok(None) => notes.push(format!("Nothing is known of the {} {}.", id.kind.label(), id.name)),
                Err(error) => notes.push(format!("The {} {} is missing: {error}.", id.kind.label(), id.name)),
            }
        }
        chain
    }
}

fn parent_id(child: &Transition) -> Option<WorkloadId> {
    let parent = child.parent.as_ref()?;
    Some(WorkloadId {
        account: child.id.account,
        region: child.id.region.clone(),
        kind: parent.kind.clone(),
        name: parent.name.clone(),
    })
}

fn fill_notes(fill: &FillState) -> Notes {
    let mut notes = Notes::new();
    if !fill.complete {
        let minute = |time: Timestamp| time.to_string().get(..16).unwrap_or_default().replace('T', " ");
        let reached =
            fill.reaches_back_to.map(|time| format!(", back to {} UTC so far", minute(time))).unwrap_or_default();
        notes.push(format!("Still reading what is stored{reached}. Counts and lists grow until it is read."));
    }
    notes.extend(fill.trouble.as_ref().map(|trouble| format!("Not up to date: {trouble}.")));
    notes
}

#[async_trait]
impl Pane for PaneService {
    async fn search(&self, request: SearchRequest) -> PortResult<SearchResult> {
        if request.limit > ROWS {
            return Err(PortError::new(ErrorKind::Invalid, format!("at most {ROWS} rows a page")));
        }
        let now = self.clock.now();
        self.model.ask(move |index| index.search(&request, now)).await
    }

    async fn aggregate(&self, query: AggregateQuery) -> PortResult<Aggregate> {
        let now = self.clock.now();
        self.model.ask(move |index| index.aggregate(&query, now)).await
    }

    /// One overview is made at a time, and those who ask meanwhile get it too. One that is older than the newest
    /// change is never given: whoever asks because of a change sees that change.
    async fn overview(&self) -> PortResult<Overview> {
        let mut made = self.overview.lock().await;
        if let Some(last) = &*made {
            let unchanged = last.generation == self.model.changes().generation();
            if unchanged && last.at.elapsed() < OVERVIEW_LASTS {
                return Ok(last.overview.clone());
            }
            tokio::time::sleep(OVERVIEW_PAUSE.saturating_sub(last.at.elapsed())).await;
        }
        let generation = self.model.changes().generation();
        let overview = self.make_overview().await?;
        *made = Some(Made { at: Instant::now(), generation, overview: overview.clone() });
        Ok(overview)
    }

    async fn workload(&self, id: WorkloadId) -> PortResult<WorkloadDetail> {
        let mut notes = Notes::new();
        let wanted = id.clone();
        let (known, state, history) = tokio::join!(
            self.model.ask(move |index| index.get(&wanted)),
            self.store.state(&id),
            self.store.history(&id, HISTORY)
        );
        let history = history.unwrap_or_else(|error| {
            notes.push(format!("The events and API calls are missing: {error}."));
            WorkloadHistory::default()
        });
        // The read model may be behind by a moment, and is there when the store is not. A workload of which only
        // occurrences are known is shown by the newest of them.
        let known = known?.or_else(|| history.events.last().map(|(event, _)| event.clone()));
        let state = match (state, known) {
            (Ok(Some(stored)), Some(known)) if stored.version() < known.version() && !known.occurrence => Some(known),
            (Ok(Some(stored)), _) => Some(stored),
            (Ok(None), known) => known,
            (Err(error), Some(known)) => {
                notes.push(format!("This may not be the newest state: {error}."));
                Some(known)
            }
            (Err(error), None) => return Err(error),
        };
        let Some(state) = state else {
            return Err(PortError::new(ErrorKind::NotFound, format!("{} {}", id.kind.label(), id.name)));
        };
        let parents = self.parents(&state, &mut notes).await;
        let (children, children_total) = self.model.ask(move |index| index.children(&id, CHILDREN)).await?;
        let fill = self.fill_now();
        if !fill.complete && children_total == 0 {
            notes.extend(fill_notes(&fill));
        }
        Ok(WorkloadDetail { state, history, parents, children, children_total, notes })
    }

    async fn organization(&self) -> PortResult<Organization> {
        Ok(self.model.organization().clone())
    }

    async fn fill(&self) -> PortResult<FillState> {
        Ok(self.fill_now())
    }

    async fn views(&self) -> PortResult<Vec<(String, String)>> {
        self.store.views().await
    }

    async fn save_view(&self, name: String, query: String) -> PortResult<()> {
        let name = name.trim();
        let length = name.chars().count();
        if length == 0 || length > VIEW_LENGTHS.0 || name.chars().any(char::is_control) {
            let reason = format!("a view's name has 1 to {} characters", VIEW_LENGTHS.0);
            return Err(PortError::new(ErrorKind::Invalid, reason));
        }
        if query.len() > VIEW_LENGTHS.1 {
            return Err(PortError::new(
                ErrorKind::Invalid,
                format!("a view's query has at most {} bytes", VIEW_LENGTHS.1),
            ));
        }
        if let Err(error) = onepane_domain::WorkloadQuery::from_query_string(&query) {
            return Err(PortError::new(ErrorKind::Invalid, error.to_string()));
        }
        self.store.put_view(name, &query).await
    }

    async fn delete_view(&self, name: String) -> PortResult<()> {
        self.store.delete_view(&name).await
    }
}
