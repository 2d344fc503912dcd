//! How cells are compiled: by rustc alone wherever that is possible, by cargo otherwise, and what becomes of variables.

use crate::program::KOVACS;
use kovacs_session::{CellError, CellErrorKind, CellOutcome, Limits, Output, Session, SessionOptions};
use std::path::Path;

struct Desk {
    session: Session,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SessionOptions { executable: Some(KOVACS.into()), ..SessionOptions::new(folder.path()) };
        Desk { session: Session::start(&options, &mut |_| {}).expect("a session"), folder }
    }

    #[track_caller]
    fn run(&mut self, code: &str) -> Result<String, Box<CellError>> {
        let mut text = String::new();
        let outcome = self.session.execute(code, &Limits::default(), &mut |output: Output| match output {
            Output::Stdout(words) => text.push_str(&words),
            Output::Display { data, .. } => {
                text.push_str(data.get("text/plain").and_then(|value| value.as_str()).unwrap_or_default());
            }
            _ => {}
        });
        match outcome.expect("the session lives") {
            CellOutcome::Done => Ok(text),
            CellOutcome::Failed(error) => Err(error),
        }
    }

    #[track_caller]
    fn shows(&mut self, code: &str, expected: &str) {
        match self.run(code) {
            Ok(text) => assert_eq!(text, expected, "{code}"),
            Err(error) => panic!("{code}: {}", error.traceback.join("\n")),
        }
    }

    #[track_caller]
    fn fails(&mut self, code: &str) -> CellError {
        *self.run(code).expect_err(code)
    }
}

#[test]
fn cells_are_compiled_by_rustc_alone() {
    let mut desk = Desk::new();
    desk.shows("1 + 1", "2");
    desk.shows("let values = vec![1.0, 2.0]; let test = Protocol::at(300.0);", "");
    desk.shows("fn double(x: f64) -> f64 { 2.0 * x }", "");
    desk.shows("double(values[1])", "4.0");
    desk.shows(":opt 2", "Optimization: 2\n");
    desk.shows("values.iter().sum::<f64>()", "3.0");
    let error = desk.fails("let wrong: i32 = \"text\";");
    assert_eq!((error.kind, error.name.as_str()), (CellErrorKind::Compile, "E0308"));
    let error = desk.fails("\n1_i32 + \"text\"");
    assert_eq!((error.name.as_str(), error.place.map(|place| place.line)), ("E0277", Some(2)));
    let error = desk.fails("let unknown = Default::default();");
    assert!(error.traceback.join("\n").contains("unknown"), "{}", error.traceback.join("\n"));
    assert!(error.message.contains("type"), "{}", error.message);
    desk.shows("let first: i32 = values.len() as i32;\nfirst", "2");
    let compilations = desk.session.compilations();
    assert_eq!(compilations.by_cargo, Vec::<String>::new());
    assert_eq!(compilations.asked, Vec::<String>::new());
    assert!(compilations.direct >= 6 && compilations.direct_errors >= 2, "{compilations:?}");
}

#[test]
fn dependencies_go_to_cargo_and_share_the_prelude() {
    let mut desk = Desk::new();
    let tiny = desk.folder.path().join("tiny");
    write(
        &tiny.join("Cargo.toml"),
        "[package]\nname = \"tiny\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    write(&tiny.join("src/lib.rs"), "pub fn seven() -> i32 { 7 }\n");
    desk.shows("let kept = Protocol::at(300.0);\nlet number = 5;", "");
    desk.shows(&format!(":dep tiny = {{ path = {tiny:?} }}\ntiny::seven() + number"), "12");
    desk.shows("let _: &Protocol = &kept;\nnumber", "5");
    let compilations = desk.session.compilations();
    assert!(compilations.by_cargo.iter().all(|reason| reason.contains("tiny")), "{compilations:?}");
    assert!(!compilations.by_cargo.is_empty());
}

#[test]
fn a_missing_symbol_costs_no_variable() {
    let mut desk = Desk::new();
    desk.shows("let kept = vec![1, 2, 3];", "");
    let error = desk.fails("unsafe extern \"C\" { fn nobody_has_this(); }\nlet more = unsafe { nobody_has_this() };");
    assert_eq!(error.kind, CellErrorKind::Compile);
    assert!(!error.variables_lost);
    desk.shows("kept.len()", "3");
}

/// A cell that deletes it itself is another matter: `sessions` has it.
#[test]
fn a_session_folder_deleted_between_cells_is_made_again() {
    let mut desk = Desk::new();
    desk.shows("let kept = 3;", "");
    desk.shows(
        "let events = std::env::var(\"KOVACS_EVENTS\")?;\n\
         std::thread::spawn(move || {\n    std::thread::sleep(std::time::Duration::from_secs(1));\n    \
         std::fs::remove_dir_all(std::path::Path::new(&events).parent().unwrap()).unwrap();\n});",
        "",
    );
    std::thread::sleep(std::time::Duration::from_secs(3));
    desk.shows("kept + 1", "4");
    desk.shows("let more = vec![kept];\nmore", "[3]");
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}
