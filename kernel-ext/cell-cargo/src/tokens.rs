//! The words of Rust source and where they stand: just enough to tell what a piece of source can name.
//!
//! No parser of the workspace fits here: this program has no dependency, and reads a cell in a fraction of a
//! millisecond. What it does not understand it says so, and then nothing is left out of a cell.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or a keyword; a raw one without its `r#`.
    Word,
    /// A lifetime, a number, a character: nothing that names an item.
    Other,
    /// A string, of which a part may be a format with names in it.
    Text,
    /// One character of anything else.
    Mark,
}

/// A token and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

/// The tokens of a source; `None` if it cannot be read.
pub(crate) fn of(source: &str) -> Option<Vec<Token>> {
    let mut reader = Reader { source, at: 0 };
    let mut tokens = Vec::new();
    while let Some(character) = reader.peek() {
        let start = reader.at;
        let kind = reader.token(character)?;
        if let Some((kind, from)) = kind {
            tokens.push(Token { kind, range: start + from..reader.at });
        }
    }
    Some(tokens)
}

/// Names that a format string may take from where it stands: what follows `{`, and what is before `$`.
/// `None` if an escape may hide one.
pub(crate) fn names_in_text(text: &str) -> Option<Vec<&str>> {
    if !text.contains('{') {
        return Some(Vec::new());
    }
    if text.contains("\\x") || text.contains("\\u") {
        return None;
    }
    let word = |character: char| character.is_alphanumeric() || character == '_';
    let end = |text: &str| text.find(|character| !word(character)).unwrap_or(text.len());
    let mut names = Vec::new();
    for piece in text.split('{').skip(1) {
        let piece = piece.trim_start_matches(|character: char| character.is_whitespace() || character == '\\');
        names.push(&piece[..end(piece)]);
    }
    for piece in text.split('$') {
        let start = piece.rfind(|character| !word(character)).map_or(0, |index| index + 1);
        names.extend(piece.get(start..));
    }
    Some(names.into_iter().filter(|name| !name.is_empty()).collect())
}

fn begins_word(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|character| !wanted(character)).unwrap_or(rest.len());
    }

    /// Reads one token: its kind and where in it the word begins, nothing for blanks and comments. The outer `None`: it
    /// has no end.
    #[expect(clippy::option_option, reason = "nothing to note and nothing understood are two answers")]
    fn token(&mut self, first: char) -> Option<Option<(Kind, usize)>> {
        if first.is_whitespace() {
            self.skip_while(char::is_whitespace);
            return Some(None);
        }
        if self.rest().starts_with("//") {
            self.skip_while(|character| character != '\n');
            return Some(None);
        }
        if self.rest().starts_with("/*") {
            self.comment()?;
            return Some(None);
        }
        if begins_word(first) {
            return self.word().map(Some);
        }
        if first == '"' {
            self.at += 1;
            self.quoted('"')?;
            return Some(Some((Kind::Text, 0)));
        }
        if first == '\'' {
            self.character_or_lifetime()?;
            return Some(Some((Kind::Other, 0)));
        }
        if first.is_ascii_digit() {
            self.number();
            return Some(Some((Kind::Other, 0)));
        }
        self.at += first.len_utf8();
        Some(Some((Kind::Mark, 0)))
    }

    fn word(&mut self) -> Option<(Kind, usize)> {
        let start = self.at;
        self.skip_while(|character| character.is_alphanumeric() || character == '_');
        let word = &self.source[start..self.at];
        let next = self.peek();
        match (word, next) {
            ("r" | "br" | "cr", Some('"' | '#')) => {
                let hashes = self.rest().len() - self.rest().trim_start_matches('#').len();
                let after = self.rest()[hashes..].chars().next();
                if after == Some('"') {
                    self.at += hashes + 1;
                    let end = format!("\"{}", "#".repeat(hashes));
                    self.at += self.rest().find(&end)? + end.len();
                    return Some((Kind::Text, 0));
                }
                if word == "r" && hashes == 1 && after.is_some_and(begins_word) {
                    self.at += 1;
                    self.skip_while(|character| character.is_alphanumeric() || character == '_');
                    return Some((Kind::Word, 2));
                }
                Some((Kind::Word, 0))
            }
            ("b" | "c", Some('"')) => {
                self.at += 1;
                self.quoted('"')?;
                Some((Kind::Text, 0))
            }
            ("b", Some('\'')) => {
                self.at += 1;
                self.quoted('\'')?;
                Some((Kind::Other, 0))
            }
            _ => Some((Kind::Word, 0)),
        }
    }

    /// Up to and with the closing quote.
    fn quoted(&mut self, quote: char) -> Option<()> {
        loop {
            let character = self.peek()?;
            self.at += character.len_utf8();
            if character == quote {
                return Some(());
            }
            if character == '\\' {
                self.at += self.peek()?.len_utf8();
            }
        }
    }

    fn character_or_lifetime(&mut self) -> Option<()> {
        self.at += 1;
        let mut following = self.rest().chars();
        let (first, second) = (following.next()?, following.next());
        if first == '\\' || second == Some('\'') {
            return self.quoted('\'');
        }
        self.skip_while(|character| character.is_alphanumeric() || character == '_');
        Some(())
    }

    fn number(&mut self) {
        let digits = |character: char| character.is_alphanumeric() || character == '_';
        self.skip_while(digits);
        let mut rest = self.rest().chars();
        if rest.next() == Some('.') && rest.next().is_some_and(|character| character.is_ascii_digit()) {
            self.at += 1;
            self.skip_while(digits);
        }
    }

    /// Comments contain comments.
    fn comment(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Some(());
                }
            } else {
                self.at += self.peek()?.len_utf8();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        let tokens = of(source).expect("it can be read");
        tokens.iter().filter(|token| token.kind == Kind::Word).map(|token| &source[token.range.clone()]).collect()
    }

    #[test]
    fn words_are_found_and_what_looks_like_them_is_not() {
        let source = "let r#type = 'a'; // comment\nb'x' 'label: loop { \"te\\\"xt\" br#\"ra\"w\"# /* a /* b */ c */ x.0 1e5 \
                      1.0f64 1..y }";
        assert_eq!(words(source), ["let", "type", "loop", "x", "y"]);
        assert_eq!(words("let größe = '\\'' ; r"), ["let", "größe", "r"]);
    }

    #[test]
    fn what_has_no_end_is_not_understood() {
        for source in ["\"abc", "/* /* */", "r#\"abc\"", "'\\"] {
            assert_eq!(of(source), None, "{source}");
        }
    }

    #[test]
    fn names_in_formats_are_found() {
        assert_eq!(names_in_text("a {value} {:>width$.1} {{x}} {0}"), Some(vec!["value", "x", "0", "width"]));
        assert_eq!(names_in_text("plain $ text"), Some(vec![]));
        assert_eq!(names_in_text("{\\u{78}}"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,80}") {
            for token in of(&text).unwrap_or_default() {
                proptest::prop_assert!(text.get(token.range).is_some());
            }
            let _ = names_in_text(&text);
        }
    }
}
