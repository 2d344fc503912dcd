//! The program under test, away from whatever the machine has set up.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The built `kovacs`.
pub const KOVACS: &str = env!("CARGO_BIN_EXE_kovacs");

/// Where sessions of all tests keep what they share, so that it is made once.
pub fn cache() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// A folder that stands for one of the user's.
pub fn users_folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("user").join(name)
}

/// Approves a library, as `kovacs model trust` does.
#[track_caller]
pub fn trust(library: &std::path::Path) {
    let store = kovacs_host::TrustStore::at(users_folder("state").join("kovacs").join("trust.toml"));
    store.approve(library, "a test").expect("a library that can be approved");
}

/// `kovacs` with these arguments, in a known environment.
pub fn kovacs(arguments: &[&str]) -> Command {
    at(KOVACS.as_ref(), arguments)
}

/// A copy of the program with these arguments.
pub fn at(program: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env("KOVACS_CACHE_DIR", cache());
    command.env("XDG_STATE_HOME", users_folder("state")).env("XDG_DATA_HOME", users_folder("data"));
    for variable in ["KOVACS_MODEL_PATH", "KOVACS_DATA_PATH", "KOVACS_LOCKED", "KOVACS_WORKER"] {
        command.env_remove(variable);
    }
    command
}

/// What a run of the program left.
pub struct Said {
    /// Exit code; -1 after a signal.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Reads what a finished process left.
    pub fn of(output: &Output) -> Said {
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    /// It ended with this code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Said {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Every one of these is on standard error.
    #[track_caller]
    pub fn complains_of(self, parts: &[&str]) -> Said {
        for part in parts {
            assert!(self.err.contains(part), "no `{part}` in\n{}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Every one of these is on standard output.
    #[track_caller]
    pub fn prints(self, parts: &[&str]) -> Said {
        for part in parts {
            assert!(self.out.contains(part), "no `{part}` in\n{}\n{}", self.out, self.err);
        }
        self
    }
}

/// Runs a command to its end.
#[track_caller]
pub fn run(command: &mut Command) -> Said {
    Said::of(&command.output().expect("the program starts"))
}

/// Runs `kovacs` with these arguments.
#[track_caller]
pub fn say(arguments: &[&str]) -> Said {
    run(&mut kovacs(arguments))
}

/// Whether a process has a handler for SIGINT, the second of the signals it catches.
pub fn catches_interrupts(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 0b10 != 0)
}

/// `actual` is `expected` within a relative tolerance.
#[track_caller]
pub fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() <= tolerance, "{actual} is not {expected} within {tolerance:e}");
}

/// A measured file of the test data, or `None` with a message that the test is skipped.
pub fn measured(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let file = folder.join(path);
    if file.is_file() {
        return Some(file);
    }
    println!("skipped: there is no `{}`; set KOVACS_TEST_DATA to the folder of measured files", file.display());
    None
}
