//! A column as a table carries it: its name, its unit as a [`Unit`], and how that unit is known.

use crate::descriptor::{Constraints, FieldKind, FieldStatement, UnitBasis};
use kovacs_core::units::{Dimension, Unit};

/// A column of a [`Table`](crate::Table).
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As in the header of the file.
    pub name: String,
    /// Number, whole number or text.
    pub kind: FieldKind,
    /// Unit of the numbers; `None` for text, and for computed numbers whose unit does not follow.
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

    /// A column of words.
    pub(crate) fn words(name: &str, description: &str) -> Field {
        let description = description.to_string();
        Field {
            name: name.to_string(),
            kind: FieldKind::Text,
            unit: None,
            unit_basis: None,
            description,
            required: true,
        }
    }

    /// A column that was computed; its unit follows from others, or is not known.
    pub(crate) fn computed(name: &str, kind: FieldKind, unit: Option<Unit>) -> Field {
        let unit_basis = unit.map(|_| UnitBasis::Inferred);
        Field { name: name.to_string(), kind, unit, unit_basis, description: String::new(), required: false }
    }

    /// The same column in the internal unit of its kind: s, K, MPa, strain as a fraction, eV. Lengths keep their unit: a
    /// specimen is measured in mm, a bond in ångström, and no model takes either.
    pub(crate) fn inside(&self) -> Field {
        let mut field = self.clone();
        let internal = self.unit.map(|unit| unit.dimension().internal());
        let keeps = self.unit.is_none_or(|unit| unit.dimension() == Dimension::Length) || internal == self.unit;
        if !keeps {
            (field.unit, field.kind) = (internal, FieldKind::Number);
        }
        field
    }

    /// The unit as printed: `MPa`, `text`, `1`, or that it is not known.
    pub fn unit_text(&self) -> &'static str {
        match (self.kind, self.unit) {
            (FieldKind::Text, _) => "text",
            (_, Some(unit)) => unit.symbol(),
            (_, None) => "unit not known",
        }
    }

    pub(crate) fn to_statement(&self) -> FieldStatement {
        FieldStatement {
            name: self.name.clone(),
            kind: self.kind,
            unit: self.unit.map(|unit| unit.code().to_string()),
            unit_basis: self.unit_basis,
            description: Some(self.description.clone()).filter(|words| !words.is_empty()),
            constraints: (!self.required).then_some(Constraints { required: false }),
        }
    }

    /// Name and unit as printed on an axis: `stress (MPa)`; a dimensionless number has its name only.
    pub fn heading(&self) -> String {
        match self.unit {
            Some(unit) if unit.code() != "1" => format!("{} ({})", self.name, unit.symbol()),
            None if self.kind != FieldKind::Text => format!("{} (unit not known)", self.name),
            _ => self.name.clone(),
        }
    }
}
