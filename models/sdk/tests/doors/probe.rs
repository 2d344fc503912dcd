//! A model whose every answer can be foreseen.

use kovacs_core::model::Experiment;
use kovacs_core::{Control, History};
use kovacs_sdk::{About, Capabilities, Curves, Model, Origin, Preset, Quantity, Refusal, Run};

/// `stress = gain * factor * drive`, `seed = seed of the row`; refuses a negative gain and breaks at 100.
pub struct Probe {
    factor: f64,
    drive: Vec<f64>,
}

impl Model for Probe {
    const CAPABILITIES: Capabilities =
        Capabilities { deterministic: true, seeded: true, ticks: true, stress: true, ..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "org.example.probe",
            name: "Probe",
            version: "1.2.3",
            summary: "stress is gain times factor times drive",
            citation: "none",
            license: "MIT",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![Quantity::new("gain").bounds(-10.0, 1000.0).initial(1.0).logarithmic(), Quantity::new("idle").fixed()]
    }

    fn settings() -> Vec<Quantity> {
        vec![Quantity::new("factor").above(0.0).initial(2.0), Quantity::new("kind").choices(&["plain", "ornate"])]
    }

    fn outputs() -> Vec<Quantity> {
        vec![Quantity::new("stress").unit("MPa"), Quantity::new("seed")]
    }

    fn presets() -> Vec<Preset> {
        vec![
            Preset::new("loud", Origin::Estimate).label("Loud").parameter("gain", 5.0),
            Preset::new("louder", Origin::Tuned).parameter("gain", 7.0).setting("factor", 3.0),
        ]
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        if settings[0] > 50.0 {
            return Err(Refusal::rejected("more than the scale has").param(0));
        }
        assert_ne!(settings[0], 50.0, "the factor fifty");
        Ok(Probe { factor: settings[0], drive: Vec::new() })
    }

    fn bind(&mut self, experiment: &kovacs_sdk::Experiment<'_>) -> Result<(), Refusal> {
        if experiment.constant_temperature().is_none() {
            return Err(Refusal::rejected("the temperature must not change"));
        }
        self.drive = (0..experiment.times().len()).map(|index| experiment.drive_at(index)).collect();
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let gain = parameters[0];
        if gain < 0.0 {
            return Err(Refusal::rejected("must not be negative").param(0));
        }
        if gain == 100.0 {
            return Err(Refusal::broken("the needle has left the scale"));
        }
        assert_ne!(gain, 200.0, "the gain two hundred");
        run.tick(0.5)?;
        if let Some(stress) = out.column(0) {
            for (stress, drive) in stress.iter_mut().zip(&self.drive) {
                *stress = gain * self.factor * drive;
            }
        }
        let seed = run.seed().map_or(0.0, |seed| seed as f64);
        if let Some(column) = out.column(1) {
            column.fill(seed);
        }
        Ok(())
    }
}

/// Drive 0 to 1 over 10 s, a jump to 3, held; results before and after the jump, on the ramp and beyond the last node.
pub fn experiment(wanted: &[&str]) -> Experiment {
    let mut history = History::default();
    history.push(0.0, 300.0, Control::Strain, 0.0);
    history.push(10.0, 300.0, Control::Strain, 1.0);
    history.push(10.0, 300.0, Control::Strain, 3.0);
    history.push(20.0, 300.0, Control::Strain, 3.0);
    Experiment {
        history,
        times: vec![0.0, 5.0, 10.0, 10.0, 30.0],
        before: vec![false, false, true, false, false],
        wanted: wanted.iter().map(|&output| output.to_owned()).collect(),
    }
}

/// The drive at the times of [`experiment`].
pub const DRIVE: [f64; 5] = [0.0, 0.5, 1.0, 3.0, 3.0];
