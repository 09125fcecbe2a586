//! How fast requests leave.

use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

/// A token bucket: `burst` requests at once, then so many a second. Waiters are served in the order they came: tokio's
/// lock is fair, and who waits for a token holds it. Who goes away while waiting takes none.
pub(super) struct Bucket {
    per_second: f64,
    burst: f64,
    state: Mutex<State>,
}

struct State {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// A full bucket. A rate that is none (zero, negative, not a number) is one request in ten seconds.
    pub(super) fn new(per_second: f64, burst: f64) -> Self {
        let burst = burst.max(1.0);
        let state = Mutex::new(State { tokens: burst, at: Instant::now() });
        Self { per_second: per_second.clamp(0.1, 1e6).max(0.1), burst, state }
    }

    /// Waits for a token and takes it.
    pub(super) async fn take(&self) {
        let mut state = self.state.lock().await;
        loop {
            let now = Instant::now();
            let gained = now.duration_since(state.at).as_secs_f64() * self.per_second;
            state.tokens = (state.tokens + gained).min(self.burst);
            state.at = now;
            if state.tokens >= 1.0 {
                state.tokens -= 1.0;
                return;
            }
            // A millisecond more than needed: the timer's grain must not make this a busy loop.
            sleep(Duration::from_secs_f64((1.0 - state.tokens) / self.per_second) + Duration::from_millis(1)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_the_rest_is_paced() {
        let bucket = Bucket::new(10.0, 5.0);
        let start = Instant::now();
        for _ in 0..5 {
            bucket.take().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..20 {
            bucket.take().await;
        }
        let took = start.elapsed();
        assert!(took >= Duration::from_secs(2) && took < Duration::from_millis(2_200), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_takes_no_token() {
        let bucket = Bucket::new(1.0, 1.0);
        bucket.take().await;
        assert!(tokio::time::timeout(Duration::from_millis(900), bucket.take()).await.is_err());
        assert!(tokio::time::timeout(Duration::from_millis(200), bucket.take()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_rate_is_slow_and_not_a_panic() {
        for rate in [0.0, -1.0, f64::NAN] {
            let bucket = Bucket::new(rate, 0.0);
            bucket.take().await;
            bucket.take().await;
        }
    }
}
