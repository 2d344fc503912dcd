//! The bytes that cross the seam between a cell and the engine.
//!
//! Little-endian, lengths before contents, no names. Written by hand because this crate has no dependency: a
//! serialisation framework would be compiled into, and analysed for, every cell of every session. Both sides of the
//! seam use this one file, and the seam's version number changes when a message does.

use std::fmt;

/// Appends values to a message.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty message.
    pub fn new() -> Self {
        Writer::default()
    }

    /// The finished message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// A truth value.
    pub fn bool(&mut self, value: bool) {
        self.u8(value.into());
    }

    /// A 32-bit number.
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A 64-bit number.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A length, or an index.
    pub fn count(&mut self, value: usize) {
        self.u64(value as u64);
    }

    /// A floating-point number, every bit of it.
    pub fn f64(&mut self, value: f64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Text.
    pub fn text(&mut self, value: &str) {
        self.count(value.len());
        self.bytes.extend_from_slice(value.as_bytes());
    }

    /// Floating-point numbers.
    pub fn f64s(&mut self, values: &[f64]) {
        self.count(values.len());
        self.bytes.reserve(values.len() * 8);
        for value in values {
            self.f64(*value);
        }
    }

    /// Texts.
    pub fn texts<S: AsRef<str>>(&mut self, values: &[S]) {
        self.count(values.len());
        for value in values {
            self.text(value.as_ref());
        }
    }

    /// A value that may be absent.
    pub fn option<T>(&mut self, value: Option<T>, mut write: impl FnMut(&mut Writer, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// A sequence of any kind.
    pub fn sequence<T>(&mut self, values: &[T], mut write: impl FnMut(&mut Writer, &T)) {
        self.count(values.len());
        for value in values {
            write(self, value);
        }
    }
}

/// Takes values out of a message, in the order in which they were written.
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// A message that is not what its reader expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message between cell and engine is damaged: expected {}", self.expected)
    }
}

impl std::error::Error for WireError {}

impl<'a> Reader<'a> {
    /// Reads `bytes` from their start.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    fn take(&mut self, count: usize, expected: &'static str) -> Result<&'a [u8], WireError> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(WireError { expected })?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], WireError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, expected)?);
        Ok(array)
    }

    /// One byte.
    ///
    /// # Errors
    /// The message ends here; so for every method below.
    pub fn u8(&mut self) -> Result<u8, WireError> {
        Ok(self.array::<1>("a byte")?[0])
    }

    /// A truth value.
    ///
    /// # Errors
    /// The message ends here, or the byte is neither 0 nor 1.
    pub fn bool(&mut self) -> Result<bool, WireError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError { expected: "a truth value" }),
        }
    }

    /// A 32-bit number.
    ///
    /// # Errors
    /// The message ends here.
    pub fn u32(&mut self) -> Result<u32, WireError> {
        Ok(u32::from_le_bytes(self.array("a 32-bit number")?))
    }

    /// A 64-bit number.
    ///
    /// # Errors
    /// The message ends here.
    pub fn u64(&mut self) -> Result<u64, WireError> {
        Ok(u64::from_le_bytes(self.array("a 64-bit number")?))
    }

    /// A length, or an index.
    ///
    /// # Errors
    /// The message ends here, or the number does not fit this machine.
    pub fn count(&mut self) -> Result<usize, WireError> {
        usize::try_from(self.u64()?).map_err(|_| WireError { expected: "a length" })
    }

    /// A floating-point number.
    ///
    /// # Errors
    /// The message ends here.
    pub fn f64(&mut self) -> Result<f64, WireError> {
        Ok(f64::from_le_bytes(self.array("a number")?))
    }

    /// Text.
    ///
    /// # Errors
    /// The message ends here, or the bytes are not UTF-8.
    pub fn text(&mut self) -> Result<String, WireError> {
        let length = self.count()?;
        let bytes = self.take(length, "text")?;
        String::from_utf8(bytes.to_vec()).map_err(|_| WireError { expected: "text in UTF-8" })
    }

    /// Floating-point numbers.
    ///
    /// # Errors
    /// The message ends here.
    pub fn f64s(&mut self) -> Result<Vec<f64>, WireError> {
        let length = self.count()?;
        let bytes = self.take(length.saturating_mul(8), "numbers")?;
        Ok(bytes.as_chunks::<8>().0.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect())
    }

    /// Texts.
    ///
    /// # Errors
    /// The message ends here, or the bytes are not UTF-8.
    pub fn texts(&mut self) -> Result<Vec<String>, WireError> {
        self.sequence(Reader::text)
    }

    /// A value that may be absent.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn option<T>(
        &mut self,
        mut read: impl FnMut(&mut Reader<'a>) -> Result<T, WireError>,
    ) -> Result<Option<T>, WireError> {
        if self.bool()? { Ok(Some(read(self)?)) } else { Ok(None) }
    }

    /// A sequence of any kind.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn sequence<T>(
        &mut self,
        mut read: impl FnMut(&mut Reader<'a>) -> Result<T, WireError>,
    ) -> Result<Vec<T>, WireError> {
        let length = self.count()?;
        // A damaged length must not reserve memory that the message cannot fill.
        let mut values = Vec::with_capacity(length.min(self.rest.len()));
        for _ in 0..length {
            values.push(read(self)?);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were_written() -> Result<(), WireError> {
        let mut writer = Writer::new();
        writer.text("σ");
        writer.f64s(&[1.5, f64::NEG_INFINITY]);
        writer.option(Some(7), Writer::u32);
        writer.option(None, Writer::u32);
        writer.texts(&["a", ""]);
        writer.bool(true);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.text()?, "σ");
        assert_eq!(reader.f64s()?, [1.5, f64::NEG_INFINITY]);
        assert_eq!(reader.option(Reader::u32)?, Some(7));
        assert_eq!(reader.option(Reader::u32)?, None);
        assert_eq!(reader.texts()?, ["a", ""]);
        assert!(reader.bool()?);
        assert_eq!(reader.u8(), Err(WireError { expected: "a byte" }));
        Ok(())
    }

    #[test]
    fn every_truncation_is_an_error_and_reserves_nothing() {
        let mut writer = Writer::new();
        writer.texts(&["abc", "def"]);
        let bytes = writer.into_bytes();
        for end in 0..bytes.len() {
            assert!(Reader::new(&bytes[..end]).texts().is_err(), "truncated to {end} bytes");
        }
        assert!(Reader::new(&u64::MAX.to_le_bytes()).f64s().is_err());
        assert!(Reader::new(&u64::MAX.to_le_bytes()).texts().is_err());
    }
}
