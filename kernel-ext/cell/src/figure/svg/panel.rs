//! One panel: its frame with ticks, what is plotted, marks, titles and legend.

use super::document::{Anchor, Document, TextStyle, Value};
use super::frame::{Frame, MARK_SIZE};
use super::geometry::Point;
use super::legend::{self, Entry, Place};
use super::{GREY, INK, SHADE, shapes};
use crate::figure::markup;
use crate::figure::prepared::PreparedPanel;
use crate::figure::scale::{Scale, Ticks};
use kovacs::figure::Mark;

const TICK_SIZE: f64 = 12.0;
const TITLE_SIZE: f64 = 14.0;
const HEADING_SIZE: f64 = 13.0;
/// From one line of a heading to the next.
const HEADING_LINE: f64 = 16.0;
const LETTER_SIZE: f64 = 16.0;

/// A panel with everything decided but its place.
pub(super) struct Plan<'a> {
    pub(super) panel: &'a PreparedPanel,
    pub(super) frame: Frame,
    x_ticks: Ticks,
    y_ticks: Ticks,
    legend: Vec<Entry>,
    pub(super) place: Place,
}

/// Space that a panel takes around its frame.
#[derive(Clone, Copy, Default)]
pub(super) struct Margins {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Margins {
    /// The larger of both on every side.
    pub(super) fn or(self, other: Margins) -> Margins {
        Margins {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

impl<'a> Plan<'a> {
    /// Decides on ticks and legend. A panel whose `legend` stands elsewhere in the figure is given none.
    pub(super) fn new(panel: &'a PreparedPanel, (width, height): (f64, f64), legend: Vec<Entry>) -> Self {
        let frame = Frame { width, height, x: panel.x.scale, y: panel.y.scale };
        let (place, frame) = legend::place(panel, &legend, frame);
        // Powers of ten are narrower than other labels.
        let room = |length: f64, scale: Scale, power: f64, number: f64| {
            (length / if scale.is_logarithmic() { power } else { number }) as usize
        };
        let x_ticks = frame.x.ticks(room(width, frame.x, 45.0, 75.0));
        let y_ticks = frame.y.ticks(room(height, frame.y, 28.0, 45.0));
        Plan { panel, frame, x_ticks, y_ticks, legend, place }
    }

    /// Space needed around the frame.
    pub(super) fn margins(&self) -> Margins {
        let has_heading = !self.panel.caption().is_empty();
        let exponents = self.y_ticks.exponent.is_some();
        let mut bottom = 6.0;
        if self.panel.x.is_labelled {
            bottom += TICK_SIZE + 8.0;
            if !self.panel.x.title.is_empty() {
                bottom += TITLE_SIZE + 8.0;
            }
        }
        if matches!(self.place, Place::Below) {
            bottom += legend::height_below(&self.legend, self.frame.width) + 8.0;
        }
        Margins {
            left: self.y_label_width() + 10.0 + if self.panel.y.title.is_empty() { 0.0 } else { TITLE_SIZE + 8.0 },
            top: if has_heading { LETTER_SIZE + 10.0 + self.heading_height() } else { 4.0 }
                + if exponents { TICK_SIZE } else { 0.0 },
            right: 14.0,
            bottom,
        }
    }

    /// Top of a legend below the axes, from the top of the frame.
    pub(super) fn legend_below(&self) -> f64 {
        let height = legend::height_below(&self.legend, self.frame.width);
        self.frame.height + self.margins().bottom - height - 2.0
    }

    /// Whether a legend below the axes has one entry in each row.
    pub(super) fn legend_is_column(&self) -> bool {
        legend::columns(&self.legend, self.frame.width).0 == 1
    }

    /// How far the baseline of letter and heading is above the frame.
    pub(super) fn heading_above(&self) -> f64 {
        8.0 + if self.y_ticks.exponent.is_some() { TICK_SIZE } else { 0.0 }
    }

    /// The heading in lines that are no wider than the panel.
    pub(super) fn heading_lines(&self) -> Vec<String> {
        markup::lines(&self.panel.heading, HEADING_SIZE, self.frame.width)
    }

    /// How far the first line of the heading is above the last.
    pub(super) fn heading_height(&self) -> f64 {
        self.heading_lines().len().saturating_sub(1) as f64 * HEADING_LINE
    }

    fn y_label_width(&self) -> f64 {
        self.y_ticks.major.iter().map(|(_, label)| markup::width(label, TICK_SIZE)).fold(0.0, f64::max)
    }

    /// Draws the panel with the upper left corner of its frame at a point. `left` is the margin it was given.
    pub(super) fn draw(&self, document: &mut Document, corner: Point, left: f64) {
        let place = format!("translate({} {})", super::document::number(corner.x), super::document::number(corner.y));
        document.open("g", &[("transform", Value::Text(&place))]);
        self.spans(document);
        // An inner drawing cuts what it holds at its edge, without an identifier that could meet another on a page.
        document.open(
            "svg",
            &[
                ("width", Value::Number(self.frame.width)),
                ("height", Value::Number(self.frame.height)),
                ("overflow", Value::Text("hidden")),
            ],
        );
        for series in &self.panel.series {
            shapes::series(document, &self.frame, series);
        }
        document.close();
        self.axes(document);
        self.marks(document);
        self.titles(document, left);
        match self.place {
            Place::Inside(at) => legend::draw(document, &self.legend, at),
            Place::Below => {
                let top = Point { x: 0.0, y: self.legend_below() };
                legend::draw_below(document, &self.legend, top, self.frame.width);
            }
            Place::Nowhere => {}
        }
        document.close();
    }

    fn spans(&self, document: &mut Document) {
        for mark in &self.panel.marks {
            if let Mark::Span { from, to, .. } = mark
                && let Some((left, right)) = self.frame.span(*from, *to)
            {
                document.element(
                    "rect",
                    &[
                        ("x", Value::Number(left)),
                        ("y", Value::Number(0.0)),
                        ("width", Value::Number(right - left)),
                        ("height", Value::Number(self.frame.height)),
                        ("fill", Value::Text(SHADE)),
                    ],
                );
            }
        }
    }

    fn axes(&self, document: &mut Document) {
        let (width, height) = (self.frame.width, self.frame.height);
        document.element(
            "rect",
            &[
                ("x", Value::Number(0.0)),
                ("y", Value::Number(0.0)),
                ("width", Value::Number(width)),
                ("height", Value::Number(height)),
                ("fill", Value::Text("none")),
                ("stroke", Value::Text(INK)),
                ("stroke-width", Value::Number(1.1)),
            ],
        );
        document.element(
            "path",
            &[
                ("d", Value::Text(&self.tick_path())),
                ("fill", Value::Text("none")),
                ("stroke", Value::Text(INK)),
                ("stroke-width", Value::Number(1.0)),
            ],
        );
        let text = |anchor| TextStyle::new(TICK_SIZE, anchor, INK);
        if self.panel.x.is_labelled {
            for (position, label) in &self.x_ticks.major {
                document.text(position * width, height + TICK_SIZE + 6.0, label, text(Anchor::Middle));
            }
            if let Some(exponent) = self.x_ticks.exponent {
                let factor = format!("×10^{{{exponent}}}").replace('-', "−");
                document.text(width + 2.0, height + 2.0 * TICK_SIZE + 12.0, &factor, text(Anchor::End));
            }
        }
        for (position, label) in &self.y_ticks.major {
            document.text(-7.0, (1.0 - position) * height + TICK_SIZE * 0.35, label, text(Anchor::End));
        }
        if let Some(exponent) = self.y_ticks.exponent {
            let factor = format!("×10^{{{exponent}}}").replace('-', "−");
            document.text(0.0, -5.0, &factor, text(Anchor::Start));
        }
    }

    /// Ticks point inwards, on all four sides.
    fn tick_path(&self) -> String {
        let number = super::document::number;
        let (width, height) = (self.frame.width, self.frame.height);
        let marked = |ticks: &Ticks| -> Vec<(f64, f64)> {
            let major = ticks.major.iter().map(|(position, _)| (*position, 6.0));
            major.chain(ticks.minor.iter().map(|position| (*position, 3.5))).collect()
        };
        let mut path = String::new();
        for (position, length) in marked(&self.x_ticks) {
            let x = number(position * width);
            path.push_str(&format!("M{x} {}v-{length}M{x} 0v{length}", number(height)));
        }
        for (position, length) in marked(&self.y_ticks) {
            let y = number((1.0 - position) * height);
            path.push_str(&format!("M0 {y}h{length}M{} {y}h-{length}", number(width)));
        }
        path
    }

    fn marks(&self, document: &mut Document) {
        let (width, height) = (self.frame.width, self.frame.height);
        for mark in &self.panel.marks {
            let ends = match mark {
                Mark::Vertical { x, .. } => self.frame.across(*x).map(|x| [(x, 0.0), (x, height)]),
                Mark::Horizontal { y, .. } => self.frame.down(*y).map(|y| [(0.0, y), (width, y)]),
                _ => None,
            };
            let Some([from, to]) = ends.map(|ends| ends.map(|(x, y)| Point { x, y })) else { continue };
            let Some((from, to)) = self.frame.rectangle().cut(from, to) else { continue };
            document.element(
                "line",
                &[
                    ("x1", Value::Number(from.x)),
                    ("y1", Value::Number(from.y)),
                    ("x2", Value::Number(to.x)),
                    ("y2", Value::Number(to.y)),
                    ("stroke", Value::Text(GREY)),
                    ("stroke-width", Value::Number(1.0)),
                    ("stroke-dasharray", Value::Text("4 3")),
                ],
            );
        }
        for text in self.frame.mark_texts(self.panel) {
            let style = TextStyle { has_rim: true, ..TextStyle::new(MARK_SIZE, text.anchor, INK) };
            document.text(text.at.x, text.at.y, &text.text, style);
        }
        if self.panel.is_empty() {
            document.text(width / 2.0, height / 2.0, "no data", TextStyle::new(TITLE_SIZE, Anchor::Middle, GREY));
        }
    }

    fn titles(&self, document: &mut Document, left: f64) {
        let (width, height) = (self.frame.width, self.frame.height);
        let title = TextStyle::new(TITLE_SIZE, Anchor::Middle, INK);
        if self.panel.x.is_labelled && !self.panel.x.title.is_empty() {
            document.text(width / 2.0, height + TICK_SIZE + TITLE_SIZE + 14.0, &self.panel.x.title, title);
        }
        if !self.panel.y.title.is_empty() {
            let upright = TextStyle { is_upright: true, ..title };
            let x = -(self.y_label_width() + 10.0 + 6.0);
            document.text(x, height / 2.0, &self.panel.y.title, upright);
        }
        let mut y = -self.heading_above() - self.heading_height();
        if let Some(letter) = &self.panel.letter {
            let style = TextStyle { is_bold: true, ..TextStyle::new(LETTER_SIZE, Anchor::Start, INK) };
            document.text(-left, y, letter, style);
        }
        for line in self.heading_lines() {
            document.text(0.0, y, &line, TextStyle::new(HEADING_SIZE, Anchor::Start, INK));
            y += HEADING_LINE;
        }
    }
}
