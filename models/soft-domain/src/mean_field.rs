//! One time step of the mean-field model, with stress and percolating share taken at its end.
//!
//! Within a step of length `dt` stress and percolating share are frozen, so every barrier is exact:
//! `n <- n_s + (n - n_s) exp(-x)` with `x = (K + k_c f) dt` and `n_s = K n_eq/k`, and the strain that flows is
//! `gamma k_c f <n> dt` with the mean of `n` over the step. Their values at the **end** of the step are unknown. Above
//! the threshold the sample holds itself there (flow lowers the stress, which lowers `p`), and a plain fixed-point
//! iteration then jumps between flowing and not flowing: the end values are therefore roots in brackets, by Newton's
//! method with exact slopes. The cooperative factor and the coupling to neighbours are taken at the start of the step.

use crate::bethe::{self, THRESHOLD};
use crate::exchange::{Frozen, Occupation};
use crate::root::rising_root;
use crate::sample::{Barriers, Rest, Sample, activity, equilibrium};
use crate::trajectory::{Body, Observed, State};
use kovacs_core::Control;
use kovacs_sdk::Refusal;

/// Roots are found to this part of the largest stress, or of a share of 1.
const TOLERANCE: f64 = 1e-11;

/// A mean-field sample on its way through an experiment.
pub struct MeanField {
    sample: Sample,
    domains: Occupation,
    control: Control,
    /// Stress now, MPa.
    stress: f64,
    /// Stress one step ago, MPa: the next one is guessed from both.
    stress_before: f64,
    /// Share of transformed domains.
    share: f64,
    /// Share of these in the spanning cluster.
    spanning: f64,
    /// Strain that has flown.
    flown: f64,
}

/// What is known of a step before it is solved.
struct Step {
    duration: f64,
    /// Strain or stress (MPa) at the end.
    drive: f64,
    /// `kappa dt`, s.
    slowed: f64,
    /// Share of transformed domains that neighbours feel.
    felt: f64,
}

impl MeanField {
    /// A sample at rest before the first node.
    ///
    /// # Errors
    /// Rejects what [`Sample::at_rest`] rejects.
    pub fn new(sample: Sample, barriers: Barriers, control: Control, drive: f64) -> Result<Self, Refusal> {
        let Rest { share, stress } = sample.at_rest(control, drive, THRESHOLD)?;
        Ok(MeanField {
            sample,
            domains: Occupation::new(barriers, share),
            control,
            stress,
            stress_before: stress,
            share,
            spanning: bethe::spanning_share(share),
            flown: 0.0,
        })
    }

    fn frozen(&self, step: &Step, stress: f64, spanning: f64) -> Frozen {
        let asymmetry = self.sample.asymmetry(stress, step.felt);
        let equilibrium = equilibrium(asymmetry);
        Frozen {
            equilibrium,
            speed: activity(asymmetry) * step.slowed,
            flow: self.sample.flow_rate * spanning * step.duration,
            equilibrium_slope: self.sample.stress_energy * equilibrium * (1.0 - equilibrium),
            speed_slope: -self.sample.stress_energy * (0.5 * asymmetry).sinh() * step.slowed,
        }
    }

    /// Stress bounds of a step in which at most `flow` of the domains flow.
    fn bracket(&self, step: &Step, flow: f64) -> (f64, f64) {
        let stress = |share: f64, flown: f64| self.sample.stress(step.drive, share, self.flown + flown);
        (stress(1.0, self.sample.gamma * flow), stress(0.0, 0.0))
    }

    fn tolerance(&self, bracket: (f64, f64)) -> f64 {
        TOLERANCE * bracket.0.abs().max(bracket.1.abs()).max(self.sample.modulus * self.sample.gamma)
    }

    /// The end of a step without flow: stress and share.
    fn solve_still(&mut self, step: &Step) -> Option<(f64, f64)> {
        if self.control == Control::Stress {
            let frozen = self.frozen(step, step.drive, 0.0);
            return Some((step.drive, self.domains.relax(&frozen).share));
        }
        let bracket = self.bracket(step, 0.0);
        let guess = 2.0 * self.stress - self.stress_before;
        let mut share = f64::NAN;
        let stress = rising_root(bracket, guess, self.tolerance(bracket), |stress| {
            let end = self.domains.relax(&self.frozen(step, stress, 0.0));
            share = end.share;
            let slope = 1.0 + self.sample.modulus * self.sample.gamma * end.share_by_stress;
            (stress - self.sample.stress(step.drive, end.share, self.flown), slope)
        })?;
        Some((stress, share))
    }

    /// The end of a step with flow: stress, share and flown strain.
    ///
    /// The outer unknown is the share; for each the stress is found first. As the outer function falls, its negative is
    /// what the root finder sees.
    fn solve_flowing(&mut self, step: &Step, still: (f64, f64)) -> Option<(f64, f64, f64)> {
        let Sample { modulus, gamma, flow_rate, .. } = self.sample;
        let mut stress = still.0;
        let mut end = None;
        rising_root((THRESHOLD, 1.0), self.share.max(THRESHOLD).min(still.1), TOLERANCE, |share| {
            let spanning = bethe::spanning_share(share);
            let flow_slope = flow_rate * step.duration * bethe::spanning_share_slope(share);
            let (sums, slope) = match self.control {
                Control::Stress => (self.domains.flow(&self.frozen(step, stress, spanning)), 0.0),
                Control::Strain => {
                    let bracket = self.bracket(step, flow_rate * spanning * step.duration);
                    let mut sums = Default::default();
                    let mut slopes = (f64::NAN, f64::NAN);
                    let root = rising_root(bracket, stress, self.tolerance(bracket), |stress| {
                        let frozen = self.frozen(step, stress, spanning);
                        sums = self.domains.flow(&frozen);
                        let flown = self.flown + gamma * frozen.flow * sums.mean;
                        let by_stress = sums.share_by_stress + frozen.flow * sums.mean_by_stress;
                        let by_flow = sums.share_by_flow + sums.mean + frozen.flow * sums.mean_by_flow;
                        slopes = (1.0 + modulus * gamma * by_stress, modulus * gamma * by_flow);
                        (stress - self.sample.stress(step.drive, sums.share, flown), slopes.0)
                    });
                    match root {
                        Some(root) => stress = root,
                        None => return (f64::NAN, f64::NAN),
                    }
                    (sums, -slopes.1 / slopes.0)
                }
            };
            let flow = flow_rate * spanning * step.duration;
            end = Some((stress, sums.share, gamma * flow * sums.mean));
            let share_by_flow = sums.share_by_flow + sums.share_by_stress * slope;
            (share - sums.share, 1.0 - share_by_flow * flow_slope)
        })?;
        end
    }
}

impl Body for MeanField {
    fn jump(&mut self, control: Control, drive: f64) {
        self.control = control;
        self.stress = match control {
            Control::Stress => drive,
            Control::Strain => self.sample.stress(drive, self.share, self.flown),
        };
        self.stress_before = self.stress;
    }

    fn step(&mut self, duration: f64, drive: f64) -> Result<(), Refusal> {
        let percolates = self.share > THRESHOLD;
        let slowing = self.sample.slowing(percolates, self.spanning, bethe::mean_size(self.share));
        let step = Step { duration, drive, slowed: slowing * duration, felt: self.share };
        let lost = || Refusal::rejected("stress and percolating share have no common solution within a time step");
        let still = self.solve_still(&step).ok_or_else(lost)?;
        let (stress, share, flown) = if still.1 > THRESHOLD && self.sample.flow_rate > 0.0 {
            self.solve_flowing(&step, still).ok_or_else(lost)?
        } else {
            (still.0, still.1, 0.0)
        };
        self.domains.accept();
        (self.stress_before, self.stress) = (self.stress, stress);
        (self.share, self.spanning) = (share, bethe::spanning_share(share));
        self.flown += flown;
        Ok(())
    }

    fn state(&self) -> State {
        State { transformed: self.share, spanning: self.spanning, flown: self.flown }
    }

    fn observe(&self, control: Control, drive: f64, state: State) -> Observed {
        self.sample.observe(control, drive, state)
    }
}
