//! Files of the `structure` commands: read, and said what they are where they do not say it.

use crate::failure::{Explain, Failure};
use crate::quantities;
use clap::{Args, ValueEnum};
use kovacs_scattering::{
    Abscissa, PairDistribution, Pattern, ScatteringError, ScatteringFile, StructureFactor, Window, wavelength,
};
use std::path::Path;

/// What a file says, and what its owner adds.
#[derive(Args)]
pub struct Stated {
    /// What the first column is, where the file does not say it
    #[arg(long, value_enum)]
    unit: Option<Unit>,
    /// Wavelength, for angles and for the recoil of Compton scattering [default: as the file states]
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length, conflicts_with = "energy")]
    wavelength: Option<f64>,
    /// Photon energy, in place of the wavelength
    #[arg(long, value_name = "ENERGY", value_parser = quantities::photon_energy)]
    energy: Option<f64>,
}

/// What a first column can be.
#[derive(Clone, Copy, ValueEnum)]
enum Unit {
    /// Q in one over ångström
    #[value(name = "1/A", alias = "1/Å")]
    PerAngstrom,
    /// Q in one over nanometre
    #[value(name = "1/nm", alias = "nm-1")]
    PerNanometre,
    /// The scattering angle 2θ in degrees
    #[value(name = "2theta", alias = "2θ")]
    TwoTheta,
}

/// What the second column of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Function {
    /// Intensity
    Iq,
    /// Structure factor
    Sq,
    /// Q [S(Q) - 1]
    Fq,
}

/// A file that was read.
pub struct Source {
    file: ScatteringFile,
    name: String,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or holds no columns of numbers.
    pub fn read(path: &Path) -> Result<Source, Failure> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).doing(format!("cannot read `{name}`"))?;
        let file = ScatteringFile::read(&bytes).doing(format!("`{name}`"))?;
        Ok(Source { file, name })
    }

    /// What the second column is, if the file says so.
    fn function(&self) -> Option<Function> {
        match self.file.value("outputtype") {
            Some("iq") => return Some(Function::Iq),
            Some("sq") => return Some(Function::Sq),
            Some("fq") => return Some(Function::Fq),
            _ => {}
        }
        let label = self.file.labels.get(1)?.to_lowercase();
        match label.as_str() {
            "s" | "s(q)" => Some(Function::Sq),
            label if label.starts_with("f(") || label == "f" => Some(Function::Fq),
            label if label.starts_with('i') => Some(Function::Iq),
            _ => None,
        }
    }

    /// The intensity over `Q`, and the wavelength (Å) if anybody states it.
    ///
    /// # Errors
    /// The unit of the first column is not known, or the columns are no pattern.
    pub fn pattern(&self, stated: &Stated) -> Result<(Pattern, Option<f64>), Failure> {
        let unit = stated.unit.map(|unit| match unit {
            Unit::PerAngstrom => Abscissa::PerAngstrom,
            Unit::PerNanometre => Abscissa::PerNanometre,
            Unit::TwoTheta => Abscissa::TwoThetaDegrees,
        });
        let wavelength = stated.wavelength.or(stated.energy.map(wavelength));
        self.file.measured(unit, wavelength).map_err(|error| self.explain(error, unit.is_none()))
    }

    /// What the second column is: as stated, else as the file says; a file that does not say is an intensity.
    pub fn function_or(&self, stated: Option<Function>) -> Function {
        stated.or_else(|| self.function()).unwrap_or(Function::Iq)
    }

    /// `S(Q)` of a file that holds `S(Q)` or `F(Q)`.
    ///
    /// # Errors
    /// As [`pattern`](Source::pattern).
    pub fn structure_factor(&self, stated: &Stated, function: Function) -> Result<StructureFactor, Failure> {
        let (Pattern { q, intensity, .. }, _) = self.pattern(stated)?;
        let s = match function {
            Function::Fq => q.iter().zip(&intensity).map(|(q, f)| if *q > 0.0 { 1.0 + f / q } else { 1.0 }).collect(),
            Function::Iq | Function::Sq => intensity,
        };
        Ok(StructureFactor::of_columns(q, s))
    }

    /// `G(r)`; `q_max` (1/Å) and `window` are needed where the file does not have them.
    ///
    /// # Errors
    /// The file is no `G(r)`, or does not say up to which `Q` it was measured.
    pub fn distribution(&self, q_max: Option<f64>, window: Option<Window>) -> Result<PairDistribution, Failure> {
        self.file.transformed(q_max, window).map_err(|error| {
            let needs_end = error.to_string().contains("`q_max`");
            let failure = Failure::from(error).context(format!("`{}`", self.name));
            if needs_end { failure.remedy("give --qmax with a unit, for example `--qmax 16.5/A`") } else { failure }
        })
    }

    fn explain(&self, error: ScatteringError, may_state: bool) -> Failure {
        let asked = matches!(error, ScatteringError::Abscissa { .. }) && may_state;
        let failure = Failure::from(error).context(format!("`{}`", self.name));
        if asked {
            failure.remedy("state it: `--unit 1/A`, `--unit 1/nm`, or `--unit 2theta --wavelength 0.2065A`")
        } else {
            failure
        }
    }
}
