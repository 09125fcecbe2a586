//! Chance for metrics: by time instead of by turn, so that any minute can be asked for alone. The four exact operations
//! of arithmetic only, as in [`crate::random`].

use crate::random::mix;

/// A seed from numbers and a text.
pub(super) fn seed_of(numbers: &[u64], text: &str) -> u64 {
    let of_text = text.bytes().fold(0x51_7e, |seed, byte| mix(seed ^ u64::from(byte)));
    numbers.iter().fold(of_text, |seed, number| mix(seed ^ mix(*number)))
}

/// From 0 up to, but not including, 1: another number for every `index`.
pub(super) fn unit(seed: u64, index: i64) -> f64 {
    let bits = mix(seed ^ mix(index.cast_unsigned()));
    // The upper 53 bits, so that every value is exact.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// As [`unit`], around 0: from -1 to 1, near 0 more often.
pub(crate) fn swing(seed: u64, index: i64) -> f64 {
    unit(seed, index) + unit(seed ^ 0xa5a5, index) - 1.0
}

/// A curve through random points (from 0 to 1) that are `width` apart, without corners.
pub(crate) fn wave(seed: u64, at: i64, width: i64) -> f64 {
    let (index, within) = (at.div_euclid(width), at.rem_euclid(width) as f64 / width as f64);
    let ease = within * within * (3.0 - 2.0 * within);
    unit(seed, index) * (1.0 - ease) + unit(seed, index + 1) * ease
}

/// A whole number.
pub(super) fn whole(value: f64) -> f64 {
    value.round()
}

/// One digit behind the point.
pub(super) fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A number whose mean is `mean`: its whole part, and one more with the chance of the rest.
pub(super) fn count(mean: f64, chance: f64) -> f64 {
    let whole = mean.max(0.0).floor();
    if chance < mean - whole { whole + 1.0 } else { whole }
}
