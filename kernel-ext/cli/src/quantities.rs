//! Quantities of the command line: read with their unit, given to clap as parsers.
//!
//! A number without a unit is refused where a unit exists, with an example, because 15 could be minutes.

use kovacs_core::units::{Dimension, Unit, UnitError, parse_internal, parse_quantity};
use std::time::Duration;

/// A time in s: `900s`, `15min`.
///
/// # Errors
/// A sentence for the user: it is no time, or has no unit.
pub fn time(text: &str) -> Result<f64, String> {
    quantity(text, Dimension::Time, "a time", "900s")
}

/// A strain (1): `0.5%`, `0.005`.
///
/// # Errors
/// A sentence for the user.
pub fn strain(text: &str) -> Result<f64, String> {
    quantity(text, Dimension::Dimensionless, "a strain", "0.5%")
}

/// A temperature in K: `593K`, `320degC`.
///
/// # Errors
/// A sentence for the user.
pub fn temperature(text: &str) -> Result<f64, String> {
    quantity(text, Dimension::Temperature, "a temperature", "593K")
}

/// A time limit.
///
/// # Errors
/// It is no time above zero.
pub fn limit(text: &str) -> Result<Duration, String> {
    let seconds = quantity(text, Dimension::Time, "a time", "60s")?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(format!("`{text}` is no time limit; give a time above 0, for example `60s`")),
    }
}

fn quantity(text: &str, dimension: Dimension, noun: &str, example: &str) -> Result<f64, String> {
    let units = || dimension.units().map(Unit::code).collect::<Vec<_>>().join(", ");
    parse_internal(text, dimension).map_err(|error| match error {
        UnitError::WrongDimension { found: Dimension::Dimensionless, .. } if is_bare(text) => {
            format!("`{text}` has no unit; write {noun} as in `{example}` (units: {})", units())
        }
        UnitError::UnknownUnit { suggestion: Some(code), .. } => {
            format!("unknown unit in `{text}`, did you mean `{code}`? An example is `{example}`")
        }
        UnitError::UnknownUnit { .. } => {
            format!("unknown unit in `{text}`; {noun} has one of {}, as in `{example}`", units())
        }
        UnitError::NotANumber { .. } => format!("`{text}` is not {noun}; an example is `{example}`"),
        other => format!("{other}; an example is `{example}`"),
    })
}

fn is_bare(text: &str) -> bool {
    parse_quantity(text).is_ok_and(|(_, unit)| unit == Dimension::Dimensionless.internal())
}

/// A number of bytes: `16MB`, `1GiB`, `500kB`.
///
/// # Errors
/// A sentence for the user.
pub fn bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, f64); 7] =
        [("B", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("KiB", 1024.0), ("MiB", 1048576.0), ("GiB", 1073741824.0)];
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let factor = UNITS.iter().find(|(code, _)| *code == unit.trim()).map(|(_, factor)| factor);
    match (number.parse::<f64>(), factor) {
        // Above 2^53 bytes the number would no longer be exact, and nobody means it.
        (Ok(number), Some(factor)) if number * factor >= 1.0 && number * factor < 9e15 => Ok((number * factor) as u64),
        _ => Err(format!("`{text}` is no number of bytes; write it with B, kB, MB, GB, KiB, MiB or GiB, as in `16MB`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_become_the_units_used_inside() {
        assert_eq!(time("15 min"), Ok(900.0));
        assert_eq!(strain("0.5%"), Ok(0.005));
        assert_eq!(strain("-0.1 %"), Ok(-0.001));
        assert_eq!(temperature("320degC"), Ok(593.15));
        assert_eq!(limit("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(bytes("16MB"), Ok(16_000_000));
        assert_eq!(bytes("1.5 KiB"), Ok(1536));
    }

    #[test]
    fn what_is_refused_shows_an_example() {
        let refusals = [
            (time("900").unwrap_err(), "`900` has no unit; write a time as in `900s`"),
            (temperature("593").unwrap_err(), "593K"),
            (time("9 furlongs").unwrap_err(), "unknown unit in `9 furlongs`; a time has one of s"),
            (time("fast").unwrap_err(), "`fast` is not a time"),
            (strain("3 MPa").unwrap_err(), "`0.5%`"),
            (limit("0s").unwrap_err(), "above 0"),
            (bytes("16").unwrap_err(), "`16MB`"),
            (bytes("1e99GB").unwrap_err(), "`16MB`"),
            (bytes("0B").unwrap_err(), "`16MB`"),
        ];
        for (message, part) in refusals {
            assert!(message.contains(part), "{message}");
        }
    }
}
