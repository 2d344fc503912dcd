//! A width on paper.

use crate::error::ExportError;
use std::fmt;
use std::str::FromStr;

/// Millimetres in an inch.
const INCH: f64 = 25.4;

/// A length on paper.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Length {
    millimetres: f64,
}

impl Length {
    /// One column of most journals.
    pub const SINGLE_COLUMN: Length = Length { millimetres: 89.0 };
    /// Two columns of most journals.
    pub const DOUBLE_COLUMN: Length = Length { millimetres: 183.0 };

    pub(crate) fn of_millimetres(millimetres: f64) -> Length {
        Length { millimetres }
    }

    /// In mm.
    pub fn millimetres(self) -> f64 {
        self.millimetres
    }

    /// In inches.
    pub fn inches(self) -> f64 {
        self.millimetres / INCH
    }

    /// In points, 72 to the inch.
    pub fn points(self) -> f64 {
        self.inches() * 72.0
    }
}

impl FromStr for Length {
    type Err = ExportError;

    fn from_str(text: &str) -> Result<Length, ExportError> {
        let wrong = || ExportError::Length { text: text.to_owned() };
        match text.trim() {
            "single" => return Ok(Length::SINGLE_COLUMN),
            "double" => return Ok(Length::DOUBLE_COLUMN),
            _ => {}
        }
        let units = [("mm", 1.0), ("cm", 10.0), ("in", INCH)];
        let (number, unit) = units
            .into_iter()
            .find_map(|(unit, millimetres)| Some((text.trim().strip_suffix(unit)?, millimetres)))
            .ok_or_else(wrong)?;
        let millimetres = number.trim().parse::<f64>().map_err(|_| wrong())? * unit;
        if (10.0..=2000.0).contains(&millimetres) { Ok(Length { millimetres }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.1}", self.millimetres);
        write!(formatter, "{} mm", text.strip_suffix(".0").unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_with_their_units_only() {
        let read = |text: &str| text.parse::<Length>().map(|length| length.to_string()).ok();
        assert_eq!(["89mm", "8.9 cm", "single"].map(read), ["89 mm", "89 mm", "89 mm"].map(|text| Some(text.into())));
        assert_eq!(read("3.5in").as_deref(), Some("88.9 mm"));
        for wrong in ["", "89", "-5mm", "1mm", "1e9cm", "NaNmm", "infmm", "5 px"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!((Length::DOUBLE_COLUMN.points() - 518.74).abs() < 0.01, "183 mm are 7.2 inches of 72 points");
    }
}
