//! What earlier compilations of a session are remembered for.
//!
//! - Functions and `use` lines that were compiled, so that a cell without them may leave them out (see `spare`).
//! - The last failure. Of a cell that fails evcxr compiles a second form, in which nothing catches a panic, because the
//!   messages about what a closure borrows are clearer there. What is wrong with types is the same in both, so the
//!   second is answered from the first: with its messages, on the lines of the second form. It must follow at once and
//!   be, but for what catches the panic, the same source with the same arguments; an answer is given once.

use crate::source::digest;
use crate::spare;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Codes of errors that come before anything is borrowed or moved, and not from a name that is not found.
const OF_TYPES: [&str; 20] = [
    "E0023", "E0026", "E0027", "E0061", "E0063", "E0069", "E0070", "E0277", "E0282", "E0283", "E0308", "E0369",
    "E0559", "E0560", "E0600", "E0604", "E0605", "E0606", "E0614", "E0618",
];
/// Codes of errors about what is borrowed or moved.
const OF_MOVES: [&str; 15] = [
    "E0373", "E0381", "E0382", "E0384", "E0499", "E0502", "E0503", "E0505", "E0506", "E0507", "E0515", "E0594",
    "E0596", "E0597", "E0716",
];
/// Codes of errors that name what is not found.
const OF_NAMES: [&str; 6] = ["E0412", "E0423", "E0425", "E0432", "E0433", "E0599"];

/// What begins a place in the cell, in a message.
const PLACE: &str = "\"file_name\":\"cell/lib.rs\",";

/// What catches a panic, before and after what the user wrote: with variables, and without.
const CATCHES: [(&str, &str); 2] = [
    (
        "match std::panic::catch_unwind(\n  std::panic::AssertUnwindSafe(||{\n",
        "})) { \n  Ok(_) => {}\n  Err(_) => {\n    println!(\"EVCXR_PANIC_NOTIFICATION\");\n}}\n",
    ),
    ("if std::panic::catch_unwind(||{\n", "}).is_err() {\n    println!(\"EVCXR_PANIC_NOTIFICATION\");\n}\n"),
];

/// The memory of one session, in the folder of its cells.
pub(crate) struct Attempts {
    known: PathBuf,
    failure: PathBuf,
    lacking: PathBuf,
}

impl Attempts {
    pub(crate) fn of(folder: &Path) -> Attempts {
        Attempts {
            known: folder.join("cell/known"),
            failure: folder.join("cell/failure"),
            lacking: folder.join("cell/lacking"),
        }
    }

    /// Digests of what has been compiled.
    pub(crate) fn known(&self) -> HashSet<u64> {
        let text = fs::read_to_string(&self.known).unwrap_or_default();
        text.lines().filter_map(|line| u64::from_str_radix(line, 16).ok()).collect()
    }

    /// Remembers what this source consists of; it has been compiled.
    pub(crate) fn succeeded(&self, source: &str, known: &HashSet<u64>) {
        let new = spare::compiled(source).into_iter().filter(|digest| !known.contains(digest));
        let lines: String = new.map(|digest| format!("{digest:016x}\n")).collect();
        if !lines.is_empty() {
            // What is not remembered is compiled again.
            let file = OpenOptions::new().append(true).create(true).open(&self.known);
            let _ = file.and_then(|mut file| file.write_all(lines.as_bytes()));
        }
    }

    /// Remembers that a cell lacked a name, so that its next form is compiled whole at once.
    pub(crate) fn lacks(&self) {
        // What is not remembered is tried again.
        let _ = fs::write(&self.lacking, "");
    }

    /// Whether the form before this one lacked a name; forgotten by asking.
    pub(crate) fn was_lacking(&self) -> bool {
        fs::remove_file(&self.lacking).is_ok()
    }

    /// Remembers a failure, if the next form of the source fails in the same way.
    pub(crate) fn failed(&self, key: &[&OsStr], source: &str, messages: &str) {
        let all_of_types = codes(messages).all(|code| OF_TYPES.contains(&code) || OF_NAMES.contains(&code));
        // In a closure `return` and `?` leave something else.
        let of_evcxr = ["return evcxr_variable_store;", "early_return("].map(|words| source.matches(words).count());
        let returns = source.matches("return").count() - of_evcxr.iter().sum::<usize>();
        if !all_of_types || returns > 0 || messages.contains("`?` operator") {
            return;
        }
        let Some(caught) = Caught::find(source) else { return };
        let moved = on_other_lines(messages, |line| caught.line_without(line));
        // What is not remembered is compiled again.
        let _ = fs::write(&self.failure, format!("{:016x}\n{moved}", key_of(key, &caught.without())));
    }

    /// The messages about a source whose other form has just failed. Whatever was remembered is forgotten.
    pub(crate) fn answer(&self, key: &[&OsStr], source: &str) -> Option<String> {
        let text = fs::read_to_string(&self.failure).ok()?;
        fs::remove_file(&self.failure).ok()?;
        self.was_lacking();
        let (remembered, messages) = text.split_once('\n')?;
        (remembered == format!("{:016x}", key_of(key, source))).then(|| messages.to_owned())
    }
}

/// Whether a source that lacks some names could have failed because of that.
pub(crate) fn may_lack_names(messages: &str) -> bool {
    !codes(messages).all(|code| OF_TYPES.contains(&code) || OF_MOVES.contains(&code))
}

fn key_of(key: &[&OsStr], source: &str) -> u64 {
    let mut bytes = source.as_bytes().to_vec();
    for word in key {
        bytes.push(0);
        bytes.extend(word.as_encoded_bytes());
    }
    digest(&bytes)
}

/// The codes of the errors in messages of the compiler; an error without one gives an empty code.
fn codes(messages: &str) -> impl Iterator<Item = &str> {
    messages.lines().filter(|line| line.contains("\"level\":\"error\"")).filter_map(|line| {
        let (_, rest) = line.split_once("\"message\":\"")?;
        if rest.starts_with("aborting due to") {
            return None;
        }
        let code = rest.split_once("\"code\":{\"code\":\"").and_then(|(_, rest)| rest.split('"').next());
        Some(code.unwrap_or_default())
    })
}

/// A source with what catches panics in it.
struct Caught<'a> {
    before: &'a str,
    inside: &'a str,
    after: &'a str,
    head_lines: usize,
    tail_lines: usize,
}

impl<'a> Caught<'a> {
    fn find(source: &'a str) -> Option<Caught<'a>> {
        CATCHES.iter().find_map(|(head, tail)| {
            let (before, rest) = source.split_once(head)?;
            let (inside, after) = rest.rsplit_once(tail)?;
            let lines = |text: &str| text.matches('\n').count();
            Some(Caught { before, inside, after, head_lines: lines(head), tail_lines: lines(tail) })
        })
    }

    fn without(&self) -> String {
        [self.before, self.inside, self.after].concat()
    }

    /// Where a line is in the source without it.
    fn line_without(&self, line: usize) -> usize {
        let before = self.before.matches('\n').count();
        let inside = self.inside.matches('\n').count();
        if line <= before {
            line
        } else if line <= before + self.head_lines + inside {
            line.saturating_sub(self.head_lines)
        } else {
            line.saturating_sub(self.head_lines + self.tail_lines)
        }
    }
}

/// Messages with the lines of all places in the cell changed. The text of a message has its quotes escaped, so none of
/// it is taken for a place.
fn on_other_lines(messages: &str, other: impl Fn(usize) -> usize) -> String {
    let mut pieces = messages.split(PLACE);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(PLACE);
        let mut rest = piece;
        for key in ["\"line_start\":", "\"line_end\":"] {
            let Some((head, tail)) = rest.split_once(key) else { continue };
            let digits = tail.find(|character: char| !character.is_ascii_digit()).unwrap_or(tail.len());
            text.push_str(head);
            text.push_str(key);
            match tail[..digits].parse() {
                Ok(line) => text.push_str(&other(line).to_string()),
                Err(_) => text.push_str(&tail[..digits]),
            }
            rest = &tail[digits..];
        }
        text.push_str(rest);
    }
    text
}

/// Writes messages about a source where evcxr reads them.
///
/// evcxr takes a remark on an error for the error itself if only the remark has a place in what the user wrote, and
/// the last expression, in the call that shows it, is no such place. What the remark is about would not be said, nor
/// would the form be tried in which the place is known; so remarks on the last expression go without their places.
pub(crate) fn pass_on(messages: &str, source: &str) -> io::Result<()> {
    let mut text = String::with_capacity(messages.len());
    let shown = last_expression(source);
    for message in messages.split_inclusive('\n') {
        match (&shown, message.split_once("\"children\":[")) {
            (Some(shown), Some((error, remarks))) if is_within(error, shown) => {
                text.push_str(error);
                text.push_str("\"children\":[");
                text.push_str(&remarks.replace(PLACE, "\"file_name\":\"cell\","));
            }
            _ => text.push_str(message),
        }
    }
    io::stderr().write_all(text.as_bytes())
}

/// The lines of the last expression, if the source calls the method that shows it.
fn last_expression(source: &str) -> Option<RangeInclusive<usize>> {
    let lines: Vec<&str> = source.lines().collect();
    let last = lines.iter().rposition(|line| *line == ").evcxr_display();")?;
    let first = lines[..last].iter().rposition(|line| *line == "(")?;
    Some(first + 1..=last + 1)
}

/// Whether the places of an error are all in these lines.
fn is_within(error: &str, lines: &RangeInclusive<usize>) -> bool {
    let mut starts = error.split(PLACE).skip(1).filter_map(|place| {
        let digits = place.split_once("\"line_start\":")?.1;
        digits.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    });
    starts.clone().next().is_some() && starts.all(|line| lines.contains(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAUGHT: &str = "mod x {}\nfn f() {\nmatch std::panic::catch_unwind(\n  std::panic::AssertUnwindSafe(||{\n\
        let x: i32 = \"a\";\n})) { \n  Ok(_) => {}\n  Err(_) => {\n    println!(\"EVCXR_PANIC_NOTIFICATION\");\n}}\n\
        put(x);\n}\n";
    const UNCAUGHT: &str = "mod x {}\nfn f() {\nlet x: i32 = \"a\";\nput(x);\n}\n";

    fn message(code: &str, line: usize) -> String {
        format!(
            "{{\"message\":\"wrong \\\"file_name\\\"\",\"code\":{{\"code\":\"{code}\"}},\"level\":\"error\",\"spans\":[{{\"file_name\":\
             \"cell/lib.rs\",\"byte_start\":1,\"line_start\":{line},\"line_end\":{line}}}]}}\n{{\"message\":\"aborting due to 1 \
             previous error\",\"code\":null,\"level\":\"error\"}}\n"
        )
    }

    fn memory() -> (tempfile::TempDir, Attempts) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("cell")).expect("a folder");
        let attempts = Attempts::of(folder.path());
        (folder, attempts)
    }

    #[test]
    fn the_second_form_of_a_type_error_is_answered_once_on_its_own_lines() {
        let (_folder, attempts) = memory();
        attempts.failed(&[], CAUGHT, &message("E0308", 5));
        assert_eq!(attempts.answer(&[], UNCAUGHT), Some(message("E0308", 3)));
        assert_eq!(attempts.answer(&[], UNCAUGHT), None);
        attempts.failed(&[], CAUGHT, &message("E0308", 11));
        assert_eq!(attempts.answer(&[], UNCAUGHT), Some(message("E0308", 4)));
    }

    #[test]
    fn another_source_other_arguments_and_other_errors_are_compiled() {
        let (_folder, attempts) = memory();
        attempts.failed(&[], CAUGHT, &message("E0308", 5));
        assert_eq!(attempts.answer(&[], &UNCAUGHT.replace("\"a\"", "\"b\"")), None);
        attempts.failed(&[], CAUGHT, &message("E0308", 5));
        assert_eq!(attempts.answer(&[OsStr::new("-Copt-level=2")], UNCAUGHT), None);
        attempts.failed(&[], CAUGHT, &message("E0507", 5));
        assert_eq!(attempts.answer(&[], UNCAUGHT), None, "a closure borrows otherwise");
        let returning = CAUGHT.replace("let x", "return; let x");
        attempts.failed(&[], &returning, &message("E0308", 5));
        assert_eq!(attempts.answer(&[], &UNCAUGHT.replace("let x", "return; let x")), None);
    }

    #[test]
    fn places_of_the_last_expression_are_known() {
        let source = "fn f() {\n(\na\n);\nlet x = 1;\n(\n(x)\n.y()\n).evcxr_display();\n}\n";
        let shown = last_expression(source).expect("it is shown");
        assert_eq!(shown, 6..=9);
        assert!(is_within(&message("E0425", 7), &shown) && is_within(&message("E0425", 9), &shown));
        assert!(!is_within(&message("E0425", 5), &shown) && !is_within("{\"spans\":[]}", &shown));
        assert!(!is_within(&(message("E0425", 7) + &message("E0425", 5)), &shown));
        assert_eq!(last_expression(&source.replace(".evcxr_display()", "")), None);
    }

    #[test]
    fn only_names_can_be_lacking() {
        assert!(!may_lack_names(&message("E0308", 1)) && !may_lack_names(&message("E0382", 1)));
        assert!(may_lack_names(&message("E0599", 1)) && may_lack_names(&message("E9999", 1)));
        assert!(may_lack_names("{\"message\":\"cannot find macro `m`\",\"code\":null,\"level\":\"error\"}"));
    }
}
