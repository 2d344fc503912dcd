//! Displays that libraries print between `EVCXR_BEGIN_CONTENT <MIME type>` and `EVCXR_END_CONTENT`.
//!
//! evcxr keeps one such block per MIME type and cell; here each is shown where it was printed. Blocks of different
//! types that follow each other without anything between them are the forms of one value, as libraries print them;
//! the same type once more begins another display.

use crate::outcome::{MimeBundle, Output};

/// More than this in one block is text that merely looks like one, bytes.
const LARGEST: usize = 64 << 20;

/// The blocks of the stream so far.
#[derive(Default)]
pub(super) struct Contents {
    /// The block that is being printed.
    open: Option<(String, Vec<u8>)>,
    /// Finished forms of one value.
    forms: MimeBundle,
}

impl Contents {
    /// Inside a block.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Finished forms wait for another one.
    pub(super) fn waits(&self) -> bool {
        !self.forms.is_empty()
    }

    /// A block of this type begins.
    pub(super) fn begin(&mut self, mime: &str) {
        self.open = Some((mime.trim().to_owned(), Vec::new()));
    }

    /// A line inside the block, without its end. What is too large to be one is given back as text.
    pub(super) fn line(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        let (_, content) = self.open.as_mut()?;
        if !content.is_empty() {
            content.push(b'\n');
        }
        content.extend_from_slice(line);
        if content.len() > LARGEST { self.abandon() } else { None }
    }

    /// The block ends. Forms of an earlier value come out if this cannot be one more of them.
    pub(super) fn end(&mut self) -> Option<Output> {
        let (mime, content) = self.open.take()?;
        let earlier = if self.forms.contains_key(&mime) { self.take() } else { None };
        let text = String::from_utf8_lossy(&content).into_owned();
        let is_json = mime.ends_with("+json") || mime == "application/json";
        let parsed = if is_json { serde_json::from_str(&text).ok() } else { None };
        self.forms.insert(mime, parsed.unwrap_or(serde_json::Value::String(text)));
        earlier
    }

    /// The finished forms, as a display.
    pub(super) fn take(&mut self) -> Option<Output> {
        if self.forms.is_empty() { None } else { Some(Output::display(std::mem::take(&mut self.forms), false)) }
    }

    /// The text of a block that never ended.
    pub(super) fn abandon(&mut self) -> Option<Vec<u8>> {
        self.open.take().map(|(_, content)| content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn block(contents: &mut Contents, mime: &str, lines: &[&str]) -> Option<Output> {
        contents.begin(mime);
        for line in lines {
            assert_eq!(contents.line(line.as_bytes()), None);
        }
        contents.end()
    }

    fn display(forms: &[(&str, serde_json::Value)]) -> Option<Output> {
        Some(Output::display(forms.iter().map(|(mime, value)| ((*mime).to_owned(), value.clone())).collect(), false))
    }

    #[test]
    fn forms_of_one_value_are_one_display_and_a_repeated_type_is_another() {
        let mut contents = Contents::default();
        assert_eq!(block(&mut contents, "text/html", &["<b>", "1</b>"]), None);
        assert_eq!(block(&mut contents, "application/vnd.plotly.v1+json", &["{\"data\": []}"]), None);
        let first =
            display(&[("text/html", json!("<b>\n1</b>")), ("application/vnd.plotly.v1+json", json!({"data": []}))]);
        assert_eq!(block(&mut contents, "text/html", &["2"]), first);
        assert_eq!(contents.take(), display(&[("text/html", json!("2"))]));
        assert_eq!(contents.take(), None);
    }

    #[test]
    fn a_block_without_an_end_is_text() {
        let mut contents = Contents::default();
        contents.begin("text/html");
        assert_eq!(contents.line(b"half"), None);
        assert!(contents.is_open());
        assert_eq!(contents.abandon().as_deref(), Some(b"half".as_slice()));
        assert!(!contents.is_open() && !contents.waits());
    }
}
