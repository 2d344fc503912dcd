//! Libraries of models: found, shadowed, broken, missing.

use crate::program::{KOVACS, at, kovacs, run, say, trust};
use crate::scratch::{Executed, code, file, notebook};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

fn library_name(name: &str) -> String {
    format!("{DLL_PREFIX}kovacs_model_{name}{DLL_SUFFIX}")
}

/// A library that was built with the program.
fn built_library(name: &str) -> PathBuf {
    let beside = Path::new(KOVACS).parent().expect("a folder");
    let places = [beside.join("deps"), beside.to_path_buf()].map(|folder| folder.join(library_name(name)));
    places.into_iter().find(|path| path.is_file()).expect("the plugin was built with the program")
}

/// A folder that nobody else can write to, on the disk of the build.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

#[test]
fn the_models_of_the_project_are_listed_with_their_libraries() {
    say(&["model", "list"]).ends_with(0).prints(&["org.kovacs.kww", "org.kovacs.prony", "org.kovacs.aoi", "searched:"]);
    let listing = say(&["model", "list", "--json"]).ends_with(0).json();
    let used: Vec<&str> = listing["models"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|model| model["shadowed_by"].is_null())
        .filter_map(|model| model["name"].as_str())
        .collect();
    for name in ["kww", "prony", "aoi"] {
        assert_eq!(used.iter().filter(|known| **known == name).count(), 1, "{name} in {used:?}");
    }
}

#[test]
fn a_model_says_what_it_needs_and_after_whom() {
    say(&["model", "info", "aoi"]).ends_with(0).prints(&[
        "Amir-Oreg-Imry",
        "10.1073/pnas.1120147109",
        "barrier_max",
        "eV",
        "[0, 50]",
        "ti-zr-hf-cu-ni-be",
        "tuned",
        "exact at any time",
    ]);
    let about = say(&["model", "info", "org.kovacs.kww", "--json"]).ends_with(0).json();
    assert_eq!(about["parameters"][1]["id"], "stretching_exponent");
    assert_eq!(about["parameters"][1]["lower"], 0.05);
    assert_eq!(about["parameter_sets"][0]["parameters"]["relaxation_time"], 1e4);
    say(&["model", "info", "tmn"]).ends_with(1).complains_of(&["there is no model `tmn`", "org.kovacs.aoi"]);
}

#[test]
fn a_broken_library_is_named_and_disturbs_nobody() {
    let folder = folder();
    let broken = file(folder.path(), &library_name("broken"), "not a library at all");
    let listing = run(kovacs(&["model", "list"]).env("KOVACS_MODEL_PATH", folder.path())).ends_with(0);
    let listing = listing.prints(&["refused: library", "is not a shared library of this platform", "org.kovacs.aoi"]);
    assert!(listing.out.contains(broken.to_str().expect("UTF-8")), "{}", listing.out);
    let predict = ["predict", "aoi", "--glass", "pvc"];
    run(kovacs(&predict).env("KOVACS_MODEL_PATH", folder.path())).ends_with(0);
    // Asked for by path, it is an error.
    let arguments = ["predict", broken.to_str().expect("UTF-8")];
    say(&arguments).ends_with(1).complains_of(&["is not a shared library"]);
    // A relative folder is never searched: what is computed must not depend on where a notebook is started.
    run(kovacs(&["model", "list"]).env("KOVACS_MODEL_PATH", "plugins"))
        .ends_with(0)
        .prints(&["ignored, because the path is relative"]);
}

#[test]
fn the_first_place_wins_and_two_in_one_folder_are_an_error() {
    let folder = folder();
    // A byte at its end makes it another library; a mere copy would shadow nothing.
    let mut other = std::fs::read(built_library("aoi")).expect("it was built");
    other.push(b'\n');
    let library = folder.path().join(library_name("aoi"));
    std::fs::write(&library, other).expect("written");
    trust(&library);
    let listing = run(kovacs(&["model", "list"]).env("KOVACS_MODEL_PATH", folder.path())).ends_with(0);
    listing.prints(&["shadowed: `org.kovacs.aoi`", &folder.path().display().to_string()]);

    let again = folder.path().join(library_name("aoi_again"));
    std::fs::copy(built_library("aoi"), &again).expect("copied");
    trust(&again);
    run(kovacs(&["predict", "aoi", "--glass", "pvc"]).env("KOVACS_MODEL_PATH", folder.path()))
        .ends_with(1)
        .complains_of(&["`org.kovacs.aoi` is in two libraries", "remove one of them"]);
}

#[test]
fn a_library_from_elsewhere_is_opened_once_it_is_approved() {
    let folder = folder();
    let mut other = std::fs::read(built_library("aoi")).expect("it was built");
    other.extend(folder.path().as_os_str().as_encoded_bytes());
    let library = folder.path().join(library_name("aoi"));
    std::fs::write(&library, other).expect("written");
    let path = library.to_str().expect("UTF-8");
    let predict = || run(kovacs(&["predict", "aoi", "--glass", "pvc"]).env("KOVACS_MODEL_PATH", folder.path()));
    let advice = format!("kovacs model trust {path}");
    predict().ends_with(1).complains_of(&["is not approved", "aoi (by its file name)", "SHA-256", &advice]);
    say(&["predict", path, "--glass", "pvc"]).ends_with(1).complains_of(&["is not approved", &advice]);
    let listing = run(kovacs(&["model", "list"]).env("KOVACS_MODEL_PATH", folder.path())).ends_with(0);
    listing.prints(&["org.kovacs.aoi", &format!("not approved: {path}; to approve it: {advice}")]);
    trust(&library);
    predict().ends_with(0);
}

#[test]
fn without_its_library_a_model_is_gone_from_shell_and_cells() {
    let folder = folder();
    let program = folder.path().join("kovacs");
    std::fs::hard_link(KOVACS, &program).expect("the program is on this disk");
    std::fs::copy(built_library("linear"), folder.path().join(library_name("linear"))).expect("copied");
    let place = folder.path().display().to_string();

    run(&mut at(&program, &["predict", "kww", "--glass", "pvc"])).ends_with(0);
    run(&mut at(&program, &["predict", "aoi", "--glass", "pvc"])).ends_with(1).complains_of(&[
        "there is no model `aoi`",
        "searched, in this order",
        &place,
        "KOVACS_MODEL_PATH",
    ]);

    let path = notebook(
        folder.path(),
        "swap.ipynb",
        &[code("let mut model = Model::load(\"kww\")?;\nmodel"), code("model = Model::load(\"aoi\")?;")],
    );
    let out = folder.path().join("executed");
    let arguments = ["run", path.to_str().expect("UTF-8"), "--out", out.to_str().expect("UTF-8")];
    run(&mut at(&program, &arguments)).ends_with(1).complains_of(&["cell 2", "there is no model `aoi`", &place]);
    let executed = Executed::read(&out.join("swap.ipynb"));
    assert!(executed.text(1).contains("kww"), "what was done before is kept: {}", executed.text(1));
    assert!(executed.error(2).1.contains("there is no model `aoi`"), "{:?}", executed.error(2));
}
