//! The `onepane` command.

use std::process::ExitCode;

/// Gives back to the system what filling the store took: docs/decisions/0005-allocator.md.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::run(std::env::args_os())
}
