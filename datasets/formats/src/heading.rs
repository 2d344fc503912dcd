//! A heading as people write it, into a name and the unit it states.
//!
//! `stress [MPa]`, `Stress (MPa)`, `Stress / MPa`, `Time/min`, `t in s`, `stress_MPa`, or the unit in a row below. What
//! could mean something else is no unit: `t_min` may be a minimum, `G_N` a plateau modulus, `Current (A)` no ångström.
//! Then the unit is missing, and whoever imports the file is asked.

use crate::document::StatedUnit;
use kovacs_core::units::{Unit, parse_unit};

/// Units that are none of the closed table but certainly units, so that `Stress (psi)` is not taken for a name.
const FOREIGN: &[&str] = &[
    "psi", "ksi", "bar", "mbar", "atm", "lbf", "kgf", "in", "inch", "ft", "°F", "degF", "mW", "W/g", "mW/mg", "V", "mV",
];

/// Units of one letter, and what a name must have in it for `name_letter` to state one.
const LETTERS: &[(&str, &[&str])] = &[
    ("s", &["time", "zeit", "duration"]),
    ("h", &["time", "zeit", "duration"]),
    ("N", &["force", "load", "kraft"]),
    ("K", &["temp"]),
    ("C", &["temp"]),
    ("m", &["length", "displacement", "position", "distance"]),
];

/// Name and unit of a heading that has both in one cell.
pub(crate) fn split(text: &str) -> (String, StatedUnit) {
    let text = clean(text);
    bracketed(&text)
        .or_else(|| slashed(&text))
        .or_else(|| after(&text, " in "))
        .or_else(|| after(&text, ", "))
        .or_else(|| suffixed(&text))
        .unwrap_or((text, StatedUnit::Missing))
}

/// The unit that a cell of a row of units states.
pub(crate) fn unit(text: &str) -> StatedUnit {
    let text = clean(text);
    let inner = inside(&text).unwrap_or(&text).trim();
    match known(inner) {
        Some(unit) => StatedUnit::Known(unit),
        None if inner.is_empty() => StatedUnit::Missing,
        None => StatedUnit::Unknown(inner.to_owned()),
    }
}

/// Whether a cell of a row is a unit and nothing else.
pub(crate) fn is_unit(text: &str) -> bool {
    matches!(unit(text), StatedUnit::Known(_))
}

/// Whether a row states units: every filled cell is in brackets, or is a unit of the table or another certain one, and
/// there are some.
pub(crate) fn is_unit_row<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let mut units = 0;
    for cell in cells.map(clean).filter(|cell| !cell.is_empty()) {
        let inner = inside(&cell);
        let certain = match inner {
            Some(inner) => known(inner).is_some() || is_foreign(inner),
            None => known(&cell).is_some() || is_foreign(&cell),
        };
        if certain {
            units += 1;
        } else if inner.is_none() {
            return false;
        }
    }
    units > 0
}

/// Trimmed, without quotes, with plain blanks, one at a time.
fn clean(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is between the brackets when the whole text is in brackets.
fn inside(text: &str) -> Option<&str> {
    [('[', ']'), ('(', ')')].iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
}

/// A unit of the table. A bare `A` may be an ångström or an ampere and is none; a bare number is none either, `1` but.
fn known(text: &str) -> Option<Unit> {
    let text = text.trim();
    if text == "A" { None } else { parse_unit(text).ok() }
}

fn is_foreign(text: &str) -> bool {
    FOREIGN.contains(&text) || text == "A"
}

/// `name (unit)`, `name [unit]`; in square brackets anything is a unit, in round ones `(step)` is not.
fn bracketed(text: &str) -> Option<(String, StatedUnit)> {
    let (open, close) = if text.ends_with(']') { ('[', ']') } else { ('(', ')') };
    let body = text.strip_suffix(close)?;
    let start = opening(body, open, close)?;
    let (name, inner) = (body.get(..start)?.trim(), body.get(start + open.len_utf8()..)?.trim());
    let unit = match known(inner) {
        Some(unit) => StatedUnit::Known(unit),
        None if inner.is_empty() => StatedUnit::Missing,
        None if open == '[' || is_foreign(inner) => StatedUnit::Unknown(inner.to_owned()),
        None => return None,
    };
    Some((name.trim_end_matches('/').trim_end().to_owned(), unit))
}

/// Where the bracket was opened that ends the text; brackets within (`1/(MPa.s)`) are counted.
fn opening(body: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in body.char_indices().rev() {
        if c == close {
            depth += 1;
        } else if c == open {
            depth -= 1;
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// `Stress / MPa`, `Time/min`, `Stress / N/mm2`: the first slash with a unit behind it. `strain rate/s` may mean 1/s.
fn slashed(text: &str) -> Option<(String, StatedUnit)> {
    if known(text).is_some() {
        return None;
    }
    text.match_indices('/').find_map(|(at, _)| {
        let (name, rest) = (text.get(..at)?.trim(), text.get(at + 1..)?.trim());
        let unit = known(rest).map(StatedUnit::Known);
        let unit = unit.or_else(|| is_foreign(rest).then(|| StatedUnit::Unknown(rest.to_owned())))?;
        let is_rate = name.to_lowercase().contains("rate") && matches!(rest, "s" | "min" | "h");
        (!name.is_empty() && !is_rate && rest != "1").then(|| (name.to_owned(), unit))
    })
}

/// `t in s`, `Stress, MPa`.
fn after(text: &str, word: &str) -> Option<(String, StatedUnit)> {
    let (name, rest) = text.rsplit_once(word)?;
    let unit = known(rest).filter(|unit| unit.code() != "1")?;
    (!name.trim().is_empty()).then(|| (name.trim().to_owned(), StatedUnit::Known(unit)))
}

/// `stress_MPa`, `Stress MPa`, `strain_%`, `Strain %`, `Time_s`.
fn suffixed(text: &str) -> Option<(String, StatedUnit)> {
    let at = text.rfind(['_', ' '])?;
    let (name, rest) = (text.get(..at)?.trim(), text.get(at + 1..)?);
    let unit = known(rest)?;
    let lower = name.to_lowercase();
    let is_rate = lower.contains("rate");
    let stated = if rest.chars().count() == 1 && rest != "%" {
        let letter = LETTERS.iter().find(|(letter, _)| *letter == rest);
        !is_rate && letter.is_some_and(|(_, names)| names.iter().any(|word| lower.contains(word)))
    } else {
        // `min` is a minimum as often as a minute, `au` and `pct` are parts of words.
        !matches!(rest, "min" | "au" | "arb" | "none" | "day" | "counts" | "-")
    };
    (stated && !name.is_empty()).then(|| (name.trim_end_matches('_').to_owned(), StatedUnit::Known(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks name and unit of a heading; `?x` is an unknown unit, an empty text a missing one.
    fn check(text: &str, name: &str, unit: &str) {
        let (found, stated) = split(text);
        assert_eq!((found.as_str(), shown(&stated).as_str()), (name, unit), "{text}");
    }

    fn shown(unit: &StatedUnit) -> String {
        match unit {
            StatedUnit::Known(unit) => unit.code().to_owned(),
            StatedUnit::Missing => String::new(),
            StatedUnit::Unknown(text) => format!("?{text}"),
        }
    }

    #[test]
    fn headings_are_split_into_name_and_unit() {
        check("stress [MPa]", "stress", "MPa");
        check("Stress (MPa)", "Stress", "MPa");
        check("Stress(MPa)", "Stress", "MPa");
        check("Stress / MPa", "Stress", "MPa");
        check("Stress / N/mm2", "Stress", "MPa");
        check("Time/min", "Time", "min");
        check("Temp./°C", "Temp.", "Cel");
        check("t in s", "t", "s");
        check("G' in Pa", "G'", "Pa");
        check("G\" in Pa", "G\"", "Pa");
        check("Force, N", "Force", "N");
        check("stress_MPa", "stress", "MPa");
        check("Stress MPa", "Stress", "MPa");
        check("Time_s", "Time", "s");
        check("Force_N", "Force", "N");
        check("Strain %", "Strain", "%");
        check("Strain rate [1/s]", "Strain rate", "1/s");
        check("Fluidity (1/(MPa.s))", "Fluidity", "1/(MPa.s)");
        check("[s]", "", "s");
        check("时间(s)", "时间", "s");
    }

    #[test]
    fn the_signs_of_keyboards_and_exporters_are_understood() {
        check("Displacement (µm)", "Displacement", "um");
        check("Displacement (\u{3bc}m)", "Displacement", "um");
        check("r [Å]", "r", "Ao");
        check("r [\u{212b}]", "r", "Ao");
        check("Q [Å⁻¹]", "Q", "Ao-1");
        check("Q [Å\u{2212}1]", "Q", "Ao-1");
        check("Temperature\u{a0}(\u{ba}C)", "Temperature", "Cel");
        check("\u{feff}Area [mm²]", "Area", "mm2");
        check("Compliance (µm²/N)", "Compliance", "um2/N");
        check("Rate / s^-1", "Rate", "1/s");
    }

    #[test]
    fn what_may_mean_something_else_states_no_unit() {
        for text in [
            "t_min",
            "time_min",
            "strain_min",
            "G_N",
            "T_m",
            "sigma_h",
            "E_stor",
            "stress_1",
            "E'/E\"",
            "Stress (step)",
            "Tan(delta)",
            "G(r)",
            "strain rate/s",
            "time",
            "N",
            "N/m2",
            "Change in length",
            "log_aT",
            "Load 1",
        ] {
            check(text, text, "");
        }
        check("Current (A)", "Current", "?A");
        check("Stress (psi)", "Stress", "?psi");
        check("Stress [furlong]", "Stress", "?furlong");
        check("tan_delta []", "tan_delta", "");
    }

    #[test]
    fn a_row_of_units_is_told_from_a_row_of_names() {
        let is = |row: &str| is_unit_row(row.split(','));
        for row in ["[s],[%],[Pa]", "(s),(mm),(N)", "s,Pa", "Hz, MPa, MPa, C, -", ",[s],[°C],[]", "[#],[s],[furlong]"]
        {
            assert!(is(row), "{row}");
        }
        for row in ["time,stress", "t,E", "", ",,", "[step],[stress]", "s,stress"] {
            assert!(!is(row), "{row}");
        }
    }
}
