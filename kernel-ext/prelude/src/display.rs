//! How values are shown, and that an expression cell is compiled once.
//!
//! evcxr first compiles a cell with `(value).evcxr_display()` and, if that fails, once more with `{:?}`. The blanket
//! implementation here makes the first attempt succeed for everything with `Debug`; types of this crate have a
//! method of their own with the same name, which wins.
//!
//! A cell may show any number of things, in the order in which it does so; what has a name can be changed later, also
//! by another cell.

use crate::error::Error;
use crate::seam::{self, Operation};
use crate::wire::{Reader, WireError, Writer};
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

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
        let forms = crate::foreign::forms(self)
            .unwrap_or_else(|| debug_form(std::any::type_name::<T>(), format_args!("{self:?}")));
        forms.show_result();
    }
}

/// Not generic, so that no cell compiles it again.
fn debug_form(type_name: &str, text: std::fmt::Arguments<'_>) -> Bundle {
    let text = text.to_string();
    let mut bundle = Bundle::new();
    match png_in(type_name, &text) {
        Some(image) => bundle.png(&image),
        None => bundle.text("text/plain", text),
    }
    bundle
}

/// How the bytes of a PNG file begin, as `Debug` writes a list of bytes.
const PNG: &str = "[137, 80, 78, 71, 13, 10, 26, 10,";

/// The bytes, if this is the `Debug` form of bytes that are a PNG file. Only the form can be looked at: the type has no
/// common name with the other values that a cell ends in.
fn png_in(type_name: &str, text: &str) -> Option<Vec<u8>> {
    let is_bytes = type_name.trim_start_matches('&').trim_start_matches("alloc::vec::Vec<").trim_start_matches('[');
    let list = text.strip_prefix('[')?.strip_suffix(']')?;
    (is_bytes.starts_with("u8") && text.starts_with(PNG)).then_some(())?;
    list.split(", ").map(|number| number.parse().ok()).collect()
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
    /// JSON text of what the form carries besides, if anything.
    metadata: Option<String>,
}

impl Bundle {
    /// Nothing yet.
    pub fn new() -> Self {
        Bundle::default()
    }

    /// Adds a form that is text: plain, HTML, SVG, or base64 of an image.
    pub fn text(&mut self, mime: &str, content: impl Into<String>) {
        self.entries.push(Entry { mime: mime.into(), content: content.into(), is_json: false, metadata: None });
    }

    /// Adds a form that is JSON, as its text.
    pub fn json(&mut self, mime: &str, content: impl Into<String>) {
        self.entries.push(Entry { mime: mime.into(), content: content.into(), is_json: true, metadata: None });
    }

    /// Adds an image, the bytes of a PNG file. Its size in pixels goes along, and stands for it where there is only text.
    pub fn png(&mut self, bytes: &[u8]) {
        let number = |start: usize| {
            let field = bytes.get(start..start + 4).and_then(|field| field.try_into().ok());
            field.map_or(0, u32::from_be_bytes)
        };
        let (width, height) = (number(16), number(20));
        self.text("text/plain", format!("image, {width} x {height} pixels"));
        self.text("image/png", base64(bytes));
        self.metadata("image/png", format!("{{\"width\": {width}, \"height\": {height}}}"));
    }

    /// Adds what a form carries besides, as JSON text: the size of an image. Nothing if there is no such form.
    pub fn metadata(&mut self, mime: &str, json: impl Into<String>) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.mime == mime) {
            entry.metadata = Some(json.into());
        }
    }

    /// MIME type and JSON text of what forms carry besides.
    pub fn all_metadata(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().filter_map(|entry| Some((entry.mime.as_str(), entry.metadata.as_deref()?)))
    }

    /// MIME type, content, and whether it is JSON, in the order in which they were added.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.entries.iter().map(|entry| (entry.mime.as_str(), entry.content.as_str(), entry.is_json))
    }

    /// Shows the bundle now; a cell may show any number of them.
    pub fn show(&self) {
        self.send(Manner::default());
    }

    /// Shows the bundle as the value of the cell.
    pub fn show_result(&self) {
        self.send(Manner { is_result: true, ..Manner::default() });
    }

    /// Shows the bundle now, so that it can be changed later.
    ///
    /// ```
    /// use kovacs::display::Bundle;
    ///
    /// let text = |text: &str| {
    ///     let mut bundle = Bundle::new();
    ///     bundle.text("text/plain", text);
    ///     bundle
    /// };
    /// let shown = text("waiting").show_live();
    /// shown.update(&text("done"));
    /// assert!(!shown.id().is_empty());
    /// ```
    pub fn show_live(&self) -> DisplayHandle {
        self.show_as(&new_id())
    }

    /// Shows the bundle now under this name; every display of the name can be changed later, by any cell.
    pub fn show_as(&self, id: &str) -> DisplayHandle {
        self.send(Manner { id: Some(id.to_owned()), ..Manner::default() });
        DisplayHandle { id: id.to_owned() }
    }

    fn send(&self, manner: Manner) {
        let mut writer = Writer::new();
        writer.bool(manner.is_result);
        writer.bool(manner.update);
        writer.option(manner.id.as_deref(), Writer::text);
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
            writer.option(entry.metadata.as_deref(), Writer::text);
        });
    }

    /// Reads a bundle from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let entries = reader.sequence(|reader| {
            Ok(Entry {
                mime: reader.text()?,
                content: reader.text()?,
                is_json: reader.bool()?,
                metadata: reader.option(Reader::text)?,
            })
        })?;
        Ok(Bundle { entries })
    }
}

/// In which way a bundle is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// As the value of the cell.
    pub is_result: bool,
    /// In place of what was shown under the name.
    pub update: bool,
    /// The name under which it can be changed.
    pub id: Option<String>,
}

impl Manner {
    /// Reads it from a message of the seam; the bundle follows.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Manner { is_result: reader.bool()?, update: reader.bool()?, id: reader.option(Reader::text)? })
    }
}

/// Something that is shown and can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayHandle {
    id: String,
}

impl DisplayHandle {
    /// What any cell has shown under this name.
    pub fn named(id: &str) -> Self {
        DisplayHandle { id: id.to_owned() }
    }

    /// The name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Shows `bundle` in its place, wherever it is shown.
    pub fn update(&self, bundle: &Bundle) {
        bundle.send(Manner { update: true, id: Some(self.id.clone()), ..Manner::default() });
    }
}

/// Takes away what the cell has shown so far; with `wait`, when something else comes, so that nothing flickers.
pub fn clear_output(wait: bool) {
    let mut writer = Writer::new();
    writer.bool(wait);
    crate::rt::flush();
    // Where nothing is shown there is nothing to take away.
    let _ = seam::call(Operation::ClearOutput, writer);
}

/// A name that no other display has.
fn new_id() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("kovacs-{}-{time:x}-{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed))
}

/// Base64 with padding, as MIME bundles have images.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a PNG file of 2 x 3 pixels.
    const IMAGE: [u8; 24] = [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 2, 0, 0, 0, 3];

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), expected, "RFC 4648, section 10");
        }
    }

    #[test]
    fn bytes_of_an_image_are_recognised_and_nothing_else() {
        let text = format!("{IMAGE:?}");
        for type_name in ["alloc::vec::Vec<u8>", "&[u8]", "[u8; 24]", "&&alloc::vec::Vec<u8>"] {
            assert_eq!(png_in(type_name, &text).as_deref(), Some(&IMAGE[..]), "{type_name}");
        }
        assert_eq!(png_in("alloc::vec::Vec<u16>", &text), None);
        assert_eq!(png_in("alloc::vec::Vec<u8>", "[1, 2, 3]"), None);
    }

    #[test]
    fn a_bundle_crosses_the_seam_whole() {
        let mut bundle = Bundle::new();
        bundle.png(&IMAGE);
        bundle.json("application/json", "{}");
        let mut writer = Writer::new();
        bundle.encode(&mut writer);
        let bytes = writer.into_bytes();
        assert_eq!(Bundle::decode(&mut Reader::new(&bytes)).expect("what was written"), bundle);
        let metadata: Vec<_> = bundle.all_metadata().collect();
        assert_eq!(metadata, [("image/png", "{\"width\": 2, \"height\": 3}")]);
        assert!(bundle.entries().any(|entry| entry == ("text/plain", "image, 2 x 3 pixels", false)));
    }
}
