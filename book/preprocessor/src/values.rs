//! Numbers in prose that come from an executed notebook: `{{#value NOTEBOOK:NAME digits=3 unit=h}}`.
//!
//! A number that was typed is right on the day it was typed. One that a notebook published is that of the run the book
//! is built from, and says so when a reader points at it.

use crate::error::BookError;
use crate::html::escape;
use crate::place::Place;
use kovacs_core::units;
use kovacs_runner::{Notebook, RunnerError, VALUE_MIME};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Significant digits if nothing is said.
const DIGITS: usize = 4;
/// No number has more that mean something.
const MOST_DIGITS: usize = 15;

/// What an executed notebook published.
#[derive(Clone, Debug)]
struct Published {
    /// `None` where the computation has no number: no hump, hence no time of its maximum.
    value: Option<f64>,
    /// UCUM code, `1` or empty for a plain number.
    unit: String,
    cell: String,
}

/// Everything that one notebook published.
#[derive(Clone, Debug, Default)]
struct Run {
    values: HashMap<String, Published>,
    /// Whether it ran to its end: only then is a name that is not there a mistake.
    is_whole: bool,
}

/// The published values of executed notebooks, read when they are first asked for.
#[derive(Debug)]
pub(crate) struct Values {
    executed: PathBuf,
    /// By notebook; `None` if it was not executed.
    notebooks: HashMap<String, Option<Run>>,
}

/// What `{{#value ...}}` asks for.
#[derive(Debug, PartialEq)]
struct Wanted<'a> {
    notebook: &'a str,
    name: &'a str,
    digits: usize,
    unit: Option<&'a str>,
    /// Without its unit.
    raw: bool,
}

impl Values {
    pub(crate) fn new(executed: &Path) -> Values {
        Values { executed: executed.to_owned(), notebooks: HashMap::new() }
    }

    /// Names of notebooks that were asked for and are not executed.
    pub(crate) fn missing(&self) -> Vec<String> {
        let missing = self.notebooks.iter().filter(|(_, values)| values.is_none());
        let mut names: Vec<String> = missing.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// The value as HTML; `own` is the notebook whose text asks for it.
    ///
    /// # Errors
    /// The words are not understood, the notebook publishes no such value, or the unit does not fit.
    pub(crate) fn show(&mut self, words: &[String], own: Option<&str>, place: &Place) -> Result<String, BookError> {
        let wrong = |message: String| BookError::Value { place: place.clone(), text: words.join(" "), message };
        let wanted = Wanted::read(words, own).map_err(wrong)?;
        let file = self.executed.join(format!("{}.ipynb", wanted.notebook));
        if !self.notebooks.contains_key(wanted.notebook) {
            self.notebooks.insert(wanted.notebook.to_owned(), published_by(&file)?);
        }
        let not_computed = |why: &str| {
            let title = format!("notebook {} {why}", wanted.notebook);
            Ok(format!("<span class=\"kovacs-value\" title=\"{}\">(not computed)</span>", escape(&title)))
        };
        let Some(Some(run)) = self.notebooks.get(wanted.notebook) else {
            return not_computed("has not been executed");
        };
        let Some(published) = run.values.get(wanted.name) else {
            if !run.is_whole {
                return not_computed("did not run to its end");
            }
            let near = run.values.keys().map(|known| (strsim::damerau_levenshtein(known, wanted.name), known)).min();
            let has = near.map_or("none at all".to_owned(), |(_, near)| format!("`{near}` and such"));
            return Err(wrong(format!(
                "notebook `{}` publishes no value `{}` (it publishes {has}); a cell publishes one with \
                 `publish(\"{}\", number, \"unit\")`, and the notebook has to be run again",
                wanted.notebook, wanted.name, wanted.name
            )));
        };
        let text = published.text(&wanted).map_err(wrong)?;
        let title = format!("computed in notebook {}, cell {}", wanted.notebook, published.cell);
        Ok(format!("<span class=\"kovacs-value\" title=\"{}\">{}</span>", escape(&title), escape(&text)))
    }
}

impl<'a> Wanted<'a> {
    fn read(words: &'a [String], own: Option<&'a str>) -> Result<Wanted<'a>, String> {
        let (name, options) = words.split_first().ok_or("there is no name")?;
        let (notebook, name) = match (name.split_once(':'), own) {
            (Some(both), _) => both,
            (None, Some(own)) => (own, name.as_str()),
            (None, None) => return Err("write the name as NOTEBOOK:NAME".to_owned()),
        };
        if !crate::expand::is_name(notebook) || notebook.is_empty() {
            return Err(format!("`{notebook}` is not the name of a notebook"));
        }
        let mut wanted = Wanted { notebook, name, digits: DIGITS, unit: None, raw: false };
        for option in options {
            match option.split_once('=') {
                None if option == "raw" => wanted.raw = true,
                Some(("unit", unit)) => wanted.unit = Some(unit),
                Some(("digits", digits)) => match digits.parse() {
                    Ok(digits) if (1..=MOST_DIGITS).contains(&digits) => wanted.digits = digits,
                    _ => return Err(format!("`{digits}` is not a number of digits from 1 to {MOST_DIGITS}")),
                },
                _ => return Err(format!("`{option}` is none of `digits=3`, `unit=h` and `raw`")),
            }
        }
        Ok(wanted)
    }
}

impl Published {
    fn text(&self, wanted: &Wanted<'_>) -> Result<String, String> {
        let Some(mut value) = self.value else { return Ok("none".to_owned()) };
        let mut symbol = self.unit.clone();
        if let Ok(own) = units::parse_unit(&self.unit) {
            let unit = wanted.unit.map_or(Ok(own), units::parse_unit).map_err(|error| error.to_string())?;
            value = units::convert(value, own, unit).map_err(|error| error.to_string())?;
            symbol = unit.symbol().to_owned();
        } else if wanted.unit.is_some() {
            return Err(format!("its unit `{}` is none that can be converted", self.unit));
        }
        let number = significant(value, wanted.digits);
        Ok(if wanted.raw || symbol.is_empty() || symbol == "1" { number } else { format!("{number}\u{a0}{symbol}") })
    }
}

/// `None` if the notebook was not executed.
fn published_by(file: &Path) -> Result<Option<Run>, BookError> {
    let executed = match Notebook::read(file) {
        Ok(notebook) => notebook,
        Err(RunnerError::NoSuchFile { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let status = executed.note().and_then(|note| note.get("status")).and_then(Value::as_str);
    let mut run = Run { values: HashMap::new(), is_whole: status.is_none_or(|status| status == "done") };
    for cell in executed.cells() {
        for value in cell.outputs().iter().filter_map(|output| output.get("data")?.get(VALUE_MIME)) {
            let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let number = value.get("value").and_then(Value::as_f64);
            // The last one counts, as with a variable.
            run.values
                .insert(text("name"), Published { value: number, unit: text("unit"), cell: cell.id().to_owned() });
        }
    }
    Ok(Some(run))
}

/// So many significant digits, in words of print: `165.0`, `3.8·10⁴`, `−2.5`.
fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let rounded = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let is_plain = (-4..6).contains(&exponent) && exponent < i32::try_from(digits).unwrap_or(i32::MAX).max(4);
    let text = if is_plain {
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        format!("{:.decimals$}", rounded.parse::<f64>().unwrap_or(value))
    } else {
        let power: String = exponent.to_string().chars().map(superscript).collect();
        format!("{mantissa}·10{power}")
    };
    text.replace('-', "−")
}

fn superscript(digit: char) -> char {
    match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => digit.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)).unwrap_or(digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn numbers_read_as_printed_ones_do() {
        let cases = [
            (165.028, 4, "165.0"),
            (0.0484536, 3, "0.0485"),
            (38123.0, 2, "3.8·10⁴"),
            (5.4e9, 2, "5.4·10⁹"),
            (-2.5e-7, 2, "−2.5·10⁻⁷"),
            (1803.67, 3, "1800"),
            (99.97, 3, "100"),
            (-0.5, 1, "−0.5"),
            (0.0, 3, "0"),
        ];
        for (value, digits, text) in cases {
            assert_eq!(significant(value, digits), text, "{value}");
        }
    }

    #[test]
    fn a_value_has_its_unit_or_the_one_asked_for() {
        let value = Published { value: Some(5400.0), unit: "s".into(), cell: "c".into() };
        let text = |asked: &str| value.text(&Wanted::read(&words(asked), None)?);
        assert_eq!(text("n:x digits=2").as_deref(), Ok("5400\u{a0}s"));
        assert_eq!(text("n:x digits=2 unit=h").as_deref(), Ok("1.5\u{a0}h"));
        assert_eq!(text("n:x digits=2 unit=h raw").as_deref(), Ok("1.5"));
        assert!(text("n:x unit=MPa").is_err_and(|message| message.contains("MPa")));
        for wrong in ["", "x", "n:x digits=0", "n:x digits=99", "n:x colour=red", "../n:x"] {
            assert!(text(wrong).is_err(), "{wrong}");
        }
        let none = Published { value: None, ..value.clone() };
        assert_eq!(none.text(&Wanted::read(&words("n:x"), None).expect("understood")).as_deref(), Ok("none"));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_the_number_to_its_digits(value in -1e12f64..1e12, digits in 1usize..8) {
            let text = significant(value, digits).replace('−', "-");
            let (mantissa, power) = text.split_once("·10").unwrap_or((&text, ""));
            let power: String = power.chars().map(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|d| d == c).map_or('-', |d| (b'0' + d as u8) as char)).collect();
            let read = mantissa.parse::<f64>().expect("a number") * 10f64.powi(power.parse().unwrap_or(0));
            prop_assert!((read - value).abs() <= 0.5001 * 10f64.powi(value.abs().max(1e-300).log10().floor() as i32 + 1 - digits as i32), "{value} {text}");
        }
    }
}
