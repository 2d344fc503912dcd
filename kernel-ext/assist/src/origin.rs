//! From which package, table or model a value in a cell comes, as far as its source tells: `open("pvc")?.table("a")?`.

use ra_ap_syntax::ast::{self, AstToken, HasArgList, HasName};
use std::collections::HashMap;

/// Where a value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) package: Option<String>,
    pub(crate) table: Option<String>,
    pub(crate) model: Option<String>,
}

/// The origins of variables, by name.
pub(crate) type Origins = HashMap<String, Origin>;

/// The origin of an expression; variables are looked up.
pub(crate) fn origin(expression: &ast::Expr, variables: &Origins) -> Origin {
    match expression {
        ast::Expr::MethodCallExpr(call) => {
            let mut origin = call.receiver().map(|receiver| origin_of(receiver, variables)).unwrap_or_default();
            if call.name_ref().is_some_and(|name| name.text() == "table") {
                origin.table = call.arg_list().and_then(|arguments| first_text(&arguments));
            }
            origin
        }
        ast::Expr::CallExpr(call) => {
            let mut origin = Origin::default();
            let text = call.arg_list().and_then(|arguments| first_text(&arguments));
            match called(call) {
                (Some(of), name) if of == "Model" && name == "load" => origin.model = text,
                (of, name) if name == "open" && of.as_deref().is_none_or(|of| of == "Dataset") => origin.package = text,
                _ => {}
            }
            origin
        }
        ast::Expr::TryExpr(inner) => inner.expr().map(|inner| origin_of(inner, variables)).unwrap_or_default(),
        ast::Expr::ParenExpr(inner) => inner.expr().map(|inner| origin_of(inner, variables)).unwrap_or_default(),
        ast::Expr::RefExpr(inner) => inner.expr().map(|inner| origin_of(inner, variables)).unwrap_or_default(),
        ast::Expr::PathExpr(path) => variables.get(&path.to_string()).cloned().unwrap_or_default(),
        _ => Origin::default(),
    }
}

fn origin_of(expression: ast::Expr, variables: &Origins) -> Origin {
    origin(&expression, variables)
}

/// Adds the origins of the variables that a list of statements binds.
pub(crate) fn add_bindings(statements: impl Iterator<Item = ast::Stmt>, variables: &mut Origins) {
    for statement in statements {
        let ast::Stmt::LetStmt(binding) = statement else { continue };
        let (Some(ast::Pat::IdentPat(pattern)), Some(value)) = (binding.pat(), binding.initializer()) else { continue };
        let Some(name) = pattern.name() else { continue };
        let origin = origin(&value, variables);
        variables.insert(name.text().to_string(), origin);
    }
}

/// Type and name of a called function: `Model` and `load`.
pub(crate) fn called(call: &ast::CallExpr) -> (Option<String>, String) {
    let Some(ast::Expr::PathExpr(path)) = call.expr() else { return (None, String::new()) };
    let Some(path) = path.path() else { return (None, String::new()) };
    let name = |segment: ast::PathSegment| segment.name_ref().map(|name| name.text().to_string());
    let of = path.qualifier().and_then(|path| path.segment()).and_then(name);
    (of, path.segment().and_then(name).unwrap_or_default())
}

fn first_text(arguments: &ast::ArgList) -> Option<String> {
    let ast::Expr::Literal(literal) = arguments.args().next()? else { return None };
    let text = ast::String::cast(literal.token())?;
    text.value().ok().map(|value| value.into_owned())
}
