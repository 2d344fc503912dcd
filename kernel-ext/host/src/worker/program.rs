//! Which program plays the worker.
//!
//! `kovacs` plays every role itself, so it starts itself again: versions cannot differ. A program that has not offered
//! the role would not understand what it is started for, so it is never started by guess.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// Environment variable with the absolute path of the program that plays the worker.
pub const WORKER_VARIABLE: &str = "KOVACS_WORKER";

/// First argument of a program that is started as a worker.
pub const WORKER_ARGUMENT: &str = "__worker";

static OFFERED: AtomicBool = AtomicBool::new(false);

/// Says that this program calls [`serve`](super::serve) when it is started with [`WORKER_ARGUMENT`], so that it may be
/// started again as a worker.
pub fn offer_role() {
    OFFERED.store(true, Ordering::Relaxed);
}

/// The program that plays the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerProgram {
    path: PathBuf,
}

impl WorkerProgram {
    /// Another program that plays the role.
    pub fn at(path: PathBuf) -> Self {
        WorkerProgram { path }
    }

    /// The one of `KOVACS_WORKER`, else this program if it has offered the role.
    ///
    /// # Errors
    /// There is none, in words that say what to do.
    pub(super) fn standard() -> Result<Self, String> {
        WorkerProgram::choose(env::var_os(WORKER_VARIABLE), OFFERED.load(Ordering::Relaxed))
    }

    fn choose(named: Option<OsString>, offered: bool) -> Result<Self, String> {
        match named.filter(|path| !path.is_empty()).map(PathBuf::from) {
            Some(path) if path.is_absolute() => return Ok(WorkerProgram { path }),
            Some(path) => {
                return Err(format!("{WORKER_VARIABLE} is `{}`, not an absolute path; set it to one", path.display()));
            }
            None if !offered => {
                return Err(format!(
                    "this program cannot play the worker of an isolated model; set {WORKER_VARIABLE} to the absolute \
                     path of `kovacs`"
                ));
            }
            None => {}
        }
        // The very file that runs, also if another one has taken its place on the disk.
        let this = Path::new("/proc/self/exe");
        if this.exists() {
            return Ok(WorkerProgram { path: this.to_path_buf() });
        }
        env::current_exe().map(|path| WorkerProgram { path }).map_err(|error| format!("this program is lost: {error}"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.arg(WORKER_ARGUMENT);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_started_again_only_if_it_knows_the_role() {
        let named = |path: &str| WorkerProgram::choose(Some(path.into()), false);
        assert_eq!(named("/opt/kovacs/bin/kovacs").unwrap().path(), Path::new("/opt/kovacs/bin/kovacs"));
        assert_eq!(named("kovacs").unwrap_err(), "KOVACS_WORKER is `kovacs`, not an absolute path; set it to one");
        let nobody = WorkerProgram::choose(None, false).unwrap_err();
        let expected = "this program cannot play the worker of an isolated model; set KOVACS_WORKER to the absolute path \
                        of `kovacs`";
        assert_eq!(nobody, expected);
        assert!(WorkerProgram::choose(Some("".into()), true).is_ok());
    }
}
