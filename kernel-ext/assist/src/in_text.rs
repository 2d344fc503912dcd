//! Completion inside string literals: names and files.
//!
//! What belongs there is told by the call that the literal is an argument of. The text behind the quote is not parsed:
//! an open quote would swallow it.

use crate::answer::{Completion, Kind};
use crate::names::{Names, Wanted};
use crate::origin::{Origin, Origins, add_bindings, called, origin};
use crate::parse::{EDITION, OPENING, parse_body, with_deep_stack};
use ra_ap_parser::{LexedStr, SyntaxKind};
use ra_ap_syntax::ast::{self, AstNode, HasModuleItem};
use ra_ap_syntax::{SyntaxNode, TextSize};
use std::path::Path;

/// A place inside a literal or a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// A string; bytes of the code where the literal and its content begin, and where the content ends.
    Text { literal: usize, start: usize, end: usize },
    /// Something in which nothing is completed.
    Nothing,
}

/// Whether a byte of some code is inside a literal or a comment.
pub(crate) fn inside(code: &str, cursor: usize) -> Option<Inside> {
    let lexed = LexedStr::new(EDITION, code);
    let touches = |index: &usize| {
        let range = lexed.text_range(*index);
        range.start < cursor && cursor <= range.end
    };
    let index = (0..lexed.len()).find(touches)?;
    let (range, text) = (lexed.text_range(index), lexed.text(index));
    match lexed.kind(index) {
        SyntaxKind::STRING => {
            let open = text.find('"')? + 1;
            let hashes = text.get(..open - 1)?.matches('#').count();
            let closing = format!("\"{}", "#".repeat(hashes));
            let is_closed =
                lexed.error(index).is_none() && text.len() >= open + closing.len() && text.ends_with(&closing);
            let (start, end) = (range.start + open, range.end - if is_closed { closing.len() } else { 0 });
            // Behind an open quote is the rest of the cell, which is not to be replaced.
            let end = if is_closed { end } else { cursor };
            (start <= cursor && cursor <= end).then_some(Inside::Text { literal: range.start, start, end })
        }
        SyntaxKind::COMMENT => {
            let is_open = text.starts_with("//") || lexed.error(index).is_some() || cursor < range.end;
            is_open.then_some(Inside::Nothing)
        }
        SyntaxKind::CHAR | SyntaxKind::BYTE | SyntaxKind::BYTE_STRING | SyntaxKind::C_STRING => {
            (cursor < range.end).then_some(Inside::Nothing)
        }
        _ => None,
    }
}

/// What belongs into a literal.
enum Belongs {
    Names(Wanted),
    Files,
    Nothing,
}

/// The completions of a text from its beginning to the cursor; the first number tells how many bytes of what was typed
/// stay as they are.
pub(crate) fn complete(
    code: &str,
    literal: usize,
    typed: &str,
    variables: &Origins,
    names: &dyn Names,
    folder: &Path,
) -> (usize, Vec<Completion>) {
    let before = code.get(..literal).unwrap_or_default();
    let tokens = LexedStr::new(EDITION, before).len();
    let belongs = with_deep_stack(tokens, || belongs(before, variables)).flatten().unwrap_or(Belongs::Nothing);
    let looks_like_path = typed.contains('/');
    match belongs {
        Belongs::Names(_) | Belongs::Nothing if looks_like_path => files(typed, folder),
        Belongs::Names(wanted) => (0, named(typed, names.names(&wanted))),
        Belongs::Files => files(typed, folder),
        Belongs::Nothing => (0, Vec::new()),
    }
}

fn named(typed: &str, names: Vec<crate::names::Name>) -> Vec<Completion> {
    let fitting = names.into_iter().filter(|name| name.name.starts_with(typed));
    fitting.map(|name| plain(name.name, Kind::Name, Some(name.about).filter(|about| !about.is_empty()))).collect()
}

/// A completion that is no code.
pub(crate) fn plain(text: String, kind: Kind, documentation: Option<String>) -> Completion {
    Completion { label: text.clone(), text, kind, type_name: None, documentation, snippet: None }
}

/// Files and folders that continue a path.
pub(crate) fn files(typed: &str, folder: &Path) -> (usize, Vec<Completion>) {
    let kept = typed.rfind('/').map_or(0, |slash| slash + 1);
    let (parent, begun) = typed.split_at(kept);
    let parent = match (parent.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => folder.join(parent),
    };
    let mut found: Vec<Completion> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !begun.starts_with('.');
            let is_folder = entry.path().is_dir();
            (name.starts_with(begun) && !hidden).then(|| match is_folder {
                true => plain(format!("{name}/"), Kind::Folder, None),
                false => plain(name, Kind::File, None),
            })
        })
        .collect();
    found.sort_by(|a, b| a.text.cmp(&b.text));
    (kept, found)
}

/// What belongs into a literal that begins where some code ends.
fn belongs(before: &str, variables: &Origins) -> Option<Belongs> {
    let file = parse_body(&format!("{before}\"\"")).tree();
    let literal = TextSize::try_from(OPENING.len() + before.len()).ok()?;
    let token = file.syntax().token_at_offset(literal).right_biased()?;
    let mut variables = variables.clone();
    if let Some(ast::Item::Fn(function)) = file.items().next()
        && let Some(list) = function.body().and_then(|body| body.stmt_list())
    {
        add_bindings(list.statements(), &mut variables);
    }
    let arguments = token.parent_ancestors().find_map(ast::ArgList::cast)?;
    let index = arguments.args().take_while(|argument| argument.syntax().text_range().end() <= literal).count();
    let call = arguments.syntax().parent()?;
    Some(of_call(&call, index, &variables))
}

fn of_call(call: &SyntaxNode, index: usize, variables: &Origins) -> Belongs {
    if let Some(call) = ast::MethodCallExpr::cast(call.clone()) {
        let of = call.receiver().map(|receiver| origin(&receiver, variables)).unwrap_or_default();
        let name = call.name_ref().map(|name| name.text().to_string()).unwrap_or_default();
        return of_method(&name, index, of);
    }
    let Some(call) = ast::CallExpr::cast(call.clone()) else { return Belongs::Nothing };
    match called(&call) {
        (Some(of), name) if of == "Dataset" && name == "open" => Belongs::Names(Wanted::Packages),
        (None, name) if name == "open" => Belongs::Names(Wanted::Packages),
        (Some(of), name) if of == "Model" && name == "load" => Belongs::Names(Wanted::Models),
        (_, name)
            if ["read", "load", "open", "write", "create", "save", "path"].iter().any(|word| name.contains(word)) =>
        {
            Belongs::Files
        }
        (Some(of), name) if name == "new" && of.contains("Path") => Belongs::Files,
        _ => Belongs::Nothing,
    }
}

fn of_method(name: &str, index: usize, of: Origin) -> Belongs {
    let of_model =
        |wanted: fn(String) -> Wanted| of.model.clone().map_or(Belongs::Nothing, |model| Belongs::Names(wanted(model)));
    let (package, table) = (of.package.clone(), of.table.clone());
    let columns = || package.map_or(Belongs::Nothing, |package| Belongs::Names(Wanted::Columns { package, table }));
    match (name, index) {
        ("table", 0) => of.package.map_or(Belongs::Nothing, |package| Belongs::Names(Wanted::Tables { package })),
        ("set" | "get" | "parameter" | "with", 0) => of_model(|model| Wanted::Parameters { model }),
        ("glass", 0) => of_model(|model| Wanted::ParameterSets { model }),
        ("predict", 1) => of_model(|model| Wanted::Outputs { model }),
        (
            "only" | "between" | "numbers" | "texts" | "distinct" | "select" | "drop" | "sort" | "sort_descending"
            | "group_by" | "mean" | "std" | "min" | "max" | "first" | "last" | "quantile" | "rename",
            0,
        )
        | ("curve", 0 | 1)
        | ("join" | "left_join", 1) => columns(),
        ("save" | "write" | "write_csv" | "read" | "export", 0) => Belongs::Files,
        _ => Belongs::Nothing,
    }
}
