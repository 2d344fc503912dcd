//! What there is to load: the answers of `:model` and `:data`.

use crate::dataset::Dataset;
use crate::display::{Bundle, html_text};
use crate::error::Result;
use crate::model::Model;

/// Shows all models that can be loaded here, and what is wrong with those that cannot.
///
/// # Errors
/// There is no engine.
pub fn models() -> Result<()> {
    let rows = Model::names()?.into_iter().map(|name| match Model::load(&name) {
        Ok(model) => {
            let about = model.description();
            [name, about.version.clone(), about.summary.clone()]
        }
        Err(error) => [name, String::new(), error.to_string()],
    });
    show(
        ["model", "version", "what it is"],
        rows.collect(),
        "there are no models: `kovacs model list` tells where was searched",
    );
    Ok(())
}

/// Shows all data packages that can be opened here, and what is wrong with those that cannot.
///
/// # Errors
/// There is no engine.
pub fn packages() -> Result<()> {
    let rows = Dataset::names()?.into_iter().map(|name| match Dataset::open(&name) {
        Ok(package) => [name, package.tables.join(", "), package.title],
        Err(error) => [name, String::new(), error.to_string()],
    });
    show(
        ["package", "tables", "what it is"],
        rows.collect(),
        "there are no packages: `kovacs data list` tells where was searched",
    );
    Ok(())
}

/// Shows rows as text with aligned columns and as a table.
fn show(head: [&str; 3], rows: Vec<[String; 3]>, otherwise: &str) {
    let mut bundle = Bundle::new();
    if rows.is_empty() {
        bundle.text("text/plain", otherwise);
        bundle.show();
        return;
    }
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .chain([&head[column].to_owned()])
            .map(|cell| cell.chars().count())
            .max()
    };
    let (first, second) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
    let line = |[a, b, c]: [&str; 3]| format!("{a:<first$}  {b:<second$}  {c}").trim_end().to_owned() + "\n";
    let mut text = line(head);
    let mut html = String::from("<table><tr>");
    for name in head {
        html.push_str(&format!("<th style=\"text-align:left\">{}</th>", html_text(name)));
    }
    html.push_str("</tr>");
    for [a, b, c] in &rows {
        text.push_str(&line([a, b, c]));
        html.push_str(&format!(
            "<tr><td style=\"text-align:left\"><code>{}</code></td><td style=\"text-align:left\">{}</td>\
             <td style=\"text-align:left\">{}</td></tr>",
            html_text(a),
            html_text(b),
            html_text(c)
        ));
    }
    html.push_str("</table>");
    bundle.text("text/plain", text.trim_end());
    bundle.text("text/html", html);
    bundle.show();
}
