//! A figure as HTML: the static picture at once, the interactive one where scripts run and plotly.js is at hand.
//!
//! JupyterLab shows plotly JSON with an extension only; HTML it shows always, before SVG. The picture is an image with
//! its bytes in the address, because an untrusted notebook loses scripts and SVG elements but keeps images. The script
//! (`page.js`) takes plotly.js from the page if it is there, else from the folder of the kernelspec, which the Jupyter
//! server of the page hands out; it asks nobody else. Numbers are in base64 and, where nobody can see the difference,
//! in single precision, so the figure is about a third of its JSON.

use super::{plotly_js, plotly_json, svg};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kovacs::display::Bundle;
use kovacs::figure::Figure;
use serde_json::{Value, json};

/// Name of the environment variable in which a kernel says under which name it is installed.
pub const KERNEL_NAME: &str = "KOVACS_KERNEL_NAME";

const SCRIPT: &str = include_str!("page.js");
/// An error of this part of what an axis shows is a hundredth of a pixel.
const INVISIBLE: f64 = 1e-5;

/// The figure as HTML for a notebook whose kernel is installed under this name.
pub fn html(figure: &Figure, kernel: &str) -> String {
    let picture = svg(figure);
    let mut json = plotly_json(figure);
    for trace in json["data"].as_array_mut().into_iter().flatten() {
        pack(trace);
    }
    let image = image(&figure.title, &picture);
    // A text that holds JSON: the script changes its colours before it reads it.
    let (figure, kernel) = (script_text(&json.to_string()), script_text(kernel));
    format!("<div class=\"kovacs-figure\">{image}</div><script>{}({figure},{kernel})</script>", compact(SCRIPT))
}

/// A drawing of a cell, an SVG without HTML beside it, with the HTML that shows it in an untrusted notebook too.
pub fn with_image(mut bundle: Bundle) -> Bundle {
    let form = |wanted: &str| bundle.entries().find(|(mime, ..)| *mime == wanted).map(|(_, content, _)| content);
    if form("text/html").is_none()
        && let Some(svg) = form("image/svg+xml")
    {
        let html = format!("<div class=\"kovacs-figure\">{}</div>", image(form("text/plain").unwrap_or_default(), svg));
        bundle.text("text/html", html);
    }
    bundle
}

fn image(words: &str, svg: &str) -> String {
    let (words, address) = (attribute(words), data_address(svg));
    format!("<img alt=\"{words}\" style=\"max-width:100%;height:auto\" src=\"{address}\">")
}

/// plotly.js as HTML: a notebook that shows it once, and is exported, has interactive figures without a server.
pub fn script_html() -> String {
    format!("<script>{}\nwindow.dispatchEvent(new Event(\"kovacs-plotly\"))</script>", plotly_js())
}

/// The script without the comments and the indentation that are for its authors.
fn compact(script: &str) -> String {
    let lines = script.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Columns of numbers as plotly's typed arrays.
fn pack(trace: &mut Value) {
    for column in ["/x", "/y", "/error_y/array", "/error_y/arrayminus"] {
        let Some(place) = trace.pointer_mut(column) else { continue };
        let Some(numbers) = place.as_array().filter(|numbers| numbers.len() > 4) else { continue };
        // What JSON cannot hold has become null: an interruption, which is NaN here.
        let numbers: Vec<f64> = numbers.iter().map(|number| number.as_f64().unwrap_or(f64::NAN)).collect();
        *place = match single_precision(&numbers) {
            Some(singles) => typed("f4", singles.iter().flat_map(|number| number.to_le_bytes()).collect()),
            None => typed("f8", numbers.iter().flat_map(|number| number.to_le_bytes()).collect()),
        };
    }
}

fn typed(kind: &str, bytes: Vec<u8>) -> Value {
    json!({ "dtype": kind, "bdata": STANDARD.encode(bytes) })
}

/// The numbers in single precision, if that moves none by more than can be seen, on a linear and on a logarithmic axis.
fn single_precision(numbers: &[f64]) -> Option<Vec<f32>> {
    let finite = || numbers.iter().copied().filter(|number| number.is_finite());
    let (lower, upper) = finite()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(lower, upper), number| (lower.min(number), upper.max(number)));
    let largest = lower.abs().max(upper.abs());
    let smallest = finite().map(f64::abs).filter(|number| *number > 0.0).fold(f64::INFINITY, f64::min);
    // Single precision rounds to one part in 2^24, and loses digits below 1.2e-38.
    let is_fine = largest / 16_777_216.0 <= (upper - lower) * INVISIBLE;
    let is_in_range = largest < f64::from(f32::MAX) && smallest > f64::from(f32::MIN_POSITIVE);
    (is_fine && is_in_range).then(|| numbers.iter().map(|number| *number as f32).collect())
}

/// An SVG as the address of an image: only what has a meaning in addresses and attributes is replaced.
fn data_address(svg: &str) -> String {
    let mut address = String::with_capacity(svg.len() * 5 / 4);
    address.push_str("data:image/svg+xml;charset=utf-8,");
    for character in svg.trim_end().chars() {
        match character {
            '<' => address.push_str("%3C"),
            '>' => address.push_str("%3E"),
            '#' => address.push_str("%23"),
            '%' => address.push_str("%25"),
            '"' => address.push_str("%22"),
            '&' => address.push_str("%26"),
            '\n' => address.push_str("%0A"),
            other => address.push(other),
        }
    }
    address
}

fn attribute(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace(char::is_control, " ")
}

/// A text as JavaScript writes it, inside an element that ends at `</script>`.
fn script_text(text: &str) -> String {
    Value::from(text).to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_of_a_cell_is_an_image_too_and_html_of_its_own_stays() {
        let mut bundle = Bundle::new();
        bundle.text("image/svg+xml", "<svg fill='#fff'/>");
        bundle.text("text/plain", "two \"circles\"");
        let html = |bundle: &Bundle| {
            let found: Vec<_> = bundle.entries().filter(|(mime, ..)| *mime == "text/html").collect();
            assert_eq!(found.len(), 1);
            found[0].1.to_owned()
        };
        let expected = "<div class=\"kovacs-figure\"><img alt=\"two &quot;circles&quot;\" style=\"max-width:100%;height:auto\" \
                        src=\"data:image/svg+xml;charset=utf-8,%3Csvg fill='%23fff'/%3E\"></div>";
        assert_eq!(html(&with_image(bundle.clone())), expected);
        bundle.text("text/html", "<p>own</p>");
        assert_eq!(html(&with_image(bundle)), "<p>own</p>");
        let mut text = Bundle::new();
        text.text("text/plain", "1");
        assert_eq!(with_image(text.clone()), text);
    }

    #[test]
    fn numbers_are_packed_in_single_precision_only_where_nobody_sees_it() {
        let packed = |numbers: &[f64]| {
            let mut trace = json!({ "x": numbers });
            pack(&mut trace);
            trace["x"]["dtype"].as_str().map(str::to_owned)
        };
        assert_eq!(packed(&[0.0, 1.0, 2.0, 3.0, 4.0]).as_deref(), Some("f4"));
        assert_eq!(packed(&[600.0, 600.1, 600.2, 600.3, 600.4]).as_deref(), Some("f8"), "600 rounds to 3e-5");
        assert_eq!(packed(&[1e-300, 1.0, 2.0, 3.0, 4.0]).as_deref(), Some("f8"));
        assert_eq!(packed(&[1e39, 1.0, 2.0, 3.0, 4.0]).as_deref(), Some("f8"));
        assert_eq!(packed(&[5.0; 5]).as_deref(), Some("f8"), "nothing says what can be seen");
        assert_eq!(packed(&[1.0, 2.0]), None, "short columns are shorter as they are");
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut trace = json!({ "y": [1.0, null, 3.0, 4.0, 5.0] });
        pack(&mut trace);
        let bytes = STANDARD.decode(trace["y"]["bdata"].as_str().unwrap()).unwrap();
        let numbers: Vec<f32> =
            bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
        assert!(numbers[1].is_nan());
        assert_eq!([numbers[0], numbers[2], numbers[4]], [1.0, 3.0, 5.0]);
    }

    #[test]
    fn no_text_of_a_figure_ends_the_script_or_the_attribute() {
        let html = html(&Figure::new("\"></script><b>").caption("</SCRIPT>&<!--"), "</script>");
        assert_eq!(html.to_lowercase().matches("</script>").count(), 1);
        assert!(html.contains("alt=\"&quot;&gt;&lt;/script&gt;&lt;b&gt;\""));
        assert!(!html.contains("<!--") && !html.contains("<b>"));
    }
}
