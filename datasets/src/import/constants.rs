//! Values that hold for a whole table or curve: strains, waiting time, temperature, glass, specimen.
//!
//! A number has its unit with it, `"0.5 %"`, and becomes a column in that unit. A bare number is a whole number, such as
//! `stage = 2`; any other is asked for its unit, because 0.5 could be per cent.

use super::mapping::stated;
use crate::descriptor::FieldKind;
use kovacs_core::units::{Dimension, Unit, parse_quantity};
use serde::{Deserialize, Serialize};

/// Columns that hold words whatever they look like: a specimen may be called `1 A`.
const WORDS: [&str; 4] = ["glass", "specimen", "sample", "replicate"];

/// A value as written in a mapping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Constant {
    /// A whole number without a unit.
    Whole(i64),
    /// A number without a unit, which has to be asked for.
    Bare(f64),
    /// A quantity with its unit, or words.
    Written(String),
}

/// A value as it is understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A whole number (1).
    Whole(i64),
    /// A number in this unit.
    Number(f64, Unit),
    /// Words.
    Words(String),
}

impl Constant {
    /// What it means in the column `name`, or why it cannot be used, as a clause.
    pub(super) fn understand(&self, name: &str) -> Result<Value, String> {
        let ask = |written: &str| {
            format!("`{name} = {written}` states no unit; write it with the number, such as `{name} = \"{written} %\"`")
        };
        match self {
            Constant::Whole(value) => Ok(Value::Whole(*value)),
            Constant::Bare(value) => Err(ask(&value.to_string())),
            Constant::Written(text) => match stated(text) {
                None => Err(format!("`{name}` is still to be said; write a quantity with its unit, or words")),
                Some(text) if WORDS.contains(&name) => Ok(Value::Words(text.to_string())),
                // `0.5 1` and `0.5 -` state that there is no unit; `0.5` alone states nothing.
                Some(text) if text.parse::<f64>().is_ok() => Err(ask(text)),
                Some(text) => Ok(match parse_quantity(text) {
                    Ok((value, unit)) => Value::Number(value, unit),
                    Err(_) => Value::Words(text.to_string()),
                }),
            },
        }
    }
}

impl Value {
    /// The kind of column it makes.
    pub(super) fn kind(&self) -> FieldKind {
        match self {
            Value::Whole(_) => FieldKind::Integer,
            Value::Number(..) => FieldKind::Number,
            Value::Words(_) => FieldKind::Text,
        }
    }

    /// The unit of that column.
    pub(super) fn unit(&self) -> Option<Unit> {
        match self {
            Value::Whole(_) => Some(Dimension::Dimensionless.internal()),
            Value::Number(_, unit) => Some(*unit),
            Value::Words(_) => None,
        }
    }

    /// The value in the internal unit of its kind; `None` for words.
    pub(super) fn internal(&self) -> Option<(f64, Dimension)> {
        match self {
            Value::Whole(value) => Some((*value as f64, Dimension::Dimensionless)),
            Value::Number(value, unit) => Some((unit.to_internal(*value), unit.dimension())),
            Value::Words(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, written: &str, expected: Result<(FieldKind, Option<&str>), &str>) {
        let constant: std::collections::BTreeMap<String, Constant> =
            toml::from_str(&format!("{name} = {written}")).unwrap();
        let understood = constant[name].understand(name);
        match (&understood, expected) {
            (Ok(value), Ok(expected)) => {
                assert_eq!((value.kind(), value.unit().map(Unit::code)), expected, "{written}");
            }
            (Err(reason), Err(words)) => assert!(reason.contains(words), "{reason}"),
            _ => panic!("{written}: {understood:?}"),
        }
    }

    #[test]
    fn numbers_have_their_unit_with_them_and_specimens_are_words() {
        check("eps2", "\"0.3 %\"", Ok((FieldKind::Number, Some("%"))));
        check("eps2", "\"0.003 1\"", Ok((FieldKind::Number, Some("1"))));
        check("stage", "2", Ok((FieldKind::Integer, Some("1"))));
        check("specimen", "\"1 A\"", Ok((FieldKind::Text, None)));
        check("remark", "\"after ageing\"", Ok((FieldKind::Text, None)));
        check("eps2", "0.3", Err("states no unit"));
        check("eps2", "\"0.3\"", Err("states no unit"));
        check("temperature", "\"?\"", Err("still to be said"));
    }
}
