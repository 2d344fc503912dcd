//! What a claim asks of numbers: that they go the right way, have a value, keep a bound, or that something is there.

use std::ops::RangeInclusive;

/// What numbers have to do along a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Each is larger than the one before.
    Rising,
    /// Each is smaller than the one before.
    Falling,
    /// Each increment is larger than the one before.
    Convex,
}

/// What a claim asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Something is there, or is so.
    Exists,
    /// Numbers go the right way along a series.
    Trend(Trend),
    /// A number has a value.
    Value {
        /// What it should be, in the unit of the number.
        expected: f64,
        /// How far off it may be, relative to `expected`.
        tolerance: f64,
    },
    /// A number keeps its bounds, both included; infinite where there is none.
    Bound {
        /// Lowest, in the unit of the number.
        lower: f64,
        /// Highest, in the unit of the number.
        upper: f64,
    },
}

impl Question {
    /// The word used in files.
    pub fn word(&self) -> &'static str {
        match self {
            Question::Exists => "exists",
            Question::Trend(_) => "trend",
            Question::Value { .. } => "value",
            Question::Bound { .. } => "bound",
        }
    }

    /// What is expected, in words.
    pub fn expected(&self, unit: &str) -> String {
        let unit = if unit.is_empty() || unit == "1" { String::new() } else { format!(" {unit}") };
        match *self {
            Question::Exists => String::new(),
            Question::Trend(Trend::Rising) => "rising".to_owned(),
            Question::Trend(Trend::Falling) => "falling".to_owned(),
            Question::Trend(Trend::Convex) => "rising ever faster".to_owned(),
            Question::Value { expected, tolerance } => format!("{expected}{unit} within {tolerance:e} of it"),
            Question::Bound { lower, upper } if upper == f64::INFINITY => format!("at least {lower}{unit}"),
            Question::Bound { lower, upper } if lower == f64::NEG_INFINITY => format!("at most {upper}{unit}"),
            Question::Bound { lower, upper } => format!("{lower} to {upper}{unit}"),
        }
    }
}

/// A question, the numbers it was put to, and the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What is asked.
    pub question: Question,
    /// Whether it is so.
    pub holds: bool,
    /// The number, or the numbers of a series in order; `None` where there is none.
    pub values: Vec<Option<f64>>,
    /// UCUM code of their unit.
    pub unit: String,
}

impl Test {
    /// Whether something is there, or is so.
    pub fn exists(holds: bool) -> Test {
        Test { question: Question::Exists, holds, values: Vec::new(), unit: String::new() }
    }

    /// Every number is larger than the one before; all have to be there. Takes numbers, or options of numbers.
    pub fn rising<T: Into<Option<f64>>>(values: impl IntoIterator<Item = T>, unit: &str) -> Test {
        Test::trend(Trend::Rising, values, unit)
    }

    /// Every number is smaller than the one before; all have to be there.
    pub fn falling<T: Into<Option<f64>>>(values: impl IntoIterator<Item = T>, unit: &str) -> Test {
        Test::trend(Trend::Falling, values, unit)
    }

    /// Every increment is larger than the one before; all numbers have to be there.
    pub fn convex<T: Into<Option<f64>>>(values: impl IntoIterator<Item = T>, unit: &str) -> Test {
        Test::trend(Trend::Convex, values, unit)
    }

    fn trend<T: Into<Option<f64>>>(trend: Trend, values: impl IntoIterator<Item = T>, unit: &str) -> Test {
        let values: Vec<Option<f64>> = values.into_iter().map(Into::into).collect();
        let known: Vec<f64> = values.iter().copied().flatten().filter(|value| value.is_finite()).collect();
        let increments: Vec<f64> = known.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let needed = if trend == Trend::Convex { 3 } else { 2 };
        let goes = match trend {
            Trend::Rising => increments.iter().all(|step| *step > 0.0),
            Trend::Falling => increments.iter().all(|step| *step < 0.0),
            Trend::Convex => increments.windows(2).all(|pair| pair[1] > pair[0]),
        };
        let holds = known.len() == values.len() && known.len() >= needed && goes;
        Test { question: Question::Trend(trend), holds, values, unit: unit.to_owned() }
    }

    /// The number is `expected`, `tolerance` of it more or less.
    pub fn near(value: impl Into<Option<f64>>, expected: f64, tolerance: f64, unit: &str) -> Test {
        let question = Question::Value { expected, tolerance };
        Test::number(question, value.into(), unit, |value| (value - expected).abs() <= tolerance * expected.abs())
    }

    /// The number is in `bounds`, both ends included.
    pub fn within(value: impl Into<Option<f64>>, bounds: RangeInclusive<f64>, unit: &str) -> Test {
        let question = Question::Bound { lower: *bounds.start(), upper: *bounds.end() };
        Test::number(question, value.into(), unit, |value| bounds.contains(&value))
    }

    /// The number is `lower` or more.
    pub fn at_least(value: impl Into<Option<f64>>, lower: f64, unit: &str) -> Test {
        Test::within(value, lower..=f64::INFINITY, unit)
    }

    /// The number is `upper` or less.
    pub fn at_most(value: impl Into<Option<f64>>, upper: f64, unit: &str) -> Test {
        Test::within(value, f64::NEG_INFINITY..=upper, unit)
    }

    fn number(question: Question, value: Option<f64>, unit: &str, answer: impl Fn(f64) -> bool) -> Test {
        let holds = value.is_some_and(|value| value.is_finite() && answer(value));
        Test { question, holds, values: vec![value], unit: unit.to_owned() }
    }

    /// It has to be so as well, which no number says; otherwise the claim fails.
    #[must_use]
    pub fn and(mut self, holds: bool) -> Test {
        self.holds &= holds;
        self
    }
}

impl From<bool> for Test {
    fn from(holds: bool) -> Test {
        Test::exists(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trends_need_every_number() {
        assert!(Test::rising([1.0, 2.0, 3.0], "s").holds);
        assert!(!Test::rising([1.0, 1.0], "s").holds);
        assert!(!Test::rising([1.0], "s").holds, "one number goes nowhere");
        assert!(!Test::rising([Some(1.0), None, Some(3.0)], "s").holds);
        assert!(!Test::rising([1.0, f64::NAN], "s").holds);
        assert!(Test::falling(vec![2.0, -1.0], "s").holds);
        assert!(Test::convex([0.0, 1.0, 3.0], "MPa").holds);
        assert!(!Test::convex([0.0, 1.0, 2.0], "MPa").holds, "a straight line is not convex");
        assert!(!Test::convex([0.0, 1.0], "MPa").holds);
    }

    #[test]
    fn numbers_are_compared_with_the_stated_tolerance() {
        assert!(Test::near(266.622, 266.62199344, 1e-6, "s").holds);
        assert!(!Test::near(266.623, 266.62199344, 1e-6, "s").holds);
        assert!(Test::near(-151.1, -151.0, 1e-3, "s").holds, "the tolerance of a negative number");
        assert!(!Test::near(None, 1.0, 0.5, "s").holds);
        assert!(Test::within(1.0, 1.0..=2.0, "1").holds && !Test::at_least(f64::NAN, 0.0, "1").holds);
        assert!(Test::at_most(-3.0, 0.0, "s").holds && !Test::at_least(0.3, 0.3, "eV").and(false).holds);
    }

    #[test]
    fn what_is_expected_is_said() {
        assert_eq!(Test::near(1.0, 6.5, 1e-3, "MPa").question.expected("MPa"), "6.5 MPa within 1e-3 of it");
        assert_eq!(Test::at_least(1.0, 0.3, "eV").question.expected("eV"), "at least 0.3 eV");
        assert_eq!(Test::at_most(1.0, 0.0, "s").question.expected("s"), "at most 0 s");
        assert_eq!(Test::within(1.0, 0.0..=1.0, "1").question.expected("1"), "0 to 1");
        assert_eq!(Test::convex([1.0], "s").question.expected("s"), "rising ever faster");
    }
}
