//! Cells with `:commands`: which there are, and what those of this program do. evcxr's own are passed on to it.
//!
//! A cell may begin with commands and go on with code. Lines that evcxr does not know are done here, in their turn, and
//! are blanked before the rest goes to evcxr, so that places in messages stay those of the cell.

mod catalogue;
mod environment;
mod lines;
mod listing;
mod load;

pub use catalogue::{Argument, COMMANDS, Command, closest, command};
pub use lines::{CellText, Line};

use crate::error::SessionError;
use crate::outcome::{CellClient, CellError, CellErrorKind, CellOutcome, Limits};
use crate::session::Session;
use listing::{Listing, html_text, marked_up, shown};
use std::time::{Duration, Instant};

/// A file may load another one, but not itself for ever.
const DEEPEST_LOAD: usize = 8;

impl Session {
    /// Runs a cell. `client` gets its output in order, while it runs, and is asked what the cell asks. After a failure
    /// the session goes on; whether its variables are gone is in [`CellError::variables_lost`].
    ///
    /// # Errors
    /// The engine is gone and cannot be started again.
    pub fn execute(
        &mut self,
        code: &str,
        limits: &Limits,
        client: &mut dyn CellClient,
    ) -> Result<CellOutcome, SessionError> {
        Executing { session: self, limits, client, loads: 0 }.cell(code)
    }
}

struct Executing<'a> {
    session: &'a mut Session,
    limits: &'a Limits,
    client: &'a mut dyn CellClient,
    loads: usize,
}

impl Executing<'_> {
    fn cell(&mut self, cell: &str) -> Result<CellOutcome, SessionError> {
        let text = CellText::split(cell);
        if !text.lines.iter().any(|(_, _, line)| matches!(line, Line::Command { .. })) {
            return self.evaluate(cell);
        }
        // What waits to be given to evcxr: blanked lines, so that its line numbers are the cell's, and its own commands.
        let mut waiting = String::new();
        for (start, line, kind) in &text.lines {
            let Line::Command { name, arguments } = *kind else {
                waiting.push_str(line);
                waiting.push('\n');
                continue;
            };
            let known = command(name);
            let passed_on = match known {
                Some(known) => known.is_of_evcxr || (known.name == "env" && !arguments.is_empty()),
                None => return Ok(unknown(name)),
            };
            if passed_on {
                waiting.push_str(line);
                waiting.push('\n');
                continue;
            }
            let before = self.evaluate(&waiting)?;
            if before != CellOutcome::Done {
                return Ok(before);
            }
            blank(&mut waiting);
            if name == ":time" {
                // Everything behind the word is a cell of its own, at its place in this one.
                let colon = cell.get(*start..).and_then(|rest| rest.find(':')).unwrap_or(0);
                let rest = cell.get(start + colon + name.len()..).unwrap_or_default();
                return self.timed(&format!("{waiting}{}{}", " ".repeat(colon + name.len()), rest));
            }
            let outcome = self.command(name, arguments)?;
            if outcome != CellOutcome::Done {
                return Ok(outcome);
            }
            waiting.push('\n');
        }
        waiting.push_str(text.code);
        self.evaluate(&waiting)
    }

    /// Runs what evcxr knows, if there is any of it.
    fn evaluate(&mut self, cell: &str) -> Result<CellOutcome, SessionError> {
        if cell.trim().is_empty() {
            return Ok(CellOutcome::Done);
        }
        self.session.evaluate(cell, self.limits, self.client)
    }

    fn command(&mut self, name: &str, arguments: &str) -> Result<CellOutcome, SessionError> {
        match name {
            ":help" => return Ok(self.help(arguments)),
            ":vars" => self.variables()?,
            ":env" => {
                let listing = environment::listing(self.session.working_directory(), &self.session.sources());
                self.client.output(listing.output());
            }
            ":reset" => {
                self.session.begin_anew()?;
                self.say("everything is forgotten: variables, functions, types, further crates");
            }
            ":quit" => self.say("`:quit` ends nothing: a session ends with its notebook"),
            ":toolchain" => return Ok(another_toolchain(arguments)),
            ":load" => return self.load(arguments),
            ":model" => return self.model(arguments),
            ":data" => return self.data(arguments),
            _ => return Ok(unknown(name)),
        }
        Ok(CellOutcome::Done)
    }

    fn say(&mut self, text: &str) {
        self.client.output(shown(text.to_owned(), marked_up(text)));
    }

    fn help(&mut self, about: &str) -> CellOutcome {
        if about.is_empty() {
            let mut listing = Listing::new(&["command", "what it does", "for example"]);
            for command in COMMANDS {
                let call = format!(":{} {}", command.name, command.usage);
                listing.row([
                    format!("`{}`", call.trim_end()),
                    command.summary.into(),
                    format!("`{}`", command.example),
                ]);
            }
            // Plain text needs no marks.
            self.client.output(shown(listing.text().replace('`', ""), listing.html()));
            return CellOutcome::Done;
        }
        let Some(command) = command(about) else { return unknown(about) };
        let (text, html) = in_full(command);
        self.client.output(shown(text, html));
        CellOutcome::Done
    }

    fn variables(&mut self) -> Result<(), SessionError> {
        let variables = self.session.variables()?;
        let mut listing = Listing::new(&["variable", "type", "bytes", "value"]);
        for variable in variables {
            let bytes = variable.bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
            let preview = variable.preview.unwrap_or_default();
            let first_line = preview.lines().next().unwrap_or_default().to_owned();
            listing.row([variable.name, variable.type_name, bytes, first_line]);
        }
        if listing.is_empty() {
            self.say("there are no variables");
        } else {
            self.client.output(listing.output());
        }
        Ok(())
    }

    fn timed(&mut self, cell: &str) -> Result<CellOutcome, SessionError> {
        let begun = Instant::now();
        self.session.running = Duration::ZERO;
        let outcome = self.cell(cell)?;
        let (total, running) = (begun.elapsed(), self.session.running);
        self.say(&format!("compiled in {}, ran in {}", in_words(total.saturating_sub(running)), in_words(running)));
        Ok(outcome)
    }

    fn load(&mut self, file: &str) -> Result<CellOutcome, SessionError> {
        let file = file.trim_matches('"');
        if file.is_empty() {
            return Ok(refused(
                "which file? `:load helpers.rs` runs its code, `:load other.ipynb` its code cells".into(),
            ));
        }
        if self.loads == DEEPEST_LOAD {
            return Ok(refused(format!("`{file}` is loaded by files that load each other; remove a `:load`")));
        }
        let cells = match load::cells_of(&self.session.working_directory().join(file)) {
            Ok(cells) => cells,
            Err(message) => return Ok(refused(message)),
        };
        self.loads += 1;
        for (index, cell) in cells.iter().enumerate() {
            if let CellOutcome::Failed(mut error) = self.cell(cell)? {
                // The place is one in the file, not in the cell that the user sees.
                error.place = None;
                let place = format!("in `{file}`, cell {} of {}", index + 1, cells.len());
                if !error.traceback.contains(&place) {
                    error.traceback.push(place);
                }
                return Ok(CellOutcome::Failed(error));
            }
        }
        self.loads -= 1;
        Ok(CellOutcome::Done)
    }

    fn model(&mut self, name: &str) -> Result<CellOutcome, SessionError> {
        match name {
            "" => self.generated("{ ::kovacs::catalogue::models()?; }"),
            "reload" => {
                let variables = self.session.variables()?;
                let models = variables.iter().filter(|variable| is_model(&variable.type_name));
                let reloads: Vec<String> = models.map(|variable| reload(&variable.name)).collect();
                if reloads.is_empty() {
                    self.say("no variable holds a model");
                    return Ok(CellOutcome::Done);
                }
                self.generated(&reloads.join("\n"))
            }
            name => self.generated(&format!("{{ ::kovacs::model::Model::load({name:?})?.evcxr_display(); }}")),
        }
    }

    fn data(&mut self, name: &str) -> Result<CellOutcome, SessionError> {
        match name {
            "" => self.generated("{ ::kovacs::catalogue::packages()?; }"),
            name => self.generated(&format!("{{ ::kovacs::dataset::Dataset::open({name:?})?.evcxr_display(); }}")),
        }
    }

    /// Runs code that the user did not write. It must not begin with a colon, or evcxr takes it for a command.
    fn generated(&mut self, code: &str) -> Result<CellOutcome, SessionError> {
        let outcome = self.session.evaluate(code, self.limits, self.client)?;
        Ok(match outcome {
            CellOutcome::Failed(mut error) => {
                error.place = None;
                error.traceback.truncate(1);
                CellOutcome::Failed(error)
            }
            done => done,
        })
    }
}

/// Whether a type is that of models: types are written as short as the cells' imports allow, or as [`reload`] writes it.
fn is_model(type_name: &str) -> bool {
    let type_name = type_name.trim_start_matches("::");
    ["Model", "kovacs::model::Model", "kovacs::prelude::Model"].contains(&type_name)
}

/// Takes a model anew and leaves the variable as it was if that fails.
fn reload(variable: &str) -> String {
    format!(
        "let mut {variable}: ::kovacs::model::Model = {{ let mut model = {variable}.clone(); \
         println!(\"{variable}: {{}}\", model.reload()?); model }};"
    )
}

fn in_full(command: &Command) -> (String, String) {
    let call = format!(":{} {}", command.name, command.usage);
    let (call, by) = (call.trim_end(), if command.is_of_evcxr { " (of evcxr)" } else { "" });
    let mut text = format!("{call}{by}\n  {}\n  for example: {}", command.summary, command.example);
    let mut html = format!(
        "<b><code>{}</code></b>{by}<br>{}<br>for example: <code>{}</code>",
        html_text(call),
        marked_up(command.summary),
        html_text(command.example)
    );
    if !command.details.is_empty() {
        text.push_str(&format!("\n  {}", command.details));
        html.push_str(&format!("<br>{}", marked_up(command.details)));
    }
    (text, html)
}

/// Keeps the ends of lines.
fn blank(text: &mut String) {
    *text = "\n".repeat(text.matches('\n').count());
}

fn in_words(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1e-3 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

fn unknown(name: &str) -> CellOutcome {
    let name = name.strip_prefix(':').unwrap_or(name);
    let remedy = match closest(name) {
        Some(closest) => format!("did you mean `:{closest}`? `:help` shows all"),
        None => "`:help` shows all".to_owned(),
    };
    refused(format!("there is no command `:{name}`; {remedy}"))
}

fn another_toolchain(name: &str) -> CellOutcome {
    let name = if name.is_empty() { "NAME" } else { name };
    refused(format!(
        "a session keeps the toolchain it started with, because the prelude is compiled for that one; for another one, \
         restart the kernel with `RUSTUP_TOOLCHAIN={name}` in its environment"
    ))
}

fn refused(message: String) -> CellOutcome {
    CellOutcome::Failed(Box::new(CellError::new(CellErrorKind::Command, message)))
}
