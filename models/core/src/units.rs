//! Units at the edges: a closed table of UCUM codes, how people spell them, and what they are worth.
//!
//! Inside, everything is s, K, MPa, strain (1), eV and ångström; files, command lines and protocols say their units.
//! The table is closed on purpose: a unit that is not in it is an error that shows the accepted ones, never a guess
//! (`mPa` is not `MPa`, and `1/MPa` against `1/Pa` is a factor of a million in a published compliance file).
//! Factors are stored as an exact multiplier over an exact divisor, so that `0.5 %` is the double nearest to 0.005
//! and 15 min are exactly 900 s.
//!
//! Codes: Unified Code for Units of Measure (UCUM), <https://ucum.org>.

use std::fmt;

/// What a unit measures. Values convert within one dimension only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Dimension {
    /// Time; inside: s.
    Time,
    /// Absolute temperature; inside: K.
    Temperature,
    /// Stress, pressure, modulus; inside: MPa.
    Stress,
    /// Compliance, one over stress; inside: 1/MPa.
    Compliance,
    /// Fluidity, rate of flow per stress, one over a viscosity; inside: 1/(MPa.s).
    Fluidity,
    /// Strain, fraction, ratio; inside: 1.
    Dimensionless,
    /// Force; inside: N.
    Force,
    /// Length, interatomic distances included; inside: ångström (`Ao`).
    Length,
    /// Area of a cross-section; inside: mm2.
    Area,
    /// Activation volume, and that of a specimen; inside: nm3.
    Volume,
    /// Energy per event; inside: eV.
    Energy,
    /// Rate of events or of strain, and frequency; inside: 1/s.
    Rate,
    /// Scattering vector; inside: one over ångström (`Ao-1`).
    WaveNumber,
    /// Pair distribution function `G(r)`, one over an area; inside: one over ångström squared (`Ao-2`).
    PerArea,
    /// Heating rate; inside: K/s.
    HeatingRate,
    /// Angle; inside: rad.
    Angle,
    /// Viscosity, stress times time; inside: MPa.s.
    Viscosity,
    /// Torque; inside: N.m.
    Torque,
    /// Stiffness, force over length; inside: N/m.
    Stiffness,
    /// Speed of a crosshead; inside: mm/s.
    Speed,
    /// Angular frequency and velocity; inside: rad/s. Not converted to a frequency in Hz, which counts cycles.
    AngularFrequency,
    /// Mass of a specimen; inside: g.
    Mass,
    /// Detector counts and other numbers without a scale.
    Arbitrary,
}

impl Dimension {
    /// The unit used inside the program for this dimension.
    pub fn internal(self) -> Unit {
        let code = match self {
            Dimension::Time => "s",
            Dimension::Temperature => "K",
            Dimension::Stress => "MPa",
            Dimension::Compliance => "1/MPa",
            Dimension::Fluidity => "1/(MPa.s)",
            Dimension::Dimensionless => "1",
            Dimension::Force => "N",
            Dimension::Length => "Ao",
            Dimension::Area => "mm2",
            Dimension::Volume => "nm3",
            Dimension::Energy => "eV",
            Dimension::Rate => "1/s",
            Dimension::WaveNumber => "Ao-1",
            Dimension::PerArea => "Ao-2",
            Dimension::HeatingRate => "K/s",
            Dimension::Angle => "rad",
            Dimension::Viscosity => "MPa.s",
            Dimension::Torque => "N.m",
            Dimension::Stiffness => "N/m",
            Dimension::Speed => "mm/s",
            Dimension::AngularFrequency => "rad/s",
            Dimension::Mass => "g",
            Dimension::Arbitrary => "[arb'U]",
        };
        let position = TABLE.iter().position(|row| row.code == code);
        Unit { row: &TABLE[position.unwrap_or(0)] }
    }

    /// Every unit of this dimension, in the order of the table.
    pub fn units(self) -> impl Iterator<Item = Unit> {
        TABLE.iter().filter(move |row| row.dimension == self).map(|row| Unit { row })
    }

    /// The name in a sentence: `a time`, `a stress`.
    fn noun(self) -> &'static str {
        match self {
            Dimension::Time => "a time",
            Dimension::Temperature => "a temperature",
            Dimension::Stress => "a stress",
            Dimension::Compliance => "a compliance",
            Dimension::Fluidity => "a fluidity",
            Dimension::Dimensionless => "a dimensionless number",
            Dimension::Force => "a force",
            Dimension::Length => "a length",
            Dimension::Area => "an area",
            Dimension::Volume => "a volume",
            Dimension::Energy => "an energy",
            Dimension::Rate => "a rate",
            Dimension::WaveNumber => "a wave number",
            Dimension::PerArea => "one over an area",
            Dimension::HeatingRate => "a heating rate",
            Dimension::Angle => "an angle",
            Dimension::Viscosity => "a viscosity",
            Dimension::Torque => "a torque",
            Dimension::Stiffness => "a stiffness",
            Dimension::Speed => "a speed",
            Dimension::AngularFrequency => "an angular frequency",
            Dimension::Mass => "a mass",
            Dimension::Arbitrary => "in arbitrary units",
        }
    }
}

/// One row of the closed table: `inside = value * multiplier / divisor + offset`.
struct Row {
    code: &'static str,
    symbol: &'static str,
    dimension: Dimension,
    multiplier: f64,
    divisor: f64,
    offset: f64,
    spellings: &'static [&'static str],
}

const fn row(
    code: &'static str,
    symbol: &'static str,
    dimension: Dimension,
    multiplier: f64,
    divisor: f64,
    spellings: &'static [&'static str],
) -> Row {
    Row { code, symbol, dimension, multiplier, divisor, offset: 0.0, spellings }
}

/// Joule per electronvolt times 1e19 (SI 2019, exact).
const JOULE_PER_EV_E19: f64 = 1.602176634;
/// kJ/mol per electronvolt: elementary charge times Avogadro constant (SI 2019, exact product, rounded).
const KILOJOULE_PER_MOLE_PER_EV: f64 = 96.48533212331002;

use Dimension::*;

/// The closed table. Spellings are matched after [`normalise`], so superscripts, `µ` and `Å` need no row of their own.
static TABLE: &[Row] = &[
    row("s", "s", Time, 1.0, 1.0, &["sec", "secs", "second", "seconds"]),
    row("ms", "ms", Time, 1.0, 1e3, &["msec", "millisecond", "milliseconds"]),
    row("us", "µs", Time, 1.0, 1e6, &["usec", "microsecond", "microseconds"]),
    row("min", "min", Time, 60.0, 1.0, &["mins", "minute", "minutes"]),
    row("h", "h", Time, 3600.0, 1.0, &["hr", "hrs", "hour", "hours"]),
    row("d", "d", Time, 86400.0, 1.0, &["day", "days"]),
    row("K", "K", Temperature, 1.0, 1.0, &["kelvin", "Kelvin", "degK"]),
    Row {
        code: "Cel",
        symbol: "°C",
        dimension: Temperature,
        multiplier: 1.0,
        divisor: 1.0,
        offset: 273.15,
        spellings: &["°C", "degC", "C", "celsius", "Celsius", "deg C", "ºC"],
    },
    row("MPa", "MPa", Stress, 1.0, 1.0, &["N/mm2", "megapascal"]),
    row("Pa", "Pa", Stress, 1.0, 1e6, &["pascal", "N/m2"]),
    row("kPa", "kPa", Stress, 1.0, 1e3, &["kilopascal"]),
    row("GPa", "GPa", Stress, 1e3, 1.0, &["gigapascal"]),
    row("1/MPa", "1/MPa", Compliance, 1.0, 1.0, &["MPa-1", "/MPa", "MPa^-1", "mm2/N"]),
    row("1/Pa", "1/Pa", Compliance, 1e6, 1.0, &["Pa-1", "/Pa", "Pa^-1", "m2/N"]),
    row("1/GPa", "1/GPa", Compliance, 1.0, 1e3, &["GPa-1", "/GPa", "GPa^-1"]),
    row("um2/N", "µm²/N", Compliance, 1.0, 1e6, &[]),
    row("1/(MPa.s)", "1/(MPa.s)", Fluidity, 1.0, 1.0, &["1/MPa/s", "MPa-1.s-1"]),
    row("1/(Pa.s)", "1/(Pa.s)", Fluidity, 1e6, 1.0, &["1/Pa/s", "Pa-1.s-1"]),
    row("1/(GPa.s)", "1/(GPa.s)", Fluidity, 1.0, 1e3, &["1/GPa/s", "GPa-1.s-1"]),
    row("1", "1", Dimensionless, 1.0, 1.0, &["-", "#", "none", "dimensionless", "m/m", "mm/mm"]),
    row("%", "%", Dimensionless, 1.0, 100.0, &["percent", "pct"]),
    row("N", "N", Force, 1.0, 1.0, &["newton", "newtons"]),
    row("mN", "mN", Force, 1.0, 1e3, &[]),
    row("kN", "kN", Force, 1e3, 1.0, &[]),
    row("Ao", "Å", Length, 1.0, 1.0, &["Å", "angstrom", "Angstrom", "A"]),
    row("nm", "nm", Length, 10.0, 1.0, &["nanometre", "nanometer"]),
    row("um", "µm", Length, 1e4, 1.0, &["micron", "microns", "micrometre", "micrometer"]),
    row("mm", "mm", Length, 1e7, 1.0, &["millimetre", "millimeter"]),
    row("cm", "cm", Length, 1e8, 1.0, &[]),
    row("m", "m", Length, 1e10, 1.0, &["metre", "meter"]),
    row("mm2", "mm²", Area, 1.0, 1.0, &["mm^2"]),
    row("um2", "µm²", Area, 1.0, 1e6, &["um^2"]),
    row("m2", "m²", Area, 1e6, 1.0, &["m^2"]),
    row("nm3", "nm³", Volume, 1.0, 1.0, &["nm^3"]),
    row("mL", "mL", Volume, 1e21, 1.0, &["ml", "cm3", "cm^3"]),
    row("Ao3", "Å³", Volume, 1.0, 1e3, &["Å3", "Å^3"]),
    row("eV", "eV", Energy, 1.0, 1.0, &["electronvolt"]),
    row("keV", "keV", Energy, 1e3, 1.0, &["kiloelectronvolt"]),
    row("meV", "meV", Energy, 1.0, 1e3, &[]),
    row("kJ/mol", "kJ/mol", Energy, 1.0, KILOJOULE_PER_MOLE_PER_EV, &["kJ mol-1", "kJ.mol-1"]),
    row("J", "J", Energy, 1e19, JOULE_PER_EV_E19, &["joule"]),
    row("1/s", "1/s", Rate, 1.0, 1.0, &["s-1", "/s", "s^-1", "1/sec"]),
    row("1/min", "1/min", Rate, 1.0, 60.0, &["min-1", "/min", "min^-1"]),
    row("%/s", "%/s", Rate, 1.0, 100.0, &["% s-1"]),
    row("%/min", "%/min", Rate, 1.0, 6000.0, &["% min-1"]),
    row("Hz", "Hz", Rate, 1.0, 1.0, &["hertz"]),
    row("kHz", "kHz", Rate, 1e3, 1.0, &[]),
    row("Ao-1", "1/Å", WaveNumber, 1.0, 1.0, &["1/Ao", "Å-1", "1/Å", "Å^-1", "1/A", "A-1", "A^-1"]),
    row("nm-1", "1/nm", WaveNumber, 1.0, 10.0, &["1/nm", "nm^-1"]),
    row("Ao-2", "1/Å²", PerArea, 1.0, 1.0, &["1/Ao2", "Å-2", "1/Å2", "1/Å^2", "Å^-2", "A^-2"]),
    row("nm-2", "1/nm²", PerArea, 1.0, 100.0, &["1/nm2", "1/nm^2", "nm^-2"]),
    row("K/s", "K/s", HeatingRate, 1.0, 1.0, &["Cel/s", "°C/s", "degC/s"]),
    row("K/min", "K/min", HeatingRate, 1.0, 60.0, &["Cel/min", "°C/min", "degC/min"]),
    row("rad", "rad", Angle, 1.0, 1.0, &["radian"]),
    row("mrad", "mrad", Angle, 1.0, 1e3, &["milliradian"]),
    row("deg", "°", Angle, std::f64::consts::PI, 180.0, &["°", "degree", "degrees"]),
    row("MPa.s", "MPa·s", Viscosity, 1.0, 1.0, &["MPas", "MPa s"]),
    row("Pa.s", "Pa·s", Viscosity, 1.0, 1e6, &["Pas", "Pa s"]),
    row("mPa.s", "mPa·s", Viscosity, 1.0, 1e9, &["mPas", "mPa s"]),
    row("kPa.s", "kPa·s", Viscosity, 1.0, 1e3, &["kPas", "kPa s"]),
    row("GPa.s", "GPa·s", Viscosity, 1e3, 1.0, &["GPas", "GPa s"]),
    row("N.m", "N·m", Torque, 1.0, 1.0, &["Nm", "N m"]),
    row("mN.m", "mN·m", Torque, 1.0, 1e3, &["mNm", "mN m"]),
    row("uN.m", "µN·m", Torque, 1.0, 1e6, &["uNm", "uN m"]),
    row("N/m", "N/m", Stiffness, 1.0, 1.0, &["N.m-1", "N m-1"]),
    row("N/mm", "N/mm", Stiffness, 1e3, 1.0, &["kN/m"]),
    row("mm/s", "mm/s", Speed, 1.0, 1.0, &["mm.s-1", "mm s-1"]),
    row("mm/min", "mm/min", Speed, 1.0, 60.0, &["mm.min-1", "mm min-1"]),
    row("um/s", "µm/s", Speed, 1.0, 1e3, &["um.s-1", "um s-1"]),
    row("m/s", "m/s", Speed, 1e3, 1.0, &["m.s-1", "m s-1"]),
    row("rad/s", "rad/s", AngularFrequency, 1.0, 1.0, &["rad.s-1", "rad s-1"]),
    row("g", "g", Mass, 1.0, 1.0, &["gram", "grams"]),
    row("mg", "mg", Mass, 1.0, 1e3, &["milligram"]),
    row("kg", "kg", Mass, 1e3, 1.0, &["kilogram"]),
    row("[arb'U]", "a.u.", Arbitrary, 1.0, 1.0, &["a.u.", "au", "arb", "counts", "arb.u."]),
];

/// A unit of the closed table: a UCUM code, its dimension and what one of it is worth inside.
///
/// # Examples
/// ```
/// use kovacs_core::units::parse_unit;
/// let unit = parse_unit("°C").unwrap();
/// assert_eq!(unit.code(), "Cel");
/// assert_eq!(unit.to_internal(320.0), 593.15); // K
/// ```
#[derive(Clone, Copy)]
pub struct Unit {
    row: &'static Row,
}

impl Unit {
    /// UCUM code, ASCII: what is stored in files.
    pub fn code(self) -> &'static str {
        self.row.code
    }

    /// As printed in a table or on an axis: `°C`, `µm`, `Å`.
    pub fn symbol(self) -> &'static str {
        self.row.symbol
    }

    /// What it measures.
    pub fn dimension(self) -> Dimension {
        self.row.dimension
    }

    /// A value in this unit, converted to the internal unit of its dimension.
    pub fn to_internal(self, value: f64) -> f64 {
        value * self.row.multiplier / self.row.divisor + self.row.offset
    }

    /// A value in the internal unit of this unit's dimension, converted to this unit.
    pub fn from_internal(self, value: f64) -> f64 {
        (value - self.row.offset) * self.row.divisor / self.row.multiplier
    }
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.row.code == other.row.code
    }
}

impl Eq for Unit {}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({})", self.row.code)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.code)
    }
}

/// Why a unit or a quantity was not understood.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum UnitError {
    /// The unit is not in the table.
    UnknownUnit {
        /// As written.
        text: String,
        /// A unit that differs in upper and lower case only.
        suggestion: Option<&'static str>,
    },
    /// The text does not begin with a finite number.
    NotANumber {
        /// As written.
        text: String,
    },
    /// The unit measures something else than was asked for.
    WrongDimension {
        /// As written.
        text: String,
        /// What the unit measures.
        found: Dimension,
        /// What was asked for.
        expected: Dimension,
    },
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnitError::UnknownUnit { text, suggestion } => {
                write!(f, "unknown unit `{text}`")?;
                if let Some(code) = suggestion {
                    write!(f, " (did you mean `{code}`?)")?;
                }
                f.write_str("; accepted UCUM codes are ")?;
                list(f, TABLE.iter().map(|row| row.code))
            }
            UnitError::NotANumber { text } => {
                write!(f, "`{text}` is not a finite number with a unit, such as `0.5 %`, `15 min` or `593 K`")
            }
            UnitError::WrongDimension { text, found, expected } => {
                write!(f, "`{text}` is {}, not {}; accepted units are ", found.noun(), expected.noun())?;
                list(f, expected.units().map(Unit::code))
            }
        }
    }
}

impl std::error::Error for UnitError {}

fn list(f: &mut fmt::Formatter<'_>, codes: impl Iterator<Item = &'static str>) -> fmt::Result {
    for (index, code) in codes.enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        f.write_str(code)?;
    }
    Ok(())
}

/// Every unit of the closed table, in its order.
pub fn all() -> impl Iterator<Item = Unit> {
    TABLE.iter().map(|row| Unit { row })
}

/// Reads a unit: its UCUM code or a common spelling (`°C`, `degC`, `Å`, `µm`, `sec`). Case matters.
///
/// # Errors
/// [`UnitError::UnknownUnit`], with the accepted codes.
pub fn parse_unit(text: &str) -> Result<Unit, UnitError> {
    let wanted = normalise(text);
    let found =
        TABLE.iter().find(|row| row.code == wanted || row.spellings.iter().any(|known| normalise(known) == wanted));
    match found {
        Some(row) => Ok(Unit { row }),
        None => {
            let suggestion = TABLE.iter().find(|row| row.code.eq_ignore_ascii_case(&wanted)).map(|row| row.code);
            Err(UnitError::UnknownUnit { text: text.trim().to_string(), suggestion })
        }
    }
}

/// Reads a number and its unit, with or without a space between: `0.5%`, `15 min`, `320 degC`, `593K`, `1e-3`.
/// A bare number is dimensionless.
///
/// # Errors
/// [`UnitError::NotANumber`] and [`UnitError::UnknownUnit`].
///
/// # Examples
/// ```
/// use kovacs_core::units::parse_quantity;
/// let (value, unit) = parse_quantity("0.5%").unwrap();
/// assert_eq!(unit.to_internal(value), 0.005);
/// let (value, unit) = parse_quantity("15 min").unwrap();
/// assert_eq!(unit.to_internal(value), 900.0); // s
/// ```
pub fn parse_quantity(text: &str) -> Result<(f64, Unit), UnitError> {
    let plain = text.trim().replace('\u{2212}', "-");
    let (number, unit) = plain.split_at(number_length(&plain));
    let not_a_number = || UnitError::NotANumber { text: text.trim().to_string() };
    let value: f64 = number.parse().map_err(|_| not_a_number())?;
    if !value.is_finite() {
        return Err(not_a_number());
    }
    let unit = unit.trim();
    let unit = if unit.is_empty() { Dimension::Dimensionless.internal() } else { parse_unit(unit)? };
    Ok((value, unit))
}

/// Reads a quantity of one dimension and gives its value in the internal unit: `15 min` as a time is 900 (s).
///
/// # Errors
/// As [`parse_quantity`], and [`UnitError::WrongDimension`]; a bare number is refused unless the dimension has no unit.
///
/// # Examples
/// ```
/// use kovacs_core::units::{parse_internal, Dimension};
/// assert_eq!(parse_internal("320 degC", Dimension::Temperature).unwrap(), 593.15); // K
/// assert!(parse_internal("320", Dimension::Temperature).is_err());
/// ```
pub fn parse_internal(text: &str, expected: Dimension) -> Result<f64, UnitError> {
    let (value, unit) = parse_quantity(text)?;
    if unit.dimension() != expected {
        return Err(UnitError::WrongDimension { text: text.trim().to_string(), found: unit.dimension(), expected });
    }
    Ok(unit.to_internal(value))
}

/// Converts a value between two units of one dimension.
///
/// # Errors
/// [`UnitError::WrongDimension`] when the two measure different things.
///
/// # Examples
/// ```
/// use kovacs_core::units::{convert, parse_unit};
/// let kilopascal = parse_unit("kPa").unwrap();
/// let megapascal = parse_unit("MPa").unwrap();
/// assert_eq!(convert(35.8, kilopascal, megapascal).unwrap(), 0.0358);
/// ```
pub fn convert(value: f64, from: Unit, to: Unit) -> Result<f64, UnitError> {
    if from.dimension() != to.dimension() {
        let text = from.code().to_string();
        return Err(UnitError::WrongDimension { text, found: from.dimension(), expected: to.dimension() });
    }
    if from == to {
        return Ok(value);
    }
    Ok(to.from_internal(from.to_internal(value)))
}

/// One spelling for what keyboards and exporters write in many: micro signs, ångström signs, superscripts, minus
/// signs, no-break spaces and the brackets round a unit in a column title.
fn normalise(text: &str) -> String {
    let trimmed = text.trim();
    let inner = match trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        // `[arb'U]` is a UCUM code: there the brackets belong to the unit.
        Some(inner) if inner != "arb'U" => inner,
        _ => trimmed.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(trimmed),
    };
    inner
        .trim()
        .chars()
        .map(|c| match c {
            'µ' | 'μ' => 'u',
            '\u{212B}' => 'Å',
            '\u{00BA}' => '°',
            '⁻' | '\u{2212}' => '-',
            '¹' => '1',
            '²' => '2',
            '³' => '3',
            '·' | '⋅' | '\u{2022}' | '*' => '.',
            '\u{00A0}' | '\u{202F}' | '\u{2009}' => ' ',
            other => other,
        })
        .collect()
}

/// Length in bytes of the number a text begins with; an exponent counts only when digits follow (`5 eV` has none).
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let sign = |at: usize| usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    let mut at = sign(0);
    while digit(at) || bytes.get(at) == Some(&b'.') {
        at += 1;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let exponent = at + 1 + sign(at + 1);
        if digit(exponent) {
            at = exponent;
            while digit(at) {
                at += 1;
            }
        }
    }
    at
}

#[cfg(test)]
mod tests;
