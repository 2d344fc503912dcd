//! A model that is one function: what it computes, what it is not given, and what becomes of its mistakes.

use kovacs_core::closure::{Answer, ClosureModel, Definition, Formula};
use kovacs_core::define::{Origin, Preset, Quantity};
use kovacs_core::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use kovacs_core::refusal::Refusal;
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Control, History, Protocol};

fn modulus() -> Quantity {
    Quantity::new("modulus").unit("MPa").above(0.0).initial(1000.0)
}

fn relaxation_time() -> Quantity {
    Quantity::new("relaxation_time").unit("s").above(0.0).initial(100.0).logarithmic()
}

fn experiment(protocol: &Protocol, times: &[f64], wanted: &[&str]) -> Experiment {
    let history = protocol.nodes().expect("a valid protocol");
    let wanted = wanted.iter().map(|&id| id.to_owned()).collect();
    Experiment { history, times: times.to_vec(), before: Vec::new(), wanted }
}

/// A step to 1 % at 300 K, held for 1000 s.
fn step(times: &[f64], wanted: &[&str]) -> Experiment {
    experiment(&Protocol::at(300.0).step(0.01).hold(1000.0), times, wanted)
}

fn message<F: Formula>(model: &mut ClosureModel<F>, experiment: &Experiment) -> String {
    let defaults = model.description().defaults();
    evaluate_one(model, experiment, &defaults).expect_err("it is refused").to_string()
}

#[test]
fn ramps_and_both_sides_of_a_step_follow_from_the_modulus_alone() {
    // G(t) = exp(-sqrt(t/tau)): its integral is 2 tau [1 - (1 + sqrt x) exp(-sqrt x)] with x = t/tau.
    let (modulus, tau) = (90_000.0, 1e4);
    let integral = |t: f64| 2.0 * tau * (1.0 - (1.0 + (t / tau).sqrt()) * (-(t / tau).sqrt()).exp());
    let relaxing = |t: f64| (-(t / tau).sqrt()).exp();
    let mut history = History::default();
    for (time, strain) in [(0.0, 0.0), (10.0, 0.005), (900.0, 0.005), (900.0, 0.003), (1e6, 0.003)] {
        history.push(time, 593.0, Control::Strain, strain);
    }
    let times = [4.0, 10.0, 10.001, 500.0, 900.0, 900.0, 1e4];
    let experiment = Experiment {
        history,
        times: times.to_vec(),
        before: vec![false, false, false, false, true, false, false],
        wanted: vec!["stress".into(), "strain".into()],
    };
    let exact = |time: f64, stepped: bool| {
        let ramp = if time < 10.0 {
            0.005 / 10.0 * integral(time)
        } else {
            0.005 * (integral(time) - integral(time - 10.0)) / 10.0
        };
        modulus * (ramp - if stepped { 0.002 * relaxing(time - 900.0) } else { 0.0 })
    };
    let mut model = ClosureModel::new([], move |_, experiment| experiment.superpose(|t| modulus * relaxing(t)));
    let model = model.as_mut().expect("a valid definition");
    let values = evaluate_one(model, &experiment, &[]).expect("it takes this");
    for ((&time, &stress), &before) in times.iter().zip(&values).zip(&experiment.before) {
        let expected = exact(time, time >= 900.0 && !before);
        // Gauss-Legendre on panels that double in age; the closed form itself loses five digits at 10.001 s.
        assert!((stress / expected - 1.0).abs() < 1e-8, "at {time} s: {stress}, not {expected}");
    }
    // The strain is prescribed and filled in: exact, up to the rounding of a ramp.
    let strain = &values[times.len()..];
    assert!((strain[0] - 0.002).abs() < 1e-15);
    assert_eq!(strain[1..], [0.005, 0.005, 0.005, 0.005, 0.003, 0.003]);
}

#[test]
fn parameters_come_by_id_and_by_position_and_batches_row_by_row() {
    let mut model = ClosureModel::new([modulus(), relaxation_time()], |p, experiment| {
        assert_eq!((p["modulus"], p.get("relaxation_time"), p.get("tau")), (p[0], Some(p[1]), None));
        if p["modulus"] > 5000.0 {
            return Err(Refusal::from("stiffer than the machine").param(0));
        }
        Ok(experiment.times.iter().map(|t| p["modulus"] * 0.01 * (-t / p[1]).exp()).collect())
    })
    .expect("a valid definition");
    model.bind(&step(&[0.0, 100.0], &["stress"])).expect("it takes this");
    let mut asked = Vec::new();
    let mut tick = |done: f64| {
        asked.push(done);
        done < 0.7
    };
    let parameters = [1000.0, 100.0, 9000.0, 100.0, 2000.0, 50.0, 1000.0, 1.0];
    let evaluation =
        model.evaluate(Batch { tick: Some(&mut tick), ..Batch::new(&parameters) }).expect("refusals are values");
    use RowStatus::{Cancelled, Done, Rejected};
    assert_eq!(evaluation.status, [Done, Rejected, Done, Cancelled]);
    assert_eq!(evaluation.message.as_deref(), Some("row 1: parameter `modulus`: stiffer than the machine"));
    assert_eq!(evaluation.values[..2], [10.0, 10.0 * (-1.0_f64).exp()]);
    assert!(evaluation.values[2..4].iter().chain(&evaluation.values[6..]).all(|value| value.is_nan()));
    assert_eq!(asked, [0.0, 0.25, 0.5, 0.75]);
    let outside = model.evaluate(Batch::new(&[-1.0, 1.0])).expect_err("outside its bounds");
    assert!(matches!(outside, EvaluationError::ParameterOutOfBounds { .. }), "{outside}");
}

#[test]
fn sensitivities_are_differences_of_its_curves() {
    let mut model = ClosureModel::new([modulus(), relaxation_time()], |p, experiment| {
        experiment.superpose(|t| p["modulus"] * (-t / p["relaxation_time"]).exp())
    })
    .expect("a valid definition");
    model.bind(&step(&[50.0, 300.0], &["stress"])).expect("it takes this");
    let batch = Batch { sensitivities: &[1, 0], ..Batch::new(&[1000.0, 100.0]) };
    let jacobian = model.evaluate(batch).expect("it takes these").jacobian;
    let exact = [50.0_f64, 300.0].map(|t| {
        let stress = 10.0 * (-t / 100.0).exp();
        [stress * t / 100.0 / 100.0, stress / 1000.0]
    });
    for (found, expected) in jacobian.iter().zip(exact.as_flattened()) {
        // Steps of 6e-6 of the parameter: errors of 1e-10, and 1e-16 / 6e-6 of rounding.
        assert!((found / expected - 1.0).abs() < 1e-9, "{found}, not {expected}");
    }
    assert_eq!(jacobian.len(), 4);
}

#[test]
fn a_panic_is_an_error_with_its_place_and_the_model_goes_on() {
    let line = line!() + 3;
    let mut model = ClosureModel::new([modulus()], |p, experiment| {
        if p["modulus"] > 1.0 {
            let _ = experiment.times[5];
        }
        Ok(vec![0.0].into())
    })
    .expect("a valid definition");
    let experiment = step(&[1.0], &["stress"]);
    let said = message(&mut model, &experiment);
    assert!(
        said.starts_with("model `cell.closure` failed: panic at ") && said.contains("index out of bounds"),
        "{said}"
    );
    assert!(said.contains(&format!("closure.rs:{line}:")), "{said}");
    assert_eq!(evaluate_one(&mut model, &experiment, &[1.0]), Ok(vec![0.0]));
    let mut unknown = ClosureModel::new([modulus()], |p, _| Ok(vec![p["modulos"]].into())).expect("valid");
    assert!(message(&mut unknown, &experiment).contains("there is no parameter `modulos`; there are: modulus"));
    let mut beyond = ClosureModel::new([modulus()], |p, _| Ok(vec![p[1]].into())).expect("valid");
    assert!(message(&mut beyond, &experiment).contains("there is no parameter 1; there are 1"));
}

#[test]
fn an_answer_is_held_to_the_definition() {
    let experiment = step(&[1.0, 2.0], &["stress"]);
    let of = |answer: Answer| ClosureModel::new([], move |_, _| Ok(answer.clone())).expect("valid");
    let said = message(&mut of(vec![1.0].into()), &experiment);
    assert!(said.contains("1 values of `stress` for 2 times"), "{said}");
    let said = message(&mut of([("strain", vec![1.0; 2])].into()), &experiment);
    assert!(said.contains("`stress` is wanted, and it returned only `strain`"), "{said}");
    let said = message(&mut of([("stress", vec![1.0; 2]), ("heat", vec![1.0; 2])].into()), &experiment);
    assert!(said.contains("`heat`, which is none of its outputs `stress`, `strain`"), "{said}");
    let said = message(&mut of(vec![1.0, f64::NAN].into()), &experiment);
    assert!(said.contains("`stress` = NaN at 2 s"), "{said}");
    let warm = Definition::new("warm").output(Quantity::new("heat").unit("J")).stress_control();
    let mut warm = ClosureModel::new(warm, |_, e| {
        let column = |value: f64| vec![value; e.times.len()];
        Ok([("heat", column(3.0)), ("strain", column(2.0)), ("stress", column(1.0))].into())
    })
    .expect("valid");
    let pulled = experiment_under_stress(&["strain", "heat"]);
    assert_eq!(evaluate_one(&mut warm, &pulled, &[]), Ok(vec![2.0, 3.0]));
    let mut silent = ClosureModel::new(Definition::new("silent").stress_control(), |_, _| Ok(vec![1.0].into()));
    let said = message(silent.as_mut().expect("valid"), &experiment_under_stress(&["strain"]));
    assert!(said.contains("`strain` is wanted"), "{said}");
}

fn experiment_under_stress(wanted: &[&str]) -> Experiment {
    let mut history = History::default();
    history.push(0.0, 300.0, Control::Stress, 5.0);
    history.push(10.0, 300.0, Control::Stress, 5.0);
    Experiment { history, times: vec![1.0], before: Vec::new(), wanted: wanted.iter().map(|&id| id.into()).collect() }
}

#[test]
fn what_the_function_does_not_say_it_can_do_is_refused() {
    let heated =
        experiment(&Protocol::at(300.0).step(0.01).hold(10.0).temperature_ramp(310.0, 10.0), &[1.0], &["stress"]);
    let plain = || ClosureModel::new([], |_, _| Ok(vec![1.0].into())).expect("valid");
    let said = message(&mut plain(), &heated);
    assert!(said.contains("300 K to 310 K") && said.contains("`.changing_temperature()`"), "{said}");
    let said = message(&mut plain(), &experiment_under_stress(&["stress"]));
    assert!(said.contains("stress is prescribed at 0 s") && said.contains("`.stress_control()`"), "{said}");
    let warm = Definition::new("warm").changing_temperature();
    let mut warm = ClosureModel::new(warm, |_, e| Ok(vec![e.temperature_at(0)].into())).expect("valid");
    assert_eq!(evaluate_one(&mut warm, &heated, &[]), Ok(vec![300.0]));
    let mut superposing = ClosureModel::new([], |_, e| e.superpose(|_| 1.0)).expect("valid");
    let mut strained = step(&[1.0], &["stress"]);
    strained.history.drive[0] = 0.001;
    assert!(message(&mut superposing, &strained).contains("begin with strain 0"));
}

#[test]
fn tables_are_checked_and_parameter_sets_resolved() {
    let fault = |definition: Definition| definition.describe().expect_err("crooked").to_string();
    assert!(fault(Definition::new("Power law")).contains("`cell.Power law` is not a reverse domain name"));
    assert!(fault(vec![Quantity::new("Tau")].into()).contains("id `Tau` of a parameter"));
    assert!(fault([modulus(), modulus()].into()).contains("`modulus` occurs twice"));
    assert!(fault([modulus().initial(f64::NAN)].into()).contains("default NaN"));
    assert!(fault(Definition::new("x").output(Quantity::new("stress"))).contains("output `stress` occurs twice"));
    let set = |id: &str| Preset::new("pvc", Origin::Estimate).parameter(id, 2500.0);
    let soft = Definition::new("soft").parameters([modulus(), relaxation_time()]).preset(set("modulus"));
    let description = soft.describe().expect("valid");
    assert_eq!(description.preset("pvc").expect("it is there").parameters, [2500.0, 100.0]);
    assert!(description.parameters[1].logarithmic && description.capabilities.continuous);
    assert!(fault(Definition::new("soft").preset(set("modulus"))).contains("`modulus`, which is unknown"));
}
