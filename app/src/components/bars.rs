//! Counts over time as stacked bars, one a time cell; optionally a brush that picks a window.

use crate::{browser, format};
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use onepane_domain::{Aggregate, Phase, Timestamp};

/// One bar: where it starts, and its counts from the bottom up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    start: Timestamp,
    by_phase: [u32; 8],
}

/// The cells of an aggregate with empty ones put in, at most `most` of them: what is to be drawn.
pub(crate) fn phase_bars(aggregate: &Aggregate) -> Vec<Bar> {
    const MOST: i64 = 2_000;
    let width = aggregate.bucket_ms;
    if width <= 0 || aggregate.to <= aggregate.from {
        return Vec::new();
    }
    let first = aggregate.from.floor_to(width);
    let cells = ((aggregate.to.millis_since(first) + width - 1) / width).clamp(1, MOST);
    let mut bars: Vec<Bar> =
        (0..cells).map(|cell| Bar { start: first.plus_millis(cell * width), by_phase: [0; 8] }).collect();
    for cell in &aggregate.cells {
        let place = usize::try_from(cell.start.millis_since(first) / width).ok();
        if let Some(bar) = place.and_then(|place| bars.get_mut(place)) {
            for (sum, count) in bar.by_phase.iter_mut().zip(cell.by_phase) {
                *sum += count;
            }
        }
    }
    bars
}

/// From the bottom up: what went well first, so that trouble stands on top.
const STACK: [Phase; 8] = [
    Phase::Succeeded,
    Phase::Stopped,
    Phase::Deleted,
    Phase::Unknown,
    Phase::Running,
    Phase::Pending,
    Phase::Stopping,
    Phase::Failed,
];

/// Stacked bars. With `on_brush`, dragging over them calls it with the window that was picked.
#[component]
pub(crate) fn Bars(
    /// What is drawn.
    aggregate: Aggregate,
    /// What is counted, for those who hear the chart.
    #[prop(into)]
    label: String,
    /// Height in pixels.
    height: u32,
    /// Called with the picked window: from (inclusive) and to (exclusive).
    #[prop(optional, into)]
    on_brush: Option<Callback<(Timestamp, Timestamp)>>,
) -> impl IntoView {
    let bars = phase_bars(&aggregate);
    let width_ms = aggregate.bucket_ms;
    let highest = bars.iter().map(|bar| bar.by_phase.iter().sum::<u32>()).max().unwrap_or(0);
    let all: u64 = bars.iter().flat_map(|bar| bar.by_phase).map(u64::from).sum();
    let cells = bars.len().max(1);
    let drawing = bars.iter().enumerate().map(|(place, bar)| draw(place, bar, highest, width_ms)).collect_view();
    let (first, last) = match (bars.first(), bars.last()) {
        (Some(first), Some(last)) => (first.start, last.start.plus_millis(width_ms)),
        _ => (aggregate.from, aggregate.to),
    };
    let at_share = move |share: f64| {
        // A share of a window of years, in milliseconds, is far below 2^53.
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let offset = (share * last.millis_since(first) as f64) as i64;
        first.plus_millis(offset)
    };

    let brush = RwSignal::new(None::<(f64, f64)>);
    let down = move |event: PointerEvent| {
        browser::capture_pointer(&event);
        let share = browser::pointer_share(&event);
        brush.set(Some((share, share)));
    };
    let moved = move |event: PointerEvent| {
        let share = browser::pointer_share(&event);
        brush.update(|brush| {
            if let Some((_, end)) = brush {
                *end = share;
            }
        });
    };
    let up = move |_| {
        let Some((start, end)) = brush.get_untracked() else { return };
        brush.set(None);
        let Some(on_brush) = on_brush else { return };
        let (from, to) = (start.min(end), start.max(end));
        // A mere click picks the bar under it.
        let (from, to) = match to - from < 0.004 {
            true => (at_share(from).floor_to(width_ms), at_share(from).floor_to(width_ms).plus_millis(width_ms)),
            false => (at_share(from).floor_to(width_ms), at_share(to).floor_to(width_ms).plus_millis(width_ms)),
        };
        on_brush.run((from, to));
    };
    let shade = move || {
        brush.get().map(|(start, end)| {
            let (from, to) = (start.min(end), start.max(end));
            format!("left:{:.2}%;width:{:.2}%", from * 100.0, (to - from) * 100.0)
        })
    };
    let summary = format!(
        "{label}: {} between {} and {} UTC, at most {} in {}.",
        format::count(all),
        format::day_and_minute(first),
        format::day_and_minute(last),
        format::count(u64::from(highest)),
        cell_text(width_ms),
    );
    let ticks = ticks(first, last);
    view! {
        <figure class="bars" class:brushed=on_brush.is_some()>
            <div class="bars-plot" style=format!("height:{height}px") on:pointerdown=down on:pointermove=moved on:pointerup=up>
                <svg viewBox=format!("0 0 {cells} 100") preserveAspectRatio="none" role="img" aria-label=summary>
                    {drawing}
                </svg>
                <span class="bars-top" aria-hidden="true">{format::count(u64::from(highest))}</span>
                <i class="bars-brush" style=move || shade().unwrap_or_else(|| "display:none".to_owned())></i>
            </div>
            <div class="bars-axis" aria-hidden="true">
                {ticks
                    .into_iter()
                    .map(|(share, text)| view! { <span style=format!("left:{:.2}%", share * 100.0)>{text}</span> })
                    .collect_view()}
            </div>
        </figure>
    }
    .into_any()
}

fn draw(place: usize, bar: &Bar, highest: u32, width_ms: i64) -> Option<impl IntoView + use<>> {
    let total: u32 = bar.by_phase.iter().sum();
    if total == 0 {
        return None;
    }
    let mut below = 0;
    let mut parts = Vec::new();
    let mut words = Vec::new();
    for phase in STACK {
        let count = bar.by_phase[phase.index()];
        if count == 0 {
            continue;
        }
        // A sliver stays visible, whatever stands beside it.
        let height = (f64::from(count) / f64::from(highest) * 100.0).max(1.5);
        let y = 100.0 - f64::from(below) / f64::from(highest) * 100.0 - height;
        below += count;
        words.push(format!("{count} {phase}"));
        parts.push(view! {
            <rect
                x=format!("{place}.08")
                y=format!("{y:.2}")
                width="0.84"
                height=format!("{height:.2}")
                data-phase=phase.as_str()
            />
        });
    }
    words.reverse();
    let title = format!("{} UTC, {}: {}", format::day_and_minute(bar.start), cell_text(width_ms), words.join(", "));
    Some(view! { <g><title>{title}</title>{parts}</g> })
}

fn cell_text(width_ms: i64) -> String {
    #[allow(clippy::cast_precision_loss)] // widths are far below 2^53
    format::duration(width_ms as f64 / 1_000.0)
}

/// Up to six instants on round places, each with its share of the axis.
fn ticks(first: Timestamp, last: Timestamp) -> Vec<(f64, String)> {
    const MINUTE: i64 = 60_000;
    const STEPS: [i64; 14] = [
        MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        60 * MINUTE,
        180 * MINUTE,
        360 * MINUTE,
        720 * MINUTE,
        1_440 * MINUTE,
        2 * 1_440 * MINUTE,
        7 * 1_440 * MINUTE,
        14 * 1_440 * MINUTE,
        30 * 1_440 * MINUTE,
        91 * 1_440 * MINUTE,
    ];
    let span = last.millis_since(first);
    let Some(step) = STEPS.into_iter().find(|step| span / step <= 6) else { return Vec::new() };
    let start = first.floor_to(step);
    (0..8)
        .map(|tick| start.plus_millis(tick * step))
        .filter(|at| *at >= first && *at < last)
        .filter_map(|at| {
            #[allow(clippy::cast_precision_loss)] // spans are far below 2^53
            let share = at.millis_since(first) as f64 / span as f64;
            let text = match step < 1_440 * MINUTE {
                true => format::day_and_minute(at),
                false => format::day(at),
            };
            // A label at the very end would be cut.
            (share < 0.94).then_some((share, text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::AggregateCell;

    #[test]
    fn empty_cells_are_drawn_as_gaps_and_odd_ones_left_out() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let cell = |start: &str, count: u32| AggregateCell {
            group: String::new(),
            start: at(start),
            by_phase: [count, 0, 0, 0, 0, 0, 0, 0],
        };
        let aggregate = Aggregate {
            from: at("2026-11-22T00:00:00Z"),
            to: at("2026-11-22T04:00:00Z"),
            bucket_ms: 3_600_000,
            cells: vec![cell("2026-11-22T01:00:00Z", 2), cell("2026-11-23T01:00:00Z", 9)],
        };
        let sums: Vec<u32> = phase_bars(&aggregate).iter().map(|bar| bar.by_phase.iter().sum()).collect();
        assert_eq!(sums, [0, 2, 0, 0]);
    }
}
