//! Subscripts and superscripts in the texts of a figure: `t_p`, `ε_{11}`, `10^{-3}`, `Δσ/σ_0`.
//!
//! Names of models and files pass through figures too, so an underscore makes a subscript only after a single letter
//! (or a capital delta and a letter, or an element before its number) or before a brace; `double_kww` and `shear_relaxation.xlsx` stay as they are.

/// Where a piece of text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// On the line.
    Base,
    /// Below it.
    Subscript,
    /// Above it.
    Superscript,
}

/// A piece of text on one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) level: Level,
    pub(super) text: String,
}

/// Size of subscripts and superscripts against the text they belong to.
pub(super) const SMALL: f64 = 0.72;

/// Splits a text into pieces.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let characters: Vec<char> = text.chars().collect();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut put = |level: Level, character: char| match pieces.last_mut() {
        Some(last) if last.level == level => last.text.push(character),
        _ => pieces.push(Piece { level, text: character.to_string() }),
    };
    let mut position = 0;
    while let Some(&character) = characters.get(position) {
        let level = match character {
            '_' => Level::Subscript,
            '^' => Level::Superscript,
            _ => Level::Base,
        };
        let (before, after) = (&characters[..position], &characters[position + 1..]);
        let shifted = match level {
            Level::Base => None,
            _ => braced(after).or_else(|| bare(level, before, after)),
        };
        match shifted {
            Some((skipped, shifted)) => {
                shifted.iter().for_each(|shifted| put(level, *shifted));
                position += 1 + skipped;
            }
            None => {
                put(Level::Base, character);
                position += 1;
            }
        }
    }
    pieces
}

/// `{...}`: how many characters it takes, and what it holds.
fn braced(after: &[char]) -> Option<(usize, &[char])> {
    let close = after.iter().position(|character| *character == '}')?;
    match after.split_first() {
        Some(('{', _)) if close > 1 => Some((close + 1, &after[1..close])),
        _ => None,
    }
}

/// A shifted text without braces: a number or a letter above the line, a word below it.
fn bare<'a>(level: Level, before: &[char], after: &'a [char]) -> Option<(usize, &'a [char])> {
    let count = match level {
        Level::Superscript => {
            let sign = usize::from(matches!(after.first(), Some('-' | '−' | '+')));
            let digits = after[sign..].iter().take_while(|character| character.is_ascii_digit()).count();
            match (digits, after.first()) {
                (0, Some(character)) if character.is_alphabetic() => 1,
                (0, _) => return None,
                _ => sign + digits,
            }
        }
        _ => {
            let word: Vec<char> = before.iter().rev().take_while(|letter| letter.is_alphabetic()).copied().collect();
            let is_inner = before.iter().rev().nth(word.len()) == Some(&'_');
            let is_number = after.first().is_some_and(char::is_ascii_digit);
            let belongs = |character: &&char| match is_number {
                true => character.is_ascii_digit(),
                false => character.is_alphanumeric(),
            };
            let count = after.iter().take_while(belongs).count();
            let is_symbol = match word[..] {
                [letter] | [letter, 'Δ'] => letter.is_alphabetic(),
                // A chemical element with its number.
                [second, first] => first.is_ascii_uppercase() && second.is_ascii_lowercase() && is_number,
                _ => false,
            };
            if !is_symbol || is_inner || count == 0 || after.get(count) == Some(&'_') {
                return None;
            }
            count
        }
    };
    Some((count, &after[..count]))
}

/// The text as HTML of the kind plotly understands.
pub(super) fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for piece in pieces(text) {
        let text = piece.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        match piece.level {
            Level::Base => html.push_str(&text),
            Level::Subscript => html.push_str(&format!("<sub>{text}</sub>")),
            Level::Superscript => html.push_str(&format!("<sup>{text}</sup>")),
        }
    }
    html
}

/// Width of a text in pixels at a font size, estimated from the widths of DejaVu Sans, the widest of the usual fonts,
/// and rounded up a little: fonts differ from reader to reader, and a legend that is too wide looks better than one
/// that is cut off.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let ems: f64 = pieces(text)
        .iter()
        .map(|piece| {
            let ems: f64 = piece.text.chars().map(em).sum();
            if piece.level == Level::Base { ems } else { ems * SMALL }
        })
        .sum();
    ems * size * 1.02
}

fn em(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | 'I' | 'J' | '\'' => 0.29,
        ' ' | '.' | ',' | ':' | ';' | '/' | '|' | '·' | '’' => 0.34,
        'f' | 't' | 'r' | '-' | '!' | '(' | ')' | '[' | ']' => 0.4,
        's' | 'z' | '*' | '_' | '°' => 0.52,
        'w' | '#' | '+' | '=' | '−' | '×' | '<' | '>' | '~' | '≈' | '±' | '∞' | 'M' | 'O' | 'Q' => 0.85,
        'm' | 'W' | '%' | '@' | '…' | '—' => 1.0,
        'C' | 'D' | 'G' | 'H' | 'N' | 'U' | '&' => 0.76,
        'A'..='Z' => 0.68,
        _ if character.is_ascii() || character.is_alphabetic() && (character as u32) < 0x2E80 => 0.63,
        _ => 1.0,
    }
}

/// Breaks a text at spaces into lines of at most `limit` pixels; a longer word has a line of its own.
pub(super) fn lines(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && width(&line, size) + width(word, size) + size * 0.3 > limit {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(html(text), expected);
    }

    #[test]
    fn symbols_take_subscripts_and_names_keep_their_underscores() {
        check("t_p", "t<sub>p</sub>");
        check("ε_2 < ε_1", "ε<sub>2</sub> &lt; ε<sub>1</sub>");
        check("Δσ/σ_0 at τ_rec", "Δσ/σ<sub>0</sub> at τ<sub>rec</sub>");
        check("Δσ_max", "Δσ<sub>max</sub>");
        check("10^{-3} s^-1, t^β", "10<sup>-3</sup> s<sup>-1</sup>, t<sup>β</sup>");
        check("double_kww of shear_relaxation.xlsx", "double_kww of shear_relaxation.xlsx");
        check("a_very_long_name, a_b_c", "a_very_long_name, a_b_c");
        check("(Fe_11Zr_1)_{91.2}", "(Fe<sub>11</sub>Zr<sub>1</sub>)<sub>91.2</sub>");
        check("Ti_{16.7}Zr_{16.7}", "Ti<sub>16.7</sub>Zr<sub>16.7</sub>");
        check("_ ^ {} _{} t_ x^", "_ ^ {} _{} t_ x^");
    }

    /// Widths of whole texts in DejaVu Sans at 1000 px, as its own metrics give them.
    #[test]
    fn the_widest_of_the_usual_fonts_fits() {
        for (text, set) in [
            ("one stretched exponential, model kww 0.1.0", 22264.0),
            ("a flat spectrum of barriers, model aoi 0.1.0", 21525.0),
            ("calculated, 900 s, 0.5 %", 12034.0),
            ("Stress (MPa), TiZrHfCuNiBe, synthetic", 18801.0),
            ("Time after the second step (s)", 15074.0),
        ] {
            let estimate = width(text, 1000.0);
            assert!(estimate >= set && estimate < 1.12 * set, "{text}: {estimate} for {set}");
        }
    }

    #[test]
    fn lines_break_at_spaces_and_lose_no_word() {
        let text = "The preloading strain is 0.5 % and the second strain is lower.";
        let broken = lines(text, 12.0, 120.0);
        assert!(broken.len() > 2 && broken.iter().all(|line| width(line, 12.0) <= 120.0));
        assert_eq!(broken.join(" "), text);
        assert_eq!(lines("incompressible", 12.0, 10.0), ["incompressible"]);
    }
}
