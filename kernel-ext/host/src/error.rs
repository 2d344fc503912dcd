//! Why a model cannot be had: nobody has it, or its library is refused.
//!
//! Every message says what was found, where, and what to do; it reads as the end of "cannot load model: ".

use kovacs_core::description::DescriptionFault;
use kovacs_core::swap::SwapReport;
use std::fmt::{self, Write};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Why a model cannot be had.
#[derive(Clone, Debug, Error)]
#[error("{kind}")]
pub struct HostError {
    kind: Box<HostErrorKind>,
}

impl HostError {
    /// What happened, with its data.
    pub fn kind(&self) -> &HostErrorKind {
        &self.kind
    }

    /// The library that only needs to be approved, if that is all that is wrong: `kovacs model trust` does it.
    pub fn unapproved(&self) -> Option<&Path> {
        match self.kind() {
            HostErrorKind::Library { path, fault } if matches!(**fault, LibraryFault::NotApproved { .. }) => Some(path),
            _ => None,
        }
    }

    pub(crate) fn library(path: impl Into<PathBuf>, fault: impl Into<Arc<LibraryFault>>) -> Self {
        HostErrorKind::Library { path: path.into(), fault: fault.into() }.into()
    }
}

impl From<HostErrorKind> for HostError {
    fn from(kind: HostErrorKind) -> Self {
        HostError { kind: Box::new(kind) }
    }
}

/// What happened.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum HostErrorKind {
    /// No library in any of the places has a model of this name.
    #[error("{}", unknown_model(.name, .known, .places, .broken))]
    UnknownModel {
        /// As asked for.
        name: String,
        /// Full ids of the models there are.
        known: Vec<String>,
        /// Every place searched, in order, with what was found there.
        places: Vec<(PathBuf, String)>,
        /// Libraries that were found and refused, with the reason.
        broken: Vec<(PathBuf, String)>,
    },
    /// Several models end in this short name.
    #[error("the name `{name}` fits several models: {}; use the full id", backticked(.ids))]
    AmbiguousName {
        /// As asked for.
        name: String,
        /// Full ids.
        ids: Vec<String>,
    },
    /// Two libraries in one folder claim the same model, so neither can be preferred.
    #[error(
        "model `{id}` is in two libraries of the same folder, `{}` and `{}`; remove one of them",
        .first.display(), .second.display()
    )]
    DuplicateInFolder {
        /// Full id.
        id: String,
        /// One library.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
    },
    /// A library was named by its path and has several models.
    #[error("library `{}` has the models {}; say which one: `{}#{}`", .path.display(), backticked(.ids),
        .path.display(), .ids.first().map_or("", String::as_str))]
    SeveralModels {
        /// The library.
        path: PathBuf,
        /// Full ids.
        ids: Vec<String>,
    },
    /// A library was named by its path, and the model asked for is not in it.
    #[error("library `{}` has no model `{name}`; it has {}", .path.display(), backticked(.ids))]
    NotInLibrary {
        /// The library.
        path: PathBuf,
        /// As asked for.
        name: String,
        /// Full ids.
        ids: Vec<String>,
    },
    /// A path that depends on the current folder.
    #[error("path `{}` is relative; give the absolute path of the library, or the id of a model", .path.display())]
    RelativePath {
        /// As given.
        path: PathBuf,
    },
    /// A folder is given as a project in which models are written, and is none.
    #[error("`{}` is no project: there is no `Cargo.toml` in it", .path.display())]
    NotAProject {
        /// As given.
        path: PathBuf,
    },
    /// There is nowhere to remember an approval.
    #[error(
        "there is no folder for the trust store: neither XDG_STATE_HOME nor HOME is an absolute path; set one of them"
    )]
    NoStore,
    /// A lock is to be kept, and there is none.
    #[error("KOVACS_LOCKED is set, and there is no lock `{}` nor one in a folder above; write it with `kovacs model \
             lock`, or unset KOVACS_LOCKED", .sought.display())]
    NoLock {
        /// Where it would be.
        sought: PathBuf,
    },
    /// A file of Kovacs's own cannot be used.
    #[error("{what} `{}` {fault}; {remedy}", .path.display())]
    OwnFile {
        /// Which file: `trust store`, `manifest`, `lock`.
        what: &'static str,
        /// Where it lies.
        path: PathBuf,
        /// What is wrong.
        #[source]
        fault: Arc<OwnFileFault>,
        /// What to do.
        remedy: &'static str,
    },
    /// A manifest describes a model that cannot be.
    #[error("manifest `{}`: model `{model}`: {fault}; write it anew with `kovacs model check --write-manifest`",
        .path.display())]
    ManifestModel {
        /// The manifest.
        path: PathBuf,
        /// Full id as found.
        model: String,
        /// What is wrong.
        #[source]
        fault: DescriptionFault,
    },
    /// A rebuilt model is not what values and code were written for.
    #[error(
        "the rebuilt model is not taken, since numbers written for the old one are lost or mean something else:\n\
             {report}\nto take it all the same, reload with breaking changes allowed"
    )]
    BreakingReload {
        /// What has changed.
        report: Box<SwapReport>,
    },
    /// A library was rebuilt without the model.
    #[error("library `{}` has no model `{id}` any more; it has {}", .path.display(), backticked(.ids))]
    ModelGone {
        /// The library.
        path: PathBuf,
        /// Full id of the model before.
        id: String,
        /// Full ids of what is in it now.
        ids: Vec<String>,
    },
    /// A library is refused.
    #[error("library `{}`: {fault}", .path.display())]
    Library {
        /// The library.
        path: PathBuf,
        /// Why.
        #[source]
        fault: Arc<LibraryFault>,
    },
}

/// Why a library is refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LibraryFault {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// A folder, a pipe, a device.
    #[error("is not a regular file")]
    NotAFile,
    /// Larger than any model.
    #[error("has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Bytes.
        size: u64,
        /// Bytes.
        limit: u64,
    },
    /// Somebody else could have put anything into it.
    #[error("{what} belongs to user {owner}, neither to you nor to root; copy the library into a folder of your own")]
    ForeignOwner {
        /// `the file`, `its folder`, or a folder above.
        what: String,
        /// Numeric user.
        owner: u32,
    },
    /// Somebody else could change it.
    #[error("{what} can be written by others (mode {mode:o}); run `chmod go-w` on it")]
    WritableByOthers {
        /// `the file`, `its folder`, or a folder above.
        what: String,
        /// Permission bits.
        mode: u32,
    },
    /// Not in the format of this platform's shared libraries.
    #[error("is not a shared library of this platform: {found}; a model is built as a `cdylib` or with `cc -shared`")]
    NotALibrary {
        /// What it is.
        found: String,
    },
    /// Built for another processor.
    #[error("is built for {found}, this machine is {expected}; build it here")]
    OtherArchitecture {
        /// Architecture of the library.
        found: String,
        /// Architecture of this program.
        expected: &'static str,
    },
    /// Speaks another major of the interface.
    #[error("is built for ABI {found}, this host speaks {host}; rebuild it against this version's `kovacs_model.h`")]
    OtherAbi {
        /// Major of the library.
        found: u32,
        /// Major of this host.
        host: u32,
    },
    /// A shared library, but not of a model.
    #[error("does not export `kovacs_plugin_v0`, so it holds no model; see `export_models!` or `kovacs_model.h`")]
    NoEntry,
    /// The user has not agreed to run this code.
    #[error("is not approved\n  {:<8} {}\n  {:<8} {}\n  {:<8} {digest}\nloading a model runs its author's code with your \
             rights; to approve this very file:\n  kovacs model trust {}", plural(.models), .models.join(", "), "size",
        bytes(*.size), "SHA-256", shell_word(.path))]
    NotApproved {
        /// The library.
        path: PathBuf,
        /// Full ids as its manifest tells them, else what its file name says.
        models: Vec<String>,
        /// Bytes.
        size: u64,
        /// SHA-256, hexadecimal.
        digest: String,
    },
    /// A lock is to be kept, and the library is not in it.
    #[error("is not in the lock `{}` (SHA-256 {digest}), and KOVACS_LOCKED allows no other; build or install the locked \
             version, or lock this one with `kovacs model lock`", .lock.display())]
    NotLocked {
        /// SHA-256, hexadecimal.
        digest: String,
        /// The lock.
        lock: PathBuf,
    },
    /// A file of Kovacs's own that decides about it cannot be used.
    #[error("cannot be judged: {0}")]
    OwnFile(#[source] HostError),
    /// The manifest beside it is of another file.
    #[error("is not the file that its manifest `{}` describes: SHA-256 {found}, not {stated}; it was rebuilt or \
             exchanged; if that was you, run `kovacs model check --write-manifest` on it", .manifest.display())]
    ManifestDigest {
        /// The manifest.
        manifest: PathBuf,
        /// Digest in the manifest.
        stated: String,
        /// Digest of the file.
        found: String,
    },
    /// The manifest beside it is for another platform.
    #[error("is built for {stated}, as its manifest `{}` says, this machine is {here}; build it here", .manifest.display())]
    ManifestTarget {
        /// The manifest.
        manifest: PathBuf,
        /// As the manifest says.
        stated: String,
        /// This machine.
        here: String,
    },
    /// The manifest beside it speaks of another file name.
    #[error("has the manifest `{}`, which describes `{stated}`; write one for each library with `kovacs model check \
             --write-manifest`", .manifest.display())]
    ManifestFile {
        /// The manifest.
        manifest: PathBuf,
        /// As the manifest says.
        stated: String,
    },
    /// The tables of the opened library are not those of its manifest.
    #[error("does not hold what its manifest `{}` says{}; write the manifest anew with `kovacs model check \
             --write-manifest`, if you trust the library", .manifest.display(), after_colon(.difference))]
    ManifestTables {
        /// The manifest.
        manifest: PathBuf,
        /// What differs, from manifest to library; empty where it is the wording only.
        difference: String,
    },
    /// The file has become another one since the model was loaded.
    #[error("was loaded with the SHA-256 {stated} and is {found} now; reload the model")]
    OtherCopy {
        /// As loaded.
        stated: String,
        /// As found.
        found: String,
    },
    /// The private copy cannot be written.
    #[error("cannot be copied to `{}`: {source}; set XDG_CACHE_HOME to a folder you can write", .folder.display())]
    Copy {
        /// Where the copy was to go.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system loader refuses it.
    #[error("cannot be opened: {message}")]
    Open {
        /// The loader's own words.
        message: String,
    },
    /// The entry function gives no tables.
    #[error("gives no tables: `kovacs_plugin_v0` answers {status}{}", after_colon(.message))]
    Entry {
        /// Status code.
        status: i32,
        /// What it logged, if anything.
        message: String,
    },
    /// A pointer that must lead somewhere is NULL or misaligned.
    #[error("{what} is NULL or misaligned; the header says that it must not be")]
    BadPointer {
        /// Which field of which table.
        what: String,
    },
    /// A table is shorter than the interface asks for, or of an impossible size.
    #[error("{what} says its size is {size} bytes, which does not fit the {expected} of the header")]
    TableSize {
        /// Which table.
        what: String,
        /// `struct_size` as found.
        size: u32,
        /// Size in the header.
        expected: usize,
    },
    /// A list is longer than is sensible.
    #[error("{what} has {count} entries, more than the limit of {limit}")]
    TooMany {
        /// Which list.
        what: String,
        /// Number of entries.
        count: u64,
        /// Limit.
        limit: u64,
    },
    /// A text is not UTF-8.
    #[error("{what} is not UTF-8")]
    NotUtf8 {
        /// Which field of which table.
        what: String,
    },
    /// A text does not end.
    #[error("{what} does not end within {limit} bytes")]
    EndlessText {
        /// Which field of which table.
        what: String,
        /// Bytes looked at.
        limit: usize,
    },
    /// No model at all.
    #[error("has no models")]
    NoModels,
    /// Two models of one library have the same id.
    #[error("has two models with the id `{id}`")]
    DuplicateModel {
        /// Full id.
        id: String,
    },
    /// What a model says of itself does not hold together.
    #[error("model `{model}`: {fault}")]
    Description {
        /// Full id as found.
        model: String,
        /// What is wrong.
        #[source]
        fault: DescriptionFault,
    },
}

/// Why a file of Kovacs's own cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OwnFileFault {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// It cannot be written.
    #[error("cannot be written: {0}")]
    Unwritable(#[source] io::Error),
    /// No file of its kind is so large.
    #[error("has more than {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// It is not TOML, or not of the right form.
    #[error("is damaged: {reason}")]
    Damaged {
        /// The parser's words.
        reason: String,
    },
    /// It is of another version of the form.
    #[error("has the format {found}, this program knows {known}")]
    OtherFormat {
        /// As found.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// Somebody else could have put anything into it.
    #[error("belongs to user {owner}, neither to you nor to root")]
    ForeignOwner {
        /// Numeric user.
        owner: u32,
    },
    /// Somebody else could change it.
    #[error("can be written by others (mode {mode:o}; `chmod go-w` closes it)")]
    WritableByOthers {
        /// Permission bits.
        mode: u32,
    },
}

fn plural(models: &[String]) -> &'static str {
    if models.len() == 1 { "model" } else { "models" }
}

/// A size as people read it.
fn bytes(size: u64) -> String {
    match size {
        0..10_000 => format!("{size} bytes"),
        10_000..10_000_000 => format!("{} kB", size / 1000),
        _ => format!("{} MB", size / 1_000_000),
    }
}

/// A path as it can be pasted into a shell.
pub(crate) fn shell_word(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,=".contains(c);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

fn unknown_model(
    name: &str,
    known: &[String],
    places: &[(PathBuf, String)],
    broken: &[(PathBuf, String)],
) -> impl fmt::Display {
    let mut text = format!("there is no model `{name}`; ");
    // Writing into a `String` cannot fail.
    let _ = match known {
        [] => write!(text, "no model was found at all"),
        _ => write!(text, "there are {}", backticked(known)),
    };
    text.push_str("\nsearched, in this order:");
    for (path, found) in places {
        let _ = write!(text, "\n  {}: {found}", path.display());
    }
    for (path, reason) in broken {
        let _ = write!(text, "\nrefused: `{}` {reason}", path.display());
    }
    let library = crate::places::library_name(&name.replace(['-', '.'], "_"));
    let _ = write!(
        text,
        "\nput its library (`{library}` or similar) into one of these folders, or name its folder in {}",
        crate::places::SEARCH_PATH_VARIABLE
    );
    text
}

fn backticked(ids: &[String]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn after_colon(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> io::Error {
        io::Error::from(io::ErrorKind::PermissionDenied)
    }

    /// Refusals that a test without special rights or a full disk cannot bring about.
    #[test]
    fn rare_refusals_have_words_too() {
        let store = |fault: OwnFileFault| {
            let path = PathBuf::from("/home/me/trust.toml");
            HostErrorKind::OwnFile { what: "trust store", path, fault: fault.into(), remedy: "repair it" }.to_string()
        };
        assert_eq!(
            store(OwnFileFault::Unreadable(denied())),
            "trust store `/home/me/trust.toml` cannot be read: permission denied; repair it"
        );
        assert_eq!(
            store(OwnFileFault::Unwritable(denied())),
            "trust store `/home/me/trust.toml` cannot be written: permission denied; repair it"
        );
        assert_eq!(
            store(OwnFileFault::TooLarge { limit: 16 }),
            "trust store `/home/me/trust.toml` has more than 16 bytes; repair it"
        );
        assert_eq!(
            store(OwnFileFault::ForeignOwner { owner: 7 }),
            "trust store `/home/me/trust.toml` belongs to user 7, neither to you nor to root; repair it"
        );
        assert_eq!(
            HostErrorKind::NoStore.to_string(),
            "there is no folder for the trust store: neither XDG_STATE_HOME nor HOME is an absolute path; set one of them"
        );
        let copy = LibraryFault::Copy { folder: "/cache".into(), source: denied() };
        assert_eq!(
            copy.to_string(),
            "cannot be copied to `/cache`: permission denied; set XDG_CACHE_HOME to a folder you can write"
        );
        let other = LibraryFault::OtherCopy { stated: "aa".to_owned(), found: "bb".to_owned() };
        assert_eq!(other.to_string(), "was loaded with the SHA-256 aa and is bb now; reload the model");
    }

    #[test]
    fn the_line_that_approves_can_be_pasted() {
        assert_eq!(shell_word(Path::new("/home/me/lib.so")), "/home/me/lib.so");
        assert_eq!(shell_word(Path::new("/home/me/my models/it's.so")), "'/home/me/my models/it'\\''s.so'");
        assert_eq!([bytes(9_999), bytes(284_000), bytes(12_345_678)], ["9999 bytes", "284 kB", "12 MB"]);
    }
}
