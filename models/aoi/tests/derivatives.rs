//! Derivatives of the model against differences of its curves.

use kovacs_aoi::Aoi;
use kovacs_core::differences::central_differences;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment, RowStatus};
use kovacs_core::{Protocol, TwoStep};
use kovacs_sdk::Local;

fn check(protocol: &Protocol, changes: &[(&str, f64)], tolerance: f64) {
    let mut model = Local::<Aoi>::new(&[]).unwrap();
    let description = model.description().clone();
    let mut parameters = description.preset("ti-zr-hf-cu-ni-be").unwrap().parameters.clone();
    for (id, value) in changes {
        parameters[description.parameter(id).unwrap()] = *value;
    }
    let times = log_spaced(1e-3, 1.2 * protocol.duration(), 5);
    let wanted = vec!["stress".to_owned(), "strain".to_owned()];
    model.bind(&Experiment { history: protocol.nodes().unwrap(), times, before: vec![], wanted }).unwrap();
    let sensitivities: Vec<usize> = (0..description.parameters.len()).collect();
    let batch = || Batch { sensitivities: &sensitivities, ..Batch::new(&parameters) };
    let exact = model.evaluate(batch()).unwrap();
    let differences = central_differences(&description, batch(), |batch| model.evaluate(batch)).unwrap();
    assert_eq!((&exact.status, &differences.status), (&vec![RowStatus::Done], &vec![RowStatus::Done]));
    assert_eq!(exact.values, differences.values, "asking for derivatives changes no curve");
    for (place, quantity) in description.parameters.iter().enumerate() {
        let column = |jacobian: &[f64]| -> Vec<f64> {
            jacobian.iter().skip(place).step_by(sensitivities.len()).copied().collect()
        };
        let (exact, differences) = (column(&exact.jacobian), column(&differences.jacobian));
        let size = differences.iter().fold(1e-9, |size: f64, value| size.max(value.abs()));
        for (index, (exact, difference)) in exact.iter().zip(&differences).enumerate() {
            let off = (exact - difference).abs();
            assert!(off <= tolerance * size, "`{}`, {index}: {exact} {difference}", quantity.id);
        }
    }
}

#[test]
fn derivatives_in_closed_form_are_those_of_the_curves() {
    let steps = TwoStep::new(0.005, 0.003, 900.0, 593.0).protocol().unwrap();
    let ramps = Protocol::at(573.0).ramp(0.005, 30.0).hold(100.0).ramp(-0.003, 2e5).hold(1e6).ramp(0.0, 1.0).hold(1e4);
    for protocol in [steps, ramps] {
        // Differences of barriers of 2 eV at 0.05 eV are good to (6e-6 x 40)^2.
        check(&protocol, &[], 1e-7);
        check(&protocol, &[("flow_barrier", 2.25)], 1e-7);
        // A spectrum narrower than kT / 20: differences of the barriers alone are no longer small.
        check(&protocol, &[("barrier_min", 1.8), ("barrier_max", 1.801)], 1e-6);
    }
    let recovery = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(1e4);
    check(&recovery, &[], 1e-9);
}
