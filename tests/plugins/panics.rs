//! A model in Rust that panics in the middle of its work.

use kovacs_sdk::{About, Capabilities, Curves, Experiment, Model, Quantity, Refusal, Run};

/// Panics whenever it is evaluated.
struct Panics;

impl Model for Panics {
    const CAPABILITIES: Capabilities = Capabilities { deterministic: true, ..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "org.example.panics",
            name: "Panics",
            version: "1.0.0",
            summary: "a model that breaks",
            citation: "none",
            license: "MIT",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![Quantity::new("day").bounds(0.0, 6.0)]
    }

    fn outputs() -> Vec<Quantity> {
        vec![Quantity::new("stress").unit("MPa")]
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Panics)
    }

    fn bind(&mut self, _experiment: &Experiment<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn evaluate(&mut self, _parameters: &[f64], _out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        panic!("no such day")
    }
}

kovacs_sdk::export_models!(Panics);
