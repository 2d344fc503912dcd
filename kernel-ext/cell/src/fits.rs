//! Fits and the tests that need them, behind the seam: the prelude's types to those of `kovacs-fit`, and back.

use crate::objects::objects;
use crate::operations::{fit_error, model_error};
use kovacs::codec;
use kovacs::wire::{Reader, Writer};
use kovacs::{Error, Result};
use kovacs_core::glasses::{GLASSES, glass};
use kovacs_core::thermal_kovacs::observe_thermal;
use kovacs_core::{observe_recovery, observe_relaxation};
use kovacs_fit::findings::{FINDINGS, judge, study};
use kovacs_fit::{
    DoubleKwwOptions, FitError, Initial, Plateau, fit_double_kww, fit_line, fit_stretched, isoconversional_energy,
    parametric_energy, rate_energy, stretched_isotherms,
};
use std::sync::PoisonError;

pub(crate) fn recovery(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let model = objects().model(reader.u64()?)?;
    let parameters = reader.f64s()?;
    let test = codec::read_recovery_test(reader)?;
    let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
    let recovery = observe_recovery(&mut **model, &parameters, &test).map_err(model_error)?;
    codec::write_recovery(writer, &recovery);
    Ok(())
}

pub(crate) fn relaxation(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let model = objects().model(reader.u64()?)?;
    let parameters = reader.f64s()?;
    let (strain, temperature, window) = (reader.f64()?, reader.f64()?, (reader.f64()?, reader.f64()?));
    let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
    let found = observe_relaxation(&mut **model, &parameters, strain, temperature, window).map_err(model_error)?;
    codec::write_relaxation(writer, &found);
    Ok(())
}

pub(crate) fn thermal(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let model = objects().model(reader.u64()?)?;
    let parameters = reader.f64s()?;
    let test = codec::read_thermal_test(reader)?;
    let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
    let found = observe_thermal(&mut **model, &parameters, &test).map_err(model_error)?;
    writer.text(found.kind());
    writer.option(found.hump_height(), Writer::f64);
    writer.option(found.hump_time(), Writer::f64);
    writer.f64(found.t1);
    writer.f64(found.departure);
    Ok(())
}

fn points(reader: &mut Reader<'_>) -> Result<Vec<(f64, f64)>> {
    Ok(reader.sequence(|reader| Ok((reader.f64()?, reader.f64()?)))?)
}

pub(crate) fn line(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let found = fit_line(&points(reader)?).map_err(|error| fit_error(&error))?;
    for value in [found.slope, found.intercept, found.r_squared] {
        writer.f64(value);
    }
    writer.option(found.slope_error, Writer::f64);
    writer.count(found.points);
    Ok(())
}

pub(crate) fn critical_time(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let found = kovacs_fit::critical_time(&points(reader)?).map_err(|error| fit_error(&error))?;
    let bic = [found.bic_two_lines, found.bic_one_line, found.bic_power_law];
    for value in [found.time, found.slope_before, found.slope_after].into_iter().chain(bic).chain([found.power]) {
        writer.f64(value);
    }
    writer.count(found.points);
    Ok(())
}

pub(crate) fn stretched(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let (curve, initial) = (codec::read_curve(reader)?, reader.f64()?);
    let plateau = reader.option(Reader::f64)?.map_or(Plateau::Free, Plateau::Fixed);
    let found = fit_stretched(&curve, initial, plateau).map_err(|error| fit_error(&error))?;
    let window = [found.window.0, found.window.1];
    let values = [found.relaxation_time, found.exponent, found.plateau, found.initial, found.misfit];
    for value in values.into_iter().chain(window) {
        writer.f64(value);
    }
    writer.texts(&found.on_bound);
    Ok(())
}

pub(crate) fn double_kww(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let curve = codec::read_curve(reader)?;
    let initial = reader.option(Reader::f64)?.map_or(Initial::Free, Initial::Known);
    let options = DoubleKwwOptions { initial, ..DoubleKwwOptions::default() };
    let found = fit_double_kww(&curve, &options).map_err(|error| fit_error(&error))?;
    let form = found.form;
    let numbers = [form.initial, found.amplitude(), form.slow_time, form.fast_time, form.slow_exponent];
    for value in numbers.into_iter().chain([form.fast_exponent, found.misfit, found.window.0, found.window.1]) {
        writer.f64(value);
    }
    writer.option(found.slow_time(), Writer::f64);
    writer.option(found.fast_time(), Writer::f64);
    writer.option(found.peak, |writer, peak| {
        writer.f64(peak.t_p);
        writer.f64(peak.delta_sigma);
        writer.f64(peak.delta_sigma_seen);
    });
    writer.texts(&found.warnings());
    Ok(())
}

pub(crate) fn activation_energies(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let relaxations = reader.sequence(codec::read_relaxation)?;
    let reference = reader.f64()?;
    let times = reader.f64s()?;
    // A time that some relaxations do not reach has no energy; anything else wrong with them concerns every time.
    let or_none = |found: Result<kovacs_fit::ActivationEnergy, FitError>| match found {
        Ok(found) => Ok(Some(found)),
        Err(FitError::OutsideRelaxation { .. } | FitError::FewTemperatures { .. }) => Ok(None),
        Err(error) => Err(fit_error(&error)),
    };
    // Relaxations that no stretched exponential fits have an isoconversional energy still.
    let isotherms = stretched_isotherms(&relaxations).unwrap_or_default();
    let energy = |found: Result<kovacs_fit::ActivationEnergy, FitError>| found.ok().map(|found| found.energy);
    let mut found = Vec::new();
    for time in times {
        let equal_stress = or_none(isoconversional_energy(&relaxations, reference, time))?;
        let parametric = energy(parametric_energy(&isotherms, reference, time));
        found.push((time, equal_stress, parametric, energy(rate_energy(&isotherms, time))));
    }
    writer.sequence(&found, |writer, (time, equal_stress, parametric, rate)| {
        writer.f64(*time);
        writer.option(equal_stress.as_ref(), |writer, found| writer.f64(found.energy));
        writer.option(equal_stress.as_ref().and_then(|found| found.standard_error), Writer::f64);
        writer.option(*parametric, Writer::f64);
        writer.option(*rate, Writer::f64);
    });
    Ok(())
}

pub(crate) fn findings(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let model = objects().model(reader.u64()?)?;
    let (parameters, id) = (reader.f64s()?, reader.text()?);
    let glass = glass(&id).ok_or_else(|| {
        let known = GLASSES.map(|glass| glass.id).join(", ");
        Error::new("UnknownGlass", format!("there is no glass `{id}`")).with_remedy(format!("there are: {known}"))
    })?;
    let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
    let goes_on = &mut || !crate::table::notices().interrupted().load(std::sync::atomic::Ordering::Relaxed);
    let study = study(&mut **model, &parameters, glass, goes_on).map_err(|error| fit_error(&error))?;
    writer.sequence(&judge(&study), |writer, finding| {
        let words = FINDINGS.iter().find(|(id, _)| *id == finding.finding).map_or("", |(_, words)| words);
        for text in [finding.finding, words, finding.verdict.word(), &finding.reason] {
            writer.text(text);
        }
        writer.sequence(&finding.numbers, |writer, numbers| {
            writer.text(&numbers.what);
            writer.text(numbers.unit);
            writer.sequence(&numbers.values, |writer, value| writer.option(*value, Writer::f64));
        });
    });
    Ok(())
}
