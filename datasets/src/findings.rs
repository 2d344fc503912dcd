//! What is wrong with a package, as far as anybody wants to know it.
//!
//! Opening a table needs one reason to refuse it; validating wants all of them. Both run the same checks, which hand
//! what they find to a [`Findings`] and stop when it is full.

use crate::error::DatasetError;

/// A list of findings with room for a stated number; what does not fit is not looked for.
#[derive(Debug)]
pub(crate) struct Findings {
    kept: Vec<DatasetError>,
    room: usize,
}

impl Findings {
    /// Room for one: whoever asks will refuse anyway.
    pub(crate) fn first() -> Findings {
        Findings::up_to(1)
    }

    /// Room for `room` findings.
    pub(crate) fn up_to(room: usize) -> Findings {
        Findings { kept: Vec::new(), room }
    }

    pub(crate) fn add(&mut self, finding: DatasetError) {
        if !self.is_full() {
            self.kept.push(finding);
        }
    }

    /// An empty list with the room that is left here.
    pub(crate) fn of_same_room(&self) -> Findings {
        Findings::up_to(self.room.saturating_sub(self.kept.len()))
    }

    /// Takes over what another list holds.
    pub(crate) fn append(&mut self, other: Findings) {
        other.kept.into_iter().for_each(|finding| self.add(finding));
    }

    /// Whether no more is wanted.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= self.room
    }

    /// The value of a step, or its finding kept.
    pub(crate) fn take<T>(&mut self, step: Result<T, DatasetError>) -> Option<T> {
        step.map_err(|finding| self.add(finding)).ok()
    }

    /// The first finding as an error.
    pub(crate) fn refuse(self) -> Result<(), DatasetError> {
        match self.kept.into_iter().next() {
            Some(finding) => Err(finding),
            None => Ok(()),
        }
    }

    pub(crate) fn into_vec(self) -> Vec<DatasetError> {
        self.kept
    }
}
