//! The fit of one stretched exponential: `y(t) = p + (y_0 - p) exp[-(t/tau)^beta]`.
//!
//! For a recovery `y` is the strain, `y_0` the strain just after unloading and the plateau `p` what is left in the end;
//! `tau` is then the paper's `tau_rec`. For a relaxation it is the stress over its first value. Without weights all samples
//! count alike, in units of `y`, and `tau` is kept between a tenth of the first sample and ten times the last one: without
//! the upper bound the fit of a recovery that has not ended runs away to 1e10 s. What lies on a bound is said.

use crate::double_stretched::Initial;
use crate::error::FitError;
use crate::least_squares::{Residuals, Variable, best_of};
use crate::uncertainty::{FittedValue, Uncertainty, roots_of_weights};
use kovacs_core::noise::student_975;
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

/// How one stretched exponential is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct StretchedOptions {
    /// The value at `t = 0`.
    pub initial: Initial,
    /// The value after an infinite time.
    pub plateau: Plateau,
    /// Standard deviation of each sample, in units of the curve; `None` for all alike. Only their ratios count.
    pub deviations: Option<Vec<f64>>,
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
    /// Number of samples.
    pub points: usize,
    /// What lies on a bound and is therefore no result: `relaxation_time`, `exponent`.
    pub on_bound: Vec<&'static str>,
    /// Uncertainty of `ln tau`, `beta`, the plateau and the initial value, the last two in units of
    /// [`StretchedFit::scale`]; what was given has none.
    pub uncertainty: Uncertainty,
    /// What plateau and initial value are divided by in `uncertainty`: the largest value, in units of the curve.
    pub scale: f64,
    plateau_is_free: bool,
    initial_is_free: bool,
}

/// Bounds of the exponent.
const EXPONENT: (f64, f64) = (0.05, 1.0);

/// Change of the samples, in units of their largest value, below which there is nothing but rounding.
const ROUNDING: f64 = 1e-12;

/// Condition number from which on a warning is given.
const ILL: f64 = 300.0;

/// Fits a stretched exponential to samples at times above 0 s; `initial` is the value at 0 s in units of the curve.
///
/// # Errors
/// As [`fit_stretched_with`].
pub fn fit_stretched(curve: &Curve, initial: f64, plateau: Plateau) -> Result<StretchedFit, FitError> {
    fit_stretched_with(curve, &StretchedOptions { initial: Initial::Known(initial), plateau, deviations: None })
}

/// Fits a stretched exponential to samples at times above 0 s.
///
/// # Errors
/// The curve is malformed, not against s, has no more samples than unknowns or a time that is not above zero; a deviation
/// is no number above zero; the curve does not change; or no fit converged.
pub fn fit_stretched_with(curve: &Curve, options: &StretchedOptions) -> Result<StretchedFit, FitError> {
    curve.check()?;
    if curve.x_unit != "s" {
        let unit = curve.x_unit.clone();
        return Err(FitError::Unit { label: curve.label.clone(), axis: "x", unit, expected: "s" });
    }
    let label = || curve.label.clone();
    let (plateau_is_free, initial_is_free) = (options.plateau == Plateau::Free, options.initial == Initial::Free);
    // One sample more than there are unknowns; three are never enough to see a shape.
    let needed = (3 + usize::from(plateau_is_free) + usize::from(initial_is_free)).max(4);
    let (Some(&first), Some(&last), Some(&start), true) =
        (curve.x.first(), curve.x.last(), curve.y.first(), curve.len() >= needed)
    else {
        return Err(FitError::FewSamples { label: label(), found: curve.len(), needed });
    };
    if first <= 0.0 {
        return Err(FitError::EarlySample { label: label(), time: first });
    }
    let initial = match options.initial {
        Initial::Known(value) => value,
        Initial::Free => start,
    };
    let scale = curve.y.iter().fold(initial.abs(), |scale, value| scale.max(value.abs()));
    let change = curve.y.iter().map(|value| (value - initial).abs()).fold(0.0, f64::max);
    // Of a change that is not a number the fit would be none either.
    if change.is_nan() || change <= ROUNDING * scale {
        return Err(FitError::Flat { label: label(), initial });
    }
    let weights = roots_of_weights(options.deviations.as_deref(), curve)?;
    let problem =
        Problem { curve, scale, plateau: options.plateau, initial: options.initial, weights: weights.as_deref() };
    let tau = |start: f64| Variable::between(start.ln(), (0.1 * first).ln(), (10.0 * last).ln());
    let end = curve.y.last().copied().unwrap_or(initial);
    // A decay that has ended, one that has halfway to go, and one that goes to zero; narrow and broad.
    let plateaus = match options.plateau {
        Plateau::Fixed(value) => vec![value],
        Plateau::Free => vec![end, end - 0.5 * (initial - end), 0.0],
    };
    let starts = plateaus.iter().flat_map(|&start| {
        let guess = passing_time(curve, initial, start).unwrap_or((first * last).sqrt());
        [0.35, 0.7].map(|exponent| {
            let mut variables = vec![tau(guess), Variable::between(exponent, EXPONENT.0, EXPONENT.1)];
            if plateau_is_free {
                variables.push(Variable::free(start / scale));
            }
            if initial_is_free {
                variables.push(Variable::free(initial / scale));
            }
            variables
        })
    });
    let minimum = best_of(&problem, starts).ok_or_else(|| FitError::NoFit { label: label() })?;
    let [ln_tau, exponent, level, beginning] = problem.unknowns(&minimum.variables);
    let tau_on_bound = tau(1.0).is_on_bound(ln_tau);
    let exponent_on_bound = Variable::between(0.5, EXPONENT.0, EXPONENT.1).is_on_bound(exponent);
    let mut on_bound = Vec::new();
    if tau_on_bound {
        on_bound.push("relaxation_time");
    }
    // An exponent of 1 is a simple exponential: a result. At its lower bound it is none.
    if exponent < 0.5 && exponent_on_bound {
        on_bound.push("exponent");
    }
    let free = [!tau_on_bound, !exponent_on_bound, plateau_is_free, initial_is_free];
    let uncertainty = Uncertainty::of(&problem.jacobian(&minimum.variables), minimum.sum_of_squares, &free);
    let form = |time: f64| problem.value(&[ln_tau, exponent, level, beginning], time);
    let squares: f64 = curve.x.iter().zip(&curve.y).map(|(&time, value)| (scale * form(time) - value).powi(2)).sum();
    Ok(StretchedFit {
        relaxation_time: ln_tau.exp(),
        exponent,
        plateau: if plateau_is_free { level * scale } else { plateaus[0] },
        initial: if initial_is_free { beginning * scale } else { initial },
        misfit: (squares / curve.len() as f64).sqrt(),
        window: (first, last),
        points: curve.len(),
        on_bound,
        uncertainty,
        scale,
        plateau_is_free,
        initial_is_free,
    })
}

impl StretchedFit {
    /// The fitted value at a time (s, `>= 0`), in units of the curve.
    pub fn value(&self, time: f64) -> f64 {
        let left = (-(time / self.relaxation_time).powf(self.exponent)).exp();
        self.plateau + (self.initial - self.plateau) * left
    }

    /// What may be stated: a value on a bound is not there.
    pub fn parameters(&self) -> Vec<FittedValue> {
        let factor = student_975(self.uncertainty.freedom as f64);
        let errors = &self.uncertainty.standard_errors;
        let error = |place: usize| errors.get(place).copied().flatten();
        let scaled = |place: usize| error(place).map(|error| self.scale * error);
        let tau = Some(self.relaxation_time).filter(|_| !self.on_bound.contains(&"relaxation_time"));
        let mut exponent = FittedValue::normal("exponent", self.exponent, error(1), factor, "1", true);
        exponent.value = exponent.value.filter(|_| !self.on_bound.contains(&"exponent"));
        vec![
            FittedValue::logarithmic("relaxation_time", tau, error(0), factor, "s"),
            exponent,
            FittedValue::normal("plateau", self.plateau, scaled(2), factor, "", self.plateau_is_free),
            FittedValue::normal("initial_value", self.initial, scaled(3), factor, "", self.initial_is_free),
        ]
    }

    /// What a reader of the numbers has to know, in words.
    pub fn warnings(&self) -> Vec<String> {
        let (first, last) = self.window;
        let mut warnings = Vec::new();
        for id in &self.on_bound {
            let of = match *id {
                "relaxation_time" => format!("`{id}` lies on its bound ({} s to {} s)", 0.1 * first, 10.0 * last),
                _ => format!("`{id}` lies on its bound ({} to {})", EXPONENT.0, EXPONENT.1),
            };
            warnings.push(format!("{of} and is no result; measure longer"));
        }
        if self.plateau_is_free && self.on_bound.is_empty() {
            let left = (self.value(last) - self.plateau).abs();
            if left > UNFINISHED * (self.initial - self.plateau).abs() {
                warnings.push(format!(
                    "at the last sample, {last} s, {:.0} % of the way to the plateau are still to go: the plateau is an \
                     extrapolation",
                    100.0 * left / (self.initial - self.plateau).abs()
                ));
            }
        }
        if self.uncertainty.condition_number > ILL {
            warnings.push(format!(
                "condition number {:.0}: relaxation time, exponent and plateau are strongly tied to each other",
                self.uncertainty.condition_number
            ));
        }
        warnings
    }
}

/// Part of the way to the plateau that may be left at the end.
const UNFINISHED: f64 = 0.1;

/// A recovery fitted with both estimates of what never comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveryFits {
    /// With a free plateau.
    pub fitted: StretchedFit,
    /// With the strain at the end of the test for the plateau; `None` where no such fit converged.
    pub at_end: Option<StretchedFit>,
    /// Anelastic strain (1) by the fitted plateau: `eps(0+) - eps(inf)`.
    pub anelastic_fitted: f64,
    /// Its standard error; `None` where the plateau has none.
    pub anelastic_error: Option<f64>,
    /// Anelastic strain (1) by the end of the test.
    pub anelastic_at_end: f64,
}

/// Fits a measured recovery both ways: strain (1) against the time after unloading (s); `initial` is the strain just after
/// unloading. The end of the test is the mean of the samples in its last tenth.
///
/// # Errors
/// As [`fit_stretched`].
pub fn fit_recovery_curve(curve: &Curve, initial: f64) -> Result<RecoveryFits, FitError> {
    let fitted = fit_stretched(curve, initial, Plateau::Free)?;
    let last = curve.x.last().copied().unwrap_or(f64::NAN);
    let end: Vec<f64> =
        curve.x.iter().zip(&curve.y).filter(|(time, _)| **time >= 0.9 * last).map(|(_, &strain)| strain).collect();
    let end = end.iter().sum::<f64>() / end.len().max(1) as f64;
    let error = fitted.uncertainty.standard_errors.get(2).copied().flatten();
    Ok(RecoveryFits {
        anelastic_fitted: initial - fitted.plateau,
        anelastic_error: error.map(|error| fitted.scale * error),
        anelastic_at_end: initial - end,
        at_end: fit_stretched(curve, initial, Plateau::Fixed(end)).ok(),
        fitted,
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

/// Residuals in units of the largest value, in the variables `ln tau`, `beta` and, if free, plateau and initial value.
struct Problem<'a> {
    curve: &'a Curve,
    scale: f64,
    plateau: Plateau,
    initial: Initial,
    weights: Option<&'a [f64]>,
}

impl Problem<'_> {
    /// `ln tau`, `beta`, plateau and initial value, free or not.
    fn unknowns(&self, variables: &[f64]) -> [f64; 4] {
        let mut rest = variables.iter().copied();
        let mut next = || rest.next().unwrap_or(f64::NAN);
        let (ln_tau, exponent) = (next(), next());
        let plateau = match self.plateau {
            Plateau::Fixed(value) => value / self.scale,
            Plateau::Free => next(),
        };
        let initial = match self.initial {
            Initial::Known(value) => value / self.scale,
            Initial::Free => next(),
        };
        [ln_tau, exponent, plateau, initial]
    }

    fn value(&self, &[ln_tau, exponent, plateau, initial]: &[f64; 4], time: f64) -> f64 {
        plateau + (initial - plateau) * (-(exponent * (time.ln() - ln_tau)).exp()).exp()
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.and_then(|weights| weights.get(row)).copied().unwrap_or(1.0)
    }

    /// Derivatives with respect to all four, free or not.
    fn jacobian(&self, variables: &[f64]) -> DMatrix<f64> {
        let [ln_tau, exponent, plateau, initial] = self.unknowns(variables);
        let mut out = DMatrix::zeros(self.curve.len(), 4);
        for (index, (mut row, time)) in out.row_iter_mut().zip(&self.curve.x).enumerate() {
            let logarithm = time.ln() - ln_tau;
            let reduced = (exponent * logarithm).exp();
            let left = (-reduced).exp();
            // Far beyond tau the product is 0 times infinity.
            let slope = if left == 0.0 { 0.0 } else { (initial - plateau) * left * reduced };
            let values = [slope * exponent, -slope * logarithm, 1.0 - left, left];
            let weight = self.weight(index);
            for (column, value) in values.into_iter().enumerate() {
                row[column] = weight * value;
            }
        }
        out
    }
}

impl Residuals for Problem<'_> {
    fn count(&self) -> usize {
        self.curve.len()
    }

    fn residuals(&self, variables: &[f64], out: &mut DVector<f64>) {
        let unknowns = self.unknowns(variables);
        for (row, (out, (&time, value))) in out.iter_mut().zip(self.curve.x.iter().zip(&self.curve.y)).enumerate() {
            *out = self.weight(row) * (self.value(&unknowns, time) - value / self.scale);
        }
    }

    fn derivatives(&self, variables: &[f64], out: &mut DMatrix<f64>) {
        let all = self.jacobian(variables);
        let mut places = vec![0, 1];
        places.extend((self.plateau == Plateau::Free).then_some(2));
        places.extend((self.initial == Initial::Free).then_some(3));
        for (column, place) in places.into_iter().enumerate() {
            out.set_column(column, &all.column(place));
        }
    }
}
