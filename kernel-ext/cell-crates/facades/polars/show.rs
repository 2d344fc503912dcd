//! Frames and series as the value of a cell: a table in HTML, and the same in text.

use kovacs::display::Bundle;
use kovacs_cell_crates::polars::prelude::{AnyValue, Column, DataFrame, Series};
use std::fmt::Write as _;

/// Rows shown at the beginning, and at the end, of a long frame.
const AT_EACH_END: usize = 10;
/// Columns shown of a wide frame.
const COLUMNS: usize = 30;
/// Characters shown of a value.
const CHARACTERS: usize = 60;

/// Runs when the library is loaded, before the first cell that needs it.
#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

extern "C" fn start() {
    // SAFETY: none of these types has a lifetime.
    unsafe {
        kovacs::foreign::shown_by::<DataFrame>(|frame| forms(frame, &shape(frame)));
        kovacs::foreign::shown_by::<Series>(|series| column_forms(&series.clone().into()));
        kovacs::foreign::shown_by::<Column>(column_forms);
    }
}

fn shape(frame: &DataFrame) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{} × {}", plural(frame.height(), "row"), plural(frame.width(), "column"))
}

fn column_forms(column: &Column) -> Bundle {
    let frame = column.clone().into_frame();
    let count = frame.height();
    forms(&frame, &format!("{count} value{}", if count == 1 { "" } else { "s" }))
}

fn forms(frame: &DataFrame, caption: &str) -> Bundle {
    let cells = cells(frame);
    let mut bundle = Bundle::new();
    bundle.text("text/plain", text(&cells, caption));
    bundle.text("text/html", html(&cells, caption));
    bundle
}

/// What is shown: for every column its name, its type, its values, and whether they are numbers.
struct Shown {
    name: String,
    kind: String,
    values: Vec<String>,
    is_number: bool,
}

fn cells(frame: &DataFrame) -> Vec<Shown> {
    let height = frame.height();
    let is_long = height > 2 * AT_EACH_END + 1;
    let rows: Vec<usize> =
        if is_long { (0..AT_EACH_END).chain(height - AT_EACH_END..height).collect() } else { (0..height).collect() };
    let ellipsis = || "…".to_owned();
    let mut shown: Vec<Shown> = frame
        .columns()
        .iter()
        .take(COLUMNS)
        .map(|column| {
            let mut values: Vec<String> = rows
                .iter()
                .map(|&row| column.get(row).map_or_else(|_| ellipsis(), |value| value_text(&value)))
                .collect();
            if is_long {
                values.insert(AT_EACH_END, ellipsis());
            }
            let kind = column.dtype();
            let is_number = kind.is_numeric();
            Shown { name: column.name().to_string(), kind: kind.to_string(), values, is_number }
        })
        .collect();
    if frame.width() > COLUMNS {
        let lines = shown.first().map_or(0, |column| column.values.len());
        shown.push(Shown { name: ellipsis(), kind: String::new(), values: vec![ellipsis(); lines], is_number: false });
    }
    shown
}

fn value_text(value: &AnyValue<'_>) -> String {
    let text = match value {
        AnyValue::Null => return "null".to_owned(),
        AnyValue::Float64(number) => number_text(*number),
        AnyValue::Float32(number) => number_text(f64::from(*number)),
        AnyValue::String(text) => (*text).to_owned(),
        other => other.to_string(),
    };
    let line = text.replace(['\n', '\r', '\t'], " ");
    match line.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Six digits: what a table is read for.
fn number_text(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 || !number.is_finite() {
        return format!("{number}");
    }
    if !(1e-4..1e9).contains(&size) {
        let text = format!("{number:.5e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    let digits = (5 - size.log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{number:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

fn text(columns: &[Shown], caption: &str) -> String {
    let mut text = format!("{caption}\n");
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| column.values.iter().chain([&column.name]).map(|value| value.chars().count()).max().unwrap_or(0))
        .collect();
    let mut line = |value: &dyn Fn(&Shown) -> String| {
        let parts: Vec<String> = columns
            .iter()
            .zip(&widths)
            .map(|(column, &width)| {
                let value = value(column);
                if column.is_number { format!("{value:>width$}") } else { format!("{value:<width$}") }
            })
            .collect();
        text.push_str(parts.join("  ").trim_end());
        text.push('\n');
    };
    line(&|column| column.name.clone());
    for row in 0..columns.first().map_or(0, |column| column.values.len()) {
        line(&|column| column.values.get(row).cloned().unwrap_or_default());
    }
    text.trim_end().to_owned()
}

fn html(columns: &[Shown], caption: &str) -> String {
    let mut html = String::from("<table><thead><tr>");
    let align = |column: &Shown| if column.is_number { "right" } else { "left" };
    for column in columns {
        let _ = write!(
            html,
            "<th style=\"text-align:{}\">{}<br><small>{}</small></th>",
            align(column),
            escaped(&column.name),
            escaped(&column.kind)
        );
    }
    html.push_str("</tr></thead><tbody>");
    for row in 0..columns.first().map_or(0, |column| column.values.len()) {
        html.push_str("<tr>");
        for column in columns {
            let value = column.values.get(row).map_or("", String::as_str);
            let _ = write!(html, "<td style=\"text-align:{}\">{}</td>", align(column), escaped(value));
        }
        html.push_str("</tr>");
    }
    let _ = write!(html, "</tbody></table><small>{}</small>", escaped(caption));
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
