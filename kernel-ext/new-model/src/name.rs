//! A name that is one of a model, a crate, a type and a file at once.

use crate::NewModelError;

/// Words that are no name of a crate.
const KEYWORDS: [&str; 39] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "pub", "ref", "return", "static", "struct", "trait", "true", "type", "where",
];
/// Names that a crate of a model cannot have, because it uses them.
const TAKEN: [&str; 6] = ["core", "std", "alloc", "test", "kovacs_core", "kovacs_sdk"];

/// The name of a new model: `[a-z][a-z0-9_]*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Reads a name; `-` is written `_`.
    ///
    /// # Errors
    /// [`NewModelError::Name`].
    pub fn new(text: &str) -> Result<Name, NewModelError> {
        let name = text.replace('-', "_");
        let refused = |reason| Err(NewModelError::Name { name: text.to_owned(), reason });
        let accepted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.chars().all(accepted) {
            return refused("it is in lower-case letters, digits and `_`, and begins with a letter");
        }
        if name.len() > 64 {
            return refused("it is longer than 64 letters");
        }
        if KEYWORDS.contains(&name.as_str()) || TAKEN.contains(&name.as_str()) {
            return refused("the language has that word already");
        }
        Ok(Name(name))
    }

    /// As files and models have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full id of the model: in the domain that is reserved for examples, until its author has a better one.
    pub fn id(&self) -> String {
        format!("org.example.{}", self.0)
    }

    /// As the name of a type: `PowerLaw`.
    pub fn type_name(&self) -> String {
        self.0.split('_').map(capitalised).collect()
    }

    /// As words: `Power law`.
    pub fn title(&self) -> String {
        capitalised(&self.0.replace('_', " "))
    }

    /// File name of the library on this platform.
    pub fn file(&self) -> String {
        format!("{}kovacs_model_{}{}", std::env::consts::DLL_PREFIX, self.0, std::env::consts::DLL_SUFFIX)
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_everywhere() {
        let name = Name::new("power-law_2").unwrap();
        assert_eq!(
            (name.as_str(), name.type_name(), name.title()),
            ("power_law_2", "PowerLaw2".into(), "Power law 2".into())
        );
        assert_eq!(name.id(), "org.example.power_law_2");
        for bad in ["", "2nd", "Zener", "über", "a b", "../x", "match", "core", "a/b", &"x".repeat(65)] {
            assert!(matches!(Name::new(bad), Err(NewModelError::Name { .. })), "{bad}");
        }
    }
}
