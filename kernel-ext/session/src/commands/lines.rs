//! A cell as evcxr reads it: lines of commands first, then Rust.
//!
//! Commands begin with `:`, lines for the shell with `!`; empty lines and lines that are comments may stand between
//! them. From the first line of anything else on, all is Rust, whatever its lines begin with.

/// What a line before the Rust code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// `:name arguments`
    Command {
        /// With its colon.
        name: &'a str,
        /// What follows, without the white space around it.
        arguments: &'a str,
    },
    /// `!command of the shell`
    Shell,
    /// Nothing, or a comment.
    Empty,
}

/// A cell taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellText<'a> {
    /// The lines before the Rust code, each with the byte at which it begins.
    pub lines: Vec<(usize, &'a str, Line<'a>)>,
    /// The Rust code; empty if there is none.
    pub code: &'a str,
    /// The byte at which the Rust code begins.
    pub code_start: usize,
}

impl<'a> CellText<'a> {
    /// Takes a cell apart.
    pub fn split(cell: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for whole in cell.split_inclusive('\n') {
            let text = whole.strip_suffix('\n').unwrap_or(whole);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let Some(line) = classify(text) else { break };
            lines.push((start, text, line));
            start += whole.len();
        }
        CellText { lines, code: cell.get(start..).unwrap_or_default(), code_start: start }
    }
}

/// What a line is, if it is no Rust.
fn classify(text: &str) -> Option<Line<'_>> {
    if text.starts_with('!') {
        return Some(Line::Shell);
    }
    let trimmed = text.trim_start_matches(' ');
    // `::std::...` is a path, and evcxr would take it for a command: it is one here too, so that both agree.
    if trimmed.starts_with(':') {
        let (name, arguments) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
        return Some(Line::Command { name, arguments: arguments.trim() });
    }
    (text.starts_with("//") || text.trim().is_empty()).then_some(Line::Empty)
}

#[cfg(test)]
mod tests {
    use super::{CellText, Line};

    #[test]
    fn commands_come_first() {
        let cell = CellText::split(":dep rand = \"0.9\"\n\n// why\n  :opt 2\n!ls\nlet x = 1;\n:vars");
        let kinds: Vec<Line<'_>> = cell.lines.iter().map(|(_, _, line)| *line).collect();
        assert_eq!(
            kinds,
            [
                Line::Command { name: ":dep", arguments: "rand = \"0.9\"" },
                Line::Empty,
                Line::Empty,
                Line::Command { name: ":opt", arguments: "2" },
                Line::Shell,
            ]
        );
        assert_eq!(cell.code, "let x = 1;\n:vars");
    }

    #[test]
    fn a_cell_of_commands_has_no_code() {
        assert_eq!(CellText::split(":vars").code, "");
        assert_eq!(CellText::split("").code, "");
        assert_eq!(CellText::split(":vars\r\n1").code, "1");
    }
}
