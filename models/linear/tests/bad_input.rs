//! What a user may send by mistake: refused with name, value and bound, or right.

use kovacs_core::model::{Batch, Evaluator, Experiment, RowStatus};
use kovacs_core::{Control, History, Protocol, TwoStep, observe_second_stage};
use kovacs_linear::{Fractional, Kelvin, Kww, Prony};
use kovacs_sdk::{Local, Model};

fn experiment(history: History, times: Vec<f64>) -> Experiment {
    Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned(), "strain".to_owned()] }
}

fn glass<M: Model>() -> (Local<M>, Vec<f64>) {
    let model = Local::<M>::new(&[]).unwrap();
    let parameters = model.description().preset("pvc").unwrap().parameters.clone();
    (model, parameters)
}

/// Every number of `values` in one parameter: what is said, or whether an answer is finite.
fn parameter_values<M: Model>(id: &str, outside: &[f64]) {
    let (mut model, parameters) = glass::<M>();
    model.bind(&experiment(Protocol::at(318.0).step(0.005).hold(10.0).nodes().unwrap(), vec![1.0])).unwrap();
    let index = model.description().parameter(id).unwrap();
    for &value in outside {
        let mut row = parameters.clone();
        row[index] = value;
        let said = model.evaluate(Batch::new(&row)).unwrap_err().to_string();
        let interval = model.description().parameters[index].interval();
        assert!(said.contains(&format!("parameter `{id}` = ")) && said.ends_with(&interval), "{said}");
    }
}

#[test]
fn parameters_outside_their_bounds_are_named_with_value_and_bound() {
    parameter_values::<Kww>("stretching_exponent", &[0.0, 1.5, -1.0, f64::NAN, f64::INFINITY]);
    parameter_values::<Kww>("reference_temperature", &[0.0, -1.0, 1e5, f64::NAN]);
    parameter_values::<Fractional>("relaxation_time", &[0.0, -1.0, f64::NAN]);
    parameter_values::<Prony>("modulus_3", &[-1.0, f64::NAN]);
    parameter_values::<Kelvin>("fluidity", &[-1.0, f64::NAN]);
}

fn any_model<M: Model>() {
    let (mut model, parameters) = glass::<M>();
    // No strain at all: no stress. As a two-step test it has no second stage to speak of.
    let rest = Protocol::at(318.0).step(0.0).hold(10.0).nodes().unwrap();
    model.bind(&experiment(rest, vec![0.0, 1.0, 20.0])).unwrap();
    assert_eq!(model.evaluate(Batch::new(&parameters)).unwrap().values, [0.0; 6]);
    let said = observe_second_stage(&mut model, &parameters, &TwoStep::new(0.0, 0.0, 300.0, 318.0)).unwrap_err();
    assert!(said.to_string().contains("eps1"), "{said}");

    // No duration: before and after one step, and a history of one node.
    let mut moment = History::default();
    moment.push(0.0, 318.0, Control::Strain, 0.0);
    model.bind(&experiment(moment.clone(), vec![0.0])).unwrap();
    assert_eq!(model.evaluate(Batch::new(&parameters)).unwrap().values, [0.0; 2]);
    moment.push(0.0, 318.0, Control::Strain, 0.004);
    model.bind(&experiment(moment.clone(), vec![0.0])).unwrap();
    let values = model.evaluate(Batch::new(&parameters)).unwrap().values;
    // E_U = 2500 MPa.
    assert!((values[0] - 10.0).abs() < 1e-11 && values[1] == 0.004, "{values:?}");
    model.bind(&experiment(moment.clone(), vec![])).unwrap();
    assert_eq!(model.evaluate(Batch::new(&parameters)).unwrap().status, [RowStatus::Done], "no times, no values");

    // Not numbers, and times out of order.
    let mut broken = moment.clone();
    broken.drive[1] = f64::NAN;
    assert!(model.bind(&experiment(broken, vec![0.0])).unwrap_err().to_string().contains("`drive` of node 1 is NaN"));
    let unsorted = model.bind(&experiment(moment.clone(), vec![2.0, 1.0])).unwrap_err().to_string();
    assert!(unsorted.contains("output time 1 is 1 s, after an output time of 2 s"), "{unsorted}");

    // Near 0 K nothing relaxes, or no number can hold by how much.
    let mut cold = moment;
    cold.temperature.fill(1e-3);
    model.bind(&experiment(cold, vec![1e6])).unwrap();
    let answer = model.evaluate(Batch::new(&parameters)).unwrap();
    assert_eq!(answer.status, [RowStatus::Rejected]);
    let said = answer.message.unwrap();
    assert!(said.contains("`activation_energy`") && said.contains("at 0.001 K"), "{said}");

    // A million points: the ends are those of two points.
    let history = Protocol::at(318.0).step(0.005).hold(300.0).step(0.003).hold(1e5).nodes().unwrap();
    let times: Vec<f64> = (0..1_000_000).map(|index| 0.1 * f64::from(index)).collect();
    model.bind(&experiment(history.clone(), times.clone())).unwrap();
    let many = model.evaluate(Batch::new(&parameters)).unwrap().values;
    model.bind(&experiment(history, vec![times[5], times[999_999]])).unwrap();
    let few = model.evaluate(Batch::new(&parameters)).unwrap().values;
    for (many, few) in [(many[5], few[0]), (many[999_999], few[1])] {
        // Modes carried over a million steps: the rounding of a million products.
        assert!((many / few - 1.0).abs() < 1e-10, "{many} {few}");
    }
}

#[test]
fn experiments_at_the_edge_are_answered_or_refused() {
    any_model::<Kww>();
    any_model::<Fractional>();
    any_model::<Prony>();
    any_model::<Kelvin>();
}

/// Corners of the parameter space, where every quantity takes its bounds, values near them and ordinary ones.
fn corners<M: Model>() {
    let mut model = Local::<M>::new(&[]).unwrap();
    let description = model.description().clone();
    let recovery = Protocol::at(318.0).step(0.005).hold(300.0).stress_step(0.0).hold(1e5).nodes().unwrap();
    let heated = Protocol::at(318.0).ramp(0.005, 1.0).temperature_ramp(328.0, 60.0).stress_step(1.0).hold(1e5);
    let cooled = Protocol::at(328.0).stress_ramp(2.0, 10.0).temperature_ramp(318.0, 60.0).step(0.0).hold(1e5);
    for history in [recovery, heated.nodes().unwrap(), cooled.nodes().unwrap()] {
        let times = vec![0.0, 1e-3, 1.0, 61.0, 301.0, 1e4, 1e9];
        model.bind(&experiment(history, times)).unwrap();
        // A fixed sequence of pseudo-random choices (Knuth's linear congruential generator).
        let mut state = 1_u64;
        let mut choice = |among: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % among
        };
        let mut done = 0;
        for _ in 0..25 {
            let row: Vec<f64> = description
                .parameters
                .iter()
                .map(|quantity| {
                    let value = match choice(6) {
                        0 if !quantity.open_lower => quantity.lower,
                        0 => quantity.lower + f64::MIN_POSITIVE,
                        1 => quantity.upper,
                        2 => quantity.initial * 0.999,
                        _ => quantity.initial,
                    };
                    if quantity.accepts(value) { value } else { quantity.initial }
                })
                .collect();
            // Whatever is asked: finite numbers or a refusal, and never a model that broke.
            let answer = model.evaluate(Batch::new(&row)).unwrap_or_else(|error| panic!("{error} for {row:?}"));
            done += usize::from(answer.status == [RowStatus::Done]);
        }
        assert!(done > 0, "{}: {done} of 25 have an answer", description.id);
    }
}

#[test]
fn corners_of_the_parameter_space_break_nothing() {
    corners::<Kww>();
    corners::<Fractional>();
    corners::<Prony>();
    corners::<Kelvin>();
}
