//! Derivatives by differences, for a model that has its own for some experiments only.
//!
//! A model announces `jacobian` once and for all, but may know derivatives in closed form for one kind of history and
//! not for another. For the other kind it calls this and gets what a caller gives to models without derivatives.

use crate::{Curves, Jacobian, Model, Refusal, Run};
use kovacs_core::differences::{neighbours, weights};
use kovacs_core::model::Quantity;
use kovacs_core::refusal::RefusalKind;

/// Does the work of [`Model::jacobian`] by evaluating the model at two neighbours of every parameter in `wrt`.
///
/// # Errors
/// Those of [`Model::evaluate`]; rejects a parameter whose neighbours are both refused.
pub fn by_differences<M: Model>(
    model: &mut M,
    parameters: &[f64],
    wrt: &[usize],
    out: &mut Curves<'_>,
    jacobian: &mut Jacobian<'_>,
    run: &mut Run<'_>,
) -> Result<(), Refusal> {
    model.evaluate(parameters, out, run)?;
    let quantities: Vec<Quantity> = M::parameters().into_iter().map(Quantity::from).collect();
    let mut moved = parameters.to_vec();
    let mut there = [vec![0.0; out.values.len()], vec![0.0; out.values.len()]];
    for (place, &index) in wrt.iter().enumerate() {
        let (Some(&value), Some(quantity)) = (parameters.get(index), quantities.get(index)) else {
            return Err(Refusal::broken(format!("there is no parameter {index}")));
        };
        let pair = neighbours(quantity, value).map_err(|error| Refusal::rejected(error.to_string()))?;
        let mut done = [false; 2];
        for ((neighbour, done), values) in pair.iter().zip(&mut done).zip(&mut there) {
            moved[index] = *neighbour;
            let mut curves = Curves { wanted: out.wanted, points: out.points, values };
            match model.evaluate(&moved, &mut curves, run) {
                Ok(()) => *done = true,
                Err(refusal) if refusal.kind() == RefusalKind::Rejected => {}
                Err(refusal) => return Err(refusal),
            }
        }
        moved[index] = value;
        let Some(weights) = weights(pair.map(|neighbour| neighbour - value), done) else {
            return Err(Refusal::rejected("has no derivative: the model refuses its neighbours").param(index));
        };
        let derivatives = jacobian.values.iter_mut().skip(place).step_by(jacobian.count);
        for (derivative, ((at, at_a), at_b)) in derivatives.zip(out.values.iter().zip(&there[0]).zip(&there[1])) {
            let from = |done: bool, weight: f64, there: f64| if done { weight * (there - at) } else { 0.0 };
            *derivative = from(done[0], weights[0], *at_a) + from(done[1], weights[1], *at_b);
        }
    }
    Ok(())
}
