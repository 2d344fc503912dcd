//! Strain recovery: hold a strain for a while, take the stress away, and watch the strain go back (paper, Suppl.
//! Figs. 7 and 9).
//!
//! The hold is under strain control and the rest under stress control at zero, with an exact jump between them, so that
//! the strain just after unloading, `eps(0+)`, is a value of the model and not an extrapolation. The parts are counted
//! as in the paper: elastic is what springs back at once, `eps1 - eps(0+)`; viscoplastic is what is left in the end;
//! anelastic is what lies between. "In the end" has two readings, the last sample and the plateau of a fit: the first
//! is here, the second is in the crate that fits.

use crate::curve::{Curve, Origin};
use crate::hump::{SAMPLES_PER_DECADE, log_spaced};
use crate::model::{EvaluationError, Evaluator, Experiment};
use crate::protocol::{Protocol, ProtocolError};
use crate::second_stage::evaluate_one;

/// A recovery test. Its fields may be set one by one; [`RecoveryTest::new`] gives exact steps and a window of 1e-2 s to
/// 3e4 s.
///
/// # Examples
/// ```
/// use kovacs_core::recovery::RecoveryTest;
/// let test = RecoveryTest::new(0.005, 900.0, 593.0);
/// assert_eq!(test.protocol()?.nodes()?.time, [0.0, 0.0, 900.0, 900.0, 30_900.0]);
/// # Ok::<(), kovacs_core::ProtocolError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecoveryTest {
    /// Strain that is held (1).
    pub eps1: f64,
    /// How long it is held, s.
    pub t_w: f64,
    /// Temperature, K.
    pub temperature: f64,
    /// First sample after unloading, s: where the window of a fit begins.
    pub first: f64,
    /// Last sample after unloading, s.
    pub duration: f64,
}

impl RecoveryTest {
    /// Exact steps, sampled from 1e-2 s to 3e4 s after unloading. The strain is dimensionless, `t_w` in s, the
    /// temperature in K.
    pub fn new(eps1: f64, t_w: f64, temperature: f64) -> Self {
        RecoveryTest { eps1, t_w, temperature, first: 1e-2, duration: 3e4 }
    }

    /// The protocol of this test.
    ///
    /// # Errors
    /// A field is not finite or outside what is accepted; the message names it.
    pub fn protocol(&self) -> Result<Protocol, ProtocolError> {
        let refuse = |field, value, unit, accepted| Err(ProtocolError::Setting { field, value, unit, accepted });
        if !self.eps1.is_finite() || self.eps1 == 0.0 {
            return refuse("eps1", self.eps1, "(strain)", "finite and not 0");
        }
        let positive = |value: f64| value.is_finite() && value > 0.0;
        for (field, value, unit) in [("t_w", self.t_w, "s"), ("temperature", self.temperature, "K")] {
            if !positive(value) {
                return refuse(field, value, unit, "finite and above 0");
            }
        }
        if !positive(self.duration) {
            return refuse("duration", self.duration, "s", "finite and above 0");
        }
        if !(self.first > 0.0 && self.first < self.duration) {
            return refuse("first sample", self.first, "s", "above 0 and before the end of the test");
        }
        Ok(Protocol::at(self.temperature).step(self.eps1).hold(self.t_w).stress_step(0.0).hold(self.duration))
    }
}

/// The parts of the strain (1), sample by sample, as the model itself counts them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StrainParts {
    /// What follows the stress at once.
    pub elastic: Vec<f64>,
    /// What comes back in time.
    pub anelastic: Vec<f64>,
    /// What does not come back.
    pub viscoplastic: Vec<f64>,
}

/// Ids of the outputs that make up [`StrainParts`], in the order of its fields.
pub const STRAIN_PARTS: [&str; 3] = ["strain_elastic", "strain_anelastic", "strain_viscoplastic"];

/// A recovery as a model computes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovery {
    /// The test.
    pub test: RecoveryTest,
    /// Stress at the end of the hold, MPa.
    pub stress_before: f64,
    /// Strain just after unloading, `eps(0+)` (1).
    pub strain_0: f64,
    /// Times after unloading, s, 40 to the decade.
    pub times: Vec<f64>,
    /// Strain at these times (1).
    pub strain: Vec<f64>,
    /// The model's own split at these times; `None` where it has none.
    pub parts: Option<StrainParts>,
}

impl Recovery {
    /// Elastic strain (1): what springs back at once.
    pub fn elastic(&self) -> f64 {
        self.test.eps1 - self.strain_0
    }

    /// Strain that is left at the end of the test (1).
    pub fn left_at_end(&self) -> f64 {
        self.strain.last().copied().unwrap_or(f64::NAN)
    }

    /// Recovered fraction if `left` (1) is what never comes back: `1 - left/eps1`.
    pub fn recovered_fraction(&self, left: f64) -> f64 {
        1.0 - left / self.test.eps1
    }

    /// The strain against the time after unloading.
    pub fn curve(&self, label: impl Into<String>) -> Curve {
        Curve {
            x: self.times.clone(),
            y: self.strain.clone(),
            x_name: "time after unloading".to_owned(),
            x_unit: "s".to_owned(),
            y_name: "strain".to_owned(),
            y_unit: "1".to_owned(),
            label: label.into(),
            origin: Origin::Calculated,
            provenance: Vec::new(),
        }
    }
}

/// Computes a recovery with any model that takes stress control. `parameters` is one vector in the model's order.
///
/// # Errors
/// The test is malformed, the model refuses the protocol or the parameters, has no output `stress` or `strain`, broke,
/// or gave a strain that is not finite.
pub fn observe_recovery(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    test: &RecoveryTest,
) -> Result<Recovery, EvaluationError> {
    let history = test.protocol()?.nodes()?;
    let description = evaluator.description();
    let with_parts = STRAIN_PARTS.iter().all(|id| description.output(id).is_some());
    let mut wanted = vec!["stress", "strain"];
    if with_parts {
        wanted.extend(STRAIN_PARTS);
    }
    let times = log_spaced(test.first, test.duration, SAMPLES_PER_DECADE);
    // The last moment of the hold, then the first one without stress, then the samples.
    let asked: Vec<f64> = [0.0, 0.0].iter().chain(&times).map(|time| test.t_w + time).collect();
    let before: Vec<bool> = (0..asked.len()).map(|index| index == 0).collect();
    let width = asked.len();
    let experiment =
        Experiment { history, times: asked, before, wanted: wanted.into_iter().map(str::to_owned).collect() };
    let values = evaluate_one(evaluator, &experiment, parameters)?;
    let column = |output: usize| values.get(output * width..(output + 1) * width).unwrap_or_default();
    let after = |output: usize| column(output).get(2..).unwrap_or_default().to_vec();
    let (stress_before, strain_0) = match (column(0), column(1)) {
        ([stress, ..], [_, strain, ..]) => (*stress, *strain),
        _ => return Err(EvaluationError::Malformed { what: format!("{} values came back", values.len()) }),
    };
    let strain = after(1);
    let sampled = std::iter::once((0.0, strain_0)).chain(times.iter().copied().zip(strain.iter().copied()));
    if let Some((time, value)) = sampled.into_iter().find(|(_, value)| !value.is_finite()) {
        return Err(EvaluationError::Malformed { what: format!("the strain {time} s after unloading is {value}") });
    }
    let parts = with_parts.then(|| StrainParts { elastic: after(2), anelastic: after(3), viscoplastic: after(4) });
    Ok(Recovery { test: *test, stress_before, strain_0, times, strain, parts })
}
