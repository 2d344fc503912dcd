//! A cell as syntax: statements with their places in the text, `:command` lines set aside.

use proc_macro2::LineColumn;
use std::ops::Range;

/// What stands in front of a cell so that it is a block.
const OPENING: &str = "{\n";

/// A cell that is Rust.
pub(crate) struct Syntax<'a> {
    source: &'a str,
    /// Statements, in order.
    pub(crate) statements: Vec<syn::Stmt>,
    /// Lines that are commands of the session, without their colon.
    pub(crate) commands: Vec<&'a str>,
}

impl<'a> Syntax<'a> {
    /// Reads a cell.
    ///
    /// # Errors
    /// Line of the cell, from 1, and what is wrong there.
    pub(crate) fn read(source: &'a str) -> Result<Syntax<'a>, (usize, String)> {
        let mut commands = Vec::new();
        let mut text = OPENING.to_owned();
        for line in source.lines() {
            // As the session has it: a line that begins with a colon, but not with a path (`::std`).
            match line.trim_start().strip_prefix(':').filter(|rest| !rest.starts_with(':')) {
                Some(command) => commands.push(command),
                None => text.push_str(line),
            }
            text.push('\n');
        }
        text.push('}');
        let block: syn::Block = syn::parse_str(&text)
            .map_err(|error| (error.span().start().line.saturating_sub(1).max(1), error.to_string()))?;
        Ok(Syntax { source, statements: block.stmts, commands })
    }

    /// Where a span lies in the text of the cell, bytes.
    pub(crate) fn range(&self, span: proc_macro2::Span) -> Range<usize> {
        self.offset(span.start())..self.offset(span.end())
    }

    /// What stands behind a span on its last line.
    pub(crate) fn rest_of_line(&self, span: proc_macro2::Span) -> &'a str {
        let end = self.offset(span.end());
        self.source.get(end..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }

    fn offset(&self, place: LineColumn) -> usize {
        let line = place.line.saturating_sub(2);
        let start: usize = self.source.split_inclusive('\n').take(line).map(str::len).sum();
        let line = self.source.get(start..).unwrap_or_default();
        start + line.char_indices().nth(place.column).map_or(line.len(), |(index, _)| index)
    }
}
