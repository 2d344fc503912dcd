//! Derivatives of a model that computes none itself: differences of its curves, all in one batch.
//!
//! Every wanted parameter is moved to two other values and the derivative is that of the parabola through three points:
//! with displacements `a` and `b` and `f_0`, `f_a`, `f_b`,
//! `f' = [b (f_a - f_0) / a - a (f_b - f_0) / b] / (b - a)` (Abramowitz & Stegun, 25.3.5, for equal steps the central
//! difference). Its error grows as the square of the step and its rounding error as one over it, so the step is the
//! cube root of the machine's precision, 6e-6 of the parameter's size. That is its value, or where the value is smaller its
//! typical magnitude, since an offset may pass through zero. What cannot change its sign is different: a compliance of 1e-5 is no
//! rounding error of a typical 1, and a step of 6e-6 would halve it. Where the range is so wide that it says nothing of the size,
//! it is the value down to a millionth of the typical magnitude; a share from 0 to 1 has its size from its range, and a
//! value of 0 says nothing either. At a bound both values lie on the inner side.
//!
//! This is done here for loaded and for linked models alike, so that they have the same bits. The rows of one
//! parameter vector share its seed, so that the noise of a stochastic model cancels in the difference.

use crate::model::{Batch, Evaluation, EvaluationError, ModelDescription, Quantity, RowStatus, Tick, with_unit};

/// How often a step is quartered before a parameter counts as one that cannot be moved.
const ATTEMPTS: u32 = 16;

/// Part of the typical magnitude that is the least size of a parameter of a wide range which cannot change its sign.
const LEAST_SIZE: f64 = 1e-6;

/// Width of a range in typical magnitudes from which on it says nothing of the size.
const WIDE: f64 = 1e4;

/// Evaluates a batch with derivatives by means of an evaluation without them.
///
/// One batch is asked for: first the rows themselves, then for each row two per wanted parameter. A row is done when
/// all of its own are. Where the model refuses one of the two, the derivative is the one-sided difference to the other.
///
/// # Errors
/// Those of `evaluate`; those of [`Batch::check`], and [`EvaluationError::Malformed`] for a parameter whose bounds
/// leave no room and for a model whose noise nobody seeds.
pub fn central_differences(
    description: &ModelDescription,
    batch: Batch<'_>,
    evaluate: impl FnOnce(Batch<'_>) -> Result<Evaluation, EvaluationError>,
) -> Result<Evaluation, EvaluationError> {
    let rows = batch.check(description)?;
    let Batch { parameters, seeds, max_threads, tick, sensitivities } = batch;
    let capabilities = description.capabilities;
    if capabilities.seeded && !capabilities.deterministic && seeds.is_empty() {
        let what = format!("derivatives of the stochastic model `{}` need a seed for every row", description.id);
        return Err(EvaluationError::Malformed { what });
    }
    let width = description.parameters.len();
    let mut moved = parameters.to_vec();
    let mut moved_seeds = seeds.to_vec();
    let mut displacements = Vec::with_capacity(rows * sensitivities.len());
    for (row, vector) in parameters.chunks_exact(width.max(1)).enumerate() {
        for &index in sensitivities {
            let (Some(&value), Some(quantity)) = (vector.get(index), description.parameters.get(index)) else {
                continue;
            };
            let pair = neighbours(quantity, value)?;
            for neighbour in pair {
                let start = moved.len();
                moved.extend_from_slice(vector);
                moved[start + index] = neighbour;
            }
            displacements.push(pair.map(|neighbour| neighbour - value));
            if let Some(&seed) = seeds.get(row) {
                moved_seeds.extend([seed; 2]);
            }
        }
    }
    // Said once more, so that its lifetime may shrink to that of the rows.
    let tick = tick.map(|tick| tick as Tick<'_>);
    let all = evaluate(Batch { parameters: &moved, seeds: &moved_seeds, max_threads, tick, sensitivities: &[] })?;
    Ok(assemble(description, all, rows, sensitivities, &displacements))
}

/// Two values near `value` that the quantity accepts: one on each side, or both on the side where there is room.
fn neighbours(quantity: &Quantity, value: f64) -> Result<[f64; 2], EvaluationError> {
    let one_sign = quantity.lower >= 0.0 || quantity.upper <= 0.0;
    let wide = quantity.upper - quantity.lower > WIDE * quantity.nominal;
    let by_value = one_sign && wide && value != 0.0;
    let size = value.abs().max(if by_value { LEAST_SIZE } else { 1.0 } * quantity.nominal);
    let mut step = f64::EPSILON.cbrt();
    for _ in 0..ATTEMPTS {
        let at = |steps: f64| {
            if quantity.logarithmic && value > 0.0 { value * (steps * step).exp() } else { value + steps * step * size }
        };
        for sides in [[-1.0, 1.0], [1.0, 2.0], [-1.0, -2.0]] {
            let [first, second] = sides.map(at);
            let distinct = first != value && second != value && first != second;
            if distinct && quantity.accepts(first) && quantity.accepts(second) {
                return Ok([first, second]);
            }
        }
        step /= 4.0;
    }
    let (id, interval, value) = (&quantity.id, quantity.interval(), with_unit(value, &quantity.unit));
    let what = format!(
        "parameter `{id}` = {value} cannot be moved within {interval}, so nothing has a derivative by it; leave it out"
    );
    Err(EvaluationError::Malformed { what })
}

/// Takes the rows of the large batch apart again.
fn assemble(
    description: &ModelDescription,
    all: Evaluation,
    rows: usize,
    sensitivities: &[usize],
    displacements: &[[f64; 2]],
) -> Evaluation {
    let count = sensitivities.len();
    let width = all.values.len().checked_div(all.status.len()).unwrap_or(0);
    let curve = |row: usize| &all.values[row * width..(row + 1) * width];
    let mut jacobian = vec![f64::NAN; rows * width * count];
    let mut status = all.status[..rows].to_vec();
    let mut message = all.message.clone().filter(|_| status.contains(&RowStatus::Rejected));
    for (row, row_status) in status.iter_mut().enumerate() {
        let first = rows + 2 * count * row;
        let own = &all.status[first..first + 2 * count];
        if *row_status != RowStatus::Done {
            continue;
        }
        if own.contains(&RowStatus::Cancelled) {
            *row_status = RowStatus::Cancelled;
            continue;
        }
        let target = &mut jacobian[row * width * count..(row + 1) * width * count];
        for (place, &[a, b]) in displacements[row * count..(row + 1) * count].iter().enumerate() {
            let pair = first + 2 * place;
            let done = [pair, pair + 1].map(|row| all.status[row] == RowStatus::Done);
            let (weight_a, weight_b) = match done {
                [true, true] => (b / (a * (b - a)), -a / (b * (b - a))),
                [true, false] => (1.0 / a, 0.0),
                [false, true] => (0.0, 1.0 / b),
                [false, false] => {
                    *row_status = RowStatus::Rejected;
                    let id = sensitivities.get(place).and_then(|&index| description.parameters.get(index));
                    let id = id.map_or("?", |quantity| quantity.id.as_str());
                    message.get_or_insert_with(|| {
                        format!("row {row}: no derivative with respect to `{id}`: the model refuses its neighbours")
                    });
                    break;
                }
            };
            let values = curve(row).iter().zip(curve(pair)).zip(curve(pair + 1));
            for (derivative, ((&at, &at_a), &at_b)) in target[place..].iter_mut().step_by(count).zip(values) {
                // A curve that was refused is NaN, and its weight of zero would not silence it.
                let from_a = if done[0] { weight_a * (at_a - at) } else { 0.0 };
                let from_b = if done[1] { weight_b * (at_b - at) } else { 0.0 };
                *derivative = from_a + from_b;
            }
        }
    }
    let mut values = all.values;
    values.truncate(rows * width);
    let mut evaluation = Evaluation { values, jacobian, status, message };
    evaluation.blank_unfinished(width, count);
    evaluation
}
