//! Results against the stored reference: compared after a run, or stored as the new one.

use crate::failure::Failure;
use kovacs_runner::{Difference, Notebook, Reference, RunReport, RunStatus, exit_code};
use std::path::Path;

/// What to do with what a notebook published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Nothing.
    None,
    /// Compare it with the reference, where there is one that is from the same data.
    IfStored,
    /// Compare it with the reference; it is a failure if there is none.
    Required,
    /// Print what has changed and store it.
    Update,
}

/// How a notebook compares.
#[derive(Debug, Default)]
pub struct Compared {
    /// What is not as the reference has it.
    pub differences: Vec<Difference>,
    /// Claims and curves that were compared.
    pub size: (usize, usize),
    /// There is no reference.
    pub missing: bool,
    /// The new results became the reference.
    pub stored: bool,
    /// Packages that hold other data than those of the reference, for which reason nothing was compared.
    pub other_data: Vec<String>,
}

impl Compared {
    /// Whether that makes `--check` fail.
    pub fn is_failure(&self) -> bool {
        !self.stored && (self.missing || !self.differences.is_empty())
    }

    /// What to tell a person; the first line names the notebook.
    pub fn words(&self, notebook: &Path) -> String {
        let (claims, curves) = self.size;
        let name = notebook.display();
        let what = format!("{claims} claims and {curves} curves");
        if let Some(package) = self.other_data.first() {
            return format!(
                "{name}: not compared with its reference, in which package `{package}` has other data; \
                 `--check` compares all the same"
            );
        }
        let mut text = match (self.stored, self.missing, self.differences.len()) {
            (true, true, _) => format!("{name}: the first reference is stored: {what}"),
            (true, false, 0) => format!("{name}: the reference stays as it is: {what}"),
            (true, false, count) => format!("{name}: the new reference is stored; {count} changed of {what}:"),
            (false, true, _) => {
                let path = Reference::path(notebook);
                format!(
                    "{name}: there is no reference `{}`\nwhat to do: `kovacs run {name} --update` stores one",
                    path.display()
                )
            }
            (false, false, 0) => format!("{name}: as the reference has it: {what}"),
            (false, false, count) => format!("{name}: {count} changed of {what}:"),
        };
        for difference in &self.differences {
            text.push_str(&format!("\n  {difference}"));
        }
        text
    }
}

/// Compares what a notebook published, and stores it if that is asked for. `None` if there is nothing to compare: the
/// notebook did not run to its end.
///
/// # Errors
/// The copy or the reference cannot be read, or the reference cannot be written.
pub fn compare(report: &RunReport, comparison: Comparison) -> Result<Option<Compared>, Failure> {
    if comparison == Comparison::None || report.status != RunStatus::Done {
        return Ok(None);
    }
    let unreadable = |error| Failure::from(error).code(exit_code::NOTEBOOK_UNREADABLE);
    let path = Reference::path(&report.notebook);
    let stored = Reference::read(&path).map_err(unreadable)?;
    let now = Reference::of(&Notebook::read(&report.output).map_err(unreadable)?);
    let mut compared = Compared { size: now.size(), missing: stored.is_none(), ..Compared::default() };
    if let Some(stored) = &stored {
        compared.differences = stored.differences(&now);
        if comparison == Comparison::IfStored && !compared.differences.is_empty() {
            compared.other_data = stored.other_data(&now);
        }
        if !compared.other_data.is_empty() {
            compared.differences.clear();
        }
    }
    match comparison {
        Comparison::IfStored if compared.missing => return Ok(None),
        // A notebook that publishes nothing needs no reference.
        _ if compared.missing && compared.size == (0, 0) => return Ok(None),
        Comparison::Update => {
            compared.stored = true;
            // Changes within the tolerances are none, and would only fill the history of the file.
            if compared.missing || !compared.differences.is_empty() {
                now.write(&path).map_err(unreadable)?;
            }
        }
        _ => {}
    }
    Ok(Some(compared))
}
