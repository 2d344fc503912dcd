//! The Jupyter kernel: Rust cells over the messaging protocol, version 5.5.
//!
//! Sockets, framing and signatures come from `jupyter-zmq-client`, contents from `jupyter-protocol` where its types
//! hold all that the protocol has. The session blocks, so it lives in a thread of its own (`worker`); everything
//! else is a task that never waits for it, which is why the kernel answers while a cell runs.

#![forbid(unsafe_code)]

mod answers;
mod assist;
mod client;
mod comms;
mod connection;
mod content;
mod debugger;
pub mod doctor;
mod error;
mod execution;
mod gate;
mod history;
mod info;
pub mod install;
mod kernel;
mod outbox;
mod server;
pub mod specs;
mod subshells;
mod waiting;
mod worker;

pub use assist::{Assist, StartAssist, analyser};
pub use error::KernelError;
pub use server::{KernelOptions, run};

/// A line for whoever reads the kernel's log: its standard error.
fn log(message: &str) {
    eprintln!("kovacs kernel: {message}");
}
