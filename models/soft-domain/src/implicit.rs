//! The end of one time step: stress, share of transformed domains, and flow, all at values that hold there.
//!
//! Within a step of length `dt` stress and percolating share are frozen, so every barrier is exact:
//! `n <- n_s + (n - n_s) exp(-x)` with `x = (K + k_c f) dt` and `n_s = K n_eq/k`, and the strain that flows is
//! `gamma k_c f <n> dt` with the mean of `n` over the step. Their values at the **end** of the step are unknown. Above
//! the threshold the sample holds itself there (flow lowers the stress, which lowers `p`), and a plain fixed-point
//! iteration then jumps between flowing and not flowing: the end values are therefore roots in brackets, by Newton's
//! method with exact slopes.
//!
//! That is of first order in `dt`, and what reference values are stated for. In the scheme of second order `n_eq` runs
//! linearly from its start to its end value within the step, which is exact for each barrier as well, and rates and
//! percolating share are the means of both; fast barriers then still follow the stress to the end of the step.

use crate::bethe::{self, THRESHOLD};
use crate::exchange::{Flowing, Frozen, Occupation};
use crate::root::rising_root;
use crate::sample::{Sample, activity, equilibrium};
use kovacs_core::Control;

/// Roots are found to this part of the largest stress, or of a share of 1.
const TOLERANCE: f64 = 1e-10;

/// Most rounds of Newton's method for two unknowns; it takes two or three.
const ROUNDS: usize = 8;

/// A step before it is solved.
pub struct Step<'a> {
    /// The sample.
    pub sample: &'a Sample,
    /// What is prescribed.
    pub control: Control,
    /// Its value at the end of the step: strain, or stress in MPa.
    pub drive: f64,
    /// Length, s.
    pub duration: f64,
    /// `kappa` of the step.
    pub slowing: f64,
    /// Share of transformed domains that neighbours feel.
    pub felt: f64,
    /// Strain that has flown before the step.
    pub flown: f64,
    /// What holds at the start, for the scheme of second order; `None`: first order.
    pub start: Option<Start>,
}

/// The start of a step.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Stress, MPa.
    pub stress: f64,
    /// Share of the transformed domains in the spanning cluster.
    pub spanning: f64,
}

/// The end of a step.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// Stress, MPa.
    pub stress: f64,
    /// Share of transformed domains.
    pub share: f64,
    /// Strain that has flown in the step.
    pub flown: f64,
}

impl Step<'_> {
    /// Everything about the step that does not depend on the barrier, at a stress (MPa) and a percolating share at its
    /// end. In second order rates are means of start and end.
    pub fn frozen(&self, stress: f64, spanning: f64) -> Frozen {
        let asymmetry = self.sample.asymmetry(stress, self.felt);
        let end = equilibrium(asymmetry);
        let slowed = self.slowing * self.duration;
        let speed = activity(asymmetry) * slowed;
        let mut frozen = Frozen {
            equilibrium: end,
            from: None,
            speed,
            flow: self.sample.flow_rate * spanning * self.duration,
            equilibrium_slope: self.sample.stress_energy * end * (1.0 - end),
            speed_slope: -self.sample.stress_energy * (0.5 * asymmetry).sinh() * slowed,
        };
        if let Some(start) = self.start {
            let asymmetry = self.sample.asymmetry(start.stress, self.felt);
            frozen.from = Some(equilibrium(asymmetry));
            frozen.speed = 0.5 * (speed + activity(asymmetry) * slowed);
            frozen.speed_slope *= 0.5;
            frozen.flow = 0.5 * (frozen.flow + self.sample.flow_rate * start.spanning * self.duration);
        }
        frozen
    }

    /// What the flow of the step is by the percolating share at its end.
    fn flow_by_spanning(&self) -> f64 {
        self.sample.flow_rate * self.duration * if self.start.is_some() { 0.5 } else { 1.0 }
    }

    /// Solves a step that ends without flow. `guess` is a stress near the answer, MPa. `None` if some number is none.
    pub fn still(&self, domains: &mut Occupation, guess: f64) -> Option<End> {
        if self.start.is_some_and(|start| start.spanning > 0.0) {
            let (stress, sums, _) = self.at_share(domains, 0.0, guess)?;
            let flown = self.sample.gamma * self.frozen(stress, 0.0).flow * sums.mean;
            return Some(End { stress, share: sums.share, flown });
        }
        if self.control == Control::Stress {
            let share = domains.relax(&self.frozen(self.drive, 0.0)).share;
            return Some(End { stress: self.drive, share, flown: 0.0 });
        }
        let bracket = self.bracket(0.0);
        let stiffness = self.sample.modulus * self.sample.gamma;
        let mut share = f64::NAN;
        let stress = rising_root(bracket, guess, self.tolerance(bracket), |stress| {
            let end = domains.relax(&self.frozen(stress, 0.0));
            share = end.share;
            let off = stress - self.sample.stress(self.drive, end.share, self.flown);
            (off, 1.0 + stiffness * end.share_by_stress)
        })?;
        Some(End { stress, share, flown: 0.0 })
    }

    /// Solves a step that ends above the threshold, where domains flow; `guess` is a share near the answer, `still` the
    /// end of the step without flow. The outer unknown is the share; for each the stress is found first.
    pub fn flowing(&self, domains: &mut Occupation, guess: f64, still: End) -> Option<End> {
        let mut stress = still.stress;
        let mut end = None;
        rising_root((THRESHOLD, 1.0), guess, TOLERANCE, |share| {
            let spanning = bethe::spanning_share(share);
            let Some((found, sums, stress_by_flow)) = self.at_share(domains, spanning, stress) else {
                return (f64::NAN, f64::NAN);
            };
            stress = found;
            let flown = self.sample.gamma * self.frozen(stress, spanning).flow * sums.mean;
            end = Some(End { stress, share: sums.share, flown });
            let share_by_flow = sums.share_by_flow + sums.share_by_stress * stress_by_flow;
            let flow_by_share = self.flow_by_spanning() * bethe::spanning_share_slope(share);
            (share - sums.share, 1.0 - share_by_flow * flow_by_share)
        })?;
        end
    }

    /// Solves a step that flows from a guess of stress (MPa) and share that is good because the step before flowed too:
    /// both unknowns at once. `None` if that does not arrive above the threshold in a few rounds.
    pub fn flowing_on(&self, domains: &mut Occupation, (mut stress, mut share): (f64, f64)) -> Option<End> {
        let stiffness = self.sample.modulus * self.sample.gamma;
        let tolerance = self.tolerance(self.bracket(0.0));
        for _ in 0..ROUNDS {
            let inside = share > THRESHOLD && share < 1.0 && stress.is_finite();
            if !inside {
                return None;
            }
            let spanning = bethe::spanning_share(share);
            let frozen = self.frozen(stress, spanning);
            let sums = domains.flow(&frozen);
            let flow_by_share = self.flow_by_spanning() * bethe::spanning_share_slope(share);
            let flown = self.sample.gamma * frozen.flow * sums.mean;
            let share_off = share - sums.share;
            let by_share = 1.0 - sums.share_by_flow * flow_by_share;
            let (stress_step, share_step) = if self.control == Control::Stress {
                (0.0, share_off / by_share)
            } else {
                let stress_off = stress - self.sample.stress(self.drive, sums.share, self.flown + flown);
                let stress_by_stress = 1.0 + stiffness * (sums.share_by_stress + frozen.flow * sums.mean_by_stress);
                let by_flow = sums.share_by_flow + sums.mean + frozen.flow * sums.mean_by_flow;
                let stress_by_share = stiffness * by_flow * flow_by_share;
                let determinant = stress_by_stress * by_share + stress_by_share * sums.share_by_stress;
                (
                    (stress_off * by_share - stress_by_share * share_off) / determinant,
                    (stress_by_stress * share_off + sums.share_by_stress * stress_off) / determinant,
                )
            };
            if stress_step.abs() <= tolerance && share_step.abs() <= TOLERANCE {
                return Some(End { stress, share: sums.share, flown });
            }
            (stress, share) = (stress - stress_step, share - share_step);
        }
        None
    }

    /// Stress at a given percolating share, what the domains do there, and the slope of that stress by the flow.
    fn at_share(&self, domains: &mut Occupation, spanning: f64, guess: f64) -> Option<(f64, Flowing, f64)> {
        if self.control == Control::Stress {
            return Some((self.drive, domains.flow(&self.frozen(self.drive, spanning)), 0.0));
        }
        let stiffness = self.sample.modulus * self.sample.gamma;
        let bracket = self.bracket(self.frozen(guess, spanning).flow);
        let (mut sums, mut slope) = (Flowing::default(), f64::NAN);
        let stress = rising_root(bracket, guess, self.tolerance(bracket), |stress| {
            let frozen = self.frozen(stress, spanning);
            sums = domains.flow(&frozen);
            let flown = self.flown + self.sample.gamma * frozen.flow * sums.mean;
            let by_stress = 1.0 + stiffness * (sums.share_by_stress + frozen.flow * sums.mean_by_stress);
            let by_flow = stiffness * (sums.share_by_flow + sums.mean + frozen.flow * sums.mean_by_flow);
            slope = -by_flow / by_stress;
            (stress - self.sample.stress(self.drive, sums.share, flown), by_stress)
        })?;
        Some((stress, sums, slope))
    }

    /// Bounds of the stress if at most `flow` of the domains flow.
    fn bracket(&self, flow: f64) -> (f64, f64) {
        let flown = self.flown + self.sample.gamma * flow;
        (self.sample.stress(self.drive, 1.0, flown), self.sample.stress(self.drive, 0.0, self.flown))
    }

    fn tolerance(&self, (low, high): (f64, f64)) -> f64 {
        TOLERANCE * low.abs().max(high.abs()).max(self.sample.modulus * self.sample.gamma)
    }
}
