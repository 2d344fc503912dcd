//! A curve: one quantity against another, with names, units, and where it came from.
//!
//! Plain owned data with public fields, because notebooks hold it in variables between cells, figures draw it and
//! files store it. The origin travels with the numbers, so that nothing synthetic is ever shown as measured.

use std::fmt;
use std::ops::Range;

/// Where numbers come from: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Recorded by an instrument.
    Measured,
    /// Read off a printed figure.
    Digitised,
    /// Made by a generator in the shape of data.
    Synthetic,
    /// Computed by a model.
    Calculated,
    /// Copied from a printed table.
    Tabulated,
    /// Derived from another data set.
    Converted,
}

impl Origin {
    /// Every origin, in the order of the declaration.
    pub const ALL: [Origin; 6] = [
        Origin::Measured,
        Origin::Digitised,
        Origin::Synthetic,
        Origin::Calculated,
        Origin::Tabulated,
        Origin::Converted,
    ];

    /// The word used in files and legends.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Measured => "measured",
            Origin::Digitised => "digitised",
            Origin::Synthetic => "synthetic",
            Origin::Calculated => "calculated",
            Origin::Tabulated => "tabulated",
            Origin::Converted => "converted",
        }
    }

    /// The origin with this word, if there is one.
    pub fn from_word(word: &str) -> Option<Origin> {
        Origin::ALL.into_iter().find(|origin| origin.word() == word)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One quantity against another.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Abscissa in `x_unit`; never falling, two equal values are a jump.
    pub x: Vec<f64>,
    /// Ordinate in `y_unit`; as long as `x`.
    pub y: Vec<f64>,
    /// What `x` is: `time`.
    pub x_name: String,
    /// UCUM code of `x`.
    pub x_unit: String,
    /// What `y` is: `stress`.
    pub y_name: String,
    /// UCUM code of `y`.
    pub y_unit: String,
    /// What the legend calls it.
    pub label: String,
    /// Where the numbers come from.
    pub origin: Origin,
    /// What is known of how they were made: names and values, in order.
    pub provenance: Vec<(String, String)>,
}

impl Curve {
    /// A calculated curve of `y` against `x`, with plain axes named `x` and `y`; the builder methods say the rest.
    ///
    /// # Errors
    /// Different lengths, a value that is not finite, or a falling `x`.
    ///
    /// # Examples
    /// ```
    /// use kovacs_core::{Curve, Origin};
    /// let curve = Curve::new("stress of specimen A", vec![1.0, 10.0, 100.0], vec![4.0, 6.0, 5.0])?
    ///     .x_axis("time", "s")
    ///     .y_axis("stress", "MPa")
    ///     .from_origin(Origin::Measured);
    /// assert_eq!(curve.max(), Some((10.0, 6.0)));
    /// # Ok::<(), kovacs_core::CurveError>(())
    /// ```
    pub fn new(label: impl Into<String>, x: Vec<f64>, y: Vec<f64>) -> Result<Curve, CurveError> {
        let curve = Curve {
            x,
            y,
            x_name: "x".to_owned(),
            x_unit: "1".to_owned(),
            y_name: "y".to_owned(),
            y_unit: "1".to_owned(),
            label: label.into(),
            origin: Origin::Calculated,
            provenance: Vec::new(),
        };
        curve.check()?;
        Ok(curve)
    }

    /// Checks what [`Curve::new`] promises; for curves filled in field by field.
    ///
    /// # Errors
    /// Different lengths, a value that is not finite, or a falling `x`.
    pub fn check(&self) -> Result<(), CurveError> {
        let label = || self.label.clone();
        if self.x.len() != self.y.len() {
            return Err(CurveError::Lengths { label: label(), x: self.x.len(), y: self.y.len() });
        }
        for (row, (&x, &y)) in self.x.iter().zip(&self.y).enumerate() {
            for (axis, value) in [("x", x), ("y", y)] {
                if !value.is_finite() {
                    return Err(CurveError::NotFinite { label: label(), axis, row, value });
                }
            }
        }
        if let Some(row) = self.x.windows(2).position(|pair| matches!(pair, [a, b] if b < a)) {
            return Err(CurveError::Falling { label: label(), row: row + 1 });
        }
        Ok(())
    }

    /// Names the abscissa and its unit.
    pub fn x_axis(mut self, name: impl Into<String>, unit: impl Into<String>) -> Self {
        (self.x_name, self.x_unit) = (name.into(), unit.into());
        self
    }

    /// Names the ordinate and its unit.
    pub fn y_axis(mut self, name: impl Into<String>, unit: impl Into<String>) -> Self {
        (self.y_name, self.y_unit) = (name.into(), unit.into());
        self
    }

    /// Says where the numbers come from.
    pub fn from_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Gives it another label.
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds one line of provenance.
    pub fn with_provenance(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.provenance.push((name.into(), value.into()));
        self
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// The points with `low <= x <= high`, in units of `x`.
    pub fn between(&self, low: f64, high: f64) -> Curve {
        let start = self.x.partition_point(|&x| x < low);
        let end = self.x.partition_point(|&x| x <= high).max(start);
        self.points(start..end)
    }

    /// The same curve with `by` (in units of `x`) added to every `x`: `shifted(-t_w)` counts time from the second step.
    pub fn shifted(&self, by: f64) -> Curve {
        let mut curve = self.clone();
        curve.x.iter_mut().for_each(|x| *x += by);
        curve
    }

    /// The same curve with every `y` multiplied by `factor` and a new ordinate unit.
    pub fn scaled(&self, factor: f64, unit: impl Into<String>) -> Curve {
        let mut curve = self.clone();
        curve.y.iter_mut().for_each(|y| *y *= factor);
        curve.y_unit = unit.into();
        curve
    }

    /// Linear interpolation at `x`; at a jump the value after it; `None` outside the curve.
    pub fn at(&self, x: f64) -> Option<f64> {
        let after = self.x.partition_point(|&known| known <= x);
        let left = after.checked_sub(1)?;
        let (&x0, &y0) = (self.x.get(left)?, self.y.get(left)?);
        if x == x0 {
            return Some(y0);
        }
        let (&x1, &y1) = (self.x.get(after)?, self.y.get(after)?);
        Some(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    }

    /// The point with the largest `y`, the first one of equals; `None` for an empty curve.
    pub fn max(&self) -> Option<(f64, f64)> {
        self.x
            .iter()
            .copied()
            .zip(self.y.iter().copied())
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// The point with the smallest `y`, the first one of equals; `None` for an empty curve.
    pub fn min(&self) -> Option<(f64, f64)> {
        self.x
            .iter()
            .copied()
            .zip(self.y.iter().copied())
            .reduce(|best, next| if next.1 < best.1 { next } else { best })
    }

    fn points(&self, range: Range<usize>) -> Curve {
        Curve {
            x: self.x.get(range.clone()).unwrap_or_default().to_vec(),
            y: self.y.get(range).unwrap_or_default().to_vec(),
            x_name: self.x_name.clone(),
            x_unit: self.x_unit.clone(),
            y_name: self.y_name.clone(),
            y_unit: self.y_unit.clone(),
            label: self.label.clone(),
            origin: self.origin,
            provenance: self.provenance.clone(),
        }
    }
}

/// Why numbers do not make a curve. Rows are counted from 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CurveError {
    /// `x` and `y` differ in length.
    Lengths {
        /// Label of the curve.
        label: String,
        /// Length of `x`.
        x: usize,
        /// Length of `y`.
        y: usize,
    },
    /// A value is not finite.
    NotFinite {
        /// Label of the curve.
        label: String,
        /// `x` or `y`.
        axis: &'static str,
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// `x` falls.
    Falling {
        /// Label of the curve.
        label: String,
        /// First row whose `x` is below the one before, from 0.
        row: usize,
    },
}

impl fmt::Display for CurveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CurveError::Lengths { label, x, y } => {
                write!(f, "curve `{label}`: x has {x} values and y has {y}; they must be equally long")
            }
            CurveError::NotFinite { label, axis, row, value } => {
                write!(f, "curve `{label}`: {axis} = {value} in row {row}; leave such rows out")
            }
            CurveError::Falling { label, row } => {
                write!(f, "curve `{label}`: x falls at row {row}; sort the rows by x")
            }
        }
    }
}

impl std::error::Error for CurveError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(x: f64, expected: Option<f64>) {
        let step = Curve::new("step", vec![0.0, 1.0, 1.0, 2.0], vec![0.0, 0.0, 4.0, 6.0]).unwrap();
        // Interpolation of exactly representable numbers: equal bits.
        assert_eq!(step.at(x), expected, "at {x}");
    }

    #[test]
    fn interpolation_takes_the_value_after_a_jump_and_nothing_outside() {
        check(-0.1, None);
        check(0.0, Some(0.0));
        check(1.0, Some(4.0));
        check(1.5, Some(5.0));
        check(2.0, Some(6.0));
        check(2.1, None);
        check(f64::NAN, None);
    }

    #[test]
    fn slicing_keeps_names_and_both_sides_of_a_jump() {
        let step = Curve::new("step", vec![0.0, 1.0, 1.0, 2.0], vec![0.0, 0.0, 4.0, 6.0]).unwrap().x_axis("time", "s");
        let part = step.between(0.5, 1.5);
        assert_eq!((part.x.as_slice(), part.y.as_slice()), (&[1.0, 1.0][..], &[0.0, 4.0][..]));
        assert_eq!(part.x_unit, "s");
        assert!(step.between(3.0, 1.0).is_empty());
        assert_eq!(step.shifted(-1.0).x, [-1.0, 0.0, 0.0, 1.0]);
        assert_eq!(step.between(5.0, 9.0).max(), None);
        assert_eq!(step.max(), Some((2.0, 6.0)));
        assert_eq!(step.min(), Some((0.0, 0.0)));
    }

    #[test]
    fn bad_numbers_are_named() {
        let message = |x: &[f64], y: &[f64]| Curve::new("c", x.to_vec(), y.to_vec()).unwrap_err().to_string();
        assert_eq!(message(&[1.0], &[]), "curve `c`: x has 1 values and y has 0; they must be equally long");
        assert_eq!(message(&[0.0, 1.0], &[1.0, f64::NAN]), "curve `c`: y = NaN in row 1; leave such rows out");
        assert_eq!(message(&[0.0, 2.0, 1.0], &[1.0; 3]), "curve `c`: x falls at row 2; sort the rows by x");
    }

    #[test]
    fn every_origin_has_its_own_word() {
        for origin in Origin::ALL {
            assert_eq!(Origin::from_word(origin.word()), Some(origin));
        }
        assert_eq!(Origin::from_word("invented"), None);
    }
}
