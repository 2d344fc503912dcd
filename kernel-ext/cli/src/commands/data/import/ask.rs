//! Asking on a terminal for what a file does not say.

use crate::failure::{Explain, Failure};
use crate::output::notice;
use kovacs_datasets::import::{Mapping, Opened, Recognised};
use std::io::{BufRead, Write};

/// Asks until everything is stated that a word can state; an empty line leaves the rest open.
///
/// # Errors
/// The terminal cannot be read, the mapping contradicts the file, or the protocol that was found is not what was done.
pub(super) fn complete(opened: &Opened, mapping: &mut Mapping, first: Recognised) -> Result<Recognised, Failure> {
    let mut recognised = first;
    notice(&recognised.to_string());
    // One answer at a time: it may settle what else was open, or open something new.
    while let Some((need, question)) = recognised.needs.iter().find_map(|need| Some((need.clone(), need.question()?))) {
        let Some(answer) = line(&format!("{question}: "))? else { return Ok(recognised) };
        if let Err(error) = need.answer(mapping, &answer) {
            notice(&error.to_string());
            continue;
        }
        recognised = opened.recognise(mapping)?;
    }
    for table in recognised.tables.iter().filter(|table| recognised.needs.is_empty() && !table.holds.is_empty()) {
        notice(&table.to_string());
        let answer = line("is this what was done to the sample? [Y/n] ")?;
        if answer.is_some_and(|answer| answer.to_lowercase().starts_with('n')) {
            return Err(Failure::new("the protocol that was found is not what was done; nothing was imported").remedy(
                "write what was done as TOML (`kovacs predict --help` shows the form) and give it with `--protocol FILE`",
            ));
        }
    }
    Ok(recognised)
}

/// One line from the terminal; `None` where it is empty.
fn line(question: &str) -> Result<Option<String>, Failure> {
    let mut stream = std::io::stderr().lock();
    // Nobody is left to tell if the terminal is gone; reading from it will say so.
    let _ = write!(stream, "{question}").and_then(|()| stream.flush());
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).doing("cannot read the answer")?;
    Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
}
