//! The memory kernel of Prados and Brey, from theory and from a record.
//!
//! `K(t) = [phi(t_w + t) - phi(t_w) phi(t)] / [1 - phi(t_w)]` is the whole second stage where the second strain is
//! `eps2* = eps1 [1 - phi(t_w)]`, at which the stress starts at its final value. For every linear material
//! `0 <= K(t) <= phi(t)` (Prados & Brey, J. Stat. Mech. (2010) P02009). Any other second strain gives the same kernel:
//! `K = [s + (r - phi(t_w)) phi(t)] / [1 - phi(t_w)]` with the measured `s(t) = phi(t_w + t) - r phi(t)`, and a kernel that
//! leaves its bounds is no kernel of a linear material. But it needs both moduli, and no window determines `E_R` well unless
//! the relaxation ends in it: take it from elsewhere, or read the kernel as that of a material with this `E_R`.

use crate::error::FitError;
use crate::linear_test::TwoStepRecord;
use kovacs_core::hump::{Hump, Window, find_hump};
use kovacs_core::linear_response::{Moduli, RelaxationFunction, memory_kernel};
use std::convert::Infallible;

/// The second strain `eps2*` (1) at which the stress starts at its final value.
pub fn kovacs_exact_strain(phi: &impl RelaxationFunction, eps1: f64, t_w: f64) -> f64 {
    eps1 * (1.0 - phi.phi(t_w))
}

/// Time (s) and value of the maximum of the kernel between `first` and `last` (s); `None` where it has none there.
pub fn kernel_maximum(phi: &impl RelaxationFunction, t_w: f64, first: f64, last: f64) -> Option<(f64, f64)> {
    let kernel = |times: &[f64]| Ok::<_, Infallible>(times.iter().map(|&time| memory_kernel(phi, t_w, time)).collect());
    let found = find_hump(kernel, Window { dead_time: 0.0, first, last }, true).ok()?;
    match found.hump {
        Hump::Peak { t_p, .. } => Some((t_p, memory_kernel(phi, t_w, t_p))),
        _ => None,
    }
}

/// The kernel at one time of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KernelPoint {
    /// Time from the second step, s.
    pub time: f64,
    /// `K`.
    pub value: f64,
    /// Its standard error, from the noise of both stages.
    pub standard_error: f64,
    /// `phi` at this time, as measured in the first stage: the upper bound.
    pub bound: f64,
}

/// The kernel of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredKernel {
    /// The kernel at the samples of the second stage up to `t_w`, as far as the first stage was sampled.
    pub points: Vec<KernelPoint>,
    /// `phi(t_w)`.
    pub waited: f64,
    /// How far the kernel leaves its bounds, in standard errors, where it does so most; not above 0 where it never does.
    pub worst: f64,
    /// Whether it leaves them by more than chance does once in twenty records.
    pub leaves_bounds: bool,
}

/// Computes the kernel of a record for known moduli; `noise` is the standard deviation of one sample, MPa. Ramps count as
/// steps, which matters at times of their length only.
///
/// # Errors
/// The moduli are such that nothing relaxes, the first stage does not reach the last tenth of the waiting time, or fewer than
/// three samples of the second stage lie between the first sample of the first stage and its last.
pub fn measured_kernel(record: &TwoStepRecord, moduli: Moduli, noise: f64) -> Result<MeasuredKernel, FitError> {
    let label = || record.second.label.clone();
    let (relaxed, relaxing) = (moduli.relaxed, moduli.unrelaxed - moduli.relaxed);
    let (eps1, t_w) = (record.test.eps1, record.test.t_w);
    if relaxing.is_nan() || relaxing <= 0.0 {
        return Err(FitError::Flat { label: label(), initial: relaxed });
    }
    let ends = match (record.first.x.last(), record.first.y.last()) {
        (Some(&time), Some(&stress)) if time >= 0.9 * t_w => stress,
        last => {
            let last = last.0.copied().unwrap_or(f64::NAN);
            return Err(FitError::OutsideRelaxation { time: t_w, first: 0.0, last });
        }
    };
    let r = 1.0 - record.test.eps2 / eps1;
    let scale = 1.0 / (eps1 * relaxing);
    let waited = (ends - relaxed * eps1) * scale;
    let error = noise * scale.abs() * (1.0 + (r - waited).powi(2)).sqrt() / (1.0 - waited);
    let point = |(&time, &stress): (&f64, &f64)| {
        let first = record.first.at(time)?;
        let phi = (first - relaxed * eps1) * scale;
        let s = (stress - relaxed * record.test.eps2) * scale;
        let value = (s + (r - waited) * phi) / (1.0 - waited);
        Some(KernelPoint { time, value, standard_error: error, bound: phi })
    };
    let points: Vec<KernelPoint> = record.second.x.iter().zip(&record.second.y).filter_map(point).collect();
    if points.len() < 3 {
        return Err(FitError::FewSamples { label: label(), found: points.len(), needed: 3 });
    }
    let outside = |point: &KernelPoint| (-point.value).max(point.value - point.bound) / point.standard_error;
    let worst = points.iter().map(outside).fold(f64::NEG_INFINITY, f64::max);
    // The largest of so many normal deviates exceeds this once in twenty times (the tail is below exp(-x^2/2)/2).
    let limit = (2.0 * (10.0 * points.len() as f64).ln()).sqrt();
    Ok(MeasuredKernel { points, waited, worst, leaves_bounds: worst > limit })
}
