//! Derivatives of the linear models against differences of their curves.

use kovacs_core::differences::central_differences;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment, RowStatus};
use kovacs_core::{Protocol, TwoStep};
use kovacs_linear::{Fractional, Kww, Prony};
use kovacs_sdk::{Local, Model};

/// The analytic derivatives of a test, for each parameter set of the model, against differences.
fn check<M: Model>(protocol: &Protocol, times: &[f64], wrt: &[&str], tolerance: f64) {
    let mut model = Local::<M>::new(&[]).unwrap();
    let description = model.description().clone();
    assert!(description.capabilities.jacobian);
    let wanted = vec!["strain".to_owned(), "stress".to_owned()];
    let experiment = Experiment { history: protocol.nodes().unwrap(), times: times.to_vec(), before: vec![], wanted };
    model.bind(&experiment).unwrap();
    let sensitivities: Vec<usize> = wrt.iter().map(|id| description.parameter(id).unwrap()).collect();
    for preset in &description.presets {
        let batch = || Batch { sensitivities: &sensitivities, ..Batch::new(&preset.parameters) };
        let exact = model.evaluate(batch()).unwrap();
        let differences = central_differences(&description, batch(), |batch| model.evaluate(batch)).unwrap();
        assert_eq!((&exact.status, &differences.status), (&vec![RowStatus::Done], &vec![RowStatus::Done]));
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&exact.values), bits(&differences.values), "asking for derivatives changes no curve");
        for (place, id) in wrt.iter().enumerate() {
            let column =
                |jacobian: &[f64]| -> Vec<f64> { jacobian.iter().skip(place).step_by(wrt.len()).copied().collect() };
            let (exact, differences) = (column(&exact.jacobian), column(&differences.jacobian));
            let size = differences.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
            // Stresses of up to 600 MPa are good to 6e-13; the step is 6e-6 of the parameter, and where its range says nothing of
            // its size, as that of moduli, of a millionth of the typical one at least.
            let (value, about) =
                (preset.parameters[sensitivities[place]], &description.parameters[sensitivities[place]]);
            let wide = about.lower >= 0.0 && about.upper > 1e4 * about.nominal && value != 0.0;
            let rounding = 6e-13 / (6e-6 * value.abs().max(if wide { 1e-6 } else { 1.0 } * about.nominal));
            for (index, (exact, difference)) in exact.iter().zip(&differences).enumerate() {
                let off = (exact - difference).abs();
                assert!(off <= tolerance * size + rounding, "{} by `{id}`, {index}: {exact} {difference}", preset.id);
            }
        }
    }
}

const SHIFTED: [&str; 4] = ["activation_energy", "reference_temperature", "unrelaxed_modulus", "relaxed_modulus"];

/// Steps and ramps, short and long against the time since, ten kelvin away from the reference temperature.
fn tests() -> Vec<(Protocol, Vec<f64>)> {
    let steps = TwoStep::new(0.005, 0.003, 900.0, 603.0).protocol().unwrap();
    let ramps = Protocol::at(328.0).ramp(0.005, 30.0).hold(100.0).ramp(-0.003, 2e5).hold(1e6).ramp(0.0, 1.0).hold(1e4);
    [steps, ramps]
        .map(|protocol| {
            let times = log_spaced(1e-2, 1.2 * protocol.duration(), 5);
            (protocol, times)
        })
        .to_vec()
}

#[test]
fn derivatives_in_closed_form_are_those_of_the_curves() {
    for (protocol, times) in tests() {
        // Differences are good to the square of 6e-6, times the curvature, and to rounding divided by 6e-6.
        let stretched = [&["relaxation_time", "stretching_exponent"][..], &SHIFTED].concat();
        check::<Kww>(&protocol, &times, &stretched, 1e-8);
        check::<Fractional>(&protocol, &times, &[&["relaxation_time", "exponent"][..], &SHIFTED].concat(), 1e-8);
        let modes = ["relaxation_time_20", "modulus_20", "modulus_62", "relaxation_time_3", "modulus_3"];
        let shift = ["relaxed_modulus", "activation_energy", "reference_temperature"];
        check::<Prony>(&protocol, &times, &[&modes[..], &shift].concat(), 1e-8);
    }
}

#[test]
fn other_histories_have_their_derivatives_by_differences() {
    let recovery = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(1e4);
    let heated = Protocol::at(593.0).step(0.005).hold(900.0).temperature_ramp(603.0, 60.0).hold(1e4);
    for protocol in [recovery, heated] {
        let times = log_spaced(1.0, 1e4, 3);
        // The same formula on both sides.
        check::<Kww>(&protocol, &times, &["stretching_exponent", "relaxed_modulus"], 0.0);
        check::<Prony>(&protocol, &times, &["modulus_7", "activation_energy"], 0.0);
    }
}
