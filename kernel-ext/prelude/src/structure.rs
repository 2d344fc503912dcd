//! Structure from X-ray scattering, as cells see it: pattern, `S(Q)`, `G(r)`, first peak.
//!
//! Each value is plain data that a cell may look at and change; the methods do their work in the engine, with the same
//! functions as `kovacs structure` in the shell. `Q` is in 1/Å, `r` in Å, `G` in 1/Å², and every curve carries how it was
//! made. What a file does not say is an error that asks for it.

use crate::error::Result;
use crate::figure::Figure;
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::{Reader, WireError, Writer};
use kovacs_core::{Curve, Origin};
use std::fmt;

/// How a value came about: names and words, in order.
type Steps = Vec<(String, String)>;

/// What the first column of a file is, where the file does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abscissa {
    /// `Q` in 1/Å.
    PerAngstrom,
    /// `Q` in 1/nm.
    PerNanometre,
    /// `2θ` in degrees; needs a wavelength.
    TwoTheta,
}

/// Which `S(Q)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalisation {
    /// `1 + (I - <f²>) / <f>²`.
    #[default]
    FaberZiman,
    /// `1 + (I - <f²>) / <f²>`, as printed in the text of the paper.
    AsPrinted,
}

/// A measured pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// `Q`, 1/Å, rising.
    pub q: Vec<f64>,
    /// Intensity, any unit.
    pub intensity: Vec<f64>,
    /// Standard deviation of the intensity, where the file has it.
    pub sigma: Option<Vec<f64>>,
    /// Wavelength, Å, where the file states it: for the recoil of Compton scattering.
    pub wavelength: Option<f64>,
    /// What it is called.
    pub label: String,
    steps: Steps,
}

impl Pattern {
    /// A pattern of numbers that are there already: `q` in 1/Å, rising, and the intensity at each.
    pub fn of_columns(label: &str, q: &[f64], intensity: &[f64]) -> Pattern {
        let steps = vec![("columns".to_owned(), label.to_owned())];
        Pattern::with_steps(q.to_vec(), intensity.to_vec(), None, None, label.to_owned(), steps)
    }

    /// Reads a file: Fit2D, pyFAI, PDFgetX or bare columns.
    ///
    /// # Errors
    /// It cannot be read, or does not say what its first column is: then [`load_as`](Pattern::load_as).
    pub fn load(path: &str) -> Result<Pattern> {
        Pattern::read(path, 0, None)
    }

    /// Reads a file that does not say what its first column is. `wavelength` (Å) is needed for angles.
    ///
    /// # Errors
    /// It cannot be read, or says something else.
    pub fn load_as(path: &str, first_column: Abscissa, wavelength: Option<f64>) -> Result<Pattern> {
        let code = match first_column {
            Abscissa::PerAngstrom => 1,
            Abscissa::PerNanometre => 2,
            Abscissa::TwoTheta => 3,
        };
        Pattern::read(path, code, wavelength)
    }

    fn read(path: &str, code: u8, wavelength: Option<f64>) -> Result<Pattern> {
        let mut writer = Writer::new();
        writer.text(path);
        writer.u8(code);
        writer.option(wavelength, Writer::f64);
        Ok(Pattern::decode(&mut Reader::new(&seam::call(Operation::ReadPattern, writer)?))?)
    }

    /// The pattern without `scale` times a background, which is interpolated.
    ///
    /// # Errors
    /// The scale is negative, or the two have hardly any `Q` in common.
    pub fn minus(&self, background: &Pattern, scale: f64) -> Result<Pattern> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        background.encode(&mut writer);
        writer.f64(scale);
        Ok(Pattern::decode(&mut Reader::new(&seam::call(Operation::SubtractPattern, writer)?))?)
    }

    /// The part between two `Q` (1/Å): what lies outside does not count for the scale either.
    #[must_use]
    pub fn between(&self, q_min: f64, q_max: f64) -> Pattern {
        // A point that misses an end by rounding counts.
        let (q_min, q_max) = (q_min * (1.0 - 1e-12), q_max * (1.0 + 1e-12));
        let kept = |column: &[f64]| -> Vec<f64> {
            let pairs = self.q.iter().zip(column);
            pairs.filter(|(q, _)| (q_min..=q_max).contains(*q)).map(|(_, value)| *value).collect()
        };
        Pattern {
            q: kept(&self.q),
            intensity: kept(&self.intensity),
            sigma: self.sigma.as_deref().map(kept),
            wavelength: self.wavelength,
            label: self.label.clone(),
            steps: self.steps.clone(),
        }
    }

    /// `S(Q)` for a composition in atomic amounts (`TiZrHfCuNiBe`), Compton scattering taken off, the intensity scaled so
    /// that it is `<f²>` and Compton on average over the last fifth of the range.
    ///
    /// # Errors
    /// The formula cannot be read, or the intensity cannot be normalised.
    pub fn structure_factor(&self, composition: &str, normalisation: Normalisation) -> Result<StructureFactor> {
        self.reduce(composition, normalisation, true)
    }

    /// As [`structure_factor`](Pattern::structure_factor), of a pattern from which Compton scattering was taken off
    /// before.
    ///
    /// # Errors
    /// As there.
    pub fn structure_factor_without_compton(
        &self,
        composition: &str,
        normalisation: Normalisation,
    ) -> Result<StructureFactor> {
        self.reduce(composition, normalisation, false)
    }

    fn reduce(&self, composition: &str, normalisation: Normalisation, has_compton: bool) -> Result<StructureFactor> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.text(composition);
        writer.bool(normalisation == Normalisation::AsPrinted);
        writer.bool(has_compton);
        Ok(StructureFactor::decode(&mut Reader::new(&seam::call(Operation::ReducePattern, writer)?))?)
    }

    /// Intensity against `Q`.
    pub fn curve(&self) -> Curve {
        curve(&self.label, (&self.q, &self.intensity), ["Q", "1/Å", "I", "[arb'U]"], &self.steps)
    }

    /// Shows the pattern as the value of a cell.
    pub fn evcxr_display(&self) {
        Figure::new("I(Q)").line(&self.curve()).evcxr_display();
    }

    /// A pattern with how it came about.
    pub fn with_steps(
        q: Vec<f64>,
        intensity: Vec<f64>,
        sigma: Option<Vec<f64>>,
        wavelength: Option<f64>,
        label: String,
        steps: Vec<(String, String)>,
    ) -> Pattern {
        Pattern { q, intensity, sigma, wavelength, label, steps }
    }

    /// How it came about: names and words, in order.
    pub fn steps(&self) -> &[(String, String)] {
        &self.steps
    }

    /// Writes the pattern into a message of the seam.
    pub fn encode(&self, writer: &mut Writer) {
        writer.f64s(&self.q);
        writer.f64s(&self.intensity);
        writer.option(self.sigma.as_deref(), Writer::f64s);
        writer.option(self.wavelength, Writer::f64);
        writer.text(&self.label);
        write_steps(writer, &self.steps);
    }

    /// Reads a pattern from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged; so for the other types.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Pattern, WireError> {
        Ok(Pattern {
            q: reader.f64s()?,
            intensity: reader.f64s()?,
            sigma: reader.option(Reader::f64s)?,
            wavelength: reader.option(Reader::f64)?,
            label: reader.text()?,
            steps: read_steps(reader)?,
        })
    }
}

/// A structure factor.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureFactor {
    /// `Q`, 1/Å.
    pub q: Vec<f64>,
    /// `S(Q)` (1).
    pub s: Vec<f64>,
    /// Standard deviation of `S`, where that of the intensity was known.
    pub sigma: Option<Vec<f64>>,
    /// What it is called.
    pub label: String,
    steps: Steps,
}

impl StructureFactor {
    /// `G(r)` from 0 to 30 Å by 0.01 Å, with all `Q` up to `q_max` (1/Å) and a sharp end.
    ///
    /// # Errors
    /// `q_max` is beyond the data.
    pub fn pair_distribution(&self, q_max: f64) -> Result<PairDistribution> {
        self.pair_distribution_with(q_max, "sharp", None)
    }

    /// `G(r)` with a window (`sharp`, `lorch`, `soper-barney`, `hann`), and with a polynomial taken off `Q (S - 1)` so that
    /// nothing remains below `rpoly` (Å), as PDFgetX3 does it.
    ///
    /// # Errors
    /// There is no such window, or `q_max` is beyond the data.
    pub fn pair_distribution_with(&self, q_max: f64, window: &str, rpoly: Option<f64>) -> Result<PairDistribution> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.f64(q_max);
        writer.text(window);
        writer.option(rpoly, Writer::f64);
        Ok(PairDistribution::decode(&mut Reader::new(&seam::call(Operation::TransformStructure, writer)?))?)
    }

    /// `S` against `Q`.
    pub fn curve(&self) -> Curve {
        curve(&self.label, (&self.q, &self.s), ["Q", "1/Å", "S(Q)", "1"], &self.steps)
    }

    /// Shows the structure factor as the value of a cell.
    pub fn evcxr_display(&self) {
        Figure::new("S(Q)").line(&self.curve()).evcxr_display();
    }

    /// A structure factor with how it came about.
    pub fn with_steps(
        q: Vec<f64>,
        s: Vec<f64>,
        sigma: Option<Vec<f64>>,
        label: String,
        steps: Vec<(String, String)>,
    ) -> StructureFactor {
        StructureFactor { q, s, sigma, label, steps }
    }

    /// How it came about: names and words, in order.
    pub fn steps(&self) -> &[(String, String)] {
        &self.steps
    }

    /// Writes the structure factor into a message of the seam.
    pub fn encode(&self, writer: &mut Writer) {
        writer.f64s(&self.q);
        writer.f64s(&self.s);
        writer.option(self.sigma.as_deref(), Writer::f64s);
        writer.text(&self.label);
        write_steps(writer, &self.steps);
    }

    /// Reads a structure factor from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<StructureFactor, WireError> {
        Ok(StructureFactor {
            q: reader.f64s()?,
            s: reader.f64s()?,
            sigma: reader.option(Reader::f64s)?,
            label: reader.text()?,
            steps: read_steps(reader)?,
        })
    }
}

/// A pair distribution function.
#[derive(Clone, Debug, PartialEq)]
pub struct PairDistribution {
    /// `r`, Å, evenly spaced.
    pub r: Vec<f64>,
    /// `G`, 1/Å².
    pub g: Vec<f64>,
    /// Last `Q` of the integral, 1/Å.
    pub q_max: f64,
    /// How the integral ends there.
    pub window: String,
    /// What it is called.
    pub label: String,
    /// `Q` (1/Å) and standard deviation (1/Å²) of the terms of the sum, where that of the intensity was known.
    noise: Option<(Vec<f64>, Vec<f64>)>,
    steps: Steps,
}

impl PairDistribution {
    /// Reads a file of `G(r)` that says up to which `Q` it was measured.
    ///
    /// # Errors
    /// It cannot be read, is no `G(r)`, or does not say `qmax`: then [`load_to`](PairDistribution::load_to).
    pub fn load(path: &str) -> Result<PairDistribution> {
        PairDistribution::read(path, None)
    }

    /// Reads a file of `G(r)` that was measured up to `q_max` (1/Å).
    ///
    /// # Errors
    /// It cannot be read, or is no `G(r)`.
    pub fn load_to(path: &str, q_max: f64) -> Result<PairDistribution> {
        PairDistribution::read(path, Some(q_max))
    }

    fn read(path: &str, q_max: Option<f64>) -> Result<PairDistribution> {
        let mut writer = Writer::new();
        writer.text(path);
        writer.option(q_max, Writer::f64);
        Ok(PairDistribution::decode(&mut Reader::new(&seam::call(Operation::ReadDistribution, writer)?))?)
    }

    /// The first peak, between 2.2 and 3.8 Å as in metallic glasses.
    ///
    /// # Errors
    /// There is none.
    pub fn first_peak(&self) -> Result<FirstPeak> {
        self.first_peak_between(2.2, 3.8)
    }

    /// The highest peak between two distances (Å).
    ///
    /// # Errors
    /// There is none.
    pub fn first_peak_between(&self, from: f64, to: f64) -> Result<FirstPeak> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.f64(from);
        writer.f64(to);
        let answer = seam::call(Operation::FirstPeak, writer)?;
        let mut reader = Reader::new(&answer);
        Ok(FirstPeak {
            position: reader.f64()?,
            height: reader.f64()?,
            width: reader.f64()?,
            width_above_minima: reader.option(Reader::f64)?,
            width_of_gaussian: reader.option(Reader::f64)?,
            termination_width: reader.f64()?,
            width_without_termination: reader.option(Reader::f64)?,
            error: reader.option(Reader::f64)?,
        })
    }

    /// Two Gaussians through the first shell, starting from sub-peaks at these two distances (Å): 2.70 and 3.10 in the
    /// paper. The fit reaches from 0.35 Å before the first to 0.35 Å after the second.
    ///
    /// # Errors
    /// There are no two peaks.
    pub fn sub_peaks(&self, near: f64, far: f64) -> Result<SubPeaks> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.f64(near);
        writer.f64(far);
        let answer = seam::call(Operation::SubPeaks, writer)?;
        let mut reader = Reader::new(&answer);
        let mut pair = || Ok::<_, WireError>((reader.f64()?, reader.f64()?));
        let ((near, near_width), (far, far_width)) = (pair()?, pair()?);
        Ok(SubPeaks { near, near_width, far, far_width, are_resolved: reader.bool()? })
    }

    /// `G` against `r`.
    pub fn curve(&self) -> Curve {
        curve(&self.label, (&self.r, &self.g), ["r", "Å", "G(r)", "1/Å²"], &self.steps)
    }

    /// Shows the function as the value of a cell.
    pub fn evcxr_display(&self) {
        Figure::new("G(r)").line(&self.curve()).evcxr_display();
    }

    /// A function that was transformed up to a `Q_max` with a window, with how it came about.
    pub fn with_steps(
        r: Vec<f64>,
        g: Vec<f64>,
        (q_max, window): (f64, String),
        label: String,
        noise: Option<(Vec<f64>, Vec<f64>)>,
        steps: Vec<(String, String)>,
    ) -> PairDistribution {
        PairDistribution { r, g, q_max, window, label, noise, steps }
    }

    /// `Q` (1/Å) and standard deviation (1/Å²) of the terms of the sum, where that of the intensity was known.
    pub fn noise(&self) -> Option<&(Vec<f64>, Vec<f64>)> {
        self.noise.as_ref()
    }

    /// Writes the function into a message of the seam.
    pub fn encode(&self, writer: &mut Writer) {
        writer.f64s(&self.r);
        writer.f64s(&self.g);
        writer.f64(self.q_max);
        writer.text(&self.window);
        writer.text(&self.label);
        writer.option(self.noise.as_ref(), |writer, (q, amplitude)| {
            writer.f64s(q);
            writer.f64s(amplitude);
        });
        write_steps(writer, &self.steps);
    }

    /// Reads the function from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<PairDistribution, WireError> {
        Ok(PairDistribution {
            r: reader.f64s()?,
            g: reader.f64s()?,
            q_max: reader.f64()?,
            window: reader.text()?,
            label: reader.text()?,
            noise: reader.option(|reader| Ok((reader.f64s()?, reader.f64s()?)))?,
            steps: read_steps(reader)?,
        })
    }
}

/// Two Gaussians that make up the first shell; all lengths in Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SubPeaks {
    /// Place of the sub-peak at the smaller distance.
    pub near: f64,
    /// Its full width at half maximum.
    pub near_width: f64,
    /// Place of the other one.
    pub far: f64,
    /// Its full width at half maximum.
    pub far_width: f64,
    /// Whether they lie further apart than the end of the data at `Q_max` blurs them.
    pub are_resolved: bool,
}

/// How much a pair of elements contributes to `G(r)` of a composition.
#[derive(Clone, Debug, PartialEq)]
pub struct PairWeight {
    /// The pair: `Hf-Cu`.
    pub pair: String,
    /// `w_ij` (1); all of them add up to 1.
    pub weight: f64,
    /// `w_ij` as numerator and denominator; `None` where the amounts have more than six decimals.
    pub fraction: Option<(u64, u64)>,
}

/// The weights of all pairs in a composition in atomic amounts (`TiZrHfCuNiBe`), the heaviest first.
///
/// # Errors
/// The formula cannot be read.
pub fn pair_weights(composition: &str) -> Result<Vec<PairWeight>> {
    let mut writer = Writer::new();
    writer.text(composition);
    let answer = seam::call(Operation::PairWeights, writer)?;
    let weights = Reader::new(&answer).sequence(|reader| {
        Ok(PairWeight {
            pair: reader.text()?,
            weight: reader.f64()?,
            fraction: reader.option(|reader| Ok((reader.u64()?, reader.u64()?)))?,
        })
    })?;
    Ok(weights)
}

/// The first peak of `G(r)`; all lengths in Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstPeak {
    /// Place of the maximum.
    pub position: f64,
    /// Height, 1/Å².
    pub height: f64,
    /// Full width at half the height above `G = 0`.
    pub width: f64,
    /// Full width at half the height above the line through the minima on both sides.
    pub width_above_minima: Option<f64>,
    /// Full width of the least-squares Gaussian of the upper half.
    pub width_of_gaussian: Option<f64>,
    /// Width that termination at `Q_max` gives to a peak without any.
    pub termination_width: f64,
    /// What `width` would be without termination, if the peak is one Gaussian; `None` where it is not resolved.
    pub width_without_termination: Option<f64>,
    /// Error of that from termination, grid and counting; `None` where the peak is not resolved.
    pub error: Option<f64>,
}

impl fmt::Display for FirstPeak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.4} Å"));
        writeln!(f, "position           {:.4} Å", self.position)?;
        writeln!(f, "height             {:.4} 1/Å²", self.height)?;
        writeln!(f, "width above zero   {:.4} Å", self.width)?;
        writeln!(f, "width above minima {}", optional(self.width_above_minima))?;
        writeln!(f, "width of Gaussian  {}", optional(self.width_of_gaussian))?;
        writeln!(f, "termination width  {:.4} Å", self.termination_width)?;
        writeln!(f, "undone             {}", optional(self.width_without_termination))?;
        write!(f, "error of it        {}", optional(self.error))
    }
}

impl FirstPeak {
    /// Shows the peak as the value of a cell.
    pub fn evcxr_display(&self) {
        let rows = [
            ("position", Some(self.position), "Å", "place of the maximum"),
            ("height", Some(self.height), "1/Å²", "height of the maximum"),
            ("width", Some(self.width), "Å", "full width at half the height above zero"),
            ("width above minima", self.width_above_minima, "Å", "the same above the line through both minima"),
            ("width of Gaussian", self.width_of_gaussian, "Å", "of the least-squares Gaussian of the upper half"),
            ("termination width", Some(self.termination_width), "Å", "what the end of the data at Q_max gives alone"),
            ("width without it", self.width_without_termination, "Å", "width with the termination undone"),
            ("error", self.error, "Å", "of that, from termination, grid and counting"),
        ];
        let empty = Sheet::new("first peak of G(r)", ["quantity", "value", "unit", "what it is"]);
        let sheet = rows.into_iter().fold(empty, |sheet, (name, value, unit, what)| {
            sheet.row([name.to_owned(), four_digits(value), unit.to_owned(), what.to_owned()])
        });
        sheet.evcxr_display();
    }
}

fn curve(label: &str, (x, y): (&[f64], &[f64]), [x_name, x_unit, y_name, y_unit]: [&str; 4], steps: &Steps) -> Curve {
    // Filled in field by field: what a cell changed is drawn as it is.
    Curve {
        x: x.to_vec(),
        y: y.to_vec(),
        x_name: x_name.to_owned(),
        x_unit: x_unit.to_owned(),
        y_name: y_name.to_owned(),
        y_unit: y_unit.to_owned(),
        label: label.to_owned(),
        origin: Origin::Converted,
        provenance: steps.clone(),
    }
}

fn write_steps(writer: &mut Writer, steps: &Steps) {
    writer.sequence(steps, |writer, (name, words)| {
        writer.text(name);
        writer.text(words);
    });
}

fn read_steps(reader: &mut Reader<'_>) -> Result<Steps, WireError> {
    reader.sequence(|reader| Ok((reader.text()?, reader.text()?)))
}
