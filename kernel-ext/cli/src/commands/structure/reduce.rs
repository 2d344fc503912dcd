//! From intensity to `S(Q)` as the options say: what `sq` and `gr` share.

use super::input::{Function, Source, Stated};
use crate::failure::{Explain, Failure};
use crate::quantities;
use clap::{Args, ValueEnum};
use kovacs_scattering::{
    Composition, Compton, Detector, Normalisation, Pattern, Scale, ScatteringCorrections, StructureFactor,
    points_between, structure_factor, wavelength,
};
use std::path::{Path, PathBuf};

/// How intensity becomes `S(Q)`.
#[derive(Args)]
pub struct Options {
    /// Chemical formula in atomic amounts: TiZrHfCuNiBe, Mg2SiO4
    #[arg(long, value_name = "FORMULA")]
    pub composition: Option<String>,
    /// What is measured without the sample
    #[arg(long, value_name = "FILE")]
    pub background: Option<PathBuf>,
    /// How much of the background is in the pattern
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    background_scale: f64,
    #[command(flatten)]
    pub stated: Stated,
    /// First Q used [default: the first of the file]
    #[arg(long, value_name = "Q", value_parser = quantities::wave_number)]
    pub qmin: Option<f64>,
    /// Last Q used: what lies beyond does not count for the scale either [default: the last of the file]
    #[arg(long, value_name = "Q", value_parser = quantities::wave_number)]
    pub qmax: Option<f64>,
    /// Which S(Q)
    #[arg(long, value_enum, default_value_t = Form::FaberZiman)]
    normalisation: Form,
    /// Scale the intensity so that it is <f²> + Compton on average from this Q on [default: the last fifth]
    #[arg(long, value_name = "Q", value_parser = quantities::wave_number, conflicts_with_all = ["number_density", "scale"])]
    scale_from: Option<f64>,
    /// Scale the intensity by the sum rule of Krogh-Moe and Norman: atoms per Å³
    #[arg(long, value_name = "PER_CUBIC_ANGSTROM", conflicts_with = "scale")]
    number_density: Option<f64>,
    /// Scale the intensity by this factor
    #[arg(long, value_name = "FACTOR")]
    scale: Option<f64>,
    /// Take Compton scattering off, computed from the composition
    #[arg(long, value_enum, default_value_t = TakeOff::Calculated)]
    compton: TakeOff,
    /// What the detector adds up, for the recoil of Compton scattering
    #[arg(long, value_enum, default_value_t = Sum::Energy)]
    detector: Sum,
    /// Correct the form factors by Chantler's f' and f''; needs a wavelength
    #[arg(long)]
    anomalous: bool,
    /// What the second column is, where the file does not say it [default: as the file says, else iq]
    #[arg(long, value_enum)]
    pub input: Option<Function>,
}

/// The forms of `S(Q)` on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// 1 + (I - <f²>) / <f>²
    FaberZiman,
    /// 1 + (I - <f²>) / <f²>, as printed in the text of the paper
    AsPrinted,
}

/// What is done about Compton scattering.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum TakeOff {
    /// Computed from the composition
    Calculated,
    /// It was taken off before
    None,
}

/// What a detector adds up.
#[derive(Clone, Copy, ValueEnum)]
enum Sum {
    /// Energy: image plates, scintillators with photodiodes
    Energy,
    /// Photons, each as one
    Photons,
}

/// Name and words of a step.
pub type Step = (&'static str, String);

/// `S(Q)` of a file, with what was done.
pub struct Reduced {
    /// The structure factor.
    pub structure: StructureFactor,
    /// The steps.
    pub done: Vec<Step>,
    /// Wavelength, Å.
    pub wavelength: Option<f64>,
}

/// Reads the background once, for all files.
///
/// # Errors
/// It cannot be read, or is no pattern.
pub fn background(options: &Options) -> Result<Option<Pattern>, Failure> {
    match &options.background {
        Some(file) => Ok(Some(Source::read(file)?.pattern(&options.stated)?.0)),
        None => Ok(None),
    }
}

/// Makes `S(Q)` of a file, up to `q_max` (1/Å) if there is one.
///
/// # Errors
/// The file does not say what is needed, or cannot be normalised.
pub fn reduce(
    file: &Path,
    background: Option<&Pattern>,
    options: &Options,
    q_max: Option<f64>,
) -> Result<Reduced, Failure> {
    let source = Source::read(file)?;
    let function = source.function_or(options.input);
    if function != Function::Iq {
        let mut structure = source.structure_factor(&options.stated, function)?;
        let kept = points_between(&structure.q, options.qmin.unwrap_or(0.0), q_max.unwrap_or(f64::INFINITY));
        (structure.q, structure.s) = (structure.q[kept.clone()].to_vec(), structure.s[kept].to_vec());
        let words = match function {
            Function::Fq => "F(Q) of the file",
            _ => "of the file",
        };
        return Ok(Reduced { structure, done: vec![("S(Q)", words.to_owned())], wavelength: None });
    }
    let (pattern, wavelength) = source.pattern(&options.stated)?;
    if let (Some(q_max), (first, last)) = (q_max, pattern.range())
        && q_max > last * (1.0 + 1e-12)
    {
        return Err(Failure::usage(format!(
            "`{}`: --qmax {q_max} 1/Å is beyond the data, which reach from {first:.3} to {last:.3} 1/Å",
            file.display()
        )));
    }
    let kept = points_between(&pattern.q, options.qmin.unwrap_or(0.0), q_max.unwrap_or(f64::INFINITY));
    let made = from_intensity(pattern.part(kept), wavelength, background, options);
    made.map_err(|failure| failure.context(format!("`{}`", file.display())))
}

fn from_intensity(
    pattern: Pattern,
    wavelength_found: Option<f64>,
    background: Option<&Pattern>,
    options: &Options,
) -> Result<Reduced, Failure> {
    let Some(formula) = &options.composition else {
        return Err(Failure::usage("S(Q) of an intensity needs to know what the sample is made of")
            .remedy("give --composition, for example `--composition TiZrHfCuNiBe`; if the file holds S(Q) or F(Q), say so with --input sq or --input fq"));
    };
    let composition = Composition::parse(formula)?;
    let energy = wavelength_found.map(wavelength);
    let mut done = vec![("composition", formula.clone())];
    let pattern = match (background, &options.background) {
        (Some(background), Some(file)) => {
            done.push(("background", format!("{} × {}", options.background_scale, file.display())));
            pattern.without_background(background, options.background_scale).doing("the background")?
        }
        _ => pattern,
    };
    let compton = match (options.compton, energy) {
        (TakeOff::None, _) => Compton::None,
        (TakeOff::Calculated, None) => Compton::Calculated { recoil: None },
        (TakeOff::Calculated, Some(energy)) => {
            let detector = match options.detector {
                Sum::Energy => Detector::Integrating,
                Sum::Photons => Detector::Counting,
            };
            Compton::Calculated { recoil: Some((energy, detector)) }
        }
    };
    done.push(("Compton", compton_words(&compton)));
    let anomalous = match (options.anomalous, energy) {
        (false, _) => None,
        (true, Some(energy)) => {
            done.push(("form factors", format!("with f' and f'' at {energy:.3} keV")));
            Some(energy)
        }
        (true, None) => {
            return Err(Failure::usage("--anomalous needs a wavelength, and the file does not state one")
                .remedy("give it as `--wavelength 0.2065A` or `--energy 60.037keV`"));
        }
    };
    let scale = match (options.scale, options.number_density) {
        (Some(factor), _) => Scale::Factor(factor),
        (None, Some(number_density)) => Scale::KroghMoeNorman { number_density },
        (None, None) => match options.scale_from {
            Some(from) => Scale::HighQ { from },
            None => Scale::last_fifth(&pattern),
        },
    };
    let normalisation = match options.normalisation {
        Form::FaberZiman => Normalisation::FaberZiman,
        Form::AsPrinted => Normalisation::AsPrinted,
    };
    let corrections = ScatteringCorrections { scale, normalisation, compton, energy: anomalous };
    let structure = structure_factor(&pattern, &composition, &corrections)?;
    let factor = structure.scale;
    done.push((
        "scale",
        match scale {
            Scale::HighQ { from } => format!("{factor:.5e}, I equals <f²> + Compton on average from {from:.2} 1/Å on"),
            Scale::KroghMoeNorman { number_density } => {
                format!("{factor:.5e}, sum rule of Krogh-Moe and Norman for {number_density} atoms per Å³")
            }
            Scale::Factor(_) => format!("{factor:.5e}, as given"),
            Scale::Electrons => "electron units".to_owned(),
        },
    ));
    done.push((
        "S(Q)",
        match normalisation {
            Normalisation::FaberZiman => "Faber and Ziman: 1 + (I - <f²>) / <f>²".to_owned(),
            Normalisation::AsPrinted => "as printed in the paper: 1 + (I - <f²>) / <f²>".to_owned(),
        },
    ));
    Ok(Reduced { structure, done, wavelength: wavelength_found })
}

fn compton_words(compton: &Compton) -> String {
    match compton {
        Compton::None => "nothing is taken off".to_owned(),
        Compton::Calculated { recoil: None } => "calculated; no wavelength is known, so recoil is left out".to_owned(),
        Compton::Calculated { recoil: Some((energy, Detector::Integrating)) } => {
            format!("calculated, recoil at {energy:.3} keV, energy is added up")
        }
        Compton::Calculated { recoil: Some((energy, Detector::Counting)) } => {
            format!("calculated, recoil at {energy:.3} keV, photons are counted")
        }
        Compton::Given(_) => "as given".to_owned(),
    }
}

/// What goes into the header of a written file.
pub fn settings(file: &Path, options: &Options, reduced: &Reduced) -> Vec<(String, String)> {
    let mut settings = vec![("mode".to_owned(), "xray".to_owned()), ("dataformat".to_owned(), "QA".to_owned())];
    let mut put = |key: &str, value: String| settings.push((key.to_owned(), value));
    put("inputfile", file.display().to_string());
    if let Some(background) = &options.background {
        put("backgroundfile", background.display().to_string());
        put("bgscale", options.background_scale.to_string());
    }
    if let Some(wavelength) = reduced.wavelength {
        put("wavelength", format!("{wavelength}"));
    }
    if let Some(composition) = &options.composition {
        put("composition", composition.clone());
    }
    for (name, words) in &reduced.done {
        put(&format!("step {name}"), words.clone());
    }
    settings
}
