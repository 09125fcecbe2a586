//! The pages of Onepane. Built twice: with feature `ssr` into the server, with `hydrate` into the browser's WASM.
//!
//! A page is a folder or file of [`pages`]; what several pages use is in [`components`]; the server is asked only
//! through the server functions of [`api`]; the browser is touched only through [`browser`].

// A view's type nests as deep as the page does.
#![recursion_limit = "256"]
// Component functions take their properties by value; that is what the view macro needs.
#![allow(clippy::needless_pass_by_value)]
// The component macro writes `pub` items, whatever the function says.
#![allow(unreachable_pub)]

pub mod api;
mod app;
mod browser;
mod components;
mod echarts;
mod format;
mod html;
mod pages;
mod series_module;
#[cfg(feature = "ssr")]
mod shell;
mod state;

pub use app::App;
pub use pages::fetch_page;
#[cfg(feature = "ssr")]
pub use shell::{RequestInfo, Site, shell};
