//! A closure and the crate made of it: same numbers, same words.

use kovacs_core::closure::ClosureModel;
use kovacs_core::closure::prelude::*;
use kovacs_core::model::{Batch, EvaluationError, Evaluator};
use kovacs_sdk::{About, Bound, Capabilities, Curves, Local, Model, Run};

fn definition() -> Definition {
    Definition::new("stretched")
        .parameter(Quantity::new("modulus").unit("MPa").above(0.0).initial(90_000.0))
        .parameter(Quantity::new("relaxation_time").unit("s").above(0.0).initial(1e4))
        .output(Quantity::new("seeded"))
        .seeded()
}

fn response(p: &Parameters<'_>, experiment: &Experiment) -> Result<Answer, Refusal> {
    let (modulus, tau) = (p["modulus"], p["relaxation_time"]);
    if tau > 1e6 {
        return Err(Refusal::from("longer than anybody waits").param(1));
    }
    if tau < 1.0 {
        panic!("too fast");
    }
    let stress = experiment.superposed_stress(|t| modulus * 0.5 * (1.0 + (-(t / tau).sqrt()).exp()))?;
    let seed = vec![p.seed().map_or(-1.0, |seed| seed as f64); stress.len()];
    Ok([("stress", stress), ("seeded", seed)].into())
}

/// As it is written by `kovacs model new --from-cell`.
#[derive(Default)]
struct Stretched {
    bound: Option<Bound>,
}

impl Model for Stretched {
    const CAPABILITIES: Capabilities = Capabilities { seeded: true, continuous: true, ..Capabilities::NONE };

    fn about() -> About {
        About { id: "cell.stretched", name: "stretched", version: "0.0.0", summary: "", citation: "", license: "" }
    }

    fn parameters() -> Vec<Quantity> {
        definition().parameter_table()
    }

    fn outputs() -> Vec<Quantity> {
        definition().output_table()
    }

    fn presets() -> Vec<Preset> {
        definition().preset_table()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Stretched::default())
    }

    fn bind(&mut self, experiment: &kovacs_sdk::Experiment<'_>) -> Result<(), Refusal> {
        self.bound = Some(Bound::new(&definition(), experiment)?);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        match &self.bound {
            Some(bound) => bound.fill(response, parameters, out, run),
            None => Err(Refusal::broken("evaluated before an experiment was bound")),
        }
    }
}

fn experiment(protocol: Protocol) -> Experiment {
    let history = protocol.nodes().expect("a valid protocol");
    Experiment {
        history,
        times: vec![5.0, 900.0, 900.0, 1e4],
        before: vec![false, true, false, false],
        wanted: ["stress", "seeded", "strain"].map(str::to_owned).into(),
    }
}

#[test]
fn a_crate_made_of_a_closure_gives_its_bits_and_its_words() {
    let closure = &mut ClosureModel::new(definition(), response).expect("valid") as &mut dyn Evaluator;
    let crate_made = &mut Local::<Stretched>::new(&[]).expect("valid") as &mut dyn Evaluator;
    assert_eq!(closure.description(), crate_made.description());

    let test = experiment(Protocol::at(593.0).ramp(0.005, 10.0).hold(890.0).step(0.003).hold(1e5));
    let rows = [90_000.0, 1e4, 1e4, 1e7, 1.0, 10.0];
    let mut both = [closure, crate_made].map(|model| {
        model.bind(&test).expect("both take it");
        let batch = Batch { seeds: &[7, 8, 9], sensitivities: &[1], ..Batch::new(&rows) };
        let evaluation = model.evaluate(batch).expect("a refusal is a value");
        // NaN is not equal to itself; bits are.
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let numbers = (bits(&evaluation.values), bits(&evaluation.jacobian));
        let panicked = model.evaluate(Batch::new(&[1.0, 0.5])).expect_err("it panics");
        assert!(panicked.to_string().contains("bound.rs") && panicked.to_string().contains("too fast"), "{panicked}");
        (numbers, evaluation.status, evaluation.message)
    });
    assert_eq!(both[0], both[1]);
    let message = both[0].2.take().expect("one row is refused");
    assert!(message.contains("parameter `relaxation_time`: longer than anybody waits"), "{message}");
}

#[test]
fn both_refuse_what_the_definition_does_not_announce() {
    let mut closure = ClosureModel::new(definition(), response).expect("valid");
    let mut crate_made = Local::<Stretched>::new(&[]).expect("valid");
    for protocol in [Protocol::at(300.0).stress_step(5.0).hold(1e5), Protocol::at(300.0).temperature_ramp(310.0, 1e5)] {
        let test = experiment(protocol);
        let refusals = [closure.bind(&test), crate_made.bind(&test)].map(|bound| bound.expect_err("refused"));
        assert!(matches!(&refusals[0], EvaluationError::ProtocolRefused { .. }), "{}", refusals[0]);
        assert_eq!(refusals[0], refusals[1]);
    }
}
