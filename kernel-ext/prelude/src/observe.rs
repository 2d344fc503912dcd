//! Humps read off a table of noisy tests, as a cell sees them: `table.observe()?` shows itself as tables with units.

use crate::codec::read_sampled_hump;
use crate::display::{Bundle, html_text};
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
        let mut bundle = Bundle::new();
        bundle.text("text/plain", format!("{self:?}"));
        bundle.text("text/html", self.shown.iter().map(html).collect::<String>());
        bundle.show_result();
    }
}

impl fmt::Debug for Observations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, rows) in &self.shown {
            writeln!(f, "{title}")?;
            let width = |column: usize| {
                rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            };
            for row in rows {
                let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:0$}", width(column)));
                writeln!(f, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
            }
        }
        Ok(())
    }
}

fn html((title, rows): &(String, Vec<Vec<String>>)) -> String {
    let line = |row: &Vec<String>, tag: &str| {
        let cells: String = row.iter().map(|cell| format!("<{tag}>{}</{tag}>", html_text(cell))).collect();
        format!("<tr>{cells}</tr>")
    };
    let head = rows.first().map(|row| line(row, "th")).unwrap_or_default();
    let body: String = rows.iter().skip(1).map(|row| line(row, "td")).collect();
    format!("<table><caption>{}</caption><thead>{head}</thead><tbody>{body}</tbody></table>", html_text(title))
}
