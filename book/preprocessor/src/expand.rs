//! Finds what chapters ask for and puts it there.

use crate::bibliography::Bibliography;
use crate::error::BookError;
use crate::html::escape;
use crate::marks::{Marks, PageMarks};
use crate::page::{self, PageFile};
use crate::place::Place;
use crate::scorecard;
use crate::values::Values;
use kovacs_runner::{Notebook, RunnerError, Scorecard};
use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What stands on a line of its own to be replaced by results.
const INCLUDES: [&str; 4] = ["notebook", "figure", "scorecard", "study"];
/// Where `book.toml` names the BibTeX file, relative to its own folder.
const BIBLIOGRAPHY: &str = "preprocessor.kovacs.bibliography";

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

impl Expanded {
    fn note_missing(&mut self, notebook: &str) {
        if !self.missing.iter().any(|missing| missing == notebook) {
            self.missing.push(notebook.to_owned());
        }
    }
}

/// Replaces `{{#notebook NAME}}`, `{{#figure NAME CELL-ID}}`, `{{#scorecard}}`, `{{#scorecard FIGURE}}` and `{{#study NAME}}`,
/// and in prose citations, published values and formulas.
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

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> mdbook_preprocessor::errors::Result<Book> {
        *self.expanded.borrow_mut() = expand_book(&mut book, context, &self.results)?;
        Ok(book)
    }
}

/// Every chapter with everything it asks for in its place; files are to be written beside the pages.
///
/// # Errors
/// A chapter asks for something that cannot be had.
pub(crate) fn expand_book(
    book: &mut Book,
    context: &PreprocessorContext,
    results: &Results,
) -> Result<Expanded, BookError> {
    let named: Option<PathBuf> = context
        .config
        .get(BIBLIOGRAPHY)
        .map_err(|error| BookError::MdBook { path: context.root.clone(), message: format!("{error:#}") })?;
    let bibliography = named.map(|path| Bibliography::read(&context.root.join(path))).transpose()?;
    let mut marks = Marks::new(bibliography, Values::new(&results.executed));
    let mut expanded = Expanded::default();
    for_each_page(book, |chapter, path| {
        let number = chapter.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut page = marks.page(path, &number);
        chapter.content = expand(&chapter.content, path, results, &mut page, &mut expanded)?;
        Ok(())
    })?;
    for_each_page(book, |chapter, _| {
        chapter.content = marks.finish(&chapter.content)?;
        Ok(())
    })?;
    for name in marks.missing_notebooks() {
        expanded.note_missing(&name);
    }
    Ok(expanded)
}

/// Does something to every chapter that has a file, up to the first failure.
pub(crate) fn for_each_page(
    book: &mut Book,
    mut apply: impl FnMut(&mut Chapter, &Path) -> Result<(), BookError>,
) -> Result<(), BookError> {
    let mut outcome = Ok(());
    book.for_each_chapter_mut(|chapter| {
        if let (Ok(()), Some(path)) = (&outcome, chapter.path.clone()) {
            outcome = apply(chapter, &path);
        }
    });
    outcome
}

/// The chapter with everything it asks for in its place. Examples inside code blocks stay as they are.
fn expand(
    content: &str,
    chapter: &Path,
    results: &Results,
    page: &mut PageMarks<'_>,
    expanded: &mut Expanded,
) -> Result<String, BookError> {
    let mut out = String::with_capacity(content.len());
    let mut fence: Option<String> = None;
    // Prose since the last thing that was asked for, and where it begins.
    let (mut prose, mut place) = (String::new(), Place::chapter(chapter));
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
        if fence.is_some() || !words.first().is_some_and(|first| INCLUDES.contains(first)) {
            prose.push_str(line);
            continue;
        }
        out.push_str(&page.prose(&prose, &place, None)?);
        (prose, place) = (String::new(), place.after(&prose).after(line));
        let included = match words.as_slice() {
            ["scorecard"] => Some(format!("{}\n\n", scorecard_of(results, chapter, None)?)),
            ["scorecard", figure] if is_name(figure) => {
                Some(format!("{}\n\n", scorecard_of(results, chapter, Some(figure))?))
            }
            ["study", name] if is_name(name) => kovacs_fit::studies::markdown(name).map(|tables| format!("{tables}\n")),
            ["notebook", name] if is_name(name) => {
                Some(notebook_of(name, None, chapter, results, page, expanded)?.unwrap_or_default())
            }
            ["figure", name, cell] if is_name(name) && is_name(cell) => {
                notebook_of(name, Some(cell), chapter, results, page, expanded)?
            }
            _ => None,
        };
        out.push_str(&included.ok_or_else(|| bad_include(chapter, index, text))?);
    }
    out.push_str(&page.prose(&prose, &place, None)?);
    out.push_str(&page.references());
    Ok(out)
}

fn bad_include(chapter: &Path, index: usize, text: &str) -> BookError {
    BookError::BadInclude { chapter: chapter.into(), line: index + 1, text: text.into() }
}

/// A name stays in its folder, on the disk and in links.
pub(crate) fn is_name(name: &str) -> bool {
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
    page: &mut PageMarks<'_>,
    expanded: &mut Expanded,
) -> Result<Option<String>, BookError> {
    let file = format!("{name}.ipynb");
    let executed = match Notebook::read(&results.executed.join(&file)) {
        Ok(notebook) => notebook,
        Err(RunnerError::NoSuchFile { .. }) => {
            expanded.note_missing(name);
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
    let rendered = match cell {
        None => page::render(name, &executed, current.as_ref(), page)?,
        Some(cell) => match page::render_cell(name, &executed, current.as_ref(), page, cell) {
            Some(rendered) => rendered,
            None => return Ok(None),
        },
    };
    let folder = chapter.parent().unwrap_or(Path::new(""));
    expanded.files.extend(rendered.files.into_iter().map(|PageFile { name, bytes }| (folder.join(name), bytes)));
    Ok(Some(rendered.markdown))
}
