//! The exponential integral `E1(x)`, and differences of it that keep their digits.
//!
//! `phi(t) = [E1(a) - E1(b)] / ln(b/a)` subtracts two logarithms that nearly cancel at short times, so the entire part
//! `Ein(x) = E1(x) + gamma + ln x` is available by itself. Ready-made `E1` functions hide it, and the one at hand gives
//! no answer where its continued fraction stops one bit short; hence these forty lines
//! (Abramowitz & Stegun 5.1.11 and 5.1.22).

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// Below this the series is used, above it the continued fraction; both are good to a few last bits there.
const SWITCH: f64 = 1.5;

/// Above this `E1` is below the smallest double.
const LARGEST: f64 = 750.0;

/// `Ein(x) = sum_k (-1)^(k+1) x^k / (k k!)`, for `0 <= x <= 1.5`.
fn entire_part(x: f64) -> f64 {
    let mut power = -1.0;
    let mut sum = 0.0;
    for k in 1..=30 {
        let k = f64::from(k);
        power *= -x / k;
        sum += power / k;
    }
    sum
}

/// `E1(x)` for `x > 1.5` by the continued fraction, evaluated from the front (Lentz).
fn continued_fraction(x: f64) -> f64 {
    if x > LARGEST {
        return 0.0;
    }
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

/// The exponential integral `E1(x)`, for `x > 0`.
pub fn exponential_integral(x: f64) -> f64 {
    if x <= SWITCH { entire_part(x) - EULER - x.ln() } else { continued_fraction(x) }
}

/// `E1(a) - E1(b)` with `a = exp(ln_a)` and `b = a exp(ln_ratio)`, `ln_ratio > 0`.
///
/// Logarithms go in because `a` may be too small for a double where its logarithm is an ordinary number.
pub fn difference(ln_a: f64, ln_ratio: f64) -> f64 {
    let (a, b) = (ln_a.exp(), (ln_a + ln_ratio).exp());
    if b <= SWITCH {
        ln_ratio - (entire_part(b) - entire_part(a))
    } else if a <= SWITCH {
        entire_part(a) - EULER - ln_a - continued_fraction(b)
    } else {
        continued_fraction(a) - continued_fraction(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn both_branches_meet_at_the_switch() {
        let (below, above) = (exponential_integral(SWITCH), continued_fraction(SWITCH));
        assert!((below / above - 1.0).abs() < 1e-14, "{below} and {above}");
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
