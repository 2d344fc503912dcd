//! A figure as a static picture: SVG without script, without a font of its own, readable on light and dark pages.
//!
//! The picture lies on a white card. Frames have fixed sizes and everything else stands around them, so that panels of
//! a column are aligned and no text depends on another for its place. Title, caption and origin of every series are in
//! the file as words, for readers who cannot see it and for tools that ask where a picture comes from.

mod document;
mod frame;
mod geometry;
mod legend;
mod panel;
mod paper;
mod shapes;

use super::prepared::{Prepared, prepare};
use document::{Document, Value};
use kovacs::figure::Figure;

pub(super) use document::Anchor;
pub(super) use frame::{MARK_SIZE, MarkText};
pub(super) use paper::{CAPTION_SIZE, LegendAt, NOTE_SIZE, PADDING, Paper, PlacedPanel, TITLE_SIZE};
pub(super) use shapes::{Look, dashes};

/// Colour of frames and texts.
pub(super) const INK: &str = "#1a1a1a";
/// Colour of lines that mark something.
pub(super) const GREY: &str = "#6b6b6b";
/// Colour of shaded stages.
pub(super) const SHADE: &str = "#eef1f4";
/// Colour of the caption.
pub(super) const CAPTION: &str = "#333333";
/// Colour of notes about what was left out.
pub(super) const NOTE: &str = "#8a4b00";
/// What text is set in.
pub(super) const FONTS: &str = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/// The figure as SVG.
pub fn svg(figure: &Figure) -> String {
    let prepared = prepare(figure);
    let paper = Paper::new(figure, &prepared);
    let mut document = Document::default();
    open(&mut document, figure, &prepared, paper.size);
    paper.draw(&mut document);
    document.finish()
}

fn open(document: &mut Document, figure: &Figure, prepared: &Prepared, (width, height): (f64, f64)) {
    let view = format!("0 0 {width} {height}");
    document.open(
        "svg",
        &[
            ("xmlns", Value::Text("http://www.w3.org/2000/svg")),
            ("width", Value::Number(width)),
            ("height", Value::Number(height)),
            ("viewBox", Value::Text(&view)),
            ("role", Value::Text("img")),
            ("aria-label", Value::Text(&figure.title)),
            ("font-family", Value::Text(FONTS)),
            ("style", Value::Text("max-width:100%;height:auto")),
            // A blank after a subscript is a blank.
            ("xml:space", Value::Text("preserve")),
        ],
    );
    document.words("title", &figure.title);
    document.words("desc", &super::summary::describe(figure, prepared));
    document.words("metadata", &provenance(figure));
    document.element(
        "rect",
        &[
            ("width", Value::Number(width)),
            ("height", Value::Number(height)),
            ("rx", Value::Number(6.0)),
            ("fill", Value::Text("#ffffff")),
        ],
    );
}

/// Where the numbers of every series come from, a line each.
fn provenance(figure: &Figure) -> String {
    let series = figure.panels.iter().flat_map(|panel| &panel.series);
    let lines = series.map(|series| {
        let known = series.provenance.iter().map(|(name, value)| format!("; {name}: {value}"));
        format!("{}; origin: {}{}", series.legend(), series.origin, known.collect::<String>())
    });
    lines.collect::<Vec<_>>().join("\n")
}
