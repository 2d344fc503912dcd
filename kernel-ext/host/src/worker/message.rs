//! What program and worker say to each other.
//!
//! Encoded with postcard: numbers little-endian, lengths in front, and a damaged message is an error. The core has no
//! dependency, so its types are mirrored here where they cross.

use kovacs_core::history::History;
use kovacs_core::linear_response::Moduli;
use kovacs_core::model::{Evaluation, EvaluationError, Experiment, RowStatus};
use serde::{Deserialize, Serialize};

/// From the program to the worker. Each is answered by one [`Reply`]; an evaluation that is watched, by any number of
/// [`Reply::Tick`] before, each of which the program answers with [`Request::GoOn`].
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    /// The first word.
    Hello { abi_major: u32, version: String },
    /// Open a library and make an instance of a model. The path is in the bytes of the system.
    Open { library: Vec<u8>, digest: String, model: String, settings: Vec<f64> },
    /// Fix the experiment.
    Bind { experiment: ExperimentTable },
    /// Compute a batch.
    Evaluate { parameters: Vec<f64>, seeds: Vec<u64>, max_threads: u32, sensitivities: Vec<u32>, watched: bool },
    /// Whether an evaluation goes on after a tick.
    GoOn { go_on: bool },
    /// The linear response at a temperature in K; the worker keeps it under a number.
    Linear { parameters: Vec<f64>, temperature: f64 },
    /// A value of a kept relaxation function at a time in s.
    Relaxation { number: u32, value: RelaxationValue, time: f64 },
    /// A kept relaxation function is not needed any more.
    Forget { number: u32 },
}

/// Which value of a relaxation function.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum RelaxationValue {
    Phi,
    Integral,
    LnRate,
}

/// From the worker to the program.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The first word.
    Hello { abi_major: u32, version: String },
    /// Done, and there is nothing to tell.
    Done,
    /// An evaluation is under way, with the fraction done.
    Tick { fraction: f64 },
    /// The result of a batch; the status of each row as in [`row_code`].
    Evaluated { values: Vec<f64>, jacobian: Vec<f64>, status: Vec<u8>, message: Option<String> },
    /// The linear response, kept under a number; `None` for a model without one.
    Linear(Option<LinearTable>),
    /// A value of a relaxation function.
    Value(f64),
    /// The model or the host refuses.
    Failed(Failure),
    /// The library cannot be opened.
    NotOpened { message: String },
}

/// A linear response whose function stays in the worker.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LinearTable {
    pub(super) number: u32,
    unrelaxed: f64,
    relaxed: f64,
    pub(super) spectrum: Vec<(f64, f64)>,
    pub(super) longest_time: Option<f64>,
}

impl LinearTable {
    pub(super) fn new(number: u32, moduli: Moduli, spectrum: Vec<(f64, f64)>, longest_time: Option<f64>) -> Self {
        LinearTable { number, unrelaxed: moduli.unrelaxed, relaxed: moduli.relaxed, spectrum, longest_time }
    }

    pub(super) fn moduli(&self) -> Moduli {
        Moduli { unrelaxed: self.unrelaxed, relaxed: self.relaxed }
    }
}

/// An experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ExperimentTable {
    time: Vec<f64>,
    temperature: Vec<f64>,
    control: Vec<f64>,
    drive: Vec<f64>,
    times: Vec<f64>,
    before: Vec<bool>,
    wanted: Vec<String>,
}

impl From<&Experiment> for ExperimentTable {
    fn from(experiment: &Experiment) -> Self {
        let History { time, temperature, control, drive } = experiment.history.clone();
        let Experiment { times, before, wanted, .. } = experiment.clone();
        ExperimentTable { time, temperature, control, drive, times, before, wanted }
    }
}

impl From<ExperimentTable> for Experiment {
    fn from(table: ExperimentTable) -> Self {
        let ExperimentTable { time, temperature, control, drive, times, before, wanted } = table;
        Experiment { history: History { time, temperature, control, drive }, times, before, wanted }
    }
}

/// Why an evaluation could not be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Failure {
    OutOfBounds { parameter: String, value: f64, interval: String, unit: String },
    ProtocolRefused { message: String },
    Rejected { message: String },
    SettingsRefused { message: String },
    Malformed { what: String },
    Broken { message: String },
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Self {
        match error {
            EvaluationError::ParameterOutOfBounds { parameter, value, interval, unit, .. } => {
                Failure::OutOfBounds { parameter, value, interval, unit }
            }
            EvaluationError::ProtocolRefused { message, .. } => Failure::ProtocolRefused { message },
            EvaluationError::Rejected { message, .. } => Failure::Rejected { message },
            EvaluationError::SettingsRefused { message, .. } => Failure::SettingsRefused { message },
            EvaluationError::Malformed { what } => Failure::Malformed { what },
            EvaluationError::Broken { message, .. } => Failure::Broken { message },
            other => Failure::Broken { message: other.to_string() },
        }
    }
}

impl Failure {
    pub(super) fn of_model(self, model: &str) -> EvaluationError {
        let model = model.to_owned();
        match self {
            Failure::OutOfBounds { parameter, value, interval, unit } => {
                EvaluationError::ParameterOutOfBounds { model, parameter, value, interval, unit }
            }
            Failure::ProtocolRefused { message } => EvaluationError::ProtocolRefused { model, message },
            Failure::Rejected { message } => EvaluationError::Rejected { model, message },
            Failure::SettingsRefused { message } => EvaluationError::SettingsRefused { model, message },
            Failure::Malformed { what } => EvaluationError::Malformed { what },
            Failure::Broken { message } => EvaluationError::Broken { model, message },
        }
    }
}

/// How a row ended, as a number.
pub(super) fn row_code(status: &RowStatus) -> u8 {
    match status {
        RowStatus::Done => 0,
        RowStatus::Rejected => 1,
        RowStatus::Cancelled => 2,
    }
}

/// An evaluation of the stated size, or nothing if the worker sends another one.
pub(super) fn evaluation(
    values: Vec<f64>,
    jacobian: Vec<f64>,
    status: &[u8],
    message: Option<String>,
    size: &Evaluation,
) -> Option<Evaluation> {
    let rows: Option<Vec<RowStatus>> = status
        .iter()
        .map(|code| match code {
            0 => Some(RowStatus::Done),
            1 => Some(RowStatus::Rejected),
            2 => Some(RowStatus::Cancelled),
            _ => None,
        })
        .collect();
    let found = Evaluation { values, jacobian, status: rows?, message };
    let fits = found.values.len() == size.values.len()
        && found.jacobian.len() == size.jacobian.len()
        && found.status.len() == size.status.len();
    fits.then_some(found)
}

/// The bytes of a message.
pub(super) fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_allocvec(message)
}

/// A message out of bytes, all of which must belong to it.
pub(super) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, postcard::Error> {
    match postcard::take_from_bytes(bytes)? {
        (message, []) => Ok(message),
        _ => Err(postcard::Error::DeserializeBadEncoding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_are_more_than_a_damaged_message(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for result in [decode::<Request>(&bytes).map(|_| ()), decode::<Reply>(&bytes).map(|_| ())] {
                // Some bytes are a message by chance; none may panic.
                prop_assert!(result.is_ok() || result.is_err());
            }
        }

        #[test]
        fn numbers_keep_every_bit(values in prop::collection::vec(any::<u64>().prop_map(f64::from_bits), 0..50)) {
            let reply = Reply::Evaluated { values: values.clone(), jacobian: Vec::new(), status: vec![0], message: None };
            let bytes = encode(&reply).unwrap();
            let Reply::Evaluated { values: back, .. } = decode(&bytes).unwrap() else { panic!("another message") };
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&back), bits(&values));
            for cut in 0..bytes.len() {
                prop_assert!(decode::<Reply>(&bytes[..cut]).is_err());
            }
            prop_assert!(decode::<Reply>(&[&bytes[..], &[0]].concat()).is_err());
        }
    }
}
