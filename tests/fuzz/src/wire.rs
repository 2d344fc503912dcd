//! The kernel's messages as a fuzz target: frames from anybody, and the stream that they come in.
//!
//! `kernel-ext/wire/tests/corpus.rs` includes this file and replays the corpus.

use bytes::Bytes;
use jupyter_protocol::Status;
use kovacs_wire::zmtp::Scanner;
use kovacs_wire::{Channel, Reader, Writer};
use serde_json::{Map, Value};

/// Between the frames of an input.
const SEPARATOR: u8 = 0x1e;

/// Takes the input as a stream, as the frames of a message, and as the parts of an unsigned one. What is accepted is
/// answered, and the answer can be read.
pub fn wire(bytes: &[u8]) {
    let mut scanner = Scanner::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let Ok((used, _)) = scanner.next(rest) else { break };
        assert!(used > 0, "a scanner goes on");
        rest = &rest[used..];
    }
    let frames: Vec<Bytes> = bytes.split(|byte| *byte == SEPARATOR).map(Bytes::copy_from_slice).collect();
    let signed = Reader::new("key").read(frames.clone(), Channel::Shell);
    assert!(signed.is_err(), "nobody guesses a signature");
    let mut unsigned = vec![Bytes::from_static(b"<IDS|MSG>"), Bytes::new()];
    unsigned.extend(frames.clone());
    for message in [frames, unsigned] {
        if let Ok(request) = Reader::new("").read(message, Channel::Control) {
            let nothing = Value::Object(Map::new());
            let reply = Writer::new("key").frames(&request.identities, Some(&request.header), &nothing, Status::idle());
            let read = Reader::new("key").read(reply, Channel::Shell).expect("what is written can be read");
            assert_eq!(read.identities, request.identities);
        }
    }
}
