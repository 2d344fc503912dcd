//! Damaged packages: each is refused with a message that names the place and what to do.

mod sample;

use kovacs_datasets::{DESCRIPTOR, DatasetError, Package, Registry, sha256};
use sample::{CSV, descriptor};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A sound package as a descriptor and a table; tests change one thing.
struct Sample {
    folder: TempDir,
    descriptor: Value,
}

impl Sample {
    fn new() -> Sample {
        Sample::with_table(CSV)
    }

    /// A sample with another table.
    fn with_table(csv: &str) -> Sample {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("curves.csv"), csv).unwrap();
        Sample { folder, descriptor: descriptor(csv.as_bytes()) }
    }

    fn resource(&mut self) -> &mut Value {
        &mut self.descriptor["resources"][0]
    }

    fn verify(&self) -> Result<(), DatasetError> {
        let text = serde_json::to_string_pretty(&self.descriptor).unwrap();
        std::fs::write(self.folder.path().join(DESCRIPTOR), text).unwrap();
        Package::open(self.folder.path())?.verify()
    }

    /// Checks that the package is refused in a message with all of these words.
    fn check_refused(&self, words: &[&str]) {
        let message = self.verify().unwrap_err().to_string();
        for word in words {
            assert!(message.contains(word), "`{word}` is not in: {message}");
        }
    }
}

#[test]
fn the_sound_package_is_accepted() {
    Sample::new().verify().unwrap();
}

#[test]
fn a_changed_or_missing_file() {
    let sample = Sample::new();
    let found = CSV.replace("10", "12");
    std::fs::write(sample.folder.path().join("curves.csv"), &found).unwrap();
    let (expected, found) = (sha256(CSV.as_bytes()), sha256(found.as_bytes()));
    sample.check_refused(&["curves.csv", "resource `curves`", &expected, &found, "restore the file"]);

    std::fs::write(sample.folder.path().join("curves.csv"), "").unwrap();
    sample.check_refused(&["says 48 bytes, the file has 0 bytes"]);

    std::fs::remove_file(sample.folder.path().join("curves.csv")).unwrap();
    sample.check_refused(&["names the file", "curves.csv", "which is not there"]);

    let mut sample = Sample::new();
    sample.resource().as_object_mut().unwrap().remove("hash");
    sample.check_refused(&["states no digest", &format!("\"hash\": \"sha256:{}\"", sha256(CSV.as_bytes()))]);
}

#[test]
fn missing_terms_and_sources() {
    let mut sample = Sample::new();
    sample.descriptor.as_object_mut().unwrap().remove("licenses");
    sample.check_refused(&["resource `curves`", "has no licence", "\"licenses\": [{\"name\": \"CC-BY-4.0\"}]"]);

    let mut sample = Sample::new();
    sample.descriptor.as_object_mut().unwrap().remove("sources");
    sample.check_refused(&["is measured but names no source", "\"sources\": [{\"title\""]);
    sample.resource()["origin"] = json!({"kind": "synthetic", "generator": "g", "version": "1", "seed": 1});
    sample.verify().unwrap();
    sample.resource()["origin"] = json!({"kind": "synthetic", "generator": "g", "version": "1"});
    sample.check_refused(&["missing field `seed`"]);
    sample.resource()["origin"] = json!({"kind": "invented"});
    sample.check_refused(&["unknown variant `invented`", "`measured`, `digitised`, `synthetic`"]);
}

#[test]
fn columns_and_units() {
    let mut sample = Sample::new();
    sample.resource()["schema"]["fields"][2]["unit"] = json!("mpa");
    sample.check_refused(&["column `stress` of resource `curves`", "unknown unit `mpa` (did you mean `MPa`?)"]);
    sample.resource()["schema"]["fields"][2].as_object_mut().unwrap().remove("unit");
    sample.check_refused(&["column `stress`", "states no unit", "\"unit\": \"MPa\""]);

    let mut sample = Sample::new();
    sample.resource()["schema"]["fields"][2]["name"] = json!("strain");
    sample.check_refused(&[
        "has the columns `specimen`, `time`, `stress`",
        "missing: `strain`",
        "not described: `stress`",
    ]);

    let mut sample = Sample::new();
    sample.resource()["schema"]["primaryKey"] = json!(["replicate", "time"]);
    sample.check_refused(&["primary key names the column `replicate`"]);
}

#[test]
fn cells_and_times() {
    let place = ["curves.csv", "resource `curves`", "row 2", "correct or remove"];
    let check = |csv: &str, words: &[&str]| {
        let sample = Sample::with_table(csv);
        sample.check_refused(&place);
        sample.check_refused(words);
    };
    check("specimen,time,stress\nA,0,10\nA,NaN,9\n", &["column `time`", "`NaN` is not a finite number"]);
    check("specimen,time,stress\nA,0,10\nA,1,nine\n", &["column `stress`", "`nine` is not a finite number"]);
    check("specimen,time,stress\nA,0,10\nA,1,inf\n", &["column `stress`", "`inf` is not a finite number"]);
    check("specimen,time,stress\nA,0,10\nA,1,\n", &["column `stress`", "`` is not a finite number"]);
    check("specimen,time,stress\nA,0,10\nA,1,1e999\n", &["column `stress`", "is not a finite number"]);

    let falling = Sample::with_table("specimen,time,stress\nA,0,10\nB,0,10\nA,1,9\nA,0.5,9\n");
    falling.check_refused(&["row 4", "column `time`: 0.5 follows 1", "sort the rows"]);
    Sample::with_table("specimen,time,stress\n").check_refused(&["it has columns and no rows"]);
    Sample::with_table("").check_refused(&["not a readable table"]);
    Sample::with_table("specimen,time,stress\nA,0,10,7\n").check_refused(&["curves.csv"]);
    let latin = b"specimen,time,stress\n\xb5,0,10\n";
    let mut sample = Sample::new();
    std::fs::write(sample.folder.path().join("curves.csv"), latin).unwrap();
    sample.resource()["hash"] = json!(format!("sha256:{}", sha256(latin)));
    sample.resource()["bytes"] = json!(latin.len());
    sample.check_refused(&["not UTF-8"]);
}

#[test]
fn a_permitted_gap_is_a_gap_and_a_word_in_it_is_not() {
    let gap = json!({"required": false});
    let mut sample = Sample::with_table("specimen,time,stress\nA,0,10\nA,1,\n");
    sample.resource()["schema"]["fields"][2]["constraints"] = gap.clone();
    sample.verify().unwrap();
    let stress = Package::open(sample.folder.path()).unwrap().table("curves").unwrap().column("stress").unwrap();
    assert!(stress[0] == 10.0 && stress[1].is_nan());
    let mut sample = Sample::with_table("specimen,time,stress\nA,0,10\nA,1,lost\n");
    sample.resource()["schema"]["fields"][2]["constraints"] = gap;
    sample.check_refused(&["`lost` is not a finite number"]);
}

#[test]
fn paths_that_lead_outside() {
    let mut sample = Sample::new();
    for (path, reason) in [
        ("../curves.csv", "contains `..`"),
        ("/etc/passwd", "is absolute"),
        ("https://example.org/curves.csv", "is an address"),
        ("", "is empty"),
    ] {
        sample.resource()["path"] = json!(path);
        sample.check_refused(&[reason, "one regular file inside the package folder"]);
    }
    sample.resource()["path"] = json!(".");
    sample.check_refused(&["is not a regular file"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_outside() {
    let mut sample = Sample::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("curves.csv"), CSV).unwrap();
    std::os::unix::fs::symlink(outside.path().join("curves.csv"), sample.folder.path().join("linked.csv")).unwrap();
    sample.resource()["path"] = json!("linked.csv");
    sample.check_refused(&["is a link that leads outside"]);
    std::os::unix::fs::symlink(outside.path(), sample.folder.path().join("sub")).unwrap();
    sample.resource()["path"] = json!("sub/curves.csv");
    sample.check_refused(&["is a link that leads outside"]);
}

#[test]
fn descriptors_that_are_none() {
    let sample = Sample::new();
    let refused = |text: &str| {
        std::fs::write(sample.folder.path().join(DESCRIPTOR), text).unwrap();
        Package::open(sample.folder.path()).unwrap_err().to_string()
    };
    assert!(refused("{").contains("line 1 column"), "{}", refused("{"));
    assert!(refused("{}").contains("missing field `name`"), "{}", refused("{}"));
    assert!(refused("\u{0}").contains("is not a valid package descriptor"));
    let mut sample = Sample::new();
    sample.descriptor["name"] = json!("No Name");
    sample.check_refused(&["`No Name`", "is not a usable package name", "lower-case letters"]);
    let mut sample = Sample::new();
    let twin = sample.resource().clone();
    sample.descriptor["resources"].as_array_mut().unwrap().push(twin);
    sample.check_refused(&["has 2 resources named `curves`"]);
}

#[test]
fn a_protocol_that_is_none() {
    let mut sample = Sample::new();
    sample.resource()["protocol"] = json!([{"form": {"two_step": {"eps1": "0.5 %"}}}]);
    sample.check_refused(&["protocol of resource `curves`", "`eps2` is missing"]);
}

#[test]
fn an_unknown_name_lists_what_exists_and_where_it_was_looked_for() {
    let sample = Sample::new();
    sample.verify().unwrap();
    let registry = Registry::of(vec![sample.folder.path().to_path_buf(), "/no/such/folder".into()]);
    assert_eq!(registry.open("sample").unwrap().name(), "sample");
    for name in ["smaple", "", "../sample", "No Name"] {
        let message = registry.open(name).unwrap_err().to_string();
        assert!(message.contains(&format!("no data package named `{name}`; known packages: `sample`")), "{message}");
        assert!(message.contains("/no/such/folder"), "{message}");
    }
}

#[test]
fn a_damaged_package_does_not_hide_the_others() {
    let sound = Sample::new();
    sound.verify().unwrap();
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("broken")).unwrap();
    std::fs::write(place.path().join("broken").join(DESCRIPTOR), "{").unwrap();
    let registry = Registry::of(vec![place.path().to_path_buf(), sound.folder.path().to_path_buf()]);
    registry.open("sample").unwrap();
    let listed = registry.list();
    assert_eq!(listed.iter().map(|entry| entry.package.is_ok()).collect::<Vec<_>>(), [false, true]);
    assert!(matches!(registry.open("broken"), Err(DatasetError::Descriptor { .. })));
}

#[test]
fn questions_a_table_cannot_answer() {
    let sample = Sample::new();
    sample.verify().unwrap();
    let table = Package::open(sample.folder.path()).unwrap().table("curves").unwrap();
    let check = |refused: DatasetError, words: &str| {
        assert!(refused.to_string().contains(words), "`{words}` is not in: {refused}");
    };
    check(
        table.column("specimen").unwrap_err(),
        "no number column `specimen`; its number columns are `time`, `stress`",
    );
    check(table.text("time").unwrap_err(), "no text column `time`; its text columns are `specimen`");
    check(table.where_text("specimen", "C").unwrap_err(), "no row with specimen = C; values there: `A`, `B`");
    check(table.where_number("time", 7.0).unwrap_err(), "no row with time = 7; values there: `0`, `1`");
    check(table.column_in("stress", "s").unwrap_err(), "column `stress`");
    check(table.rows_between(2, 9).unwrap_err(), "no row with number 2 to 9");
    check(table.curve("time", "stress").unwrap_err(), "choose the rows of one curve first");
    check(table.holds().unwrap_err(), "no number column `strain`");
    let package = Package::open(sample.folder.path()).unwrap();
    check(package.table("curve").unwrap_err(), "has 0 resources named `curve`; its resources are `curves`");
}

#[test]
fn filters_groups_and_printing() {
    let sample = Sample::new();
    sample.verify().unwrap();
    let table = Package::open(sample.folder.path()).unwrap().table("curves").unwrap();
    assert_eq!(table.where_text("specimen", "B").unwrap().column("stress").unwrap(), [11.0, 10.0]);
    assert_eq!(table.where_between("stress", 9.5, 10.5).unwrap().rows(), 2);
    assert_eq!(table.unique_text("specimen").unwrap(), ["A", "B"]);
    let groups = table.group_by(&["specimen"]).unwrap();
    let curves: Vec<_> = groups.iter().map(|group| group.table.curve("time", "stress").unwrap()).collect();
    assert_eq!(curves[1].y, [11.0, 10.0]);
    assert_eq!(curves[1].label, "sample curves, specimen = B");
    let text = table.to_text(2);
    let rows = "sample curves: 4 rows\n\
                specimen  time (s)  stress (MPa)\n\
                A                0            10\n\
                ... 2 rows left out\n\
                B                1            10\n\
                sample curves: measured";
    assert!(text.starts_with(rows), "{text}");
    let html = table.to_html(1);
    for part in [">stress</th>", ">MPa</td>", "3 rows left out", "sample curves: measured"] {
        assert!(html.contains(part), "no `{part}` in {html}");
    }
}

#[test]
fn no_byte_of_a_table_or_descriptor_can_make_it_panic() {
    let descriptor = {
        let sample = Sample::new();
        sample.verify().unwrap();
        std::fs::read(sample.folder.path().join(DESCRIPTOR)).unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let mut accepted = 0;
    for position in 0..CSV.len() {
        for byte in [0, b'"', b',', b'\n', b'\r', b'-', b'9', 0xff] {
            let mut csv = CSV.as_bytes().to_vec();
            csv[position] = byte;
            let text = String::from_utf8(descriptor.clone()).unwrap();
            // The digest is made to agree, so that the reader itself meets the damage.
            let text = text.replace(&sha256(CSV.as_bytes()), &sha256(&csv));
            std::fs::write(folder.path().join("curves.csv"), &csv).unwrap();
            std::fs::write(folder.path().join(DESCRIPTOR), text).unwrap();
            accepted += usize::from(Package::open(folder.path()).and_then(|package| package.verify()).is_ok());
        }
    }
    // A changed digit or name is still a table; a broken header, number or order is not.
    assert!(accepted > 0 && accepted < CSV.len() * 4, "{accepted}");
    for position in 0..descriptor.len() {
        let mut damaged = descriptor.clone();
        damaged[position] = damaged[position].wrapping_add(1);
        std::fs::write(folder.path().join(DESCRIPTOR), &damaged).unwrap();
        let _ = Package::open(folder.path()).and_then(|package| package.verify());
    }
}
