//! The text export of Universal Analysis, of which the Q800 and the other Q-series instruments of TA Instruments write.
//!
//! One key and its values to a line, keys repeat (`OrgMethod` once for each step of the method); `Sig1 Time (min)` and so
//! on name the columns with their units; after `StartOfData` come rows separated by tabs. Times are in minutes unless the
//! line of the signal says otherwise. The key `Time` is the clock when the run began, not a signal. Rows whose time is
//! below zero mark the beginning of a segment of the method and are no data: they are taken out, with a doubt, and kept
//! as metadata.

use crate::document::{Document, Doubt, Sheet, StatedUnit};
use crate::error::FormatError;
use crate::format::Format;
use crate::heading;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;
use crate::text_table::{TextTable, number};
use kovacs_core::units::Dimension;

/// The line before the first row.
const START: &str = "StartOfData";

/// Whether a file that begins so is such an export.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    let signal = head.text.lines().any(|line| line.starts_with("Sig1\t") || line.starts_with("Sig1 "));
    signal && (head.text.contains("Nsig") || head.text.contains(START))
}

/// Reads an export.
pub(crate) fn read(text: &Text<'_>, _: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = Format::UniversalAnalysis;
    let mut lines = text.content.lines().enumerate();
    let mut metadata = Vec::new();
    let mut signals: Vec<&str> = Vec::new();
    let mut promised = None;
    let mut started = false;
    for (_, line) in lines.by_ref() {
        let line = line.trim();
        if line == START {
            started = true;
            break;
        }
        let (key, value) = line.split_once(['\t', ' ']).unwrap_or((line, ""));
        if key.strip_prefix("Sig").is_some_and(|number| number.parse::<usize>().is_ok()) {
            signals.push(value.trim());
        } else if !key.is_empty() {
            if key == "Nsig" {
                promised = value.trim().parse::<usize>().ok();
            }
            let value = value.split('\t').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
            metadata.push((key.to_owned(), value.join(" ")));
        }
    }
    if !started {
        let reason = format!("this {format} ends before `{START}`; export it again with its data");
        return Err(FormatError::NoTable { reason });
    }
    if let Some(promised) = promised.filter(|&promised| promised != signals.len()) {
        let reason = format!("`Nsig {promised}` signals are promised, but {} are named", signals.len());
        return Err(FormatError::Line { format, line: 1, reason });
    }
    let time = signals.iter().position(|signal| is_time(signal)).unwrap_or(0);
    let mut rows = Vec::new();
    let mut markers = Vec::new();
    let mut sheet_metadata = Vec::new();
    let mut doubts = Vec::new();
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty()).peekable();
    while let Some((index, line)) = lines.next() {
        let cells: Vec<&str> = line.trim_matches([' ', '\r']).split('\t').map(str::trim).collect();
        if cells.len() != signals.len() || cells.iter().any(|cell| number(cell).is_none()) {
            let seen: String = line.chars().take(40).collect();
            if lines.peek().is_some() || cells.len() > signals.len() {
                let reason = format!("`{seen}` is not a row of {} numbers; export the file again", signals.len());
                return Err(FormatError::Line { format, line: index + 1, reason });
            }
            let text = format!("the file ends within line {}, `{seen}`, which is left out; is it complete?", index + 1);
            doubts.push(Doubt { kind: "truncated", text });
            break;
        }
        if cells.get(time).and_then(|cell| number(cell)).is_some_and(|time| time < 0.0) {
            markers.push(index + 1);
            let row = format!("before row {}: {}", rows.len() + 1, cells.join(" "));
            sheet_metadata.push(("segment marker".to_owned(), row));
        } else {
            rows.push((index + 1, cells));
        }
    }
    let Some(&(first_line, _)) = rows.first() else {
        let reason = format!("this {format} has no row after `{START}`; export it again with its data");
        return Err(FormatError::NoTable { reason });
    };
    if let Some(first) = markers.first() {
        let text = format!(
            "{} rows with a time below zero, the first in line {first}, mark segments of the method and are left out",
            markers.len()
        );
        doubts.push(Doubt { kind: "negative-time-markers", text });
    }
    let (names, units) = signals.iter().map(|signal| name_and_unit(signal)).unzip();
    let table = TextTable { names, units, rows };
    let (columns, more) = table.columns();
    doubts.extend(more);
    let sheet = Sheet { name: String::new(), metadata: sheet_metadata, columns, first_line, doubts };
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets: vec![sheet], doubts: Vec::new() })
}

/// `Stiffness (N/m)`: what is in the last brackets of a signal is its unit.
fn name_and_unit(signal: &str) -> (&str, &str) {
    match signal.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((name, unit)) => (name.trim(), unit.trim()),
        None => (signal, ""),
    }
}

/// Whether a signal is the time of the run.
fn is_time(signal: &str) -> bool {
    let (name, unit) = name_and_unit(signal);
    let time = matches!(heading::unit(unit), StatedUnit::Known(unit) if unit.dimension() == Dimension::Time);
    time && name.to_lowercase().contains("time")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Values;

    const FILE: &str = "CLOSED\nVersion\t2.0\nSize\t12.3\tmm\t4.0\tmm\nXcomment\ta\nXcomment\tb\n\
        OrgMethod\t1: Ramp 5.00 °C/min to 550.00 °C\nNsig\t3\nSig1\tTime (min)\nSig2\tStiffness (N/m)\nSig3\tTan Delta\n\
        Date\t2026-03-09\nTime\t10:48:37\nStartOfData\n-1\t0\t0\n4.99994E-4\t1.5\t0.1\n0.01216666\t1.6\t0.2\n";

    fn text(content: &str) -> Text<'_> {
        Text { content: content.into(), encoding: "UTF-8" }
    }

    #[test]
    fn keys_repeat_and_the_clock_is_no_signal() {
        assert!(recognises(&Head { bytes: &[], text: FILE }));
        let document = read(&text(FILE), &ReadOptions::default()).unwrap();
        let values = |key: &str| -> Vec<&str> {
            document.metadata.iter().filter(|(found, _)| found == key).map(|(_, value)| value.as_str()).collect()
        };
        assert_eq!(values("Xcomment"), ["a", "b"]);
        assert_eq!(values("Size"), ["12.3 mm 4.0 mm"]);
        assert_eq!(values("Time"), ["10:48:37"]);
        let sheet = &document.sheets[0];
        assert_eq!(sheet.columns[0].values, Values::Numbers(vec![4.99994e-4, 0.01216666]));
        assert!(matches!(sheet.columns[1].unit, StatedUnit::Known(unit) if unit.code() == "N/m"));
        assert_eq!((sheet.doubts[0].kind, sheet.first_line), ("negative-time-markers", 15));
        assert_eq!(sheet.metadata, [("segment marker".to_owned(), "before row 1: -1 0 0".to_owned())]);
    }

    #[test]
    fn a_file_that_is_cut_says_so() {
        let cut = FILE.strip_suffix("\t0.2\n").unwrap();
        let document = read(&text(cut), &ReadOptions::default()).unwrap();
        assert_eq!(document.sheets[0].doubts[0].kind, "truncated");
        let message = |content: &str| read(&text(content), &ReadOptions::default()).unwrap_err().to_string();
        assert!(message(&FILE.replace("\n0.012", "\nx\n0.012")).contains("line 16"));
        assert!(message(&FILE.replace("Nsig\t3", "Nsig\t4")).contains("`Nsig 4` signals"));
        assert!(message(FILE.split("StartOfData").next().unwrap()).contains("ends before `StartOfData`"));
    }
}
