//! What goes over mdBook's pipe, and a book that is built from what comes back.

use super::*;
use mdbook_driver::MDBook;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A book whose results lie where its `book.toml` says.
fn project(chapter: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("src/SUMMARY.md", "- [One](part/one.md)\n- [Two](two.md)\n");
    write("src/part/one.md", chapter);
    write("src/two.md", "# Two\n\nplain\n");
    write(
        "book.toml",
        "[book]\ntitle = \"T\"\n[preprocessor.kovacs]\ncommand = \"kovacs book preprocess\"\nexecuted = \"run\"\n",
    );
    let data = json!({"image/svg+xml": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "text/csv": "x\n1\n"});
    let outputs = json!([{"output_type": "display_data", "metadata": {}, "data": data}]);
    let note = json!({"kovacs": {"engine_version": "0", "code_digest": "d", "status": "done", "seconds": 1}});
    let cells = json!([{"cell_type": "code", "id": "c", "source": "1", "outputs": outputs}]);
    write("run/n.ipynb", &json!({"nbformat": 4, "nbformat_minor": 5, "metadata": note, "cells": cells}).to_string());
    folder
}

/// What mdBook writes to a preprocessor of this book.
fn asked(folder: &Path) -> (MDBook, Vec<u8>) {
    let mut book = MDBook::load(folder).expect("a book");
    let context = PreprocessorContext::new(folder.to_owned(), book.config.clone(), "html".into());
    let input = serde_json::to_vec(&(context, &book.book)).expect("JSON");
    book.config.set("preprocessor", json!({})).expect("set");
    (book, input)
}

#[test]
fn a_book_comes_back_with_its_figures_inside() {
    let folder = project("# One\n\n{{#notebook n}}\n\nAt $t_p$.\n");
    let (_, input) = asked(folder.path());
    let mut output = Vec::new();
    assert_eq!(preprocess(input.as_slice(), &mut output).expect("a book"), Vec::<String>::new());
    let book: Value = serde_json::from_slice(&output).expect("JSON");
    let pages = book["items"].as_array().expect("chapters");
    let text = |index: usize| pages[index]["Chapter"]["content"].as_str().expect("text");
    assert!(text(0).contains("<img src=\"data:image/svg+xml;base64,PHN2Zy"), "{}", text(0));
    assert!(text(0).contains("download=\"n-1.csv\"") && text(0).contains("download=\"n.ipynb\""), "{}", text(0));
    assert!(text(0).contains("<math") && text(0).contains("<style>"), "{}", text(0));
    assert!(!text(0).contains("\"figures/"), "nothing lies beside the page: {}", text(0));
    assert_eq!(text(1), "# Two\n\nplain\n");
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_written() {
    let folder = project("# One\n\n{{#notebook}}\n");
    let (_, input) = asked(folder.path());
    let mut output = Vec::new();
    let message = preprocess(input.as_slice(), &mut output).expect_err("no name").to_string();
    assert!(message.contains("chapter `part/one.md`, line 3"), "{message}");
    for input in ["", "{}", "[{}, {\"sections\": []}]"] {
        let message = preprocess(input.as_bytes(), &mut output).expect_err(input).to_string();
        assert!(message.contains("mdBook 0.5"), "{message}");
    }
    assert!(output.is_empty());
    assert!(supports("html") && !supports("latex"));
}
