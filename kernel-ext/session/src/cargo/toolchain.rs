//! The compiler of the user: which one it is, and where its parts are.

use crate::error::SessionError;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A toolchain as it is now; it may be replaced while a session runs.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// Its folder.
    pub(crate) sysroot: PathBuf,
    /// Where the compiled standard library is.
    pub(crate) compiled_folder: PathBuf,
    /// The shared standard library. Its name has a digest of the compiler in it.
    pub(crate) shared_library: PathBuf,
    /// The linker that comes with the compiler, where there is one.
    pub(crate) linker: Option<PathBuf>,
}

impl Toolchain {
    /// The toolchain that `rustc` stands for in this folder.
    pub(crate) fn find() -> Result<Toolchain, SessionError> {
        let output = Command::new("rustc")
            .args(["--print", "sysroot", "--print", "target-libdir"])
            .output()
            .map_err(|source| SessionError::NoCompiler { source })?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines = text.lines().map(PathBuf::from);
        let (Some(sysroot), Some(compiled_folder), true) = (lines.next(), lines.next(), output.status.success()) else {
            return Err(SessionError::BadCompiler { message: String::from_utf8_lossy(&output.stderr).into_owned() });
        };
        let shared_library = fs::read_dir(&compiled_folder)
            .map_err(SessionError::file("list", &compiled_folder))?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("libstd-") && !name.ends_with(".rlib") && !name.ends_with(".rmeta")
            })
            .ok_or_else(|| SessionError::BadCompiler {
                message: format!("there is no shared standard library in {}", compiled_folder.display()),
            })?;
        let linker = compiled_folder.parent().map(|folder| folder.join("bin/rust-lld")).filter(|path| path.is_file());
        Ok(Toolchain { sysroot, compiled_folder, shared_library, linker })
    }

    /// The sources of the standard library, if they are installed.
    pub(crate) fn standard_library_sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    /// The compiler itself: `rustc` on the search path may be a proxy that chooses one anew each time.
    pub(crate) fn rustc(&self) -> PathBuf {
        self.sysroot.join("bin/rustc")
    }

    /// The cargo that belongs to it, else the one on the search path.
    pub(crate) fn cargo(&self) -> PathBuf {
        let own = self.sysroot.join("bin/cargo");
        if own.is_file() { own } else { "cargo".into() }
    }

    /// Adds what tells this compiler from any other.
    pub(crate) fn digest_into(&self, digest: &mut Sha256) {
        for path in [&self.sysroot, &self.shared_library] {
            digest.update(path.as_os_str().as_encoded_bytes());
            digest.update([0]);
        }
    }
}
