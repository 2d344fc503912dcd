//! A sample in mean field: all domains of a barrier behave alike, and percolation is that of the Bethe lattice.

use crate::bethe::{self, THRESHOLD};
use crate::exchange::Occupation;
use crate::implicit::Step;
use crate::sample::{Barriers, Rest, Sample};
use crate::trajectory::{Body, State};
use kovacs_core::Control;
use kovacs_sdk::Refusal;

/// A mean-field sample on its way through an experiment.
pub struct MeanField {
    sample: Sample,
    domains: Occupation,
    control: Control,
    /// Stress now, MPa.
    stress: f64,
    /// Stress one step ago, MPa: the next one is guessed from both.
    stress_before: f64,
    state: State,
}

impl MeanField {
    /// A sample at rest before the first node.
    ///
    /// # Errors
    /// Rejects what [`Sample::at_rest`] rejects.
    pub fn new(sample: Sample, barriers: Barriers, control: Control, drive: f64) -> Result<Self, Refusal> {
        let Rest { share, stress } = sample.at_rest(control, drive, THRESHOLD)?;
        let state = State { transformed: share, spanning: bethe::spanning_share(share), flown: 0.0 };
        Ok(MeanField {
            sample,
            domains: Occupation::new(barriers, share),
            control,
            stress,
            stress_before: stress,
            state,
        })
    }
}

impl Body for MeanField {
    fn jump(&mut self, control: Control, drive: f64) {
        self.control = control;
        self.stress = self.sample.observe(control, drive, self.state).stress;
        self.stress_before = self.stress;
    }

    fn step(&mut self, duration: f64, drive: f64) -> Result<(), Refusal> {
        let State { transformed, spanning, flown } = self.state;
        let step = Step {
            sample: &self.sample,
            control: self.control,
            drive,
            duration,
            slowing: self.sample.slowing(transformed > THRESHOLD, spanning, bethe::mean_size(transformed)),
            felt: transformed,
            flown,
        };
        let lost = || Refusal::rejected("stress and percolating share have no common solution within a time step");
        let guess = 2.0 * self.stress - self.stress_before;
        let mut end = step.still(&mut self.domains, guess).ok_or_else(lost)?;
        if end.share > THRESHOLD && self.sample.flow_rate > 0.0 {
            let guess = transformed.max(THRESHOLD).min(end.share);
            end = step.flowing(&mut self.domains, guess, end).ok_or_else(lost)?;
        }
        self.domains.accept();
        (self.stress_before, self.stress) = (self.stress, end.stress);
        self.state =
            State { transformed: end.share, spanning: bethe::spanning_share(end.share), flown: flown + end.flown };
        Ok(())
    }

    fn state(&self) -> State {
        self.state
    }
}
