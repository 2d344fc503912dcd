//! Builds model libraries from C for the tests, and small experiments.

use kovacs_core::model::Experiment;
use kovacs_core::{Control, History};
use kovacs_host::{Models, Place, PlaceKind, TrustStore};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Where these tests keep their approvals, which are none of the user's.
pub fn store() -> TrustStore {
    TrustStore::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("trust").join("trust.toml"))
}

/// Approves a library; one that is refused for another reason is left to the test.
pub fn approve(library: &Path) {
    let _ = store().approve(library, "a test");
}

/// Models named by their paths, which these tests approve themselves.
pub fn by_path() -> Models {
    Models::in_places(Vec::new()).trusting(store())
}

/// Something that cargo builds with the examples of this package.
pub fn built_example(name: &str) -> PathBuf {
    let executable = std::env::current_exe().expect("a test knows its executable");
    let profile = executable.parent().and_then(|deps| deps.parent()).expect("tests lie in `<profile>/deps`");
    let path = profile.join("examples").join(name);
    assert!(
        path.exists(),
        "`{}` is missing; `cargo test` builds it, `cargo test --test libraries` does not",
        path.display()
    );
    path
}

/// A folder of model libraries, removed at the end of the test.
pub struct Folder {
    directory: TempDir,
}

impl Folder {
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("models-").tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        Folder { directory: directory.expect("cargo's folder for tests can be written") }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A file of this name; the model's name stands for the library's.
    pub fn path_of(&self, model: &str) -> PathBuf {
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        self.path().join(format!("{prefix}kovacs_model_{model}{suffix}"))
    }

    /// Writes a file as the library of a model.
    pub fn write(&self, model: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path_of(model);
        std::fs::write(&path, bytes).expect("the folder can be written");
        path
    }

    /// Compiles `crooked.c` with these macros as the library of a model, and approves it; `None`, with a message, where
    /// there is no C compiler.
    pub fn compile(&self, model: &str, macros: &[&str]) -> Option<PathBuf> {
        let path = self.compile_strange(model, macros)?;
        approve(&path);
        Some(path)
    }

    /// As [`compile`](Folder::compile), and nobody has approved it.
    pub fn compile_strange(&self, model: &str, macros: &[&str]) -> Option<PathBuf> {
        let path = self.path_of(model);
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let compiled = Command::new("cc")
            .args(["-std=c99", "-O1", "-Wall", "-Wextra", "-Wno-unused", "-Werror", "-shared", "-fPIC"])
            .args(macros.iter().map(|name| format!("-D{name}")))
            .arg("-I")
            .arg(manifest.join("../../models/abi/include"))
            .arg(manifest.join("../../tests/plugins/crooked.c"))
            .arg("-lm")
            .arg("-o")
            .arg(&path)
            .output();
        let Ok(compiled) = compiled else {
            eprintln!("skipped: there is no C compiler named `cc` on this machine");
            return None;
        };
        assert!(compiled.status.success(), "{macros:?}: {}", String::from_utf8_lossy(&compiled.stderr));
        Some(path)
    }

    pub fn place(&self, kind: PlaceKind) -> Place {
        Place { kind, path: self.path().to_path_buf() }
    }

    /// The models of this folder alone.
    pub fn models(&self) -> Models {
        Models::in_places(vec![self.place(PlaceKind::Named)]).trusting(store())
    }
}

/// Strain 1 % from t = 0 on, at 300 K, with results at these times (s).
pub fn one_step(times: &[f64]) -> Experiment {
    let mut history = History::default();
    history.push(0.0, 300.0, Control::Strain, 0.01);
    history.push(1000.0, 300.0, Control::Strain, 0.01);
    Experiment { history, times: times.to_vec(), before: Vec::new(), wanted: vec!["stress".to_owned()] }
}
