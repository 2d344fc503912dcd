//! Crates of others in cells: those that come with Kovacs, compiled before any session.
//!
//! Their code is in one library, made of what cargo compiled for the executable itself ([`library`]). polars has a small
//! crate of ours in front, with the ways between tables and frames; that one is compiled against the prelude, and so is
//! a part of the set-up. Type inference sees neither, but views: the names and types alone (`kernel-ext/cell-crates`).

mod library;
mod link_line;
mod progress;

use crate::error::SessionError;
use kovacs_cell_cargo::{Extern, Offer};
use library::{NAMES, dependency_argument, emit_argument, extern_argument, refused, run};
use std::path::Path;
use std::process::Command;

pub(crate) use library::CratesLibrary;
pub(crate) use progress::ProgressFile;

/// The features that the crates are compiled with, as far as a user may ask for them by name.
const FEATURES: [(&str, &str); 4] = [
    ("ndarray", "std"),
    ("plotly", ""),
    (
        "polars",
        "abs csv concat_str cov cross_join cum_agg diagonal_concat dtype-array dtype-date dtype-datetime dtype-decimal \
         dtype-duration dtype-i16 dtype-i8 dtype-struct dtype-time ipc is_in lazy log parquet partition_by polars-io \
         regex round_series semi_anti_join sign sql string_pad strings temporal timezones trigonometry zip_with",
    ),
    ("statrs", ""),
];

/// The crates as cells of a set-up in `setup` see them: `key` is in the names of its libraries.
pub(crate) fn described(library: &CratesLibrary, setup: &Path, key: &str, versions: &[(&str, &str)]) -> Vec<Extern> {
    NAMES
        .iter()
        .filter_map(|name| {
            let offer = versions.iter().find(|(known, _)| known == name).map(|(_, version)| Offer {
                version: (*version).to_owned(),
                features: features(name).map(str::to_owned).collect(),
            });
            let (rmeta, own) = match *name {
                "polars" => (setup.join("rmeta/libpolars.rmeta"), Some(setup.join(format!("lib/libpolars-{key}.so")))),
                _ => (library.metadata(name)?, None),
            };
            let (library_file, behind) = match own {
                Some(own) => (own, vec![library.shared_library()]),
                None => (library.shared_library(), Vec::new()),
            };
            Some(Extern {
                name: (*name).to_owned(),
                rmeta,
                search_folder: Some(library.metadata_folder()),
                shared_library: Some(library_file),
                behind,
                view: Some(setup.join("prelude/views").join(name)),
                exports: Some(setup.join("prelude/exports").join(name)).filter(|file| is_for(file, offer.as_ref())),
                offer,
            })
        })
        .collect()
}

/// Whether the list of what a module brings into scope is of the version that cells have.
fn is_for(exports: &Path, offer: Option<&Offer>) -> bool {
    let text = std::fs::read_to_string(exports).unwrap_or_default();
    let version = text.lines().next().and_then(|line| line.strip_prefix("version "));
    version.is_some() && version == offer.map(|offer| offer.version.as_str())
}

/// Names of crates that cells cannot name, each with the reason.
pub(crate) fn unavailable(reason: &str) -> Vec<(String, String)> {
    NAMES.iter().map(|name| ((*name).to_owned(), reason.to_owned())).collect()
}

fn features(name: &str) -> impl Iterator<Item = &'static str> {
    FEATURES.iter().filter(move |(known, _)| *known == name).flat_map(|(_, features)| features.split_whitespace())
}

/// Compiles the crate that cells name as polars, whose sources are in `setup`, against the prelude there.
///
/// # Errors
/// The compiler refuses, or cannot be started.
pub(crate) fn compile_facade(
    library: &CratesLibrary,
    setup: &Path,
    prelude: &Path,
    key: &str,
    rustc: &Path,
) -> Result<(), SessionError> {
    let mut command = Command::new(rustc);
    command
        .arg(setup.join("prelude/facades/polars/src/lib.rs"))
        .args(["--crate-name", "polars", "--crate-type", "dylib", "--edition", "2024", "--cap-lints=allow"])
        .args(["-Copt-level=2", "-Cprefer-dynamic", "-Cdebuginfo=0", "-Cstrip=symbols"])
        .arg(format!("-Cmetadata={key}"))
        .arg(extern_argument("kovacs_cell_crates", &library.shared_library()))
        .arg(extern_argument("kovacs", prelude))
        .arg(dependency_argument(&library.metadata_folder()))
        .arg(dependency_argument(&setup.join("rmeta")))
        // The prelude lies beside it, the crates themselves where they will stay.
        .arg("-Clink-arg=-Wl,-rpath,$ORIGIN")
        .arg(format!("-Clink-arg=-Wl,-rpath,{}", library.metadata_folder().display()))
        .arg(emit_argument("link", &setup.join(format!("lib/libpolars-{key}.so"))))
        .arg(emit_argument("metadata", &setup.join("rmeta/libpolars.rmeta")));
    let output = run(&mut command, rustc)?;
    if output.status.success() { Ok(()) } else { Err(refused(&String::from_utf8_lossy(&output.stderr))) }
}
