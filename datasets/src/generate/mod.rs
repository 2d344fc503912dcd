//! The shipped packages of the three glasses: synthetic, and saying so in every place.
//!
//! The measured curves of Tong et al., Nat. Commun. 14 (2023), doi 10.1038/s41467-023-44187-x, are not in its text, so
//! the packages hold curves in the shape the text describes. They come from no model of this project, because data made
//! by a model would flatter it: stage 1 is a stretched exponential above a plateau, stage 2 is Eq. (1) of the paper,
//! `sigma / sigma_0 = A exp(-(t/tau_1)^beta_1) + (1 - A) exp(-(t/tau_2)^beta_2)`, with parameters that vary smoothly
//! with `eps1`, `eps2`, `t_w` and `T` (see [`Shape`]). Sampling, ramp, dead time, noise and specimen scatter are added.
//! A claim checked on them therefore holds by construction.

mod noise;
mod readme;
mod recipe;
mod shape;
mod specimen;

pub use recipe::{RAMP_RATE, RECIPES, Recipe};
pub use shape::{Conditions, Shape};

use crate::descriptor::{
    Descriptor, FieldKind, FieldStatement, License, OriginStatement, PROFILE, ProtocolStatement, Resource, Schema,
    Source, UnitBasis,
};
use crate::error::DatasetError;
use crate::package::{DESCRIPTOR, Package};
use crate::protocol::{self, RowProtocol};
use crate::write::Draft;
use kovacs_core::Origin;
use kovacs_core::toml_form::ProtocolForm;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Seed of the shipped packages.
pub const SHIPPED_SEED: u64 = 2023;

/// Name of the resource with the two-step tests.
pub const TWO_STEP: &str = "two-step";

/// Version of the generator, and of the packages it writes; rises when a curve changes.
const VERSION: &str = "1.0.0";

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

/// Whether a folder holds a package made by a generator and nothing a person measured.
fn is_generated(folder: &Path) -> bool {
    Package::open(folder).is_ok_and(|package| {
        package.descriptor().resources.iter().all(|resource| resource.origin.kind() == Origin::Synthetic)
    })
}

fn draft(recipe: &Recipe, seed: u64) -> Result<Draft, DatasetError> {
    let csv = specimen::two_step_csv(recipe, seed);
    let readme = readme::text(recipe, seed);
    let file = format!("{TWO_STEP}.csv");
    let descriptor = Descriptor {
        schema: PROFILE.to_string(),
        name: recipe.printed.id.to_string(),
        title: Some(format!("Two-step stress relaxation of {} (synthetic)", recipe.printed.label)),
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
            path: Some("https://doi.org/10.1038/s41467-023-44187-x".to_string()),
        }],
        resources: vec![Resource {
            name: TWO_STEP.to_string(),
            title: Some("stress during both stages, Fig. 1b and 1c".to_string()),
            path: file.clone(),
            format: Some("csv".to_string()),
            bytes: None,
            hash: None,
            schema: schema(),
            origin: OriginStatement::Synthetic {
                generator: "kovacs data generate".to_string(),
                version: VERSION.to_string(),
                seed,
            },
            parent: None,
            licenses: Vec::new(),
            sources: Vec::new(),
            protocol: recipe.eps2.iter().map(|&eps2| stated_protocol(recipe, eps2)).collect::<Result<_, _>>()?,
            doubts: Vec::new(),
        }],
    };
    Ok(Draft { descriptor, files: vec![(file, csv.into_bytes()), ("README.md".to_string(), readme.into_bytes())] })
}

fn stated_protocol(recipe: &Recipe, eps2: f64) -> Result<ProtocolStatement, DatasetError> {
    let rows = BTreeMap::from([("eps2".to_string(), eps2)]);
    let form = ProtocolForm::TwoStep(specimen::test(recipe, eps2));
    protocol::state(&RowProtocol { rows, start: 0.0, form }).map_err(|error| DatasetError::Protocol {
        path: Path::new(recipe.printed.id).join(DESCRIPTOR),
        resource: TWO_STEP.to_string(),
        reason: error.to_string(),
    })
}

fn schema() -> Schema {
    let number = |name: &str, unit: &str, description: &str| FieldStatement {
        name: name.to_string(),
        kind: FieldKind::Number,
        unit: Some(unit.to_string()),
        unit_basis: Some(UnitBasis::Stated),
        description: Some(description.to_string()),
        constraints: None,
    };
    let text = |name: &str, description: &str| FieldStatement {
        kind: FieldKind::Text,
        unit: None,
        unit_basis: None,
        ..number(name, "1", description)
    };
    let fields = vec![
        text("glass", "parameter set and package name"),
        text("specimen", "replicate: each specimen has its own modulus, strength and times"),
        number("eps1", "1", "strain of the first stage"),
        number("eps2", "1", "strain of the second stage"),
        number("t_w", "s", "waiting time between the end of loading and the start of unloading"),
        number("temperature", "K", "test temperature"),
        FieldStatement { kind: FieldKind::Integer, ..number("stage", "1", "1 or 2") },
        number("time", "s", "time from the start of loading"),
        number("time_in_stage", "s", "time from the end of the ramp that begins the stage"),
        number("strain", "1", "engineering strain"),
        number("stress", "MPa", "engineering stress"),
    ];
    let primary_key = ["specimen", "eps1", "eps2", "t_w", "temperature", "time"];
    Schema { fields, primary_key: primary_key.map(str::to_string).to_vec() }
}
