//! The generalised Maxwell solid: a sum of simple exponentials, `E(t) = E_R + sum E_i exp(-t/tau_i)` (a Prony series).
//!
//! Every mode carries the stress it still holds, and from one time to the next that stress is known exactly for a
//! constant strain rate: `h <- h exp(-dt/tau) + E tau rate [1 - exp(-dt/tau)]`. Nothing is convolved, so the cost grows
//! with modes times points, and the result does not depend on where points lie.

use kovacs_core::linear_response::{RelaxationFunction, StrainTest};

/// One Maxwell element: a spring and a dashpot in series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// Stress per strain just after a step, MPa.
    pub modulus: f64,
    /// Time in which the stress of this element falls to 1/e, s.
    pub relaxation_time: f64,
}

/// Maxwell elements beside a spring.
#[derive(Clone, Debug, PartialEq)]
pub struct MaxwellSolid {
    /// Modulus that never relaxes, MPa.
    pub relaxed_modulus: f64,
    /// The elements, in any order.
    pub modes: Vec<Mode>,
}

impl MaxwellSolid {
    /// `E_U`: stress per strain just after a step, MPa.
    pub fn unrelaxed_modulus(&self) -> f64 {
        self.relaxed_modulus + self.relaxing_modulus()
    }

    fn relaxing_modulus(&self) -> f64 {
        self.modes.iter().map(|mode| mode.modulus).sum()
    }

    /// Writes the stress (MPa) at every wanted time of a test; `shift` multiplies every relaxation time.
    pub fn stress(&self, test: &StrainTest, shift: f64, out: &mut [f64]) {
        let modes: Vec<Mode> =
            self.modes.iter().map(|mode| Mode { relaxation_time: mode.relaxation_time * shift, ..*mode }).collect();
        let mut held = vec![0.0; modes.len()];
        let mut strain = test.rest_strain;
        let mut now = test.changes.first().map_or(0.0, |change| change.start);
        let mut changes = test.changes.iter().peekable();
        // How much of the current change is already behind `now`.
        let mut begun = 0.0;
        for ((value, &time), &before) in out.iter_mut().zip(&test.times).zip(&test.before) {
            while let Some(change) = changes.peek() {
                let jump = change.start == change.end;
                if change.start > time || (jump && before && change.start == time) {
                    break;
                }
                advance(&modes, &mut held, change.start.max(now) - now, 0.0);
                now = change.start.max(now);
                if jump {
                    held.iter_mut().zip(&modes).for_each(|(held, mode)| *held += mode.modulus * change.strain);
                    strain += change.strain;
                } else {
                    let rate = change.strain / (change.end - change.start);
                    let until = change.end.min(time);
                    advance(&modes, &mut held, until - now, rate);
                    now = until;
                    if until < change.end {
                        begun = rate * (until - change.start);
                        break;
                    }
                    strain += change.strain;
                    begun = 0.0;
                }
                changes.next();
            }
            if time > now {
                advance(&modes, &mut held, time - now, 0.0);
                now = time;
            }
            *value = self.relaxed_modulus * (strain + begun) + held.iter().sum::<f64>();
        }
    }
}

/// Lets every element relax for `duration` s while the strain runs at `rate` (1/s).
fn advance(modes: &[Mode], held: &mut [f64], duration: f64, rate: f64) {
    if duration <= 0.0 {
        return;
    }
    for (held, mode) in held.iter_mut().zip(modes) {
        let lost = -(-duration / mode.relaxation_time).exp_m1();
        *held += lost * (mode.modulus * mode.relaxation_time * rate - *held);
    }
}

impl RelaxationFunction for MaxwellSolid {
    fn phi(&self, time: f64) -> f64 {
        let relaxing: f64 = self.modes.iter().map(|mode| mode.modulus * (-time / mode.relaxation_time).exp()).sum();
        relaxing / self.relaxing_modulus()
    }

    fn integral(&self, time: f64) -> f64 {
        let area = |mode: &Mode| -mode.modulus * mode.relaxation_time * (-time / mode.relaxation_time).exp_m1();
        self.modes.iter().map(area).sum::<f64>() / self.relaxing_modulus()
    }

    fn ln_rate(&self, time: f64) -> f64 {
        let term = |mode: &Mode| (mode.modulus / mode.relaxation_time).ln() - time / mode.relaxation_time;
        let largest = self.modes.iter().map(term).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.modes.iter().map(|mode| (term(mode) - largest).exp()).sum();
        largest + sum.ln() - self.relaxing_modulus().ln()
    }

    fn longest_time(&self) -> Option<f64> {
        self.modes.iter().filter(|mode| mode.modulus > 0.0).map(|mode| mode.relaxation_time).reduce(f64::max)
    }
}
