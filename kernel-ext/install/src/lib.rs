//! Writes an installation of Kovacs, packs it into an archive, removes it.
//!
//! [`Contents`] is what an installation consists of, gathered from a [`Home`](kovacs_home::Home): the workspace, or another
//! installation. The same contents become files below a prefix ([`install`]) or an archive ([`pack`]); nothing in them
//! depends on where they will lie, so both can be moved.
//!
//! An installation keeps a record of its files, `lib/kovacs/MANIFEST`, in the form of `sha256sum`. What is not in it was
//! not installed by Kovacs, and is neither replaced nor removed.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod archive;
mod contents;
mod error;
mod licences;
mod record;
mod sources;
mod strip;
mod tree;

pub use archive::{Archive, pack};
pub use contents::{Contents, Group, Part, Source};
pub use error::InstallError;
pub use licences::third_party;
pub use strip::Stripper;
pub use tree::{Installed, Removed, install, installed_version, uninstall};

/// What an installation has for itself alone, relative to its prefix.
const OWN: &str = "lib/kovacs";
/// The record of the files, relative to the prefix.
const MANIFEST: &str = "lib/kovacs/MANIFEST";
/// The version of what is installed, relative to the prefix.
const VERSION: &str = "lib/kovacs/VERSION";
