//! Numbers that a notebook gives to the text around it.
//!
//! A number typed into prose is right on the day it was typed. A published one has a name, and a book that quotes it shows
//! what the notebook computed last: `{{#value NOTEBOOK:NAME}}`.

use crate::display::{Bundle, html_text, json_string};
use crate::sheet::four_digits;

/// Publishes a number (with its UCUM unit, `1` for a plain number) under a name, for text that quotes it. `None`, where
/// there is no such number, is quoted as `none`. The last one of a name counts.
///
/// ```
/// kovacs::published::publish("t_p", 165.03, "s");
/// ```
pub fn publish(name: &str, value: impl Into<Option<f64>>, unit: &str) {
    let value = value.into().filter(|value| value.is_finite());
    let number = value.map_or("null".to_owned(), |value| format!("{value:e}"));
    let shown = match value {
        None => format!("{name} = none"),
        Some(value) if unit == "1" => format!("{name} = {}", four_digits(value)),
        Some(value) => format!("{name} = {} {unit}", four_digits(value)),
    };
    let mut bundle = Bundle::new();
    bundle.json(
        "application/vnd.kovacs.value+json",
        format!("{{\"name\":{},\"value\":{number},\"unit\":{}}}", json_string(name), json_string(unit)),
    );
    bundle.text("text/html", format!("<div class=\"kovacs-published\">{}</div>", html_text(&shown)));
    bundle.text("text/plain", shown);
    bundle.show();
}
