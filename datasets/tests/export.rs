//! Export and back: the data digest stays the same, units and origin travel, nothing synthetic is silent.

use kovacs_datasets::descriptor::{Descriptor, OriginStatement, Resource, Source};
use kovacs_datasets::import::{Mapping, import};
use kovacs_datasets::{
    About, Draft, ExportFormat, FileFormat, JoinKind, NewColumn, Package, Table, export, export_package, export_to,
    new_from_file, new_from_template, read_columnar, shipped_folder,
};
use kovacs_formats::{StatedUnit, Values};
use proptest::prelude::*;
use serde_json::json;
use std::path::Path;

/// A table of these columns in a package of its own.
fn table(folder: &Path, fields: serde_json::Value, columns: Vec<Values>) -> Table {
    let descriptor: Descriptor = serde_json::from_value(json!({
        "name": "sample", "licenses": [{"name": "CC0-1.0"}], "resources": [],
    }))
    .unwrap();
    let resource: Resource = serde_json::from_value(json!({
        "name": "rows", "path": "", "schema": {"fields": fields},
        "origin": {"kind": "synthetic", "generator": "test", "version": "1", "seed": 1},
    }))
    .unwrap();
    let mut draft = Draft::new(descriptor);
    draft.add_columns(resource, columns, Some(FileFormat::Parquet)).unwrap();
    draft.create(&folder.join("sample")).unwrap().table("rows").unwrap()
}

fn about(name: &str) -> About {
    About {
        name: name.to_string(),
        table: "rows".to_string(),
        title: None,
        license: "CC0-1.0".to_string(),
        source: Some(Source { title: "a test".to_string(), path: None }),
        origin: OriginStatement::Measured {
            method: None,
            instrument: None,
            sample: None,
            temperature: None,
            note: None,
        },
    }
}

/// The table that comes back when a file is made a package again; what the columns are is taken from the file.
fn back(folder: &Path, table: &Table, format: ExportFormat, described: &[NewColumn]) -> Table {
    let file = folder.join(format!("out.{}", format.word()));
    export_to(table, format, &file).unwrap();
    let into = folder.join(format.word());
    new_from_file(&about("back"), &file, described, &into).unwrap().table("rows").unwrap()
}

/// One curve of a shipped package: the way back knows no primary key, so that times must rise throughout.
fn curve() -> Table {
    let glass = Package::open(shipped_folder().join("pvc")).unwrap().table("two-step").unwrap();
    let keys = ["specimen", "eps1", "eps2", "t_w", "temperature"];
    glass.group_by(&keys).unwrap().swap_remove(0).table
}

const ROUND: [ExportFormat; 4] = [ExportFormat::Csv, ExportFormat::Xlsx, ExportFormat::Parquet, ExportFormat::Arrow];

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        5 => any::<f64>().prop_map(|value| if value.is_infinite() { f64::MAX } else { value }),
        1 => Just(f64::NAN),
        1 => Just(-0.0),
        1 => Just(5e-324),
        1 => Just(123_456_789.123_456_79),
        2 => (-1000_i32..1000).prop_map(|value| f64::from(value) / 8.0),
    ]
}

fn word() -> impl Strategy<Value = String> {
    // Words begin and end in a letter: what cells of text files have around them is no content. Line breaks within cells
    // of a csv file are no rows to the importer; a package keeps them, see the tests of files.
    "[a-zü玻σ](|[ -~§ß玻璃,;\"']{0,12}[a-zü玻σ])"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn what_is_exported_comes_back_with_the_same_digest(
        rows in proptest::collection::vec((word(), number(), number()), 1..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let fields = json!([
            {"name": "specimen", "type": "string"},
            {"name": "stress", "type": "number", "unit": "kPa", "constraints": {"required": false}},
            {"name": "strain", "type": "number", "unit": "1", "constraints": {"required": false}},
        ]);
        // A first row without gaps: what kind a column is shows in it.
        let first = ("A".to_string(), 1.5, 0.25);
        let rows: Vec<_> = std::iter::once(first).chain(rows).collect();
        let table = table(folder.path(), fields, vec![
            Values::Words(rows.iter().map(|row| row.0.clone()).collect()),
            Values::Numbers(rows.iter().map(|row| row.1).collect()),
            Values::Numbers(rows.iter().map(|row| row.2).collect()),
        ]);
        let described = ["specimen:text", "stress:kPa", "strain:1"].map(|text| text.parse().unwrap());
        for format in ROUND {
            let back = back(folder.path(), &table, format, &described);
            prop_assert_eq!(back.data_digest().unwrap(), table.data_digest().unwrap(), "{}", format.word());
        }
    }
}

#[test]
fn names_and_units_need_no_description_on_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let glass = curve();
    for format in ROUND {
        let back = back(folder.path(), &glass, format, &[]);
        assert_eq!(back.rows(), glass.rows());
        assert_eq!(back.data_digest().unwrap(), glass.data_digest().unwrap(), "{}", format.word());
    }
}

#[test]
fn what_is_exported_is_imported_with_the_same_data() {
    let folder = tempfile::tempdir().unwrap();
    let glass = Package::open(shipped_folder().join("pvc")).unwrap();
    let (table, key) = (glass.table("two-step").unwrap(), glass.primary_key("two-step").unwrap().to_vec());
    for format in ROUND {
        let file = folder.path().join(format!("pvc.{}", format.word()));
        export_to(&table, format, &file).unwrap();
        let mapping = Mapping { primary_key: key.clone(), ..Mapping::new("copy", "CC0-1.0", "a round trip") };
        let imported = import(&file, &mapping, &folder.path().join(format.word())).unwrap();
        let [copy] = imported.tables.as_slice() else { panic!("{} tables", imported.tables.len()) };
        assert_eq!(copy.table.data_digest().unwrap(), table.data_digest().unwrap(), "{}", format.word());
    }
}

#[test]
fn line_breaks_within_words_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let fields = json!([{"name": "note", "type": "string"}, {"name": "time", "type": "number", "unit": "s"}]);
    let words = ["two\nlines", "one"].map(str::to_string).to_vec();
    let table = table(folder.path(), fields, vec![Values::Words(words), Values::Numbers(vec![0.0, 1.0])]);
    for format in ROUND {
        let back = back(folder.path(), &table, format, &[]);
        assert_eq!(back.data_digest().unwrap(), table.data_digest().unwrap(), "{}", format.word());
    }
}

#[test]
fn rows_without_a_number_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let fields = json!([
        {"name": "note", "type": "string"},
        {"name": "stress", "type": "number", "unit": "kPa", "constraints": {"required": false}},
    ]);
    let words = ["begins", "slipped", "holds", "broke"].map(str::to_string).to_vec();
    let numbers = vec![1.5, f64::NAN, 1.25, f64::NAN];
    let table = table(folder.path(), fields, vec![Values::Words(words), Values::Numbers(numbers)]);
    for format in ROUND {
        let back = back(folder.path(), &table, format, &[]);
        assert_eq!(back.data_digest().unwrap(), table.data_digest().unwrap(), "{}", format.word());
    }
}

#[test]
fn a_package_of_rows_from_several_tables_keeps_all_their_sources() {
    let folder = tempfile::tempdir().unwrap();
    let part = |name: &str, column: &str, origin: serde_json::Value, license: &str, source: &str| {
        let descriptor: Descriptor = serde_json::from_value(json!({
            "name": name, "licenses": [{"name": license}], "resources": [],
            "sources": [{"title": source, "path": format!("https://example.org/{name}")}],
        }))
        .unwrap();
        let resource: Resource = serde_json::from_value(json!({
            "name": "rows", "path": "", "origin": origin,
            "schema": {"fields": [
                {"name": "point", "type": "number", "unit": "1"}, {"name": column, "type": "number", "unit": "1"},
            ]},
        }))
        .unwrap();
        let mut draft = Draft::new(descriptor);
        let numbers = || Values::Numbers(vec![1.0, 2.0]);
        draft.add_columns(resource, vec![numbers(), numbers()], None).unwrap();
        draft.create(&folder.path().join(name)).unwrap().table("rows").unwrap()
    };
    let measured = part("one", "strain", json!({"kind": "measured"}), "CC-BY-4.0", "a test in a laboratory");
    let synthetic = json!({"kind": "synthetic", "generator": "test", "version": "1", "seed": 1});
    let computed = part("two", "expected", synthetic, "CC0-1.0", "a formula (page 3)");
    let both = measured.join(&computed, &["point"], JoinKind::Inner).unwrap();
    let copy = export_package(&both, &[], FileFormat::Csv, &folder.path().join("both")).unwrap();
    let about = copy.descriptor();
    let titles: Vec<_> = about.sources.iter().map(|source| (source.title.as_str(), source.path.as_deref())).collect();
    let expected = [
        ("a test in a laboratory", Some("https://example.org/one")),
        ("a formula (page 3)", Some("https://example.org/two")),
    ];
    assert_eq!(titles, expected);
    assert_eq!(
        about.licenses.iter().map(|license| license.name.as_str()).collect::<Vec<_>>(),
        ["CC-BY-4.0", "CC0-1.0"]
    );
    assert!(about.description.as_ref().is_some_and(|text| text.contains("`one`") && text.contains("`two`")));
    // The origin furthest from a measurement.
    assert_eq!(copy.table("rows").unwrap().origin().word(), "synthetic");
}

#[test]
fn every_file_says_that_its_numbers_are_synthetic_if_it_can() {
    let package = Package::open(shipped_folder().join("pvc")).unwrap();
    let glass = package.table("two-step").unwrap();
    let key = package.primary_key("two-step").unwrap().to_vec();
    let digest = glass.data_digest().unwrap();
    for format in [ExportFormat::Parquet, ExportFormat::Arrow] {
        let bytes = export(&glass, format).unwrap();
        let document = read_columnar(Path::new("pvc"), &bytes).unwrap().unwrap();
        let says = |key: &str| document.metadata.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        assert_eq!(says("kovacs.origin"), Some("synthetic"));
        assert_eq!(says("kovacs.unit.stress"), Some("MPa"));
        assert_eq!(says("kovacs.data digest"), Some(digest.as_str()));
        assert_eq!(says("kovacs.licence"), Some("CC0-1.0"));
        let stress = document.sheets[0].columns.iter().find(|column| column.name == "stress").unwrap();
        assert!(matches!(stress.unit, StatedUnit::Known(unit) if unit.code() == "MPa"));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pvc.xlsx");
    export_to(&glass, ExportFormat::Xlsx, &file).unwrap();
    let document = kovacs_formats::read(&file, &Default::default()).unwrap();
    assert_eq!(document.sheets[0].name, "two-step (synthetic)");
    let package = export_package(&glass, &key, FileFormat::Csv, &folder.path().join("copy")).unwrap();
    let copy = package.table("two-step").unwrap();
    assert_eq!(copy.data_digest().unwrap(), digest);
    assert_eq!(copy.source().origin, glass.source().origin);
    assert_eq!(copy.source().licence, glass.source().licence);
}

#[test]
fn a_pair_distribution_is_written_in_the_layout_of_pdfgetx3() {
    let folder = tempfile::tempdir().unwrap();
    let fields = json!([
        {"name": "r", "type": "number", "unit": "nm"},
        {"name": "G", "type": "number", "unit": "Ao-2"},
    ]);
    let r = Values::Numbers(vec![0.1, 0.27, 0.31]);
    let g = Values::Numbers(vec![-1.0 / 3.0, 2.5, 1e-7]);
    let table = table(folder.path(), fields, vec![r, g]);
    let text = String::from_utf8(export(&table, ExportFormat::Gr).unwrap()).unwrap();
    assert!(text.contains("warning = synthetic numbers, not measured"), "{text}");
    assert!(text.contains(&format!("kovacs_data_digest = {}", table.data_digest().unwrap())), "{text}");
    let rows: Vec<&str> = text.lines().rev().take(3).collect();
    assert_eq!(rows, ["3.1 0.0000001", "2.7 2.5", "1 -0.3333333333333333"]);
    let glass = Package::open(shipped_folder().join("pvc")).unwrap().table("two-step").unwrap();
    let message = export(&glass, ExportFormat::Gr).unwrap_err().to_string();
    assert!(message.contains("cannot be written as gr: it needs the columns `r` and `G`"), "{message}");
}

#[test]
fn new_packages_are_valid_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let package = new_from_template("my-curves", "curves", folder.path()).unwrap();
    package.verify().unwrap();
    assert_eq!(package.table("curves").unwrap().origin().word(), "synthetic");
    assert!(std::fs::read_to_string(package.folder().join("README.md")).unwrap().contains("synthetic"));
    let message = new_from_template("my-curves", "curves", folder.path()).unwrap_err().to_string();
    assert!(message.contains("exists and is not free for a new package"), "{message}");

    let file = folder.path().join("own.csv");
    std::fs::write(&file, "specimen,time [min],load\nA,0,1\nA,1,\n").unwrap();
    let refused = |described: &[&str]| {
        let described: Vec<NewColumn> = described.iter().map(|text| text.parse().unwrap()).collect();
        new_from_file(&about("own"), &file, &described, folder.path()).unwrap_err().to_string()
    };
    let message = refused(&[]);
    assert!(
        message.contains("column 3 of") && message.contains("`load`, states no unit; none is guessed"),
        "{message}"
    );
    let message = refused(&["specimen:text"]);
    assert!(message.contains("`specimen`, `time`, `load`, and 1 are described"), "{message}");
    let message = refused(&["specimen:text", "time:min", "load:psi!"]);
    assert!(message.contains("unknown unit `psi!`"), "{message}");
    let described = ["specimen:text", "time:min", "load:N"].map(|text| text.parse().unwrap());
    let table = new_from_file(&about("own"), &file, &described, folder.path()).unwrap().table("rows").unwrap();
    assert_eq!(table.unit("load").unwrap().code(), "N");
    assert!(table.column("load").unwrap()[1].is_nan());
    assert_eq!(table.in_internal_units().unwrap().column("time").unwrap(), [0.0, 60.0]);
}
