//! SVG text: elements, numbers, escaping, and texts with subscripts.
//!
//! Numbers have two decimals, a hundredth of a pixel, so that the same figure is the same text everywhere.

use crate::figure::markup::{self, Level};
use std::borrow::Cow;
use std::fmt::Write;

/// Value of an attribute.
pub(super) enum Value<'a> {
    Number(f64),
    Text(&'a str),
}

/// Attributes of an element, in the order in which they are written.
pub(super) type Attributes<'a> = &'a [(&'a str, Value<'a>)];

/// An SVG document that grows.
#[derive(Default)]
pub(super) struct Document {
    text: String,
    open: Vec<&'static str>,
}

/// How a text stands at its position.
#[derive(Clone, Copy)]
pub(super) struct TextStyle {
    pub(super) size: f64,
    pub(super) anchor: Anchor,
    pub(super) colour: &'static str,
    pub(super) is_bold: bool,
    /// Whether it reads upwards.
    pub(super) is_upright: bool,
    /// Whether it has a white rim, to be read over lines.
    pub(super) has_rim: bool,
}

/// Which part of a text lies at its position.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::figure) enum Anchor {
    Start,
    Middle,
    End,
}

impl TextStyle {
    pub(super) fn new(size: f64, anchor: Anchor, colour: &'static str) -> Self {
        TextStyle { size, anchor, colour, is_bold: false, is_upright: false, has_rim: false }
    }
}

impl Document {
    /// The finished text; what is open is closed.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    /// An element without content.
    pub(super) fn element(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    /// Opens an element that has content.
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the element opened last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.put(format_args!("</{name}>\n"));
        }
    }

    /// An element that holds nothing but words: a title, a description.
    pub(super) fn words(&mut self, name: &str, words: &str) {
        self.put(format_args!("<{name}>{}</{name}>\n", escaped(words)));
    }

    /// A text with its baseline at a position.
    pub(super) fn text(&mut self, x: f64, y: f64, text: &str, style: TextStyle) {
        let anchor = match style.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let turn = if style.is_upright { format!("rotate(-90 {} {})", number(x), number(y)) } else { String::new() };
        let mut attributes = vec![
            ("x", Value::Number(x)),
            ("y", Value::Number(y)),
            ("font-size", Value::Number(style.size)),
            ("text-anchor", Value::Text(anchor)),
            ("fill", Value::Text(style.colour)),
        ];
        if style.is_bold {
            attributes.push(("font-weight", Value::Text("bold")));
        }
        if style.is_upright {
            attributes.push(("transform", Value::Text(&turn)));
        }
        if style.has_rim {
            attributes.push(("stroke", Value::Text("#ffffff")));
            attributes.push(("stroke-width", Value::Number(3.0)));
            attributes.push(("paint-order", Value::Text("stroke")));
        }
        self.start("text", &attributes);
        self.text.push('>');
        let mut shift = 0.0;
        for piece in markup::pieces(text) {
            let wanted = match piece.level {
                Level::Base => 0.0,
                Level::Subscript => style.size * 0.22,
                Level::Superscript => -style.size * 0.36,
            };
            if wanted == 0.0 && shift == 0.0 {
                self.text.push_str(&escaped(&piece.text));
                continue;
            }
            let size = if piece.level == Level::Base { style.size } else { style.size * markup::SMALL };
            let (dy, size) = (number(wanted - shift), number(size));
            self.put(format_args!("<tspan dy=\"{dy}\" font-size=\"{size}\">{}</tspan>", escaped(&piece.text)));
            shift = wanted;
        }
        self.text.push_str("</text>\n");
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        self.put(format_args!("<{name}"));
        for (key, value) in attributes {
            match value {
                Value::Number(value) => self.put(format_args!(" {key}=\"{}\"", number(*value))),
                Value::Text(value) => self.put(format_args!(" {key}=\"{}\"", escaped(value))),
            }
        }
    }

    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing into a `String` cannot fail.
        let _ = self.text.write_fmt(arguments);
    }
}

/// A number with at most two decimals; what is no number is zero.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as XML holds it: characters with a meaning replaced, characters that XML forbids dropped.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_special = |character: char| {
        matches!(character, '<' | '>' | '&' | '"' | '\u{fffe}' | '\u{ffff}') || (character < ' ' && character != '\n')
    };
    if !text.contains(is_special) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push(' '),
            special if is_special(special) => {}
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown: Vec<String> = [1.0, 1.5, -0.001, 100.0, 2.0 / 3.0, f64::NAN].into_iter().map(number).collect();
        assert_eq!(shown, ["1", "1.5", "0", "100", "0.67", "0"]);
    }

    #[test]
    fn texts_are_escaped_and_subscripts_return_to_the_line() {
        let mut document = Document::default();
        document.text(1.0, 2.0, "t_p < \"5\"\u{7}", TextStyle::new(10.0, Anchor::Start, "#000"));
        let expected = "<text x=\"1\" y=\"2\" font-size=\"10\" text-anchor=\"start\" fill=\"#000\">t\
                        <tspan dy=\"2.2\" font-size=\"7.2\">p</tspan>\
                        <tspan dy=\"-2.2\" font-size=\"10\"> &lt; &quot;5&quot;</tspan></text>\n";
        assert_eq!(document.finish(), expected);
    }
}
