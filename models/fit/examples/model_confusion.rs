//! Which tests could tell the models apart: every model makes data, every model explains them.
//!
//! `cargo run -p kovacs-fit --example model_confusion [SEEDS]` writes `models/fit/studies/confusion.json`, with the digests of
//! the files that the numbers come from.

#[path = "../tests/common/mod.rs"]
mod common;

#[path = "../tests/common/study.rs"]
mod study;

use kovacs_fit::compare::confusion;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use study::{Input, MODELS, NOISE, SERIES, Study, design, free, known, options};

/// Files that the numbers come from, below the folder of the models.
const INPUTS: [&str; 12] = [
    "aoi/src/lib.rs",
    "fit/examples/model_confusion.rs",
    "fit/src/compare/confusion.rs",
    "fit/src/compare/left_out.rs",
    "fit/src/compare/mod.rs",
    "fit/src/compare/ranking.rs",
    "fit/src/random.rs",
    "fit/tests/common/mod.rs",
    "fit/tests/common/study.rs",
    "linear/src/kww.rs",
    "soft-domain/src/trajectory.rs",
    "tnm/src/tnm_strain.rs",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seeds: u64 = std::env::args().nth(1).map_or(Ok(3), |word| word.parse())?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut series = Vec::new();
    for (which, name) in SERIES {
        let found = confusion(&known(), &design(which), &options(1, seeds, threads), &|_, _| true)?;
        println!("{name}\n{found}");
        series.push((name.to_owned(), found));
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let names = |model| free(model).iter().map(|id| (*id).to_owned()).collect();
    let study = Study {
        what: "which model explains best the tests that another one has made".to_owned(),
        command: "cargo run -p kovacs-fit --example model_confusion".to_owned(),
        glass: common::TI.to_owned(),
        noise_mpa: NOISE,
        seeds,
        inputs: INPUTS.iter().map(|path| input(&folder, path)).collect::<Result<_, _>>()?,
        free: MODELS.iter().map(|(model, _)| names(model)).collect(),
        series,
    };
    let file = folder.join("studies/confusion.json");
    std::fs::create_dir_all(folder.join("studies"))?;
    let partial = file.with_extension("json.partial");
    std::fs::write(&partial, serde_json::to_string(&study)? + "\n")?;
    std::fs::rename(partial, file)?;
    Ok(())
}

fn input(folder: &Path, path: &str) -> std::io::Result<Input> {
    let digest = Sha256::digest(std::fs::read(folder.join("..").join(path))?);
    let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Input { path: format!("models/{path}"), sha256 })
}
