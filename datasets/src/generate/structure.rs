//! Structure in the beam (Fig. 5, Suppl. Fig. 8, Suppl. Table 1) for the glass that the paper shows.
//!
//! What a beamline would hand over is the intensity `I(Q)` of each exposure and of the empty set-up. It is drawn from a
//! `G(r)` in closed form: Gaussian shells (the first at 2.70 and 3.10 Å, as printed) on a core without atoms,
//! `-4 pi rho_0 r exp(-r^2 / 2 w^2)`. A shell of area `A` at `r_0` with standard deviation `s` is
//! `Q (S - 1) = (A/r_0) sin(Q r_0) exp(-Q^2 s^2 / 2)`, and the core `-4 pi rho_0 sqrt(pi/2) w^3 Q exp(-Q^2 w^2 / 2)`.
//! Then `I = <f>^2 (S - 1) + <f^2>` (Faber and Ziman) times a scale, and a background. No Compton scattering, no
//! absorption, no polarisation: they count as corrected.
//!
//! The first shell becomes narrower and shorter as the strain `eps - sigma/E_U` that is not elastic grows, so its width
//! falls while the stress relaxes and rises while the stress rises, and a step of the strain alone does not change it.
//! That link is assumed.

use super::mechanical::SERIES_SAMPLES;
use super::noise::Noise;
use super::part::{Part, integer, mechanical, number, number_or_gap, stated_protocol, synthetic, text};
use super::recipe::{RAMP_RATE, Recipe};
use super::shape::Shape;
use super::specimen::{TEST_COLUMNS, TEST_KEY, scattered, test, write_test};
use super::{BACKGROUND, IN_SITU, PAIR_WEIGHTS, PAPER, SCATTERING, SET_UP, VERSION};
use crate::descriptor::{License, OriginStatement, Source};
use crate::error::DatasetError;
use kovacs_core::TwoStep;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_scattering::Composition;
use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, PI};
use std::fmt::Write;

/// The one specimen in the beam.
pub(super) const SPECIMEN: &str = "V";

/// A Gaussian shell of `G(r)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shell {
    /// Distance, Å.
    pub distance: f64,
    /// Height above the core, 1/Å²; negative for a gap between shells.
    pub height: f64,
    /// Standard deviation, Å.
    pub deviation: f64,
}

/// Numbers that shape the patterns. The distances of the first two shells and `Q_max` are printed, the rest is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Structure {
    /// Shells before loading; the first two change with the stress.
    pub shells: &'static [Shell],
    /// Atoms per Å³.
    pub density: f64,
    /// `w`, the size of the core, Å.
    pub core: f64,
    /// Narrowing of the first two shells, Å of standard deviation per unit of strain that is not elastic.
    pub narrowing: f64,
    /// Shortening of their distances, relative, per unit of strain that is not elastic.
    pub shortening: f64,
    /// First `Q`, 1/Å.
    pub q_min: f64,
    /// Last `Q`, 1/Å.
    pub q_max: f64,
    /// Spacing of `Q`, 1/Å.
    pub q_step: f64,
    /// Counts per electron unit.
    pub scale: f64,
    /// Background, counts: constant part, part that falls, and the `Q` (1/Å) over which it falls.
    pub background: [f64; 3],
    /// Relative standard deviation of the counts.
    pub noise: f64,
    /// Exposures in the first stage, s from its beginning.
    pub first_stage: &'static [f64],
    /// Exposures in the second stage, s from its beginning.
    pub second_stage: &'static [f64],
}

/// The titanium alloy.
pub static STRUCTURE: Structure = Structure {
    // Heights, and the size of the core, were chosen so that S(Q) is smooth below its first maximum.
    shells: &[
        Shell { distance: 2.70, height: 2.7, deviation: 0.155 },
        Shell { distance: 3.10, height: 2.9, deviation: 0.165 },
        Shell { distance: 3.85, height: -0.74, deviation: 0.30 },
        Shell { distance: 4.90, height: 1.04, deviation: 0.40 },
        Shell { distance: 6.20, height: -0.10, deviation: 0.45 },
        Shell { distance: 7.45, height: 0.11, deviation: 0.50 },
        Shell { distance: 8.80, height: -0.02, deviation: 0.55 },
    ],
    density: 0.055,
    core: 2.3,
    narrowing: 25.0,
    shortening: 4.0,
    q_min: 0.5,
    q_max: 16.5,
    q_step: 0.02,
    scale: 20.0,
    background: [600.0, 4000.0, 2.5],
    noise: 5e-5,
    first_stage: &[2.5, 10.0, 30.0, 60.0, 120.0, 240.0, 480.0, 890.0],
    second_stage: &[2.5, 10.0, 30.0, 60.0, 120.0, 300.0, 1800.0, 7200.0],
};

impl Structure {
    /// `Q` of the pattern, 1/Å.
    fn points(&self) -> Vec<f64> {
        let count = ((self.q_max - self.q_min) / self.q_step).round() as u32;
        (0..=count).map(|index| self.q_min + self.q_step * f64::from(index)).collect()
    }

    /// `S(Q) - 1` with this much strain (1) that is not elastic.
    fn correlation(&self, q: f64, inelastic: f64) -> f64 {
        let shells = self.shells.iter().enumerate().map(|(index, shell)| {
            let (distance, deviation) = match index {
                0 | 1 => {
                    (shell.distance * (1.0 - self.shortening * inelastic), shell.deviation - self.narrowing * inelastic)
                }
                _ => (shell.distance, shell.deviation),
            };
            let area = shell.height * shell.distance * shell.deviation * (2.0 * PI).sqrt();
            area / distance * (q * distance).sin() / q * (-0.5 * (q * deviation).powi(2)).exp()
        });
        let core =
            4.0 * PI * self.density * FRAC_PI_2.sqrt() * self.core.powi(3) * (-0.5 * (q * self.core).powi(2)).exp();
        shells.sum::<f64>() - core
    }

    fn background(&self, q: f64) -> f64 {
        let [constant, falling, over] = self.background;
        constant + falling * (-q / over).exp()
    }
}

/// Everything that Fig. 5 and its supplement need, or nothing for a glass that was not in the beam.
pub(super) fn structure_parts(recipe: &Recipe, seed: u64) -> Result<Vec<Part>, DatasetError> {
    let Some(structure) = recipe.structure else { return Ok(Vec::new()) };
    let composition = Composition::parse(recipe.printed.label)
        .map_err(|source| DatasetError::Scattering { resource: SCATTERING.to_string(), source })?;
    let shape = scattered(recipe, SPECIMEN, seed);
    Ok(vec![
        in_situ_part(recipe, &shape, seed)?,
        scattering_part(recipe, structure, &composition, &shape, seed)?,
        background_part(recipe, structure, seed),
        set_up_part(structure),
        pair_weights_part(recipe.printed.label, structure, &composition),
    ])
}

fn in_situ_part(recipe: &Recipe, shape: &Shape, seed: u64) -> Result<Part, DatasetError> {
    let id = recipe.printed.id;
    let at = recipe.reference();
    let mut rows = String::new();
    let mut noise = Noise::new(seed, &format!("{id} {SPECIMEN} {IN_SITU}"));
    write_test(&mut rows, recipe, (SPECIMEN, shape), &at, SERIES_SAMPLES, &mut noise);
    let fields = mechanical(&TEST_COLUMNS);
    let protocol = stated_protocol(id, IN_SITU, &[], ProtocolForm::TwoStep(test(recipe, &at)))?;
    let part = Part::new(
        IN_SITU,
        "stress of the specimen in the beam, Suppl. Fig. 8c",
        fields,
        &TEST_KEY,
        synthetic(seed),
        &rows,
    );
    Ok(part.with_protocols(vec![protocol]))
}

fn scattering_part(
    recipe: &Recipe,
    structure: &Structure,
    composition: &Composition,
    shape: &Shape,
    seed: u64,
) -> Result<Part, DatasetError> {
    let id = recipe.printed.id;
    let at = recipe.reference();
    let test: TwoStep = test(recipe, &at);
    let points = structure.points();
    let factors = composition
        .mean_form_factors(&points, None)
        .map_err(|source| DatasetError::Scattering { resource: SCATTERING.to_string(), source })?;
    let mut noise = Noise::new(seed, &format!("{id} {SPECIMEN} {SCATTERING}"));
    let mut rows = String::new();
    let first = structure.first_stage.iter().map(|time| (1, *time, at.eps1, test.first_stage_end() - test.t_w));
    let second = structure.second_stage.iter().map(|time| (2, *time, at.eps2, test.second_stage_start()));
    for (stage, time, strain, start) in first.chain(second) {
        let stress = if stage == 1 { shape.first_stage(&at, time) } else { shape.second_stage(&at, time) };
        let inelastic = strain - stress / shape.unrelaxed_modulus;
        for ((&q, mean), square) in points.iter().zip(&factors.mean).zip(&factors.mean_square) {
            let electrons = mean * mean * structure.correlation(q, inelastic) + square;
            let counts = structure.scale * electrons + structure.background(q);
            let counts = counts * (1.0 + structure.noise * noise.deviate());
            let _ = writeln!(rows, "{id},{SPECIMEN},{stage},{:.2},{time},{q:.2},{counts:.1}", start + time);
        }
    }
    let fields = vec![
        text("glass", "parameter set and package name"),
        text("specimen", "as in the file of its stress"),
        integer("stage", "1", "1 or 2"),
        number("time", "s", "middle of the exposure, from the start of loading"),
        number("time_in_stage", "s", "middle of the exposure, from the end of the ramp that begins the stage"),
        number("q", "Ao-1", "momentum transfer"),
        number("intensity", "[arb'U]", "counts, background included"),
    ];
    let title = "scattered intensity during both stages, for Fig. 5a-d";
    let part = Part::new(SCATTERING, title, fields, &["specimen", "q", "time"], synthetic(seed), &rows);
    let protocol = stated_protocol(id, SCATTERING, &[], ProtocolForm::TwoStep(test))?;
    Ok(part.with_protocols(vec![protocol]))
}

fn background_part(recipe: &Recipe, structure: &Structure, seed: u64) -> Part {
    let mut noise = Noise::new(seed, &format!("{} {BACKGROUND}", recipe.printed.id));
    let mut rows = String::new();
    for q in structure.points() {
        let counts = structure.background(q) * (1.0 + structure.noise * noise.deviate());
        let _ = writeln!(rows, "{q:.2},{counts:.1}");
    }
    let fields = vec![
        number("q", "Ao-1", "momentum transfer"),
        number("intensity", "[arb'U]", "counts without a specimen, same exposure"),
    ];
    Part::new(BACKGROUND, "scattered intensity without a specimen", fields, &["q"], synthetic(seed), &rows)
}

/// The numbers of the set-up that the paper prints, one row.
fn set_up_part(structure: &Structure) -> Part {
    let columns = [
        ("photon_energy", "eV", "60037", "energy of the beam"),
        ("wavelength", "Ao", "0.2065", "wavelength of the beam"),
        ("beam_width", "mm", "0.8", "edge of the square cross-section"),
        ("pixels", "1", "3072", "pixels along an edge of the detector"),
        ("pixel_size", "um", "139", "edge of a pixel"),
        ("distance", "mm", "280", "from the specimen to the detector, about"),
        ("exposure", "s", "5", "duration of an exposure"),
        ("gauge_length", "mm", "40", "length of the specimen between the grips"),
    ];
    let q_max = structure.q_max.to_string();
    let rate = RAMP_RATE.to_string();
    let more = [
        ("q_max", "Ao-1", q_max.as_str(), "largest momentum transfer used"),
        ("strain_rate", "%/min", rate.as_str(), "rate of straining"),
    ];
    let columns: Vec<_> = columns.into_iter().chain(more).collect();
    let fields = columns.iter().map(|(name, unit, _, description)| number(name, unit, description)).collect();
    let values: Vec<&str> = columns.iter().map(|column| column.2).collect();
    let origin = OriginStatement::Tabulated { table: "Methods, Structural characterization".to_string() };
    let title = "numbers of the set-up as printed in the paper, Suppl. Fig. 8a";
    Part::new(SET_UP, title, fields, &[], origin, &format!("{}\n", values.join(","))).with_source(
        License {
            name: "CC-BY-4.0".to_string(),
            path: Some("https://creativecommons.org/licenses/by/4.0/".to_string()),
        },
        Source { title: "Tong et al., Nat. Commun. 14 (2023)".to_string(), path: Some(PAPER.to_string()) },
    )
}

/// Sub-peak to which the text of the paper assigns a pair, Å.
fn sub_peak(structure: &Structure, pair: &[String; 2]) -> Option<f64> {
    let is =
        |first: &str, second: &str| (pair[0] == first && pair[1] == second) || (pair[0] == second && pair[1] == first);
    let shell = |index: usize| structure.shells.get(index).map(|shell| shell.distance);
    match () {
        () if is("Hf", "Cu") || is("Hf", "Ni") => shell(0),
        () if is("Zr", "Hf") || is("Hf", "Hf") || is("Ti", "Hf") => shell(1),
        () => None,
    }
}

/// A pair in the order of the printed formula, in which the paper writes it.
fn in_printed_order<'a>(label: &str, [first, second]: &'a [String; 2]) -> [&'a str; 2] {
    if label.find(first.as_str()) <= label.find(second.as_str()) { [first, second] } else { [second, first] }
}

/// Weights of the atom pairs, as exact fractions of `(sum Z)^2`.
fn pair_weights_part(label: &str, structure: &Structure, composition: &Composition) -> Part {
    let electrons: u32 = composition.elements().iter().map(|element| u32::from(element.atomic_number)).sum();
    let denominator = electrons * electrons;
    let mut rows = String::new();
    for pair in composition.pair_weights() {
        let [first, second] = in_printed_order(label, &pair.pair);
        let numerator = (pair.weight * f64::from(denominator)).round();
        let place = sub_peak(structure, &pair.pair).map(|place| format!("{place:.2}")).unwrap_or_default();
        let _ = writeln!(rows, "{first}-{second},{numerator},{denominator},{:.6},{place}", pair.weight);
    }
    let fields = vec![
        text("pair", "two elements"),
        integer("numerator", "1", "(2 - delta_ij) Z_i Z_j"),
        integer("denominator", "1", "square of the sum of all Z: the composition is equimolar"),
        number("weight", "1", "w_ij, the quotient"),
        number_or_gap("sub_peak", "Ao", "sub-peak of the first shell to which the paper assigns the pair"),
    ];
    let origin = OriginStatement::Calculated {
        model: "w_ij of the paper with f(0) = Z".to_string(),
        version: VERSION.to_string(),
        parameters: BTreeMap::new(),
    };
    Part::new(PAIR_WEIGHTS, "weights of atom pairs, Suppl. Table 1", fields, &["pair"], origin, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_intensity_is_above_its_background() {
        let composition = Composition::parse("TiZrHfCuNiBe").unwrap();
        let points = STRUCTURE.points();
        let factors = composition.mean_form_factors(&points, None).unwrap();
        for ((&q, mean), square) in points.iter().zip(&factors.mean).zip(&factors.mean_square) {
            assert!(mean * mean * STRUCTURE.correlation(q, 0.0) + square > 0.0, "Q = {q}");
        }
    }

    #[test]
    fn the_core_alone_is_the_transform_of_its_formula() {
        // (2/pi) int Q [S - 1] sin(Q r) dQ of the core, by Simpson, against -4 pi rho r exp(-r^2/2w^2); tolerance: the rule.
        let bare = Structure { shells: &[], ..STRUCTURE };
        let r = 1.5;
        let steps = 2000;
        let width = 8.0 / f64::from(steps);
        let sum: f64 = (0..=steps)
            .map(|index| {
                let q = width * f64::from(index);
                let weight = if index == 0 || index == steps { 1.0 } else { 2.0 + 2.0 * f64::from(index % 2) };
                weight * q * bare.correlation(q, 0.0) * (q * r).sin()
            })
            .sum();
        let found = 2.0 / PI * sum * width / 3.0;
        let expected = -4.0 * PI * bare.density * r * (-0.5 * (r / bare.core).powi(2)).exp();
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} and {expected}");
    }
}
