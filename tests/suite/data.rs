//! Packages: listing, checking, damage, generating, importing a measured workbook.

use crate::program::{Said, kovacs, measured, run, say};
use crate::scratch::{Executed, code, file, notebook};
use std::path::{Path, PathBuf};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets").join(name)
}

/// A copy of a shipped package that a test may damage.
fn copy_of(name: &str, folder: &Path) -> PathBuf {
    let copy = folder.join(name);
    std::fs::create_dir_all(&copy).expect("a folder");
    for entry in std::fs::read_dir(shipped(name)).expect("the package").flatten() {
        std::fs::copy(entry.path(), copy.join(entry.file_name())).expect("copied");
    }
    copy
}

/// Replaces text in a file of a package.
fn edit(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).expect("text");
    assert!(text.contains(from), "no `{from}` in {}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// Gives the table of a package the digest that its file now has, so that later checks are reached.
fn reseal(package: &Path) {
    let table = std::fs::read(package.join("two-step.csv")).expect("the table");
    let descriptor = package.join("datapackage.json");
    let mut about: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&descriptor).expect("read")).expect("JSON");
    about["resources"][0]["hash"] = format!("sha256:{}", kovacs_datasets::sha256(&table)).into();
    about["resources"][0]["bytes"] = table.len().into();
    std::fs::write(descriptor, about.to_string()).expect("written");
}

#[track_caller]
fn unsound(package: &Path, parts: &[&str]) -> Said {
    say(&["data", "validate", package.to_str().expect("UTF-8")]).ends_with(1).prints(parts)
}

#[test]
fn the_shipped_packages_are_listed_as_synthetic_and_are_sound() {
    let listing = say(&["data", "list", "--json"]).ends_with(0).json();
    let packages = listing["packages"].as_array().expect("a list");
    for name in ["fe-zr-b", "pvc", "ti-zr-hf-cu-ni-be"] {
        let package = packages.iter().find(|package| package["name"] == name).expect("it is listed");
        // The titanium alloy has a printed and a computed table beside the curves.
        let origins = if name == "ti-zr-hf-cu-ni-be" { 3 } else { 1 };
        let found = package["origin"].as_array().expect("a list");
        assert!(found.len() == origins && found.contains(&serde_json::json!("synthetic")), "{name}: {found:?}");
        say(&["data", "validate", name]).ends_with(0).prints(&["is sound", "two-step", "synthetic"]);
    }
    say(&["data", "list"]).ends_with(0).prints(&["(synthetic)", "searched:"]);
    say(&["data", "info", "pvc"]).ends_with(0).prints(&["table `two-step` (synthetic)", "stress", "MPa", "CC0-1.0"]);
    let about = say(&["data", "info", "pvc", "--json"]).ends_with(0).json();
    assert_eq!(about["descriptor"]["resources"][0]["schema"]["fields"][10]["unit"], "MPa");
    say(&["data", "info", "window"]).ends_with(1).complains_of(&["no data package named `window`", "`pvc`"]);
}

#[test]
fn every_kind_of_damage_is_found_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let damaged = |name: &str| copy_of("pvc", &folder.path().join(name)).join("two-step.csv");

    let changed = damaged("changed");
    edit(&changed, ",1,", ",2,");
    unsound(changed.parent().expect("a folder"), &["is not the file its package describes", "two-step.csv", "sha256:"]);

    let column = damaged("column");
    edit(&column, ",stress\n", ",tension\n");
    reseal(column.parent().expect("a folder"));
    unsound(column.parent().expect("a folder"), &["missing: `stress`", "not described: `tension`"]);

    let unit = damaged("unit").with_file_name("datapackage.json");
    edit(&unit, "\"unit\": \"MPa\"", "\"unit\": \"psi!\"");
    unsound(unit.parent().expect("a folder"), &["column `stress`", "unknown unit `psi!`", "MPa"]);

    let not_a_number = damaged("nan");
    let text = std::fs::read_to_string(&not_a_number).expect("text");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut cells: Vec<&str> = lines[5].split(',').collect();
    cells[7] = "NaN";
    lines[5] = cells.join(",");
    std::fs::write(&not_a_number, lines.join("\n") + "\n").expect("written");
    reseal(not_a_number.parent().expect("a folder"));
    unsound(not_a_number.parent().expect("a folder"), &["row 5", "column `time`", "`NaN`"]);

    let missing = damaged("missing");
    std::fs::remove_file(&missing).expect("removed");
    unsound(missing.parent().expect("a folder"), &["two-step.csv", "is not there"]);

    let text = damaged("text").with_file_name("datapackage.json");
    std::fs::write(&text, "{ no JSON").expect("written");
    unsound(text.parent().expect("a folder"), &["is not a valid package descriptor"]);
    let verdict = say(&["data", "validate", text.parent().and_then(Path::to_str).expect("UTF-8"), "--json"]);
    assert_eq!(verdict.ends_with(1).json()["valid"], false);

    let listing = run(kovacs(&["data", "list"]).env("KOVACS_DATA_PATH", folder.path().join("text"))).ends_with(0);
    listing.prints(&["damaged: `pvc`", "hidden: `pvc`"]);
}

#[test]
fn the_generator_repeats_itself_and_replaces_nothing_of_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    say(&["data", "generate", "--out", out]).ends_with(0).complains_of(&["synthetic"]);
    for name in ["fe-zr-b", "pvc", "ti-zr-hf-cu-ni-be"] {
        let read = |package: PathBuf| std::fs::read(package.join("two-step.csv")).expect("the table");
        assert_eq!(read(folder.path().join(name)), read(shipped(name)), "{name} is what Kovacs comes with");
    }
    say(&["data", "generate", "--seed", "7", "--out", out]).ends_with(0);
    let other = std::fs::read(folder.path().join("pvc/two-step.csv")).expect("the table");
    assert_ne!(other, std::fs::read(shipped("pvc").join("two-step.csv")).expect("the table"));

    std::fs::remove_dir_all(folder.path().join("pvc")).expect("removed");
    let notes = file(folder.path(), "pvc/notes.txt", "two years of work");
    say(&["data", "generate", "--out", out])
        .ends_with(1)
        .complains_of(&["pvc", "exists and is not a generated package"]);
    assert_eq!(std::fs::read_to_string(notes).expect("it is still there"), "two years of work");
}

#[test]
fn the_measured_staircase_is_imported_with_its_nine_holds() {
    let Some(workbook) = measured("oca-cyclic-shear-relaxation/shear_relaxation.xlsx") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    let arguments = "--name oca-staircase --table staircase --column time:s --column force:N --column displacement:mm \
                     --column stress:kPa --column strain:1 --license MIT --temperature 296K \
                     --source https://github.com/Chongran-Zhao/Viscoelastic-fitting --json --out";
    let arguments: Vec<&str> = arguments.split_whitespace().chain([out]).collect();
    let import = [&["data", "import", workbook.to_str().expect("UTF-8")], &arguments[..]].concat();
    let report = say(&import).ends_with(0).json();
    assert_eq!(report["tables"][0]["table"], "staircase");
    let strains: Vec<f64> = report["tables"][0]["holds"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|hold| hold["strain"].as_f64().expect("a number"))
        .collect();
    assert_eq!(strains.len(), 9);
    assert!(strains[..5].is_sorted() && strains[4..].iter().rev().is_sorted(), "up five, down four: {strains:?}");
    let list = run(kovacs(&["data", "info", "oca-staircase"]).env("KOVACS_DATA_PATH", out)).ends_with(0);
    list.prints(&["measured", "kPa", "user", "github.com/Chongran-Zhao"]);
    // The same file again is the same package; another file does not replace it.
    say(&import).ends_with(0);
    let other = file(folder.path(), "other.csv", "0,1,1,1,0\n1,1,1,1,0\n");
    say(&[&["data", "import", other.to_str().expect("UTF-8")], &arguments[..]].concat())
        .ends_with(1)
        .complains_of(&["oca-staircase", "exists and is not"]);
}

#[test]
fn a_new_package_is_sound_at_once_and_its_table_goes_out_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let out = path("packages");
    say(&["data", "new", "mine", "--out", &out]).ends_with(0).prints(&["mine", "synthetic", "data validate"]);
    say(&["data", "new", "mine", "--out", &out]).ends_with(1).complains_of(&["exists"]);
    let mine = format!("{out}/mine");
    let verdict = say(&["data", "validate", &mine, "pvc", "--json"]).ends_with(0).json();
    assert_eq!((&verdict["valid"], &verdict["packages"][1]["valid"]), (&true.into(), &true.into()));
    let digest = verdict["packages"][0]["tables"][0]["data_digest"].as_str().expect("a digest").to_owned();
    say(&["data", "info", &mine]).ends_with(0).prints(&[&digest]);

    for format in ["parquet", "arrow"] {
        let file = path(&format!("mine.{format}"));
        say(&["data", "export", &mine, "--out", &file]).ends_with(0).complains_of(&["synthetic"]).prints(&[&digest]);
        let terms = ["--license", "CC0-1.0", "--source", "a test", "--out", &out];
        say(&[&["data", "new", format, "--from", &file][..], &terms].concat()).ends_with(0);
        let about = say(&["data", "info", &format!("{out}/{format}"), "--json"]).ends_with(0).json();
        assert_eq!(about["data_digests"]["curves"], digest.as_str(), "{format}");
    }
    let one = ["--where", "time=20", "--units", "internal", "--package", "--out", &path("one")];
    let written = say(&[&["data", "export", &mine, "--json"][..], &one].concat()).ends_with(0).json();
    assert_eq!((&written["rows"], &written["origin"]), (&1.into(), &"synthetic".into()));
    say(&["data", "validate", &path("one")]).ends_with(0).prints(&["is sound", "1 rows", "synthetic"]);
    say(&["data", "export", &mine, "--out", &path("mine.txt")]).ends_with(2).complains_of(&["--format"]);
    say(&["data", "export", &mine, "--format", "gr", "--out", &path("mine.gr")])
        .ends_with(1)
        .complains_of(&["`r` and `G`"]);
}

#[test]
fn the_users_own_packages_are_found_after_the_projects_and_before_those_that_come_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = copy_of("pvc", &folder.path().join("kovacs/packages"));
    let listing = run(kovacs(&["data", "list"]).env("XDG_DATA_HOME", folder.path())).ends_with(0);
    listing.prints(&["hidden: `pvc`", own.to_str().expect("UTF-8")]);
    let about = run(kovacs(&["data", "info", "pvc", "--json"]).env("XDG_DATA_HOME", folder.path())).ends_with(0).json();
    assert_eq!(about["folder"], own.to_str().expect("UTF-8"));
    assert_eq!(about["hides"].as_array().map(Vec::len), Some(1));
}

#[test]
fn validating_a_folder_tells_everything_about_everything_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let damaged = copy_of("pvc", folder.path()).join("datapackage.json");
    edit(&damaged, "\"unit\": \"MPa\"", "\"unit\": \"psi!\"");
    edit(&damaged, "\"name\": \"CC0-1.0\"", "\"name\": \" \"");
    copy_of("fe-zr-b", folder.path());
    let verdict = say(&["data", "validate", folder.path().to_str().expect("UTF-8"), "--json"]).ends_with(1).json();
    let packages = verdict["packages"].as_array().expect("a list");
    assert_eq!(packages.len(), 2);
    assert_eq!((&packages[0]["valid"], &packages[1]["valid"]), (&true.into(), &false.into()));
    let findings = packages[1]["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| finding["column"] == "stress" && finding["resource"] == "two-step"));
    assert!(
        findings.iter().any(|finding| finding["message"].as_str().is_some_and(|words| words.contains("no licence")))
    );
    assert!(findings.iter().all(|finding| finding["file"].is_string() && finding["remedy"].is_string()));
}

#[test]
fn a_relative_folder_of_packages_is_the_same_one_in_cells_and_at_the_shell() {
    let place = tempfile::tempdir().expect("a folder");
    let packages = place.path().join("packages");
    say(&["data", "new", "mine", "--out", packages.to_str().expect("UTF-8")]).ends_with(0);
    let there = |arguments: &[&str]| {
        run(kovacs(arguments).current_dir(place.path()).env("KOVACS_DATA_PATH", "nowhere:packages"))
    };
    there(&["data", "info", "mine"]).ends_with(0);
    let cells = [code("Dataset::open(\"mine\")?.table(\"curves\")?.label()")];
    notebook(&place.path().join("notebooks"), "find.ipynb", &cells);
    there(&["run", "notebooks/find.ipynb"]).ends_with(0);
    let shown = Executed::read(&place.path().join("executed/find.ipynb")).text(1);
    assert!(shown.contains("mine curves"), "{shown}");
}
