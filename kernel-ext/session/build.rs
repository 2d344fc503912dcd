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
    for (name, folder) in [
        ("kovacs", "../prelude/src"),
        ("kovacs-core", "../../models/core/src"),
        ("facades/polars", "../cell-crates/facades/polars"),
        ("views/ndarray", "../cell-crates/views/ndarray"),
        ("views/plotly", "../cell-crates/views/plotly"),
        ("views/polars", "../cell-crates/views/polars"),
        ("views/statrs", "../cell-crates/views/statrs"),
    ] {
        let folder = manifest.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        list(&folder, &format!("{name}/src"), &mut table)?;
    }
    let exports = manifest.join("../cell-crates/exports/polars");
    println!("cargo::rerun-if-changed={}", exports.display());
    writeln!(table, "    (\"exports/polars\", include_str!({exports:?})),").map_err(io::Error::other)?;
    table.push_str("];\n");
    write_versions(&manifest.join("../../Cargo.lock"), &mut table)?;
    fs::write(out.join("prelude_sources.rs"), table)?;
    compile_cell_cargo(&manifest.join("../cell-cargo/src"), &out)
}

/// The versions of the crates that come with Kovacs, as cargo chose them.
fn write_versions(lock: &Path, table: &mut String) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", lock.display());
    let text = fs::read_to_string(lock)?;
    let value = |line: Option<&str>, key: &str| -> Option<String> {
        Some(line?.strip_prefix(key)?.trim_matches([' ', '=', '"']).to_owned())
    };
    table.push_str("pub(super) const VERSIONS: &[(&str, &str)] = &[\n");
    for package in text.split("[[package]]") {
        let mut lines = package.lines().filter(|line| !line.is_empty());
        let (Some(name), Some(version)) = (value(lines.next(), "name"), value(lines.next(), "version")) else {
            continue;
        };
        if ["ndarray", "plotly", "polars", "statrs"].contains(&name.as_str()) {
            writeln!(table, "    ({name:?}, {version:?}),").map_err(io::Error::other)?;
        }
    }
    table.push_str("];\n");
    Ok(())
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
