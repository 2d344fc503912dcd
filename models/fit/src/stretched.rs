//! The fit of one stretched exponential: `y(t) = p + (y_0 - p) exp[-(t/tau)^beta]` with `y_0` given.
//!
//! For a recovery `y` is the strain, `y_0` the strain just after unloading and the plateau `p` what is left in the end;
//! `tau` is then the paper's `tau_rec`. For a relaxation it is the stress over its first value. All samples have the
//! same weight, in units of `y`, and `tau` is kept between a tenth of the first sample and ten times the last one:
//! without the upper bound the fit of a recovery that has not ended runs away to 1e10 s. What lies on a bound is said.

use crate::error::FitError;
use crate::least_squares::{Residuals, Variable, best_of};
use kovacs_core::{Curve, Recovery};
use nalgebra::{DMatrix, DVector};

/// What is known of the value after an infinite time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plateau {
    /// It is fitted, without bounds.
    Free,
    /// It has this value, in units of the curve.
    Fixed(f64),
}

/// A stretched exponential through samples.
#[derive(Clone, Debug, PartialEq)]
pub struct StretchedFit {
    /// `tau`, s.
    pub relaxation_time: f64,
    /// `beta`, in 0.05..=1.
    pub exponent: f64,
    /// `p`, in units of the curve.
    pub plateau: f64,
    /// `y_0`, in units of the curve.
    pub initial: f64,
    /// Root mean square of fitted minus given values, in units of the curve.
    pub misfit: f64,
    /// First and last sample, s: the window that everything above depends on.
    pub window: (f64, f64),
    /// What lies on a bound and is therefore no result: `relaxation_time`, `exponent`.
    pub on_bound: Vec<&'static str>,
}

/// Bounds of the exponent.
const EXPONENT: (f64, f64) = (0.05, 1.0);

/// Fewest samples for three unknowns.
const FEWEST_SAMPLES: usize = 4;

/// Change of the samples, in units of their largest value, below which there is nothing but rounding.
const ROUNDING: f64 = 1e-12;

/// Fits a stretched exponential to samples at times above 0 s; `initial` is the value at 0 s in units of the curve.
///
/// # Errors
/// The curve is malformed, not against s, has fewer than four samples or a time that is not above zero; it does not
/// change; or no fit converged.
pub fn fit_stretched(curve: &Curve, initial: f64, plateau: Plateau) -> Result<StretchedFit, FitError> {
    curve.check()?;
    if curve.x_unit != "s" {
        let unit = curve.x_unit.clone();
        return Err(FitError::Unit { label: curve.label.clone(), axis: "x", unit, expected: "s" });
    }
    let label = || curve.label.clone();
    let (&[first, ..], &[.., last]) = (curve.x.as_slice(), curve.x.as_slice()) else {
        return Err(FitError::FewSamples { label: label(), found: curve.len(), needed: FEWEST_SAMPLES });
    };
    if curve.len() < FEWEST_SAMPLES {
        return Err(FitError::FewSamples { label: label(), found: curve.len(), needed: FEWEST_SAMPLES });
    }
    if first <= 0.0 {
        return Err(FitError::EarlySample { label: label(), time: first });
    }
    let scale = curve.y.iter().fold(initial.abs(), |scale, value| scale.max(value.abs()));
    let change = curve.y.iter().map(|value| (value - initial).abs()).fold(0.0, f64::max);
    if change <= ROUNDING * scale {
        return Err(FitError::Flat { label: label(), initial });
    }
    let problem = Problem { curve, initial, scale, plateau };
    let tau = |start: f64| Variable::between(start.ln(), (0.1 * first).ln(), (10.0 * last).ln());
    let end = curve.y.last().copied().unwrap_or(initial);
    // A decay that has ended, one that has halfway to go, and one that goes to zero; narrow and broad.
    let plateaus = match plateau {
        Plateau::Fixed(value) => vec![value],
        Plateau::Free => vec![end, end - 0.5 * (initial - end), 0.0],
    };
    let starts = plateaus.iter().flat_map(|&start| {
        let guess = passing_time(curve, initial, start).unwrap_or((first * last).sqrt());
        [0.35, 0.7].map(|exponent| {
            let mut variables = vec![tau(guess), Variable::between(exponent, EXPONENT.0, EXPONENT.1)];
            if plateau == Plateau::Free {
                variables.push(Variable::free(start / scale));
            }
            variables
        })
    });
    let minimum = best_of(&problem, starts).ok_or_else(|| FitError::NoFit { label: label() })?;
    let (ln_tau, exponent, level) = problem.unknowns(&minimum.variables);
    let mut on_bound = Vec::new();
    if tau(1.0).is_on_bound(ln_tau) {
        on_bound.push("relaxation_time");
    }
    // An exponent of 1 is a simple exponential: a result. At its lower bound it is none.
    if exponent < 0.5 && Variable::between(0.5, EXPONENT.0, EXPONENT.1).is_on_bound(exponent) {
        on_bound.push("exponent");
    }
    Ok(StretchedFit {
        relaxation_time: ln_tau.exp(),
        exponent,
        plateau: level * scale,
        initial,
        misfit: scale * (minimum.sum_of_squares / curve.len() as f64).sqrt(),
        window: (first, last),
        on_bound,
    })
}

/// Fits a recovery from the strain just after unloading, with a free plateau: `tau_rec`, `beta_rec`, `eps_inf`.
///
/// # Errors
/// As [`fit_stretched`]; a strain that does not change after unloading has no recovery time.
pub fn fit_recovery(recovery: &Recovery) -> Result<StretchedFit, FitError> {
    fit_stretched(&recovery.curve("recovery"), recovery.strain_0, Plateau::Free)
}

/// First sample (s) at which only 1/e of the way to the plateau is left.
fn passing_time(curve: &Curve, initial: f64, plateau: f64) -> Option<f64> {
    let passed = |value: f64| ((value - plateau) / (initial - plateau)) < (-1.0_f64).exp();
    curve.x.iter().zip(&curve.y).find(|&(_, &value)| passed(value)).map(|(&time, _)| time)
}

/// Residuals in units of the largest value, in the variables `ln tau`, `beta` and, if free, the plateau.
struct Problem<'a> {
    curve: &'a Curve,
    initial: f64,
    scale: f64,
    plateau: Plateau,
}

impl Problem<'_> {
    fn unknowns(&self, variables: &[f64]) -> (f64, f64, f64) {
        match (variables, self.plateau) {
            (&[ln_tau, exponent, ..], Plateau::Fixed(plateau)) => (ln_tau, exponent, plateau / self.scale),
            (&[ln_tau, exponent, plateau, ..], Plateau::Free) => (ln_tau, exponent, plateau),
            _ => (f64::NAN, f64::NAN, f64::NAN),
        }
    }
}

impl Residuals for Problem<'_> {
    fn count(&self) -> usize {
        self.curve.len()
    }

    fn residuals(&self, variables: &[f64], out: &mut DVector<f64>) {
        let (ln_tau, exponent, plateau) = self.unknowns(variables);
        let amplitude = self.initial / self.scale - plateau;
        for ((out, time), value) in out.iter_mut().zip(&self.curve.x).zip(&self.curve.y) {
            let reduced = (exponent * (time.ln() - ln_tau)).exp();
            *out = plateau + amplitude * (-reduced).exp() - value / self.scale;
        }
    }

    fn derivatives(&self, variables: &[f64], out: &mut DMatrix<f64>) {
        let (ln_tau, exponent, plateau) = self.unknowns(variables);
        let amplitude = self.initial / self.scale - plateau;
        for (mut row, time) in out.row_iter_mut().zip(&self.curve.x) {
            let logarithm = time.ln() - ln_tau;
            let reduced = (exponent * logarithm).exp();
            let left = (-reduced).exp();
            // Far beyond tau the product is 0 times infinity.
            let slope = if left == 0.0 { 0.0 } else { amplitude * left * reduced };
            row[0] = slope * exponent;
            row[1] = -slope * logarithm;
            if self.plateau == Plateau::Free {
                row[2] = 1.0 - left;
            }
        }
    }
}
