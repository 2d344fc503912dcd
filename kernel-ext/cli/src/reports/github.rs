//! Annotations of GitHub Actions: lines that the page of a run shows beside the file.

use super::{failure_of, notebook_of, place};
use crate::notebooks::Finished;

/// Whether the program runs where annotations are read.
pub fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// A line for every failed cell and for everything that is not as the reference has it.
pub fn annotations(finished: &[Finished]) -> String {
    let mut lines = Vec::new();
    for one in finished {
        let file = notebook_of(one);
        let mut error = |title: &str, message: &str| {
            lines.push(format!("::error file={},title={}::{}", property(&file), property(title), data(message)));
        };
        match &one.outcome {
            Err(failure) => error("notebook not run", &failure.to_string()),
            Ok(report) => {
                for cell in &report.cells {
                    if let Some(failed) = failure_of(report, cell) {
                        let title = format!("cell {} ({})", failed.number, failed.label);
                        let place = place(failed);
                        let message = format!("{}: {}", failed.name, failed.message.trim());
                        error(&title, &if place.is_empty() { message } else { format!("{place}\n{message}") });
                    }
                }
            }
        }
        if let Some(compared) = one.compared.as_ref().filter(|compared| compared.is_failure()) {
            for difference in &compared.differences {
                error(&difference.place, &format!("{}: {}", difference.what, difference.change));
            }
            if compared.missing {
                error("no reference", "`kovacs run --update` stores one");
            }
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A value in front of `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The message: one line, as the workflow commands have it.
fn data(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            // Colours of a terminal: up to the letter that ends them.
            '\u{1b}' => drop(characters.by_ref().find(|end| end.is_ascii_alphabetic())),
            '%' => plain.push_str("%25"),
            '\r' => plain.push_str("%0D"),
            '\n' => plain.push_str("%0A"),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_separators_are_escaped() {
        assert_eq!(data("100 %\n\u{1b}[31mred\u{1b}[0m"), "100 %25%0Ared");
        assert_eq!(property("cell 2: a, b"), "cell 2%3A a%2C b");
    }
}
