//! The roles in which this executable is started again: as engine, as cell process, as what completes, as the worker
//! of an isolated model, as what looks up the inputs of notebooks.
//!
//! One executable in all roles means that nothing is linked twice and that versions cannot differ.

use crate::inputs::{self, INPUTS_ARGUMENT};
use kovacs::display::{Bundle, Manner};
use kovacs_assist::ASSIST_ARGUMENT;
use kovacs_cell::{CellSource, Incident, Notices};
use kovacs_check::CHECK_ARGUMENT;
use kovacs_host::worker;
use kovacs_session::{CELL_ARGUMENT, ENGINE_ARGUMENT, Output, cell_process};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Exported for cells, which look it up by name.
///
/// The build script asks the linker to keep it visible.
#[expect(unsafe_code, reason = "an exported symbol needs an unmangled name")]
#[unsafe(no_mangle)]
pub extern "C" fn kovacs_seam() -> *const kovacs::seam::Table {
    kovacs_cell::seam_table()
}

/// Plays the role that this process was started for; `None` when a person started it.
pub fn play() -> Option<ExitCode> {
    worker::offer_role();
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next().unwrap_or_default();
    let outcome = if first == worker::WORKER_ARGUMENT {
        worker::serve()
    } else if first == ENGINE_ARGUMENT {
        let options = arguments.next().unwrap_or_default();
        keep_one_heap();
        kovacs_session::run_engine(&options.to_string_lossy(), give_memory_back)
    } else if first == CELL_ARGUMENT {
        cell_process::run(|notices| {
            kovacs_cell::attach(Some(Arc::new(ToSession(notices))));
            Arc::new(kovacs_cell::flush)
        })
    } else if first == ASSIST_ARGUMENT {
        let sources = arguments.next().unwrap_or_default();
        kovacs_assist::serve(&sources.to_string_lossy(), give_memory_back)
    } else if first == INPUTS_ARGUMENT {
        inputs::serve()
    } else if first == CHECK_ARGUMENT {
        let job = arguments.next().unwrap_or_default();
        return Some(match kovacs_check::run_worker(&job.to_string_lossy()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("kovacs {CHECK_ARGUMENT}: {error}");
                ExitCode::FAILURE
            }
        });
    } else {
        return None;
    };
    Some(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kovacs {}: {error}", first.to_string_lossy());
            ExitCode::FAILURE
        }
    })
}

/// Gives memory that was freed back to the system: reading the sources leaves a hundred megabytes of it.
#[expect(unsafe_code, reason = "a function of the C library")]
fn give_memory_back() {
    // SAFETY: it has no preconditions, and takes nothing that is in use.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Lets all threads of this process, few of which work at a time, share one heap: what is freed can then be used again.
/// Unlike a variable of the environment this is not passed on to the cell process, whose threads do work at a time.
#[expect(unsafe_code, reason = "a function of the C library")]
fn keep_one_heap() {
    // SAFETY: it has no preconditions; a refusal changes nothing.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Passes the notices of cells on to the session.
struct ToSession(cell_process::Notices);

impl Notices for ToSession {
    fn display(&self, bundle: &Bundle, manner: &Manner) {
        // What claims to be JSON and is not is shown as the text that it is.
        let value = |content: &str, is_json: bool| {
            let json = if is_json { serde_json::from_str(content).ok() } else { None };
            json.unwrap_or_else(|| serde_json::Value::String(content.to_owned()))
        };
        let named = |(mime, content, is_json): (&str, &str, bool)| (mime.to_owned(), value(content, is_json));
        self.0.output(Output::Display {
            data: bundle.entries().map(named).collect(),
            metadata: bundle.all_metadata().map(|(mime, json)| named((mime, json, true))).collect(),
            is_result: manner.is_result,
            display_id: manner.id.clone(),
            update: manner.update,
        });
    }

    fn clear_output(&self, wait: bool) {
        self.0.output(Output::ClearOutput { wait });
    }

    fn used(&self, kind: &str, name: &str, digest: String) {
        self.0.used(kind, name, digest);
    }

    fn input(&self, prompt: &str, password: bool) -> Option<String> {
        self.0.input(prompt, password)
    }

    fn panic(&self, incident: &Incident) {
        let Incident { name, message, file, line, column } = incident;
        self.0.panic(name, message, file, *line, *column);
    }

    fn early_return(&self, incident: &Incident) {
        let Incident { name, message, file, line, column } = incident;
        self.0.early_return(name, message, file, *line, *column);
    }

    fn interrupted(&self) -> &'static AtomicBool {
        self.0.interrupted()
    }

    fn cell(&self) -> Option<CellSource> {
        self.0.cell().map(|(code, digest)| CellSource { code, digest })
    }
}
