//! What the cells of a notebook define, in the order in which they run.

use crate::Cell;
use crate::error::FromCellError;
use crate::names::{bound_by, name_of};
use std::collections::{BTreeMap, BTreeSet};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Item, Local, Stmt, UseTree};

/// A variable of the notebook.
pub(crate) struct Variable {
    pub(crate) cell: String,
    pub(crate) names: BTreeSet<String>,
    pub(crate) mutable: bool,
    pub(crate) statement: Local,
    pub(crate) text: String,
}

/// A function, a type, a constant, or what belongs to a type.
pub(crate) struct Definition {
    /// What it defines; for an `impl` the type that it is of.
    pub(crate) name: String,
    pub(crate) item: Item,
    pub(crate) text: String,
}

/// A `use`.
pub(crate) struct Import {
    pub(crate) cell: String,
    /// Names that it brings, each with the whole path; none for `*`.
    pub(crate) names: BTreeMap<String, Vec<String>>,
    pub(crate) text: String,
}

/// What computes the curves.
pub(crate) enum Function {
    /// A closure: its two parameters and its body, as written.
    Closure { parameters: [String; 2], body: String, expression: Box<Expr> },
    /// The name of a function or of a variable.
    Named(String),
}

/// A call of `Model::from_fn`.
pub(crate) struct FoundCall {
    pub(crate) cell: String,
    /// Everything with a smaller number runs before it.
    pub(crate) order: usize,
    pub(crate) definition: Expr,
    pub(crate) definition_text: String,
    pub(crate) function: Function,
}

/// Everything that the cells read so far define; the position in a list is not the order, the number is.
#[derive(Default)]
pub(crate) struct Code {
    statements: usize,
    pub(crate) variables: Vec<(usize, Variable)>,
    pub(crate) definitions: Vec<(usize, Definition)>,
    pub(crate) imports: Vec<(usize, Import)>,
}

impl Code {
    /// Reads the next cell and gives the models that it defines.
    ///
    /// # Errors
    /// The cell is not Rust.
    pub(crate) fn read(&mut self, cell: &Cell) -> Result<Vec<FoundCall>, FromCellError> {
        let source = as_block(&cell.source);
        let block: Block = syn::parse_str(&source).map_err(|error| FromCellError::NotRust {
            cell: cell.id.clone(),
            message: error.to_string(),
            // The block begins a line above the cell.
            line: error.span().start().line.saturating_sub(1).max(1),
        })?;
        let mut calls = Vec::new();
        for statement in block.stmts {
            self.statements += 1;
            let order = self.statements;
            let mut search = Calls { cell, source: &source, order, found: Vec::new(), fault: None };
            search.visit_stmt(&statement);
            if let Some(fault) = search.fault {
                return Err(fault);
            }
            calls.append(&mut search.found);
            self.keep(order, cell, &source, statement);
        }
        Ok(calls)
    }

    fn keep(&mut self, order: usize, cell: &Cell, source: &str, statement: Stmt) {
        let text = cut(source, &statement);
        match statement {
            Stmt::Local(statement) => {
                let (names, mutable) = bound_by(&statement.pat);
                let variable = Variable { cell: cell.id.clone(), names, mutable, statement, text };
                self.variables.push((order, variable));
            }
            Stmt::Item(Item::Use(item)) => {
                let mut names = BTreeMap::new();
                imported(&item.tree, &mut names, Vec::new());
                self.imports.push((order, Import { cell: cell.id.clone(), names, text }));
            }
            Stmt::Item(item) => {
                let of_type = match &item {
                    Item::Impl(item) => match &*item.self_ty {
                        syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
                        _ => None,
                    },
                    item => name_of(item).map(|name| name.to_string()),
                };
                if let Some(name) = of_type {
                    self.definitions.push((order, Definition { name, item, text }));
                }
            }
            _ => {}
        }
    }

    /// The variable that a name means in the statement with this number.
    pub(crate) fn variable(&self, name: &str, before: usize) -> Option<&(usize, Variable)> {
        self.variables.iter().rev().find(|(order, variable)| *order < before && variable.names.contains(name))
    }

    /// The definition that a name means, the last one of several, and what belongs to it.
    pub(crate) fn definition(&self, name: &str) -> Vec<&(usize, Definition)> {
        let of_name = || self.definitions.iter().filter(move |(_, definition)| definition.name == name);
        let is_impl = |definition: &Definition| matches!(definition.item, Item::Impl(_));
        let last = of_name().rfind(|(_, definition)| !is_impl(definition));
        match last {
            // A type that is defined again begins without the functions of the earlier one.
            Some(last) => {
                of_name().filter(|(order, one)| *order == last.0 || (is_impl(one) && *order > last.0)).collect()
            }
            None => Vec::new(),
        }
    }

    /// The `use` that brings a name.
    pub(crate) fn import(&self, name: &str) -> Option<&(usize, Import)> {
        self.imports.iter().rev().find(|(_, import)| import.names.contains_key(name))
    }
}

/// The cell as one block, every line one further down; commands of the notebook are empty lines.
fn as_block(source: &str) -> String {
    let is_command = |line: &str| line.trim_start().starts_with(':') && !line.trim_start().starts_with("::");
    let lines: Vec<&str> = source.lines().map(|line| if is_command(line) { "" } else { line }).collect();
    format!("{{\n{}\n}}", lines.join("\n"))
}

/// The text of a piece of syntax, as it was written.
fn cut(source: &str, piece: &impl Spanned) -> String {
    source.get(piece.span().byte_range()).unwrap_or_default().to_owned()
}

fn imported(tree: &UseTree, names: &mut BTreeMap<String, Vec<String>>, mut path: Vec<String>) {
    match tree {
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            imported(&part.tree, names, path);
        }
        UseTree::Name(name) => {
            // `use a::b::{self}` brings `b`.
            if name.ident != "self" {
                path.push(name.ident.to_string());
            }
            if let Some(last) = path.last().cloned() {
                names.insert(last, path);
            }
        }
        UseTree::Rename(name) => {
            path.push(name.ident.to_string());
            names.insert(name.rename.to_string(), path);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| imported(tree, names, path.clone())),
        _ => {}
    }
}

/// Looks for calls of `Model::from_fn`.
struct Calls<'a> {
    cell: &'a Cell,
    source: &'a str,
    order: usize,
    found: Vec<FoundCall>,
    fault: Option<FromCellError>,
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        visit::visit_expr_call(self, call);
        let Expr::Path(function) = &*call.func else { return };
        let mut names = function.path.segments.iter().rev().map(|segment| segment.ident.to_string());
        if names.next().as_deref() != Some("from_fn") || names.next().as_deref() != Some("Model") {
            return;
        }
        let mut arguments = call.args.iter();
        let (Some(definition), Some(function)) = (arguments.next(), arguments.next()) else { return };
        match read_function(self.source, function) {
            Some(function) => self.found.push(FoundCall {
                cell: self.cell.id.clone(),
                order: self.order,
                definition: definition.clone(),
                definition_text: cut(self.source, definition),
                function,
            }),
            None => self.fault = Some(FromCellError::NoClosure { cell: self.cell.id.clone() }),
        }
    }
}

fn read_function(source: &str, function: &Expr) -> Option<Function> {
    match function {
        Expr::Path(path) => path.path.get_ident().map(|name| Function::Named(name.to_string())),
        Expr::Paren(inner) => read_function(source, &inner.expr),
        function => read_closure(&|piece| source.get(piece.span().byte_range()).map(str::to_owned), function),
    }
}

/// A closure, with the text of its parts.
fn read_closure(cut: &dyn Fn(&dyn Spanned) -> Option<String>, function: &Expr) -> Option<Function> {
    let Expr::Closure(closure) = function else { return None };
    let mut parameters = closure.inputs.iter().map(|pattern| match pattern {
        syn::Pat::Type(typed) => cut(&typed.pat),
        other => cut(other),
    });
    Some(Function::Closure {
        parameters: [parameters.next()??, parameters.next()??],
        body: cut(&closure.body)?,
        expression: Box::new(function.clone()),
    })
}

impl Variable {
    /// The text of its value.
    pub(crate) fn value(&self) -> Option<String> {
        self.cut(&self.statement.init.as_ref()?.expr)
    }

    /// The closure that the variable holds, if it holds one.
    pub(crate) fn closure(&self) -> Option<Function> {
        read_closure(&|piece| self.cut(piece), &self.statement.init.as_ref()?.expr)
    }

    fn cut(&self, piece: &dyn Spanned) -> Option<String> {
        let (piece, offset) = (piece.span().byte_range(), self.statement.span().byte_range().start);
        let range = piece.start.checked_sub(offset)?..piece.end.checked_sub(offset)?;
        self.text.get(range).map(str::to_owned)
    }
}
