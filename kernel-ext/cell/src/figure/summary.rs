//! A figure in words, for terminals, logs and readers who cannot see it.

use super::prepared::{Prepared, PreparedAxis, PreparedPanel, PreparedSeries, prepare};
use kovacs::figure::Figure;
use std::fmt::Write;

/// The figure in words: its axes, and how many values each series has and between which ends.
pub fn summary(figure: &Figure) -> String {
    describe(figure, &prepare(figure))
}

/// [`summary`] of a figure that is already prepared.
pub(super) fn describe(figure: &Figure, prepared: &Prepared) -> String {
    let mut text = format!("Figure: {}", figure.title);
    if prepared.panels.is_empty() {
        text.push_str("\n  no panel");
    }
    for panel in &prepared.panels {
        put(&mut text, format_args!("\n  {}{}", heading(panel), axes(panel)));
        for series in &panel.series {
            put(&mut text, format_args!("\n    {}", values(series, &panel.x, &panel.y)));
        }
    }
    if !figure.caption.is_empty() {
        put(&mut text, format_args!("\n  {}", figure.caption.replace('\n', "\n  ")));
    }
    for note in &prepared.notes {
        put(&mut text, format_args!("\n  note: {note}"));
    }
    text
}

/// Writing into a `String` cannot fail.
fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

fn heading(panel: &PreparedPanel) -> String {
    let caption = panel.caption();
    if caption.is_empty() { caption } else { format!("{caption}: ") }
}

fn axes(panel: &PreparedPanel) -> String {
    let name = |axis: &PreparedAxis, otherwise: &str| {
        let name = if axis.title.is_empty() { otherwise } else { &axis.title };
        format!("{name}{}", if axis.scale.is_logarithmic() { ", logarithmic" } else { "" })
    };
    format!("{} against {}", name(&panel.y, "y"), name(&panel.x, "x"))
}

fn values(series: &PreparedSeries, x: &PreparedAxis, y: &PreparedAxis) -> String {
    let count = series.values().count();
    let along_x = ends(series.values().map(|row| row.x), &x.unit);
    let along_y = ends(series.values().map(|row| row.y), &y.unit);
    match (along_x, along_y) {
        (Some(along_x), Some(along_y)) => {
            let noun = if count == 1 { "value" } else { "values" };
            format!("{}: {count} {noun}, x from {along_x}, y from {along_y}", series.legend)
        }
        _ => format!("{}: no values", series.legend),
    }
}

fn ends(values: impl Iterator<Item = f64>, unit: &str) -> Option<String> {
    let (lower, upper) =
        values.map(|value| (value, value)).reduce(|(lower, upper), (value, _)| (lower.min(value), upper.max(value)))?;
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    Some(format!("{} to {}{unit}", four_digits(lower), four_digits(upper)))
}

/// A number with four significant digits, for reading.
fn four_digits(value: f64) -> String {
    let magnitude = value.abs().log10().floor();
    if value == 0.0 {
        "0".to_owned()
    } else if (-4.0..6.0).contains(&magnitude) {
        format!("{value:.*}", (3.0 - magnitude).max(0.0) as usize)
    } else {
        format!("{value:.3e}")
    }
}
