//! A model in a process of its own: what crashes, hangs or ends there does not end the program.
//!
//! [`Isolated`] is an evaluator like any other; behind it a worker process opens the same verified copy of the library
//! and answers requests over its standard input and output, one frame each (`frame`, `message`). While an answer is
//! awaited the program goes on calling `tick`, and kills the worker when it is told to stop, or when nothing was heard
//! for too long. A worker that ended is started anew at the next call, with the same settings and experiment.
//!
//! The worker is the program itself in another role: [`serve`] is that role. Which program it is, `program` decides.

mod channel;
mod end;
mod frame;
mod isolated;
mod link;
mod message;
mod program;
mod relaxation;
mod serve;

pub use isolated::Isolated;
pub use program::{WORKER_ARGUMENT, WORKER_VARIABLE, WorkerProgram, offer_role};
pub use serve::serve;
