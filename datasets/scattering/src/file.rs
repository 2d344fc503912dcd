//! Patterns and pair distributions as programs write them: Fit2D, pyFAI, PDFgetX2, PDFgetX3, PDFgetN, xPDFsuite, Mantid,
//! Gudrun, and bare columns.
//!
//! One rule reads all of them: the numbers follow a line with `start data`, or else the first line that is nothing but
//! numbers; `#L` or the last comment names the columns; `key = value` before the numbers is kept. What the file does
//! not state, above all the unit of its first column, is never guessed: a bare column needs a word from its owner.

use crate::error::ScatteringError;
use crate::geometry::momentum_transfer;
use crate::pair_distribution::PairDistribution;
use crate::pattern::Pattern;

/// Which program wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScatteringFormat {
    /// Fit2D `.chi`: four lines, then two columns.
    Fit2d,
    /// pyFAI or Dioptas.
    PyFai,
    /// PDFgetX2.
    PdfGetX2,
    /// PDFgetX3.
    PdfGetX3,
    /// PDFgetN.
    PdfGetN,
    /// xPDFsuite.
    XPdfSuite,
    /// Mantid's SavePDFGui.
    Mantid,
    /// Gudrun.
    Gudrun,
    /// Columns without a header that says more.
    Bare,
}

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
    /// Which program wrote it.
    pub format: ScatteringFormat,
    /// What the first column is; `None` where the file does not say.
    pub abscissa: Option<Abscissa>,
    /// Names of the columns as written; empty where there are none.
    pub labels: Vec<String>,
    /// `key = value` of the header, in order.
    pub header: Vec<(String, String)>,
    /// The columns, equally long.
    pub columns: Vec<Vec<f64>>,
}

/// Largest number of columns: more is not a pattern.
const MOST_COLUMNS: usize = 16;

impl ScatteringFile {
    /// Reads a file. Text that is not UTF-8 is read byte by byte (Latin-1): only labels can suffer.
    ///
    /// # Errors
    /// There are no numbers, rows differ in length, or something between the numbers is no number; with the line.
    pub fn read(bytes: &[u8]) -> Result<Self, ScatteringError> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        };
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        let refuse = |line: usize, reason: String| ScatteringError::File { line, reason };
        let marked = lines.iter().position(|line| line.contains("start data"));
        let start = (marked.map_or(0, |line| line + 1)..lines.len())
            .find(|&line| numbers(lines[line]).is_some_and(|row| row.len() >= 2));
        let Some(start) = start else {
            return Err(refuse(lines.len().max(1), "no line with two numbers or more was found".to_owned()));
        };
        let header_lines = &lines[..start];
        let mut columns: Vec<Vec<f64>> = Vec::new();
        for (index, line) in lines.iter().enumerate().skip(start) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some(row) = numbers(line) else {
                return Err(refuse(index + 1, format!("`{}` is not a row of numbers", cut(line))));
            };
            if columns.is_empty() {
                if row.len() > MOST_COLUMNS {
                    return Err(refuse(index + 1, format!("{} columns are more than a pattern has", row.len())));
                }
                columns = vec![Vec::with_capacity(lines.len() - start); row.len()];
            }
            if row.len() != columns.len() {
                let reason = format!("{} numbers where the rows before have {}", row.len(), columns.len());
                return Err(refuse(index + 1, reason));
            }
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let labels = labels(header_lines);
        let format = format(header_lines, marked.is_some());
        let abscissa = abscissa(header_lines, &labels, format);
        Ok(ScatteringFile { format, abscissa, labels, header: pairs(header_lines), columns })
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

/// A row of numbers, separated by blanks, commas or semicolons; `None` if anything else is in it.
fn numbers(line: &str) -> Option<Vec<f64>> {
    let words = line.split(|separator: char| separator.is_whitespace() || separator == ',' || separator == ';');
    let row: Option<Vec<f64>> = words.filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect();
    row.filter(|row| !row.is_empty())
}

/// Names of the columns: the last `#L` line, else the last comment.
fn labels(header: &[&str]) -> Vec<String> {
    let named = header.iter().rev().find_map(|line| line.strip_prefix("#L"));
    let comment = || header.iter().rev().find_map(|line| line.strip_prefix('#').filter(|rest| !rest.trim().is_empty()));
    // pyFAI separates by tabs, everybody else by blanks.
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    match named {
        Some(line) => words(line),
        None if header.iter().any(|line| line.contains("start data")) => Vec::new(),
        None => comment().map(words).filter(|labels: &Vec<String>| labels.len() <= 3).unwrap_or_default(),
    }
}

fn format(header: &[&str], marked: bool) -> ScatteringFormat {
    let has = |text: &str| header.iter().any(|line| line.contains(text));
    if has("Get_XPDF") {
        ScatteringFormat::PdfGetX2
    } else if has("xPDFsuite") {
        ScatteringFormat::XPdfSuite
    } else if has("pdfgetx") || has("PDFgetX3") {
        ScatteringFormat::PdfGetX3
    } else if has("PDFgetN") {
        ScatteringFormat::PdfGetN
    } else if has("Mantid") {
        ScatteringFormat::Mantid
    } else if has("pyFAI") || has("Dioptas") {
        ScatteringFormat::PyFai
    } else if has("gudrun") || has("Gudrun") {
        ScatteringFormat::Gudrun
    } else if !marked && header.len() == 4 && header[3].trim().parse::<usize>().is_ok() {
        ScatteringFormat::Fit2d
    } else {
        ScatteringFormat::Bare
    }
}

/// What the first column is, if header or label say so.
fn abscissa(header: &[&str], labels: &[String], format: ScatteringFormat) -> Option<Abscissa> {
    let by_words = |text: &str| {
        let text = text.to_lowercase();
        let has = |word: &str| text.contains(word);
        if has("2-theta") || has("2th_deg") || has("two-theta") || has("twotheta") {
            Some(Abscissa::TwoThetaDegrees)
        } else if has("nanomet") || has("nm^-1") || has("nm-1") {
            Some(Abscissa::PerNanometre)
        } else if has("angstrom") || has("a^-1") || has("å$^{-1}$") || has("\\aa^{-1}") || has("å^-1") {
            Some(Abscissa::PerAngstrom)
        } else {
            None
        }
    };
    match (format, labels.first().map(String::as_str)) {
        (ScatteringFormat::Fit2d, _) => by_words(header[1]),
        // These programs write r in Å only, and say `r` in front of it.
        (_, Some(label)) if label == "r" || label.starts_with("r(") || label.starts_with("r (") => {
            Some(Abscissa::Angstrom)
        }
        (_, Some(label)) => by_words(label),
        (ScatteringFormat::PdfGetX2, None) => Some(Abscissa::Angstrom),
        (_, None) => None,
    }
}

/// `key = value`, `key: value`; several to a line where four blanks or a tab lie between them (PDFgetX2).
fn pairs(header: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in header {
        let line = line.trim_start_matches('#').trim();
        for piece in line.split("    ").flat_map(|piece| piece.split('\t')) {
            let split = piece.split_once('=').or_else(|| piece.split_once(": "));
            if let Some((key, value)) = split.map(|(key, value)| (key.trim(), value.trim()))
                && !key.is_empty()
                && key.len() <= 60
            {
                found.push((key.to_owned(), value.to_owned()));
            }
        }
    }
    found
}

/// The first forty characters of a line.
fn cut(line: &str) -> String {
    line.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, format: ScatteringFormat, abscissa: Option<Abscissa>, rows: usize, columns: usize) {
        let file = ScatteringFile::read(text.as_bytes()).unwrap();
        assert_eq!((file.format, file.abscissa), (format, abscissa), "{text}");
        assert_eq!((file.columns.len(), file.columns[0].len()), (columns, rows), "{text}");
    }

    #[test]
    fn every_header_is_recognised() {
        use Abscissa::{Angstrom, PerAngstrom, PerNanometre, TwoThetaDegrees};
        use ScatteringFormat as F;
        check(
            "a scan\nQ (Inverse Nanometres)\nIntensity\n   2\n 1.0E-1 2.0\n 2.0E-1 3.0\n",
            F::Fit2d,
            Some(PerNanometre),
            2,
            2,
        );
        check("a\n2-Theta Angle (Degrees)\nI\n 1\n 3 4\n", F::Fit2d, Some(TwoThetaDegrees), 1, 2);
        check(
            "# == pyFAI calibration ==\n# Wavelength: 1.9e-11\n# q_A^-1\t I\n1 2\n3 4\n",
            F::PyFai,
            Some(PerAngstrom),
            2,
            2,
        );
        check("# chi_Q chi_I\n1 2\n", F::Bare, None, 1, 2);
        check("3 710.9\n3.1 709\n", F::Bare, None, 2, 2);
        let x3 = "[DEFAULT]\nversion = diffpy.pdfgetx-2.1.2\nqmax = 22.0\n# End of config ---\n#### start data\n\n#S 1\n\
                  #L r(Å)  G(Å$^{-2}$)\n0 0\n0.01 0.1\n";
        check(x3, F::PdfGetX3, Some(Angstrom), 2, 2);
        assert_eq!(ScatteringFile::read(x3.as_bytes()).unwrap().value("qmax"), Some("22.0"));
        check(
            "#Comment: neutron, Qmin=1, Qmax=30\n##### start data\n#S 1 - PDF from Mantid\n#L r G(r) dr dG(r)\n1 2 0 0\n",
            F::Mantid,
            Some(Angstrom),
            1,
            4,
        );
        check("# Gudrun output\n# Q S\n1 2 3\n", F::Gudrun, None, 1, 3);
        check("version = pdfgetx\n#### start data\n#L Q(Å$^{-1}$) S\n1 2\n", F::PdfGetX3, Some(PerAngstrom), 1, 2);
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
    fn damage_names_its_line() {
        let message = |text: &[u8]| ScatteringFile::read(text).unwrap_err().to_string();
        assert_eq!(message(b""), "line 1: no line with two numbers or more was found");
        assert_eq!(message(b"1 2\n3 four\n"), "line 2: `3 four` is not a row of numbers");
        assert_eq!(message(b"1 2\n3 4 5\n"), "line 2: 3 numbers where the rows before have 2");
        assert!(message(b"\xff\xfe\x00\x01").starts_with("line 1"));
        let wide = "1 ".repeat(10_000);
        assert!(message(wide.as_bytes()).contains("10000 columns"));
        // Infinity and NaN are numbers of a text, and are refused where they are used.
        let file = ScatteringFile::read(b"1 2\n2 NaN\n").unwrap();
        assert!(file.pattern(Some(Abscissa::PerAngstrom), None).unwrap_err().to_string().starts_with("row 2"));
    }
}
