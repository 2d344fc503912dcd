//! Messages on the wire: multipart frames to a [`Request`] and contents to frames.
//!
//! Signatures and framing are checked by `jupyter-zmq-client`. The headers are kept as the JSON that they are, not as
//! its typed `Header`: a reply has to carry its parent's header whole, `subshell_id` and what later versions of the
//! protocol add included.

use bytes::Bytes;
use jupyter_protocol::{JupyterMessage, JupyterMessageContent};
use jupyter_zmq_client::{RawMessage, RuntimeError};
use ring::hmac;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{HashSet, VecDeque};

/// The version of the messaging protocol that is spoken.
pub const PROTOCOL_VERSION: &str = "5.5";

const DELIMITER: &[u8] = b"<IDS|MSG>";
/// How many signatures are remembered: those of the last hours of a busy notebook.
const REMEMBERED_SIGNATURES: usize = 1 << 16;

/// On which channel a request came; its reply leaves there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Requests that may take their time.
    Shell,
    /// Requests that are answered while a cell runs.
    Control,
    /// What the user typed.
    Stdin,
}

/// A message from a client.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the reply goes.
    pub identities: Vec<Bytes>,
    /// The whole header, to be handed back.
    pub header: Value,
    /// `msg_type` of the header.
    pub kind: String,
    /// The subshell that it is meant for, if any.
    pub subshell: Option<String>,
    /// What is asked.
    pub content: Value,
    /// On which channel it came.
    pub channel: Channel,
}

/// Why a message is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Frames are missing, or the signature is wrong.
    #[error("it is not signed with this kernel's key, or not framed as a message: {0}")]
    Refused(#[from] RuntimeError),
    /// A frame holds no JSON.
    #[error("its {part} is no JSON object: {source}")]
    NoJson {
        /// Header, metadata or content.
        part: &'static str,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The header has no identifier or no type.
    #[error("its header has no `{0}`")]
    IncompleteHeader(&'static str),
    /// The same signature was seen before.
    #[error("it was sent before: its signature is known")]
    Replayed,
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
}

/// Takes messages apart and checks them. Without a key nothing is checked, as the protocol has it.
pub struct Reader {
    key: Option<hmac::Key>,
    seen: HashSet<Bytes>,
    order: VecDeque<Bytes>,
}

impl Reader {
    /// A reader of messages signed with `key`; an empty one means unsigned.
    pub fn new(key: &str) -> Reader {
        Reader { key: signing_key(key), seen: HashSet::new(), order: VecDeque::new() }
    }

    /// The message in `frames`, identities first.
    ///
    /// # Errors
    /// It is malformed, wrongly signed, or came before.
    pub fn read(&mut self, frames: Vec<Bytes>, channel: Channel) -> Result<Request, WireError> {
        let signature = frames
            .iter()
            .position(|frame| frame.as_ref() == DELIMITER)
            .and_then(|delimiter| frames.get(delimiter + 1))
            .cloned()
            .unwrap_or_default();
        let multipart = zeromq::ZmqMessage::try_from(frames).map_err(|_| WireError::Empty)?;
        let raw = RawMessage::from_multipart(multipart, &self.key)?;
        // Only what is rightly signed is remembered: nobody else can fill the memory.
        if self.key.is_some() {
            self.remember(signature)?;
        }
        let mut parts = raw.jparts.iter();
        let mut object = |part: &'static str| -> Result<Map<String, Value>, WireError> {
            let bytes = parts.next().map_or(&b""[..], |bytes| bytes.as_ref());
            serde_json::from_slice(bytes).map_err(|source| WireError::NoJson { part, source })
        };
        let header = object("header")?;
        let _parent = object("parent header")?;
        let _metadata = object("metadata")?;
        let content = object("content")?;
        let text = |name: &'static str| {
            header.get(name).and_then(Value::as_str).map(ToOwned::to_owned).ok_or(WireError::IncompleteHeader(name))
        };
        text("msg_id")?;
        Ok(Request {
            kind: text("msg_type")?,
            subshell: text("subshell_id").ok(),
            identities: raw.zmq_identities,
            header: Value::Object(header),
            content: Value::Object(content),
            channel,
        })
    }

    fn remember(&mut self, signature: Bytes) -> Result<(), WireError> {
        if !self.seen.insert(signature.clone()) {
            return Err(WireError::Replayed);
        }
        self.order.push_back(signature);
        if self.order.len() > REMEMBERED_SIGNATURES
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        Ok(())
    }
}

/// An identifier that nobody else has: that of a message which is never sent.
pub fn new_identifier() -> String {
    JupyterMessage::new(jupyter_protocol::Status::idle(), None).header.msg_id
}

/// Puts messages together and signs them.
#[derive(Clone)]
pub struct Writer {
    key: Option<hmac::Key>,
    session: String,
}

impl Writer {
    /// A writer that signs with `key`; an empty one means unsigned.
    pub fn new(key: &str) -> Writer {
        Writer { key: signing_key(key), session: new_identifier() }
    }

    /// The frames of a message: `first` (the receiver's identities or the topic), the signature, four parts.
    pub fn frames(
        &self,
        first: &[Bytes],
        parent: Option<&Value>,
        metadata: &Value,
        content: impl Into<JupyterMessageContent>,
    ) -> Vec<Bytes> {
        let mut message = JupyterMessage::new(content, None);
        message.header.version = PROTOCOL_VERSION.to_owned();
        message.header.username = "kovacs".to_owned();
        message.header.session.clone_from(&self.session);
        let nothing = Value::Object(Map::new());
        let parts = [json(&message.header), json(parent.unwrap_or(&nothing)), json(metadata), json(&message.content)];
        let signature = self.key.as_ref().map_or_else(String::new, |key| {
            let mut context = hmac::Context::with_key(key);
            parts.iter().for_each(|part| context.update(part));
            hex::encode(context.sign())
        });
        let mut frames = first.to_vec();
        frames.push(Bytes::from_static(DELIMITER));
        frames.push(Bytes::from(signature));
        frames.extend(parts);
        frames
    }
}

fn json(value: &impl Serialize) -> Bytes {
    // These are trees of strings and numbers: they always have a form in JSON.
    Bytes::from(serde_json::to_vec(value).unwrap_or_else(|_| b"{}".to_vec()))
}

fn signing_key(key: &str) -> Option<hmac::Key> {
    (!key.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jupyter_protocol::InterruptRequest;

    fn frames(key: &str) -> Vec<Bytes> {
        Writer::new(key).frames(&[Bytes::from_static(b"client")], None, &Value::Object(Map::new()), InterruptRequest {})
    }

    fn check(key: &str, change: impl FnOnce(&mut Vec<Bytes>), expected: &str) {
        let mut frames = frames("key");
        change(&mut frames);
        let answer = match Reader::new(key).read(frames, Channel::Shell) {
            Ok(request) => request.kind,
            Err(error) => error.to_string(),
        };
        assert!(answer.contains(expected), "{answer}");
    }

    #[test]
    fn what_is_rightly_signed_is_read() {
        check("key", |_| {}, "interrupt_request");
        // Buffers are no part of the signature.
        check("key", |frames| frames.push(Bytes::from_static(b"\x00\xff")), "interrupt_request");
        // Without a key nothing is checked.
        check("", |_| {}, "interrupt_request");
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_reason() {
        check("other", |_| {}, "not signed with this kernel's key");
        check("key", |frames| frames[6] = Bytes::from_static(b"{\"a\":1}"), "not signed with this kernel's key");
        check("key", |frames| frames.truncate(4), "Insufficient message parts");
        check("key", |frames| frames.truncate(2), "Missing hmac");
        check("key", |frames| frames.truncate(1), "Missing delimiter");
        check("key", Vec::clear, "empty");
        check("", |frames| frames[3] = Bytes::from_static(b"[]"), "its header is no JSON object");
        check("", |frames| frames[3] = Bytes::from_static(b"{}"), "its header has no `msg_id`");
        check("", |frames| frames[6] = Bytes::from(vec![b'['; 100_000]), "its content is no JSON object");
    }

    #[test]
    fn the_same_message_is_taken_once() {
        let frames = frames("key");
        let mut reader = Reader::new("key");
        reader.read(frames.clone(), Channel::Shell).expect("the first time");
        assert!(matches!(reader.read(frames, Channel::Control), Err(WireError::Replayed)));
    }

    #[test]
    fn unknown_fields_of_a_header_go_back_to_the_client() {
        let mut request = frames("");
        request[3] = Bytes::from_static(br#"{"msg_id":"1","msg_type":"x","subshell_id":"s","later":[1]}"#);
        let request = Reader::new("").read(request, Channel::Shell).expect("unsigned");
        assert_eq!(request.subshell.as_deref(), Some("s"));
        let reply = Writer::new("").frames(&[], Some(&request.header), &Value::Null, jupyter_protocol::Status::idle());
        assert_eq!(reply[3], serde_json::to_vec(&request.header).expect("JSON"));
    }
}
