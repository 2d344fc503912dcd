//! Documentation as it is written in sources, turned into plain text and into HTML.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

fn parser(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
}

/// The first paragraph, as plain text in one line.
pub(crate) fn first_paragraph(markdown: &str) -> Option<String> {
    let mut text = String::new();
    for event in parser(markdown) {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::Paragraph) if !text.trim().is_empty() => break,
            Event::Start(Tag::CodeBlock(_)) if !text.trim().is_empty() => break,
            _ => {}
        }
    }
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// For a console: headings underlined, code indented, no marks of emphasis.
pub(crate) fn to_plain(markdown: &str) -> String {
    let mut plain = Plain::default();
    for event in parser(markdown) {
        plain.take(event);
    }
    plain.text.trim_end().to_owned()
}

/// For a notebook. HTML in the documentation is shown as text, and links go to the web only.
pub(crate) fn to_html(markdown: &str) -> String {
    let events = parser(markdown).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: safe(dest_url), title, id })
        }
        other => other,
    });
    let mut text = String::new();
    html::push_html(&mut text, events);
    text
}

fn safe(address: CowStr<'_>) -> CowStr<'_> {
    if address.starts_with("https://") || address.starts_with("http://") { address } else { CowStr::Borrowed("#") }
}

#[derive(Default)]
struct Plain {
    text: String,
    code: bool,
    /// Number of the next entry of each list that is open; `None` for a list without numbers.
    lists: Vec<Option<u64>>,
    heading_start: Option<usize>,
}

impl Plain {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) if self.code => {
                for line in text.split_inclusive('\n') {
                    self.text.push_str("    ");
                    self.text.push_str(line);
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text.push_str(&text),
            Event::Code(text) => {
                self.text.push('`');
                self.text.push_str(&text);
                self.text.push('`');
            }
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::Rule => self.text.push('\n'),
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => self.close(tag),
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.blank_line();
                self.heading_start = Some(self.text.len());
            }
            Tag::Paragraph if self.lists.is_empty() => self.blank_line(),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.blank_line();
                self.code = true;
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.blank_line();
                }
                self.lists.push(*first);
            }
            Tag::Item => {
                self.new_line();
                let depth = self.lists.len().saturating_sub(1);
                self.text.push_str(&"  ".repeat(depth));
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        self.text.push_str(&format!("{number}. "));
                        *number += 1;
                    }
                    _ => self.text.push_str("- "),
                }
            }
            Tag::TableRow | Tag::TableHead => self.new_line(),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let start = self.heading_start.take().unwrap_or(self.text.len());
                let width = self.text.get(start..).unwrap_or_default().chars().count();
                self.new_line();
                self.text.push_str(&"-".repeat(width));
                self.text.push('\n');
            }
            TagEnd::CodeBlock => {
                self.code = false;
                self.new_line();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.new_line();
            }
            TagEnd::Paragraph | TagEnd::TableHead | TagEnd::TableRow => self.new_line(),
            TagEnd::TableCell => self.text.push_str("  "),
            _ => {}
        }
    }

    fn new_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn blank_line(&mut self) {
        self.new_line();
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}
