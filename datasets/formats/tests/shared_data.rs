//! Every file of the open test data: what it is recognised as, what is in it, what is in doubt, and whether it imports.
//!
//! The files lie outside of the project, at `KOVACS_TEST_DATA` or `../shared/data`; without them this test says that it
//! skips. The folder is walked, so a file that is not in the table below makes the test fail.

#![allow(clippy::unwrap_used, reason = "tests")]

use kovacs_formats::{Column, Document, Doubt, ReadOptions, StatedUnit, read};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The folder of the test data.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not here", folder.display());
    None
}

/// Every file under a folder, by its path from there, sorted.
fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"), path);
            }
        }
    }
    found
}

fn heading(column: &Column) -> String {
    let name = if column.name.is_empty() { "?" } else { &column.name };
    let words = if matches!(column.values, kovacs_formats::Values::Words(_)) { " (words)" } else { "" };
    match &column.unit {
        StatedUnit::Known(unit) => format!("{name} [{}]{words}", unit.code()),
        StatedUnit::Unknown(unit) => format!("{name} [{unit}, not in the table]{words}"),
        StatedUnit::Missing => format!("{name}{words}"),
    }
}

/// Which columns of numbers state no unit of the table.
fn verdict(document: &Document) -> String {
    let asked: Vec<String> = document
        .sheets
        .iter()
        .flat_map(|sheet| sheet.columns.iter().enumerate())
        .filter(|(_, column)| matches!(column.values, kovacs_formats::Values::Numbers(_)))
        .filter(|(_, column)| !matches!(column.unit, StatedUnit::Known(_)))
        .map(|(index, column)| if column.name.is_empty() { (index + 1).to_string() } else { column.name.clone() })
        .collect();
    if asked.is_empty() {
        "imports as it is".to_owned()
    } else {
        format!("asks for unit of columns {}", asked.join(", "))
    }
}

/// A file as rows of the table.
fn entry(path: &Path) -> String {
    let mut text = String::new();
    match read(path, &ReadOptions::default()) {
        Err(error) => writeln!(text, "    refused: {error}").unwrap(),
        Ok(document) => {
            let encoding = document.encoding.unwrap_or("no text");
            writeln!(text, "    {}, {encoding}, sheets: {}", document.format, document.sheets.len()).unwrap();
            for sheet in &document.sheets {
                let name = if sheet.name.is_empty() { String::new() } else { format!("`{}`, ", sheet.name) };
                writeln!(text, "    {name}{} rows from line {}", sheet.rows(), sheet.first_line).unwrap();
                writeln!(text, "      {}", sheet.columns.iter().map(heading).collect::<Vec<_>>().join(" | ")).unwrap();
                doubts(&mut text, &sheet.doubts);
            }
            doubts(&mut text, &document.doubts);
            writeln!(text, "    {}", verdict(&document)).unwrap();
        }
    }
    text
}

fn doubts(text: &mut String, doubts: &[Doubt]) {
    for doubt in doubts {
        writeln!(text, "      doubt {}: {doubt}", doubt.kind).unwrap();
    }
}

#[test]
fn every_file_is_imported_or_refused_for_a_stated_reason() {
    let Some(folder) = folder() else { return };
    let mut table = String::new();
    for (name, path) in files(&folder) {
        let same = |text: &str| text.replace(&path.display().to_string(), &name);
        write!(table, "{name}\n{}", same(&entry(&path))).unwrap();
    }
    println!("{table}");
    insta::assert_snapshot!(table);
}

#[test]
fn the_relabelled_sweep_is_doubted_on_every_row() {
    let Some(folder) = folder() else { return };
    let document = read(&folder.join("pyvisco/time_user_raw.csv"), &ReadOptions::default()).unwrap();
    let doubt = document.sheets[0].doubts.iter().find(|doubt| doubt.kind == "dma-sweep-as-relaxation").unwrap();
    assert!(doubt.text.contains("in 210 of 210 rows"), "{doubt}");
}

#[test]
fn the_staircase_asks_for_every_unit() {
    let Some(folder) = folder() else { return };
    for (name, rows) in [("shear_relaxation", 590), ("shear_relaxation_1", 370), ("shear_relaxation_2", 370)] {
        let path = folder.join(format!("oca-cyclic-shear-relaxation/{name}.xlsx"));
        let document = read(&path, &ReadOptions::default()).unwrap();
        let sheet = &document.sheets[0];
        assert_eq!((sheet.rows(), sheet.columns.len()), (rows, 5));
        assert!(sheet.columns.iter().all(|column| column.unit == StatedUnit::Missing && column.name.is_empty()));
        assert!(sheet.doubts.iter().all(|doubt| doubt.kind != "columns-swapped"), "{:?}", sheet.doubts);
    }
}

#[test]
fn a_real_staircase_with_two_columns_exchanged_is_doubted() {
    let Some(folder) = folder() else { return };
    let path = folder.join("oca-cyclic-shear-relaxation/shear_relaxation.xlsx");
    let document = read(&path, &ReadOptions::default()).unwrap();
    // The second and third columns of the measured file, exchanged here as they are in one file of its series, which is
    // not among the test data.
    let columns: Vec<&[f64]> = document.sheets[0]
        .columns
        .iter()
        .map(|column| match &column.values {
            kovacs_formats::Values::Numbers(numbers) => numbers.as_slice(),
            kovacs_formats::Values::Words(words) => panic!("{words:?}"),
        })
        .collect();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (place, column) in [0, 2, 1, 3, 4].into_iter().enumerate() {
        for (row, &value) in (0..).zip(columns[column]) {
            sheet.write_number(row, u16::try_from(place).unwrap(), value).unwrap();
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let exchanged = kovacs_formats::read_bytes(&bytes, &ReadOptions::default()).unwrap();
    let doubt = exchanged.sheets[0].doubts.iter().find(|doubt| doubt.kind == "columns-swapped").unwrap();
    println!("{doubt}");
    assert!(doubt.text.contains("columns 2 and 3 may have changed places"), "{doubt}");
}
