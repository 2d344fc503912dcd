//! A new model from nothing to a notebook: written, built, checked, listed, approved.

use crate::program::{Said, close, kovacs, run, say, users_folder};
use crate::scratch::{Executed, code, notebook};
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Cargo as the user calls it in the folder of the model, without a network.
fn cargo(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new("cargo");
    command.args(arguments).arg("--offline").current_dir(folder);
    // What this test itself was built with is no concern of the model's.
    for variable in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER"] {
        command.env_remove(variable);
    }
    run(&mut command)
}

/// `kovacs` in a folder, where cargo builds into `target`.
fn at(folder: &Path, arguments: &[&str]) -> Said {
    run(kovacs(arguments).current_dir(folder).env_remove("CARGO_TARGET_DIR"))
}

#[test]
fn a_new_model_builds_passes_its_tests_and_the_checker_and_is_there_in_a_notebook() {
    let place = folder();
    let said = say(&["model", "new", "zener", "--path", text(place.path()), "--json"]).ends_with(0).json();
    let model = PathBuf::from(said["folder"].as_str().expect("a folder"));
    assert_eq!(said["build"], "cargo build");
    cargo(&model, &["build"]).ends_with(0);
    assert!(Path::new(said["library"].as_str().expect("a path")).is_file());
    cargo(&model, &["test"])
        .ends_with(0)
        .prints(&["two_steps_of_strain_give_the_stress_computed_by_hand ... ok", "refused_by_name ... ok"]);

    at(&model, &["model", "check", "zener", "--pedantic", "--all"])
        .ends_with(0)
        .prints(&["passed", "org.example.zener"]);
    // From any folder, because its own folder was approved when it was written.
    at(place.path(), &["model", "list"]).ends_with(0).prints(&["org.example.zener"]);
    let test = ["--eps1", "1%", "--eps2", "0.6%", "--t-w", "1000s", "--temperature", "300K", "--json"];
    let said = at(place.path(), &[&["predict", "zener", "--glass", "example"], &test[..]].concat()).ends_with(0).json();
    // By hand: 10 MPa held for ever, and 10 MPa that have relaxed for two relaxation times.
    close(said["sigma_tw_mpa"].as_f64().expect("a number"), 10.0 + 10.0 * (-2.0_f64).exp(), 1e-12);

    let cells = [code("let model = Model::load(\"zener\")?;\nprintln!(\"{}\", model.label());")];
    let path = notebook(place.path(), "try.ipynb", &cells);
    let out = place.path().join("executed");
    at(place.path(), &["run", text(&path), "--out", text(&out)]).ends_with(0);
    assert_eq!(Executed::read(&out.join("try.ipynb")).text(1).trim(), "zener 0.1.0");

    // The same crate with a model that was defined in a cell: it borrows what the first one has built.
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notebooks/guide-your-own-model.ipynb");
    let cell = format!("{}#model", text(&guide));
    let arguments = ["model", "new", "from_a_cell", "--path", text(place.path()), "--from-cell", &cell, "--json"];
    let said = say(&arguments).ends_with(0).json();
    let second = PathBuf::from(said["folder"].as_str().expect("a folder"));
    std::fs::rename(model.join("target"), second.join("target")).expect("on one disk");
    cargo(&second, &["test"]).ends_with(0).prints(&["the_description_holds_together ... ok"]);
    cargo(&second, &["build"]).ends_with(0);
    at(&second, &["model", "check", said["library"].as_str().expect("a path")]).ends_with(0);
    say(&["model", "trust", "--withdraw", text(&second)]).ends_with(0);
    say(&["model", "trust", "--withdraw", text(&model)]).ends_with(0);
}

#[test]
fn a_new_model_in_another_language_is_built_checked_and_installed() {
    for (language, compiler) in [("c", "cc"), ("cpp", "g++"), ("fortran", "gfortran")] {
        if [compiler, "make"].iter().any(|program| Command::new(program).arg("--version").output().is_err()) {
            println!("skipped: there is no `{compiler}`, or no `make`, on this machine");
            continue;
        }
        let place = folder();
        let name = format!("mine_{language}");
        let said = say(&["model", "new", &name, "--lang", language, "--path", text(place.path()), "--json"]);
        let said = said.ends_with(0).json();
        let mut make = Command::new("make");
        make.args(["test", "install"]).current_dir(place.path().join(&name)).env("KOVACS", crate::program::KOVACS);
        make.env("XDG_STATE_HOME", users_folder("state")).env("XDG_DATA_HOME", users_folder("data"));
        run(&mut make).ends_with(0).prints(&["right    1500 s", "approved"]);
        say(&["model", "check", said["library"].as_str().expect("a path")]).ends_with(0).prints(&["passed"]);
        let sheet = say(&["predict", &name, "--glass", "pvc", "--json"]).ends_with(0).json();
        let kww = say(&["predict", "kww", "--glass", "pvc", "--json"]).ends_with(0).json();
        // The same numbers as the built-in model; see `tests/plugins/languages.rs` for the whole curve.
        let peak = |sheet: &serde_json::Value| sheet["t_p_s"].as_f64().expect("a peak");
        close(peak(&sheet), peak(&kww), 1e-9);
    }
}

#[test]
fn what_cannot_be_written_is_refused_in_words() {
    let place = folder();
    let new = |arguments: &[&str]| {
        let all = [&["model", "new"], arguments, &["--path", text(place.path())]].concat();
        run(kovacs(&all).env_remove("KOVACS_SDK"))
    };
    new(&["Zener"]).ends_with(1).complains_of(&["`Zener` is no name for a model", "lower-case letters"]);
    new(&["match"]).ends_with(1).complains_of(&["the language has that word already"]);
    new(&["zener", "--sdk", "/nowhere"]).ends_with(1).complains_of(&["sources of the SDK", "`/nowhere`", "KOVACS_SDK"]);
    new(&["zener", "--lang", "c", "--from-cell", "a.ipynb"]).ends_with(2).complains_of(&["leave `--lang` out"]);
    new(&["zener", "--from-cell", "nowhere.ipynb"]).ends_with(1).complains_of(&["nowhere.ipynb"]);
    new(&["zener", "--lang", "c"]).ends_with(0);
    new(&["zener", "--lang", "c"]).ends_with(1).complains_of(&["exists already"]);
}

#[test]
fn the_checker_names_what_is_wrong_and_ends_with_1() {
    let place = folder();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let library = place.path().join("libkovacs_model_bad.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c99", "-shared", "-fPIC", "-DSEGFAULTS", "-I"]).arg(project.join("models/abi/include"));
    compiler.arg(project.join("tests/plugins/crooked.c")).args(["-lm", "-o"]).arg(&library);
    let Ok(compiled) = compiler.output() else {
        println!("skipped: there is no C compiler named `cc` on this machine");
        return;
    };
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    // Nobody has approved it, and it crashes: it is checked all the same, and the checker is still there.
    let only = "^(rows-get-their-status|exports-the-entry)$";
    let check = |more: &[&str]| say(&[&["model", "check", text(&library), "--only", only], more].concat());
    check(&["--seed", "3"]).ends_with(1).prints(&[
        "crashed",
        "SIGSEGV",
        "1 passed, 1 crashed; seed 3",
        "again: kovacs",
    ]);
    let found = check(&["--json"]).ends_with(1).json();
    assert_eq!((&found["conformant"], &found["counts"]["crashed"]), (&false.into(), &1.into()));
    say(&["model", "check", text(&library), "--only", "nonsense"]).ends_with(1).complains_of(&["no test has a name"]);
    say(&["model", "check", "nowhere"]).ends_with(1).complains_of(&["there is no model `nowhere`"]);
    let unknown = ["model", "check", "tnm", "--setting", "edge=4"];
    say(&unknown).ends_with(1).complains_of(&["no model has the setting `edge`"]);
    say(&["model", "check"]).ends_with(2);
    say(&["model", "check", "--list"]).ends_with(0).prints(&["stops-at-the-first-tick", "cancellation"]);
    say(&["model", "check", "aoi", "--only", "^finite", "--in-process"]).ends_with(0).prints(&["3 passed"]);
}

#[test]
fn approvals_are_given_listed_and_withdrawn() {
    let place = folder();
    // Another content than any library that is approved already.
    let library = place.path().join("libkovacs_model_copy.so");
    let built = say(&["model", "info", "aoi", "--json"]).ends_with(0).json();
    let mut bytes = std::fs::read(built["path"].as_str().expect("a path")).expect("it was built");
    bytes.extend(place.path().as_os_str().as_encoded_bytes());
    std::fs::write(&library, bytes).expect("written");
    say(&["model", "info", text(&library)]).ends_with(1).complains_of(&["is not approved", "kovacs model trust"]);
    let approved = say(&["model", "trust", text(&library), "--json"]).ends_with(0).json();
    say(&["model", "info", text(&library)]).ends_with(0);
    say(&["model", "trust"]).ends_with(0).prints(&[text(&library)]);
    let digest = approved["library"]["sha256"].as_str().expect("a digest").to_owned();
    say(&["model", "trust", "--withdraw", &digest]).ends_with(0);
    say(&["model", "info", text(&library)]).ends_with(1).complains_of(&["is not approved"]);
    say(&["model", "trust", "--withdraw", &digest]).ends_with(1).complains_of(&["is not approved"]);
    say(&["model", "trust", "/nowhere.so"]).ends_with(1).complains_of(&["cannot read `/nowhere.so`"]);
}
