//! The text formats of instruments and programs, each in every encoding it may come in.
//!
//! No public sample of most of them is licensed for copying, so the files in `samples/text` are made by us after
//! published descriptions and public readers of each format; they hold no measurement.

use encoding_rs::{Encoding, GBK, UTF_8, WINDOWS_1252};
use kovacs_formats::{Document, Format, ReadOptions, StatedUnit, Values, read_bytes};

/// A document as text: format, sheets, columns with units, cells, doubts.
fn shown(document: &Document) -> String {
    let mut out = format!("{}\n", document.format);
    document.metadata.iter().for_each(|(key, value)| out += &format!("{key}: {value}\n"));
    for sheet in &document.sheets {
        out += &format!("sheet `{}` from line {}\n", sheet.name, sheet.first_line);
        sheet.metadata.iter().for_each(|(key, value)| out += &format!("  {key}: {value}\n"));
        for column in &sheet.columns {
            let unit = match &column.unit {
                StatedUnit::Missing => "?".to_owned(),
                StatedUnit::Known(unit) => unit.code().to_owned(),
                StatedUnit::Unknown(text) => format!("unknown `{text}`"),
            };
            let cells: Vec<String> = match &column.values {
                Values::Numbers(numbers) => numbers.iter().map(f64::to_string).collect(),
                Values::Words(words) => words.iter().map(|word| format!("`{word}`")).collect(),
            };
            out += &format!("  {} [{unit}] {}\n", column.name, cells.join(" "));
        }
        sheet.doubts.iter().for_each(|doubt| out += &format!("  {}: {doubt}\n", doubt.kind));
    }
    document.doubts.iter().for_each(|doubt| out += &format!("{}: {doubt}\n", doubt.kind));
    out
}

/// A sample in an encoding; `utf-16` stands for little-endian with a byte order mark.
fn encoded(sample: &str, encoding: &'static Encoding) -> Vec<u8> {
    encoding.encode(sample).0.into_owned()
}

fn utf16(sample: &str) -> Vec<u8> {
    [0xFF, 0xFE].into_iter().chain(sample.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// Reads a sample in UTF-8, UTF-16 and one more encoding; the columns are the same in all, and are returned as text.
fn check(sample: &str, format: Format, other: &'static Encoding) -> String {
    let read = |bytes: &[u8]| read_bytes(bytes, &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}"));
    let document = read(sample.as_bytes());
    assert_eq!(document.format, format);
    assert_eq!(document.encoding, Some("UTF-8"));
    let text = shown(&document);
    for (bytes, name) in [(utf16(sample), "UTF-16LE"), (encoded(sample, other), other.name())] {
        let again = read(&bytes);
        assert_eq!(shown(&again), text, "in {name}");
        assert_eq!(again.encoding, Some(name));
    }
    text
}

#[test]
fn proteus() {
    let text = check(include_str!("samples/text/proteus-dma.txt"), Format::Proteus, WINDOWS_1252);
    insta::assert_snapshot!(text);
}

#[test]
fn proteus_compares_measurements_side_by_side() {
    let text = check(include_str!("samples/text/proteus-compare.txt"), Format::Proteus, WINDOWS_1252);
    insta::assert_snapshot!(text);
}

#[test]
fn rheocompass() {
    let text = check(include_str!("samples/text/rheocompass.csv"), Format::RheoCompass, UTF_8);
    insta::assert_snapshot!(text);
}

#[test]
fn reptate() {
    insta::assert_snapshot!(check(include_str!("samples/text/reptate.creep"), Format::RepTate, UTF_8));
    insta::assert_snapshot!(check(include_str!("samples/text/reptate.gt"), Format::RepTate, UTF_8));
}

#[test]
fn web_plot_digitizer() {
    let text = check(include_str!("samples/text/web-plot-digitizer.csv"), Format::WebPlotDigitizer, UTF_8);
    insta::assert_snapshot!(text);
}

#[test]
fn haake() {
    insta::assert_snapshot!(check(include_str!("samples/text/haake.csv"), Format::Delimited, UTF_8));
}

#[test]
fn mts() {
    insta::assert_snapshot!(check(include_str!("samples/text/mts-mpt.txt"), Format::MtsMpt, UTF_8));
}

#[test]
fn tensile_tester_with_chinese_headings() {
    insta::assert_snapshot!(check(include_str!("samples/text/tensile-chinese.csv"), Format::Delimited, GBK));
}

#[test]
fn fixed_width() {
    let text = check(include_str!("samples/text/fixed-width.txt"), Format::FixedWidth, WINDOWS_1252);
    insta::assert_snapshot!(text);
}
