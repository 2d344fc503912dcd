//! What the numbers of a model promise.

use super::life_cycle::finite;
use crate::experiments::{self, Kind};
use crate::subject::{Budget, Subject, accepted, points, same_bits, words};
use crate::verdict::{Finding, Outcome, failed, passed, passed_with, skipped};
use kovacs_abi as abi;
use kovacs_core::model::Evaluator;
use kovacs_host::probe::{ProbeInstance, RawBatch, RawExperiment, RawResult};
use rand::RngExt;

/// The extension for models with a linear relaxation function.
const LINEAR: &str = "kovacs.linear/1";
/// Random points of a test, if time allows.
const POINTS: usize = 500;
/// Corners of the box of bounds, at most.
const CORNERS: usize = 256;

pub(crate) fn finite_at_defaults(subject: &Subject<'_>) -> Outcome {
    let (mut instance, experiment) = subject.bound()?;
    let result = subject.evaluate(&mut instance, &[subject.about().defaults()])?;
    done(&result, "the defaults")?;
    finite(subject, "at the defaults", &experiment, &result)?;
    passed()
}

/// The first row has an answer.
fn done(result: &RawResult, point: &str) -> Result<(), Finding> {
    if result.status.first() == Some(&abi::OK) {
        return Ok(());
    }
    let said = result.answer.message.as_deref().unwrap_or_default();
    Err(failed(format!("no answer at {point}: {said}")))
}

pub(crate) fn finite_at_parameter_sets(subject: &Subject<'_>) -> Outcome {
    if subject.about().presets.is_empty() {
        return Err(skipped("the model has no parameter sets"));
    }
    for (position, (name, point)) in subject.known_points().into_iter().enumerate() {
        // The first one is the defaults; each set has a temperature and may bring its own settings.
        let preset = position.checked_sub(1).and_then(|index| subject.about().presets.get(index));
        let settings = preset.and_then(|preset| preset.settings.clone()).unwrap_or_else(|| subject.default_settings());
        let (_, experiment) = subject.usual_for(preset)?;
        let mut instance = subject.instance_with(&settings)?;
        subject.bind(&mut instance, &experiment)?;
        let result = subject.evaluate(&mut instance, &[point])?;
        done(&result, &name)?;
        finite(subject, &format!("at {name}"), &experiment, &result)?;
    }
    passed()
}

pub(crate) fn rows_get_their_status(subject: &Subject<'_>) -> Outcome {
    let (mut instance, _) = subject.bound()?;
    let points = subject.few_points(5);
    let parameters = points.concat();
    let seeds = subject.seeds(points.len());
    subject.step("evaluate of five rows");
    let result = instance.evaluate(RawBatch {
        rows: points.len(),
        parameters: &parameters,
        seeds: &seeds,
        ..RawBatch::default()
    });
    if result.answer.status == abi::CANCELLED {
        return Err(failed("`evaluate` answers CANCELLED although nobody asked it to stop"));
    }
    accepted(result)?;
    passed()
}

pub(crate) fn finite_or_refused_within_bounds(subject: &Subject<'_>) -> Outcome {
    let (mut instance, experiment) = subject.bound()?;
    let mut random = subject.random();
    let budget = Budget::start();
    let mut tried = 0;
    let mut refused = 0;
    let mut slow = false;
    let corners = corners(subject, &mut random);
    let total = POINTS + corners.len();
    let random_points = (0..POINTS).map(|_| None);
    // Corners first: they are fewer and worse.
    for corner in corners.into_iter().map(Some).chain(random_points) {
        if budget.is_spent() {
            slow = true;
            break;
        }
        let point = corner.unwrap_or_else(|| subject.random_point(&mut random));
        let result = subject.evaluate(&mut instance, std::slice::from_ref(&point))?;
        finite(subject, &format!("at {}", subject.named(&point)), &experiment, &result)?;
        tried += 1;
        refused += usize::from(result.status.first() != Some(&abi::OK));
    }
    let of = if slow { format!(" of {total}, because the model is slow") } else { String::new() };
    passed_with(format!("{tried} points{of}; {refused} of them refused"))
}

/// Corners of the box of bounds: all of them, or as many as are affordable, drawn at random.
fn corners(subject: &Subject<'_>, random: &mut rand::rngs::SmallRng) -> Vec<Vec<f64>> {
    let ends: Vec<[f64; 2]> = subject.about().parameters.iter().map(points::ends).collect();
    let all = 1_usize.checked_shl(ends.len() as u32).filter(|&count| count <= CORNERS);
    let corner = |choice: &mut dyn FnMut(usize) -> bool| -> Vec<f64> {
        ends.iter().enumerate().map(|(index, end)| end[usize::from(choice(index))]).collect()
    };
    match all {
        Some(count) => (0..count).map(|bits| corner(&mut |index| bits >> index & 1 == 1)).collect(),
        None => (0..CORNERS).map(|_| corner(&mut |_| random.random::<bool>())).collect(),
    }
}

pub(crate) fn refuses_outside_bounds(subject: &Subject<'_>) -> Outcome {
    let (mut instance, _) = subject.bound()?;
    let about = subject.about();
    let mut tried = 0;
    for (index, quantity) in about.parameters.iter().enumerate() {
        for value in points::outside(quantity) {
            let mut point = about.defaults();
            point[index] = value;
            must_refuse(subject, &mut instance, &point, || {
                format!("`{}` = {value:e}, outside {}", quantity.id, quantity.interval())
            })?;
            tried += 1;
        }
    }
    if tried == 0 { Err(skipped("no parameter has a bound")) } else { passed() }
}

pub(crate) fn refuses_what_is_no_number(subject: &Subject<'_>) -> Outcome {
    let (mut instance, _) = subject.bound()?;
    let about = subject.about();
    if about.parameters.is_empty() {
        return Err(skipped("the model has no parameters"));
    }
    for (index, quantity) in about.parameters.iter().enumerate() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut point = about.defaults();
            point[index] = value;
            must_refuse(subject, &mut instance, &point, || format!("`{}` = {value}", quantity.id))?;
        }
    }
    passed()
}

/// A point that must not get an answer, and after which the instance still works.
fn must_refuse(
    subject: &Subject<'_>,
    instance: &mut ProbeInstance,
    point: &[f64],
    what: impl Fn() -> String,
) -> Result<(), Finding> {
    let seeds = subject.seeds(1);
    subject.step(&format!("evaluate with {}", what()));
    let result = instance.evaluate(RawBatch { rows: 1, parameters: point, seeds: &seeds, ..RawBatch::default() });
    match result.answer.status {
        abi::OK if result.status[0] == abi::REJECTED => Ok(()),
        abi::REJECTED | abi::E_ARGUMENT => Ok(()),
        abi::OK => Err(failed(format!("with {}, the row is answered; it must be REJECTED", what()))),
        _ => Err(failed(format!("with {}, `evaluate` {}; it must refuse the row", what(), words(&result.answer)))),
    }
}

pub(crate) fn batch_equals_rows(subject: &Subject<'_>) -> Outcome {
    subject.must_repeat()?;
    let (mut instance, experiment) = subject.bound()?;
    // A row that may be refused in the middle: the others must not notice.
    let mut rows = subject.few_points(7);
    let ends: Vec<f64> = subject.about().parameters.iter().map(|quantity| points::ends(quantity)[0]).collect();
    rows.insert(rows.len() / 2, ends);
    let batch = subject.evaluate(&mut instance, &rows)?;
    let seeds = subject.seeds(rows.len());
    let width = experiment.wanted.len() * experiment.times.len();
    for (row, point) in rows.iter().enumerate() {
        subject.step(&format!("evaluate of row {row} alone"));
        let seed = seeds.get(row..row + 1).unwrap_or_default();
        let single =
            accepted(instance.evaluate(RawBatch { rows: 1, parameters: point, seeds: seed, ..RawBatch::default() }))?;
        let part = RawResult {
            values: batch.values[row * width..(row + 1) * width].to_vec(),
            status: vec![batch.status[row]],
            ..batch.clone()
        };
        same_bits(&format!("row {row} in a batch of {} and alone", rows.len()), &part, &single)?;
    }
    passed()
}

pub(crate) fn repeats(subject: &Subject<'_>) -> Outcome {
    subject.must_repeat()?;
    let (mut instance, experiment) = subject.bound()?;
    let rows = subject.few_points(5);
    let first = subject.evaluate(&mut instance, &rows)?;
    let mut other = rows.clone();
    other.reverse();
    subject.evaluate(&mut instance, &other)?;
    let again = subject.evaluate(&mut instance, &rows)?;
    same_bits("the same call twice", &first, &again)?;
    let mut fresh = subject.instance_bound_to(&experiment)?;
    let elsewhere = subject.evaluate(&mut fresh, &rows)?;
    same_bits("the same call on two instances", &first, &elsewhere)
}

pub(crate) fn seeds_decide(subject: &Subject<'_>) -> Outcome {
    if !subject.can().seeded {
        return Err(skipped("the model does not announce `seeded`"));
    }
    let (mut instance, _) = subject.bound()?;
    let points = subject.known_points();
    let mut differ = false;
    let budget = Budget::start();
    for (name, point) in points.iter().filter(|_| !budget.is_spent()) {
        subject.step(&format!("evaluate at {name} with two seeds"));
        let mut with = |seeds: &[u64]| {
            let parameters = point.repeat(seeds.len());
            let batch = RawBatch { rows: seeds.len(), parameters: &parameters, seeds, ..RawBatch::default() };
            accepted(instance.evaluate(batch))
        };
        let two = with(&[7, 8])?;
        let swapped = with(&[8, 7])?;
        let width = two.values.len() / 2;
        for (seed, left, right) in
            [(7, &two.values[..width], &swapped.values[width..]), (8, &two.values[width..], &swapped.values[..width])]
        {
            if left.iter().zip(right).any(|(a, b)| a.to_bits() != b.to_bits()) {
                return Err(failed(format!(
                    "at {name}, seed {seed} gives one curve in the first row and another one in the second"
                )));
            }
        }
        differ |= two.values[..width] != two.values[width..];
    }
    if differ { passed() } else { Err(failed("two seeds give the same bits at every known point")) }
}

pub(crate) fn wanted_outputs_stand_alone(subject: &Subject<'_>) -> Outcome {
    /// A model may take another way for outputs that cost more: modes instead of a closed form.
    const TOLERANCE: f64 = 1e-6;
    subject.must_repeat()?;
    let (mut instance, experiment) = subject.bound()?;
    let outputs = experiment.wanted.len();
    if outputs < 2 {
        return Err(skipped("the model has one output"));
    }
    let point = [subject.about().defaults()];
    let all = subject.evaluate(&mut instance, &point)?;
    let points = experiment.times.len();
    let column = |result: &RawResult, index: usize| result.values[index * points..(index + 1) * points].to_vec();
    let alone = (0..outputs as u32).map(|output| vec![output]);
    let mut worst = 0.0_f64;
    for wanted in alone.chain([(0..outputs as u32).rev().collect()]) {
        let some = RawExperiment { wanted: wanted.clone(), ..experiment.clone() };
        subject.bind(&mut instance, &some)?;
        let result = subject.evaluate(&mut instance, &point)?;
        for (position, &output) in wanted.iter().enumerate() {
            let (left, right) = (column(&all, output as usize), column(&result, position));
            let size = left.iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
            // `max` passes over NaN, which is as far from a number as can be.
            let distance =
                |(a, b): (&f64, &f64)| if (a - b).is_finite() { (a - b).abs() / size } else { f64::INFINITY };
            let difference = left.iter().zip(&right).map(distance).fold(0.0, f64::max);
            if difference > TOLERANCE {
                let id = &subject.about().outputs[output as usize].id;
                return Err(failed(format!(
                    "output `{id}` differs by {difference:.1e} of its size when the outputs {wanted:?} are wanted"
                )));
            }
            worst = worst.max(difference);
        }
    }
    if worst == 0.0 { passed() } else { passed_with(format!("within {worst:.1e} of the size of an output")) }
}

pub(crate) fn linear_response_gives_the_stress(subject: &Subject<'_>) -> Outcome {
    /// A model may compute its curves from modes that approximate the relaxation function.
    const TOLERANCE: f64 = 1e-6;
    if !subject.probe().has_extension(LINEAR) {
        return Err(skipped(format!("the model does not offer `{LINEAR}`")));
    }
    let about = subject.about();
    let Some(stress) = about.output("stress") else { return Err(skipped("the model has no output `stress`")) };
    let temperature = experiments::usual_temperature(about);
    let usual = experiments::raw(about, &Kind::OneStep.history(temperature));
    let experiment = RawExperiment { wanted: vec![stress as u32], ..usual };
    let mut instance = subject.instance()?;
    subject.step("bind of one step of strain");
    if instance.bind(&experiment).status != abi::OK {
        return Err(skipped("the model takes no step of strain"));
    }
    let point = about.defaults();
    let curve = subject.evaluate(&mut instance, std::slice::from_ref(&point))?;
    subject.step("the linear response at the defaults");
    let host = subject.probe().handle().instance(&subject.default_settings());
    let host = host.map_err(|error| failed(error.to_string()))?;
    let response = match host.linear(&point, temperature) {
        Some(response) => response.map_err(|error| failed(format!("no linear response at the defaults: {error}")))?,
        None => return Err(failed(format!("it offers `{LINEAR}` and has no linear response"))),
    };
    let (moduli, strain) = (response.moduli, 0.01);
    for (index, &time) in experiment.times.iter().enumerate().filter(|(index, _)| experiment.before[*index] == 0) {
        let expected = strain * (moduli.relaxed + (moduli.unrelaxed - moduli.relaxed) * response.phi.phi(time));
        let found = curve.values[index];
        let difference = (found - expected).abs();
        if difference.is_nan() || difference > TOLERANCE * strain * moduli.unrelaxed {
            return Err(failed(format!(
                "{time} s after a step of 1 %, the stress is {found:e} MPa; moduli and phi of `{LINEAR}` make it \
                 {expected:e} MPa"
            )));
        }
    }
    passed()
}

pub(crate) fn writes_within_its_arrays(subject: &Subject<'_>) -> Outcome {
    trespasses(subject, |trespass| trespass.contains("past the end") || trespass.contains("before the beginning"))
}

pub(crate) fn leaves_inputs_alone(subject: &Subject<'_>) -> Outcome {
    trespasses(subject, |trespass| trespass.contains("may only read"))
}

/// Looks for one kind of trespass in all calls of one life.
fn trespasses(subject: &Subject<'_>, counts: fn(&str) -> bool) -> Outcome {
    let (_, experiment) = subject.usual()?;
    let mut seen = Vec::new();
    let settings = subject.default_settings();
    subject.step("create");
    let (answer, instance) = subject.probe().create(&settings);
    seen.push(("`create`", answer));
    let Some(mut instance) = instance else { return Err(failed("`create` gives no instance")) };
    subject.step("bind");
    seen.push(("`bind`", instance.bind(&experiment)));
    for count in [0, 1, 3] {
        let points = subject.few_points(count);
        let (parameters, seeds) = (points.concat(), subject.seeds(count));
        subject.step(&format!("evaluate of {count} rows"));
        let batch = RawBatch { rows: count, parameters: &parameters, seeds: &seeds, ..RawBatch::default() };
        seen.push(("`evaluate`", instance.evaluate(batch).answer));
    }
    if subject.can().jacobian {
        let all: Vec<u32> = (0..subject.about().parameters.len() as u32).collect();
        let (parameters, seeds) = (subject.about().defaults(), subject.seeds(1));
        subject.step("evaluate with sensitivities");
        let batch =
            RawBatch { rows: 1, parameters: &parameters, seeds: &seeds, sensitivities: &all, ..RawBatch::default() };
        seen.push(("`evaluate` with sensitivities", instance.evaluate(batch).answer));
    }
    for (call, answer) in seen {
        if let Some(trespass) = answer.trespass.filter(|trespass| counts(trespass)) {
            return Err(failed(format!("{call}: {trespass}")));
        }
    }
    passed()
}
