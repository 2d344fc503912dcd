//! The Jupyter kernel: Rust cells over the messaging protocol, version 5.5.
//!
//! Sockets, framing and signatures come from `jupyter-zmq-client`, contents from `jupyter-protocol` where its types
//! hold all that the protocol has. The session blocks, so it lives in a thread of its own (`worker`); everything
//! else is a task that never waits for it, which is why the kernel answers while a cell runs.

#![forbid(unsafe_code)]

#[cfg(feature = "protocol")]
mod answers;
#[cfg(feature = "protocol")]
mod assist;
#[cfg(feature = "protocol")]
mod client;
#[cfg(feature = "protocol")]
mod comms;
#[cfg(feature = "protocol")]
mod connection;
#[cfg(feature = "protocol")]
mod content;
#[cfg(feature = "protocol")]
mod debugger;
pub mod doctor;
#[cfg(feature = "protocol")]
mod error;
#[cfg(feature = "protocol")]
mod execution;
#[cfg(feature = "protocol")]
mod gate;
#[cfg(feature = "protocol")]
mod history;
#[cfg(feature = "protocol")]
mod info;
pub mod install;
#[cfg(feature = "protocol")]
mod kernel;
#[cfg(feature = "protocol")]
mod outbox;
#[cfg(feature = "protocol")]
mod server;
pub mod specs;
#[cfg(feature = "protocol")]
mod subshells;
#[cfg(feature = "wire")]
pub mod wire;
#[cfg(feature = "protocol")]
mod worker;
pub mod zmtp;

#[cfg(feature = "protocol")]
pub use assist::{Assist, StartAssist, analyser};
#[cfg(feature = "protocol")]
pub use error::KernelError;
#[cfg(feature = "protocol")]
pub use server::{KernelOptions, run};

/// A line for whoever reads the kernel's log: its standard error.
#[cfg(feature = "protocol")]
fn log(message: &str) {
    eprintln!("kovacs kernel: {message}");
}
