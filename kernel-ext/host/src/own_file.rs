//! Small TOML files of Kovacs's own: manifests, the trust store, locks of models.
//!
//! Read with a limit, written whole: a reader sees the file before or the file after, never half of one.

use crate::error::{HostError, HostErrorKind, OwnFileFault};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The version of the form of these files; another one is not guessed at.
pub(crate) const FORMAT: u32 = 1;

/// Larger than any of these files, and small enough to read into memory.
const SIZE_LIMIT: u64 = 16 << 20;

/// One of the files, by what it is called in messages.
pub(crate) struct OwnFile<'a> {
    pub(crate) what: &'static str,
    pub(crate) path: &'a Path,
    /// What to do when it cannot be used.
    pub(crate) remedy: &'static str,
}

impl OwnFile<'_> {
    /// Reads the file; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or of another version of the form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, HostError> {
        #[derive(serde::Deserialize)]
        struct Head {
            format: u32,
        }
        let file = match File::open(self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fault(OwnFileFault::Unreadable(error))),
        };
        let mut text = String::new();
        let size = file.take(SIZE_LIMIT + 1).read_to_string(&mut text);
        let size = size.map_err(|error| self.fault(OwnFileFault::Unreadable(error)))?;
        if size as u64 > SIZE_LIMIT {
            return Err(self.fault(OwnFileFault::TooLarge { limit: SIZE_LIMIT }));
        }
        let damaged = |error: toml::de::Error| self.fault(OwnFileFault::Damaged { reason: one_line(&error, &text) });
        match toml::from_str::<Head>(&text).map_err(damaged)?.format {
            FORMAT => toml::from_str(&text).map(Some).map_err(damaged),
            found => Err(self.fault(OwnFileFault::OtherFormat { found, known: FORMAT })),
        }
    }

    /// Refuses a file that somebody else could have written.
    ///
    /// # Errors
    /// It could be, or nothing is known of it.
    pub(crate) fn check_owner(&self) -> Result<(), HostError> {
        let metadata = match fs::metadata(self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            metadata => metadata.map_err(|error| self.fault(OwnFileFault::Unreadable(error)))?,
        };
        let owner = metadata.uid();
        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            return Err(self.fault(OwnFileFault::ForeignOwner { owner }));
        }
        match metadata.mode() & 0o7777 {
            mode if mode & 0o022 != 0 => Err(self.fault(OwnFileFault::WritableByOthers { mode })),
            _ => Ok(()),
        }
    }

    /// Writes the file whole, under a comment that says what it is for; folders are made for this user alone.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write<T: Serialize>(&self, comment: &str, content: &T, mode: u32) -> Result<(), HostError> {
        let body = toml::to_string(content);
        let body = body.map_err(|error| self.fault(OwnFileFault::Damaged { reason: error.to_string() }))?;
        let comment: String = comment.lines().map(|line| format!("# {line}\n")).collect();
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let write = || {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let mut file = NamedTempFile::new_in(folder)?;
            file.write_all(format!("{comment}{body}").as_bytes())?;
            file.as_file().set_permissions(Permissions::from_mode(mode))?;
            file.persist(self.path).map_err(|error| error.error)
        };
        write().map(|_| ()).map_err(|error| self.fault(OwnFileFault::Unwritable(error)))
    }

    fn fault(&self, fault: OwnFileFault) -> HostError {
        let path: PathBuf = self.path.to_path_buf();
        HostErrorKind::OwnFile { what: self.what, path, fault: fault.into(), remedy: self.remedy }.into()
    }
}

/// The parser's words with the line in front; its picture of the place spans several lines.
fn one_line(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}

/// The moment in UTC, as these files and their readers write it: `2026-11-25T13:30:00Z`.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
