//! What stands before any source of metrics, and what sources share.
//!
//! [`Cached`] and [`SingleFlight`] implement [`onepane_domain::MetricSource`] around another source. The usual order is
//! `Cached` around `SingleFlight` around the source: the cache asks only for what it lacks, and equal questions that are
//! under way together are asked once. [`TokenBucket`] and [`needed`] are for the sources themselves: a rate limit belongs
//! to a Region, and only the source knows which call goes where.

mod bucket;
mod cached;
mod references;
mod single_flight;

pub use bucket::TokenBucket;
pub use cached::{CacheConfig, Cached};
pub use references::{is_insights_query, needed};
pub use single_flight::SingleFlight;
