//! The two-step test of the paper (Fig. 1a): strain to `eps1`, wait `t_w`, strain back to `eps2`, watch the stress.
//!
//! With ramps, `t_w` runs from the end of the loading ramp to the start of the unloading ramp, and `t'` from the end of
//! the unloading ramp, which has the same rate as the loading ramp and so lasts `|eps1 - eps2| / |eps1|` as long.

use crate::protocol::{Protocol, ProtocolError};

/// A two-step test. Its fields may be set one by one; [`TwoStep::new`] gives exact steps and no dead time.
///
/// # Examples
/// ```
/// use kovacs_core::TwoStep;
/// let test = TwoStep { ramp: Some(10.0), ..TwoStep::new(0.005, 0.003, 900.0, 593.0) };
/// let nodes = test.protocol()?.nodes()?;
/// // Loading in 10 s, 900 s of waiting, unloading at the same rate in 4 s.
/// assert_eq!(nodes.time[..4], [0.0, 10.0, 910.0, 914.0]);
/// # Ok::<(), kovacs_core::ProtocolError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoStep {
    /// Strain of the first stage (1).
    pub eps1: f64,
    /// Strain of the second stage (1).
    pub eps2: f64,
    /// Waiting time in the first stage, s.
    pub t_w: f64,
    /// Temperature, K.
    pub temperature: f64,
    /// Duration of the second stage, s.
    pub duration: f64,
    /// Duration of the loading ramp, s; `None` for exact steps.
    pub ramp: Option<f64>,
    /// Time after the second step at which the first sample is taken, s.
    pub dead_time: f64,
}

impl TwoStep {
    /// Exact steps, no dead time, and a second stage of `1000 t_w` or 1e5 s, whichever is longer.
    ///
    /// Strains are dimensionless, `t_w` in s, the temperature in K.
    pub fn new(eps1: f64, eps2: f64, t_w: f64, temperature: f64) -> Self {
        let duration = (1000.0 * t_w).max(1e5);
        TwoStep { eps1, eps2, t_w, temperature, duration, ramp: None, dead_time: 0.0 }
    }

    /// The protocol of this test.
    ///
    /// # Errors
    /// A field is not finite or outside what is accepted; the message names it.
    pub fn protocol(&self) -> Result<Protocol, ProtocolError> {
        self.validate()?;
        let start = Protocol::at(self.temperature);
        Ok(match self.ramp {
            None => start.step(self.eps1).hold(self.t_w).step(self.eps2).hold(self.duration),
            Some(loading) => {
                let waited = start.ramp(self.eps1, loading).hold(self.t_w);
                let unloading = self.unloading(loading);
                if unloading == 0.0 {
                    waited.hold(self.duration)
                } else {
                    waited.ramp(self.eps2, unloading).hold(self.duration)
                }
            }
        })
    }

    /// Start of the unloading, s from the start of the test: the last moment of the first stage.
    pub fn first_stage_end(&self) -> f64 {
        self.ramp.unwrap_or(0.0) + self.t_w
    }

    /// End of the unloading, s from the start of the test: where `t'` is zero.
    pub fn second_stage_start(&self) -> f64 {
        self.first_stage_end() + self.ramp.map_or(0.0, |loading| self.unloading(loading))
    }

    /// Duration of the unloading ramp, s.
    fn unloading(&self, loading: f64) -> f64 {
        loading * ((self.eps1 - self.eps2) / self.eps1).abs()
    }

    fn validate(&self) -> Result<(), ProtocolError> {
        let above = "finite and above 0";
        let refuse = |field, value, unit, accepted| Err(ProtocolError::Setting { field, value, unit, accepted });
        if !self.eps1.is_finite() || self.eps1 == 0.0 {
            return refuse("eps1", self.eps1, "(strain)", "finite and not 0");
        }
        if !self.eps2.is_finite() {
            return refuse("eps2", self.eps2, "(strain)", "finite");
        }
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(self.t_w) {
            return refuse("t_w", self.t_w, "s", above);
        }
        if !positive(self.temperature) {
            return refuse("temperature", self.temperature, "K", above);
        }
        if !positive(self.duration) {
            return refuse("duration", self.duration, "s", above);
        }
        if let Some(loading) = self.ramp.filter(|&loading| !positive(loading)) {
            return refuse("ramp", loading, "s", "finite and above 0; leave it out for an exact step");
        }
        if !(self.dead_time >= 0.0 && self.dead_time < self.duration) {
            return refuse("dead time", self.dead_time, "s", "at least 0 and shorter than the second stage");
        }
        Ok(())
    }
}
