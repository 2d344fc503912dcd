//! Who wants to know how far a run is.

use crate::plan::Why;
use crate::report::RunReport;
use std::path::Path;

/// Told of every step of a run; each method does nothing unless it is written.
pub trait Progress {
    /// A notebook with this many cells to run starts.
    fn notebook_started(&mut self, notebook: &Path, cells: usize) {
        let _ = (notebook, cells);
    }

    /// So many cells have results that hold; of the others, their number in the notebook and why they run.
    fn planned(&mut self, kept: usize, runs: &[(usize, Why)]) {
        let _ = (kept, runs);
    }

    /// The results of cell `number` (from 1) of `cells` were taken from an earlier run.
    fn cell_kept(&mut self, number: usize, cells: usize) {
        let _ = (number, cells);
    }

    /// Cell `number` (from 1) of `cells` starts; `label` is the first line of its code.
    fn cell_started(&mut self, number: usize, cells: usize, label: &str) {
        let _ = (number, cells, label);
    }

    /// A cell has ended, after this many seconds.
    fn cell_done(&mut self, number: usize, cells: usize, seconds: f64) {
        let _ = (number, cells, seconds);
    }

    /// The notebook has ended.
    fn notebook_done(&mut self, report: &RunReport) {
        let _ = report;
    }
}

/// Nobody does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {}
