//! Crates in folders of the user's, whose sources change between sessions, and within one.
//!
//! What is built for cells is kept by a digest of what was asked for; for a crate in a folder that must include what is
//! in the folder, and in the folders that its manifest names. It is looked at when a cell has a line of `:dep`, and not
//! with every cell: a crate that is being edited does not break `1 + 1`, and reading takes time. The session says when
//! to look again by removing the file in which the digests are.

use crate::requirement::Dependency;
use crate::source;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Where the digests are, in the folder of the session's cells.
pub const SEEN_FOLDERS: &str = "cell/local";
/// Folders in which nothing is that a crate is made of.
const UNNEEDED: [&str; 2] = ["target", ".git"];
/// Of larger files, in bytes, size and time say enough.
const LARGE: u64 = 1 << 20;

/// Digest of the folders that these lines name, as it was when a line of `:dep` was last run; `None` if they name none.
///
/// # Errors
/// A folder cannot be read.
pub(crate) fn digest(cells: &Path, lines: &[String]) -> io::Result<Option<u64>> {
    let folders: Vec<PathBuf> =
        lines.iter().filter_map(|line| Dependency::parse(line)?.path).map(PathBuf::from).collect();
    if folders.is_empty() {
        return Ok(None);
    }
    let seen = cells.join(SEEN_FOLDERS);
    let asked = source::digest(lines.join("\n").as_bytes());
    let known = fs::read_to_string(&seen).unwrap_or_default();
    let hexadecimal = |text: &str| u64::from_str_radix(text, 16).ok();
    if let Some((lines, digest)) = known.trim().split_once(' ').and_then(|(a, b)| hexadecimal(a).zip(hexadecimal(b)))
        && lines == asked
    {
        return Ok(Some(digest));
    }
    let digest = of_folders(folders)?;
    fs::create_dir_all(seen.parent().unwrap_or(cells))?;
    fs::write(&seen, format!("{asked:016x} {digest:016x}\n"))?;
    Ok(Some(digest))
}

/// Digest of all that is in these folders and in those that their manifests name.
fn of_folders(mut folders: Vec<PathBuf>) -> io::Result<u64> {
    let mut read = BTreeSet::new();
    let mut bytes = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(folder) = folder.canonicalize() else { continue };
        if !read.insert(folder.clone()) {
            continue;
        }
        add(&folder, &mut bytes)?;
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let named = manifest.split("path").skip(1).filter_map(|rest| {
            let value = rest.trim_start().strip_prefix('=')?.trim_start();
            value.strip_prefix('"')?.split('"').next()
        });
        folders.extend(named.map(|path| folder.join(path)).filter(|path| path.is_dir()));
    }
    Ok(source::digest(&bytes))
}

/// Adds names and contents of everything in a folder.
fn add(folder: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        // A link may lead anywhere, also back.
        let kind = entry.file_type()?;
        if kind.is_dir() && UNNEEDED.iter().any(|unneeded| name == *unneeded) {
            continue;
        }
        bytes.push(0);
        bytes.extend(name.as_encoded_bytes());
        bytes.push(0);
        if kind.is_dir() {
            add(&entry.path(), bytes)?;
        } else if kind.is_file() {
            let about = entry.metadata()?;
            let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
            let contents = if about.len() > LARGE {
                format!("{} {changed}", about.len()).into_bytes()
            } else {
                fs::read(entry.path())?
            };
            bytes.extend(source::digest(&contents).to_le_bytes());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: PathBuf, text: &str) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    #[test]
    fn a_change_of_what_a_crate_is_made_of_is_seen_when_asked_for() {
        let root = tempfile::tempdir().expect("a folder");
        let at = |path: &str| root.path().join(path);
        write(at("a/Cargo.toml"), "[dependencies]\nb = { path = \"../b\" }\n");
        write(at("a/src/lib.rs"), "pub fn a() {}");
        write(at("b/src/lib.rs"), "pub fn b() {}");
        let lines = [format!("a = {{ path = {:?} }}", at("a")), "itoa = \"1\"".to_owned()];
        let seen = || digest(root.path(), &lines).expect("folders").expect("a crate in a folder");
        let again = || {
            fs::remove_file(at(SEEN_FOLDERS)).expect("it was written");
            seen()
        };
        let first = seen();
        write(at("a/src/lib.rs"), "pub fn a() -> i32 { 1 }");
        assert_eq!(seen(), first, "only a line of `:dep` looks again");
        let second = again();
        assert_ne!(second, first);
        write(at("a/target/debug/x"), "built");
        assert_eq!(again(), second);
        write(at("b/src/lib.rs"), "pub fn b() -> i32 { 1 }");
        let third = again();
        assert_ne!(third, second);
        write(at("a/src/more.rs"), "");
        assert_ne!(again(), third);
        assert_eq!(digest(root.path(), &lines[1..]).expect("no folder"), None);
    }
}
