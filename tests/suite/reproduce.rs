//! `kovacs reproduce` and `kovacs book` on a small project.

use crate::program::{close, kovacs, measured, run, users_folder};
use crate::scratch::{code, file, notebook};
use serde_json::Value;
use std::path::Path;

const CLAIM: &str = "let kww = Model::load(\"kww\")?.glass(\"pvc\")?;\n\
     let stage = kww.second_stage(&TwoStep::new(0.005, 0.003, 300.0, 318.0))?;\n\
     Claim::new(\"1\", \"c\", \"one maximum\").of(&kww, stage.t_p().is_some()).value(stage.t_p().unwrap(), \"s\").publish();";

fn project(folder: &Path) {
    notebook(folder, "notebooks/a.ipynb", &[code(CLAIM)]);
    notebook(folder, "notebooks/b.ipynb", &[code("println!(\"as far as this\");"), code("panic!(\"no further\")")]);
    file(folder, "book/book.toml", "[book]\ntitle = \"Small\"\n");
    file(folder, "book/src/SUMMARY.md", "# Summary\n\n- [A](a.md)\n- [B](b.md)\n");
    file(folder, "book/src/a.md", "# A\n\n{{#scorecard}}\n\n{{#notebook a}}\n");
    file(folder, "book/src/b.md", "# B\n\n{{#notebook b}}\n");
}

#[test]
fn scorecard_and_book_are_written_although_a_notebook_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    project(folder.path());
    let inside = folder.path().join("notebooks");
    let said = run(kovacs(&["reproduce"]).current_dir(&inside)).ends_with(1);
    let said = said.prints(&["one maximum", "✓ 131.9 s", "reproduced 1, failed 0", "book/index.html", "s in all"]);
    said.complains_of(&["a.ipynb: done", "b.ipynb: failed", "cell 2", "Panic: no further"]);

    let out = folder.path().join("target/reproduce");
    let card: Value = serde_json::from_slice(&std::fs::read(out.join("scorecard.json")).expect("read")).expect("JSON");
    assert_eq!((&card[0]["model"], &card[0]["status"]), (&"kww".into(), &"reproduced".into()));
    close(card[0]["value"].as_f64().expect("a number"), 131.90921626, 1e-6);
    let page = |name: &str| std::fs::read_to_string(out.join("book").join(name)).expect("a page");
    assert!(page("a.html").contains("one maximum"));
    assert!(page("b.html").contains("as far as this") && page("b.html").contains("no further"));

    // The book alone, from what was executed; and not over something else.
    let built = run(kovacs(&["book", "build"]).current_dir(folder.path())).ends_with(0);
    built.prints(&["target/book/index.html"]);
    file(folder.path(), "mine/letter.txt", "dear");
    run(kovacs(&["book", "build", "--out", "mine"]).current_dir(folder.path()))
        .ends_with(1)
        .complains_of(&["mine` is not empty and holds no book"]);
    assert!(folder.path().join("mine/letter.txt").exists());
}

#[test]
fn the_measured_staircase_runs_from_import_to_prediction() {
    let Some(workbook) = measured("oca-cyclic-shear-relaxation/shear_relaxation.xlsx") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (packages, out) = (folder.path().join("packages"), folder.path().join("executed"));
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let notebook = project.join("notebooks/measured-staircase.ipynb");
    // The command as the notebook itself prints it.
    let text = std::fs::read_to_string(&notebook).expect("the notebook");
    let cells: Value = serde_json::from_str(&text).expect("JSON");
    let words: String = match &cells["cells"][0]["source"] {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().expect("text").to_owned(),
    };
    let command = words.split("```").nth(1).expect("a command").trim_start_matches("text").replace("\\\n", " ");
    let mut arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
    let (workbook, into) = (workbook.to_str().expect("UTF-8"), packages.to_str().expect("UTF-8"));
    for argument in &mut arguments {
        *argument = match *argument {
            "shear_relaxation.xlsx" => workbook,
            "kovacs-data" => into,
            other => other,
        };
    }
    run(kovacs(&arguments).current_dir(&project)).ends_with(0);
    let paths = [notebook.to_str().expect("UTF-8"), "--out", out.to_str().expect("UTF-8")];
    let mut command = kovacs(&[&["run", "--json"], &paths[..]].concat());
    let report = run(command.env("KOVACS_DATA_PATH", &packages)).ends_with(0).json();
    assert_eq!(report[0]["status"], "done", "{report}");
    let executed = std::fs::read_to_string(out.join("measured-staircase.ipynb")).expect("the copy");
    for part in ["9 holds", "image/svg+xml", "adhesive, measured"] {
        assert!(executed.contains(part), "no `{part}`");
    }
}

#[test]
fn outside_a_project_the_message_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in ["reproduce", "book build"] {
        let arguments: Vec<&str> = command.split(' ').collect();
        run(kovacs(&arguments).current_dir(folder.path()))
            .ends_with(1)
            .complains_of(&["no Kovacs project", "what to do:"]);
    }
}

#[test]
fn the_notebooks_of_this_project_give_the_reference_values() {
    let out = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = kovacs(&["reproduce", "--check", "--json", "--out", out.path().to_str().expect("UTF-8")]);
    let said = run(command.current_dir(&root)).ends_with(0).json();
    let claims = said["scorecard"].as_array().expect("a list");
    crate::scorecard::is_complete(claims);
    for (panel, model, statement, expected) in [
        ("c", "kww", "Ti-MG: t_p", 266.62199344),
        ("c", "kww", "Fe-MG: Δσ", 14.18298630),
        ("c", "aoi", "PVC: t_p", 201.788740),
        ("c", "aoi", "Ti-MG: Δσ", 39.06919442),
    ] {
        let fits = |claim: &&Value| {
            claim["panel"] == panel
                && claim["model"] == model
                && claim["claim"].as_str().is_some_and(|text| text.contains(statement))
        };
        let claim = claims.iter().find(fits).unwrap_or_else(|| panic!("no claim on {model}, {statement}: {said}"));
        assert_eq!(claim["status"], "reproduced");
        close(claim["value"].as_f64().expect("a number"), expected, 1e-6);
    }
    let synthetic =
        claims.iter().filter(|claim| claim["model"].as_str().is_some_and(|name| name.contains("synthetic")));
    let mut synthetic = synthetic.peekable();
    assert!(synthetic.peek().is_some(), "{said}");
    assert!(synthetic.all(|claim| claim["status"] == "by_construction"), "what was made so never counts");
    assert!(Path::new(said["book"].as_str().expect("a path")).is_file());
}

#[test]
fn a_new_project_runs_is_checked_and_becomes_a_book() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let project = folder.path().join("my-glass");
    let new = || run(kovacs(&["new", "project", "my-glass"]).current_dir(folder.path()));
    new().ends_with(0).prints(&["a project is in", "kovacs reproduce --check"]);
    new().ends_with(1).complains_of(&["README.md` exists already", "what to do:"]);
    for program in ["cc", "make"] {
        if std::process::Command::new(program).arg("--version").output().is_err() {
            println!("skipped: there is no `{program}` on this machine");
            return;
        }
    }
    let mut make = std::process::Command::new("make");
    make.args(["-C", "models/own_model", "test", "install"])
        .current_dir(&project)
        .env("KOVACS", crate::program::KOVACS);
    make.env("XDG_STATE_HOME", users_folder("state")).env("XDG_DATA_HOME", users_folder("data"));
    run(&mut make).ends_with(0);

    let at = |arguments: &[&str]| run(kovacs(arguments).current_dir(&project).env_remove("GITHUB_ACTIONS"));
    at(&["reproduce", "--check"]).ends_with(7).complains_of(&["there is no reference"]);
    at(&["run", "notebooks/first-look.ipynb", "--update"])
        .ends_with(0)
        .complains_of(&["the first reference is stored"]);
    let said = at(&["reproduce", "--check", "--junit", "target/report.xml"]).ends_with(0);
    said.prints(&["the stress rises after the second step", "reproduced 1"]).complains_of(&["as the reference has it"]);
    assert!(std::fs::read_to_string(project.join("target/report.xml")).expect("a report").contains("failures=\"0\""));
    let page = std::fs::read_to_string(project.join("target/reproduce/book/first-look.html")).expect("a page");
    assert!(page.contains("<svg") && page.contains("Own rows"));

    // What the workflow calls is what there is.
    let workflow = std::fs::read_to_string(project.join(".github/workflows/notebooks.yml")).expect("the workflow");
    for part in ["kovacs reproduce --check --junit target/report.xml", "target/reproduce/book"] {
        assert!(workflow.contains(part), "{part}");
    }
    // A number that moved is named.
    let reference = project.join("notebooks/reference/first-look.json");
    let text = std::fs::read_to_string(&reference).expect("the reference");
    let mut stored: Value = serde_json::from_str(&text).expect("JSON");
    let was = stored["claims"][0]["value"].as_f64().expect("a number");
    stored["claims"][0]["value"] = (was / 1.01).into();
    std::fs::write(&reference, stored.to_string()).expect("written");
    at(&["reproduce", "--check"])
        .ends_with(7)
        .complains_of(&["Fig. 1a, the stress rises after the second step, own_model: moved by +1.000 %"]);
    at(&["run", "notebooks/first-look.ipynb", "--update"])
        .ends_with(0)
        .complains_of(&["1 changed of", "moved by +1.000 %"]);
    at(&["reproduce", "--check"]).ends_with(0);
}
