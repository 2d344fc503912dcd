//! Finds what chapters ask for and puts it there.

use crate::error::BookError;
use crate::html::escape;
use crate::page::{self, PageFile};
use crate::scorecard;
use kovacs_runner::{Notebook, RunnerError, Scorecard};
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Where results are.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    /// Folder of executed notebooks, `NAME.ipynb`.
    pub(crate) executed: PathBuf,
    /// Folder of the notebooks themselves.
    pub(crate) notebooks: Option<PathBuf>,
    /// The scorecard.
    pub(crate) scorecard: Option<PathBuf>,
}

/// What came of expanding all chapters.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    /// Files to write, relative to the built book.
    pub(crate) files: Vec<(PathBuf, Vec<u8>)>,
    /// Names of notebooks that were asked for and are not executed.
    pub(crate) missing: Vec<String>,
}

/// Replaces `{{#notebook NAME}}`, `{{#figure NAME CELL-ID}}`, `{{#scorecard}}`, `{{#scorecard FIGURE}}` and `{{#study NAME}}`.
pub(crate) struct Expander {
    results: Results,
    expanded: Rc<RefCell<Expanded>>,
}

impl Expander {
    pub(crate) fn new(results: Results, expanded: Rc<RefCell<Expanded>>) -> Self {
        Expander { results, expanded }
    }
}

impl Preprocessor for Expander {
    fn name(&self) -> &str {
        "kovacs"
    }

    fn run(&self, _context: &PreprocessorContext, mut book: Book) -> mdbook_preprocessor::errors::Result<Book> {
        let mut outcome = Ok(());
        let mut expanded = Expanded::default();
        book.for_each_chapter_mut(|chapter| {
            let Some(path) = chapter.path.clone() else { return };
            if outcome.is_ok() {
                match expand(&chapter.content, &path, &self.results, &mut expanded) {
                    Ok(content) => chapter.content = content,
                    Err(error) => outcome = Err(error),
                }
            }
        });
        outcome?;
        *self.expanded.borrow_mut() = expanded;
        Ok(book)
    }
}

/// The chapter with everything it asks for in its place. Examples inside code blocks stay as they are.
fn expand(content: &str, chapter: &Path, results: &Results, expanded: &mut Expanded) -> Result<String, BookError> {
    let mut out = String::with_capacity(content.len());
    let mut fence: Option<String> = None;
    for (index, line) in content.split_inclusive('\n').enumerate() {
        let text = line.trim();
        let ticks: String = text.chars().take_while(|c| *c == '`' || *c == '~').collect();
        match &fence {
            Some(open) if ticks.starts_with(open.as_str()) && ticks == text => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            _ => {}
        }
        let inner = text.strip_prefix("{{#").and_then(|text| text.strip_suffix("}}"));
        let words: Vec<&str> = inner.unwrap_or_default().split_whitespace().collect();
        match words.as_slice() {
            _ if fence.is_some() => out.push_str(line),
            ["scorecard"] => out.push_str(&format!("{}\n\n", scorecard_of(results, chapter, None)?)),
            ["scorecard", figure] if is_name(figure) => {
                out.push_str(&format!("{}\n\n", scorecard_of(results, chapter, Some(figure))?));
            }
            ["study", name] if is_name(name) => match kovacs_fit::studies::markdown(name) {
                Some(tables) => out.push_str(&format!("{tables}\n")),
                None => return Err(bad_include(chapter, index, text)),
            },
            ["notebook", name] if is_name(name) => {
                out.push_str(&notebook_of(name, None, chapter, results, expanded)?.unwrap_or_default());
            }
            ["figure", name, cell] if is_name(name) && is_name(cell) => {
                match notebook_of(name, Some(cell), chapter, results, expanded)? {
                    Some(figure) => out.push_str(&figure),
                    None => return Err(bad_include(chapter, index, text)),
                }
            }
            ["notebook" | "figure" | "scorecard" | "study", ..] => return Err(bad_include(chapter, index, text)),
            _ => out.push_str(line),
        }
    }
    Ok(out)
}

fn bad_include(chapter: &Path, index: usize, text: &str) -> BookError {
    BookError::BadInclude { chapter: chapter.into(), line: index + 1, text: text.into() }
}

/// A name stays in its folder, on the disk and in links.
fn is_name(name: &str) -> bool {
    !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn scorecard_of(results: &Results, chapter: &Path, figure: Option<&str>) -> Result<String, BookError> {
    let card = results.scorecard.as_deref().map(Scorecard::read);
    match card {
        Some(Ok(card)) => Ok(scorecard::render(&card, chapter, figure)),
        None | Some(Err(RunnerError::NoSuchFile { .. })) => {
            Ok("<div class=\"kovacs-problem\">There is no scorecard yet. \
            It is made by <code>kovacs reproduce</code>, which runs the notebooks of the paper's figures and builds \
            this book again.</div>"
                .to_owned())
        }
        Some(Err(error)) => Err(error.into()),
    }
}

/// A notebook, or one of its cells; `None` if it has no such cell.
fn notebook_of(
    name: &str,
    cell: Option<&str>,
    chapter: &Path,
    results: &Results,
    expanded: &mut Expanded,
) -> Result<Option<String>, BookError> {
    let file = format!("{name}.ipynb");
    let executed = match Notebook::read(&results.executed.join(&file)) {
        Ok(notebook) => notebook,
        Err(RunnerError::NoSuchFile { .. }) => {
            if !expanded.missing.iter().any(|missing| missing == name) {
                expanded.missing.push(name.to_owned());
            }
            return Ok(Some(format!(
                "<div class=\"kovacs-problem\">The notebook <code>{}</code> has not been executed yet. \
                 <code>kovacs reproduce</code> runs it and builds this page again.</div>\n\n",
                escape(name)
            )));
        }
        Err(error) => return Err(error.into()),
    };
    // A notebook that is gone or damaged now says nothing of the run that is shown.
    let current = results.notebooks.as_ref().and_then(|folder| Notebook::read(&folder.join(&file)).ok());
    let page = match cell {
        None => page::render(name, &executed, current.as_ref()),
        Some(cell) => match page::render_cell(name, &executed, current.as_ref(), cell) {
            Some(page) => page,
            None => return Ok(None),
        },
    };
    let folder = chapter.parent().unwrap_or(Path::new(""));
    expanded.files.extend(page.files.into_iter().map(|PageFile { name, bytes }| (folder.join(name), bytes)));
    Ok(Some(page.markdown))
}
