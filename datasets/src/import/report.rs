//! What an import made, in words.

use super::history::to_the_nanosecond;
use crate::descriptor::{DoubtStatement, Parent, ProtocolStatement};
use crate::package::Package;
use crate::protocol;
use crate::table::Table;
use kovacs_core::holds::Hold;
use kovacs_core::toml_form::write_protocol;
use std::fmt;

/// What an import made.
#[derive(Clone, Debug)]
pub struct ImportReport {
    /// The packages, in the order of their names.
    pub packages: Vec<Package>,
    /// Their tables, in the order of the mapping.
    pub tables: Vec<ImportedTable>,
    /// The file they were made from.
    pub parent: Parent,
}

/// A table that was imported.
#[derive(Clone, Debug)]
pub struct ImportedTable {
    /// Package that it belongs to.
    pub package: String,
    /// Its rows.
    pub table: Table,
    /// Stretches of constant strain; empty where the table has no time and strain, or several curves.
    pub holds: Vec<Hold>,
    /// What was done to the samples, as written into the package.
    pub protocol: Vec<ProtocolStatement>,
    /// What a person should know of the import, one sentence each.
    pub notes: Vec<String>,
    /// What a person should look at before trusting the numbers; also in the package.
    pub doubts: Vec<DoubtStatement>,
}

impl ImportedTable {
    /// The protocols in the TOML form, in which `kovacs predict` and `--protocol` take them.
    pub fn protocols(&self) -> Vec<String> {
        let read = self.protocol.iter().filter_map(|stated| protocol::read(stated).ok());
        read.map(|stated| write_protocol(&stated.form)).collect()
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for package in &self.packages {
            let folder = package.folder().display();
            writeln!(
                f,
                "package `{}` in `{folder}`, made from `{}` ({})",
                package.name(),
                self.parent.path,
                self.parent.hash
            )?;
        }
        self.tables.iter().try_for_each(|table| write!(f, "{table}"))
    }
}

impl fmt::Display for ImportedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.table.to_text(6))?;
        if !self.holds.is_empty() {
            writeln!(f, "{} holds:", self.holds.len())?;
        }
        for (number, hold) in self.holds.iter().enumerate() {
            let Hold { strain, first_row, last_row, .. } = hold;
            let (start, end) = (to_the_nanosecond(hold.start), to_the_nanosecond(hold.end));
            writeln!(f, "  {}: strain {strain:.4}, {start} s to {end} s, rows {first_row} to {last_row}", number + 1)?;
        }
        match self.protocols().as_slice() {
            [] => {}
            [only] => {
                writeln!(f, "protocol in the package; is this what was done? If not, give `--protocol FILE`:")?;
                for line in only.lines() {
                    writeln!(f, "{}", format!("  {line}").trim_end())?;
                }
            }
            several => writeln!(f, "{} protocols in the package, one for each test", several.len())?,
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}
