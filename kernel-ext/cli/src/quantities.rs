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

/// A stress in MPa: `1MPa`, `500kPa`.
///
/// # Errors
/// A sentence for the user.
pub fn stress(text: &str) -> Result<f64, String> {
    quantity(text, Dimension::Stress, "a stress", "1MPa")
}

/// A length in Å: `0.2065A`, `280mm`.
///
/// # Errors
/// A sentence for the user.
pub fn length(text: &str) -> Result<f64, String> {
    quantity(text, Dimension::Length, "a length", "0.2065A")
}

/// A photon energy in keV: `60.037keV`.
///
/// # Errors
/// A sentence for the user.
pub fn photon_energy(text: &str) -> Result<f64, String> {
    quantity(text, Dimension::Energy, "an energy", "60.037keV").map(|electronvolts| 1e-3 * electronvolts)
}

/// A wave number in 1/Å: `16.5/A`, `16.5 1/Å`, `165 nm-1`.
///
/// # Errors
/// A sentence for the user.
pub fn wave_number(text: &str) -> Result<f64, String> {
    // `16.5/A` is how people write it; the unit is `1/A`.
    let spelled = match text.split_once('/') {
        Some((number, unit)) if number.trim().parse::<f64>().is_ok() && !number.trim().contains(' ') => {
            format!("{number} 1/{unit}")
        }
        _ => text.to_owned(),
    };
    quantity(&spelled, Dimension::WaveNumber, "a wave number", "16.5/A")
}

/// Two distances in Å: `2.2:3.8A`.
///
/// # Errors
/// A sentence for the user: they are not two, not in order, or have no unit.
pub fn distances(text: &str) -> Result<(f64, f64), String> {
    let wrong = || format!("`{text}` is not two distances, the smaller one first; an example is `2.2:3.8A`");
    let (first, second) = text.split_once(':').ok_or_else(wrong)?;
    let far = length(second).map_err(|_| wrong())?;
    // One unit behind both is enough.
    let near = match first.trim().parse::<f64>() {
        Ok(number) => {
            let unit = second.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            length(&format!("{number}{unit}"))
        }
        Err(_) => length(first),
    };
    match near {
        Ok(near) if near >= 0.0 && near < far => Ok((near, far)),
        _ => Err(wrong()),
    }
}

/// The radius of an element in Å: `B=0.9A`.
///
/// # Errors
/// A sentence for the user.
pub fn radius(text: &str) -> Result<(String, f64), String> {
    let wrong = || format!("`{text}` is not the radius of an element; an example is `B=0.9A`");
    let (symbol, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok((symbol.trim().to_owned(), length(value)?))
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
        for text in ["16.5/A", "16.5 1/Å", "165/nm", "16.5 A-1", "165 nm-1"] {
            assert_eq!(wave_number(text), Ok(16.5), "{text}");
        }
        assert_eq!(length("280mm"), Ok(2.8e9));
        assert!((photon_energy("60.037keV").unwrap() - 60.037).abs() < 1e-12);
        for text in ["2.2:3.8A", "2.2A:3.8A", "0.22nm:3.8Å"] {
            assert!(distances(text).is_ok_and(|(near, far)| (near - 2.2).abs() < 1e-12 && far == 3.8), "{text}");
        }
        assert_eq!(radius("B=0.9A"), Ok(("B".to_owned(), 0.9)));
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
            (wave_number("16.5").unwrap_err(), "`16.5` has no unit; write a wave number as in `16.5/A`"),
            (distances("3.8:2.2A").unwrap_err(), "the smaller one first"),
            (distances("2.2:3.8").unwrap_err(), "`2.2:3.8A`"),
            (radius("B").unwrap_err(), "`B=0.9A`"),
            (bytes("16").unwrap_err(), "`16MB`"),
            (bytes("1e99GB").unwrap_err(), "`16MB`"),
            (bytes("0B").unwrap_err(), "`16MB`"),
        ];
        for (message, part) in refusals {
            assert!(message.contains(part), "{message}");
        }
    }
}
