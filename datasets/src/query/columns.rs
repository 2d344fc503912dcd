//! Which columns a query sees, and what is known of their units.

use super::error::QueryError;
use crate::descriptor::FieldKind;
use crate::field::Field;
use kovacs_core::units::Unit;
use sqlparser::ast::Ident;

/// What is known of the values of a column or an expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Numbers in this unit.
    Quantity(Unit),
    /// A number as written, which takes the unit of what it meets.
    Bare,
    /// Words.
    Text,
    /// True or false.
    Condition,
    /// Numbers whose unit does not follow.
    Unknown,
}

impl Kind {
    pub(crate) fn of(field: &Field) -> Kind {
        match (field.kind, field.unit) {
            (FieldKind::Text, _) => Kind::Text,
            (_, Some(unit)) => Kind::Quantity(unit),
            (_, None) => Kind::Unknown,
        }
    }

    pub(crate) fn unit(self) -> Option<Unit> {
        match self {
            Kind::Quantity(unit) => Some(unit),
            _ => None,
        }
    }
}

/// A column that a query gives or sees.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The unit that the query states for it: `as "modulus [GPa]"`.
    pub(crate) stated: Option<Unit>,
}

impl Output {
    pub(crate) fn new(name: impl Into<String>, kind: Kind) -> Output {
        Output { name: name.into(), kind, stated: None }
    }
}

/// One table in the `from` of a query: the name that stands before its columns, and the columns.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub(crate) name: String,
    pub(crate) columns: Vec<Output>,
}

/// The tables that an expression sees, those of enclosing queries behind its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) relations: Vec<Relation>,
    pub(crate) outer: Vec<Relation>,
    /// Names that the `select` gives, which `having` and `order by` may use.
    pub(crate) given: Vec<Output>,
}

impl Scope {
    pub(crate) fn of_fields(fields: &[Field]) -> Scope {
        let columns = fields.iter().map(|field| Output::new(&field.name, Kind::of(field))).collect();
        Scope { relations: vec![Relation { name: String::new(), columns }], ..Scope::default() }
    }

    pub(crate) fn all(&self) -> Vec<Relation> {
        self.relations.iter().chain(&self.outer).cloned().collect()
    }

    /// What a name stands for.
    pub(crate) fn find(&self, path: &[Ident]) -> Result<Kind, QueryError> {
        let Some((column, before)) = path.split_last() else { return Ok(Kind::Unknown) };
        let relation = before.last().map(|relation| relation.value.as_str());
        for relations in [&self.relations, &self.outer] {
            let here = relations.iter().filter(|known| relation.is_none_or(|name| name == known.name));
            let found: Vec<Kind> = here
                .flat_map(|known| &known.columns)
                .filter(|known| known.name == column.value)
                .map(|c| c.kind)
                .collect();
            match found.as_slice() {
                [] => {}
                [kind, others @ ..] if others.iter().all(|other| other == kind) => return Ok(*kind),
                // The engine asks which of them is meant where it matters.
                _ => return Ok(Kind::Unknown),
            }
        }
        let given = self.given.iter().find(|given| relation.is_none() && given.name == column.value);
        given.map(|given| given.kind).ok_or_else(|| {
            let written: Vec<String> = path.iter().map(|part| part.value.clone()).collect();
            QueryError::UnknownColumn { name: written.join("."), known: self.names() }
        })
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for column in self.relations.iter().flat_map(|relation| &relation.columns) {
            if !names.contains(&column.name) {
                names.push(column.name.clone());
            }
        }
        names
    }
}
