//! The lattice model on the interface: settings, replicas, threads.

use crate::lattice::{Lattice, MOST_BARRIERS};
use crate::parameters::{self, Parameters};
use crate::replicas::replicas;
use crate::sample::{Barriers, Sample};
use crate::schedule::{Division, Schedule};
use crate::soft_domain::{barriers_setting, division_settings};
use crate::trajectory::{self, State};
use kovacs_core::Control;
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Model, Preset, Quantity, Refusal, RowSet, Run};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Soft-domain percolation on the simple cubic lattice.
pub struct SoftDomainLattice {
    division: Division,
    barriers: usize,
    edge: usize,
    replicas: usize,
    schedule: Option<Schedule>,
}

impl SoftDomainLattice {
    fn row(&self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let Some(schedule) = &self.schedule else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        let parameters = Parameters::new(parameters)?;
        if parameters.neighbour_coupling > 0.0 && self.edge % 2 == 1 {
            let message = format!("above 0 needs an even `edge`, but that is {}", self.edge);
            return Err(Refusal::rejected(message).param(parameters::NEIGHBOUR_COUPLING));
        }
        let sample = Sample::new(&parameters, schedule.temperature)?;
        let barriers = Barriers::new(&parameters, schedule.temperature, self.barriers);
        // One seed per replica, all from the seed of the row; a row without a seed has seed 0.
        let mut seeds = Pcg64Mcg::seed_from_u64(run.seed().unwrap_or(0));
        let seeds: Vec<u64> = (0..self.replicas).map(|_| seeds.random()).collect();
        let results = replicas(&seeds, run, |seed, tick| {
            let mut body = Lattice::new(sample, barriers.clone(), self.edge, seed)?;
            let states = trajectory::run(schedule, &mut body, tick)?;
            Ok((body.sample().rest, states))
        })?;
        let share = (results.len() as f64).recip();
        let mut mean = vec![State { transformed: 0.0, spanning: 0.0, flown: 0.0 }; schedule.times.len()];
        let mut rest = 0.0;
        for (replica_rest, states) in &results {
            rest += share * replica_rest;
            for (mean, state) in mean.iter_mut().zip(states) {
                mean.transformed += share * state.transformed;
                mean.spanning += share * state.spanning;
                mean.flown += share * state.flown;
            }
        }
        // Stress and strain are linear in the shares, so those of the mean are the mean of those.
        trajectory::write(schedule, &Sample { rest, ..sample }, &mean, out);
        Ok(())
    }
}

impl Model for SoftDomainLattice {
    const CAPABILITIES: Capabilities = Capabilities {
        deterministic: true,
        seeded: true,
        threads: true,
        batch: true,
        stress: true,
        ticks: true,
        ..Capabilities::NONE
    };

    fn about() -> About {
        About {
            id: "org.kovacs.soft_domain_lattice",
            name: "Soft-domain percolation on a lattice",
            version: env!("CARGO_PKG_VERSION"),
            summary: "two-state soft domains in an elastic matrix that flow where they percolate, on a cubic lattice",
            citation: "a proposal of this project after Harmon et al., Phys. Rev. Lett. 99 (2007) 135502, \
                       doi 10.1103/PhysRevLett.99.135502",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        parameters::quantities()
    }

    fn settings() -> Vec<Quantity> {
        let barriers = barriers_setting((MOST_BARRIERS / 2) as f64);
        let edge = Quantity::new("edge")
            .symbol("L")
            .label("Edge of the lattice")
            .doc("Cells along an edge; the sample has edge^3 of them, at 6 bytes each. Even with a neighbour coupling.")
            .bounds(2.0, 400.0)
            .integer()
            .initial(32.0);
        let replicas = Quantity::new("replicas")
            .label("Replicas")
            .doc("How many samples of different seeds are averaged.")
            .bounds(1.0, 10_000.0)
            .integer()
            .initial(2.0);
        division_settings(20.0).into_iter().chain([barriers, edge, replicas]).collect()
    }

    fn outputs() -> Vec<Quantity> {
        trajectory::outputs()
    }

    fn presets() -> Vec<Preset> {
        parameters::presets()
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        let &[per_decade, first, barriers, edge, replicas] = settings else {
            return Err(Refusal::broken(format!("{} settings, 5 are needed", settings.len())));
        };
        Ok(SoftDomainLattice {
            division: Division { per_decade: per_decade as usize, first },
            barriers: barriers as usize,
            edge: edge as usize,
            replicas: replicas as usize,
            schedule: None,
        })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        let schedule = Schedule::new(experiment, self.division)?;
        let rest = schedule.history.rest.drive;
        if rest != 0.0 {
            let unit = if schedule.history.control == Control::Stress { " MPa" } else { "" };
            return Err(Refusal::rejected(format!(
                "before the first step a value of {rest}{unit} is prescribed, but a lattice starts without stress and strain; \
                 start at 0"
            )));
        }
        self.schedule = Some(schedule);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        self.row(parameters, out, run)
    }

    fn batch(&mut self, rows: &mut RowSet<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        rows.spread(run, |parameters, out, run| self.row(parameters, out, run))
    }
}
