//! Patterns and pair distributions out of files: a [`Document`] of `kovacs-formats`, seen as columns over `Q`, `2 theta`
//! or `r`.
//!
//! Which program wrote a file and what it states is read there, by the one reader of the project. What is decided here
//! is what the first column is: by its unit, if the file states one. What it does not state is never guessed: a bare
//! column needs a word from its owner.

use crate::error::ScatteringError;
use crate::geometry::momentum_transfer;
use crate::pair_distribution::PairDistribution;
use crate::pattern::Pattern;
use kovacs_formats::{Column, Document, Format, ReadOptions, StatedUnit, Values};

/// What the first column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abscissa {
    /// `Q` in 1/Å.
    PerAngstrom,
    /// `Q` in 1/nm.
    PerNanometre,
    /// Scattering angle `2 theta` in degrees.
    TwoThetaDegrees,
    /// Distance `r` in Å.
    Angstrom,
}

/// A file as it was read: nothing is converted.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatteringFile {
    /// Which program wrote it; [`Format::Delimited`] for bare columns.
    pub format: Format,
    /// What the first column is; `None` where the file does not say.
    pub abscissa: Option<Abscissa>,
    /// Names of the columns as written; empty words where there are none.
    pub labels: Vec<String>,
    /// `key = value` of the header, in order.
    pub header: Vec<(String, String)>,
    /// The columns of numbers, equally long.
    pub columns: Vec<Vec<f64>>,
}

impl ScatteringFile {
    /// Reads a file.
    ///
    /// # Errors
    /// No reader takes the file, with line and reason; it has no table with two columns of numbers.
    pub fn read(bytes: &[u8]) -> Result<Self, ScatteringError> {
        let document = kovacs_formats::read_bytes(bytes, &ReadOptions::default())
            .map_err(|error| ScatteringError::File { reason: error.to_string() })?;
        Self::from_document(&document)
    }

    /// The first table with two columns of numbers.
    ///
    /// # Errors
    /// There is none.
    pub fn from_document(document: &Document) -> Result<Self, ScatteringError> {
        let numbers = |column: &Column| match &column.values {
            Values::Numbers(numbers) => Some(numbers.clone()),
            Values::Words(_) => None,
        };
        for sheet in &document.sheets {
            let numeric = || sheet.columns.iter().filter(|column| numbers(column).is_some());
            let (Some(first), true) = (numeric().next(), numeric().count() >= 2) else { continue };
            return Ok(ScatteringFile {
                format: document.format,
                abscissa: abscissa(first),
                labels: numeric().map(|column| column.name.clone()).collect(),
                header: document.metadata.iter().chain(&sheet.metadata).cloned().collect(),
                columns: numeric().filter_map(numbers).collect(),
            });
        }
        Err(ScatteringError::File { reason: "it has no table with two columns of numbers".to_owned() })
    }

    /// The value of a key of the header, the first one of that name.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.header.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The first two columns as a pattern over `Q` in 1/Å. `stated` is what the owner says the first column is, needed
    /// where the file does not say it; `wavelength` (Å) is needed for angles.
    ///
    /// # Errors
    /// The unit is not known, or is a distance, or an angle without wavelength; the statement contradicts the file; the
    /// columns are no pattern.
    pub fn pattern(&self, stated: Option<Abscissa>, wavelength: Option<f64>) -> Result<Pattern, ScatteringError> {
        let unit = match (self.abscissa, stated) {
            (Some(found), Some(stated)) if found != stated => {
                let reason = format!("the file says that its first column is {found}, not {stated}");
                return Err(ScatteringError::Abscissa { reason });
            }
            (found, stated) => found.or(stated),
        };
        let (x, y) = self.two_columns()?;
        let q: Vec<f64> = match (unit, wavelength) {
            (Some(Abscissa::PerAngstrom), _) => x.to_vec(),
            (Some(Abscissa::PerNanometre), _) => x.iter().map(|q| 0.1 * q).collect(),
            (Some(Abscissa::TwoThetaDegrees), Some(wavelength)) if wavelength.is_finite() && wavelength > 0.0 => {
                x.iter().map(|angle| momentum_transfer(angle.to_radians(), wavelength)).collect()
            }
            (Some(Abscissa::TwoThetaDegrees), _) => {
                let reason = "its first column is an angle, which needs a wavelength (in Å, above 0)".to_owned();
                return Err(ScatteringError::Abscissa { reason });
            }
            (Some(Abscissa::Angstrom), _) => {
                let reason = "its first column is a distance: it is a G(r), not a pattern".to_owned();
                return Err(ScatteringError::Abscissa { reason });
            }
            (None, _) => {
                let reason = "it does not say what its first column is; state `Q` in 1/Å or 1/nm, or the angle \
                              `2 theta` in degrees with a wavelength"
                    .to_owned();
                return Err(ScatteringError::Abscissa { reason });
            }
        };
        Pattern::new(q, y.to_vec())
    }

    /// The first two columns as `G(r)`. `q_max` (1/Å) is needed where the header has no `qmax`, since every width is
    /// read against it.
    ///
    /// # Errors
    /// The file says that its first column is something else than a distance, has no evenly spaced `r`, or `Q_max` is
    /// unknown.
    pub fn pair_distribution(&self, q_max: Option<f64>) -> Result<PairDistribution, ScatteringError> {
        if let Some(other) = self.abscissa.filter(|&unit| unit != Abscissa::Angstrom) {
            return Err(ScatteringError::Abscissa { reason: format!("its first column is {other}, not a distance") });
        }
        let (r, g) = self.two_columns()?;
        crate::error::check_columns(["r", "G"], r, g, 3)?;
        let stated = self.value("qmax").and_then(|text| text.parse::<f64>().ok());
        let Some(q_max) = q_max.or(stated).filter(|q_max| q_max.is_finite() && *q_max > 0.0) else {
            let reason = "it does not say up to which Q it was measured; state `q_max` in 1/Å".to_owned();
            return Err(ScatteringError::Abscissa { reason });
        };
        PairDistribution::of_columns(r.to_vec(), g.to_vec(), q_max)
    }

    fn two_columns(&self) -> Result<(&[f64], &[f64]), ScatteringError> {
        match self.columns.as_slice() {
            [x, y, ..] => Ok((x, y)),
            columns => Err(ScatteringError::Length { what: "the table (columns)", length: columns.len(), other: 2 }),
        }
    }
}

impl std::fmt::Display for Abscissa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Abscissa::PerAngstrom => "Q in 1/Å",
            Abscissa::PerNanometre => "Q in 1/nm",
            Abscissa::TwoThetaDegrees => "the angle 2 theta in degrees",
            Abscissa::Angstrom => "the distance r in Å",
        })
    }
}

/// What a column is by its stated unit. An angle counts where its name says that it is twice theta.
fn abscissa(column: &Column) -> Option<Abscissa> {
    let StatedUnit::Known(unit) = column.unit else { return None };
    match unit.code() {
        "Ao-1" => Some(Abscissa::PerAngstrom),
        "nm-1" => Some(Abscissa::PerNanometre),
        "Ao" => Some(Abscissa::Angstrom),
        "deg" if column.name.contains('2') || column.name.to_lowercase().contains("two") => {
            Some(Abscissa::TwoThetaDegrees)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_of_the_first_column_says_what_it_is() {
        let check = |text: &str, expected: Option<Abscissa>| {
            assert_eq!(ScatteringFile::read(text.as_bytes()).unwrap().abscissa, expected, "{text}");
        };
        check("a scan\nQ (Inverse Nanometres)\nIntensity\n   2\n 1 2\n 2 3\n", Some(Abscissa::PerNanometre));
        check("a\n2-Theta Angle (Degrees)\nI\n 2\n 3 4\n 4 5\n", Some(Abscissa::TwoThetaDegrees));
        check("# pyFAI\n# q_A^-1\t I\n1 2\n3 4\n", Some(Abscissa::PerAngstrom));
        check(
            "##### start data\n#S 1 - PDF from PDFgetN\n#L r G(r) dr dG(r)\n1 2 0 0\n2 3 0 0\n",
            Some(Abscissa::Angstrom),
        );
        check("3 710.9\n3.1 709\n", None);
        let x3 = "[DEFAULT]\nversion = diffpy.pdfgetx-2.1.2\nqmax = 22.0\n#### start data\n#L r(Å)  G(Å$^{-2}$)\n0 0\n0.01 0.1\n";
        let file = ScatteringFile::read(x3.as_bytes()).unwrap();
        assert_eq!(
            (file.format, file.value("qmax"), file.labels.clone()),
            (Format::PdfGetX3, Some("22.0"), vec!["r".to_owned(), "G".to_owned()])
        );
    }

    #[test]
    fn what_is_not_stated_is_asked_for() {
        let file = ScatteringFile::read(b"3 710.9\n3.1 709\n").unwrap();
        let message = |stated, wavelength| file.pattern(stated, wavelength).unwrap_err().to_string();
        assert!(message(None, None).contains("state `Q` in 1/Å or 1/nm"));
        assert!(message(Some(Abscissa::TwoThetaDegrees), None).contains("needs a wavelength"));
        assert_eq!(
            file.pattern(Some(Abscissa::PerNanometre), None).unwrap().q,
            [0.3, 0.31].map(|q: f64| 0.1 * (q * 10.0))
        );
        let stated = ScatteringFile::read(b"a\nQ (Inverse Nanometres)\nI\n 2\n1 2\n2 3\n").unwrap();
        assert!(stated.pattern(Some(Abscissa::PerAngstrom), None).unwrap_err().to_string().contains("not Q in 1/Å"));
        assert!(stated.pair_distribution(Some(20.0)).is_err());
    }

    #[test]
    fn damage_is_told() {
        let message = |text: &[u8]| ScatteringFile::read(text).unwrap_err().to_string();
        assert!(message(b"").starts_with("the file cannot be read"));
        let cut = b"#### start data\n#L r(A) G\n1 2\n3 4 5\n";
        assert!(message(cut).contains("line 4"), "{}", message(cut));
        // Infinity and NaN are numbers of a text, and are refused where they are used.
        let file = ScatteringFile::read(b"# pyFAI\n# q_A^-1 I\n1 2\n2 NaN\n").unwrap();
        assert!(file.pattern(None, None).unwrap_err().to_string().starts_with("row 2"));
    }
}
