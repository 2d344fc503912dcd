//! Tables as a person sees them: plain text in a terminal, HTML in a notebook, units in the heading, origin above.

use crate::table::Table;
use std::fmt;

/// Rows shown when nobody says how many.
const ROWS_SHOWN: usize = 12;

impl Table {
    /// Plain text with at most `rows` rows, first and last ones; what is left out is counted.
    pub fn to_text(&self, rows: usize) -> String {
        let grid = Grid::of(self, rows);
        let widths: Vec<usize> = (0..grid.headings.len())
            .map(|column| {
                let cells = grid.rows.iter().flatten().filter_map(|row| row.get(column));
                cells.chain(grid.headings.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &[String]| {
            let padded: Vec<String> =
                cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
            format!("{}\n", padded.join("  "))
        };
        let mut text = format!("{}\n{}", grid.caption, line(&grid.headings));
        for row in &grid.rows {
            match row {
                Some(cells) => text.push_str(&line(cells)),
                None => text.push_str(&format!("... {} rows left out\n", grid.left_out)),
            }
        }
        text
    }

    /// An HTML table with at most `rows` rows.
    pub fn to_html(&self, rows: usize) -> String {
        let grid = Grid::of(self, rows);
        let cells = |row: &[String], tag: &str| -> String {
            row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
        };
        let mut html = format!(
            "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>",
            escape(&grid.caption),
            cells(&grid.headings, "th")
        );
        for row in &grid.rows {
            match row {
                Some(row) => html.push_str(&format!("<tr>{}</tr>", cells(row, "td"))),
                None => html.push_str(&format!(
                    "<tr><td colspan=\"{}\">… {} rows left out</td></tr>",
                    grid.headings.len(),
                    grid.left_out
                )),
            }
        }
        html.push_str("</tbody></table>");
        html
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(ROWS_SHOWN))
    }
}

/// The words of a printed table; `None` stands for the rows left out.
struct Grid {
    caption: String,
    headings: Vec<String>,
    rows: Vec<Option<Vec<String>>>,
    left_out: usize,
}

impl Grid {
    fn of(table: &Table, limit: usize) -> Grid {
        let columns: Vec<Vec<String>> =
            table.fields().iter().map(|field| table.printed(&field.name).unwrap_or_default()).collect();
        let row = |index: usize| -> Option<Vec<String>> {
            Some(columns.iter().map(|column| column.get(index).cloned().unwrap_or_default()).collect())
        };
        let total = table.rows();
        let rows = if total <= limit {
            (0..total).map(row).collect()
        } else {
            let last = limit / 2;
            let head = (0..limit - last).map(row);
            head.chain(std::iter::once(None)).chain((total - last..total).map(row)).collect()
        };
        Grid {
            caption: format!("{}: {total} rows", table.label()),
            headings: table.fields().iter().map(|field| field.heading()).collect(),
            rows,
            left_out: total.saturating_sub(limit),
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
