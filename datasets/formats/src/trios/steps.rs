//! The standard text export of TRIOS: keys, `[sections]`, and a `[step]` for each step with bare rows.

use crate::document::{Document, Sheet};
use crate::error::FormatError;
use crate::format::Format;
use crate::text::Text;
use crate::text_table::{TextTable, number};

/// What the lines that follow belong to.
enum Place {
    /// Keys and values of a section; empty before the first.
    Section(String),
    /// The line after `[step]`: its name.
    StepName,
    /// Before the names of the columns.
    Names,
    /// Right below the names: units, or the first row.
    Units,
    /// Rows of the table.
    Rows,
}

/// A step as it is gathered.
struct Step<'a> {
    name: &'a str,
    metadata: Vec<(String, String)>,
    table: TextTable<'a>,
}

/// Reads a standard text export.
pub(super) fn read(text: &Text<'_>) -> Result<Document, FormatError> {
    let format = Format::TriosText;
    let mut metadata: Vec<(String, String)> = Vec::new();
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut place = Place::Section(String::new());
    for (index, line) in text.content.lines().enumerate() {
        let line = line.trim_end_matches(['\r', '\t']);
        if line.trim().is_empty() {
            continue;
        }
        if let Some(section) = section(line) {
            place = if section.eq_ignore_ascii_case("step") {
                steps.push(Step { name: "", metadata: Vec::new(), table: TextTable::default() });
                Place::StepName
            } else {
                Place::Section(section.to_owned())
            };
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        place = match (place, steps.last_mut()) {
            (Place::StepName, Some(step)) => {
                step.name = line.trim();
                Place::Names
            }
            (Place::Names, Some(step)) => {
                step.table.names = cells;
                Place::Units
            }
            (Place::Units, Some(step)) if !is_row(&cells) => {
                step.table.units = cells;
                // A unit row that ends early leaves the last columns without a unit.
                step.table.units.resize(step.table.names.len(), "");
                Place::Rows
            }
            (Place::Units | Place::Rows, Some(step)) => {
                if !is_row(&cells) {
                    let reason = format!(
                        "`{}` stands among the rows of step `{}` and is no row of numbers; export the file again",
                        line.chars().take(40).collect::<String>(),
                        step.name
                    );
                    return Err(FormatError::Line { format, line: index + 1, reason });
                }
                step.table.rows.push((index + 1, cells));
                Place::Rows
            }
            (place, step) => {
                let section = if let Place::Section(section) = &place { section.as_str() } else { "" };
                // Analyses after a step are about that step.
                let target = step.map_or(&mut metadata, |step| &mut step.metadata);
                let before = target.last().map(|(key, _)| key.clone());
                target.push(pair(section, &cells, before));
                place
            }
        };
    }
    let sheets: Vec<Sheet> = steps.into_iter().filter(|step| !step.table.rows.is_empty()).map(sheet).collect();
    if sheets.is_empty() {
        let reason = "this TRIOS export has no `[step]` with rows; export it with its data".to_owned();
        return Err(FormatError::NoTable { reason });
    }
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets, doubts: Vec::new() })
}

/// `[File Parameters]` without its brackets.
pub(super) fn section(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|name| !name.contains('\t'))
}

/// Whether cells are a row: numbers are not fewer than words.
fn is_row(cells: &[&str]) -> bool {
    let filled = cells.iter().filter(|cell| !cell.trim().is_empty());
    let (numbers, all) = filled.fold((0, 0), |(n, all), cell| (n + usize::from(number(cell).is_some()), all + 1));
    numbers > 0 && 2 * numbers >= all
}

/// A key and its value; a line that begins with a tab goes on with the key of the line before.
pub(super) fn pair(section: &str, cells: &[&str], before: Option<String>) -> (String, String) {
    let (key, values) = cells.split_first().unwrap_or((&"", &[]));
    let value = values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect::<Vec<_>>().join(" ");
    let key = match (key.trim(), section, before) {
        ("", _, Some(before)) => before,
        (key, "", _) => key.to_owned(),
        (key, section, _) => format!("{section}: {key}"),
    };
    (key, value)
}

fn sheet(step: Step<'_>) -> Sheet {
    let (columns, doubts) = step.table.columns();
    let first_line = step.table.rows.first().map_or(0, |(line, _)| *line);
    Sheet { name: step.name.to_owned(), metadata: step.metadata, columns, first_line, doubts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{StatedUnit, Values};

    const FILE: &str = "Filename\ta.tri\nInstrument name\tX\nProcedure name\tP\n\tHold\n\tEnd of test\n\
        [File Parameters]\nRun date\t2024\n[step]\nHold - 1\nStep time\tStress\tTan(delta)\tDate and time\n\
        min\tMPa\t\t\n0,5\t1.5\t0.1\t10/17/2022 10:27:02 AM\n1\t2.5\t\t10/17/2022 10:27:03 AM\n\
        [Analysis]\nModel\tnone\n[step]\n2\nTime\tStress\ns\tPa\n1\t3\n";

    fn text(content: &str) -> Text<'_> {
        Text { content: content.into(), encoding: "UTF-8" }
    }

    #[test]
    fn steps_keep_their_own_units() {
        let document = read(&text(FILE)).unwrap();
        assert_eq!(document.metadata[3], ("Procedure name".to_owned(), "Hold".to_owned()));
        assert!(document.metadata.contains(&("File Parameters: Run date".to_owned(), "2024".to_owned())));
        let [first, second] = document.sheets.as_slice() else { panic!("{document:?}") };
        let units = |sheet: &Sheet| -> Vec<String> {
            sheet
                .columns
                .iter()
                .map(|column| match &column.unit {
                    StatedUnit::Known(unit) => unit.code().to_owned(),
                    other => format!("{other:?}"),
                })
                .collect()
        };
        assert_eq!(units(first), ["min", "MPa", "Missing", "Missing"]);
        assert_eq!(units(second), ["s", "Pa"]);
        assert_eq!((first.name.as_str(), first.first_line, first.rows()), ("Hold - 1", 12, 2));
        assert_eq!(first.columns[0].values, Values::Numbers(vec![0.5, 1.0]));
        assert!(matches!(&first.columns[3].values, Values::Words(words) if words[0].ends_with("AM")));
        assert_eq!(first.metadata, [("Analysis: Model".to_owned(), "none".to_owned())]);
    }

    #[test]
    fn words_among_rows_are_an_error_with_a_line() {
        let message = read(&text(&FILE.replace("1\t2.5", "pause\tx"))).unwrap_err().to_string();
        assert!(message.starts_with("line 13 of this TRIOS text export: `pause"), "{message}");
        assert!(read(&text("Filename\ta\nInstrument name\tb\n")).is_err());
    }
}
