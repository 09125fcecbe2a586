//! Equal work that is asked for at the same moment is done once.

use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// What the first who asked leaves to those who came later.
struct Flight<T> {
    state: Mutex<State<T>>,
    landed: Condvar,
}

enum State<T> {
    Flying,
    Landed(T),
    /// The first gave up without a result: it panicked.
    Lost,
}

/// The work under way, by key.
pub(super) struct Flights<K, T>(Mutex<HashMap<K, Arc<Flight<T>>>>);

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

/// Takes a flight off the list and wakes who waits for it, whatever happens.
struct Landing<'a, K: Eq + Hash, T> {
    flights: &'a Flights<K, T>,
    key: K,
    flight: Arc<Flight<T>>,
    result: Option<T>,
}

impl<K: Eq + Hash, T> Drop for Landing<'_, K, T> {
    fn drop(&mut self) {
        self.flights.0.lock().remove(&self.key);
        *self.flight.state.lock() = self.result.take().map_or(State::Lost, State::Landed);
        self.flight.landed.notify_all();
    }
}

impl<K: Copy + Eq + Hash, T: Clone> Flights<K, T> {
    /// Does `work`, or waits for the result of the same work that is under way. Blocks.
    pub(super) fn run(&self, key: K, work: impl Fn() -> T) -> T {
        let flight = {
            let mut flights = self.0.lock();
            match flights.get(&key) {
                Some(flight) => Arc::clone(flight),
                None => {
                    let flight = Arc::new(Flight { state: Mutex::new(State::Flying), landed: Condvar::new() });
                    flights.insert(key, Arc::clone(&flight));
                    drop(flights);
                    let mut landing = Landing { flights: self, key, flight, result: None };
                    let result = work();
                    landing.result = Some(result.clone());
                    return result;
                }
            }
        };
        let mut state = flight.state.lock();
        while matches!(*state, State::Flying) {
            flight.landed.wait(&mut state);
        }
        match &*state {
            State::Landed(result) => result.clone(),
            State::Flying | State::Lost => {
                drop(state);
                work()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Flights;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn equal_work_at_one_moment_is_done_once() {
        let flights = Flights::<u8, usize>::default();
        let (done, begun) = (AtomicUsize::new(0), Barrier::new(2));
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                flights.run(1, || {
                    begun.wait();
                    // Until the others wait: only they and this one hold the flight.
                    while flights.0.lock().get(&1).map_or(0, std::sync::Arc::strong_count) < 5 {
                        thread::yield_now();
                    }
                    done.fetch_add(1, Ordering::SeqCst)
                })
            });
            begun.wait();
            let others: Vec<_> = (0..3).map(|_| scope.spawn(|| flights.run(1, || 100))).collect();
            assert_eq!(first.join().unwrap(), 0);
            assert!(others.into_iter().all(|other| other.join().unwrap() == 0));
        });
        assert_eq!(done.into_inner(), 1);
        assert_eq!(flights.run(1, || 7), 7, "what has landed is not kept");
    }

    #[test]
    fn work_that_panics_is_done_by_who_waited() {
        let flights = Flights::<u8, usize>::default();
        let begun = Barrier::new(2);
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                flights.run(1, || {
                    begun.wait();
                    while flights.0.lock().get(&1).map_or(0, std::sync::Arc::strong_count) < 3 {
                        thread::yield_now();
                    }
                    panic!("broken");
                })
            });
            begun.wait();
            assert_eq!(flights.run(1, || 5), 5);
            assert!(first.join().is_err());
        });
    }
}
