//! Workbooks as people fill them, written here with a spreadsheet writer, and hostile ones.

#![allow(clippy::unwrap_used, reason = "tests")]

use kovacs_formats::{Document, Format, ReadOptions, StatedUnit, Values, read_bytes};
use rust_xlsxwriter::{Format as CellFormat, Workbook, Worksheet};

fn read(workbook: &mut Workbook) -> Document {
    read_bytes(&workbook.save_to_buffer().unwrap(), &ReadOptions::default()).unwrap()
}

fn rows(sheet: &mut Worksheet, first: u32, text: &str) {
    for (row, line) in (first..).zip(text.lines()) {
        for (column, cell) in (0..).zip(line.split('|').map(str::trim)) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) if cell.is_empty() => continue,
                Err(_) => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
}

/// Names and unit codes of the columns of a sheet.
fn columns(document: &Document, sheet: usize) -> Vec<(String, String)> {
    let unit = |unit: &StatedUnit| match unit {
        StatedUnit::Known(unit) => unit.code().to_owned(),
        StatedUnit::Missing => String::new(),
        StatedUnit::Unknown(text) => format!("?{text}"),
    };
    document.sheets[sheet].columns.iter().map(|column| (column.name.clone(), unit(&column.unit))).collect()
}

fn numbers(document: &Document, sheet: usize, column: usize) -> &[f64] {
    match &document.sheets[sheet].columns[column].values {
        Values::Numbers(numbers) => numbers,
        Values::Words(words) => panic!("{words:?}"),
    }
}

#[test]
fn a_source_data_workbook_has_a_sheet_per_panel() {
    let mut workbook = Workbook::new();
    rows(workbook.add_worksheet().set_name("Read me").unwrap(), 0, "Data of the figures\nmade by hand for a test");
    let panel = workbook.add_worksheet().set_name("Fig 1a").unwrap();
    rows(
        panel,
        1,
        "Stress during the second step\nTemperature | 45 °C\n\nTime (s) | Stress (MPa)\n0 | 6\n1 | 6.5\n2 | 6.2",
    );
    let pairs = workbook.add_worksheet().set_name("Fig 1b").unwrap();
    pairs.merge_range(0, 0, 0, 1, "0.2 %", &CellFormat::new()).unwrap();
    pairs.merge_range(0, 2, 0, 3, "0.3 %", &CellFormat::new()).unwrap();
    rows(pairs, 1, "Time | Stress | Time | Stress\nmin | kPa | min | kPa\n0 | 1 | 0 | 2\n1 | 2 | 1 | 3\n2 | 3 | |");
    let document = read(&mut workbook);
    assert_eq!((document.format, document.sheets.len()), (Format::Xlsx, 2));
    assert_eq!(document.metadata, [("sheet without numbers, not read".to_owned(), "Read me".to_owned())]);
    let pair = |name: &str, unit: &str| (name.to_owned(), unit.to_owned());
    assert_eq!(columns(&document, 0), [pair("Time", "s"), pair("Stress", "MPa")]);
    assert_eq!((document.sheets[0].first_line, document.sheets[0].rows()), (6, 3));
    let settings = &document.sheets[0].metadata;
    assert_eq!(settings[0], pair("title", "Stress during the second step"));
    assert_eq!(settings[1], pair("Temperature", "45 °C"));
    assert_eq!(
        columns(&document, 1),
        [
            pair("0.2 %: Time", "min"),
            pair("0.2 %: Stress", "kPa"),
            pair("0.3 %: Time", "min"),
            pair("0.3 %: Stress", "kPa")
        ]
    );
    assert!(document.sheets[1].doubts.iter().any(|doubt| doubt.kind == "ragged-rows"));
}

#[test]
fn dates_durations_errors_and_words_in_numbers() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    rows(sheet, 0, "Date | Duration | Stress / MPa | Remark\n | | 5 | a\n | | broken | b\n | | 7.5 | c");
    let date = CellFormat::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let duration = CellFormat::new().set_num_format("[h]:mm:ss");
    for row in 1..=3_u32 {
        sheet.write_number_with_format(row, 0, 44_851.5, &date).unwrap();
        sheet.write_number_with_format(row, 1, f64::from(row) / 24.0, &duration).unwrap();
    }
    let document = read(&mut workbook);
    let pair = |name: &str, unit: &str| (name.to_owned(), unit.to_owned());
    assert_eq!(
        columns(&document, 0),
        [pair("Date", ""), pair("Duration", "d"), pair("Stress", "MPa"), pair("Remark", "")]
    );
    let sheet = &document.sheets[0];
    assert!(matches!(&sheet.columns[0].values, Values::Words(words) if words[0] == "2022-10-17T12:00:00"));
    assert_eq!(numbers(&document, 0, 1)[0], 1.0 / 24.0);
    assert!(numbers(&document, 0, 2)[1].is_nan());
    let doubt = sheet.doubts.iter().find(|doubt| doubt.kind == "not-a-number-cells").unwrap();
    assert!(doubt.text.contains("C3 `broken`"), "{doubt}");
}

#[test]
fn a_sheet_can_be_chosen_and_headings_counted() {
    let mut workbook = Workbook::new();
    rows(workbook.add_worksheet().set_name("A").unwrap(), 0, "t (s) | 45\n1 | 2\n2 | 3");
    rows(workbook.add_worksheet().set_name("B").unwrap(), 0, "1 | 2");
    let bytes = workbook.save_to_buffer().unwrap();
    let options = ReadOptions { sheet: Some("A".to_owned()), header_rows: Some(1), ..ReadOptions::default() };
    let document = read_bytes(&bytes, &options).unwrap();
    assert_eq!((document.sheets.len(), document.sheets[0].columns[1].name.as_str()), (1, "45"));
    let options = ReadOptions { sheet: Some("C".to_owned()), ..ReadOptions::default() };
    assert!(read_bytes(&bytes, &options).unwrap_err().to_string().contains("its sheets are `A`, `B`"));
    let cancelled = |_: u64, _: u64| false;
    let options = ReadOptions { progress: Some(&cancelled), ..ReadOptions::default() };
    assert!(read_bytes(&bytes, &options).unwrap_err().to_string().contains("cancelled"));
}

#[test]
fn two_cells_far_apart_fill_no_memory() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_number(0, 0, 1.0).unwrap();
    sheet.write_number(1_048_575, 16_383, 2.0).unwrap();
    let document = read(&mut workbook);
    assert!(document.sheets.iter().map(|sheet| sheet.rows()).sum::<usize>() <= 2);
}

#[test]
fn workbooks_without_numbers_and_other_archives_are_refused_with_a_reason() {
    let mut workbook = Workbook::new();
    rows(workbook.add_worksheet().set_name("Notes").unwrap(), 0, "only | words");
    let bytes = workbook.save_to_buffer().unwrap();
    let refusal = |bytes: &[u8]| read_bytes(bytes, &ReadOptions::default()).unwrap_err().to_string();
    assert!(refusal(&bytes).contains("sheets: `Notes`"), "{}", refusal(&bytes));
    let cut = &bytes[..bytes.len() / 2];
    assert!(refusal(cut).starts_with("the workbook cannot be read"), "{}", refusal(cut));
    assert!(refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more").contains("damaged"));
}

/// An OpenDocument spreadsheet with these rows of the one sheet `Hold`.
fn spreadsheet(rows: &str) -> Vec<u8> {
    use std::io::Write;
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content
        xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
        xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table
        table:name="Hold">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let manifest = r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content.as_str()),
    ] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn row(cells: &[&str]) -> String {
    let cells = cells.iter().map(|cell| match cell.parse::<f64>() {
        Ok(number) => format!(r#"<table:table-cell office:value-type="float" office:value="{number}"/>"#),
        Err(_) => format!(r#"<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>"#),
    });
    format!("<table:table-row>{}</table:table-row>", cells.collect::<String>())
}

#[test]
fn opendocument_spreadsheets_are_read_and_their_repetitions_bounded() {
    let rows = [row(&["Time", "Stress"]), row(&["s", "MPa"]), row(&["0", "1.5"]), row(&["1", "1.25"])].concat();
    let document = read_bytes(&spreadsheet(&rows), &ReadOptions::default()).unwrap();
    assert_eq!((document.format, document.sheets[0].name.as_str()), (Format::Ods, "Hold"));
    let pair = |name: &str, unit: &str| (name.to_owned(), unit.to_owned());
    assert_eq!(columns(&document, 0), [pair("Time", "s"), pair("Stress", "MPa")]);
    assert_eq!(numbers(&document, 0, 1), [1.5, 1.25]);
    // A row of a number that is repeated sixteen thousand times, a million times.
    let bomb = r#"<table:table-row table:number-rows-repeated="1048576"><table:table-cell
        table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row>"#;
    let refusal = read_bytes(&spreadsheet(bomb), &ReadOptions::default()).unwrap_err().to_string();
    assert!(refusal.starts_with("the workbook cannot be read"), "{refusal}");
}
