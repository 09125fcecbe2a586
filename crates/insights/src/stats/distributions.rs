//! Normal, Student's t and chi-squared probabilities.
//!
//! Written here on top of `libm` (already in every build of ours) rather than taken from a statistics crate: three
//! distributions are needed, and the crates that have them bring linear algebra along.

use std::f64::consts::{LN_2, PI, SQRT_2};

/// P(Z ≤ `z`) of the standard normal distribution.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// P(Z > `z`) of the standard normal distribution, exact far into the tail.
pub fn normal_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// P(|Z| > |`z`|) of the standard normal distribution.
pub fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

/// The z with P(Z ≤ z) = `share`: ∓∞ at 0 and 1, NaN outside. Wichura's algorithm AS 241 (1988), good to 1e-16.
pub fn normal_quantile(share: f64) -> f64 {
    const CENTRE: ([f64; 8], [f64; 8]) = (
        [
            3.387_132_872_796_366_5,
            133.141_667_891_784_38,
            1_971.590_950_306_551_3,
            13_731.693_765_509_46,
            45_921.953_931_549_87,
            67_265.770_927_008_7,
            33_430.575_583_588_13,
            2_509.080_928_730_122_7,
        ],
        [
            1.0,
            42.313_330_701_600_91,
            687.187_007_492_057_9,
            5_394.196_021_424_751,
            21_213.794_301_586_597,
            39_307.895_800_092_71,
            28_729.085_735_721_943,
            5_226.495_278_852_854,
        ],
    );
    const SHOULDER: ([f64; 8], [f64; 8]) = (
        [
            1.423_437_110_749_683_5,
            4.630_337_846_156_546,
            5.769_497_221_460_691,
            3.647_848_324_763_204_5,
            1.270_458_252_452_368_4,
            0.241_780_725_177_450_6,
            0.022_723_844_989_269_184,
            7.745_450_142_783_414e-4,
        ],
        [
            1.0,
            2.053_191_626_637_759,
            1.676_384_830_183_803_8,
            0.689_767_334_985_1,
            0.148_103_976_427_480_08,
            0.015_198_666_563_616_457,
            5.475_938_084_995_345e-4,
            1.050_750_071_644_416_9e-9,
        ],
    );
    const TAIL: ([f64; 8], [f64; 8]) = (
        [
            6.657_904_643_501_103,
            5.463_784_911_164_114,
            1.784_826_539_917_291_3,
            0.296_560_571_828_504_87,
            0.026_532_189_526_576_124,
            0.001_242_660_947_388_078_4,
            2.711_555_568_743_487_6e-5,
            2.010_334_399_292_288_1e-7,
        ],
        [
            1.0,
            0.599_832_206_555_888,
            0.136_929_880_922_735_8,
            0.014_875_361_290_850_615,
            7.868_691_311_456_133e-4,
            1.846_318_317_510_054_8e-5,
            1.421_511_758_316_446e-7,
            2.044_263_103_389_939_8e-15,
        ],
    );
    if !(0.0..=1.0).contains(&share) {
        return f64::NAN;
    }
    let centred = share - 0.5;
    if centred.abs() <= 0.425 {
        let reduced = 0.180_625 - centred * centred;
        return centred * polynomial(&CENTRE.0, reduced) / polynomial(&CENTRE.1, reduced);
    }
    let outside = if centred < 0.0 { share } else { 1.0 - share };
    if outside == 0.0 {
        return if centred < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let depth = (-outside.ln()).sqrt();
    let size = if depth <= 5.0 {
        polynomial(&SHOULDER.0, depth - 1.6) / polynomial(&SHOULDER.1, depth - 1.6)
    } else {
        polynomial(&TAIL.0, depth - 5.0) / polynomial(&TAIL.1, depth - 5.0)
    };
    if centred < 0.0 { -size } else { size }
}

fn polynomial(coefficients: &[f64; 8], at: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * at + coefficient)
}

/// P(|T| > |`t`|) of Student's t with `freedom` degrees of freedom (above 0): I_x(ν/2, 1/2) at x = ν/(ν + t²).
pub fn student_two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_nan() || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The t with P(T ≤ t) = `share` for `freedom` degrees of freedom; ∓∞ at 0 and 1, NaN outside.
pub fn student_quantile(share: f64, freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&share) || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    let two_sided = 2.0 * share.min(1.0 - share);
    if two_sided == 0.0 {
        return if share < 0.5 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let size = root_of_falling(|t| student_two_sided(t, freedom) - two_sided);
    if share < 0.5 { -size } else { size }
}

/// P(X > `x`) of the chi-squared distribution with `freedom` degrees of freedom; exp(−x/2) for two.
pub fn chi_squared_tail(x: f64, freedom: f64) -> f64 {
    if x.is_nan() || freedom.is_nan() || freedom <= 0.0 {
        f64::NAN
    } else if x <= 0.0 {
        1.0
    } else if freedom == 2.0 {
        (-x / 2.0).exp()
    } else {
        incomplete_gamma_tail(freedom / 2.0, x / 2.0)
    }
}

/// P(X ≤ `x`) of the chi-squared distribution with `freedom` degrees of freedom.
pub fn chi_squared_cdf(x: f64, freedom: f64) -> f64 {
    1.0 - chi_squared_tail(x, freedom)
}

/// The x with P(X ≤ x) = `share` for `freedom` degrees of freedom; 0 and ∞ at the ends, NaN outside.
pub fn chi_squared_quantile(share: f64, freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&share) || freedom.is_nan() || freedom <= 0.0 {
        f64::NAN
    } else if freedom == 2.0 {
        -2.0 * (1.0 - share).ln()
    } else if share == 1.0 {
        f64::INFINITY
    } else {
        root_of_falling(|x| chi_squared_tail(x, freedom) - (1.0 - share))
    }
}

/// Where a function that falls from above 0 at 0 crosses 0, by doubling and halving.
fn root_of_falling(function: impl Fn(f64) -> f64) -> f64 {
    let mut high = 1.0;
    while function(high) > 0.0 && high < 1e300 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// ln Γ(x + 1/2) − ln Γ(x) without the loss of digits that the plain difference has for large x.
fn log_gamma_half_step(x: f64) -> f64 {
    if x < 30.0 {
        return libm::lgamma(x + 0.5) - libm::lgamma(x);
    }
    // Stirling's series of both, subtracted term by term.
    let correction = |x: f64| 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
    x * (0.5 / x).ln_1p() + 0.5 * x.ln() - 0.5 + correction(x + 0.5) - correction(x)
}

/// The regularized incomplete beta function I_x(a, b) for b = 1/2 or any a, b of ordinary size, by its continued
/// fraction (Lentz's method; Abramowitz & Stegun 26.5.8).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let log_beta = if b == 0.5 {
        0.5 * PI.ln() - log_gamma_half_step(a)
    } else {
        libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
    };
    let front = (a * x.ln() + b * (1.0 - x).ln() - log_beta).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guarded = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guarded(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        for numerator in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / guarded(1.0 + numerator * d);
            c = guarded(1.0 + numerator / c);
            result *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    result
}

/// The regularized upper incomplete gamma function Q(a, x): a series below a + 1, a continued fraction above
/// (Abramowitz & Stegun 6.5.29 and 6.5.31).
fn incomplete_gamma_tail(a: f64, x: f64) -> f64 {
    let front = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut place) = (1.0 / a, 1.0 / a, a);
        while term.abs() > sum.abs() * 1e-17 {
            place += 1.0;
            term *= x / place;
            sum += term;
        }
        return 1.0 - front * sum;
    }
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut result = d;
    for step in 1..10_000 {
        let i = f64::from(step);
        let numerator = -i * (i - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        result *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * result
}

/// ln(e^a + e^b), safe for any sizes; −∞ stands for no weight.
pub fn log_add(a: f64, b: f64) -> f64 {
    if a == b {
        return a + LN_2;
    }
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    high + (low - high).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_agrees_with_tables_and_itself() {
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-15);
        assert!((normal_tail(3.0) - 0.001_349_898_031_630_094_5).abs() < 1e-17);
        for share in [1e-300, 1e-20, 1e-5, 0.01, 0.07, 0.3, 0.5, 0.9, 0.99, 0.999_999] {
            let back = normal_cdf(normal_quantile(share));
            assert!((back / share - 1.0).abs() < 1e-13 * normal_quantile(share).powi(2).max(1.0), "{share} {back}");
        }
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert!(normal_quantile(1.5).is_nan());
    }

    #[test]
    fn student_and_chi_squared_agree_with_tables() {
        assert!((student_quantile(0.975, 10.0) - 2.228_138_851_986_273_5).abs() < 1e-12);
        assert!((student_two_sided(1.0, 1.0) - 0.5).abs() < 1e-14);
        let many = student_two_sided(1.96, 1e6);
        assert!((many - normal_two_sided(1.96)).abs() < 1e-6);
        assert!((chi_squared_quantile(0.95, 3.0) - 7.814_727_903_251_178).abs() < 1e-11);
        assert!((chi_squared_quantile(0.99, 2.0) - 9.210_340_371_976_18).abs() < 1e-12);
        assert!((chi_squared_tail(18.0, 10.0) - 0.054_963_640_5).abs() < 1e-9);
        assert!((log_add(700.0, 710.0) - 710.000_045_398_899_2).abs() < 1e-9);
    }
}
