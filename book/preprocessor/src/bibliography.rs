//! A BibTeX file, and how one of its entries reads in a list of references.

use crate::error::BookError;
use crate::html::escape;
use biblatex::{ChunksExt, Entry, Person};
use std::path::{Path, PathBuf};

/// So many authors are named; of longer lists the first.
const MOST_AUTHORS: usize = 6;

/// The sources that chapters may cite.
#[derive(Debug)]
pub(crate) struct Bibliography {
    path: PathBuf,
    entries: biblatex::Bibliography,
}

impl Bibliography {
    /// Reads a BibTeX or BibLaTeX file.
    ///
    /// # Errors
    /// It is not there, or not understood; the message names the line.
    pub(crate) fn read(path: &Path) -> Result<Bibliography, BookError> {
        let source = std::fs::read_to_string(path).map_err(BookError::file("read", path))?;
        match biblatex::Bibliography::parse(&source) {
            Ok(entries) => Ok(Bibliography { path: path.to_owned(), entries }),
            Err(error) => {
                let before = source.get(..error.span.start).unwrap_or(&source);
                let line = before.matches('\n').count() + 1;
                Err(BookError::Bibliography { path: path.to_owned(), line, message: error.kind.to_string() })
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.entries.get(key).is_some()
    }

    /// The key that was probably meant.
    pub(crate) fn similar(&self, key: &str) -> Option<String> {
        let near = self.entries.keys().map(|known| (strsim::damerau_levenshtein(known, key), known));
        near.min().filter(|(distance, _)| *distance <= 3).map(|(_, known)| known.to_owned())
    }

    /// `Tong et al. 2023`: what a reader sees before following a number. Empty for an unknown key.
    pub(crate) fn short(&self, key: &str) -> String {
        let Some(entry) = self.entries.get(key) else { return String::new() };
        let names: Vec<String> = people(entry).iter().map(surname).collect();
        let names = match names.as_slice() {
            [] => field(entry, "title"),
            [one] => one.clone(),
            [one, other] if other != "others" => format!("{one} and {other}"),
            [one, ..] => format!("{one} et al."),
        };
        format!("{names} {}", year(entry)).trim().to_owned()
    }

    /// The entry as HTML, as journals of physics write it. Empty for an unknown key.
    pub(crate) fn html(&self, key: &str) -> String {
        let Some(entry) = self.entries.get(key) else { return String::new() };
        let text = |name: &str| escape(&field(entry, name));
        let journal = first_of([text("journal"), text("journaltitle"), text("booktitle")]);
        let title = match text("title") {
            title if !title.is_empty() && journal.is_empty() => format!("<i>{title}</i>"),
            title => title,
        };
        let edition = match text("edition") {
            edition if edition.is_empty() => edition,
            edition => format!("{edition} ed."),
        };
        let volume = match text("volume") {
            volume if volume.is_empty() => volume,
            volume => format!("<b>{volume}</b>"),
        };
        let year = match escape(&year(entry)) {
            year if year.is_empty() => year,
            year => format!("({year})"),
        };
        let pages = first_of([text("pages"), text("eid")]).replace("--", "–");
        let source = joined([journal, volume, year, pages], " ");
        let parts = [escape(&authors(entry)), title, edition, text("publisher"), text("howpublished"), source];
        let mut line = joined(parts, ", ");
        line.push('.');
        let (doi, url, note) = (text("doi"), text("url"), text("note"));
        if !doi.is_empty() {
            line.push_str(&format!(" <a href=\"https://doi.org/{doi}\">doi:{doi}</a>"));
        } else if url.starts_with("https://") || url.starts_with("http://") {
            line.push_str(&format!(" <a href=\"{url}\">{url}</a>"));
        }
        if !note.is_empty() {
            line.push_str(&format!(" {note}."));
        }
        line
    }
}

/// A field as text, empty if there is none.
fn field(entry: &Entry, name: &str) -> String {
    entry.get(name).map(|chunks| chunks.format_verbatim()).unwrap_or_default()
}

fn year(entry: &Entry) -> String {
    let date = first_of([field(entry, "year"), field(entry, "date")]);
    date.split('-').next().unwrap_or_default().to_owned()
}

/// Authors, else editors.
fn people(entry: &Entry) -> Vec<Person> {
    let editors = || entry.editors().unwrap_or_default().into_iter().flat_map(|(people, _)| people).collect();
    entry.author().unwrap_or_else(|_| editors())
}

fn surname(person: &Person) -> String {
    joined([person.prefix.clone(), person.name.clone()], " ")
}

/// `Y. Tong, J.-Q. Wang and A. B. Third`.
fn authors(entry: &Entry) -> String {
    let mut names: Vec<String> = people(entry).iter().map(with_initials).collect();
    if names.len() > MOST_AUTHORS {
        names.truncate(1);
        names.push("others".into());
    }
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) if last == "others" => format!("{} et al.", rest.join(", ")),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn with_initials(person: &Person) -> String {
    let initial = |part: &str| part.chars().next().map(|first| format!("{first}.")).unwrap_or_default();
    let word = |word: &str| word.split('-').map(initial).collect::<Vec<_>>().join("-");
    let given = person.given_name.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    joined([given, surname(person), person.suffix.clone()], " ")
}

fn first_of<const N: usize>(texts: [String; N]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn joined<const N: usize>(parts: [String; N], between: &str) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    parts.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bibliography(text: &str) -> Result<Bibliography, BookError> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        Bibliography::read(file.path())
    }

    #[test]
    fn entries_read_as_in_a_journal() {
        let read = bibliography(
            "@article{a, author = {Wang, Jun-Qiang and van der Berg, A. B.}, title = {On {Kovacs} \\& others}, \
             journal = {J. Phys.}, volume = 7, year = 2020, pages = {1--9}, doi = {10.1/x}}\n\
             @book{b, author = {Ferry, John D.}, title = {Polymers}, edition = {3rd}, publisher = {Wiley}, year = {1980}}\n\
             @article{c, author = {Moynihan, C. and others}, journal = {J}, volume = {59}, date = {1976-01}}\n\
             @misc{d, title = {A <page>}, url = {https://example.org/}}",
        )
        .expect("a bibliography");
        assert_eq!(
            read.html("a"),
            "J.-Q. Wang and A. B. van der Berg, On Kovacs &amp; others, J. Phys. <b>7</b> (2020) 1–9. \
             <a href=\"https://doi.org/10.1/x\">doi:10.1/x</a>"
        );
        assert_eq!(read.html("b"), "J. D. Ferry, <i>Polymers</i>, 3rd ed., Wiley, (1980).");
        assert_eq!(read.html("c"), "C. Moynihan et al., J <b>59</b> (1976).");
        assert_eq!(read.html("d"), "<i>A &lt;page&gt;</i>. <a href=\"https://example.org/\">https://example.org/</a>");
        assert_eq!(
            ["a", "b", "c", "d"].map(|key| read.short(key)),
            ["Wang and van der Berg 2020", "Ferry 1980", "Moynihan et al. 1976", "A <page>"]
        );
        assert_eq!((read.similar("aa").as_deref(), read.similar("something")), (Some("a"), None));
    }

    #[test]
    fn a_mistake_is_found_by_its_line() {
        let message = bibliography("@article{a,\n  title = {x},\n  year = \n}\n").expect_err("no value").to_string();
        assert!(message.contains("line 4") || message.contains("line 3"), "{message}");
    }
}
