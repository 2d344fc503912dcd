//! A model in a worker that may die: started when it is needed, with the settings and the experiment it had.

use super::channel::{Channel, Doing, Patience};
use super::end::{Death, End};
use super::message::{ExperimentTable, LinearTable, Reply, Request};
use super::program::WorkerProgram;
use crate::plugin::ModelHandle;
use kovacs_core::model::{EvaluationError, Tick};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

/// Without a word from the worker for so long, it is taken for hanging.
const SILENCE: Duration = Duration::from_secs(60);

/// The model, and the worker it has at the moment.
pub(super) struct Link {
    handle: ModelHandle,
    settings: Vec<f64>,
    program: WorkerProgram,
    pub(super) silence: Duration,
    channel: Option<Channel>,
    /// How many workers there have been.
    starts: u64,
    experiment: Option<ExperimentTable>,
}

/// Why there is no result.
pub(super) enum Trouble {
    /// The program asked to stop, and the worker was killed for it.
    Stopped,
    /// Anything else.
    Error(EvaluationError),
}

impl From<EvaluationError> for Trouble {
    fn from(error: EvaluationError) -> Self {
        Trouble::Error(error)
    }
}

impl From<Trouble> for EvaluationError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Error(error) => error,
            Trouble::Stopped => EvaluationError::Malformed { what: "the call was stopped".to_owned() },
        }
    }
}

impl Link {
    pub(super) fn new(handle: ModelHandle, settings: Vec<f64>, program: WorkerProgram) -> Self {
        Link { handle, settings, program, silence: SILENCE, channel: None, starts: 0, experiment: None }
    }

    /// Starts the first worker, so that a model that cannot be made says so at once.
    pub(super) fn begin(&mut self) -> Result<(), EvaluationError> {
        Ok(self.start()?)
    }

    pub(super) fn starts(&self) -> u64 {
        self.starts
    }

    pub(super) fn process_id(&self) -> Option<u32> {
        self.channel.as_ref().map(Channel::process_id)
    }

    /// Fixes the experiment, and remembers it for the next worker.
    pub(super) fn bind(&mut self, experiment: ExperimentTable) -> Result<(), EvaluationError> {
        self.experiment = None;
        self.ask(&Request::Bind { experiment: experiment.clone() }, "bind", None)?;
        self.experiment = Some(experiment);
        Ok(())
    }

    /// Starts a worker if there is none, asks it and gives its answer, which is no failure.
    pub(super) fn ask(&mut self, request: &Request, doing: Doing, tick: Option<Tick<'_>>) -> Result<Reply, Trouble> {
        if self.channel.is_none() {
            self.start()?;
            if let Some(experiment) = self.experiment.clone() {
                self.put(&Request::Bind { experiment }, "bind", None)?;
            }
        }
        self.put(request, doing, tick)
    }

    fn start(&mut self) -> Result<(), Trouble> {
        // Held until the worker has opened it: it may be a temporary one.
        let copy = self.handle.private_copy().map_err(|error| self.broken(error.to_string()))?;
        let channel = Channel::start(&self.program).map_err(|error| {
            let program = self.program.path().display();
            self.broken(format!("the worker `{program}` cannot be started: {error}"))
        })?;
        self.channel = Some(channel);
        self.starts += 1;
        let (abi_major, version) = (kovacs_abi::ABI_MAJOR, env!("CARGO_PKG_VERSION").to_owned());
        let hello = Request::Hello { abi_major, version: version.clone() };
        match self.put(&hello, "the first word", None)? {
            Reply::Hello { abi_major: theirs, version: found } if (theirs, &found) == (abi_major, &version) => {}
            _ => {
                self.channel = None;
                let program = self.program.path().display();
                return Err(self.broken(format!("the worker `{program}` is not the `kovacs` of this version")).into());
            }
        }
        let open = Request::Open {
            library: copy.path.as_os_str().as_bytes().to_vec(),
            digest: self.handle.digest().to_owned(),
            model: self.handle.id().to_owned(),
            settings: self.settings.clone(),
        };
        let opened = self.put(&open, "create", None);
        if opened.is_err() {
            self.channel = None;
        }
        opened.map(|_| ())
    }

    /// Asks the worker that there is.
    fn put(&mut self, request: &Request, doing: Doing, tick: Option<Tick<'_>>) -> Result<Reply, Trouble> {
        // Put back once the answer is there: if `tick` panics, the worker goes with it instead of answering late.
        let Some(mut channel) = self.channel.take() else {
            return Err(self.broken("there is no worker".into()).into());
        };
        let can_stop = self.handle.description().capabilities.ticks;
        let patience = Patience { silence: self.silence, tick, can_stop, doing: &doing };
        match channel.exchange(request, patience) {
            Err(Death { end: End::Stopped, .. }) => Err(Trouble::Stopped),
            Err(death) => Err(self.broken(death.to_string()).into()),
            Ok(reply) => {
                self.channel = Some(channel);
                match reply {
                    Reply::Failed(failure) => Err(failure.of_model(self.handle.id()).into()),
                    Reply::NotOpened { message } => {
                        Err(self.broken(format!("its worker cannot open it: {message}")).into())
                    }
                    reply => Ok(reply),
                }
            }
        }
    }

    /// The linear response, whose function the worker keeps.
    pub(super) fn linear(
        &mut self,
        parameters: &[f64],
        temperature: f64,
    ) -> Result<Option<LinearTable>, EvaluationError> {
        let request = Request::Linear { parameters: parameters.to_vec(), temperature };
        match self.ask(&request, "linear", None)? {
            Reply::Linear(table) => Ok(table),
            _ => Err(self.out_of_turn()),
        }
    }

    /// Tells the worker that there is, if there is one, something that needs no answer worth waiting for.
    pub(super) fn mention(&mut self, request: &Request) {
        if self.channel.is_some() {
            let _ = self.put(request, "release", None);
        }
    }

    pub(super) fn broken(&self, message: String) -> EvaluationError {
        EvaluationError::Broken { model: self.handle.id().to_owned(), message }
    }

    /// An answer to another question. The worker is given up.
    pub(super) fn out_of_turn(&mut self) -> EvaluationError {
        self.channel = None;
        self.broken("its worker answered something else than it was asked; it is started anew at the next call".into())
    }
}
