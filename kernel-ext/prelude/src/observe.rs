//! Humps read off a table of noisy tests, as a cell sees them: `table.observe()?` shows itself as tables with units.

use crate::codec::read_sampled_hump;
use crate::sheet::Sheet;
use crate::wire::{Reader, WireError};
use kovacs_core::SampledHump;
use std::fmt;

/// One stage of one test.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Names and values of the columns that tell the tests apart.
    pub test: Vec<(String, String)>,
    /// Strain before and after the step (1), where it is known.
    pub strains: Option<(f64, f64)>,
    /// What the stress does after the step, with errors.
    pub hump: SampledHump,
}

/// What the tests in a table show: a list of [`Observed`].
#[derive(Clone, PartialEq)]
pub struct Observations {
    /// The stages, in the order of the table.
    pub stages: Vec<Observed>,
    /// Titles, and rows of words of which the first is the heading.
    shown: Vec<(String, Vec<Vec<String>>)>,
}

impl Observations {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Observations, WireError> {
        let shown = reader.sequence(|reader| Ok((reader.text()?, reader.sequence(Reader::texts)?)))?;
        let stages = reader.sequence(|reader| {
            Ok(Observed {
                test: reader.sequence(|reader| Ok((reader.text()?, reader.text()?)))?,
                strains: reader.option(|reader| Ok((reader.f64()?, reader.f64()?)))?,
                hump: read_sampled_hump(reader)?,
            })
        })?;
        Ok(Observations { stages, shown })
    }

    /// Shows the tables as the value of a cell.
    pub fn evcxr_display(&self) {
        Sheet::bundle_of(&self.sheets()).show_result();
    }

    fn sheets(&self) -> Vec<Sheet> {
        let sheet = |(title, rows): &(String, Vec<Vec<String>>)| {
            let (heading, rows) = rows.split_first().map_or((&[][..], &[][..]), |(heading, rows)| (heading, rows));
            let empty = Sheet::new(title.as_str(), heading.iter().map(String::as_str));
            rows.iter().fold(empty, |sheet, row| sheet.row(row.iter().map(String::as_str)))
        };
        self.shown.iter().map(sheet).collect()
    }
}

impl fmt::Debug for Observations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sheets().iter().try_for_each(|sheet| writeln!(f, "{}", sheet.text()))
    }
}
