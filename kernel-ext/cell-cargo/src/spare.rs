//! Leaves out of a cell what it cannot need: variables it does not mention, functions that nothing it runs mentions, and
//! `use` lines of which it can mean nothing.
//!
//! evcxr repeats in every cell all `use` lines and functions of the session, and moves every variable out of its store
//! and back. So a cell gets slower with every cell before it, and each one after `use polars::prelude::*;` opens the
//! metadata of polars' 160 crates, which takes longer than compiling the cell.
//!
//! What is left out is replaced by blanks: no line and no column moves. It is left out only if the cell means the same
//! without it:
//! - a variable, or a function, whose name is not among the words of what is kept, formats in strings included;
//! - the glob of a module, if no word that can be looked up in scope is one of the module's names, and no word behind a
//!   dot is declared by one of its traits. What stands behind `::` is looked up in what stands before it;
//! - a function or a `use` line only if it was compiled before in this session, so that its errors have been seen.
//!
//! A macro or an attribute that is not known here may make words of its own; then everything stays. Should a cell not
//! compile for want of a name all the same, it is compiled whole: `compile` sees to that.

use crate::exports::Exports;
use crate::items::{self, Item, What};
use crate::source::digest;
use crate::tokens::{self, Kind, Token};
use std::collections::HashSet;
use std::ops::Range;

/// Macros that make no name which is not among what they are given.
const MACROS: [&str; 26] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "line",
    "matches",
    "panic",
    "print",
    "println",
    "show_value",
    "stringify",
    "thread_local",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];
/// Attributes, and traits to derive, of which the same is true.
const ATTRIBUTES: [&str; 27] = [
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "allow",
    "cold",
    "dead_code",
    "default",
    "deny",
    "derive",
    "expect",
    "inline",
    "must_use",
    "no_mangle",
    "non_exhaustive",
    "repr",
    "track_caller",
    "unsafe",
    "unused",
    "unused_imports",
    "unused_mut",
    "warn",
];
/// Words before `!` that negate what follows.
const NOT_MACROS: [&str; 9] = ["as", "break", "else", "if", "in", "match", "move", "return", "while"];

const STORE: &str = "\nlet evcxr_variable_store = unsafe {&mut *evcxr_variable_store};\n{let mut vars_ok = true;\n";
const CHECKED: &str = "if !vars_ok {return evcxr_variable_store;}}";
const END: [&str; 2] = ["evcxr_variable_store", "}"];
/// In a source that runs nothing, all is there to be looked at.
const RUNS_NOTHING: &str = "\nmut x: *mut std::os::raw::c_void) -> *mut std::os::raw::c_void {x}";

/// The source with blanks in the place of what it cannot need; `None` if that is nothing. `known` are the digests of the
/// functions and `use` lines that have been compiled before.
pub(crate) fn trim(source: &str, exports: Option<&Exports>, known: &HashSet<u64>) -> Option<String> {
    let tokens = tokens::of(source)?;
    let items = items::of(source, &tokens)?;
    let cell = Cell { source, tokens: &tokens };
    if !cell.names_nothing_unseen() {
        return None;
    }
    let mut pieces = pieces_of(&cell, &items, known);
    let is_spare = |index: usize| pieces.iter().any(|piece| piece.has(&tokens[index]));
    let mut words = Words::default();
    for index in (0..tokens.len()).filter(|index| !is_spare(*index)) {
        cell.add_words(index, &mut words)?;
    }
    // What is kept may mention more.
    while let Some(index) = pieces.iter().position(|piece| piece.is_needed(&words, exports)) {
        let piece = pieces.swap_remove(index);
        for index in (0..tokens.len()).filter(|index| piece.has(&tokens[*index])) {
            cell.add_words(index, &mut words)?;
        }
    }
    if pieces.is_empty() {
        return None;
    }
    let mut spare: Vec<&Range<usize>> = pieces.iter().flat_map(|piece| &piece.ranges).collect();
    spare.sort_by_key(|range| range.start);
    let mut trimmed = String::with_capacity(source.len());
    let mut at = 0;
    for range in spare {
        trimmed.push_str(source.get(at..range.start)?);
        let blank = |character| if character == '\n' { '\n' } else { ' ' };
        trimmed.extend(source.get(range.clone())?.chars().map(blank));
        at = range.end;
    }
    trimmed.push_str(source.get(at..)?);
    Some(trimmed)
}

/// Digests of the functions and `use` lines in a source, once it has been compiled.
pub(crate) fn compiled(source: &str) -> Vec<u64> {
    let Some(tokens) = tokens::of(source) else { return Vec::new() };
    let items = items::of(source, &tokens).unwrap_or_default();
    let cell = Cell { source, tokens: &tokens };
    items.iter().filter(|item| item.what != What::Other).map(|item| digest(cell.text(item).as_bytes())).collect()
}

/// Words of a source, by how they are looked up.
#[derive(Default)]
struct Words<'a> {
    all: HashSet<&'a str>,
    /// Not behind a dot or `::`.
    in_scope: HashSet<&'a str>,
    /// Behind a dot.
    of_values: HashSet<&'a str>,
}

/// Something that may be left out.
struct Piece<'a> {
    why: Why<'a>,
    ranges: Vec<Range<usize>>,
}

enum Why<'a> {
    /// A variable or a function of this name.
    Named(&'a str),
    /// All of a module.
    Glob { module: String },
    /// One name of a module.
    Import { module: String, last: &'a str, bound: &'a str },
}

impl Piece<'_> {
    fn has(&self, token: &Token) -> bool {
        self.ranges.iter().any(|range| range.contains(&token.range.start))
    }

    fn is_needed(&self, words: &Words<'_>, exports: Option<&Exports>) -> bool {
        let is_of = |module: &str| exports.filter(|exports| exports.module == module);
        match &self.why {
            Why::Named(name) => words.all.contains(name),
            Why::Glob { module } => is_of(module).is_none_or(|exports| {
                words.in_scope.iter().any(|word| exports.names.contains(*word))
                    || words.of_values.iter().any(|word| exports.methods.contains(*word))
            }),
            Why::Import { module, last, bound } => is_of(module).is_none_or(|exports| {
                words.all.contains(bound) || !exports.names.contains(*last) || exports.traits.contains(*last)
            }),
        }
    }
}

struct Cell<'a, 't> {
    source: &'a str,
    tokens: &'t [Token],
}

impl<'a> Cell<'a, '_> {
    fn token(&self, index: usize) -> &'a str {
        self.tokens.get(index).and_then(|token| self.source.get(token.range.clone())).unwrap_or_default()
    }

    fn text(&self, item: &Item<'_>) -> &'a str {
        self.source.get(self.range(item)).unwrap_or_default()
    }

    fn range(&self, item: &Item<'_>) -> Range<usize> {
        let start = self.tokens.get(item.tokens.start).map_or(0, |token| token.range.start);
        let end = self.tokens.get(item.tokens.end.wrapping_sub(1)).map_or(start, |token| token.range.end);
        start..end
    }

    /// Whether every macro and attribute is one that makes no names of its own.
    fn names_nothing_unseen(&self) -> bool {
        let defined: HashSet<&str> = (0..self.tokens.len())
            .filter(|index| self.token(*index) == "macro_rules" && self.token(index + 1) == "!")
            .map(|index| self.token(index + 2))
            .collect();
        (0..self.tokens.len()).all(|index| {
            let (word, next, third) = (self.token(index), self.token(index + 1), self.token(index + 2));
            if self.tokens[index].kind == Kind::Word && next == "!" && third != "=" {
                return MACROS.contains(&word)
                    || NOT_MACROS.contains(&word)
                    || word == "macro_rules"
                    || defined.contains(word);
            }
            if word != "#" || !(next == "[" || (next == "!" && third == "[")) {
                return true;
            }
            let inside = (index + 2..self.tokens.len()).take_while(|index| self.token(*index) != "]");
            inside
                .filter(|index| self.tokens[*index].kind == Kind::Word)
                .all(|index| ATTRIBUTES.contains(&self.token(index)))
        })
    }

    /// Adds the words of a token; `None` if they cannot be told.
    fn add_words(&self, index: usize, words: &mut Words<'a>) -> Option<()> {
        let text = self.token(index);
        match self.tokens.get(index)?.kind {
            Kind::Word => {
                words.all.insert(text);
                let before = |back: usize| index.checked_sub(back).map_or("", |index| self.token(index));
                match (before(2), before(1)) {
                    (":", ":") => {}
                    (".", ".") => drop(words.in_scope.insert(text)),
                    // evcxr's own, of a raw pointer, to which nothing else is nearer.
                    ("evcxr_variable_store", ".") if text == "is_null" => {}
                    (_, ".") => drop(words.of_values.insert(text)),
                    _ => drop(words.in_scope.insert(text)),
                }
            }
            Kind::Text => {
                let names = tokens::names_in_text(text)?;
                words.all.extend(&names);
                words.in_scope.extend(&names);
            }
            Kind::Other | Kind::Mark => {}
        }
        Some(())
    }
}

fn pieces_of<'a>(cell: &Cell<'a, '_>, items: &[Item<'a>], known: &HashSet<u64>) -> Vec<Piece<'a>> {
    let runs = !cell.source.contains(RUNS_NOTHING);
    let mut pieces = variables(cell.source);
    for item in items {
        let why = match &item.what {
            What::Function(name) if runs => Why::Named(name),
            What::Use { module, last: "*", .. } => Why::Glob { module: module.clone() },
            What::Use { module, last, bound } => Why::Import { module: module.clone(), last, bound },
            What::Function(_) | What::Other => continue,
        };
        if known.contains(&digest(cell.text(item).as_bytes())) {
            pieces.push(Piece { why, ranges: vec![cell.range(item)] });
        }
    }
    pieces
}

/// The lines that move variables; none if they are not as evcxr 0.22.0 writes them.
fn variables(source: &str) -> Vec<Piece<'_>> {
    lines_of_variables(source).unwrap_or_default()
}

fn lines_of_variables(source: &str) -> Option<Vec<Piece<'_>>> {
    let mut places = source.match_indices(STORE);
    let start = places.next()?.0 + STORE.len();
    if places.next().is_some() {
        return None;
    }
    let mut at = start;
    let mut lines = Vec::new();
    for line in source[start..].split_inclusive('\n') {
        lines.push((at, line.trim_end_matches('\n')));
        at += line.len();
    }
    let range = |(start, line): &(usize, &str)| *start..*start + line.len();
    let checks = lines.iter().position(|(_, line)| *line == CHECKED)?;
    let mut pieces = Vec::new();
    let (checked, rest) = lines.split_at_checked(checks)?;
    let rest = rest.get(1..)?;
    let (taken, rest) = rest.split_at_checked(checks)?;
    let end = rest.iter().rposition(|(_, line)| *line == END[1])?;
    if rest.get(end.checked_sub(1)?)?.1 != END[0] {
        return None;
    }
    for (check, take) in checked.iter().zip(taken) {
        let name = between(check.1, "vars_ok &= evcxr_variable_store.check_variable::<", ">(stringify!(", "));")?;
        let line = take.1.strip_prefix("let ")?;
        let line = line.strip_prefix("mut ").unwrap_or(line).strip_prefix(name)?;
        let again = between(line, " = evcxr_variable_store.take_variable::<", ">(stringify!(", "));")?;
        let tail = format!(">(stringify!({name}), {name});");
        let is_put = |line: &&(usize, &str)| {
            line.1.starts_with("evcxr_variable_store.put_variable::<") && line.1.ends_with(&tail)
        };
        // Behind what the user wrote, and only there.
        let puts: Vec<_> = rest[..end - 1]
            .iter()
            .rev()
            .take_while(|line| line.1.starts_with("evcxr_variable_store.put_variable::<"))
            .filter(is_put)
            .collect();
        if name != again {
            return None;
        }
        if let [put] = puts[..] {
            pieces.push(Piece { why: Why::Named(name), ranges: vec![range(check), range(take), range(put)] });
        }
    }
    Some(pieces)
}

/// The name in a line that moves it, if it is of this form.
fn between<'a>(line: &'a str, head: &str, middle: &str, tail: &str) -> Option<&'a str> {
    let name = line.strip_prefix(head)?.strip_suffix(tail)?.rsplit_once(middle)?.1;
    name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORTS: &str =
        "module polars::prelude\nnames DataFrame IntoVec col is_null sum\ntraits IntoVec\nmethods sum into_vec";
    const ITEMS: &str = "#![allow(unused_imports, unused_mut, dead_code)]\nfn twice(x: f64) -> f64 { 2.0 * x }\n\
        fn rows(d: &DataFrame) -> usize { d.height() }\nfn four() -> f64 { twice(2.0) }\nuse kovacs::prelude::*;\n\
        use polars::prelude::*;\nuse polars::prelude::col as column;\nuse polars::prelude::IntoVec;\n";

    /// As evcxr 0.22.0 generates it, with a frame `d` and a vector `v`.
    fn generated(cell: &str) -> String {
        format!(
            "{ITEMS}#[unsafe(no_mangle)]\npub extern \"C\" fn run_user_code_5(\nmut evcxr_variable_store: *mut S)\n  -> *mut S \
             {{\nif evcxr_variable_store.is_null() {{\n  evcxr_variable_store = create();\n}}{STORE}\
             vars_ok &= evcxr_variable_store.check_variable::<DataFrame>(stringify!(d));\n\
             vars_ok &= evcxr_variable_store.check_variable::<Vec<f64>>(stringify!(v));\n{CHECKED}\n\
             let mut d = evcxr_variable_store.take_variable::<DataFrame>(stringify!(d));\n\
             let v = evcxr_variable_store.take_variable::<Vec<f64>>(stringify!(v));\n\
             match std::panic::catch_unwind(\n  std::panic::AssertUnwindSafe(||{{\n{cell}\n}})) {{ \n  Ok(_) => {{}}\n  \
             Err(_) => {{\n    println!(\"EVCXR_PANIC_NOTIFICATION\");\n}}}}\n\
             evcxr_variable_store.put_variable::<DataFrame>(stringify!(d), d);\n\
             evcxr_variable_store.put_variable::<Vec<f64>>(stringify!(v), v);\nevcxr_variable_store\n}}\n"
        )
    }

    /// Which of the session's things a cell is compiled with.
    fn check(cell: &str, expected: &str) {
        let source = generated(cell);
        let known = compiled(&source).into_iter().collect();
        let trimmed = trim(&source, Exports::parse(EXPORTS).as_ref(), &known).unwrap_or_else(|| source.clone());
        assert_eq!(trimmed.matches('\n').count(), source.matches('\n').count(), "no line moves");
        assert_eq!(trimmed.chars().count(), source.chars().count(), "no column moves");
        let marks = [
            ("twice", "fn twice"),
            ("rows", "fn rows"),
            ("four", "fn four"),
            ("glob", "use polars::prelude::*;"),
            ("column", "use polars::prelude::col as column;"),
            ("trait", "use polars::prelude::IntoVec;"),
            ("d", "let mut d = "),
            ("v", "let v = "),
        ];
        let kept: Vec<_> = marks.iter().filter(|(_, mark)| trimmed.contains(mark)).map(|(name, _)| *name).collect();
        assert_eq!(kept.join(" "), expected, "{cell}");
        for name in ["d", "v"] {
            let moves = trimmed.matches(&format!("(stringify!({name})")).count();
            assert!(moves == 0 || moves == 3, "a variable is moved whole: {trimmed}");
        }
    }

    #[test]
    fn a_cell_is_compiled_with_what_it_mentions() {
        check("(1 + 1).evcxr_display();", "trait");
        check("println!(\"{v:?}\");", "trait v");
        check("println!(\"{:1$}\", 1.0, 5);", "trait");
        check("four();", "twice four trait");
        check("rows(&d);", "rows glob trait d");
        check("d.height();", "glob trait d");
        check("v.iter().sum::<f64>();", "glob trait v");
        check("column(1);", "column trait");
        check("col(1);", "glob trait");
        check("x::col(1);", "trait");
        check("// v\n\"v\";", "trait");
    }

    #[test]
    fn everything_stays_where_a_name_may_be_made() {
        let all = "twice rows four glob column trait d v";
        check("paste!([<v a>]);", all);
        check("#[tokio::main] fn f() {}", all);
        check("println!(\"{\\u{76}}\");", all);
    }

    #[test]
    fn what_was_never_compiled_stays_and_so_do_functions_where_nothing_runs() {
        let source = generated("1;");
        let trimmed = trim(&source, Exports::parse(EXPORTS).as_ref(), &HashSet::new()).expect("variables go");
        assert!(trimmed.contains("fn twice") && trimmed.contains("use polars::prelude::*;"));
        let items = format!("{ITEMS}pub extern \"C\" fn run_user_code_0({}\n", RUNS_NOTHING);
        let known = compiled(&items).into_iter().collect();
        let trimmed = trim(&items, Exports::parse(EXPORTS).as_ref(), &known);
        assert!(trimmed.is_none_or(|trimmed| trimmed.contains("fn twice") && trimmed.contains("fn rows")));
    }

    #[test]
    fn without_a_list_every_use_stays() {
        let source = generated("1;");
        let known = compiled(&source).into_iter().collect();
        let trimmed = trim(&source, None, &known).expect("variables and functions go");
        assert!(trimmed.contains("use polars::prelude::*;") && !trimmed.contains("fn rows"));
    }
}
