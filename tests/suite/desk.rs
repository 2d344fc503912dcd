//! A session as a front end has it, for tests of several files.

use crate::program::{KOVACS, cache};
use kovacs_session::{
    CellClient, CellError, CellOutcome, InputRequest, Interrupter, Limits, Output, Session, SessionOptions,
};
use serde_json::Value;
use std::collections::VecDeque;
use std::process::Command;

/// A front end that notes what it gets, answers as it was told to, and interrupts when it sees a word.
#[derive(Default)]
pub struct FrontEnd {
    pub outputs: Vec<Output>,
    pub asked: Vec<InputRequest>,
    pub answers: VecDeque<Option<String>>,
    pub interrupter: Option<Interrupter>,
}

/// What a cell prints to be interrupted.
pub const STOP_ME: &str = "stop me";

impl CellClient for FrontEnd {
    fn output(&mut self, output: Output) {
        if let (Output::Stdout(text), Some(interrupter)) = (&output, &self.interrupter)
            && text.contains(STOP_ME)
        {
            interrupter.interrupt();
        }
        self.outputs.push(output);
    }

    fn input(&mut self, request: &InputRequest) -> Option<String> {
        self.asked.push(request.clone());
        self.answers.pop_front().flatten()
    }

    fn can_answer(&self) -> bool {
        !self.answers.is_empty()
    }
}

impl FrontEnd {
    pub fn stdout(&self) -> String {
        let text = |output: &Output| match output {
            Output::Stdout(text) => Some(text.clone()),
            _ => None,
        };
        self.outputs.iter().filter_map(text).collect()
    }

    pub fn stderr(&self) -> String {
        let text = |output: &Output| match output {
            Output::Stderr(text) => Some(text.clone()),
            _ => None,
        };
        self.outputs.iter().filter_map(text).collect()
    }

    /// Text forms of displays, joined.
    pub fn shown(&self) -> Vec<String> {
        let text = |output: &Output| match output {
            Output::Display { data, .. } => data.get("text/plain").and_then(Value::as_str).map(str::to_owned),
            _ => None,
        };
        self.outputs.iter().filter_map(text).collect()
    }
}

/// A session in a folder of its own.
pub struct Desk {
    pub session: Session,
    pub folder: tempfile::TempDir,
}

impl Desk {
    pub fn start() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = SessionOptions::new(folder.path());
        options.executable = Some(KOVACS.into());
        let session = Session::start(&options, &mut |_| {}).expect("a session");
        Desk { session, folder }
    }

    #[track_caller]
    pub fn run_with(&mut self, code: &str, front_end: &mut FrontEnd) -> CellOutcome {
        self.session.execute(code, &Limits::default(), front_end).expect("the session goes on")
    }

    /// Runs a cell that must succeed.
    #[track_caller]
    pub fn run(&mut self, code: &str) -> FrontEnd {
        let mut front_end = FrontEnd::default();
        let outcome = self.run_with(code, &mut front_end);
        assert_eq!(outcome, CellOutcome::Done, "{code}: {:?}", front_end.outputs);
        front_end
    }

    /// Runs a cell that must fail.
    #[track_caller]
    pub fn fails(&mut self, code: &str, front_end: &mut FrontEnd) -> CellError {
        match self.run_with(code, front_end) {
            CellOutcome::Failed(error) => *error,
            CellOutcome::Done => panic!("{code} did not fail: {:?}", front_end.outputs),
        }
    }
}

/// Sessions take their folders from the environment, so a test that has one runs in a process with a known one. `test` is
/// its name with its module. `false` in the process that started it.
#[track_caller]
pub fn in_known_environment(test: &str) -> bool {
    if std::env::var_os("KOVACS_CACHE_DIR").is_some_and(|folder| cache() == folder) {
        return true;
    }
    let status = in_a_process_of_its_own(test).status().expect("it starts");
    assert!(status.success(), "see above");
    false
}

/// What runs a test in the known environment.
pub fn in_a_process_of_its_own(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([test, "--exact", "--nocapture"]);
    command.env("KOVACS_CACHE_DIR", cache()).env("KOVACS_CELL_MEMORY", "2G");
    command
}
