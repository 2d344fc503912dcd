//! The worker's side: opens one library, and does what is asked until the pipe is closed.

use super::frame;
use super::message::{Failure, LinearTable, RelaxationValue, Reply, Request, decode, encode, row_code};
use crate::instance::Instance;
use crate::plugin::Plugin;
use kovacs_core::linear_response::RelaxationFunction;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Models may call `tick` in every row; so often it is passed on.
const TICK_EVERY: Duration = Duration::from_millis(10);

/// Serves one program until it closes the pipe.
///
/// # Errors
/// The pipes cannot be used.
pub fn serve() -> io::Result<()> {
    // What a model prints must not mix with the answers: it goes to standard error, which the program keeps.
    let requests = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?;
    let replies = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    // A crash is an answer here; an image of the memory would take seconds and a place on the disk.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    end_with_the_program(requests.try_clone()?);
    let mut server = Server {
        requests: requests.into(),
        replies: replies.into(),
        instance: None,
        relaxations: HashMap::new(),
        last_number: 0,
    };
    while let Some(request) = server.receive()? {
        server.answer(request)?;
    }
    Ok(())
}

/// A model that hangs cannot see that nobody waits any more, so somebody else watches the pipe.
fn end_with_the_program(requests: OwnedFd) {
    std::thread::spawn(move || {
        // Only the closing of the other end is waited for, which is reported without being asked for.
        let mut watched = [PollFd::from_borrowed_fd(requests.as_fd(), PollFlags::empty())];
        while poll(&mut watched, None).is_ok_and(|_| !watched[0].revents().contains(PollFlags::HUP)) {}
        let _ = kill_process(getpid(), Signal::KILL);
    });
}

struct Server {
    requests: File,
    replies: File,
    instance: Option<Instance>,
    relaxations: HashMap<u32, Box<dyn RelaxationFunction + Send>>,
    last_number: u32,
}

impl Server {
    fn receive(&mut self) -> io::Result<Option<Request>> {
        let Some(payload) = frame::read(&mut self.requests)? else { return Ok(None) };
        decode(&payload).map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn send(&mut self, reply: &Reply) -> io::Result<()> {
        let payload = encode(reply).map_err(io::Error::other)?;
        let frame = frame::framed(&payload).map_err(io::Error::other)?;
        self.replies.write_all(&frame)
    }

    fn answer(&mut self, request: Request) -> io::Result<()> {
        let reply = match request {
            Request::Hello { .. } => {
                Reply::Hello { abi_major: kovacs_abi::ABI_MAJOR, version: env!("CARGO_PKG_VERSION").to_owned() }
            }
            Request::Open { library, digest, model, settings } => {
                self.open(Path::new(OsStr::from_bytes(&library)), &digest, &model, &settings)
            }
            Request::Bind { experiment } => self.with_instance(|instance| {
                instance.bind(&experiment.into())?;
                Ok(Reply::Done)
            }),
            Request::Evaluate { parameters, seeds, max_threads, sensitivities, watched } => {
                return self.evaluate(&parameters, &seeds, max_threads, &sensitivities, watched);
            }
            Request::Linear { parameters, temperature } => self.linear(&parameters, temperature),
            Request::Relaxation { number, value, time } => {
                Reply::Value(self.relaxations.get(&number).map_or(f64::NAN, |function| match value {
                    RelaxationValue::Phi => function.phi(time),
                    RelaxationValue::Integral => function.integral(time),
                    RelaxationValue::LnRate => function.ln_rate(time),
                }))
            }
            Request::Forget { number } => {
                self.relaxations.remove(&number);
                Reply::Done
            }
            Request::GoOn { .. } => failed(out_of_turn()),
        };
        self.send(&reply)
    }

    fn open(&mut self, library: &Path, digest: &str, model: &str, settings: &[f64]) -> Reply {
        let handle = match Plugin::open_copy(library, digest) {
            Ok(plugin) => plugin.handles().into_iter().find(|handle| handle.id() == model),
            Err(error) => return Reply::NotOpened { message: error.to_string() },
        };
        let Some(handle) = handle else { return Reply::NotOpened { message: format!("it has no model `{model}`") } };
        match handle.instance(settings) {
            Ok(instance) => {
                self.instance = Some(instance);
                Reply::Done
            }
            Err(error) => failed(error),
        }
    }

    fn with_instance(&mut self, work: impl FnOnce(&mut Instance) -> Result<Reply, EvaluationError>) -> Reply {
        let Some(instance) = &mut self.instance else { return failed(out_of_turn()) };
        work(instance).unwrap_or_else(failed)
    }

    fn evaluate(
        &mut self,
        parameters: &[f64],
        seeds: &[u64],
        max_threads: u32,
        sensitivities: &[u32],
        watched: bool,
    ) -> io::Result<()> {
        let Some(mut instance) = self.instance.take() else { return self.send(&failed(out_of_turn())) };
        let sensitivities: Vec<usize> = sensitivities.iter().map(|&index| index as usize).collect();
        let mut last_tick: Option<Instant> = None;
        let mut broken_pipe = None;
        let mut tick = |fraction: f64| {
            if last_tick.is_some_and(|last| last.elapsed() < TICK_EVERY) {
                return true;
            }
            last_tick = Some(Instant::now());
            self.ask_to_go_on(fraction).unwrap_or_else(|error| {
                broken_pipe = Some(error);
                false
            })
        };
        let tick: Option<kovacs_core::model::Tick<'_>> = if watched { Some(&mut tick) } else { None };
        let batch = Batch { parameters, seeds, max_threads, tick, sensitivities: &sensitivities };
        let outcome = instance.evaluate(batch);
        self.instance = Some(instance);
        if let Some(error) = broken_pipe {
            return Err(error);
        }
        self.send(&match outcome {
            Ok(Evaluation { values, jacobian, status, message }) => {
                Reply::Evaluated { values, jacobian, status: status.iter().map(row_code).collect(), message }
            }
            Err(error) => failed(error),
        })
    }

    fn ask_to_go_on(&mut self, fraction: f64) -> io::Result<bool> {
        self.send(&Reply::Tick { fraction })?;
        match self.receive()? {
            Some(Request::GoOn { go_on }) => Ok(go_on),
            Some(_) => Err(io::Error::from(io::ErrorKind::InvalidData)),
            None => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    }

    fn linear(&mut self, parameters: &[f64], temperature: f64) -> Reply {
        let Some(instance) = &self.instance else { return failed(out_of_turn()) };
        match instance.linear(parameters, temperature) {
            None => Reply::Linear(None),
            Some(Err(error)) => failed(error),
            Some(Ok(response)) => {
                self.last_number = self.last_number.wrapping_add(1);
                let table =
                    LinearTable::new(self.last_number, response.moduli, response.spectrum, response.phi.longest_time());
                self.relaxations.insert(self.last_number, response.phi);
                Reply::Linear(Some(table))
            }
        }
    }
}

fn failed(error: EvaluationError) -> Reply {
    Reply::Failed(Failure::from(error))
}

fn out_of_turn() -> EvaluationError {
    EvaluationError::Malformed { what: "the worker was asked out of turn".to_owned() }
}
