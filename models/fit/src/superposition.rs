//! The prediction without a parameter: what follows from a measured history if the material is linear.
//!
//! Boltzmann superposition says that the stress is the sum of the responses to all changes of strain so far, each by
//! the same relaxation modulus. So one part of a record determines the modulus, and every later part follows. The
//! modulus is `E(t) = E_R + sum_k E_k exp(-t / tau_k)` with `E_R, E_k >= 0`: completely monotone, as linear response
//! theory demands, and therefore smooth without any smoothing parameter.
//!
//! Nothing is chosen by hand. The `tau_k` lie on a logarithmic grid, four to the decade, given by the shortest interval
//! between samples and the length of the fitted part ([`relaxation_time_grid`]). The column of a mode is its response
//! to the strain **as measured**, linear between samples, so that ramps, overshoots and irregular sampling are in it
//! and the data are never corrected; the model `prony` computes it exactly. The moduli are the non-negative
//! least-squares solution, which needs no starting value and whose fitted stress is unique.

use crate::error::FitError;
use crate::holds::{HoldPrediction, compare, root_mean_square};
use crate::non_negative::{NonNegative, non_negative_least_squares};
use kovacs_core::model::{Batch, EvaluationError, Evaluator, Experiment, ModelDescription, RowStatus};
use kovacs_core::{Control, Curve, History, Origin};
use nalgebra::{DMatrix, DVector};

/// Modes to the decade. From three to six of them the hump of a stretched exponential is predicted to within 0.1 % of
/// its height.
const MODES_PER_DECADE: f64 = 4.0;

/// Fastest mode in units of the shortest interval between samples. What is faster is nothing but a dashpot, and so is
/// this: with 1 instead of 0.1 no prediction moves in its first seven digits.
const FASTEST: f64 = 0.1;

/// Slowest mode in units of the length of the fitted part. It must be longer than that part: with 1 instead of 10 a
/// stretched exponential is fitted a thousand times worse and its hump comes out 5 % too high, because a spring has to
/// stand for what still relaxes. Beyond 10 nothing changes.
const SLOWEST: f64 = 10.0;

/// Fewest samples of the fitted part.
const FEWEST_SAMPLES: usize = 8;

/// One exponential of the relaxation modulus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// Relaxation time, s.
    pub relaxation_time: f64,
    /// Stress per strain just after a step, MPa; above zero.
    pub modulus: f64,
}

/// What linear superposition makes of a measured history.
#[derive(Clone, Debug, PartialEq)]
pub struct Superposition {
    /// Stress that follows, MPa, at every measured time, fitted part included.
    pub predicted: Curve,
    /// Standard error of `predicted` from the uncertainty of the moduli, MPa, at the same times. It takes the residuals
    /// for independent and the kept modes for known. With independent noise the true error is typically 1.4 times as
    /// large, because the same data select the modes; where the misfit is systematic, or far after `until`, where the
    /// first change of strain is older than any in the fitted part, it is a lower bound only.
    pub standard_error: Curve,
    /// End of the fitted part, s.
    pub until: f64,
    /// Root mean square of measured minus followed stress over the fitted part, MPa.
    pub misfit_before: f64,
    /// The same over the rest, MPa: what superposition does not explain.
    pub misfit_after: f64,
    /// Standard deviation of one sample about the fit, MPa: `misfit_before` with the degrees of freedom counted.
    pub deviation: f64,
    /// The modes with weight, the fastest first.
    pub modes: Vec<Mode>,
    /// `E_R`, the modulus that does not relax, MPa.
    pub relaxed_modulus: f64,
    /// The relaxation times that were offered, s.
    pub offered: Vec<f64>,
}

impl Superposition {
    /// Compares measured and predicted stress in holds given by their first and last time in s; holds that end in the
    /// fitted part are compared as well, but are no test. `stress` in MPa is the curve that was given to [`superpose`].
    ///
    /// # Errors
    /// [`FitError::EmptyHold`]: fewer than two samples in a hold.
    pub fn holds(&self, stress: &Curve, holds: &[(f64, f64)]) -> Result<Vec<HoldPrediction>, FitError> {
        check_same_times(&self.predicted, stress)?;
        holds.iter().map(|&(start, end)| compare(stress, &self.predicted, start, end)).collect()
    }
}

/// Predicts the part of a measured history after `until` (s) from the part up to `until`.
///
/// `strain` (1) and `stress` (MPa) are against time in s, at the same times, which rise but need not be evenly spaced.
/// Before the first sample the sample was at rest without strain; a first strain other than zero is a step at the time
/// of the first sample. `prony` is the model of that name; its instance is bound to the measured history afterwards.
///
/// # Errors
/// Any [`FitError`] but [`FitError::EmptyHold`]: curves that do not belong together, a fitted part that determines
/// nothing, nothing to predict, another model, or a model that fails.
///
/// # Examples
/// ```
/// use kovacs_core::Curve;
/// use kovacs_fit::superpose;
/// use kovacs_linear::Prony;
/// use kovacs_sdk::Local;
///
/// // A spring of 100 MPa: a ramp up, a hold, a ramp down.
/// let time: Vec<f64> = (0..40).map(f64::from).collect();
/// let level = |t: &f64| (0.001 * t).min(0.01) - (0.001 * (t - 20.0)).clamp(0.0, 0.005);
/// let strain: Vec<f64> = time.iter().map(level).collect();
/// let stress = strain.iter().map(|strain| 100.0 * strain).collect();
/// let strain = Curve::new("strain", time.clone(), strain)?.x_axis("time", "s");
/// let stress = Curve::new("stress", time, stress)?.x_axis("time", "s").y_axis("stress", "MPa");
///
/// let linear = superpose(&mut Local::<Prony>::new(&[])?, &strain, &stress, 20.0)?;
/// assert!((linear.relaxed_modulus - 100.0).abs() < 1e-9);
/// assert!(linear.misfit_after < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn superpose(
    prony: &mut dyn Evaluator,
    strain: &Curve,
    stress: &Curve,
    until: f64,
) -> Result<Superposition, FitError> {
    check_curve(strain, "1")?;
    check_curve(stress, "MPa")?;
    check_same_times(strain, stress)?;
    let fitted = fitted_samples(strain, until)?;
    let times = strain.x.get(..fitted).unwrap_or_default();
    let offered = relaxation_time_grid(times);
    if let (true, [first, .., last]) = (offered.is_empty(), times) {
        return Err(FitError::TimeScale { first: *first, last: *last });
    }
    let columns = unit_responses(prony, strain, &offered)?;
    let target = DVector::from_column_slice(&stress.y);
    let solution =
        non_negative_least_squares(&columns.rows(0, fitted).into_owned(), &target.rows(0, fitted).into_owned());
    if solution.kept.is_empty() {
        return Err(FitError::NoModulus { until });
    }
    let freedom = fitted.saturating_sub(solution.kept.len());
    if freedom == 0 {
        return Err(FitError::TooFewSamples { found: fitted, needed: solution.kept.len() + 1, until });
    }
    let predicted = &columns * &solution.coefficients;
    let difference = &target - &predicted;
    let misfit_before = root_mean_square(difference.iter().take(fitted).copied());
    let deviation = misfit_before * (fitted as f64 / freedom as f64).sqrt();
    let standard_error = standard_error(&columns, &solution, deviation);

    let (relaxed_modulus, moduli) = match solution.coefficients.as_slice() {
        [relaxed, moduli @ ..] => (*relaxed, moduli),
        [] => (0.0, [].as_slice()),
    };
    let modes = offered.iter().zip(moduli).filter(|&(_, &modulus)| modulus > 0.0);
    let description = prony.description();
    let curve = |label: &str, name: &str, values: &DVector<f64>| Curve {
        x: stress.x.clone(),
        y: values.as_slice().to_vec(),
        x_name: stress.x_name.clone(),
        x_unit: "s".to_owned(),
        y_name: name.to_owned(),
        y_unit: "MPa".to_owned(),
        label: label.to_owned(),
        origin: Origin::Calculated,
        provenance: provenance(description, strain, stress, until),
    };
    Ok(Superposition {
        predicted: curve("linear superposition", &stress.y_name, &predicted),
        standard_error: curve("standard error of linear superposition", "standard error of stress", &standard_error),
        until,
        misfit_before,
        misfit_after: root_mean_square(difference.iter().skip(fitted).copied()),
        deviation,
        modes: modes.map(|(&relaxation_time, &modulus)| Mode { relaxation_time, modulus }).collect(),
        relaxed_modulus,
        offered,
    })
}

/// Relaxation times (s) that samples at these times (s, rising) can tell from a dashpot and from a spring: four to the
/// decade, from a tenth of the shortest interval to ten times the whole length. Empty where there is no interval, or
/// none that floating-point numbers can hold.
pub fn relaxation_time_grid(times: &[f64]) -> Vec<f64> {
    let intervals = times.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?));
    let (Some(shortest), Some(first), Some(last)) = (intervals.reduce(f64::min), times.first(), times.last()) else {
        return Vec::new();
    };
    let (fastest, slowest) = (FASTEST * shortest, SLOWEST * (last - first));
    if fastest <= 0.0 || !slowest.is_finite() {
        return Vec::new();
    }
    // At most 640 decades, the range of floating-point numbers.
    let steps = (MODES_PER_DECADE * (slowest.log10() - fastest.log10())).ceil() as usize;
    (0..=steps).map(|step| fastest * 10f64.powf(step as f64 / MODES_PER_DECADE)).collect()
}

fn check_curve(curve: &Curve, y_unit: &'static str) -> Result<(), FitError> {
    curve.check()?;
    for (axis, unit, expected) in [("x", &curve.x_unit, "s"), ("y", &curve.y_unit, y_unit)] {
        if unit != expected {
            return Err(FitError::Unit { label: curve.label.clone(), axis, unit: unit.clone(), expected });
        }
    }
    let repeated = curve.x.windows(2).zip(1..).find_map(|(pair, row)| match pair {
        [before, time] if before == time => Some((row, *time)),
        _ => None,
    });
    match repeated {
        Some((row, time)) => Err(FitError::RepeatedTime { label: curve.label.clone(), row, time }),
        None => Ok(()),
    }
}

fn check_same_times(strain: &Curve, stress: &Curve) -> Result<(), FitError> {
    if strain.len() != stress.len() {
        return Err(FitError::Lengths { strain: strain.len(), stress: stress.len() });
    }
    let differing = strain.x.iter().zip(&stress.x).zip(0..).find(|((strain, stress), _)| strain != stress);
    match differing {
        Some(((&strain, &stress), row)) => Err(FitError::Times { row, strain, stress }),
        None => Ok(()),
    }
}

/// How many samples lie in the part that determines the modulus.
fn fitted_samples(strain: &Curve, until: f64) -> Result<usize, FitError> {
    if !until.is_finite() {
        return Err(FitError::Until { until });
    }
    let fitted = strain.x.partition_point(|&time| time <= until);
    if fitted < FEWEST_SAMPLES {
        return Err(FitError::TooFewSamples { found: fitted, needed: FEWEST_SAMPLES, until });
    }
    if strain.y.iter().take(fitted).all(|&strain| strain == 0.0) {
        return Err(FitError::NoStrain { until });
    }
    match strain.x.last() {
        Some(&last) if fitted == strain.len() => Err(FitError::NothingToPredict { until, last }),
        _ => Ok(fitted),
    }
}

/// The response to the measured strain of a spring of 1 MPa, and of 1 MPa at each of the relaxation times (s): one
/// column each, MPa, computed as one batch.
fn unit_responses(
    prony: &mut dyn Evaluator,
    strain: &Curve,
    relaxation_times: &[f64],
) -> Result<DMatrix<f64>, FitError> {
    let (temperature, parameters) = unit_modes(prony.description(), relaxation_times)?;
    let times = strain.x.clone();
    let (rows, samples) = (relaxation_times.len() + 1, times.len());
    let history = history(strain, temperature);
    prony.bind(&Experiment { history, times, before: Vec::new(), wanted: vec!["stress".to_owned()] })?;
    let evaluation = prony.evaluate(Batch::new(&parameters))?;
    let model = || prony.description().id.clone();
    if evaluation.status.iter().any(|status| *status != RowStatus::Done) {
        let message = evaluation.message.unwrap_or_else(|| "no reason given".to_owned());
        return Err(EvaluationError::Rejected { model: model(), message }.into());
    }
    if evaluation.values.len() != rows * samples {
        return Err(FitError::Answer { model: model(), found: evaluation.values.len(), rows, times: samples });
    }
    // A row of the batch is a column here: both lie in one piece.
    Ok(DMatrix::from_vec(samples, rows, evaluation.values))
}

/// The temperature at which relaxation times are what they are called (K), and one parameter vector per column.
fn unit_modes(description: &ModelDescription, relaxation_times: &[f64]) -> Result<(f64, Vec<f64>), FitError> {
    let index = |parameter: &'static str| {
        let missing = || FitError::NotModal { model: description.id.clone(), parameter };
        description.parameter(parameter).ok_or_else(missing)
    };
    let (relaxed, reference) = (index("relaxed_modulus")?, index("reference_temperature")?);
    let (modulus, relaxation_time) = (index("modulus_1")?, index("relaxation_time_1")?);
    let mut empty = description.defaults();
    for (value, quantity) in empty.iter_mut().zip(&description.parameters) {
        if quantity.id.starts_with("modulus_") || quantity.id == "relaxed_modulus" {
            *value = 0.0;
        }
    }
    let with = |changes: &[(usize, f64)]| {
        let mut row = empty.clone();
        for &(index, value) in changes {
            if let Some(place) = row.get_mut(index) {
                *place = value;
            }
        }
        row
    };
    let mut parameters = with(&[(relaxed, 1.0)]);
    for &time in relaxation_times {
        parameters.extend(with(&[(modulus, 1.0), (relaxation_time, time)]));
    }
    let temperature = empty.get(reference).copied().unwrap_or(f64::NAN);
    Ok((temperature, parameters))
}

/// The strain as measured, linear between samples, after rest without strain.
fn history(strain: &Curve, temperature: f64) -> History {
    let mut history = History::default();
    if let (Some(&time), Some(&first)) = (strain.x.first(), strain.y.first())
        && first != 0.0
    {
        history.push(time, temperature, Control::Strain, 0.0);
    }
    for (&time, &strain) in strain.x.iter().zip(&strain.y) {
        history.push(time, temperature, Control::Strain, strain);
    }
    history
}

/// Standard error of the prediction at every time: `deviation` times the length of `R^-T a`, with `a` the row of the
/// kept columns at that time and `R` their triangle in the fitted part.
fn standard_error(columns: &DMatrix<f64>, solution: &NonNegative, deviation: f64) -> DVector<f64> {
    let mut rows = columns.select_columns(&solution.kept).transpose();
    // The triangle has no zero on its diagonal, or its columns would not have been kept together.
    solution.triangle.tr_solve_upper_triangular_mut(&mut rows);
    DVector::from_iterator(rows.ncols(), rows.column_iter().map(|row| deviation * row.norm()))
}

fn provenance(description: &ModelDescription, strain: &Curve, stress: &Curve, until: f64) -> Vec<(String, String)> {
    let mut lines = vec![
        ("model", description.id.clone()),
        ("version", description.version.clone()),
        ("method", "non-negative modes from the fitted part, then superposition".to_owned()),
        ("fitted until", format!("{until} s")),
        ("strain", format!("{} ({})", strain.label, strain.origin)),
        ("stress", format!("{} ({})", stress.label, stress.origin)),
    ];
    lines.extend(description.digest.iter().map(|digest| ("digest", digest.clone())));
    lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
