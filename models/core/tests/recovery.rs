//! What observing a recovery and a relaxation promises to any evaluator, seen with a solid whose answer is known.

use kovacs_core::model::{
    Batch, Capabilities, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription, Quantity, RowStatus,
};
use kovacs_core::{RecoveryTest, observe_recovery, observe_relaxation};

/// A standard linear solid of unit unrelaxed modulus: `E_R` = 0.4, relaxation time 100 s.
struct Zener {
    description: ModelDescription,
    bound: Option<Experiment>,
    broken: bool,
}

const RELAXED: f64 = 0.4;
const TIME: f64 = 100.0;

impl Zener {
    fn new(outputs: &[&str]) -> Self {
        let word = str::to_owned;
        let quantity = |id: &&str| Quantity {
            id: word(id),
            symbol: word(""),
            label: word(""),
            unit: word("1"),
            doc: word(""),
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
            open_lower: false,
            open_upper: false,
            initial: 0.0,
            nominal: 1.0,
            logarithmic: false,
            integer: false,
            fixed: false,
            choices: vec![],
        };
        let description = ModelDescription {
            id: word("org.example.zener"),
            name: word("Zener"),
            version: word("1.0.0"),
            summary: word("a standard linear solid"),
            citation: word("none"),
            license: word("MIT"),
            digest: None,
            path: None,
            parameters: vec![],
            settings: vec![],
            inputs: vec![],
            outputs: outputs.iter().map(quantity).collect(),
            presets: vec![],
            capabilities: Capabilities { stress: true, continuous: true, ..Capabilities::NONE },
        };
        Zener { description, bound: None, broken: false }
    }

    fn value(&self, output: &str, time: f64, before: bool) -> f64 {
        let nodes = &self.bound.as_ref().unwrap().history;
        let unloading = (1..nodes.len()).find(|&node| nodes.control[node] == 1.0).map(|node| nodes.time[node]);
        let eps1 = nodes.drive[1];
        let stress = |time: f64| eps1 * (RELAXED + (1.0 - RELAXED) * (-time / TIME).exp());
        let (sigma, strain) = match unloading {
            // At zero stress the strain decays with the retardation time, tau / E_R.
            Some(start) if time > start || (time == start && !before) => {
                (0.0, (eps1 - stress(start)) * (-(time - start) * RELAXED / TIME).exp())
            }
            _ => (stress(time), eps1),
        };
        match output {
            "stress" => sigma,
            "strain" if self.broken && time > 200.0 => f64::NAN,
            "strain" => strain,
            "strain_elastic" => sigma,
            "strain_anelastic" => strain - sigma,
            _ => 0.0,
        }
    }
}

impl Evaluator for Zener {
    fn description(&self) -> &ModelDescription {
        &self.description
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        self.bound = Some(experiment.clone());
        Ok(())
    }

    fn evaluate(&mut self, _batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        let experiment = self.bound.as_ref().unwrap();
        let at = |id: &String, index: usize| {
            self.value(id, experiment.times[index], experiment.before.get(index).copied().unwrap_or(false))
        };
        let values =
            experiment.wanted.iter().flat_map(|id| (0..experiment.times.len()).map(move |index| at(id, index)));
        let (status, message) = (vec![RowStatus::Done], None);
        Ok(Evaluation { values: values.collect(), jacobian: vec![], status, message })
    }
}

const SPLIT: [&str; 5] = ["stress", "strain", "strain_elastic", "strain_anelastic", "strain_viscoplastic"];

#[test]
fn the_strain_springs_back_and_then_creeps_back() {
    let test = RecoveryTest { duration: 500.0, ..RecoveryTest::new(0.005, 60.0, 300.0) };
    let recovery = observe_recovery(&mut Zener::new(&SPLIT), &[], &test).unwrap();
    let stress = 0.005 * (RELAXED + (1.0 - RELAXED) * (-0.6_f64).exp());
    // Sums of a few rounded numbers.
    assert!((recovery.stress_before - stress).abs() < 1e-17);
    assert!((recovery.strain_0 - (0.005 - stress)).abs() < 1e-17);
    assert!((recovery.elastic() - stress).abs() < 1e-17);
    let left = (0.005 - stress) * (-2.0_f64).exp();
    assert!((recovery.left_at_end() - left).abs() < 1e-16);
    assert!((recovery.recovered_fraction(recovery.left_at_end()) - (1.0 - left / 0.005)).abs() < 1e-13);
    assert_eq!((recovery.times[0], recovery.times.last()), (1e-2, Some(&500.0)));
    let parts = recovery.parts.as_ref().unwrap();
    assert_eq!((parts.anelastic.as_slice(), parts.viscoplastic.len()), (&recovery.strain[..], recovery.times.len()));
    let curve = recovery.curve("zener");
    assert_eq!((curve.check(), curve.x_unit.as_str(), curve.len()), (Ok(()), "s", recovery.times.len()));

    let plain = observe_recovery(&mut Zener::new(&SPLIT[..2]), &[], &test).unwrap();
    assert_eq!(plain.parts, None);
    assert_eq!(plain.strain, recovery.strain);
}

#[test]
fn tests_without_sense_and_strains_without_value_are_refused() {
    let error = |test: RecoveryTest| observe_recovery(&mut Zener::new(&SPLIT), &[], &test).unwrap_err().to_string();
    let test = RecoveryTest::new(0.005, 60.0, 300.0);
    assert!(error(RecoveryTest { eps1: 0.0, ..test }).contains("eps1 = 0"));
    assert!(error(RecoveryTest { t_w: f64::NAN, ..test }).contains("t_w = NaN s"));
    assert!(error(RecoveryTest { temperature: 0.0, ..test }).contains("temperature = 0 K"));
    assert!(error(RecoveryTest { duration: f64::INFINITY, ..test }).contains("duration = inf s"));
    assert!(error(RecoveryTest { first: 3e4, ..test }).contains("first sample = 30000 s"));
    let mut broken = Zener { broken: true, ..Zener::new(&SPLIT) };
    let message = observe_recovery(&mut broken, &[], &test).unwrap_err().to_string();
    assert!(message.contains("s after unloading is NaN"), "{message}");
}

#[test]
fn a_relaxation_starts_with_the_stress_just_after_the_step() {
    let relaxation = observe_relaxation(&mut Zener::new(&SPLIT), &[], 0.005, 300.0, (1.0, 1e4)).unwrap();
    assert_eq!((relaxation.temperature, relaxation.stress_0), (300.0, 0.005));
    assert_eq!(relaxation.times.len(), 161);
    assert_eq!(relaxation.stress[0], 0.005 * (RELAXED + (1.0 - RELAXED) * (-0.01_f64).exp()));
    let window = observe_relaxation(&mut Zener::new(&SPLIT), &[], 0.005, 300.0, (0.0, 1.0)).unwrap_err().to_string();
    assert!(window.contains("first sample = 0 s"), "{window}");
}
