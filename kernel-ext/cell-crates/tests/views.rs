//! What type inference sees of the crates of others is what they are.
//!
//! Each specimen uses everything that a view declares, with the types written out. It is compiled here against the
//! crate itself, by being part of this test, and against the view, by the test.
//!
//! And what `exports/polars` lists is what `use polars::prelude::*;` brings into scope in the version that is compiled
//! here: `KOVACS_BLESS=1 cargo test -p kovacs-cell-crates --test views polars_brings` writes the list anew.

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

/// Set to rewrite the list.
const BLESS: &str = "KOVACS_BLESS";

/// The crate through which cells get the others, as cargo has compiled it; the newest first.
fn compiled_crates() -> Vec<PathBuf> {
    let test = std::env::current_exe().expect("this test");
    let folder = test.parent().expect("it is in a folder");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("cargo's folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("libkovacs_cell_crates-") && name.ends_with(".rmeta")
        })
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(path.metadata().and_then(|about| about.modified()).ok()));
    found
}

/// What rustdoc finds in the prelude of the crate that cells name as polars, in the form of the list.
fn listed(version: &str, scratch: &Path) -> String {
    let workspace = folder().join("../..");
    let core = compile(&workspace.join("models/core/src/lib.rs"), "kovacs_core", &[], scratch);
    let kovacs = compile(&workspace.join("kernel-ext/prelude/src/lib.rs"), "kovacs", &[("kovacs_core", core)], scratch);
    let crates = compiled_crates().into_iter().next().expect("cargo has compiled it for this test");
    let dependency = |path: &Path| format!("-Ldependency={}", path.parent().expect("a folder").display());
    let externs = |command: &mut Command| {
        command.arg(dependency(&crates)).arg(dependency(&kovacs)).args(["--edition", "2024", "--cap-lints", "allow"]);
        command.arg(format!("--extern=kovacs_cell_crates={}", crates.display()));
        command.arg(format!("--extern=kovacs={}", kovacs.display()));
    };
    let polars = scratch.join("libpolars.rmeta");
    let mut rustc = Command::new("rustc");
    externs(&mut rustc);
    rustc.arg(folder().join("facades/polars/lib.rs")).args(["--crate-name=polars", "--crate-type=lib"]);
    succeeds(rustc.args(["--emit=metadata", "-o"]).arg(&polars));
    let source = scratch.join("cell.rs");
    std::fs::write(&source, "#[doc(inline)]\npub use polars::prelude::*;\n").expect("a file");
    let mut rustdoc = Command::new("rustdoc");
    externs(&mut rustdoc);
    rustdoc.arg(&source).arg(format!("--extern=polars={}", polars.display())).arg("-o").arg(scratch);
    // What is hidden in documentation is in scope all the same, and to show it is not a stable option.
    rustdoc.args(["-Zunstable-options", "--document-hidden-items"]).env("RUSTC_BOOTSTRAP", "1");
    succeeds(&mut rustdoc);

    let pages = scratch.join("cell");
    let index = std::fs::read_dir(&pages)
        .expect("pages")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sidebar-items")));
    let index = std::fs::read_to_string(index.expect("an index")).expect("a text");
    let (mut names, mut traits, mut methods) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for kind in index.split(']') {
        let mut words = kind.split('"').skip(1).step_by(2).map(str::to_owned);
        let is_trait = words.next().is_some_and(|kind| kind == "trait");
        for name in words {
            if is_trait {
                let page = std::fs::read_to_string(pages.join(format!("trait.{name}.html"))).expect("a page");
                methods.extend(declared(&page));
                traits.insert(name.clone());
            }
            names.insert(name);
        }
    }
    let line = |words: BTreeSet<String>| words.into_iter().collect::<Vec<_>>().join(" ");
    let (names, traits, methods) = (line(names), line(traits), line(methods));
    format!("version {version}\nmodule polars::prelude\nnames {names}\ntraits {traits}\nmethods {methods}\n")
}

/// What a trait declares, by the marks on its page; behind them are those of its implementations.
fn declared(page: &str) -> BTreeSet<String> {
    let end = ["id=\"foreign-impls\"", "id=\"implementors\""].iter().filter_map(|mark| page.find(mark)).min();
    let own = page.get(..end.unwrap_or(page.len())).unwrap_or_default();
    let kinds = ["tymethod.", "method.", "associatedtype.", "associatedconstant."];
    own.split("id=\"")
        .skip(1)
        .filter_map(|mark| mark.split('"').next())
        .filter_map(|mark| kinds.iter().find_map(|kind| mark.strip_prefix(kind)))
        .map(str::to_owned)
        .collect()
}

fn succeeds(command: &mut Command) {
    let output = command.output().expect("it comes with the compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn polars_brings_into_scope_what_is_listed() {
    let lock = std::fs::read_to_string(folder().join("../../Cargo.lock")).expect("the workspace has one");
    let package = lock.split_once("name = \"polars\"\nversion = \"").expect("polars is in it").1;
    let version = package.split('"').next().expect("a version");
    let scratch = tempfile::tempdir().expect("a folder");
    let fresh = listed(version, scratch.path());
    let path = folder().join("exports/polars");
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, &fresh).expect("the list is written");
    }
    let committed = std::fs::read_to_string(&path).expect("the list is there");
    for (fresh, committed) in fresh.lines().zip(committed.lines()) {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
        let (fresh, committed) = (words(fresh), words(committed));
        let differing: Vec<&String> = fresh.symmetric_difference(&committed).collect();
        assert!(differing.is_empty(), "the list is stale, run with {BLESS}=1 to rewrite: {differing:?}");
    }
    assert_eq!(fresh.lines().count(), committed.lines().count());
}
