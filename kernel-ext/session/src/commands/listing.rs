//! A small table as plain text and as HTML: what the commands answer with.

use crate::outcome::{MimeBundle, Output};

/// Rows of text below a head.
pub(crate) struct Listing {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Listing {
    pub(crate) fn new(head: &[&str]) -> Listing {
        Listing { head: head.iter().map(|cell| (*cell).to_owned()).collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Columns of equal width, the last one as long as it is.
    pub(crate) fn text(&self) -> String {
        let lines = || std::iter::once(&self.head).chain(&self.rows);
        let width = |column: usize| {
            lines().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut text = String::new();
        for line in lines() {
            let mut written = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                written.push_str(&format!("{cell:<width$}  "));
            }
            text.push_str(written.trim_end());
            text.push('\n');
        }
        text
    }

    pub(crate) fn html(&self) -> String {
        let mut html = String::from("<table><thead><tr>");
        for cell in &self.head {
            html.push_str(&format!("<th style=\"text-align:left\">{}</th>", html_text(cell)));
        }
        html.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            html.push_str("<tr>");
            for cell in row {
                html.push_str(&format!("<td style=\"text-align:left\">{}</td>", marked_up(cell)));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table>");
        html
    }

    pub(crate) fn output(&self) -> Output {
        shown(self.text(), self.html())
    }
}

/// Something to show, in both forms.
pub(crate) fn shown(text: String, html: String) -> Output {
    let forms = [("text/plain", text.trim_end().to_owned()), ("text/html", html)];
    let data: MimeBundle = forms.into_iter().map(|(mime, text)| (mime.to_owned(), text.into())).collect();
    Output::display(data, false)
}

/// Text with the characters that mean something in HTML replaced.
pub(crate) fn html_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// HTML of a text in which what is between backticks is code.
pub(crate) fn marked_up(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        let part = html_text(part);
        if index % 2 == 1 {
            html.push_str(&format!("<code>{part}</code>"));
        } else {
            html.push_str(&part);
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::Listing;

    #[test]
    fn columns_line_up_and_html_is_escaped() {
        let mut listing = Listing::new(&["name", "type"]);
        listing.row(["x".to_owned(), "Vec<f64>".to_owned()]);
        listing.row(["température".to_owned(), "`f64`".to_owned()]);
        assert_eq!(listing.text(), "name         type\nx            Vec<f64>\ntempérature  `f64`\n");
        assert!(listing.html().contains("Vec&lt;f64&gt;"));
        assert!(listing.html().contains("<code>f64</code>"));
    }
}
