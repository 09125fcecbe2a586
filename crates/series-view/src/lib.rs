//! One series, analysed and drawn, as the *Series* page shows it.
//!
//! Pure, and the same on the server (first paint) and in the browser (when a parameter changes), where the crate
//! `series-wasm` calls it. [`cells`] tells a report in the few numbers that the list of all series shows, too.

pub mod cells;
mod request;

pub use request::{series_of, settings_of};
