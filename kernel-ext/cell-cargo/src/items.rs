//! The items of a generated source, as far as a cell may do without them: `use` lines and functions.

use crate::tokens::{Kind, Token};
use std::ops::Range;

/// What an item is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum What<'a> {
    /// `use module::last;`, `use module::last as bound;`, `use module::*;`.
    Use { module: String, last: &'a str, bound: &'a str },
    /// A function without attributes.
    Function(&'a str),
    /// Anything else.
    Other,
}

/// An item, by its tokens.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub(crate) what: What<'a>,
    pub(crate) tokens: Range<usize>,
}

/// The items of a source; `None` if it is not understood.
pub(crate) fn of<'a>(source: &'a str, tokens: &[Token]) -> Option<Vec<Item<'a>>> {
    let reader = Reader { source, tokens };
    let mut items = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let item = reader.item(at)?;
        at = item.tokens.end;
        items.push(item);
    }
    Some(items)
}

struct Reader<'a, 't> {
    source: &'a str,
    tokens: &'t [Token],
}

impl<'a> Reader<'a, '_> {
    fn text(&self, index: usize) -> &'a str {
        self.tokens.get(index).and_then(|token| self.source.get(token.range.clone())).unwrap_or_default()
    }

    fn is_word(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == Kind::Word)
    }

    fn item(&self, start: usize) -> Option<Item<'a>> {
        let mut at = start;
        while self.text(at) == "#" {
            if self.text(at + 1) == "!" {
                return Some(Item { what: What::Other, tokens: start..self.after_group(at + 2)? });
            }
            at = self.after_group(at + 1)?;
        }
        let has_attributes = at > start;
        if self.text(at) == ";" {
            return Some(Item { what: What::Other, tokens: start..at + 1 });
        }
        let first = at;
        if self.text(at) == "pub" {
            at += 1;
            if self.text(at) == "(" {
                at = self.after_group(at)?;
            }
        }
        if !self.is_word(at) {
            return None;
        }
        if self.text(at) == "use" {
            let end = self.after_semicolon(at)?;
            let what = if has_attributes || first != at { None } else { self.use_line(at + 1, end - 1) };
            return Some(Item { what: what.unwrap_or(What::Other), tokens: start..end });
        }
        let mut name = at;
        while ["const", "async", "unsafe", "extern", "safe"].contains(&self.text(name)) {
            name += 1;
            if self.tokens.get(name).is_some_and(|token| token.kind == Kind::Text) {
                name += 1;
            }
        }
        if self.text(name) == "fn" {
            let end = self.after_body(name)?;
            let what = if has_attributes { What::Other } else { What::Function(self.text(name + 1)) };
            return Some(Item { what, tokens: start..end });
        }
        let is_value = ["const", "static", "type"].contains(&self.text(at));
        let end = if is_value { self.after_semicolon(at)? } else { self.after_body(at)? };
        Some(Item { what: What::Other, tokens: start..end })
    }

    /// `a::b::c`, `a::b::*` or `a::b::c as d`, from `at` to `end`.
    fn use_line(&self, mut at: usize, end: usize) -> Option<What<'a>> {
        let mut path: Vec<&str> = Vec::new();
        loop {
            path.push(self.text(at));
            if !self.is_word(at) && self.text(at) != "*" {
                return None;
            }
            at += 1;
            if at == end || self.text(at) == "as" {
                break;
            }
            if self.text(at) != ":" || self.text(at + 1) != ":" {
                return None;
            }
            at += 2;
        }
        let last = path.pop()?;
        let bound = if at == end { last } else { self.text(at + 1) };
        let is_whole = at == end || at + 2 == end;
        (is_whole && !path.is_empty()).then(|| What::Use { module: path.join("::"), last, bound })
    }

    /// Behind the group that begins here.
    fn after_group(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in at..self.tokens.len() {
            match self.text(index) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.checked_sub(1)?,
                _ if depth == 0 => return None,
                _ => {}
            }
            if depth == 0 {
                return Some(index + 1);
            }
        }
        None
    }

    fn after_semicolon(&self, at: usize) -> Option<usize> {
        self.after(at, false)
    }

    /// Behind the first braces, or the first semicolon if that comes first.
    fn after_body(&self, at: usize) -> Option<usize> {
        self.after(at, true)
    }

    fn after(&self, mut at: usize, or_braces: bool) -> Option<usize> {
        while at < self.tokens.len() {
            match self.text(at) {
                ";" => return Some(at + 1),
                "{" if or_braces => return self.after_group(at),
                "(" | "[" | "{" => at = self.after_group(at)?,
                ")" | "]" | "}" => return None,
                _ => at += 1,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens;

    /// What there is, and the text of each.
    fn check<'a>(source: &'a str, expected: &[(&str, What<'a>)]) {
        let tokens = tokens::of(source).expect("tokens");
        let items = of(source, &tokens).expect("items");
        let text = |item: &Item<'_>| {
            let last = &tokens[item.tokens.end - 1];
            source[tokens[item.tokens.start].range.start..last.range.end].to_owned()
        };
        let found: Vec<_> = items.iter().map(text).collect();
        assert_eq!(found, expected.iter().map(|(text, _)| *text).collect::<Vec<_>>());
        for (item, (_, what)) in items.iter().zip(expected) {
            assert_eq!(&item.what, what);
        }
    }

    #[test]
    fn uses_are_taken_apart() {
        let named = |module: &str, last, bound| What::Use { module: module.into(), last, bound };
        check(
            "use a::b::*; use a::b::C; use a::b::C as D; use a::B as _; pub use a::B; use a::{B, C}; use a;",
            &[
                ("use a::b::*;", named("a::b", "*", "*")),
                ("use a::b::C;", named("a::b", "C", "C")),
                ("use a::b::C as D;", named("a::b", "C", "D")),
                ("use a::B as _;", named("a", "B", "_")),
                ("pub use a::B;", What::Other),
                ("use a::{B, C};", What::Other),
                ("use a;", What::Other),
            ],
        );
    }

    #[test]
    fn functions_end_where_they_do() {
        check(
            "#![allow(x)] fn a(x: [u8; { 3 }]) -> u8 { if true { 1 } else { 2 } } pub(crate) const unsafe extern \"C\" fn b() {} \
             #[inline] fn c() {} const X: T = T { a: 1 }; struct S; struct P(u8); impl S { fn d() {} } \
             macro_rules! m { () => {}; } static Y: u8 = 1; trait T { fn e(); }",
            &[
                ("#![allow(x)]", What::Other),
                ("fn a(x: [u8; { 3 }]) -> u8 { if true { 1 } else { 2 } }", What::Function("a")),
                ("pub(crate) const unsafe extern \"C\" fn b() {}", What::Function("b")),
                ("#[inline] fn c() {}", What::Other),
                ("const X: T = T { a: 1 };", What::Other),
                ("struct S;", What::Other),
                ("struct P(u8);", What::Other),
                ("impl S { fn d() {} }", What::Other),
                ("macro_rules! m { () => {}; }", What::Other),
                ("static Y: u8 = 1;", What::Other),
                ("trait T { fn e(); }", What::Other),
            ],
        );
    }

    #[test]
    fn what_is_no_item_is_not_understood() {
        for source in ["fn a() -> A<{ 1 }> {}", "fn a(", "} fn a() {}", "+", "fn a() {"] {
            let tokens = tokens::of(source).expect("tokens");
            assert_eq!(of(source, &tokens), None, "{source}");
        }
    }
}
