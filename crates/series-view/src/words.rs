//! How numbers, times and lists are told.

use onepane_domain::Timestamp;
use onepane_insights::Outcome;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// So many times are named in a sentence.
const NAMED: usize = 3;

/// A remark of the engine as a sentence: it begins large and ends with a full stop.
pub fn sentence(text: &str) -> String {
    let mut characters = text.trim().chars();
    let Some(first) = characters.next() else { return String::new() };
    let mut written: String = first.to_uppercase().chain(characters).collect();
    if !written.ends_with(['.', '!', '?']) {
        written.push('.');
    }
    written
}

/// `7 days`, `24 hours`, `2 weeks`; points where the step is none of these.
pub(crate) fn span(points: usize, step_ms: i64) -> String {
    let unit = match step_ms {
        HOUR_MS => "hour",
        DAY_MS => "day",
        step if step == 7 * DAY_MS => "week",
        _ => "point",
    };
    counted(points, unit)
}

/// `1 point`, `2 points`.
pub(crate) fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// `2026-11-24`, or `2026-11-24 08:00` where points are nearer than days.
pub(crate) fn moment(at: Timestamp, step_ms: i64) -> String {
    let day = at.day();
    if step_ms % DAY_MS == 0 {
        return day;
    }
    let minutes = at.millis_since(at.start_of_day()) / 60_000;
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// `2026-11-24`, `2026-11-24 and 2026-11-26`, `2026-11-24, 2026-11-26, 2026-12-01 and 4 more`.
pub(crate) fn moments(all: &[Timestamp], step_ms: i64) -> String {
    let mut named: Vec<String> = all.iter().take(NAMED).map(|at| moment(*at, step_ms)).collect();
    let more = all.len().saturating_sub(NAMED);
    let last = if more > 0 { Some(format!("{more} more")) } else { named.pop() };
    match (named.is_empty(), last) {
        (false, Some(last)) => format!("{} and {last}", named.join(", ")),
        (_, last) => last.unwrap_or_default(),
    }
}

/// Three digits that count.
pub(crate) fn number(value: f64) -> String {
    onepane_charts::format(Some(value), "")
}

/// What could be said of a series: the whole sentence where nothing could be.
pub(crate) fn refusal(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Analysed => None,
        Outcome::Insufficient { need, have } => {
            Some(format!("Not analysed: {} at least are needed, there are {have}.", counted(*need, "point")))
        }
        Outcome::Constant { value } => Some(format!("Not analysed: every value is {}.", number(*value))),
        Outcome::Unsupported { reason } => Some(format!("Not analysed: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{moments, sentence, span};
    use onepane_domain::Timestamp;
    use onepane_insights::rank::probability;

    #[test]
    fn lists_of_times_are_cut() {
        let day = |day: i64| Timestamp::EPOCH.plus_days(day);
        let told = |days: &[i64]| moments(&days.iter().map(|at| day(*at)).collect::<Vec<_>>(), 86_400_000);
        assert_eq!(told(&[]), "");
        assert_eq!(told(&[0]), "1970-01-01");
        assert_eq!(told(&[0, 1]), "1970-01-01 and 1970-01-02");
        assert_eq!(told(&[0, 1, 2]), "1970-01-01, 1970-01-02 and 1970-01-03");
        assert_eq!(told(&[0, 1, 2, 3, 4]), "1970-01-01, 1970-01-02, 1970-01-03 and 2 more");
        assert_eq!(moments(&[day(0).plus_millis(3_600_000)], 3_600_000), "1970-01-01 01:00");
    }

    #[test]
    fn remarks_become_sentences() {
        assert_eq!(sentence("rose 3 % a week"), "Rose 3 % a week.");
        assert_eq!(sentence("3 values are missing."), "3 values are missing.");
        assert_eq!((span(7, 86_400_000), span(1, 3_600_000)), ("7 days".to_owned(), "1 hour".to_owned()));
        assert_eq!((probability(0.031), probability(1e-9)), ("= 0.031".to_owned(), "< 0.0001".to_owned()));
    }
}
