//! A model with everything a model can have: derivatives of its own, batches on threads, a linear response.

use kovacs_core::linear_response::{Moduli, RelaxationFunction};
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, LinearResponse, Model, Quantity, Refusal, RowSet, Run,
};

/// `stress = modulus * exp(-time / relaxation_time) * strain of the first node`, `seed = seed of the row`; what else it
/// does is said at the constants below.
pub struct Decay {
    times: Vec<f64>,
    /// It computes no derivatives where stress is prescribed.
    differentiable: bool,
    strain: f64,
}

/// A modulus that is refused.
pub const REFUSED: f64 = 100.0;
/// A modulus over which the model panics.
pub const TRIPS: f64 = 200.0;
/// A modulus that `fn batch` forgets.
pub const FORGOTTEN: f64 = 300.0;
/// A modulus over which the model works until it is stopped.
pub const ENDLESS: f64 = 400.0;
/// A relaxation time over which the relaxation function panics.
pub const PHI_TRIPS: f64 = 17.0;
/// A relaxation time over which the linear response panics when it is made.
pub const LINEAR_TRIPS: f64 = 19.0;
/// A relaxation time whose relaxation function panics when it is released.
pub const RELEASE_TRIPS: f64 = 23.0;

impl Decay {
    /// Computes one row.
    fn compute(&self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let (modulus, relaxation_time) = (parameters[0], parameters[1]);
        if modulus == REFUSED {
            return Err(Refusal::rejected("too stiff").param(0));
        }
        assert_ne!(modulus, TRIPS, "the modulus two hundred");
        if modulus == ENDLESS {
            loop {
                std::thread::sleep(std::time::Duration::from_millis(1));
                run.tick(0.5)?;
            }
        }
        if let Some(stress) = out.column(0) {
            for (stress, time) in stress.iter_mut().zip(&self.times) {
                *stress = modulus * (-time / relaxation_time).exp() * self.strain;
            }
        }
        if let Some(seed) = out.column(1) {
            seed.fill(run.seed().map_or(0.0, |seed| seed as f64));
        }
        Ok(())
    }
}

impl Model for Decay {
    const CAPABILITIES: Capabilities = Capabilities {
        batch: true,
        jacobian: true,
        deterministic: true,
        seeded: true,
        threads: true,
        ticks: true,
        continuous: true,
        ..Capabilities::NONE
    };

    fn about() -> About {
        About {
            id: "org.example.decay",
            name: "Decay",
            version: "1.0.0",
            summary: "a Maxwell element with everything a model can have",
            citation: "none",
            license: "MIT",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![
            Quantity::new("modulus").unit("MPa").bounds(0.0, 1000.0).initial(1.0),
            Quantity::new("relaxation_time").unit("s").above(0.0).initial(10.0).logarithmic(),
            Quantity::new("idle").bounds(0.0, 1000.0).integer().initial(0.0),
        ]
    }

    fn outputs() -> Vec<Quantity> {
        vec![Quantity::new("stress").unit("MPa"), Quantity::new("seed")]
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Decay { times: Vec::new(), differentiable: false, strain: 0.0 })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.times = experiment.times().to_vec();
        self.differentiable = experiment.is_strain_controlled();
        self.strain = experiment.drive().first().copied().unwrap_or_default();
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        self.compute(parameters, out, run)
    }

    fn differentiable(&self) -> bool {
        self.differentiable
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        assert!(self.differentiable, "asked for derivatives it had declined");
        self.compute(parameters, out, run)?;
        let (modulus, relaxation_time) = (parameters[0], parameters[1]);
        for (index, time) in self.times.iter().enumerate() {
            let phi = (-time / relaxation_time).exp();
            for (place, &parameter) in wrt.iter().enumerate() {
                let derivative = match parameter {
                    0 => phi,
                    _ => modulus * phi * time / (relaxation_time * relaxation_time),
                };
                if let Some(row) = jacobian.row(0, index) {
                    row[place] = derivative * self.strain;
                }
            }
            if let Some(row) = jacobian.row(1, index) {
                row.fill(0.0);
            }
        }
        Ok(())
    }

    fn batch(&mut self, rows: &mut RowSet<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        if rows.iter_mut().any(|row| row.parameters()[0] == FORGOTTEN) {
            return Ok(());
        }
        rows.spread(run, |parameters, out, run| self.compute(parameters, out, run))
    }

    fn linear(_settings: &[f64], parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        let (modulus, relaxation_time) = (parameters[0], parameters[1]);
        assert_ne!(relaxation_time, LINEAR_TRIPS, "a response that cannot be made");
        if modulus == REFUSED {
            return Some(Err(Refusal::rejected("too stiff").param(0)));
        }
        // Twice as fast at 600 K as at 300 K, so that the temperature is seen to arrive.
        let relaxation_time_here = relaxation_time * 300.0 / temperature;
        Some(Ok(LinearResponse {
            moduli: Moduli { unrelaxed: modulus, relaxed: 0.0 },
            phi: Box::new(Exponential { relaxation_time: relaxation_time_here, trips: relaxation_time }),
            spectrum: vec![(relaxation_time_here, 1.0)],
        }))
    }
}

struct Exponential {
    relaxation_time: f64,
    trips: f64,
}

impl RelaxationFunction for Exponential {
    fn phi(&self, time: f64) -> f64 {
        assert_ne!(self.trips, PHI_TRIPS, "the relaxation time seventeen");
        (-time / self.relaxation_time).exp()
    }

    fn integral(&self, time: f64) -> f64 {
        -self.relaxation_time * (-time / self.relaxation_time).exp_m1()
    }

    fn ln_rate(&self, time: f64) -> f64 {
        -self.relaxation_time.ln() - time / self.relaxation_time
    }

    fn longest_time(&self) -> Option<f64> {
        Some(self.relaxation_time)
    }
}

impl Drop for Exponential {
    fn drop(&mut self) {
        if self.trips == RELEASE_TRIPS {
            panic!("tripped on the way out");
        }
    }
}
