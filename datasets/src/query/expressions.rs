//! Units through expressions: what a comparison or a sum may put together, and what unit its result has.
//!
//! The walk does two things at once. Placeholders of quantities become numbers in the unit of what they are compared
//! with, after a look at the dimension; and the unit of every expression is derived where that is plain: a column, an
//! aggregate, a sum of equal units, a ratio. It is not derived from a product with a bare number, which is as often a
//! change of unit as a multiple: then the unit is not known, and is to be stated.

use super::columns::{Kind, Relation, Scope};
use super::error::QueryError;
use super::quantities::{Quantity, placeholder};
use kovacs_core::units::{Dimension, Unit, convert};
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, UnaryOperator,
    Value, visit_expressions_mut,
};
use std::ops::ControlFlow;

/// Walks the expressions of one query text.
pub(crate) struct Walk<'a> {
    quantities: &'a [Quantity],
    /// The tables that `from` may name.
    pub(crate) tables: Vec<Relation>,
    /// Columns in conditions on rows, each once, in the order of the text: what a message names when no row answers.
    pub(crate) asked: Vec<String>,
    /// Whether the walk is in a condition on rows, where aggregates make no sense.
    pub(crate) in_where: bool,
}

type Walked = Result<Kind, QueryError>;

impl<'a> Walk<'a> {
    pub(crate) fn new(quantities: &'a [Quantity], tables: Vec<Relation>) -> Walk<'a> {
        Walk { quantities, tables, asked: Vec::new(), in_where: false }
    }

    /// The kind of an expression; its quantities become numbers. A lone quantity is converted to `wanted`.
    pub(crate) fn expression(&mut self, expr: &mut Expr, scope: &Scope, wanted: Option<Unit>) -> Walked {
        match expr {
            Expr::Identifier(name) => match placeholder(&name.value).and_then(|number| self.quantities.get(number)) {
                Some(quantity) => {
                    let (number, unit) = inside(quantity, wanted)?;
                    *expr = number;
                    Ok(Kind::Quantity(unit))
                }
                None => self.column(std::slice::from_ref(name), scope),
            },
            Expr::CompoundIdentifier(path) => {
                let path = path.clone();
                self.column(&path, scope)
            }
            Expr::Value(value) => Ok(match &value.value {
                Value::Number(..) => Kind::Bare,
                Value::SingleQuotedString(_) => Kind::Text,
                Value::Boolean(_) => Kind::Condition,
                _ => Kind::Unknown,
            }),
            Expr::Nested(inner) => self.expression(inner, scope, wanted),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
                self.expression(expr, scope, None)?;
                Ok(Kind::Condition)
            }
            Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
                self.expression(expr, scope, wanted)
            }
            Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner) => {
                self.expression(inner, scope, None)?;
                Ok(Kind::Condition)
            }
            Expr::Like { expr, pattern, .. } | Expr::ILike { expr, pattern, .. } => {
                self.expression(expr, scope, None)?;
                self.expression(pattern, scope, None)?;
                Ok(Kind::Condition)
            }
            Expr::Between { expr, low, high, .. } => {
                self.together(expr, low, scope, "compared", wanted)?;
                self.together(expr, high, scope, "compared", wanted)?;
                Ok(Kind::Condition)
            }
            Expr::InList { expr, list, .. } => {
                for item in list {
                    self.together(expr, item, scope, "compared", wanted)?;
                }
                Ok(Kind::Condition)
            }
            Expr::InSubquery { expr, subquery, .. } => {
                self.expression(expr, scope, None)?;
                self.query(subquery, scope.all())?;
                Ok(Kind::Condition)
            }
            Expr::Exists { subquery, .. } => {
                self.query(subquery, scope.all())?;
                Ok(Kind::Condition)
            }
            Expr::Subquery(subquery) => {
                let outputs = self.query(subquery, scope.all())?;
                Ok(outputs.first().map_or(Kind::Unknown, |output| output.kind))
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, &op.clone(), right, scope, wanted),
            Expr::Ceil { expr, .. } | Expr::Floor { expr, .. } => self.expression(expr, scope, wanted),
            Expr::Case { operand, conditions, else_result, .. } => {
                if let Some(operand) = operand {
                    self.expression(operand, scope, None)?;
                }
                let mut kinds = Vec::new();
                for when in conditions {
                    self.expression(&mut when.condition, scope, None)?;
                    kinds.push(self.expression(&mut when.result, scope, wanted)?);
                }
                if let Some(result) = else_result {
                    kinds.push(self.expression(result, scope, wanted)?);
                }
                Ok(common(&kinds))
            }
            Expr::Function(function) => self.function(function, scope, wanted),
            other => {
                self.leave(other)?;
                Ok(Kind::Unknown)
            }
        }
    }

    fn column(&mut self, path: &[Ident], scope: &Scope) -> Walked {
        let kind = scope.find(path)?;
        if let Some(name) = path.last().filter(|name| self.in_where && !self.asked.contains(&name.value)) {
            self.asked.push(name.value.clone());
        }
        Ok(kind)
    }

    fn binary(
        &mut self,
        left: &mut Expr,
        op: &BinaryOperator,
        right: &mut Expr,
        scope: &Scope,
        wanted: Option<Unit>,
    ) -> Walked {
        use BinaryOperator::*;
        match op {
            And | Or | Xor => {
                self.expression(left, scope, None)?;
                self.expression(right, scope, None)?;
                Ok(Kind::Condition)
            }
            Eq | NotEq | Lt | LtEq | Gt | GtEq | Spaceship => {
                self.together(left, right, scope, "compared", None)?;
                Ok(Kind::Condition)
            }
            Plus | Minus => {
                for side in [&*left, &*right] {
                    if let Some(quantity) = self.lone(side).filter(|quantity| has_offset(quantity.unit)) {
                        return Err(QueryError::Difference { quantity: quantity.text.clone() });
                    }
                }
                let kind = self.together(left, right, scope, "added", wanted)?;
                // A difference of Celsius temperatures is none.
                Ok(if kind.unit().is_some_and(has_offset) { Kind::Unknown } else { kind })
            }
            Multiply => Ok(match (self.expression(left, scope, None)?, self.expression(right, scope, None)?) {
                (Kind::Bare, Kind::Bare) => Kind::Bare,
                (Kind::Quantity(unit), Kind::Quantity(one)) | (Kind::Quantity(one), Kind::Quantity(unit))
                    if is_one(one) && !has_offset(unit) =>
                {
                    Kind::Quantity(unit)
                }
                _ => Kind::Unknown,
            }),
            Divide => Ok(match (self.expression(left, scope, None)?, self.expression(right, scope, None)?) {
                (Kind::Bare, Kind::Bare) => Kind::Bare,
                (Kind::Quantity(unit), Kind::Quantity(one)) if is_one(one) && !has_offset(unit) => Kind::Quantity(unit),
                (Kind::Quantity(above), Kind::Quantity(below)) if above == below && !has_offset(above) => {
                    Kind::Quantity(Dimension::Dimensionless.internal())
                }
                _ => Kind::Unknown,
            }),
            Modulo => self.together(left, right, scope, "divided", wanted),
            _ => {
                self.expression(left, scope, None)?;
                self.expression(right, scope, None)?;
                Ok(Kind::Unknown)
            }
        }
    }

    /// Two sides that must have one unit; a quantity takes that of the other side.
    fn together(
        &mut self,
        left: &mut Expr,
        right: &mut Expr,
        scope: &Scope,
        action: &'static str,
        wanted: Option<Unit>,
    ) -> Walked {
        let (first, second) = if self.lone(left).is_some() { (right, left) } else { (left, right) };
        let (said, other) = (self.written(first), self.written(second));
        let lone = self.lone(second).cloned();
        let kind = self.expression(first, scope, wanted)?;
        if let Some(quantity) = &lone {
            let wrong = |measures: String, accepted: String| QueryError::WrongDimension {
                column: said.clone(),
                measures,
                quantity: format!("`{}`", quantity.text),
                accepted,
            };
            match kind {
                Kind::Text => return Err(wrong("text".to_string(), "quotes: 'PVC'".to_string())),
                Kind::Quantity(unit) if unit.dimension() != quantity.unit.dimension() => {
                    let accepted: Vec<&str> = unit.dimension().units().map(Unit::code).collect();
                    return Err(wrong(format!("in {}", unit.symbol()), accepted.join(", ")));
                }
                _ => {}
            }
        }
        let other_kind = self.expression(second, scope, kind.unit().or(wanted))?;
        match (kind, other_kind) {
            (Kind::Quantity(left_unit), Kind::Quantity(right_unit)) if left_unit != right_unit => {
                Err(QueryError::UnitsDiffer {
                    left: said,
                    left_unit: left_unit.symbol(),
                    right: other,
                    right_unit: right_unit.symbol(),
                    action,
                })
            }
            (Kind::Bare, kind) | (kind, Kind::Bare) => Ok(kind),
            (kind, other) => Ok(common(&[kind, other])),
        }
    }

    fn function(&mut self, function: &mut Function, scope: &Scope, wanted: Option<Unit>) -> Walked {
        let name = function.name.to_string().to_lowercase();
        if self.in_where && (function.over.is_some() || AGGREGATES.contains(&name.as_str())) {
            return Err(QueryError::AggregateInWhere { function: name });
        }
        if let Some((_, known)) = OUR_NAMES.iter().find(|(ours, _)| *ours == name) {
            function.name = ObjectName::from(vec![Ident::new(*known)]);
        }
        let mut kinds = Vec::new();
        if let FunctionArguments::List(list) = &mut function.args {
            for argument in &mut list.args {
                let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) =
                    argument;
                if let FunctionArgExpr::Expr(expr) = arg {
                    kinds.push(self.expression(expr, scope, wanted)?);
                }
            }
        }
        if let Some(filter) = &mut function.filter {
            self.expression(filter, scope, None)?;
        }
        let first = kinds.first().copied().unwrap_or(Kind::Unknown);
        let offset = first.unit().is_some_and(has_offset);
        Ok(match name.as_str() {
            "avg" | "mean" | "min" | "max" | "first" | "last" | "median" | "quantile" | "quantile_cont"
            | "quantile_disc" | "first_value" | "last_value" | "lag" | "lead" | "abs" | "round" | "ceil"
            | "ceiling" | "floor" | "trunc" | "truncate" | "nullif" => first,
            "coalesce" | "ifnull" | "greatest" | "least" => common(&kinds),
            "if" => common(kinds.get(1..).unwrap_or_default()),
            "sum" | "total" | "std" | "stdev" | "stddev" | "stdev_samp" | "stddev_samp" if !offset => first,
            "count" | "corr" | "row_number" | "rank" | "dense_rank" | "length" | "strpos" => {
                Kind::Quantity(Dimension::Dimensionless.internal())
            }
            "lower" | "upper" | "concat" | "concat_ws" | "replace" | "left" | "right" | "substr" | "initcap"
            | "string_agg" => Kind::Text,
            "starts_with" | "ends_with" | "regexp_like" => Kind::Condition,
            _ => Kind::Unknown,
        })
    }

    /// The quantity that an expression is, if it is nothing else.
    fn lone(&self, expr: &Expr) -> Option<&Quantity> {
        match expr {
            Expr::Identifier(name) => self.quantities.get(placeholder(&name.value)?),
            Expr::Nested(inner) => self.lone(inner),
            _ => None,
        }
    }

    /// An expression as the user wrote it, quantities included.
    pub(crate) fn written(&self, expr: &Expr) -> String {
        let mut shown = expr.clone();
        let _: ControlFlow<()> = visit_expressions_mut(&mut shown, |part| {
            if let Expr::Identifier(name) = part
                && let Some(quantity) = placeholder(&name.value).and_then(|number| self.quantities.get(number))
            {
                *part = Expr::Identifier(Ident::new(&quantity.text));
            }
            ControlFlow::Continue(())
        });
        shown.to_string()
    }

    /// Quantities in a construct that is not looked into become numbers in their internal units.
    pub(crate) fn leave(&self, expr: &mut Expr) -> Result<(), QueryError> {
        let done = visit_expressions_mut(expr, |part| {
            if let Expr::Identifier(name) = part
                && let Some(quantity) = placeholder(&name.value).and_then(|number| self.quantities.get(number))
            {
                match inside(quantity, None) {
                    Ok((number, _)) => *part = number,
                    Err(error) => return ControlFlow::Break(error),
                }
            }
            ControlFlow::Continue(())
        });
        match done {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(()),
        }
    }
}

/// Aggregates, which have no place in a condition on rows.
const AGGREGATES: [&str; 26] = [
    "avg",
    "mean",
    "min",
    "max",
    "sum",
    "total",
    "count",
    "first",
    "last",
    "median",
    "quantile",
    "quantile_cont",
    "quantile_disc",
    "std",
    "stdev",
    "stddev",
    "stdev_samp",
    "stddev_samp",
    "var",
    "variance",
    "var_samp",
    "corr",
    "covar_pop",
    "covar_samp",
    "array_agg",
    "string_agg",
];

/// Names of this project for functions that SQL calls otherwise.
const OUR_NAMES: [(&str, &str); 3] = [("mean", "AVG"), ("std", "STDDEV"), ("quantile", "QUANTILE_CONT")];

/// Whether an expression is an aggregate over all that its arguments are.
pub(crate) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.contains(&name)
}

/// A quantity as a number in a unit, or in the internal unit of its own dimension.
fn inside(quantity: &Quantity, wanted: Option<Unit>) -> Result<(Expr, Unit), QueryError> {
    let unit = wanted
        .filter(|unit| unit.dimension() == quantity.unit.dimension())
        .unwrap_or_else(|| quantity.unit.dimension().internal());
    let value = convert(quantity.value, quantity.unit, unit)
        .map_err(|source| QueryError::Unit { quantity: format!("`{}`", quantity.text), source })?;
    let number = Expr::Value(Value::Number(format!("{:?}", value.abs()), false).into());
    let signed = if value < 0.0 {
        Expr::Nested(Box::new(Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number) }))
    } else {
        number
    };
    Ok((signed, unit))
}

/// What several kinds have in common.
fn common(kinds: &[Kind]) -> Kind {
    let mut solid = kinds.iter().filter(|kind| **kind != Kind::Bare);
    match solid.next() {
        None => kinds.first().copied().unwrap_or(Kind::Unknown),
        Some(first) if solid.all(|other| other == first) => *first,
        Some(_) => Kind::Unknown,
    }
}

/// Whether zero of this unit is not zero inside, as for °C.
pub(crate) fn has_offset(unit: Unit) -> bool {
    unit.to_internal(0.0) != 0.0
}

fn is_one(unit: Unit) -> bool {
    unit == Dimension::Dimensionless.internal()
}
