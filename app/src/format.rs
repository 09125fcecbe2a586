//! Numbers and times as people read them. Pure: the server and the browser write the same words.

use onepane_domain::Timestamp;

/// `3 min ago`, `in 2 h`, `just now`.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let millis = now.millis_since(then);
    let text = coarse(millis.abs());
    match millis {
        i64::MIN..-1_999 => format!("in {text}"),
        -1_999..2_000 => "just now".to_owned(),
        _ => format!("{text} ago"),
    }
}

/// One unit, whole: `45 s`, `12 min`, `5 h`, `3 d`.
fn coarse(millis: i64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Two units at most: `45 s`, `12 min 5 s`, `5 h 3 min`, `3 d 4 h`.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds < 1.0 {
        return "< 1 s".to_owned();
    }
    // Durations are far below 2^53 seconds; the fraction is of no interest here.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = seconds as u64;
    let two = |big: u64, big_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{big} {big_unit}"),
        small => format!("{big} {big_unit} {small} {small_unit}"),
    };
    match whole {
        0..60 => format!("{whole} s"),
        60..3_600 => two(whole / 60, "min", whole % 60, "s"),
        3_600..86_400 => two(whole / 3_600, "h", whole % 3_600 / 60, "min"),
        _ => two(whole / 86_400, "d", whole % 86_400 / 3_600, "h"),
    }
}

/// `2026-11-22 02:04:05 UTC`.
pub(crate) fn instant(time: Timestamp) -> String {
    let text = time.to_string();
    format!("{} {} UTC", &text[..10], &text[11..19])
}

/// `22 Nov`.
pub(crate) fn day(time: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = time.day();
    let month = text[5..7].parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1))).unwrap_or(&"");
    format!("{} {month}", text[8..10].trim_start_matches('0'))
}

/// `22 Nov 2026`.
pub(crate) fn date(time: Timestamp) -> String {
    format!("{} {}", day(time), time.to_string().get(..4).unwrap_or_default())
}

/// `22 Nov`, with the year where it is not that of `now`.
pub(crate) fn date_near(time: Timestamp, now: Timestamp) -> String {
    let is_same_year = time.to_string().get(..4) == now.to_string().get(..4);
    if is_same_year { day(time) } else { date(time) }
}

/// `22 Nov 02:04`, in UTC.
pub(crate) fn day_and_minute(time: Timestamp) -> String {
    format!("{} {}", day(time), &time.to_string()[11..16])
}

/// Thousands set apart by a thin space: `1 234 567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// At most three significant digits below a thousand, whole numbers from there on: `0.25`, `12.5`, `1 234`.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = match size {
        // Saturates far beyond what is counted.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        999.5.. => count(size.round() as u64),
        99.95.. => format!("{size:.0}"),
        9.995.. => trimmed(format!("{size:.1}")),
        _ => trimmed(format!("{size:.2}")),
    };
    // What rounds to nothing has no sign.
    if value < 0.0 && text != "0" { format!("\u{2212}{text}") } else { text }
}

/// With its sign, whichever it is: `+12.5`, `−3`.
pub(crate) fn signed(value: f64) -> String {
    let text = number(value);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}

/// A sentence with a large letter at its beginning.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn trimmed(text: String) -> String {
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `512 B`, `1.2 MB`, `34.5 GB`, in powers of 1,000.
pub(crate) fn bytes(number_of: u64) -> String {
    // Three digits are shown; beyond 2^53 the rest does not matter.
    #[allow(clippy::cast_precision_loss)]
    let mut size = number_of as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if size < 999.5 {
            return format!("{} {unit}", number(size));
        }
        size /= 1_000.0;
    }
    format!("{} TB", number(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_two_units_at_most() {
        for (seconds, text) in [
            (0.2, "< 1 s"),
            (59.9, "59 s"),
            (60.0, "1 min"),
            (3_725.0, "1 h 2 min"),
            (273_600.0, "3 d 4 h"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn ages_read_both_ways() {
        let now: Timestamp = "2026-11-22T02:04:05Z".parse().unwrap();
        assert_eq!(ago(now.plus_millis(-90_000), now), "1 min ago");
        assert_eq!(ago(now.plus_millis(7_200_000), now), "in 2 h");
        assert_eq!(ago(now, now), "just now");
        assert_eq!(instant(now), "2026-11-22 02:04:05 UTC");
        assert_eq!(day_and_minute(now), "22 Nov 02:04");
        assert_eq!(date_near(now.plus_days(-10), now), "12 Nov");
        assert_eq!(date_near(now.plus_days(-400), now), "18 Oct 2025");
    }

    #[test]
    fn numbers_keep_three_digits_and_their_sign() {
        for (value, text) in [
            (0.0, "0"),
            (0.254, "0.25"),
            (7.0, "7"),
            (12.52, "12.5"),
            (99.96, "100"),
            (-3.0, "\u{2212}3"),
            (-0.001, "0"),
            (1_234.4, "1\u{202f}234"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(signed(4.25), "+4.25");
        assert_eq!(signed(0.0), "0");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_230_000), "1.23 MB");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(999), "999");
    }
}
