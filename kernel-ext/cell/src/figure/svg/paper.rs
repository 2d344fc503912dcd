//! Where everything in a figure stands: the one layout of the static and of the interactive picture.

use super::document::{Anchor, Document, TextStyle};
use super::frame::MarkText;
use super::geometry::{Point, Rectangle};
use super::legend::{self, Entry, Place};
use super::panel::{Margins, Plan};
use super::{CAPTION, INK, NOTE};
use crate::figure::markup;
use crate::figure::prepared::Prepared;
use crate::figure::scale::Scale;
use kovacs::figure::Figure;

/// Distance of everything from the edge, in pixels.
pub(in crate::figure) const PADDING: f64 = 16.0;
pub(in crate::figure) const TITLE_SIZE: f64 = 16.0;
pub(in crate::figure) const CAPTION_SIZE: f64 = 12.5;
pub(in crate::figure) const NOTE_SIZE: f64 = 11.0;
/// Distance between panels.
const GUTTER: f64 = 16.0;

/// A figure with everything placed. All lengths are in pixels, from the upper left corner.
pub(in crate::figure) struct Paper<'a> {
    /// Width and height.
    pub(in crate::figure) size: (f64, f64),
    /// Lines of the title.
    pub(in crate::figure) title: Vec<String>,
    /// Lines of the caption.
    pub(in crate::figure) caption: Vec<String>,
    /// Lines of what was left out and why.
    pub(in crate::figure) notes: Vec<String>,
    plans: Vec<Plan<'a>>,
    grid: Grid,
    /// The legend that all panels share, below them.
    shared: Vec<Entry>,
    shared_height: f64,
}

/// A panel as the interactive picture needs it.
pub(in crate::figure) struct PlacedPanel {
    /// The area between the axes.
    pub(in crate::figure) frame: Rectangle,
    /// The interval of each axis, with room for the legend.
    pub(in crate::figure) x: Scale,
    pub(in crate::figure) y: Scale,
    /// Where the letter of the panel begins.
    pub(in crate::figure) letter_left: f64,
    /// How far letter and heading stand above the frame.
    pub(in crate::figure) heading_above: f64,
    /// The heading, line by line.
    pub(in crate::figure) heading_lines: Vec<String>,
    /// How far its first line, and the letter, stand above its last.
    pub(in crate::figure) heading_height: f64,
    pub(in crate::figure) legend: LegendAt,
    /// Texts of marks; places are within the frame.
    pub(in crate::figure) texts: Vec<MarkText>,
}

/// Where the legend of a panel stands.
#[derive(Clone, Copy)]
pub(in crate::figure) enum LegendAt {
    /// As a column, its upper left corner here.
    Column(f64, f64),
    /// In rows below, its upper left corner here.
    Rows(f64, f64),
    /// Elsewhere, or nowhere.
    None,
}

impl<'a> Paper<'a> {
    pub(in crate::figure) fn new(figure: &Figure, prepared: &'a Prepared) -> Paper<'a> {
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
        let shared_height = if shared.is_empty() { 0.0 } else { legend::height_below(&shared, width) + 10.0 };
        let mut paper = Paper { size: (0.0, 0.0), title, caption, notes, plans, grid, shared, shared_height };
        let height = paper.below_panels() - PADDING
            + words_height(&paper.caption, CAPTION_SIZE)
            + words_height(&paper.notes, NOTE_SIZE);
        paper.size = ((width + 2.0 * PADDING).ceil(), (height + 2.0 * PADDING).ceil());
        paper
    }

    fn title_height(&self) -> f64 {
        self.title.len() as f64 * (TITLE_SIZE + 5.0) + if self.title.is_empty() { 0.0 } else { 6.0 }
    }

    /// Where the caption begins.
    pub(in crate::figure) fn below_panels(&self) -> f64 {
        PADDING + self.title_height() + self.grid.height() + self.shared_height
    }

    /// Upper left corner of the legend that all panels share, if they do.
    pub(in crate::figure) fn shared_legend(&self) -> LegendAt {
        match self.shared.is_empty() {
            true => LegendAt::None,
            false => LegendAt::Rows(PADDING, self.below_panels() - self.shared_height + 4.0),
        }
    }

    pub(in crate::figure) fn panels(&self) -> Vec<PlacedPanel> {
        let top = PADDING + self.title_height();
        let placed = |(index, plan): (usize, &Plan<'_>)| {
            let (corner, margins) = self.grid.place(index);
            let (left, top) = (PADDING + corner.x, top + corner.y);
            let frame = Rectangle { left, top, width: plan.frame.width, height: plan.frame.height };
            PlacedPanel {
                frame,
                x: plan.frame.x,
                y: plan.frame.y,
                letter_left: left - margins.left,
                heading_above: plan.heading_above(),
                heading_lines: plan.heading_lines(),
                heading_height: plan.heading_height(),
                legend: match plan.place {
                    Place::Inside(at) => LegendAt::Column(left + at.x, top + at.y),
                    Place::Below if plan.legend_is_column() => LegendAt::Column(left, top + plan.legend_below()),
                    Place::Below => LegendAt::Rows(left, top + plan.legend_below()),
                    Place::Nowhere => LegendAt::None,
                },
                texts: plan.frame.mark_texts(plan.panel),
            }
        };
        self.plans.iter().enumerate().map(placed).collect()
    }

    pub(super) fn draw(&self, document: &mut Document) {
        let mut y = PADDING;
        let bold = TextStyle { is_bold: true, ..TextStyle::new(TITLE_SIZE, Anchor::Start, INK) };
        for line in &self.title {
            document.text(PADDING, y + TITLE_SIZE, line, bold);
            y += TITLE_SIZE + 5.0;
        }
        y = PADDING + self.title_height();
        for (index, plan) in self.plans.iter().enumerate() {
            let (corner, margins) = self.grid.place(index);
            plan.draw(document, Point { x: PADDING + corner.x, y: y + corner.y }, margins.left);
        }
        if let LegendAt::Rows(x, y) = self.shared_legend() {
            legend::draw_below(document, &self.shared, Point { x, y }, self.size.0 - 2.0 * PADDING);
        }
        y = self.below_panels();
        for (lines, size, colour) in [(&self.caption, CAPTION_SIZE, CAPTION), (&self.notes, NOTE_SIZE, NOTE)] {
            for (index, line) in lines.iter().enumerate() {
                let baseline = y + 8.0 + size + index as f64 * (size + 4.0);
                document.text(PADDING, baseline, line, TextStyle::new(size, Anchor::Start, colour));
            }
            y += words_height(lines, size);
        }
    }
}

fn words_height(lines: &[String], size: f64) -> f64 {
    lines.len() as f64 * (size + 4.0) + if lines.is_empty() { 0.0 } else { 8.0 }
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
