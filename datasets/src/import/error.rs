//! What can be wrong with a file that is imported, and with what is said of it.

use super::Need;
use crate::error::join;
use std::path::PathBuf;

/// Why a file cannot be imported. Lines and rows are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The mapping of an import is not valid TOML or lacks something.
    #[error("`{}` is not a usable mapping: {source}", path.display())]
    Mapping {
        /// The mapping file.
        path: PathBuf,
        /// Line, column and reason.
        source: Box<toml::de::Error>,
    },
    /// A column argument of an import is not `name:unit`.
    #[error(
        "`{text}` does not describe a column; write `name:unit`, such as `time:s`, `specimen:text`, or `skip`; with a \
         heading or letter before it, `Stress=stress:kPa`, the order does not matter"
    )]
    ColumnArgument {
        /// As written.
        text: String,
    },
    /// A mapping says something that cannot be used.
    #[error("mapping of `{}`: {property} = `{value}`, but it must be {accepted}", file.display())]
    MappingValue {
        /// The imported file.
        file: PathBuf,
        /// Property of the mapping.
        property: &'static str,
        /// As written.
        value: String,
        /// What is accepted.
        accepted: String,
    },
    /// The imported file cannot be read.
    #[error("cannot import `{}`: {source}", file.display())]
    Format {
        /// The imported file.
        file: PathBuf,
        /// What is wrong with it.
        source: kovacs_formats::FormatError,
    },
    /// The imported file changed while it was read.
    #[error("`{}` changed while it was read; import it when nothing writes to it any more", file.display())]
    Changed {
        /// The imported file.
        file: PathBuf,
    },
    /// Something has to be stated first.
    #[error("`{}` cannot be imported yet; {}", file.display(), questions(needs))]
    Incomplete {
        /// The imported file.
        file: PathBuf,
        /// What, each with the line to write.
        needs: Vec<Need>,
    },
    /// An answer does not fit its question.
    #[error("`{answer}` does not answer that; give {accepted}")]
    Answer {
        /// As given.
        answer: String,
        /// What is accepted.
        accepted: String,
    },
    /// A cell of the imported file holds something else than its column is stated to hold.
    #[error(
        "`{}`, {sheet}, line {line}, column `{column}`: `{value}` is not {expected}; correct a copy of the file, or \
         state what the column holds",
        file.display()
    )]
    ImportedCell {
        /// The imported file.
        file: PathBuf,
        /// Which table of it.
        sheet: String,
        /// Line or row of the file, from 1.
        line: usize,
        /// Column name.
        column: String,
        /// As written.
        value: Box<str>,
        /// What was expected: `a finite number`.
        expected: &'static str,
    },
    /// Two tables of a file do not fit below each other.
    #[error(
        "`{}`: the tables for `{resource}` do not fit below each other, because `{column}` is missing in one of them \
         or measures something else; give every table the same columns, or another `resource`",
        file.display()
    )]
    Stacking {
        /// The imported file.
        file: PathBuf,
        /// Resource name.
        resource: String,
        /// Column name.
        column: String,
    },
    /// Stages of a two-step test cannot be told.
    #[error("`{}`, {sheet}: {reason}", file.display())]
    Stages {
        /// The imported file.
        file: PathBuf,
        /// Which table of it.
        sheet: String,
        /// What is missing.
        reason: String,
    },
    /// No mapping is remembered for such a file.
    #[error("no mapping is remembered for {what}; `kovacs data mappings` lists those that are")]
    NotRemembered {
        /// Which was looked for.
        what: String,
    },
    /// The mapping describes another number of columns than the file has.
    #[error(
        "`{}` has {found} columns, the mapping describes {described}; describe each, or `{{ skip = true }}` those to \
         leave out. The file begins\n{preview}",
        file.display()
    )]
    ColumnCount {
        /// The imported file.
        file: PathBuf,
        /// Columns in the file.
        found: usize,
        /// Columns in the mapping.
        described: usize,
        /// The first rows as read.
        preview: String,
    },
    /// The workbook has no such sheet.
    #[error("`{}` has no sheet `{sheet}`; its sheets are {}", file.display(), join(known))]
    NoSheet {
        /// The imported file.
        file: PathBuf,
        /// The name asked for.
        sheet: String,
        /// Names that exist.
        known: Vec<String>,
    },
}

/// What has to be stated, numbered, each with the line to write.
fn questions(needs: &[Need]) -> String {
    let mut text = match needs.len() {
        1 => "one thing has to be stated first, and nothing is guessed:".to_string(),
        count => format!("{count} things have to be stated first, and nothing is guessed:"),
    };
    for (number, Need { text: what, line, option, .. }) in needs.iter().enumerate() {
        text.push_str(&format!("\n  {}. {what}\n     mapping: {line}\n     or:      {option}", number + 1));
    }
    text
}
