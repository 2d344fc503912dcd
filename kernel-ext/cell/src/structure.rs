//! Structure from X-ray scattering behind the seam: the prelude's types to those of `kovacs-scattering`, and back.

use crate::operations::{refusal, variant};
use kovacs::structure as cells;
use kovacs::wire::{Reader, Writer};
use kovacs::{Error, Result};
use kovacs_scattering::{
    Abscissa, Composition, Compton, Detector, Noise, Normalisation, PairDistribution, Pattern, Scale,
    ScatteringCorrections, ScatteringError, ScatteringFile, StructureFactor, TransformOptions, WidthDefinition, Window,
    first_peak, pair_distribution, structure_factor, two_gaussians, wavelength, width_error,
};

fn scattering_error(error: ScatteringError) -> Error {
    refusal(&error, &variant(&error))
}

fn read_file(path: &str) -> Result<ScatteringFile> {
    crate::inputs::note_file(path);
    let bytes = std::fs::read(path).map_err(|error| Error::new("NoFile", format!("cannot read `{path}`: {error}")))?;
    ScatteringFile::read(&bytes).map_err(|error| in_file(path, error))
}

/// An error with the file in front, and what to call where the file does not say enough.
fn in_file(path: &str, error: ScatteringError) -> Error {
    let found = Error::new(variant(&error), format!("`{path}`: {error}"));
    match error {
        ScatteringError::Abscissa { .. } => found.with_remedy(
            "say it: `Pattern::load_as(path, Abscissa::PerNanometre, None)`, or `PairDistribution::load_to(path, q_max)`",
        ),
        _ => found,
    }
}

/// The name of a file without its folder.
fn label(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

pub(crate) fn read_pattern(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let (path, code) = (reader.text()?, reader.u8()?);
    let wavelength = reader.option(Reader::f64)?;
    let stated = match code {
        1 => Some(Abscissa::PerAngstrom),
        2 => Some(Abscissa::PerNanometre),
        3 => Some(Abscissa::TwoThetaDegrees),
        _ => None,
    };
    let (pattern, wavelength) =
        read_file(&path)?.measured(stated, wavelength).map_err(|error| in_file(&path, error))?;
    let Pattern { q, intensity, sigma } = pattern;
    let steps = vec![("file".to_owned(), path.clone())];
    cells::Pattern::with_steps(q, intensity, sigma, wavelength, label(&path), steps).encode(writer);
    Ok(())
}

/// The engine's pattern, checked: a cell may have changed the columns.
fn pattern(found: &cells::Pattern) -> Result<Pattern> {
    let made = Pattern::new(found.q.clone(), found.intensity.clone()).map_err(scattering_error)?;
    match &found.sigma {
        Some(sigma) => made.with_sigma(sigma.clone()).map_err(scattering_error),
        None => Ok(made),
    }
}

pub(crate) fn subtract(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let (sample, background) = (cells::Pattern::decode(reader)?, cells::Pattern::decode(reader)?);
    let scale = reader.f64()?;
    let left = pattern(&sample)?.without_background(&pattern(&background)?, scale).map_err(scattering_error)?;
    let mut steps = sample.steps().to_vec();
    steps.push(("background".to_owned(), format!("{scale} × {}", background.label)));
    let Pattern { q, intensity, sigma } = left;
    cells::Pattern::with_steps(q, intensity, sigma, sample.wavelength, sample.label, steps).encode(writer);
    Ok(())
}

pub(crate) fn reduce(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let sample = cells::Pattern::decode(reader)?;
    let (formula, as_printed, has_compton) = (reader.text()?, reader.bool()?, reader.bool()?);
    let measured = pattern(&sample)?;
    let energy = sample.wavelength.map(wavelength);
    let corrections = ScatteringCorrections {
        scale: Scale::last_fifth(&measured),
        normalisation: if as_printed { Normalisation::AsPrinted } else { Normalisation::FaberZiman },
        compton: match has_compton {
            true => Compton::Calculated { recoil: energy.map(|energy| (energy, Detector::Integrating)) },
            false => Compton::None,
        },
        energy: None,
    };
    let composition = Composition::parse(&formula).map_err(scattering_error)?;
    let found = structure_factor(&measured, &composition, &corrections).map_err(scattering_error)?;
    let mut steps = sample.steps().to_vec();
    let mut step = |name: &str, words: String| steps.push((name.to_owned(), words));
    step("composition", formula);
    step(
        "Compton",
        match (has_compton, energy) {
            (false, _) => "taken off before".to_owned(),
            (true, None) => "calculated, without recoil: no wavelength is known".to_owned(),
            (true, Some(energy)) => format!("calculated, recoil at {energy:.3} keV, energy is added up"),
        },
    );
    step("scale", format!("{:.5e}, from the last fifth of the range", found.scale));
    step("S(Q)", if as_printed { "as printed in the paper".to_owned() } else { "Faber and Ziman".to_owned() });
    cells::StructureFactor::with_steps(found.q, found.s, found.sigma, sample.label, steps).encode(writer);
    Ok(())
}

pub(crate) fn transform(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let structure = cells::StructureFactor::decode(reader)?;
    let (q_max, window) = (reader.f64()?, reader.text()?);
    let polynomial = reader.option(Reader::f64)?;
    let window = Window::of_name(&window).map_err(scattering_error)?;
    let q_min = structure.q.first().copied().unwrap_or(0.0).max(0.0);
    let options = TransformOptions { window, polynomial, ..TransformOptions::between(q_min, q_max) };
    let mut steps = structure.steps().to_vec();
    let input = StructureFactor { sigma: structure.sigma, ..StructureFactor::of_columns(structure.q, structure.s) };
    let found = pair_distribution(&input, &options).map_err(scattering_error)?;
    let rpoly = polynomial.map_or_else(String::new, |distance| format!(", rpoly {distance} Å"));
    steps.push(("G(r)".to_owned(), format!("Q from {q_min:.3} to {q_max} 1/Å, {} end{rpoly}", window.name())));
    write_distribution(found, structure.label, steps, writer);
    Ok(())
}

fn write_distribution(found: PairDistribution, label: String, steps: Vec<(String, String)>, writer: &mut Writer) {
    let PairDistribution { r, g, options, noise } = found;
    let noise = noise.map(|noise| (noise.q, noise.amplitude));
    let place = (options.q_max, options.window.name().to_owned());
    cells::PairDistribution::with_steps(r, g, place, label, noise, steps).encode(writer);
}

pub(crate) fn read_distribution(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let path = reader.text()?;
    let q_max = reader.option(Reader::f64)?;
    let found = read_file(&path)?.transformed(q_max, None).map_err(|error| in_file(&path, error))?;
    write_distribution(found, label(&path), vec![("file".to_owned(), path.clone())], writer);
    Ok(())
}

/// The engine's distribution, checked: a cell may have changed the columns.
fn distribution(given: cells::PairDistribution) -> Result<PairDistribution> {
    let noise = given.noise().cloned().map(|(q, amplitude)| Noise { q, amplitude });
    let mut distribution = PairDistribution::of_columns(given.r, given.g, given.q_max).map_err(scattering_error)?;
    distribution.options.window = Window::of_name(&given.window).map_err(scattering_error)?;
    distribution.noise = noise;
    Ok(distribution)
}

/// How far beyond the sub-peaks the fit of them reaches, Å.
const BESIDE_SUB_PEAKS: f64 = 0.35;

pub(crate) fn sub_peaks(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let distribution = distribution(cells::PairDistribution::decode(reader)?)?;
    let starts = (reader.f64()?, reader.f64()?);
    let window = (starts.0 - BESIDE_SUB_PEAKS, starts.1 + BESIDE_SUB_PEAKS);
    let found = two_gaussians(&distribution, window, starts).map_err(scattering_error)?;
    for value in [found.near.position, found.near.width, found.far.position, found.far.width] {
        writer.f64(value);
    }
    writer.bool(found.is_resolved());
    Ok(())
}

pub(crate) fn pair_weights(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let composition = Composition::parse(&reader.text()?).map_err(scattering_error)?;
    writer.sequence(&composition.pair_weights(), |writer, found| {
        writer.text(&found.pair.join("-"));
        writer.f64(found.weight);
        let small = |value: u128| u64::try_from(value).ok();
        let fraction = found.fraction.and_then(|(above, below)| Some((small(above)?, small(below)?)));
        writer.option(fraction, |writer, (above, below)| {
            writer.u64(above);
            writer.u64(below);
        });
    });
    Ok(())
}

pub(crate) fn peak(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let distribution = distribution(cells::PairDistribution::decode(reader)?)?;
    let window = (reader.f64()?, reader.f64()?);
    let found = first_peak(&distribution, window, WidthDefinition::AboveZero).map_err(scattering_error)?;
    let other = |definition| first_peak(&distribution, window, definition).ok().map(|peak| peak.width);
    let error = width_error(&distribution, window).map_err(scattering_error)?;
    for value in [found.position, found.height, found.width] {
        writer.f64(value);
    }
    writer.option(other(WidthDefinition::AboveMinima), Writer::f64);
    writer.option(other(WidthDefinition::Gaussian), Writer::f64);
    writer.f64(found.termination_width);
    writer.option(error.without_termination, Writer::f64);
    writer.option(error.total(), Writer::f64);
    Ok(())
}
