//! What a cell shows while it waits for a session whose parts have to be made first: one line that changes.
//!
//! It is a display with a name of its own, so that front ends put each step in the place of the one before; in the end
//! it says how long it took. Front ends that cannot change what they have shown keep the first step.

use crate::client::CellOutput;
use crate::outbox::untyped;
use kovacs_session::Progress;
use serde_json::{Value, json};
use std::time::Instant;

/// The start of a session, and the cells that wait for it.
#[derive(Default)]
pub(crate) struct Waiting {
    step: Option<Progress>,
    begun: Option<Instant>,
    /// With each, whether it shows the line already.
    cells: Vec<(CellOutput, bool)>,
}

impl Waiting {
    /// A cell that waits from now on.
    pub(crate) fn add(&mut self, cell: &CellOutput) {
        if !cell.quiet {
            self.cells.push((cell.clone(), false));
            self.show_step();
        }
    }

    /// A step begins.
    pub(crate) fn step(&mut self, step: &Progress) {
        self.begun.get_or_insert_with(Instant::now);
        self.step = Some(*step);
        self.show_step();
    }

    /// The session has started, or never will, which its cells then say.
    pub(crate) fn end(mut self, has_started: bool) {
        let Some(begun) = self.begun else { return };
        let text = match has_started {
            true => format!("cells are set up, once for all sessions: {:.0} s", begun.elapsed().as_secs_f64()),
            false => "cells could not be set up".to_owned(),
        };
        self.show(&forms(&text, None));
    }

    fn show_step(&mut self) {
        if let Some(step) = self.step {
            self.show(&forms(&step.to_string(), Some(step)));
        }
    }

    fn show(&mut self, data: &Value) {
        for (cell, is_shown) in &mut self.cells {
            let name = cell.request.header.get("msg_id").and_then(Value::as_str).unwrap_or_default();
            let transient = json!({ "display_id": format!("kovacs-set-up-{name}") });
            let content = json!({ "data": data, "metadata": {}, "transient": transient });
            let kind = if *is_shown { "update_display_data" } else { "display_data" };
            cell.outbox.publish(Some(&cell.request.header), untyped(kind, content));
            *is_shown = true;
        }
    }
}

/// Text for every front end, and a bar where there is HTML. No word of ours means anything in HTML.
fn forms(text: &str, step: Option<Progress>) -> Value {
    let bar = step.map(|step| format!("<progress value=\"{}\" max=\"{}\"></progress> ", step.step - 1, step.of));
    json!({ "text/plain": text, "text/html": format!("<div>{}{text}</div>", bar.unwrap_or_default()) })
}

#[cfg(test)]
mod tests {
    use super::forms;
    use kovacs_session::Progress;

    #[test]
    fn a_step_has_a_bar_where_there_is_html() {
        let step = Progress { step: 2, of: 4, what: "compiling the prelude for cells" };
        let shown = forms(&step.to_string(), Some(step));
        assert_eq!(shown["text/plain"], "compiling the prelude for cells (once; 2 of 4)");
        let html =
            "<div><progress value=\"1\" max=\"4\"></progress> compiling the prelude for cells (once; 2 of 4)</div>";
        assert_eq!(shown["text/html"], html);
        assert_eq!(forms("done", None)["text/html"], "<div>done</div>");
    }
}
