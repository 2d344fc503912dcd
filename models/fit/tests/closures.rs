//! A closure goes through the tools of this crate as a plugin does: they see an evaluator and nothing else.

use kovacs_core::BOLTZMANN;
use kovacs_core::closure::ClosureModel;
use kovacs_core::define::Quantity;
use kovacs_core::glasses::glass;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Protocol, TwoStep};
use kovacs_fit::findings::{FINDINGS, Subject, judge_all};
use kovacs_linear::Kww;
use kovacs_sdk::Local;

/// The ids of `kww`, in another order.
const IDS: [&str; 6] = [
    "stretching_exponent",
    "relaxation_time",
    "unrelaxed_modulus",
    "relaxed_modulus",
    "activation_energy",
    "reference_temperature",
];

/// The stretched exponential as a person would write it in a cell.
fn closure() -> Box<dyn Evaluator> {
    let model = ClosureModel::new(IDS.map(|id| Quantity::new(id).at_least(0.0)), |p, experiment| {
        let Some(temperature) = experiment.constant_temperature() else { return Err("one temperature only".into()) };
        let inverse = 1.0 / temperature - 1.0 / p["reference_temperature"];
        let tau = p["relaxation_time"] * (p["activation_energy"] / BOLTZMANN * inverse).exp();
        let relaxing = p["unrelaxed_modulus"] - p["relaxed_modulus"];
        experiment.superpose(|t| p["relaxed_modulus"] + relaxing * (-(t / tau).powf(p["stretching_exponent"])).exp())
    });
    Box::new(model.expect("a valid definition"))
}

#[test]
fn a_closure_is_judged_as_the_plugin_that_it_repeats() {
    let glass = glass("ti-zr-hf-cu-ni-be").expect("a glass of the paper");
    let kww = Local::<Kww>::new(&[]).expect("it is there");
    let preset = kww.description().preset(glass.id).expect("its values").parameters.clone();
    let value = |id: &str| preset[kww.description().parameter(id).expect("an id of kww")];
    let closure = Subject { evaluator: closure(), parameters: IDS.map(value).to_vec(), glass: *glass };
    let kww = Subject { evaluator: Box::new(kww), parameters: preset.clone(), glass: *glass };
    let columns = judge_all(vec![closure, kww], 1, &|_| true).expect("both are studied");
    let mut compared = 0;
    for (row, (id, _)) in FINDINGS.iter().enumerate() {
        let [closure, kww] = [&columns[0].findings[row], &columns[1].findings[row]];
        // What needs recoveries (stress control) or other moduli asks more of a model than this closure announces.
        let same_tests = closure.numbers.len() == kww.numbers.len()
            && closure
                .numbers
                .iter()
                .zip(&kww.numbers)
                .all(|(a, b)| a.what == b.what && a.values.len() == b.values.len());
        if !same_tests || closure.numbers.is_empty() {
            continue;
        }
        let values = |finding: &kovacs_fit::findings::Finding| -> Vec<Option<f64>> {
            finding.numbers.iter().flat_map(|numbers| numbers.values.clone()).collect()
        };
        let pairs: Vec<_> = values(closure).into_iter().zip(values(kww)).collect();
        if pairs.iter().any(|(closure, kww)| closure.is_none() && kww.is_some()) {
            continue;
        }
        compared += 1;
        assert_eq!(closure.verdict, kww.verdict, "{id}");
        for (closure, kww) in pairs {
            // Both are exact at every time; the search for the peak ends at 1e-9 of its time.
            let (closure, kww) = (closure.unwrap_or(f64::NAN), kww.unwrap_or(f64::NAN));
            assert!((closure / kww - 1.0).abs() < 1e-6 || closure == kww || kww.is_nan(), "{id}: {closure}, not {kww}");
        }
    }
    assert!(compared >= 4, "only {compared} findings were compared");
}

#[test]
fn parameters_are_found_again_by_the_sensitivities_of_a_closure() {
    let test = TwoStep::new(0.005, 0.003, 900.0, 593.0);
    let times: Vec<f64> = (0..40).map(|n| 900.0 + 10_f64.powf(0.1 * f64::from(n))).collect();
    let protocol: Protocol = test.protocol().expect("a valid test");
    let history = protocol.nodes().expect("a valid test");
    let experiment = Experiment { history, times, before: Vec::new(), wanted: vec!["stress".into()] };
    let mut model = closure();
    model.bind(&experiment).expect("strain control at one temperature");
    let truth = [0.5, 1e4, 90_000.0, 45_000.0, 0.0, 593.0];
    let measured = model.evaluate(Batch::new(&truth)).expect("it has an answer").values;
    // Gauss-Newton in the first two parameters, from 20 % off: five steps reach the rounding of the differences.
    let mut values = truth;
    (values[0], values[1]) = (0.6, 8e3);
    for _ in 0..8 {
        let batch = Batch { sensitivities: &[0, 1], ..Batch::new(&values) };
        let here = model.evaluate(batch).expect("it has an answer");
        let (mut normal, mut right) = ([[0.0; 2]; 2], [0.0; 2]);
        for (row, (computed, measured)) in
            here.jacobian.as_chunks::<2>().0.iter().zip(here.values.iter().zip(&measured))
        {
            for i in 0..2 {
                right[i] += row[i] * (measured - computed);
                normal[i] = [normal[i][0] + row[i] * row[0], normal[i][1] + row[i] * row[1]];
            }
        }
        let determinant = normal[0][0] * normal[1][1] - normal[0][1] * normal[1][0];
        values[0] += (right[0] * normal[1][1] - right[1] * normal[0][1]) / determinant;
        values[1] += (right[1] * normal[0][0] - right[0] * normal[1][0]) / determinant;
    }
    assert!((values[0] / 0.5 - 1.0).abs() < 1e-8 && (values[1] / 1e4 - 1.0).abs() < 1e-8, "{values:?}");
}
