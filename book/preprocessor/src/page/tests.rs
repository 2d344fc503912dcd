//! What notebooks become, output by output.

use super::*;
use crate::marks::Marks;
use crate::values::Values;
use proptest::prelude::*;
use serde_json::json;
use std::path::Path;

fn notebook(cells: Value, note: Value) -> Notebook {
    let metadata = json!({"kovacs": note});
    let text = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}).to_string();
    Notebook::parse(Path::new("n.ipynb"), &text).expect("a notebook")
}

fn done() -> Value {
    json!({"engine_version": "0.1.0", "code_digest": "abc", "status": "done", "seconds": 1.23})
}

fn try_rendered(executed: &Notebook, current: Option<&Notebook>) -> Result<Page, BookError> {
    let mut marks = Marks::new(None, Values::new(Path::new("nowhere")));
    render("n", executed, current, &mut marks.page(Path::new("one.md"), "3."))
}

fn rendered(executed: &Notebook, current: Option<&Notebook>) -> Page {
    try_rendered(executed, current).expect("a page")
}

/// The page of a notebook with one code cell that has these outputs.
fn page_of(outputs: Value) -> Page {
    let cell = json!({"cell_type": "code", "id": "c", "source": "figure", "outputs": outputs});
    rendered(&notebook(json!([cell]), done()), None)
}

fn display(data: Value) -> Value {
    json!([{"output_type": "display_data", "metadata": {}, "data": data}])
}

#[test]
fn a_formula_that_is_not_understood_is_shown_as_it_was_written() {
    let cells = json!([{"cell_type": "markdown", "source": "As $\\tau_i$ and $\\mathchoice_<$ say."}]);
    let page = rendered(&notebook(cells, done()), None);
    assert!(page.markdown.contains("<msub><mi>τ</mi><mi>i</mi></msub>"), "{}", page.markdown);
    assert!(page.markdown.contains(">&#92;mathchoice&#95;&lt;</code> say."), "{}", page.markdown);
}

#[test]
fn the_title_comes_first_and_the_run_below_it() {
    let cells = json!([
        {"cell_type": "markdown", "source": "# Title\n\ntext"},
        {"cell_type": "code", "source": "let x = 1;\n\nlet s = \"```\";", "outputs": []},
        {"cell_type": "raw", "source": "not shown"},
    ]);
    let page = rendered(&notebook(cells, done()), None);
    let title = page.markdown.find("# Title").expect("the title");
    let run = page.markdown.find("Executed by Kovacs 0.1.0 in 1.2 s").expect("the run");
    assert!(title < run);
    assert!(page.markdown.contains("<summary>Cell 2: <code>let x = 1;</code></summary>"));
    assert!(page.markdown.contains("````rust\nlet x = 1;\n\nlet s = \"```\";\n````"), "{}", page.markdown);
    assert!(!page.markdown.contains("not shown"));
    assert_eq!(page.files.last().map(|file| file.name.as_str()), Some("n.ipynb"));
}

#[test]
fn text_and_errors_are_shown_as_they_are_without_colours() {
    let page = page_of(json!([
        {"output_type": "stream", "name": "stdout", "text": ["a < b\n", "\n", "c\n"]},
        {"output_type": "error", "ename": "Panic", "evalue": "no <b>", "traceback": ["\u{1b}[31mat 1:2\u{1b}[0m"]},
    ]));
    assert!(page.markdown.contains("<pre class=\"kovacs-stream\">a &lt; b\n&#10;c</pre>"), "{}", page.markdown);
    assert!(page.markdown.contains("<b>Panic</b>: no &lt;b&gt;"));
    assert!(page.markdown.contains("at 1:2") && !page.markdown.contains('\u{1b}'));
}

#[test]
fn megabytes_of_text_do_not_become_a_page() {
    let page = page_of(json!([{"output_type": "stream", "name": "stdout", "text": "é".repeat(500_000)}]));
    assert!(page.markdown.len() < 2 * LONGEST_TEXT, "{} bytes", page.markdown.len());
    assert!(page.markdown.contains("980000 more bytes of this output are in the executed notebook"));
}

#[test]
fn a_figure_is_a_file_with_its_numbers_beside_it() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>Stress &amp; strain</title></svg>";
    let page = page_of(display(json!({
        "image/svg+xml": svg, "text/plain": "Figure", "text/csv": "# figure: a\n#   origin: synthetic\nx,y\n1,2\n",
        "text/html": "<b>not this</b>",
    })));
    let names: Vec<&str> = page.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["figures/n-1.csv", "figures/n-1.svg", "n.ipynb"]);
    assert_eq!(page.files[1].bytes, svg.as_bytes());
    assert!(page.markdown.contains("<img src=\"figures/n-1.svg\" alt=\"Stress &amp; strain\">"), "{}", page.markdown);
    assert!(page.markdown.contains("figure: a\n  origin: synthetic"), "{}", page.markdown);
    assert!(!page.markdown.contains("not this"));
}

#[test]
fn html_is_taken_only_if_it_does_nothing() {
    let table = page_of(display(json!({"text/html": "<table>\n\n<tr><td>1</td></tr></table>", "text/plain": "1"})));
    assert!(table.markdown.contains("<div class=\"kovacs-output\"><table>\n&#10;<tr><td>1</td></tr></table></div>"));
    let script = page_of(display(json!({"text/html": "<script>1</script>", "text/plain": "in words"})));
    assert!(script.markdown.contains("in words") && !script.markdown.contains("<script"));
    let nothing = page_of(display(json!({"text/html": "<script>1</script>"})));
    assert!(nothing.markdown.contains("no form for a page"));
}

#[test]
fn images_are_decoded_and_damaged_ones_are_named() {
    let image = page_of(display(json!({"image/png": "iVBO\nRw0K\n"})));
    assert_eq!(image.files[0].bytes, b"\x89PNG\r\n");
    let damaged = page_of(display(json!({"image/png": "not base64!"})));
    assert!(damaged.markdown.contains("An image of this cell is damaged"));
}

#[test]
fn pictures_in_text_are_files_too() {
    let cells = json!([{
        "cell_type": "markdown", "source": "![setup](attachment:setup.png) ![x](attachment:bad.png)",
        "attachments": {"setup.png": {"image/png": "iVBORw0K"}, "bad.png": {"image/png": "?"}},
    }]);
    let page = rendered(&notebook(cells, done()), None);
    assert!(page.markdown.contains("![setup](figures/n-1.png) ![x](attachment:bad.png)"), "{}", page.markdown);
    assert_eq!((page.files[0].name.as_str(), page.files[0].bytes.as_slice()), ("figures/n-1.png", &b"\x89PNG\r\n"[..]));
}

#[test]
fn a_page_says_when_its_run_is_not_whole_or_not_new() {
    let cell = |source: &str| json!({"cell_type": "code", "id": "c", "source": source, "outputs": []});
    let failed = json!({"engine_version": "0.1.0", "code_digest": "abc", "status": "timed_out", "failed_cell": "c"});
    let page = rendered(&notebook(json!([cell("loop {}")]), failed), None);
    assert!(page.markdown.contains("did not reach its end: timed out at cell 1"), "{}", page.markdown);
    let skipped = json!({"code_digest": "abc", "status": "skipped", "reason": "no file & no data"});
    let page = rendered(&notebook(json!([cell("1")]), skipped), None);
    assert!(page.markdown.contains("was skipped: no file &amp; no data"));
    let current = notebook(json!([cell("2")]), Value::Null);
    let same = notebook(json!([cell("1")]), json!({"status": "done", "code_digest": current.code_digest()}));
    assert!(!rendered(&same, Some(&current)).markdown.contains("has changed"));
    let old = notebook(json!([cell("1")]), done());
    assert!(rendered(&old, Some(&current)).markdown.contains("has changed since it was executed"));
}

#[test]
fn damaged_outputs_are_shown_as_damage() {
    for outputs in [json!([1]), json!([{"output_type": "display_data", "data": 1}]), json!([{"output_type": "new"}])] {
        assert!(page_of(outputs).markdown.contains("kovacs-problem"));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["stream", "error", "display_data", "<div>", "<td title='", "\u{1b}[31", "a\n\n<b>"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let keys = prop::sample::select(vec![
            "output_type",
            "name",
            "text",
            "data",
            "text/plain",
            "text/html",
            "image/svg+xml",
            "image/png",
            "ename",
            "evalue",
            "traceback",
            "text/csv",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..6)
                .prop_map(|fields| fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    /// Whatever a file says its outputs are, there is a page, and no block of HTML in it ends early.
    #[test]
    fn any_output_has_a_page(outputs in prop::collection::vec(any_json(), 0..4), text in "\\PC{0,40}") {
        let cells = json!([
            {"cell_type": "markdown", "source": text},
            {"cell_type": "code", "source": text, "outputs": outputs},
        ]);
        // Text may happen to cite something; then there is none.
        let Ok(page) = try_rendered(&notebook(cells, done()), None) else { return Ok(()) };
        let mut inside = false;
        for line in page.markdown.lines() {
            inside |= line.starts_with("<pre") || line.starts_with("<div class=\"kovacs-output");
            prop_assert!(!(inside && line.trim().is_empty()), "{}", page.markdown);
            inside &= !(line.ends_with("</pre>") || line.ends_with("</div>"));
        }
    }
}
