//! What is shown below a cell that failed: each report as the user reads it, without its colours.

use crate::program::{kovacs, run};
use crate::scratch::{Executed, code, notebook, tagged};

/// The reports of these cells, in one session. A cell that does not fail shows its text.
fn reports(cells: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let tagged: Vec<_> = cells.iter().map(|source| tagged("raises-exception", source)).collect();
    notebook(folder.path(), "errors.ipynb", &[&[code("use kovacs::prelude::*;")], tagged.as_slice()].concat());
    run(kovacs(&["run", "errors.ipynb", "--out", "executed"]).current_dir(folder.path())).ends_with(0);
    let executed = Executed::read(&folder.path().join("executed/errors.ipynb"));
    let mut text = String::new();
    for number in 2..cells.len() + 2 {
        let error = executed.outputs(number).iter().find(|output| output["output_type"] == "error");
        let lines = error.and_then(|error| error["traceback"].as_array()).into_iter().flatten();
        let report: Vec<&str> = lines.filter_map(|line| line.as_str()).collect();
        let report = if report.is_empty() { executed.text(number) } else { without_colours(&report.join("\n")) };
        text.push_str(report.trim_end());
        text.push_str("\n\n");
    }
    text
}

pub fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| all + piece.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn the_annotation_that_a_variable_needs_is_shown() {
    insta::assert_snapshot!(reports(&[
        "let x = Vec::new();",
        "let map = std::collections::HashMap::new();",
        "let sum = [1, 2, 3].iter().sum();",
        "let number = \"1\".parse()?;",
        "for i in 0..2 { if i > 5 { break; } } let all = (0..3).collect();",
        "let (a, b) = (1, Vec::new());",
    ]), @r##"
    error[E0282]: type annotations needed for `Vec<_>`
     --> cell:1:5
      |
    1 | let x = Vec::new();
      |     ^ error: type annotations needed for `Vec<_>`
     ::: cell:1:9
      |
    1 | let x = Vec::new();
      |         ^^^^^^^^^^ type must be known at this point
      = help: write the type of `x`, for instance:
    1 | let x: Vec<f64> = Vec::new();

    error[E0282]: type annotations needed for `HashMap<_, _>`
     --> cell:1:5
      |
    1 | let map = std::collections::HashMap::new();
      |     ^^^ error: type annotations needed for `HashMap<_, _>`
     ::: cell:1:11
      |
    1 | let map = std::collections::HashMap::new();
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ type must be known at this point
      = help: write the type of `map`, for instance:
    1 | let map: std::collections::HashMap<String, f64> = std::collections::HashMap::new();

    error[E0283]: type annotations needed
     --> cell:1:5
      |
    1 | let sum = [1, 2, 3].iter().sum();
      |     ^^^ error: type annotations needed
     ::: cell:1:28
      |
    1 | let sum = [1, 2, 3].iter().sum();
      |                            ^^^ type must be known at this point
      = help: write the type of `sum`, for instance:
    1 | let sum: i32 = [1, 2, 3].iter().sum();
      = help: the following types implement trait `Sum<A>`:
                `Duration` implements `Sum<&'a Duration>`
                `Duration` implements `Sum`
                `Option<T>` implements `Sum<Option<U>>`
                `Result<T, E>` implements `Sum<Result<U, E>>`
                `Saturating<u128>` implements `Sum<&'a Saturating<u128>>`
                `Saturating<u128>` implements `Sum`
                `Saturating<u16>` implements `Sum<&'a Saturating<u16>>`
                `Saturating<u16>` implements `Sum`
              and 88 others

    error[E0277]: the trait bound `!: FromStr` is not satisfied
     --> cell:1:18
      |
    1 | let number = "1".parse()?;
      |                  ^^^^^ the trait `FromStr` is not implemented for `!`
      = help: write the type of `number`, for instance:
    1 | let number: f64 = "1".parse()?;
      = help: the following other types implement trait `FromStr`:
                ByteString
                CString
                IpAddr
                Ipv4Addr
                Ipv6Addr
                NonZero<i128>
                NonZero<i16>
                NonZero<i32>
              and 33 others

    error[E0283]: type annotations needed
     --> cell:1:43
      |
    1 | for i in 0..2 { if i > 5 { break; } } let all = (0..3).collect();
      |                                           ^^^ error: type annotations needed
     ::: cell:1:56
      |
    1 | for i in 0..2 { if i > 5 { break; } } let all = (0..3).collect();
      |                                                        ^^^^^^^ type must be known at this point
      = help: write the type of `all`, for instance:
    1 | for i in 0..2 { if i > 5 { break; } } let all: Vec<_> = (0..3).collect();

    error[E0282]: type annotations needed
     --> cell:1:18
      |
    1 | let (a, b) = (1, Vec::new());
      |                  ^^^^^^^^ cannot infer type of the type parameter `T` declared on the struct `Vec`
      = help: write the type, for instance:
    1 | let (a, b) = (1, Vec::<f64>::new());
    "##);
}

#[test]
fn what_cannot_be_kept_is_said_with_what_can() {
    insta::assert_snapshot!(reports(&[
        "let data = vec![1.0, 2.0]; let name = String::from(\"glass\");",
        "let first = &data[0];",
        "let some = &data[..1];",
        "let view = data.iter();",
        "let same = name.as_str();",
        "fn numbers() -> impl Iterator<Item = i32> { 0..3 }\nlet all = numbers();",
        "let double = |x: f64| 2.0 * x;",
        "let hidden = { mod inner { pub struct Hidden; } inner::Hidden };",
        "let text = polars::prelude::StringChunkedBuilder::new(\"a\".into(), 3);",
        "data.len()",
    ]), @r##"
    error: `first` borrows from another variable, so it cannot be kept
     --> cell:1:5
      |
    1 | let first = &data[0];
      |     ^^^^^
      = help: keep a value of its own:
    1 | let first = data[0].clone();

    error: `some` borrows from another variable, so it cannot be kept
     --> cell:1:5
      |
    1 | let some = &data[..1];
      |     ^^^^
      = help: keep a value of its own:
    1 | let some = data[..1].to_owned();

    error: `view` borrows from another variable, so it cannot be kept
     --> cell:1:5
      |
    1 | let view = data.iter();
      |     ^^^^
      = help: keep a value of its own:
    1 | let view: Vec<_> = data.iter().cloned().collect();

    error: `same` borrows from another variable, so it cannot be kept
     --> cell:1:5
      |
    1 | let same = name.as_str();
      |     ^^^^
      = help: keep a value of its own:
    1 | let same = name.as_str().to_owned();

    error: the type of `all`, `impl Iterator<Item = i32>`, has no name, so it cannot be kept
     --> cell:2:5
      |
    2 | let all = numbers();
      |     ^^^
      = help: keep what it gives:
    2 | let all: Vec<_> = numbers().collect();

    error: `double` is a closure, whose type has no name, so it cannot be kept
     --> cell:1:5
      |
    1 | let double = |x: f64| 2.0 * x;
      |     ^^^^^^
      = help: keep it in a box, or write a function:
    1 | let double: Box<dyn Fn(f64) -> _> = Box::new(|x: f64| 2.0 * x);

    error: the type of `hidden` was not inferred, so it cannot be kept: it is `Hidden`
     --> cell:1:5
      |
    1 | let hidden = { mod inner { pub struct Hidden; } inner::Hidden };
      |     ^^^^^^
      = help: keep what you need of it in a variable of another type, or put the statements in braces: nothing in braces is kept

    error: the type of `text` was not inferred, so it cannot be kept: it is `BinViewChunkedBuilder<str>`
     --> cell:1:5
      |
    1 | let text = polars::prelude::StringChunkedBuilder::new("a".into(), 3);
      |     ^^^^
      = help: write its type:
    1 | let text: polars::prelude::StringChunkedBuilder = polars::prelude::StringChunkedBuilder::new("a".into(), 3);

    2
    "##);
}

#[test]
fn a_missing_import_is_proposed_wherever_the_name_stands() {
    insta::assert_snapshot!(reports(&[
        "let map: HashMap<String, f64> = Default::default();",
        "HashMap::from([(1, 2)])",
        "let now = 1;\nInstant::now()",
        "polars::prelude::DataFrame::empty().lazy()",
        "fn f(text: &str) -> usize { text.len() }\nf(String::new())",
    ]), @r##"
    error[E0425]: cannot find type `HashMap` in this scope
     --> cell:1:10
      |
    1 | let map: HashMap<String, f64> = Default::default();
      |          ^^^^^^^ not found in this scope
      = help: consider importing this struct
      | use std::collections::HashMap;

    error[E0433]: cannot find type `HashMap` in this scope
     --> cell:1:1
      |
    1 | HashMap::from([(1, 2)])
      | ^^^^^^^ use of undeclared type `HashMap`
      = help: consider importing this struct
      | use std::collections::HashMap;

    error[E0433]: cannot find type `Instant` in this scope
     --> cell:2:1
      |
    2 | Instant::now()
      | ^^^^^^^ use of undeclared type `Instant`
      = help: consider importing this struct
      | use std::time::Instant;

    error[E0599]: no method named `lazy` found for struct `DataFrame` in the current scope
     --> cell:1:37
      |
    1 | polars::prelude::DataFrame::empty().lazy()
      |                                     ^^^^ method not found in `DataFrame`
      = help: items from traits can only be used if the trait is in scope
      = help: trait `IntoLazy` which provides `lazy` is implemented but not in scope; perhaps you want to import it
      | use polars::prelude::IntoLazy;

    error[E0308]: mismatched types
     --> cell:2:3
      |
    2 | f(String::new())
      |   ^^^^^^^^^^^^^ expected `&str`, found `String`
     ::: cell:2:1
      |
    2 | f(String::new())
      | ^ arguments to this function are incorrect
      = help: consider borrowing here
    2 | f(&String::new())
    "##);
}

#[test]
fn what_happened_is_shown_at_its_place() {
    insta::assert_snapshot!(reports(&[
        "fn risky(n: usize) -> usize {\n    [1, 2, 3][n]\n}",
        "// out of range\nlet n = 7;\nlet m = risky(n);",
        "let count: Option<i32> = None;\nlet sure = count.expect(\"a count\");",
        "let number: i32 = \"seven\".parse()?;",
    ]), @r##"
    Panic: index out of bounds: the len is 3 but the index is 7
     --> in an item of an earlier cell

    Panic: a count
     --> cell:2:18
    1 | let count: Option<i32> = None;
    2 | let sure = count.expect("a count");
      |                  ^

    ParseIntError: invalid digit found in string
     --> cell:1:19
    1 | let number: i32 = "seven".parse()?;
      |                   ^
    "##);
}

#[test]
fn a_moved_variable_is_gone_and_its_use_is_explained() {
    insta::assert_snapshot!(reports(&[
        "let a = vec![1, 2, 3];",
        ":vars",
        "let b = a;",
        ":vars",
        "a.len()",
        "let c = b;\nprintln!(\"{}\", b.len());",
        "b.len()",
    ]), @r##"
    variable  type      bytes  value
    a         Vec<i32>  36     [1, 2, 3]



    variable  type      bytes  value
    b         Vec<i32>  36     [1, 2, 3]

    error[E0425]: cannot find value `a` in this scope
     --> cell:1:1
      |
    1 | a.len()
      | ^ error: cannot find value `a` in this scope
      = help: a local variable with a similar name exists
    1 | b.len()

    error[E0382]: borrow of moved value: `b`
     --> cell:2:16
      |
    2 | println!("{}", b.len());
      |                ^ value borrowed here after move
     ::: cell:1:9
      |
    1 | let c = b;
      |         ^ value moved here
      = help: consider cloning the value if the performance cost is acceptable
    1 | let c = b.clone();

    3
    "##);
}
