//! `GET /live`: tells open pages what changed, as server-sent events.

use super::App;
use crate::metrics::LiveClient;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use onepane_domain::PaneChange;
use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Changes are told no more often than this; what comes between is told together.
const PAUSE: Duration = Duration::from_millis(200);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const NAMED_AT_MOST: usize = 100;

struct Listener {
    changes: Receiver<Arc<PaneChange>>,
    generation: u64,
    greeted: bool,
    told_at: Option<Instant>,
    stop: CancellationToken,
    _counted: LiveClient,
}

/// First `hello` with the generation so far, then `change` for every change.
pub(super) async fn changes(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = app.services.model.changes();
    let listener = Listener {
        changes: changes.subscribe(),
        generation: changes.generation(),
        greeted: false,
        told_at: None,
        stop: app.stop,
        _counted: app.services.metrics.live_client(),
    };
    let events = futures::stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    // Whoever wraps the stream may ask once more after its end.
    Sse::new(events.fuse()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("keep-alive"))
}

impl Listener {
    /// The next event; none when the server stops.
    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            return event("hello", &serde_json::json!({ "generation": self.generation }));
        }
        let stop = self.stop.clone();
        tokio::select! {
            biased;
            () = stop.cancelled() => None,
            change = self.next_change() => event("change", &change?),
        }
    }

    /// Waits for a change, then until it may be told, and tells it with all that came meanwhile.
    async fn next_change(&mut self) -> Option<PaneChange> {
        let mut sum = Sum { generation: self.generation, ..Sum::default() };
        match self.changes.recv().await {
            Ok(change) => sum.add(&change),
            Err(RecvError::Lagged(missed)) => sum.missed(missed),
            Err(RecvError::Closed) => return None,
        }
        if let Some(told_at) = self.told_at {
            tokio::time::sleep_until(told_at + PAUSE).await;
        }
        loop {
            match self.changes.try_recv() {
                Ok(change) => sum.add(&change),
                Err(TryRecvError::Lagged(missed)) => sum.missed(missed),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        self.told_at = Some(Instant::now());
        self.generation = sum.generation;
        Some(sum.into_change())
    }
}

#[derive(Default)]
struct Sum {
    generation: u64,
    changed: Vec<onepane_domain::WorkloadId>,
    seen: HashSet<onepane_domain::WorkloadId>,
    total: u64,
    /// Some changed without being named: then a name that is absent from the list means nothing, and none is given.
    unnamed: bool,
}

impl Sum {
    fn add(&mut self, change: &PaneChange) {
        self.generation = change.generation;
        let mut named = 0u64;
        for id in &change.changed {
            named += 1;
            if self.seen.contains(id) {
                continue;
            }
            self.total += 1;
            if self.changed.len() < NAMED_AT_MOST {
                self.seen.insert(id.clone());
                self.changed.push(id.clone());
            }
        }
        let rest = change.total.saturating_sub(named);
        self.total += rest;
        self.unnamed |= rest > 0 || change.changed.is_empty();
    }

    fn missed(&mut self, changes: u64) {
        self.total += changes;
        self.unnamed = true;
    }

    fn into_change(self) -> PaneChange {
        let cut = self.unnamed && self.changed.len() < NAMED_AT_MOST;
        let changed = if cut { Vec::new() } else { self.changed };
        PaneChange { generation: self.generation, changed, total: self.total }
    }
}

fn event(name: &str, data: &impl serde::Serialize) -> Option<Event> {
    let made = Event::default().event(name).json_data(data);
    made.inspect_err(|error| tracing::error!(%error, "a change could not be written")).ok()
}
