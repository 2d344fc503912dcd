//! Parameters of a notebook: typed by the notebook itself, given from outside with a unit.
//!
//! A cell tagged `parameters` declares them as what they are, variables with a value:
//!
//! ```text
//! let t_w = 300.0; // [s] waiting time
//! let model = "kww"; // [kww | aoi | tnm] model to test
//! ```
//!
//! The type is that of the declaration, the unit or the choices stand in brackets behind it. A run with other values
//! gets a second cell after this one, tagged `injected-parameters` as papermill does it, so that an executed copy shows
//! both what the author wrote and what this run used. Nothing is substituted as text: a value is read, checked against
//! type, unit and choices, converted, and written as a Rust literal.

use crate::notebook::{CellKind, Notebook};
use crate::syntax::Syntax;
use kovacs_core::units::{convert, parse_quantity, parse_unit};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use syn::spanned::Spanned;

/// Tag of the cell that declares parameters.
const DECLARED: &str = "parameters";
/// Tag, and id where it is free, of the cell with the values of a run.
const INJECTED: &str = "injected-parameters";

/// What kind of value a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// A real number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Truth,
    /// Text.
    Text,
}

impl ParameterKind {
    fn noun(self) -> &'static str {
        match self {
            ParameterKind::Number => "a number",
            ParameterKind::Integer => "a whole number",
            ParameterKind::Truth => "`true` or `false`",
            ParameterKind::Text => "text",
        }
    }
}

/// One parameter of a notebook.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// Name of the variable.
    pub name: String,
    /// What kind of value it takes.
    pub kind: ParameterKind,
    /// Its Rust type, as declared or as the literal has it: `f64`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its value in the notebook, as written there.
    pub default: String,
    /// Unit of a number, UCUM; empty if it has none.
    pub unit: String,
    /// The values that a text may have; empty if it may have any.
    pub choices: Vec<String>,
    /// What it is, in the author's words.
    pub about: String,
    /// Number of its cell among all cells, from 1.
    pub cell: usize,
    /// The declaration, and where in it the value stands.
    #[serde(skip)]
    statement: (String, Range<usize>),
    /// Behind the digits of a number: `_u32`.
    #[serde(skip)]
    suffix: String,
}

/// Why a value is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// The cell of the declarations cannot be read.
    #[error("cell {cell}, tagged `parameters`, is not Rust: line {line}: {problem}")]
    NotRust {
        /// Number of the cell, from 1.
        cell: usize,
        /// Line of the cell, from 1.
        line: usize,
        /// What the parser says.
        problem: String,
    },
    /// The notebook has no parameter of this name.
    #[error("there is no parameter `{name}`")]
    Unknown {
        /// As given.
        name: String,
    },
    /// The value is of another type, has a wrong unit or is none of the choices.
    #[error("parameter `{name}` is {expected}; `{value}` is not accepted{detail}")]
    Mistyped {
        /// The parameter.
        name: String,
        /// What it takes.
        expected: String,
        /// As given.
        value: String,
        /// More on it, after a colon; may be empty.
        detail: String,
    },
}

impl Parameter {
    /// What it takes, in words: `a number in s`.
    fn expected(&self) -> String {
        let mut text = self.kind.noun().to_owned();
        if !self.unit.is_empty() {
            let _ = write!(text, " in {}", self.unit);
        }
        if self.kind == ParameterKind::Integer {
            let _ = write!(text, " (`{}`)", self.type_name);
        }
        if !self.choices.is_empty() {
            let _ = write!(text, ", one of {}", self.choices.join(", "));
        }
        text
    }

    fn refused(&self, value: &str, detail: impl std::fmt::Display) -> ParameterError {
        let detail = detail.to_string();
        ParameterError::Mistyped {
            name: self.name.clone(),
            expected: self.expected(),
            value: value.to_owned(),
            detail: if detail.is_empty() { detail } else { format!(": {detail}") },
        }
    }

    /// The declaration with another value.
    fn declare(&self, value: &str) -> Result<String, ParameterError> {
        let literal = match self.kind {
            ParameterKind::Number => {
                let number = self.number(value)?;
                if number < 0.0 {
                    format!("-{:?}{}", -number, self.suffix)
                } else {
                    format!("{number:?}{}", self.suffix)
                }
            }
            ParameterKind::Integer => format!("{}{}", self.integer(value)?, self.suffix),
            ParameterKind::Truth => match value {
                "true" | "false" => value.to_owned(),
                _ => return Err(self.refused(value, "")),
            },
            ParameterKind::Text => {
                if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == value) {
                    return Err(self.refused(value, ""));
                }
                format!("{value:?}")
            }
        };
        let (text, range) = &self.statement;
        let mut text = text.clone();
        text.replace_range(range.clone(), &literal);
        Ok(text)
    }

    /// The value in the parameter's unit.
    fn number(&self, value: &str) -> Result<f64, ParameterError> {
        let refused = |detail: String| self.refused(value, detail);
        let plain = value.trim().replace('\u{2212}', "-");
        if let Ok(number) = plain.parse::<f64>() {
            return if number.is_finite() { Ok(number) } else { Err(refused(String::new())) };
        }
        let (number, unit) = parse_quantity(&plain).map_err(|error| refused(error.to_string()))?;
        if self.unit.is_empty() {
            return Err(refused("the notebook states no unit for it".into()));
        }
        // The unit was read once already, when the parameter was.
        let own = parse_unit(&self.unit).map_err(|error| refused(error.to_string()))?;
        convert(number, unit, own).map_err(|error| refused(error.to_string()))
    }

    fn integer(&self, value: &str) -> Result<i128, ParameterError> {
        let number: i128 = value.trim().replace('_', "").parse().map_err(|_| self.refused(value, ""))?;
        let fits = match self.type_name.as_str() {
            "u8" => u8::try_from(number).is_ok(),
            "u16" => u16::try_from(number).is_ok(),
            "u32" => u32::try_from(number).is_ok(),
            "u64" => u64::try_from(number).is_ok(),
            "usize" => usize::try_from(number).is_ok(),
            "i8" => i8::try_from(number).is_ok(),
            "i16" => i16::try_from(number).is_ok(),
            "i64" => i64::try_from(number).is_ok(),
            "isize" => isize::try_from(number).is_ok(),
            "u128" => number >= 0,
            "i128" => true,
            _ => i32::try_from(number).is_ok(),
        };
        if fits { Ok(number) } else { Err(self.refused(value, "it does not fit the type")) }
    }
}

impl Notebook {
    /// The parameters that the notebook declares, in order.
    ///
    /// # Errors
    /// [`ParameterError::NotRust`].
    pub fn parameters(&self) -> Result<Vec<Parameter>, ParameterError> {
        let mut found: Vec<Parameter> = Vec::new();
        for (index, cell) in self.cells().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code) {
            if !cell.has_tag(DECLARED) {
                continue;
            }
            let (number, source) = (index + 1, cell.source());
            let syntax = Syntax::read(&source).map_err(|(line, problem)| ParameterError::NotRust {
                cell: number,
                line,
                problem,
            })?;
            for parameter in syntax.statements.iter().filter_map(|statement| declared(&syntax, &source, statement)) {
                // Declared again, the later one is what the cells after it see.
                found.retain(|earlier| earlier.name != parameter.name);
                found.push(Parameter { cell: number, ..parameter });
            }
        }
        Ok(found)
    }

    /// Puts the values of a run behind the declarations; what an earlier run put there goes.
    ///
    /// # Errors
    /// A name that is not declared, a value that does not fit; then nothing is changed.
    pub fn set_parameters(&mut self, values: &[(String, String)]) -> Result<(), ParameterError> {
        if values.is_empty() {
            return Ok(());
        }
        let parameters = self.parameters()?;
        let mut lines = BTreeMap::new();
        let mut last = 0;
        for (name, value) in values {
            let (place, parameter) = parameters
                .iter()
                .enumerate()
                .find(|(_, parameter)| parameter.name == *name)
                .ok_or_else(|| ParameterError::Unknown { name: name.clone() })?;
            let note = if parameter.unit.is_empty() { String::new() } else { format!(" // [{}]", parameter.unit) };
            // Given twice, the last one holds, as with every option of a command line.
            lines.insert(place, parameter.declare(value)? + &note);
            last = last.max(parameter.cell);
        }
        let source = std::iter::once("// Values of this run.".to_owned()).chain(lines.into_values());
        self.put_after(last, INJECTED, &source.collect::<Vec<_>>().join("\n"));
        Ok(())
    }
}

/// The parameter that a statement declares: a variable whose value is a literal.
fn declared(syntax: &Syntax<'_>, source: &str, statement: &syn::Stmt) -> Option<Parameter> {
    let syn::Stmt::Local(local) = statement else { return None };
    let (pattern, annotation) = match &local.pat {
        syn::Pat::Type(typed) => (&*typed.pat, source.get(syntax.range(typed.ty.span()))),
        other => (other, None),
    };
    let syn::Pat::Ident(name) = pattern else { return None };
    let (literal, negative) = literal_of(&local.init.as_ref()?.expr)?;
    let own = |default: &str| annotation.unwrap_or(default).to_owned();
    let (kind, type_name, suffix) = match literal {
        syn::Lit::Float(number) => {
            let suffix = number.suffix();
            (ParameterKind::Number, own(if suffix.is_empty() { "f64" } else { suffix }), suffix)
        }
        // `let x: f64 = 1` does not compile, so an integer literal is an integer unless it says `1f64`.
        syn::Lit::Int(number) if matches!(number.suffix(), "f32" | "f64") => {
            (ParameterKind::Number, number.suffix().to_owned(), number.suffix())
        }
        syn::Lit::Int(number) => {
            let suffix = number.suffix();
            (ParameterKind::Integer, own(if suffix.is_empty() { "i32" } else { suffix }), suffix)
        }
        syn::Lit::Bool(_) => (ParameterKind::Truth, own("bool"), ""),
        syn::Lit::Str(_) => (ParameterKind::Text, own("&str"), ""),
        _ => return None,
    };
    let mut value = syntax.range(literal.span());
    if let Some(minus) = negative {
        value.start = syntax.range(minus.span()).start;
    }
    let whole = syntax.range(local.span());
    let text = source.get(whole.clone())?.to_owned();
    let default = source.get(value.clone())?.to_owned();
    let (bracket, about) = remark(syntax.rest_of_line(local.span()));
    let is_number = matches!(kind, ParameterKind::Number | ParameterKind::Integer);
    let unit = bracket.filter(|_| is_number).and_then(|unit| parse_unit(unit).ok());
    let choices = match (kind, bracket) {
        (ParameterKind::Text, Some(words)) => words.split('|').map(|word| word.trim().to_owned()).collect(),
        _ => Vec::new(),
    };
    Some(Parameter {
        name: name.ident.to_string(),
        kind,
        type_name,
        default,
        unit: unit.map_or(String::new(), |unit| unit.code().to_owned()),
        choices,
        about: about.to_owned(),
        cell: 0,
        statement: (text, value.start.checked_sub(whole.start)?..value.end.checked_sub(whole.start)?),
        suffix: suffix.to_owned(),
    })
}

/// The literal that is the value: itself, with a minus, or made a `String`.
fn literal_of(value: &syn::Expr) -> Option<(&syn::Lit, Option<&syn::UnOp>)> {
    match value {
        syn::Expr::Lit(literal) => Some((&literal.lit, None)),
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => match &*unary.expr {
            syn::Expr::Lit(literal) => Some((&literal.lit, Some(&unary.op))),
            _ => None,
        },
        syn::Expr::MethodCall(call) if call.args.is_empty() => match &*call.receiver {
            syn::Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Str(_)) => Some((&literal.lit, None)),
            _ => None,
        },
        syn::Expr::Call(call) => match call.args.first() {
            Some(syn::Expr::Lit(literal)) if call.args.len() == 1 && matches!(literal.lit, syn::Lit::Str(_)) => {
                Some((&literal.lit, None))
            }
            _ => None,
        },
        _ => None,
    }
}

/// What a comment behind a declaration says: what is in brackets, and the words after it.
fn remark(rest: &str) -> (Option<&str>, &str) {
    let Some(comment) = rest.trim().strip_prefix("//").map(str::trim) else { return (None, "") };
    match comment.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((bracket, about)) => (Some(bracket.trim()), about.trim()),
        None => (None, comment),
    }
}

#[cfg(test)]
mod tests;
