//! A cell, compiled by rustc and linked by rustc's linker, without cargo.
//!
//! The object file is linked with `-z defs`: a symbol that nobody has is found here, where it is an error of the
//! cell, and not when the library is loaded.

use crate::attempts::{self, Attempts};
use crate::dependencies::{self, Built};
use crate::exports::Exports;
use crate::externs::Extern;
use crate::journal::Event;
use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::{offered, real, source, spare};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Names the file into which evcxr wants the path of the finished library.
const LIBRARY_PATH_VARIABLE: &str = "EVCXR_EXECUTION_SO_PATH";
/// What is compiled, from the folder of the cells. Its name must end in `lib.rs`: evcxr looks for that in messages.
const FILE: &str = "cell/lib.rs";

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
    let more = if others.is_empty() { None } else { Some(dependencies::ensure(plan, folder, &others)?) };
    let compiler = Compiler { plan, folder, manifest: &manifest, more: more.as_ref(), begun };
    let (Some(linker), Some(library_path), Goal::Library) =
        (&plan.linker, std::env::var_os(LIBRARY_PATH_VARIABLE), goal)
    else {
        if goal == Goal::Check {
            let output = ["--emit=metadata".into(), "-o".into(), folder.join("cell/check.rmeta").into()];
            return match compiler.compile(&source, &output)? {
                Some(_) => {
                    plan.note(Event::Direct, begun.elapsed(), "check");
                    Ok(ExitCode::SUCCESS)
                }
                None => Ok(ExitCode::from(101)),
            };
        }
        return by_cargo("there is no linker beside the compiler");
    };
    let out = new_folder(&folder.join("out"))?;
    let object = out.join("ctx.o");
    let Some(compiled) = compiler.compile(&source, &["--emit=obj".into(), "-o".into(), object.clone().into()])? else {
        explain_missing_crates(plan, &source);
        return Ok(ExitCode::from(101));
    };
    let took = begun.elapsed();
    let library = out.join("libctx.so");
    let (always, others) = plan.externs.split_at(plan.externs.len().min(1));
    let others: Vec<&Extern> = others.iter().filter(|krate| krate.is_named_in(&compiled)).collect();
    let more = compiler.more;
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
    let what = if compiled == source { "" } else { ", without what it does not mention" };
    let words = format!("rustc {:.1} ms{what}", took.as_secs_f64() * 1e3);
    plan.note(Event::Direct, begun.elapsed(), &words);
    Ok(ExitCode::SUCCESS)
}

/// What compiling one cell takes.
struct Compiler<'a> {
    plan: &'a Plan,
    folder: &'a Path,
    manifest: &'a Manifest,
    more: Option<&'a Built>,
    begun: Instant,
}

impl Compiler<'_> {
    /// Compiles the source, or as much of it as the cell can need. Gives what was compiled; `None` if it has errors,
    /// which evcxr has then been told.
    fn compile(&self, source: &str, output: &[OsString]) -> io::Result<Option<String>> {
        let attempts = Attempts::of(self.folder);
        let known = attempts.known();
        let key = self.rustc(source, &[]);
        let key: Vec<&OsStr> = key.get_args().collect();
        if let Some(messages) = attempts.answer(&key, source) {
            attempts::pass_on(&messages, source)?;
            self.plan.note(Event::DirectErrors, self.begun.elapsed(), "as before");
            return Ok(None);
        }
        let mut named = self.plan.externs.iter().filter(|krate| krate.is_named_in(source));
        let exports = named.find_map(|krate| Exports::read(krate.exports.as_ref()?));
        let trimmed = if attempts.was_lacking() { None } else { spare::trim(source, exports.as_ref(), &known) };
        if let Some(trimmed) = trimmed {
            match self.run(&trimmed, output)? {
                Ok(()) => {
                    attempts.succeeded(&trimmed, &known);
                    return Ok(Some(trimmed));
                }
                Err(messages) if !attempts::may_lack_names(&messages) => {
                    self.fail(&attempts, &key, source, &messages)?;
                    return Ok(None);
                }
                Err(_) => {
                    attempts.lacks();
                    self.plan.note(Event::Whole, self.begun.elapsed(), "a name may be missing");
                }
            }
        }
        match self.run(source, output)? {
            Ok(()) => {
                attempts.succeeded(source, &known);
                Ok(Some(source.to_owned()))
            }
            Err(messages) => {
                self.fail(&attempts, &key, source, &messages)?;
                Ok(None)
            }
        }
    }

    fn fail(&self, attempts: &Attempts, key: &[&OsStr], source: &str, messages: &str) -> io::Result<()> {
        attempts.failed(key, source, messages);
        attempts::pass_on(messages, source)?;
        self.plan.note(Event::DirectErrors, self.begun.elapsed(), "");
        Ok(())
    }

    /// Lets rustc compile this; the error is what it says is wrong.
    fn run(&self, source: &str, output: &[OsString]) -> io::Result<Result<(), String>> {
        let file = self.folder.join(FILE);
        fs::create_dir_all(self.folder.join("cell"))?;
        fs::write(file, source)?;
        let output = self.rustc(source, output).stderr(Stdio::piped()).output()?;
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            return Ok(Ok(()));
        }
        match output.status.code() {
            // Not all of what the compiler says of a full disk is in its own form for messages.
            Some(_) if messages.contains(NO_SPACE) => Err(no_space(self.folder)),
            Some(_) => Ok(Err(messages)),
            None => Err(io::Error::other(format!("the compiler was stopped ({}); run the cell again", output.status))),
        }
    }

    fn rustc(&self, source: &str, output: &[OsString]) -> Command {
        let plan = self.plan;
        let mut command = Command::new(&plan.rustc);
        command
            .current_dir(self.folder)
            .args(["--crate-name", "ctx", "--edition", "2024", "--crate-type", "cdylib"])
            .arg(format!("-Copt-level={}", self.manifest.opt_level))
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
        if let Some(more) = self.more {
            command.args(&more.arguments);
        }
        command.args(output).arg(FILE);
        real::restore(plan, &mut command);
        command
    }
}

/// What the system says of a full disk.
const NO_SPACE: &str = "No space left on device";

fn no_space(folder: &Path) -> io::Error {
    let folder = folder.parent().unwrap_or(folder).display();
    let message =
        format!("the disk is full on which the session compiles ({folder}); make room, then run the cell again");
    io::Error::new(io::ErrorKind::StorageFull, message)
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
