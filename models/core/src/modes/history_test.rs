//! Any experiment, as a solid of Maxwell elements takes it: nodes and wanted times, kept from `bind` to `evaluate`.

use crate::History;
use crate::linear_response::{Columns, LinearTestError};

/// Nodes of strain or stress control at any temperatures, and when results are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryTest {
    /// The nodes; at least one.
    pub history: History,
    /// Times at which results are wanted, s, never falling and not before the first node.
    pub times: Vec<f64>,
    /// For each time whether the value just before a jump is wanted; as long as `times`.
    pub before: Vec<bool>,
}

impl HistoryTest {
    /// Reads an experiment.
    ///
    /// # Errors
    /// [`LinearTestError::Columns`] only: the columns do not belong together.
    pub fn new(columns: Columns<'_>) -> Result<HistoryTest, LinearTestError> {
        let Columns { time, temperature, control, drive, wanted, before } = columns;
        let same_length = [temperature.len(), control.len(), drive.len()] == [time.len(); 3];
        if time.is_empty() || !same_length || !(before.is_empty() || before.len() == wanted.len()) {
            return Err(LinearTestError::Columns);
        }
        let history = History {
            time: time.to_vec(),
            temperature: temperature.to_vec(),
            control: control.to_vec(),
            drive: drive.to_vec(),
        };
        let before = if before.is_empty() { vec![false; wanted.len()] } else { before.to_vec() };
        Ok(HistoryTest { history, times: wanted.to_vec(), before })
    }

    /// Temperature before the first node, K.
    pub fn start_temperature(&self) -> f64 {
        self.history.temperature.first().copied().unwrap_or(f64::NAN)
    }
}
