//! Compiles libraries and checks them, as the shell command does.

use kovacs_check::{Options, Report, Worker, check};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder of compiled libraries, removed at the end of the test.
pub struct Bench {
    directory: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("plugins-").tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        Bench { directory: directory.expect("cargo's folder for tests can be written") }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Compiles `crooked.c` with these macros; `None`, with a message, where there is no C compiler.
    pub fn compile(&self, macros: &[&str]) -> Option<PathBuf> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let name = if macros.is_empty() { "correct".to_owned() } else { macros.join("_").to_lowercase() };
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let library = self.directory.path().join(format!("{prefix}kovacs_model_{name}{suffix}"));
        let compiled = Command::new("cc")
            .args(["-std=c99", "-O1", "-Wall", "-Wextra", "-Wno-unused", "-Werror", "-shared", "-fPIC", "-pthread"])
            .args(macros.iter().map(|name| format!("-D{name}")))
            .arg("-I")
            .arg(workspace.join("models/abi/include"))
            .arg(workspace.join("tests/plugins/crooked.c"))
            .args(["-lm", "-o"])
            .arg(&library)
            .output();
        let Ok(compiled) = compiled else {
            println!("skipped: there is no C compiler named `cc` on this machine");
            return None;
        };
        assert!(compiled.status.success(), "{macros:?}: {}", String::from_utf8_lossy(&compiled.stderr));
        Some(library)
    }

    pub fn check(&self, library: &Path, options: &Options) -> Report {
        check(library, options, &|_| {}).unwrap_or_else(|error| panic!("{}: {error}", library.display()))
    }
}

/// A library that cargo built for this test, in a folder beside that of its executable (`deps`, `examples`).
pub fn built(folder: &str, name: &str) -> PathBuf {
    let executable = std::env::current_exe().expect("a test knows its executable");
    let profile = executable.parent().and_then(Path::parent).expect("tests lie in `<profile>/deps`");
    let library =
        profile.join(folder).join(format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    assert!(
        library.is_file(),
        "no `{}`: `cargo test` builds it, `cargo test --test plugins` does not",
        library.display()
    );
    library
}

/// Everything, each test in a process of its own.
pub fn options() -> Options {
    Options {
        model: None,
        only: None,
        seed: 1,
        settings: BTreeMap::new(),
        pedantic: true,
        limit: Options::LIMIT,
        ignore_manifest: false,
        worker: Some(Worker { program: env!("CARGO_BIN_EXE_kovacs-check-worker").into(), arguments: Vec::new() }),
    }
}
