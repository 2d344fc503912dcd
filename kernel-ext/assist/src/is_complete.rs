//! Whether a cell can be run as it stands, needs more lines, or is wrong whatever follows.
//!
//! By syntax alone, in the calling process: a console asks this at every Enter. The lexer finds strings and comments
//! that do not end, the delimiters tell how deep the next line is indented, and the parser tells the rest: an error
//! behind the last token is something missing, an error before it is something wrong.

use crate::parse::{EDITION, OPENING, parse_body, with_deep_stack};
use kovacs_session::commands::{CellText, Line};
use ra_ap_parser::{LexedStr, SyntaxKind, T};

/// Columns by which a block is indented.
const STEP: usize = 4;

/// What [`is_complete`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// The cell can be run.
    Complete,
    /// More has to follow.
    Incomplete {
        /// What the next line begins with: spaces, none inside a string.
        indent: String,
    },
    /// No continuation makes this right.
    Invalid {
        /// What is wrong, in words.
        message: String,
    },
}

/// Whether a cell can be run as it stands.
///
/// # Examples
/// ```
/// use kovacs_assist::{Completeness, is_complete};
/// assert_eq!(is_complete("let x = 1;"), Completeness::Complete);
/// assert_eq!(is_complete("for i in 0..3 {"), Completeness::Incomplete { indent: "    ".into() });
/// assert!(matches!(is_complete("let x = );"), Completeness::Invalid { .. }));
/// ```
pub fn is_complete(cell: &str) -> Completeness {
    let text = CellText::split(cell);
    if text.code.is_empty() {
        return match text.lines.last() {
            // A colon alone is the beginning of a command.
            Some((_, _, Line::Command { name: ":", .. })) => incomplete(0),
            _ => Completeness::Complete,
        };
    }
    let lexed = LexedStr::new(EDITION, text.code);
    by_tokens(&lexed).unwrap_or_else(|| by_parser(&lexed))
}

fn incomplete(columns: usize) -> Completeness {
    Completeness::Incomplete { indent: " ".repeat(columns) }
}

/// What tokens and delimiters tell; `None` if all is closed.
fn by_tokens(lexed: &LexedStr<'_>) -> Option<Completeness> {
    let mut open: Vec<(SyntaxKind, usize)> = Vec::new();
    for index in 0..lexed.len() {
        let (kind, start) = (lexed.kind(index), lexed.text_start(index));
        if let Some(message) = lexed.error(index) {
            return Some(of_lexical_error(lexed, index, message));
        }
        if matches!(kind, T!['('] | T!['['] | T!['{']) {
            open.push((kind, start));
        } else if let Some(opening) = opening_of(kind) {
            let opened = open.pop();
            if opened.is_none_or(|(kind, _)| kind != opening) {
                let found = lexed.text(index);
                let message = match opened.and_then(|(_, start)| lexed.as_str().get(start..start + 1)) {
                    Some(opened) => format!("`{found}` does not close `{opened}`"),
                    None => format!("`{found}` closes nothing"),
                };
                return Some(Completeness::Invalid { message });
            }
        }
    }
    let (_, start) = open.last()?;
    Some(incomplete(indentation_at(lexed.as_str(), *start) + STEP))
}

fn opening_of(closing: SyntaxKind) -> Option<SyntaxKind> {
    match closing {
        T![')'] => Some(T!['(']),
        T![']'] => Some(T!['[']),
        T!['}'] => Some(T!['{']),
        _ => None,
    }
}

/// A token that the lexer does not like: it does not end, or it is wrong.
fn of_lexical_error(lexed: &LexedStr<'_>, index: usize, message: &str) -> Completeness {
    use SyntaxKind::{BYTE_STRING, C_STRING, COMMENT, STRING};
    // What is not closed reaches to the end of the text.
    let reaches_end = lexed.text_range(index).end == lexed.as_str().len();
    let may_span_lines = matches!(lexed.kind(index), STRING | BYTE_STRING | C_STRING | COMMENT);
    let is_raw = lexed.text(index).trim_start_matches(['b', 'c']).starts_with('r');
    let unclosed = message.starts_with("Missing trailing") || (is_raw && lexed.text(index).contains('"'));
    if reaches_end && may_span_lines && unclosed {
        return incomplete(0);
    }
    Completeness::Invalid { message: message.to_owned() }
}

/// What the parser tells of a text in which everything is closed.
fn by_parser(lexed: &LexedStr<'_>) -> Completeness {
    let code = lexed.as_str();
    let is_token = |index: &usize| !matches!(lexed.kind(*index), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT);
    let Some(last) = (0..lexed.len()).rev().find(is_token) else { return Completeness::Complete };
    let last = lexed.text_range(last);
    let first_error = with_deep_stack(lexed.len(), || {
        let errors = parse_body(code).errors();
        let first = errors.into_iter().min_by_key(|error| error.range().start())?;
        Some((usize::from(first.range().start()).saturating_sub(OPENING.len()), first.to_string()))
    });
    match first_error.flatten() {
        // What is too long for the parser is left to the compiler.
        None => Completeness::Complete,
        Some((place, _)) if place >= last.end => {
            let base = indentation_at(code, last.start);
            incomplete(if base == 0 { STEP } else { base })
        }
        Some((place, message)) => {
            // What is missing is noticed at the next token.
            let next = code.get(place..).unwrap_or_default().trim_start();
            let is_command = next.starts_with(':') && !next.starts_with("::");
            let remedy = if is_command { "; commands stand before the Rust code of a cell" } else { "" };
            Completeness::Invalid { message: format!("{message}{remedy}") }
        }
    }
}

/// The line around a byte.
fn line_at(code: &str, place: usize) -> &str {
    let (before, after) = code.split_at_checked(place).unwrap_or((code, ""));
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = after.find('\n').map_or(code.len(), |end| before.len() + end);
    code.get(start..end).unwrap_or_default()
}

/// Columns of white space before the line around a byte; a tab counts as one step.
fn indentation_at(code: &str, place: usize) -> usize {
    let white = line_at(code, place).chars().take_while(|character| character.is_whitespace());
    white.map(|character| if character == '\t' { STEP } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::{Completeness, is_complete};
    use proptest::prelude::*;

    fn check(cell: &str, expected: &str) {
        let found = match is_complete(cell) {
            Completeness::Complete => "complete".to_owned(),
            Completeness::Incomplete { indent } => format!("incomplete {}", indent.len()),
            Completeness::Invalid { message } => format!("invalid: {message}"),
        };
        assert_eq!(found, expected, "{:?}", cell.get(..80).unwrap_or(cell));
    }

    #[test]
    fn what_can_be_run() {
        for cell in [
            "",
            "\n  \n",
            "// a comment",
            "1 + 1",
            "1 + 1 // and why",
            "let x = 1;",
            "let x = 1; x",
            "fn f() {}",
            "fn f<'a>(x: &'a str) -> &'a str { x }\nf(\"a\")",
            "struct S;",
            "x?",
            "1..",
            "return",
            "use std::fmt;",
            "/* outer /* inner */ still a comment */ 1",
            "r#\"a \" inside\"#",
            "'{'",
            "\"(\"",
            "println!(\"{}\", 1)",
            "vec![1, 2]",
            "#![allow(unused)] let a = 1;",
            ":vars",
            ":dep rand = \"0.9\"",
            ":dep a = { version = \"1\", features = [\"b\"] }\nuse a::B;",
            "!ls",
            "if a { 1 } else { 2 }",
            "\"🌡 (\".len()",
        ] {
            check(cell, "complete");
        }
    }

    #[test]
    fn what_needs_more() {
        check("fn f() {", "incomplete 4");
        check("fn f() {\n    if true {", "incomplete 8");
        check("fn f() {\n    if true {\n        1\n    }", "incomplete 4");
        check("vec![\n    1,", "incomplete 4");
        check("curve.map(|x| {", "incomplete 4");
        check("fn f()", "incomplete 4");
        check("fn f() -> f64", "incomplete 4");
        check("struct S", "incomplete 4");
        check("if a", "incomplete 4");
        check("if a { 1 } else", "incomplete 4");
        check("let x =", "incomplete 4");
        check("let x = 1", "incomplete 4");
        check("1 +", "incomplete 4");
        check("1 + // and", "incomplete 4");
        check("a &&\n    b &&", "incomplete 4");
        check("curve.", "incomplete 4");
        check("kovacs::", "incomplete 4");
        check("use std::fmt", "incomplete 4");
        check("|x|", "incomplete 4");
        check("#[derive(Debug)]", "incomplete 4");
        check("\"not closed (", "incomplete 0");
        check("b\"not closed", "incomplete 0");
        check("r#\"not closed\"", "incomplete 0");
        check("/* not closed", "incomplete 0");
        check("/* outer /* inner */", "incomplete 0");
        check(":dep rand = \"0.9\"\nfn f() {", "incomplete 4");
        check(":", "incomplete 0");
    }

    #[test]
    fn what_is_wrong() {
        check("1)", "invalid: `)` closes nothing");
        check("(1]", "invalid: `]` does not close `(`");
        check("let = 1;", "invalid: expected pattern");
        check("let x = );", "invalid: `)` closes nothing");
        check("fn fn() {}", "invalid: expected a name");
        check("1 1", "invalid: expected SEMICOLON");
        check("'ab'", "invalid: character literal may only contain one codepoint");
        check("1\n:vars", "invalid: expected SEMICOLON; commands stand before the Rust code of a cell");
    }

    #[test]
    fn nesting_has_no_depth_that_ends_the_process() {
        check(&"(".repeat(300_000), "incomplete 4");
        check(&format!("{}{}", "(".repeat(9_000), ")".repeat(9_000)), "complete");
        check(&format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000)), "complete");
        check(&format!("{}1{}", "(".repeat(200_000), ")".repeat(200_000)), "complete");
        check(&format!("{}1", "!".repeat(19_000)), "complete");
        check(&format!("{}1", "if a {} else ".repeat(2_000)), "invalid: expected a block");
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer(cell in any::<String>()) {
            is_complete(&cell);
        }

        #[test]
        fn any_tokens_have_an_answer(words in proptest::collection::vec(
            prop::sample::select(vec![
                "fn", "f", "(", ")", "{", "}", "[", "]", "let", "=", "1", "+", "\"", "'", "/*", "*/", "//", "\n", ";", "::",
                "|", "&", "!", "#", ":vars", "r#\"", "😀", "macro_rules", "$", "=>", "impl", "for", "match", "..", "<", ">",
            ]), 0..40,
        )) {
            is_complete(&words.join(" "));
            is_complete(&words.concat());
        }
    }
}
