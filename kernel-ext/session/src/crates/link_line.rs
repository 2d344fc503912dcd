//! Reads what `rustc --print link-args` prints: the command that starts the linker, each argument in quotes.

use std::path::PathBuf;

/// The Rust libraries that are linked.
pub(super) fn libraries(line: &str) -> Vec<PathBuf> {
    arguments(line).into_iter().filter(|argument| argument.ends_with(".rlib")).map(PathBuf::from).collect()
}

/// What stands in quotes, as the program gets it.
fn arguments(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (character, &mut current) {
            ('"', None) => current = Some(String::new()),
            ('"', Some(_)) => arguments.extend(current.take()),
            ('\\', Some(text)) => text.extend(characters.next()),
            (other, Some(text)) => text.push(other),
            (_, None) => {}
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_found_among_the_arguments_whatever_their_folder_is_called() {
        let line = r#"LC_ALL="C" PATH="/usr/bin" "cc" "-m64" "/a b/\"c\"/libpolars-1.rlib" "-Wl,--as-needed" "libx-2.rlib" "-lc""#;
        assert_eq!(libraries(line), [PathBuf::from("/a b/\"c\"/libpolars-1.rlib"), PathBuf::from("libx-2.rlib")]);
    }

    #[test]
    fn a_line_that_ends_early_gives_what_was_whole() {
        assert_eq!(libraries(r#""cc" "a.rlib" "b.rl"#), [PathBuf::from("a.rlib")]);
    }
}
