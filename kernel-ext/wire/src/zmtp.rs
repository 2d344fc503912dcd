//! Where messages begin and end in a stream of ZMTP, the wire format of ZeroMQ, and how large they are.
//!
//! The greeting has 64 bytes. Then come frames: a byte of flags (1: more frames of this message follow, 2: the length
//! has 8 bytes instead of one, 4: a command), the length, the body.

/// Larger messages are refused, in bytes.
pub const LARGEST_MESSAGE: u64 = 256 << 20;
/// Larger commands are refused, in bytes: they hold the name of a socket's type and topics.
pub const LARGEST_COMMAND: u64 = 64 << 10;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// What ends at a place of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The greeting or a command: the connection needs it.
    Control,
    /// A message.
    Message,
}

/// A frame that is too large: how many bytes it would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} bytes in one message are too many")]
pub struct TooLarge(pub u64);

/// Follows a stream piece by piece.
#[derive(Clone, Debug)]
pub struct Scanner {
    state: State,
    /// Bytes of the frames of this message so far.
    message: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Greeting { left: u64 },
    Flags,
    Length { flags: u8, left: u8, length: u64 },
    Body { flags: u8, left: u64 },
}

impl Default for Scanner {
    fn default() -> Self {
        Scanner { state: State::Greeting { left: 64 }, message: 0 }
    }
}

impl Scanner {
    /// Follows `bytes` to the next end of a unit: how many of them belong to it, and what ended; `None` if its end is
    /// yet to come. Call it again with the rest.
    ///
    /// # Errors
    /// A frame claims to be too large.
    pub fn next(&mut self, bytes: &[u8]) -> Result<(usize, Option<Unit>), TooLarge> {
        let mut used = 0;
        while let Some(&byte) = bytes.get(used) {
            let here = bytes.len() - used;
            match &mut self.state {
                State::Greeting { left } => {
                    used += skip(left, here);
                    if *left == 0 {
                        self.state = State::Flags;
                        return Ok((used, Some(Unit::Control)));
                    }
                }
                State::Flags => {
                    used += 1;
                    self.state = State::Length { flags: byte, left: if byte & LONG == 0 { 1 } else { 8 }, length: 0 };
                }
                State::Length { flags, left, length } => {
                    used += 1;
                    *length = (*length << 8) | u64::from(byte);
                    *left -= 1;
                    if *left == 0 {
                        let (flags, length) = (*flags, *length);
                        self.check(flags, length)?;
                        self.state = State::Body { flags, left: length };
                        if length == 0
                            && let Some(unit) = self.end(flags)
                        {
                            return Ok((used, Some(unit)));
                        }
                    }
                }
                State::Body { flags, left } => {
                    used += skip(left, here);
                    if *left == 0 {
                        let flags = *flags;
                        if let Some(unit) = self.end(flags) {
                            return Ok((used, Some(unit)));
                        }
                    }
                }
            }
        }
        Ok((used, None))
    }

    fn check(&mut self, flags: u8, length: u64) -> Result<(), TooLarge> {
        let (size, limit) = if flags & COMMAND == 0 {
            self.message = self.message.saturating_add(length);
            (self.message, LARGEST_MESSAGE)
        } else {
            (length, LARGEST_COMMAND)
        };
        if size > limit { Err(TooLarge(size)) } else { Ok(()) }
    }

    fn end(&mut self, flags: u8) -> Option<Unit> {
        self.state = State::Flags;
        if flags & COMMAND != 0 {
            return Some(Unit::Control);
        }
        if flags & MORE != 0 {
            return None;
        }
        self.message = 0;
        Some(Unit::Message)
    }
}

/// Takes what is here of what is left.
fn skip(left: &mut u64, here: usize) -> usize {
    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(here);
    *left -= taken as u64;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
        let mut frame = vec![flags | if body.len() > 255 { LONG } else { 0 }];
        match u8::try_from(body.len()) {
            Ok(length) => frame.push(length),
            Err(_) => frame.extend((body.len() as u64).to_be_bytes()),
        }
        frame.extend(body);
        frame
    }

    fn units(stream: &[u8], piece: usize) -> Result<Vec<(usize, Unit)>, TooLarge> {
        let mut scanner = Scanner::default();
        let (mut units, mut length) = (Vec::new(), 0);
        for mut bytes in stream.chunks(piece) {
            while !bytes.is_empty() {
                let (used, unit) = scanner.next(bytes)?;
                length += used;
                bytes = &bytes[used..];
                units.extend(unit.map(|unit| (std::mem::take(&mut length), unit)));
            }
        }
        Ok(units)
    }

    #[test]
    fn a_huge_length_is_refused_before_anybody_makes_room() {
        let mut stream = vec![0; 64];
        stream.push(LONG);
        stream.extend((1_u64 << 46).to_be_bytes());
        assert_eq!(units(&stream, 7), Err(TooLarge(1 << 46)));
        let mut stream = vec![0; 64];
        for _ in 0..3 {
            stream.push(LONG | MORE);
            stream.extend(u64::MAX.to_be_bytes());
        }
        assert_eq!(units(&stream, 100), Err(TooLarge(u64::MAX)));
        let mut stream = vec![0; 64];
        stream.extend(frame(COMMAND, &vec![0; 70_000]));
        assert_eq!(units(&stream, 100), Err(TooLarge(70_000)));
    }

    proptest! {
        #[test]
        fn messages_end_where_they_end_however_the_stream_is_cut(
            messages in prop::collection::vec(prop::collection::vec(0_usize..600, 1..4), 0..6),
            piece in 1_usize..700,
        ) {
            let mut stream = vec![0; 64];
            let mut expected = vec![(64, Unit::Control)];
            for sizes in &messages {
                let before = stream.len();
                for (place, size) in sizes.iter().enumerate() {
                    stream.extend(frame(if place + 1 < sizes.len() { MORE } else { 0 }, &vec![7; *size]));
                }
                expected.push((stream.len() - before, Unit::Message));
            }
            prop_assert_eq!(units(&stream, piece), Ok(expected));
        }

        #[test]
        fn any_bytes_are_followed(stream in prop::collection::vec(any::<u8>(), 0..300), piece in 1_usize..40) {
            let whole = units(&stream, stream.len().max(1));
            prop_assert_eq!(units(&stream, piece), whole);
        }
    }
}
