//! The mean-field model on the interface: settings, binding, evaluation.

use crate::mean_field::{MeanField, Scheme};
use crate::parameters::{self, Parameters};
use crate::sample::{Barriers, Sample};
use crate::schedule::{Division, Schedule};
use crate::trajectory;
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Model, Preset, Quantity, Refusal, Run};

/// Soft-domain percolation in mean field.
pub struct SoftDomain {
    division: Division,
    barriers: usize,
    scheme: Scheme,
    schedule: Option<Schedule>,
}

/// The settings that say how finely time is divided, with this many steps per decade by default.
pub(crate) fn division_settings(per_decade: f64) -> [Quantity; 2] {
    [
        Quantity::new("points_per_decade")
            .label("Steps per decade")
            .doc("Time steps per decade of time since the last change of what is prescribed.")
            .bounds(1.0, 10_000.0)
            .integer()
            .initial(per_decade),
        Quantity::new("first_step")
            .label("First step")
            .unit("s")
            .doc("First time step after a change of what is prescribed.")
            .bounds(1e-12, 1e12)
            .initial(1e-2)
            .logarithmic(),
    ]
}

/// The setting that says how many barriers stand for a Gaussian population, with a largest number.
pub(crate) fn barriers_setting(largest: f64) -> Quantity {
    Quantity::new("barriers")
        .label("Barriers per population")
        .doc("How many evenly spaced barriers stand for each of the two Gaussian populations.")
        .bounds(1.0, largest)
        .integer()
        .initial(81.0)
}

impl Model for SoftDomain {
    const CAPABILITIES: Capabilities =
        Capabilities { deterministic: true, stress: true, ticks: true, ..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "org.kovacs.soft_domain",
            name: "Soft-domain percolation",
            version: env!("CARGO_PKG_VERSION"),
            summary: "two-state soft domains in an elastic matrix that flow where they percolate, in mean field",
            citation: "a proposal of this project after Harmon et al., Phys. Rev. Lett. 99 (2007) 135502, \
                       doi 10.1103/PhysRevLett.99.135502",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        parameters::quantities()
    }

    fn settings() -> Vec<Quantity> {
        let order = Quantity::new("order")
            .label("Order of the time steps")
            .doc("First order is what reference values are stated for; second order needs fewer steps for the same error.")
            .choices(&["first", "second"]);
        division_settings(40.0).into_iter().chain([barriers_setting(10_001.0), order]).collect()
    }

    fn outputs() -> Vec<Quantity> {
        trajectory::outputs()
    }

    fn presets() -> Vec<Preset> {
        parameters::presets()
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        let &[per_decade, first, barriers, order] = settings else {
            return Err(Refusal::broken(format!("{} settings, 4 are needed", settings.len())));
        };
        let division = Division { per_decade: per_decade as usize, first };
        let scheme = if order == 0.0 { Scheme::End } else { Scheme::Linear };
        Ok(SoftDomain { division, barriers: barriers as usize, scheme, schedule: None })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.schedule = Some(Schedule::new(experiment, self.division)?);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let Some(schedule) = &self.schedule else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        let parameters = Parameters::new(parameters)?;
        let sample = Sample::new(&parameters, schedule.temperature)?;
        let barriers = Barriers::new(&parameters, schedule.temperature, self.barriers);
        let mut body =
            MeanField::new(sample, barriers, self.scheme, schedule.history.control, schedule.history.rest.drive)?;
        let states = trajectory::run(schedule, &mut body, &mut |fraction| run.tick(fraction))?;
        trajectory::write(schedule, &sample, &states, out);
        Ok(())
    }
}
