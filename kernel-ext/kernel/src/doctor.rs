//! What a kernel needs on this machine, looked at one by one: what is wrong, and the command that mends it.
//!
//! Every check looks and changes nothing, but for files in folders that it has made for itself.

use crate::specs;
use serde::Serialize;
use std::fmt;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the oldest compiler is that can be used.
const OLDEST_COMPILER: (u32, u32) = (1, 95);
/// Free space below which the cache will soon be full, in bytes.
const LITTLE_SPACE: u64 = 2 << 30;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// The kernel runs, and something may be missing.
    Warning,
    /// The kernel will not run.
    Problem,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "problem",
        })
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// How it stands.
    pub state: State,
    /// What was seen.
    pub seen: String,
    /// What mends it, for what is not as it should be: a command, or words.
    pub remedy: Option<String>,
}

impl Finding {
    fn ok(what: &'static str, seen: impl Into<String>) -> Finding {
        Finding { what, state: State::Ok, seen: seen.into(), remedy: None }
    }

    fn not(what: &'static str, state: State, seen: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { what, state, seen: seen.into(), remedy: Some(remedy.into()) }
    }
}

/// What the caller knows.
#[derive(Debug)]
pub struct Patient {
    /// The program that the kernel should be.
    pub program: PathBuf,
    /// The folder of what sessions share, if it has been made; an error in words if that cannot be known.
    pub set_up: Result<Option<PathBuf>, String>,
    /// The name of the kernel that this runs in, if it runs in one.
    pub kernel: Option<String>,
}

/// Looks at everything, in the order in which things are needed.
pub fn examine(patient: &Patient) -> Vec<Finding> {
    let version = env!("CARGO_PKG_VERSION");
    let program = Finding::ok("program", format!("kovacs {version}, {}", patient.program.display()));
    vec![
        program,
        compiler(),
        standard_library(),
        linker(),
        set_up(&patient.set_up),
        cache(),
        runtime(&runtime_folder()),
        sockets(),
        description(&patient.program, &asked_for(patient.kernel.as_deref(), specs::find())),
        jupyter(),
    ]
}

/// First line of what a program says of itself.
fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}

fn compiler() -> Finding {
    const WHAT: &str = "compiler";
    let Some(seen) = says("rustc", &["--version"]) else {
        return Finding::not(WHAT, State::Problem, "`rustc` does not run", "install Rust from https://rustup.rs");
    };
    match version_in(&seen) {
        Some(version) if version >= OLDEST_COMPILER => Finding::ok(WHAT, seen),
        _ => {
            let (major, minor) = OLDEST_COMPILER;
            Finding::not(WHAT, State::Problem, format!("{seen}; {major}.{minor} is needed"), "rustup update stable")
        }
    }
}

/// `(1, 95)` of `rustc 1.95.0 (hash date)`.
fn version_in(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn standard_library() -> Finding {
    const WHAT: &str = "standard library";
    let Some(root) = says("rustc", &["--print", "sysroot"]) else {
        return Finding::not(
            WHAT,
            State::Problem,
            "not known without a compiler",
            "install Rust from https://rustup.rs",
        );
    };
    let sources = Path::new(&root).join("lib/rustlib/src/rust/library/core/src/lib.rs");
    if sources.is_file() {
        Finding::ok(WHAT, "its sources are there")
    } else {
        let seen = format!("`{}` is missing", sources.display());
        Finding::not(WHAT, State::Problem, seen, "rustup component add rust-src")
    }
}

fn linker() -> Finding {
    match says("cc", &["--version"]) {
        Some(seen) => Finding::ok("linker", seen),
        None => Finding::not("linker", State::Problem, "`cc` does not run", "install gcc or clang, as `cc`"),
    }
}

fn set_up(folder: &Result<Option<PathBuf>, String>) -> Finding {
    const WHAT: &str = "prelude";
    match folder {
        Ok(Some(folder)) => Finding::ok(WHAT, format!("set up for this compiler, {}", folder.display())),
        Ok(None) => {
            let seen = "not set up for this compiler and version: the first start will take longer";
            Finding::not(WHAT, State::Warning, seen, "kovacs setup")
        }
        Err(message) => Finding::not(WHAT, State::Problem, message, "mend the compiler first, then: kovacs setup"),
    }
}

fn cache() -> Finding {
    const WHAT: &str = "cache";
    let Some(folder) = kovacs_home::cache_folder() else {
        let seen = "no folder for it: neither KOVACS_CACHE_DIR nor HOME is set";
        return Finding::not(WHAT, State::Problem, seen, "export KOVACS_CACHE_DIR=/a/folder/of/yours");
    };
    cache_in(&folder)
}

fn cache_in(folder: &Path) -> Finding {
    const WHAT: &str = "cache";
    let other = "free some space, or: export KOVACS_CACHE_DIR=/a/folder/of/yours";
    let tried = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
    if let Err(error) = tried {
        return Finding::not(WHAT, State::Problem, format!("cannot write `{}`: {error}", folder.display()), other);
    }
    let free = rustix::fs::statvfs(folder).map(|about| about.f_bavail.saturating_mul(about.f_frsize));
    let seen = |free: u64| format!("{}, {:.1} GB free", folder.display(), free as f64 / 1e9);
    match free {
        Ok(free) if free < LITTLE_SPACE => Finding::not(WHAT, State::Warning, seen(free), other),
        Ok(free) => Finding::ok(WHAT, seen(free)),
        Err(_) => Finding::ok(WHAT, folder.display().to_string()),
    }
}

/// Where Jupyter writes the files that hold the keys of kernels.
fn runtime_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("JUPYTER_RUNTIME_DIR")
        .or_else(|| variable("JUPYTER_DATA_DIR").map(|folder| folder.join("runtime")))
        .or_else(|| variable("XDG_DATA_HOME").map(|folder| folder.join("jupyter/runtime")))
        .or_else(|| variable("HOME").map(|home| home.join(".local/share/jupyter/runtime")))
}

fn runtime(folder: &Option<PathBuf>) -> Finding {
    const WHAT: &str = "runtime folder";
    let Some(folder) = folder else {
        return Finding::not(WHAT, State::Warning, "no folder for it: HOME is not set", "export HOME=/your/home");
    };
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Finding::ok(WHAT, format!("{}, which Jupyter will make", folder.display()))
        }
        Err(error) => {
            let seen = format!("cannot read `{}`: {error}", folder.display());
            Finding::not(WHAT, State::Problem, seen, format!("chmod 700 '{}'", folder.display()))
        }
        Ok(about) if about.permissions().mode() & 0o022 != 0 => {
            let seen = format!("others can write `{}`, where the keys of kernels are", folder.display());
            Finding::not(WHAT, State::Problem, seen, format!("chmod 700 '{}'", folder.display()))
        }
        Ok(_) => Finding::ok(WHAT, folder.display().to_string()),
    }
}

fn sockets() -> Finding {
    const WHAT: &str = "sockets";
    if let Err(error) = TcpListener::bind(("127.0.0.1", 0)) {
        let seen = format!("cannot listen on 127.0.0.1: {error}");
        return Finding::not(WHAT, State::Problem, seen, "allow programs to listen on the loopback interface");
    }
    let folder = tempfile::Builder::new().prefix("kovacs-").tempdir();
    match folder.and_then(|folder| UnixListener::bind(folder.path().join("trial"))) {
        Ok(_) => Finding::ok(WHAT, "TCP on 127.0.0.1 and Unix sockets can be listened on"),
        Err(error) => {
            let seen = format!("cannot listen in `{}`: {error}", std::env::temp_dir().display());
            Finding::not(WHAT, State::Problem, seen, "export TMPDIR=/a/short/path/of/yours")
        }
    }
}

/// The descriptions that matter: in a kernel that of this kernel, elsewhere all.
fn asked_for(kernel: Option<&str>, mut specs: Vec<specs::Spec>) -> Vec<specs::Spec> {
    if specs.iter().any(|spec| Some(spec.name.as_str()) == kernel) {
        specs.retain(|spec| Some(spec.name.as_str()) == kernel);
    }
    specs
}

fn description(program: &Path, specs: &[specs::Spec]) -> Finding {
    const WHAT: &str = "kernelspec";
    const INSTALL: &str = "kovacs kernel install";
    let canonical = |path: &Path| path.canonicalize().ok();
    let Some(first) = specs.first() else {
        return Finding::not(WHAT, State::Warning, "Jupyter does not know this kernel", INSTALL);
    };
    if let Some(spec) =
        specs.iter().find(|spec| canonical(&spec.program).is_some_and(|path| Some(path) == canonical(program)))
    {
        return Finding::ok(WHAT, format!("`{}` in {}", spec.name, spec.folder.display()));
    }
    let gone = if first.program.exists() { "another program" } else { "a program that is gone" };
    let seen = format!("`{}` starts {gone}: {}", first.name, first.program.display());
    let state = if first.program.exists() { State::Warning } else { State::Problem };
    Finding::not(WHAT, state, seen, format!("{INSTALL} --name {}", first.name))
}

fn jupyter() -> Finding {
    const WHAT: &str = "Jupyter";
    let versions = Command::new("jupyter").arg("--version").output().ok().filter(|output| output.status.success());
    let Some(output) = versions else {
        return Finding::not(WHAT, State::Warning, "`jupyter` is not in your PATH", "pip install jupyterlab");
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let wanted = ["jupyterlab", "notebook", "jupyter_client"];
    let seen: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, version)| (name.trim(), version.trim()))
        .filter(|(name, version)| wanted.contains(name) && *version != "not installed")
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    if seen.is_empty() {
        return Finding::not(WHAT, State::Warning, "it has no front end for notebooks", "pip install jupyterlab");
    }
    Finding::ok(WHAT, seen.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_the_compiler_says() {
        assert_eq!(version_in("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(version_in("rustc 1.101.0-nightly (x)"), Some((1, 101)));
        assert_eq!(version_in("no compiler"), None);
    }

    #[test]
    fn a_kernelspec_that_starts_something_else_is_noticed_with_the_command_that_mends_it() {
        let place = tempfile::tempdir().unwrap();
        let program = place.path().join("kovacs");
        std::fs::write(&program, "").unwrap();
        let spec = |program: &Path| specs::Spec {
            name: "glass".to_owned(),
            display_name: String::new(),
            folder: place.path().join("kernels/glass"),
            program: program.to_path_buf(),
        };
        assert_eq!(description(&program, &[]).state, State::Warning);
        assert_eq!(description(&program, &[spec(&program)]).state, State::Ok);
        let gone = description(&program, &[spec(&place.path().join("gone"))]);
        assert_eq!(gone.state, State::Problem);
        assert_eq!(gone.remedy.as_deref(), Some("kovacs kernel install --name glass"));
        let other = place.path().join("other");
        std::fs::write(&other, "").unwrap();
        assert_eq!(description(&program, &[spec(&other)]).state, State::Warning);
        // In a kernel, its own description is looked at.
        let crystal = specs::Spec { name: "crystal".to_owned(), ..spec(&program) };
        let both = || vec![spec(&other), crystal.clone()];
        assert_eq!(asked_for(Some("crystal"), both()), std::slice::from_ref(&crystal));
        assert_eq!(asked_for(Some("elsewhere"), both()).len(), 2);
        assert_eq!(asked_for(None, both()).len(), 2);
    }

    #[test]
    fn folders_that_cannot_be_used_are_problems() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("file"), "").unwrap();
        assert_eq!(cache_in(&place.path().join("file/below")).state, State::Problem);
        assert_ne!(cache_in(&place.path().join("cache")).state, State::Problem);
        assert_eq!(runtime(&Some(place.path().join("not yet"))).state, State::Ok);
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let open = runtime(&Some(place.path().to_path_buf()));
        assert_eq!(open.state, State::Problem);
        assert!(open.remedy.unwrap().starts_with("chmod 700"));
    }
}
