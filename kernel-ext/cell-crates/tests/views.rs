//! What type inference sees of the crates of others is what they are.
//!
//! Each specimen uses everything that a view declares, with the types written out. It is compiled here against the
//! crate itself, by being part of this test, and against the view, by the test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

#[allow(dead_code, unused_imports, reason = "compiled, not run")]
#[path = "../facades/polars/lib.rs"]
mod polars_facade;

#[allow(dead_code, unused_imports, clippy::all, reason = "compiled, not run")]
mod polars_specimen {
    use super::polars_facade as polars;
    include!("specimens/polars.rs");
}

#[allow(dead_code, clippy::all, reason = "compiled, not run")]
mod ndarray_specimen {
    include!("specimens/ndarray.rs");
}

#[allow(dead_code, clippy::all, reason = "compiled, not run")]
mod plotly_specimen {
    include!("specimens/plotly.rs");
}

#[allow(dead_code, clippy::all, reason = "compiled, not run")]
mod statrs_specimen {
    include!("specimens/statrs.rs");
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn compile(source: &Path, name: &str, externs: &[(&str, PathBuf)], into: &Path) -> PathBuf {
    let output = into.join(format!("lib{name}.rmeta"));
    let mut command = Command::new("rustc");
    command.arg(source).args(["--crate-name", name, "--crate-type", "lib", "--edition", "2024", "--emit=metadata"]);
    command.args(["--cap-lints", "allow", "-o"]).arg(&output).arg(format!("-Ldependency={}", into.display()));
    for (name, file) in externs {
        command.arg(format!("--extern={name}={}", file.display()));
    }
    let result = command.output().expect("there is a compiler");
    assert!(result.status.success(), "{name}:\n{}", String::from_utf8_lossy(&result.stderr));
    output
}

/// Compiles a view and its specimen; says what the view declares and the specimen does not use.
fn check(name: &str) {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut externs = Vec::new();
    if name == "polars" {
        let workspace = folder().join("../..");
        let core = compile(&workspace.join("models/core/src/lib.rs"), "kovacs_core", &[], scratch.path());
        let prelude = workspace.join("kernel-ext/prelude/src/lib.rs");
        externs.push(("kovacs", compile(&prelude, "kovacs", &[("kovacs_core", core)], scratch.path())));
    }
    let view_folder = folder().join("views").join(name);
    let view = compile(&view_folder.join("lib.rs"), name, &externs, scratch.path());
    externs.push((name, view));
    let specimen = folder().join("tests/specimens").join(name).with_extension("rs");
    compile(&specimen, "specimen", &externs, scratch.path());

    let text = std::fs::read_to_string(&specimen).expect("compiled just now");
    let words: BTreeSet<&str> =
        text.split(|character: char| !character.is_alphanumeric() && character != '_').collect();
    let mut unused = Vec::new();
    for file in std::fs::read_dir(&view_folder).expect("a folder").flatten() {
        let source = std::fs::read_to_string(file.path()).expect("a source");
        let declared = source.split("pub fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
        unused.extend(declared.filter(|name| !name.starts_with('$') && !words.contains(name)).map(str::to_owned));
    }
    assert!(unused.is_empty(), "declared in the view of {name}, not in its specimen: {unused:?}");
}

#[test]
fn polars_is_what_type_inference_sees() {
    check("polars");
}

#[test]
fn ndarray_is_what_type_inference_sees() {
    check("ndarray");
}

#[test]
fn plotly_is_what_type_inference_sees() {
    check("plotly");
}

#[test]
fn statrs_is_what_type_inference_sees() {
    check("statrs");
}
