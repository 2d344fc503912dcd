//! The prelude, compiled once for all cells: a shared library, and metadata in a folder of its own.

use crate::cargo::toolchain::Toolchain;
use crate::error::SessionError;
use kovacs_cell_cargo::Extern;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the compiled prelude is in the set-up's folder `folder`; `key` is in its file name, because the loader takes
/// two libraries of one name for the same.
pub(crate) fn described(folder: &Path, key: &str) -> Extern {
    Extern {
        name: "kovacs".into(),
        rmeta: folder.join("rmeta/libkovacs.rmeta"),
        search_folder: Some(folder.join("rmeta")),
        shared_library: Some(folder.join(format!("lib/libkovacs-{key}.so"))),
        ..Extern::default()
    }
}

/// Compiles `kovacs-core` and `kovacs`, whose sources are in `folder`, so that [`described`] is true.
pub(crate) fn compile(folder: &Path, key: &str, toolchain: &Toolchain) -> Result<(), SessionError> {
    let result = described(folder, key);
    let (rmeta, lib) = (folder.join("rmeta"), folder.join("lib"));
    for folder in [&rmeta, &lib] {
        fs::create_dir_all(folder).map_err(SessionError::file("create", folder))?;
    }
    let archive = folder.join("libkovacs_core.rlib");
    let common = |name: &str| {
        let mut command = Command::new(toolchain.rustc());
        let mut remap = folder.as_os_str().to_owned();
        remap.push("/prelude/=");
        // rustc puts what it needs in between into the working directory.
        command
            .current_dir(folder)
            .arg(folder.join(format!("prelude/{name}/src/lib.rs")))
            .args(["--edition", "2024", "--crate-name", &name.replace('-', "_"), "--cap-lints=allow"])
            .args(["-Copt-level=2", "-Cprefer-dynamic", "-Cdebuginfo=0"])
            .arg(format!("-Cmetadata={key}"))
            .args(["-Coverflow-checks=on", "--remap-path-prefix"])
            .arg(remap);
        command
    };
    let emit = |kind: &str, path: &Path| {
        let mut argument = std::ffi::OsString::from(format!("--emit={kind}="));
        argument.push(path);
        argument
    };
    let mut core = common("kovacs-core");
    core.args(["--crate-type", "rlib"]).arg(emit("link", &archive));
    core.arg(emit("metadata", &rmeta.join("libkovacs_core.rmeta")));
    run(core)?;
    let library = result.shared_library.unwrap_or_default();
    let mut with_core = std::ffi::OsString::from("kovacs_core=");
    with_core.push(&archive);
    let mut prelude = common("kovacs");
    prelude.args(["--crate-type", "dylib", "--extern"]).arg(with_core);
    prelude.arg(emit("link", &library)).arg(emit("metadata", &result.rmeta));
    run(prelude)?;
    // All of it is in the library.
    fs::remove_file(&archive).map_err(SessionError::file("remove", &archive))
}

fn run(mut command: Command) -> Result<(), SessionError> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(SessionError::file("start", program))?;
    if output.status.success() {
        return Ok(());
    }
    Err(SessionError::PreludeFailed { message: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}
