//! Frames on a pipe: four bytes of length, little-endian, then so many bytes.
//!
//! Nothing is believed of the other side: a length beyond the limit ends the conversation, and memory is taken as bytes
//! arrive, never because a length was announced.

use std::io::{self, Read};

/// Longest frame: 128 million numbers.
pub(super) const LIMIT: usize = 1 << 30;

/// Bytes of the length in front.
const HEAD: usize = 4;

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameFault {
    /// The announced or wanted length.
    #[error("a message of {length} bytes, more than the limit of {LIMIT}")]
    TooLong {
        /// Bytes.
        length: usize,
    },
}

/// A payload with its length in front.
pub(super) fn framed(payload: &[u8]) -> Result<Vec<u8>, FrameFault> {
    let length = payload.len();
    let head = u32::try_from(length).ok().filter(|_| length <= LIMIT).ok_or(FrameFault::TooLong { length })?;
    let mut frame = Vec::with_capacity(HEAD + length);
    frame.extend(head.to_le_bytes());
    frame.extend_from_slice(payload);
    Ok(frame)
}

/// Takes frames out of bytes that arrive in pieces.
#[derive(Default)]
pub(super) struct Assembler {
    bytes: Vec<u8>,
}

impl Assembler {
    /// Bytes that have just arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The payload of the next frame, once all of it is there.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, FrameFault> {
        let Some(head) = self.bytes.first_chunk::<HEAD>() else { return Ok(None) };
        let length = u32::from_le_bytes(*head) as usize;
        if length > LIMIT {
            return Err(FrameFault::TooLong { length });
        }
        if self.bytes.len() < HEAD + length {
            return Ok(None);
        }
        let rest = self.bytes.split_off(HEAD + length);
        let mut payload = std::mem::replace(&mut self.bytes, rest);
        payload.drain(..HEAD);
        Ok(Some(payload))
    }
}

/// Reads a frame, waiting for it; `None` when the other side has closed the pipe.
pub(super) fn read(source: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; HEAD];
    match source.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u32::from_le_bytes(head) as usize;
    if length > LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, FrameFault::TooLong { length }));
    }
    let mut payload = Vec::new();
    let read = source.take(length as u64).read_to_end(&mut payload)?;
    Ok(if read == length { Some(payload) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn frames_come_back_however_they_are_cut(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..6),
            cuts in prop::collection::vec(1usize..50, 1..40),
        ) {
            let stream: Vec<u8> = payloads.iter().flat_map(|payload| framed(payload).unwrap()).collect();
            let (mut assembler, mut found, mut rest) = (Assembler::default(), Vec::new(), &stream[..]);
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, later) = rest.split_at((*cut).min(rest.len()));
                assembler.push(piece);
                while let Some(payload) = assembler.next().unwrap() {
                    found.push(payload);
                }
                rest = later;
            }
            prop_assert_eq!(&found, &payloads);
            let mut source = &stream[..];
            let mut read_back = Vec::new();
            while let Some(payload) = read(&mut source).unwrap() {
                read_back.push(payload);
            }
            prop_assert_eq!(&read_back, &payloads);
        }

        #[test]
        fn no_bytes_make_it_panic_or_take_memory_for_a_promise(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut assembler = Assembler::default();
            assembler.push(&bytes);
            while let Ok(Some(payload)) = assembler.next() {
                prop_assert!(payload.len() < bytes.len());
            }
            prop_assert!(assembler.bytes.capacity() < 1024);
            let mut source = &bytes[..];
            while let Ok(Some(payload)) = read(&mut source) {
                prop_assert!(payload.len() < bytes.len());
            }
        }
    }

    #[test]
    fn a_length_beyond_the_limit_ends_the_conversation() {
        let length = LIMIT + 1;
        let mut assembler = Assembler::default();
        assembler.push(&(length as u32).to_le_bytes());
        assert_eq!(assembler.next(), Err(FrameFault::TooLong { length }));
        let error = read(&mut &(length as u32).to_le_bytes()[..]).unwrap_err();
        assert_eq!(error.to_string(), "a message of 1073741825 bytes, more than the limit of 1073741824");
    }

    #[test]
    fn half_a_frame_is_the_end() {
        assert_eq!(read(&mut &[5, 0, 0, 0, 1, 2][..]).unwrap(), None);
        assert_eq!(read(&mut &[5, 0][..]).unwrap(), None);
    }
}
