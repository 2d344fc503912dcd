//! Differences of the exponential integral `E1(x)` that keep their digits, for many arguments at once.
//!
//! `phi(t) = [E1(a) - E1(b)] / ln(b/a)` subtracts two logarithms that nearly cancel at short times, so the entire part
//! `Ein(x) = E1(x) + gamma + ln x` is available by itself; ready-made `E1` functions hide it (Abramowitz & Stegun 5.1.11).
//! Up to 1.5 it is its power series. Above, `x e^x E1(x)` is a rational function of `1/x` that agrees with it at 22
//! Chebyshev points of 0 to 2/3 in 80 digits, and within 4e-17 between; the continued fraction (5.1.22) is the test.
//! Both are computed for every argument and one is taken, which for a slice is quicker than to ask first.

use kovacs_core::elementary::exponentials;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// Up to this the series is used, above it the rational function; both are good to a few last bits there.
const SWITCH: f64 = 1.5;

/// How many arguments are in the works at a time.
const BLOCK: usize = 64;

/// Replaces every `ln a` by `E1(a) - E1(b)` with `b = a exp(ln_ratio)`, `ln_ratio > 0`.
///
/// Logarithms go in because `a` may be too small for a double where its logarithm is an ordinary number.
pub fn differences(ln_a: &mut [f64], ln_ratio: f64) {
    for ln_a in ln_a.chunks_mut(BLOCK) {
        let [mut a, mut b, mut decay_a, mut decay_b] = [[0.0; BLOCK]; 4];
        let count = ln_a.len();
        for ((a, b), ln_a) in a.iter_mut().zip(&mut b).zip(ln_a.iter()) {
            (*a, *b) = (*ln_a, ln_a + ln_ratio);
        }
        exponentials(&mut a[..count]);
        exponentials(&mut b[..count]);
        for (decay, x) in decay_a.iter_mut().zip(&a).chain(decay_b.iter_mut().zip(&b)) {
            *decay = -x;
        }
        exponentials(&mut decay_a[..count]);
        exponentials(&mut decay_b[..count]);
        for (index, value) in ln_a.iter_mut().enumerate() {
            let (a, b) = (a[index], b[index]);
            let (entire_a, entire_b) = (entire_part(a), entire_part(b));
            let (tail_a, tail_b) = (tail(a, decay_a[index]), tail(b, decay_b[index]));
            let straddling = entire_a - EULER - *value - tail_b;
            let below = ln_ratio - (entire_b - entire_a);
            let near = if b <= SWITCH { below } else { straddling };
            *value = if a <= SWITCH { near } else { tail_a - tail_b };
        }
    }
}

/// [`differences`] for one argument.
pub fn difference(ln_a: f64, ln_ratio: f64) -> f64 {
    let mut value = [ln_a];
    differences(&mut value, ln_ratio);
    value[0]
}

/// `Ein(x) = sum_k (-1)^(k+1) x^k / (k k!)`, for `0 <= x <= 1.5`; larger arguments count as 1.5.
#[inline(always)]
fn entire_part(x: f64) -> f64 {
    let x = if x < SWITCH { x } else { SWITCH };
    let mut sum = ENTIRE_SERIES[0];
    for coefficient in &ENTIRE_SERIES[1..] {
        sum = sum * x + coefficient;
    }
    sum * x
}

/// `(-1)^(k+1) / (k k!)` from `k = 22` down to 1.
const ENTIRE_SERIES: [f64; 22] = {
    let mut series = [0.0; 22];
    let mut factorial = 1.0;
    let mut k = 1;
    while k <= 22 {
        factorial *= k as f64;
        let sign = if k % 2 == 1 { 1.0 } else { -1.0 };
        series[22 - k] = sign / (k as f64 * factorial);
        k += 1;
    }
    series
};

/// `E1(x)` for `x >= 1.5` with `e^-x` given; smaller arguments count as 1.5.
#[inline(always)]
fn tail(x: f64, decay: f64) -> f64 {
    let inverse = 1.0 / if x > SWITCH { x } else { SWITCH };
    let (mut above, mut below) = (RATIONAL[0][0], RATIONAL[0][1]);
    for [numerator, denominator] in &RATIONAL[1..] {
        above = above * inverse + numerator;
        below = below * inverse + denominator;
    }
    decay * inverse * (above / below)
}

/// Coefficients of numerator and denominator in powers of `1/x`, the highest first; all above zero, so nothing cancels.
const RATIONAL: [[f64; 2]; 12] = [
    [5.996_597_020_422_492, 358.087_842_277_880_04],
    [1_293.648_055_064_63, 9_255.919_351_397_648],
    [19_679.244_403_685_272, 68_501.540_629_718_4],
    [93_842.426_895_029_32, 215_715.835_200_285_3],
    [195_360.784_858_774_13, 342_922.229_992_854],
    [206_380.411_461_041_7, 301_382.929_737_011_7],
    [119_820.818_536_580_2, 153_929.660_992_339_2],
    [39_792.207_813_897_614, 46_721.076_367_960_59],
    [7_626.756_114_329_995, 8_405.779_615_769_017],
    [821.591_471_742_228_6, 866.159_442_041_001_4],
    [45.567_970_298_757_416, 46.567_970_298_757_41],
    [1.0, 1.0],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The exponential integral `E1(x)`, for `x > 0`.
    fn exponential_integral(x: f64) -> f64 {
        if x <= SWITCH { entire_part(x) - EULER - x.ln() } else { tail(x, (-x).exp()) }
    }

    /// `E1(x)` for `x > 1.5` by the continued fraction, evaluated from the front (Lentz).
    fn continued_fraction(x: f64) -> f64 {
        let mut denominator = x + 1.0;
        let mut c = f64::MAX;
        let mut d = 1.0 / denominator;
        let mut fraction = d;
        for k in 1..=200 {
            let k = f64::from(k);
            denominator += 2.0;
            d = 1.0 / (denominator - k * k * d);
            c = denominator - k * k / c;
            fraction *= c * d;
            if (c * d - 1.0).abs() < 2.0 * f64::EPSILON {
                break;
            }
        }
        fraction * (-x).exp()
    }

    #[test]
    fn published_values_are_met_on_both_sides_of_the_switch() {
        // Abramowitz & Stegun, tables 5.1 and 5.2, and DLMF 6.2; further digits from arbitrary-precision arithmetic.
        for (x, expected) in [
            (1e-3, 6.331_539_364_136_149),
            (0.1, 1.822_923_958_419_390_6),
            (1.0, 0.219_383_934_395_520_27),
            (2.0, 0.048_900_510_708_061_12),
            (2.5, 0.024_914_917_870_269_74),
            (10.0, 4.156_968_929_685_324e-6),
        ] {
            let relative: f64 = exponential_integral(x) / expected - 1.0;
            // Cancellation in the series just below the switch costs two digits of sixteen.
            assert!(relative.abs() < 4e-15, "E1({x}) is off by {relative:e}");
        }
    }

    #[test]
    fn both_branches_are_the_continued_fraction() {
        assert!((exponential_integral(SWITCH) / continued_fraction(SWITCH) - 1.0).abs() < 1e-14);
        for index in 1..3000 {
            let x = 1.5 * 1.002f64.powi(index);
            let relative = exponential_integral(x) / continued_fraction(x) - 1.0;
            assert!(relative.abs() < 5e-15 || continued_fraction(x) == 0.0, "E1({x}) is off by {relative:e}");
        }
        assert_eq!(exponential_integral(1e4), 0.0, "underflow, not NaN");
    }

    #[test]
    fn small_arguments_keep_their_difference() {
        // E1(a) - E1(b) = ln(b/a) - (b - a) + (b^2 - a^2)/4 - ..: to first order exact at 1e-12.
        let value = difference(1e-12f64.ln(), 1000f64.ln());
        assert!((1000f64.ln() - value - (1e-9 - 1e-12)).abs() < 2e-15);
        assert_eq!(difference(f64::NEG_INFINITY, 3.0), 3.0, "no time has passed");
        // a = exp(-2000) is no double, but -gamma - ln a - E1(1e3) is.
        assert_eq!(difference(-2000.0, 2000.0 + 1000f64.ln()), 2000.0 - EULER);
    }
}
