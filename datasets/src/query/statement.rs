//! A query as a tree: parsed, its tables named, its units followed from `from` to `select`.

use super::columns::{Kind, Output, Relation, Scope};
use super::error::QueryError;
use super::expressions::{Walk, is_aggregate};
use super::quantities::{Quantity, Tokens, tokens};
use kovacs_core::units::parse_unit;
use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, Join, JoinConstraint, JoinOperator,
    ObjectName, OrderByKind, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Statement,
    TableAlias, TableFactor, WildcardAdditionalOptions, visit_expressions_mut, visit_relations, visit_relations_mut,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserOptions};
use sqlparser::tokenizer::{Token, TokenWithSpan};
use std::ops::ControlFlow;

/// Longest query that is read: trees of expressions are walked recursively.
const LONGEST: usize = 20_000;

type Outputs = Result<Vec<Output>, QueryError>;

/// A query that was parsed, with the quantities that its placeholders stand for.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) query: Box<Query>,
    pub(crate) quantities: Vec<Quantity>,
}

/// Reads one question; `select * from` may be left out before the name of a table.
pub(crate) fn parse_query(text: &str) -> Result<Parsed, QueryError> {
    let Tokens { tokens, quantities } = tokens(short_enough(text)?)?;
    let tokens = complete(tokens);
    let statements = parser(tokens).parse_statements().map_err(|error| syntax(text, error))?;
    match <[Statement; 1]>::try_from(statements) {
        Ok([Statement::Query(mut query)]) => {
            join_names(&mut query);
            Ok(Parsed { query, quantities })
        }
        _ => Err(QueryError::NotAQuestion { text: text.trim().to_string() }),
    }
}

/// Reads one expression.
pub(crate) fn parse_expression(text: &str) -> Result<(Expr, Vec<Quantity>), QueryError> {
    let Tokens { tokens, quantities } = tokens(short_enough(text)?)?;
    let mut parser = parser(tokens);
    let expr = parser.parse_expr().map_err(|error| syntax(text, error))?;
    match &parser.peek_token().token {
        Token::EOF => Ok((expr, quantities)),
        other => {
            let reason = format!("`{other}` does not belong to an expression");
            Err(QueryError::Syntax { text: text.trim().to_string(), reason })
        }
    }
}

/// Makes one name of those in several parts: `laboratory.run` is the table `"laboratory.run"`.
fn join_names(query: &mut Query) {
    let _: ControlFlow<()> = visit_relations_mut(query, |name| {
        let parts: Vec<&str> =
            name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.as_str()).collect();
        if parts.len() > 1 && parts.len() == name.0.len() {
            *name = ObjectName::from(quoted(&parts.join(".")));
        }
        ControlFlow::Continue(())
    });
}

fn short_enough(text: &str) -> Result<&str, QueryError> {
    if text.len() <= LONGEST {
        return Ok(text);
    }
    let beginning: String = text.chars().take(40).collect();
    let reason = format!("it has {} bytes, and {LONGEST} is the most", text.len());
    Err(QueryError::Syntax { text: format!("{beginning}..."), reason })
}

fn syntax(text: &str, error: impl std::fmt::Display) -> QueryError {
    let reason = error.to_string();
    let reason = reason.strip_prefix("sql parser error: ").unwrap_or(&reason).to_string();
    QueryError::Syntax { text: text.trim().to_string(), reason }
}

fn parser(tokens: Vec<TokenWithSpan>) -> Parser<'static> {
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    Parser::new(&GenericDialect).with_options(options).with_tokens_with_locations(tokens)
}

/// Puts `select * from` before a query that begins with a table.
fn complete(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let first = tokens.iter().find(|token| !matches!(token.token, Token::Whitespace(_)));
    let Some(TokenWithSpan { token: Token::Word(word), span }) = first else { return tokens };
    let statement = match word.keyword {
        Keyword::NoKeyword => false,
        Keyword::FROM => return words(&["SELECT", "*"], *span).chain(tokens).collect(),
        // Every other keyword begins a statement, which is then judged as one.
        _ => word.quote_style.is_none(),
    };
    if statement { tokens } else { words(&["SELECT", "*", "FROM"], *span).chain(tokens).collect() }
}

fn words<'a>(words: &'a [&'a str], span: sqlparser::tokenizer::Span) -> impl Iterator<Item = TokenWithSpan> + use<'a> {
    words.iter().map(move |word| {
        let token = if *word == "*" { Token::Mul } else { Token::make_keyword(word) };
        TokenWithSpan { token, span }
    })
}

impl Parsed {
    /// Names of tables, without those that the query itself defines by `with`.
    pub(crate) fn tables(&self) -> Vec<String> {
        let mut defined = Vec::new();
        collect_definitions(&self.query, &mut defined);
        let mut names: Vec<String> = Vec::new();
        let _: ControlFlow<()> = visit_relations(&self.query, |name| {
            let name =
                single(name).map(|name| &name.value).filter(|name| !defined.contains(name) && !names.contains(name));
            names.extend(name.cloned());
            ControlFlow::Continue(())
        });
        names
    }

    /// The condition on rows of the outermost `select`, as written.
    pub(crate) fn condition(&self) -> Option<String> {
        let selection = self.query.body.as_select()?.selection.as_ref()?;
        Some(Walk::new(&self.quantities, Vec::new()).written(selection))
    }
}

fn collect_definitions(query: &Query, into: &mut Vec<String>) {
    // Definitions inside subqueries hide tables in them only; a name defined anywhere is not looked up as a table.
    if let Some(with) = &query.with {
        for definition in &with.cte_tables {
            into.push(definition.alias.name.value.clone());
            collect_definitions(&definition.query, into);
        }
    }
}

fn single(name: &ObjectName) -> Option<&Ident> {
    match name.0.as_slice() {
        [only] => only.as_ident(),
        _ => None,
    }
}

impl Walk<'_> {
    /// Follows a query and gives its columns; quantities in it become numbers.
    pub(crate) fn query(&mut self, query: &mut Query, outer: Vec<Relation>) -> Outputs {
        let before = self.tables.len();
        let was_in_where = std::mem::replace(&mut self.in_where, false);
        let mut definitions = Vec::new();
        if let Some(with) = &mut query.with {
            for definition in &mut with.cte_tables {
                let columns = self.query(&mut definition.query, Vec::new())?;
                let columns = renamed(columns, Some(&definition.alias));
                definitions.push(definition.alias.name.value.clone());
                self.tables.push(Relation { name: definition.alias.name.value.clone(), columns });
            }
        }
        let (outputs, mut scope) = self.body(&mut query.body, outer)?;
        scope.given = outputs.clone();
        if let Some(order) = &mut query.order_by
            && let OrderByKind::Expressions(expressions) = &mut order.kind
        {
            for by in expressions {
                self.expression(&mut by.expr, &scope, None)?;
            }
        }
        self.tables.truncate(before);
        self.in_where = was_in_where;
        Ok(outputs)
    }

    fn body(&mut self, body: &mut SetExpr, outer: Vec<Relation>) -> Result<(Vec<Output>, Scope), QueryError> {
        match body {
            SetExpr::Select(select) => self.select(select, outer),
            SetExpr::Query(query) => Ok((self.query(query, outer)?, Scope::default())),
            SetExpr::SetOperation { left, right, .. } => {
                let (left, _) = self.body(left, outer.clone())?;
                let (right, _) = self.body(right, outer)?;
                let mut united = left;
                for (column, other) in united.iter_mut().zip(right) {
                    column.kind = match (column.kind, other.kind) {
                        (Kind::Quantity(one), Kind::Quantity(two)) if one != two => {
                            return Err(QueryError::UnitsDiffer {
                                left: column.name.clone(),
                                left_unit: one.symbol(),
                                right: other.name,
                                right_unit: two.symbol(),
                                action: "put into one column",
                            });
                        }
                        (one, two) if one == two => one,
                        _ => Kind::Unknown,
                    };
                }
                Ok((united, Scope::default()))
            }
            SetExpr::Values(_) | SetExpr::Table(_) => Ok((Vec::new(), Scope::default())),
            other => Err(QueryError::NotAQuestion { text: other.to_string() }),
        }
    }

    fn select(&mut self, select: &mut Select, outer: Vec<Relation>) -> Result<(Vec<Output>, Scope), QueryError> {
        let mut scope = Scope { outer, ..Scope::default() };
        for table in &mut select.from {
            self.relation(&mut table.relation, &mut scope)?;
            for join in &mut table.joins {
                self.join(join, &mut scope)?;
            }
        }
        if let Some(condition) = &mut select.selection {
            self.in_where = true;
            let kind = self.expression(condition, &scope, None)?;
            self.in_where = false;
            condition_or(kind, || self.written(condition))?;
        }
        let mut outputs = Vec::new();
        for item in &mut select.projection {
            self.item(item, &scope, &mut outputs)?;
        }
        let mut wide = scope.clone();
        wide.given = outputs.clone();
        if let GroupByExpr::Expressions(expressions, _) = &mut select.group_by {
            for by in expressions {
                self.expression(by, &wide, None)?;
            }
        }
        for condition in [&mut select.having, &mut select.qualify].into_iter().flatten() {
            let kind = self.expression(condition, &wide, None)?;
            condition_or(kind, || self.written(condition))?;
        }
        Ok((outputs, scope))
    }

    fn relation(&mut self, factor: &mut TableFactor, scope: &mut Scope) -> Result<(), QueryError> {
        let relation = match factor {
            TableFactor::Table { name, args: None, alias, .. } => {
                let name = single(name).map(|name| name.value.clone()).unwrap_or_default();
                let known = self.tables.iter().rev().find(|table| table.name == name);
                let columns = known.map(|table| table.columns.clone());
                let columns =
                    columns.ok_or_else(|| QueryError::UnknownTable { name: name.clone(), known: Vec::new() })?;
                let name = alias.as_ref().map_or(name, |alias| alias.name.value.clone());
                Relation { name, columns: renamed(columns, alias.as_ref()) }
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let columns = self.query(subquery, scope.outer.clone())?;
                let name = alias.as_ref().map(|alias| alias.name.value.clone()).unwrap_or_default();
                Relation { name, columns: renamed(columns, alias.as_ref()) }
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.relation(&mut table_with_joins.relation, scope)?;
                return table_with_joins.joins.iter_mut().try_for_each(|join| self.join(join, scope));
            }
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => {
                return Err(QueryError::TableFunction { name: name.to_string() });
            }
            other => return Err(QueryError::TableFunction { name: other.to_string() }),
        };
        scope.relations.push(relation);
        Ok(())
    }

    fn join(&mut self, join: &mut Join, scope: &mut Scope) -> Result<(), QueryError> {
        let left = scope.clone();
        self.relation(&mut join.relation, scope)?;
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint)) = &mut join.join_operator
        else {
            return Ok(());
        };
        match constraint {
            JoinConstraint::On(condition) => {
                self.expression(condition, scope, None)?;
            }
            JoinConstraint::Using(names) => {
                let right =
                    Scope { relations: scope.relations.last().cloned().into_iter().collect(), ..Scope::default() };
                for name in names.iter().filter_map(single) {
                    let name = std::slice::from_ref(name);
                    if let (Kind::Quantity(one), Kind::Quantity(two)) = (left.find(name)?, right.find(name)?)
                        && one != two
                    {
                        let column = || name.iter().map(|part| part.value.clone()).collect();
                        return Err(QueryError::UnitsDiffer {
                            left: column(),
                            left_unit: one.symbol(),
                            right: column(),
                            right_unit: two.symbol(),
                            action: "joined",
                        });
                    }
                }
            }
            JoinConstraint::Natural | JoinConstraint::None => {}
        }
        Ok(())
    }

    fn item(&mut self, item: &mut SelectItem, scope: &Scope, outputs: &mut Vec<Output>) -> Result<(), QueryError> {
        match item {
            SelectItem::Wildcard(options) => self.wildcard(&scope.relations, options, scope, outputs)?,
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                let name = name.to_string();
                let all = scope.all();
                let named: Vec<Relation> = all.into_iter().filter(|relation| relation.name == name).collect();
                self.wildcard(&named, options, scope, outputs)?;
            }
            SelectItem::UnnamedExpr(expr @ (Expr::Identifier(_) | Expr::CompoundIdentifier(_))) => {
                let mut name = plain_name(expr);
                let kind = self.expression(expr, scope, None)?;
                if name.is_none() || !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
                    // A quantity on its own.
                    let alias = expr.to_string();
                    *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: quoted(&alias) };
                    name = Some(alias);
                }
                outputs.push(Output::new(name.unwrap_or_default(), kind));
            }
            SelectItem::UnnamedExpr(expr) => {
                let name = self.name_of(expr);
                let kind = self.expression(expr, scope, None)?;
                outputs.push(Output::new(&name, kind));
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: quoted(&name) };
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let kind = self.expression(expr, scope, None)?;
                let (name, stated) = match alias.value.strip_suffix(']').and_then(|rest| rest.split_once(" [")) {
                    Some((name, unit)) => {
                        let stated = parse_unit(unit)
                            .map_err(|source| QueryError::Unit { quantity: format!("`{}`", alias.value), source })?;
                        (name.trim().to_string(), Some(stated))
                    }
                    None => (alias.value.clone(), None),
                };
                *alias = quoted(&name);
                outputs.push(Output { name, kind, stated });
            }
            other => self.leave_all(other)?,
        }
        Ok(())
    }

    fn wildcard(
        &mut self,
        relations: &[Relation],
        options: &mut WildcardAdditionalOptions,
        scope: &Scope,
        outputs: &mut Vec<Output>,
    ) -> Result<(), QueryError> {
        let mut replaced = Vec::new();
        if let Some(replace) = &mut options.opt_replace {
            for item in &mut replace.items {
                let kind = self.expression(&mut item.expr, scope, None)?;
                replaced.push(Output::new(&item.column_name.value, kind));
            }
        }
        for relation in relations {
            for column in &relation.columns {
                let kind =
                    replaced.iter().find(|other| other.name == column.name).map_or(column.kind, |other| other.kind);
                let taken = outputs.iter().any(|other| other.name == column.name);
                // The engine's name for the second column of a name.
                let name = if taken { format!("{}:{}", column.name, relation.name) } else { column.name.clone() };
                outputs.push(Output::new(name, kind));
            }
        }
        Ok(())
    }

    /// The name of an unnamed column: `stress_mean` for the mean of a column, else the expression.
    fn name_of(&self, expr: &Expr) -> String {
        if let Expr::Function(function) = expr
            && function.over.is_none()
            && let FunctionArguments::List(list) = &function.args
            && let word = function.name.to_string().to_lowercase()
            && is_aggregate(&word)
        {
            match list.args.first() {
                Some(FunctionArg::Unnamed(FunctionArgExpr::Wildcard)) => return word,
                Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))) => {
                    if let Some(column) = plain_name(argument) {
                        return format!("{column}_{word}");
                    }
                }
                _ => {}
            }
        }
        self.written(expr)
    }

    fn leave_all(&self, item: &mut SelectItem) -> Result<(), QueryError> {
        let done = visit_expressions_mut(item, |expr| match self.leave(expr) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        });
        match done {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(()),
        }
    }
}

fn condition_or(kind: Kind, written: impl Fn() -> String) -> Result<(), QueryError> {
    match kind {
        Kind::Condition | Kind::Unknown => Ok(()),
        _ => Err(QueryError::NotACondition { text: written() }),
    }
}

/// The bare name of a column that an expression is, if it is one and no placeholder.
fn plain_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => {
            Some(name.value.clone()).filter(|name| super::quantities::placeholder(name).is_none())
        }
        Expr::CompoundIdentifier(path) => path.last().map(|name| name.value.clone()),
        _ => None,
    }
}

fn quoted(name: &str) -> Ident {
    Ident::with_quote('"', name)
}

/// Columns under the names that an alias gives them: `from (...) as t (a, b)`.
fn renamed(mut columns: Vec<Output>, alias: Option<&TableAlias>) -> Vec<Output> {
    let names = alias.map(|alias| alias.columns.as_slice()).unwrap_or_default();
    for (column, name) in columns.iter_mut().zip(names) {
        column.name.clone_from(&name.name.value);
    }
    columns
}
