//! Is it more than linear viscoelasticity? The second stage of a two-step test against the first, with no free parameter.
//!
//! A linear material shows the hump as well, and its growth with waiting time, strain and temperature; so the only thing
//! that tells is what linearity cannot do. Two questions are asked, and they are not the same.
//!
//! **Prediction.** The modulus measured in the first stage is superposed, and the second stage follows
//! ([`LinearTest::prediction`]). What is off, in units of the hump, is the nonlinearity index, `NI = rms(measured -
//! predicted)/Delta-sigma`. But part of the prediction rests on what the first stage never saw: the relaxation after
//! `t_w`. The band says how much, and which part of it is noise ([`LinearTest::band`]); the index is taken over the
//! times at which the band is narrow ([`LinearTest::determined_until`]), because further on it would measure ignorance.
//!
//! **Explanation.** Is there *any* linear material, whatever its continuation, that explains both stages at once? This is
//! a test with a stated rate of error, and the verdict rests on it ([`Excess`]).

mod band;
mod design;
mod excess;
mod null;

pub use band::BandPoint;
pub use excess::Excess;
pub(crate) use excess::f_tail;
pub use null::{
    CriticalJudgement, CriticalVerdict, NullPoint, apparent_critical_time, judge_critical_time, linear_null,
};

use crate::error::FitError;
use crate::holds::root_mean_square;
use crate::non_negative::non_negative_least_squares;
use design::Design;
use kovacs_core::modes::MaxwellSolid;
use kovacs_core::sampled_hump::{SampledHump, hump_of_samples};
use kovacs_core::{Curve, Origin, TwoStep};
use std::fmt;

/// A two-step test as it was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoStepRecord {
    /// Strains, waiting time, ramp. Its dead time and duration have no effect: the samples say where they begin and end.
    pub test: TwoStep,
    /// Stress (MPa) during the first stage, against the time from the end of the loading (s).
    pub first: Curve,
    /// Stress (MPa) during the second stage, against the time from the end of the unloading (s).
    pub second: Curve,
}

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearTestOptions {
    /// How often a linear material may be called nonlinear.
    pub error_rate: f64,
    /// A deviation below this part of the hump is of no interest, however certain.
    pub negligible: f64,
    /// "Linear" is only said where a deviation of this part of the hump would have been seen four times of five.
    pub decisive: f64,
    /// Number of simulated data sets; the smallest probability that can be counted is one over it.
    pub simulations: usize,
    /// Seed of the simulations.
    pub seed: u64,
}

impl Default for LinearTestOptions {
    fn default() -> Self {
        LinearTestOptions { error_rate: 0.05, negligible: 0.01, decisive: 0.1, simulations: 399, seed: 1 }
    }
}

/// What the test says.
#[derive(Clone, Debug, PartialEq)]
pub enum LinearVerdict {
    /// A linear material explains both stages, and a deviation that matters would have been seen.
    Linear,
    /// No linear material explains both stages.
    NotLinear,
    /// The data do not decide it, for these reasons.
    Undecided(Vec<String>),
}

impl LinearVerdict {
    /// `linear`, `not linear` or `cannot be decided`.
    pub fn word(&self) -> &'static str {
        match self {
            LinearVerdict::Linear => "linear",
            LinearVerdict::NotLinear => "not linear",
            LinearVerdict::Undecided(_) => "cannot be decided",
        }
    }
}

impl fmt::Display for LinearVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            LinearVerdict::Undecided(reasons) => write!(f, " because {}", reasons.join("; ")),
            _ => Ok(()),
        }
    }
}

/// The linear test of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearTest {
    /// What the first stage makes of the second, MPa, at the measured times `t'` (s).
    pub prediction: Curve,
    /// Standard deviation of one sample, MPa.
    pub noise: f64,
    /// The measured hump.
    pub hump: SampledHump,
    /// Height of the measured hump, MPa; `None` without one.
    pub delta_sigma: Option<f64>,
    /// Intervals of the prediction, four to the decade.
    pub band: Vec<BandPoint>,
    /// Until when (s) half the width of the band is below [`LinearTestOptions::decisive`] of the hump; `None` without a
    /// hump, or where it never is.
    pub determined_until: Option<f64>,
    /// `rms(measured - predicted)/Delta-sigma` up to there; `None` where that is nowhere.
    pub nonlinearity_index: Option<f64>,
    /// What the index of a linear material would be, with this noise and this band.
    pub linear_index: Option<f64>,
    /// The index over the whole second stage, ignorance of the continuation included; `None` without a hump.
    pub whole_index: Option<f64>,
    /// Both stages together.
    pub excess: Excess,
    /// Root mean square of a deviation that the test would have seen four times of five, MPa.
    pub detectable: f64,
    /// What it comes to.
    pub verdict: LinearVerdict,
    /// The linear material that explains both stages best.
    pub material: MaxwellSolid,
    /// What it was decided by.
    pub options: LinearTestOptions,
}

/// Fewest samples of either stage.
const FEWEST_SAMPLES: usize = 12;
/// Times of the band to the decade.
const BAND_PER_DECADE: usize = 4;
/// Noncentrality at which an F test on the level of 5 % with five degrees of freedom against many succeeds in 80 %.
const NONCENTRALITY: f64 = 12.83;

/// Tests one record.
///
/// # Errors
/// A curve that is malformed or not stress in MPa against s, a test that is none, fewer than twelve samples in a stage,
/// samples of the first stage beyond its end, or times that are no scale.
pub fn linear_test(record: &TwoStepRecord, options: &LinearTestOptions) -> Result<LinearTest, FitError> {
    check(record)?;
    let design = Design::new(record)?;
    let excess = excess::excess(&design, &record.second.x, options);
    let first = first_stage(&design)?;
    let predicted = (&design.columns * &first).rows(design.first, record.second.len()).into_owned();
    let hump = hump_of_samples(&record.second.x, &record.second.y, 0.0).map_err(|_| FitError::FewSamples {
        label: record.second.label.clone(),
        found: record.second.len(),
        needed: FEWEST_SAMPLES,
    })?;
    let delta_sigma = hump.hump.delta_sigma().filter(|&height| height > 0.0);
    let noise = excess.noise;
    let band = band::band(record, &design, &first, noise, BAND_PER_DECADE)?;
    let determined_until = delta_sigma.and_then(|height| determined_until(&band, options.decisive * height));
    let off = |until: f64| {
        let samples = record.second.x.iter().zip(record.second.y.iter().zip(predicted.iter()));
        root_mean_square(samples.filter(|(time, _)| **time <= until).map(|(_, (measured, other))| measured - other))
    };
    // Half the width of a 95 % interval is two standard errors.
    let expected = |until: f64| {
        let inside = band.iter().filter(|point| point.time <= until).map(|point| 0.25 * (point.high - point.low));
        (noise * noise + root_mean_square(inside).powi(2)).sqrt()
    };
    let index = |of: &dyn Fn(f64) -> f64, until: Option<f64>| Some(of(until?) / delta_sigma?);
    // Correlated samples count for fewer.
    let together = (1.0 + excess.correlation) / (1.0 - excess.correlation);
    let detectable = noise * (NONCENTRALITY * together / record.second.len() as f64).sqrt();
    let verdict = verdict(&excess, delta_sigma, detectable, options);
    let material = design.solid(&excess.moduli);
    Ok(LinearTest {
        prediction: prediction(record, predicted.as_slice()),
        noise,
        delta_sigma,
        nonlinearity_index: index(&off, determined_until),
        linear_index: index(&expected, determined_until),
        whole_index: index(&off, Some(f64::INFINITY)),
        band,
        determined_until,
        hump,
        excess,
        detectable,
        verdict,
        material,
        options: *options,
    })
}

/// The last time of the band before it becomes wider than twice `half` (MPa).
fn determined_until(band: &[BandPoint], half: f64) -> Option<f64> {
    let narrow = band.iter().take_while(|point| 0.5 * (point.high - point.low) <= half);
    narrow.last().map(|point| point.time)
}

/// Moduli from the first stage alone: modes slower than ten times the stage are not offered, a spring stands for them.
fn first_stage(design: &Design) -> Result<nalgebra::DVector<f64>, FitError> {
    let rows = design.columns.view((0, 0), (design.first, design.seen_in_first)).into_owned();
    let found = non_negative_least_squares(&rows, &design.stress.rows(0, design.first).into_owned());
    if found.kept.is_empty() {
        return Err(FitError::NoModulus { until: design.times.last().copied().unwrap_or(f64::NAN) });
    }
    Ok(found.coefficients.resize_vertically(design.columns.ncols(), 0.0))
}

fn verdict(excess: &Excess, delta_sigma: Option<f64>, detectable: f64, options: &LinearTestOptions) -> LinearVerdict {
    let rejected = excess.p_value < options.error_rate;
    let Some(height) = delta_sigma else {
        return match rejected {
            true => LinearVerdict::NotLinear,
            false => LinearVerdict::Undecided(vec![
                "there is no hump above the noise that a deviation could be measured by".to_owned(),
            ]),
        };
    };
    if rejected && excess.unexplained > options.negligible * height {
        return LinearVerdict::NotLinear;
    }
    if detectable <= options.decisive * height {
        return LinearVerdict::Linear;
    }
    LinearVerdict::Undecided(vec![format!(
        "a deviation of less than {:.0} % of the hump would be lost in the noise",
        100.0 * detectable / height
    )])
}

fn prediction(record: &TwoStepRecord, values: &[f64]) -> Curve {
    Curve {
        x: record.second.x.clone(),
        y: values.to_vec(),
        label: "linear prediction from the first stage".to_owned(),
        origin: Origin::Calculated,
        provenance: vec![
            ("method".to_owned(), "non-negative modes from the first stage, then superposition".to_owned()),
            ("first stage".to_owned(), format!("{} ({})", record.first.label, record.first.origin)),
        ],
        ..record.second.clone()
    }
}

fn check(record: &TwoStepRecord) -> Result<(), FitError> {
    for curve in [&record.first, &record.second] {
        curve.check()?;
        for (axis, unit, expected) in [("x", &curve.x_unit, "s"), ("y", &curve.y_unit, "MPa")] {
            if unit != expected {
                return Err(FitError::Unit { label: curve.label.clone(), axis, unit: unit.clone(), expected });
            }
        }
        if curve.len() < FEWEST_SAMPLES {
            return Err(FitError::FewSamples {
                label: curve.label.clone(),
                found: curve.len(),
                needed: FEWEST_SAMPLES,
            });
        }
        if let Some(&time) = curve.x.first().filter(|&&time| time < 0.0) {
            return Err(FitError::EarlySample { label: curve.label.clone(), time });
        }
    }
    match record.first.x.last() {
        Some(&time) if time > record.test.t_w * (1.0 + 1e-9) => {
            Err(FitError::LateSample { label: record.first.label.clone(), time, end: record.test.t_w })
        }
        _ => Ok(()),
    }
}
