//! Variables that cannot be kept for later cells, and what to write so that they can.
//!
//! A variable is kept by its type: one that is not known, that has no name, or that borrows from another variable
//! cannot be. evcxr says so; here it is said where, and with the line to write instead. A line is proposed only if the
//! compiler has taken it: each is checked in the place of the user's, which costs a check each, in cells that have
//! failed anyway.

use crate::advice::{Change, Help};
use crate::loops;
use crate::outcome::Place;
use crate::report::{Diagnostic, Label};
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SourceFile, TextRange};
use std::ops::Range;

/// Codes of errors that say that a type is not known.
const OF_UNKNOWN_TYPES: [&str; 4] = ["E0282", "E0283", "E0284", "E0790"];
/// How types begin that rustc takes where nothing says what to take.
const FALLBACKS: [&str; 2] = ["`!:", "`():"];
/// Types to try where nothing of a type is known; the first that the compiler takes is shown.
const EXAMPLES: [&str; 3] = ["f64", "i32", "String"];
/// What the compiler writes for a type of which nothing is known.
const ANY_TYPE: &str = "/* Type */";

/// What evcxr says of the type of a variable, in a refusal.
#[derive(Debug, PartialEq, Eq)]
enum Obstacle<'a> {
    /// Not known to type inference.
    Unknown,
    /// A closure.
    Closure,
    /// A type that can be described but not named.
    Opaque(&'a str),
    /// Its name is private.
    Private(&'a str),
}

/// The compiler, asked what is wrong with a source; `None` if it cannot be asked.
pub(crate) type Check<'a> = dyn FnMut(&str) -> Option<Vec<Diagnostic>> + 'a;

/// A refusal of evcxr as an error of the cell, if it is about a variable.
pub(crate) fn refusal(message: &str, code: &str, check: &mut Check) -> Option<Diagnostic> {
    let (name, obstacle) = obstacle(message)?;
    let bindings = bindings(code);
    let binding = bindings.iter().rev().find(|binding| binding.name == name);
    let mut cell = binding.map(|binding| Cell { code, binding, check });
    let type_name = match (&obstacle, &mut cell) {
        (Obstacle::Unknown, Some(cell)) => cell.real_type(),
        (Obstacle::Opaque(type_name) | Obstacle::Private(type_name), _) => Some((*type_name).to_owned()),
        _ => None,
    };
    let message = match (&obstacle, &type_name) {
        (Obstacle::Closure, _) => format!("`{name}` is a closure, whose type has no name, so it cannot be kept"),
        (Obstacle::Opaque(_), Some(type_name)) => {
            format!("the type of `{name}`, `{type_name}`, has no name, so it cannot be kept")
        }
        (Obstacle::Private(_), Some(type_name)) => {
            format!("the type of `{name}`, `{type_name}`, is private, so it cannot be kept")
        }
        (_, Some(type_name)) => {
            format!("the type of `{name}` was not inferred, so it cannot be kept: it is `{type_name}`")
        }
        (_, None) => format!("the type of `{name}` was not inferred, so it cannot be kept"),
    };
    let proposal = cell.as_mut().and_then(|cell| match obstacle {
        Obstacle::Unknown | Obstacle::Private(_) => cell.name_type(type_name.as_deref()?),
        Obstacle::Closure => cell.box_closure(),
        Obstacle::Opaque(type_name) => cell.collect().or_else(|| cell.box_value(type_name)),
    });
    let help = proposal.unwrap_or_else(|| {
        Help::words(
            "keep what you need of it in a variable of another type, or put the statements in braces: nothing in braces \
             is kept",
        )
    });
    let labels = binding.map(|binding| binding.label(code));
    Some(Diagnostic { code: None, message, labels: labels.into_iter().collect(), help: vec![help] })
}

/// Adds what to write to errors of the compiler that are about the type of a variable, or about what it borrows.
pub(crate) fn improve(diagnostics: &mut [Diagnostic], code: &str, check: &mut Check) {
    let Some(diagnostic) = diagnostics.first_mut() else { return };
    let borrowing = borrowing(&diagnostic.message).map(str::to_owned);
    if borrowing.is_none() && !is_of_unknown_type(diagnostic) {
        return;
    }
    let bindings = bindings(code);
    if let Some(name) = borrowing {
        diagnostic.message = format!("`{name}` borrows from another variable, so it cannot be kept");
        let binding = bindings.iter().rev().find(|binding| binding.name == name);
        let proposal = binding.and_then(|binding| Cell { code, binding, check }.own());
        diagnostic.help = vec![
            proposal.unwrap_or_else(|| Help::words("use it in this cell only, in braces: nothing in braces is kept")),
        ];
        return;
    }
    let place = diagnostic.labels.first().map(|label| label.place);
    let Some(binding) = bindings.iter().find(|binding| place.is_some_and(|place| binding.contains(code, place))) else {
        return;
    };
    let mut cell = Cell { code, binding, check };
    let proposed = diagnostic.help.iter().position(|help| help.changes.len() == 1);
    let change = proposed.and_then(|index| diagnostic.help.get(index)?.changes.first().cloned());
    if let Some(help) = change.and_then(|change| cell.fill_in(&change)).or_else(|| cell.example()) {
        if let Some(index) = proposed {
            diagnostic.help.remove(index);
        }
        diagnostic.help.insert(0, help);
    }
}

fn is_of_unknown_type(diagnostic: &Diagnostic) -> bool {
    let code = diagnostic.code.as_deref().unwrap_or_default();
    OF_UNKNOWN_TYPES.contains(&code)
        || (code == "E0277" && FALLBACKS.iter().any(|fallback| diagnostic.message.contains(fallback)))
}

fn obstacle(message: &str) -> Option<(&str, Obstacle<'_>)> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let (name, second) = (quoted.next()?, quoted.next());
    let obstacle = if message.starts_with("Couldn't automatically determine type of variable") {
        Obstacle::Unknown
    } else if message.starts_with("Failed to determine type of variable") {
        Obstacle::Private(message.split_once("suggested type ")?.1.split_once(", but that's private")?.0.trim())
    } else if message.contains("is a closure, which cannot be persisted") {
        Obstacle::Closure
    } else if message.contains("which cannot be persisted") {
        Obstacle::Opaque(second?)
    } else {
        return None;
    };
    Some((name, obstacle))
}

/// The variable that borrows, in evcxr's words.
fn borrowing(message: &str) -> Option<&str> {
    message.contains("contains a reference with a non-static lifetime").then(|| message.split('`').nth(1)).flatten()
}

/// A statement that makes a variable, with ranges of bytes of the cell.
struct Binding {
    /// Empty if it makes none or several.
    name: String,
    /// The name, where the type is written behind.
    name_range: Range<usize>,
    /// The type that is written there, with its colon.
    type_range: Option<Range<usize>>,
    value: Option<Range<usize>>,
    statement: Range<usize>,
}

impl Binding {
    fn contains(&self, code: &str, place: Place) -> bool {
        let (start, end) = (place_of(code, self.statement.start), place_of(code, self.statement.end));
        (start.line, start.column) <= (place.line, place.column) && (place.line, place.column) <= (end.line, end.column)
    }

    fn label(&self, code: &str) -> Label {
        let (place, end) = (place_of(code, self.name_range.start), place_of(code, self.name_range.end));
        Label { place, end, text: String::new() }
    }
}

/// The statements of the cell that make variables; none if the cell is not Rust.
fn bindings(code: &str) -> Vec<Binding> {
    // Commands and Rust share cells; lines keep their lengths.
    let blank = |line: &str| line.chars().map(|letter| if letter == '\n' { "\n" } else { " " }).collect::<String>();
    let is_command = |line: &str| line.trim_start().starts_with([':', '!']) && line.is_ascii();
    let rust: String =
        code.split_inclusive('\n').map(|line| if is_command(line) { blank(line) } else { line.to_owned() }).collect();
    let (parsed, start) = loops::parse(&rust);
    if !parsed.errors().is_empty() {
        return Vec::new();
    }
    let range = |range: TextRange| {
        let of = |offset: usize| offset.saturating_sub(start).min(code.len());
        of(range.start().into())..of(range.end().into())
    };
    statements(&parsed.tree())
        .filter_map(|statement| {
            let ast::Stmt::LetStmt(binding) = statement else { return None };
            let name = match binding.pat()? {
                ast::Pat::IdentPat(pattern) => pattern.name(),
                _ => None,
            };
            let name_range = range(name.as_ref().map_or(binding.syntax(), |name| name.syntax()).text_range());
            Some(Binding {
                name: name.map_or_else(String::new, |name| name.text().to_string()),
                type_range: binding.ty().map(|written| name_range.end..range(written.syntax().text_range()).end),
                name_range,
                value: binding.initializer().map(|value| range(value.syntax().text_range())),
                statement: range(binding.syntax().text_range()),
            })
        })
        .collect()
}

fn statements(file: &SourceFile) -> impl Iterator<Item = ast::Stmt> {
    let function = file.syntax().children().find_map(ast::Fn::cast);
    let list = function.and_then(|function| function.body()).and_then(|body| body.stmt_list());
    list.into_iter().flat_map(|list| list.statements())
}

/// Line and column of a byte of the cell.
fn place_of(code: &str, offset: usize) -> Place {
    loops::behind(Place { line: 1, column: 1 }, code.get(..offset).unwrap_or(code))
}

fn byte_of(code: &str, place: Place) -> Option<usize> {
    let before: usize = code.split_inclusive('\n').take(place.line.checked_sub(1)?).map(str::len).sum();
    let line = code.get(before..)?.lines().next().unwrap_or_default();
    let column = place.column.checked_sub(1)?;
    Some(before + line.char_indices().nth(column).map_or(line.len(), |(index, _)| index))
}

/// One variable of a cell, and the compiler to ask.
struct Cell<'a, 'b> {
    code: &'a str,
    binding: &'a Binding,
    check: &'a mut Check<'b>,
}

/// Pieces of the cell by their bytes, in order, and what takes their place.
type Edits = Vec<(Range<usize>, String)>;

impl Cell<'_, '_> {
    fn changed(&self, edits: &Edits) -> Option<String> {
        let (mut code, mut copied) = (String::new(), 0);
        for (range, text) in edits {
            code.push_str(self.code.get(copied..range.start)?);
            code.push_str(text);
            copied = range.end;
        }
        code.push_str(self.code.get(copied..)?);
        Some(code)
    }

    /// What the compiler says of the statement, changed so. What it says of others is another matter.
    fn errors(&mut self, edits: &Edits) -> Option<Vec<Diagnostic>> {
        let code = self.changed(edits)?;
        let mut errors = (self.check)(&code)?;
        let statement =
            bindings(&code).into_iter().find(|binding| binding.statement.start == self.binding.statement.start)?;
        errors.retain(|error| {
            error.labels.is_empty() || error.labels.iter().any(|label| statement.contains(&code, label.place))
        });
        Some(errors)
    }

    /// These changes as a proposal, if the compiler takes them.
    fn propose(&mut self, edits: Edits, words: &str) -> Option<Help> {
        if !self.errors(&edits)?.is_empty() {
            return None;
        }
        let changes = edits.into_iter().map(|(range, text)| {
            let (place, end) = (place_of(self.code, range.start), place_of(self.code, range.end));
            Change { place, end, text }
        });
        Some(Help { message: words.to_owned(), changes: changes.collect(), lines: Vec::new() })
    }

    /// Where a type is written, or stands.
    fn type_place(&self) -> Range<usize> {
        let end = self.binding.name_range.end;
        self.binding.type_range.clone().unwrap_or(end..end)
    }

    /// The type that the compiler finds: it says so where another one is expected.
    fn real_type(&mut self) -> Option<String> {
        let errors = self.errors(&vec![(self.type_place(), ": ()".into())])?;
        let label = errors.iter().flat_map(|error| &error.labels).find_map(|label| {
            let found = label.text.split_once("expected `()`, found `")?.1;
            found.split_once('`').map(|(found, _)| found.to_owned())
        })?;
        (!label.contains("...")).then_some(label)
    }

    /// The type written out: as it is, by a path that the compiler knows, or as the path of the function that made it.
    fn name_type(&mut self, type_name: &str) -> Option<Help> {
        let words = "write its type:";
        let place = self.type_place();
        let errors = self.errors(&vec![(place.clone(), format!(": {type_name}"))])?;
        if errors.is_empty() {
            return self.propose(vec![(place, format!(": {type_name}"))], words);
        }
        let imports = errors.iter().flat_map(|error| &error.help).flat_map(|help| &help.lines);
        let paths: Vec<String> =
            imports.filter_map(|line| line.trim().strip_prefix("use ")?.strip_suffix(';').map(str::to_owned)).collect();
        for path in paths {
            let Some(last) = path.rsplit("::").next() else { continue };
            if let Some(help) =
                self.propose(vec![(place.clone(), format!(": {}", type_name.replacen(last, &path, 1)))], words)
            {
                return Some(help);
            }
        }
        let value = self.code.get(self.binding.value.clone()?)?;
        let path = value.split('(').next()?.rsplit_once("::")?.0.to_owned();
        self.propose(vec![(place, format!(": {path}"))], words)
    }

    /// The value within something.
    fn wrapped(&self, type_name: &str, before: &str, behind: &str) -> Option<Edits> {
        let Range { start, end } = self.binding.value.clone()?;
        let behind = (end..end, behind.to_owned());
        Some(vec![(self.type_place(), type_name.to_owned()), (start..start, before.to_owned()), behind])
    }

    /// In a box, called as what it is: by anybody, by one at a time, once.
    fn box_closure(&mut self) -> Option<Help> {
        let value = self.code.get(self.binding.value.clone()?)?;
        let parameters = value.trim_start_matches("move ").strip_prefix('|')?.split_once('|')?.0;
        let types: Vec<&str> = parameters
            .split(',')
            .filter(|parameter| !parameter.trim().is_empty())
            .map(|parameter| parameter.split_once(':').map_or("_", |(_, type_name)| type_name.trim()))
            .collect();
        let types = types.join(", ");
        for form in ["Fn", "FnMut", "FnOnce"] {
            let edits = self.wrapped(&format!(": Box<dyn {form}({types}) -> _>"), "Box::new(", ")")?;
            if let Some(help) = self.propose(edits, "keep it in a box, or write a function:") {
                return Some(help);
            }
        }
        None
    }

    /// What an iterator gives, in a vector.
    fn collect(&mut self) -> Option<Help> {
        let edits = self.wrapped(": Vec<_>", "", ".collect()")?;
        self.propose(edits, "keep what it gives:")
    }

    /// In a box, if the type says no more than what it implements.
    fn box_value(&mut self, type_name: &str) -> Option<Help> {
        let traits = type_name.strip_prefix("impl ")?;
        let edits = self.wrapped(&format!(": Box<dyn {traits}>"), "Box::new(", ")")?;
        self.propose(edits, "keep it in a box:")
    }

    /// A value of its own in place of what it borrows.
    fn own(&mut self) -> Option<Help> {
        let Range { start, end } = self.binding.value.clone()?;
        let value = self.code.get(start..end)?;
        let words = "keep a value of its own:";
        let behind = |text: &str| vec![(end..end, text.to_owned())];
        if let Some(owner) = value.strip_prefix('&').filter(|owner| !owner.starts_with("mut ")) {
            let is_range = owner.contains("..") || self.binding.type_range.is_some();
            let edits = vec![
                (start..start + 1, String::new()),
                (end..end, (if is_range { ".to_owned()" } else { ".clone()" }).into()),
            ];
            return self.propose(edits, words);
        }
        let collected = self.wrapped(": Vec<_>", "", ".cloned().collect()")?;
        [behind(".to_owned()"), behind(".cloned()"), collected].into_iter().find_map(|edits| self.propose(edits, words))
    }

    /// The compiler's proposal, with types for what it leaves open.
    fn fill_in(&mut self, change: &Change) -> Option<Help> {
        let range = byte_of(self.code, change.place)?..byte_of(self.code, change.end)?;
        let words = self.write_words();
        let mut texts = if change.text.contains(ANY_TYPE) {
            EXAMPLES.map(|example| change.text.replace(ANY_TYPE, example)).to_vec()
        } else {
            vec![with_types(&change.text)]
        };
        // By the path of the function that makes it, should its name not be in scope.
        let type_name = change.text.trim_start_matches([':', ' ']).split('<').next().unwrap_or_default();
        let value = self.binding.value.clone().and_then(|range| self.code.get(range)).unwrap_or_default();
        if let Some((path, _)) = value.split_once(&format!("::{type_name}::")).filter(|_| !type_name.is_empty()) {
            let qualified = texts.first().map(|text| text.replacen(type_name, &format!("{path}::{type_name}"), 1));
            texts.extend(qualified);
        }
        texts.into_iter().find_map(|text| self.propose(vec![(range.clone(), text)], &words))
    }

    /// Any type that the compiler takes here.
    fn example(&mut self) -> Option<Help> {
        if self.binding.type_range.is_some() || self.binding.name.is_empty() {
            return None;
        }
        let (place, words) = (self.type_place(), self.write_words());
        EXAMPLES.iter().find_map(|example| self.propose(vec![(place.clone(), format!(": {example}"))], &words))
    }

    fn write_words(&self) -> String {
        match self.binding.name.as_str() {
            "" => "write the type, for instance:".to_owned(),
            name => format!("write the type of `{name}`, for instance:"),
        }
    }
}

/// Types in the place of parameters: what is mapped from is text, everything else a number.
fn with_types(text: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut filled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, word) = rest.split_at(start);
        let end = word.find(|letter| !is_word(letter)).unwrap_or(word.len());
        let (word, behind) = word.split_at(end);
        filled.push_str(before);
        filled.push_str(match word {
            "K" | "E" => "String",
            parameter if parameter.len() == 1 && parameter.chars().all(char::is_uppercase) => "f64",
            other => other,
        });
        rest = behind;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_evcxr_are_told_apart() {
        let unknown = "Couldn't automatically determine type of variable `x`.\nPlease give it an explicit type.";
        assert_eq!(obstacle(unknown), Some(("x", Obstacle::Unknown)));
        let closure = "The variable `f` is a closure, which cannot be persisted.\nlet f: Box<dyn Fn()> = ...";
        assert_eq!(obstacle(closure), Some(("f", Obstacle::Closure)));
        let opaque = "The variable `i` has type `impl Iterator<Item = i32>` which cannot be persisted.\nlet v";
        assert_eq!(obstacle(opaque), Some(("i", Obstacle::Opaque("impl Iterator<Item = i32>"))));
        let private = "Failed to determine type of variable `p`. rustc suggested type a::B, but that's private. Some";
        assert_eq!(obstacle(private), Some(("p", Obstacle::Private("a::B"))));
        assert_eq!(obstacle("Looks like you're missing a semicolon"), None);
    }

    #[test]
    fn variables_are_found_beside_commands_and_in_other_letters() {
        let code = ":dep itoa = \"1\"\nlet é = 1;\nlet (a, b) = (1, 2);\nlet mut c: Vec<_> = { let d = 1; vec![d] };";
        let found = bindings(code);
        let names: Vec<&str> = found.iter().map(|binding| binding.name.as_str()).collect();
        assert_eq!(names, ["é", "", "c"]);
        assert_eq!(found[0].label(code).end, Place { line: 2, column: 6 });
        assert_eq!(&code[found[2].type_range.clone().expect("it is written")], ": Vec<_>");
        assert!(found[0].contains(code, Place { line: 2, column: 9 }));
        assert!(!found[0].contains(code, Place { line: 3, column: 1 }));
        assert!(bindings("let x = ;").is_empty());
    }

    #[test]
    fn open_parameters_become_types() {
        assert_eq!(with_types(": HashMap<K, V>"), ": HashMap<String, f64>");
        assert_eq!(with_types("::<T>"), "::<f64>");
        assert_eq!(with_types(": Vec<_>"), ": Vec<_>");
    }

    #[test]
    fn only_what_the_compiler_takes_is_proposed() {
        let code = "let s = a.sum();";
        let mut taken = |code: &str| Some(if code.contains(": i32") { Vec::new() } else { vec![error(None, "no")] });
        let mut diagnostics = [error(Some("E0283"), "type annotations needed")];
        diagnostics[0].labels.push(bindings(code)[0].label(code));
        improve(&mut diagnostics, code, &mut taken);
        assert_eq!(diagnostics[0].help.len(), 1);
        assert_eq!(diagnostics[0].help[0].changes[0].text, ": i32");
        diagnostics[0].help.clear();
        improve(&mut diagnostics, code, &mut |_: &str| Some(vec![error(None, "no")]));
        assert_eq!(diagnostics[0].help, []);
    }

    fn error(code: Option<&str>, message: &str) -> Diagnostic {
        Diagnostic { code: code.map(str::to_owned), message: message.into(), labels: Vec::new(), help: Vec::new() }
    }
}
