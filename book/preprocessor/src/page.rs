//! An executed notebook as Markdown of a chapter, and the files that go beside the page.
//!
//! Figures become files and not part of the page: an image cannot run a script, two figures cannot disturb each
//! other's identifiers, and a reader can take one away.

use crate::ansi;
use crate::error::BookError;
use crate::html::{escape, is_passive, preformatted, without_blank_lines};
use crate::marks::PageMarks;
use crate::place::Place;
use base64::Engine as _;
use kovacs_runner::{Cell, CellKind, Notebook, SKIP_MIME};
use serde_json::Value;

/// Longest text of one output on a page, bytes. A notebook may hold megabytes; a page that nobody can scroll may not.
const LONGEST_TEXT: usize = 20_000;

/// A file that a page needs beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageFile {
    /// Path relative to the page, with `/`.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// What a notebook becomes.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Markdown, to stand in a chapter.
    pub(crate) markdown: String,
    /// Figures, numbers and the notebook itself.
    pub(crate) files: Vec<PageFile>,
}

/// Renders an executed notebook; `current` is the notebook as it is now, to see whether the results are stale.
///
/// # Errors
/// Its text cites or asks for something that is not there.
pub(crate) fn render(
    name: &str,
    executed: &Notebook,
    current: Option<&Notebook>,
    marks: &mut PageMarks<'_>,
) -> Result<Page, BookError> {
    let mut writer = Writer { name, stem: name.to_owned(), page: Page::default(), figures: 0, marks };
    // The title of the notebook stays the title of the page; what is said of the run comes below it.
    let mut cells = executed.cells().zip(1..).peekable();
    if let Some((cell, _)) = cells.next_if(|(cell, _)| cell.kind == CellKind::Markdown) {
        writer.markdown_cell(&cell)?;
    }
    writer.banner(executed, current);
    for (cell, number) in cells {
        match cell.kind {
            CellKind::Markdown => writer.markdown_cell(&cell)?,
            CellKind::Code => writer.code_cell(&cell, number),
            CellKind::Raw => {}
        }
    }
    writer.page.files.push(PageFile { name: format!("{name}.ipynb"), bytes: executed.to_text().into_bytes() });
    Ok(writer.page)
}

/// Renders one code cell of an executed notebook, with the code folded and its outputs: a figure in the midst of a page.
/// `None` if the notebook has no code cell of this id.
pub(crate) fn render_cell(
    name: &str,
    executed: &Notebook,
    current: Option<&Notebook>,
    marks: &mut PageMarks<'_>,
    id: &str,
) -> Option<Page> {
    let found = executed.cells().zip(1..).find(|(cell, _)| cell.kind == CellKind::Code && cell.id() == id);
    let (cell, number) = found?;
    let mut writer = Writer { name, stem: format!("{name}-{id}"), page: Page::default(), figures: 0, marks };
    writer.code_cell(&cell, number);
    writer.banner(executed, current);
    writer.page.files.push(PageFile { name: format!("{name}.ipynb"), bytes: executed.to_text().into_bytes() });
    Some(writer.page)
}

struct Writer<'a, 'b> {
    name: &'a str,
    /// What the files of figures are called, up to a number.
    stem: String,
    page: Page,
    figures: usize,
    marks: &'a mut PageMarks<'b>,
}

impl Writer<'_, '_> {
    /// A block of Markdown or HTML, with the blank lines that keep blocks apart.
    fn block(&mut self, block: &str) {
        self.page.markdown.push_str(block);
        self.page.markdown.push_str("\n\n");
    }

    fn problem(&mut self, html: &str) {
        self.block(&format!("<div class=\"kovacs-problem\">{html}</div>"));
    }

    /// Text as it was written, its beginning if there is very much of it.
    fn text(&mut self, class: &str, text: &str) {
        let text = ansi::plain(text);
        let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let (shown, rest) = text.split_at(end);
        self.block(&preformatted(class, shown));
        if !rest.trim().is_empty() {
            let bytes = rest.len();
            self.problem(&format!("{bytes} more bytes of this output are in the executed notebook."));
        }
    }

    fn banner(&mut self, executed: &Notebook, current: Option<&Notebook>) {
        let Some(note) = executed.note() else {
            return self.problem("This notebook was executed by another program; nothing is known of the run.");
        };
        let text = |key: &str| note.get(key).and_then(Value::as_str).unwrap_or_default();
        let seconds = note.get("seconds").and_then(Value::as_f64).unwrap_or(0.0);
        let digest = text("code_digest");
        let short: String = digest.chars().take(12).collect();
        self.block(&format!(
            "<div class=\"kovacs-run\">Executed by Kovacs {} in {seconds:.1} s · code <code title=\"SHA-256 of the code \
             cells: {}\">{}</code> · <a href=\"{name}.ipynb\" download>executed notebook</a></div>",
            escape(text("engine_version")),
            escape(digest),
            escape(&short),
            name = self.name,
        ));
        match text("status") {
            "done" => {}
            "skipped" => self.problem(&format!("The rest of this notebook was skipped: {}", escape(text("reason")))),
            status => {
                let number = executed.cells().position(|cell| cell.id() == text("failed_cell"));
                let cell = number.map_or(String::new(), |number| format!(" at cell {}", number + 1));
                let status = escape(&status.replace('_', " "));
                self.problem(&format!("This run did not reach its end: {status}{cell}. What follows is incomplete."));
            }
        }
        if current.is_some_and(|current| current.code_digest() != digest) {
            self.problem("The notebook has changed since it was executed: these results belong to an older version.");
        }
    }

    fn markdown_cell(&mut self, cell: &Cell<'_>) -> Result<(), BookError> {
        let mut source = cell.source();
        for (name, forms) in cell.attachments() {
            let image = [("image/png", "png"), ("image/jpeg", "jpg")].into_iter().find_map(|(mime, extension)| {
                let bytes = decoded(&joined(forms.get(mime)?))?;
                Some((bytes, extension))
            });
            let Some((bytes, extension)) = image else { continue };
            self.figures += 1;
            let file = format!("figures/{}-{}.{extension}", self.stem, self.figures);
            source = source.replace(&format!("attachment:{name}"), &file);
            self.page.files.push(PageFile { name: file, bytes });
        }
        let prose = self.marks.prose(&source, &Place::cell(self.name, cell.id()), Some(self.name))?;
        self.block(prose.trim());
        Ok(())
    }

    fn code_cell(&mut self, cell: &Cell<'_>, number: usize) {
        let source = cell.source();
        if source.trim().is_empty() {
            return;
        }
        let longest = source.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.block(&format!(
            "<details class=\"kovacs-code\">\n<summary>Cell {number}: <code>{}</code></summary>\n\n\
             {fence}rust\n{}\n{fence}\n\n</details>",
            escape(&cell.label()),
            source.trim_end(),
        ));
        for output in cell.outputs() {
            self.output(output, cell, number);
        }
    }

    fn output(&mut self, output: &Value, cell: &Cell<'_>, number: usize) {
        let text = |key: &str| output.get(key).map(joined).unwrap_or_default();
        match output.get("output_type").and_then(Value::as_str) {
            Some("stream") => {
                let class = if text("name") == "stderr" { "kovacs-stream kovacs-stderr" } else { "kovacs-stream" };
                self.text(class, &text("text"));
            }
            Some("error") => {
                let traceback = match output.get("traceback").and_then(Value::as_array) {
                    Some(lines) => lines.iter().map(joined).collect::<Vec<_>>().join("\n"),
                    None => String::new(),
                };
                self.block(&format!(
                    "<div class=\"kovacs-error\"><b>{}</b>: {}</div>",
                    escape(&text("ename")),
                    without_blank_lines(&escape(&ansi::plain(&text("evalue")))),
                ));
                if !traceback.trim().is_empty() {
                    self.text("kovacs-stream kovacs-traceback", &traceback);
                }
            }
            Some("display_data" | "execute_result") => match output.get("data").and_then(Value::as_object) {
                Some(data) => self.display(data, cell, number),
                None => self.problem("An output of this cell is damaged."),
            },
            _ => self.problem("An output of this cell is of a kind that the book does not know."),
        }
    }

    /// The richest form that does nothing but show.
    fn display(&mut self, data: &serde_json::Map<String, Value>, cell: &Cell<'_>, number: usize) {
        let form = |mime: &str| data.get(mime).map(joined).filter(|text| !text.is_empty());
        if data.contains_key(SKIP_MIME) {
            return; // Said in the banner.
        }
        let plain = form("text/plain");
        let first_line = plain.as_deref().and_then(|words| words.lines().next()).map(str::to_owned);
        if let Some(svg) = form("image/svg+xml") {
            let title = title_of(&svg).or(first_line);
            self.figure("svg", svg.into_bytes(), title, form("text/csv"), cell, number);
        } else if let Some(png) = form("image/png") {
            match decoded(&png) {
                Some(bytes) => self.figure("png", bytes, first_line, form("text/csv"), cell, number),
                None => self.problem("An image of this cell is damaged."),
            }
        } else if let Some(html) = form("text/html").filter(|html| is_passive(html)) {
            self.block(&format!("<div class=\"kovacs-output\">{}</div>", without_blank_lines(html.trim())));
        } else if let Some(plain) = plain {
            self.text("kovacs-stream", &plain);
        } else {
            self.problem("This cell shows something that has no form for a page.");
        }
    }

    fn figure(
        &mut self,
        extension: &str,
        bytes: Vec<u8>,
        title: Option<String>,
        numbers: Option<String>,
        cell: &Cell<'_>,
        cell_number: usize,
    ) {
        self.figures += 1;
        let file = format!("figures/{}-{}.{extension}", self.stem, self.figures);
        let (number, anchor) = self.marks.figure(cell.id());
        let title = title.map(|title| escape(&title));
        let alternative = title.clone().unwrap_or_else(|| format!("Figure of cell {cell_number}"));
        let caption = format!("<b>Fig.\u{a0}{number}</b> {}", title.unwrap_or_default());
        let mut links = format!("cell {cell_number} · <a href=\"{file}\">{}</a>", extension.to_ascii_uppercase());
        let mut origin = String::new();
        if let Some(numbers) = numbers {
            let csv = format!("figures/{}-{}.csv", self.stem, self.figures);
            links.push_str(&format!(" · <a href=\"{csv}\" download>plotted numbers (CSV)</a>"));
            let comments: Vec<&str> = numbers.lines().map_while(|line| line.strip_prefix('#')).collect();
            if !comments.is_empty() {
                origin = format!(
                    "\n<details class=\"kovacs-origin\"><summary>origin of every curve</summary>\n{}\n</details>",
                    preformatted("kovacs-stream", &without_common_indent(&comments)),
                );
            }
            self.page.files.push(PageFile { name: csv, bytes: numbers.into_bytes() });
        }
        self.block(&format!(
            "<figure class=\"kovacs-figure\" id=\"{anchor}\">\n<a href=\"{file}\"><img src=\"{file}\" \
             alt=\"{alternative}\"></a>\n<figcaption>{caption}<br>{links}</figcaption>{origin}\n</figure>",
        ));
        self.page.files.push(PageFile { name: file, bytes });
    }
}

/// Comment lines start with `# ` or deeper; what they have in common is the sign, not the depth.
fn without_common_indent(lines: &[&str]) -> String {
    lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Text that the format stores as a string or as a list of strings; nothing for what is neither.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// Bytes of an image, from base64 with or without line breaks.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// What an SVG is called by its own `<title>`.
fn title_of(svg: &str) -> Option<String> {
    let start = svg.split_once("<title")?.1.split_once('>')?.1;
    let title = start.split_once("</title>")?.0.trim();
    let title = title.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    let title = title.replace("&#39;", "'").replace("&amp;", "&");
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests;
