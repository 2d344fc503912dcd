//! What is answered without the analyser: commands, names and files in texts; and what happens when there is none.

use super::Assistant;
use crate::answer::{Completions, Kind};
use crate::names::{Name, Names, Wanted};
use crate::{AssistError, Completion};
use kovacs_session::{Sources, Variable};
use proptest::prelude::*;
use std::path::PathBuf;

/// Knows names made of what is wanted.
struct Known;

impl Names for Known {
    fn names(&self, wanted: &Wanted) -> Vec<Name> {
        let names: &[&str] = match wanted {
            Wanted::Packages => &["pvc", "ti-zr-hf-cu-ni-be"],
            Wanted::Models => &["tnm", "tnm_strain", "kww"],
            Wanted::Tables { package } if package == "pvc" => &["two-step", "relaxation"],
            Wanted::Parameters { model } if model == "tnm" => &["tau_0", "activation_enthalpy"],
            Wanted::ParameterSets { model } if model == "tnm" => &["pvac"],
            Wanted::Outputs { model } if model == "tnm" => &["stress", "strain"],
            Wanted::Columns { package, table: Some(table) } if package == "pvc" && table == "two-step" => {
                &["time", "t_w"]
            }
            _ => &[],
        };
        names.iter().map(|name| Name { name: (*name).to_owned(), about: "known".to_owned() }).collect()
    }
}

fn assistant(folder: PathBuf) -> Assistant {
    let nowhere = PathBuf::from("/nonexistent");
    let sources = Sources { standard_library: nowhere.clone(), crates: Vec::new(), beginning: String::new() };
    Assistant::with_names(nowhere, sources, folder, Box::new(Known))
}

fn complete_at(assistant: &Assistant, cell: &str) -> Completions {
    let cursor = cell.chars().take_while(|character| *character != '^').count();
    assistant.complete(&cell.replacen('^', "", 1), cursor).expect("no analyser is needed")
}

/// What could stand at `^`, and what it replaces.
#[track_caller]
fn check(cell: &str, replaced: &str, expected: &[&str]) {
    check_with(&assistant(PathBuf::from("/")), cell, replaced, expected);
}

#[track_caller]
fn check_with(assistant: &Assistant, cell: &str, replaced: &str, expected: &[&str]) {
    let found = complete_at(assistant, cell);
    let texts: Vec<&str> = found.items.iter().map(|item| item.text.as_str()).collect();
    assert_eq!(texts, expected, "{cell}");
    let plain = cell.replacen('^', "", 1);
    let range: String = plain.chars().skip(found.start).take(found.end - found.start).collect();
    assert_eq!(range, replaced, "{cell}");
}

#[test]
fn commands_and_their_arguments() {
    check(":mod^", ":mod", &[":model"]);
    check("// why\n  :ti^\n1 + 1", ":ti", &[":time", ":timing", ":time_passes"]);
    check(":model tnm^", "tnm", &["tnm", "tnm_strain"]);
    check(":model ^", "", &["tnm", "tnm_strain", "kww", "reload"]);
    check(":data p^vc", "pvc", &["pvc"]);
    check(":opt ^", "", &["0", "1", "2", "3"]);
    check(":help de^", "de", &["dep"]);
    check(":vars ^", "", &[]);
    check("!ls ^", "", &[]);
    let item: Completion = complete_at(&assistant(PathBuf::from("/")), ":mode^").items.remove(0);
    assert_eq!((item.kind, item.label.as_str()), (Kind::Command, ":model [NAME | reload]"));
}

#[test]
fn variables_are_arguments_of_type() {
    let assistant = assistant(PathBuf::from("/"));
    let variable = Variable { name: "stress".into(), type_name: "f64".into(), bytes: None, preview: None };
    assistant.commit("let stress = 1.0;", vec![variable]);
    check_with(&assistant, ":type st^", "st", &["stress"]);
    assistant.reset();
    check_with(&assistant, ":type st^", "st", &[]);
}

#[test]
fn names_in_texts_are_told_by_the_call() {
    check("let data = Dataset::open(\"ti-^\")?;", "ti-", &["ti-zr-hf-cu-ni-be"]);
    check("open(\"^", "", &["pvc", "ti-zr-hf-cu-ni-be"]);
    check("Model::load(\"tnm^_x\")", "tnm_x", &["tnm", "tnm_strain"]);
    check("Model::load(\"tnm\")?.set(\"ta^", "ta", &["tau_0"]);
    check("Model::load(r#\"tnm\"#)?.glass(\"^\")", "", &["pvac"]);
    check("Dataset::open(\"pvc\")?.table(\"two^\")", "two", &["two-step"]);
    check("let t = Dataset::open(\"pvc\")?.table(\"two-step\")?;\nt.only(\"t_^\", 1.0)", "t_", &["t_w"]);
    check("let t = Dataset::open(\"pvc\")?.table(\"two-step\")?;\nt.select([\"time\", \"t^", "t", &["time", "t_w"]);
    check("let m = Model::load(\"tnm\")?;\nm.predict(&p, \"str^\", &times)", "str", &["stress", "strain"]);
    check("println!(\"tnm^\")", "tnm", &[]);
    check("\"🌡🌡\"; open(\"p^\")", "p", &["pvc"]);
    check("// open(\"p^", "", &[]);
    check("/* open(\"p^ */", "", &[]);
}

#[test]
fn variables_of_earlier_cells_tell_their_origin() {
    let assistant = assistant(PathBuf::from("/"));
    assistant.commit("let glass = Dataset::open(\"pvc\")?;\nlet model = Model::load(\"tnm\")?;", Vec::new());
    assistant.commit("let table = glass.table(\"two-step\").unwrap();", Vec::new());
    check_with(&assistant, "table.numbers(\"ti^\")", "ti", &["time"]);
    check_with(&assistant, "model.clone().set(\"act^", "act", &["activation_enthalpy"]);
    assistant.commit("let model = Model::load(\"kww\")?;", Vec::new());
    check_with(&assistant, "model.set(\"act^", "act", &[]);
}

#[test]
fn files_are_completed_part_by_part() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("data")).expect("writable");
    for name in ["data/ribbon.xy", "data/.hidden", "helpers.rs"] {
        std::fs::write(folder.path().join(name), "").expect("writable");
    }
    let assistant = assistant(folder.path().to_owned());
    check_with(&assistant, "Pattern::load(\"da^\")", "da", &["data/"]);
    check_with(&assistant, "Pattern::load(\"data/r^\")", "r", &["ribbon.xy"]);
    check_with(&assistant, "println!(\"data/^\")", "", &["ribbon.xy"]);
    check_with(&assistant, ":load he^", "he", &["helpers.rs"]);
    check_with(&assistant, ":load data/ri^", "ri", &["ribbon.xy"]);
}

#[test]
fn commands_are_inspected() {
    let assistant = assistant(PathBuf::from("/"));
    let found = assistant.inspect(":dep rand = \"0.9\"", 2, false).expect("no analyser is needed").expect("known");
    assert!(found.plain.contains(":dep NAME = VERSION") && found.html.contains("<code"), "{found:?}");
}

#[test]
fn without_an_analyser_there_is_an_error_that_says_so() {
    let error = assistant(PathBuf::from("/")).complete("x.", 2).expect_err("there is none");
    assert!(matches!(error, AssistError::NotStarted { .. }));
    assert_eq!(error.to_string(), "cannot start /nonexistent for completion");
}

proptest! {
    #[test]
    fn any_text_and_any_cursor_has_an_answer(cell in any::<String>(), cursor in any::<usize>()) {
        ask(&cell, cursor);
        ask(&cell, cursor % 64);
    }

    #[test]
    fn any_words_and_any_cursor_have_an_answer(words in proptest::collection::vec(prop::sample::select(vec![
        ":", ":model", ":time", "!", " ", "\n", "\r", "\"", "r#\"", "open(", "😀", "é", "/", "//", "/*", "Model::load(\"tnm\")", ".set(",
        "'", "b\"", "let x =", ";", ")",
    ]), 0..16), cursor in 0usize..64) {
        ask(&words.concat(), cursor);
    }
}

fn ask(cell: &str, cursor: usize) {
    let assistant = assistant(PathBuf::from("/nonexistent"));
    if let Ok(found) = assistant.complete(cell, cursor) {
        assert!(found.start <= found.end && found.end <= cell.chars().count(), "{found:?}");
    }
    // Without an analyser an error is an answer too.
    let _ = assistant.inspect(cell, cursor, true);
    assistant.commit(cell, Vec::new());
}
