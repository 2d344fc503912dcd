//! The assistant with its analyser in a process of its own, which is this executable once more.
//!
//! Without the usual harness, whose `main` would take the role's argument for a filter.

mod workspace;

use kovacs_assist::{ASSIST_ARGUMENT, Assistant, Completions, Kind};
use kovacs_session::{Sources, Variable};
use std::path::PathBuf;
use std::process::Command;
use workspace::sources;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(ASSIST_ARGUMENT) {
        kovacs_assist::serve(&arguments.next().unwrap_or_default(), || ()).expect("the streams work");
        return;
    }
    let executable = std::env::current_exe().expect("the system tells");
    let assistant = Assistant::new(executable.clone(), sources(), PathBuf::from("/"));
    assistant.warm_up().expect("it starts");
    what_the_session_knows_is_completed(&assistant);
    a_dead_analyser_is_started_again(&assistant);
    sources_that_are_missing_are_an_error(executable);
    println!("the assistant and its process: ok");
}

fn texts(found: &Completions) -> Vec<&str> {
    found.items.iter().map(|item| item.text.as_str()).collect()
}

fn what_the_session_knows_is_completed(assistant: &Assistant) {
    let methods = assistant.complete("let ρ = 1;\nModel::load(\"kww\")?.seco", 35).expect("an answer");
    assert_eq!(texts(&methods), ["second_stage", "second_stage_curve"]);
    assert_eq!((methods.start, methods.end), (31, 35));
    let variables = vec![Variable { name: "glass".into(), type_name: "Dataset".into(), bytes: None, preview: None }];
    assistant.commit("fn halve(x: f64) -> f64 { x }\nlet glass = Dataset::open(\"pvc\")?;", variables.clone());
    // The newest definition of a name counts.
    assistant.commit("fn halve(x: f64) -> f64 { x / 2.0 }", variables);
    let found = assistant.complete(":vars\nhalv", 10).expect("an answer");
    assert_eq!(texts(&found), ["halve"]);
    assert_eq!(found.items.first().map(|item| item.kind), Some(Kind::Function));
    assert!(texts(&assistant.complete("glass.", 6).expect("an answer")).contains(&"table"));
    let about = assistant.inspect("halve(", 6, true).expect("an answer").expect("it is known");
    assert!(about.plain.contains("fn halve(x: f64) -> f64 { x / 2.0 }"), "{}", about.plain);
    assistant.reset();
    assert!(texts(&assistant.complete("halv", 4).expect("an answer")).is_empty());
}

fn a_dead_analyser_is_started_again(assistant: &Assistant) {
    let process = assistant.process_id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-KILL", &process]).status().expect("`kill` is there").success());
    assert!(assistant.complete("Table", 5).is_err());
    assert_eq!(texts(&assistant.complete("Tabl", 4).expect("an answer")), ["Table"]);
}

fn sources_that_are_missing_are_an_error(executable: PathBuf) {
    let sources = Sources { standard_library: PathBuf::from("/nonexistent"), ..sources() };
    let error = Assistant::new(executable, sources, PathBuf::from("/")).complete("x.", 2).expect_err("no sources");
    assert!(error.to_string().starts_with("the process that completes failed: "), "{error}");
}
