//! A plugin whose model panics where its setting says. Built as an example target, because that is how cargo builds a
//! shared library for a test.

use kovacs_sdk::{About, Capabilities, Curves, Experiment, Model, Quantity, Refusal, Run};

/// Panics in one of its functions.
struct Clumsy {
    trips_in: f64,
}

const IN_NEW: f64 = 1.0;
const IN_BIND: f64 = 2.0;
const IN_EVALUATE: f64 = 3.0;
const IN_DROP: f64 = 4.0;

impl Model for Clumsy {
    const CAPABILITIES: Capabilities = Capabilities { deterministic: true, ticks: true, ..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "org.example.clumsy",
            name: "Clumsy",
            version: "1.0.0",
            summary: "panics where its setting says",
            citation: "none",
            license: "MIT",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![Quantity::new("value").at_most(10.0)]
    }

    fn settings() -> Vec<Quantity> {
        vec![Quantity::new("trips_in").choices(&["nothing", "new", "bind", "evaluate", "drop"])]
    }

    fn outputs() -> Vec<Quantity> {
        vec![Quantity::new("stress").unit("MPa")]
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        assert_ne!(settings[0], IN_NEW, "tripped while starting");
        Ok(Clumsy { trips_in: settings[0] })
    }

    fn bind(&mut self, _experiment: &Experiment<'_>) -> Result<(), Refusal> {
        assert_ne!(self.trips_in, IN_BIND, "tripped over the experiment");
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        run.tick(0.5)?;
        if self.trips_in == IN_EVALUATE && parameters[0] > 1.0 {
            // Longer than the interface can carry, and with a character that must not be cut in two.
            panic!("{}", "größe ".repeat(200));
        }
        for (_output, stress) in out.iter_mut() {
            stress.fill(parameters[0]);
        }
        Ok(())
    }
}

impl Drop for Clumsy {
    fn drop(&mut self) {
        if self.trips_in == IN_DROP {
            panic!("tripped on the way out");
        }
    }
}

kovacs_sdk::export_models!(Clumsy);
