//! The plotted numbers as a table.
//!
//! One row per value, so that a query is a filter; numbers are those of the cell, in the units of the cell, with every
//! digit that is needed to read back the same bits. Comment lines in front name units, origin and provenance.

use super::prepared::letter_of;
use kovacs::figure::{Figure, Series};

/// The figure as CSV: comment lines beginning with `#`, a header, and one row per value.
///
/// Columns: `panel` (letter or number), `series` (number within the panel, as in the comment lines), `label` (words of
/// the legend), `x`, `y`, `lower`, `upper`. The last two are empty where no uncertainty is known.
pub fn csv(figure: &Figure) -> String {
    let mut text = String::new();
    let mut comment = |what: String| {
        // One comment is one line, whatever a title holds.
        text.push_str(format!("# {}", what.replace(char::is_control, " ")).trim_end());
        text.push('\n');
    };
    comment(format!("figure: {}", figure.title));
    if !figure.caption.is_empty() {
        comment(format!("caption: {}", figure.caption));
    }
    for (panel_index, panel) in figure.panels.iter().enumerate() {
        let name = panel_name(figure, panel_index);
        comment(format!("panel {name}: {}", panel.heading));
        let (x, y) = (panel.x_axis(), panel.y_axis());
        for (index, series) in panel.series.iter().enumerate() {
            let or = |own: &str, axis: &str| if own.is_empty() { axis.to_owned() } else { own.to_owned() };
            comment(format!("panel {name}, series {}: {}", index + 1, series.legend()));
            comment(format!("  origin: {}", series.origin));
            comment(format!("  x: {} [{}]", or(&series.x_name, &x.name), or(&series.x_unit, &x.unit)));
            comment(format!("  y: {} [{}]", or(&series.y_name, &y.name), or(&series.y_unit, &y.unit)));
            for (key, value) in &series.provenance {
                comment(format!("  {key}: {value}"));
            }
        }
    }
    text.push_str("panel,series,label,x,y,lower,upper\n");
    for (panel_index, panel) in figure.panels.iter().enumerate() {
        let name = quoted(&panel_name(figure, panel_index));
        for (index, series) in panel.series.iter().enumerate() {
            let label = quoted(&series.legend());
            for row in rows(series) {
                text.push_str(&format!("{name},{},{label},{row}\n", index + 1));
            }
        }
    }
    text
}

fn panel_name(figure: &Figure, index: usize) -> String {
    letter_of(figure, index).unwrap_or_else(|| (index + 1).to_string())
}

fn rows(series: &Series) -> impl Iterator<Item = String> {
    let end = |ends: Option<&Vec<f64>>, row: usize| {
        ends.and_then(|ends| ends.get(row)).map_or_else(String::new, |end| format!("{end:?}"))
    };
    series.x.iter().zip(&series.y).enumerate().map(move |(row, (x, y))| {
        let lower = end(series.interval.as_ref().map(|interval| &interval.lower), row);
        let upper = end(series.interval.as_ref().map(|interval| &interval.upper), row);
        format!("{x:?},{y:?},{lower},{upper}")
    })
}

/// A field in quotes where it needs them (RFC 4180).
fn quoted(field: &str) -> String {
    let field = field.replace(char::is_control, " ");
    if field.contains([',', '"', '#']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
