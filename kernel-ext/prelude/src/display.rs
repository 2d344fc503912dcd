//! How values are shown, and that an expression cell is compiled once.
//!
//! evcxr first compiles a cell with `(value).evcxr_display()` and, if that fails, once more with `{:?}`. The blanket
//! implementation here makes the first attempt succeed for everything with `Debug`; types of this crate have a
//! method of their own with the same name, which wins.

use crate::error::Error;
use crate::seam::{self, Operation};
use crate::wire::{Reader, WireError, Writer};
use std::fmt::Debug;

/// Shows the value of a cell's last expression. In scope in every cell.
pub trait EvcxrDisplay {
    /// Shows the value.
    fn evcxr_display(&self);
}

impl<T: Debug + ?Sized> EvcxrDisplay for T {
    fn evcxr_display(&self) {
        if std::any::type_name::<T>() == "()" {
            return;
        }
        let forms = crate::foreign::forms(self).unwrap_or_else(|| {
            let mut bundle = Bundle::new();
            bundle.text("text/plain", format!("{self:?}"));
            bundle
        });
        forms.show_result();
    }
}

/// One value in several forms, by MIME type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    mime: String,
    content: String,
    is_json: bool,
}

impl Bundle {
    /// Nothing yet.
    pub fn new() -> Self {
        Bundle::default()
    }

    /// Adds a form that is text: plain, HTML, SVG, or base64 of an image.
    pub fn text(&mut self, mime: &str, content: impl Into<String>) {
        self.entries.push(Entry { mime: mime.into(), content: content.into(), is_json: false });
    }

    /// Adds a form that is JSON, as its text.
    pub fn json(&mut self, mime: &str, content: impl Into<String>) {
        self.entries.push(Entry { mime: mime.into(), content: content.into(), is_json: true });
    }

    /// MIME type, content, and whether it is JSON, in the order in which they were added.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.entries.iter().map(|entry| (entry.mime.as_str(), entry.content.as_str(), entry.is_json))
    }

    /// Shows the bundle now; a cell may show any number of them.
    pub fn show(&self) {
        self.send(false);
    }

    /// Shows the bundle as the value of the cell.
    pub fn show_result(&self) {
        self.send(true);
    }

    fn send(&self, is_result: bool) {
        let mut writer = Writer::new();
        writer.bool(is_result);
        self.encode(&mut writer);
        crate::rt::flush();
        if let Err(error) = seam::call(Operation::Display, writer) {
            report_undisplayable(&error, self);
        }
    }

    /// Writes the bundle into a message of the seam.
    pub fn encode(&self, writer: &mut Writer) {
        writer.sequence(&self.entries, |writer, entry| {
            writer.text(&entry.mime);
            writer.text(&entry.content);
            writer.bool(entry.is_json);
        });
    }

    /// Reads a bundle from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let entries = reader
            .sequence(|reader| Ok(Entry { mime: reader.text()?, content: reader.text()?, is_json: reader.bool()? }))?;
        Ok(Bundle { entries })
    }
}

/// Outside a notebook there is nobody to show to: the plain text goes to standard output.
fn report_undisplayable(error: &Error, bundle: &Bundle) {
    match bundle.entries().find(|(mime, _, _)| *mime == "text/plain") {
        Some((_, text, _)) => println!("{text}"),
        None => eprintln!("cannot show a value: {error}"),
    }
}

/// JSON text of a string, quotes included.
pub(crate) fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => json.push_str(&format!("\\u{:04x}", control as u32)),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

/// Text with the characters that mean something in HTML replaced.
pub(crate) fn html_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
