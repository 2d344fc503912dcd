//! A corpus of bad packages: `validate` finds everything, says where, and what to do.

mod sample;

use kovacs_datasets::{DESCRIPTOR, Finding, Validation, sha256, validate};
use sample::{CSV, descriptor};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// Validates a package of this table whose descriptor was changed.
fn with(csv: &str, change: impl FnOnce(&mut Value, &Path)) -> Validation {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("curves.csv"), csv).unwrap();
    let mut about = descriptor(csv.as_bytes());
    change(&mut about, folder.path());
    raw(&folder, about.to_string().as_bytes())
}

fn raw(folder: &TempDir, descriptor: &[u8]) -> Validation {
    std::fs::write(folder.path().join(DESCRIPTOR), descriptor).unwrap();
    validate(folder.path(), 100)
}

/// Exactly one finding, in this file, with these words.
#[track_caller]
fn one(validation: &Validation, file: &str, words: &[&str]) -> Finding {
    assert_eq!(validation.findings.len(), 1, "{:#?}", validation.findings);
    let finding = validation.findings[0].clone();
    assert!(!validation.is_sound() && !finding.remedy.is_empty());
    assert!(finding.file.as_ref().is_some_and(|path| path.ends_with(file)), "{finding:#?}");
    for word in words {
        assert!(finding.message.contains(word), "`{word}` is not in: {}", finding.message);
    }
    finding
}

#[test]
fn a_sound_package_has_tables_and_no_findings() {
    let validation = with(CSV, |_, _| {});
    assert!(validation.is_sound() && !validation.may_be_more);
    assert_eq!(validation.name.as_deref(), Some("sample"));
    let table = &validation.tables[0];
    assert_eq!((table.name.as_str(), table.rows, table.origin), ("curves", 4, "measured"));
    assert!(table.data_digest.starts_with("sha256:"));
}

#[test]
fn all_that_is_wrong_is_found_in_one_go() {
    let csv = "specimen,time,stress\nA,0,ten\nA,1,9\nA,1,inf\nB,5,\nB,4,10\n";
    let validation = with(csv, |about, _| {
        about.as_object_mut().unwrap().remove("licenses");
        about.as_object_mut().unwrap().remove("sources");
        let second = json!({
            "name": "other", "path": "../other.csv", "hash": "sha256:0",
            "schema": {"fields": [{"name": "x", "type": "number", "unit": "mpa"}, {"name": "y", "type": "number"}]},
            "origin": {"kind": "synthetic", "generator": "g", "version": "1", "seed": 1},
        });
        about["resources"].as_array_mut().unwrap().push(second);
    });
    let place = |finding: &Finding| {
        let file = finding.file.as_ref().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        (file, finding.resource.clone(), finding.row, finding.column.clone())
    };
    let found: Vec<_> = validation.findings.iter().map(place).collect();
    let at = |file: &str, resource: &str, row: Option<usize>, column: Option<&str>| {
        (file.to_string(), Some(resource.to_string()), row, column.map(str::to_string))
    };
    let expected = [
        at(DESCRIPTOR, "curves", None, None),
        at(DESCRIPTOR, "curves", None, None),
        at(DESCRIPTOR, "other", None, None),
        at(DESCRIPTOR, "other", None, None),
        at(DESCRIPTOR, "other", None, Some("x")),
        at(DESCRIPTOR, "other", None, Some("y")),
        at("curves.csv", "curves", Some(1), Some("stress")),
        at("curves.csv", "curves", Some(4), Some("stress")),
        at("curves.csv", "curves", Some(3), Some("stress")),
        at("curves.csv", "curves", Some(3), Some("time")),
        at("curves.csv", "curves", Some(5), Some("time")),
    ];
    assert_eq!(found, expected, "{:#?}", validation.findings);
    assert_eq!(validation.tables.len(), 1, "the table could be read");
}

#[test]
fn a_long_list_of_findings_ends_where_it_was_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let csv = format!("specimen,time,stress\n{}", "A,0,x\n".repeat(1000));
    std::fs::write(folder.path().join("curves.csv"), &csv).unwrap();
    std::fs::write(folder.path().join(DESCRIPTOR), descriptor(csv.as_bytes()).to_string()).unwrap();
    let validation = validate(folder.path(), 7);
    assert_eq!((validation.findings.len(), validation.may_be_more), (7, true));
}

#[test]
fn descriptors_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let whole = descriptor(CSV.as_bytes()).to_string();
    one(&raw(&folder, b""), DESCRIPTOR, &["is not a valid package descriptor", "EOF"]);
    one(&raw(&folder, &whole.as_bytes()[..whole.len() / 2]), DESCRIPTOR, &["EOF while parsing", "line 1 column"]);
    one(&raw(&folder, &[0, 159, 146, 150, 0xff]), DESCRIPTOR, &["is not a valid package descriptor"]);
    one(&raw(&folder, b"[]"), DESCRIPTOR, &["is not a valid package descriptor"]);
    let nested = format!("{{\"name\": \"a\", \"resources\": [], \"more\": {}", "[".repeat(100_000));
    one(&raw(&folder, nested.as_bytes()), DESCRIPTOR, &["EOF while parsing a list"]);
    one(&with(CSV, |about, _| about["resources"] = json!([])), DESCRIPTOR, &["has no tables"]);
    let missing = tempfile::tempdir().unwrap();
    one(&validate(missing.path(), 9), DESCRIPTOR, &["cannot read"]);
}

#[test]
fn paths_files_and_digests() {
    for (path, words) in [
        ("../curves.csv", "contains `..`"),
        ("sub/../../curves.csv", "contains `..`"),
        ("/etc/passwd", "is absolute"),
        ("https://example.org/curves.csv", "is an address"),
    ] {
        one(&with(CSV, |about, _| about["resources"][0]["path"] = json!(path)), DESCRIPTOR, &["`curves`", words]);
    }
    let lost = with(CSV, |about, _| about["resources"][0]["path"] = json!("lost.csv"));
    one(&lost, "lost.csv", &["which is not there"]);
    let changed = with(CSV, |about, folder| {
        about["name"] = json!("sample");
        std::fs::write(folder.join("curves.csv"), CSV.replace("10", "12")).unwrap();
    });
    one(&changed, "curves.csv", &["is not the file its package describes", "sha256:"]);
    let unsealed = with(CSV, |about, _| drop(about["resources"][0].as_object_mut().unwrap().remove("hash")));
    one(&unsealed, DESCRIPTOR, &["states no digest", &sha256(CSV.as_bytes())]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_outside() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("curves.csv"), CSV).unwrap();
    let linked = with(CSV, |about, folder| {
        std::os::unix::fs::symlink(outside.path().join("curves.csv"), folder.join("linked.csv")).unwrap();
        about["resources"][0]["path"] = json!("linked.csv");
    });
    one(&linked, DESCRIPTOR, &["is a link that leads outside"]);
    let circle = with(CSV, |about, folder| {
        std::os::unix::fs::symlink(folder.join("circle.csv"), folder.join("circle.csv")).unwrap();
        about["resources"][0]["path"] = json!("circle.csv");
    });
    one(&circle, "circle.csv", &["cannot resolve"]);
}

#[test]
fn names_units_and_columns() {
    let twice = with(CSV, |about, _| {
        let twin = about["resources"][0].clone();
        about["resources"].as_array_mut().unwrap().push(twin);
    });
    one(&twice, DESCRIPTOR, &["has 2 resources named `curves`"]);
    let column = with(CSV, |about, _| about["resources"][0]["schema"]["fields"][2]["name"] = json!("time"));
    one(&column, DESCRIPTOR, &["`time`", "is not a usable column name"]);
    let unit = with(CSV, |about, _| about["resources"][0]["schema"]["fields"][2]["unit"] = json!("psi!"));
    assert_eq!(one(&unit, DESCRIPTOR, &["unknown unit `psi!`"]).column.as_deref(), Some("stress"));
    let other = with(CSV, |about, _| about["resources"][0]["schema"]["fields"][2]["name"] = json!("strain"));
    one(&other, "curves.csv", &["missing: `strain`", "not described: `stress`"]);
    let key = with(CSV, |about, _| about["resources"][0]["schema"]["primaryKey"] = json!(["nobody"]));
    one(&key, "curves.csv", &["primary key names the column `nobody`"]);
    let protocol = with(CSV, |about, _| about["resources"][0]["protocol"] = json!([{"form": {"what": 1}}]));
    one(&protocol, DESCRIPTOR, &["protocol of resource `curves`"]);
}

#[test]
fn parquet_that_is_none_or_another() {
    let parquet = |bytes: &[u8]| {
        let bytes = bytes.to_vec();
        with(CSV, move |about, folder| {
            std::fs::write(folder.join("curves.parquet"), &bytes).unwrap();
            let resource = &mut about["resources"][0];
            resource["path"] = json!("curves.parquet");
            resource["hash"] = json!(format!("sha256:{}", sha256(&bytes)));
            resource["bytes"] = json!(bytes.len());
        })
    };
    for bytes in [&b""[..], CSV.as_bytes(), b"PAR1", b"PAR1\xff\xff\xff\x7fPAR1", &[0xff; 10_000]] {
        one(&parquet(bytes), "curves.parquet", &["is not a sound parquet file"]);
    }
}

#[test]
fn ten_thousand_columns_are_a_table_and_their_names_no_flood() {
    let columns = 10_000;
    let name = |column: usize| format!("c{column}");
    let header = (0..columns).map(name).collect::<Vec<_>>().join(",");
    let row = vec!["1.5"; columns].join(",");
    let csv = format!("{header}\n{row}\n{row}\n");
    let fields: Vec<Value> =
        (0..columns).map(|column| json!({"name": name(column), "type": "number", "unit": "1"})).collect();
    let wide = |fields: Vec<Value>| with(&csv, |about, _| about["resources"][0]["schema"] = json!({"fields": fields}));
    let sound = wide(fields.clone());
    assert!(sound.is_sound(), "{:#?}", sound.findings);
    assert_eq!(sound.tables[0].rows, 2);
    let finding = one(&wide(fields[1..].to_vec()), "curves.csv", &["not described: `c0`", "more"]);
    assert!(finding.message.len() < 2000, "{} characters", finding.message.len());
}
