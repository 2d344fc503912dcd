//! Texts that are no table: prose, as licences and notes beside data are, and SPEC files of many scans.
//!
//! Any text can be cut at its blanks, and a year in a licence is a number. So a text in which no line is a row of numbers
//! to a third, and in which no separator comes regularly, is refused before the reader that takes everything.

use crate::delimited;
use crate::document::Document;
use crate::error::FormatError;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

/// Number of lines in a row that have a separator equally often, from which a table is assumed.
const REGULAR: usize = 3;

/// Whether a file that begins so is no table.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    is_prose(head.text) || is_spec(head.text)
}

/// Refuses the file, unless it is stated how it is to be read.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    if options.separator.is_some() || options.header_rows.is_some() {
        return delimited::read(text, options);
    }
    let reason = if is_spec(&text.content) {
        let scans = text.content.lines().filter(|line| line.starts_with("#S ")).count();
        format!("it is a SPEC file of {scans} scans or entries, each a table of its own; export the one you need alone")
    } else {
        "it reads as prose: no line has numbers for a third of its words; if it is a table, state its separator and the \
         number of its heading rows"
            .to_owned()
    };
    Err(FormatError::NotATable { reason })
}

/// SPEC: `#F` at the beginning, and `#S` for each scan.
fn is_spec(text: &str) -> bool {
    text.starts_with("#F ") && text.lines().filter(|line| line.starts_with("#S ")).nth(1).is_some()
}

fn is_prose(text: &str) -> bool {
    // A text without any number needs no suspicion: it has no row.
    let mut some = false;
    for line in text.lines() {
        let (mut words, mut numbers) = (0, 0);
        for word in
            line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"')).filter(|word| !word.is_empty())
        {
            words += 1;
            numbers += usize::from(fast_float2::parse::<f64, _>(word).is_ok());
        }
        if 3 * numbers >= words && words > 0 {
            return false;
        }
        some |= numbers > 0;
    }
    some && !['\t', ';', ','].into_iter().any(|separator| comes_regularly(text, separator))
}

/// Whether lines that follow each other have a separator equally often, twice at least.
fn comes_regularly(text: &str, separator: char) -> bool {
    let counts: Vec<usize> = text.lines().map(|line| line.matches(separator).count()).collect();
    counts.chunk_by(|a, b| a == b).any(|run| run.len() >= REGULAR && run.first().is_some_and(|count| *count >= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        assert_eq!(recognises(&Head { bytes: text.as_bytes(), text }), expected, "{text}");
    }

    #[test]
    fn prose_is_told_from_tables() {
        check("MIT License\n\nCopyright (c) 2023 A. Person and others, all of them\n", true);
        check(
            "source: a place\ncommit: 9981f82 2026-06-12\n- a.gr | tests/a.gr | 156745 | ff72 | changed | here\n",
            true,
        );
        check("#F f0.dat\n#S 1 H\n#N 2\n1 2\n#S 2 He\n#N 2\n1 2\n", true);
        for table in [
            "",
            "1 2\n3 4\n",
            "time stress\n1 2\n",
            "a,b\n1,x\n",
            "\"t (s)\",\"stress (MPa)\"\n\"0\",\"2\"\n",
            "name\tunit\tremark\tby\na\tb\tc\td\ne\tf\t1\th\n",
        ] {
            check(table, false);
        }
    }

    #[test]
    fn who_states_the_form_is_believed() {
        let text = Text { content: "sample of the day one\nPVC of Monday was 4\n".into(), encoding: "UTF-8" };
        let refusal = read(&text, &ReadOptions::default()).unwrap_err().to_string();
        assert!(refusal.contains("it reads as prose"), "{refusal}");
        let stated = ReadOptions { separator: Some(b' '), header_rows: Some(1), ..ReadOptions::default() };
        assert!(read(&text, &stated).is_ok());
    }
}
