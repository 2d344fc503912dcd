//! What is read from a declaration, what a value becomes, what is refused.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

const CELL: &str = "\
use kovacs::prelude::*;
:timing
let t_w = 300.0; // [s] waiting time
let mut offset: f64 = -1.5; // [K]
let model = \"kww\"; // [kww | aoi] model to test
let glass: String = \"pvc\".to_string();
let seeds = 64_u16; // how many
let thorough = false;
let derived = 2.0 * t_w;";

fn notebook(source: &str) -> Notebook {
    let cells: Value = json!([
        {"cell_type": "markdown", "metadata": {}, "source": "text", "id": "a"},
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source, "id": "b"},
        {"cell_type": "code", "metadata": {}, "source": "let not_a_parameter = 1;", "id": "c"},
    ]);
    let text = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).to_string();
    Notebook::parse(Path::new("a.ipynb"), &text).expect("a notebook")
}

fn set(values: &[(&str, &str)]) -> Result<String, String> {
    let mut notebook = notebook(CELL);
    let values: Vec<_> = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    notebook.set_parameters(&values).map_err(|error| error.to_string())?;
    assert_eq!(notebook.len(), 4);
    let cell = notebook.cells().nth(2).expect("the third cell");
    assert!(cell.has_tag("injected-parameters"));
    Ok(cell.source())
}

#[test]
fn declarations_give_name_type_value_unit_and_words() {
    let rows: Vec<_> = notebook(CELL)
        .parameters()
        .expect("Rust")
        .into_iter()
        .map(|p| (p.name, p.type_name, p.default, p.unit, p.choices.join(" "), p.about, p.cell))
        .collect();
    let row = |name: &str, kind: &str, default: &str, unit: &str, choices: &str, about: &str| {
        let own = |text: &str| text.to_owned();
        (own(name), own(kind), own(default), own(unit), own(choices), own(about), 2)
    };
    assert_eq!(
        rows,
        [
            row("t_w", "f64", "300.0", "s", "", "waiting time"),
            row("offset", "f64", "-1.5", "K", "", ""),
            row("model", "&str", "\"kww\"", "", "kww aoi", "model to test"),
            row("glass", "String", "\"pvc\"", "", "", ""),
            row("seeds", "u16", "64_u16", "", "", "how many"),
            row("thorough", "bool", "false", "", "", ""),
        ]
    );
}

#[test]
fn values_are_converted_and_declared_as_the_author_did() {
    let all = [
        ("t_w", "15min"),
        ("offset", "-2"),
        ("model", "aoi"),
        ("glass", "a \"b\""),
        ("seeds", "65"),
        ("thorough", "true"),
    ];
    assert_eq!(
        set(&all).expect("accepted"),
        "// Values of this run.\nlet t_w = 900.0; // [s]\nlet mut offset: f64 = -2.0; // [K]\nlet model = \"aoi\";\n\
         let glass: String = \"a \\\"b\\\"\".to_string();\nlet seeds = 65u16;\nlet thorough = true;"
    );
    assert_eq!(set(&[("t_w", "1"), ("t_w", "2")]).expect("accepted"), "// Values of this run.\nlet t_w = 2.0; // [s]");
}

#[test]
fn refusals_say_what_is_wanted() {
    for (name, value, part) in [
        ("t_W", "1", "there is no parameter `t_W`"),
        ("derived", "1", "there is no parameter `derived`"),
        ("not_a_parameter", "1", "there is no parameter"),
        ("t_w", "long", "`t_w` is a number in s; `long` is not accepted"),
        ("t_w", "15K", "`K` is a temperature, not a time"),
        ("t_w", "NaN", "not accepted"),
        ("t_w", "1; panic!()", "not accepted"),
        ("model", "tnm", "one of kww, aoi; `tnm` is not accepted"),
        ("seeds", "1.5", "a whole number (`u16`)"),
        ("seeds", "65536", "does not fit the type"),
        ("seeds", "-1", "does not fit the type"),
        ("thorough", "yes", "`true` or `false`"),
    ] {
        let message = set(&[(name, value)]).expect_err(value);
        assert!(message.contains(part), "{message}");
    }
    let broken = notebook("let t_w = ;\n").parameters().expect_err("not Rust").to_string();
    assert!(broken.contains("cell 2") && broken.contains("line 1"), "{broken}");
}

#[test]
fn a_second_run_replaces_the_values_of_the_first() {
    let mut notebook = notebook(CELL);
    for value in ["1", "2"] {
        notebook.set_parameters(&[("t_w".into(), value.into())]).expect("accepted");
    }
    let cells: Vec<String> = notebook.cells().map(|cell| cell.source()).collect();
    assert_eq!(cells.len(), 4);
    assert!(cells[2].contains("let t_w = 2.0;"), "{cells:?}");
}

proptest! {
    #[test]
    fn any_text_stays_text(value in ".*") {
        let source = set(&[("glass", &value)]).expect("text");
        let file: syn::Block = syn::parse_str(&format!("{{{source}}}")).expect("still Rust");
        prop_assert_eq!(file.stmts.len(), 1);
    }

    #[test]
    fn any_number_is_given_back(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        let source = set(&[("t_w", &format!("{value:e}"))]).expect("a number");
        let literal = source.split("= ").nth(1).and_then(|rest| rest.split(';').next()).expect("a literal");
        prop_assert_eq!(literal.parse::<f64>().expect("a number"), value);
    }

    #[test]
    fn nothing_a_cell_holds_is_too_much(source in ".{0,200}") {
        let _ = notebook(&source).parameters();
    }
}
