//! Random numbers that are the same on every platform and with every version of every crate.
//!
//! SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Everything drawn here
//! uses integer arithmetic and the four exact floating-point operations only: no logarithm, no exponential, whose
//! last digit differs among platforms.

/// The golden ratio times 2^64: SplitMix64's increment.
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// One round of SplitMix64's output function: scatters the bits of `value`.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream that belongs to these numbers, such as seed, account and day.
    pub(crate) fn of(parts: &[u64]) -> Self {
        let state = parts.iter().fold(INCREMENT, |state, part| mix(state.wrapping_add(INCREMENT) ^ mix(*part)));
        Self(state)
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(INCREMENT);
        mix(self.0)
    }

    /// From 0 up to, but not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        // The upper 53 bits, so that every value is exact; the cast cannot lose any.
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// From `low` to `high`, both included; `low` if the range is empty.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low + i64::try_from(self.bits() % span).unwrap_or(0)
    }

    /// One of them.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// An index below `len`; 0 for an empty list.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        (self.bits() % (len.max(1) as u64)) as usize
    }

    /// An index, drawn in proportion to the weights.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }

    /// A whole number whose mean is `rate`: its whole part, and one more with the probability of the rest, spread by
    /// a quarter of it so that days differ.
    pub(crate) fn count(&mut self, rate: f64) -> u32 {
        let spread = rate * (0.75 + 0.5 * self.unit());
        let whole = spread as u32;
        whole + u32::from(self.chance(spread - f64::from(whole)))
    }

    /// How many of rare, independent events happen, of which so many are expected: nearly Poisson's numbers.
    ///
    /// Sixteen draws of chance 1/16 for each that is expected, 64 at a time: four random words in common have a bit set
    /// with that chance.
    pub(crate) fn events(&mut self, expected: f64) -> u32 {
        let draws = expected.max(0.0) * 16.0;
        let mut left = draws as u64;
        let mut count = u32::from(self.chance((draws - left as f64) / 16.0));
        while left > 0 {
            let lucky = self.bits() & self.bits() & self.bits() & self.bits();
            let here = left.min(64);
            count += (lucky >> (64 - here)).count_ones();
            left -= here;
        }
        count
    }

    /// A duration with this median and a long tail upwards: half to double in most cases, now and then six times.
    pub(crate) fn skewed(&mut self, median: i64) -> i64 {
        let bell = (self.unit() + self.unit() + self.unit()) / 3.0;
        (median as f64 * bell / (1.02 - bell)) as i64 + 1
    }

    /// `length` lower-case letters and digits, as SageMaker and its SDKs put them at the end of names.
    pub(crate) fn suffix(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut bits = self.bits();
        let mut text = String::with_capacity(length);
        for position in 0..length {
            if position % 12 == 11 {
                bits = self.bits();
            }
            text.push(char::from(ALPHABET[(bits % 36) as usize]));
            bits /= 36;
        }
        text
    }

    /// `length` (at most 16) hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut text = format!("{:016x}", self.bits());
        text.truncate(length);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published first outputs of SplitMix64 with state 1234567.
    #[test]
    fn is_splitmix64() {
        let mut random = Random(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn durations_scatter_around_their_median_with_a_tail() {
        let mut random = Random::of(&[7]);
        let mut drawn: Vec<i64> = (0..2_000).map(|_| random.skewed(1_000)).collect();
        drawn.sort_unstable();
        assert!((850..1_150).contains(&drawn[1_000]), "median {}", drawn[1_000]);
        assert!(drawn[1_990] > 3_000 && drawn[0] >= 1);
    }

    #[test]
    fn rates_are_kept_on_average() {
        let mut random = Random::of(&[8]);
        let total: u32 = (0..4_000).map(|_| random.count(2.4)).sum();
        assert!((9_200..10_000).contains(&total), "{total}");
    }
}
