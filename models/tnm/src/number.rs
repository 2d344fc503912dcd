//! Numbers that carry their derivatives along: what makes the derivatives of a run those of its very steps.
//!
//! A [`Dual`] is a value with its derivatives with respect to a few parameters; every operation applies the chain rule
//! (forward-mode differentiation; Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008), ch. 3). Its value has the
//! same bits as the plain computation, because every operation does the same to it. A run is written once for both.

use kovacs_sdk::Refusal;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A plain number, or one with derivatives.
pub trait Number:
    Copy
    + From<f64>
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// Without derivatives.
    fn value(self) -> f64;

    /// Whether it is zero whatever the parameters are.
    fn is_zero(self) -> bool;

    /// `e` to this.
    fn exp(self) -> Self;

    /// This, above or equal to zero, to a positive power.
    fn powf(self, exponent: Self) -> Self;

    /// The bound where this is above it.
    fn at_most(self, bound: f64) -> Self {
        if self.value() > bound { Self::from(bound) } else { self }
    }

    /// Its size.
    fn abs(self) -> Self {
        if self.value() < 0.0 { -self } else { self }
    }
}

impl Number for f64 {
    fn value(self) -> f64 {
        self
    }

    fn is_zero(self) -> bool {
        self == 0.0
    }

    fn exp(self) -> Self {
        f64::exp(self)
    }

    fn powf(self, exponent: Self) -> Self {
        f64::powf(self, exponent)
    }
}

/// A value with its derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<const N: usize> {
    /// The value.
    pub value: f64,
    /// Its derivative with respect to each parameter.
    pub by: [f64; N],
}

impl<const N: usize> Dual<N> {
    /// The parameter with this index.
    pub fn parameter(value: f64, index: usize) -> Self {
        Dual { value, by: std::array::from_fn(|place| if place == index { 1.0 } else { 0.0 }) }
    }

    /// Parameters, of which those with an index in `wanted` may vary.
    ///
    /// # Errors
    /// Another number of parameters than there are derivatives.
    pub fn parameters(values: &[f64], wanted: &[usize]) -> Result<[Self; N], Refusal> {
        let values: &[f64; N] =
            values.try_into().map_err(|_| Refusal::broken(format!("{} parameters, {N} are needed", values.len())))?;
        Ok(std::array::from_fn(|index| {
            let value = values[index];
            if wanted.contains(&index) { Dual::parameter(value, index) } else { Dual::from(value) }
        }))
    }

    /// A function of it, given its value and derivative there.
    fn chain(self, value: f64, derivative: f64) -> Self {
        Dual { value, by: self.by.map(|by| derivative * by) }
    }

    /// A function of it and another, given its value and both derivatives there.
    fn chain_two(self, other: Self, value: f64, [first, second]: [f64; 2]) -> Self {
        Dual { value, by: std::array::from_fn(|place| first * self.by[place] + second * other.by[place]) }
    }
}

impl<const N: usize> From<f64> for Dual<N> {
    fn from(value: f64) -> Self {
        Dual { value, by: [0.0; N] }
    }
}

impl<const N: usize> Number for Dual<N> {
    fn value(self) -> f64 {
        self.value
    }

    fn is_zero(self) -> bool {
        self.value == 0.0 && self.by.iter().all(|&by| by == 0.0)
    }

    fn exp(self) -> Self {
        let value = self.value.exp();
        self.chain(value, value)
    }

    fn powf(self, exponent: Self) -> Self {
        let value = self.value.powf(exponent.value);
        if value == 0.0 {
            // 0 stays 0 for any positive power.
            return Dual::from(0.0);
        }
        self.chain_two(exponent, value, [value * exponent.value / self.value, value * self.value.ln()])
    }
}

impl<const N: usize> Neg for Dual<N> {
    type Output = Self;

    fn neg(self) -> Self {
        self.chain(-self.value, -1.0)
    }
}

impl<const N: usize> Add for Dual<N> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.chain_two(other, self.value + other.value, [1.0, 1.0])
    }
}

impl<const N: usize> Sub for Dual<N> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.chain_two(other, self.value - other.value, [1.0, -1.0])
    }
}

impl<const N: usize> Mul for Dual<N> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.chain_two(other, self.value * other.value, [other.value, self.value])
    }
}

impl<const N: usize> Div for Dual<N> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        self.chain_two(other, value, [1.0 / other.value, -value / other.value])
    }
}

impl<const N: usize> Add<f64> for Dual<N> {
    type Output = Self;

    fn add(self, other: f64) -> Self {
        Dual { value: self.value + other, ..self }
    }
}

impl<const N: usize> Sub<f64> for Dual<N> {
    type Output = Self;

    fn sub(self, other: f64) -> Self {
        Dual { value: self.value - other, ..self }
    }
}

impl<const N: usize> Mul<f64> for Dual<N> {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        self.chain(self.value * other, other)
    }
}

impl<const N: usize> Div<f64> for Dual<N> {
    type Output = Self;

    fn div(self, other: f64) -> Self {
        self.chain(self.value / other, 1.0 / other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is done to numbers, in one expression.
    fn all<N: Number>([a, b]: [N; 2]) -> N {
        let exponent = (a - b * 0.25).abs() / (b + 2.0);
        ((-(a * b)).exp() + a.powf(exponent) / 3.0 - b / a).at_most(100.0) - 0.5
    }

    #[test]
    fn derivatives_are_those_of_differences_and_values_have_the_same_bits() {
        let (a, b) = (1.7, 0.6);
        let dual = all([Dual::<2>::parameter(a, 0), Dual::parameter(b, 1)]);
        assert_eq!(dual.value.to_bits(), all([a, b]).to_bits());
        let step = 1e-5;
        let by_a = (all([a + step, b]) - all([a - step, b])) / (2.0 * step);
        let by_b = (all([a, b + step]) - all([a, b - step])) / (2.0 * step);
        // Central differences at 1e-5: 1e-10 of truncation and rounding.
        assert!((dual.by[0] - by_a).abs() < 1e-9 && (dual.by[1] - by_b).abs() < 1e-9, "{dual:?} {by_a} {by_b}");
    }

    #[test]
    fn bounds_and_zeros_have_no_derivative() {
        let zero = Dual::<1>::from(0.0);
        assert!(zero.is_zero() && !Dual::<1>::parameter(0.0, 0).is_zero());
        assert!(zero.powf(Dual::parameter(0.5, 0)).is_zero());
        assert_eq!(Dual::<1>::parameter(7.0, 0).at_most(5.0), Dual::from(5.0));
    }
}
