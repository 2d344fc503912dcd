//! What a reload of a model has changed, as a cell shows it.

use crate::display::{Bundle, html_text};
use std::fmt;

/// What has changed, in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Reload {
    pub(crate) report: String,
    pub(crate) notes: Vec<String>,
    pub(crate) is_changed: bool,
}

impl Reload {
    /// Whether there is other code behind the model now.
    pub fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Shows the report as the value of a cell.
    pub fn evcxr_display(&self) {
        let mut bundle = Bundle::new();
        bundle.text("text/plain", self.to_string());
        bundle.text("text/html", format!("<pre>{}</pre>", html_text(&self.to_string())));
        bundle.show_result();
    }
}

impl fmt::Display for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)?;
        self.notes.iter().try_for_each(|note| write!(f, "\n  note: {note}"))
    }
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
