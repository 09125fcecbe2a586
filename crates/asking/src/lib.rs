//! What decorators of sources share, whatever is asked for: [`Flights`] puts equal questions that are under way together
//! only once, [`Kept`] remembers answers up to a weight. `onepane-metrics` and `onepane-findings` build on both.

mod flights;
mod kept;

pub use flights::Flights;
pub use kept::Kept;
