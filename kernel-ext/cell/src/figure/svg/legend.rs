//! The legend of a panel: one line for each series, where it covers nothing.
//!
//! A corner without data is looked for first; if there is none and the vertical axis may be changed, room is made
//! above the data; otherwise the legend stands below the panel.

use super::document::{Anchor, Document, TextStyle, Value};
use super::frame::{Frame, Plotted};
use super::geometry::{Point, Rectangle};
use super::shapes::{self, Look};
use crate::figure::markup;
use crate::figure::prepared::PreparedPanel;
use kovacs::figure::{Colour, Marker, Style};

const SIZE: f64 = 12.0;
const LINE: f64 = 17.0;
/// Length of the sample of a line.
const SAMPLE: f64 = 26.0;
const GAP: f64 = 7.0;
/// Distance from the frame.
const INSET: f64 = 10.0;
/// The largest part of the height that is given up to make room.
const ROOM: f64 = 0.34;

/// One line of a legend.
#[derive(Clone, PartialEq)]
pub(super) struct Entry {
    text: String,
    colour: Colour,
    line: Option<Style>,
    marker: Option<(Marker, Look)>,
}

/// Where a legend stands.
pub(super) enum Place {
    /// In the frame, its upper left corner here.
    Inside(Point),
    /// Below the axes.
    Below,
    /// There is nothing to tell.
    Nowhere,
}

/// The lines of a panel's legend. What has the same words and the same colour shares one: line and points of a series
/// drawn separately, and the curves of a model that all look alike.
pub(super) fn entries(panel: &PreparedPanel) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for series in &panel.series {
        let line = series.draw.has_line().then_some(series.style);
        let look = Look::among(series.values().count());
        let marker = series.draw.has_points().then_some((series.style.marker, look));
        let same = |entry: &&mut Entry| {
            entry.text == series.legend
                && entry.colour == series.colour
                && (entry.line.is_none() || line.is_none() || entry.line == line)
                && (entry.marker.is_none() || marker.is_none() || entry.marker == marker)
        };
        match entries.iter_mut().find(same) {
            Some(entry) => (entry.line, entry.marker) = (entry.line.or(line), entry.marker.or(marker)),
            None => entries.push(Entry { text: series.legend.clone(), colour: series.colour, line, marker }),
        }
    }
    entries
}

/// Finds a place for a legend, and the frame that gives it room.
pub(super) fn place(panel: &PreparedPanel, entries: &[Entry], frame: Frame) -> (Place, Frame) {
    if entries.is_empty() {
        return (Place::Nowhere, frame);
    }
    let size = (width(entries), entries.len() as f64 * LINE);
    if size.0 + 2.0 * INSET > frame.width || size.1 + 2.0 * INSET > frame.height {
        return (Place::Below, frame);
    }
    if let Some(corner) = free_corner(panel, size, &frame) {
        return (Place::Inside(corner), frame);
    }
    let share = (size.1 + 2.0 * INSET) / frame.height;
    if panel.y.is_fitted && share <= ROOM {
        let wider = Frame { y: frame.y.with_room_above(share), ..frame };
        if let Some(corner) = free_corner(panel, size, &wider) {
            return (Place::Inside(corner), wider);
        }
    }
    (Place::Below, frame)
}

fn width(entries: &[Entry]) -> f64 {
    entries.iter().map(entry_width).fold(0.0, f64::max)
}

fn entry_width(entry: &Entry) -> f64 {
    SAMPLE + GAP + markup::width(&entry.text, SIZE)
}

fn free_corner(panel: &PreparedPanel, (width, height): (f64, f64), frame: &Frame) -> Option<Point> {
    let texts = frame.mark_texts(panel);
    let plotted = Plotted::new(frame, panel);
    let right = frame.width - INSET - width;
    let (middle, centre) = ((frame.width - width) / 2.0, (frame.height - height) / 2.0);
    let bottom = frame.height - INSET - height;
    let corners = [
        (right, INSET),
        (INSET, INSET),
        (right, bottom),
        (INSET, bottom),
        (middle, INSET),
        (middle, bottom),
        (right, centre),
        (INSET, centre),
    ];
    corners.into_iter().map(|(x, y)| Point { x, y }).find(|corner| {
        let covers = Rectangle { left: corner.x, top: corner.y, width, height }.grown(6.0);
        texts.iter().all(|text| !text.covers.overlaps(covers)) && !plotted.meets(covers)
    })
}

/// Draws a legend as a column, its upper left corner at a point.
pub(super) fn draw(document: &mut Document, entries: &[Entry], corner: Point) {
    for (index, entry) in entries.iter().enumerate() {
        draw_entry(document, entry, Point { x: corner.x, y: corner.y + index as f64 * LINE });
    }
}

/// Draws a legend in as many columns as fit into `width`.
pub(super) fn draw_below(document: &mut Document, entries: &[Entry], corner: Point, width: f64) {
    let (columns, step) = columns(entries, width);
    for (index, entry) in entries.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        draw_entry(document, entry, Point { x: corner.x + column as f64 * step, y: corner.y + row as f64 * LINE });
    }
}

/// Height of a legend drawn by [`draw_below`].
pub(super) fn height_below(entries: &[Entry], width: f64) -> f64 {
    entries.len().div_ceil(columns(entries, width).0) as f64 * LINE
}

/// Number of columns of a legend below the axes, and their width.
pub(super) fn columns(entries: &[Entry], available: f64) -> (usize, f64) {
    let step = width(entries) + 3.0 * GAP;
    let fitting = ((available + 3.0 * GAP) / step) as usize;
    (fitting.clamp(1, entries.len().max(1)), step)
}

fn draw_entry(document: &mut Document, entry: &Entry, corner: Point) {
    let middle = corner.y + LINE / 2.0;
    let colour = entry.colour.hex();
    if let Some(style) = entry.line {
        document.element(
            "line",
            &[
                ("x1", Value::Number(corner.x)),
                ("y1", Value::Number(middle)),
                ("x2", Value::Number(corner.x + SAMPLE)),
                ("y2", Value::Number(middle)),
                ("stroke", Value::Text(&colour)),
                ("stroke-width", Value::Number(style.width)),
                ("stroke-dasharray", Value::Text(&shapes::dashes(style))),
            ],
        );
    }
    if let Some((marker, look)) = entry.marker {
        let at = Point { x: corner.x + SAMPLE / 2.0, y: middle };
        // A single point of a cloud would hardly be seen.
        let look = if look == Look::InCloud { Look::Among } else { look };
        shapes::markers(document, &[at], marker, entry.colour, look);
    }
    let text = TextStyle::new(SIZE, Anchor::Start, super::INK);
    document.text(corner.x + SAMPLE + GAP, middle + SIZE * 0.35, &entry.text, text);
}
