//! Notebooks: outputs, failures of every kind, limits, interrupts, several at once.
//!
//! A session takes seconds to start, so checks that do not disturb each other share one.

use crate::program::{KOVACS, Said, close, kovacs, run};
use crate::scratch::{Executed, code, file, notebook, tagged};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A folder with notebooks and, after a run, their executed copies.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn out(&self) -> PathBuf {
        self.path().join("executed")
    }

    /// `kovacs run` of these notebooks of the desk, with nothing taken from earlier runs.
    fn command(&self, notebooks: &[&str], options: &[&str]) -> Command {
        let mut command = kovacs(&["run"]);
        command.current_dir(self.path()).args(notebooks).args(["--out", "executed", "--no-cache"]).args(options);
        command
    }

    #[track_caller]
    fn run(&self, notebooks: &[&str], options: &[&str]) -> Said {
        run(&mut self.command(notebooks, options))
    }

    #[track_caller]
    fn executed(&self, name: &str) -> Executed {
        Executed::read(&self.out().join(name))
    }
}

/// What a model says of a glass, printed so that no digit is lost.
fn second_stage(model: &str, glass: &str, test: &str) -> String {
    format!(
        "{{ let stage = Model::load(\"{model}\")?.glass(\"{glass}\")?.second_stage(&{test})?; \
         println!(\"{{}} {{}}\", stage.t_p().unwrap(), stage.delta_sigma().unwrap()); }}"
    )
}

#[test]
fn cells_print_show_keep_variables_and_agree_with_the_reference() {
    let desk = Desk::new();
    let glasses = [
        ("ti-zr-hf-cu-ni-be", "TwoStep::new(0.005, 0.003, 900.0, 593.0)"),
        ("fe-zr-b", "TwoStep::new(0.004, 0.002, 1800.0, 597.0)"),
        ("pvc", "TwoStep::new(0.005, 0.003, 300.0, 318.0)"),
    ];
    let source = |model: &str| {
        let lines = glasses.iter().map(|(glass, test)| second_stage(model, glass, test));
        code(&lines.collect::<Vec<_>>().join("\n"))
    };
    notebook(
        desk.path(),
        "fine.ipynb",
        &[
            json!({"cell_type": "markdown", "metadata": {}, "source": "# Fine"}),
            code("print!(\"no newline\");"),
            code("let x = 6 * 7;\neprintln!(\"aside\");"),
            code("x"),
            source("kww"),
            source("aoi"),
            code("std::fs::read_to_string(\"fine.ipynb\").is_ok()"),
            code(
                "let curve = Curve::new(\"line\", vec![1.0, 2.0], vec![3.0, 4.0])?;\nFigure::new(\"A line\").line(&curve)",
            ),
            tagged("raises-exception", "let n: i32 = \"7\";"),
            tagged("raises-exception", "let text = \"seven\";\n\nlet n: i32 = text.parse()?;"),
            tagged("raises-exception", "let v: Vec<i32> = vec![];\nif x > 0 {\n    panic!(\"a wild panic {x}\");\n}"),
            code("println!(\"still {x}\");"),
        ],
    );
    let said = desk.run(&["fine.ipynb"], &["--json"]).ends_with(0);
    let report = &said.json()[0];
    assert_eq!((report["status"].as_str(), report["cells_run"].as_u64()), (Some("done"), Some(11)), "{report}");
    assert!(said.err.contains("fine.ipynb: done, 11 cells in "), "{}", said.err);

    let executed = desk.executed("fine.ipynb");
    assert_eq!(executed.text(2), "no newline");
    assert_eq!(executed.outputs(3)[0]["name"], "stderr");
    assert_eq!(executed.text(4), "42");
    let reference = [
        (5, [(266.62199344, 6.77345911), (927.79223538, 14.18298630), (131.90921626, 0.43809493)]),
        (6, [(601.810659, 39.06919442), (1803.671510, 62.64472260), (201.788740, 1.05360499)]),
    ];
    for (cell, glasses) in reference {
        let text = executed.text(cell);
        let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        assert_eq!(numbers.len(), 6, "{text}");
        for (found, (t_p, delta_sigma)) in numbers.chunks(2).zip(glasses) {
            close(found[0], t_p, 1e-6);
            close(found[1], delta_sigma, 1e-6);
        }
    }
    assert_eq!(executed.text(7), "true", "cells run in the notebook's folder");
    let figure = &executed.outputs(8)[0]["data"];
    assert!(figure["image/svg+xml"].to_string().contains("<svg"), "{figure}");
    assert_eq!(executed.error(9).0, "E0308");
    let (name, message) = executed.error(10);
    assert_eq!((name.as_str(), message.as_str()), ("ParseIntError", "invalid digit found in string"));
    assert_eq!(executed.error(11), ("Panic".to_owned(), "a wild panic 42".to_owned()));
    let place = |cell: usize| &executed.0["cells"][cell - 1]["metadata"]["kovacs"]["place"];
    for (cell, line) in [(9, 1), (10, 3), (11, 3)] {
        assert_eq!(place(cell)["line"], line, "cell {cell}: {}", executed.0["cells"][cell - 1]);
    }
    assert_eq!(executed.text(12), "still 42\n", "variables outlive failures");
    assert_eq!((&executed.0["nbformat"], &executed.0["nbformat_minor"]), (&json!(4), &json!(5)));
}

#[test]
fn a_failing_cell_ends_its_notebook_and_not_the_next() {
    let desk = Desk::new();
    notebook(desk.path(), "bad.ipynb", &[code("println!(\"before\");"), code("let n: i32 = \"a\";"), code("1")]);
    notebook(desk.path(), "skip.ipynb", &[code("skip_notebook(\"no such file here\");"), code("panic!()")]);
    let said = desk.run(&["bad.ipynb", "skip.ipynb"], &[]).ends_with(1).complains_of(&[
        "bad.ipynb: failed, 2 cells in ",
        "cell 2 (`let n: i32 = \"a\";`), line 1, column ",
        "E0308: mismatched types",
        "skip.ipynb: skipped",
        "no such file here",
    ]);
    assert_eq!(said.out, "", "what is not asked for as JSON goes to standard error");
    let bad = desk.executed("bad.ipynb");
    assert_eq!(bad.text(1), "before\n");
    assert_eq!((bad.error(2).0.as_str(), bad.outputs(3).len()), ("E0308", 0));
    let last = &desk.executed("skip.ipynb").0["cells"][1];
    assert_eq!((&last["execution_count"], &last["outputs"]), (&Value::Null, &json!([])));
}

#[test]
fn a_cell_that_ends_its_process_loses_nothing_of_before() {
    let desk = Desk::new();
    for (name, last) in [("exit.ipynb", "std::process::exit(3)"), ("abort.ipynb", "std::process::abort()")] {
        notebook(desk.path(), name, &[code("println!(\"kept\");"), code(last), code("println!(\"never\");")]);
    }
    let said = desk.run(&["exit.ipynb", "abort.ipynb"], &["--json"]).ends_with(5);
    for report in said.json().as_array().expect("a list") {
        assert_eq!((&report["status"], &report["exit_code"]), (&json!("died"), &json!(5)));
        assert_eq!((&report["failed"]["number"], &report["failed"]["name"]), (&json!(2), &json!("ProcessDied")));
    }
    for name in ["exit.ipynb", "abort.ipynb"] {
        let executed = desk.executed(name);
        assert_eq!(executed.text(1), "kept\n");
        assert_eq!(executed.error(2).0, "ProcessDied");
        assert!(executed.outputs(3).is_empty());
    }
}

#[test]
fn an_endless_loop_is_stopped_at_the_time_limit() {
    let desk = Desk::new();
    let endless = "println!(\"turning\");\nlet mut n = 0_u64;\nloop { n = std::hint::black_box(n + 1); }";
    notebook(desk.path(), "loop.ipynb", &[code("println!(\"kept\");"), code(endless)]);
    let begun = Instant::now();
    desk.run(&["loop.ipynb"], &["--timeout", "12s"]).ends_with(4).complains_of(&[
        "stopped at the time limit",
        "cell 2",
        "12",
    ]);
    assert!(begun.elapsed() < Duration::from_secs(90), "{:?}", begun.elapsed());
    let executed = desk.executed("loop.ipynb");
    assert_eq!(executed.text(1), "kept\n");
    assert_eq!(executed.error(2).0, "TimeLimit");
    assert_eq!(executed.text(2), "turning\n", "what the cell had written is there");
}

#[test]
fn a_flood_of_output_is_stopped_at_the_output_limit() {
    let desk = Desk::new();
    let flood = "for line in 0..1_000_000 { println!(\"{line:099}\"); }";
    notebook(desk.path(), "flood.ipynb", &[code("println!(\"kept\");"), code(flood)]);
    desk.run(&["flood.ipynb"], &[]).ends_with(4).complains_of(&["stopped at the output limit", "cell 2"]);
    let executed = desk.executed("flood.ipynb");
    assert_eq!(executed.text(1), "kept\n");
    assert_eq!(executed.error(2).0, "OutputLimit");
    let size = std::fs::metadata(desk.out().join("flood.ipynb")).expect("the copy").len();
    assert!(size > 1 << 20 && size < 40 << 20, "{size} bytes: up to the limit of 16 MiB, and no more");
}

#[test]
fn what_is_no_notebook_is_told_before_any_session_starts() {
    let desk = Desk::new();
    file(desk.path(), "words.ipynb", "these are words");
    file(desk.path(), "old.ipynb", "{\"nbformat\": 2, \"nbformat_minor\": 0, \"metadata\": {}, \"worksheets\": []}");
    file(desk.path(), "other.ipynb", "{\"name\": \"a package\"}");
    std::fs::create_dir(desk.path().join("folder.ipynb")).expect("a folder");
    let all = ["words.ipynb", "old.ipynb", "other.ipynb", "folder.ipynb", "none.ipynb"];
    desk.run(&all, &[]).ends_with(3).complains_of(&[
        "`words.ipynb` is not a notebook: not JSON at line 1",
        "`old.ipynb` is a notebook of format 2",
        "jupyter nbconvert",
        "`other.ipynb` is JSON but not a notebook",
        "`folder.ipynb` is a folder",
        "no file `none.ipynb`",
    ]);
    let reports = desk.run(&["none.ipynb"], &["--json", "--quiet"]).ends_with(3).json();
    assert_eq!(reports[0]["status"], "not_run");
    assert!(!desk.out().exists(), "nothing is written for what could not be read");
}

#[test]
fn a_copy_that_cannot_be_kept_is_told_before_any_cell_runs() {
    let desk = Desk::new();
    notebook(desk.path(), "any.ipynb", &[code("std::fs::write(\"ran\", \"\")?;")]);
    let mut command = kovacs(&["run", "any.ipynb", "--out", "/proc/none"]);
    run(command.current_dir(desk.path()))
        .ends_with(3)
        .complains_of(&["cannot write executed copies into `/proc/none`"]);
    assert!(!desk.path().join("ran").exists());
}

#[test]
fn the_set_up_is_made_once() {
    let desk = Desk::new();
    let mut command = kovacs(&["setup"]);
    let command = command.env("KOVACS_CACHE_DIR", desk.path());
    let first = run(command).ends_with(0).prints(&["sessions are set up in"]).complains_of(&["compiling the prelude"]);
    let again = run(command).ends_with(0);
    assert_eq!((again.out.as_str(), again.err.as_str()), (first.out.as_str(), ""), "nothing is made twice");
    let folder = first.out.trim().rsplit(' ').next().expect("a path").to_owned();
    std::fs::remove_dir_all(Path::new(&folder).join("library")).expect("removed");
    run(kovacs(&["setup", "--force"]).env("KOVACS_CACHE_DIR", desk.path())).ends_with(0);
    assert!(Path::new(&folder).join("library/std").is_dir(), "made anew");
}

#[test]
fn two_sessions_at_once_do_not_disturb_each_other() {
    let desk = Desk::new();
    let waiting = "std::thread::sleep(std::time::Duration::from_secs(2));";
    for (name, value) in [("one.ipynb", 1), ("two.ipynb", 2)] {
        let define = format!("fn mine() -> i32 {{ {value} }}\nlet x = {value};");
        notebook(desk.path(), name, &[code(&define), code(waiting), code("println!(\"{} {}\", x, mine());")]);
    }
    let start = |name: &str| {
        let mut command = desk.command(&[name], &["--quiet"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let children = [start("one.ipynb"), start("two.ipynb")];
    for child in children {
        Said::of(&child.wait_with_output().expect("it ends")).ends_with(0);
    }
    assert_eq!(desk.executed("one.ipynb").text(3), "1 1\n");
    assert_eq!(desk.executed("two.ipynb").text(3), "2 2\n");
}

#[test]
fn ctrl_c_stops_the_cell_and_keeps_what_was_done() {
    let desk = Desk::new();
    let sleep = "std::fs::write(\"running\", \"\")?;\nstd::thread::sleep(std::time::Duration::from_secs(600));";
    notebook(desk.path(), "long.ipynb", &[code("println!(\"kept\");"), code(sleep), code("println!(\"never\");")]);
    notebook(desk.path(), "after.ipynb", &[code("println!(\"never\");")]);
    let mut command = desk.command(&["long.ipynb", "after.ipynb"], &[]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let begun = Instant::now();
    while !desk.path().join("running").exists() {
        assert!(begun.elapsed() < Duration::from_secs(120), "the cell does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupted = Instant::now();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(kill.success());
    let said = Said::of(&child.wait_with_output().expect("it ends")).ends_with(130);
    assert!(interrupted.elapsed() < Duration::from_secs(60), "{:?}", interrupted.elapsed());
    said.complains_of(&["long.ipynb: interrupted", "cell 2"]);
    let executed = desk.executed("long.ipynb");
    assert_eq!(executed.text(1), "kept\n");
    assert_eq!(executed.error(2).0, "Interrupted");
    assert!(executed.outputs(3).is_empty());
    assert!(!desk.out().join("after.ipynb").exists(), "no further notebook starts");
}

#[test]
fn results_go_into_the_notebook_itself_when_asked() {
    let desk = Desk::new();
    let path = notebook(desk.path(), "own.ipynb", &[code("1 + 1")]);
    let mut command = kovacs(&["run", "own.ipynb", "--in-place", "--quiet"]);
    let said = run(command.current_dir(desk.path())).ends_with(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""), "quiet");
    assert_eq!(Executed::read(&path).text(1), "2");
    assert!(!desk.out().exists());
}

#[test]
fn without_a_compiler_the_message_says_what_to_install() {
    let desk = Desk::new();
    notebook(desk.path(), "any.ipynb", &[code("1")]);
    let mut command = desk.command(&["any.ipynb"], &[]);
    // The program is named by its full path; nothing else is found.
    assert!(Path::new(KOVACS).is_absolute());
    run(command.env("PATH", desk.path()))
        .ends_with(5)
        .complains_of(&["cannot run `rustc`", "what to do: install Rust"]);
}
