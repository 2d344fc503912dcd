//! Completion and inspection in lines that are `:commands`.

use crate::answer::{Completion, Inspection, Kind};
use crate::in_text::{files, plain};
use crate::names::{Names, Wanted};
use kovacs_session::Variable;
use kovacs_session::commands::{Argument, COMMANDS, Command, command};
use std::path::Path;

/// Completions of a line up to the cursor, and how many of its bytes stay as they are.
pub(crate) fn complete(
    line: &str,
    variables: &[Variable],
    names: &dyn Names,
    folder: &Path,
) -> (usize, Vec<Completion>) {
    let colon = line.find(':').unwrap_or(0);
    let words = line.get(colon..).unwrap_or_default();
    let Some(space) = words.find(' ') else {
        let fitting = COMMANDS.iter().filter(|command| words.starts_with(':') && command.name.starts_with(&words[1..]));
        return (colon, fitting.map(of_command).collect());
    };
    let (name, arguments) = words.split_at(space);
    let Some(command) = command(name) else { return (line.len(), Vec::new()) };
    let typed = arguments.trim_start();
    let start = line.len() - typed.len();
    let mut found = Vec::new();
    for argument in command.arguments {
        match argument {
            Argument::Command => found.extend(
                COMMANDS.iter().map(|command| plain(command.name.into(), Kind::Argument, Some(command.summary.into()))),
            ),
            Argument::Model => found.extend(named(names, &Wanted::Models)),
            Argument::Package => found.extend(named(names, &Wanted::Packages)),
            Argument::Variable => found.extend(
                variables
                    .iter()
                    .map(|variable| plain(variable.name.clone(), Kind::Variable, Some(variable.type_name.clone()))),
            ),
            Argument::Word(words) => {
                found.extend(words.iter().map(|word| plain((*word).to_owned(), Kind::Argument, None)));
            }
            Argument::File => {
                let (kept, files) = files(typed, folder);
                return (start + kept, files);
            }
            _ => {}
        }
    }
    found.retain(|completion| completion.text.starts_with(typed));
    (start, found)
}

fn of_command(command: &Command) -> Completion {
    let text = format!(":{}", command.name);
    let label = format!("{text} {}", command.usage).trim_end().to_owned();
    Completion {
        text,
        label,
        kind: Kind::Command,
        type_name: None,
        documentation: Some(command.summary.into()),
        snippet: None,
    }
}

fn named(names: &dyn Names, wanted: &Wanted) -> Vec<Completion> {
    let about = |about: String| Some(about).filter(|about| !about.is_empty());
    names.names(wanted).into_iter().map(|name| plain(name.name, Kind::Name, about(name.about))).collect()
}

/// What is to be said of a command.
pub(crate) fn inspect(name: &str) -> Option<Inspection> {
    let command = command(name)?;
    let markdown = format!(
        "```text\n:{} {}\n```\n\n{}\n\n{}\n\nFor example: `{}`",
        command.name, command.usage, command.summary, command.details, command.example
    );
    Some(Inspection::of_markdown(markdown))
}
