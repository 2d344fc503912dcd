//! Books that a plain mdBook builds: what goes over its pipe to the program and back. Figures as files for an article.

use crate::program::{Said, kovacs, run, say};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// What the program answers mdBook for a book of this one chapter.
fn asked(root: &Path, chapter: &str) -> Said {
    let settings = json!({"command": "kovacs book preprocess", "executed": "run", "bibliography": "sources.bib"});
    let context = json!({
        "root": root,
        "config": {"book": {"title": "T", "src": "src"}, "preprocessor": {"kovacs": settings}},
        "renderer": "html",
        "mdbook_version": "0.5.4",
    });
    let page = json!({"name": "One", "content": chapter, "number": [1], "sub_items": [], "path": "part/one.md",
        "source_path": "part/one.md", "parent_names": []});
    let book = json!({"items": [{"Chapter": page}]});
    let mut program = kovacs(&["book", "preprocess"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut input = program.stdin.take().expect("a pipe");
    input.write_all(json!([context, book]).to_string().as_bytes()).expect("written");
    drop(input);
    Said::of(&program.wait_with_output().expect("an end"))
}

#[test]
fn a_plain_mdbook_gets_pages_with_results() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("run")).expect("made");
    let data = json!({"image/svg+xml": "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>F</title></svg>"});
    let outputs = json!([{"output_type": "display_data", "metadata": {}, "data": data}]);
    let cells = json!([{"cell_type": "code", "id": "c", "source": "figure", "metadata": {}, "outputs": outputs}]);
    let notebook = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells});
    std::fs::write(folder.path().join("run/n.ipynb"), notebook.to_string()).expect("written");
    std::fs::write(folder.path().join("sources.bib"), "@book{ferry1980, author = {Ferry, J. D.}, year = 1980}")
        .expect("written");

    let said = asked(folder.path(), "# One\n\n{{#figure n c}}\n\nSee [@fig:c] and [@ferry1980]: $t_p$.\n").ends_with(0);
    let book: Value = serde_json::from_str(&said.out).expect("a book as JSON and nothing else");
    let page = book["items"][0]["Chapter"]["content"].as_str().expect("a page");
    for part in ["src=\"data:image/svg+xml;base64,", "Fig.\u{a0}1.1</a>", "J. D. Ferry", "<msub>", "<style>"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let said = asked(folder.path(), "# One\n\nNobody [@ferry1981].\n").ends_with(1);
    assert_eq!(said.out, "");
    said.complains_of(&["chapter `part/one.md`, line 3", "is `ferry1980` meant?"]);

    say(&["book", "preprocess", "supports", "html"]).ends_with(0);
    say(&["book", "preprocess", "supports", "latex"]).ends_with(1);
    run(kovacs(&["book", "preprocess"]).stdin(Stdio::null())).ends_with(1).complains_of(&["mdBook 0.5"]);
}

#[test]
fn figures_are_files_of_the_width_of_a_column() {
    let folder = tempfile::tempdir().expect("a folder");
    let svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"300\"><text font-size=\"12\">t</text></svg>";
    let outputs = json!([{"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": svg}}]);
    let cells = json!([{"cell_type": "code", "id": "shown", "source": "1", "metadata": {}, "outputs": outputs}]);
    let notebook = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells});
    std::fs::write(folder.path().join("n.ipynb"), notebook.to_string()).expect("written");
    let inside = |more: &[&str]| {
        run(kovacs(&[&["figures", "n.ipynb", "--format", "svg"], more].concat()).current_dir(folder.path()))
    };
    inside(&["--width", "single"]).ends_with(0).prints(&["figures/n-shown.svg: 89 mm by 44.5 mm, letters from 5.0 pt"]);
    let text = std::fs::read_to_string(folder.path().join("figures/n-shown.svg")).expect("the file");
    assert!(text.contains("width=\"89.000mm\" height=\"44.500mm\" viewBox=\"0 0 600 300\""), "{text}");
    inside(&["--width", "5cm"]).ends_with(0).complains_of(&["letters of 2.8 pt are too small", "from 89 mm on"]);
    inside(&["--cell", "other"]).ends_with(1).complains_of(&["cell `other`", "cells with figures: shown"]);
    inside(&["--width", "5px"]).ends_with(2).complains_of(&["`5px` is no width", "3.5in"]);
    run(kovacs(&["figures", "n.ipynb", "--format", "pdf"])
        .env("KOVACS_BROWSER", "/nowhere")
        .current_dir(folder.path()))
    .ends_with(1)
    .complains_of(&["/nowhere", "cell `shown`"]);
}
