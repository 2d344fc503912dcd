//! Turns what evcxr says of generated code into what is said of the user's cell.

use crate::advice::Help;
use crate::outcome::Place;
use crate::traceback::{FRAME, NAME, PLAIN, STRONG};
use evcxr::CompilationError;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// An error of the compiler, in terms of the cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Diagnostic {
    /// `E0308`, where there is one.
    pub(crate) code: Option<String>,
    /// The compiler's message.
    pub(crate) message: String,
    /// Marked places of the cell, the main one first.
    pub(crate) labels: Vec<Label>,
    /// What the compiler proposes.
    pub(crate) help: Vec<Help>,
}

/// A marked place of the cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Label {
    /// Where it begins.
    pub(crate) place: Place,
    /// Where it ends; the column is the first one after it.
    pub(crate) end: Place,
    /// What the compiler says of it.
    pub(crate) text: String,
}

impl Diagnostic {
    /// Errors only: warnings come along in evcxr's list.
    pub(crate) fn from_evcxr(errors: &[CompilationError]) -> Vec<Diagnostic> {
        let only_errors = errors.iter().any(|error| error.level() == "error");
        errors
            .iter()
            .filter(|error| !only_errors || error.level() == "error")
            .map(|error| {
                let mut labels: Vec<(bool, Label)> = error
                    .spanned_messages()
                    .iter()
                    .filter_map(|message| {
                        let span = message.span?;
                        let place = Place { line: span.start_line, column: span.start_column };
                        let end = Place { line: span.end_line, column: span.end_column };
                        Some((message.is_primary, Label { place, end, text: in_plain_words(&message.label) }))
                    })
                    .collect();
                labels.sort_by_key(|(is_primary, _)| !is_primary);
                Diagnostic {
                    code: error.code().map(str::to_owned),
                    message: in_plain_words(&error.message()),
                    labels: labels.into_iter().map(|(_, label)| label).collect(),
                    help: Help::of(error),
                }
            })
            .collect()
    }

    /// Moves its places, where the cell was changed before it was compiled.
    pub(crate) fn move_places(&mut self, moved: impl Fn(Place) -> Place) {
        for label in &mut self.labels {
            (label.place, label.end) = (moved(label.place), moved(label.end));
        }
        for help in &mut self.help {
            help.move_places(&moved);
        }
    }

    /// The report to show below the cell, in the compiler's own form, in the colours of every other report.
    pub(crate) fn render(&self, cell: &str) -> String {
        let code = self.code.as_ref().map(|code| format!("[{code}]")).unwrap_or_default();
        let mut text = format!("{NAME}error{code}{PLAIN}{STRONG}: {}{PLAIN}\n", self.message);
        let lines: Vec<&str> = cell.lines().collect();
        let width = self.labels.iter().map(|label| label.place.line.to_string().len()).max().unwrap_or(1);
        for (index, label) in self.labels.iter().enumerate() {
            let Some(source) = label.place.line.checked_sub(1).and_then(|line| lines.get(line)) else { continue };
            let arrow = if index == 0 { "-->" } else { ":::" };
            let (line, column) = (label.place.line, label.place.column);
            let end = if label.end.line == line { label.end.column } else { source.chars().count() + 1 };
            let marks = "^".repeat(end.saturating_sub(column).max(1));
            let indent = " ".repeat(column.saturating_sub(1));
            // Writing to a string cannot fail.
            // The first place is the error's, the others explain it.
            let colour = if index == 0 { NAME } else { FRAME };
            let marks = format!("{colour}{marks} {}", label.text);
            let _ = writeln!(text, "{:width$}{FRAME}{arrow}{PLAIN} cell:{line}:{column}", "");
            let _ = writeln!(text, "{FRAME}{:width$} |{PLAIN}", "");
            let _ = writeln!(text, "{FRAME}{line:width$} |{PLAIN} {source}");
            let _ = writeln!(text, "{FRAME}{:width$} |{PLAIN} {indent}{}{PLAIN}", "", marks.trim_end());
        }
        for help in &self.help {
            help.render(cell, width, &mut text);
        }
        text
    }
}

/// What the compiler says of the method that shows the value of a cell, in words that do not name it: the user has
/// never written it. Everything else stays.
fn in_plain_words(message: &str) -> String {
    if !message.contains("`evcxr_display`") {
        return message.to_owned();
    }
    // "the method `evcxr_display` exists for struct `Glass`, but its trait bounds were not satisfied"
    let quoted = message.split(" for ").nth(1).and_then(|rest| rest.split('`').nth(1));
    // "method `evcxr_display` not found for this struct because it doesn't satisfy `Glass: Debug`"
    let type_name = quoted.map(|quoted| quoted.split(": ").next().unwrap_or(quoted));
    match type_name {
        Some(name) => format!("a value of type `{name}` cannot be shown: it does not implement `Debug`"),
        None => "this value cannot be shown: it does not implement `Debug`".to_owned(),
    }
}

/// Where in `cell` the line `line` of the generated `source` stands.
///
/// evcxr copies the user's statements line by line and keeps their order, so the n-th line with this text in the
/// generated source is the n-th in the cell. `None` if the line is not from this cell (an item of an earlier one).
pub(crate) fn locate(source: &str, line: u32, column: u32, cell: &str) -> Option<Place> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let generated: Vec<&str> = source.lines().collect();
    let wanted = generated.get(index)?.trim();
    if wanted.is_empty() {
        return None;
    }
    let same = |text: &str| {
        let text = text.trim();
        // The last expression is wrapped, and statements share a line with what encloses them.
        !text.is_empty() && (text == wanted || wanted.contains(text))
    };
    let candidates: Vec<(usize, &str)> = cell.lines().enumerate().filter(|(_, text)| same(text)).collect();
    let longest = candidates.iter().map(|(_, text)| text.trim().len()).max()?;
    let candidates: Vec<_> = candidates.into_iter().filter(|(_, text)| text.trim().len() == longest).collect();
    let text = candidates.first()?.1.trim();
    let earlier = generated[..index].iter().filter(|line| line.contains(text)).count();
    let (found, original) = candidates.get(earlier).or(candidates.last())?;
    let shift = generated[index].find(text).map_or(0, |start| generated[index][..start].chars().count());
    let indent = original.chars().take_while(|character| character.is_whitespace()).count();
    let column = usize::try_from(column).ok()?.saturating_sub(shift).max(1) + indent;
    Some(Place { line: found + 1, column })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traceback::REMEDY;

    #[test]
    fn a_line_of_generated_code_is_found_in_the_cell() {
        let cell = "let a = 1;\n    panic!(\"x\");\nlet a = 1;\n";
        let source = "mod m {}\nfn f() {\nlet a = 1;\n    panic!(\"x\");\nlet a = 1;\n}\n";
        assert_eq!(locate(source, 4, 5, cell), Some(Place { line: 2, column: 5 }));
        assert_eq!(locate(source, 3, 1, cell), Some(Place { line: 1, column: 1 }));
        assert_eq!(locate(source, 5, 1, cell), Some(Place { line: 3, column: 1 }));
        assert_eq!(locate(source, 1, 1, cell), None);
        assert_eq!(locate(source, 99, 1, cell), None);
        assert_eq!(locate(source, 0, 0, cell), None);
    }

    #[test]
    fn the_last_expression_is_found_although_it_is_wrapped() {
        let cell = "let n = 3;\nv[n]";
        let source = "fn f() {\nlet n = 3;\n(v[n]).evcxr_display();\n}";
        assert_eq!(locate(source, 3, 2, cell), Some(Place { line: 2, column: 1 }));
    }

    #[test]
    fn a_value_that_cannot_be_shown_is_named_and_not_the_method() {
        let method = "the method `evcxr_display` exists for struct `Glass`, but its trait bounds were not satisfied";
        let expected = "a value of type `Glass` cannot be shown: it does not implement `Debug`";
        assert_eq!(in_plain_words(method), expected);
        let label = "method `evcxr_display` not found for this struct because it doesn't satisfy `Glass: Debug`";
        assert_eq!(in_plain_words(label), expected);
        assert_eq!(in_plain_words("mismatched types"), "mismatched types");
    }

    #[test]
    fn a_diagnostic_shows_the_line_and_what_to_do() {
        let place = Place { line: 2, column: 14 };
        let diagnostic = Diagnostic {
            code: Some("E0308".into()),
            message: "mismatched types".into(),
            labels: vec![Label { place, end: Place { line: 2, column: 17 }, text: "expected `i32`".into() }],
            help: vec![Help::words("try this")],
        };
        let expected = "error[E0308]: mismatched types\n --> cell:2:14\n  |\n2 | let x: i32 = \"a\";\n  \
                        |              ^^^ expected `i32`\n  = help: try this\n";
        let report = diagnostic.render("// one\nlet x: i32 = \"a\";");
        assert!(
            report.starts_with("\u{1b}[31merror[E0308]\u{1b}[0m\u{1b}[1m: mismatched types\u{1b}[0m\n"),
            "{report:?}"
        );
        assert!(report.contains("\u{1b}[31m^^^ expected `i32`\u{1b}[0m"), "{report:?}");
        let plain = [FRAME, NAME, PLAIN, REMEDY, STRONG].iter().fold(report, |text, code| text.replace(code, ""));
        assert_eq!(plain, expected);
    }
}
