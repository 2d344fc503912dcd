//! The activation energy as a function of time, from relaxations at several temperatures, in three ways.
//!
//! Everything is read off `y(t) = sigma(t)/sigma(0+)`.
//! (i) **Isoconversional**: the level `c = y(t)` at a reference temperature is reached at `t_c(T)` elsewhere, and
//! `E(t) = k d ln t_c / d(1/T)`. (ii) The same through a stretched exponential fitted at each temperature,
//! `ln t_c = ln tau + ln ln(1/c) / beta`. (iii) **From rates**: `Gamma = (beta/tau) (t/tau)^(beta-1)` at equal time,
//! `E(t) = -k d ln Gamma / d(1/T)`. They are different numbers: for a constant exponent (i) gives the energy of `tau`
//! and (iii) gives `beta` times that. And a rising `E(t)` is no proof of a rising barrier: an exponent that changes with
//! temperature is enough for it.

use crate::error::FitError;
use crate::line::fit_line;
use crate::stretched::{Plateau, fit_stretched};
use kovacs_core::{BOLTZMANN, Curve, Relaxation};

/// An activation energy at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivationEnergy {
    /// Time at the reference temperature, s.
    pub time: f64,
    /// The energy, eV.
    pub energy: f64,
    /// Standard error from the scatter about the Arrhenius line, eV; `None` with two temperatures.
    pub standard_error: Option<f64>,
    /// Temperatures (K) that reached the level.
    pub temperatures: Vec<f64>,
}

/// A stretched exponential at one temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StretchedIsotherm {
    /// Temperature, K.
    pub temperature: f64,
    /// `tau`, s.
    pub relaxation_time: f64,
    /// `beta`.
    pub exponent: f64,
}

/// Fewest temperatures for an Arrhenius line that can fail.
const FEWEST_TEMPERATURES: usize = 3;

/// (i) The isoconversional energy at `time` (s) of the relaxation at `reference_temperature` (K).
///
/// Crossings are interpolated linearly in `ln(-ln y)` against `ln t`, in which a stretched exponential is a straight
/// line, so that the grid does not show.
///
/// # Errors
/// No relaxation at the reference temperature, one that does not reach from below to above `time`, or fewer than three
/// temperatures that reach the level.
pub fn isoconversional_energy(
    relaxations: &[Relaxation],
    reference_temperature: f64,
    time: f64,
) -> Result<ActivationEnergy, FitError> {
    let known = || relaxations.iter().map(|relaxation| relaxation.temperature).collect();
    let reference = relaxations
        .iter()
        .find(|relaxation| relaxation.temperature == reference_temperature)
        .ok_or_else(|| FitError::NoReference { temperature: reference_temperature, known: known() })?;
    let level = level_at(reference, time).ok_or(FitError::OutsideRelaxation {
        time,
        first: reference.times.first().copied().unwrap_or(f64::NAN),
        last: reference.times.last().copied().unwrap_or(f64::NAN),
    })?;
    let crossings = relaxations
        .iter()
        .filter_map(|relaxation| Some((relaxation.temperature, log_crossing(relaxation, level)?)))
        .collect();
    arrhenius(time, crossings, 1.0)
}

/// Fits a stretched exponential without plateau to each relaxation: what (ii) and (iii) are made of.
///
/// # Errors
/// As [`fit_stretched`].
pub fn stretched_isotherms(relaxations: &[Relaxation]) -> Result<Vec<StretchedIsotherm>, FitError> {
    let fit = |relaxation: &Relaxation| {
        let label = format!("relaxation at {} K", relaxation.temperature);
        let values = relaxation.stress.iter().map(|stress| stress / relaxation.stress_0).collect();
        let curve = Curve::new(label, relaxation.times.clone(), values)?.x_axis("time", "s");
        let fitted = fit_stretched(&curve, 1.0, Plateau::Fixed(0.0))?;
        Ok(StretchedIsotherm {
            temperature: relaxation.temperature,
            relaxation_time: fitted.relaxation_time,
            exponent: fitted.exponent,
        })
    };
    relaxations.iter().map(fit).collect()
}

/// (ii) The isoconversional energy of fitted stretched exponentials, at `time` (s) of the one at
/// `reference_temperature` (K).
///
/// # Errors
/// No isotherm at the reference temperature, or fewer than three of them.
pub fn parametric_energy(
    isotherms: &[StretchedIsotherm],
    reference_temperature: f64,
    time: f64,
) -> Result<ActivationEnergy, FitError> {
    let known = || isotherms.iter().map(|isotherm| isotherm.temperature).collect();
    let reference = isotherms
        .iter()
        .find(|isotherm| isotherm.temperature == reference_temperature)
        .ok_or_else(|| FitError::NoReference { temperature: reference_temperature, known: known() })?;
    // ln ln(1/c) at the reference.
    let level = reference.exponent * (time / reference.relaxation_time).ln();
    let crossing = |isotherm: &StretchedIsotherm| {
        (isotherm.temperature, isotherm.relaxation_time.ln() + level / isotherm.exponent)
    };
    arrhenius(time, isotherms.iter().map(crossing).collect(), 1.0)
}

/// (iii) The energy of the rate at `time` (s), the same time at every temperature.
///
/// # Errors
/// Fewer than three isotherms.
pub fn rate_energy(isotherms: &[StretchedIsotherm], time: f64) -> Result<ActivationEnergy, FitError> {
    let rate = |isotherm: &StretchedIsotherm| {
        let StretchedIsotherm { temperature, relaxation_time, exponent } = *isotherm;
        (temperature, (exponent / relaxation_time).ln() + (exponent - 1.0) * (time / relaxation_time).ln())
    };
    arrhenius(time, isotherms.iter().map(rate).collect(), -1.0)
}

/// `sign k` times the slope of logarithms against `1/T`.
fn arrhenius(time: f64, logarithms: Vec<(f64, f64)>, sign: f64) -> Result<ActivationEnergy, FitError> {
    if logarithms.len() < FEWEST_TEMPERATURES {
        return Err(FitError::FewTemperatures { time, found: logarithms.len(), needed: FEWEST_TEMPERATURES });
    }
    let points: Vec<(f64, f64)> = logarithms.iter().map(|&(temperature, value)| (1.0 / temperature, value)).collect();
    let line = fit_line(&points)?;
    Ok(ActivationEnergy {
        time,
        energy: sign * BOLTZMANN * line.slope,
        standard_error: line.slope_error.map(|error| BOLTZMANN * error),
        temperatures: logarithms.into_iter().map(|(temperature, _)| temperature).collect(),
    })
}

/// `ln(-ln y)`: NaN where `y` is not between 0 and 1.
fn double_logarithm(relaxation: &Relaxation, stress: f64) -> f64 {
    (-(stress / relaxation.stress_0).ln()).ln()
}

/// The double logarithm at a time (s) inside the samples.
fn level_at(relaxation: &Relaxation, time: f64) -> Option<f64> {
    let after = relaxation.times.partition_point(|&sample| sample <= time);
    let left = after.checked_sub(1)?;
    let value = |index: usize| Some(double_logarithm(relaxation, *relaxation.stress.get(index)?));
    let (&t0, y0) = (relaxation.times.get(left)?, value(left)?);
    if t0 == time {
        return y0.is_finite().then_some(y0);
    }
    let (&t1, y1) = (relaxation.times.get(after)?, value(after)?);
    let level = y0 + (y1 - y0) * (time / t0).ln() / (t1 / t0).ln();
    level.is_finite().then_some(level)
}

/// The logarithm of the first time (s) at which the double logarithm rises to `level`.
fn log_crossing(relaxation: &Relaxation, level: f64) -> Option<f64> {
    let samples: Vec<(f64, f64)> = relaxation
        .times
        .iter()
        .zip(&relaxation.stress)
        .map(|(time, &stress)| (time.ln(), double_logarithm(relaxation, stress)))
        .filter(|(_, value)| value.is_finite())
        .collect();
    samples.windows(2).find_map(|pair| match *pair {
        [(t0, y0), (t1, y1)] if y0 <= level && level <= y1 && y1 > y0 => {
            Some(t0 + (t1 - t0) * (level - y0) / (y1 - y0))
        }
        _ => None,
    })
}
