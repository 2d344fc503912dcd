//! Reads a library's file once and judges whose it is.
//!
//! The file is opened once; kind, owner and permissions are asked of that handle, and the bytes read from it are the
//! ones that are hashed, inspected and copied. So there is no moment at which the file can be exchanged between check
//! and use.

use crate::error::LibraryFault;
use crate::places::PlaceKind;
use sha2::{Digest, Sha256};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Models are some hundred kilobytes; with debug information some megabytes.
const SIZE_LIMIT: u64 = 256 << 20;

/// The verified bytes of a library.
pub(crate) struct Source {
    pub(crate) bytes: Vec<u8>,
    /// SHA-256, hexadecimal.
    pub(crate) digest: String,
    /// What is doubtful about the file without being refused.
    pub(crate) warnings: Vec<String>,
}

/// Reads and judges the file.
///
/// # Errors
/// It cannot be read, is no regular file, too large, or somebody else could have written it.
pub(crate) fn read(path: &Path, kind: PlaceKind) -> Result<Source, LibraryFault> {
    // Not blocking: opening a named pipe would otherwise wait for a writer.
    let no_wait = rustix::fs::OFlags::NONBLOCK.bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(no_wait).open(path).map_err(LibraryFault::Unreadable)?;
    let metadata = file.metadata().map_err(LibraryFault::Unreadable)?;
    if !metadata.is_file() {
        return Err(LibraryFault::NotAFile);
    }
    let mut warnings = Vec::new();
    judge("the file", &metadata, kind, &mut warnings)?;
    if let Some(folder) = path.parent() {
        let metadata = fs::metadata(folder).map_err(LibraryFault::Unreadable)?;
        judge("its folder", &metadata, kind, &mut warnings)?;
        judge_above(folder, kind)?;
    }
    let bytes = read_all(file, metadata.len())?;
    Ok(Source { digest: hex::encode(Sha256::digest(&bytes)), bytes, warnings })
}

fn read_all(file: File, size: u64) -> Result<Vec<u8>, LibraryFault> {
    let mut bytes = Vec::new();
    // One byte more than the limit tells a file that grew from one that fits.
    file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).map_err(LibraryFault::Unreadable)?;
    let size = size.max(bytes.len() as u64);
    if size > SIZE_LIMIT { Err(LibraryFault::TooLarge { size, limit: SIZE_LIMIT }) } else { Ok(bytes) }
}

/// The folders above: whoever can rename one of them can put another library in this place. Only what is refused is
/// said, since nobody wants to read of the mode of `/home` at every model.
fn judge_above(folder: &Path, kind: PlaceKind) -> Result<(), LibraryFault> {
    let folder = folder.canonicalize().map_err(LibraryFault::Unreadable)?;
    for above in folder.ancestors().skip(1) {
        let metadata = fs::metadata(above).map_err(LibraryFault::Unreadable)?;
        match judge(&format!("the folder `{}`", above.display()), &metadata, kind, &mut Vec::new()) {
            // A checkout that is shared with a container belongs to another user there.
            Err(LibraryFault::ForeignOwner { .. }) if matches!(kind, PlaceKind::Named | PlaceKind::Project) => {}
            judged => judged?,
        }
    }
    Ok(())
}

/// Whether somebody else can have written here. What was built with the program is as trusted as the program itself;
/// many checkouts are group-writable because the user's group is the user alone, so that is refused in installed stores
/// only.
fn judge(what: &str, metadata: &Metadata, kind: PlaceKind, warnings: &mut Vec<String>) -> Result<(), LibraryFault> {
    let owner = metadata.uid();
    let mode = metadata.mode() & 0o7777;
    // In a sticky folder such as /tmp others can add files but not replace mine.
    let sticky = metadata.is_dir() && mode & 0o1000 != 0;
    let by_group = mode & 0o020 != 0 && !sticky;
    let by_anybody = mode & 0o002 != 0 && !sticky;
    let foreign = owner != 0 && owner != rustix::process::geteuid().as_raw();
    let fault = if foreign {
        LibraryFault::ForeignOwner { what: what.to_owned(), owner }
    } else if by_group || by_anybody {
        LibraryFault::WritableByOthers { what: what.to_owned(), mode }
    } else {
        return Ok(());
    };
    let tolerated = match kind {
        PlaceKind::Built => true,
        PlaceKind::Named | PlaceKind::Project => !foreign && !by_anybody,
        PlaceKind::User | PlaceKind::Installed => false,
    };
    if !tolerated {
        return Err(fault);
    }
    warnings.push(fault.to_string());
    Ok(())
}
