//! Crates that a session asks for by `:dep`, built by the real cargo and kept for all sessions.
//!
//! All lines of a session together make one generated crate, which re-exports what they name. It is built once as a
//! shared library, in a folder named by a digest of the lines and the compiler; what cargo gives rustc for it (renamed
//! crates, procedural macros, folders of native libraries) is written down on the way and given to every cell. The
//! prelude is not touched. The name of the library has the digest in it too: the loader takes two libraries of one
//! name for the same.

use crate::journal::Event;
use crate::plan::Plan;
use crate::requirement::Dependency;
use crate::{local, real, source};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Names the file into which the arguments for the generated crate are written.
pub(crate) const ARGUMENTS_VARIABLE: &str = "KOVACS_DEPENDENCY_ARGUMENTS";
/// The name of the generated crate begins so.
pub(crate) const CRATE_NAME: &str = "kovacs_deps_";

/// Crates that are ready for cells.
pub(crate) struct Built {
    /// What rustc must be told of them.
    pub(crate) arguments: Vec<OsString>,
    /// The library that holds them.
    pub(crate) shared_library: PathBuf,
}

/// Builds what these lines of `[dependencies]` name, if it is not there.
///
/// `cells` is the folder of the session's cells.
pub(crate) fn ensure(plan: &Plan, cells: &Path, lines: &[String]) -> io::Result<Built> {
    let begun = Instant::now();
    let mut words = format!("{}\n{}", lines.join("\n"), plan.standard_library.display());
    let mut flags = "-Cprefer-dynamic".to_owned();
    if let Some(digest) = local::digest(cells, lines)? {
        words.push_str(&format!("\n{digest:016x}"));
        // Types of another source are others, also where their names are the same: a variable of the one is not taken
        // for one of the other.
        flags.push_str(&format!(" -Cmetadata={digest:016x}"));
    }
    let name = format!("{CRATE_NAME}{:016x}", source::digest(words.as_bytes()));
    let folder = plan.dependencies.join(&name);
    let built = |arguments| Built { arguments, shared_library: folder.join(format!("target/debug/lib{name}.so")) };
    let finished = folder.join("arguments");
    if let Some(arguments) = read_arguments(&finished) {
        return Ok(built(arguments));
    }
    fs::create_dir_all(&folder)?;
    // Two sessions that need it at once build it once.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    if let Some(arguments) = read_arguments(&finished) {
        return Ok(built(arguments));
    }
    fs::write(folder.join("Cargo.toml"), manifest(&name, lines))?;
    let names = lines.iter().filter_map(|line| Dependency::parse(line));
    let text: String = names.map(|dependency| format!("pub use ::{};\n", dependency.name)).collect();
    fs::write(folder.join("lib.rs"), text)?;
    refuse_polars(plan, &folder)?;
    let draft = folder.join("arguments.new");
    run(plan, &folder, &["build"], Some((&draft, &flags)))?;
    fs::rename(&draft, &finished)?;
    plan.note(Event::Cargo, begun.elapsed(), &format!("building {}", lines.join(", ")));
    read_arguments(&finished).map(built).ok_or_else(|| io::Error::other("the built crates cannot be read"))
}

fn manifest(name: &str, lines: &[String]) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [lib]\npath = \"lib.rs\"\ncrate-type = [\"dylib\"]\n\n\
         [profile.dev]\ndebug = false\nopt-level = 2\nincremental = false\n\n\
         [workspace]\n\n[dependencies]\n{}\n",
        lines.join("\n")
    )
}

/// No session compiles polars, not even as what another crate is made of.
fn refuse_polars(plan: &Plan, folder: &Path) -> io::Result<()> {
    run(plan, folder, &["generate-lockfile"], None)?;
    let lock = fs::read_to_string(folder.join("Cargo.lock"))?;
    if lock.lines().any(|line| line == "name = \"polars-core\"") {
        let message = "one of these crates is made with polars, which takes a quarter of an hour to compile and would \
                       be another polars than the one that cells have; use that one";
        return Err(io::Error::other(message));
    }
    Ok(())
}

/// Lets the real cargo do something, without the network if that is possible. What it says is passed on as it says it.
fn run(plan: &Plan, folder: &Path, arguments: &[&str], wrapped: Option<(&Path, &str)>) -> io::Result<()> {
    let attempt = |is_offline: bool| -> io::Result<Result<(), String>> {
        let mut command = Command::new(&plan.cargo);
        command.current_dir(folder).args(arguments);
        real::restore(plan, &mut command);
        command
            .env("RUSTC", &plan.rustc)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .env("CARGO_BUILD_BUILD_DIR", folder.join("target"))
            .env("CARGO_TERM_COLOR", "never")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if is_offline {
            command.env("CARGO_NET_OFFLINE", "true");
        }
        if let Some((file, flags)) = wrapped {
            command.env("RUSTFLAGS", flags);
            command.env("RUSTC_WORKSPACE_WRAPPER", plan.tools.join("bin").join(crate::WRAPPER_NAME));
            command.env(ARGUMENTS_VARIABLE, file);
        }
        let mut child = command.spawn()?;
        let mut said = String::new();
        for line in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines()) {
            let line = line?;
            plan.progress(&line);
            said.push_str(&line);
            said.push('\n');
        }
        Ok(if child.wait()?.success() { Ok(()) } else { Err(said) })
    };
    let Err(offline) = attempt(true)? else { return Ok(()) };
    if plan.is_offline() {
        return Err(io::Error::other(errors(&offline)));
    }
    attempt(false)?.map_err(|online| io::Error::other(errors(&online)))
}

/// What cargo says is wrong, without what it says it does.
fn errors(said: &str) -> String {
    let start = said.find("error").unwrap_or(0);
    said[start..].trim().to_owned()
}

/// Writes down what cargo gives rustc for the generated crate; called in the place of rustc.
pub(crate) fn write_arguments(file: &Path, arguments: &[OsString]) -> io::Result<()> {
    let mut lines = Vec::new();
    for pair in arguments.windows(2) {
        if pair[0] == "--extern" || pair[0] == "-L" {
            for word in pair {
                lines.extend_from_slice(word.as_encoded_bytes());
                lines.push(b'\n');
            }
        }
    }
    File::create(file)?.write_all(&lines)
}

fn read_arguments(file: &Path) -> Option<Vec<OsString>> {
    Some(fs::read_to_string(file).ok()?.lines().map(OsString::from).collect())
}
