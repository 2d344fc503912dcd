//! HTML that may stand in a page: escaped text, and tables of notebooks that do nothing but be there.
//!
//! A notebook's HTML can load scripts from anywhere, and one tag left open spoils the rest of the page. So HTML from a
//! notebook is taken only if every tag and attribute of it is on a list and every tag is closed; otherwise the page
//! shows the plain text that comes with it.

/// Elements that show and do nothing, with whether they have a content.
const ELEMENTS: [(&str, bool); 42] = [
    ("b", true),
    ("blockquote", true),
    ("br", false),
    ("caption", true),
    ("code", true),
    ("col", false),
    ("colgroup", true),
    ("dd", true),
    ("details", true),
    ("div", true),
    ("dl", true),
    ("dt", true),
    ("em", true),
    ("figcaption", true),
    ("figure", true),
    ("h1", true),
    ("h2", true),
    ("h3", true),
    ("h4", true),
    ("h5", true),
    ("h6", true),
    ("hr", false),
    ("i", true),
    ("kbd", true),
    ("li", true),
    ("ol", true),
    ("p", true),
    ("pre", true),
    ("small", true),
    ("span", true),
    ("strong", true),
    ("sub", true),
    ("summary", true),
    ("sup", true),
    ("table", true),
    ("tbody", true),
    ("td", true),
    ("tfoot", true),
    ("th", true),
    ("thead", true),
    ("tr", true),
    ("ul", true),
];

/// Attributes that load nothing and run nothing.
const ATTRIBUTES: [&str; 11] =
    ["align", "border", "class", "colspan", "dir", "lang", "open", "role", "rowspan", "scope", "title"];

/// Text as HTML shows it.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The same HTML without a blank line: in Markdown a blank line ends a block of HTML.
pub(crate) fn without_blank_lines(html: &str) -> String {
    let mut joined = String::with_capacity(html.len());
    for line in html.split_inclusive('\n') {
        if line.trim().is_empty() {
            if !joined.is_empty() {
                joined.push_str("&#10;");
            }
        } else {
            joined.push_str(line.trim_end_matches(['\n', '\r']));
            joined.push('\n');
        }
    }
    joined.truncate(joined.trim_end_matches('\n').len());
    joined
}

/// Preformatted text as a block of its own.
pub(crate) fn preformatted(class: &str, text: &str) -> String {
    format!("<pre class=\"{class}\">{}</pre>", without_blank_lines(&escape(text.trim_end())))
}

/// Properties that a style of a notebook may set.
const STYLES: [&str; 12] = [
    "border",
    "border-bottom",
    "border-collapse",
    "border-top",
    "caption-side",
    "color",
    "font-size",
    "font-variant-numeric",
    "font-weight",
    "opacity",
    "padding",
    "text-align",
];

/// Whether HTML of a notebook may stand in a page: known tags and attributes only, every tag closed.
pub(crate) fn is_passive(html: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let Some(tag) = Tag::read(rest.get(start + 1..).unwrap_or_default()) else {
            return false;
        };
        let Some((_, has_content)) = ELEMENTS.iter().find(|(name, _)| *name == tag.name) else {
            return false;
        };
        match (tag.closes, *has_content) {
            (false, true) => open.push(tag.name),
            (false, false) => {}
            (true, true) if open.last() == Some(&tag.name) => drop(open.pop()),
            (true, _) => return false,
        }
        rest = tag.rest;
    }
    open.is_empty()
}

struct Tag<'a> {
    name: String,
    closes: bool,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads what follows `<`; `None` if it is no tag or has an attribute that is not on the list.
    fn read(text: &'a str) -> Option<Tag<'a>> {
        let (closes, text) = match text.strip_prefix('/') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (name, mut rest) = word(text);
        if name.is_empty() {
            return None;
        }
        loop {
            rest = rest.trim_start();
            if let Some(rest) = rest.strip_prefix('>').or_else(|| rest.strip_prefix("/>")) {
                return Some(Tag { name: name.to_ascii_lowercase(), closes, rest });
            }
            let (attribute, after) = word(rest);
            let attribute = attribute.to_ascii_lowercase();
            if attribute != "style" && !ATTRIBUTES.contains(&attribute.as_str()) {
                return None;
            }
            rest = match after.trim_start().strip_prefix('=') {
                None => after,
                Some(value) => {
                    let value = value.trim_start();
                    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
                    match quote {
                        Some(quote) => {
                            let (value, after) = value.get(1..)?.split_once(quote)?;
                            if attribute == "style" && !is_plain_style(value) {
                                return None;
                            }
                            after
                        }
                        None if attribute == "style" => return None,
                        None => value.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '%')),
                    }
                }
            };
        }
    }
}

/// Whether a style only sets how text and rules of a table look: nothing is loaded, placed or covered.
fn is_plain_style(style: &str) -> bool {
    style.split(';').map(str::trim).filter(|declaration| !declaration.is_empty()).all(|declaration| {
        let Some((property, value)) = declaration.split_once(':') else { return false };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.' | '%' | '#');
        STYLES.contains(&property.trim()) && value.chars().all(is_plain)
    })
}

fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_passive() {
        for html in [
            "plain &lt; text",
            "<table><caption>a</caption><thead><tr><th>x [s]</th></tr></thead><tbody><tr><td colspan=\"2\">1</td></tr>\
             </tbody></table>",
            "<div class='kovacs-claim kovacs-failed'><b>failed</b> Fig. 1</div>",
            "<b>a</b>: b<br>tables<br/><small>c</small>",
            "<td class=x align = right>1</td>",
            "<details open><summary>more</summary></details>",
            "<td style=\"text-align:right;opacity:0.75\">1</td>",
        ] {
            assert!(is_passive(html), "{html}");
        }
    }

    #[test]
    fn what_acts_or_spoils_the_page_is_not() {
        for html in [
            "<script src=\"https://cdn.example/plotly.js\"></script>",
            "<SCRIPT>1</SCRIPT>",
            "<img src=x>",
            "<div onclick=\"alert(1)\">x</div>",
            "<div style=\"background: url(https://example)\">x</div>",
            "<div style=\"position:fixed\">x</div>",
            "<div style=color:red>x</div>",
            "<a href=\"javascript:1\">x</a>",
            "<iframe></iframe>",
            "<!-- open",
            "<div>",
            "</div>",
            "<b><i></b></i>",
            "<div class=\"",
            "<div class=\"x",
            "a < b",
            "<div/onclick=1>",
        ] {
            assert!(!is_passive(html), "{html}");
        }
    }

    #[test]
    fn no_blank_line_remains_and_no_line_is_lost() {
        assert_eq!(without_blank_lines("a\n\n  \nb\n"), "a\n&#10;&#10;b");
        assert_eq!(without_blank_lines("\n\na"), "a");
        assert_eq!(preformatted("c", "x < 1\r\n\r\ny"), "<pre class=\"c\">x &lt; 1\n&#10;y</pre>");
    }
}
