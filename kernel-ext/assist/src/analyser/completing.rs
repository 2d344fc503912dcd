//! What could stand at the cursor.
//!
//! rust-analyzer answers with edits of a file, for editors that know snippets and several edits at once. A notebook
//! replaces one range by one plain text, so only what replaces the name at the cursor is kept, its snippet apart from
//! its text.

use super::{NO_FIXTURES, Program, World};
use crate::answer::{Completion, Kind};
use crate::markdown;
use ra_ap_ide::{
    CallableSnippets, CompletionConfig, CompletionFieldsToResolve, CompletionItem, CompletionItemKind, FilePosition,
    SymbolKind,
};
use ra_ap_ide_db::SnippetCap;
use ra_ap_ide_db::imports::insert_use::{ImportGranularity, InsertUseConfig, PrefixKind};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// More than this nobody looks through.
const MOST: usize = 500;

/// Completions with the range of bytes of the program's code that each of them replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Completed {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) items: Vec<Completion>,
}

impl World {
    pub(crate) fn complete(&mut self, program: &Program) -> Completed {
        let (source, code_start) = program.source();
        let typed_end = code_start + program.cursor;
        let Ok(offset) = u32::try_from(typed_end) else { return Completed::default() };
        self.set_cell(source.clone());
        let position = FilePosition { file_id: self.cell(), offset: offset.into() };
        let found = self.analysis().completions(&configuration(), position, None);
        let items = found.ok().flatten().unwrap_or_default();
        // The name at the cursor, from its start to its end: what stands behind the cursor is replaced as well.
        let start = name_start(&source, typed_end);
        let end = name_end(&source, typed_end);
        let typed = source.get(start..typed_end).unwrap_or_default();
        let mut fitting: Vec<(Reverse<bool>, Reverse<u32>, Completion)> = Vec::new();
        for item in items {
            let range = usize::from(item.source_range.start());
            let Some(fit) = fit(item.lookup(), typed) else { continue };
            if range != start {
                continue;
            }
            if let Some(completion) = convert(&item) {
                fitting.push((Reverse(fit == Fit::Exact), Reverse(item.relevance.score()), completion));
            }
        }
        fitting.sort_by(|a, b| (a.0, a.1, &a.2.text).cmp(&(b.0, b.1, &b.2.text)));
        let mut items: Vec<Completion> = Vec::new();
        for (_, _, completion) in fitting {
            // A method of several traits is offered once.
            if !items.iter().any(|known| known.text == completion.text && known.kind == completion.kind) {
                items.push(completion);
            }
            if items.len() == MOST {
                break;
            }
        }
        Completed { start: start.saturating_sub(code_start), end: end.saturating_sub(code_start), items }
    }
}

fn configuration() -> CompletionConfig<'static> {
    CompletionConfig {
        // Replaces what stands before the name.
        enable_postfix_completions: false,
        // Would add a `use` elsewhere.
        enable_imports_on_the_fly: false,
        enable_self_on_the_fly: true,
        enable_auto_iter: false,
        enable_auto_await: false,
        enable_private_editable: false,
        enable_term_search: false,
        term_search_fuel: 0,
        full_function_signatures: true,
        callable: Some(CallableSnippets::FillArguments),
        add_colons_to_module: false,
        add_semicolon_to_unit: false,
        snippet_cap: SnippetCap::new(true),
        insert_use: InsertUseConfig {
            granularity: ImportGranularity::Item,
            enforce_granularity: false,
            prefix_kind: PrefixKind::ByCrate,
            group: false,
            skip_glob_imports: false,
        },
        prefer_no_std: false,
        prefer_prelude: true,
        prefer_absolute: false,
        snippets: Vec::new(),
        limit: None,
        fields_to_resolve: CompletionFieldsToResolve::empty(),
        exclude_flyimport: Vec::new(),
        exclude_traits: &[],
        ra_fixture: NO_FIXTURES,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Exact,
    OtherCase,
}

/// Whether a name continues what was typed.
fn fit(name: &str, typed: &str) -> Option<Fit> {
    if name.starts_with(typed) {
        return Some(Fit::Exact);
    }
    let mut rest = name.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|letter| rest.next() == Some(letter)).then_some(Fit::OtherCase)
}

fn convert(item: &CompletionItem) -> Option<Completion> {
    let kind = kind(item.kind);
    let mut edits = item.text_edit.iter();
    let (edit, other) = (edits.next()?, edits.next());
    if other.is_some() || edit.delete.start() != item.source_range.start() {
        return None;
    }
    let text = plain(&edit.insert, kind).to_owned();
    if text.is_empty() || text.contains(['\n', '$']) {
        return None;
    }
    let snippet = (item.is_snippet && edit.insert.contains('$')).then(|| edit.insert.clone());
    let mut label = item.label.primary.to_string();
    if let Some(from) = &item.label.detail_left {
        label.push(' ');
        label.push_str(from.trim());
    }
    let type_name = item.detail.as_deref().or(item.label.detail_right.as_deref());
    Some(Completion {
        text,
        label,
        kind,
        type_name: type_name.map(|name| name.strip_prefix("pub ").unwrap_or(name).to_owned()),
        documentation: item.documentation.as_ref().and_then(|text| markdown::first_paragraph(text.as_str())),
        snippet,
    })
}

/// A snippet without what follows the name: `push` of `push(${1:value})$0`.
fn plain(insert: &str, kind: Kind) -> &str {
    let end = match kind {
        Kind::Function | Kind::Method | Kind::Macro | Kind::Variant | Kind::Type => {
            insert.find(['(', '$', ' ', '{', '['])
        }
        _ => insert.find(['$', ' ', '{', '\n']),
    };
    insert.get(..end.unwrap_or(insert.len())).unwrap_or_default()
}

fn kind(kind: CompletionItemKind) -> Kind {
    use CompletionItemKind as K;
    match kind {
        K::SymbolKind(symbol) => match symbol {
            SymbolKind::Function => Kind::Function,
            SymbolKind::Method => Kind::Method,
            SymbolKind::Field => Kind::Field,
            SymbolKind::Const | SymbolKind::Static | SymbolKind::ConstParam => Kind::Constant,
            SymbolKind::Struct
            | SymbolKind::Enum
            | SymbolKind::Union
            | SymbolKind::TypeAlias
            | SymbolKind::TypeParam
            | SymbolKind::SelfType
            | SymbolKind::Impl => Kind::Type,
            SymbolKind::Trait => Kind::Trait,
            SymbolKind::Variant => Kind::Variant,
            SymbolKind::Module | SymbolKind::CrateRoot | SymbolKind::ToolModule => Kind::Module,
            SymbolKind::Macro
            | SymbolKind::ProcMacro
            | SymbolKind::Attribute
            | SymbolKind::BuiltinAttr
            | SymbolKind::Derive
            | SymbolKind::DeriveHelper => Kind::Macro,
            _ => Kind::Variable,
        },
        K::BuiltinType => Kind::Type,
        K::Keyword => Kind::Keyword,
        K::Snippet => Kind::Snippet,
        _ => Kind::Variable,
    }
}

fn is_name(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn name_start(source: &str, position: usize) -> usize {
    let before = source.get(..position).unwrap_or_default();
    before.trim_end_matches(is_name).len()
}

fn name_end(source: &str, position: usize) -> usize {
    let behind = source.get(position..).unwrap_or_default();
    source.len() - behind.trim_start_matches(is_name).len()
}
