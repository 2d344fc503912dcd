//! A sample in mean field: all domains of a barrier behave alike, and percolation is that of the Bethe lattice.

use crate::bethe::{self, THRESHOLD};
use crate::exchange::Occupation;
use crate::implicit::{Start, Step};
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
    /// Stress (MPa) and share one, two and three steps ago: the next ones are guessed from them.
    before: [(f64, f64); 3],
    state: State,
    scheme: Scheme,
    /// Share and length (s) of the step before, if nothing has jumped since.
    last: Option<(f64, f64)>,
}

/// How a time step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Stress and percolating share at their end values: first order.
    End,
    /// `n_eq` linear between start and end, rates at their means: second order.
    Linear,
}

impl MeanField {
    /// A sample at rest before the first node.
    ///
    /// # Errors
    /// Rejects what [`Sample::at_rest`] rejects.
    pub fn new(
        sample: Sample,
        barriers: Barriers,
        scheme: Scheme,
        control: Control,
        drive: f64,
    ) -> Result<Self, Refusal> {
        let Rest { share, stress } = sample.at_rest(control, drive, THRESHOLD)?;
        let state = State { transformed: share, spanning: bethe::spanning_share(share), flown: 0.0 };
        Ok(MeanField {
            sample,
            domains: Occupation::new(barriers, share),
            control,
            stress,
            before: [(stress, share); 3],
            state,
            scheme,
            last: None,
        })
    }
}

impl Body for MeanField {
    fn jump(&mut self, control: Control, drive: f64) {
        self.control = control;
        self.stress = self.sample.observe(control, drive, self.state).stress;
        self.before = [(self.stress, self.state.transformed); 3];
        self.last = None;
    }

    fn step(&mut self, duration: f64, drive: f64) -> Result<(), Refusal> {
        let State { transformed, spanning, flown } = self.state;
        // The share that neighbours and clusters have: at the start, or, in second order, halfway as far as can be seen.
        let felt = match (self.scheme, self.last) {
            (Scheme::Linear, Some((before, length))) => {
                (transformed + 0.5 * (transformed - before) * (duration / length)).clamp(0.0, 1.0)
            }
            _ => transformed,
        };
        let step = Step {
            sample: &self.sample,
            control: self.control,
            drive,
            duration,
            slowing: self.sample.slowing(felt > THRESHOLD, bethe::spanning_share(felt), bethe::mean_size(felt)),
            felt,
            flown,
            start: (self.scheme == Scheme::Linear).then_some(Start { stress: self.stress, spanning }),
        };
        let lost = || Refusal::rejected("stress and percolating share have no common solution within a time step");
        let stress = guess(self.stress, self.before.map(|before| before.0));
        let share = guess(transformed, self.before.map(|before| before.1));
        // If the step before flowed this one most often does too; there is one solution, so the order does not matter.
        let flows = spanning > 0.0 && self.sample.flow_rate > 0.0;
        let on = if flows { step.flowing_on(&mut self.domains, (stress, share)) } else { None };
        let end = match on {
            Some(end) => end,
            None => {
                let still = step.still(&mut self.domains, stress).ok_or_else(lost)?;
                if still.share > THRESHOLD && self.sample.flow_rate > 0.0 {
                    step.flowing(&mut self.domains, share.min(still.share), still).ok_or_else(lost)?
                } else {
                    still
                }
            }
        };
        self.domains.accept();
        self.before = [(self.stress, transformed), self.before[0], self.before[1]];
        self.stress = end.stress;
        self.last = Some((transformed, duration));
        self.state =
            State { transformed: end.share, spanning: bethe::spanning_share(end.share), flown: flown + end.flown };
        Ok(())
    }

    fn state(&self) -> State {
        self.state
    }
}

/// The next of four values on a smooth curve, evenly spaced: as logarithmic steps are.
fn guess(now: f64, [one, two, three]: [f64; 3]) -> f64 {
    4.0 * (now + two) - 6.0 * one - three
}
