//! The engine process: evcxr, driven by requests on standard input.
//!
//! evcxr takes its folders and its view of the standard library from the environment, reads one configuration per
//! process, and cannot stop a compilation; in a process of its own all that concerns one session only.

use crate::events::Incident;
use crate::keeping;
use crate::outcome::{Place, Variable};
use crate::report::{self, Diagnostic};
use evcxr::{CommandContext, Error, EvalContext};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// What the session gives the engine when it starts it, as its only argument.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EngineOptions {
    /// The executable that is also the cell process.
    pub(crate) executable: PathBuf,
    /// Arguments that make it the cell process.
    pub(crate) cell_arguments: Vec<String>,
    /// Where cells run.
    pub(crate) working_directory: PathBuf,
    /// `LD_LIBRARY_PATH` of the cell process: where the shared standard library is.
    pub(crate) search_path: String,
    /// Variables of the cell process that are different in this one; `None`: not set.
    pub(crate) restored: Vec<(String, Option<OsString>)>,
    /// The session's own folder, in which this process runs.
    pub(crate) folder: PathBuf,
    /// The name in it under which type inference finds the standard library.
    pub(crate) source_link: PathBuf,
    /// Where that leads to when types must be inferred; at first it leads to an empty one.
    pub(crate) standard_library: PathBuf,
    /// The session's cargo.
    pub(crate) cargo: PathBuf,
    /// Whether to use the time before the first cell to prepare type inference.
    pub(crate) warm_up: bool,
}

/// Asked of the engine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Evaluate a cell.
    Execute { code: String },
    /// Where in the user's cells is this line of generated code?
    Locate { incident: Incident, code: String },
    /// Which variables are there?
    Variables,
    /// Start a new cell process; items stay.
    Restart,
}

/// Answered by the engine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// Ready for requests.
    Ready,
    /// It cannot start.
    Failed(String),
    /// The cell ran to its end, as far as evcxr knows; forms of a result that came through evcxr.
    Executed(HashMap<String, String>),
    /// The cell does not compile.
    CompileErrors(Vec<Diagnostic>),
    /// evcxr refuses the cell in words.
    Refused(String),
    /// The cell process ended, and a new one was started.
    ProcessEnded(String),
    /// Answer to `Locate`: the place in this cell, if it is in this cell.
    Located(Option<Place>),
    /// Answer to `Variables`.
    Variables(Vec<Variable>),
    /// Done.
    Restarted,
}

/// What every session begins with: the prelude in scope, the hooks in place.
pub(crate) const BEGINNING: &str =
    "use kovacs::prelude::*;\nkovacs::rt::start().expect(\"the engine is in this process\");";
/// What a new cell process needs; items and `use` are kept by evcxr.
const NEW_PROCESS: &str = "kovacs::rt::start().expect(\"the engine is in this process\");";
/// Statements of each kind whose types take the analyser long the first time; each is one step, and a cell that comes
/// in between waits for one step only. Nothing of it is compiled or run.
const WARM_UP: [&str; 5] = [
    "let number = 1.0_f64 + 2.0; ().",
    "let values = vec![1.0_f64]; let text = String::new(); ().",
    "let map = std::collections::HashMap::<String, f64>::new(); ().",
    "let values = (0..3).map(|n| n as f64).collect::<Vec<f64>>(); let text = format!(\"{}\", 1); ().",
    "let test = kovacs::prelude::Protocol::at(300.0); let set = kovacs::prelude::Dataset::open(\"\")?; ().",
];
/// The level of optimisation that cells begin with, and the same, spelled in another way: a manifest that has changed
/// makes the analyser read all sources again.
const LEVEL: &str = "0";
const LEVEL_BEFORE_TYPES: &str = " 0";
/// A runner sends its first cell at once, and warms by that; a person takes longer than this.
const PATIENCE: Duration = Duration::from_millis(100);
/// When nobody has asked for anything for so long, what the last work has left is given back to the system.
const REST: Duration = Duration::from_secs(1);

impl EngineOptions {
    fn plan(&self) -> PathBuf {
        self.folder.join("plan")
    }
}

/// Whether a cell may make a variable, or change what types are inferred from.
fn needs_types(code: &str) -> bool {
    code.lines().any(|line| line.trim_start().starts_with(':'))
        || code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "let")
}

/// Serves one session until standard input closes. `give_back` gives memory that was freed back to the system; it is called
/// when nobody waits: a third of what the analyser has taken by then was for reading alone.
///
/// # Errors
/// The arguments are not a session's, or the streams are broken.
pub fn run(arguments: &str, give_back: fn()) -> io::Result<()> {
    let options: EngineOptions = serde_json::from_str(arguments).map_err(io::Error::other)?;
    // Whatever evcxr or a library prints must not get between the replies.
    let mut replies = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 10)?);
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    let warm_up_wanted = options.warm_up;
    let mut engine = match Engine::start(options) {
        Ok(engine) => engine,
        Err(error) => return reply(&mut replies, &Reply::Failed(error.to_string())),
    };
    reply(&mut replies, &Reply::Ready)?;
    let (sender, requests) = mpsc::channel();
    std::thread::Builder::new().name("requests".into()).spawn(move || {
        for line in io::stdin().lock().lines() {
            let request = line.and_then(|line| serde_json::from_str::<Request>(&line).map_err(io::Error::other));
            if sender.send(request).is_err() {
                return;
            }
        }
    })?;
    let mut warm_up = WARM_UP.iter().take(if warm_up_wanted { WARM_UP.len() } else { 0 });
    let mut patience = PATIENCE;
    let mut has_rested = false;
    loop {
        let until = match (warm_up.len(), has_rested) {
            (0, false) => REST,
            (0, true) => Duration::MAX,
            _ => patience,
        };
        let request = match requests.recv_timeout(until) {
            Ok(request) => request?,
            Err(RecvTimeoutError::Timeout) => {
                if let Some(statement) = warm_up.next() {
                    engine.warm_up(statement);
                    patience = Duration::ZERO;
                } else {
                    give_back();
                    has_rested = true;
                }
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        patience = PATIENCE;
        has_rested &= !matches!(request, Request::Execute { .. });
        let answer = engine.answer(request);
        reply(&mut replies, &answer)?;
    }
}

fn reply(replies: &mut File, reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply).map_err(io::Error::other)?;
    line.push(b'\n');
    replies.write_all(&line)
}

struct Engine {
    context: CommandContext,
    /// The generated source of the cell that ran last: `check` and completion overwrite the file.
    last_source: String,
    /// Whether the analyser knows the standard library. Reading it takes longer than everything else at the start,
    /// and a cell that makes no variable does not need it.
    knows_types: bool,
    options: EngineOptions,
    /// The plan of the session's cargo, should its file be deleted.
    plan: Vec<u8>,
}

impl Engine {
    fn start(options: EngineOptions) -> Result<Engine, Error> {
        let mut command = Command::new(&options.executable);
        command
            .args(&options.cell_arguments)
            .current_dir(&options.working_directory)
            .env("LD_LIBRARY_PATH", &options.search_path)
            .env_remove("RUSTC");
        for (name, value) in &options.restored {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // Cells are compiled as fast as they can be; `:opt 2` is there for one that computes for long.
        let configuration = format!("[evcxr]\noffline_mode = true\nopt_level = {LEVEL_BEFORE_TYPES:?}\n");
        std::fs::write(options.folder.join("evcxr.toml"), configuration)?;
        let (mut context, outputs) = EvalContext::with_subprocess_command(command)?;
        // The user's output takes another way; what still comes here is the cell process complaining at its start.
        std::thread::spawn(move || outputs.stderr.iter().for_each(|line| eprintln!("{line}")));
        std::thread::spawn(move || outputs.stdout.iter().for_each(|line| eprintln!("{line}")));
        context.eval(BEGINNING)?;
        let plan = std::fs::read(options.plan())?;
        let context = CommandContext::with_eval_context(context);
        Ok(Engine { context, last_source: String::new(), knows_types: false, options, plan })
    }

    /// Lets the analyser find the types of a statement; there is nothing to complete at its end.
    fn warm_up(&mut self, statement: &str) {
        let done = self.learn_types().and_then(|()| {
            self.context.completions(statement, statement.len()).map_err(|error| Error::from(error.to_string()))
        });
        if let Err(error) = done {
            eprintln!("warm-up failed, the first cells will be slower: {error}");
        }
    }

    /// Makes the analyser read the standard library at the next evaluation.
    fn learn_types(&mut self) -> Result<(), Error> {
        if self.knows_types {
            return Ok(());
        }
        let new = self.options.folder.join("library.new");
        std::os::unix::fs::symlink(&self.options.standard_library, &new)?;
        std::fs::rename(&new, &self.options.source_link)?;
        self.context.set_opt_level(LEVEL)?;
        self.knows_types = true;
        Ok(())
    }

    /// A session goes on when its folder was deleted, as far as that is possible.
    fn restore_folder(&self) -> Result<(), Error> {
        if !self.options.cargo.is_file() {
            let path = self.options.cargo.display();
            return Err(format!("what cells are compiled with is gone ({path}); restart the session").into());
        }
        if !self.options.plan().is_file() {
            std::fs::create_dir_all(self.options.folder.join("crate/src"))?;
            std::fs::write(self.options.plan(), &self.plan)?;
        }
        Ok(())
    }

    fn answer(&mut self, request: Request) -> Reply {
        match request {
            Request::Execute { code } => self.execute(&code),
            Request::Locate { incident, code } => {
                Reply::Located(report::locate(&self.last_source, incident.line, incident.column, &code))
            }
            Request::Variables => Reply::Variables(self.variables()),
            Request::Restart => match self.restart() {
                Ok(()) => Reply::Restarted,
                Err(error) => Reply::Failed(error.to_string()),
            },
        }
    }

    fn execute(&mut self, code: &str) -> Reply {
        let mut result = self.restore_folder();
        if code.lines().any(|line| line.trim_start().starts_with(":dep")) {
            // Should it not be there, no crate of a folder has been asked for.
            let _ = std::fs::remove_file(self.options.folder.join("crate").join(kovacs_cell_cargo::SEEN_FOLDERS));
        }
        if result.is_ok() && needs_types(code) {
            result = self.learn_types();
        }
        let result = result.and_then(|()| self.context.execute(code));
        self.last_source = self.context.last_source().unwrap_or_default();
        match result {
            Ok(outputs) => Reply::Executed(outputs.content_by_mime_type),
            Err(Error::CompilationErrors(errors)) => {
                let mut diagnostics = Diagnostic::from_evcxr(&errors);
                keeping::improve(&mut diagnostics, code, &mut |code: &str| self.check(code));
                Reply::CompileErrors(diagnostics)
            }
            Err(Error::SubprocessTerminated(message)) => match self.prepare_process() {
                Ok(()) => Reply::ProcessEnded(message),
                Err(error) => Reply::Failed(error.to_string()),
            },
            Err(error) => {
                let message = error.to_string();
                match keeping::refusal(&message, code, &mut |code: &str| self.check(code)) {
                    Some(diagnostic) => Reply::CompileErrors(vec![diagnostic]),
                    None => Reply::Refused(without_a_word(&message)),
                }
            }
        }
    }

    /// What is wrong with a source; it is compiled, but does not run.
    fn check(&mut self, code: &str) -> Option<Vec<Diagnostic>> {
        let errors = self.context.check(code).ok()?;
        let errors: Vec<_> = errors.into_iter().filter(|error| error.level() == "error").collect();
        Some(Diagnostic::from_evcxr(&errors))
    }

    fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<Variable> = self
            .context
            .variables_and_types()
            .map(|(name, type_name)| Variable {
                name: name.to_owned(),
                type_name: type_name.to_owned(),
                bytes: None,
                preview: None,
            })
            .collect();
        variables.sort_by(|one, other| one.name.cmp(&other.name));
        variables
    }

    fn restart(&mut self) -> Result<(), Error> {
        self.context.execute(":restart")?;
        self.prepare_process()
    }

    fn prepare_process(&mut self) -> Result<(), Error> {
        self.context.execute(NEW_PROCESS).map(drop)
    }
}

/// evcxr's words for a cell that it does not take; what it says of a compiler that ended without a message says neither
/// why nor what to do.
fn without_a_word(words: &str) -> String {
    let Some(said) = words.strip_prefix("Compilation failed, but no parsable errors were found. STDERR:") else {
        return words.to_owned();
    };
    match said.replace("STDOUT:", "").trim() {
        "" => {
            "the compilation was killed from outside (SIGKILL is what the system does when memory runs out); run the \
               cell again"
                .to_owned()
        }
        said => format!("the compiler ended without a message about the cell; run it again. It said: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_ends_without_a_word_is_told_of() {
        let nothing = "Compilation failed, but no parsable errors were found. STDERR:\n\nSTDOUT:\n";
        assert!(without_a_word(nothing).starts_with("the compilation was killed from outside"));
        assert!(without_a_word(&nothing.replace("STDOUT:", "bus error\n\nSTDOUT:")).ends_with("It said: bus error"));
        assert_eq!(without_a_word("nothing else is changed"), "nothing else is changed");
    }

    #[test]
    fn cells_that_make_no_variable_do_not_wait_for_types() {
        for code in ["1 + 1", "println!(\"outlet\");", "fn f() {}", "use std::fmt;"] {
            assert!(!needs_types(code), "{code}");
        }
        for code in ["let x = 1;", "f();let(a, b) = (1, 2);", "  :dep itoa = \"1\"\n1"] {
            assert!(needs_types(code), "{code}");
        }
    }
}
