//! The fit of two stretched exponentials, Eq. 1 of the paper:
//! `y(t') = A exp[-(t'/tau_1)^b_1] + (1 - A) exp[-(t'/tau_2)^b_2]`, `y = sigma/sigma_0`.
//!
//! Interchanging the two terms changes nothing, so one branch is kept: `A >= 1` and `tau_1 >= tau_2`, term 1 the slow
//! decay and term 2 the fast rise; for a curve that only falls `0 <= A <= 1`. The variables are `D = A - 1`, `ln tau_2`,
//! `ln(tau_1/tau_2)`, `b_1`, `b_2` and, where it is not known, `sigma_0`. There are several minima, so twelve starts are
//! tried; they are tried on averages of the samples, and only what is best there is fitted to all of them.
//!
//! **It describes, and explains nothing.** A linear solid with one stretched exponential follows this form to some 1e-4
//! of its initial stress. And it is often more than a window determines: `tau_1` in particular is not printed when it
//! lies beyond three times the last sample or when its 95 % interval spans more than a factor of three either way.

mod form;
mod identifiability;
mod search;
mod series;

pub use form::DoubleKww;
pub use identifiability::{Identifiability, Profile};
pub use series::{SharedExponents, fit_double_kww_series};

use crate::error::FitError;
use crate::few_unknowns::{Bounds, Found};
use crate::parallel::in_parallel;
use crate::uncertainty::{FittedValue, Uncertainty, roots_of_weights};
use form::{COUNT, Samples};
use kovacs_core::Curve;
use kovacs_core::noise::student_975;

/// The value at `t = 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// It is fitted: a dead time hides it.
    Free,
    /// It is this, in units of the curve.
    Known(f64),
}

/// How two stretched exponentials are fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct DoubleKwwOptions {
    /// The value at `t = 0`.
    pub initial: Initial,
    /// Standard deviation of each sample, in units of the curve; `None` for all alike. Only their ratios count.
    pub deviations: Option<Vec<f64>>,
    /// The one place to start from, for a search that is to stay near it; `None` for twelve starts.
    pub start: Option<DoubleKww>,
}

impl Default for DoubleKwwOptions {
    fn default() -> Self {
        DoubleKwwOptions { initial: Initial::Free, deviations: None, start: None }
    }
}

/// Which of the two forms of the curve was fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// `A >= 1`: a fast rise and a slow decay.
    Hump,
    /// `0 <= A <= 1`: two decays.
    Decay,
}

/// The maximum of the fitted form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedPeak {
    /// `t_p`, s.
    pub t_p: f64,
    /// Its standard error, s; `None` where the fit has none.
    pub t_p_error: Option<f64>,
    /// Height above the fitted value at `t = 0`, in units of the curve.
    pub delta_sigma: f64,
    /// Its standard error.
    pub delta_sigma_error: Option<f64>,
    /// Height above the fitted value at the first sample, in units of the curve: what a dead time leaves of it.
    pub delta_sigma_seen: f64,
}

/// Two stretched exponentials through samples.
#[derive(Clone, Debug, PartialEq)]
pub struct DoubleKwwFit {
    /// The form, with every number: for drawing it. What of it may be stated is in [`DoubleKwwFit::parameters`].
    pub form: DoubleKww,
    /// Which branch it is on.
    pub branch: Branch,
    /// Its maximum above the initial value; `None` where it has none.
    pub peak: Option<FittedPeak>,
    /// Uncertainty of the variables `D, ln tau_2, ln(tau_1/tau_2), b_1, b_2` and the initial value in units of
    /// [`DoubleKwwFit::scale`], whether free or not.
    pub uncertainty: Uncertainty,
    /// What the residuals are divided by, in units of the curve: the known initial value, or the largest value.
    pub scale: f64,
    /// Weighted sum of squares of the residuals, in units of `scale` squared.
    pub sum_of_squares: f64,
    /// Root mean square of fitted minus given values, in units of the curve.
    pub misfit: f64,
    /// First and last sample, s.
    pub window: (f64, f64),
    /// Number of samples.
    pub points: usize,
    /// Which variables lie on a bound, by the ids of [`DoubleKwwFit::parameters`].
    pub on_bound: Vec<&'static str>,
    /// Whether the search came to an end; if not, it stopped in a valley so flat that the samples do not care.
    pub settled: bool,
    initial_is_free: bool,
}

/// Bounds of `D` for a hump.
const OVERSHOOT: (f64, f64) = (1e-6, 50.0);
/// Bounds of `ln(tau_1/tau_2)`.
const LOG_RATIO: (f64, f64) = (0.0, 15.0);
/// Bounds of both exponents.
const EXPONENT: (f64, f64) = (0.1, 1.0);
/// How far `tau_2` may lie outside the window: a factor of 1e3 either way.
const OUTSIDE: f64 = 1e3;
/// Bounds of a free initial value, in units of the largest value.
const INITIAL: (f64, f64) = (1e-2, 20.0);
/// `tau_1` beyond so many times the last sample is not stated.
const FARTHEST: f64 = 3.0;
/// Nor is a time whose 95 % interval spans more than this factor either way.
const VAGUEST: f64 = 3.0;
/// Part of a bounded interval within which a variable counts as lying on its bound.
const ON_BOUND: f64 = 1e-9;
/// Change of the samples, in units of their largest value, below which there is nothing but rounding.
const ROUNDING: f64 = 1e-12;
/// Ids of the variables; times stand for their logarithms.
const IDS: [&str; COUNT] = ["overshoot", "fast_time", "slow_time", "slow_exponent", "fast_exponent", "initial_value"];

/// Fits two stretched exponentials to samples at times above 0 s.
///
/// # Errors
/// The curve is malformed, not against s, has fewer samples than unknowns and one more, or a time that is not above
/// zero; a deviation is no number above zero; the curve does not change; the known initial value is zero or so small
/// against the rest that the form cannot describe it; or no start converged.
///
/// # Examples
/// ```
/// use kovacs_core::Curve;
/// use kovacs_fit::{DoubleKww, DoubleKwwOptions, Initial, fit_double_kww};
///
/// let truth = DoubleKww {
///     initial: 200.0, overshoot: 0.5, slow_time: 2e4, fast_time: 150.0, slow_exponent: 0.6, fast_exponent: 0.7,
/// };
/// let times: Vec<f64> = (0..=80).map(|n| 2e4_f64.powf(f64::from(n) / 80.0)).collect();
/// let stress = times.iter().map(|&time| truth.value(time)).collect();
/// let curve = Curve::new("stress", times, stress)?.x_axis("time", "s").y_axis("stress", "MPa");
///
/// let options = DoubleKwwOptions { initial: Initial::Known(200.0), ..Default::default() };
/// let fit = fit_double_kww(&curve, &options)?;
/// assert!((fit.peak.unwrap().t_p - 465.43753814).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_double_kww(curve: &Curve, options: &DoubleKwwOptions) -> Result<DoubleKwwFit, FitError> {
    let prepared = Prepared::new(curve, options)?;
    let no_fit = || FitError::NoFit { label: curve.label.clone() };
    let (branch, found) = match options.start {
        Some(form) => {
            let branch = if form.overshoot > 0.0 { Branch::Hump } else { Branch::Decay };
            let start = form.variables(prepared.scale);
            (branch, search::follow(&prepared.samples, start, &prepared.bounds(branch)).ok_or_else(no_fit)?)
        }
        None => {
            let bounds = prepared.bounds(Branch::Hump);
            prepared.branch_of(search::search(&prepared.samples, &bounds).ok_or_else(no_fit)?)
        }
    };
    Ok(prepared.report(branch, found))
}

/// Fits many curves with the same options, in so many threads; answers come in the order of the curves and do not depend
/// on the number of threads.
pub fn fit_double_kww_many(
    curves: &[Curve],
    options: &DoubleKwwOptions,
    threads: usize,
) -> Vec<Result<DoubleKwwFit, FitError>> {
    in_parallel(curves, threads, |curve| fit_double_kww(curve, options))
}

/// Samples in units of a scale, and what is known of them.
struct Prepared {
    samples: Samples,
    scale: f64,
    initial: Option<f64>,
    window: (f64, f64),
    /// Squares of the deviations of the curve over the mean of the squares, or 1.
    unweighted: Vec<f64>,
}

impl Prepared {
    fn new(curve: &Curve, options: &DoubleKwwOptions) -> Result<Prepared, FitError> {
        curve.check()?;
        let label = || curve.label.clone();
        if curve.x_unit != "s" {
            let unit = curve.x_unit.clone();
            return Err(FitError::Unit { label: label(), axis: "x", unit, expected: "s" });
        }
        let needed = if options.initial == Initial::Free { COUNT + 1 } else { COUNT };
        let (Some(&first), Some(&last), true) = (curve.x.first(), curve.x.last(), curve.len() >= needed) else {
            return Err(FitError::FewSamples { label: label(), found: curve.len(), needed });
        };
        if first <= 0.0 {
            return Err(FitError::EarlySample { label: label(), time: first });
        }
        let start = match options.initial {
            Initial::Known(value) => value,
            Initial::Free => curve.y.first().copied().unwrap_or(f64::NAN),
        };
        let largest = curve.y.iter().copied().reduce(|best, next| if next.abs() > best.abs() { next } else { best });
        let largest = largest.unwrap_or(f64::NAN);
        let change = curve.y.iter().map(|value| (value - start).abs()).fold(0.0, f64::max);
        // Of a change that is not a number the fit would be none either.
        if change.is_nan() || change <= ROUNDING * largest.abs().max(start.abs()) {
            return Err(FitError::Flat { label: label(), initial: start });
        }
        let (scale, initial) = match options.initial {
            // y stays below 1 + D: beyond that the form has no answer, and near zero it means nothing.
            Initial::Known(value) if value == 0.0 || largest / value > 1.0 + OVERSHOOT.1 || largest / value < -1.0 => {
                return Err(FitError::InitialValue { label: label(), initial: value, largest });
            }
            Initial::Known(value) => (value, Some(1.0)),
            Initial::Free => (largest, None),
        };
        let weights = roots_of_weights(options.deviations.as_deref(), curve)?.unwrap_or_else(|| vec![1.0; curve.len()]);
        let samples = Samples {
            ln_times: curve.x.iter().map(|time| time.ln()).collect(),
            values: curve.y.iter().map(|value| value / scale).collect(),
            weights: weights.clone(),
        };
        let unweighted = weights.iter().map(|weight| 1.0 / weight).collect();
        Ok(Prepared { samples, scale, initial, window: (first, last), unweighted })
    }

    fn bounds(&self, branch: Branch) -> Bounds<COUNT> {
        let overshoot = match branch {
            Branch::Hump => OVERSHOOT,
            Branch::Decay => (-1.0, -OVERSHOOT.0),
        };
        let fast = ((self.window.0 / OUTSIDE).ln(), (self.window.1 * OUTSIDE).ln());
        let initial = self.initial.map_or(INITIAL, |value| (value, value));
        [overshoot, fast, LOG_RATIO, EXPONENT, EXPONENT, initial]
    }

    /// The hump where there is one, or the better of hump and decay.
    fn branch_of(&self, hump: Found<COUNT>) -> (Branch, Found<COUNT>) {
        let form = DoubleKww::of(&hump.unknowns, self.scale);
        // A maximum before the first sample was not seen: what was seen falls.
        let rises = form.peak().is_some_and(|(t_p, top)| top / form.initial > 1.0 && t_p > self.window.0);
        if rises && hump.unknowns[0] > OVERSHOOT.0 {
            return (Branch::Hump, hump);
        }
        match search::search(&self.samples, &self.bounds(Branch::Decay)) {
            Some(decay) if decay.squares <= hump.squares => (Branch::Decay, decay),
            _ => (Branch::Hump, hump),
        }
    }

    fn report(&self, branch: Branch, found: Found<COUNT>) -> DoubleKwwFit {
        let form = DoubleKww::of(&found.unknowns, self.scale);
        let bounds = self.bounds(branch);
        let on_bound: Vec<bool> = found
            .unknowns
            .iter()
            .zip(bounds)
            .map(|(&value, (lower, upper))| {
                let margin = ON_BOUND * (upper - lower);
                value <= lower + margin || value >= upper - margin
            })
            .collect();
        let free: Vec<bool> = on_bound.iter().map(|&on| !on).collect();
        let jacobian = self.samples.jacobian(&found.unknowns);
        let uncertainty = Uncertainty::of(&jacobian, found.squares, &free);
        let residuals = self.samples.residuals(&found.unknowns);
        let squares: f64 =
            residuals.iter().zip(&self.unweighted).map(|(residual, root)| (residual * root).powi(2)).sum();
        let named = IDS.into_iter().zip(&on_bound).enumerate().filter(|&(index, (_, &on))| {
            // A simple exponential is a result, and so is a known initial value.
            let simple = (index == 3 || index == 4) && found.unknowns[index] > 0.5;
            on && !simple && !(index == COUNT - 1 && self.initial.is_some())
        });
        DoubleKwwFit {
            form,
            branch,
            peak: self.peak(&form, &found.unknowns, &uncertainty),
            scale: self.scale,
            sum_of_squares: found.squares,
            misfit: self.scale.abs() * (squares / self.samples.len() as f64).sqrt(),
            window: self.window,
            points: self.samples.len(),
            on_bound: named.map(|(_, (id, _))| id).collect(),
            settled: found.converged,
            initial_is_free: self.initial.is_none(),
            uncertainty,
        }
    }

    /// The maximum above the initial value, with errors from the covariance.
    fn peak(&self, form: &DoubleKww, variables: &[f64; COUNT], uncertainty: &Uncertainty) -> Option<FittedPeak> {
        let (t_p, top) = form.peak().filter(|(_, top)| top / form.initial > 1.0)?;
        let known = uncertainty.condition_number.is_finite() && uncertainty.deviation.is_finite();
        let at = t_p.ln();
        // d y/dx = 0 at the peak, so that dx = -(d^2 y/dx dp) dp / (d^2 y/dx^2): derivatives by x from differences.
        let step = 1e-4;
        let [(less, row_less), (here, row), (more, row_more)] =
            [at - step, at, at + step].map(|x| form::gradient(variables, x));
        let bend = (less - 2.0 * here + more) / (step * step);
        let by_place: Vec<f64> =
            row_more.iter().zip(row_less).map(|(more, less)| -(more - less) / (2.0 * step) / bend).collect();
        // The height is the value there less the initial one, of which only the last variable is a part.
        let mut by_height = row;
        by_height[COUNT - 1] -= 1.0;
        Some(FittedPeak {
            t_p,
            t_p_error: known.then(|| t_p * uncertainty.propagated(&by_place)),
            delta_sigma: top - form.initial,
            delta_sigma_error: known.then(|| self.scale.abs() * uncertainty.propagated(&by_height)),
            delta_sigma_seen: top - form.value(self.window.0),
        })
    }
}

impl DoubleKwwFit {
    /// `A = 1 + D`.
    pub fn amplitude(&self) -> f64 {
        1.0 + self.form.overshoot
    }

    /// `tau_1` (s) where the window determines it.
    pub fn slow_time(&self) -> Option<f64> {
        let [_, _, error, ..] = self.log_time_errors();
        (self.form.slow_time <= FARTHEST * self.window.1 && self.is_definite("slow_time", error))
            .then_some(self.form.slow_time)
    }

    /// `tau_2` (s) where the window determines it.
    pub fn fast_time(&self) -> Option<f64> {
        let [_, error, ..] = self.log_time_errors();
        self.is_definite("fast_time", error).then_some(self.form.fast_time)
    }

    fn is_definite(&self, id: &str, log_error: Option<f64>) -> bool {
        // A ratio on its lower bound means that both times are one, which is a result.
        let on_bound = self.on_bound.contains(&id) && self.form.slow_time > self.form.fast_time;
        let vague = log_error.is_none_or(|error| self.coverage_factor() * error > VAGUEST.ln());
        let exact = self.uncertainty.deviation == 0.0;
        !on_bound && (exact || !vague || (log_error.is_none() && self.form.slow_time == self.form.fast_time))
    }

    /// Half width of a 95 % interval in standard errors.
    fn coverage_factor(&self) -> f64 {
        student_975(self.uncertainty.freedom as f64)
    }

    /// Standard errors of the variables with `ln tau_1` in the place of the ratio.
    fn log_time_errors(&self) -> [Option<f64>; COUNT] {
        let mut errors: [Option<f64>; COUNT] =
            std::array::from_fn(|index| self.uncertainty.standard_errors.get(index).copied().flatten());
        if errors[2].is_some() {
            errors[2] = Some(self.uncertainty.propagated(&[0.0, 1.0, 1.0, 0.0, 0.0, 0.0]));
        }
        errors
    }

    /// What may be stated: a value that the window does not determine is not there.
    pub fn parameters(&self) -> Vec<FittedValue> {
        let errors = self.log_time_errors();
        let factor = self.coverage_factor();
        let form = &self.form;
        let plain =
            |id, value: f64, error: Option<f64>, unit, free| FittedValue::normal(id, value, error, factor, unit, free);
        let log = |id, value: Option<f64>, error| FittedValue::logarithmic(id, value, error, factor, "s");
        let initial_error = errors[5].map(|error| error * self.scale.abs());
        vec![
            plain("overshoot", form.overshoot, errors[0], "1", true),
            log("fast_time", self.fast_time(), errors[1]),
            log("slow_time", self.slow_time(), errors[2]),
            plain("slow_exponent", form.slow_exponent, errors[3], "1", true),
            plain("fast_exponent", form.fast_exponent, errors[4], "1", true),
            plain("initial_value", form.initial, initial_error, "", self.initial_is_free),
        ]
    }

    /// What a reader of the numbers has to know, in words.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let last = self.window.1;
        if self.slow_time().is_none() {
            let why = if self.form.slow_time > FARTHEST * last {
                format!("it would lie beyond {FARTHEST} times the last sample at {last} s")
            } else {
                format!("its 95 % interval spans more than a factor of {VAGUEST} either way")
            };
            warnings.push(format!("the samples do not determine tau_1: {why}; measure longer"));
        }
        if self.fast_time().is_none() {
            let first = self.window.0;
            warnings.push(format!("the samples, from {first} s on, do not determine tau_2; see more of the rise"));
        }
        for id in &self.on_bound {
            warnings.push(format!("`{id}` lies on a bound of the fit and is no result"));
        }
        if !self.settled {
            warnings.push("the search stopped in a flat valley: many sets of numbers fit as well".to_owned());
        }
        if self.branch == Branch::Hump && self.peak.is_some_and(|peak| peak.t_p > last) {
            warnings.push(format!("the maximum lies beyond the last sample at {last} s: an extrapolation"));
        }
        if self.uncertainty.condition_number > VERY_ILL {
            warnings.push(format!(
                "condition number {:.0}: the six numbers are strongly tied to each other, and only combinations of \
                 them are known",
                self.uncertainty.condition_number
            ));
        }
        warnings
    }
}

/// Condition number from which on a warning is given: the window ends at three times the peak in the reference.
const VERY_ILL: f64 = 290.0;
