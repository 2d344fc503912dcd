//! An example of the workbook that lies behind an article: one sheet per figure panel, curves side by side.
//!
//! Nobody has the paper's Source Data here, so that the way from such a workbook to the figures is shown and tested on
//! one in its form, filled with synthetic curves with noise of their own. Every sheet says so in its first row: an import
//! takes the curves for measured ones, as it would the article's, and carries the note `example workbook` into every
//! legend and claim. `notebooks/source-data.toml` is the mapping that reads it.

use super::recipe::{RECIPES, Recipe};
use super::{TWO_STEP, TWO_STEP_EPS1, TWO_STEP_TEMPERATURE, TWO_STEP_WAITING, mechanical};
use crate::descriptor::{Descriptor, PROFILE};
use crate::error::DatasetError;
use crate::package::Package;
use crate::table::Table;
use crate::write::Draft;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::path::Path;

/// What the first row of every sheet says.
pub const EXAMPLE_NOTE: &str = "example workbook: synthetic curves with noise, not the article's data";

/// Seed of the example's noise: another one than that of the shipped curves, so that it is seen whose numbers are shown.
pub const EXAMPLE_SEED: u64 = 44187;

/// One curve of a panel: where it comes from, and which one it is.
struct Curve {
    glass: &'static str,
    table: &'static str,
    specimen: &'static str,
    along: &'static str,
    value: f64,
    label: String,
}

/// Writes the workbook; a file that is already there is left alone.
///
/// # Errors
/// The file exists or cannot be written.
pub fn write_example_workbook(file: &Path, seed: u64) -> Result<(), DatasetError> {
    if file.symlink_metadata().is_ok() {
        return Err(DatasetError::Exists { path: file.to_path_buf(), owner: "free for a new workbook" });
    }
    let failed = |error: XlsxError| DatasetError::io("write", file, std::io::Error::other(error));
    let tables = tables(seed)?;
    let mut workbook = Workbook::new();
    for (name, title, curves) in panels() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).map_err(failed)?;
        sheet.write(0, 0, "Note").and_then(|sheet| sheet.write(0, 1, EXAMPLE_NOTE)).map_err(failed)?;
        sheet.write(1, 0, title).map_err(failed)?;
        for (position, curve) in curves.iter().enumerate() {
            let found = tables.iter().find(|(glass, table, _)| *glass == curve.glass && *table == curve.table);
            let Some((_, _, table)) = found else { continue };
            let rows = table.where_text("specimen", curve.specimen)?.where_number(curve.along, curve.value)?;
            let column = u16::try_from(2 * position).unwrap_or(u16::MAX - 1);
            write_curve(sheet, column, &curve.label, &rows.column("time")?, &rows.column("stress")?).map_err(failed)?;
        }
    }
    let bytes = workbook.save_to_buffer().map_err(failed)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let io = |source| DatasetError::io("write", file, source);
    let fresh = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
    std::fs::write(fresh.path(), bytes).map_err(io)?;
    fresh.persist_noclobber(file).map_err(|error| io(error.error))?;
    Ok(())
}

/// The panels: sheet, title, curves from left to right.
fn panels() -> [(&'static str, &'static str, Vec<Curve>); 5] {
    let [titanium, iron, polymer] = &RECIPES;
    let series = |table, specimen, along, values: &[f64], label: &dyn Fn(f64) -> String| {
        let curve = |&value: &f64| {
            let glass = titanium.printed.id;
            Curve { glass, table, specimen, along, value, label: label(value) }
        };
        values.iter().map(curve).collect::<Vec<_>>()
    };
    let per_cent = |name: &'static str| move |value: f64| format!("{name} = {} %", (value * 1e4).round() / 1e2);
    let alone = |recipe: &Recipe, label: &str| Curve {
        glass: recipe.printed.id,
        table: TWO_STEP,
        specimen: "A",
        along: "eps2",
        value: recipe.printed.eps2,
        label: label.to_string(),
    };
    [
        (
            "Fig. 1b",
            "Ti-MG, 593 K, eps1 = 0.5 %, t_w = 900 s",
            series(TWO_STEP, "A", "eps2", titanium.eps2, &per_cent("eps2")),
        ),
        ("Fig. 1c", "three glasses", vec![alone(titanium, "Ti-MG"), alone(iron, "Fe-MG"), alone(polymer, "PVC")]),
        (
            "Fig. 2a",
            "Ti-MG, 593 K, eps2 = 0.3 %, t_w = 900 s",
            series(TWO_STEP_EPS1, "D", "eps1", titanium.eps1, &per_cent("eps1")),
        ),
        (
            "Fig. 2d",
            "Ti-MG, eps1 = 0.5 %, eps2 = 0.3 %, t_w = 900 s",
            series(TWO_STEP_TEMPERATURE, "G", "temperature", titanium.temperatures, &|kelvin| {
                format!("T = {kelvin} K")
            }),
        ),
        (
            "Fig. 3a",
            "Ti-MG, 593 K, eps1 = 0.5 %, eps2 = 0.3 %",
            series(TWO_STEP_WAITING, "J", "t_w", titanium.waiting, &|seconds| format!("t_w = {seconds} s")),
        ),
    ]
}

/// The two-step tests of the three glasses, by glass and table.
fn tables(seed: u64) -> Result<Vec<(&'static str, &'static str, Table)>, DatasetError> {
    let staging = tempfile::tempdir().map_err(|source| DatasetError::io("write into", std::env::temp_dir(), source))?;
    let mut tables = Vec::new();
    for recipe in &RECIPES {
        let (mut files, mut resources) = (Vec::new(), Vec::new());
        for part in mechanical::two_step_parts(recipe, seed)? {
            files.push((part.resource.path.clone(), part.csv.into_bytes()));
            resources.push(part.resource);
        }
        let licenses = vec![crate::descriptor::License { name: "CC0-1.0".to_string(), path: None }];
        let descriptor = Descriptor {
            schema: PROFILE.to_string(),
            name: recipe.printed.id.to_string(),
            title: None,
            description: None,
            version: None,
            licenses,
            sources: Vec::new(),
            resources,
        };
        let folder = Draft { descriptor, files }.write(&staging.path().join(recipe.printed.id), |_| false, "empty")?;
        let package = Package::open(folder)?;
        for name in [TWO_STEP, TWO_STEP_EPS1, TWO_STEP_TEMPERATURE, TWO_STEP_WAITING] {
            if package.resources().contains(&name) {
                tables.push((recipe.printed.id, name, package.table(name)?));
            }
        }
    }
    Ok(tables)
}

/// A label over two columns, their headings, and the samples.
fn write_curve(sheet: &mut Worksheet, column: u16, label: &str, time: &[f64], stress: &[f64]) -> Result<(), XlsxError> {
    sheet.merge_range(2, column, 2, column + 1, label, &Format::new())?;
    sheet.write(3, column, "Time (s)")?;
    sheet.write(3, column + 1, "Stress (MPa)")?;
    for (row, (time, stress)) in (4..).zip(time.iter().zip(stress)) {
        sheet.write(row, column, *time)?;
        sheet.write(row, column + 1, *stress)?;
    }
    Ok(())
}
