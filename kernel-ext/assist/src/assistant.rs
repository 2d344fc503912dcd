//! The assistant: knows the session by what it is told, answers what it can itself, and asks the analyser the rest.

use crate::analyser::Program;
use crate::answer::{Completions, Inspection};
use crate::error::AssistError;
use crate::in_command;
use crate::in_text::{self, Inside, inside};
use crate::names::{Names, ProgramNames};
use crate::position::{byte_of, character_of};
use crate::process::Process;
use crate::serve::{Reply, Request};
use crate::session_items::SessionItems;
use kovacs_session::Sources;
use kovacs_session::Variable;
use kovacs_session::commands::{CellText, Line};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Completion and inspection for the cells of one session, from any thread, also while a cell runs.
pub struct Assistant {
    executable: PathBuf,
    sources: Sources,
    names: Box<dyn Names>,
    folder: PathBuf,
    session: Mutex<Known>,
    process: Mutex<Option<Process>>,
}

/// What is known of the session.
#[derive(Default)]
struct Known {
    items: SessionItems,
    variables: Vec<Variable>,
}

impl Assistant {
    /// An assistant whose analyser is `executable` in its role [`ASSIST_ARGUMENT`](crate::ASSIST_ARGUMENT), for cells that
    /// run in `folder`. Names in texts are asked of the executable too. Nothing is started yet.
    pub fn new(executable: PathBuf, sources: Sources, folder: PathBuf) -> Assistant {
        let names = ProgramNames::new(executable.clone(), folder.clone());
        Assistant::with_names(executable, sources, folder, Box::new(names))
    }

    /// An assistant that asks somebody else for the names in texts.
    pub fn with_names(executable: PathBuf, sources: Sources, folder: PathBuf, names: Box<dyn Names>) -> Assistant {
        let mut known = Known::default();
        known.items.add(&sources.beginning);
        Assistant { executable, sources, names, folder, session: Mutex::new(known), process: Mutex::new(None) }
    }

    /// Starts the analyser, which then gets ready on its own; worth while before the first question.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn warm_up(&self) -> Result<(), AssistError> {
        self.started(&mut lock(&self.process)).map(drop)
    }

    /// Tells of a cell that succeeded, and of all variables that are alive now.
    pub fn commit(&self, cell: &str, variables: Vec<Variable>) {
        let mut known = lock(&self.session);
        known.items.add(cell);
        known.variables = variables;
    }

    /// Tells that the session was reset: no items, no variables.
    pub fn reset(&self) {
        let mut known = Known::default();
        known.items.add(&self.sources.beginning);
        *lock(&self.session) = known;
    }

    /// What could stand at the cursor, which is in front of the character `cursor` of the cell.
    ///
    /// # Errors
    /// There is no analyser, or it fails; the next question starts a new one.
    pub fn complete(&self, cell: &str, cursor: usize) -> Result<Completions, AssistError> {
        let text = CellText::split(cell);
        let cursor = byte_of(cell, cursor);
        let Some(in_code) = in_code(&text, cursor) else {
            return Ok(self.complete_line(cell, &text, cursor));
        };
        match inside(text.code, in_code) {
            Some(Inside::Text { literal, start, end }) => {
                let typed = text.code.get(start..in_code).unwrap_or_default();
                let known = lock(&self.session);
                let (kept, items) = in_text::complete(
                    text.code,
                    literal,
                    typed,
                    &known.items.origins,
                    self.names.as_ref(),
                    &self.folder,
                );
                // A path is replaced from its last part on, up to the next.
                let rest = text.code.get(in_code..end).unwrap_or_default();
                let end = in_code + rest.find('/').filter(|_| kept > 0).unwrap_or(rest.len());
                return Ok(Completions {
                    start: character_of(cell, text.code_start + start + kept),
                    end: character_of(cell, text.code_start + end),
                    items,
                });
            }
            Some(Inside::Nothing) => return Ok(nothing_at(cell, cursor)),
            None => {}
        }
        let request = Request::Complete(self.program(text.code, in_code));
        match self.ask(&request)? {
            Reply::Completed(found) => Ok(Completions {
                start: character_of(cell, text.code_start + found.start),
                end: character_of(cell, text.code_start + found.end),
                items: found.items,
            }),
            _ => Ok(nothing_at(cell, cursor)),
        }
    }

    /// What the name at the cursor is; `with_source` adds its definition (Jupyter's detail level 1).
    ///
    /// # Errors
    /// There is no analyser, or it fails; the next question starts a new one.
    pub fn inspect(&self, cell: &str, cursor: usize, with_source: bool) -> Result<Option<Inspection>, AssistError> {
        let text = CellText::split(cell);
        let cursor = byte_of(cell, cursor);
        let Some(in_code) = in_code(&text, cursor) else {
            return Ok(match line_at(&text, cursor) {
                Some((_, _, Line::Command { name, .. })) => in_command::inspect(name),
                _ => None,
            });
        };
        let program = self.program(text.code, in_code);
        match self.ask(&Request::Inspect { program, with_source })? {
            Reply::Inspected(inspection) => Ok(inspection),
            _ => Ok(None),
        }
    }

    /// The analyser's process, if it runs: to look at what it takes.
    pub fn process_id(&self) -> Option<u32> {
        lock(&self.process).as_ref().map(Process::id)
    }

    /// Completions in a line before the code.
    fn complete_line(&self, cell: &str, text: &CellText<'_>, cursor: usize) -> Completions {
        let Some((start, line, Line::Command { .. })) = line_at(text, cursor) else { return nothing_at(cell, cursor) };
        let typed = line.get(..cursor - start).unwrap_or(line);
        let known = lock(&self.session);
        let (kept, items) = in_command::complete(typed, &known.variables, self.names.as_ref(), &self.folder);
        let rest = line.get(typed.len()..).unwrap_or_default();
        let end = cursor + rest.find(char::is_whitespace).unwrap_or(rest.len());
        Completions { start: character_of(cell, start + kept), end: character_of(cell, end), items }
    }

    fn program(&self, code: &str, cursor: usize) -> Program {
        let known = lock(&self.session);
        Program { items: known.items.source(), variables: known.variables.clone(), code: code.to_owned(), cursor }
    }

    fn ask(&self, request: &Request) -> Result<Reply, AssistError> {
        let mut process = lock(&self.process);
        let reply = self.started(&mut process)?.ask(request);
        if reply.is_err() {
            *process = None;
        }
        reply
    }

    fn started<'a>(&self, process: &'a mut Option<Process>) -> Result<&'a mut Process, AssistError> {
        match process {
            Some(process) => Ok(process),
            none => Ok(none.insert(Process::start(&self.executable, &self.sources)?)),
        }
    }
}

/// A panic elsewhere leaves nothing half-changed here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The byte of the code at which the cursor is; `None` in the lines before it.
fn in_code(text: &CellText<'_>, cursor: usize) -> Option<usize> {
    let of_last_line = text.code.is_empty() && line_at(text, cursor).is_some();
    cursor.checked_sub(text.code_start).filter(|_| !of_last_line)
}

/// The line before the code that the cursor is in, with the byte at which it begins.
fn line_at<'a>(text: &CellText<'a>, cursor: usize) -> Option<(usize, &'a str, Line<'a>)> {
    text.lines.iter().copied().find(|(start, line, _)| *start <= cursor && cursor <= start + line.len())
}

fn nothing_at(cell: &str, byte: usize) -> Completions {
    let place = character_of(cell, byte);
    Completions { start: place, end: place, items: Vec::new() }
}

#[cfg(test)]
mod tests;
