//! Work shared among threads.

use super::Stop;
use onepane_domain::{ErrorKind, PortError};
use parking_lot::Mutex;
use std::collections::BTreeSet;

/// Pieces of work, given out in their order.
pub(crate) struct Queue {
    state: Mutex<State>,
    length: usize,
}

struct State {
    next: usize,
    running: BTreeSet<usize>,
}

impl Queue {
    fn new(length: usize) -> Self {
        Self { state: Mutex::new(State { next: 0, running: BTreeSet::new() }), length }
    }

    fn take(&self) -> Option<usize> {
        let mut state = self.state.lock();
        let piece = state.next;
        if piece >= self.length {
            return None;
        }
        state.next += 1;
        state.running.insert(piece);
        Some(piece)
    }

    /// Ends a piece. The answer is the first piece that is not done; their number if all are.
    pub(crate) fn done(&self, piece: usize) -> usize {
        let mut state = self.state.lock();
        state.running.remove(&piece);
        state.running.first().copied().unwrap_or(state.next)
    }
}

/// A worker died. What it did is not known.
#[derive(Debug)]
pub(crate) struct Died;

impl From<Died> for PortError {
    fn from(_: Died) -> Self {
        Self::new(ErrorKind::Unavailable, "read the lake: a thread ended before its time")
    }
}

/// Does `length` pieces of work on several threads, each with a state of its own, until all are done or nobody wants them.
/// The work itself tells the queue when a piece is done.
pub(crate) fn in_parallel<W: Send>(
    threads: usize,
    length: usize,
    stop: &Stop,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize, &Queue) + Sync,
) -> Result<Vec<W>, Died> {
    let queue = Queue::new(length);
    let one = || {
        let mut state = make();
        while !stop.is_stopped() {
            let Some(piece) = queue.take() else { break };
            work(&mut state, piece, &queue);
        }
        state
    };
    let others = threads.min(length).saturating_sub(1);
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..others).map(|_| scope.spawn(one)).collect();
        let mut states = vec![one()];
        for other in others {
            states.push(other.join().map_err(|_| Died)?);
        }
        Ok(states)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pieces_are_done_once_and_the_first_undone_is_known() {
        let work = |done: &mut Vec<(usize, usize)>, piece: usize, queue: &Queue| done.push((piece, queue.done(piece)));
        let done = in_parallel(3, 100, &Stop::default(), Vec::new, work).unwrap().concat();
        let mut pieces: Vec<_> = done.iter().map(|(piece, _)| *piece).collect();
        pieces.sort_unstable();
        assert_eq!(pieces, (0..100).collect::<Vec<_>>());
        assert_eq!(done.iter().map(|(_, undone)| *undone).max(), Some(100));
    }

    #[test]
    fn work_that_nobody_wants_ends() {
        let stop = Stop::default();
        let work = |done: &mut usize, piece: usize, queue: &Queue| {
            *done += 1;
            if piece == 3 {
                stop.stop();
            }
            queue.done(piece);
        };
        // Alone, so that nothing is under way when it ends.
        let done = in_parallel(1, 1_000, &stop, || 0, work).unwrap();
        assert_eq!(done, [4]);
    }
}
