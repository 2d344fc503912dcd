//! Exponentials and logarithms of many numbers at once.
//!
//! A relaxation curve is little else than exponentials, and one call of the system's function for each costs more than
//! all the rest. Here the same operations are done on a whole slice without a branch, so that a compiler does two or
//! more at a time with what any processor has: no special instructions, no unsafe code, no dependency. Nothing but
//! additions, multiplications and divisions of doubles is used, so the bits are the same on every machine, which those
//! of the system's functions are not. Results are good to two units in the last place.

/// `1.5 x 2^52`: added to a number below 2^51 it leaves the nearest whole number in the last bits.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
/// `ln 2` in two parts, the first with its last 32 bits zero so that a multiple of it is exact (Cody & Waite).
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
/// Below this an exponential is no normal number and becomes 0.
const LEAST: f64 = -708.0;
/// Above this an exponential is taken as that of this number.
const MOST: f64 = 709.0;

/// Replaces every number by its exponential: 0 below -708, and no more than `e^709`. Not a number stays so.
pub fn exponentials(values: &mut [f64]) {
    for value in values {
        *value = exponential(*value);
    }
}

/// How small [`small_exponentials`] wants its numbers.
pub const SMALL: f64 = 1.0 / 64.0;

/// [`exponentials`] of numbers between `-SMALL` and [`SMALL`], in half the time.
pub fn small_exponentials(values: &mut [f64]) {
    for value in values {
        // The eighth power over 8! is below 1e-19.
        let mut sum = 1.0 / 5_040.0;
        for coefficient in &EXPONENTIAL_SERIES[6..] {
            sum = sum * *value + coefficient;
        }
        *value = sum;
    }
}

#[inline(always)]
fn exponential(value: f64) -> f64 {
    let x = if value > MOST { MOST } else { value };
    let x = if x < LEAST { LEAST } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUNDING;
    let whole = shifted - ROUNDING;
    let rest = (x - whole * LN_2[0]) - whole * LN_2[1];
    // |rest| < 0.347: the thirteenth power over 13! is below 2e-16.
    let mut sum = EXPONENTIAL_SERIES[0];
    for coefficient in &EXPONENTIAL_SERIES[1..] {
        sum = sum * rest + coefficient;
    }
    let power = f64::from_bits((shifted.to_bits().wrapping_add(1023)) << 52);
    if value < LEAST { 0.0 } else { sum * power }
}

/// `1/k!` from `k = 12` down.
const EXPONENTIAL_SERIES: [f64; 13] = [
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// Replaces every number, `>= 0` and finite, by its natural logarithm; that of 0 is minus infinity.
pub fn logarithms(values: &mut [f64]) {
    for value in values {
        *value = logarithm(*value);
    }
}

#[inline(always)]
fn logarithm(value: f64) -> f64 {
    // Exponent and mantissa, the mantissa between sqrt(1/2) and sqrt 2.
    let bits = value.to_bits().wrapping_add(0x0009_5f62_0000_0000);
    let exponent = f64::from_bits((bits >> 52) | ROUNDING.to_bits()) - (ROUNDING + 1023.0);
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_0000_0000));
    // ln m = 2 artanh[(m - 1)/(m + 1)]
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut sum = LOGARITHM_SERIES[0];
    for coefficient in &LOGARITHM_SERIES[1..] {
        sum = sum * square + coefficient;
    }
    let small = ratio * square * sum;
    let logarithm = exponent * LN_2[0] + (2.0 * ratio + (small + exponent * LN_2[1]));
    if value == 0.0 { f64::NEG_INFINITY } else { logarithm }
}

/// `2/(2k + 1)` from `k = 10` down to 1: the next term is below 1e-17 of the logarithm.
const LOGARITHM_SERIES: [f64; 10] = [
    2.0 / 21.0,
    2.0 / 19.0,
    2.0 / 17.0,
    2.0 / 15.0,
    2.0 / 13.0,
    2.0 / 11.0,
    2.0 / 9.0,
    2.0 / 7.0,
    2.0 / 5.0,
    2.0 / 3.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_system() {
        let arguments: Vec<f64> = (-70_800..=7_090).map(|index| 0.01 * f64::from(index) + 1e-3).collect();
        let mut values = arguments.clone();
        exponentials(&mut values);
        for (argument, value) in arguments.iter().zip(values) {
            assert!((value / argument.exp() - 1.0).abs() < 5e-16, "exp({argument}) = {value:e}");
        }
        let arguments: Vec<f64> = (-1000..=1000).map(|index| SMALL * 1e-3 * f64::from(index)).collect();
        let mut values = arguments.clone();
        small_exponentials(&mut values);
        for (argument, value) in arguments.iter().zip(values) {
            assert!((value / argument.exp() - 1.0).abs() < 3e-16, "exp({argument}) = {value:e}");
        }
        let mut edges = [0.0, -0.0, 1.0, -709.0, f64::NEG_INFINITY, f64::INFINITY, f64::NAN, 1e-300, -1e-17];
        exponentials(&mut edges);
        assert_eq!(edges[..2], [1.0, 1.0]);
        assert!((edges[2] - std::f64::consts::E).abs() < 5e-16);
        assert_eq!(edges[3..5], [0.0, 0.0]);
        assert!(edges[5] > 8e307 && edges[6].is_nan());
        assert_eq!(edges[7..], [1.0, 1.0]);
    }

    #[test]
    fn logarithms_are_those_of_the_system() {
        let mut arguments: Vec<f64> = (-3000..=3080).map(|index| 10f64.powf(0.1 * f64::from(index))).collect();
        arguments.extend((0..4000).map(|index| 0.5 + 0.001 * f64::from(index)));
        let mut values = arguments.clone();
        logarithms(&mut values);
        for (argument, value) in arguments.iter().zip(values) {
            let off = (value - argument.ln()).abs();
            assert!(off <= 5e-16 * argument.ln().abs() + 1e-17, "ln({argument}) = {value}, off by {off:e}");
        }
        let mut zero = [0.0];
        logarithms(&mut zero);
        assert_eq!(zero, [f64::NEG_INFINITY]);
    }
}
