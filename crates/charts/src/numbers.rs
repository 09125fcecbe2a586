//! Numbers as people read them.

/// Writes a number in at most three significant digits, with its unit: `1.23 h`, `45.6k`, `99.2 %`. What is no finite
/// number is `–`. The twin of `format` in `tools/echarts/entry.js`, which writes axes and tooltips.
pub fn format(value: Option<f64>, suffix: &str) -> String {
    let Some(number) = value.filter(|number| number.is_finite()) else {
        return "–".to_owned();
    };
    let size = number.abs();
    let steps = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")];
    let (divisor, prefix) = match steps.iter().find(|(least, _)| size >= *least) {
        // Thousands are worth a prefix from ten of them on.
        Some((_, "k")) => (1e3, "k"),
        Some((divisor, prefix)) => (*divisor, *prefix),
        None => (1.0, ""),
    };
    let text = three_digits(number / divisor);
    match suffix {
        "" => format!("{text}{prefix}"),
        suffix => format!("{text}{prefix} {suffix}"),
    }
}

fn three_digits(number: f64) -> String {
    // Written out, not left to the standard library: JavaScript's rounds halves another way.
    let (mut size, mut divisor) = (number.abs(), 1.0);
    while size < 100.0 && divisor < 1e12 {
        size *= 10.0;
        divisor *= 10.0;
    }
    let rounded = (size + 0.5).floor() / divisor * if number < 0.0 { -1.0 } else { 1.0 };
    // Not a minus zero.
    let rounded = if rounded == 0.0 { 0.0 } else { rounded };
    let text = rounded.to_string();
    let digits = text.trim_start_matches('-');
    if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let sign = &text[..text.len() - digits.len()];
        return format!("{sign}{},{}", &digits[..1], &digits[1..]);
    }
    text
}

/// A unit that fits the size of the values, so that an axis has round numbers: 5,400 seconds are drawn as 1.5 hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// What a value is divided by.
    pub divisor: f64,
    /// The unit of the result, as it stands behind a number; empty for plain counts.
    pub suffix: String,
}

impl Scale {
    /// The scale for values of `unit`, of which the largest (by size) is `largest`.
    ///
    /// Seconds, milliseconds, microseconds and bytes move to larger units. `Percent`, `Count` and `None` (CloudWatch's
    /// words) are written the short way. Any other unit is kept as it is.
    pub fn of(unit: &str, largest: f64) -> Self {
        const TIME: [(f64, &str); 6] =
            [(172_800.0, "d"), (7_200.0, "h"), (120.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];
        let time = |seconds: f64| {
            let largest = largest * seconds;
            let (_, suffix) = TIME.iter().find(|(least, _)| largest >= *least).copied().unwrap_or((0.0, "s"));
            let divisor = match suffix {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "min" => 60.0,
                "ms" => 1e-3,
                "µs" => 1e-6,
                _ => 1.0,
            };
            Self { divisor: divisor / seconds, suffix: suffix.to_owned() }
        };
        let plain = |suffix: &str| Self { divisor: 1.0, suffix: suffix.to_owned() };
        match unit {
            "s" | "Seconds" => time(1.0),
            "ms" | "Milliseconds" => time(1e-3),
            "µs" | "us" | "Microseconds" => time(1e-6),
            "B" | "Bytes" => {
                const BYTES: [(f64, &str); 4] =
                    [(1_099_511_627_776.0, "TiB"), (1_073_741_824.0, "GiB"), (1_048_576.0, "MiB"), (1_024.0, "KiB")];
                let (divisor, suffix) =
                    BYTES.iter().find(|(least, _)| largest >= *least).copied().unwrap_or((1.0, "B"));
                Self { divisor, suffix: suffix.to_owned() }
            }
            "%" | "Percent" => plain("%"),
            "" | "Count" | "None" => plain(""),
            other => plain(other),
        }
    }

    /// The scale for `unit` that fits these values.
    pub(crate) fn fitting<'a>(unit: &str, values: impl IntoIterator<Item = &'a Option<f64>>) -> Self {
        let sizes = values.into_iter().flatten().filter(|value| value.is_finite()).map(|value| value.abs());
        Self::of(unit, sizes.fold(0.0, f64::max))
    }

    /// A value in this scale; nothing for what is no finite number.
    pub(crate) fn apply(&self, value: Option<f64>) -> Option<f64> {
        value.map(|value| value / self.divisor).filter(|value| value.is_finite())
    }

    /// Writes a value that is not yet in this scale.
    pub(crate) fn write(&self, value: Option<f64>) -> String {
        format(self.apply(value), &self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::{Scale, format};

    #[test]
    fn numbers_are_short_and_carry_their_unit() {
        let written = |value: f64| format(Some(value), "");
        assert_eq!(written(0.0), "0");
        assert_eq!(written(-12.345), "-12.3");
        assert_eq!(written(999.6), "1,000");
        assert_eq!(written(9_876.0), "9,876");
        assert_eq!(written(12_345.0), "12.3k");
        assert_eq!(written(45_600_000.0), "45.6M");
        assert_eq!(format(Some(99.25), "%"), "99.3 %");
        assert_eq!(format(Some(f64::NAN), "s"), "–");
        assert_eq!(format(None, "s"), "–");
    }

    #[test]
    fn units_grow_with_the_values() {
        assert_eq!(Scale::of("Seconds", 90.0).write(Some(90.0)), "90 s");
        assert_eq!(Scale::of("Seconds", 9_000.0).write(Some(9_000.0)), "2.5 h");
        assert_eq!(Scale::of("Microseconds", 250_000.0).write(Some(250_000.0)), "250 ms");
        assert_eq!(Scale::of("Bytes", 3_221_225_472.0).write(Some(3_221_225_472.0)), "3 GiB");
        assert_eq!(Scale::of("Percent", 12.0).write(Some(12.0)), "12 %");
        assert_eq!(Scale::of("jobs", 12.0).write(Some(12.0)), "12 jobs");
    }
}
