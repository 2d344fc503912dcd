//! What every table must fulfil, from whichever file it comes: finite numbers, and times that rise within a curve.

use super::{Place, expectation, in_order};
use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::findings::Findings;
use polars::prelude::{DataFrame, DataType, Float64Chunked, Int64Chunked, StringChunked};
use std::collections::HashMap;

/// Every number that is there is finite.
pub(super) fn finite(place: Place<'_>, frame: &DataFrame, fields: &[Field], findings: &mut Findings) {
    for (field, column) in in_order(frame, fields).filter(|(field, _)| field.kind == FieldKind::Number) {
        let Some(numbers) = findings.take(column.f64().map_err(|error| place.unreadable(error.to_string()))) else {
            return;
        };
        let sound = numbers.downcast_iter().all(|chunk| chunk.values().iter().all(|value| value.is_finite()));
        if sound {
            continue;
        }
        for (row, value) in numbers.iter().enumerate() {
            let Some(value) = value.filter(|value| !value.is_finite()) else { continue };
            if findings.is_full() {
                return;
            }
            findings.add(place.cell(row, field, value.to_string(), expectation(field.kind)));
        }
    }
}

/// A column of the primary key, whose values tell curves apart.
enum Key<'a> {
    Number(&'a Float64Chunked),
    Integer(&'a Int64Chunked),
    Text(&'a StringChunked),
}

/// One value of a key, comparable and with an order of bits.
#[derive(Clone, PartialEq, Eq, Hash)]
enum KeyValue<'a> {
    Bits(Option<u64>),
    Whole(Option<i64>),
    Word(Option<&'a str>),
}

impl<'a> Key<'a> {
    fn at(&self, row: usize) -> KeyValue<'a> {
        match self {
            Key::Number(numbers) => KeyValue::Bits(numbers.get(row).map(f64::to_bits)),
            Key::Integer(numbers) => KeyValue::Whole(numbers.get(row)),
            Key::Text(words) => KeyValue::Word(words.get(row)),
        }
    }
}

/// Times rise strictly within a curve; the columns of the primary key other than time tell curves apart.
///
/// Rows of one curve mostly stand together, so the time before is looked up only where the curve changes.
pub(super) fn times(place: Place<'_>, frame: &DataFrame, fields: &[Field], findings: &mut Findings) {
    let Some(keys) = findings.take(keys(place, frame)) else { return };
    let Some(time) = fields.iter().find(|field| field.name == "time" && field.kind != FieldKind::Text) else {
        return;
    };
    let times = frame.column(&time.name).and_then(|column| column.cast(&DataType::Float64));
    let Some(times) = findings.take(times.map_err(|error| place.unreadable(error.to_string()))) else { return };
    let Some(times) = findings.take(times.f64().map_err(|error| place.unreadable(error.to_string()))) else { return };
    let mut last: HashMap<Vec<KeyValue<'_>>, f64> = HashMap::new();
    let mut curve: Vec<KeyValue<'_>> = keys.iter().map(|key| key.at(0)).collect();
    let mut previous: Option<f64> = None;
    for (row, value) in times.iter().enumerate() {
        if findings.is_full() {
            return;
        }
        let Some(value) = value else {
            findings.add(place.cell(row, time, String::new(), "a time (a time may not be missing)"));
            continue;
        };
        if keys.iter().zip(&curve).any(|(key, value)| key.at(row) != *value) {
            let next: Vec<KeyValue<'_>> = keys.iter().map(|key| key.at(row)).collect();
            let left = std::mem::replace(&mut curve, next);
            if let Some(previous) = previous {
                last.insert(left, previous);
            }
            previous = last.get(&curve).copied();
        }
        if let Some(previous) = previous.filter(|previous| *previous >= value) {
            findings.add(DatasetError::Unsorted {
                file: place.file.to_path_buf(),
                resource: place.resource.name.clone(),
                row: row + 1,
                column: time.name.clone(),
                value,
                previous,
            });
        }
        previous = Some(value);
    }
}

/// The columns of the primary key other than time.
fn keys<'a>(place: Place<'_>, frame: &'a DataFrame) -> Result<Vec<Key<'a>>, DatasetError> {
    let unreadable = |error: polars::error::PolarsError| place.unreadable(error.to_string());
    let named = place.resource.schema.primary_key.iter().filter(|key| *key != "time");
    named
        .map(|key| {
            let column = frame.column(key).map_err(|_| {
                place.unreadable(format!("its primary key names the column `{key}`, which it does not have"))
            })?;
            match column.dtype() {
                DataType::Float64 => column.f64().map(Key::Number).map_err(unreadable),
                DataType::Int64 => column.i64().map(Key::Integer).map_err(unreadable),
                _ => column.str().map(Key::Text).map_err(unreadable),
            }
        })
        .collect()
}
