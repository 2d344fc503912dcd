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
mod shapes;

use super::markup;
use super::prepared::{Prepared, prepare};
use document::{Anchor, Document, TextStyle, Value};
use geometry::Point;
use kovacs::figure::Figure;
use panel::{Margins, Plan};

/// Colour of frames and texts.
const INK: &str = "#1a1a1a";
const FONTS: &str = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
const PADDING: f64 = 16.0;
const TITLE_SIZE: f64 = 16.0;
const CAPTION_SIZE: f64 = 12.5;
const NOTE_SIZE: f64 = 11.0;
/// Distance between panels.
const GUTTER: f64 = 16.0;

/// The figure as SVG.
pub fn svg(figure: &Figure) -> String {
    let prepared = prepare(figure);
    let size = frame_size(figure, prepared.columns);
    let legends: Vec<_> = prepared.panels.iter().map(legend::entries).collect();
    // A legend that is the same everywhere stands once, below the panels.
    let shared = match legends.split_first() {
        Some((first, others)) if !others.is_empty() && others.iter().all(|other| other == first) => first.clone(),
        _ => Vec::new(),
    };
    let plans: Vec<Plan<'_>> = (prepared.panels.iter().zip(legends))
        .map(|(panel, legend)| Plan::new(panel, size, if shared.is_empty() { legend } else { Vec::new() }))
        .collect();
    let grid = Grid::new(&plans, prepared.columns, size);
    let width = grid.width().max(if plans.is_empty() { 480.0 } else { 0.0 });

    let title = markup::lines(&figure.title, TITLE_SIZE, width);
    let caption = markup::lines(&figure.caption, CAPTION_SIZE, width);
    let mut notes = prepared.notes.clone();
    if plans.is_empty() {
        notes.push("This figure has no panel and no data.".to_owned());
    }
    let notes: Vec<String> = notes.iter().flat_map(|note| markup::lines(note, NOTE_SIZE, width)).collect();
    let title_height = title.len() as f64 * (TITLE_SIZE + 5.0) + if title.is_empty() { 0.0 } else { 6.0 };
    let shared_height = if shared.is_empty() { 0.0 } else { legend::height_below(&shared, width) + 10.0 };
    let words =
        |lines: &[String], size: f64| lines.len() as f64 * (size + 4.0) + if lines.is_empty() { 0.0 } else { 8.0 };
    let height =
        title_height + grid.height() + shared_height + words(&caption, CAPTION_SIZE) + words(&notes, NOTE_SIZE);

    let mut document = Document::default();
    open(&mut document, figure, &prepared, (width + 2.0 * PADDING, height + 2.0 * PADDING));
    let mut y = PADDING;
    let bold = TextStyle { is_bold: true, ..TextStyle::new(TITLE_SIZE, Anchor::Start, INK) };
    for line in &title {
        document.text(PADDING, y + TITLE_SIZE, line, bold);
        y += TITLE_SIZE + 5.0;
    }
    y = PADDING + title_height;
    for (index, plan) in plans.iter().enumerate() {
        let (corner, margins) = grid.place(index);
        plan.draw(&mut document, Point { x: PADDING + corner.x, y: y + corner.y }, margins.left);
    }
    y += grid.height();
    if !shared.is_empty() {
        legend::draw_below(&mut document, &shared, Point { x: PADDING, y: y + 4.0 }, width);
        y += shared_height;
    }
    for (lines, size, colour) in [(&caption, CAPTION_SIZE, "#333333"), (&notes, NOTE_SIZE, "#8a4b00")] {
        for (index, line) in lines.iter().enumerate() {
            let baseline = y + 8.0 + size + index as f64 * (size + 4.0);
            document.text(PADDING, baseline, line, TextStyle::new(size, Anchor::Start, colour));
        }
        y += words(lines, size);
    }
    document.finish()
}

fn open(document: &mut Document, figure: &Figure, prepared: &Prepared, (width, height): (f64, f64)) {
    let (width, height) = (width.ceil(), height.ceil());
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

/// Width and height of each frame.
fn frame_size(figure: &Figure, columns: usize) -> (f64, f64) {
    let usual = match (columns, figure.panels.len()) {
        (1, 0..=1) => (520.0, 340.0),
        (1, _) => (520.0, 190.0),
        (2, _) => (340.0, 250.0),
        _ => (270.0, 220.0),
    };
    let (width, height) = figure.panel_size.unwrap_or(usual);
    let side = |asked: f64, usual: f64| if asked.is_finite() { asked.clamp(80.0, 4000.0) } else { usual };
    (side(width, usual.0), side(height, usual.1))
}

/// Where the frames stand: rows and columns with common margins.
struct Grid {
    columns: Vec<Margins>,
    rows: Vec<Margins>,
    size: (f64, f64),
}

impl Grid {
    fn new(plans: &[Plan<'_>], columns: usize, size: (f64, f64)) -> Grid {
        let rows = plans.len().div_ceil(columns.max(1));
        let mut grid = Grid { columns: vec![Margins::default(); columns], rows: vec![Margins::default(); rows], size };
        for (index, plan) in plans.iter().enumerate() {
            let margins = plan.margins();
            let (row, column) = (&mut grid.rows[index / columns], &mut grid.columns[index % columns]);
            (*row, *column) = (row.or(margins), column.or(margins));
        }
        grid
    }

    fn width(&self) -> f64 {
        let frames: f64 = self.columns.iter().map(|column| column.left + self.size.0 + column.right).sum();
        frames + GUTTER * self.columns.len().saturating_sub(1) as f64
    }

    fn height(&self) -> f64 {
        self.rows.iter().map(|row| row.top + self.size.1 + row.bottom).sum()
    }

    /// Upper left corner of the frame of a panel, and the margins it was given.
    fn place(&self, index: usize) -> (Point, Margins) {
        let (row, column) = (index / self.columns.len(), index % self.columns.len());
        let margins = Margins { left: self.columns[column].left, ..self.rows[row] };
        let before = |margins: &Margins| margins.left + self.size.0 + margins.right + GUTTER;
        let above = |margins: &Margins| margins.top + self.size.1 + margins.bottom;
        let x = self.columns[..column].iter().map(before).sum::<f64>() + margins.left;
        let y = self.rows[..row].iter().map(above).sum::<f64>() + margins.top;
        (Point { x, y }, margins)
    }
}
