//! A cell, compiled by rustc and linked by rustc's linker, without cargo.
//!
//! The object file is linked with `-z defs`: a symbol that nobody has is found here, where it is an error of the
//! cell, and not when the library is loaded.

use crate::dependencies::{self, Built};
use crate::externs::Extern;
use crate::journal::Event;
use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::{offered, real, source};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Names the file into which evcxr wants the path of the finished library.
const LIBRARY_PATH_VARIABLE: &str = "EVCXR_EXECUTION_SO_PATH";

/// What evcxr wants of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// A library to load.
    Library,
    /// The errors.
    Check,
}

/// Compiles the cell whose crate is in `folder`; `arguments` are those that cargo would get.
pub(crate) fn cell(plan: &Plan, folder: &Path, arguments: &[OsString], goal: Goal) -> io::Result<ExitCode> {
    let begun = Instant::now();
    if !plan.standard_library.is_file() {
        let message = format!(
            "the compiler has been changed while the session runs ({} is gone); restart the session",
            plan.standard_library.display()
        );
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    let manifest = Manifest::read(folder)?;
    let source = source::rewrite(&fs::read_to_string(folder.join("src/lib.rs"))?);
    let by_cargo = |reason: &str| real::cell(plan, folder, arguments, &source, reason);
    if let Some(reason) = reason_for_cargo(plan) {
        return by_cargo(&reason);
    }
    let others = offered::others(plan, &manifest.dependencies);
    let more = if others.is_empty() { None } else { Some(dependencies::ensure(plan, &others)?) };
    let more = more.as_ref();
    let (Some(linker), Some(library_path)) = (&plan.linker, std::env::var_os(LIBRARY_PATH_VARIABLE)) else {
        if goal == Goal::Check {
            return check(plan, folder, &manifest, &source, more, begun);
        }
        return by_cargo("there is no linker beside the compiler");
    };
    if goal == Goal::Check {
        return check(plan, folder, &manifest, &source, more, begun);
    }
    let out = new_folder(&folder.join("out"))?;
    let object = out.join("ctx.o");
    let mut rustc = rustc(plan, folder, &manifest, &source, more)?;
    rustc.arg("--emit=obj").arg("-o").arg(&object);
    let status = rustc.status()?;
    if !status.success() {
        plan.note(Event::DirectErrors, begun.elapsed(), "");
        explain_missing_crates(plan, &source);
        return Ok(ExitCode::from(101));
    }
    let compiled = begun.elapsed();
    let library = out.join("libctx.so");
    let (always, others) = plan.externs.split_at(plan.externs.len().min(1));
    let others: Vec<&Extern> = others.iter().filter(|krate| krate.is_named_in(&source)).collect();
    let mut linked = link(plan, linker, &object, always.iter(), more, &library)?;
    if !linked && !others.is_empty() {
        // A crate that is named is not always used, and a large library takes long to read.
        linked = link(plan, linker, &object, always.iter().chain(others), more, &library)?;
    }
    if !linked {
        return by_cargo("the object file needs more than the libraries of the set-up");
    }
    // What is left over is removed with the session.
    let _ = fs::remove_file(&object);
    fs::write(library_path, library.as_os_str().as_encoded_bytes())?;
    let words = format!("rustc {:.1} ms", compiled.as_secs_f64() * 1e3);
    plan.note(Event::Direct, begun.elapsed(), &words);
    Ok(ExitCode::SUCCESS)
}

fn check(
    plan: &Plan,
    folder: &Path,
    manifest: &Manifest,
    source: &str,
    more: Option<&Built>,
    begun: Instant,
) -> io::Result<ExitCode> {
    let mut rustc = rustc(plan, folder, manifest, source, more)?;
    rustc.arg("--emit=metadata").arg("-o").arg(folder.join("cell/check.rmeta"));
    let status = rustc.status()?;
    let (event, code) = if status.success() { (Event::Direct, 0) } else { (Event::DirectErrors, 101) };
    plan.note(event, begun.elapsed(), "check");
    Ok(ExitCode::from(code))
}

/// Why rustc alone does not do.
fn reason_for_cargo(plan: &Plan) -> Option<String> {
    if plan.externs.is_empty() {
        return Some("the prelude is not compiled".into());
    }
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    if let Some(flag) = flags.split(' ').find(|flag| flag.starts_with("-Z")) {
        return Some(format!("the flag `{flag}`"));
    }
    std::env::var_os("RUSTC_WRAPPER").map(|_| "a wrapper of the compiler".into())
}

/// Says why a crate that the source names is not there; the compiler only says that it is not.
fn explain_missing_crates(plan: &Plan, source: &str) {
    for (name, reason) in &plan.unavailable {
        let krate = Extern { name: name.clone(), ..Extern::default() };
        if krate.is_named_in(source) {
            let message = crate::json(&format!("`{name}` comes with Kovacs, but is not ready: {reason}"));
            println!("{{\"message\":\"{message}\",\"level\":\"error\",\"spans\":[],\"children\":[]}}");
        }
    }
}

fn rustc(plan: &Plan, folder: &Path, manifest: &Manifest, source: &str, more: Option<&Built>) -> io::Result<Command> {
    // Its name must end in `lib.rs`: evcxr looks for that in messages.
    let file = Path::new("cell/lib.rs");
    fs::create_dir_all(folder.join("cell"))?;
    fs::write(folder.join(file), source)?;
    let mut command = Command::new(&plan.rustc);
    command
        .current_dir(folder)
        .args(["--crate-name", "ctx", "--edition", "2024", "--crate-type", "cdylib"])
        .arg(format!("-Copt-level={}", manifest.opt_level))
        .args(["-Ccodegen-units=1", "-Cprefer-dynamic", "-Cdebuginfo=0"])
        .args(["-Coverflow-checks=on", "-Cdebug-assertions=on"])
        .args(["--error-format=json", "--json=diagnostic-rendered-ansi"])
        // Nobody sees the warnings of a cell that compiles; what is an error by default stays one.
        .arg("-Awarnings")
        .stdin(Stdio::null())
        .stdout(Stdio::inherit());
    let (always, others) = plan.externs.split_at(plan.externs.len().min(1));
    for krate in always.iter().chain(others.iter().filter(|krate| krate.is_named_in(source))) {
        command.args(krate.arguments());
    }
    if let Some(more) = more {
        command.args(&more.arguments);
    }
    command.arg(file);
    real::restore(plan, &mut command);
    Ok(command)
}

fn link<'a>(
    plan: &Plan,
    linker: &Path,
    object: &Path,
    externs: impl Iterator<Item = &'a Extern>,
    more: Option<&'a Built>,
    library: &Path,
) -> io::Result<bool> {
    let externs: Vec<&Extern> = externs.collect();
    let mut libraries: Vec<&PathBuf> =
        externs.iter().flat_map(|krate| krate.shared_library.iter().chain(&krate.behind)).collect();
    libraries.extend(more.map(|more| &more.shared_library));
    libraries.sort_unstable();
    libraries.dedup();
    // What stands in front of another library says at its loading how that one's values are shown.
    let in_front =
        externs.iter().filter(|krate| !krate.behind.is_empty()).filter_map(|krate| krate.shared_library.as_ref());
    let mut command = Command::new(linker);
    command.args(["-flavor", "gnu"]);
    for folder in libraries.iter().filter_map(|library| library.parent()) {
        command.arg("-rpath").arg(folder);
    }
    command
        .args(["-shared", "--gc-sections", "--eh-frame-hdr", "--as-needed", "-z", "defs"])
        .args(["-z", "relro", "-z", "now", "--build-id=none", "--strip-all", "--threads=1"])
        .arg(object)
        .arg("--no-as-needed")
        .args(in_front)
        .arg("--as-needed")
        .args(&libraries)
        .arg(&plan.standard_library)
        .args(&plan.system_libraries)
        .arg("-o")
        .arg(library)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // Another attempt, or the real cargo, says what is wrong.
        .stderr(Stdio::null());
    Ok(command.status()?.success())
}

/// A folder of its own for every library: the loader takes two files of one name for the same.
fn new_folder(parent: &Path) -> io::Result<PathBuf> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let folder = parent.join(format!("{time:x}-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
