//! One series, analysed and drawn, as the *Series* page shows it.
//!
//! Pure, and the same on the server (first paint) and in the browser (when a parameter changes), where the crate
//! `series-wasm` calls it. [`cells`] tells a report in the few numbers that the list of all series shows, too.

pub mod cells;
mod compared;
mod layers;
mod points;
mod request;
mod view;
mod words;

pub use request::{series_of, settings_of};
pub use view::{Drawn, answer, drawn, series_view};
pub use words::sentence;
