//! Equal questions that are under way together are asked once.

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use onepane_domain::{PortError, PortResult};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Weak};

type Flight<T> = Shared<BoxFuture<'static, Arc<PortResult<T>>>>;

/// The questions of one kind that are under way. Who asks what is being asked gets that answer; a question goes on while
/// anyone waits for it, and is given up with the last who did.
pub struct Flights<K, T>(Mutex<HashMap<K, Weak<Flight<T>>>>);

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K, T> fmt::Debug for Flights<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights").finish_non_exhaustive()
    }
}

impl<K: Hash + Eq, T: Clone + Send + Sync + 'static> Flights<K, T> {
    /// The answer to the question of that key; `ask` puts it if nobody has.
    pub async fn join(&self, key: K, ask: impl FnOnce() -> BoxFuture<'static, PortResult<T>>) -> PortResult<T> {
        let flight = {
            let mut flights = self.0.lock();
            let known = flights.get(&key).and_then(Weak::upgrade);
            // One that has landed may still be held by others who are about to read it; its answer is of the past.
            match known.filter(|flight| flight.peek().is_none()) {
                Some(flight) => flight,
                None => {
                    flights.retain(|_, flight| flight.strong_count() > 0);
                    let flight = Arc::new(ask().map(Arc::new).boxed().shared());
                    flights.insert(key, Arc::downgrade(&flight));
                    flight
                }
            }
        };
        let answer = Flight::clone(&flight).await;
        drop(flight);
        match Arc::try_unwrap(answer) {
            Ok(answer) => answer,
            Err(shared) => match shared.as_ref() {
                Ok(answer) => Ok(answer.clone()),
                Err(error) => Err(copy(error)),
            },
        }
    }
}

/// The same error for another caller; its cause as a text.
fn copy(error: &PortError) -> PortError {
    PortError {
        kind: error.kind,
        context: error.context.clone(),
        retry_after: error.retry_after,
        source: error.source.as_ref().map(|cause| cause.to_string().into()),
    }
}
