//! Everything that can keep a prediction from being made, with the numbers that say why.

use kovacs_core::CurveError;
use kovacs_core::model::EvaluationError;

/// Why data could not be fitted or predicted. Rows are counted from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// A curve is no curve: unequal lengths, a value that is not finite, a falling abscissa.
    #[error(transparent)]
    Curve(#[from] CurveError),
    /// A curve is in a unit that is not used inside.
    #[error("curve `{label}`: {axis} is in `{unit}`, and `{expected}` is needed; convert it first")]
    Unit {
        /// Label of the curve.
        label: String,
        /// `x` or `y`.
        axis: &'static str,
        /// UCUM code found.
        unit: String,
        /// UCUM code needed.
        expected: &'static str,
    },
    /// Two samples at one time: one of them cannot be what was measured then.
    #[error("curve `{label}`: row {row} has the time of the row before it, {time} s; leave one of them out")]
    RepeatedTime {
        /// Label of the curve.
        label: String,
        /// The second of the two rows.
        row: usize,
        /// The time, s.
        time: f64,
    },
    /// A list of times that is empty or holds something that is none.
    #[error("{}", match value {
        Some(value) => format!("{value} s is among the {what}; take finite ones above 0 s"),
        None => format!("there are no {what}; give at least one"),
    })]
    Grid {
        /// `times` or `relaxation times`.
        what: &'static str,
        /// The value that cannot be; `None` for an empty list.
        value: Option<f64>,
    },
    /// Strain and stress have different numbers of samples.
    #[error("the strain has {strain} samples and the stress has {stress}; both must be sampled at the same times")]
    Lengths {
        /// Samples of strain.
        strain: usize,
        /// Samples of stress.
        stress: usize,
    },
    /// Strain and stress were not sampled at the same times.
    #[error(
        "row {row} has the strain at {strain} s and the stress at {stress} s; both must be sampled at the same times"
    )]
    Times {
        /// First row that differs.
        row: usize,
        /// Time of the strain, s.
        strain: f64,
        /// Time of the stress, s.
        stress: f64,
    },
    /// The end of the fitted part is not a time.
    #[error("the fitted part cannot end at `until` = {until} s; give a finite time")]
    Until {
        /// The value, s.
        until: f64,
    },
    /// Too few samples to determine the modulus.
    #[error(
        "{found} samples up to `until` = {until} s, and at least {needed} are needed; let the fitted part end later"
    )]
    TooFewSamples {
        /// Samples up to `until`.
        found: usize,
        /// How many it takes.
        needed: usize,
        /// End of the fitted part, s.
        until: f64,
    },
    /// Times so close or so far apart that relaxation times between them are no numbers.
    #[error("no relaxation times can be laid between {first:e} s and {last:e} s; check the unit of the times")]
    TimeScale {
        /// First time of the fitted part, s.
        first: f64,
        /// Last time of the fitted part, s.
        last: f64,
    },
    /// Every sample belongs to the fitted part.
    #[error("no sample after `until` = {until} s, the last one is at {last} s; let the fitted part end earlier")]
    NothingToPredict {
        /// End of the fitted part, s.
        until: f64,
        /// Last sample, s.
        last: f64,
    },
    /// The strain is zero throughout the fitted part.
    #[error("the strain is 0 in every sample up to `until` = {until} s; let the fitted part hold a change of strain")]
    NoStrain {
        /// End of the fitted part, s.
        until: f64,
    },
    /// No mode with a modulus above zero brings the stress any closer.
    #[error(
        "no modulus above 0 explains the stress up to `until` = {until} s; check that stress and strain have the same \
         sign convention and that the stress is not zero throughout"
    )]
    NoModulus {
        /// End of the fitted part, s.
        until: f64,
    },
    /// The model is no sum of exponential modes.
    #[error("model `{model}` has no parameter `{parameter}`; superposition needs the model `prony`")]
    NotModal {
        /// Model id.
        model: String,
        /// The parameter looked for.
        parameter: &'static str,
    },
    /// The model answered with another number of values than it was asked for.
    #[error("model `{model}` gave {found} values for {rows} modes at {times} times")]
    Answer {
        /// Model id.
        model: String,
        /// Values that came back.
        found: usize,
        /// Modes asked for, the spring included.
        rows: usize,
        /// Times asked for.
        times: usize,
    },
    /// A hold lies outside the record or holds fewer than two samples.
    #[error(
        "{found} samples in the hold from {start} s to {end} s, and at least 2 are needed; the record goes from \
         {first} s to {last} s"
    )]
    EmptyHold {
        /// Start of the hold, s.
        start: f64,
        /// End of the hold, s.
        end: f64,
        /// Samples in it.
        found: usize,
        /// First sample of the record, s.
        first: f64,
        /// Last sample of the record, s.
        last: f64,
    },
    /// A curve or a series has too few samples for what is asked of it.
    #[error("{label}: {found} samples, and at least {needed} are needed")]
    FewSamples {
        /// What the samples are.
        label: String,
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A time that has no logarithm.
    #[error("{label}: a sample at {time} s, and times must be above 0 s; leave it out")]
    EarlySample {
        /// What the samples are.
        label: String,
        /// The time, s.
        time: f64,
    },
    /// A sample after the end of its stage.
    #[error("{label}: a sample at {time} s, and the stage ends at {end} s; leave it out, or correct the waiting time")]
    LateSample {
        /// What the samples are.
        label: String,
        /// The time, s.
        time: f64,
        /// End of the stage, s.
        end: f64,
    },
    /// A hump that cannot be one.
    #[error(
        "hump {row}: waiting time {t_w} s, r = {r}, peak time {t_p} s, height {height} MPa; times and heights must be \
         above 0 and r between 0 and 1; leave it out"
    )]
    Hump {
        /// Row, from 0.
        row: usize,
        /// Waiting time, s.
        t_w: f64,
        /// `1 - eps2/eps1`.
        r: f64,
        /// Peak time, s.
        t_p: f64,
        /// Height, MPa.
        height: f64,
    },
    /// A point of a series is not finite.
    #[error("point {row} is ({x}, {y}); leave out points that are not finite")]
    Point {
        /// Row, from 0.
        row: usize,
        /// Its abscissa.
        x: f64,
        /// Its ordinate.
        y: f64,
    },
    /// Nothing changes, so that nothing can be fitted to the change.
    #[error("{label}: the value is {initial} throughout; there is no change to fit")]
    Flat {
        /// What the samples are.
        label: String,
        /// The value.
        initial: f64,
    },
    /// The value at the start is no unit to measure the rest in.
    #[error(
        "{label}: the initial value {initial} is too small against {largest}, the largest of the samples, or of the \
         other sign: a form relative to it says nothing; leave the initial value free, or do not fit this form"
    )]
    InitialValue {
        /// What the samples are.
        label: String,
        /// The initial value.
        initial: f64,
        /// The sample that is farthest from zero.
        largest: f64,
    },
    /// Not one standard deviation per sample.
    #[error("{label}: {found} standard deviations for {needed} samples; give one for each")]
    Deviations {
        /// What the samples are.
        label: String,
        /// How many deviations there are.
        found: usize,
        /// How many samples there are.
        needed: usize,
    },
    /// A standard deviation that gives no weight.
    #[error("{label}: row {row} has the standard deviation {value}; it must be finite and above 0")]
    Deviation {
        /// What the samples are.
        label: String,
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// The search for a minimum ended nowhere.
    #[error("{label}: no fit converged; look at the samples, a few of them may be wrong")]
    NoFit {
        /// What the samples are.
        label: String,
    },
    /// The reference temperature is not one of those measured.
    #[error("there is no relaxation at {temperature} K, only at {known:?} K")]
    NoReference {
        /// The temperature asked for, K.
        temperature: f64,
        /// Those there are, K.
        known: Vec<f64>,
    },
    /// The time of an activation energy is not inside the relaxation.
    #[error("the relaxation from {first} s to {last} s gives no level at {time} s; choose a time inside it")]
    OutsideRelaxation {
        /// The time asked for, s.
        time: f64,
        /// First sample, s.
        first: f64,
        /// Last sample, s.
        last: f64,
    },
    /// Too few temperatures reach the level.
    #[error(
        "{found} temperatures reach the level of {time} s, and at least {needed} are needed; measure longer or at \
         more temperatures"
    )]
    FewTemperatures {
        /// The time asked for, s.
        time: f64,
        /// How many reach it.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// No waiting times and temperatures are known for a glass.
    #[error("there are no series of tests for the glass `{glass}`; choose one of the paper's glasses")]
    NoSeries {
        /// Id of the glass.
        glass: String,
    },
    /// Somebody asked to stop.
    #[error("stopped before the end")]
    Stopped,
    /// The model could not be evaluated.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
}
