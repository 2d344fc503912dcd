//! One table in csv, parquet and arrow: the same rows, the same checks, the same digest of the data.

use kovacs_datasets::descriptor::{
    Constraints, Descriptor, FieldKind, FieldStatement, License, PROFILE, Resource, Schema,
};
use kovacs_datasets::{DESCRIPTOR, DatasetError, Draft, FileFormat, Package, Table, sha256};
use kovacs_formats::Values;
use std::path::Path;

fn descriptor() -> Descriptor {
    Descriptor {
        schema: PROFILE.to_string(),
        name: "sample".to_string(),
        title: None,
        description: None,
        version: None,
        licenses: vec![License { name: "CC0-1.0".to_string(), path: None }],
        sources: Vec::new(),
        resources: Vec::new(),
    }
}

fn field(name: &str, kind: FieldKind, unit: Option<&str>, required: bool) -> FieldStatement {
    FieldStatement {
        name: name.to_string(),
        kind,
        unit: unit.map(str::to_string),
        unit_basis: None,
        description: None,
        constraints: (!required).then_some(Constraints { required }),
    }
}

/// The resource `curves`: a specimen, a time, a stress that may be missing, a whole number.
fn resource() -> Resource {
    let json = serde_json::json!({
        "name": "curves", "path": "", "schema": {"fields": [], "primaryKey": ["specimen", "time"]},
        "origin": {"kind": "synthetic", "generator": "test", "version": "1", "seed": 1},
    });
    let mut resource: Resource = serde_json::from_value(json).unwrap();
    resource.schema = Schema {
        fields: vec![
            field("specimen", FieldKind::Text, None, true),
            field("time", FieldKind::Number, Some("min"), true),
            field("stress", FieldKind::Number, Some("MPa"), false),
            field("stage", FieldKind::Integer, Some("1"), true),
        ],
        primary_key: resource.schema.primary_key,
    };
    resource
}

fn columns() -> Vec<Values> {
    let words = ["a, b", "a, b", "says \"no\"", "two\nlines", "σ ü 玻璃"].map(str::to_string);
    vec![
        Values::Words(words.to_vec()),
        Values::Numbers(vec![-0.0, 0.1 + 0.2, 5e-324, 1e300, 123_456_789.123_456_79]),
        Values::Numbers(vec![f64::NAN, -0.0, f64::MIN_POSITIVE / 3.0, f64::MAX, 1.0]),
        Values::Numbers(vec![1.0, 2.0, -3.0, 0.0, 4.0]),
    ]
}

fn package(folder: &Path, columns: Vec<Values>, format: FileFormat) -> Result<Package, DatasetError> {
    let mut draft = Draft::new(descriptor());
    draft.add_columns(resource(), columns, Some(format))?;
    draft.create(&folder.join(format.word()))
}

#[test]
fn every_format_gives_the_same_bits_and_the_same_digest() {
    let folder = tempfile::tempdir().unwrap();
    let read = |format| package(folder.path(), columns(), format).unwrap().table("curves").unwrap();
    let tables: Vec<Table> = FileFormat::ALL.into_iter().map(read).collect();
    let Values::Words(words) = &columns()[0] else { panic!("words") };
    for table in &tables {
        assert_eq!(table.text("specimen").unwrap(), *words);
        for (name, given) in ["time", "stress", "stage"].iter().zip(&columns()[1..]) {
            let Values::Numbers(given) = given else { panic!("numbers") };
            let read = table.column(name).unwrap();
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&read), bits(given), "{name}");
        }
        // Computed by another program from the layout that the documentation of `data_digest` states.
        assert_eq!(
            table.data_digest().unwrap(),
            "sha256:0cc99536c5348f98c2537c2d3f25448e2aa701db02321fa232f1cd20f3b7bc40"
        );
    }
    let other = tables[0].where_text("specimen", "a, b").unwrap();
    assert_ne!(other.data_digest().unwrap(), tables[0].data_digest().unwrap());
    assert_ne!(tables[0].in_internal_units().unwrap().data_digest().unwrap(), tables[0].data_digest().unwrap());
}

#[test]
fn small_tables_are_text_and_large_ones_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let of_rows = |rows: usize| {
        let mut draft = Draft::new(descriptor());
        let columns = vec![
            Values::Words(vec!["A".to_string(); rows]),
            Values::Numbers((0..rows).map(|row| row as f64).collect()),
            Values::Numbers(vec![1.0; rows]),
            Values::Numbers(vec![1.0; rows]),
        ];
        draft.add_columns(resource(), columns, None).unwrap();
        draft.create(&folder.path().join(rows.to_string())).unwrap()
    };
    assert_eq!(of_rows(99_999).descriptor().resources[0].path, "curves.csv");
    let large = of_rows(100_000);
    assert_eq!(large.descriptor().resources[0].path, "curves.parquet");
    assert_eq!(large.table("curves").unwrap().rows(), 100_000);
}

#[test]
fn binary_files_are_held_to_the_same_rules_as_text() {
    let refused = |change: fn(&mut Vec<Values>), words: &[&str]| {
        for format in FileFormat::ALL {
            let folder = tempfile::tempdir().unwrap();
            let mut columns = columns();
            change(&mut columns);
            let message = package(folder.path(), columns, format).unwrap().verify().unwrap_err().to_string();
            for word in words.iter().chain(&["resource `curves`", format.word()]) {
                assert!(message.contains(word), "`{word}` is not in: {message}");
            }
        }
    };
    refused(
        |columns| columns[1] = Values::Numbers(vec![0.0, 1.0, f64::NAN, 0.0, 0.0]),
        &["row 3", "column `time`", "is not a finite number"],
    );
    refused(
        |columns| columns[2] = Values::Numbers(vec![0.0, f64::INFINITY, 1.0, 0.0, 0.0]),
        &["row 2", "column `stress`", "`inf` is not a finite number"],
    );
    refused(
        |columns| columns[1] = Values::Numbers(vec![1.0, 1.0, 0.0, 0.0, 0.0]),
        &["row 2", "column `time`: 1 follows 1", "times must rise"],
    );
    refused(
        |columns| {
            columns.iter_mut().for_each(|column| {
                *column = match column {
                    Values::Numbers(_) => Values::Numbers(Vec::new()),
                    Values::Words(_) => Values::Words(Vec::new()),
                }
            })
        },
        &["no rows"],
    );
}

#[test]
fn columns_that_do_not_fit_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: fn(&mut Vec<Values>), words: &str| {
        let mut columns = columns();
        change(&mut columns);
        let message = package(folder.path(), columns, FileFormat::Csv).unwrap_err().to_string();
        assert!(message.contains(words), "`{words}` is not in: {message}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    };
    refused(|columns| drop(columns.pop()), "4 columns are described and 3 are given");
    refused(|columns| columns[2] = Values::Numbers(vec![1.0]), "column `stress` has 1 rows, the first column 5");
    refused(
        |columns| columns[3] = Values::Numbers(vec![1.0, 1.5, 1.0, 1.0, 1.0]),
        "whole numbers, and row 2 holds 1.5",
    );
    refused(|columns| columns.swap(0, 1), "column `specimen` is described as words and holds numbers");
}

/// Gives a changed file the digest it now has, so that the reader itself meets the damage.
fn reseal(package: &Package, bytes: &[u8]) {
    let mut descriptor = package.descriptor().clone();
    std::fs::write(package.folder().join(&descriptor.resources[0].path), bytes).unwrap();
    descriptor.resources[0].hash = Some(format!("sha256:{}", sha256(bytes)));
    descriptor.resources[0].bytes = Some(bytes.len() as u64);
    std::fs::write(package.folder().join(DESCRIPTOR), serde_json::to_vec(&descriptor).unwrap()).unwrap();
}

#[test]
fn damaged_binary_files_are_refused_and_never_stop_the_program() {
    for format in [FileFormat::Parquet, FileFormat::Arrow] {
        let folder = tempfile::tempdir().unwrap();
        let package = package(folder.path(), columns(), format).unwrap();
        let sound = std::fs::read(package.folder().join(format!("curves.{}", format.word()))).unwrap();
        let verdict = |bytes: &[u8]| {
            reseal(&package, bytes);
            Package::open(package.folder()).unwrap().verify().map_err(|error| error.to_string())
        };
        verdict(&sound).unwrap();
        for bytes in [&b""[..], b"PAR1", b"ARROW1\0\0", b"time,stress\n1,2\n", &[0; 4096], &sound[..sound.len() / 2]] {
            let message = verdict(bytes).unwrap_err();
            assert!(message.contains(&format!("it is not a sound {} file", format.word())), "{message}");
        }
        let mut refused = 0;
        for position in (0..sound.len()).step_by(3) {
            let mut bytes = sound.clone();
            bytes[position] ^= 0x55;
            refused += usize::from(verdict(&bytes).is_err());
        }
        assert!(refused > sound.len() / 12, "{refused}");
    }
}

#[test]
fn other_columns_or_kinds_than_described() {
    for format in [FileFormat::Parquet, FileFormat::Arrow] {
        let folder = tempfile::tempdir().unwrap();
        let package = package(folder.path(), columns(), format).unwrap();
        let check = |change: fn(&mut Resource), words: &[&str]| {
            let mut descriptor = package.descriptor().clone();
            change(&mut descriptor.resources[0]);
            std::fs::write(package.folder().join(DESCRIPTOR), serde_json::to_vec(&descriptor).unwrap()).unwrap();
            let message = Package::open(package.folder()).unwrap().verify().unwrap_err().to_string();
            for word in words.iter().chain(&[format.word(), "resource `curves`"]) {
                assert!(message.contains(word), "`{word}` is not in: {message}");
            }
        };
        check(
            |resource| resource.schema.fields[2].name = "force".to_string(),
            &["missing: `force`", "not described: `stress`"],
        );
        check(|resource| drop(resource.schema.fields.pop()), &["not described: `stage`"]);
        check(
            |resource| resource.schema.fields[0] = field("specimen", FieldKind::Number, Some("1"), true),
            &["column `specimen`", "holds str", "describes number"],
        );
        check(
            |resource| resource.schema.fields[2].kind = FieldKind::Integer,
            &["column `stress`", "holds f64", "describes integer"],
        );
    }
}

#[test]
fn a_format_that_is_not_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let package = package(folder.path(), columns(), FileFormat::Csv).unwrap();
    let mut descriptor = package.descriptor().clone();
    descriptor.resources[0].format = Some("hdf5".to_string());
    std::fs::write(package.folder().join(DESCRIPTOR), serde_json::to_vec(&descriptor).unwrap()).unwrap();
    let message = Package::open(package.folder()).unwrap_err().to_string();
    assert!(message.contains("resource `curves`") && message.contains("format `hdf5`"), "{message}");
    assert!(message.contains("`\"format\": \"csv\"`, `parquet` or `arrow`"), "{message}");
}
