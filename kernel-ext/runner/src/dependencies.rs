//! Which cells a cell builds on, and what a cell does that nobody sees.
//!
//! A cell builds on another if it may see something of it: a name that the other defines, or a variable that the other
//! may have changed. Read from the syntax, and always on the safe side: what is not understood builds on everything
//! before it and carries everything after it. So a result is never kept that could have become another one; at worst a
//! cell runs that need not have.

use crate::syntax::Syntax;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Words that stand for what is neither code nor a recorded input: files, processes, the network, the clock.
const OUTSIDE: [&str; 24] = [
    "fs",
    "File",
    "OpenOptions",
    "Command",
    "process",
    "net",
    "TcpStream",
    "UdpSocket",
    "UnixStream",
    "env",
    "stdin",
    "input",
    "SystemTime",
    "Instant",
    "thread_rng",
    "from_entropy",
    "from_os_rng",
    "include",
    "include_str",
    "include_bytes",
    "extern",
    "libc",
    "asm",
    "ask",
];
/// Beginnings of names of functions that write what other cells may read.
const WRITES: [&str; 3] = ["write_", "save", "create_dir"];
/// Types through which a variable changes although it is not `mut`.
const CHANGEABLE: [&str; 8] =
    ["Cell", "RefCell", "Mutex", "RwLock", "OnceCell", "OnceLock", "LazyLock", "thread_local"];

/// What is known of one cell.
struct Seen {
    /// Names it defines for later cells; whether what has the name can change afterwards.
    defines: HashMap<String, bool>,
    /// Every name in it, those in format strings included.
    mentions: HashSet<String>,
    /// It acts on all later cells: an import, an `impl`, a command, or it cannot be read.
    acts_on_all: bool,
    /// It cannot be read: it may see anything.
    opaque: bool,
    /// What it does that nobody sees.
    unseen: Option<String>,
    /// Texts in it that may be names of files.
    texts: Vec<String>,
}

/// What is known of the cells of a notebook, by their order.
pub(crate) struct Dependencies {
    seen: Vec<Seen>,
    direct: Vec<BTreeSet<usize>>,
}

impl Dependencies {
    /// Reads the cells, in order.
    pub(crate) fn of<'a>(sources: impl Iterator<Item = &'a str>) -> Dependencies {
        let seen: Vec<Seen> = sources.map(look_at).collect();
        let anything_changes = seen.iter().any(|cell| CHANGEABLE.iter().any(|word| cell.mentions.contains(*word)));
        let mut changeable: HashMap<&str, bool> = HashMap::new();
        let mut direct = Vec::with_capacity(seen.len());
        for (index, cell) in seen.iter().enumerate() {
            let builds_on = |other: &Seen| {
                other.acts_on_all
                    || cell.opaque
                    || other.defines.keys().any(|name| cell.mentions.contains(name))
                    // A variable that both name, defined before: the earlier cell may have changed it.
                    || other.mentions.intersection(&cell.mentions).any(|name| {
                        changeable.get(name.as_str()).is_some_and(|can_change| *can_change || anything_changes)
                    })
            };
            let earlier = seen.iter().take(index).enumerate();
            direct.push(earlier.filter(|(_, other)| builds_on(other)).map(|(other, _)| other).collect());
            for (name, can_change) in &cell.defines {
                *changeable.entry(name).or_default() |= *can_change;
            }
        }
        Dependencies { seen, direct }
    }

    /// The cells that this one builds on directly, in order.
    pub(crate) fn direct(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        self.direct.get(cell).into_iter().flatten().copied()
    }

    /// What the cell does that nobody sees; `None` if nothing.
    pub(crate) fn unseen(&self, cell: usize) -> Option<&str> {
        self.seen.get(cell).and_then(|seen| seen.unseen.as_deref())
    }

    /// Texts in the cell that may be names of files.
    pub(crate) fn texts(&self, cell: usize) -> &[String] {
        self.seen.get(cell).map_or(&[], |seen| seen.texts.as_slice())
    }
}

fn look_at(source: &str) -> Seen {
    let mut seen = Seen {
        defines: HashMap::new(),
        mentions: HashSet::new(),
        acts_on_all: false,
        opaque: false,
        unseen: None,
        texts: Vec::new(),
    };
    let Ok(syntax) = Syntax::read(source) else {
        // It will not compile; should it do so after all, it is taken for everything that it could be.
        (seen.acts_on_all, seen.opaque) = (true, true);
        seen.unseen = Some("it is not understood".to_owned());
        return seen;
    };
    for command in &syntax.commands {
        seen.acts_on_all = true;
        let word = command.split_whitespace().next().unwrap_or_default();
        // The level of optimisation is in the source, which the key has; so is a crate, unless its own source lies elsewhere.
        let known = word == "opt" || (word == "dep" && !command.contains("path"));
        if !known {
            seen.unseen = Some(format!("`:{word}`"));
        }
    }
    let code: String = source.lines().filter(|line| !is_command(line)).collect::<Vec<_>>().join("\n");
    if let Ok(tokens) = code.parse::<TokenStream>() {
        collect(tokens, &mut seen);
    }
    for statement in &syntax.statements {
        define(statement, &mut seen);
    }
    seen
}

fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(':') && !line.starts_with("::")
}

/// Names and texts of the cell.
fn collect(tokens: TokenStream, seen: &mut Seen) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), seen),
            TokenTree::Ident(name) => {
                let name = name.to_string();
                if OUTSIDE.contains(&name.as_str()) || WRITES.iter().any(|start| name.starts_with(start)) {
                    seen.unseen.get_or_insert_with(|| format!("`{name}`"));
                }
                seen.mentions.insert(name);
            }
            TokenTree::Literal(literal) => {
                let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) else { continue };
                let text = text.value();
                // `{name}` in a format string is a use of the name.
                let is_name = |word: &&str| !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit());
                let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(is_name);
                if text.contains('{') {
                    seen.mentions.extend(words.map(str::to_owned));
                }
                seen.texts.push(text);
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// What a statement leaves for later cells.
fn define(statement: &syn::Stmt, seen: &mut Seen) {
    let item = match statement {
        syn::Stmt::Local(local) => return bind(&local.pat, &mut seen.defines),
        syn::Stmt::Item(item) => item,
        // A macro at the top may expand to anything; those that only print do not.
        syn::Stmt::Macro(call) => {
            let prints = ["println", "print", "eprintln", "eprint", "assert", "assert_eq", "assert_ne"];
            seen.acts_on_all |= !prints.iter().any(|name| call.mac.path.is_ident(name));
            return;
        }
        syn::Stmt::Expr(..) => return,
    };
    let name = match item {
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        syn::Item::Const(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Static(item) => {
            // A static changes through `unsafe` or through a type that changes: on the safe side, always.
            seen.defines.insert(item.ident.to_string(), true);
            return;
        }
        _ => {
            seen.acts_on_all = true;
            return;
        }
    };
    seen.defines.insert(name.to_string(), false);
}

/// Variables of a pattern, and whether they can be changed.
fn bind(pattern: &syn::Pat, defines: &mut HashMap<String, bool>) {
    match pattern {
        syn::Pat::Ident(name) => {
            defines.insert(name.ident.to_string(), name.mutability.is_some() || name.by_ref.is_some());
            if let Some((_, inner)) = &name.subpat {
                bind(inner, defines);
            }
        }
        syn::Pat::Type(typed) => bind(&typed.pat, defines),
        syn::Pat::Paren(inner) => bind(&inner.pat, defines),
        syn::Pat::Reference(inner) => bind(&inner.pat, defines),
        syn::Pat::Tuple(parts) => parts.elems.iter().for_each(|part| bind(part, defines)),
        syn::Pat::TupleStruct(parts) => parts.elems.iter().for_each(|part| bind(part, defines)),
        syn::Pat::Slice(parts) => parts.elems.iter().for_each(|part| bind(part, defines)),
        syn::Pat::Or(parts) => parts.cases.iter().for_each(|part| bind(part, defines)),
        syn::Pat::Struct(parts) => parts.fields.iter().for_each(|part| bind(&part.pat, defines)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_on(cells: &[&str]) -> Vec<Vec<usize>> {
        let dependencies = Dependencies::of(cells.iter().copied());
        (0..cells.len()).map(|cell| dependencies.direct(cell).collect()).collect()
    }

    #[test]
    fn a_cell_builds_on_the_definitions_it_names() {
        let cells = ["let x = 1;", "let y = 2;", "fn f() -> i32 { 3 }", "x + f()", "println!(\"{y}\");", "0"];
        assert_eq!(built_on(&cells), [vec![], vec![], vec![], vec![0, 2], vec![1], vec![]]);
    }

    #[test]
    fn whoever_may_have_changed_a_variable_is_built_on() {
        assert_eq!(built_on(&["let mut x = 1;", "x += 1;", "x"]), [vec![], vec![0], vec![0, 1]]);
        assert_eq!(built_on(&["let x = 1;", "x + 1", "x"]), [vec![], vec![0], vec![0]]);
        let through_a_cell = ["let x = std::cell::Cell::new(1);", "x.set(2);", "x.get()"];
        assert_eq!(built_on(&through_a_cell), [vec![], vec![0], vec![0, 1]]);
        assert_eq!(built_on(&["let (a, mut b) = (1, 2);", "b += a;", "b"]), [vec![], vec![0], vec![0, 1]]);
    }

    #[test]
    fn imports_impls_commands_and_unknown_macros_act_on_all() {
        for first in
            ["use std::fmt;", "impl X for Y {}", "trait T {}", "mod m {}", "macro_rules! m { () => {} }", "m!();"]
        {
            assert_eq!(built_on(&[first, "1", "2"]), [vec![], vec![0], vec![0]], "{first}");
        }
        assert_eq!(built_on(&["println!(\"a\");", "1"]), [vec![0; 0], vec![]]);
        assert_eq!(built_on(&["let x = ;", "1"]), [vec![], vec![0]]);
        assert_eq!(built_on(&["let x = 1;", "let y = ;"]), [vec![], vec![0]]);
    }

    #[test]
    fn what_reaches_outside_is_named() {
        let unseen = |source: &str| Dependencies::of([source].into_iter()).unseen(0).map(str::to_owned);
        for (source, word) in [
            ("std::fs::write(\"a\", \"b\")?;", "`fs`"),
            ("let t = std::time::Instant::now();", "`Instant`"),
            ("std::process::Command::new(\"ls\")", "`process`"),
            ("figure.save_svg(\"a.svg\")?", "`save_svg`"),
            (":load a.rs", "`:load`"),
            (":dep mine = { path = \"mine\" }", "`:dep`"),
        ] {
            assert_eq!(unseen(source).as_deref(), Some(word), "{source}");
        }
        for source in ["let x = 1;", ":opt 2\nlet x = 1;", ":dep rand = \"0.9\"", "// std::fs", "\"std::fs\""] {
            assert_eq!(unseen(source), None, "{source}");
        }
        assert_eq!(Dependencies::of(["read(\"a.csv\")"].into_iter()).texts(0), ["a.csv"]);
    }
}
