//! What stands before any source of metrics, and what sources share.
//!
//! [`Cached`] and [`SingleFlight`] implement [`onepane_domain::MetricSource`] around another source. The usual order is
//! `Cached` around `SingleFlight` around the source: the cache asks only for what it lacks, and equal questions that are
//! under way together are asked once. [`needed`] and its kin read expressions: a cache and a source must agree on which
//! queries belong together.

mod cached;
mod references;
mod single_flight;

pub use cached::{CacheConfig, Cached};
pub use references::{is_insights_query, names, needed};
pub use single_flight::SingleFlight;
