//! The real cargo and rustc, for everything that this program does not do itself.

use crate::journal::Event;
use crate::plan::{PLAN_VARIABLE, Plan};
use crate::{dependencies, offered};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Gives a command the environment that the session itself was started in.
pub(crate) fn restore(plan: &Plan, command: &mut Command) {
    for (name, value) in &plan.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
}

/// Becomes the real cargo.
pub(crate) fn cargo(plan: &Plan, arguments: &[OsString]) -> io::Result<ExitCode> {
    let mut command = Command::new(&plan.cargo);
    restore(plan, command.args(arguments));
    command.env_remove(PLAN_VARIABLE).env_remove("RUSTC");
    Err(command.exec())
}

/// Becomes the real rustc.
pub(crate) fn rustc(plan: &Plan, arguments: &[OsString]) -> io::Result<ExitCode> {
    let mut command = Command::new(&plan.rustc);
    restore(plan, command.args(arguments));
    Err(command.exec())
}

/// A crate folder for the real cargo: that of the cells with another source, and other dependencies if wanted.
pub(crate) fn crate_folder(plan: &Plan, folder: &Path, source: &str, more_dependencies: &str) -> io::Result<PathBuf> {
    let own = folder.join("by-cargo");
    fs::create_dir_all(own.join("src"))?;
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
    // What the session has compiled for its cells cargo must neither look for nor compile.
    let lines = manifest.lines().filter(|line| !offered::is_offered(plan, line.trim()));
    let mut manifest = lines.collect::<Vec<_>>().join("\n");
    // `[dependencies]` is the last section; a cache inside somebody's workspace must not be taken for a member of it.
    manifest.push_str(more_dependencies);
    manifest.push_str("\n[workspace]\n");
    // Cargo judges by the time of a change: what stays equal stays untouched.
    for (path, text) in [(own.join("Cargo.toml"), manifest.as_str()), (own.join("src/lib.rs"), source)] {
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text)?;
        }
    }
    Ok(own)
}

/// Compiles a cell with cargo, against the same prelude.
pub(crate) fn cell(
    plan: &Plan,
    folder: &Path,
    arguments: &[OsString],
    source: &str,
    reason: &str,
) -> io::Result<ExitCode> {
    let begun = Instant::now();
    let own = crate_folder(plan, folder, source, "")?;
    let mut command = Command::new(&plan.cargo);
    command.current_dir(folder).args(arguments).arg("--manifest-path").arg(own.join("Cargo.toml"));
    restore(plan, &mut command);
    let status = command
        .env("RUSTC", &plan.rustc)
        .env("RUSTC_WORKSPACE_WRAPPER", plan.tools.join("bin").join(crate::WRAPPER_NAME))
        .status()?;
    plan.note(Event::Cargo, begun.elapsed(), reason);
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(101)).unwrap_or(101)))
}

/// Becomes rustc as cargo starts it, and gives the crate of the cells what the session has compiled for it.
pub(crate) fn wrapped_rustc(plan: &Plan, arguments: &[OsString]) -> io::Result<ExitCode> {
    let Some((compiler, arguments)) = arguments.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no compiler to start"));
    };
    let mut command = Command::new(compiler);
    command.args(arguments);
    let name = arguments.windows(2).find(|pair| pair[0] == "--crate-name").map(|pair| pair[1].to_string_lossy());
    if name.as_ref().is_some_and(|name| name.starts_with(dependencies::CRATE_NAME))
        && let Some(file) = std::env::var_os(dependencies::ARGUMENTS_VARIABLE)
    {
        dependencies::write_arguments(Path::new(&file), arguments)?;
    }
    if name.as_deref() == Some("ctx") {
        for krate in &plan.externs {
            let Some(library) = &krate.shared_library else {
                command.args(krate.arguments());
                continue;
            };
            let mut value = OsString::from(format!("{}=", krate.name));
            value.push(library);
            command.arg("--extern").arg(value);
            if let Some(folder) = &krate.search_folder {
                let mut value = OsString::from("dependency=");
                value.push(folder);
                command.arg("-L").arg(value);
            }
        }
        command.arg("-Clink-arg=-Wl,-z,defs");
    }
    Err(command.exec())
}
