//! Embeds the sources of the prelude, so that a `kovacs` executable can set up sessions wherever it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut table = String::from("pub(super) const SOURCES: &[(&str, &str)] = &[\n");
    for (name, folder) in [("kovacs", "../prelude/src"), ("kovacs-core", "../../models/core/src")] {
        let folder = manifest.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        list(&folder, &format!("{name}/src"), &mut table)?;
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("prelude_sources.rs"), table)
}

fn list(folder: &Path, name: &str, table: &mut String) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            list(&path, &name, table)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            println!("cargo::rerun-if-changed={}", path.display());
            writeln!(table, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
        }
    }
    Ok(())
}
