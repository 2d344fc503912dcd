//! `:env`: with what, where, and at which price the session runs.

use super::listing::Listing;
use crate::process_tree::descendants;
use crate::sources::Sources;
use std::path::Path;
use std::process::Command;

/// What a session runs with.
pub(crate) fn listing(working_directory: &Path, sources: &Sources) -> Listing {
    let mut listing = Listing::new(&["what", "value"]);
    let mut row = |what: &str, value: String| listing.row([what.to_owned(), value]);
    row("kovacs", env!("CARGO_PKG_VERSION").to_owned());
    row("compiler", first_line("rustc", &["--version"]));
    row("cargo", first_line("cargo", &["--version"]));
    row("cells run in", working_directory.display().to_string());
    row("sources that cells see", sources.standard_library.with_file_name("").display().to_string());
    if let Some(cache) = kovacs_home::cache_folder() {
        row("cache", cache.display().to_string());
    }
    let own = std::process::id();
    let mut total = 0;
    for process in std::iter::once(own).chain(descendants(own, None)) {
        if let Some(kilobytes) = resident(process) {
            total += kilobytes;
            row(&format!("memory of {} ({process})", role(process, own)), megabytes(kilobytes));
        }
    }
    if total > 0 {
        row("memory, all processes", megabytes(total));
    }
    listing
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    match Command::new(program).args(arguments).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or("says nothing").to_owned(),
        Err(error) => format!("`{program}` cannot be run: {error}"),
    }
}

/// Memory that a process holds, kB; pages that several processes share count for each. Known on Linux only.
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

/// What a process does, from its first argument.
fn role(process: u32, own: u32) -> String {
    if process == own {
        return "this program".to_owned();
    }
    let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let mut words = line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let (program, first) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match first.strip_prefix("__") {
        Some("cell") => "the cells".to_owned(),
        Some("engine") => "the engine".to_owned(),
        Some("assist") => "completion".to_owned(),
        Some(other) => format!("the role `{other}`"),
        None => Path::new(&program).file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

fn megabytes(kilobytes: u64) -> String {
    format!("{} MB", (kilobytes + 512) / 1024)
}
