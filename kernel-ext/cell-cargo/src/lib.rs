//! The `cargo`, `rustc` and `rustup` that evcxr and rust-analyzer get in a session.
//!
//! Cargo needs some 100 ms to find out that a cell's crate has one file and one dependency that is already compiled.
//! This program knows it: it gives the one file to rustc, links the object file with the linker that comes with
//! rustc, and answers what rust-analyzer asks of a toolchain from what the set-up has recorded. Everything else it
//! passes on to the real tools, and says so in the session's log.
//!
//! It is a program of its own because it is started two to ten times per cell: it must be there at once, and an
//! executable with all of Kovacs in it takes longer to load than a cell to compile. So it has no dependency; the
//! build script of `kovacs-session` compiles it and puts it into the `kovacs` executable, and the set-up writes it
//! out under the names under which it is called.

#![forbid(unsafe_code)]

mod attempts;
mod compile;
mod dependencies;
mod exports;
mod externs;
mod items;
mod journal;
mod local;
mod manifest;
mod offered;
mod plan;
mod query;
mod real;
mod requirement;
mod source;
mod spare;
mod tokens;

pub use externs::{Extern, Offer};
pub use journal::{Compilations, Event, read_journal};
pub use local::SEEN_FOLDERS;
pub use plan::{PLAN_VARIABLE, Plan};

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Name under which it stands between the real cargo and rustc.
pub const WRAPPER_NAME: &str = "kovacs-cell-rustc";
/// All names under which the set-up writes it out.
pub const NAMES: [&str; 4] = ["cargo", "rustc", "rustup", WRAPPER_NAME];

/// Does what the name and the arguments of this process ask for.
pub fn run() -> ExitCode {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    let name = Path::new(&name).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments: Vec<OsString> = arguments.collect();
    let outcome = Plan::from_environment().and_then(|plan| match name.as_str() {
        "rustc" => query::rustc(&plan, &arguments),
        "rustup" => query::rustup(&plan, &arguments),
        WRAPPER_NAME => real::wrapped_rustc(&plan, &arguments),
        _ => cargo(&plan, &arguments),
    });
    outcome.unwrap_or_else(|error| {
        // evcxr takes the compiler's form for an error of the cell, and shows it as one.
        println!("{{\"message\":\"{}\",\"level\":\"error\",\"spans\":[],\"children\":[]}}", json(&error.to_string()));
        ExitCode::from(101)
    })
}

fn cargo(plan: &Plan, arguments: &[OsString]) -> std::io::Result<ExitCode> {
    let folder = std::env::current_dir()?;
    if !plan.is_crate_folder(&folder) {
        // A user's own cargo, called by a cell or by a line that starts with `!`.
        return real::cargo(plan, arguments);
    }
    let command = arguments.iter().find(|argument| !argument.to_string_lossy().starts_with("--"));
    match command.map(|command| command.to_string_lossy()).as_deref() {
        Some("build") => compile::cell(plan, &folder, arguments, compile::Goal::Library),
        Some("check") => compile::cell(plan, &folder, arguments, compile::Goal::Check),
        Some("clean") => Ok(ExitCode::SUCCESS),
        _ => query::cargo(plan, &folder, arguments),
    }
}

/// The text between the quotes of a JSON string.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            control if control < ' ' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}
