//! Runs on a scripted executor: what is kept, what is reported, when a run stops.

use super::*;
use crate::exit_code;
use crate::outputs::{CLAIM_MIME, SKIP_MIME};
use crate::progress::Silent;
use crate::{Claim, ClaimStatus};
use kovacs_session::{MimeBundle, Place};
use std::fs;
use tempfile::TempDir;

/// What a scripted cell does, by its code.
struct Script;

impl Executor for Script {
    fn execute(
        &mut self,
        code: &str,
        limits: &Limits,
        client: &mut dyn CellClient,
    ) -> Result<CellOutcome, SessionError> {
        let fail = |kind: CellErrorKind| {
            Ok(CellOutcome::Failed(Box::new(CellError {
                kind,
                name: kind.name().into(),
                message: format!("because of {code}"),
                place: Some(Place { line: 1, column: 2 }),
                traceback: vec!["\u{1b}[31merror\u{1b}[0m".into(), "line 1".into()],
                variables_lost: kind == CellErrorKind::ProcessDied,
                lost: Vec::new(),
            })))
        };
        match code.lines().next().unwrap_or_default() {
            "print" => {
                assert_eq!(limits.output_bytes, Some(DEFAULT_OUTPUT_BYTES));
                for part in ["a\n", "b", "\nc"] {
                    client.output(Output::Stdout(part.into()));
                }
                client.output(Output::Stderr("careful".into()));
                Ok(CellOutcome::Done)
            }
            "value" => {
                client.output(display("text/plain", json!("42"), true));
                Ok(CellOutcome::Done)
            }
            "progress" => {
                let shown = |text: &str, update| Output::Display {
                    data: MimeBundle::from([("text/plain".to_owned(), json!(text))]),
                    metadata: MimeBundle::from([("text/plain".to_owned(), json!({"seen": true}))]),
                    is_result: false,
                    display_id: Some("bar".into()),
                    update,
                };
                client.output(shown("0 of 2", false));
                client.output(Output::Stdout("between".into()));
                client.output(shown("2 of 2", true));
                Ok(CellOutcome::Done)
            }
            "clear" => {
                for (text, wait) in [("first", false), ("second", true)] {
                    client.output(Output::Stdout(text.into()));
                    client.output(Output::ClearOutput { wait });
                }
                client.output(Output::Stdout("third".into()));
                Ok(CellOutcome::Done)
            }
            "figure" => {
                client.output(display("image/svg+xml", json!("<svg>\n</svg>"), false));
                client.output(display("application/vnd.plotly.v1+json", json!({"data": []}), false));
                Ok(CellOutcome::Done)
            }
            "claim" => {
                client.output(display(CLAIM_MIME, json!(claim()), false));
                Ok(CellOutcome::Done)
            }
            "bad claim" => {
                client.output(display(CLAIM_MIME, json!({"figure": "1", "status": "perhaps"}), false));
                Ok(CellOutcome::Done)
            }
            "skip" => {
                client.output(display(SKIP_MIME, json!({"reason": "the file is not here"}), false));
                Ok(CellOutcome::Done)
            }
            "panic" => fail(CellErrorKind::Panic),
            "exit" => fail(CellErrorKind::ProcessDied),
            "loop" => fail(CellErrorKind::TimeLimit),
            "flood" => fail(CellErrorKind::OutputLimit),
            "interrupt" => fail(CellErrorKind::Interrupted),
            "lose" => Err(SessionError::EngineGone { message: "killed".into() }),
            other => panic!("no script for {other}"),
        }
    }
}

fn display(mime: &str, value: Value, is_result: bool) -> Output {
    Output::display(MimeBundle::from([(mime.to_owned(), value)]), is_result)
}

fn claim() -> Claim {
    Claim {
        figure: "1".into(),
        panel: "c".into(),
        claim: "one maximum".into(),
        model: "aoi".into(),
        status: ClaimStatus::Reproduced,
        value: Some(1.0),
        unit: "1".into(),
        expected: "1".into(),
        ..Claim::default()
    }
}

struct Ran {
    report: RunReport,
    copy: Value,
    _folder: TempDir,
}

impl Ran {
    fn cell(&self, number: usize) -> &Value {
        &self.copy["cells"][number - 1]
    }

    fn status(&self, number: usize) -> &Value {
        &self.cell(number)["metadata"]["kovacs"]["status"]
    }
}

/// Runs a notebook with these code cells, each with its tags.
fn ran(cells: &[(&str, &[&str])]) -> Ran {
    ran_with(cells, |_| {})
}

fn ran_with(cells: &[(&str, &[&str])], set: impl FnOnce(&mut RunOptions)) -> Ran {
    let folder = TempDir::new().expect("a folder");
    let cells: Vec<Value> = cells
        .iter()
        .map(|(source, tags)| {
            json!({
                "cell_type": "code", "source": source, "metadata": {"tags": tags}, "execution_count": 9,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": "from an earlier run"}],
            })
        })
        .collect();
    let notebook = folder.path().join("n.ipynb");
    fs::write(&notebook, json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).to_string())
        .expect("written");
    let mut options = RunOptions::new(folder.path().join("made/when/needed/out.ipynb"));
    set(&mut options);
    let report = run(&notebook, &options, &mut Script, &mut Silent).expect("a report");
    let copy = serde_json::from_str(&fs::read_to_string(&options.output).expect("the copy")).expect("JSON");
    Ran { report, copy, _folder: folder }
}

#[test]
fn outputs_are_stored_as_the_format_wants_them() {
    let ran = ran(&[("print", &[]), ("value", &[]), ("figure", &[])]);
    assert_eq!(ran.report.status, RunStatus::Done);
    assert_eq!(
        ran.cell(1)["outputs"],
        json!([
            {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n", "c"]},
            {"output_type": "stream", "name": "stderr", "text": ["careful"]},
        ])
    );
    let result = json!({"output_type": "execute_result", "data": {"text/plain": ["42"]}, "metadata": {},
                        "execution_count": 2});
    assert_eq!(ran.cell(2)["outputs"], json!([result]));
    assert_eq!(ran.cell(2)["execution_count"], 2);
    assert_eq!(ran.cell(3)["outputs"][0]["data"]["image/svg+xml"], json!(["<svg>\n", "</svg>"]));
    assert_eq!(ran.cell(3)["outputs"][1]["data"]["application/vnd.plotly.v1+json"], json!({"data": []}));
    assert_eq!((&ran.copy["nbformat"], &ran.copy["nbformat_minor"]), (&json!(4), &json!(5)));
    assert_eq!(ran.copy["metadata"]["kernelspec"]["name"], "kovacs");
    assert_eq!(ran.copy["metadata"]["kovacs"]["status"], "done");
    assert_eq!(ran.copy["metadata"]["kovacs"]["engine_version"], ENGINE_VERSION);
}

#[test]
fn a_display_that_changes_is_stored_once_as_it_was_last() {
    let ran = ran(&[("progress", &[]), ("clear", &[])]);
    assert_eq!(
        ran.cell(1)["outputs"],
        json!([
            {"output_type": "display_data", "data": {"text/plain": ["2 of 2"]},
             "metadata": {"text/plain": {"seen": true}}},
            {"output_type": "stream", "name": "stdout", "text": ["between"]},
        ])
    );
    assert_eq!(
        ran.cell(2)["outputs"],
        json!([{"output_type": "stream", "name": "stdout", "text": ["third"]}]),
        "what waits to be cleared goes when the next output comes"
    );
}

#[test]
fn a_failing_cell_ends_the_run_and_loses_nothing() {
    for (code, status, exit) in [
        ("panic", RunStatus::Failed, exit_code::CELL_FAILED),
        ("exit", RunStatus::Died, exit_code::CELL_PROCESS_DIED),
        ("loop", RunStatus::TimedOut, exit_code::LIMIT),
        ("flood", RunStatus::OutputLimit, exit_code::LIMIT),
        ("interrupt", RunStatus::Interrupted, exit_code::INTERRUPTED),
        ("lose", RunStatus::Died, exit_code::CELL_PROCESS_DIED),
        ("bad claim", RunStatus::Failed, exit_code::CELL_FAILED),
    ] {
        let ran = ran(&[("print", &[]), (code, &[]), ("value", &[])]);
        assert_eq!((ran.report.status, ran.report.exit_code()), (status, exit), "{code}");
        let failed = ran.report.failed.as_ref().expect("the failing cell");
        assert_eq!((failed.number, failed.label.as_str()), (2, code));
        assert_eq!(failed.id, ran.cell(2)["id"]);
        assert_eq!(ran.copy["metadata"]["kovacs"]["failed_cell"], ran.cell(2)["id"]);
        let error = ran.cell(2)["outputs"].as_array().and_then(|outputs| outputs.last()).expect("an output");
        assert_eq!((&error["output_type"], &error["ename"]), (&json!("error"), &json!(failed.name)));
        assert!(!error["traceback"].as_array().expect("a list").is_empty());
        assert_eq!(ran.cell(1)["outputs"][0]["text"], json!(["a\n", "b\n", "c"]));
        assert_eq!([ran.status(1), ran.status(2), ran.status(3)], ["done", "failed", "not_run"]);
        assert_eq!((&ran.cell(3)["outputs"], &ran.cell(3)["execution_count"]), (&json!([]), &Value::Null));
    }
}

#[test]
fn a_cell_that_is_meant_to_fail_does_not_end_the_run() {
    for code in ["panic", "exit", "loop", "flood"] {
        let ran = ran(&[(code, &["raises-exception"]), ("value", &[])]);
        assert_eq!(ran.report.status, RunStatus::Done, "{code}");
        assert_eq!(ran.report.failed, None);
        assert_eq!([ran.status(1), ran.status(2)], ["failed", "done"]);
        assert_eq!(ran.cell(1)["outputs"][0]["output_type"], "error");
    }
    assert_eq!(ran(&[("interrupt", &["raises-exception"])]).report.status, RunStatus::Interrupted);
    assert_eq!(ran(&[("lose", &["raises-exception"]), ("value", &[])]).report.status, RunStatus::Died);
}

#[test]
fn tagged_and_empty_cells_are_not_run() {
    let ran = ran(&[("panic", &["skip"]), ("panic", &["skip-execution"]), ("  \n", &[]), ("value", &[])]);
    assert_eq!((ran.report.status, ran.report.cells_run), (RunStatus::Done, 1));
    assert_eq!([ran.status(1), ran.status(2)], ["skipped", "skipped"]);
    assert_eq!(ran.cell(1)["outputs"], json!([]));
    assert_eq!(ran.cell(4)["execution_count"], 1);
}

#[test]
fn a_cell_can_skip_the_rest() {
    let ran = ran(&[("skip", &[]), ("panic", &[])]);
    assert_eq!((ran.report.status, ran.report.exit_code()), (RunStatus::Skipped, exit_code::OK));
    assert_eq!(ran.report.skip_reason.as_deref(), Some("the file is not here"));
    assert_eq!(ran.copy["metadata"]["kovacs"]["reason"], "the file is not here");
    assert_eq!(ran.status(2), "not_run");
}

#[test]
fn claims_are_collected_up_to_the_failure() {
    let ran = ran(&[("claim", &[]), ("panic", &[]), ("claim", &[])]);
    assert_eq!(ran.report.claims, [claim()]);
}

#[test]
fn a_stop_between_two_cells_is_an_interrupt() {
    let ran = ran_with(&[("print", &[])], |options| options.stop.store(true, Ordering::Relaxed));
    assert_eq!((ran.report.status, ran.report.cells_run), (RunStatus::Interrupted, 0));
    assert_eq!(ran.report.failed, None);
}

#[test]
fn the_copy_is_there_while_the_run_goes_on() {
    struct Watch<'a>(&'a Path, usize);
    impl Progress for Watch<'_> {
        fn cell_started(&mut self, number: usize, _cells: usize, _label: &str) {
            if number == 2 {
                let copy: Value = serde_json::from_slice(&fs::read(self.0).expect("the copy")).expect("JSON");
                assert_eq!(copy["metadata"]["kovacs"]["status"], "running");
                assert_eq!(copy["cells"][0]["execution_count"], 1);
                self.1 += 1;
            }
        }
    }
    let folder = TempDir::new().expect("a folder");
    let cell = |source: &str| json!({"cell_type": "code", "source": source, "metadata": {}});
    let notebook = folder.path().join("n.ipynb");
    let cells = json!({"nbformat": 4, "nbformat_minor": 5, "cells": [cell("print"), cell("value")]});
    fs::write(&notebook, cells.to_string()).expect("written");
    // In place: the notebook is its own copy.
    let mut watch = Watch(&notebook, 0);
    run(&notebook, &RunOptions::new(&notebook), &mut Script, &mut watch).expect("a report");
    assert_eq!(watch.1, 1);
}

#[test]
fn a_copy_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = TempDir::new().expect("a folder");
    let notebook = folder.path().join("n.ipynb");
    fs::write(&notebook, r#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}"#).expect("written");
    let options = RunOptions::new(notebook.join("below-a-file.ipynb"));
    let error = run(&notebook, &options, &mut Script, &mut Silent).expect_err("no folder can be there");
    assert!(matches!(&error, RunnerError::Write { path, .. } if path.ends_with("below-a-file.ipynb")), "{error}");
}
