//! The shipped packages of the three glasses: synthetic, and saying so in every place.
//!
//! The measured curves of Tong et al., Nat. Commun. 14 (2023), doi 10.1038/s41467-023-44187-x, are not in its text, so
//! the packages hold curves in the shape the text describes. They come from no model of this project, because data made
//! by a model would flatter it: stage 1 is a stretched exponential above a plateau, stage 2 is Eq. (1) of the paper,
//! `sigma / sigma_0 = A exp(-(t/tau_1)^beta_1) + (1 - A) exp(-(t/tau_2)^beta_2)`, with parameters that vary smoothly
//! with `eps1`, `eps2`, `t_w` and `T` (see [`Shape`]). Sampling, ramp, dead time, noise and specimen scatter are added.
//! A claim checked on them therefore holds by construction.
//!
//! `mechanical` writes two-step tests, relaxations and recoveries, `dynamic` moduli against temperature,
//! `structure` what a beamline would hand over. `readme` says of every number whether it is printed or chosen.

mod dynamic;
mod mechanical;
mod noise;
mod part;
mod readme;
mod recipe;
mod shape;
mod specimen;
mod structure;
mod workbook;

pub use dynamic::Spectroscopy;
pub use recipe::{RAMP_RATE, RECIPES, Recipe};
pub use shape::{Conditions, Recovery, Shape};
pub use structure::{Shell, Structure};
pub use workbook::{EXAMPLE_NOTE, EXAMPLE_SEED, write_example_workbook};

use crate::descriptor::{Descriptor, License, OriginStatement, PROFILE, Source};
use crate::error::DatasetError;
use crate::package::Package;
use crate::write::Draft;
use part::Part;
use std::path::{Path, PathBuf};

/// Seed of the shipped packages.
pub const SHIPPED_SEED: u64 = 2023;

/// Two-step tests with several second strains: Fig. 1b and 1c.
pub const TWO_STEP: &str = "two-step";

/// Two-step tests with several first strains: Fig. 2a to 2c.
pub const TWO_STEP_EPS1: &str = "two-step-eps1";

/// Two-step tests at several temperatures: Fig. 2d to 2f.
pub const TWO_STEP_TEMPERATURE: &str = "two-step-temperature";

/// Two-step tests after several waiting times: Fig. 3.
pub const TWO_STEP_WAITING: &str = "two-step-waiting";

/// Stress relaxation at several temperatures: Fig. 4, top.
pub const RELAXATION: &str = "relaxation";

/// Strain at zero stress: Fig. 4, bottom, and Fig. 5e.
pub const RECOVERY: &str = "recovery";

/// Moduli against temperature: Suppl. Fig. 1.
pub const DYNAMIC: &str = "dynamic";

/// The two-step test of the specimen in the beam: Suppl. Fig. 8c.
pub const IN_SITU: &str = "two-step-in-situ";

/// Scattered intensity: Fig. 5a to 5d.
pub const SCATTERING: &str = "scattering";

/// Scattered intensity without a specimen.
pub const BACKGROUND: &str = "scattering-background";

/// Numbers of the set-up: Suppl. Fig. 8a.
pub const SET_UP: &str = "scattering-set-up";

/// Weights of atom pairs: Suppl. Table 1.
pub const PAIR_WEIGHTS: &str = "pair-weights";

/// Version of the generator, and of the packages it writes; rises when a curve is added or changes.
const VERSION: &str = "1.1.0";

/// Version since which the tests of Fig. 1 are what they are.
const TWO_STEP_VERSION: &str = "1.0.0";

/// The paper.
const PAPER: &str = "https://doi.org/10.1038/s41467-023-44187-x";

/// Writes the three glass packages as folders inside `folder` and names them.
///
/// A generated package that is already there is replaced, anything else is not. Equal seeds give equal files on one
/// platform, and numbers equal to the last printed digit on all.
///
/// # Errors
/// The folder cannot be written, or holds something else under the name of a package.
///
/// # Examples
/// ```
/// let folder = tempfile::tempdir()?;
/// let written = kovacs_datasets::generate::write_all(folder.path(), 7)?;
/// let glass = kovacs_datasets::Package::open(&written[0])?;
/// let specimen = glass.table("two-step")?.where_text("specimen", "A")?;
/// assert_eq!(specimen.unique_numbers("eps2")?, [0.002, 0.003, 0.004, 0.005, 0.006]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_all(folder: &Path, seed: u64) -> Result<Vec<PathBuf>, DatasetError> {
    RECIPES
        .iter()
        .map(|recipe| draft(recipe, seed)?.write(&folder.join(recipe.printed.id), is_generated, "a generated package"))
        .collect()
}

/// Whether a folder holds a package made by this generator: everything in it was drawn, computed or copied from print.
fn is_generated(folder: &Path) -> bool {
    Package::open(folder).is_ok_and(|package| {
        let origins = || package.descriptor().resources.iter().map(|resource| &resource.origin);
        let ours = |origin: &OriginStatement| matches!(origin, OriginStatement::Synthetic { .. });
        let other = |origin: &OriginStatement| {
            matches!(origin, OriginStatement::Calculated { .. } | OriginStatement::Tabulated { .. })
        };
        origins().any(ours) && origins().all(|origin| ours(origin) || other(origin))
    })
}

fn draft(recipe: &Recipe, seed: u64) -> Result<Draft, DatasetError> {
    let mut parts: Vec<Part> = mechanical::two_step_parts(recipe, seed)?;
    parts.push(mechanical::relaxation_part(recipe, seed)?);
    parts.push(mechanical::recovery_part(recipe, seed)?);
    parts.push(dynamic::dynamic_part(recipe, seed)?);
    parts.extend(structure::structure_parts(recipe, seed)?);
    let readme = readme::text(recipe, &parts, seed);
    let mut files = vec![("README.md".to_string(), readme.into_bytes())];
    let mut resources = Vec::new();
    for part in parts {
        files.push((part.resource.path.clone(), part.csv.into_bytes()));
        resources.push(part.resource);
    }
    let descriptor = Descriptor {
        schema: PROFILE.to_string(),
        name: recipe.printed.id.to_string(),
        title: Some(format!("Stress memory, relaxation and recovery of {} (synthetic)", recipe.printed.label)),
        description: Some(
            "Synthetic curves in the shape described by the paper; not measured. See README.md for what is printed \
             there and what was chosen."
                .to_string(),
        ),
        version: Some(VERSION.to_string()),
        licenses: vec![License {
            name: "CC0-1.0".to_string(),
            path: Some("https://creativecommons.org/publicdomain/zero/1.0/".to_string()),
        }],
        sources: vec![Source {
            title: "protocols and trends: Tong et al., Nat. Commun. 14 (2023)".to_string(),
            path: Some(PAPER.to_string()),
        }],
        resources,
    };
    Ok(Draft { descriptor, files })
}
