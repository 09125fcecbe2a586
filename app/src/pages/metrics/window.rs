//! Windows of time as the page offers and writes them.

use onepane_domain::{Period, TimeWindow, Timestamp};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The windows that end now: name in the list, length in milliseconds.
pub(super) const RANGES: [(&str, i64); 9] = [
    ("Last hour", HOUR_MS),
    ("Last 3 hours", 3 * HOUR_MS),
    ("Last 12 hours", 12 * HOUR_MS),
    ("Last 24 hours", DAY_MS),
    ("Last 3 days", 3 * DAY_MS),
    ("Last 7 days", 7 * DAY_MS),
    ("Last 30 days", 30 * DAY_MS),
    ("Last 90 days", 90 * DAY_MS),
    ("Last 15 months", 455 * DAY_MS),
];

/// A period as the list names it.
pub(super) fn period_label(period: Period) -> String {
    match period.seconds() {
        seconds if seconds % 86_400 == 0 => format!("{} d", seconds / 86_400),
        seconds if seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        seconds => format!("{} min", seconds / 60),
    }
}

/// The window twice as long around the same middle; for one that ends now, twice as far back.
pub(super) fn wider(window: TimeWindow, from: Timestamp, to: Timestamp) -> TimeWindow {
    const LONGEST: i64 = 455 * DAY_MS;
    match window {
        TimeWindow::Last(millis) => TimeWindow::Last(millis.saturating_mul(2).min(LONGEST)),
        _ => {
            let half = (to.millis_since(from) / 2).min(LONGEST / 4);
            TimeWindow::Between(from.plus_millis(-half), to.plus_millis(half))
        }
    }
}

/// The window just before, or just after, of the same length.
pub(super) fn shifted(from: Timestamp, to: Timestamp, later: bool) -> TimeWindow {
    let length = to.millis_since(from);
    let by = if later { length } else { -length };
    TimeWindow::Between(from.plus_millis(by), to.plus_millis(by))
}

/// What an `<input type="datetime-local">` holds, taken as UTC.
pub(super) fn field_value(time: Timestamp) -> String {
    time.to_string().get(..16).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_out_keeps_the_middle_and_ends() {
        let (from, to) = ("2026-11-22T10:00:00Z".parse().unwrap(), "2026-11-22T12:00:00Z".parse().unwrap());
        let expected =
            TimeWindow::Between("2026-11-22T09:00:00Z".parse().unwrap(), "2026-11-22T13:00:00Z".parse().unwrap());
        assert_eq!(wider(TimeWindow::Between(from, to), from, to), expected);
        assert_eq!(wider(TimeWindow::Last(HOUR_MS), from, to), TimeWindow::Last(2 * HOUR_MS));
        assert_eq!(wider(TimeWindow::Last(400 * DAY_MS), from, to), TimeWindow::Last(455 * DAY_MS));
    }

    #[test]
    fn a_shift_leaves_neither_gap_nor_overlap() {
        let (from, to) = ("2026-11-22T10:00:00Z".parse().unwrap(), "2026-11-22T12:00:00Z".parse().unwrap());
        let TimeWindow::Between(_, end) = shifted(from, to, false) else { panic!("no window") };
        assert_eq!(end, from);
        assert_eq!(field_value(from), "2026-11-22T10:00");
    }
}
