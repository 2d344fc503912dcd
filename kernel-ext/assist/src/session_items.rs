//! What the session's cells have defined, as source: the newest definition of each name.
//!
//! evcxr puts all items of earlier cells before each cell; here the same is done by syntax alone.

use crate::origin::{Origins, add_bindings};
use crate::parse::{EDITION, parse_body, with_deep_stack};
use kovacs_session::commands::CellText;
use ra_ap_parser::LexedStr;
use ra_ap_syntax::ast::{self, AstNode, HasModuleItem, HasName};

/// The items of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionItems {
    /// Key and source, in the order of definition.
    items: Vec<(String, String)>,
    /// Where the values of variables come from.
    pub(crate) origins: Origins,
}

impl SessionItems {
    /// Adds what a cell that succeeded defines.
    pub(crate) fn add(&mut self, cell: &str) {
        let code = CellText::split(cell).code.to_owned();
        let tokens = LexedStr::new(EDITION, &code).len();
        let mut origins = std::mem::take(&mut self.origins);
        let found = with_deep_stack(tokens, || {
            let items = items_of(&code, &mut origins);
            (items, origins)
        });
        let (items, origins) = found.unwrap_or_default();
        self.origins = origins;
        for (key, source) in items {
            self.items.retain(|(known, _)| *known != key);
            self.items.push((key, source));
        }
    }

    /// All items as source.
    pub(crate) fn source(&self) -> String {
        self.items.iter().flat_map(|(_, source)| [source.as_str(), "\n"]).collect()
    }
}

/// Key and source of each item in a cell: what defines the same has the same key. Origins of variables are added.
fn items_of(code: &str, origins: &mut Origins) -> Vec<(String, String)> {
    let Some(ast::Item::Fn(function)) = parse_body(code).tree().items().next() else { return Vec::new() };
    let Some(list) = function.body().and_then(|body| body.stmt_list()) else { return Vec::new() };
    add_bindings(list.statements(), origins);
    list.syntax()
        .children()
        .filter_map(ast::Item::cast)
        .filter_map(|item| Some((key(&item)?, item.to_string())))
        .collect()
}

fn key(item: &ast::Item) -> Option<String> {
    let named = |space: &str, name: Option<ast::Name>| Some(format!("{space} {}", name?));
    match item {
        // Types, modules and traits share one space of names, functions and constants another, macros a third.
        ast::Item::Struct(item) => named("type", item.name()),
        ast::Item::Enum(item) => named("type", item.name()),
        ast::Item::Union(item) => named("type", item.name()),
        ast::Item::TypeAlias(item) => named("type", item.name()),
        ast::Item::Trait(item) => named("type", item.name()),
        ast::Item::Module(item) => named("type", item.name()),
        ast::Item::Fn(item) => named("value", item.name()),
        ast::Item::Const(item) => named("value", item.name()),
        ast::Item::Static(item) => named("value", item.name()),
        ast::Item::MacroRules(item) => named("macro", item.name()),
        ast::Item::MacroDef(item) => named("macro", item.name()),
        // Until its block begins.
        ast::Item::Impl(item) => {
            let whole = item.to_string();
            let block = item.assoc_item_list().map_or(0, |list| list.to_string().len());
            Some(whole.get(..whole.len().saturating_sub(block))?.split_whitespace().collect())
        }
        ast::Item::Use(item) => Some(item.to_string().split_whitespace().collect()),
        ast::Item::ExternCrate(item) => Some(item.to_string()),
        _ => None,
    }
}
