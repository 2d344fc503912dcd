//! Small tables to show: what a value of several numbers looks like below a cell, as text and as HTML.
//!
//! Both forms come from the same rows. The HTML uses the colours of the page, so it is readable in light and dark; units
//! stand under the names, numbers are aligned on the right.

use crate::display::{Bundle, html_text};

/// A table to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    title: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Column {
    name: String,
    unit: String,
}

impl Sheet {
    /// A table with these columns; a unit stands in brackets behind the name: `t_p [s]`.
    pub fn new<'a>(title: impl Into<String>, columns: impl IntoIterator<Item = &'a str>) -> Sheet {
        let column = |heading: &str| match heading.split_once(" [").and_then(|(name, unit)| {
            let (unit, more) = unit.split_once(']')?;
            Some((format!("{name}{more}"), unit.to_owned()))
        }) {
            Some((name, unit)) => Column { name, unit },
            None => Column { name: heading.to_owned(), unit: String::new() },
        };
        let columns = columns.into_iter().map(column).collect();
        Sheet { title: title.into(), columns, ..Sheet::default() }
    }

    /// Adds a row.
    #[must_use]
    pub fn row<T: Into<String>>(mut self, cells: impl IntoIterator<Item = T>) -> Sheet {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a line below the table.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Sheet {
        self.notes.push(note.into());
        self
    }

    fn cell<'a>(&self, row: &'a [String], column: usize) -> &'a str {
        row.get(column).map_or("", String::as_str)
    }

    fn has_units(&self) -> bool {
        self.columns.iter().any(|column| !column.unit.is_empty())
    }

    /// Numbers stand on the right; what has a word in it on the left.
    fn is_number(&self, column: usize) -> bool {
        let is_number = |cell: &str| {
            let plain = cell.trim_start_matches(['-', '−', '<', '>', '≥', '≤', ' ']);
            plain.is_empty() || plain == "none" || plain.starts_with(|first: char| first.is_ascii_digit())
        };
        self.rows.iter().all(|row| is_number(self.cell(row, column)))
    }

    /// The table as aligned text: title, names, units, rows, notes.
    pub fn text(&self) -> String {
        let names = self.columns.iter().map(|column| column.name.clone()).collect();
        let units: Vec<String> = self.columns.iter().map(|column| column.unit.clone()).collect();
        let lines: Vec<Vec<String>> =
            std::iter::once(names).chain(self.has_units().then_some(units)).chain(self.rows.iter().cloned()).collect();
        let width =
            |column: usize| lines.iter().map(|line| self.cell(line, column).chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text: Vec<String> = Vec::new();
        if !self.title.is_empty() {
            text.push(self.title.clone());
        }
        for line in &lines {
            let cells = widths.iter().enumerate().map(|(column, width)| {
                let cell = self.cell(line, column);
                if self.is_number(column) { format!("{cell:>width$}") } else { format!("{cell:width$}") }
            });
            text.push(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned());
        }
        text.extend(self.notes.iter().map(|note| format!("  {note}")));
        text.join("\n")
    }

    /// The table as HTML.
    pub fn html(&self) -> String {
        let aligned = |column: usize| if self.is_number(column) { "right" } else { "left" };
        let line = |tag: &str, style: &str, cell: &dyn Fn(usize) -> String| -> String {
            let cells = (0..self.columns.len()).map(|column| {
                format!("<{tag} style=\"text-align:{}\">{}</{tag}>", aligned(column), html_text(&cell(column)))
            });
            format!("<tr{style}>{}</tr>", cells.collect::<String>())
        };
        let of = |pick: fn(&Column) -> &String| {
            move |column: usize| self.columns.get(column).map(|column| pick(column).clone()).unwrap_or_default()
        };
        let units = self.has_units().then(|| line("td", " style=\"opacity:0.75\"", &of(|column| &column.unit)));
        let rows: String =
            self.rows.iter().map(|row| line("td", "", &|column| self.cell(row, column).to_owned())).collect();
        let notes: Vec<String> = self.notes.iter().map(|note| html_text(note)).collect();
        let foot = match notes.is_empty() {
            true => String::new(),
            false => format!(
                "<tfoot><tr><td colspan=\"{}\" style=\"text-align:left;opacity:0.75;font-size:85%;\
                 border-top:1px solid currentColor\">{}</td></tr></tfoot>",
                self.columns.len().max(1),
                notes.join("<br>")
            ),
        };
        format!(
            "<table class=\"kovacs-table\" style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">\
             <caption style=\"caption-side:top;text-align:left;color:inherit\">{}</caption>\
             <thead style=\"border-bottom:1px solid currentColor\">{}{}</thead><tbody>{rows}</tbody>{foot}</table>",
            html_text(&self.title),
            line("th", "", &of(|column| &column.name)),
            units.unwrap_or_default(),
        )
    }

    /// The table in both forms.
    pub fn bundle(&self) -> Bundle {
        Sheet::bundle_of(std::slice::from_ref(self))
    }

    /// The table as HTML, and as another text than its own.
    pub(crate) fn bundle_with_text(&self, text: String) -> Bundle {
        let mut bundle = Bundle::new();
        bundle.text("text/plain", text);
        bundle.text("text/html", self.html());
        bundle
    }

    /// Several tables, one below the other, in both forms.
    pub fn bundle_of(sheets: &[Sheet]) -> Bundle {
        let join = |form: fn(&Sheet) -> String, between| sheets.iter().map(form).collect::<Vec<_>>().join(between);
        let mut bundle = Bundle::new();
        bundle.text("text/plain", join(Sheet::text, "\n"));
        bundle.text("text/html", join(Sheet::html, "\n"));
        bundle
    }

    /// Shows the table as the value of a cell.
    pub fn evcxr_display(&self) {
        self.bundle().show_result();
    }
}

/// A number with four significant digits, for reading; `none` where there is none.
pub(crate) fn four_digits(value: impl Into<Option<f64>>) -> String {
    match value.into() {
        None => "none".to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(value) if !value.is_finite() => value.to_string(),
        Some(value) => {
            let magnitude = value.abs().log10().floor() as i32;
            match magnitude {
                -4..6 => format!("{value:.*}", usize::try_from(3 - magnitude).unwrap_or(0)),
                _ => format!("{value:.3e}"),
            }
        }
    }
}

/// A fitted value: six significant digits, so that its error tells which of them mean something.
pub(crate) fn six_digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    kovacs_core::model::short_number(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet::new("PVC <b>", ["hump", "t_p [s]", "95 % [s], mean"])
            .row(["a peak", "812.4", "790.1"])
            .row(["none", "none", "< 3"])
            .note("origin: synthetic")
    }

    #[test]
    fn units_stand_under_names_and_numbers_on_the_right() {
        let expected = "PVC <b>\n  hump      t_p  95 %, mean\n              s           s\n  a peak  812.4       790.1\n  \
                        none     none         < 3\n  origin: synthetic";
        assert_eq!(sheet().text(), expected);
    }

    #[test]
    fn the_html_has_the_same_cells_and_no_colour_of_its_own() {
        let html = sheet().html();
        assert!(html.contains("<th style=\"text-align:right\">t_p</th>") && html.contains(">s</td>"));
        assert!(html.contains("<td style=\"text-align:left\">a peak</td>") && html.contains("PVC &lt;b&gt;"));
        assert!(html.contains("origin: synthetic") && html.contains(">&lt; 3</td>"));
        // A colour that is right on a light page is wrong on a dark one.
        assert!(!html.contains('#') && !html.contains("background") && !html.contains("://"));
        for tag in ["table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"] {
            let open = html.matches(&format!("<{tag} ")).count() + html.matches(&format!("<{tag}>")).count();
            assert_eq!(open, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }

    #[test]
    fn four_digits_are_kept() {
        let shown: Vec<String> = [812.43, 0.012345, 1.0e-7, 123456.7, 0.0, -3.0, 1e9].map(four_digits).into();
        assert_eq!(shown, ["812.4", "0.01235", "1.000e-7", "123457", "0", "-3.000", "1.000e9"]);
        assert_eq!(four_digits(None), "none");
    }
}
