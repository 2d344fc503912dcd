//! Figures of executed notebooks as files for a journal: SVG, PNG or PDF of a stated width, text included.
//!
//! A notebook keeps every figure as SVG, so nothing is computed again: the picture in the article is the one in the
//! notebook. It is scaled as a whole, its letters too; [`Sized::smallest_text`] says whether they can still be read.
//!
//! PDF and PNG are made by a browser of this machine: it sets text with real fonts and puts them into the file. The crates
//! that could do it (`resvg`, `svg2pdf`) bring forty others and make half of the workspace compile anew.

#![forbid(unsafe_code)]

mod browser;
mod error;
mod length;
mod sized;
mod svg;

pub use browser::Browser;
pub use error::ExportError;
pub use length::Length;
pub use sized::{Format, Sized};

use kovacs_runner::Notebook;

/// A figure of an executed notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Id of the cell that drew it.
    pub cell: String,
    /// Name of its files without extension: the cell's id, with a number if the cell drew several.
    pub name: String,
    /// The picture as the notebook stores it.
    pub svg: String,
}

/// All figures of a notebook, in order.
pub fn figures(notebook: &Notebook) -> Vec<Figure> {
    let mut found = Vec::new();
    for (cell, number) in notebook.cells().zip(1..) {
        let id = match cell.id() {
            "" => format!("cell-{number}"),
            id => id.to_owned(),
        };
        let pictures: Vec<String> =
            cell.outputs().iter().filter_map(|output| svg::stored(output.get("data")?.get("image/svg+xml")?)).collect();
        let is_one = pictures.len() == 1;
        for (svg, index) in pictures.into_iter().zip(1..) {
            let name = if is_one { id.clone() } else { format!("{id}-{index}") };
            found.push(Figure { cell: id.clone(), name: file_name(&name), svg });
        }
    }
    found
}

/// An id as part of a file's name: what other programs put into ids stays in its folder.
fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn figures_are_named_after_their_cells() {
        let output = |svg: &str| serde_json::json!({"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": [svg]}});
        let text = serde_json::json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
            {"cell_type": "code", "id": "one", "source": "1", "metadata": {}, "outputs": [output("<svg a=''/>")]},
            {"cell_type": "code", "id": "two", "source": "1", "metadata": {}, "outputs": [output("<svg/>"), output("<svg/>")]},
            {"cell_type": "code", "id": "none", "source": "1", "metadata": {}, "outputs": []},
        ]});
        let notebook = Notebook::parse(Path::new("n.ipynb"), &text.to_string()).expect("a notebook");
        let names: Vec<String> = figures(&notebook).into_iter().map(|figure| figure.name).collect();
        assert_eq!(file_name("../two.x"), "---two-x", "a name stays in its folder");
        assert_eq!(names, ["one", "two-1", "two-2"]);
    }
}
