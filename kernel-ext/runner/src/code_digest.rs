//! The digest of code, of what the compiler makes something of: a comment changes none.
//!
//! Results that took hours say which sources they came from. The digest of a file's bytes would call them stale after every
//! reworded sentence, so this one is taken of the tokens, without documentation and without unit tests. What it does not see
//! are the crates of others.

use crate::error::RunnerError;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// SHA-256 of the code of a file, or of all `.rs` files of a folder and those below it with their names.
///
/// # Errors
/// It cannot be read, or is not Rust.
pub fn code_digest(path: &Path) -> Result<String, RunnerError> {
    let mut digest = Sha256::new();
    let files = if path.is_dir() { files_below(path)? } else { vec![path.to_owned()] };
    for file in &files {
        // The name within the folder: the same on every machine.
        let name = file.strip_prefix(path).unwrap_or(file);
        digest.update(name.to_string_lossy().as_bytes());
        digest.update([0]);
        let text = fs::read_to_string(file).map_err(|source| RunnerError::Read { path: file.clone(), source })?;
        let code = text.parse::<TokenStream>();
        let code = code.map_err(|error| RunnerError::NotRust { path: file.clone(), problem: error.to_string() })?;
        add(code, &mut digest);
    }
    Ok(hex::encode(digest.finalize()))
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, RunnerError> {
    let failed = |source| RunnerError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Takes in tokens, each with a space after it.
fn add(code: TokenStream, digest: &mut Sha256) {
    let mut tokens = code.into_iter().peekable();
    // After `#[cfg(test)]` everything up to the end of the item is left out.
    let mut in_test = false;
    while let Some(token) = tokens.next() {
        if is(&token, '#') {
            // An inner attribute has `!` in between.
            let bang = tokens.next_if(|next| is(next, '!'));
            if let Some(TokenTree::Group(attribute)) = tokens
                .next_if(|next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket))
            {
                let words: String = attribute.stream().into_iter().map(|token| token.to_string()).collect();
                match words.as_str() {
                    words if words.starts_with("doc") => {}
                    "cfg(test)" if bang.is_none() => in_test = true,
                    _ if !in_test => digest.update(format!("#[{words}] ")),
                    _ => {}
                }
                continue;
            }
        }
        match token {
            TokenTree::Group(group) if in_test => in_test = group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(point) if in_test => in_test = point.as_char() != ';',
            _ if in_test => {}
            TokenTree::Group(group) => {
                digest.update(format!("{:?} ", group.delimiter()));
                add(group.stream(), digest);
                digest.update("end ");
            }
            other => digest.update(format!("{other} ")),
        }
    }
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(point) if point.as_char() == character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rs");
        fs::write(&file, text).unwrap();
        code_digest(&file).unwrap()
    }

    const CODE: &str = "/// A number.\npub fn one() -> f64 { 1.0 }\n#[cfg(test)]\nmod tests { fn t() {} }\nfn two() {}";

    #[test]
    fn comments_documentation_layout_and_unit_tests_do_not_count() {
        let same =
            "//! A file.\npub fn one() -> f64 {\n    // Because.\n    1.0\n}\nfn two() {}\n#[cfg(test)] use a::{b};";
        // A use with braces leaves its semicolon, which says nothing.
        assert_eq!(of(CODE), of(same.trim_end_matches(';')));
    }

    #[test]
    fn code_counts_and_so_do_names_of_files() {
        for other in [
            "pub fn one() -> f64 { 2.0 }\nfn two() {}",
            "fn two() {}",
            "#[inline] pub fn one() -> f64 { 1.0 }\nfn two() {}",
        ] {
            assert_ne!(of(CODE), of(other), "{other}");
        }
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("inner/a.rs"), "fn a() {}").unwrap();
        let before = code_digest(folder.path()).unwrap();
        fs::rename(folder.path().join("inner/a.rs"), folder.path().join("inner/b.rs")).unwrap();
        assert_ne!(code_digest(folder.path()).unwrap(), before);
        fs::write(folder.path().join("notes.txt"), "fn").unwrap();
        fs::rename(folder.path().join("inner/b.rs"), folder.path().join("inner/a.rs")).unwrap();
        assert_eq!(code_digest(folder.path()).unwrap(), before);
    }

    #[test]
    fn what_is_no_rust_or_is_not_there_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rs");
        assert!(matches!(code_digest(&file), Err(RunnerError::Read { .. })));
        fs::write(&file, "fn a( {").unwrap();
        let error = code_digest(&file).unwrap_err();
        assert!(error.to_string().contains("is not Rust"), "{error}");
    }
}
