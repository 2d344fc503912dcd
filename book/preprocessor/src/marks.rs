//! Replaces what prose may contain beside words (`prose`), page by page, and numbers figures and equations.
//!
//! A citation may stand before the figure it names, and on another page. So pages are filled in one after the other with
//! a sign in place of every number, and the signs are replaced when the whole book is known.

use crate::bibliography::Bibliography;
use crate::equation;
use crate::error::BookError;
use crate::html::escape;
use crate::place::Place;
use crate::prose::{self, Mark};
use crate::values::Values;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Around the index of a reference that is not known yet: signs for private use, which no text has.
const OPEN: char = '\u{f8f0}';
const CLOSE: char = '\u{f8f1}';

/// A figure or an equation that can be referred to.
#[derive(Clone, Debug)]
struct Target {
    /// Page, relative to the book's sources.
    chapter: PathBuf,
    /// As it is printed: `3.1`.
    number: String,
}

/// A reference, to be filled in later.
#[derive(Clone, Debug)]
struct Pending {
    label: String,
    chapter: PathBuf,
    place: Place,
}

/// What the pages of a book have in common.
#[derive(Debug)]
pub(crate) struct Marks {
    bibliography: Option<Bibliography>,
    values: Values,
    /// By label: `fig:CELL`, `eq:NAME`.
    targets: HashMap<String, Vec<Target>>,
    pending: Vec<Pending>,
}

/// The page that is being filled.
#[derive(Debug)]
pub(crate) struct PageMarks<'a> {
    book: &'a mut Marks,
    chapter: &'a Path,
    /// Number of the chapter with a full stop, before those of its figures: `3.`.
    prefix: String,
    cited: Vec<String>,
    figures: usize,
    equations: usize,
}

impl Marks {
    pub(crate) fn new(bibliography: Option<Bibliography>, values: Values) -> Marks {
        Marks { bibliography, values, targets: HashMap::new(), pending: Vec::new() }
    }

    /// Begins a page; `number` is that of the chapter, empty if it has none.
    pub(crate) fn page<'a>(&'a mut self, chapter: &'a Path, number: &str) -> PageMarks<'a> {
        let prefix = if number.is_empty() { String::new() } else { format!("{}.", number.trim_end_matches('.')) };
        PageMarks { book: self, chapter, prefix, cited: Vec::new(), figures: 0, equations: 0 }
    }

    /// Names of notebooks whose values were asked for and that are not executed.
    pub(crate) fn missing_notebooks(&self) -> Vec<String> {
        self.values.missing()
    }

    /// The page with every reference filled in.
    ///
    /// # Errors
    /// A label that nothing has, or several things on other pages.
    pub(crate) fn finish(&self, content: &str) -> Result<String, BookError> {
        let mut parts = content.split(OPEN);
        let mut finished = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let filled = part.split_once(CLOSE).and_then(|(index, rest)| {
                let pending = self.pending.get(index.parse::<usize>().ok()?)?;
                Some((pending, rest))
            });
            match filled {
                Some((pending, rest)) => {
                    finished.push_str(&self.reference(pending)?);
                    finished.push_str(rest);
                }
                None => finished.push_str(part),
            }
        }
        Ok(finished)
    }

    fn reference(&self, pending: &Pending) -> Result<String, BookError> {
        let known = self.targets.get(&pending.label).map(Vec::as_slice).unwrap_or_default();
        let own = known.iter().find(|target| target.chapter == pending.chapter);
        let target = match (own, known) {
            (Some(target), _) | (None, [target]) => target,
            _ => {
                let pages = known.iter().map(|target| target.chapter.clone()).collect();
                return Err(BookError::UnknownReference {
                    place: pending.place.clone(),
                    label: pending.label.clone(),
                    pages,
                });
            }
        };
        let link = match own {
            Some(_) => String::new(),
            None => {
                let up = "../".repeat(pending.chapter.components().count().saturating_sub(1));
                format!("{up}{}", target.chapter.with_extension("html").display())
            }
        };
        let anchor = anchor(&pending.label);
        let shown = match pending.label.starts_with("eq:") {
            true => format!("Eq.\u{a0}({})", target.number),
            false => format!("Fig.\u{a0}{}", target.number),
        };
        Ok(format!("<a href=\"{link}#{anchor}\">{shown}</a>"))
    }
}

impl PageMarks<'_> {
    /// Prose with everything in it replaced. `notebook` is the one that the text is of.
    ///
    /// # Errors
    /// What is cited, referred to or asked for is not there, or a formula is not understood.
    pub(crate) fn prose(&mut self, text: &str, place: &Place, notebook: Option<&str>) -> Result<String, BookError> {
        let mut replaced = String::with_capacity(text.len());
        let mut end = 0;
        for (range, mark) in prose::marks(text) {
            let before = text.get(end..range.start).unwrap_or_default();
            replaced.push_str(before);
            let place = place.after(text.get(..range.start).unwrap_or_default());
            replaced.push_str(&match mark {
                Mark::Citation(keys) => self.citation(&keys, &place)?,
                Mark::Value(words) => self.book.values.show(&words, notebook, &place)?,
                Mark::Formula(latex) => formula(&latex, false, &place, notebook.is_some())?,
                Mark::Equation(latex, name) => {
                    let mathml = formula(&latex, true, &place, notebook.is_some())?;
                    self.equation(&mathml, name.as_deref())
                }
            });
            end = range.end;
        }
        replaced.push_str(text.get(end..).unwrap_or_default());
        Ok(replaced)
    }

    /// Numbers a figure of this page; it is referred to by the cell that draws it. Gives its number and its anchor.
    pub(crate) fn figure(&mut self, cell: &str) -> (String, String) {
        self.figures += 1;
        let number = format!("{}{}", self.prefix, self.figures);
        let label = format!("fig:{cell}");
        let is_first =
            !self.book.targets.get(&label).is_some_and(|known| known.iter().any(|one| one.chapter == self.chapter));
        let anchor = if is_first { anchor(&label) } else { format!("{}-{}", anchor(&label), self.figures) };
        if is_first {
            self.target(label, &number);
        }
        (number, anchor)
    }

    /// The list of references of this page; empty if nothing is cited.
    pub(crate) fn references(&self) -> String {
        let Some(bibliography) = self.book.bibliography.as_ref().filter(|_| !self.cited.is_empty()) else {
            return String::new();
        };
        let line = |key: &String| format!("<li id=\"ref-{}\">{}</li>\n", escape(key), bibliography.html(key));
        let lines: String = self.cited.iter().map(line).collect();
        format!("\n\n## References\n\n<ol class=\"kovacs-references\">\n{lines}</ol>\n")
    }

    fn citation(&mut self, keys: &[(String, String)], place: &Place) -> Result<String, BookError> {
        let mut shown = Vec::with_capacity(keys.len());
        let (mut numbered, mut named) = (false, false);
        for (key, locator) in keys {
            if key.starts_with("fig:") || key.starts_with("eq:") {
                named = true;
                let pending = Pending { label: key.clone(), chapter: self.chapter.to_owned(), place: place.clone() };
                self.book.pending.push(pending);
                shown.push(format!("{OPEN}{}{CLOSE}{}", self.book.pending.len() - 1, escape(locator)));
                continue;
            }
            numbered = true;
            let Some(bibliography) = self.book.bibliography.as_ref() else {
                return Err(BookError::NoBibliography { place: place.clone(), key: key.clone() });
            };
            if !bibliography.contains(key) {
                return Err(BookError::UnknownCitation {
                    place: place.clone(),
                    key: key.clone(),
                    bibliography: bibliography.path().to_owned(),
                    similar: bibliography.similar(key),
                });
            }
            let known = self.cited.iter().position(|cited| cited == key);
            let number = known.unwrap_or(self.cited.len()) + 1;
            if known.is_none() {
                self.cited.push(key.clone());
            }
            let locator = if locator.is_empty() { String::new() } else { format!(", {}", escape(locator)) };
            let title = escape(&bibliography.short(key));
            shown.push(format!("<a href=\"#ref-{}\" title=\"{title}\">{number}</a>{locator}", escape(key)));
        }
        let shown = shown.join(if named { ", " } else { "; " });
        Ok(if numbered { format!("<span class=\"kovacs-cite\">&#91;{shown}&#93;</span>") } else { shown })
    }

    fn equation(&mut self, mathml: &str, name: Option<&str>) -> String {
        let Some(name) = name else {
            return format!("<span class=\"kovacs-equation\">{mathml}</span>");
        };
        self.equations += 1;
        let (label, number) = (format!("eq:{name}"), self.equations.to_string());
        let number = format!("{}{number}", self.prefix);
        let html = format!(
            "<span class=\"kovacs-equation\" id=\"{}\">{mathml}<span class=\"kovacs-number\">({number})</span></span>",
            anchor(&label)
        );
        self.target(label, &number);
        html
    }

    fn target(&mut self, label: String, number: &str) {
        let target = Target { chapter: self.chapter.to_owned(), number: number.to_owned() };
        self.book.targets.entry(label).or_default().push(target);
    }
}

/// A formula as MathML. One of a notebook that is not understood is shown as it was written: it may be right elsewhere.
fn formula(latex: &str, display: bool, place: &Place, is_of_notebook: bool) -> Result<String, BookError> {
    match equation::mathml(latex, display) {
        Ok(mathml) => Ok(mathml),
        Err(message) if is_of_notebook => {
            let html = format!("<code title=\"{}\">{}</code>", escape(&message), escape(latex.trim()));
            Ok(equation::for_markdown(&html))
        }
        Err(message) => Err(BookError::Formula { place: place.clone(), formula: latex.trim().to_owned(), message }),
    }
}

/// What a label is called in a link.
fn anchor(label: &str) -> String {
    label.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}
