//! Characters, as Jupyter counts, and bytes, as Rust does.

/// The byte at which a character begins; the end of the text for what is behind it.
pub(crate) fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
}

/// How many characters begin before a byte.
pub(crate) fn character_of(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(start, _)| *start < byte).count()
}

#[cfg(test)]
mod tests {
    use super::{byte_of, character_of};

    #[test]
    fn an_emoji_is_one_character() {
        let text = "\"🌡\".len";
        assert_eq!(byte_of(text, 4), 7);
        assert_eq!(character_of(text, 7), 4);
        assert_eq!(byte_of(text, 100), text.len());
        assert_eq!(character_of(text, text.len()), 7);
    }
}
