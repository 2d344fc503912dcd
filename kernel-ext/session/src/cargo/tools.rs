//! Writes the session's cargo out, and its plan.

use crate::cargo::toolchain::Toolchain;
use crate::error::SessionError;
use crate::setup::Setup;
use kovacs_cell_cargo::{NAMES, PLAN_VARIABLE, Plan};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The program, as the build script compiled it.
pub(crate) const PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cell_cargo"));

/// Variables by which tools find each other: in a session they lead to ours.
const REPLACED: [&str; 4] = ["PATH", "CARGO_HOME", "RUSTUP_TOOLCHAIN", "CARGO_NET_OFFLINE"];

/// Writes the program into `folder/bin` under all its names.
pub(crate) fn write_program(folder: &Path) -> Result<(), SessionError> {
    let bin = folder.join("bin");
    let write = |first: &Path| -> io::Result<()> {
        fs::create_dir_all(&bin)?;
        fs::write(first, PROGRAM)?;
        fs::set_permissions(first, fs::Permissions::from_mode(0o755))?;
        NAMES.iter().skip(1).try_for_each(|name| fs::hard_link(first, bin.join(name)))
    };
    let first = bin.join(NAMES[0]);
    write(&first).map_err(SessionError::file("write", &first))
}

/// What a session tells its cargo.
pub(crate) fn plan(setup: &Setup, toolchain: &Toolchain, folder: &Path, crate_folders: Vec<PathBuf>) -> Plan {
    Plan {
        crate_folders,
        tools: setup.tools(),
        prelude: setup.prelude(),
        rustc: toolchain.rustc(),
        cargo: toolchain.cargo(),
        sysroot: toolchain.sysroot.clone(),
        linker: toolchain.linker.clone(),
        standard_library: toolchain.shared_library.clone(),
        system_libraries: system_libraries(),
        externs: setup.externs(),
        unavailable: setup.unavailable(),
        dependencies: setup.dependencies(),
        answers: vec![setup.answers()],
        record: None,
        journal: folder.join("compilations"),
        environment: REPLACED.iter().map(|name| ((*name).to_owned(), std::env::var_os(name))).collect(),
    }
}

/// The environment in which evcxr finds our tools.
pub(crate) fn environment(plan: &Plan, plan_file: &Path) -> Vec<(&'static str, OsString)> {
    let bin = plan.tools.join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&path)));
    vec![
        (PLAN_VARIABLE, plan_file.as_os_str().to_owned()),
        // A search path that cannot be written is left out: the tools are found through `CARGO_HOME` too.
        ("PATH", path.unwrap_or_else(|_| bin.clone().into())),
        ("CARGO_HOME", plan.tools.clone().into()),
        ("RUSTC", bin.join("rustc").into()),
    ]
}

/// The C library and its companions, as this process has them loaded: a cell runs in the same executable.
fn system_libraries() -> Vec<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let wanted = ["libc.so", "libgcc_s.so", "libm.so", "libdl.so", "libpthread.so", "ld-linux", "ld-musl"];
    let mut found: Vec<PathBuf> = maps
        .lines()
        .filter_map(|line| line.find('/').map(|start| PathBuf::from(&line[start..])))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            wanted.iter().any(|start| name.starts_with(start))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
