//! What is read off curves by a fit, as cells see it: recovery times, critical waiting times, activation energies,
//! straight lines.
//!
//! The fits themselves are in the engine and take data and models alike. Every result shows itself as a table with
//! units at the end of a cell, and says in its documentation what it is no evidence of.

use crate::codec::{write_curve, write_relaxation};
use crate::error::{Error, Result};
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::{Reader, Writer};
use kovacs_core::{Curve, Origin, Recovery, Relaxation};

const COLUMNS: [&str; 4] = ["quantity", "value", "unit", "what it is"];

fn sheet(title: String, rows: &[(&str, Option<f64>, &str, &str)]) -> Sheet {
    rows.iter().fold(Sheet::new(title, COLUMNS), |sheet, (name, value, unit, what)| {
        sheet.row([(*name).to_owned(), four_digits(*value), (*unit).to_owned(), (*what).to_owned()])
    })
}

/// A straight line through points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Slope, in units of `y` per unit of `x`.
    pub slope: f64,
    /// Value at `x = 0`, in units of `y`.
    pub intercept: f64,
    /// Part of the variance of `y` that the line carries, 0 to 1.
    pub r_squared: f64,
    /// Standard error of the slope from the scatter of the points; `None` for two points.
    pub slope_error: Option<f64>,
    /// Number of points.
    pub points: usize,
}

impl Line {
    /// The value at `x`, in units of `y`.
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// Shows the line as the value of a cell.
    pub fn evcxr_display(&self) {
        let rows = [
            ("slope", Some(self.slope), "", "in units of y per unit of x"),
            ("slope_error", self.slope_error, "", "standard error of the slope"),
            ("intercept", Some(self.intercept), "", "value at x = 0"),
            ("r_squared", Some(self.r_squared), "1", "part of the variance that the line carries"),
        ];
        sheet(format!("line through {} points", self.points), &rows).evcxr_display();
    }
}

/// Fits a line to points `(x, y)` by least squares with equal weights: for instance `t_p` against `tau_rec`.
///
/// # Errors
/// Fewer than two points, a value that is not finite, or all `x` alike.
pub fn fit_line(points: &[(f64, f64)]) -> Result<Line> {
    let answer = seam::call(Operation::FitLine, write_points(points))?;
    let mut reader = Reader::new(&answer);
    Ok(Line {
        slope: reader.f64()?,
        intercept: reader.f64()?,
        r_squared: reader.f64()?,
        slope_error: reader.option(Reader::f64)?,
        points: reader.count()?,
    })
}

fn write_points(points: &[(f64, f64)]) -> Writer {
    let mut writer = Writer::new();
    writer.sequence(points, |writer, (x, y)| {
        writer.f64(*x);
        writer.f64(*y);
    });
    writer
}

/// Two straight lines of `delta_sigma` against `log10 t_w` that meet at a critical waiting time, and what they have to
/// beat. A break can be fitted to any smooth curve, so the break alone proves nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalTime {
    /// Where the lines meet, s.
    pub time: f64,
    /// Growth per decade of waiting before it, MPa.
    pub slope_before: f64,
    /// Growth per decade of waiting after it, MPa.
    pub slope_after: f64,
    /// Schwarz's criterion (BIC) of two lines; the smallest is preferred.
    pub bic_two_lines: f64,
    /// BIC of one line.
    pub bic_one_line: f64,
    /// BIC of a power law of `t_w`.
    pub bic_power_law: f64,
    /// Exponent of the power law.
    pub power: f64,
    /// Number of waiting times.
    pub points: usize,
}

impl CriticalTime {
    /// How many times steeper the growth is after the break; `None` where there is no growth before it.
    pub fn slope_ratio(&self) -> Option<f64> {
        (self.slope_before > 0.0).then(|| self.slope_after / self.slope_before)
    }

    /// Whether two lines are preferred to one line and to a power law.
    pub fn is_supported(&self) -> bool {
        self.bic_two_lines < self.bic_one_line && self.bic_two_lines < self.bic_power_law
    }

    /// Shows the fit as the value of a cell.
    pub fn evcxr_display(&self) {
        let rows = [
            ("time", Some(self.time), "s", "where the two lines meet"),
            ("slope_before", Some(self.slope_before), "MPa", "growth per decade of waiting before it"),
            ("slope_after", Some(self.slope_after), "MPa", "growth per decade of waiting after it"),
            ("slope_ratio", self.slope_ratio(), "1", "how many times steeper"),
            ("power", Some(self.power), "1", "exponent of the best power law"),
            ("bic_two_lines", Some(self.bic_two_lines), "1", "BIC of two lines"),
            ("bic_one_line", Some(self.bic_one_line), "1", "BIC of one line"),
            ("bic_power_law", Some(self.bic_power_law), "1", "BIC of the power law"),
        ];
        let verdict = if self.is_supported() { "preferred to" } else { "not preferred to" };
        sheet(format!("critical waiting time: two lines are {verdict} one line and a power law"), &rows)
            .evcxr_display();
    }
}

/// Fits heights `(t_w in s, delta_sigma in MPa)` by two lines against `log10 t_w`, by one line and by a power law.
///
/// # Errors
/// Fewer than five different waiting times, one that is not above zero, or a value that is not finite.
pub fn critical_time(heights: &[(f64, f64)]) -> Result<CriticalTime> {
    let answer = seam::call(Operation::CriticalTime, write_points(heights))?;
    let mut reader = Reader::new(&answer);
    Ok(CriticalTime {
        time: reader.f64()?,
        slope_before: reader.f64()?,
        slope_after: reader.f64()?,
        bic_two_lines: reader.f64()?,
        bic_one_line: reader.f64()?,
        bic_power_law: reader.f64()?,
        power: reader.f64()?,
        points: reader.count()?,
    })
}

/// One stretched exponential (KWW) through samples: `plateau + (initial - plateau) exp[-(t/tau)^beta]`.
#[derive(Clone, Debug, PartialEq)]
pub struct StretchedFit {
    /// `tau`, s.
    pub relaxation_time: f64,
    /// `beta`.
    pub exponent: f64,
    /// What is left after an infinite time, in units of the curve.
    pub plateau: f64,
    /// Value at 0 s, in units of the curve.
    pub initial: f64,
    /// Root mean square of fitted minus given values, in units of the curve.
    pub misfit: f64,
    /// First and last sample, s: the window that everything above depends on.
    pub window: (f64, f64),
    /// What lies on a bound of the fit and is therefore no result: `relaxation_time`, `exponent`.
    pub on_bound: Vec<String>,
    unit: String,
}

impl StretchedFit {
    /// The fitted value at a time in s, in units of the curve.
    pub fn at(&self, time: f64) -> f64 {
        let left = (-(time / self.relaxation_time).powf(self.exponent)).exp();
        self.plateau + (self.initial - self.plateau) * left
    }

    /// `tau` in s where the samples determine it; `None` where it lies on a bound.
    pub fn determined_time(&self) -> Option<f64> {
        self.on_bound.is_empty().then_some(self.relaxation_time)
    }

    /// The fit as a curve over its window, 40 points to the decade.
    ///
    /// # Errors
    /// None that a fit can have.
    pub fn curve(&self, label: &str) -> Result<Curve> {
        drawn(label, self.window, &self.unit, "KWW fit", |time| self.at(time))
    }

    fn read(answer: &[u8], unit: &str) -> Result<StretchedFit> {
        let mut reader = Reader::new(answer);
        Ok(StretchedFit {
            relaxation_time: reader.f64()?,
            exponent: reader.f64()?,
            plateau: reader.f64()?,
            initial: reader.f64()?,
            misfit: reader.f64()?,
            window: (reader.f64()?, reader.f64()?),
            on_bound: reader.texts()?,
            unit: unit.to_owned(),
        })
    }

    /// Shows the fit as the value of a cell.
    pub fn evcxr_display(&self) {
        let unit = self.unit.as_str();
        let rows = [
            ("relaxation_time", Some(self.relaxation_time), "s", "tau"),
            ("exponent", Some(self.exponent), "1", "beta"),
            ("plateau", Some(self.plateau), unit, "what is left in the end"),
            ("initial", Some(self.initial), unit, "value at 0 s"),
            ("misfit", Some(self.misfit), unit, "root mean square of fitted minus given values"),
        ];
        let title = format!("stretched exponential from {} s to {} s", self.window.0, self.window.1);
        let shown = sheet(title, &rows);
        match self.on_bound.as_slice() {
            [] => shown,
            bounds => shown.note(format!("on a bound, and so no result: {}", bounds.join(", "))),
        }
        .evcxr_display();
    }
}

/// Fits a stretched exponential to samples at times above 0 s. `initial` is the value at 0 s in units of the curve;
/// `plateau` is what is left in the end, or `None` to fit it.
///
/// # Errors
/// The curve is not against s, has fewer than four samples or a time that is not above zero; it does not change; or
/// no fit converged.
pub fn fit_stretched(curve: &Curve, initial: f64, plateau: impl Into<Option<f64>>) -> Result<StretchedFit> {
    let mut writer = Writer::new();
    write_curve(&mut writer, curve);
    writer.f64(initial);
    writer.option(plateau.into(), Writer::f64);
    StretchedFit::read(&seam::call(Operation::FitStretched, writer)?, &curve.y_unit)
}

/// Fits a recovery from the strain just after unloading with a free plateau: `relaxation_time` is the paper's
/// `tau_rec`. It depends on the window, so that only recoveries of one window can be compared.
///
/// # Errors
/// As [`fit_stretched`]; a strain that does not change after unloading has no recovery time.
pub fn fit_recovery(recovery: &Recovery) -> Result<StretchedFit> {
    fit_stretched(&recovery.curve("recovery"), recovery.strain_0, None)
}

/// Eq. (1) of the paper through a second stage: two stretched exponentials,
/// `y = y_0 {A exp[-(t/tau_1)^b_1] + (1 - A) exp[-(t/tau_2)^b_2]}`.
///
/// It fits a linear material with *one* stretched exponential nearly as well, so that a good fit is no evidence of two
/// processes. The form has no plateau: times depend on where the window ends.
#[derive(Clone, Debug, PartialEq)]
pub struct DoubleKwwFit {
    /// `y_0`, the value at 0 s, in units of the curve.
    pub initial: f64,
    /// `A`: above 1 there is a hump.
    pub amplitude: f64,
    /// `tau_1`, s: the slow decay. What may be stated of it is [`DoubleKwwFit::determined_slow_time`].
    pub slow_time: f64,
    /// `tau_2`, s: the fast rise. What may be stated of it is [`DoubleKwwFit::determined_fast_time`].
    pub fast_time: f64,
    /// `b_1`.
    pub slow_exponent: f64,
    /// `b_2`.
    pub fast_exponent: f64,
    /// Root mean square of fitted minus given values, in units of the curve.
    pub misfit: f64,
    /// First and last sample, s.
    pub window: (f64, f64),
    /// `tau_1` in s where the samples determine it.
    pub determined_slow_time: Option<f64>,
    /// `tau_2` in s where the samples determine it.
    pub determined_fast_time: Option<f64>,
    /// Time of the maximum of the fitted form, s.
    pub t_p: Option<f64>,
    /// Height of the maximum above the value at 0 s, in units of the curve.
    pub delta_sigma: Option<f64>,
    /// Height of the maximum above the fitted value at the first sample, in units of the curve: what a dead time leaves.
    pub delta_sigma_seen: Option<f64>,
    /// What a reader of the numbers has to know.
    pub warnings: Vec<String>,
    unit: String,
}

impl DoubleKwwFit {
    /// The fitted value at a time in s, in units of the curve.
    pub fn at(&self, time: f64) -> f64 {
        let left = |tau: f64, exponent: f64| (-(time / tau).powf(exponent)).exp();
        let slow = self.amplitude * left(self.slow_time, self.slow_exponent);
        self.initial * (slow + (1.0 - self.amplitude) * left(self.fast_time, self.fast_exponent))
    }

    /// The fit as a curve over its window, 40 points to the decade.
    ///
    /// # Errors
    /// None that a fit can have.
    pub fn curve(&self, label: &str) -> Result<Curve> {
        drawn(label, self.window, &self.unit, "double KWW fit", |time| self.at(time))
    }

    /// Shows the fit as the value of a cell.
    pub fn evcxr_display(&self) {
        let unit = self.unit.as_str();
        let rows = [
            ("initial", Some(self.initial), unit, "value at 0 s"),
            ("amplitude", Some(self.amplitude), "1", "A of Eq. (1), above 1 for a hump"),
            ("slow_time", self.determined_slow_time, "s", "tau_1, where the samples determine it"),
            ("slow_exponent", Some(self.slow_exponent), "1", "its exponent"),
            ("fast_time", self.determined_fast_time, "s", "tau_2, where the samples determine it"),
            ("fast_exponent", Some(self.fast_exponent), "1", "its exponent"),
            ("t_p", self.t_p, "s", "time of the maximum"),
            ("delta_sigma", self.delta_sigma, unit, "height of the maximum above the value at 0 s"),
            ("misfit", Some(self.misfit), unit, "root mean square of fitted minus given values"),
        ];
        let title = format!("two stretched exponentials from {} s to {} s", self.window.0, self.window.1);
        let shown = sheet(title, &rows);
        self.warnings.iter().fold(shown, |sheet, warning| sheet.note(warning.as_str())).evcxr_display();
    }
}

/// Fits Eq. (1) of the paper to a second stage, at times above 0 s. `initial` is the value at 0 s in units of the curve,
/// or `None` to fit it, where a dead time hides it.
///
/// # Errors
/// The curve is not against s, has too few samples or a time that is not above zero, or does not change.
pub fn fit_double_kww(curve: &Curve, initial: impl Into<Option<f64>>) -> Result<DoubleKwwFit> {
    let mut writer = Writer::new();
    write_curve(&mut writer, curve);
    writer.option(initial.into(), Writer::f64);
    let answer = seam::call(Operation::FitDoubleKww, writer)?;
    let reader = &mut Reader::new(&answer);
    let mut next = || reader.f64();
    let (initial, amplitude, slow_time, fast_time) = (next()?, next()?, next()?, next()?);
    let (slow_exponent, fast_exponent, misfit, window) = (next()?, next()?, next()?, (next()?, next()?));
    let (determined_slow_time, determined_fast_time) = (reader.option(Reader::f64)?, reader.option(Reader::f64)?);
    let peak = reader.option(|reader| Ok([reader.f64()?, reader.f64()?, reader.f64()?]))?;
    Ok(DoubleKwwFit {
        initial,
        amplitude,
        slow_time,
        fast_time,
        slow_exponent,
        fast_exponent,
        misfit,
        window,
        determined_slow_time,
        determined_fast_time,
        t_p: peak.map(|[t_p, ..]| t_p),
        delta_sigma: peak.map(|[_, height, _]| height),
        delta_sigma_seen: peak.map(|[.., seen]| seen),
        warnings: reader.texts()?,
        unit: curve.y_unit.clone(),
    })
}

/// A fitted form as a curve, 40 points to the decade.
fn drawn(label: &str, window: (f64, f64), unit: &str, form: &str, value: impl Fn(f64) -> f64) -> Result<Curve> {
    let times = kovacs_core::hump::log_spaced(window.0, window.1, 40);
    let values = times.iter().map(|time| value(*time)).collect();
    let curve = Curve::new(label, times, values)
        .map_err(|error| Error::new("BadCurve", error.to_string()))?
        .x_axis("time", "s")
        .y_axis("", unit)
        .from_origin(Origin::Calculated);
    Ok(curve.with_provenance("model", form))
}

/// The activation energy at one time, read in three ways that give different numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivationEnergy {
    /// Time at the reference temperature, s.
    pub time: f64,
    /// From the times at which the same stress is reached at each temperature, eV; `None` where fewer than three
    /// temperatures reach it.
    pub isoconversional: Option<f64>,
    /// Its standard error from the scatter about the Arrhenius line, eV.
    pub isoconversional_error: Option<f64>,
    /// The same through a stretched exponential fitted at each temperature, eV.
    pub parametric: Option<f64>,
    /// From the rates of these stretched exponentials at equal time, eV: for a constant exponent `beta` times the energy
    /// of `tau`.
    pub rate: Option<f64>,
}

/// Activation energies at several times; shows itself as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivationEnergies {
    /// One entry for each time, in order.
    pub at: Vec<ActivationEnergy>,
    /// Temperature to which the times belong, K.
    pub reference_temperature: f64,
}

impl ActivationEnergies {
    /// The isoconversional energies, eV, in the order of the times.
    pub fn isoconversional(&self) -> Vec<Option<f64>> {
        self.at.iter().map(|entry| entry.isoconversional).collect()
    }

    /// Shows the energies as the value of a cell.
    pub fn evcxr_display(&self) {
        let columns = ["time [s]", "equal stress [eV]", "standard error [eV]", "fitted KWW [eV]", "rates [eV]"];
        let title = format!("activation energy, times at {} K", self.reference_temperature);
        let sheet = self.at.iter().fold(Sheet::new(title, columns), |sheet, entry| {
            let energies = [entry.isoconversional, entry.isoconversional_error, entry.parametric, entry.rate];
            sheet.row(std::iter::once(four_digits(entry.time)).chain(energies.map(four_digits)))
        });
        sheet.evcxr_display();
    }
}

/// The activation energy at each of `times` (s) of the relaxation at `reference_temperature` (K), from relaxations at
/// several temperatures.
///
/// A rising energy is no proof of a rising barrier: an exponent that changes with temperature is enough for it.
///
/// # Errors
/// There is no relaxation at the reference temperature, or there are fewer than three.
pub fn activation_energies(
    relaxations: &[Relaxation],
    reference_temperature: f64,
    times: &[f64],
) -> Result<ActivationEnergies> {
    let mut writer = Writer::new();
    writer.sequence(relaxations, write_relaxation);
    writer.f64(reference_temperature);
    writer.f64s(times);
    let answer = seam::call(Operation::ActivationEnergies, writer)?;
    let at = Reader::new(&answer).sequence(|reader| {
        Ok(ActivationEnergy {
            time: reader.f64()?,
            isoconversional: reader.option(Reader::f64)?,
            isoconversional_error: reader.option(Reader::f64)?,
            parametric: reader.option(Reader::f64)?,
            rate: reader.option(Reader::f64)?,
        })
    })?;
    Ok(ActivationEnergies { at, reference_temperature })
}
