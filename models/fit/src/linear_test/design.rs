//! What every linear material would show in one two-step test: the responses of single modes at the measured times.

use super::TwoStepRecord;
use crate::error::FitError;
use crate::non_negative::non_negative_least_squares;
use kovacs_core::TwoStep;
use kovacs_core::linear_response::{Columns, Moduli, StrainTest};
use kovacs_core::model::EvaluationError;
use kovacs_core::modes::{MaxwellSolid, Mode};
use nalgebra::{DMatrix, DVector};

/// Modes to the decade, to begin with: they meet a stretched exponential to 1e-7, and a sharp line to 1 % of its height.
const PER_DECADE: f64 = 4.0;
/// Fastest mode in units of the first sample of either stage, and slowest in units of the longest time since a step.
const FASTEST: f64 = 0.1;
const SLOWEST: f64 = 10.0;
/// The grid is refined by halves beside the kept modes, so often at most, and only while that takes 2 % off the sum of
/// squares: from noise alone it never does.
const WORTHWHILE: f64 = 0.98;
const REFINEMENTS: usize = 5;
/// Decades that a grid may span: more are no times of one experiment.
const MOST_DECADES: f64 = 60.0;

/// Columns of the best material, and the sum of squares that it leaves, MPa squared.
struct Best {
    kept: Vec<usize>,
    squares: f64,
}

/// Responses to the strain of a test: a spring of 1 MPa first, then one mode of 1 MPa after the other.
#[derive(Clone, Debug)]
pub(super) struct Design {
    /// One row per sample, first stage first; one column for the spring and for each mode, MPa.
    pub(super) columns: DMatrix<f64>,
    /// Measured stress, MPa.
    pub(super) stress: DVector<f64>,
    /// Relaxation times of the modes, s.
    pub(super) times: Vec<f64>,
    /// How many of the rows belong to the first stage.
    pub(super) first: usize,
    /// How many of the columns have modes no slower than ten times the first stage: what it can tell from a spring.
    pub(super) seen_in_first: usize,
}

impl Design {
    pub(super) fn new(record: &TwoStepRecord) -> Result<Design, FitError> {
        let stress = DVector::from_iterator(
            record.first.len() + record.second.len(),
            record.first.y.iter().chain(&record.second.y).copied(),
        );
        let mut design = Design::on(record, grid(record)?, &stress)?;
        let mut best = design.best();
        for _ in 0..REFINEMENTS {
            let Some(times) = design.finer(&best) else { break };
            let finer = Design::on(record, times, &stress)?;
            let found = finer.best();
            let gained = found.squares < WORTHWHILE * best.squares;
            (design, best) = if gained { (finer, found) } else { break };
        }
        Ok(design)
    }

    fn on(record: &TwoStepRecord, times: Vec<f64>, stress: &DVector<f64>) -> Result<Design, FitError> {
        let wanted = sample_times(record);
        // The last sample of the first stage may be at the very time of the step.
        let before: Vec<bool> = (0..wanted.len()).map(|row| row < record.first.len()).collect();
        let columns = responses_of_changes(record, (&wanted, &before), &times, f64::INFINITY)?;
        let seen = 1 + times.iter().filter(|&&time| time <= SLOWEST * record.test.t_w).count();
        Ok(Design { columns, stress: stress.clone(), times, first: record.first.len(), seen_in_first: seen })
    }

    /// The best material for both stages.
    fn best(&self) -> Best {
        let found = non_negative_least_squares(&self.columns, &self.stress);
        let squares = (&self.stress - &self.columns * &found.coefficients).norm_squared();
        Best { kept: found.kept, squares }
    }

    /// More relaxation times beside those that the best material keeps, for a spectrum of a few sharp lines between the
    /// places of the grid; `None` if there is no room.
    fn finer(&self, best: &Best) -> Option<Vec<f64>> {
        let mut times = self.times.clone();
        for place in best.kept.iter().filter_map(|column| column.checked_sub(1)) {
            let neighbours = [place.checked_sub(1), Some(place + 1)].into_iter().flatten();
            let middle = |other: usize| Some((self.times.get(place)? * self.times.get(other)?).sqrt());
            times.extend(neighbours.filter_map(middle));
        }
        times.sort_by(f64::total_cmp);
        times.dedup();
        (times.len() > self.times.len()).then_some(times)
    }

    /// The material with these moduli, MPa: the spring first.
    pub(super) fn solid(&self, moduli: &[f64]) -> MaxwellSolid {
        let modes = self.times.iter().zip(moduli.iter().skip(1)).filter(|&(_, &modulus)| modulus > 0.0);
        MaxwellSolid {
            relaxed_modulus: moduli.first().copied().unwrap_or(0.0),
            modes: modes.map(|(&relaxation_time, &modulus)| Mode { modulus, relaxation_time }).collect(),
        }
    }
}

/// Times of all samples from the start of the test, s.
pub(super) fn sample_times(record: &TwoStepRecord) -> Vec<f64> {
    let (loaded, unloaded) = (record.test.ramp.unwrap_or(0.0), record.test.second_stage_start());
    let first = record.first.x.iter().map(|time| loaded + time);
    first.chain(record.second.x.iter().map(|time| unloaded + time)).collect()
}

/// Relaxation times from below the first sample to beyond the last one.
fn grid(record: &TwoStepRecord) -> Result<Vec<f64>, FitError> {
    let earliest = |times: &[f64]| times.iter().copied().find(|&time| time > 0.0).unwrap_or(f64::INFINITY);
    let first = earliest(&record.first.x).min(earliest(&record.second.x));
    let last = record.test.t_w + record.second.x.last().copied().unwrap_or(0.0);
    let (fastest, slowest) = (FASTEST * first, SLOWEST * last);
    let decades = (slowest / fastest).log10();
    if !(fastest > 0.0 && decades > 0.0 && decades < MOST_DECADES) {
        return Err(FitError::TimeScale { first, last });
    }
    let steps = (PER_DECADE * decades).ceil() as usize;
    Ok((0..=steps).map(|step| fastest * 10f64.powf(step as f64 / PER_DECADE)).collect())
}

/// Stress per MPa of the spring and of each mode, one column each, as if each change of strain relaxed for `longest` (s) and
/// then no more; at these times, or just before steps at these times where the other list says so.
pub(super) fn responses_of_changes(
    record: &TwoStepRecord,
    (wanted, before): (&[f64], &[bool]),
    relaxation_times: &[f64],
    longest: f64,
) -> Result<DMatrix<f64>, FitError> {
    let test = strain_test(&record.test, wanted, before)?;
    let mut responses = DMatrix::zeros(wanted.len(), relaxation_times.len() + 1);
    let mut column = vec![0.0; wanted.len()];
    test.strain(&mut column);
    responses.column_mut(0).copy_from_slice(&column);
    for change in &test.changes {
        let times = wanted.iter().map(|&time| time.min(change.end + longest)).collect();
        let alone = StrainTest { rest_strain: 0.0, changes: vec![*change], times, ..test.clone() };
        for (place, &relaxation_time) in relaxation_times.iter().enumerate() {
            let mode = MaxwellSolid { relaxed_modulus: 0.0, modes: vec![Mode { modulus: 1.0, relaxation_time }] };
            alone.stress(Moduli { unrelaxed: 1.0, relaxed: 0.0 }, &mode, &mut column);
            for (sum, value) in responses.column_mut(place + 1).iter_mut().zip(&column) {
                *sum += value;
            }
        }
    }
    Ok(responses)
}

/// A two-step test as a linear material takes it, with results wanted at these times from its start, s.
///
/// `before` says where the value just before a step is wanted; empty for nowhere.
pub(super) fn strain_test(test: &TwoStep, wanted: &[f64], before: &[bool]) -> Result<StrainTest, FitError> {
    let malformed = |what: String| FitError::Evaluation(EvaluationError::Malformed { what });
    let history =
        test.protocol().and_then(|protocol| protocol.nodes()).map_err(|error| malformed(error.to_string()))?;
    let columns = Columns {
        time: &history.time,
        temperature: &history.temperature,
        control: &history.control,
        drive: &history.drive,
        wanted,
        before,
    };
    StrainTest::new(columns).map_err(|error| malformed(error.to_string()))
}
