//! `onepane demo`.

use crate::cli::DemoArgs;
use crate::clock::Clock;
use crate::output::Lines;
use onepane_demo::DemoConfig;
use std::process::ExitCode;

/// Prints the demo organization, or its events as JSON Lines.
pub(crate) fn demo(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let mut lines = Lines::stdout();
    if args.organization {
        lines.line(&serde_json::to_string_pretty(&onepane_demo::organization(args.seed))?)?;
        lines.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let until = args.until.unwrap_or_else(|| Clock::system().now().start_of_day());
    let config = DemoConfig { seed: args.seed, until, days: u32::from(args.days), scale: args.scale };
    for event in onepane_demo::history(&config) {
        if !lines.line(&event.json)? {
            return Ok(ExitCode::SUCCESS);
        }
    }
    lines.flush()?;
    Ok(ExitCode::SUCCESS)
}
