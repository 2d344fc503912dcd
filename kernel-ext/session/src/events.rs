//! What the cell process tells the session, and the other way round.
//!
//! The user's output does not go through evcxr: evcxr reads the cell process line by line, waits for ever on a line
//! without an end, and keeps one display per MIME type. It travels here instead, over a Unix socket in the session's
//! private folder, in frames of a length and JSON. The socket's end also tells at once that the process has died.

use crate::outcome::{InputRequest, Output, Used};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{self, Read, Write};

/// Name of the environment variable that holds the socket's path.
pub(crate) const SOCKET_VARIABLE: &str = "KOVACS_EVENTS";

/// No frame is larger: output is cut into pieces, a display is one frame.
const LARGEST_FRAME: u32 = 256 << 20;

/// Something that went wrong at a place in generated code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Incident {
    /// `Panic`, or the error's type.
    pub(crate) name: String,
    /// What happened.
    pub(crate) message: String,
    /// File, as the compiler names it.
    pub(crate) file: String,
    /// Line from 1; 0 if unknown.
    pub(crate) line: u32,
    /// Column from 1; 0 if unknown.
    pub(crate) column: u32,
}

/// Sent by the cell process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum CellEvent {
    /// A cell process is there; the descriptors that its cells' output can be read from.
    Hello { pid: u32, streams: [i32; 2] },
    /// It starts to run a cell: compilation is over.
    Started,
    /// Text, or something to show.
    Output(Output),
    /// A cell used something beside its code.
    Used(Used),
    /// A cell waits for a line.
    Input(InputRequest),
    /// The cell had closed or redirected its standard output or error.
    StreamsRestored,
    /// The cell's thread panicked; whether the cell caught it is not known yet.
    Panic(Incident),
    /// The cell is being left through `?`.
    EarlyReturn(Incident),
    /// evcxr's notice that a panic left the cell.
    PanicLeftCell,
    /// evcxr's notice that the cell was left through `?`.
    ErrorLeftCell,
    /// The library of a cell could not be loaded.
    LoadFailed(String),
    /// All output up to the request with this number has been sent.
    Synced(u64),
}

/// Sent to the cell process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum CellRequest {
    /// Send all output, then `Synced` with this number.
    Sync(u64),
    /// Ask the running cell to stop.
    Interrupt,
    /// The answer to the open question; `None`: there is none.
    Answer(Option<String>),
    /// The next cell to run has this source; it has not been asked to stop.
    Cell { code: String },
}

/// Writes one frame.
pub(crate) fn send<T: Serialize>(stream: &mut impl Write, message: &T) -> io::Result<()> {
    let json = serde_json::to_vec(message).map_err(io::Error::other)?;
    let length = u32::try_from(json.len()).ok().filter(|length| *length <= LARGEST_FRAME).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("{} bytes are too many for one message", json.len()))
    })?;
    let mut frame = Vec::with_capacity(json.len() + 4);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(&json);
    stream.write_all(&frame)
}

/// Reads one frame; an error at the end of the stream.
pub(crate) fn receive<T: DeserializeOwned>(stream: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > LARGEST_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame from the cell process is too large"));
    }
    let mut json = vec![0; length as usize];
    stream.read_exact(&mut json)?;
    serde_json::from_slice(&json).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
