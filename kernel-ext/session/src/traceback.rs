//! What is shown below a cell that failed while it ran: name and message, the place in the cell, and what to do.
//!
//! In the form of the compiler's own reports, with ANSI colours: red for the name, bold for what happened, blue for the
//! frame, green for the remedy. Colours are not bold: notebooks show bold colours darker, too dark on a dark page. Who
//! wants plain text takes name and message.

use crate::outcome::Place;

pub(crate) const STRONG: &str = "\u{1b}[1m";
pub(crate) const NAME: &str = "\u{1b}[31m";
pub(crate) const FRAME: &str = "\u{1b}[34m";
pub(crate) const REMEDY: &str = "\u{1b}[32m";
pub(crate) const PLAIN: &str = "\u{1b}[0m";
/// Lines of the cell shown before and after the one that failed.
const AROUND: usize = 1;
/// What begins the remedy in the text of an error of ours.
const WHAT_TO_DO: &str = "\n  what to do: ";

/// Where a cell failed.
pub(crate) enum Where {
    /// In the cell itself.
    Here(Place),
    /// In an item that an earlier cell defined.
    EarlierCell,
    /// In code that is not of a cell: file, line, column.
    Elsewhere(String, u32, u32),
    /// Nobody knows.
    Unknown,
}

/// The report, one string a line.
pub(crate) fn of(name: &str, message: &str, place: &Where, cell: &str) -> Vec<String> {
    let (message, remedy) = match message.split_once(WHAT_TO_DO) {
        Some((message, remedy)) => (message, Some(remedy)),
        None => (message, None),
    };
    let mut lines: Vec<String> = Vec::new();
    let mut message_lines = message.lines();
    lines.push(format!("{NAME}{name}{PLAIN}{STRONG}: {}{PLAIN}", message_lines.next().unwrap_or_default()));
    lines.extend(message_lines.map(str::to_owned));
    match place {
        Where::Here(place) => lines.extend(excerpt(*place, cell)),
        Where::EarlierCell => lines.push(format!(" {FRAME}-->{PLAIN} in an item of an earlier cell")),
        Where::Elsewhere(file, line, column) => lines.push(format!(" {FRAME}-->{PLAIN} {file}:{line}:{column}")),
        Where::Unknown => {}
    }
    if let Some(remedy) = remedy {
        let mut words = remedy.lines();
        lines.push(format!(" {REMEDY}= what to do:{PLAIN} {}", words.next().unwrap_or_default()));
        lines.extend(words.map(|line| format!("   {}", line.trim())));
    }
    lines
}

fn excerpt(place: Place, cell: &str) -> Vec<String> {
    let source: Vec<&str> = cell.lines().collect();
    let first = place.line.saturating_sub(AROUND).max(1);
    let last = place.line.saturating_add(AROUND).min(source.len());
    let width = last.max(place.line).to_string().len();
    let mut lines = vec![format!("{:width$}{FRAME}-->{PLAIN} cell:{}:{}", "", place.line, place.column)];
    for number in first..=last {
        let Some(text) = number.checked_sub(1).and_then(|index| source.get(index)) else { continue };
        lines.push(format!("{FRAME}{number:width$} |{PLAIN} {text}").trim_end().to_owned());
        if number == place.line {
            // A tab stays one, so that the mark stands where the reader's tabs put the text.
            let indent: String = text.chars().take(place.column.saturating_sub(1)).map(blank).collect();
            lines.push(format!("{FRAME}{:width$} |{PLAIN} {indent}{NAME}^{PLAIN}", ""));
        }
    }
    lines
}

fn blank(character: char) -> char {
    if character == '\t' { '\t' } else { ' ' }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The report as a reader without colours has it.
    fn check(message: &str, place: &Where, cell: &str, expected: &str) {
        let mut text = of("UnknownModel", message, place, cell).join("\n");
        for code in [STRONG, NAME, FRAME, REMEDY, PLAIN] {
            text = text.replace(code, "");
        }
        assert!(!text.contains('\u{1b}'));
        assert_eq!(text, expected);
    }

    #[test]
    fn the_place_is_shown_with_its_neighbours_and_the_remedy_last() {
        check(
            "there is no model `aio`\n  what to do: it has: aoi, kww",
            &Where::Here(Place { line: 2, column: 9 }),
            "// load\nlet m = Model::load(\"aio\")?;\nm\n// end\n",
            "UnknownModel: there is no model `aio`\n --> cell:2:9\n1 | // load\n2 | let m = Model::load(\"aio\")?;\n  \
             |         ^\n3 | m\n = what to do: it has: aoi, kww",
        );
    }

    #[test]
    fn messages_of_several_lines_and_other_places_are_shown() {
        let elsewhere = Where::Elsewhere("src/lib.rs".into(), 3, 4);
        check("a\nb", &elsewhere, "", "UnknownModel: a\nb\n --> src/lib.rs:3:4");
        check("a", &Where::EarlierCell, "x", "UnknownModel: a\n --> in an item of an earlier cell");
        check("", &Where::Unknown, "x", "UnknownModel: ");
    }

    #[test]
    fn a_place_outside_the_cell_is_no_panic() {
        for (line, column) in [(0, 0), (1, 99), (99, 1), (usize::MAX, usize::MAX)] {
            let report = of("Panic", "x", &Where::Here(Place { line, column }), "a\n\tb");
            assert!(report.len() >= 2);
        }
    }
}
