//! Terminal colours in text that goes to a page.

/// The text without escape sequences: a page has no use for a terminal's colours.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            // A control sequence ends with a letter or one of a few signs.
            Some('[') => while characters.next().is_some_and(|next| !('@'..='~').contains(&next)) {},
            // An operating system command ends with a bell, or with escape and a backslash.
            Some(']') => {
                while let Some(next) = characters.next() {
                    if next == '\u{7}' || (next == '\u{1b}' && characters.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn colours_and_links_go_and_text_stays() {
        assert_eq!(plain("\u{1b}[1;31merror\u{1b}[0m: Δσ"), "error: Δσ");
        assert_eq!(plain("\u{1b}]8;;file:///x\u{1b}\\here\u{1b}]8;;\u{7}!"), "here!");
        assert_eq!(plain("cut \u{1b}[3"), "cut ");
        assert_eq!(plain("cut \u{1b}"), "cut ");
    }
}
