//! Importing text tables: what is stated is kept, what is not stated is refused in words a person can act on.

use kovacs_datasets::DatasetError;
use kovacs_datasets::descriptor::UnitBasis;
use kovacs_datasets::import::{ColumnMapping, ImportReport, Mapping, import};
use std::path::PathBuf;
use tempfile::TempDir;

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn mapping(columns: &[&str]) -> Mapping {
    let columns = columns.iter().map(|column| column.parse().unwrap()).collect();
    Mapping { columns, ..Mapping::new("test", "CC0-1.0", "made up for a test") }
}

/// Imports a text and answers the report, or the message.
fn try_import(name: &str, text: &str, mapping: &Mapping) -> Result<ImportReport, String> {
    let folder = tempfile::tempdir().unwrap();
    let source = file(&folder, name, text);
    let imported = import(&source, mapping, &folder.path().join("packages"));
    imported.map_err(|error| error.to_string())
}

/// Checks that an import is refused with a message that contains every one of these words.
fn check_refused(name: &str, text: &str, mapping: &Mapping, words: &[&str]) {
    let message = try_import(name, text, mapping).unwrap_err();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn columns_from_arguments() {
    let report =
        try_import("a.csv", "0,1.5,A\n1,1.25,A\n2,1.125,A\n", &mapping(&["time:s", "stress:MPa", "specimen:text"]));
    let table = report.unwrap().table;
    assert_eq!(table.column("stress").unwrap(), [1.5, 1.25, 1.125]);
    assert_eq!(table.text("specimen").unwrap(), ["A", "A", "A"]);
}

#[test]
fn columns_from_a_header_with_units_are_stated_by_the_file() {
    let text = "Time [min];Stress (kPa);Comment\n0;1,5;x\n1;1,25;y\n";
    let skip_last = [ColumnMapping::default(), ColumnMapping::default(), "skip".parse().unwrap()];
    let mapping = Mapping {
        header_rows: 1,
        separator: Some(';'),
        decimal_comma: true,
        columns: skip_last.to_vec(),
        ..mapping(&[])
    };
    let table = try_import("a.txt", text, &mapping).unwrap().table;
    assert_eq!(table.column_in("time", "s").unwrap(), [0.0, 60.0]);
    assert_eq!(table.column_in("stress", "Pa").unwrap(), [1500.0, 1250.0]);
    assert_eq!(table.field("stress").unwrap().unit_basis, Some(UnitBasis::Stated));
}

#[test]
fn lines_above_the_header_and_a_byte_order_mark_do_no_harm() {
    let text = "\u{feff}Exported by the instrument\nOperator: nobody\nTime (s),Stress (MPa)\n0,1\n1,2\n";
    let mapping = Mapping { header_rows: 3, ..mapping(&[]) };
    assert_eq!(try_import("a.csv", text, &mapping).unwrap().table.column("stress").unwrap(), [1.0, 2.0]);
    let report = try_import("a.csv", "\u{feff}0,1\n1,2\n", &self::mapping(&["time:s", "stress:MPa"])).unwrap();
    assert_eq!(report.table.column("time").unwrap(), [0.0, 1.0]);
}

#[test]
fn refusals_name_place_and_remedy() {
    let two = mapping(&["time:s", "stress:MPa"]);
    check_refused("a.csv", "0,1\n1,two\n", &two, &["row 2", "column `stress`", "`two` is not a number"]);
    check_refused("a.csv", "t,s\n0,1\n", &two, &["row 1", "`t` is not a number", "`header_rows`"]);
    check_refused("a.csv", "0,1\n1,\n", &two, &["row 2", "`(empty)` is not a number"]);
    check_refused("a.csv", "0,1\n1,NaN\n", &two, &["row 2", "column `stress`", "`NaN` is not a finite number"]);
    check_refused("a.csv", "1,1\n0,2\n", &two, &["row 2", "column `time`", "0 follows 1", "sort the rows"]);
    check_refused("a.csv", "0,1,2\n", &two, &["has 3 columns, the mapping describes 2", "row 1: 0 | 1 | 2"]);
    check_refused("a.csv", "0,1\n", &mapping(&["time:s", "stress:mpa"]), &["`mpa`", "did you mean `MPa`?"]);
    check_refused("a.csv", "0,1\n", &mapping(&["time:s", "time:s"]), &["`time`", "second column of that"]);
    check_refused("a.csv", "", &two, &["a.csv"]);
    check_refused("a.docx", "0,1\n", &two, &["none of `.xlsx`", "export it as .xlsx or .csv"]);
    check_refused("a.xlsx", "0,1\n", &two, &["a.xlsx", "not a readable table"]);
    check_refused("a.csv", "0,1\n", &Mapping { name: "../evil".into(), ..two.clone() }, &["`../evil`", "lower-case"]);
    check_refused("a.csv", "0,1\n", &Mapping { license: " ".into(), ..two.clone() }, &["has no licence"]);
    let nameless = Mapping { source: serde_json::from_str("{\"title\": \"\"}").unwrap(), ..two.clone() };
    check_refused("a.csv", "0,1\n", &nameless, &["is measured but names no source"]);
    let message = mapping_error("time");
    assert!(message.contains("`time` does not describe a column; write `name:unit`"), "{message}");
}

fn mapping_error(text: &str) -> String {
    text.parse::<ColumnMapping>().unwrap_err().to_string()
}

#[test]
fn a_mapping_file_says_where_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "mapping.toml", "name = \"x\"\nlicence = \"MIT\"\n");
    let message = Mapping::read(&path).unwrap_err().to_string();
    assert!(message.contains("mapping.toml") && message.contains("line 2") && message.contains("licence"), "{message}");
    let missing = Mapping::read(&folder.path().join("none.toml"));
    assert!(matches!(missing, Err(DatasetError::Io { action: "read", .. })));
}

#[test]
fn a_file_without_strain_has_no_holds_and_says_so() {
    let report = try_import("a.csv", "0,1\n1,2\n", &mapping(&["time:s", "stress:MPa"])).unwrap();
    assert!(report.holds.is_empty());
    assert!(report.notes[0].contains("no number column `strain`"), "{:?}", report.notes);
}

#[test]
fn holds_without_a_temperature_give_no_protocol_and_say_what_to_write() {
    let text: String = (0..9).map(|t| format!("{t},{}\n", if t < 5 { 0.005 } else { 0.003 })).collect();
    let report = try_import("a.csv", &text, &mapping(&["time:s", "strain:1"])).unwrap();
    assert_eq!(report.holds.len(), 2);
    assert!(report.notes[0].contains("temperature = \"296 K\""), "{:?}", report.notes);
}
