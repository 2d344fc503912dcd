//! What observing a second stage promises to any evaluator, seen with one made for the purpose.

use kovacs_core::model::{
    Batch, Capabilities, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription, RowStatus,
};
use kovacs_core::second_stage::{observe_protocol, observe_stages};
use kovacs_core::{Hump, Protocol, SecondStage, TwoStep, observe_second_stage};

/// Two modes of 1 s and 100 s under exact steps; it keeps what it was asked for.
struct TwoModes {
    description: ModelDescription,
    bound: Option<Experiment>,
    asked: Vec<Vec<f64>>,
    answer: fn(f64) -> f64,
    status: RowStatus,
}

impl TwoModes {
    fn new(continuous: bool) -> Self {
        let word = str::to_owned;
        TwoModes {
            description: ModelDescription {
                id: word("org.example.two_modes"),
                name: word("Two modes"),
                version: word("1.0.0"),
                summary: word("two modes"),
                citation: word("none"),
                license: word("MIT"),
                digest: None,
                path: None,
                parameters: vec![],
                settings: vec![],
                inputs: vec![],
                outputs: vec![],
                presets: vec![],
                capabilities: Capabilities { continuous, ..Capabilities::default() },
            },
            bound: None,
            asked: vec![],
            answer: |value| value,
            status: RowStatus::Done,
        }
    }
}

fn phi(time: f64) -> f64 {
    0.5 * (-time).exp() + 0.5 * (-time / 100.0).exp()
}

impl Evaluator for TwoModes {
    fn description(&self) -> &ModelDescription {
        &self.description
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        self.asked.push(experiment.times.clone());
        self.bound = Some(experiment.clone());
        Ok(())
    }

    fn evaluate(&mut self, _batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        let experiment = self.bound.as_ref().unwrap();
        let nodes = &experiment.history;
        let stress = |(index, &time): (usize, &f64)| {
            let before = experiment.before.get(index).copied().unwrap_or(false);
            let jumps = (1..nodes.len()).filter(|&node| nodes.time[node] == nodes.time[node - 1]);
            let passed = jumps.filter(|&node| nodes.time[node] < time || (nodes.time[node] == time && !before));
            let held = passed.map(|node| (nodes.drive[node] - nodes.drive[node - 1]) * phi(time - nodes.time[node]));
            (self.answer)(held.sum())
        };
        let values = experiment.times.iter().enumerate().map(stress).collect();
        let message = Some("too hot".to_owned());
        Ok(Evaluation { values, jacobian: Vec::new(), status: vec![self.status.clone()], message })
    }
}

const TEST: TwoStep =
    TwoStep { eps1: 1.0, eps2: 0.4, t_w: 3.0, temperature: 300.0, duration: 1e5, ramp: None, dead_time: 0.0 };

#[test]
fn a_continuous_model_is_refined_and_a_stepped_one_is_not() {
    // Closed form of the two-mode peak.
    let (t_p, rise) = (5.051281931061504, 0.264221724592);
    let mut continuous = TwoModes::new(true);
    let stage = observe_second_stage(&mut continuous, &[], &TEST).unwrap();
    // Rounding on the flat top: 1e-8; the height does not feel it.
    assert!((stage.t_p().unwrap() / t_p - 1.0).abs() < 1e-8);
    assert!((stage.delta_sigma().unwrap() / rise - 1.0).abs() < 1e-11);
    assert_eq!(stage.sigma_tw, phi(3.0), "before the step");
    assert_eq!(stage.sigma_0, phi(3.0) - 0.6, "after it");
    assert_eq!(continuous.asked.len(), 4, "the first look, and three times closer");
    assert_eq!(continuous.asked[0][..2], [3.0, 3.0], "with the end of stage one");
    assert_eq!(continuous.asked[0][2], 3.0 + 3e-6, "from a millionth of the waiting time on");

    let mut stepped = TwoModes::new(false);
    let stage = observe_second_stage(&mut stepped, &[], &TEST).unwrap();
    // One parabola through samples 40 to the decade.
    assert!((stage.t_p().unwrap() / t_p - 1.0).abs() < 2e-3);
    assert_eq!(stepped.asked.len(), 1, "a costly model runs once");
    assert_eq!(stepped.asked[0][2], 3.01, "from the first step of stepped models on");
}

#[test]
fn every_stage_after_the_first_has_its_own_hump() {
    let protocol = Protocol::at(300.0).step(1.0).hold(3.0).step(0.4).hold(50.0).step(0.2).hold(1e3);
    let mut model = TwoModes::new(true);
    let stages = observe_stages(&mut model, &[], &protocol, 0.0).unwrap();
    let [(second, first_hump), (third, second_hump)] = stages.as_slice() else { panic!("{stages:?}") };
    assert_eq!((second.start, second.level, third.start, third.level), (3.0, 0.4, 53.0, 0.2));
    assert_eq!(observe_protocol(&mut model, &[], &protocol, 0.0).unwrap(), *first_hump);
    assert!((first_hump.t_p().unwrap() / 5.051281931061504 - 1.0).abs() < 1e-8, "the closed form, as above");
    assert_eq!((second_hump.eps1, second_hump.sigma_tw), (0.4, phi(53.0) - 0.6 * phi(50.0)));
    assert_eq!(second_hump.sigma_0, phi(53.0) - 0.6 * phi(50.0) - 0.2);
    // Of three modes only the slow one is left from the first two steps: the third step alone makes it rise, by a
    // peak where the rates are equal: 0.2 e^-t = (0.6 e^-0.5 + 0.2 - e^-0.53) / 100 e^(-t/100), beyond the fast modes.
    let slow = (-0.53_f64).exp() - 0.6 * (-0.5_f64).exp() - 0.2;
    let t_p = (0.2 / (slow / 100.0)).ln() / (1.0 - 0.01);
    assert!((second_hump.t_p().unwrap() / t_p - 1.0).abs() < 1e-8, "{second_hump:?}");
    let one = Protocol::at(300.0).step(1.0).hold(3.0);
    assert!(observe_stages(&mut model, &[], &one, 0.0).unwrap_err().to_string().contains("1 stages"));
}

#[test]
fn refusals_and_nonsense_become_errors() {
    let error = |change: fn(&mut TwoModes)| {
        let mut model = TwoModes::new(true);
        change(&mut model);
        observe_second_stage(&mut model, &[], &TEST).unwrap_err().to_string()
    };
    assert_eq!(
        error(|model| model.status = RowStatus::Rejected),
        "model `org.example.two_modes` has no answer for these parameters: too hot"
    );
    assert_eq!(
        error(|model| model.answer = |_| f64::NAN),
        "malformed experiment: the stress 0 s after the step is NaN"
    );
    let bad = TwoStep { t_w: -1.0, ..TEST };
    assert_eq!(
        observe_second_stage(&mut TwoModes::new(true), &[], &bad).unwrap_err().to_string(),
        "malformed experiment: t_w = -1 s, but it must be finite and above 0"
    );
}

#[test]
fn ratios_are_guarded() {
    let stage = SecondStage {
        hump: Hump::Peak { t_p: 5.0, delta_sigma: 64.0 },
        sigma_0: 200.0,
        sigma_tw: 320.0,
        dead_time: 0.0,
        eps1: 0.004,
    };
    assert_eq!(stage.relative_height(), Some(0.32));
    assert_eq!(stage.strength(160_000.0), Some(0.1));
    // The stress after the step passes through zero for long waiting times: 0.109 MPa would give 590.
    for sigma_0 in [0.109, 0.0, -20.0] {
        assert_eq!(SecondStage { sigma_0, ..stage }.relative_height(), None, "sigma_0 = {sigma_0}");
    }
    assert_eq!(stage.strength(0.0), None);
    assert_eq!(SecondStage { hump: Hump::NoHump, ..stage }.strength(160_000.0), Some(0.0));
    let rising = SecondStage { hump: Hump::MonotoneRise { until: 1e5, rise: 3.0 }, ..stage };
    assert_eq!((rising.strength(1.0), rising.relative_height()), (None, None));
}
