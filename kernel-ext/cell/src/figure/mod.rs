//! What a figure looks like: interactive, static, as a table, and in words.
//!
//! One [`Figure`] is one value; here it becomes HTML, plotly JSON, SVG, CSV and plain text. Plotly needs its script in
//! the page and a reader with a browser; the SVG needs neither, and is what the book, a diff and a printer get. The HTML
//! is the one and, where that works, the other.
//!
//! The SVG is written here and not by a plotting crate. `plotters` 0.3 places everything on whole pixels and has
//! neither subscripts nor clipping; `kuva` 0.6 compiles for more than a minute and labels decades as plain numbers.
//! What is needed is small: two scales, four shapes and text.

mod csv;
mod markup;
mod notes;
mod page;
mod plotly;
mod prepared;
mod scale;
mod script;
mod summary;
mod svg;
#[cfg(test)]
mod tests;

use kovacs::display::Bundle;
use kovacs::figure::Figure;

pub use csv::csv;
pub use page::{KERNEL_NAME, html, script_html, with_image};
pub use plotly::plotly_json;
pub use script::{PLOTLY_LICENCE, plotly_js};
pub use summary::summary;
pub use svg::svg;

/// MIME type of a plotly figure.
pub const PLOTLY: &str = "application/vnd.plotly.v1+json";

/// The figure in every form that a notebook keeps: HTML, plotly JSON, SVG, CSV, plain text.
///
/// Any figure can be rendered. What cannot be drawn (values that are not finite, or not above zero on a logarithmic
/// axis, a unit that does not fit the axis) is left out with a note under the figure.
pub fn bundle(figure: &Figure) -> Bundle {
    let kernel = std::env::var(KERNEL_NAME).unwrap_or_else(|_| "kovacs".to_owned());
    let mut bundle = Bundle::new();
    bundle.text("text/html", html(figure, &kernel));
    bundle.json(PLOTLY, plotly_json(figure).to_string());
    bundle.text("image/svg+xml", svg(figure));
    bundle.text("text/csv", csv(figure));
    bundle.text("text/plain", summary(figure));
    bundle
}

/// plotly.js for a notebook that is read without a server: HTML, and words for everybody else.
pub fn script_bundle() -> Bundle {
    let mut bundle = Bundle::new();
    bundle.text("text/html", script_html());
    bundle.text("text/plain", "plotly.js is part of this notebook: its figures are interactive without a server.");
    bundle
}
