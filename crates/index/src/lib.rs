//! The read model of Onepane: [`WorkloadIndex`], the newest state of every workload in memory, in columns.
//!
//! A row is packed into numbers. What many rows share is held once and named by a code: the *place* (account, Region,
//! kind), the *state* (status words, phase, instances, detail-type), the set of tags, the parent, the failure reason.
//! A filter becomes a table by code, so that testing a row is a few table loads; a search is one scan over a few
//! columns on all processors, which also counts the facets. Pages come from a bounded heap, or, far into a result, from
//! histograms over the sort values. Nothing here reads a clock, an environment variable or the network.

mod aggregate;
mod distinct;
mod entries;
mod facets;
mod filter;
mod index;
mod normalise;
mod order;
mod page;
mod ranks;
mod rows;
mod scan;
mod search;
mod summaries;
mod text;

pub use index::{Applied, WorkloadIndex};
pub use normalise::normalise_reason;
