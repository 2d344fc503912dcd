//! The record of an installation's files: digest and path, as `sha256sum` writes and checks them.

use crate::MANIFEST;
use crate::error::InstallError;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Digests (hexadecimal) by path relative to the prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) digests: BTreeMap<PathBuf, String>,
}

impl Record {
    /// That of the installation below `prefix`; `None` where there is none.
    pub(crate) fn read(prefix: &Path) -> Result<Option<Record>, InstallError> {
        let path = prefix.join(MANIFEST);
        match fs::read_to_string(&path) {
            Ok(text) => Record::parse(&text, &path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(InstallError::file("read", &path)(error)),
        }
    }

    fn parse(text: &str, file: &Path) -> Result<Record, InstallError> {
        let mut digests = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let entry = line.split_once("  ").filter(|(digest, path)| {
                let hexadecimal = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
                // Nothing outside the prefix is ever ours.
                let within = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
                hexadecimal && !path.is_empty() && within(path)
            });
            let (digest, path) = entry.ok_or_else(|| InstallError::Record {
                path: file.to_path_buf(),
                line: number + 1,
                text: line.to_owned(),
            })?;
            digests.insert(PathBuf::from(path), digest.to_owned());
        }
        Ok(Record { digests })
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (path, digest) in &self.digests {
            // Writing into a `String` cannot fail.
            let _ = writeln!(text, "{digest}  {}", path.display());
        }
        text
    }
}

/// Reads what another reader has, tells each time how much it was, and digests it.
pub(crate) struct Watched<'a, R> {
    from: R,
    progress: &'a mut dyn FnMut(u64),
    digest: Sha256,
}

impl<'a, R: Read> Watched<'a, R> {
    pub(crate) fn new(from: R, progress: &'a mut dyn FnMut(u64)) -> Self {
        Watched { from, progress, digest: Sha256::new() }
    }

    /// SHA-256 of what was read, hexadecimal.
    pub(crate) fn digest(self) -> String {
        hex::encode(self.digest.finalize())
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.digest.update(buffer.get(..count).unwrap_or_default());
        (self.progress)(count as u64);
        Ok(count)
    }
}

/// Copies everything, telling how much it was each time, and gives the digest.
pub(crate) fn copy(from: impl Read, to: &mut impl Write, progress: &mut dyn FnMut(u64)) -> io::Result<String> {
    let mut watched = Watched::new(from, progress);
    io::copy(&mut watched, to)?;
    Ok(watched.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Record, String> {
        Record::parse(text, Path::new("MANIFEST")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut written = Vec::new();
        let digest = copy(b"kovacs".as_slice(), &mut written, &mut |_| ()).unwrap();
        assert_eq!(written, b"kovacs");
        let record = Record { digests: BTreeMap::from([(PathBuf::from("bin/kovacs"), digest)]) };
        assert_eq!(parse(&record.text()).unwrap(), record);
    }

    #[test]
    fn a_record_names_nothing_outside_the_prefix() {
        let digest = "0".repeat(64);
        for path in ["../kovacs", "/bin/sh", "lib/../../kovacs", ""] {
            let error = parse(&format!("{digest}  bin/kovacs\n{digest}  {path}\n")).unwrap_err();
            assert!(error.contains("line 2"), "{error}");
        }
        assert!(parse("kovacs\n").unwrap_err().contains("line 1"));
    }
}
