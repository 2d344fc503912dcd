//! Two Gaussians in the first peak of `G(r)`: its sub-peaks.

use crate::error::ScatteringError;
use crate::first_peak::indices;
use crate::pair_distribution::PairDistribution;
use crate::window::WIDTH_OF_DEVIATION;
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::storage::Owned;
use nalgebra::{Dyn, OMatrix, OVector, U6, Vector6};

/// A Gaussian `height exp[-(r - position)^2 / 2 s^2]` as a person reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Place of the maximum, Å.
    pub position: f64,
    /// Height, 1/Å².
    pub height: f64,
    /// Full width at half maximum, Å.
    pub width: f64,
}

/// Two Gaussians fitted to the first peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoGaussians {
    /// The one at the smaller distance.
    pub near: Gaussian,
    /// The other one.
    pub far: Gaussian,
    /// Root mean square of the residuals, 1/Å².
    pub rms: f64,
    /// Width that termination alone gives, Å: sub-peaks closer than this are not resolved by the measurement.
    pub termination_width: f64,
}

impl TwoGaussians {
    /// Whether the two lie further apart than termination blurs them.
    pub fn is_resolved(&self) -> bool {
        self.far.position - self.near.position > self.termination_width
    }
}

/// Fits two Gaussians to `G(r)` between two distances (Å), starting from sub-peaks at these two places (Å): 2.70 and
/// 3.10 in the paper.
///
/// # Errors
/// A window with fewer than twelve points, starts outside it, or a fit that ends elsewhere than at two positive peaks.
pub fn two_gaussians(
    distribution: &PairDistribution,
    window: (f64, f64),
    starts: (f64, f64),
) -> Result<TwoGaussians, ScatteringError> {
    let PairDistribution { r, g, options, .. } = distribution;
    let (start, end) = indices(r, g, window, 12)?;
    for value in [starts.0, starts.1] {
        if !(value > window.0 && value < window.1) {
            let accepted = "inside the window";
            return Err(ScatteringError::Setting { what: "start of a sub-peak", value, unit: "Å", accepted });
        }
    }
    let (r, g) = (&r[start..end], &g[start..end]);
    let nearest = |place: f64| g[r.partition_point(|&point| point < place).min(g.len() - 1)].max(1e-6);
    let deviation = 0.35 * (starts.1 - starts.0).abs().max(0.1);
    let parameters = Vector6::new(nearest(starts.0), starts.0, deviation, nearest(starts.1), starts.1, deviation);
    let (fit, report) = LevenbergMarquardt::new().minimize(Shells { r, g, parameters });
    let refuse = |reason| Err(ScatteringError::NoPeak { from: window.0, to: window.1, reason });
    if !report.termination.was_successful() {
        return refuse("the fit of two Gaussians did not converge; give other starts or a narrower window");
    }
    let p = fit.parameters;
    let gaussian = |first: usize| Gaussian {
        height: p[first],
        position: p[first + 1],
        width: WIDTH_OF_DEVIATION * p[first + 2].abs(),
    };
    let (mut near, mut far) = (gaussian(0), gaussian(3));
    if near.position > far.position {
        (near, far) = (far, near);
    }
    let inside = |peak: &Gaussian| peak.height > 0.0 && peak.position > window.0 && peak.position < window.1;
    if !(inside(&near) && inside(&far)) {
        return refuse("the fit of two Gaussians ended at one peak only");
    }
    let rms = (2.0 * report.objective_function / r.len() as f64).sqrt();
    let termination_width = options.window.termination_width(options.q_max);
    Ok(TwoGaussians { near, far, rms, termination_width })
}

/// Two Gaussians against points: height, position and standard deviation of each.
struct Shells<'a> {
    r: &'a [f64],
    g: &'a [f64],
    parameters: Vector6<f64>,
}

impl LeastSquaresProblem<f64, Dyn, U6> for Shells<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, U6>;
    type ParameterStorage = Owned<f64, U6>;

    fn set_params(&mut self, parameters: &OVector<f64, U6>) {
        self.parameters.copy_from(parameters);
    }

    fn params(&self) -> OVector<f64, U6> {
        self.parameters
    }

    fn residuals(&self) -> Option<OVector<f64, Dyn>> {
        let p = &self.parameters;
        let shell = |r: f64, first: usize| p[first] * (-0.5 * ((r - p[first + 1]) / p[first + 2]).powi(2)).exp();
        let residual = |(&r, &g): (&f64, &f64)| shell(r, 0) + shell(r, 3) - g;
        Some(OVector::<f64, Dyn>::from_iterator(self.r.len(), self.r.iter().zip(self.g).map(residual)))
    }

    fn jacobian(&self) -> Option<OMatrix<f64, Dyn, U6>> {
        let p = &self.parameters;
        Some(OMatrix::<f64, Dyn, U6>::from_fn(self.r.len(), |row, column| {
            let first = 3 * (column / 3);
            let (height, position, deviation) = (p[first], p[first + 1], p[first + 2]);
            let place = (self.r[row] - position) / deviation;
            let value = (-0.5 * place * place).exp();
            match column % 3 {
                0 => value,
                1 => height * value * place / deviation,
                _ => height * value * place * place / deviation,
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::first_peak::tests::shells;
    use crate::window::Window;

    #[test]
    fn two_gaussians_are_found_where_there_are_two() {
        let distribution = shells(60.0, 5e-3, Window::Sharp, &[(2.7, 0.12), (3.1, 0.15)]);
        let found = two_gaussians(&distribution, (2.2, 3.6), (2.75, 3.05)).unwrap();
        // The images at negative r are 5 Å away; what is left is the convergence of the fit.
        assert!((found.near.position - 2.7).abs() < 1e-5 && (found.far.position - 3.1).abs() < 1e-5, "{found:?}");
        assert!((found.near.width - 0.12 * WIDTH_OF_DEVIATION).abs() < 1e-5);
        assert!((found.far.width - 0.15 * WIDTH_OF_DEVIATION).abs() < 1e-5);
        assert!(found.rms < 1e-6 && found.is_resolved());
        assert!(two_gaussians(&distribution, (2.2, 3.6), (1.0, 3.0)).is_err());
    }
}
