//! Patterns and pair distributions: Fit2D, pyFAI and Dioptas, PDFgetX3 and xPDFsuite, PDFgetX2, PDFgetN, Mantid, Gudrun.
//!
//! One rule reads all of them: the numbers follow a line with `start data`, or else the first line that is nothing but
//! numbers; `#L`, or the last comment with as many words as there are columns, names them; `key = value` before the
//! numbers is kept. The programs that write pair distributions have `r` in Å by their own definition, so an `r` of
//! theirs counts as stated; every other unit must be in the file. Columns without any header are delimited text, whose
//! units are asked for.

use crate::document::{Column, Document, Doubt, Sheet, StatedUnit, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;
use kovacs_core::units::parse_unit;

/// Largest number of columns: more is not a pattern.
const MOST_COLUMNS: usize = 16;

/// Longest key that is kept as one; longer is prose with an equals sign in it.
const LONGEST_KEY: usize = 60;

/// Whether one of these programs wrote a file that begins so.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    program(head.text).is_some()
}

/// Reads a file of one of these programs.
pub(crate) fn read(text: &Text<'_>, _: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = program(&text.content).unwrap_or(Format::StartData);
    let (metadata, sheet) = read_as(format, &text.content)?;
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets: vec![sheet], doubts: Vec::new() })
}

/// Which of these programs wrote a file that begins so; `None` where it was none of them.
fn program(beginning: &str) -> Option<Format> {
    let lines: Vec<&str> = beginning.lines().collect();
    let marked = lines.iter().position(|line| marks_start(line));
    let header = match marked.or_else(|| lines.iter().position(|line| is_numbers(line))) {
        Some(end) => lines.get(..end + usize::from(marked.is_some()))?,
        None => &lines,
    };
    // The line after `start data` may name the program too (`#S 1 - PDF from PDFgetN`).
    let after = lines.iter().skip(header.len()).take_while(|line| line.starts_with('#'));
    let has = |text: &str| header.iter().chain(after.clone()).any(|line| line.contains(text));
    let commented = header.iter().all(|line| line.starts_with('#') || line.trim().is_empty());
    if has("Get_XPDF") {
        Some(Format::PdfGetX2)
    } else if has("# xPDFsuite") || has("pdfgetx") || (marked.is_some() && has("PDFgetX3")) {
        Some(Format::PdfGetX3)
    } else if marked.is_some() && has("PDFgetN") {
        Some(Format::PdfGetN)
    } else if marked.is_some() && has("Mantid") {
        Some(Format::Mantid)
    } else if marked.is_some() {
        Some(Format::StartData)
    } else if commented && !header.is_empty() && (has("pyFAI") || has("Dioptas")) {
        Some(Format::PyFai)
    } else if commented && !header.is_empty() && (has("gudrun") || has("Gudrun")) {
        Some(Format::Gudrun)
    } else {
        is_fit2d(&lines).then_some(Format::Fit2d)
    }
}

/// Four lines, of which the fourth is the number of points, then two columns.
fn is_fit2d(lines: &[&str]) -> bool {
    match lines {
        [_, x_label, _, points, first, ..] => {
            !is_numbers(x_label)
                && !x_label.starts_with('#')
                && points.trim().parse::<usize>().is_ok()
                && numbers(first).is_some_and(|row| row.len() == 2)
        }
        _ => false,
    }
}

/// A key and its value in the header.
type Pair = (String, String);

/// The header and the table of a file of this program.
fn read_as(format: Format, text: &str) -> Result<(Vec<Pair>, Sheet), FormatError> {
    let lines: Vec<&str> = text.lines().collect();
    let marked = lines.iter().position(|line| marks_start(line));
    let skipped = match (format, marked) {
        // The fourth line of Fit2D is a number, but no row.
        (Format::Fit2d, _) => 4,
        (_, Some(line)) => line + 1,
        (_, None) => 0,
    };
    let start = (skipped..lines.len()).find(|&index| lines.get(index).is_some_and(|line| is_numbers(line)));
    let Some(start) = start else {
        let reason = format!("this {format} has no line with two numbers or more after its header");
        return Err(FormatError::NoTable { reason });
    };
    let (header, body) = lines.split_at(start);
    let columns = columns(body, start, format)?;
    let headings = headings(header, format, columns.len());
    let columns = columns.into_iter().enumerate().map(|(index, values)| {
        let (name, unit) = headings.get(index).cloned().unwrap_or((String::new(), StatedUnit::Missing));
        Column { name, unit, values: Values::Numbers(values) }
    });
    let sheet = Sheet {
        name: String::new(),
        metadata: Vec::new(),
        columns: columns.collect(),
        first_line: start + 1,
        doubts: Vec::new(),
    };
    let doubts = truncated(header, format, sheet.rows()).into_iter().collect();
    Ok((metadata(header, format), Sheet { doubts, ..sheet }))
}

/// Fit2D says how many points there are.
fn truncated(header: &[&str], format: Format, rows: usize) -> Option<Doubt> {
    let promised = header.get(3).filter(|_| format == Format::Fit2d)?.trim().parse::<usize>().ok()?;
    (promised != rows).then(|| Doubt {
        kind: "truncated",
        text: format!("line 4 promises {promised} points, but there are {rows}; is the file complete?"),
    })
}

/// The rows as columns; `before` lines of the file precede them.
fn columns(body: &[&str], before: usize, format: Format) -> Result<Vec<Vec<f64>>, FormatError> {
    let refuse = |index: usize, reason: String| FormatError::Line { format, line: before + index + 1, reason };
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for (index, line) in body.iter().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(row) = numbers(line) else {
            let seen: String = line.chars().take(40).collect();
            return Err(refuse(index, format!("`{seen}` is not a row of numbers; take it out, or export again")));
        };
        if columns.is_empty() {
            if row.len() > MOST_COLUMNS {
                return Err(refuse(index, format!("{} columns are more than a pattern has", row.len())));
            }
            columns = vec![Vec::with_capacity(body.len()); row.len()];
        }
        if row.len() != columns.len() {
            let reason =
                format!("{} numbers where the rows before have {}; is the file complete?", row.len(), columns.len());
            return Err(refuse(index, reason));
        }
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    Ok(columns)
}

fn marks_start(line: &str) -> bool {
    line.starts_with('#') && line.contains("start data")
}

fn is_numbers(line: &str) -> bool {
    numbers(line).is_some_and(|row| row.len() >= 2)
}

/// A row of numbers, separated by blanks, commas or semicolons; `None` if anything else is in it.
fn numbers(line: &str) -> Option<Vec<f64>> {
    let words = line.split(|separator: char| separator.is_whitespace() || separator == ',' || separator == ';');
    let row: Option<Vec<f64>> =
        words.filter(|word| !word.is_empty()).map(|word| fast_float2::parse(word).ok()).collect();
    row.filter(|row| !row.is_empty())
}

/// Names and units of `count` columns.
fn headings(header: &[&str], format: Format, count: usize) -> Vec<(String, StatedUnit)> {
    if format == Format::Fit2d {
        return header.iter().skip(1).take(2).map(|label| fit2d_heading(label)).collect();
    }
    let named = header.iter().rev().find_map(|line| line.strip_prefix("#L"));
    let words = |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let labels = match named {
        Some(line) => words(line),
        None => header
            .iter()
            .rev()
            .filter_map(|line| line.strip_prefix('#'))
            .map(words)
            .find(|labels| labels.len() == count)
            .unwrap_or_default(),
    };
    labels.iter().map(|label| heading(label, format)).collect()
}

/// `Q (Inverse Nanometres)`, `2-Theta Angle (Degrees)`, `Intensity`.
fn fit2d_heading(label: &str) -> (String, StatedUnit) {
    let label = label.trim();
    let Some((name, unit)) = label.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) else {
        return (label.to_owned(), StatedUnit::Missing);
    };
    let lower = unit.to_lowercase();
    let code = match lower.strip_prefix("inverse ") {
        Some(length) if length.starts_with("nanomet") => "nm-1",
        Some(length) if length.starts_with("angstrom") => "Ao-1",
        Some(_) => unit,
        None if lower == "degrees" => "deg",
        None => unit,
    };
    (name.trim().to_owned(), stated(code, unit))
}

/// `r(Å)`, `G($\AA^{-2}$)`, `G(r)`, `q_A^-1`, `2th_deg`.
fn heading(label: &str, format: Format) -> (String, StatedUnit) {
    if let Some((name, inner)) = label.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        // The brackets of `G(r)` and `dG(r)` hold the abscissa, not a unit.
        if !matches!(inner, "r" | "Q" | "q") {
            let plain = inner.replace("\\AA", "Å").replace(['$', '{', '}'], "");
            return (name.to_owned(), stated(&plain, &plain));
        }
    } else if let Some((name, unit)) = label.split_once('_').filter(|_| format == Format::PyFai) {
        return (name.to_owned(), stated(unit, unit));
    }
    let by_definition = matches!(format, Format::PdfGetX2 | Format::PdfGetX3 | Format::PdfGetN | Format::Mantid);
    let unit = match label {
        "r" | "dr" | "d_r" if by_definition => stated("Ao", "Å"),
        _ => StatedUnit::Missing,
    };
    (label.to_owned(), unit)
}

/// The unit of a code, or what was written where the table has no such unit.
fn stated(code: &str, written: &str) -> StatedUnit {
    parse_unit(code).map_or_else(|_| StatedUnit::Unknown(written.trim().to_owned()), StatedUnit::Known)
}

/// `key = value`, `key: value`; several to a line where four blanks or a tab lie between them (PDFgetX2).
fn metadata(header: &[&str], format: Format) -> Vec<Pair> {
    let mut found = Vec::new();
    if format == Format::Fit2d {
        if let Some(title) = header.first() {
            found.push(("title".to_owned(), title.trim().to_owned()));
        }
        return found;
    }
    for line in header {
        let line = line.trim_start_matches('#').trim();
        for piece in line.split("    ").flat_map(|piece| piece.split('\t')) {
            let split = piece.split_once('=').or_else(|| piece.split_once(": "));
            if let Some((key, value)) = split.map(|(key, value)| (key.trim(), value.trim()))
                && !key.is_empty()
                && key.len() <= LONGEST_KEY
            {
                found.push((key.to_owned(), value.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads as `format`; the columns must be these, as `name [unit]`.
    fn check(text: &str, format: Format, columns: &[&str], rows: usize) -> Document {
        assert_eq!(program(text), Some(format), "{text}");
        let document = read(&Text { content: text.into(), encoding: "UTF-8" }, &ReadOptions::default()).unwrap();
        let sheet = &document.sheets[0];
        let found: Vec<String> = sheet
            .columns
            .iter()
            .map(|column| match &column.unit {
                StatedUnit::Missing => column.name.clone(),
                StatedUnit::Known(unit) => format!("{} [{}]", column.name, unit.code()),
                StatedUnit::Unknown(unit) => format!("{} [{unit}?]", column.name),
            })
            .collect();
        assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), sheet.rows()), (columns, rows));
        document
    }

    #[test]
    fn every_header_is_recognised() {
        check(
            "a scan\nQ (Inverse Nanometres)\nIntensity\n   2\n 1.0E-1 2.0\n 2.0E-1 3.0\n",
            Format::Fit2d,
            &["Q [nm-1]", "Intensity"],
            2,
        );
        check("a\n2-Theta Angle (Degrees)\nI\n 1\n 3 4\n", Format::Fit2d, &["2-Theta Angle [deg]", "I"], 1);
        check(
            "# == pyFAI calibration ==\n# Wavelength: 1.9e-11\n# q_A^-1\t I\n1 2\n3 4\n",
            Format::PyFai,
            &["q [Ao-1]", "I"],
            2,
        );
        check("# pyFAI\n#\n# 2th_deg I sigma\n1 2 3\n", Format::PyFai, &["2th [deg]", "I", "sigma"], 1);
        let x3 = "[DEFAULT]\nversion = diffpy.pdfgetx-2.1.2\nqmax = 22.0\n# End of config ---\n#### start data\n\n#S 1\n\
                  #L r(Å)  G(Å$^{-2}$)\n0 0\n0.01 0.1\n";
        let document = check(x3, Format::PdfGetX3, &["r [Ao]", "G [Ao-2]"], 2);
        assert!(document.metadata.contains(&("qmax".to_owned(), "22.0".to_owned())));
        assert_eq!(document.sheets[0].first_line, 9);
        let suite = "# xPDFsuite Configuration #\n[PDF]\n#### start data\n#S 1\n#L r($\\AA$)  G($\\AA^{-2}$)\n0 0\n";
        check(suite, Format::PdfGetX3, &["r [Ao]", "G [Ao-2]"], 1);
        check(
            "#Comment: neutron, Qmin=1, Qmax=30\n##### start data\n#S 1 - PDF from Mantid\n#L r G(r) dr dG(r)\n1 2 0 0\n",
            Format::Mantid,
            &["r [Ao]", "G(r)", "dr [Ao]", "dG(r)"],
            1,
        );
        check("# Gudrun output\n# Q S e\n1 2 3\n", Format::Gudrun, &["Q", "S", "e"], 1);
        check("version = pdfgetx\n#### start data\n#L Q(Å$^{-1}$) S\n1 2\n", Format::PdfGetX3, &["Q [Ao-1]", "S"], 1);
        // Nobody signed this file, so its `r` is not in Å by anybody's definition.
        check("##### start data\n#L r G(r)\n1 2\n", Format::StartData, &["r", "G(r)"], 1);
        check("##### start data\n#L r(A) G(r)\n1 2\n", Format::StartData, &["r [Ao]", "G(r)"], 1);
    }

    #[test]
    fn others_are_left_to_other_readers() {
        for text in ["", "3 710.9\n3.1 709\n", "# chi_Q chi_I\n1 2\n", "time,stress\ns,MPa\n1,2\n", "a\n1\n2\n3\n4\n"] {
            assert_eq!(program(text), None, "{text}");
        }
    }

    #[test]
    fn damage_names_its_line() {
        let message = |rows: &str| {
            let text = format!("#### start data\n#L r(A) G\n{rows}");
            read_as(Format::StartData, &text).unwrap_err().to_string()
        };
        assert!(message("").contains("no line with two numbers"), "{}", message(""));
        assert!(message("1 2\n3 four\n").starts_with("line 4 of this"), "{}", message("1 2\n3 four\n"));
        assert!(message("1 2\n3 4 5\n").contains("line 4") && message("1 2\n3 4 5\n").contains("3 numbers where"));
        let (_, cut) = read_as(Format::Fit2d, "a\nQ (Inverse Nanometres)\nI\n 3\n1 2\n2 3\n").unwrap();
        assert_eq!(cut.doubts[0].kind, "truncated");
        assert!(message(&"1 ".repeat(10_000)).contains("10000 columns"));
    }
}
