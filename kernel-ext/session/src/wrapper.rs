//! Stands between cargo and rustc for the crate of a cell, and for nothing else.
//!
//! evcxr turns `?` into `EvcxrUserCodeError::from(error)`, which prints the error and forgets where it came from.
//! Before the compiler reads the generated file, that one line is replaced by a call of ours, and the function is
//! marked `#[track_caller]`. Lines keep their numbers, so every place in the compiler's messages stays right. If the
//! text is not found (another evcxr), nothing is changed and only the place of a `?` is unknown.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Set for the compilations of a session; its value does not matter.
pub(crate) const VARIABLE: &str = "KOVACS_CELL_COMPILER";

const FUNCTION: &str = "fn from(error: T) -> Self {";
const TRACKED: &str = "#[track_caller] fn from(error: T) -> Self {";
const PRINTS: &str = "eprintln!(\"{}\", error);";
/// evcxr's second attempt at the last expression, and what takes its place: it shows rich values too, and has as many
/// parentheses to close.
const SECOND_ATTEMPT: &str = "evcxr_send_text_plain(&format!(\"{:?}\",&(\n";
const SHOWS: &str = "::kovacs::show_value!(((\n";
const REPORTS: &str = "::kovacs::rt::early_return(::std::any::type_name::<T>(), &::std::format!(\"{:#}\", error));";

/// Whether this process was started by cargo to compile a cell.
pub fn is_wanted() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// Becomes rustc. The arguments are those of the process without its own name: rustc, then rustc's.
///
/// Returns only if that is impossible.
pub fn run(arguments: impl Iterator<Item = OsString>) -> io::Error {
    let arguments: Vec<OsString> = arguments.collect();
    let Some((compiler, arguments)) = arguments.split_first() else {
        return io::Error::new(io::ErrorKind::InvalidInput, "no compiler to start");
    };
    let compiles_cell = arguments.windows(2).any(|pair| pair[0] == "--crate-name" && pair[1] == "ctx");
    if compiles_cell && let Err(error) = report_early_returns(Path::new("src/lib.rs")) {
        return error;
    }
    Command::new(compiler).args(arguments).env_remove(VARIABLE).exec()
}

fn report_early_returns(file: &Path) -> io::Result<()> {
    let source = std::fs::read_to_string(file)?;
    let rewritten = rewrite(&source);
    match show_richly(rewritten.as_deref().unwrap_or(&source)).or(rewritten) {
        Some(rewritten) => std::fs::write(file, rewritten),
        None => Ok(()),
    }
}

/// The source with the report in it; `None` where there is nothing to replace.
fn rewrite(source: &str) -> Option<String> {
    let start = source.find("struct EvcxrUserCodeError {}")?;
    let (head, tail) = source.split_at(start);
    if !tail.contains(FUNCTION) || !tail.contains(PRINTS) {
        return None;
    }
    Some(format!("{head}{}", tail.replacen(FUNCTION, TRACKED, 1).replacen(PRINTS, REPORTS, 1)))
}

/// The source with rich values in evcxr's second attempt at the last expression; `None` where it is the first.
fn show_richly(source: &str) -> Option<String> {
    source.contains(SECOND_ATTEMPT).then(|| source.replacen(SECOND_ATTEMPT, SHOWS, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As evcxr 0.22.0 generates it.
    const GENERATED: &str = "let user = 1;\n            struct EvcxrUserCodeError {}\n            impl<T: std::fmt::Display> \
        From<T> for EvcxrUserCodeError {\n                fn from(error: T) -> Self {\n                    \
        eprintln!(\"{}\", error);\n                    println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);\n";

    #[test]
    fn the_report_replaces_the_print_and_no_line_moves() {
        let rewritten = rewrite(GENERATED).expect("the text of evcxr 0.22.0");
        assert!(rewritten.contains(REPORTS) && rewritten.contains(TRACKED) && !rewritten.contains(PRINTS));
        assert_eq!(rewritten.lines().count(), GENERATED.lines().count());
    }

    #[test]
    fn the_second_attempt_shows_rich_values_and_no_line_moves() {
        let generated = "evcxr_send_text_plain(&format!(\"{:?}\",&(\nfigure.panel(panel)\n)));";
        let rewritten = show_richly(generated).expect("the text of evcxr 0.22.0");
        assert_eq!(rewritten, "::kovacs::show_value!(((\nfigure.panel(panel)\n)));");
        assert_eq!(show_richly("(figure).evcxr_display();"), None);
    }

    #[test]
    fn other_sources_are_left_alone() {
        assert_eq!(rewrite("eprintln!(\"{}\", error);"), None);
    }
}
