//! What is refused and how that is said; what is kept; ids.

use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Notebook, RunnerError> {
    Notebook::parse(Path::new("a.ipynb"), text)
}

fn refusal(text: &str) -> String {
    parse(text).expect_err("not a notebook for us").to_string()
}

fn with_metadata(metadata: Value) -> String {
    json!({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": []}).to_string()
}

fn with_cells(cells: Value) -> String {
    json!({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).to_string()
}

#[test]
fn refusals_say_what_and_where() {
    for (text, part) in [
        ("{\n \"cells\": [1,\n}", "not JSON at line 3, column 1: expected value"),
        ("", "not JSON at line 1, column 0"),
        ("[]", "not an object"),
        ("{}", "no number `nbformat`"),
        (r#"{"nbformat": 4}"#, "no list `cells`"),
        (r#"{"nbformat": 4, "metadata": 1, "cells": []}"#, "`metadata` is not an object"),
        (r#"{"nbformat": 2, "worksheets": []}"#, "`jupyter nbconvert --to notebook --nbformat 4 a.ipynb`"),
        (r#"{"nbformat": 5, "cells": []}"#, "format 5"),
    ] {
        let message = refusal(text);
        assert!(message.contains(part) && message.contains("`a.ipynb`"), "{message}");
    }
    for (cell, part) in [
        (json!(1), "not an object"),
        (json!({"source": ""}), "no `cell_type`"),
        (json!({"cell_type": "heading", "source": ""}), "none of code, markdown and raw"),
        (json!({"cell_type": "code"}), "`source` is neither"),
        (json!({"cell_type": "code", "source": [1]}), "`source` is neither"),
        (json!({"cell_type": "code", "source": "", "metadata": []}), "`metadata` is not an object"),
        (json!({"cell_type": "code", "source": "", "outputs": {}}), "`outputs` are not a list"),
    ] {
        let good = json!({"cell_type": "raw", "source": ""});
        let message = refusal(&with_cells(json!([good, cell])));
        assert!(message.contains("cell 2 is damaged") && message.contains(part), "{message}");
    }
}

#[test]
fn refusals_of_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.ipynb");
    assert!(matches!(Notebook::read(&path), Err(RunnerError::NoSuchFile { .. })));
    assert!(matches!(Notebook::read(folder.path()), Err(RunnerError::IsFolder { .. })));
    std::fs::write(&path, b"{\"a\": \"\xff\"}").expect("written");
    assert!(matches!(Notebook::read(&path), Err(RunnerError::NotText { offset: 7, .. })));
}

#[test]
fn only_rust_is_run() {
    for (metadata, language) in [
        (json!({"kernelspec": {"name": "python3", "language": "python"}}), "python"),
        (json!({"language_info": {"name": "julia"}}), "julia"),
        (json!({"kernelspec": {"name": "python2"}}), "python2"),
    ] {
        let message = refusal(&with_metadata(metadata));
        assert!(message.contains(&format!("a notebook in {language}, not in Rust")), "{message}");
    }
    for metadata in [
        json!({}),
        json!({"kernelspec": {"name": "kovacs", "language": "rust"}}),
        json!({"kernelspec": {"name": "evcxr_jupyter"}}),
        json!({"language_info": {"name": "Rust"}}),
    ] {
        assert!(parse(&with_metadata(metadata.clone())).is_ok(), "{metadata}");
    }
}

#[test]
fn ids_depend_on_the_text_only() {
    let cell = |source: &str| json!({"cell_type": "code", "source": source});
    let ids = |cells: Value| -> Vec<String> {
        let notebook = parse(&with_cells(cells)).expect("a notebook");
        notebook.cells().map(|cell| cell.id().to_owned()).collect()
    };
    let first = ids(json!([cell("a"), cell("b"), cell("a")]));
    assert_eq!(first, ids(json!([cell("a"), cell("b"), cell("a")])));
    assert_eq!(first[2], format!("{}-2", first[0]));
    let longer = ids(json!([cell("new"), cell("a"), cell("b"), cell("a")]));
    assert_eq!(longer[1..], first[..]);
}

#[test]
fn bad_and_repeated_ids_are_replaced_and_good_ones_stay() {
    let cell = |id: Value| json!({"cell_type": "raw", "source": "", "id": id});
    let cells = json!([cell(json!("good_1")), cell(json!("good_1")), cell(json!("no spaces")), cell(json!(7))]);
    let notebook = parse(&with_cells(cells)).expect("a notebook");
    let ids: Vec<&str> = notebook.cells().map(|cell| cell.id()).collect();
    assert_eq!(ids[0], "good_1");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 4);
    assert!(ids.iter().all(|id| !id.is_empty() && !id.contains(' ')));
}

#[test]
fn what_is_not_ours_is_kept() {
    let text = json!({
        "nbformat": 4, "nbformat_minor": 6, "metadata": {"authors": ["written as text"], "widgets": {"state": 1}},
        "cells": [
            {"cell_type": "raw", "id": "r", "metadata": {"format": "text/latex"}, "source": ["a\n", "b"],
             "attachments": {"x.png": {"image/png": "AAAA"}}},
            {"cell_type": "code", "id": "c", "metadata": {"mine": [1, null]}, "source": "1 + 1",
             "execution_count": 3, "outputs": [{"output_type": "of the future", "data": 1}]},
        ],
    })
    .to_string();
    let written: Value = serde_json::from_str(&parse(&text).expect("a notebook").to_text()).expect("JSON");
    let original: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(written, original);
}

#[test]
fn a_byte_order_mark_is_no_obstacle() {
    assert!(parse(&format!("\u{feff}{}", with_cells(json!([])))).is_ok());
}

#[test]
fn the_digest_follows_code_and_not_text() {
    let digest = |text: &str, code: &str, tags: Value| {
        let cells = json!([
            {"cell_type": "markdown", "source": text},
            {"cell_type": "code", "source": code, "metadata": {"tags": tags}},
        ]);
        parse(&with_cells(cells)).expect("a notebook").code_digest()
    };
    let original = digest("text", "let x = 1;", json!([]));
    assert_eq!(original, digest("other text", "let x = 1;", json!(["other"])));
    assert_ne!(original, digest("text", "let x = 2;", json!([])));
    assert_ne!(original, digest("text", "let x = 1;", json!(["skip"])));
}

proptest! {
    /// A file that is damaged anywhere is a notebook or a refusal that names it; nothing else can happen.
    #[test]
    fn damage_is_refused_or_harmless(at in 0_usize..400, byte in any::<u8>(), cut in 1_usize..1200) {
        let cells = json!([
            {"cell_type": "code", "id": "a", "source": ["let x = 1;\n", "x"], "metadata": {"tags": ["skip"]}},
            {"cell_type": "markdown", "source": "Δσ", "attachments": {"a.png": {"image/png": "AA"}}},
        ]);
        let mut bytes = with_cells(cells).into_bytes();
        if let Some(target) = bytes.get_mut(at) {
            *target = byte;
        }
        bytes.truncate(bytes.len().min(cut));
        match parse(&String::from_utf8_lossy(&bytes)) {
            Ok(notebook) => prop_assert!(parse(&notebook.to_text()).is_ok_and(|again| again == notebook)),
            Err(error) => prop_assert!(error.to_string().contains("a.ipynb")),
        }
    }
}
