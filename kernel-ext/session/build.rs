//! Embeds what a `kovacs` executable needs to set up sessions wherever it is: the sources of the prelude, and the
//! session's own cargo, compiled here.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let manifest = variable("CARGO_MANIFEST_DIR")?;
    let out = variable("OUT_DIR")?;
    let mut table = String::from("pub(super) const SOURCES: &[(&str, &str)] = &[\n");
    for (name, folder) in [("kovacs", "../prelude/src"), ("kovacs-core", "../../models/core/src")] {
        let folder = manifest.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        list(&folder, &format!("{name}/src"), &mut table)?;
    }
    table.push_str("];\n");
    fs::write(out.join("prelude_sources.rs"), table)?;
    compile_cell_cargo(&manifest.join("../cell-cargo/src"), &out)
}

/// Not as a dependency: it is a program, and a small one only if nothing of the workspace's profile gets into it.
fn compile_cell_cargo(folder: &Path, out: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let rustc = env::var_os("RUSTC").ok_or(io::ErrorKind::NotFound)?;
    let target = env::var_os("TARGET").ok_or(io::ErrorKind::NotFound)?;
    let compile = |arguments: &[&str], file: &str| {
        let status = Command::new(&rustc)
            .args(["--edition", "2024", "-Copt-level=s", "-Cpanic=abort", "-Cstrip=symbols", "--cap-lints=allow"])
            .arg("--target")
            .arg(&target)
            .args(arguments)
            .arg("-L")
            .arg(out)
            .arg("--out-dir")
            .arg(out)
            .arg(folder.join(file))
            .status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("rustc cannot compile {file}: {status}"))) }
    };
    compile(&["--crate-name", "kovacs_cell_cargo", "--crate-type", "rlib"], "lib.rs")?;
    compile(&["--crate-name", "cell_cargo", "--extern", "kovacs_cell_cargo"], "main.rs")
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
