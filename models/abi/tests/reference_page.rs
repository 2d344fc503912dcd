//! The book's page on the model interface is made from the header, so that the two cannot differ.
//!
//! `KOVACS_BLESS=1 cargo test -p kovacs-abi --test reference_page` writes it anew; without the variable a page that does
//! not belong to the header fails.

use kovacs_abi::HEADER;
use std::fmt::Write;
use std::path::Path;

/// Set to rewrite the page.
const BLESS: &str = "KOVACS_BLESS";

const INTRODUCTION: &str = "\
# The model interface

A model is a shared library that exports one function and answers with tables of constants and function pointers.
This page is made from `kovacs_model.h`, the one file that an author in C, C++ or Fortran needs; it lies in
`models/abi/include`.
Authors in Rust do not see it: they implement the trait `Model` of `kovacs-sdk`, which fills in everything below.

The life of an instance is `create` with settings, `bind` with an experiment, `evaluate` many times, `destroy`.
A fit calls only `evaluate`: parameter vectors in, curves out, and derivatives where a model announces them; where it
does not, the program takes differences of curves.
";

/// What one comment of the header says, without its frame.
fn prose(comment: &str) -> String {
    let inside = comment.trim_start_matches("/*").trim_end_matches("*/");
    let lines = inside.lines().map(|line| line.trim().trim_start_matches('*').trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The rules at the head of the file, as they stand there.
fn rules(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.strip_prefix(" *").unwrap_or(line));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines
        .skip_while(|line| !line.starts_with("Rules"))
        .skip(1)
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end_matches('/')
        .trim_end()
        .to_owned()
}

/// The page: a chapter per section of the header, comments between declarations as text, the rest as it stands.
fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let (head, body) = HEADER.split_once("*/\n").expect("the header begins with a comment");
    write!(page, "\n## Rules that hold everywhere\n\n```text\n{}\n```\n", rules(head)).unwrap();
    let body = &body[body.find("/* ---- ").expect("the header has sections")..];
    let end = body.rfind("#ifdef __cplusplus").expect("the header closes what it opened for C++");
    let mut code = String::new();
    let mut lines = body[..end].lines().peekable();
    let flush = |page: &mut String, code: &mut String| {
        if !code.trim().is_empty() {
            write!(page, "\n```c\n{}\n```\n", code.trim_matches('\n')).unwrap();
        }
        code.clear();
    };
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("/* ---- ") {
            flush(&mut page, &mut code);
            let title = title.trim_end_matches(['*', '/', '-', ' ']);
            let (first, rest) = title.split_at(1);
            write!(page, "\n## {}{rest}\n", first.to_uppercase()).unwrap();
        } else if line.starts_with("/*") {
            flush(&mut page, &mut code);
            let mut comment = line.to_owned();
            while !comment.contains("*/") {
                comment.push('\n');
                comment.push_str(lines.next().expect("a comment ends"));
            }
            write!(page, "\n{}\n", prose(&comment)).unwrap();
        } else {
            code.push_str(line);
            code.push('\n');
        }
    }
    flush(&mut page, &mut code);
    page
}

#[test]
fn the_page_is_that_of_the_header() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/reference/model-interface.md");
    let page = page();
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, &page).expect("the book can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "{} is not that of the header; run with {BLESS}=1 to rewrite", path.display());
}

#[test]
fn every_struct_of_the_header_is_on_the_page() {
    let page = page();
    for name in HEADER.lines().filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(" {")) {
        assert!(page.contains(&format!("}} {name};")), "{name}");
    }
    assert!(page.contains("\n## Extension kovacs.linear/1\n") && page.contains("KOVACS_CAP_JACOBIAN"));
}
