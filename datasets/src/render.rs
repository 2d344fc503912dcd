//! Tables as a person sees them: plain text in a terminal, HTML in a notebook, units in the heading, origin below.
//!
//! Numbers are shown with six significant digits; the table itself keeps all. The HTML names no colour: it takes those
//! of the page, so that it is readable in light and dark alike.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::table::Table;
use polars::prelude::{DataType, Series};
use std::fmt;

/// Rows shown when nobody says how many.
const ROWS_SHOWN: usize = 12;
/// Significant digits of a number that is shown.
const DIGITS: usize = 6;
/// What is shown for a gap.
const GAP: &str = "–";
/// Distinct values that a message lists before it gives their range.
const VALUES_LISTED: usize = 12;
/// Files named below a table before the rest is counted.
const SOURCES_SHOWN: usize = 4;
/// Between columns of text.
const BETWEEN: &str = "  ";

impl Table {
    /// Plain text with at most `rows` rows, first and last ones; what is left out is counted.
    pub fn to_text(&self, rows: usize) -> String {
        self.to_text_within(rows, usize::MAX)
    }

    /// Plain text with at most `rows` rows and lines of at most `width` characters: a wider table is folded, its later
    /// columns below the earlier ones, the number of the row before each.
    pub fn to_text_within(&self, rows: usize, width: usize) -> String {
        let grid = Grid::of(self, rows);
        let mut text = format!("{}\n", grid.caption);
        let numbers: Vec<String> = grid.rows.iter().map(|row| row.number.to_string()).collect();
        let number_width = numbers.iter().map(String::len).max().unwrap_or(0) + BETWEEN.len();
        let blocks = fold(&grid.columns, width, number_width);
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let numbered = blocks.len() > 1;
            let line = |number: &str, cell: &dyn Fn(&Shown) -> String| -> String {
                let mut line = if numbered {
                    format!("{number:>width$}{BETWEEN}", width = number_width - BETWEEN.len())
                } else {
                    String::new()
                };
                let cells: Vec<String> = block.iter().map(|column| column.padded(&cell(column))).collect();
                line.push_str(&cells.join(BETWEEN));
                format!("{}\n", line.trim_end())
            };
            text.push_str(&line("", &|column| column.heading.clone()));
            for (place, number) in numbers.iter().enumerate() {
                text.push_str(&line(number, &|column| column.cells.get(place).cloned().unwrap_or_default()));
                if grid.gap_after == Some(place) {
                    text.push_str(&format!("... {} left out\n", counted(grid.left_out)));
                }
            }
        }
        for line in &grid.below {
            text.push_str(&format!("{line}\n"));
        }
        text
    }

    /// An HTML table with at most `rows` rows: names, units, rows, and below them where the numbers come from.
    pub fn to_html(&self, rows: usize) -> String {
        let grid = Grid::of(self, rows);
        let align = |column: &Shown| if column.is_text { "left" } else { "right" };
        let row = |tag: &str, style: &str, cell: &dyn Fn(&Shown) -> String| -> String {
            let cells = grid.columns.iter().map(|column| {
                format!("<{tag} style=\"text-align:{}\">{}</{tag}>", align(column), escape(&cell(column)))
            });
            format!("<tr{style}>{}</tr>", cells.collect::<String>())
        };
        let span = grid.columns.len().max(1);
        let under_names = " style=\"opacity:0.75;border-bottom:1px solid currentColor\"";
        let mut html = format!(
            "<table class=\"kovacs-table\" style=\"border-collapse:collapse\">\
             <caption style=\"caption-side:top;text-align:left;color:inherit\">{}</caption><thead>{}{}</thead><tbody>",
            escape(&grid.caption),
            row("th", "", &|column| column.name.clone()),
            row("td", under_names, &|column| column.unit.clone()),
        );
        for place in 0..grid.rows.len() {
            html.push_str(&row("td", "", &|column| column.cells.get(place).cloned().unwrap_or_default()));
            if grid.gap_after == Some(place) {
                let left_out = counted(grid.left_out);
                html.push_str(&format!(
                    "<tr><td colspan=\"{span}\" style=\"text-align:center;opacity:0.75\">… {left_out} left out</td></tr>"
                ));
            }
        }
        let below: Vec<String> = grid.below.iter().map(|line| escape(line)).collect();
        html.push_str(&format!(
            "</tbody><tfoot><tr><td colspan=\"{span}\" style=\"text-align:left;opacity:0.75;font-size:85%;\
             border-top:1px solid currentColor\">{}</td></tr></tfoot></table>",
            below.join("<br>")
        ));
        html
    }
}

impl Table {
    /// The values of a column in a few words: all of them where they are few, else their range or the first of them.
    ///
    /// # Errors
    /// There is no such column.
    pub fn summary(&self, name: &str) -> Result<String, DatasetError> {
        let field = self.known(name)?;
        let values = self.frame().column(name).map_err(|error| self.failed("reading a column of", &error))?;
        Ok(values_of(field, values.as_materialized_series()))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(ROWS_SHOWN))
    }
}

/// A number with six significant digits at most, in the shorter of the two usual forms: `12.3411`, `0.005`, `1.5e-9`.
pub fn significant(value: f64) -> String {
    if value.is_nan() {
        return GAP.to_string();
    }
    if value == 0.0 || !value.is_finite() {
        return format!("{}", value + 0.0);
    }
    let scientific = format!("{value:.*e}", DIGITS - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-5..DIGITS as i32 + 3).contains(&exponent) {
        let decimals = (DIGITS as i32 - 1 - exponent).max(0) as usize;
        return trimmed(&format!("{value:.decimals$}")).to_string();
    }
    format!("{}e{exponent}", trimmed(mantissa))
}

fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

/// A column and its values in a few words: `eps2: 0.002, 0.003`.
pub(crate) fn summary(field: &Field, values: &Series) -> String {
    format!("{}: {}", field.name, values_of(field, values))
}

fn values_of(field: &Field, values: &Series) -> String {
    let unit = match field.unit {
        Some(unit) if unit.code() != "1" => format!(" {}", unit.symbol()),
        _ => String::new(),
    };
    let distinct = values.unique().unwrap_or_else(|_| values.clone()).drop_nulls();
    let sorted = distinct.sort(Default::default()).unwrap_or(distinct);
    let words: Vec<String> = match (field.kind, sorted.cast(&DataType::Float64)) {
        (FieldKind::Number | FieldKind::Integer, Ok(numbers)) => match numbers.f64() {
            Ok(numbers) => numbers.iter().flatten().map(significant).collect(),
            Err(_) => Vec::new(),
        },
        _ => sorted
            .str()
            .map(|words| words.iter().flatten().map(|word| format!("'{word}'")).collect())
            .unwrap_or_default(),
    };
    match (words.as_slice(), field.kind) {
        ([], _) => "only gaps".to_string(),
        (few, _) if few.len() <= VALUES_LISTED => format!("{}{unit}", few.join(", ")),
        ([first, .., last], FieldKind::Number | FieldKind::Integer) => format!("{first} to {last}{unit}"),
        (many, _) => {
            let some = many.get(..VALUES_LISTED).unwrap_or_default();
            format!("{} and {} more", some.join(", "), many.len() - some.len())
        }
    }
}

/// A column as it is shown.
struct Shown {
    name: String,
    unit: String,
    heading: String,
    is_text: bool,
    cells: Vec<String>,
    width: usize,
}

impl Shown {
    fn padded(&self, cell: &str) -> String {
        let width = self.width;
        if self.is_text { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
    }
}

struct Row {
    /// Number of the row, from 1.
    number: usize,
}

/// What is shown of a table.
struct Grid {
    caption: String,
    columns: Vec<Shown>,
    rows: Vec<Row>,
    /// After which of the rows shown others are left out.
    gap_after: Option<usize>,
    left_out: usize,
    below: Vec<String>,
}

impl Grid {
    fn of(table: &Table, limit: usize) -> Grid {
        let total = table.rows();
        let (head, tail) = if total <= limit { (total, 0) } else { (limit - limit / 2, limit / 2) };
        let places: Vec<usize> = (0..head).chain(total - tail..total).collect();
        let columns = table.fields().iter().map(|field| {
            let cells: Vec<String> = places.iter().map(|row| cell(table, field, *row)).collect();
            let heading = field.heading();
            let width = cells.iter().chain([&heading]).map(|cell| cell.chars().count()).max().unwrap_or(0);
            let is_text = field.kind == FieldKind::Text;
            let unit = if is_text { String::new() } else { field.unit_text().to_string() };
            Shown { name: field.name.clone(), unit, heading, is_text, cells, width }
        });
        let mut below: Vec<String> = table.sources().lines();
        if below.len() > SOURCES_SHOWN {
            let rest = below.len() - SOURCES_SHOWN;
            below.truncate(SOURCES_SHOWN);
            below.push(format!("and {rest} more"));
        }
        below.extend(table.notes().iter().map(|note| format!("note: {note}")));
        Grid {
            caption: format!("{}: {}", table.label(), counted(total)),
            columns: columns.collect(),
            rows: places.iter().map(|place| Row { number: place + 1 }).collect(),
            gap_after: (total > limit).then(|| head.saturating_sub(1)),
            left_out: total - head - tail,
            below,
        }
    }
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".to_string() } else { format!("{rows} rows") }
}

fn cell(table: &Table, field: &Field, row: usize) -> String {
    let Ok(column) = table.frame().column(&field.name) else { return String::new() };
    match field.kind {
        FieldKind::Number => {
            column.f64().ok().and_then(|numbers| numbers.get(row)).map_or_else(|| GAP.to_string(), significant)
        }
        FieldKind::Integer => column
            .i64()
            .ok()
            .and_then(|numbers| numbers.get(row))
            .map_or_else(|| GAP.to_string(), |number| number.to_string()),
        FieldKind::Text => column.str().ok().and_then(|words| words.get(row)).unwrap_or_default().to_string(),
    }
}

/// Columns in blocks that fit a line.
fn fold(columns: &[Shown], width: usize, number_width: usize) -> Vec<Vec<&Shown>> {
    let length = |columns: &[&Shown]| -> usize {
        columns.iter().map(|column| column.width).sum::<usize>() + BETWEEN.len() * columns.len().saturating_sub(1)
    };
    let all: Vec<&Shown> = columns.iter().collect();
    if length(&all) <= width {
        return vec![all];
    }
    let mut blocks: Vec<Vec<&Shown>> = vec![Vec::new()];
    for column in all {
        if let Some(block) = blocks.last_mut() {
            block.push(column);
            if number_width + length(block) > width && block.len() > 1 {
                block.pop();
                blocks.push(vec![column]);
            }
        }
    }
    blocks
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::significant;

    #[test]
    fn six_digits_are_enough_and_no_more_than_there_are() {
        let shown =
            [12.341053, 0.005, 1e-9, 123456789.0, 1.5e12, -0.1 - 0.2, f64::NAN, 0.0, -0.0, 900.0].map(significant);
        assert_eq!(shown, ["12.3411", "0.005", "1e-9", "123456789", "1.5e12", "-0.3", "–", "0", "0", "900"]);
    }
}
