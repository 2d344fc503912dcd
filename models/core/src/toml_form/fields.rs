//! Fields of a TOML table with their lines, read as quantities.

use super::error::{FormFault, ProtocolFormError};
use crate::units::{Dimension, parse_internal};
use toml::de::{DeTable, DeValue};

/// A table, where it is, and the text it was read from.
pub(super) struct Fields<'a> {
    source: &'a str,
    place: String,
    start: usize,
    table: &'a DeTable<'a>,
}

/// A field with its line.
pub(super) struct Field<'a> {
    pub(super) line: usize,
    value: &'a DeValue<'a>,
}

/// The line, from 1, in which this byte of the text lies.
pub(super) fn line_of(source: &str, byte: usize) -> usize {
    1 + source.bytes().take(byte).filter(|&byte| byte == b'\n').count()
}

impl<'a> Fields<'a> {
    pub(super) fn new(source: &'a str, place: String, start: usize, table: &'a DeTable<'a>) -> Self {
        Fields { source, place, start, table }
    }

    /// The line where the table begins.
    pub(super) fn line(&self) -> usize {
        line_of(self.source, self.start)
    }

    /// What the table is called in messages.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn get(&self, field: &str) -> Option<Field<'a>> {
        let (key, value) = self.table.iter().find(|(key, _)| key.get_ref() == field)?;
        Some(Field { line: line_of(self.source, key.span().start), value: value.get_ref() })
    }

    /// The line of a field, or of the table where the field is missing.
    pub(super) fn line_of(&self, field: &str) -> usize {
        self.get(field).map_or(self.line(), |field| field.line)
    }

    /// Refuses fields that mean nothing, so that a misspelt one is not silently ignored.
    pub(super) fn only(&self, accepted: &'static [&'static str]) -> Result<(), ProtocolFormError> {
        match self.table.keys().find(|key| !accepted.contains(&key.get_ref().as_ref())) {
            Some(key) => {
                let fault = FormFault::UnknownField { field: key.get_ref().to_string(), accepted };
                Err(ProtocolFormError::new(line_of(self.source, key.span().start), &self.place, fault))
            }
            None => Ok(()),
        }
    }

    pub(super) fn needed(&self, field: &'static str, dimension: Dimension) -> Result<f64, ProtocolFormError> {
        self.optional(field, dimension)?.ok_or_else(|| self.missing(field, example(dimension)))
    }

    pub(super) fn optional(&self, name: &'static str, dimension: Dimension) -> Result<Option<f64>, ProtocolFormError> {
        let Some(field) = self.get(name) else { return Ok(None) };
        let number = match field.value {
            DeValue::String(text) => parse_internal(text, dimension)
                .map_err(|source| self.fault(&field, FormFault::Quantity { field: name, source }))?,
            // Bare numbers are in the internal unit. Infinity and NaN are TOML, and refused with the protocol.
            DeValue::Float(float) => float.as_str().parse().unwrap_or(f64::NAN),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().unwrap_or(f64::NAN),
            other => return Err(self.wrong_type(&field, name, other, example(dimension))),
        };
        Ok(Some(number))
    }

    pub(super) fn text(&self, name: &'static str, example: &'static str) -> Result<&'a str, ProtocolFormError> {
        let field = self.get(name).ok_or_else(|| self.missing(name, example))?;
        match field.value {
            DeValue::String(text) => Ok(text),
            other => Err(self.wrong_type(&field, name, other, example)),
        }
    }

    pub(super) fn table(&self, name: &'static str, place: &str) -> Result<Fields<'a>, ProtocolFormError> {
        let field = self.get(name).ok_or_else(|| self.missing(name, "a table"))?;
        match field.value {
            DeValue::Table(table) => Ok(self.inner(place.to_owned(), &field, table)),
            other => Err(self.wrong_type(&field, name, other, "a table with fields of its own")),
        }
    }

    pub(super) fn tables(&self, name: &'static str) -> Result<Vec<Fields<'a>>, ProtocolFormError> {
        let example = "a list of tables, each under `[[segment]]`";
        let field = self.get(name).ok_or_else(|| self.missing(name, example))?;
        let DeValue::Array(items) = field.value else {
            return Err(self.wrong_type(&field, name, field.value, example));
        };
        let read = |(index, item): (usize, &'a toml::Spanned<DeValue<'a>>)| match item.get_ref() {
            DeValue::Table(table) => {
                Ok(Fields::new(self.source, format!("segment {}", index + 1), item.span().start, table))
            }
            other => Err(self.wrong_type(&field, name, other, example)),
        };
        items.iter().enumerate().map(read).collect()
    }

    fn inner(&self, place: String, field: &Field<'_>, table: &'a DeTable<'a>) -> Fields<'a> {
        // A table has no line of its own where it is written inline; the line of its key is as good.
        let start = self.source.split_inclusive('\n').take(field.line - 1).map(str::len).sum();
        Fields::new(self.source, place, start, table)
    }

    fn missing(&self, field: &'static str, example: &'static str) -> ProtocolFormError {
        ProtocolFormError::new(self.line(), &self.place, FormFault::MissingField { field, example })
    }

    fn wrong_type(
        &self,
        field: &Field<'_>,
        name: &'static str,
        found: &DeValue<'_>,
        example: &'static str,
    ) -> ProtocolFormError {
        self.fault(field, FormFault::WrongType { field: name, found: found.type_str(), example })
    }

    fn fault(&self, field: &Field<'_>, fault: FormFault) -> ProtocolFormError {
        ProtocolFormError::new(field.line, &self.place, fault)
    }
}

fn example(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Time => "\"900 s\" or \"15 min\"",
        Dimension::Temperature => "\"593 K\" or \"320 degC\"",
        Dimension::Stress => "\"10 MPa\"",
        _ => "\"0.5 %\" or 0.005",
    }
}
