//! Lines, bands, bars and markers of series.

use super::document::{Document, Value, number};
use super::frame::Frame;
use super::geometry::{Point, Rectangle, distinct, thinned};
use crate::figure::prepared::{PreparedSeries, Row};
use kovacs::figure::{Colour, Dash, Marker, Style};

/// How strongly a marker is drawn: one among few stands alone, thousands make a cloud.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::figure) enum Look {
    /// Open, to be seen by itself.
    Alone,
    /// Small and full.
    Among,
    /// Very small and half transparent.
    InCloud,
}

impl Look {
    /// How each of `count` markers is drawn.
    pub(in crate::figure) fn among(count: usize) -> Look {
        match count {
            0..=60 => Look::Alone,
            61..=240 => Look::Among,
            _ => Look::InCloud,
        }
    }

    /// Opacity of its fill.
    pub(in crate::figure) fn opacity(self) -> f64 {
        match self {
            Look::Alone => 1.0,
            Look::Among => 0.6,
            Look::InCloud => 0.55,
        }
    }

    /// Half its width, in pixels.
    pub(in crate::figure) fn radius(self) -> f64 {
        match self {
            Look::Alone => 3.4,
            Look::Among => 2.6,
            Look::InCloud => 2.0,
        }
    }
}

/// Draws a series into the frame.
pub(super) fn series(document: &mut Document, frame: &Frame, series: &PreparedSeries) {
    let points = frame.points(series);
    if series.draw.has_line() {
        bands(document, frame, series);
        line(document, frame, &points, series);
    } else {
        bars(document, frame, series);
    }
    if series.draw.has_points() {
        let inside = frame.rectangle().grown(5.0);
        let visible = distinct(points.into_iter().filter(|point| inside.contains(*point)));
        markers(document, &visible, series.style.marker, series.colour, Look::among(series.values().count()));
    }
}

fn line(document: &mut Document, frame: &Frame, points: &[Point], series: &PreparedSeries) {
    let path = line_path(&thinned(points), frame.rectangle().grown(frame.height));
    if path.is_empty() {
        return;
    }
    document.element(
        "path",
        &[
            ("d", Value::Text(&path)),
            ("fill", Value::Text("none")),
            ("stroke", Value::Text(&series.colour.hex())),
            ("stroke-width", Value::Number(series.style.width)),
            ("stroke-dasharray", Value::Text(&dashes(series.style))),
            ("stroke-linejoin", Value::Text("round")),
            ("stroke-linecap", Value::Text(if series.style.dash == Dash::Solid { "round" } else { "butt" })),
        ],
    );
}

/// A path through the points, interrupted where one has no place, cut at the edge of `paper`. A point between two
/// interruptions is a dot.
fn line_path(points: &[Point], paper: Rectangle) -> String {
    let mut path = String::new();
    let mut pen: Option<Point> = None;
    let mut go = |from: Point, to: Point| {
        if pen != Some(from) {
            path.push_str(&format!("M{} {}", number(from.x), number(from.y)));
        }
        path.push_str(&format!("L{} {}", number(to.x), number(to.y)));
        pen = Some(to);
    };
    let is_placed = |point: Option<&Point>| point.is_some_and(|point| point.x.is_finite() && point.y.is_finite());
    for (index, point) in points.iter().enumerate() {
        let next = points.get(index + 1);
        match next {
            Some(next) if is_placed(Some(next)) => {
                if let Some((from, to)) = paper.cut(*point, *next) {
                    go(from, to);
                }
            }
            _ => {
                let before = index.checked_sub(1).and_then(|before| points.get(before));
                if is_placed(Some(point)) && !is_placed(before) && paper.contains(*point) {
                    go(*point, *point);
                }
            }
        }
    }
    path
}

fn bands(document: &mut Document, frame: &Frame, series: &PreparedSeries) {
    let paper = frame.rectangle().grown(frame.height);
    let both = |one: &Row, other: &Row| one.interval.is_some() == other.interval.is_some();
    for run in series.rows.chunk_by(both) {
        let end = |pick: fn((f64, f64)) -> f64| -> Vec<Point> {
            let ends = run.iter().filter_map(|row| row.interval.map(|ends| frame.point(row.x, pick(ends))));
            thinned(&ends.filter(|point| point.x.is_finite() && point.y.is_finite()).collect::<Vec<_>>())
        };
        let (lower, upper) = (end(|ends| ends.0), end(|ends| ends.1));
        let mut path = String::new();
        for point in upper.iter().chain(lower.iter().rev()) {
            let x = point.x.clamp(paper.left, paper.right());
            let y = point.y.clamp(paper.top, paper.bottom());
            path.push_str(if path.is_empty() { "M" } else { "L" });
            path.push_str(&format!("{} {}", number(x), number(y)));
        }
        if path.is_empty() {
            continue;
        }
        path.push('Z');
        document.element(
            "path",
            &[
                ("d", Value::Text(&path)),
                ("fill", Value::Text(&series.colour.hex())),
                ("fill-opacity", Value::Number(0.18)),
            ],
        );
    }
}

fn bars(document: &mut Document, frame: &Frame, series: &PreparedSeries) {
    let paper = frame.rectangle().grown(frame.height);
    let mut path = String::new();
    for row in series.values() {
        let Some((lower, upper)) = row.interval else { continue };
        let Some((from, to)) = paper.cut(frame.point(row.x, lower), frame.point(row.x, upper)) else { continue };
        for end in [from, to] {
            path.push_str(&format!("M{} {}h6", number(end.x - 3.0), number(end.y)));
        }
        path.push_str(&format!("M{} {}V{}", number(from.x), number(from.y), number(to.y)));
    }
    if !path.is_empty() {
        document.element(
            "path",
            &[
                ("d", Value::Text(&path)),
                ("fill", Value::Text("none")),
                ("stroke", Value::Text(&series.colour.hex())),
                ("stroke-width", Value::Number(1.0)),
            ],
        );
    }
}

/// Draws markers as one path.
pub(super) fn markers(document: &mut Document, points: &[Point], marker: Marker, colour: Colour, look: Look) {
    if points.is_empty() {
        return;
    }
    let (radius, colour) = (look.radius(), colour.hex());
    if marker == Marker::Circle && !matches!(look, Look::Alone) {
        return dots(document, points, radius, &colour, look);
    }
    let path: String = points.iter().map(|point| marker_path(*point, marker, radius)).collect();
    let (fill, width) = match look {
        Look::Alone => ("#ffffff", 1.4),
        Look::Among | Look::InCloud => (colour.as_str(), 0.0),
    };
    document.element(
        "path",
        &[
            ("d", Value::Text(&path)),
            ("fill", Value::Text(fill)),
            ("fill-opacity", Value::Number(look.opacity())),
            ("stroke", Value::Text(&colour)),
            ("stroke-width", Value::Number(width)),
        ],
    );
}

/// Circles as the round ends of strokes without length: a quarter of the text, which counts in a cloud of thousands.
fn dots(document: &mut Document, points: &[Point], radius: f64, colour: &str, look: Look) {
    let path: String = points.iter().map(|point| format!("M{} {}h.01", number(point.x), number(point.y))).collect();
    document.element(
        "path",
        &[
            ("d", Value::Text(&path)),
            ("fill", Value::Text("none")),
            ("stroke", Value::Text(colour)),
            ("stroke-opacity", Value::Number(look.opacity())),
            ("stroke-width", Value::Number(2.0 * radius)),
            ("stroke-linecap", Value::Text("round")),
        ],
    );
}

fn marker_path(at: Point, marker: Marker, radius: f64) -> String {
    let (x, y, r) = (at.x, at.y, radius);
    let from = |x: f64, y: f64| format!("M{} {}", number(x), number(y));
    match marker {
        Marker::Circle => {
            let (r, d) = (number(r), number(2.0 * r));
            format!("{}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z", from(x - radius, y))
        }
        Marker::Square => {
            let (s, d) = (r * 0.9, number(r * 1.8));
            format!("{}h{d}v{d}h-{d}z", from(x - s, y - s))
        }
        Marker::Triangle => {
            let (half, height) = (r * 1.1, number(r * 1.9));
            format!("{}l{} {height}h-{}z", from(x, y - r * 1.2), number(half), number(2.0 * half))
        }
        Marker::Diamond => {
            let d = number(r * 1.25);
            format!("{}l{d} {d}l-{d} {d}l-{d} -{d}z", from(x, y - r * 1.25))
        }
    }
}

/// Dash pattern of a line, in units of its width.
pub(in crate::figure) fn dashes(style: Style) -> String {
    let pattern: &[f64] = match style.dash {
        Dash::Solid => return "none".to_owned(),
        Dash::Dashed => &[4.0, 2.5],
        Dash::Dotted => &[1.2, 2.0],
        Dash::DashDotted => &[5.0, 2.0, 1.2, 2.0],
    };
    // A thin line needs dashes of a visible length too.
    let unit = style.width.max(1.4);
    pattern.iter().map(|part| number(part * unit)).collect::<Vec<_>>().join(" ")
}
