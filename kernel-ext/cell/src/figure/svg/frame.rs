//! The area between the axes of one panel, and what stands on paper in it.

use super::document::Anchor;
use super::geometry::{Point, Rectangle, thinned};
use crate::figure::markup;
use crate::figure::prepared::{PreparedPanel, PreparedSeries, Row};
use crate::figure::scale::Scale;
use kovacs::figure::Mark;

/// Size of the texts of marks, in pixels.
pub(in crate::figure) const MARK_SIZE: f64 = 12.0;

/// The area between the axes; its origin is its upper left corner.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

/// A text of a mark, placed.
pub(in crate::figure) struct MarkText {
    /// Number of the mark in the panel.
    pub(in crate::figure) mark: usize,
    pub(in crate::figure) at: Point,
    pub(in crate::figure) anchor: Anchor,
    pub(in crate::figure) text: String,
    /// What it covers, about.
    pub(super) covers: Rectangle,
}

impl Frame {
    pub(super) fn rectangle(&self) -> Rectangle {
        Rectangle { left: 0.0, top: 0.0, width: self.width, height: self.height }
    }

    /// Where a value lies; NaN where it has no place, which interrupts a line.
    pub(super) fn point(&self, x: f64, y: f64) -> Point {
        Point { x: self.across(x).unwrap_or(f64::NAN), y: self.down(y).unwrap_or(f64::NAN) }
    }

    pub(super) fn across(&self, x: f64) -> Option<f64> {
        self.x.fraction(x).map(|fraction| fraction * self.width)
    }

    pub(super) fn down(&self, y: f64) -> Option<f64> {
        self.y.fraction(y).map(|fraction| (1.0 - fraction) * self.height)
    }

    /// The values of a series on paper, interruptions included.
    pub(super) fn points(&self, series: &PreparedSeries) -> Vec<Point> {
        series.rows.iter().map(|row: &Row| self.point(row.x, row.y)).collect()
    }

    /// Left and right edge of a span, cut to the frame; `None` if none of it is inside.
    pub(super) fn span(&self, from: f64, to: f64) -> Option<(f64, f64)> {
        // Ends without a place, such as zero on a logarithmic axis, reach the edge.
        let edge = |end: f64| match self.across(end) {
            Some(across) => across.clamp(0.0, self.width),
            None if end > 0.0 => self.width,
            None => 0.0,
        };
        let (one, other) = (edge(from), edge(to));
        (one != other).then(|| (one.min(other), one.max(other)))
    }

    /// Places the texts of the marks of a panel: inside the frame, beside what is plotted, and not on top of each
    /// other, as far as there is room.
    pub(super) fn mark_texts(&self, panel: &PreparedPanel) -> Vec<MarkText> {
        let plotted = Plotted::new(self, panel);
        let mut placed: Vec<MarkText> = Vec::new();
        for (number, mark) in panel.marks.iter().enumerate() {
            let mut wishes: Vec<MarkText> = self.wishes(number, mark);
            let is_free = |wish: &MarkText| placed.iter().all(|other| !other.covers.overlaps(wish.covers));
            let best = wishes.iter().position(|wish| is_free(wish) && !plotted.meets(wish.covers));
            let best = best.or_else(|| wishes.iter().position(is_free)).unwrap_or(0);
            if best < wishes.len() {
                placed.push(wishes.swap_remove(best));
            }
        }
        placed
    }

    /// Where the text of a mark may stand, best first.
    fn wishes(&self, number: usize, mark: &Mark) -> Vec<MarkText> {
        let (top, bottom) = (MARK_SIZE + 4.0, self.height - 8.0);
        let text = match mark {
            Mark::Text { text, .. } | Mark::Vertical { text, .. } => text,
            Mark::Horizontal { text, .. } | Mark::Span { text, .. } => text,
            _ => return Vec::new(),
        };
        let lines = || (0..4).map(|line| f64::from(line) * (MARK_SIZE + 4.0));
        let heights = lines().map(|line| top + line).chain(lines().map(|line| bottom - line));
        let places: Vec<(f64, f64, Anchor)> = match (mark, text.is_empty()) {
            (_, true) => Vec::new(),
            (Mark::Text { x, y, .. }, _) => {
                let at = self.point(*x, *y);
                vec![(at.x, at.y, Anchor::Start)]
            }
            (Mark::Vertical { x, .. }, _) => {
                let x = self.across(*x).unwrap_or(f64::NAN);
                heights.flat_map(|y| [(x + 5.0, y, Anchor::Start), (x - 5.0, y, Anchor::End)]).collect()
            }
            (Mark::Horizontal { y, .. }, _) => {
                let y = self.down(*y).unwrap_or(f64::NAN);
                let below = y + MARK_SIZE + 3.0;
                let sides = [(self.width - 6.0, Anchor::End), (6.0, Anchor::Start)];
                sides.into_iter().flat_map(|(x, anchor)| [(x, y - 5.0, anchor), (x, below, anchor)]).collect()
            }
            (Mark::Span { from, to, .. }, _) => match self.span(*from, *to) {
                Some((left, right)) => heights.map(|y| ((left + right) / 2.0, y, Anchor::Middle)).collect(),
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        let placed = places.into_iter().filter(|(x, y, _)| self.rectangle().contains(Point { x: *x, y: *y }));
        let placed: Vec<MarkText> = placed.map(|(x, y, anchor)| self.placed(number, (x, y), anchor, text)).collect();
        // A text that would leave the frame on one side of its mark has its place on the other.
        let is_inside = |text: &MarkText| text.covers.left >= 0.0 && text.covers.right() <= self.width;
        let (inside, outside): (Vec<MarkText>, Vec<MarkText>) = placed.into_iter().partition(is_inside);
        inside.into_iter().chain(outside).collect()
    }

    fn placed(&self, mark: usize, (x, y): (f64, f64), anchor: Anchor, text: &str) -> MarkText {
        let width = markup::width(text, MARK_SIZE);
        let y = y.clamp(MARK_SIZE, (self.height - 4.0).max(MARK_SIZE));
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        let covers = Rectangle { left, top: y - MARK_SIZE * 0.9, width, height: MARK_SIZE * 1.2 };
        MarkText { mark, at: Point { x, y }, anchor, text: text.to_owned(), covers }
    }
}

/// What is plotted in a panel, as far as texts and legends keep clear of it.
pub(super) struct Plotted {
    lines: Vec<Vec<Point>>,
    points: Vec<Point>,
}

impl Plotted {
    pub(super) fn new(frame: &Frame, panel: &PreparedPanel) -> Self {
        let mut plotted = Plotted { lines: Vec::new(), points: Vec::new() };
        for series in &panel.series {
            let points = thinned(&frame.points(series));
            plotted.points.extend(points.iter().filter(|_| series.draw.has_points()));
            if series.draw.has_line() {
                plotted.lines.push(points);
            }
            let intervals = series.values().filter_map(|row| row.interval.map(|interval| (row.x, interval)));
            let bars = intervals.map(|(x, (lower, upper))| vec![frame.point(x, lower), frame.point(x, upper)]);
            plotted.lines.extend(bars);
        }
        plotted
    }

    /// Whether any of it lies in a rectangle.
    pub(super) fn meets(&self, rectangle: Rectangle) -> bool {
        let crosses = |pair: &[Point]| matches!(pair, [from, to] if rectangle.cut(*from, *to).is_some());
        self.points.iter().any(|point| rectangle.contains(*point))
            || self.lines.iter().any(|line| line.windows(2).any(crosses))
    }
}
