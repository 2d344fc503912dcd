//! What of the messaging protocol lies on the wire: messages as signed frames, and frames in a stream of ZMTP.
//!
//! A crate of its own because it takes what anybody may send: it is fuzzed, and needs neither a session nor an
//! analyser for that.

#![forbid(unsafe_code)]

mod message;
pub mod zmtp;

pub use message::{Channel, PROTOCOL_VERSION, Reader, Request, WireError, Writer, new_identifier};
