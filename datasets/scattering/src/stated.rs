//! What a scattering file states besides its columns: wavelength, window of the transform, standard deviations.

use crate::error::ScatteringError;
use crate::file::{Abscissa, ScatteringFile};
use crate::pair_distribution::PairDistribution;
use crate::pattern::Pattern;
use crate::window::Window;
use kovacs_formats::Format;

impl ScatteringFile {
    /// Wavelength (Å) as the file states it: `Wavelength: 1.908e-11` of pyFAI, which is in metres by definition of its
    /// format, or `wavelength = 0.2065` of PDFgetX3, in Å by definition of that one.
    pub fn wavelength(&self) -> Option<f64> {
        let number = |text: &str| text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
        let found = match self.format {
            Format::PyFai => self.value("Wavelength").and_then(number).map(|metres| 1e10 * metres),
            Format::PdfGetX3 => self.value("wavelength").and_then(number),
            _ => None,
        };
        found.filter(|wavelength| wavelength.is_finite() && *wavelength > 0.0)
    }

    /// The pattern with its standard deviation, where the format has one in its third column (pyFAI, Gudrun), and with the
    /// wavelength (Å): the one given, else the one stated.
    ///
    /// # Errors
    /// As [`pattern`](ScatteringFile::pattern), and a standard deviation that is negative or not finite.
    pub fn measured(
        &self,
        stated: Option<Abscissa>,
        wavelength: Option<f64>,
    ) -> Result<(Pattern, Option<f64>), ScatteringError> {
        let wavelength = wavelength.or_else(|| self.wavelength());
        let pattern = self.pattern(stated, wavelength)?;
        let has_sigma = matches!(self.format, Format::PyFai | Format::Gudrun);
        match self.columns.get(2).filter(|_| has_sigma) {
            Some(sigma) => Ok((pattern.with_sigma(sigma.clone())?, wavelength)),
            None => Ok((pattern, wavelength)),
        }
    }

    /// `G(r)` with the window of its transform: the one given, else the one in the header, else a sharp end.
    ///
    /// # Errors
    /// As [`pair_distribution`](ScatteringFile::pair_distribution).
    pub fn transformed(&self, q_max: Option<f64>, window: Option<Window>) -> Result<PairDistribution, ScatteringError> {
        let mut found = self.pair_distribution(q_max)?;
        let stated = self.value("window").and_then(|name| Window::of_name(name).ok());
        found.options.window = window.or(stated).unwrap_or_default();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wavelength_and_standard_deviation_are_those_of_the_file() {
        let text = "# == pyFAI calibration ==\n# Wavelength: 1.908e-11\n# q_A^-1\tI\tsigma\n1 100 10\n2 90 9\n3 80 8\n";
        let file = ScatteringFile::read(text.as_bytes()).unwrap();
        let (pattern, wavelength) = file.measured(None, None).unwrap();
        assert!((wavelength.unwrap() - 0.1908).abs() < 1e-12);
        assert_eq!(pattern.sigma.as_deref(), Some(&[10.0, 9.0, 8.0][..]));
        assert_eq!(file.measured(None, Some(0.2)).unwrap().1, Some(0.2));
        let bad = ScatteringFile::read(text.replace("90 9", "90 -9").as_bytes()).unwrap();
        assert!(bad.measured(None, None).unwrap_err().to_string().starts_with("row 2 of the standard deviation"));
        // A third column of unknown meaning is left alone.
        let bare = ScatteringFile::read(b"1 100 10\n2 90 9\n3 80 8\n").unwrap();
        assert_eq!(bare.measured(Some(Abscissa::PerAngstrom), None).unwrap().0.sigma, None);
    }

    #[test]
    fn the_window_of_a_written_file_is_known() {
        let text = "version = PDFgetX3\nqmax = 16.5\nwindow = lorch\n#### start data\n#L r(Å) G(Å$^{-2}$)\n0 0\n1 1\n2 0\n3 1\n";
        let file = ScatteringFile::read(text.as_bytes()).unwrap();
        assert_eq!(file.transformed(None, None).unwrap().options.window, Window::Lorch);
        assert_eq!(file.transformed(None, Some(Window::Hann)).unwrap().options.window, Window::Hann);
    }
}
