//! Makes the loops of a cell stoppable without losing its variables.
//!
//! A thread cannot be stopped from outside without leaving its data in an unknown state, and killing the process loses
//! all variables. So every loop and function of a cell looks at a flag: a call is put behind the brace that opens its
//! body, and unwinds like a panic when the user wants the cell to stop. Nothing is put where such a call is not allowed
//! (constants, `const fn`) or must not unwind (`extern` functions). Loops that macros write, and those inside other
//! crates, are not seen; a cell that is in one of them has to be killed.
//!
//! Lines stay lines, so only columns have to be moved back in what is said of the changed cell.

use crate::outcome::Place;
use ra_ap_syntax::ast::{self, HasLoopBody};
use ra_ap_syntax::{AstNode, Edition, Parse, SourceFile, SyntaxNode};

/// What is put into a loop.
pub(crate) const CALL: &str = "::kovacs::rt::poll();";
/// Cells are statements; the parser wants items.
const BEFORE: &str = "fn cell(){";

/// A cell as the body of a function, and where in that source it begins.
pub(crate) fn parse(cell: &str) -> (Parse<SourceFile>, usize) {
    (SourceFile::parse(&format!("{BEFORE}{cell}\n}}"), Edition::Edition2024), BEFORE.len())
}

/// A cell whose loops look whether they are to stop.
#[derive(Debug)]
pub(crate) struct Stoppable {
    /// The changed source.
    pub(crate) code: String,
    /// Where calls were put: line and column in the user's source, in order.
    calls: Vec<Place>,
}

impl Stoppable {
    /// Changes a cell. What is not understood is left as it is: the compiler says what is wrong with it.
    pub(crate) fn new(cell: &str) -> Stoppable {
        let unchanged = || Stoppable { code: cell.to_owned(), calls: Vec::new() };
        let (parsed, start) = parse(cell);
        if !parsed.errors().is_empty() {
            return unchanged();
        }
        let mut offsets: Vec<usize> = parsed
            .syntax_node()
            .descendants()
            .filter_map(body)
            .filter_map(|body| usize::from(body.l_curly_token()?.text_range().end()).checked_sub(start))
            .filter(|offset| *offset > 0 && *offset <= cell.len())
            .collect();
        offsets.sort_unstable();
        offsets.dedup();
        let (mut code, mut calls, mut copied) = (String::with_capacity(cell.len()), Vec::new(), 0);
        let mut place = Place { line: 1, column: 1 };
        for offset in offsets {
            let Some(piece) = cell.get(copied..offset) else { return unchanged() };
            code.push_str(piece);
            code.push_str(CALL);
            place = behind(place, piece);
            calls.push(place);
            copied = offset;
        }
        code.push_str(cell.get(copied..).unwrap_or_default());
        Stoppable { code, calls }
    }

    /// Where the user wrote what is at `place` of the changed source.
    pub(crate) fn original(&self, place: Place) -> Place {
        let mut column = place.column;
        for call in self.calls.iter().filter(|call| call.line == place.line) {
            if column > call.column {
                // Inside of a call means at it.
                column = column.saturating_sub(CALL.len()).max(call.column);
            }
        }
        Place { line: place.line, column }
    }
}

/// The position behind `text` that begins at `place`.
pub(crate) fn behind(place: Place, text: &str) -> Place {
    match text.rfind('\n') {
        Some(end) => {
            Place { line: place.line + text.matches('\n').count(), column: text[end + 1..].chars().count() + 1 }
        }
        None => Place { line: place.line, column: place.column + text.chars().count() },
    }
}

/// The block that runs again and again, if this node has one and may be changed.
fn body(node: SyntaxNode) -> Option<ast::StmtList> {
    let block = match ast::Fn::cast(node.clone()) {
        Some(function) => function.body(),
        None => ast::LoopExpr::cast(node.clone())
            .and_then(|found| found.loop_body())
            .or_else(|| ast::WhileExpr::cast(node.clone()).and_then(|found| found.loop_body()))
            .or_else(|| ast::ForExpr::cast(node.clone()).and_then(|found| found.loop_body())),
    }?;
    // The node itself counts: a `const fn` is a constant place too.
    let list = if node.ancestors().any(|above| must_not_unwind(&above)) { None } else { block.stmt_list() }?;
    let begins_with_attribute = list
        .syntax()
        .children()
        .any(|child| ast::Attr::cast(child).is_some_and(|attribute| attribute.excl_token().is_some()));
    if begins_with_attribute { None } else { Some(list) }
}

fn must_not_unwind(node: &SyntaxNode) -> bool {
    if let Some(function) = ast::Fn::cast(node.clone()) {
        return function.const_token().is_some() || function.abi().is_some();
    }
    if let Some(block) = ast::BlockExpr::cast(node.clone()) {
        return block.const_token().is_some();
    }
    ast::Const::can_cast(node.kind())
        || ast::Static::can_cast(node.kind())
        || ast::ConstArg::can_cast(node.kind())
        || ast::ArrayType::can_cast(node.kind())
        || ast::Variant::can_cast(node.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The changed source with calls written as `§`.
    fn changed(cell: &str) -> String {
        Stoppable::new(cell).code.replace(CALL, "§")
    }

    #[test]
    fn every_loop_and_function_looks() {
        for (cell, expected) in [
            ("loop {}", "loop {§}"),
            ("'a: while x < 1 { x += 1; }\n1", "'a: while x < 1 {§ x += 1; }\n1"),
            ("for σ in [1] { for b in c {\n} }", "for σ in [1] {§ for b in c {§\n} }"),
            ("fn f(n: u32) -> u32 { f(n) }", "fn f(n: u32) -> u32 {§ f(n) }"),
            ("impl A { fn g(&self) { loop { break } } }", "impl A { fn g(&self) {§ loop {§ break } } }"),
            ("let f = |x| { loop {} };", "let f = |x| { loop {§} };"),
            ("if a { 1 } else { 2 }", "if a { 1 } else { 2 }"),
        ] {
            assert_eq!(changed(cell), expected);
        }
    }

    #[test]
    fn constants_and_foreign_functions_are_left_alone() {
        for cell in [
            "const fn f() -> u8 { let mut n = 0; while n < 3 { n += 1 } n }",
            "const N: usize = { let mut n = 0; loop { n += 1; if n > 3 { break n } } };",
            "static A: [u8; { loop { break 3 } }] = [0; 3];",
            "extern \"C\" fn f() { loop {} }",
            "enum E { A = { loop { break 3 } } }",
            "let x = const { loop { break 3 } };",
            "fn f() { #![allow(unused)] }",
            "macro_rules! m { () => { loop {} } }",
            ":dep rand\nloop {}",
            "loop {",
        ] {
            assert_eq!(changed(cell), cell);
        }
    }

    #[test]
    fn columns_are_those_of_the_users_text() {
        let stoppable = Stoppable::new("let σ = 1;\nfor i in 0..3 { while a { b } }");
        let at = |line, column| stoppable.original(Place { line, column });
        let length = CALL.len();
        assert_eq!(at(1, 7), Place { line: 1, column: 7 });
        assert_eq!(at(2, 16), Place { line: 2, column: 16 }, "the first brace ends here");
        assert_eq!(at(2, 17 + length), Place { line: 2, column: 17 });
        assert_eq!(at(2, 28 + 2 * length), Place { line: 2, column: 28 }, "`b`");
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,60}", loops in "(loop \\{|\\}|\n|while é \\{|[(;])*") {
            for cell in [text, loops] {
                prop_assert_eq!(Stoppable::new(&cell).code.replace(CALL, ""), cell);
            }
        }
    }
}
