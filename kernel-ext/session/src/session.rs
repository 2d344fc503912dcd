//! The session: starts engine and cell process, runs cells, stops them.

use crate::cargo::toolchain::Toolchain;
use crate::death;
use crate::engine::{Reply, Request};
use crate::engine_process::{EngineProcess, Launch, kill, start_engine};
use crate::error::SessionError;
use crate::events::{CellEvent, CellRequest, Incident};
use crate::incoming::News;
use crate::loops::Stoppable;
use crate::outcome::{
    CellClient, CellError, CellErrorKind, CellOutcome, InputRequest, Limits, MimeBundle, Output, Place, Variable,
};
use crate::run::Run;
use crate::setup::{Progress, Setup};
use crate::sources::Sources;
use crate::stopping::{Next, quoted};
use crate::traceback::{self, Where};
use kovacs_cell_cargo::{Compilations, read_journal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often limits are looked at.
const HEARTBEAT: Duration = Duration::from_millis(20);
/// How long the rest of a cell's output may take to arrive.
const LAST_OUTPUT: Duration = Duration::from_secs(5);
/// How long an engine may take to come back from a compilation that was stopped.
const SETTLE: Duration = Duration::from_secs(60);

/// How long threads of earlier cells are listened to at a time.
const BACKGROUND: Duration = Duration::from_millis(50);

/// MIME type under which a cell says what a variable holds; see `kovacs::rt::inspect`.
const VARIABLE_MIME: &str = "application/vnd.kovacs.variable+json";

/// How a session is started.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// Where cells run: relative paths in them start here.
    pub working_directory: PathBuf,
    /// The `kovacs` executable; `None` for the running one.
    pub executable: Option<PathBuf>,
    /// Prepare type inference while the user reads; of no use to a runner.
    pub warm_up: bool,
}

impl SessionOptions {
    /// A session that runs in `working_directory`, of the running executable.
    pub fn new(working_directory: impl Into<PathBuf>) -> Self {
        SessionOptions { working_directory: working_directory.into(), executable: None, warm_up: false }
    }
}

/// Rust cells evaluated one after the other, their variables kept.
pub struct Session {
    launch: Launch,
    setup: Setup,
    warm_up: bool,
    engine: EngineProcess,
    interrupt: Arc<AtomicBool>,
    next_sync: u64,
    /// How long cells ran, without compiling, since somebody set this to zero.
    pub(crate) running: Duration,
    /// Names of the variables there are.
    known: Vec<String>,
    /// The engine owes the reply to a cell whose compilation was stopped.
    unanswered: bool,
    /// How many engines there have been.
    engines: u64,
}

/// Asks a session to stop the running cell, from any thread.
#[derive(Clone, Debug)]
pub struct Interrupter {
    requested: Arc<AtomicBool>,
}

impl Interrupter {
    /// Stops the cell that runs now: politely at first, so that variables survive where the cell cooperates.
    pub fn interrupt(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }
}

impl Session {
    /// Starts a session; what all sessions share is made first if it is missing (`progress` says so).
    ///
    /// # Errors
    /// There is no compiler, the standard library's sources are missing, or a folder cannot be written.
    pub fn start(options: &SessionOptions, progress: &mut dyn FnMut(&Progress)) -> Result<Session, SessionError> {
        let launch = Launch::new(options)?;
        let toolchain = Toolchain::find()?;
        let setup = Setup::ensure(&launch, &toolchain, progress)?;
        let engine = start_engine(&launch, &setup, &toolchain, options.warm_up)?;
        Ok(Session {
            launch,
            setup,
            warm_up: options.warm_up,
            engine,
            interrupt: Arc::default(),
            next_sync: 0,
            running: Duration::ZERO,
            known: Vec::new(),
            unanswered: false,
            engines: 1,
        })
    }

    /// The sources that cells see.
    pub fn sources(&self) -> Sources {
        Sources::of(&self.setup)
    }

    /// Grows whenever everything is forgotten, functions and types included.
    pub fn generation(&self) -> u64 {
        self.engines
    }

    /// How the cells of this session were compiled so far.
    pub fn compilations(&self) -> Compilations {
        read_journal(&self.engine.journal)
    }

    /// An engine in place of one that is gone. The compiler may have been changed since the session began.
    fn fresh_engine(&mut self) -> Result<EngineProcess, SessionError> {
        let toolchain = Toolchain::find()?;
        self.setup = Setup::ensure(&self.launch, &toolchain, &mut |_| {})?;
        start_engine(&self.launch, &self.setup, &toolchain, self.warm_up)
    }

    /// Something that can stop a running cell from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter { requested: Arc::clone(&self.interrupt) }
    }

    /// Runs a cell in which all commands are evcxr's. What it has cost is in [`CellError::lost`].
    pub(crate) fn evaluate(
        &mut self,
        code: &str,
        limits: &Limits,
        client: &mut dyn CellClient,
    ) -> Result<CellOutcome, SessionError> {
        let before = self.known.clone();
        let mut run = Run::new(limits, client);
        let mut outcome = self.run_cell(code, &mut run)?;
        if !self.engine.folder.path().is_dir() {
            let folder = self.engine.folder.path().display().to_string();
            self.new_engine()?;
            let message = format!("the session's own folder `{folder}` was deleted; functions and types are gone too");
            outcome = run.failed(CellErrorKind::ProcessDied, message, true);
        }
        if !self.unanswered {
            self.known = self.names()?;
        }
        if let CellOutcome::Failed(error) = &mut outcome {
            error.lost = before.into_iter().filter(|name| !self.known.contains(name)).collect();
            tell_loss(error);
        }
        Ok(outcome)
    }

    fn run_cell(&mut self, code: &str, run: &mut Run<'_>) -> Result<CellOutcome, SessionError> {
        self.settle()?;
        self.interrupt.store(false, Ordering::Relaxed);
        for output in std::mem::take(&mut self.engine.unread) {
            run.emit(output);
        }
        self.announce(code, run);
        let stoppable = Stoppable::new(code);
        if let Err(SessionError::EngineGone { message }) =
            self.engine.request(&Request::Execute { code: stoppable.code.clone() })
        {
            self.new_engine()?;
            let message = format!("the engine had ended before this cell ran: {message}; run the cells again");
            return Ok(run.failed(CellErrorKind::ProcessDied, message, true));
        }
        let reply = loop {
            match self.engine.next(HEARTBEAT) {
                News::Reply(reply) => break reply,
                News::EngineEnded => {
                    let message = self.engine.last_words();
                    self.new_engine()?;
                    let message = format!("the engine ended: {message}; functions and types are gone too");
                    return Ok(run.failed(CellErrorKind::ProcessDied, message, true));
                }
                News::Cell(CellEvent::Input(request)) => self.answer(&request, run),
                News::Cell(event) => run.take(event),
                News::CellEnded(words) => words.into_iter().for_each(|output| run.emit(output)),
                News::Nothing => {}
            }
            let progress = self.engine.progress.added();
            if !progress.is_empty() {
                run.emit(Output::Stderr(progress));
            }
            run.client.waiting();
            run.check(&self.interrupt);
            match self.engine.enforce(run, &self.known, &self.interrupt) {
                Next::GoOn => {}
                Next::LeaveCompilation => {
                    self.unanswered = true;
                    return Ok(run.outcome_of_stop(false));
                }
                Next::EngineMustGo => {
                    self.new_engine()?;
                    return Ok(run.outcome_of_stop(true));
                }
            }
        };
        self.running += run.started_at.map_or(Duration::ZERO, |start| start.elapsed());
        self.collect_rest(run);
        self.conclude(reply, run, code, &stoppable)
    }

    /// Passes a question of the cell on, and the answer back. A cell that is being stopped gets none.
    fn answer(&mut self, request: &InputRequest, run: &mut Run<'_>) {
        let asked = Instant::now();
        let line = if run.stop.is_some() { None } else { run.client.input(request) };
        // The user's time is not the cell's.
        run.begun += asked.elapsed();
        // A process that cannot be told is gone; running the cell says so.
        self.engine.cell.send(&CellRequest::Answer(line));
    }

    /// Waits for the end of a compilation that was stopped; nothing of it will run.
    fn settle(&mut self) -> Result<(), SessionError> {
        let begun = Instant::now();
        while self.unanswered {
            match self.engine.next(HEARTBEAT) {
                News::Reply(_) => self.unanswered = false,
                News::EngineEnded => self.new_engine()?,
                // It began after all, which the cell process refuses unless it was not told in time.
                News::Cell(CellEvent::Started) => self.engine.cell.pid.into_iter().for_each(kill),
                News::Cell(event) => self.engine.set_aside(event),
                News::CellEnded(words) => self.engine.unread.extend(words),
                News::Nothing => {}
            }
            if self.unanswered {
                self.engine.kill_compilers();
                if begun.elapsed() > SETTLE {
                    self.new_engine()?;
                }
            }
        }
        Ok(())
    }

    fn new_engine(&mut self) -> Result<(), SessionError> {
        self.engine = self.fresh_engine()?;
        self.unanswered = false;
        self.engines += 1;
        Ok(())
    }

    /// Ends the cell process and starts a new one: variables are gone, items stay.
    ///
    /// # Errors
    /// The engine is gone.
    pub fn restart(&mut self) -> Result<(), SessionError> {
        self.settle()?;
        if let Reply::Failed(message) = self.engine.ask(&Request::Restart)? {
            return Err(SessionError::EngineFailed { message });
        }
        self.known = self.names()?;
        Ok(())
    }

    /// The session's variables, by name. Between cells; costs a small cell, and nothing when nobody asks.
    ///
    /// # Errors
    /// The engine is gone.
    pub fn variables(&mut self) -> Result<Vec<Variable>, SessionError> {
        self.settle()?;
        let mut variables = self.types()?;
        if variables.is_empty() {
            return Ok(variables);
        }
        let mut seen = Vec::new();
        let mut collect = |output: Output| {
            if let Output::Display { data, .. } = output {
                seen.extend(data.get(VARIABLE_MIME).cloned());
            }
        };
        let code = inspection(variables.iter().map(|variable| variable.name.as_str()));
        // What cannot be looked at is listed by name and type.
        self.run_cell(&code, &mut Run::new(&Limits::default(), &mut collect))?;
        for value in seen {
            let variable = variables.iter_mut().find(|variable| value["name"] == variable.name.as_str());
            if let Some(variable) = variable {
                variable.bytes = value["bytes"].as_u64();
                variable.preview = value["preview"].as_str().map(str::to_owned);
            }
        }
        Ok(variables)
    }

    /// Names and types of the session's variables, at no cost.
    ///
    /// # Errors
    /// The engine is gone.
    pub fn variable_types(&mut self) -> Result<Vec<Variable>, SessionError> {
        self.settle()?;
        self.types()
    }

    fn types(&mut self) -> Result<Vec<Variable>, SessionError> {
        match self.engine.ask(&Request::Variables)? {
            Reply::Variables(variables) => Ok(variables),
            _ => Err(SessionError::EngineGone { message: "it gave an answer to another question".into() }),
        }
    }

    fn names(&mut self) -> Result<Vec<String>, SessionError> {
        Ok(self.types()?.into_iter().map(|variable| variable.name).collect())
    }

    /// Hands over what threads of earlier cells have written since; what is there, for at most
    /// a twentieth of a second.
    pub fn background(&mut self, client: &mut dyn CellClient) {
        for output in std::mem::take(&mut self.engine.unread) {
            client.output(output);
        }
        let until = Instant::now() + BACKGROUND;
        while Instant::now() < until {
            match self.engine.next(Duration::ZERO) {
                News::Cell(CellEvent::Output(output)) => client.output(output),
                News::Cell(event) => self.engine.set_aside(event),
                News::CellEnded(words) => words.into_iter().for_each(|output| client.output(output)),
                News::Reply(_) => self.unanswered = false,
                // The next cell says so.
                News::EngineEnded | News::Nothing => return,
            }
        }
    }

    /// Where cells run.
    pub(crate) fn working_directory(&self) -> &Path {
        &self.launch.working_directory
    }

    /// Starts a new engine in place of the old one: nothing of the session is left.
    pub(crate) fn begin_anew(&mut self) -> Result<(), SessionError> {
        self.new_engine()?;
        self.known.clear();
        Ok(())
    }

    /// Tells the cell process the source of the next cell, and waits until it knows: a model made of a closure names
    /// the cell that it is in.
    fn announce(&mut self, code: &str, run: &mut Run<'_>) {
        // A process that cannot be told is gone; running the cell says so.
        if self.engine.cell.send(&CellRequest::Cell { code: code.to_owned() }) {
            self.collect_rest(run);
        }
    }

    /// Waits until everything that the cell wrote has arrived.
    fn collect_rest(&mut self, run: &mut Run<'_>) {
        self.next_sync += 1;
        let number = self.next_sync;
        if !self.engine.cell.send(&CellRequest::Sync(number)) {
            return;
        }
        let deadline = Instant::now() + LAST_OUTPUT;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            match self.engine.next(left) {
                News::Cell(CellEvent::Synced(reached)) if reached == number => return,
                News::Cell(CellEvent::Input(_)) => {
                    // A thread of an earlier cell; nobody waits for it.
                    self.engine.cell.send(&CellRequest::Answer(None));
                }
                News::Cell(event) => run.take(event),
                News::CellEnded(words) => {
                    words.into_iter().for_each(|output| run.emit(output));
                    return;
                }
                News::Reply(_) => {}
                News::EngineEnded | News::Nothing => return,
            }
        }
    }

    fn conclude(
        &mut self,
        reply: Reply,
        run: &mut Run<'_>,
        code: &str,
        stoppable: &Stoppable,
    ) -> Result<CellOutcome, SessionError> {
        let process_ended = matches!(reply, Reply::ProcessEnded(_));
        if run.stop.is_some() {
            return Ok(run.outcome_of_stop(process_ended));
        }
        match reply {
            Reply::Executed(forms) => {
                if let Some(message) = run.load_failure.take() {
                    let message = format!("the compiled cell cannot be loaded: {message}");
                    return Ok(run.failed(CellErrorKind::Compile, message, false));
                }
                let failure = if run.error_left_cell {
                    Some((CellErrorKind::EarlyReturn, run.early_return.take(), "the cell was left through `?`"))
                } else if run.panic_left_cell || (run.streams_lost && run.panic.is_some()) {
                    Some((CellErrorKind::Panic, run.panic.take(), "the cell panicked"))
                } else {
                    None
                };
                if let Some((kind, incident, otherwise)) = failure {
                    // Should the report be missing, evcxr's notice alone is a failure too.
                    let incident = incident.unwrap_or_else(|| Incident {
                        name: kind.name().into(),
                        message: otherwise.into(),
                        file: String::new(),
                        line: 0,
                        column: 0,
                    });
                    return Ok(self.incident(kind, incident, code, run, stoppable));
                }
                run.emit_caught_text();
                // A unit is no result: it is what a cell of statements ends in.
                let is_unit = forms.len() == 1 && forms.get("text/plain").is_some_and(|text| text.trim() == "()");
                if !forms.is_empty() && !is_unit {
                    let data: MimeBundle = forms.into_iter().map(|(mime, text)| (mime, text.into())).collect();
                    run.emit(Output::display(data, true));
                }
                Ok(CellOutcome::Done)
            }
            Reply::CompileErrors(mut diagnostics) => {
                for diagnostic in &mut diagnostics {
                    diagnostic.move_places(|place| stoppable.original(place));
                }
                let traceback: Vec<String> = diagnostics.iter().map(|diagnostic| diagnostic.render(code)).collect();
                let first = diagnostics.first();
                Ok(CellOutcome::Failed(Box::new(CellError {
                    kind: CellErrorKind::Compile,
                    name: first.and_then(|error| error.code.clone()).unwrap_or(CellErrorKind::Compile.name().into()),
                    message: first.map_or("the compiler gave no message".into(), |error| error.message.clone()),
                    place: first.and_then(|error| error.labels.first()).map(|label| label.place),
                    traceback,
                    variables_lost: false,
                    lost: Vec::new(),
                })))
            }
            Reply::Refused(message) => {
                let kind =
                    if code.trim_start().starts_with(':') { CellErrorKind::Command } else { CellErrorKind::Compile };
                Ok(run.failed(kind, message, false))
            }
            Reply::ProcessEnded(message) => {
                let when = if run.started { "while the cell ran" } else { "before the cell ran" };
                let reason = death::reason(&message, &run.last_words);
                let message = format!("the cell process ended {when}: {reason}; functions and types are kept");
                Ok(run.failed(CellErrorKind::ProcessDied, message, true))
            }
            Reply::Failed(message) => {
                self.new_engine()?;
                let message = format!("no new cell process could be started ({message}); functions and types are gone");
                Ok(run.failed(CellErrorKind::ProcessDied, message, true))
            }
            Reply::Ready | Reply::Located(_) | Reply::Restarted | Reply::Variables(_) => {
                Err(SessionError::EngineGone { message: "it gave an answer to another question".into() })
            }
        }
    }

    fn incident(
        &mut self,
        kind: CellErrorKind,
        incident: Incident,
        code: &str,
        run: &mut Run<'_>,
        stoppable: &Stoppable,
    ) -> CellOutcome {
        let place = match self.engine.ask(&Request::Locate { incident: incident.clone(), code: stoppable.code.clone() })
        {
            Ok(Reply::Located(place)) if incident.file.ends_with("lib.rs") => {
                place.map(|place| stoppable.original(place))
            }
            _ => None,
        };
        run.emit_caught_text();
        let name = short_type_name(&incident.name);
        let traceback = traceback::of(&name, &incident.message, &whereabouts(place, &incident), code);
        CellOutcome::Failed(Box::new(CellError {
            kind,
            name,
            message: incident.message,
            place,
            traceback,
            variables_lost: false,
            lost: Vec::new(),
        }))
    }
}

fn whereabouts(place: Option<Place>, incident: &Incident) -> Where {
    match place {
        Some(place) => Where::Here(place),
        None if incident.file.is_empty() => Where::Unknown,
        None if incident.file.ends_with("lib.rs") => Where::EarlierCell,
        None => Where::Elsewhere(incident.file.clone(), incident.line, incident.column),
    }
}

/// Says by name what a failure has cost.
fn tell_loss(error: &mut CellError) {
    let loss = match (error.variables_lost, error.lost.is_empty()) {
        (false, true) => return,
        (true, true) => "there were no variables to lose".to_owned(),
        (_, false) => format!("lost: {}", quoted(&error.lost)),
    };
    if error.variables_lost {
        error.message.push_str("; ");
        error.message.push_str(&loss);
        error.traceback = vec![format!("{}: {}", error.name, error.message)];
    } else {
        error.traceback.push(format!("{loss}; the cell had moved what it lost"));
    }
}

/// A cell that looks at these variables and shows each as [`VARIABLE_MIME`].
fn inspection<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut code =
        "{ use ::kovacs::rt::inspect::{Countable as _, Opaque as _, Probe, Shown as _, Unknown as _};".to_owned();
    for name in names {
        code.push_str(&format!(
            " ::kovacs::rt::inspect::report(\"{name}\", ::std::mem::size_of_val(&{name}) + (&&Probe(&{name})).heap(), \
             (&&Probe(&{name})).preview());"
        ));
    }
    code + " };"
}

/// `ParseIntError` of `core::num::error::ParseIntError`; generic arguments are shortened too.
fn short_type_name(full: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for character in full.chars() {
        match character {
            ':' => word.clear(),
            letter if letter.is_alphanumeric() || letter == '_' => word.push(letter),
            other => {
                short.push_str(&word);
                word.clear();
                short.push(other);
            }
        }
    }
    short + &word
}
