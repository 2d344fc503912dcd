//! Completion and inspection over the real prelude and the real standard library. The cursor is `^`.

#[path = "../../tests/workspace/mod.rs"]
mod workspace;

use super::{Completed, Program, World};
use crate::answer::{Completion, Inspection, Kind};
use kovacs_session::Variable;
use proptest::prelude::*;
use std::sync::{Mutex, OnceLock, PoisonError};
use workspace::sources;

/// Loaded once for all tests.
fn with_world<T>(work: impl FnOnce(&mut World) -> T) -> T {
    static WORLD: OnceLock<Mutex<World>> = OnceLock::new();
    let world = WORLD.get_or_init(|| Mutex::new(World::load(&sources()).expect("the sources are there")));
    work(&mut world.lock().unwrap_or_else(PoisonError::into_inner))
}

fn program(code: &str) -> Program {
    let variable = |name: &str, type_name: &str| Variable {
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        bytes: Some(24),
        preview: Some("[1.0, 2.0]".to_owned()),
    };
    let cursor = code.find('^').unwrap_or(code.len());
    Program {
        items: "use kovacs::prelude::*;\n/// Twice as much.\n///\n/// And more words.\nfn twice(x: f64) -> f64 { 2.0 * x }\n\
                #[derive(Clone)] struct Sample { mass: f64 }\n"
            .to_owned(),
        variables: vec![variable("stresses", "Vec<f64>"), variable("table", "kovacs::dataset::Table")],
        code: code.replacen('^', "", 1),
        cursor,
    }
}

fn complete(code: &str) -> Completed {
    with_world(|world| world.complete(&program(code)))
}

#[track_caller]
fn item(code: &str, text: &str) -> Completion {
    let found = complete(code);
    let texts: Vec<&str> = found.items.iter().map(|item| item.text.as_str()).collect();
    found.items.iter().find(|item| item.text == text).unwrap_or_else(|| panic!("no {text} in {texts:?}")).clone()
}

#[track_caller]
fn inspect(code: &str, with_source: bool) -> Inspection {
    with_world(|world| world.inspect(&program(code), with_source)).expect("something is known")
}

#[test]
fn a_method_has_plain_text_signature_documentation_and_snippet() {
    let push = item("stresses.pu", "push");
    assert_eq!(push.kind, Kind::Method);
    assert_eq!(push.label, "push(…)");
    assert_eq!(push.type_name.as_deref(), Some("fn push(&mut self, value: T)"));
    assert_eq!(push.documentation.as_deref(), Some("Appends an element to the back of a collection."));
    assert_eq!(push.snippet.as_deref(), Some("push(${1:value})$0"));
}

#[test]
fn what_is_replaced_is_the_whole_name() {
    let found = complete("let a = 1; stresses.le^n_of; a");
    assert_eq!((found.start, found.end), (20, 26));
    assert!(found.items.iter().all(|item| item.text.to_lowercase().starts_with("le")));
    // A name of two bytes a letter, and something of four before it.
    let found = complete("\"🌡\"; let größe = 1; grö^");
    assert_eq!(found.items.first().map(|item| item.text.as_str()), Some("größe"));
}

#[test]
fn every_kind_of_name_is_completed() {
    assert_eq!(item("let sample = Sample { mass: 1.0 }; sample.", "mass").kind, Kind::Field);
    assert_eq!(item("twi", "twice").type_name.as_deref(), Some("fn twice(x: f64) -> f64"));
    let of_variable = item("str", "stresses").type_name;
    assert!(of_variable.as_deref().is_some_and(|name| name.starts_with("Vec<f64")), "{of_variable:?}");
    assert_eq!(item("printl", "println!").kind, Kind::Macro);
    assert_eq!(item("use kovacs::", "prelude").kind, Kind::Module);
    assert_eq!(item("std::collections::Hash", "HashMap").kind, Kind::Type);
    assert_eq!(item("Model::", "load").kind, Kind::Function);
    assert_eq!(item("whi", "while").kind, Kind::Keyword);
    assert_eq!(item("Verdict::", "Rising").kind, Kind::Variant);
}

#[test]
fn types_are_inferred_through_closures_and_question_marks() {
    item("stresses.iter().map(|x| x * 2.0).collect::<Vec<f64>>().", "push");
    item("let model = Model::load(\"kww\")?.glass(\"pvc\")?; model.", "second_stage");
    item("stresses.iter().map(|stress| stress.^)", "sqrt");
    item("table.only(\"t_w\", 300.0)?.", "numbers");
    item("let x = std::collections::HashMap::<String, f64>::new(); x.", "insert");
}

#[test]
fn what_is_unstable_or_private_is_not_offered() {
    let found = complete("stresses.");
    assert!(found.items.iter().all(|item| item.text != "buf" && item.text != "push_within_capacity"));
}

#[test]
fn a_function_is_inspected_at_its_name_and_in_its_arguments() {
    for code in ["twi^ce(1.0)", "twice^", "twice(^", "twice(1.0^)"] {
        let found = inspect(code, false);
        assert!(found.plain.contains("fn twice(x: f64) -> f64"), "{code}: {}", found.plain);
        assert!(found.plain.contains("And more words."), "{code}: {}", found.plain);
        assert!(found.html.contains("<code"), "{}", found.html);
    }
}

#[test]
fn a_variable_is_inspected_with_type_size_and_beginning() {
    let found = inspect("stresses", false).plain;
    for part in ["Vec<f64>", "24 bytes", "[1.0, 2.0]", "contiguous growable array"] {
        assert!(found.contains(part), "no {part} in {found}");
    }
}

#[test]
fn the_source_comes_at_the_second_level_of_detail() {
    assert!(!inspect("twice", false).plain.contains("2.0 * x"));
    assert!(inspect("twice", true).plain.contains("fn twice(x: f64) -> f64 { 2.0 * x }"));
    let of_a_method = inspect("stresses.push", true);
    assert!(of_a_method.plain.contains("pub fn push(&mut self, value: T) {"));
    assert!(of_a_method.markdown.contains("\n}\n```"), "at the left margin: {}", of_a_method.markdown);
}

#[test]
fn nothing_is_known_of_nothing() {
    for code in ["", "   ", "1 + ", "// words"] {
        assert_eq!(with_world(|world| world.inspect(&program(code), true)), None, "{code}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_and_any_cursor_has_an_answer(text in any::<String>(), cursor in 0usize..64) {
        ask_all(&text, cursor);
    }

    #[test]
    fn any_tokens_and_any_cursor_have_an_answer(words in proptest::collection::vec(prop::sample::select(vec![
        "stresses", ".", "push", "(", ")", "{", "}", "let", "=", "1", "\"", "::", "|x|", "?", ";", "Model", "use", "<", ">", "fn",
        "impl", "'a", "\n", "macro_rules!", "#[", "]", "struct", "match", "=>", "😀", "async", "//", "dyn", "where", "&", "mut",
    ]), 0..24), cursor in 0usize..128) {
        ask_all(&words.join(" "), cursor);
        ask_all(&words.concat(), cursor);
    }
}

fn ask_all(text: &str, cursor: usize) {
    let cursor = crate::position::byte_of(text, cursor);
    let program = Program { code: text.to_owned(), cursor, ..program("") };
    with_world(|world| {
        world.complete(&program);
        world.inspect(&program, true);
    });
}
