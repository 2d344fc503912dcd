//! What the compiler proposes, in terms of the cell: its words, and the lines as they would be.
//!
//! rustc gives a proposal as a replacement of a range of the generated source. Where the range is one of the cell's,
//! the replacement is kept, so that the user's own line is shown with it; where there are several ranges, or several
//! proposals for one, evcxr keeps the first only, and the lines are taken from the compiler's own report.

use crate::loops;
use crate::outcome::Place;
use crate::traceback::{FRAME, PLAIN, REMEDY};
use evcxr::CompilationError;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt::Write;

/// A proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Help {
    /// In words.
    pub(crate) message: String,
    /// What is to be changed in the cell.
    pub(crate) changes: Vec<Change>,
    /// What is to be written, where it has no place in the cell.
    pub(crate) lines: Vec<String>,
}

/// A piece of the cell and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Where it begins.
    pub(crate) place: Place,
    /// Where it ends; the column is the first one after it.
    pub(crate) end: Place,
    /// What is written instead.
    pub(crate) text: String,
}

impl Help {
    pub(crate) fn words(message: impl Into<String>) -> Help {
        Help { message: message.into(), ..Help::default() }
    }

    /// All that the compiler proposes against an error.
    pub(crate) fn of(error: &CompilationError) -> Vec<Help> {
        let mut reported = reported(&error.rendered());
        let hint = error.evcxr_extra_hint().map(Help::words);
        let proposed = error.help().into_iter().map(|text| {
            let Some((message, replacement)) = text.split_once("\n\n") else { return Help::words(text) };
            let start = format!("help: {message}: `");
            let spanned = error.help_spanned().iter().find_map(|spanned| {
                let text = spanned.label.strip_prefix(&start)?.strip_suffix('`')?;
                Some((spanned.span?, text))
            });
            let mut help = Help::words(message);
            match spanned {
                // A whole line, an import, stands where the generated source begins.
                Some((span, text)) if !text.ends_with('\n') => help.changes.push(Change {
                    place: Place { line: span.start_line, column: span.start_column },
                    end: Place { line: span.end_line, column: span.end_column },
                    text: text.to_owned(),
                }),
                _ => {
                    let index = reported.iter().position(|(known, _)| message.starts_with(known.as_str()));
                    let lines = index.and_then(|index| reported.remove(index)).map(|(_, lines)| lines);
                    help.lines = lines.unwrap_or_else(|| replacement.lines().map(str::to_owned).collect());
                }
            }
            help
        });
        proposed.chain(hint).collect()
    }

    /// Moves its places, where the cell was changed before it was compiled.
    pub(crate) fn move_places(&mut self, moved: impl Fn(Place) -> Place) {
        for change in &mut self.changes {
            (change.place, change.end) = (moved(change.place), moved(change.end));
        }
    }

    /// Writes it behind `indent` columns. Writing to a string cannot fail.
    pub(crate) fn render(&self, cell: &str, indent: usize, text: &mut String) {
        let mut words = self.message.lines().filter(|line| !line.trim().is_empty());
        let _ = writeln!(text, "{:indent$} {REMEDY}= help:{PLAIN} {}", "", words.next().unwrap_or_default());
        for line in words {
            let _ = writeln!(text, "{:indent$}         {line}", "");
        }
        for (number, line) in self.edited(cell) {
            let _ = writeln!(text, "{FRAME}{number:indent$} |{PLAIN} {line}");
        }
        for line in self.lines.iter().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(text, "{:indent$} {FRAME}|{PLAIN} {line}", "");
        }
    }

    /// The lines of the cell with the changes, what is new in green.
    fn edited(&self, cell: &str) -> Vec<(usize, String)> {
        let mut lines: Vec<String> = cell.lines().map(str::to_owned).collect();
        let mut changes: Vec<&Change> = self.changes.iter().collect();
        // From the last to the first, so that the columns of what is still to be changed stay right.
        changes.sort_by_key(|change| std::cmp::Reverse((change.place.line, change.place.column)));
        let (mut first, mut last) = (usize::MAX, 0);
        for Change { place, end, text } in changes {
            let Some(line) = place.line.checked_sub(1).and_then(|index| lines.get_mut(index)) else { continue };
            let offset = |column: usize| {
                let index = line.char_indices().nth(column.saturating_sub(1)).map(|(index, _)| index);
                index.unwrap_or(line.len())
            };
            let (start, stop) = (offset(place.column), offset(end.column));
            if place.line != end.line || start > stop {
                continue;
            }
            *line = format!("{}{REMEDY}{text}{PLAIN}{}", &line[..start], &line[stop..]);
            (first, last) = (first.min(place.line), last.max(place.line));
        }
        lines
            .into_iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .filter(|(n, _)| (first..=last).contains(n))
            .collect()
    }
}

/// The proposals of a report of the compiler: the first line of each, and the lines as they would be.
fn reported(report: &str) -> VecDeque<(String, Vec<String>)> {
    let mut found: VecDeque<(String, Vec<String>)> = VecDeque::new();
    let mut is_in_help = false;
    for line in without_colours(report).lines() {
        if let Some(message) = line.strip_prefix("help: ") {
            found.push_back((message.to_owned(), Vec::new()));
            is_in_help = true;
        } else if !line.starts_with([' ', '.']) && !line.starts_with(|letter: char| letter.is_ascii_digit()) {
            is_in_help = false;
        } else if is_in_help && let (Some(proposed), Some((_, lines))) = (proposed(line), found.back_mut()) {
            lines.push(proposed.replace(loops::CALL, ""));
        }
    }
    found
}

/// The source in `12 + use std::fmt;`, if it is one that would be there.
fn proposed(line: &str) -> Option<&str> {
    let rest = line.trim_start().trim_start_matches(|letter: char| letter.is_ascii_digit());
    let has_number = rest.len() < line.trim_start().len();
    let rest = rest.strip_prefix(' ')?;
    let source = rest.strip_prefix(['|', '+', '~'])?;
    has_number.then_some(source.strip_prefix(' ').unwrap_or(source))
}

fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| all + piece.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(line: usize, column: usize, end: usize, text: &str) -> Change {
        Change { place: Place { line, column }, end: Place { line, column: end }, text: text.into() }
    }

    /// What is shown of changes, what is new between `«` and `»`.
    fn check(cell: &str, changes: &[Change], expected: &str) {
        let help = Help { message: "try".into(), changes: changes.to_vec(), lines: Vec::new() };
        let mut text = String::new();
        help.render(cell, 1, &mut text);
        let marked =
            text.replace(&format!("{PLAIN} "), " ").replace(REMEDY, "«").replace(PLAIN, "»").replace(FRAME, "");
        assert_eq!(marked, format!("  «= help: try\n{expected}"));
    }

    #[test]
    fn the_users_line_is_shown_as_it_would_be() {
        check("let x = 1;\nlet é = None;", &[change(2, 6, 6, ": Option<f64>")], "2 | let é«: Option<f64> = None;\n");
        check("let x = a();", &[change(1, 9, 9, "b("), change(1, 12, 12, ")")], "1 | let x = «b(»a()«)»;\n");
        check("let x = 1;", &[change(1, 5, 5, "mut ")], "1 | let «mut »x = 1;\n");
        check("x\ny\nz", &[change(1, 1, 2, "a"), change(3, 1, 2, "b")], "1 | «a»\n2 | y\n3 | «b»\n");
    }

    #[test]
    fn places_outside_the_cell_are_no_panic() {
        for (line, column, end) in [(0, 0, 0), (1, 9, 3), (9, 1, 1), (1, 1, usize::MAX)] {
            let help = Help { changes: vec![change(line, column, end, "x")], ..Help::default() };
            assert!(help.edited("let").len() <= 1);
        }
    }

    #[test]
    fn several_proposals_are_taken_from_the_report() {
        let report = "\u{1b}[1merror[E0425]\u{1b}[0m: cannot find\n --> cell/lib.rs:3:1\n  |\n3 | Normal\n  | ^^^^^^\n  |\n\
                      help: consider importing one of these\n  |\n1 + use a::Normal;\n  |\n1 + use b::Normal;\n  |\n\n\
                      help: change it\n   |\n12 -     old(::kovacs::rt::poll();)\n12 +     new(::kovacs::rt::poll();)\n   |\n\nerror: x\n1 | y\n";
        let mut expected = VecDeque::new();
        expected.push_back((
            "consider importing one of these".to_owned(),
            vec!["use a::Normal;".to_owned(), "use b::Normal;".to_owned()],
        ));
        expected.push_back(("change it".to_owned(), vec!["    new()".to_owned()]));
        assert_eq!(reported(report), expected);
    }
}
