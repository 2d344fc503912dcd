//! A measured pattern: intensity against `Q`, with its standard deviation where the instrument gives one, and what is
//! taken off it before anything else.

use crate::error::{ScatteringError, check_columns};

/// A measured pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// `Q`, 1/Å, rising.
    pub q: Vec<f64>,
    /// Intensity, any unit.
    pub intensity: Vec<f64>,
    /// Standard deviation of the intensity in its unit, where it is known.
    pub sigma: Option<Vec<f64>>,
}

/// Fewest points that a background and a pattern must share.
const SHARED: usize = 10;

impl Pattern {
    /// Joins two columns: `q` in 1/Å.
    ///
    /// # Errors
    /// They differ in length, are not finite, or `q` does not rise.
    pub fn new(q: Vec<f64>, intensity: Vec<f64>) -> Result<Self, ScatteringError> {
        check_columns(["Q", "intensity"], &q, &intensity, 2)?;
        Ok(Pattern { q, intensity, sigma: None })
    }

    /// The pattern with the standard deviation of each intensity.
    ///
    /// # Errors
    /// There are more or fewer of them than intensities, or one is negative or not finite.
    pub fn with_sigma(self, sigma: Vec<f64>) -> Result<Self, ScatteringError> {
        let what = "the standard deviation of the intensity";
        if sigma.len() != self.q.len() {
            return Err(ScatteringError::Length { what, length: sigma.len(), other: self.q.len() });
        }
        if let Some((index, &value)) =
            sigma.iter().enumerate().find(|(_, value)| !(value.is_finite() && **value >= 0.0))
        {
            return Err(ScatteringError::Row { what, row: index + 1, value });
        }
        Ok(Pattern { sigma: Some(sigma), ..self })
    }

    /// First and last `Q`, 1/Å.
    pub fn range(&self) -> (f64, f64) {
        let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
        (end(self.q.first()), end(self.q.last()))
    }

    /// The points of a range of indices; what of it lies beyond the end is left out.
    pub fn part(&self, range: std::ops::Range<usize>) -> Pattern {
        let part = |column: &[f64]| column.iter().skip(range.start).take(range.len()).copied().collect();
        let sigma = self.sigma.as_deref().map(part);
        Pattern { q: part(&self.q), intensity: part(&self.intensity), sigma }
    }

    /// The pattern without `scale` times a background, which is interpolated linearly where its points lie elsewhere.
    /// Points that the background does not cover are left out. Variances add up where both have them.
    ///
    /// # Errors
    /// The scale is not finite or below 0, or the background covers less than ten points of the pattern.
    pub fn without_background(&self, background: &Pattern, scale: f64) -> Result<Pattern, ScatteringError> {
        if !(scale.is_finite() && scale >= 0.0) {
            let accepted = "finite and not below 0";
            return Err(ScatteringError::Setting { what: "background scale", value: scale, unit: "", accepted });
        }
        let covered: Vec<(usize, Place)> =
            self.q.iter().enumerate().filter_map(|(index, &q)| Some((index, background.place(q)?))).collect();
        if covered.len() < SHARED {
            let (from, to) = background.range();
            return Err(ScatteringError::Range { from, to, unit: "1/Å", found: covered.len(), needed: SHARED });
        }
        let sigma = self.sigma.as_ref().map(|sigma| {
            let squared = |(index, place): &(usize, Place)| {
                let other =
                    background.sigma.as_ref().map_or(0.0, |other| place.combine(other, |value| value * value, true));
                (sigma[*index].powi(2) + scale * scale * other).sqrt()
            };
            covered.iter().map(squared).collect()
        });
        let left = |(index, place): &(usize, Place)| {
            self.intensity[*index] - scale * place.combine(&background.intensity, |value| value, false)
        };
        let intensity = covered.iter().map(left).collect();
        Ok(Pattern { q: covered.iter().map(|(index, _)| self.q[*index]).collect(), intensity, sigma })
    }

    /// Between which points a `Q` lies; `None` outside of all.
    fn place(&self, q: f64) -> Option<Place> {
        let next = self.q.partition_point(|&point| point < q);
        let right = *self.q.get(next)?;
        if right == q {
            return Some(Place { left: next, right: next, share: 1.0 });
        }
        let left = *self.q.get(next.checked_sub(1)?)?;
        Some(Place { left: next - 1, right: next, share: (q - left) / (right - left) })
    }
}

/// A place between two points: `1 - share` of the left one and `share` of the right one.
struct Place {
    left: usize,
    right: usize,
    share: f64,
}

impl Place {
    /// The weighted sum of a function of both values; with the squares of the weights for variances.
    fn combine(&self, values: &[f64], function: impl Fn(f64) -> f64, squared: bool) -> f64 {
        if self.left == self.right {
            return function(values[self.right]);
        }
        let power = if squared { 2 } else { 1 };
        (1.0 - self.share).powi(power) * function(values[self.left])
            + self.share.powi(power) * function(values[self.right])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(offset: f64) -> Pattern {
        let q: Vec<f64> = (0..50).map(|index| 1.0 + 0.1 * f64::from(index)).collect();
        Pattern::new(q.clone(), q.iter().map(|q| offset + q).collect()).unwrap()
    }

    #[test]
    fn backgrounds_are_interpolated() {
        let background = Pattern::new(vec![0.0, 3.05, 10.0], vec![0.0, 3.05, 10.0]).unwrap();
        let clean = line(10.0).without_background(&background, 1.0).unwrap();
        assert!(clean.intensity.iter().all(|value| (value - 10.0).abs() < 1e-12));
        assert!(
            line(10.0).without_background(&background, -1.0).unwrap_err().to_string().starts_with("background scale")
        );
        let narrow = Pattern::new(vec![1.0, 1.2], vec![0.0, 0.0]).unwrap();
        assert!(line(10.0).without_background(&narrow, 1.0).unwrap_err().to_string().contains("at least 10"));
    }

    #[test]
    fn variances_add_up() {
        let sample = line(10.0).with_sigma(vec![3.0; 50]).unwrap();
        let same_grid = line(1.0).with_sigma(vec![2.0; 50]).unwrap();
        let clean = sample.without_background(&same_grid, 2.0).unwrap();
        assert!(clean.sigma.unwrap().iter().all(|sigma| (sigma - 5.0).abs() < 1e-12));
        // Halfway between two points the variance of the background is halved.
        let shifted: Vec<f64> = (0..51).map(|index| 0.95 + 0.1 * f64::from(index)).collect();
        let between = Pattern::new(shifted, vec![0.0; 51]).unwrap().with_sigma(vec![4.0; 51]).unwrap();
        let clean = sample.without_background(&between, 1.0).unwrap();
        assert!(clean.sigma.unwrap().iter().all(|sigma| (sigma - 17f64.sqrt()).abs() < 1e-9));
        assert!(line(1.0).with_sigma(vec![1.0; 49]).unwrap_err().to_string().contains("49 points"));
        assert!(line(1.0).with_sigma(vec![-1.0; 50]).unwrap_err().to_string().starts_with("row 1 of the standard"));
    }

    #[test]
    fn bad_columns_are_named() {
        let message =
            |q: &[f64], intensity: &[f64]| Pattern::new(q.to_vec(), intensity.to_vec()).unwrap_err().to_string();
        assert!(message(&[1.0, 1.0], &[0.0, 0.0]).starts_with("row 2 of Q is 1"));
        assert!(message(&[1.0, 0.5], &[0.0, 0.0]).starts_with("row 2 of Q is 0.5"));
        assert!(message(&[1.0, 2.0], &[0.0, f64::NAN]).starts_with("row 2 of intensity is NaN"));
        assert!(message(&[1.0], &[0.0]).contains("1 points and 2 are needed"));
        assert!(message(&[1.0, 2.0], &[0.0]).contains("intensity has 1 points"));
    }
}
