//! What prose may contain beside words: citations, references to figures and equations, published values, formulas.
//!
//! Markdown is read by the parser that mdBook uses, so that code stays as it is and a dollar sign is a formula where
//! Pandoc and Jupyter take it for one. The text itself is kept byte by byte: only what was found is replaced.

use pulldown_cmark::{Event, Options, Parser, Tag};
use std::ops::Range;

/// Something to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// `[@key]`, `[@key, p. 5; @other]`: keys, each with what follows it.
    Citation(Vec<(String, String)>),
    /// `{{#value NAME ...}}`: the words after `#value`.
    Value(Vec<String>),
    /// `$...$`.
    Formula(String),
    /// `$$...$$`, with the name of `{#eq:NAME}` behind it.
    Equation(String, Option<String>),
}

/// Everything to be replaced in a text, in order, with where it is.
pub(crate) fn marks(text: &str) -> Vec<(Range<usize>, Mark)> {
    let mut found = Vec::new();
    let mut closed: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_MATH).into_offset_iter() {
        match event {
            Event::Code(_) | Event::Html(_) | Event::InlineHtml(_) => closed.push(range),
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => closed.push(range),
            Event::InlineMath(formula) => {
                closed.push(range.clone());
                found.push((range, Mark::Formula(formula.to_string())));
            }
            Event::DisplayMath(formula) => {
                let (name, end) = label(text, range.end);
                let range = range.start..end;
                closed.push(range.clone());
                found.push((range, Mark::Equation(formula.to_string(), name)));
            }
            _ => {}
        }
    }
    let is_open = |at: usize| !closed.iter().any(|range| range.contains(&at)) && !text[..at].ends_with('\\');
    for (at, _) in text.match_indices("[@").filter(|(at, _)| is_open(*at)) {
        if let Some((inside, _)) = text.get(at + 1..).and_then(|rest| rest.split_once(']'))
            && let Some(keys) = citations(inside)
        {
            found.push((at..at + inside.len() + 2, Mark::Citation(keys)));
        }
    }
    for (at, start) in text.match_indices("{{#value").filter(|(at, _)| is_open(*at)) {
        if let Some((inside, _)) = text.get(at + start.len()..).and_then(|rest| rest.split_once("}}")) {
            let words = inside.split_whitespace().map(str::to_owned).collect();
            found.push((at..at + start.len() + inside.len() + 2, Mark::Value(words)));
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    // Nothing lies within another; a bracket that swallows a later one would.
    let mut end = 0;
    found.retain(|(range, _)| {
        let follows = range.start >= end;
        end = if follows { range.end } else { end };
        follows
    });
    found
}

/// `{#eq:NAME}` that follows at `at`, and where it ends.
fn label(text: &str, at: usize) -> (Option<String>, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let trimmed = rest.trim_start_matches([' ', '\t']);
    match trimmed.strip_prefix("{#eq:").and_then(|rest| rest.split_once('}')) {
        Some((name, after)) if is_key(name) => (Some(name.to_owned()), text.len() - after.len()),
        _ => (None, at),
    }
}

/// Keys between the brackets; `None` if it is no citation.
fn citations(inside: &str) -> Option<Vec<(String, String)>> {
    let one = |part: &str| {
        let part = part.trim().strip_prefix('@')?;
        let (key, rest) = part.split_once([',', ' ']).unwrap_or((part, ""));
        is_key(key).then(|| (key.to_owned(), rest.trim().to_owned()))
    };
    inside.split(';').map(one).collect()
}

/// A key of BibTeX or a name of a figure: letters, digits and a few signs.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.' | '+' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(&str, Mark)> {
        marks(text).into_iter().map(|(range, mark)| (&text[range], mark)).collect()
    }

    fn cited(keys: &[(&str, &str)]) -> Mark {
        Mark::Citation(keys.iter().map(|(key, rest)| ((*key).to_owned(), (*rest).to_owned())).collect())
    }

    #[test]
    fn prose_is_read_as_its_author_means_it() {
        assert_eq!(found("found it [@tong2023]."), [("[@tong2023]", cited(&[("tong2023", "")]))]);
        assert_eq!(
            found("[@tong2023, Eq. 1; @kovacs1963]"),
            [("[@tong2023, Eq. 1; @kovacs1963]", cited(&[("tong2023", "Eq. 1"), ("kovacs1963", "")]))]
        );
        let value = Mark::Value(vec!["n:t_p".into(), "digits=3".into()]);
        assert_eq!(found("at {{#value n:t_p digits=3}}"), [("{{#value n:t_p digits=3}}", value)]);
        assert_eq!(found("time $t_p$ s"), [("$t_p$", Mark::Formula("t_p".into()))]);
        let equation = Mark::Equation("a = b".into(), Some("first".into()));
        assert_eq!(found("> $$a = b$$ {#eq:first}\n"), [("$$a = b$$ {#eq:first}", equation)]);
    }

    #[test]
    fn code_links_and_money_stay() {
        for text in [
            "`[@key]` and `$x$`",
            "```text\n[@key] {{#value n:x}}\n```",
            "mail [me@example.org](x)",
            "5 $ and 6 $",
            "\\[@key] and \\$x\\$",
            "[@ key]",
            "<div title=\"$x$\">[@key]</div>",
            "[@open",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_in_order(text in "(\\[@|\\]|a|;|\\$|\\$\\$|\\{\\{#value |\\}\\}|`|\\n|é|\\{#eq:|\\\\){0,24}") {
            let mut end = 0;
            for (range, _) in marks(&text) {
                prop_assert!(range.start >= end && text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
