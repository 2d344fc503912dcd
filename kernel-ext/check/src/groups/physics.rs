//! Laws that numbers of a known meaning obey, by the ids of the outputs.
//!
//! They are asked for with `--pedantic`, because a model may have good reasons to break one; then its page says so.

use crate::experiments::{self, Kind};
use crate::subject::{Subject, accepted, words};
use crate::verdict::{Finding, Outcome, failed, passed, passed_with, skipped};
use kovacs_abi as abi;
use kovacs_core::model::Preset;
use kovacs_core::{Control, History};
use kovacs_host::probe::{RawBatch, RawExperiment};

/// Rounding of a calculation with a few hundred operations.
const ROUNDING: f64 = 1e-9;

/// Values of one output for an experiment at the defaults; skips where the model refuses it.
fn column(
    subject: &Subject<'_>,
    output: &str,
    history: &History,
    times: &[f64],
    settings: &[f64],
) -> Result<Vec<f64>, Finding> {
    let about = subject.about();
    let index = about.output(output).ok_or_else(|| skipped(format!("the model has no output `{output}`")))?;
    let experiment = RawExperiment {
        times: times.to_vec(),
        before: Vec::new(),
        wanted: vec![index as u32],
        ..experiments::raw(about, history)
    };
    let mut instance = subject.instance_with(settings)?;
    subject.step("bind of a physics test");
    let answer = instance.bind(&experiment);
    if answer.status == abi::REJECTED {
        return Err(skipped(format!("`bind` {}", words(&answer))));
    }
    let point = material(subject).map_or_else(|| about.defaults(), |preset| preset.parameters.clone());
    let seeds = subject.seeds(1);
    subject.step("evaluate of a physics test");
    let result =
        accepted(instance.evaluate(RawBatch { rows: 1, parameters: &point, seeds: &seeds, ..RawBatch::default() }))?;
    if result.status[0] == abi::OK { Ok(result.values) } else { Err(skipped("the parameter set has no answer")) }
}

/// The first parameter set: a material, which the defaults need not be.
fn material<'a>(subject: &'a Subject<'_>) -> Option<&'a Preset> {
    subject.about().presets.first()
}

/// The temperature at which the material is at home, K.
fn its_temperature(subject: &Subject<'_>) -> f64 {
    experiments::temperature_of(subject.about(), material(subject))
}

/// Laws of means do not hold for every random sample.
fn is_no_sample(subject: &Subject<'_>) -> Result<(), Finding> {
    if subject.can().seeded {
        Err(skipped("the curve is a random sample, of which only the mean has to obey"))
    } else {
        Ok(())
    }
}

/// Times spread evenly over decades, s.
fn decades(from: i32, to: i32) -> Vec<f64> {
    const PER_DECADE: i32 = 8;
    (from * PER_DECADE..=to * PER_DECADE).map(|step| 10_f64.powf(f64::from(step) / f64::from(PER_DECADE))).collect()
}

pub(crate) fn stress_relaxes(subject: &Subject<'_>) -> Outcome {
    is_no_sample(subject)?;
    let temperature = its_temperature(subject);
    let mut times = vec![0.0];
    times.extend(decades(-3, 8));
    let stress = column(subject, "stress", &Kind::OneStep.history(temperature), &times, &subject.default_settings())?;
    let first = stress[0];
    if first <= 0.0 {
        return Err(failed(format!("a positive step of strain gives the stress {first} MPa at once")));
    }
    for (pair, time) in stress.windows(2).zip(&times[1..]) {
        if pair[1] > pair[0] + ROUNDING * first {
            return Err(failed(format!(
                "after one step the stress rises from {} to {} MPa at {time} s",
                pair[0], pair[1]
            )));
        }
    }
    match stress.iter().zip(&times).find(|(stress, _)| **stress < -ROUNDING * first) {
        Some((stress, time)) => Err(failed(format!("after one step the stress is {stress} MPa at {time} s"))),
        None => passed(),
    }
}

pub(crate) fn strain_is_what_was_prescribed(subject: &Subject<'_>) -> Outcome {
    let (kind, _) = subject.usual()?;
    // Before and after the second step, where there is one.
    let expected = match kind {
        Kind::TwoSteps => [0.01, 0.01, 0.004, 0.004],
        Kind::OneStep | Kind::Held => [0.01; 4],
        Kind::TemperatureJump | Kind::Creep => return Err(skipped("the model takes no experiment with a strain")),
    };
    let times = [0.0, 50.0, 100.0, 1000.0];
    let history = kind.history(its_temperature(subject));
    let strain = column(subject, "strain", &history, &times, &subject.default_settings())?;
    for ((found, expected), time) in strain.iter().zip(expected).zip(times) {
        if (found - expected).abs() > ROUNDING * expected {
            return Err(failed(format!(
                "under strain control, `strain` is {found} at {time} s; {expected} was prescribed"
            )));
        }
    }
    passed()
}

pub(crate) fn time_has_no_origin(subject: &Subject<'_>) -> Outcome {
    /// Times of 1e3 s and steps of 1 ms keep ten digits.
    const TOLERANCE: f64 = 1e-6;
    const SHIFT: f64 = 1000.0;
    let (kind, _) = subject.usual()?;
    let output = subject.about().outputs[0].id.clone();
    let temperature = its_temperature(subject);
    let history = kind.history(temperature);
    let mut later = history.clone();
    later.time.iter_mut().for_each(|time| *time += SHIFT);
    let times = [0.0, 1.0, 50.0, 100.0, 110.0, 1000.0];
    let settings = subject.default_settings();
    let here = column(subject, &output, &history, &times, &settings)?;
    let there = column(subject, &output, &later, &times.map(|time| time + SHIFT), &settings)?;
    let scale = here.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    for ((a, b), time) in here.iter().zip(&there).zip(times) {
        if (a - b).abs() > TOLERANCE * scale {
            return Err(failed(format!("started {SHIFT} s later, `{output}` after {time} s is {b} instead of {a}")));
        }
    }
    passed()
}

pub(crate) fn grid_refinement_converges(subject: &Subject<'_>) -> Outcome {
    const SETTING: &str = "points_per_decade";
    is_no_sample(subject)?;
    let about = subject.about();
    let Some(index) = about.settings.iter().position(|setting| setting.id == SETTING) else {
        return Err(skipped(format!("the model has no setting `{SETTING}`")));
    };
    let (kind, _) = subject.usual()?;
    let output = about.outputs[0].id.clone();
    let history = kind.history(its_temperature(subject));
    let times = [1.0, 100.0, 101.0, 110.0, 200.0, 1000.0, 10_000.0];
    let mut curves = Vec::new();
    for factor in [1.0, 2.0, 4.0] {
        let mut settings = subject.default_settings();
        settings[index] *= factor;
        if !about.settings[index].accepts(settings[index]) {
            return Err(skipped(format!("`{SETTING}` = {} is not accepted", settings[index])));
        }
        curves.push(column(subject, &output, &history, &times, &settings)?);
    }
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let scale = curves[2].iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    let (coarse, fine) = (distance(&curves[0], &curves[1]) / scale, distance(&curves[1], &curves[2]) / scale);
    if fine <= ROUNDING || fine < coarse {
        return passed_with(format!("`{output}` moves by {coarse:.1e} and then by {fine:.1e} of its size"));
    }
    Err(failed(format!(
        "with twice the points `{output}` moves by {coarse:.1e} of its size, with four times by {fine:.1e} more"
    )))
}

pub(crate) fn fictive_temperature_rests_at_equilibrium(subject: &Subject<'_>) -> Outcome {
    /// K. A rest for ever has no rounding to speak of; a long time above the glass transition leaves little.
    const TOLERANCE: f64 = 0.01;
    let temperature = its_temperature(subject) + 40.0;
    let mut history = History::default();
    for (time, kelvin) in [(0.0, temperature - 20.0), (0.0, temperature), (1e4, temperature)] {
        history.push(time, kelvin, Control::Strain, 0.0);
    }
    let values = column(subject, "fictive_temperature", &history, &[1e8], &subject.default_settings())?;
    let difference = values[0] - temperature;
    if difference.abs() > TOLERANCE {
        return Err(failed(format!(
            "1e8 s at {temperature} K, 40 K above its reference, the fictive temperature is {} K",
            values[0]
        )));
    }
    passed()
}
