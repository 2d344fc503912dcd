//! A figure made ready to be drawn: units converted, axes fitted, colours given, impossible values left out.
//!
//! Both renderings start from here, so that they cannot show different numbers. Nothing is left out in silence: each
//! omission becomes a note, which is printed under the figure.

use super::notes::Notes;
use super::scale::Scale;
use kovacs::figure::{Axis, Colour, Draw, Figure, Mark, Panel, Series, Style};
use kovacs_core::units::{Unit, convert, parse_unit};

/// A figure ready to be drawn.
pub(super) struct Prepared {
    pub(super) panels: Vec<PreparedPanel>,
    pub(super) columns: usize,
    /// What was left out and why; whole sentences.
    pub(super) notes: Vec<String>,
}

/// A panel ready to be drawn.
pub(super) struct PreparedPanel {
    /// `a`, `b`, ... where there is one.
    pub(super) letter: Option<String>,
    pub(super) heading: String,
    pub(super) x: PreparedAxis,
    pub(super) y: PreparedAxis,
    pub(super) series: Vec<PreparedSeries>,
    pub(super) marks: Vec<Mark>,
}

/// An axis ready to be drawn.
pub(super) struct PreparedAxis {
    /// Name and unit: `Time (s)`.
    pub(super) title: String,
    /// Unit as printed; empty where there is none.
    pub(super) unit: String,
    pub(super) scale: Scale,
    /// Whether the interval follows from what is plotted.
    pub(super) is_fitted: bool,
    /// Whether labels and title are printed; not if the panel below has the same axis.
    pub(super) is_labelled: bool,
}

/// A series ready to be drawn, in the units of the axes.
pub(super) struct PreparedSeries {
    pub(super) legend: String,
    pub(super) colour: Colour,
    pub(super) draw: Draw,
    pub(super) style: Style,
    pub(super) rows: Vec<Row>,
}

/// One value of a series. `x` and `y` are NaN where a line is interrupted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Lower and upper end, where the uncertainty is known.
    pub(super) interval: Option<(f64, f64)>,
}

impl Row {
    const GAP: Row = Row { x: f64::NAN, y: f64::NAN, interval: None };

    /// Whether there is a value.
    pub(super) fn is_value(&self) -> bool {
        self.x.is_finite()
    }
}

impl PreparedSeries {
    /// The values, without the interruptions.
    pub(super) fn values(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.is_value())
    }
}

/// Makes a figure ready to be drawn.
pub(super) fn prepare(figure: &Figure) -> Prepared {
    let columns = columns(figure);
    let mut notes = Notes::default();
    let colours = colours(figure);
    let mut panels: Vec<PreparedPanel> = (figure.panels.iter().enumerate())
        .map(|(index, panel)| prepare_panel(panel, letter_of(figure, index), &colours, &mut notes))
        .collect();
    if figure.shares_x {
        share_x(&mut panels, columns);
    }
    Prepared { panels, columns, notes: notes.into_sentences() }
}

fn columns(figure: &Figure) -> usize {
    let count = figure.panels.len().max(1);
    let usual = match count {
        _ if figure.shares_x => 1,
        1..=3 => count,
        4 => 2,
        _ => 3,
    };
    figure.columns.map_or(usual, |columns| columns as usize).clamp(1, count)
}

/// Letter of a panel: its own, or by its place among several.
pub(super) fn letter_of(figure: &Figure, index: usize) -> Option<String> {
    let mut heading = figure.panels.get(index)?.heading.chars();
    match (heading.next(), heading.next()) {
        (Some(letter), None) if letter.is_alphanumeric() => Some(letter.to_string()),
        _ if figure.panels.len() > 1 => Some(char::from(b'a' + (index % 26) as u8).to_string()),
        _ => None,
    }
}

/// One colour for each label, in order of appearance; series that name a colour take none of the palette.
fn colours(figure: &Figure) -> Vec<(&str, Colour)> {
    let mut colours: Vec<(&str, Colour)> = Vec::new();
    for series in figure.panels.iter().flat_map(|panel| &panel.series) {
        if series.style.colour.is_none() && colours.iter().all(|(label, _)| *label != series.label) {
            let next = Colour::PALETTE[colours.len() % Colour::PALETTE.len()];
            colours.push((&series.label, next));
        }
    }
    colours
}

fn prepare_panel(
    panel: &Panel,
    letter: Option<String>,
    colours: &[(&str, Colour)],
    notes: &mut Notes,
) -> PreparedPanel {
    let (x, y) = (panel.x_axis(), panel.y_axis());
    let series: Vec<PreparedSeries> =
        panel.series.iter().map(|series| prepare_series(series, &x, &y, colours, notes)).collect();
    let marks: Vec<Mark> = panel.marks.iter().filter(|mark| is_placeable(mark, &x, &y, notes)).cloned().collect();
    let x_marks = marks.iter().flat_map(|mark| match mark {
        Mark::Text { x, .. } | Mark::Vertical { x, .. } => [*x; 2],
        Mark::Span { from, to, .. } => [*from, *to],
        _ => [f64::NAN; 2],
    });
    let y_marks = marks.iter().map(|mark| match mark {
        Mark::Text { y, .. } | Mark::Horizontal { y, .. } => *y,
        _ => f64::NAN,
    });
    let values = || series.iter().flat_map(PreparedSeries::values);
    let ends = values().filter_map(|row| row.interval).flat_map(|(lower, upper)| [lower, upper]);
    let x = prepare_axis("horizontal", x, values().map(|row| row.x).chain(x_marks), notes);
    let y = prepare_axis("vertical", y, values().map(|row| row.y).chain(ends).chain(y_marks), notes);
    let heading = if letter.as_ref() == Some(&panel.heading) { String::new() } else { panel.heading.clone() };
    PreparedPanel { letter, heading, x, y, series, marks }
}

fn prepare_axis(which: &str, axis: Axis, values: impl Iterator<Item = f64>, notes: &mut Notes) -> PreparedAxis {
    let asked = axis.range.and_then(|range| Scale::exactly(range, axis.logarithmic));
    if let (Some((first, last)), None) = (axis.range, asked) {
        let condition = if axis.logarithmic { ", differ and lie above zero" } else { " and differ" };
        notes.add(format!(
            "The range {first} to {last} of the {which} axis is not used: its ends must be finite{condition}."
        ));
    }
    let unit = printed_unit(&axis.unit);
    let name = capitalised(&axis.name);
    let title = match (name.is_empty(), unit.is_empty()) {
        (_, true) => name,
        (true, false) => format!("({unit})"),
        (false, false) => format!("{name} ({unit})"),
    };
    let scale = asked.unwrap_or_else(|| Scale::fit(values, axis.logarithmic));
    PreparedAxis { title, unit, scale, is_fitted: asked.is_none(), is_labelled: true }
}

/// A unit as printed on an axis; nothing for the unit one.
fn printed_unit(unit: &str) -> String {
    match parse_unit(unit) {
        Ok(unit) if unit.code() == "1" => String::new(),
        Ok(unit) => unit.symbol().to_owned(),
        Err(_) => unit.trim().to_owned(),
    }
}

/// Words begin with a capital on an axis; symbols such as `t'` stay as they are.
fn capitalised(name: &str) -> String {
    let word = name.split_whitespace().next().unwrap_or_default();
    let is_word = word.chars().count() > 1 && word.chars().all(|character| character.is_ascii_lowercase());
    match name.chars().next() {
        Some(first) if is_word => first.to_uppercase().chain(name.chars().skip(1)).collect(),
        _ => name.to_owned(),
    }
}

fn is_placeable(mark: &Mark, x: &Axis, y: &Axis, notes: &mut Notes) -> bool {
    let on = |axis: &Axis, value: f64| value.is_finite() && (value > 0.0 || !axis.logarithmic);
    let (is_placeable, text) = match mark {
        Mark::Text { x: at, y: height, text } => (on(x, *at) && on(y, *height), text),
        Mark::Vertical { x: at, text } => (on(x, *at), text),
        Mark::Horizontal { y: height, text } => (on(y, *height), text),
        Mark::Span { from, to, text } => (!from.is_nan() && !to.is_nan(), text),
        _ => return false,
    };
    if !is_placeable {
        notes.add(format!("The mark “{text}” has no place on the axes and is left out."));
    }
    is_placeable
}

fn prepare_series(
    series: &Series,
    x: &Axis,
    y: &Axis,
    colours: &[(&str, Colour)],
    notes: &mut Notes,
) -> PreparedSeries {
    let legend = series.legend();
    let mut note = |reason: String| notes.add_of_series(&legend, reason);
    let of_label = colours.iter().find(|(label, _)| *label == series.label).map(|(_, colour)| *colour);
    let colour = series.style.colour.or(of_label).unwrap_or(Colour::BLACK);
    let rows = match (Conversion::between(&series.x_unit, &x.unit), Conversion::between(&series.y_unit, &y.unit)) {
        (Some(to_x), Some(to_y)) => rows(series, (x, to_x), (y, to_y), &mut note),
        (to_x, _) => {
            let (name, unit, axis) =
                if to_x.is_none() { ("x", &series.x_unit, &x.unit) } else { ("y", &series.y_unit, &y.unit) };
            note(format!("not drawn, because {name} is in `{unit}` and the axis is in `{axis}`"));
            Vec::new()
        }
    };
    PreparedSeries { colour, draw: series.draw, style: drawable(series.style), rows, legend }
}

/// The width may come from anywhere, and ends up in an attribute.
fn drawable(style: Style) -> Style {
    let width = if style.width.is_finite() { style.width.clamp(0.2, 20.0) } else { Style::default().width };
    Style { width, ..style }
}

fn rows(series: &Series, x: (&Axis, Conversion), y: (&Axis, Conversion), note: &mut impl FnMut(String)) -> Vec<Row> {
    let ((x_axis, to_x), (y_axis, to_y)) = (x, y);
    if series.x.len() != series.y.len() {
        let (x, y) = (series.x.len(), series.y.len());
        note(format!("{x} values of x and {y} of y; the first {} are drawn", x.min(y)));
    }
    let (mut not_finite, mut not_positive) = (0_usize, 0_usize);
    let mut rows: Vec<Row> = Vec::with_capacity(series.x.len().min(series.y.len()));
    for (index, (x, y)) in series.x.iter().zip(&series.y).enumerate() {
        let (x, y) = (to_x.apply(*x), to_y.apply(*y));
        let is_finite = x.is_finite() && y.is_finite();
        if is_finite && !((x_axis.logarithmic && x <= 0.0) || (y_axis.logarithmic && y <= 0.0)) {
            let interval = series.interval.as_ref().and_then(|interval| {
                let ends = (to_y.apply(*interval.lower.get(index)?), to_y.apply(*interval.upper.get(index)?));
                let is_shown = |end: f64| end.is_finite() && (end > 0.0 || !y_axis.logarithmic);
                (is_shown(ends.0) && is_shown(ends.1)).then_some(ends)
            });
            rows.push(Row { x, y, interval });
            continue;
        }
        not_finite += usize::from(!is_finite);
        not_positive += usize::from(is_finite);
        if rows.last().is_some_and(Row::is_value) {
            rows.push(Row::GAP);
        }
    }
    if not_finite > 0 {
        note(format!("{} left out", counted(not_finite, "value that is not finite", "values that are not finite")));
    }
    if not_positive > 0 {
        let counted = counted(not_positive, "value that is not above zero", "values that are not above zero");
        note(format!("{counted} left out, because the axis is logarithmic"));
    }
    if !rows.iter().any(Row::is_value) {
        note("nothing to draw".to_owned());
    }
    rows
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// How values of a series become values of an axis.
#[derive(Clone, Copy)]
enum Conversion {
    Same,
    Between(Unit, Unit),
}

impl Conversion {
    /// `None` if the units are not known or measure different things.
    fn between(series: &str, axis: &str) -> Option<Conversion> {
        if series.is_empty() || axis.is_empty() || series == axis {
            return Some(Conversion::Same);
        }
        let (from, to) = (parse_unit(series).ok()?, parse_unit(axis).ok()?);
        (from.dimension() == to.dimension()).then_some(Conversion::Between(from, to))
    }

    fn apply(self, value: f64) -> f64 {
        match self {
            Conversion::Same => value,
            Conversion::Between(from, to) => convert(value, from, to).unwrap_or(f64::NAN),
        }
    }
}

/// One interval of `x` for the panels of each column that have the same kind of horizontal axis.
fn share_x(panels: &mut [PreparedPanel], columns: usize) {
    for column in 0..columns {
        for index in (column..panels.len()).step_by(columns) {
            let others =
                (column..panels.len()).step_by(columns).filter(|other| same_x(&panels[index], &panels[*other]));
            let others: Vec<usize> = others.collect();
            let scale = others.iter().fold(panels[index].x.scale, |scale, other| scale.union(panels[*other].x.scale));
            panels[index].x.is_labelled = others.last().is_none_or(|last| *last == index);
            panels[index].x.scale = scale;
        }
    }
}

fn same_x(one: &PreparedPanel, other: &PreparedPanel) -> bool {
    one.x.title == other.x.title && one.x.scale.is_logarithmic() == other.x.scale.is_logarithmic()
}

impl PreparedPanel {
    /// Whether no series has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.values().next().is_none())
    }

    /// Letter and heading as one text: `a  PVC`.
    pub(super) fn caption(&self) -> String {
        let parts = [self.letter.as_deref().unwrap_or_default(), &self.heading];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
    }
}
