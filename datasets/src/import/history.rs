//! What was done to the sample, seen in the strain column: the holds of one test and the protocol behind them.

use super::error::ImportError;
use crate::descriptor::{OriginStatement, ProtocolStatement};
use crate::error::DatasetError;
use crate::protocol::{self, RowProtocol};
use crate::table::Table;
use kovacs_core::holds::{FEWEST_SAMPLES, Hold, protocol_of};
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::units::{Dimension, parse_internal};
use std::collections::BTreeMap;
use std::path::Path;

/// Largest spread of the temperature in an isothermal test, K.
const ISOTHERMAL: f64 = 2.0;

/// Sums and differences of decimal numbers, and minutes in seconds, leave noise in the last digits, which no instrument
/// has written.
pub(super) fn to_the_nanosecond(seconds: f64) -> f64 {
    (seconds * 1e9).round() / 1e9
}

/// Largest spread of a prescribed stress, as a part of its size.
const CONSTANT_STRESS: f64 = 0.01;

/// What was found in one table.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) holds: Vec<Hold>,
    pub(super) statement: Option<ProtocolStatement>,
    pub(super) notes: Vec<String>,
}

/// Finds the holds of a table that holds one test, and its protocol; `given` goes before what is found.
///
/// # Errors
/// The stated temperature is none, or the protocol cannot be stated.
pub(super) fn of_table(
    file: &Path,
    table: &Table,
    origin: &OriginStatement,
    given: Option<&ProtocolForm>,
) -> Result<History, DatasetError> {
    let mut history = History::default();
    let stress = table.column("stress").unwrap_or_default();
    if given.is_none() && is_creep(&stress) {
        history.notes.push(
            "the stress is constant, as in creep, so the strain was not prescribed and no protocol is read off it; \
             `--protocol FILE` states one"
                .to_string(),
        );
        return Ok(history);
    }
    match table.holds() {
        Ok(holds) => history.holds = holds,
        Err(reason) => history.notes.push(format!("no holds: {reason}")),
    }
    let temperature = temperature(file, table, origin, &mut history.notes)?;
    let found = match (&history.holds[..], temperature) {
        ([], _) => None,
        (holds, temperature) => {
            let strain = table.curve("time", "strain")?;
            // A start does not depend on the temperature, so a given protocol has one in any case.
            let found = protocol_of(&strain.x, &strain.y, holds, temperature.unwrap_or(300.0));
            found.map(|(mut protocol, start)| {
                for segment in &mut protocol.segments {
                    segment.duration = to_the_nanosecond(segment.duration);
                }
                (protocol, to_the_nanosecond(start))
            })
        }
    };
    let start = found.as_ref().map_or(0.0, |(_, start)| *start);
    let form = match (given, found, temperature) {
        (Some(form), ..) => {
            history.notes.push(format!("the protocol is the one given; it begins at {start} s of the file"));
            Some(form.clone())
        }
        (None, Some((protocol, _)), Some(_)) => Some(ProtocolForm::Segments(protocol)),
        (None, Some(_), None) => {
            history.notes.push(
                "no protocol was written, because the temperature is not stated; give `--temperature 296K`, or write \
                 `origin = { kind = \"measured\", temperature = \"296 K\" }` into the mapping, with the temperature \
                 that holds"
                    .to_string(),
            );
            None
        }
        (None, None, _) => None,
    };
    let statement = form.map(|form| protocol::state(&RowProtocol { rows: BTreeMap::new(), start, form })).transpose();
    history.statement = statement.map_err(|error| DatasetError::Protocol {
        path: file.to_path_buf(),
        resource: table.source().resource.clone(),
        reason: error.to_string(),
    })?;
    Ok(history)
}

/// Whether a stress stands still, its beginning left out, as it does where it is prescribed and not where the strain is.
pub(super) fn is_creep(stress: &[f64]) -> bool {
    let settled = stress.get(stress.len() / 10..).unwrap_or_default();
    let (low, high) = settled
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    settled.len() >= FEWEST_SAMPLES && high - low <= CONSTANT_STRESS * high.abs().max(low.abs())
}

/// The temperature of the test, K: as stated, else the median of a column `temperature` that stays where it is.
fn temperature(
    file: &Path,
    table: &Table,
    origin: &OriginStatement,
    notes: &mut Vec<String>,
) -> Result<Option<f64>, DatasetError> {
    if let OriginStatement::Measured { temperature: Some(stated), .. } = origin {
        let parsed = parse_internal(stated, Dimension::Temperature);
        let refused = |error| ImportError::MappingValue {
            file: file.to_path_buf(),
            property: "temperature",
            value: stated.clone(),
            accepted: format!("a temperature with its unit, such as `296 K`: {error}"),
        };
        return Ok(Some(parsed.map_err(refused)?));
    }
    let Ok(mut kelvin) = table.column_in("temperature", "K") else { return Ok(None) };
    kelvin.retain(|value| value.is_finite());
    kelvin.sort_by(f64::total_cmp);
    let (Some(lowest), Some(highest), Some(median)) = (kelvin.first(), kelvin.last(), kelvin.get(kelvin.len() / 2))
    else {
        return Ok(None);
    };
    let spread = highest - lowest;
    if spread > ISOTHERMAL {
        notes.push(format!(
            "the temperature is not constant: it runs over {spread:.1} K, from {lowest:.1} K to {highest:.1} K"
        ));
        return Ok(None);
    }
    notes.push(format!(
        "the temperature of the protocol is the median of the column `temperature`, {median:.2} K; it varies by \
         {spread:.2} K"
    ));
    // Degrees and 273.15 add up to noise in the last digits.
    Ok(Some((median * 1e9).round() / 1e9))
}
