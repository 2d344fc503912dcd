//! Derivatives of the curves with respect to the parameters.

use crate::subject::{Subject, accepted, words};
use crate::verdict::{Finding, Outcome, failed, passed, passed_with, skipped};
use kovacs_abi as abi;
use kovacs_host::probe::{ProbeInstance, RawBatch, RawExperiment, RawResult};

/// Agreement with central differences, relative to the largest derivative of the same curve: a difference of numbers
/// with 16 digits and a step of 1e-5 keeps about ten, and curves are not straight.
const TOLERANCE: f64 = 1e-5;
/// Relative steps of the differences; the best of them counts, because no single one suits every parameter.
const STEPS: [f64; 3] = [1e-4, 1e-5, 1e-6];

fn announced(subject: &Subject<'_>) -> Result<(), Finding> {
    if subject.can().jacobian { Ok(()) } else { Err(skipped("the model does not announce `jacobian`")) }
}

/// An instance that gives derivatives, with its experiment: all outputs, or one alone where the model declines the
/// derivatives of others, which it may.
fn differentiable(subject: &Subject<'_>) -> Result<(ProbeInstance, RawExperiment), Finding> {
    let (_, all) = subject.usual()?;
    let single = all.wanted.iter().map(|&output| RawExperiment { wanted: vec![output], ..all.clone() });
    let mut said = String::new();
    for experiment in std::iter::once(all.clone()).chain(single) {
        let mut instance = subject.instance_bound_to(&experiment)?;
        let (point, seeds) = (subject.about().defaults(), subject.seeds(1));
        subject.step("evaluate with sensitivities");
        let batch = RawBatch { rows: 1, parameters: &point, seeds: &seeds, sensitivities: &[0], ..RawBatch::default() };
        let answer = instance.evaluate(batch).answer;
        if answer.status != abi::E_UNSUPPORTED {
            return Ok((instance, experiment));
        }
        said = words(&answer);
    }
    Err(failed(format!("it announces `jacobian`, and for every experiment of the tests `evaluate` {said}")))
}

fn with_sensitivities(
    subject: &Subject<'_>,
    instance: &mut ProbeInstance,
    point: &[f64],
    sensitivities: &[u32],
) -> Result<RawResult, Finding> {
    let seeds = subject.seeds(1);
    subject
        .step(&format!("evaluate with sensitivities to the parameters {sensitivities:?} at {}", subject.named(point)));
    let batch = RawBatch { rows: 1, parameters: point, seeds: &seeds, sensitivities, ..RawBatch::default() };
    accepted(instance.evaluate(batch))
}

pub(crate) fn agree_with_differences(subject: &Subject<'_>) -> Outcome {
    announced(subject)?;
    let (instance, experiment) = differentiable(subject)?;
    let mut comparison = Comparison { subject, instance, experiment };
    let all: Vec<u32> = (0..subject.about().parameters.len() as u32).collect();
    let (mut compared, mut largest) = (0, 0.0_f64);
    for (name, point) in subject.known_points() {
        let exact = with_sensitivities(subject, &mut comparison.instance, &point, &all)?;
        if exact.status[0] != abi::OK {
            continue;
        }
        for parameter in 0..all.len() {
            let Some(best) = comparison.best(&point, &exact.jacobian, parameter)? else { continue };
            if best.error > TOLERANCE {
                return Err(failed(format!("at {name}, {} (tolerance {TOLERANCE:e} of the largest)", best.words)));
            }
            compared += 1;
            largest = largest.max(best.error);
        }
    }
    if compared == 0 {
        return Err(skipped("no parameter could be moved to both sides at a point with an answer"));
    }
    passed_with(format!("{compared} derivatives, the worst within {largest:.1e} of the largest of its curve"))
}

/// Sensitivities of an instance against differences of its own curves.
struct Comparison<'a, 'b> {
    subject: &'a Subject<'b>,
    instance: ProbeInstance,
    experiment: RawExperiment,
}

/// The worst cell of a comparison.
struct Worst {
    /// Relative to the largest derivative of the curve.
    error: f64,
    words: String,
}

impl Comparison<'_, '_> {
    /// The comparison with the step that suits best; `None` where the parameter cannot be moved to both sides.
    fn best(&mut self, point: &[f64], jacobian: &[f64], parameter: usize) -> Result<Option<Worst>, Finding> {
        let quantity = &self.subject.about().parameters[parameter];
        if quantity.integer {
            return Ok(None);
        }
        let scale = if point[parameter] == 0.0 { quantity.nominal } else { point[parameter].abs() };
        let mut best: Option<Worst> = None;
        for step in STEPS {
            let Some(worst) = self.with_step(point, jacobian, parameter, step * scale)? else { continue };
            if best.as_ref().is_none_or(|best| worst.error < best.error) {
                best = Some(worst);
            }
        }
        Ok(best)
    }

    fn with_step(
        &mut self,
        point: &[f64],
        jacobian: &[f64],
        parameter: usize,
        step: f64,
    ) -> Result<Option<Worst>, Finding> {
        let about = self.subject.about();
        let quantity = &about.parameters[parameter];
        let (mut low, mut high) = (point.to_vec(), point.to_vec());
        low[parameter] -= step;
        high[parameter] += step;
        if !quantity.accepts(low[parameter]) || !quantity.accepts(high[parameter]) {
            return Ok(None);
        }
        let distance = high[parameter] - low[parameter];
        let parameters = [low, high].concat();
        // Both sides share their noise.
        let seeds = if self.subject.can().seeded { vec![1, 1] } else { Vec::new() };
        self.subject.step(&format!("differences in `{}`", quantity.id));
        let batch = RawBatch { rows: 2, parameters: &parameters, seeds: &seeds, ..RawBatch::default() };
        let pair = accepted(self.instance.evaluate(batch))?;
        if pair.status != [abi::OK, abi::OK] {
            return Ok(None);
        }
        let (left, right) = pair.values.split_at(pair.values.len() / 2);
        let points = self.experiment.times.len();
        let mut worst = Worst { error: 0.0, words: String::new() };
        for (position, &output) in self.experiment.wanted.iter().enumerate() {
            let cells = position * points..(position + 1) * points;
            let slope = |cell: usize| (right[cell] - left[cell]) / distance;
            let given = |cell: usize| jacobian[cell * about.parameters.len() + parameter];
            let largest = |value: &dyn Fn(usize) -> f64| cells.clone().map(value).fold(0.0, f64::max);
            let size = largest(&|cell| slope(cell).abs().max(given(cell).abs())).max(f64::MIN_POSITIVE);
            // What the last bits leave in a difference: those of the curve, or of one of its kind that it is a part of.
            let unit = &about.outputs[output as usize].unit;
            let kin = self.experiment.wanted.iter().enumerate();
            let kin = kin.filter(|(_, kin)| about.outputs[**kin as usize].unit == *unit);
            let magnitude = kin.flat_map(|(place, _)| &left[place * points..(place + 1) * points]);
            let rounding = 8.0 * f64::EPSILON * magnitude.fold(0.0_f64, |most, value| most.max(value.abs())) / step;
            for cell in cells.clone() {
                let error = (slope(cell) - given(cell)).abs();
                let error = if error.is_finite() { (error - rounding).max(0.0) / size } else { f64::INFINITY };
                if error > worst.error {
                    let (id, time) = (&about.outputs[output as usize].id, self.experiment.times[cell - cells.start]);
                    let (found, expected) = (given(cell), slope(cell));
                    worst.words = format!(
                        "the derivative of `{id}` with respect to `{}` at {time} s is {found:e}; differences give \
                         {expected:e}",
                        quantity.id
                    );
                    worst.error = error;
                }
            }
        }
        Ok(Some(worst))
    }
}

pub(crate) fn honour_subset_and_order(subject: &Subject<'_>) -> Outcome {
    /// Of the largest derivative of a parameter: several at once may be added up in another order.
    const TOLERANCE: f64 = 1e-9;
    announced(subject)?;
    let (mut instance, _) = differentiable(subject)?;
    let count = subject.about().parameters.len();
    let point = subject.about().defaults();
    let all: Vec<u32> = (0..count as u32).collect();
    let full = with_sensitivities(subject, &mut instance, &point, &all)?;
    let plain = subject.evaluate(&mut instance, std::slice::from_ref(&point))?;
    crate::subject::same_bits("with sensitivities and without", &full, &plain)?;
    let cells = full.values.len();
    let size = |parameter: usize| {
        (0..cells).map(|cell| full.jacobian[cell * count + parameter].abs()).fold(f64::MIN_POSITIVE, f64::max)
    };
    let reversed: Vec<u32> = all.iter().rev().copied().collect();
    let alone = all.iter().map(|&index| vec![index]);
    for some in alone.chain([reversed]) {
        let part = with_sensitivities(subject, &mut instance, &point, &some)?;
        for (position, &index) in some.iter().enumerate() {
            let allowed = TOLERANCE * size(index as usize);
            for cell in 0..cells {
                let expected = full.jacobian[cell * count + index as usize];
                let found = part.jacobian[cell * some.len() + position];
                let difference = (expected - found).abs();
                if difference.is_nan() || difference > allowed {
                    let id = &subject.about().parameters[index as usize].id;
                    return Err(failed(format!(
                        "asked for the parameters {some:?}, the derivative with respect to `{id}` in cell {cell} is \
                         {found:e}; asked for all of them it is {expected:e}"
                    )));
                }
            }
        }
    }
    passed_with(format!("{count} parameters, one by one and in reverse"))
}

pub(crate) fn refused_if_not_announced(subject: &Subject<'_>) -> Outcome {
    if subject.can().jacobian {
        return Err(skipped("the model announces `jacobian`"));
    }
    if subject.about().parameters.is_empty() {
        return Err(skipped("the model has no parameters"));
    }
    let (mut instance, _) = subject.bound()?;
    let (point, seeds) = (subject.about().defaults(), subject.seeds(1));
    subject.step("evaluate with sensitivities that are not announced");
    let result = instance.evaluate(RawBatch {
        rows: 1,
        parameters: &point,
        seeds: &seeds,
        sensitivities: &[0],
        ..RawBatch::default()
    });
    if result.answer.status == abi::E_UNSUPPORTED {
        return passed();
    }
    Err(failed(format!(
        "asked for sensitivities that it does not announce, `evaluate` {}; it must answer E_UNSUPPORTED",
        words(&result.answer)
    )))
}
