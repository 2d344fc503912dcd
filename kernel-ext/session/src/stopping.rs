//! Stopping a cell, step by step, so that as little as possible is lost.
//!
//! While a cell is compiled, its compilers are killed and the session answers at once; should the library be finished
//! all the same, the cell process refuses to run it. A running cell is asked first: models, and every loop of a cell,
//! look whether they are (see `loops`). What does not answer is killed, with the variables; where somebody can
//! answer, that is asked first.

use crate::engine_process::{EngineProcess, kill};
use crate::events::CellRequest;
use crate::outcome::{CellErrorKind, InputRequest, Output};
use crate::process_tree::{descendants, is_stopped};
use crate::run::Run;
use rustix::process::{Pid, Signal, kill_process};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a cell may take to notice a polite request to stop.
const POLITE: Duration = Duration::from_millis(1500);
/// How long the engine may take to notice that its compilers have been killed, before it is left to that.
const COMPILERS: Duration = Duration::from_millis(150);
/// How long the engine may take to notice that the cell process has been killed.
const AFTER_KILL: Duration = Duration::from_secs(10);
/// How often it is looked whether a cell process has stopped itself.
const STOPPED: Duration = Duration::from_millis(500);

/// What the session does after a step.
pub(crate) enum Next {
    /// Wait on.
    GoOn,
    /// Answer now; the engine finishes by itself.
    LeaveCompilation,
    /// Nothing helps but a new engine.
    EngineMustGo,
}

impl EngineProcess {
    /// Takes the next step of stopping a cell, if one is due. `variables` are the names of what would be lost.
    pub(crate) fn enforce(&mut self, run: &mut Run<'_>, variables: &[String], interrupt: &AtomicBool) -> Next {
        self.wake(run);
        let Some(stop) = run.stop.as_mut() else { return Next::GoOn };
        let now = Instant::now();
        if !run.started {
            if stop.step == 0 {
                stop.step = 1;
                stop.escalate = now + COMPILERS;
                self.cell.send(&CellRequest::Interrupt);
            }
            self.kill_compilers();
            return if now < stop.escalate { Next::GoOn } else { Next::LeaveCompilation };
        }
        if stop.while_compiling {
            // It began to run before it heard of the stop.
            stop.while_compiling = false;
            stop.step = 0;
            stop.escalate = now;
        }
        if now < stop.escalate {
            return Next::GoOn;
        }
        stop.step += 1;
        match stop.step {
            1 => {
                // What cannot be asked is killed in the next step.
                if self.cell.send(&CellRequest::Interrupt) {
                    stop.escalate = now + POLITE;
                }
                Next::GoOn
            }
            2 => {
                if stop.kind == CellErrorKind::Interrupted && !may_lose(run, variables, interrupt) {
                    run.stop = None;
                    return Next::GoOn;
                }
                // It may have ended while the user thought about the question.
                if !self.reply_is_here() {
                    self.cell.pid.into_iter().for_each(kill);
                }
                if let Some(stop) = run.stop.as_mut() {
                    stop.escalate = Instant::now() + AFTER_KILL;
                }
                Next::GoOn
            }
            _ => Next::EngineMustGo,
        }
    }

    /// Ends what the engine has started to compile a cell.
    pub(crate) fn kill_compilers(&self) {
        descendants(self.child.id(), self.cell.pid).into_iter().for_each(kill);
    }

    /// A cell that stopped its own process would wait for ever.
    fn wake(&mut self, run: &mut Run<'_>) {
        if run.looked.elapsed() < STOPPED {
            return;
        }
        run.looked = Instant::now();
        let pid = self.cell.pid.filter(|pid| is_stopped(*pid));
        if let Some(pid) = pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw)
            && kill_process(pid, Signal::CONT).is_ok()
        {
            run.emit(Output::Stderr("the cell process was stopped by a signal and goes on now\n".into()));
        }
    }
}

/// Whether the cell may be stopped with the loss of these variables.
fn may_lose(run: &mut Run<'_>, variables: &[String], interrupt: &AtomicBool) -> bool {
    if std::mem::replace(&mut run.asked, true) || variables.is_empty() || !run.client.can_answer() {
        return true;
    }
    interrupt.store(false, Ordering::Relaxed);
    let prompt = format!("The cell does not stop by itself. Stop it hard and lose {}? [y/N] ", quoted(variables));
    let asked = Instant::now();
    let answer = run.client.input(&InputRequest { prompt, password: false });
    run.begun += asked.elapsed();
    // Interrupting once more is an answer too.
    let yes = answer.is_none_or(|answer| matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"));
    let again = interrupt.swap(false, Ordering::Relaxed);
    if !yes && !again {
        run.emit(Output::Stderr("the cell goes on; interrupt it once more to stop it hard\n".into()));
    }
    yes || again
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "no variables".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_are_listed_as_people_do() {
        let of = |names: &[&str]| quoted(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["a"]), "`a`");
        assert_eq!(of(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
