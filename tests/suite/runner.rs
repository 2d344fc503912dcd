//! The runner: parameters, kept results, references, resumed and killed runs, reports for CI.

use crate::program::{Said, kovacs, run, trust};
use crate::scratch::{Executed, code, file, notebook, tagged};
use serde_json::{Value, json};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A folder of notebooks whose results nobody has kept.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder") }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Code that no earlier run of this test had.
    fn code(&self, source: &str) -> Value {
        code(&self.marked(source))
    }

    fn marked(&self, source: &str) -> String {
        format!("{source}\n// {}", self.path().display())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = kovacs(&[&["run"], arguments].concat());
        command.current_dir(self.path()).env_remove("GITHUB_ACTIONS");
        command
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Said {
        run(&mut self.command(arguments))
    }

    /// Numbers of the cells that ran, and of those that were kept.
    #[track_caller]
    fn ran(&self, notebook: &str) -> (Vec<u64>, Vec<u64>) {
        let report = self.run(&[notebook, "--json", "--quiet"]).ends_with(0).json();
        let cells = report[0]["cells"].as_array().expect("cells").clone();
        let with = |status: &str| {
            let cells = cells.iter().filter(|cell| cell["status"] == status);
            cells.map(|cell| cell["number"].as_u64().expect("a number")).collect()
        };
        (with("done"), with("kept"))
    }

    fn executed(&self, name: &str) -> Executed {
        Executed::read(&self.path().join("executed").join(name))
    }
}

/// Waits until something is so.
#[track_caller]
fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(240), "{what} does not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn parameters_are_listed_checked_converted_and_seen_by_the_cells() {
    let desk = Desk::new();
    let declared = "let t_w = 300.0; // [s] waiting time\nlet model = \"kww\"; // [kww | aoi]\nlet seeds = 4_u32;";
    notebook(
        desk.path(),
        "n.ipynb",
        &[tagged("parameters", declared), desk.code("println!(\"{t_w} {model} {seeds}\");")],
    );
    desk.run(&["n.ipynb", "--parameters"]).ends_with(0).prints(&[
        "t_w",
        "f64",
        "300.0",
        "waiting time",
        "one of kww, aoi",
    ]);
    let listed = desk.run(&["n.ipynb", "--parameters", "--json"]).ends_with(0).json();
    assert_eq!((&listed[0]["parameters"][0]["unit"], &listed[0]["parameters"][0]["cell"]), (&json!("s"), &json!(1)));
    for (given, part) in [
        ("t_w=5K", "is a number in s"),
        ("model=tnm", "one of kww, aoi"),
        ("seeds=1.5", "a whole number (`u32`)"),
        ("tw=1", "there is no parameter `tw`"),
    ] {
        desk.run(&["n.ipynb", "-p", given]).ends_with(2).complains_of(&[part, "it takes these:", "waiting time"]);
    }
    desk.run(&["n.ipynb", "-p", "t_w"]).ends_with(2).complains_of(&["NAME=VALUE"]);
    desk.run(&["n.ipynb", "-p", "t_w=15min", "-p", "model=aoi"]).ends_with(0);
    let executed = desk.executed("n.ipynb");
    assert_eq!(executed.text(3), "900 aoi 4\n");
    assert_eq!(executed.0["cells"][1]["metadata"]["tags"], json!(["injected-parameters"]));
}

#[test]
fn what_has_not_changed_does_not_run_again() {
    let desk = Desk::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/pvc");
    let package = desk.path().join("kovacs-data/pvc");
    std::fs::create_dir_all(&package).expect("a folder");
    for entry in std::fs::read_dir(&data).expect("the package").flatten().filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), package.join(entry.file_name())).expect("copied");
    }
    file(desk.path(), "table.csv", "1\n");
    let cells = |third: &str| {
        vec![
            json!({"cell_type": "markdown", "metadata": {}, "source": "Text"}),
            desk.code("let a = 1;\nfn twice(x: i32) -> i32 { 2 * x }"),
            desk.code("let b = kovacs::prelude::Dataset::open(\"pvc\")?;\nb"),
            desk.code(third),
            desk.code("println!(\"{}\", twice(a) + c)"),
            desk.code("let named = \"table.csv\"; named.len()"),
        ]
    };
    notebook(desk.path(), "n.ipynb", &cells("let c = 3;"));
    assert_eq!(desk.ran("n.ipynb"), (vec![2, 3, 4, 5, 6], vec![]));
    assert_eq!(desk.ran("n.ipynb"), (vec![], vec![2, 3, 4, 5, 6]));
    let executed = desk.executed("n.ipynb");
    assert_eq!((executed.text(5).as_str(), &executed.0["cells"][4]["execution_count"]), ("5\n", &json!(4)));
    let inputs = &executed.0["metadata"]["kovacs"]["environment"]["inputs"];
    assert_eq!((&inputs[0]["kind"], &inputs[0]["name"]), (&json!("package"), &json!("pvc")));

    // Text: nothing. A cell: those that build on it, and what they need. A file, a package: whoever used it.
    let mut edited = cells("let c = 3;");
    edited[0]["source"] = json!("Other text");
    notebook(desk.path(), "n.ipynb", &edited);
    assert_eq!(desk.ran("n.ipynb").0, [0; 0]);
    notebook(desk.path(), "n.ipynb", &cells("let c = 4;"));
    desk.run(&["n.ipynb"]).ends_with(0).complains_of(&[
        "2 cells kept",
        "ran cell 2: for its variables",
        "ran cell 4: nothing is kept of it as it stands",
        "ran cell 5: it builds on cell 4",
    ]);
    assert_eq!(desk.executed("n.ipynb").text(5), "6\n");
    file(desk.path(), "table.csv", "2\n");
    assert_eq!(desk.ran("n.ipynb").0, [6]);
    let descriptor = package.join("datapackage.json");
    let text = std::fs::read_to_string(&descriptor).expect("read") + "\n";
    std::fs::write(&descriptor, text).expect("written");
    assert_eq!(desk.ran("n.ipynb").0, [3]);
    desk.run(&["n.ipynb", "--no-cache"]).ends_with(0).complains_of(&["done, 5 cells in "]);
}

#[test]
fn what_reaches_outside_runs_every_time_and_so_does_what_comes_after() {
    let desk = Desk::new();
    let cells = [desk.code("let first = 1;"), desk.code("std::fs::write(\"seen\", \"\")?;"), desk.code("2")];
    notebook(desk.path(), "n.ipynb", &cells);
    desk.ran("n.ipynb");
    std::fs::remove_file(desk.path().join("seen")).expect("it ran");
    assert_eq!(desk.ran("n.ipynb"), (vec![2, 3], vec![1]));
    assert!(desk.path().join("seen").exists());
}

#[test]
fn a_failed_run_is_resumed_after_the_last_good_cell() {
    let desk = Desk::new();
    let cells = |last: &str| {
        [
            desk.code("let heavy = 6 * 7;"),
            desk.code("std::fs::write(\"counted\", \"\")?;"),
            desk.code("println!(\"alone\");"),
            desk.code(last),
        ]
    };
    notebook(desk.path(), "n.ipynb", &cells("panic!(\"{heavy}\")"));
    desk.run(&["n.ipynb"]).ends_with(1).complains_of(&["cell 4", "Panic: 42"]);
    std::fs::remove_file(desk.path().join("counted")).expect("it ran");
    notebook(desk.path(), "n.ipynb", &cells("println!(\"{heavy}\");"));
    let said = desk.run(&["n.ipynb", "--resume"]).ends_with(0);
    said.complains_of(&["done, 2 cells in ", "2 cells kept", "ran cell 1: for its variables", "ran cell 4: "]);
    assert!(!desk.path().join("counted").exists(), "finished cells count, whatever they did");
    let executed = desk.executed("n.ipynb");
    assert_eq!((executed.text(3).as_str(), executed.text(4).as_str()), ("alone\n", "42\n"));
}

const CLAIM: &str = "let glass = Model::load(\"NAME\")?.glass(\"ti-zr-hf-cu-ni-be\")?;\n\
     let stage = glass.second_stage(&TwoStep::new(0.005, 0.003, 900.0, 593.0))?;\n\
     Claim::new(\"3\", \"b\", \"Δσ after 900 s\").of(&glass, stage.t_p().is_some())\
     .value(stage.delta_sigma().unwrap(), \"MPa\").publish();";

/// The plugin `tnm` built anew after a change of one parameter, in a folder of its own.
fn changed_tnm(folder: &Path) -> PathBuf {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let parts = ["core", "abi", "sdk", "linear", "tnm"];
    let mut copy = Command::new("cp");
    std::fs::create_dir_all(folder.join("models")).expect("a folder");
    copy.arg("-r").args(parts.map(|part| project.join("models").join(part))).arg(folder.join("models"));
    assert!(copy.status().expect("cp is there").success());
    std::fs::copy(project.join("Cargo.lock"), folder.join("Cargo.lock")).expect("copied");
    let manifest = std::fs::read_to_string(project.join("Cargo.toml")).expect("the manifest");
    let (before, rest) = manifest.split_once("members = [").expect("members");
    let (_, after) = rest.split_once(']').expect("an end");
    let members = [&parts[..], &["linear/plugin", "tnm/plugin"]].concat().join("\", \"models/");
    file(folder, "Cargo.toml", &format!("{before}members = [\"models/{members}\"]{after}"));
    let parameters = folder.join("models/tnm/src/parameters.rs");
    let text = std::fs::read_to_string(&parameters).expect("read");
    let changed = text.replace("70_800.0, 0.45, 0.45, 683.0", "70_800.0, 0.46, 0.45, 683.0");
    assert_ne!(changed, text, "the nonlinearity of the titanium glass");
    std::fs::write(&parameters, changed).expect("written");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--offline", "-p", "kovacs-tnm-plugin", "--target-dir"]).arg(folder.join("target"));
    cargo.current_dir(folder);
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER"] {
        cargo.env_remove(variable);
    }
    run(&mut cargo).ends_with(0);
    let library = folder.join("target/debug").join(format!("{DLL_PREFIX}kovacs_model_tnm{DLL_SUFFIX}"));
    trust(&library);
    library
}

#[test]
fn a_parameter_of_a_plugin_changes_and_the_check_names_figure_panel_claim_and_size() {
    let desk = Desk::new();
    for (name, model) in [("uses.ipynb", "tnm_strain"), ("other.ipynb", "kww")] {
        let cells = [code("use kovacs::prelude::*;"), desk.code(&CLAIM.replace("NAME", model))];
        notebook(desk.path(), name, &cells);
    }
    let both = ["uses.ipynb", "other.ipynb", "--jobs", "2"];
    let with = |more: &[&'static str]| [&both[..], more].concat();
    desk.run(&with(&["--check"])).ends_with(7).complains_of(&["there is no reference", "--update"]);
    desk.run(&with(&["--update"])).ends_with(0).complains_of(&["the first reference is stored: 1 claims"]);
    let stored = std::fs::read_to_string(desk.path().join("reference/uses.json")).expect("stored");
    assert!(stored.contains("Δσ after 900 s"), "{stored}");
    desk.run(&with(&["--check"])).ends_with(0).complains_of(&["as the reference has it"]);

    let builds = Desk::new();
    let library = changed_tnm(builds.path());
    let mut command = desk.command(&with(&["--check", "--json", "--junit", "report.xml"]));
    let said = run(command.env("KOVACS_MODEL_PATH", library.parent().expect("a folder"))).ends_with(7);
    let reports = said.json();
    let difference = &reports[0]["reference"]["differences"][0];
    assert_eq!((&difference["place"], &difference["what"]), (&json!("Fig. 3b"), &json!("Δσ after 900 s, tnm_strain")));
    assert!(difference["change"].as_str().is_some_and(|text| text.starts_with("moved by ") && text.contains("MPa")));
    assert_eq!((&reports[0]["cells_run"], &reports[1]["cells_run"]), (&json!(2), &json!(0)), "only users run");
    said.complains_of(&["Fig. 3b, Δσ after 900 s, tnm_strain: moved by "]);
    let junit = std::fs::read_to_string(desk.path().join("report.xml")).expect("the report");
    assert!(junit.contains("type=\"Changed\" message=\"Fig. 3b, Δσ after 900 s, tnm_strain: moved by"), "{junit}");
    let mut command = desk.command(&with(&["--check", "--quiet"]));
    command.env("KOVACS_MODEL_PATH", library.parent().expect("a folder")).env("GITHUB_ACTIONS", "true");
    run(&mut command)
        .ends_with(7)
        .prints(&["::error file=uses.ipynb,title=Fig. 3b::Δσ after 900 s, tnm_strain: moved by"]);

    desk.run(&with(&["--check"])).ends_with(0);
}

#[test]
fn a_parameter_of_a_plugin_moves_the_stored_numbers_of_this_project_and_restored_they_hold() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notebooks");
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path().join("reference")).expect("a folder");
    for name in ["01-stress-memory", "guide-swap-a-model"] {
        for part in [format!("{name}.ipynb"), format!("reference/{name}.json")] {
            std::fs::copy(project.join(&part), desk.path().join(&part)).expect("copied");
        }
    }
    let check = ["01-stress-memory.ipynb", "guide-swap-a-model.ipynb", "--check", "--json"];
    desk.run(&check).ends_with(0);

    let builds = Desk::new();
    let library = changed_tnm(builds.path());
    let mut command = desk.command(&check);
    let said = run(command.env("KOVACS_MODEL_PATH", library.parent().expect("a folder"))).ends_with(7);
    let reports = said.json();
    let differences = reports[0]["reference"]["differences"].as_array().expect("differences").clone();
    let part = |difference: &Value, name: &str| difference[name].as_str().expect("a text").to_owned();
    for difference in &differences {
        let (place, what) = (part(difference, "place"), part(difference, "what"));
        assert!(what.contains("tnm_strain"), "{place}, {what}: nothing else has changed");
        assert!(!part(difference, "change").is_empty(), "{place}, {what}");
    }
    let has = |place: &str, what: &str| {
        let is_it = |one: &&Value| part(one, "place").contains(place) && part(one, "what").starts_with(what);
        let found =
            differences.iter().find(is_it).unwrap_or_else(|| panic!("{place}, {what}: not in {differences:#?}"));
        let change = part(found, "change");
        assert!(change.contains("moved by ") && change.contains(" → "), "{change}");
    };
    has("Fig. 1c", "one maximum of the stress in Ti-MG: Δσ, tnm_strain");
    has("panel a", "curve `model tnm_strain");
    assert!(
        reports[0]["cells_run"].as_u64().is_some_and(|cells| 0 < cells),
        "its user runs: {}",
        reports[0]["cells_run"]
    );
    assert_eq!(reports[1]["cells_run"], json!(0), "it does not use the model");

    let restored = desk.run(&check).ends_with(0).json();
    assert_eq!(restored[1]["cells_run"], json!(0), "kept since before");
}

#[test]
fn a_killed_run_leaves_a_valid_notebook_and_a_second_runner_is_kept_out() {
    let desk = Desk::new();
    let waiting = "println!(\"so far\");\nstd::thread::sleep(std::time::Duration::from_secs(600));";
    notebook(desk.path(), "n.ipynb", &[desk.code("println!(\"done\");"), desk.code(waiting), code("3")]);
    let mut child = desk.command(&["n.ipynb"]).stderr(Stdio::null()).spawn().expect("it starts");
    let copy = desk.path().join("executed/n.ipynb");
    // What a running cell writes is in the file while it runs.
    wait_for("output of the second cell", || {
        std::fs::read_to_string(&copy).is_ok_and(|text| text.contains("so far\\n\""))
    });
    desk.run(&["n.ipynb"]).ends_with(3).complains_of(&["is being written by another run", &child.id().to_string()]);
    child.kill().expect("killed");
    child.wait().expect("ended");
    let executed = desk.executed("n.ipynb");
    assert_eq!((executed.text(1).as_str(), executed.text(2).as_str()), ("done\n", "so far\n"));
    assert_eq!(executed.0["metadata"]["kovacs"]["status"], "running");
    assert_eq!(executed.0["cells"][2]["metadata"]["kovacs"]["status"], "not_run");
    // The lock went with the process, and the finished cell is kept.
    notebook(desk.path(), "n.ipynb", &[desk.code("println!(\"done\");"), desk.code("2"), code("3")]);
    assert_eq!(desk.ran("n.ipynb").1, [1]);
}

#[test]
fn a_cell_has_a_limit_of_its_own_and_a_report_names_every_cell() {
    let desk = Desk::new();
    let endless = "let mut n = 0_u64;\nloop { n = std::hint::black_box(n + 1); }";
    notebook(
        desk.path(),
        "n.ipynb",
        &[tagged("skip", "panic!()"), desk.code("1"), tagged("timeout=6s", endless), code("2")],
    );
    notebook(desk.path(), "bad.ipynb", &[tagged("timeout=soon", "1")]);
    desk.run(&["bad.ipynb"]).ends_with(3).complains_of(&["cell 1 has the tag `timeout=soon`"]);
    let said = desk.run(&["n.ipynb", "--timeout", "10min", "--junit", "report.xml", "--annotations", "github"]);
    said.ends_with(4).prints(&["::error file=n.ipynb,title=cell 3 (let mut n = 0_u64;)::TimeLimit"]);
    let junit = std::fs::read_to_string(desk.path().join("report.xml")).expect("the report");
    assert!(junit.contains("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"2\""), "{junit}");
    assert!(junit.contains("cell 3 (cell-3): let mut n = 0_u64;") && junit.contains("type=\"TimeLimit\""), "{junit}");
}

#[test]
fn notebooks_of_other_programs_and_formats_run() {
    let desk = Desk::new();
    let old = json!({
        "metadata": {"name": "old"}, "nbformat": 3, "nbformat_minor": 0,
        "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Old"]},
            {"cell_type": "code", "collapsed": false, "language": "rust", "input": ["1 + ", "1"], "metadata": {},
             "outputs": [{"output_type": "pyout", "prompt_number": 1, "text": ["2"]}], "prompt_number": 1},
        ]}],
    });
    // As VS Code writes it: a language of the cell, no ids, no metadata of the kernel.
    let of_an_editor = json!({
        "metadata": {"language_info": {"name": "rust"}}, "nbformat": 4, "nbformat_minor": 2,
        "cells": [{"cell_type": "code", "execution_count": null, "metadata": {"vscode": {"languageId": "rust"}},
                   "outputs": [], "source": ["let x = 2;\n", "x"]}],
    });
    let first = json!({
        "metadata": {"kernelspec": {"name": "rust", "display_name": "Rust", "language": "rust"}, "papermill": {"version": "2.7.0"}},
        "nbformat": 4, "nbformat_minor": 0,
        "cells": [{"cell_type": "code", "execution_count": 7, "metadata": {"collapsed": true, "papermill": {"status": "completed"}},
                   "outputs": [{"output_type": "stream", "name": "stdout", "text": "before"}], "source": "2"}],
    });
    for (name, value) in [("old.ipynb", &old), ("editor.ipynb", &of_an_editor), ("first.ipynb", &first)] {
        file(desk.path(), name, &value.to_string());
    }
    desk.run(&["old.ipynb", "editor.ipynb", "first.ipynb"]).ends_with(0);
    assert_eq!(desk.executed("old.ipynb").0["cells"][0]["source"], json!("## Old"));
    for (name, cell) in [("old.ipynb", 2), ("editor.ipynb", 1), ("first.ipynb", 1)] {
        let executed = desk.executed(name);
        assert_eq!((executed.text(cell).as_str(), &executed.0["nbformat_minor"]), ("2", &json!(5)), "{name}");
    }
    assert_eq!(desk.executed("editor.ipynb").0["cells"][0]["metadata"]["vscode"]["languageId"], "rust");
}
