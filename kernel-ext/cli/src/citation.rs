//! Citations: what is to be cited, and the three forms in which it is asked for.
//!
//! `CITATION.cff` at the root of the project is what [`cff`] gives; a test compares them.

use biblatex::{Bibliography, ChunksExt};
use std::fmt::Write;

/// Day of the version, as in `CITATION.cff`.
const RELEASED: &str = "2026-11-25";

/// The sources that the book cites; the article of the project is one of them.
const REFERENCES: &str = include_str!("../../../book/references.bib");
/// Key of that article.
const ARTICLE: &str = "tong2023";

/// A program.
pub struct Software {
    title: &'static str,
    authors: &'static str,
    version: &'static str,
    licence: &'static str,
}

/// An article in a journal.
pub struct Article {
    /// Given and family names.
    authors: Vec<(String, String)>,
    title: String,
    journal: String,
    volume: String,
    year: String,
    doi: String,
}

impl Software {
    /// This program.
    pub fn this() -> Software {
        Software {
            title: "Kovacs: a notebook runtime for glass relaxation",
            authors: "The Kovacs contributors",
            version: env!("CARGO_PKG_VERSION"),
            licence: "MIT OR Apache-2.0",
        }
    }

    fn year(&self) -> &'static str {
        RELEASED.split('-').next().unwrap_or(RELEASED)
    }

    /// As a BibTeX entry.
    pub fn bibtex(&self) -> String {
        let fields = [
            ("title", format!("{{{}}}", self.title)),
            ("author", format!("{{{}}}", self.authors)),
            ("year", self.year().to_owned()),
            ("version", self.version.to_owned()),
            ("license", self.licence.to_owned()),
        ];
        entry("software", "kovacs", &fields)
    }

    /// As the APA writes it.
    pub fn apa(&self) -> String {
        format!("{}. ({}). {} (Version {}) [Computer software].", self.authors, self.year(), self.title, self.version)
    }
}

impl Article {
    /// The one that the project is built around, as the book cites it.
    pub fn of_project() -> Article {
        let entry = Bibliography::parse(REFERENCES).ok().and_then(|known| known.get(ARTICLE).cloned());
        let entry = entry.expect("the program was built with its references, which a test reads");
        let field = |name: &str| entry.get(name).map(|chunks| chunks.format_verbatim()).unwrap_or_default();
        let people = entry.author().unwrap_or_default();
        Article {
            authors: people.into_iter().map(|person| (person.given_name, person.name)).collect(),
            title: field("title"),
            journal: field("journal"),
            volume: field("volume"),
            year: field("year"),
            doi: field("doi"),
        }
    }

    /// As a BibTeX entry.
    pub fn bibtex(&self) -> String {
        let authors: Vec<String> = self.authors.iter().map(|(given, family)| format!("{family}, {given}")).collect();
        let fields = [
            ("author", authors.join(" and ")),
            ("title", self.title.replace("Kovacs", "{Kovacs}")),
            ("journal", self.journal.clone()),
            ("volume", self.volume.clone()),
            ("year", self.year.clone()),
            ("doi", self.doi.clone()),
        ];
        entry("article", ARTICLE, &fields)
    }

    /// As the APA writes it.
    pub fn apa(&self) -> String {
        let initials = |given: &str| {
            let parts: Vec<String> =
                given.split('-').filter_map(|part| part.chars().next()).map(String::from).collect();
            format!("{}.", parts.join(".-"))
        };
        let authors: Vec<String> =
            self.authors.iter().map(|(given, family)| format!("{family}, {}", initials(given))).collect();
        let authors = match authors.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{}, & {last}", rest.join(", ")),
            _ => authors.join(""),
        };
        let Article { title, journal, volume, year, doi, .. } = self;
        format!("{authors} ({year}). {title}. {journal}, {volume}. https://doi.org/{doi}")
    }
}

/// The text of `CITATION.cff`.
pub fn cff() -> String {
    let software = Software::this();
    let article = Article::of_project();
    let mut authors = String::new();
    for (given, family) in &article.authors {
        // Writing into a `String` cannot fail.
        let _ = write!(authors, "\n      - family-names: {family}\n        given-names: {given}");
    }
    format!(
        "cff-version: 1.2.0\n\
         message: If you use this software, please cite it, and the references of the models you use (`kovacs cite MODEL`).\n\
         type: software\n\
         title: \"{title}\"\n\
         authors:\n  - name: {contributors}\n\
         version: {version}\n\
         date-released: \"{RELEASED}\"\n\
         license:\n  - MIT\n  - Apache-2.0\n\
         references:\n  - type: article\n    scope: The article whose findings are computed.\n    authors:{authors}\n    \
         title: {article_title}\n    journal: {journal}\n    volume: {volume}\n    year: {year}\n    doi: {doi}\n",
        title = software.title,
        contributors = software.authors,
        version = software.version,
        article_title = article.title,
        journal = article.journal,
        volume = article.volume,
        year = article.year,
        doi = article.doi,
    )
}

/// A BibTeX entry.
pub fn entry(kind: &str, key: &str, fields: &[(&str, String)]) -> String {
    let mut text = format!("@{kind}{{{key},\n");
    for (name, value) in fields {
        let _ = writeln!(text, "  {name} = {{{value}}},");
    }
    text + "}\n"
}

/// The digital object identifier in a reference: `10.1073/pnas.1120147109` after `doi`.
pub fn doi_in(reference: &str) -> Option<&str> {
    let (_, after) = reference.split_once("doi ")?;
    let identifier = after.split([',', ';', ' ']).next()?.trim_end_matches('.');
    identifier.starts_with("10.").then_some(identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_at_the_root_is_what_the_program_prints() {
        assert_eq!(include_str!("../../../CITATION.cff"), cff(), "write it anew: kovacs cite --cff > CITATION.cff");
        let shared = include_str!("../../../Cargo.toml");
        assert!(shared.contains(&format!("license = \"{}\"", Software::this().licence)));
    }

    #[test]
    fn an_identifier_is_found_in_a_reference_in_words() {
        assert_eq!(doi_in("Amir, PNAS 109 (2012), doi 10.1073/pnas.1120147109"), Some("10.1073/pnas.1120147109"));
        assert_eq!(doi_in("Tong et al., doi 10.1038/s41467-023-44187-x, Eq. 1"), Some("10.1038/s41467-023-44187-x"));
        assert_eq!(doi_in("Moynihan et al., J. Am. Ceram. Soc. 59 (1976) 12"), None);
    }
}
