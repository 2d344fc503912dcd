//! From a measured intensity to `S(Q)`: background, Compton scattering, electron units, normalisation.
//!
//! Two forms of `S(Q)` are in use and both have a name here. Faber and Ziman (Phil. Mag. 11 (1965) 153), the form of
//! PDFgetX3 and the default: `S = 1 + (I - <f^2>) / <f>^2`. The form printed in the text of the paper has `<f^2>` in the
//! denominator too: `S = I / <f^2>`. For the alloy of the paper they differ by the factor `<f>^2/<f^2>` of 0.61 to 0.71.

use crate::composition::{Composition, MeanFormFactors};
use crate::compton::{Compton, recoil_factor};
use crate::error::{ScatteringError, check_columns};
use crate::pattern::Pattern;
use std::f64::consts::PI;

/// Which `S(Q)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalisation {
    /// `1 + (I - <f^2>) / <f>^2`.
    #[default]
    FaberZiman,
    /// `1 + (I - <f^2>) / <f^2>`, as printed in the text of the paper.
    AsPrinted,
}

/// How the intensity is brought to electron units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// It is in electron units already.
    Electrons,
    /// By this factor.
    Factor(f64),
    /// So that `I` equals `<f^2>` and the Compton scattering on average from this `Q` (1/Å) on.
    HighQ {
        /// Where the average begins, 1/Å.
        from: f64,
    },
    /// By the sum rule of Krogh-Moe (Acta Cryst. 9 (1956) 951) and Norman (ibid. 10 (1957) 370), from the number
    /// density.
    KroghMoeNorman {
        /// Atoms per Å³.
        number_density: f64,
    },
}

impl Scale {
    /// The average of `I` over the last fifth of the range of a pattern: what is taken unless something else is asked for.
    pub fn last_fifth(pattern: &Pattern) -> Scale {
        let (first, last) = pattern.range();
        Scale::HighQ { from: first + 0.8 * (last - first) }
    }
}

/// What is done to the intensity besides scaling.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatteringCorrections {
    /// How it is scaled.
    pub scale: Scale,
    /// Which `S(Q)`.
    pub normalisation: Normalisation,
    /// Compton scattering.
    pub compton: Compton,
    /// Photon energy, keV, for the anomalous `f'` and `f''`; `None` to leave them out.
    pub energy: Option<f64>,
}

impl Default for ScatteringCorrections {
    /// Electron units, Faber-Ziman, nothing else.
    fn default() -> Self {
        let (scale, normalisation) = (Scale::Electrons, Normalisation::FaberZiman);
        ScatteringCorrections { scale, normalisation, compton: Compton::None, energy: None }
    }
}

/// A structure factor with how it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureFactor {
    /// `Q`, 1/Å.
    pub q: Vec<f64>,
    /// `S(Q)` (1).
    pub s: Vec<f64>,
    /// Standard deviation of `S` (1), where that of the intensity was known.
    pub sigma: Option<Vec<f64>>,
    /// Which form.
    pub normalisation: Normalisation,
    /// The factor that brought the intensity to electron units.
    pub scale: f64,
}

impl StructureFactor {
    /// One that comes from elsewhere, in the form of Faber and Ziman: `q` in 1/Å.
    pub fn of_columns(q: Vec<f64>, s: Vec<f64>) -> Self {
        StructureFactor { q, s, sigma: None, normalisation: Normalisation::FaberZiman, scale: 1.0 }
    }
}

/// `S(Q)` of a pattern whose background is off already.
///
/// # Errors
/// Columns that do not fit together, a `Q` beyond the form factors, or an intensity that cannot be normalised.
pub fn structure_factor(
    pattern: &Pattern,
    composition: &Composition,
    corrections: &ScatteringCorrections,
) -> Result<StructureFactor, ScatteringError> {
    check_columns(["Q", "intensity"], &pattern.q, &pattern.intensity, 2)?;
    let factors = composition.mean_form_factors(&pattern.q, corrections.energy)?;
    let compton = match &corrections.compton {
        Compton::None => vec![0.0; pattern.q.len()],
        Compton::Given(values) => values.clone(),
        Compton::Calculated { recoil } => {
            let mut compton = composition.compton(&pattern.q)?;
            if let Some((energy, detector)) = *recoil {
                for (compton, &q) in compton.iter_mut().zip(&pattern.q) {
                    *compton *= recoil_factor(q, energy, detector)?;
                }
            }
            compton
        }
    };
    check_columns(["Q", "Compton scattering"], &pattern.q, &compton, 2)?;
    let scale = scale(pattern, &factors, &compton, corrections.scale)?;
    let denominators = match corrections.normalisation {
        Normalisation::FaberZiman => factors.mean.iter().map(|mean| mean * mean).collect(),
        Normalisation::AsPrinted => factors.mean_square.clone(),
    };
    let s = pattern
        .intensity
        .iter()
        .zip(&compton)
        .zip(factors.mean_square.iter().zip(&denominators))
        .map(|((intensity, compton), (square, denominator))| 1.0 + (scale * intensity - compton - square) / denominator)
        .collect();
    let sigma = pattern
        .sigma
        .as_ref()
        .map(|sigma| sigma.iter().zip(&denominators).map(|(sigma, denominator)| scale * sigma / denominator).collect());
    Ok(StructureFactor { q: pattern.q.clone(), s, sigma, normalisation: corrections.normalisation, scale })
}

fn scale(pattern: &Pattern, factors: &MeanFormFactors, compton: &[f64], scale: Scale) -> Result<f64, ScatteringError> {
    let q = &pattern.q;
    let expected = |index: usize| factors.mean_square[index] + compton[index];
    let factor = match scale {
        Scale::Electrons => 1.0,
        Scale::Factor(factor) => factor,
        Scale::HighQ { from } => {
            let start = q.partition_point(|&point| point < from);
            let tail = q.get(start..).unwrap_or_default();
            if tail.len() < 10 {
                let to = q.last().copied().unwrap_or(f64::NAN);
                return Err(ScatteringError::Range { from, to, unit: "1/Å", found: tail.len(), needed: 10 });
            }
            let wanted = integral(tail, |index| expected(start + index));
            wanted / integral(tail, |index| pattern.intensity[start + index])
        }
        Scale::KroghMoeNorman { number_density } => {
            if !(number_density.is_finite() && number_density > 0.0) {
                let (what, accepted) = ("number density", "finite and above 0");
                return Err(ScatteringError::Setting { what, value: number_density, unit: "1/Å³", accepted });
            }
            let weight = |index: usize| (q[index] / factors.mean[index]).powi(2);
            let wanted = integral(q, |index| expected(index) * weight(index)) - 2.0 * PI * PI * number_density;
            wanted / integral(q, |index| pattern.intensity[index] * weight(index))
        }
    };
    if factor.is_finite() && factor > 0.0 {
        return Ok(factor);
    }
    Err(ScatteringError::Normalise {
        reason: "its integral is not above zero; take less background off, or another range of Q",
    })
}

/// Trapezoidal integral of a function of the index.
fn integral(x: &[f64], value: impl Fn(usize) -> f64) -> f64 {
    (1..x.len()).map(|index| 0.5 * (value(index) + value(index - 1)) * (x[index] - x[index - 1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compton::Detector;

    fn alloy() -> Composition {
        Composition::parse("TiZrHfCuNiBe").unwrap()
    }

    /// Intensity of a liquid whose Faber-Ziman `S` is known, in electron units.
    fn intensity(q: &[f64], s: impl Fn(f64) -> f64) -> Pattern {
        let factors = alloy().mean_form_factors(q, None).unwrap();
        let values = q
            .iter()
            .enumerate()
            .map(|(index, &q)| factors.mean_square[index] + (s(q) - 1.0) * factors.mean[index].powi(2));
        Pattern::new(q.to_vec(), values.collect()).unwrap()
    }

    fn ripple(q: f64) -> f64 {
        1.0 + (2.8 * q).sin() * (-0.02 * q * q).exp() / (1.0 + 0.3 * q)
    }

    #[test]
    fn the_intensity_of_a_known_structure_gives_it_back() {
        let q: Vec<f64> = (0..1600).map(|index| 0.5 + 0.01 * f64::from(index)).collect();
        let pattern = intensity(&q, ripple);
        let scaled = Pattern { intensity: pattern.intensity.iter().map(|value| value / 7.5).collect(), ..pattern };
        let with = |scale, normalisation| {
            let corrections = ScatteringCorrections { scale, normalisation, ..ScatteringCorrections::default() };
            structure_factor(&scaled, &alloy(), &corrections).unwrap()
        };
        let exact = with(Scale::Factor(7.5), Normalisation::FaberZiman);
        for (&q, &s) in exact.q.iter().zip(&exact.s) {
            assert!((s - ripple(q)).abs() < 1e-12, "S({q}) = {s}");
        }
        // The ripple averages out at high Q to within its own size there, exp(-0.02 169) / 5 = 7e-3, over the range.
        let tail = with(Scale::HighQ { from: 13.0 }, Normalisation::FaberZiman);
        assert!((tail.scale / 7.5 - 1.0).abs() < 3e-3, "{}", tail.scale);
        let printed = with(Scale::Factor(7.5), Normalisation::AsPrinted);
        let factors = alloy().mean_form_factors(&q, None).unwrap();
        for (index, (left, right)) in printed.s.iter().zip(&exact.s).enumerate() {
            let ratio = factors.mean[index].powi(2) / factors.mean_square[index];
            assert!((left - 1.0 - (right - 1.0) * ratio).abs() < 1e-12);
        }
    }

    #[test]
    fn the_sum_rule_finds_the_scale_from_the_density() {
        // Hard spheres at low density: Q (S - 1) is the transform of -4 pi rho r up to a distance, which obeys the rule.
        let (density, reach) = (0.05, 2.0);
        let q: Vec<f64> = (1..=6000).map(|index| 0.01 * f64::from(index)).collect();
        let hole = |q: f64| {
            let x = q * reach;
            1.0 - 4.0 * PI * density * (x.sin() - x * x.cos()) / q.powi(3)
        };
        let pattern = intensity(&q, hole);
        let corrections = ScatteringCorrections {
            scale: Scale::KroghMoeNorman { number_density: density },
            ..ScatteringCorrections::default()
        };
        let found = structure_factor(&pattern, &alloy(), &corrections).unwrap();
        // int Q^2 (S - 1) dQ = -2 pi^2 rho up to terms of order 4 pi rho reach sin(Q reach): a share of 1e-4 of the
        // integral of Q^2 <f^2>/<f>^2, 7e4 1/Å^3.
        assert!((found.scale - 1.0).abs() < 1e-3, "{}", found.scale);
    }

    #[test]
    fn compton_scattering_is_taken_off_and_noise_is_carried_along() {
        let q: Vec<f64> = (0..1600).map(|index| 0.5 + 0.01 * f64::from(index)).collect();
        let clean = intensity(&q, ripple);
        let compton = alloy().compton(&q).unwrap();
        let with_recoil =
            |index: usize| compton[index] * recoil_factor(q[index], 60.037, Detector::Integrating).unwrap();
        let values: Vec<f64> = (0..q.len()).map(|index| clean.intensity[index] + with_recoil(index)).collect();
        let pattern = Pattern::new(q.clone(), values).unwrap().with_sigma(vec![0.5; q.len()]).unwrap();
        let recoil = Some((60.037, Detector::Integrating));
        let corrections =
            ScatteringCorrections { compton: Compton::Calculated { recoil }, ..ScatteringCorrections::default() };
        let found = structure_factor(&pattern, &alloy(), &corrections).unwrap();
        assert!(found.q.iter().zip(&found.s).all(|(&q, s)| (s - ripple(q)).abs() < 1e-12));
        let factors = alloy().mean_form_factors(&q, None).unwrap();
        let expected = factors.mean.iter().map(|mean| 0.5 / (mean * mean));
        assert!(
            found.sigma.unwrap().iter().zip(expected).all(|(found, expected)| (found / expected - 1.0).abs() < 1e-12)
        );
        let short = ScatteringCorrections { compton: Compton::Given(vec![1.0; 3]), ..corrections };
        assert!(
            structure_factor(&pattern, &alloy(), &short)
                .unwrap_err()
                .to_string()
                .starts_with("Compton scattering has 3")
        );
    }

    #[test]
    fn scales_without_a_solution_are_refused() {
        let q: Vec<f64> = (0..50).map(|index| 1.0 + 0.1 * f64::from(index)).collect();
        let nothing = Pattern::new(q, vec![0.0; 50]).unwrap();
        let message = |scale| {
            let corrections = ScatteringCorrections { scale, ..ScatteringCorrections::default() };
            structure_factor(&nothing, &alloy(), &corrections).unwrap_err().to_string()
        };
        assert!(message(Scale::HighQ { from: 1.0 }).starts_with("the intensity cannot be normalised"));
        assert!(message(Scale::HighQ { from: 5.8 }).starts_with("between 5.8 and 5.9"));
        assert!(message(Scale::KroghMoeNorman { number_density: -0.05 }).starts_with("number density = -0.05 1/Å³"));
        assert!(message(Scale::Factor(f64::NAN)).starts_with("the intensity cannot be normalised"));
    }
}
