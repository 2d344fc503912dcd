//! The engine process: evcxr, driven by requests on standard input.
//!
//! evcxr takes its folders and its view of the standard library from the environment, reads one configuration per
//! process, and cannot stop a compilation; in a process of its own all that concerns one session only.

use crate::events::Incident;
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
    pub(crate) library_path: String,
    /// Variables of the cell process that are different in this one; `None`: not set.
    pub(crate) restored: Vec<(String, Option<OsString>)>,
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
/// One statement of each kind whose types take the analyser long the first time.
const WARM_UP: &str = "let kovacs_warm_up = (vec![1.0_f64], String::new(), \
     std::collections::HashMap::<String, f64>::new(), (0..3).map(|n| n as f64).collect::<Vec<f64>>(), \
     format!(\"{}\", 1), kovacs::prelude::Protocol::at(300.0));";
const COOL_DOWN: &str = "drop(kovacs_warm_up);";
/// A runner sends its first cell at once, and warms by that; a person takes longer than this.
const PATIENCE: Duration = Duration::from_millis(100);

/// Serves one session until standard input closes.
///
/// # Errors
/// The arguments are not a session's, or the streams are broken.
pub fn run(arguments: &str) -> io::Result<()> {
    let options: EngineOptions = serde_json::from_str(arguments).map_err(io::Error::other)?;
    // Whatever evcxr or a library prints must not get between the replies.
    let mut replies = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 10)?);
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    let mut engine = match Engine::start(&options) {
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
    let mut warm = !options.warm_up;
    loop {
        let request = match requests.recv_timeout(if warm { Duration::MAX } else { PATIENCE }) {
            Ok(request) => request?,
            Err(RecvTimeoutError::Timeout) => {
                engine.warm_up();
                warm = true;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        warm = true;
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
}

impl Engine {
    fn start(options: &EngineOptions) -> Result<Engine, Error> {
        let mut command = Command::new(&options.executable);
        command
            .args(&options.cell_arguments)
            .current_dir(&options.working_directory)
            .env("LD_LIBRARY_PATH", &options.library_path)
            .env_remove("RUSTC");
        for (name, value) in &options.restored {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // Cells are compiled as fast as they can be; `:opt 2` is there for one that computes for long.
        let configuration = std::path::Path::new("evcxr.toml");
        std::fs::write(configuration, "[evcxr]\noffline_mode = true\nopt_level = \"0\"\n")?;
        let (mut context, outputs) = EvalContext::with_subprocess_command(command)?;
        // The user's output takes another way; what still comes here is the cell process complaining at its start.
        std::thread::spawn(move || outputs.stderr.iter().for_each(|line| eprintln!("{line}")));
        std::thread::spawn(move || outputs.stdout.iter().for_each(|line| eprintln!("{line}")));
        context.eval(BEGINNING)?;
        Ok(Engine { context: CommandContext::with_eval_context(context), last_source: String::new() })
    }

    fn warm_up(&mut self) {
        for code in [WARM_UP, COOL_DOWN] {
            if let Err(error) = self.context.execute(code) {
                eprintln!("warm-up failed, the first cells will be slower: {error}");
                return;
            }
        }
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
        let result = self.context.execute(code);
        self.last_source = self.context.last_source().unwrap_or_default();
        match result {
            Ok(outputs) => Reply::Executed(outputs.content_by_mime_type),
            Err(Error::CompilationErrors(errors)) => Reply::CompileErrors(Diagnostic::from_evcxr(&errors)),
            Err(Error::SubprocessTerminated(message)) => match self.prepare_process() {
                Ok(()) => Reply::ProcessEnded(message),
                Err(error) => Reply::Failed(error.to_string()),
            },
            Err(error) => Reply::Refused(error.to_string()),
        }
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
