//! `kovacs data import`: what is shown, asked and remembered; an article's workbook on its way into a figure.

use crate::program::{Said, kovacs, run};
use crate::scratch::file;
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of work, with a user's folder of its own: what one test says is not remembered in another.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        file(self.0.path(), name, text)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `kovacs` here; packages are those below this folder.
    #[track_caller]
    fn say(&self, arguments: &[&str]) -> Said {
        run(kovacs(arguments).current_dir(self.0.path()).env("XDG_DATA_HOME", self.path("user")))
    }
}

const RUN: &str = "Time [s],Stress [kPa],Position\n0,250,1\n1,240,1\n2.5,235,1\n";
const TERMS: [&str; 4] = ["--license", "CC-BY-4.0", "--source", "our laboratory, 2026"];

#[test]
fn what_is_in_a_file_is_shown_with_what_has_to_be_stated() {
    let desk = Desk::new();
    desk.file("run-1.csv", RUN);
    let shown = ["delimited text", "3 rows from line 2", "Stress", "kPa", "no unit", "0, 1, 2.5"];
    desk.say(&["data", "import", "run-1.csv"]).ends_with(6).prints(&shown).complains_of(&[
        "4 things have to be stated first",
        "--name run-1",
        "--license CC-BY-4.0",
        "--source",
        "--column 'C=position:UNIT'",
        "--write-mapping",
    ]);
    let said = desk.say(&["data", "import", "run-1.csv", "--json"]).ends_with(6).json();
    assert_eq!((&said["complete"], &said["tables"][0]["columns"][1]["unit"]), (&json!(false), &json!("kPa")));
    let kinds: Vec<&str> =
        said["needs"].as_array().expect("a list").iter().filter_map(|need| need["kind"].as_str()).collect();
    assert_eq!(kinds, ["name", "licence", "source", "unit"]);
    assert!(!desk.path("kovacs-data").exists(), "nothing is written");

    let unit = ["data", "import", "run-1.csv", "--name", "run", "--column", "Position=position:mm"];
    let report = desk.say(&[&unit[..], &TERMS, &["--json"]].concat()).ends_with(0).json();
    assert_eq!(report["tables"][0]["rows"], 3);
    let column = json!({"name": "stress", "unit": "kPa", "unit_basis": "stated"});
    assert_eq!(report["tables"][0]["columns"][1], column);
    assert_eq!(report["tables"][0]["columns"][2]["unit_basis"], "user");
    desk.say(&["data", "validate", "run"]).ends_with(0).prints(&["measured"]);
    let wrong = ["data", "import", "run-1.csv", "--column", "time"];
    desk.say(&wrong).ends_with(2).complains_of(&["`time` does not describe a column"]);
    desk.say(&["data", "import", "run-1.csv", "--mapping", "no-such.toml"])
        .ends_with(1)
        .complains_of(&["no-such.toml"]);
    desk.say(&["data", "import", "no-such.csv"]).ends_with(1).complains_of(&["no-such.csv"]);
}

#[test]
fn a_mapping_is_written_completed_and_remembered() {
    let desk = Desk::new();
    desk.file("run-1.csv", RUN);
    desk.say(&["data", "import", "run-1.csv", "--write-mapping", "run.toml"])
        .ends_with(0)
        .prints(&["4 things to complete"]);
    let template = std::fs::read_to_string(desk.path("run.toml")).expect("the mapping");
    desk.say(&["data", "import", "run-1.csv", "--write-mapping", "run.toml"]).ends_with(1).complains_of(&["run.toml"]);
    let complete = template.replacen("name = \"?\"", "name = \"run-1\"", 1).replace("unit = \"?\"", "unit = \"mm\"");
    let complete = complete.replace("license = \"?\"", "license = \"MIT\"").replace("title = \"?\"", "title = \"us\"");
    desk.file("run.toml", &complete);
    desk.say(&["data", "import", "run-1.csv", "--mapping", "run.toml"]).ends_with(0).prints(&["package `run-1`"]);

    desk.file("run-2.csv", &RUN.replace("250", "260"));
    desk.say(&["data", "import", "run-2.csv", "--no-remember"]).ends_with(6);
    let again = desk.say(&["data", "import", "run-2.csv", "--name", "run-2"]).ends_with(0);
    again.complains_of(&["what was said of `run-1.csv`"]).prints(&["package `run-2`"]);
    desk.say(&["data", "mappings"]).ends_with(0).prints(&["run-2.csv", "Stress (kPa)"]);
    desk.say(&["data", "mappings", "--forget", "run-2.csv"]).ends_with(0);
    desk.say(&["data", "mappings"]).ends_with(0).prints(&["nothing is remembered"]);
    let last = ["data", "import", "run-2.csv", "--name", "run-3", "--mapping", "last"];
    desk.say(&last).ends_with(1).complains_of(&["no mapping is remembered", "Stress (kPa)"]);

    // Without headings a file has no shape to go by: only what is asked for is used again.
    let bare = ["--column", "time:s", "--column", "stress:MPa"];
    desk.file("a.csv", "0,1\n1,2\n");
    desk.say(&[&["data", "import", "a.csv", "--name", "a"], &bare[..], &TERMS].concat()).ends_with(0);
    desk.file("b.csv", "0,3\n1,4\n");
    desk.say(&["data", "import", "b.csv", "--name", "b"]).ends_with(6);
    desk.say(&["data", "import", "b.csv", "--name", "b", "--mapping", "last"]).ends_with(0);
}

#[test]
fn the_workbook_of_an_article_takes_the_place_of_the_synthetic_curves() {
    let desk = Desk::new();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mapping = project.join("notebooks/source-data.toml");
    let notebook = project.join("notebooks/01-stress-memory.ipynb");
    let waiting = project.join("notebooks/03-waiting-time.ipynb");
    let (mapping, notebook) = (mapping.to_str().expect("UTF-8"), notebook.to_str().expect("UTF-8"));
    let waiting = waiting.to_str().expect("UTF-8");

    let made = desk.say(&["data", "generate", "--example-workbook", "example.xlsx"]).ends_with(0);
    made.complains_of(&["example workbook: synthetic curves with noise, not the article's data"]);
    desk.say(&["data", "import", "example.xlsx"]).ends_with(6).prints(&["Fig. 1b", "Fig. 3a", "Stress"]);
    let report = desk.say(&["data", "import", "example.xlsx", "--mapping", mapping, "--json"]).ends_with(0).json();
    let names: Vec<&str> =
        report["packages"].as_array().expect("a list").iter().filter_map(|package| package["name"].as_str()).collect();
    assert_eq!(names, ["fe-zr-b", "pvc", "ti-zr-hf-cu-ni-be"]);
    let about = desk.say(&["data", "info", "ti-zr-hf-cu-ni-be", "--json"]).ends_with(0).json();
    let origin = &about["descriptor"]["resources"][0]["origin"];
    assert_eq!(origin["kind"], "measured");
    assert!(origin["note"].as_str().is_some_and(|note| note.starts_with("example workbook:")), "{origin}");
    assert!(about["hides"].as_array().is_some_and(|hidden| !hidden.is_empty()), "{about}");

    // The same notebooks, without an edit: elsewhere they show the shipped curves, here those of the workbook.
    let executed = desk.path("executed");
    let notebooks = [notebook, waiting];
    let arguments = [&["run"], &notebooks[..], &["--out", executed.to_str().expect("UTF-8"), "--json"]].concat();
    let mut command = kovacs(&arguments);
    let report = run(command.env("KOVACS_DATA_PATH", desk.path("kovacs-data"))).ends_with(0).json();
    let claims = |number: usize| -> Vec<(String, String, String)> {
        let one = &report[number];
        assert_eq!(one["status"], "done", "{one}");
        let text = |claim: &serde_json::Value, field: &str| claim[field].as_str().unwrap_or_default().to_owned();
        let claims = one["claims"].as_array().expect("a list").iter();
        let claims = claims.map(|claim| (text(claim, "panel"), text(claim, "model"), text(claim, "status")));
        claims.filter(|(_, model, _)| model.starts_with("data")).collect()
    };
    let legends = |name: &str| std::fs::read_to_string(executed.join(name)).expect("the executed notebook");

    // Figure 1: every curve is of the workbook, and every claim about data is judged on it.
    let text = legends("01-stress-memory.ipynb");
    assert!(text.contains("ε_2 = 0.3 %, measured (example workbook)"), "no such legend");
    assert!(!text.contains("ε_2 = 0.3 %, synthetic"), "a shipped curve is still shown");
    let own = "data (measured (example workbook))";
    let found = claims(0);
    assert!(found.iter().all(|(_, model, status)| model == own && status == "reproduced"), "{found:?}");
    assert_eq!(found.len(), 5, "{found:?}");

    // Figure 3: the workbook has the waiting times of one glass; those of the others are lent, and stay synthetic.
    let text = legends("03-waiting-time.ipynb");
    for legend in ["mean of specimens, measured (example workbook)", "mean of specimens, synthetic"] {
        assert!(text.contains(legend), "no `{legend}`");
    }
    for part in ["Second stages predicted from the first", "second stage, measured (example workbook)"] {
        assert!(text.contains(part), "no linear prediction of the data: `{part}`");
    }
    let found = claims(1);
    assert!(found.iter().any(|(panel, ..)| panel == "d"), "{found:?}");
    for (panel, model, status) in &found {
        match panel.as_str() {
            "a" | "d" => assert!(model == own && status != "by_construction", "{found:?}"),
            _ => assert!(model == "data (synthetic)", "{found:?}"),
        }
    }
}

/// The blocks of a page that show a command with what it says: the command, and the lines below it.
fn shown_commands(page: &str) -> Vec<(Vec<&str>, Vec<&str>)> {
    let blocks = page.split("```text\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let shown = blocks.filter_map(|block| {
        let (command, lines) = block.split_once('\n')?;
        let words = command.strip_prefix("$ kovacs ")?.split(' ').collect();
        Some((words, lines.lines().map(str::trim).filter(|line| *line != "...").collect()))
    });
    shown.collect()
}

#[test]
fn the_guide_says_what_its_commands_say_and_the_package_of_its_notebook_is_what_they_make() {
    let desk = Desk::new();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notebooks/example-dma");
    for name in ["q800-two-step.txt", "q800-two-step.toml"] {
        std::fs::copy(examples.join(name), desk.path(name)).expect("a file of the example");
    }
    let page = include_str!("../../book/src/guide/import-dma.md");
    let mapping = std::fs::read_to_string(desk.path("q800-two-step.toml")).expect("the mapping");
    let printed = page.split("```toml\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("a mapping");
    assert!(mapping.trim_end().ends_with(printed), "the page prints another mapping");
    let commands = shown_commands(page);
    assert_eq!(commands.len(), 3);
    for (words, lines) in commands {
        let said = desk.say(&words);
        let all = format!("{}\n{}", said.out, said.err);
        for line in lines {
            assert!(all.contains(line), "`kovacs {}` does not say `{line}`:\n{all}", words.join(" "));
        }
    }
    for name in ["datapackage.json", "two-step.csv"] {
        let read = |path: PathBuf| std::fs::read_to_string(path).expect("a file of the package");
        let (made, kept) =
            (read(desk.path("kovacs-data/q800-two-step").join(name)), read(examples.join("q800-two-step").join(name)));
        assert!(made == kept, "`{name}` of notebooks/example-dma is not what importing gives");
    }
    let fit = page.split("```sh\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("commands");
    for line in fit.lines() {
        let words: Vec<&str> = line.strip_prefix("kovacs ").expect("a command").split(' ').collect();
        desk.say(&words).ends_with(0).complains_of(&["these curves are synthetic"]);
    }
}
