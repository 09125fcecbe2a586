//! A rate limit that lets bursts through.

use parking_lot::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// Holds up to `capacity` tokens and gains `per_second` of them each second. Who takes more than there are waits until
/// they have come; waiters are served in the order in which they asked.
#[derive(Debug)]
pub struct TokenBucket {
    capacity: f64,
    per_second: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Below zero when tokens to come are promised to waiters.
    tokens: f64,
    at: Instant,
}

impl TokenBucket {
    /// A full bucket. Both numbers are at least one thousandth.
    pub fn new(capacity: f64, per_second: f64) -> Self {
        let least = 0.001_f64;
        let (capacity, per_second) = (least.max(capacity), least.max(per_second));
        Self { capacity, per_second, state: Mutex::new(State { tokens: capacity, at: Instant::now() }) }
    }

    /// Takes so many tokens, waiting for them if need be. More than the bucket holds may be taken too; later callers
    /// then wait the longer. Tokens of a caller that stops waiting are lost.
    pub async fn take(&self, tokens: f64) {
        let pause = self.reserve(tokens);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    fn reserve(&self, tokens: f64) -> Duration {
        let now = Instant::now();
        let mut state = self.state.lock();
        let gained = now.duration_since(state.at).as_secs_f64() * self.per_second;
        state.tokens = (state.tokens + gained).min(self.capacity) - tokens.max(0.0);
        state.at = now;
        Duration::try_from_secs_f64(-state.tokens.min(0.0) / self.per_second).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds that `take` waits, on the paused clock.
    async fn waited(bucket: &TokenBucket, tokens: f64) -> u128 {
        let before = Instant::now();
        bucket.take(tokens).await;
        before.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate_holds() {
        let bucket = TokenBucket::new(3.0, 2.0);
        for _ in 0..3 {
            assert_eq!(waited(&bucket, 1.0).await, 0);
        }
        for _ in 0..4 {
            assert_eq!(waited(&bucket, 1.0).await, 500);
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        for _ in 0..3 {
            assert_eq!(waited(&bucket, 1.0).await, 0, "no more than its capacity has gathered");
        }
        assert_eq!(waited(&bucket, 1.0).await, 500);
    }

    #[tokio::test(start_paused = true)]
    async fn waiters_are_served_in_turn() {
        let bucket = TokenBucket::new(1.0, 1.0);
        bucket.take(1.0).await;
        let (first, second, third) = tokio::join!(waited(&bucket, 1.0), waited(&bucket, 1.0), waited(&bucket, 1.0));
        assert_eq!((first, second, third), (1_000, 2_000, 3_000));
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_it_holds_is_paid_for_later() {
        let bucket = TokenBucket::new(10.0, 10.0);
        assert_eq!(waited(&bucket, 25.0).await, 1_500);
        assert_eq!(waited(&bucket, 1.0).await, 100);
    }
}
