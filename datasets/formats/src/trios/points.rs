//! The LIMS text and the csv export of TRIOS: rows are named, `Variables`, `Units` (or nothing), `Data point`.

use super::steps::{pair, section};
use crate::document::{Document, Doubt, Sheet};
use crate::error::FormatError;
use crate::format::Format;
use crate::text::Text;
use crate::text_table::TextTable;

/// A step as it is gathered.
#[derive(Default)]
struct Step<'a> {
    name: String,
    metadata: Vec<(String, String)>,
    table: TextTable<'a>,
    /// Number of points that the file promises.
    promised: Option<usize>,
}

/// Whether a line names the columns of a table.
pub(super) fn is_names(line: &str) -> bool {
    line.starts_with("Variables\t") || line.starts_with("Variables,")
}

/// Reads a LIMS or csv export.
pub(super) fn read(text: &Text<'_>, format: Format) -> Result<Document, FormatError> {
    let mut metadata: Vec<(String, String)> = Vec::new();
    let mut done: Vec<Step<'_>> = Vec::new();
    // What is said before the names of the columns is about the step that follows, once a step was announced.
    let mut step: Option<Step<'_>> = None;
    let mut place = "";
    let mut separator = '\t';
    for (index, line) in text.content.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() {
            continue;
        }
        if let Some(name) = section(line) {
            if name.eq_ignore_ascii_case("step") {
                done.extend(step.replace(Step::default()));
                place = "";
            } else {
                place = name;
            }
            continue;
        }
        if is_names(line) {
            separator = if line.starts_with("Variables\t") { '\t' } else { ',' };
            if step.as_ref().is_some_and(|step| !step.table.names.is_empty()) {
                done.extend(step.take());
            }
            let step = step.get_or_insert_default();
            step.table.names = cells(line, separator).into_iter().skip(1).collect();
            while step.table.names.last().is_some_and(|name| name.trim().is_empty()) {
                step.table.names.pop();
            }
            continue;
        }
        let cells = cells(line, if line.contains('\t') { '\t' } else { separator });
        let first = cells.first().copied().unwrap_or_default().trim();
        match (&mut step, first) {
            (Some(step), "Data point") if !step.table.names.is_empty() => {
                step.table.rows.push((index + 1, cells.into_iter().skip(1).collect()));
            }
            (Some(step), "Units" | "") if !step.table.names.is_empty() && step.table.rows.is_empty() => {
                step.table.units = cells.into_iter().skip(1).collect();
                // A unit row that ends early leaves the last columns without a unit.
                step.table.units.resize(step.table.names.len(), "");
            }
            (_, "Data point") => {
                let reason = "a `Data point` comes before the `Variables` that name it; export the file again";
                return Err(FormatError::Line { format, line: index + 1, reason: reason.to_owned() });
            }
            (step, key) => {
                let value = cells.get(1).copied().unwrap_or_default().trim();
                if let (Some(step), "Step name") = (step.as_mut(), key) {
                    step.name = value.to_owned();
                }
                if key == "Number of points" {
                    step.get_or_insert_default().promised = value.parse().ok();
                }
                let target = match (&mut *step, place) {
                    (Some(step), "") if format == Format::TriosLims => &mut step.metadata,
                    _ => &mut metadata,
                };
                let before = target.last().map(|(key, _)| key.clone());
                target.push(pair(place, &cells, before));
            }
        }
    }
    done.extend(step);
    let sheets: Vec<Sheet> = done.into_iter().filter(|step| !step.table.rows.is_empty()).map(sheet).collect();
    if sheets.is_empty() {
        let reason = format!("this {format} has no `Data point`; export it with its data");
        return Err(FormatError::NoTable { reason });
    }
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets, doubts: Vec::new() })
}

/// The cells of a line; within quotes a comma separates nothing.
fn cells(line: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    let split = line.split(|c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    });
    split.map(|cell| cell.trim().trim_matches('"')).collect()
}

fn sheet(step: Step<'_>) -> Sheet {
    let (columns, mut doubts) = step.table.columns();
    let rows = step.table.rows.len();
    if let Some(promised) = step.promised.filter(|&promised| promised != rows) {
        let text = format!("the file says `Number of points {promised}`, but has {rows} rows; is it complete?");
        doubts.push(Doubt { kind: "truncated", text });
    }
    let first_line = step.table.rows.first().map_or(0, |(line, _)| *line);
    Sheet { name: step.name, metadata: step.metadata, columns, first_line, doubts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{StatedUnit, Values};
    use crate::trios::dialect;

    fn check(content: &str, format: Format) -> Document {
        assert_eq!(dialect(content), Some(format));
        read(&Text { content: content.into(), encoding: "UTF-8" }, format).unwrap()
    }

    #[test]
    fn lims_steps_are_sheets() {
        let text = "[Version]\nTA Instruments LIMS export format version\t0\n[Header]\nOperator\tA\n[Step]\n\
            Step name\tRelaxation (45.0 °C)\nNumber of points\t3\nVariables\tStep time\tModulus\n\
            Units\ts\tMPa\nData point\t1\t2000\nData point\t2\t1900\n[Step]\nStep name\tB\nVariables\tTime\n\
            Units\tmin\nData point\t1\n";
        let document = check(text, Format::TriosLims);
        let [first, second] = document.sheets.as_slice() else { panic!("{document:?}") };
        assert_eq!((first.name.as_str(), first.rows(), second.rows()), ("Relaxation (45.0 °C)", 2, 1));
        assert_eq!(first.doubts[0].kind, "truncated");
        assert!(second.doubts.is_empty());
        assert_eq!(document.metadata.last().unwrap(), &("Header: Operator".to_owned(), "A".to_owned()));
    }

    #[test]
    fn csv_may_be_separated_by_commas() {
        let text = "Filename,a.tri\nInstrument name,X\nNumber of points,2\nVariables,Time,\"Stress, mean\",Step\n\
            ,min,kPa\nData point,1,2.5,1\nData point,2,2.4,1\n";
        let document = check(text, Format::TriosCsv);
        let sheet = &document.sheets[0];
        assert_eq!(sheet.columns[1].name, "Stress, mean");
        assert_eq!(sheet.columns[1].values, Values::Numbers(vec![2.5, 2.4]));
        assert_eq!(sheet.columns[2].unit, StatedUnit::Missing);
        assert!(sheet.doubts.is_empty(), "{:?}", sheet.doubts);
        assert_eq!(sheet.first_line, 6);
    }
}
