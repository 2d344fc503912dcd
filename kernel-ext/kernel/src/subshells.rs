//! Subshells (JEP 91): queues of cells beside the main one.
//!
//! A session runs one cell at a time, so cells of different queues take turns; a failure aborts its own queue only.
//! What is no cell is answered at once on every queue, with and without subshells.

use crate::execution::start_queue;
use crate::kernel::Kernel;
use kovacs_wire::{Request, new_identifier};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::UnboundedSender;

/// Gives cells to one queue.
pub(crate) type Queue = UnboundedSender<Arc<Request>>;

/// The queues that clients have asked for, by identifier.
#[derive(Default)]
pub(crate) struct Subshells(Mutex<BTreeMap<String, Queue>>);

impl Subshells {
    /// Makes one, and gives its identifier.
    pub(crate) fn create(&self, kernel: &Arc<Kernel>) -> String {
        let identifier = new_identifier();
        self.all().insert(identifier.clone(), start_queue(Arc::clone(kernel)));
        identifier
    }

    /// Removes one; cells that wait in it still run. `false` if there is none of this name.
    pub(crate) fn delete(&self, identifier: &str) -> bool {
        self.all().remove(identifier).is_some()
    }

    /// Their identifiers.
    pub(crate) fn list(&self) -> Vec<String> {
        self.all().keys().cloned().collect()
    }

    /// The queue of this name.
    pub(crate) fn queue(&self, identifier: &str) -> Option<Queue> {
        self.all().get(identifier).cloned()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
