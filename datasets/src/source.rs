//! Where the rows of a table come from: one file, or several where tables were joined, stacked or queried together.
//!
//! Whoever shows a table asks here what to say of it. A mixture says that it is one: synthetic and measured rows in one
//! table are called "synthetic and measured", never by the better name alone.

use crate::descriptor::OriginStatement;
use kovacs_core::Origin;
use std::sync::Arc;

/// Files named in a label before the rest is counted.
const NAMED: usize = 3;

/// Which file the rows of a table come from.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSource {
    /// Name of the package.
    pub package: String,
    /// Version of the data, if stated.
    pub version: Option<String>,
    /// SHA-256 of the package's descriptor.
    pub package_digest: String,
    /// Name of the resource.
    pub resource: String,
    /// SHA-256 of the file.
    pub file_digest: String,
    /// Terms of use, SPDX identifiers.
    pub licence: String,
    /// Where the numbers come from, one line each.
    pub sources: Vec<String>,
    /// How the numbers came about.
    pub origin: OriginStatement,
}

/// The files that the rows of a table come from, each once; at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    first: Arc<TableSource>,
    others: Vec<Arc<TableSource>>,
}

impl Sources {
    pub(crate) fn one(source: Arc<TableSource>) -> Sources {
        Sources { first: source, others: Vec::new() }
    }

    /// Sources of a table made from several, in their order; `None` where there are none.
    pub(crate) fn several(sources: impl IntoIterator<Item = Arc<TableSource>>) -> Option<Sources> {
        let mut sources = sources.into_iter();
        let mut all = Sources::one(sources.next()?);
        sources.for_each(|source| all.insert(source));
        Some(all)
    }

    pub(crate) fn add(&mut self, others: &Sources) {
        others.shared().for_each(|source| self.insert(source.clone()));
    }

    fn insert(&mut self, source: Arc<TableSource>) {
        if self.shared().all(|known| known != &source) {
            self.others.push(source);
        }
    }

    fn shared(&self) -> impl Iterator<Item = &Arc<TableSource>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Each file, in the order in which they came together.
    pub fn iter(&self) -> impl Iterator<Item = &TableSource> {
        self.shared().map(Arc::as_ref)
    }

    /// The first file.
    pub fn first(&self) -> &TableSource {
        &self.first
    }

    /// The origin furthest from a measurement: of a mixture the most careful word.
    pub fn origin(&self) -> Origin {
        let careful = [Origin::Synthetic, Origin::Calculated, Origin::Converted, Origin::Digitised, Origin::Tabulated];
        let found = |origin: &Origin| self.iter().any(|source| source.origin.kind() == *origin);
        careful.into_iter().find(found).unwrap_or(Origin::Measured)
    }

    /// All origins in words, the one furthest from a measurement first: `synthetic and measured`.
    pub fn origins(&self) -> String {
        let first = self.origin();
        let (careful, others): (Vec<_>, Vec<_>) = self.iter().partition(|source| source.origin.kind() == first);
        let mut words: Vec<String> = Vec::new();
        for word in careful.into_iter().chain(others).map(|source| source.origin.words()) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" and ")
    }

    /// Package and resource of each file, the first few by name.
    pub fn names(&self) -> String {
        let mut names: Vec<String> =
            self.iter().take(NAMED).map(|source| format!("{} {}", source.package, source.resource)).collect();
        let total = self.iter().count();
        if total > NAMED {
            names.push(format!("{} more", total - NAMED));
        }
        names.join(" + ")
    }

    /// One line for each file: what it is, how its numbers came about, under which terms.
    pub fn lines(&self) -> Vec<String> {
        self.iter().map(TableSource::line).collect()
    }

    /// Names and values that trace the numbers, file after file.
    pub fn provenance(&self) -> Vec<(String, String)> {
        self.iter().flat_map(TableSource::provenance).collect()
    }
}

impl TableSource {
    fn line(&self) -> String {
        let mut line = format!("{} {}: ", self.package, self.resource);
        let stated = self.origin.provenance();
        let words: Vec<String> = stated
            .iter()
            .map(|(name, value)| if name == "origin" { value.clone() } else { format!("{name} {value}") })
            .collect();
        line.push_str(&words.join(", "));
        if !self.licence.is_empty() {
            line.push_str(&format!("; {}", self.licence));
        }
        line
    }

    fn provenance(&self) -> Vec<(String, String)> {
        let mut lines = vec![
            ("package".to_string(), self.package.clone()),
            ("version".to_string(), self.version.clone().unwrap_or_else(|| "not stated".to_string())),
            ("package digest".to_string(), format!("sha256:{}", self.package_digest)),
            ("resource".to_string(), self.resource.clone()),
            ("file digest".to_string(), format!("sha256:{}", self.file_digest)),
            ("licence".to_string(), self.licence.clone()),
        ];
        lines.extend(self.sources.iter().map(|line| ("source".to_string(), line.clone())));
        lines.extend(self.origin.provenance());
        lines
    }
}
