//! Derivatives of the runs themselves, against differences of curves.

mod common;

use common::{preset, with};
use kovacs_core::differences::central_differences;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Protocol, TwoStep};
use kovacs_sdk::{Local, Model};
use kovacs_tnm::{Tnm, TnmStrain};

/// Compares every derivative of every output with the difference of curves, scaled by the parameter and the largest
/// value of the output; answers the largest disagreement and the largest derivative, scaled alike.
fn disagreement<M: Model>(model: &mut Local<M>, parameters: &[f64], protocol: &Protocol, times: &[f64]) -> (f64, f64) {
    let description = model.description().clone();
    let wanted: Vec<String> = description.outputs.iter().rev().map(|output| output.id.clone()).collect();
    let outputs = wanted.len();
    let history = protocol.nodes().unwrap();
    model.bind(&Experiment { history, times: times.to_vec(), before: vec![], wanted }).unwrap();
    // Not in the order of the parameters.
    let all: Vec<usize> = (0..parameters.len()).rev().collect();
    let batch = || Batch { sensitivities: &all, ..Batch::new(parameters) };
    let exact = model.evaluate(batch()).unwrap();
    let alone = model.evaluate(Batch::new(parameters)).unwrap();
    assert_eq!(exact.values, alone.values, "curves with derivatives have the bits of those without");
    let differences = central_differences(&description, batch(), |batch| model.evaluate(batch)).unwrap();
    let (mut worst, mut largest) = (0.0f64, 0.0f64);
    for output in 0..outputs {
        let width = times.len();
        let curve = &exact.values[output * width..(output + 1) * width];
        let scale = curve.iter().fold(0.0f64, |scale, value| scale.max(value.abs())).max(1e-300);
        let start = output * width * all.len();
        for (place, (exact, difference)) in
            exact.jacobian[start..].iter().zip(&differences.jacobian[start..]).take(width * all.len()).enumerate()
        {
            let quantity = &description.parameters[all[place % all.len()]];
            let size = parameters[all[place % all.len()]].abs().max(quantity.nominal) / scale;
            worst = worst.max((exact - difference).abs() * size);
            largest = largest.max(exact.abs() * size);
        }
    }
    (worst, largest)
}

#[test]
fn derivatives_under_strain_are_those_of_the_steps() {
    let test = TwoStep { duration: 1e5, ..TwoStep::new(0.005, 0.003, 900.0, 593.0) };
    let times: Vec<f64> = [0.0, 1.0, 899.0].into_iter().chain(log_spaced(900.01, 1e5, 10)).collect();
    for (id, coupling, fictive) in
        [("ti-zr-hf-cu-ni-be", 150.0, None), ("ti-zr-hf-cu-ni-be", -80.0, Some(650.0)), ("fe-zr-b", 20.0, None)]
    {
        let mut model = Local::<TnmStrain>::new(&[]).unwrap();
        let mut changes = vec![("strain_coupling", coupling)];
        changes.extend(fictive.map(|kelvin| ("initial_fictive_temperature", kelvin)));
        let parameters = with(&model, id, &changes);
        let (worst, largest) = disagreement(&mut model, &parameters, &test.protocol().unwrap(), &times);
        // Differences at a step of 6e-6: of second order times a curvature of 1e3, and rounding over the step.
        assert!(largest > 1.0 && worst < 1e-6 * largest, "{id}: {worst:e} of {largest:e}");
    }
}

#[test]
fn without_coupling_the_derivative_by_it_is_that_of_a_clock_that_could_feel_it() {
    let test = TwoStep { duration: 1e5, ..TwoStep::new(0.005, 0.003, 900.0, 593.0) };
    let times: Vec<f64> = log_spaced(900.01, 1e5, 10);
    let mut model = Local::<TnmStrain>::new(&[]).unwrap();
    let parameters = preset(&model, "ti-zr-hf-cu-ni-be");
    let (worst, largest) = disagreement(&mut model, &parameters, &test.protocol().unwrap(), &times);
    // Its steps begin anew at the second strain, those of curves without coupling do not: second order at 60 steps per
    // decade, 2e-5 of the curve.
    assert!(largest > 1.0 && worst < 2e-5 * largest, "{worst:e} of {largest:e}");
    let history = test.protocol().unwrap().nodes().unwrap();
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned()] }).unwrap();
    let by_coupling = |model: &mut Local<TnmStrain>, coupling: f64| {
        let mut parameters = parameters.clone();
        parameters[5] = coupling;
        model.evaluate(Batch { sensitivities: &[5], ..Batch::new(&parameters) }).unwrap().jacobian
    };
    let at_zero = by_coupling(&mut model, 0.0);
    let near = by_coupling(&mut model, 1e-3);
    for (zero, near) in at_zero.iter().zip(&near) {
        // The derivative is continuous there.
        assert!((zero - near).abs() < 1e-5 * at_zero.iter().fold(0.0f64, |top, by| top.max(by.abs())), "{zero} {near}");
    }
}

#[test]
fn derivatives_of_the_fictive_temperature() {
    for (id, middle) in [("pvac", 303.15), ("ps", 355.0), ("b2o3", 545.0)] {
        let quench = Protocol::at(middle + 10.0).temperature_step(middle - 20.0).hold(3.6e5);
        let protocol = quench.temperature_step(middle).hold(3.6e6);
        let times: Vec<f64> = [0.0, 1e3, 3e5].into_iter().chain(log_spaced(3.6e5 + 1.0, 3.9e6, 20)).collect();
        let mut model = Local::<Tnm>::new(&[]).unwrap();
        let parameters = preset(&model, id);
        let (worst, largest) = disagreement(&mut model, &parameters, &protocol, &times);
        // As above; the logarithm of the relaxation time, a difference of two large numbers, is 200 times as sensitive.
        assert!(largest > 0.1 && worst < 1e-5 * largest, "{id}: {worst:e} of {largest:e}");
    }
}

#[test]
fn ramps_and_prescribed_stress_are_left_to_differences() {
    let ramped = TwoStep { ramp: Some(1.0), duration: 1e3, ..TwoStep::new(0.005, 0.003, 90.0, 593.0) };
    let stressed = Protocol::at(593.0).stress_step(100.0).hold(1e3);
    for protocol in [ramped.protocol().unwrap(), stressed] {
        let mut model = Local::<TnmStrain>::new(&[8.0, 1e-2, 0.0]).unwrap();
        let parameters = with(&model, "ti-zr-hf-cu-ni-be", &[("strain_coupling", 100.0)]);
        let (worst, largest) = disagreement(&mut model, &parameters, &protocol, &[0.5, 50.0, 500.0]);
        // They are the differences.
        assert!(worst == 0.0 && largest > 0.1, "{worst:e} {largest:e}");
    }
}
