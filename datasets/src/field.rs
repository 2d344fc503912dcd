//! A column as a table carries it: its name, its unit as a [`Unit`], and how that unit is known.

use crate::descriptor::{FieldKind, FieldStatement, UnitBasis};
use kovacs_core::units::Unit;

/// A column of a [`Table`](crate::Table).
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As in the header of the file.
    pub name: String,
    /// Number, whole number or text.
    pub kind: FieldKind,
    /// Unit of the numbers; `None` for text only.
    pub unit: Option<Unit>,
    /// How the unit is known.
    pub unit_basis: Option<UnitBasis>,
    /// What it is, in words; may be empty.
    pub description: String,
    /// Whether an empty cell is an error.
    pub required: bool,
}

impl Field {
    pub(crate) fn from_statement(stated: &FieldStatement, unit: Option<Unit>) -> Field {
        Field {
            name: stated.name.clone(),
            kind: stated.kind,
            unit,
            unit_basis: stated.unit_basis,
            description: stated.description.clone().unwrap_or_default(),
            required: stated.constraints.as_ref().is_none_or(|limits| limits.required),
        }
    }

    /// Name and unit as printed on an axis: `stress (MPa)`; a dimensionless number has its name only.
    pub fn heading(&self) -> String {
        match self.unit {
            Some(unit) if unit.code() != "1" => format!("{} ({})", self.name, unit.symbol()),
            _ => self.name.clone(),
        }
    }
}
