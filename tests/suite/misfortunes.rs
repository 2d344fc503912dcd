//! What meets a session from outside: compilers that are killed, a full disk.
//!
//! An error reply each time, never a wrong result; and the variables are there afterwards.

use crate::desk::{Desk, FrontEnd, in_a_process_of_its_own, in_known_environment};
use crate::program::cache;
use kovacs_session::{CellError, CellErrorKind, CellOutcome};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Source that takes the compiler a second or more; tests kill it before.
const SLOW: &str = "#[allow(long_running_const_eval)]\n\
    pub const SLOW: u64 = { let mut n = 0_u64; while n < 3_000_000 { n += 1; } n };\n";

/// Ends the killing, also when the task panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Kills every process that this one has started and that is `wanted`, by its executable and its arguments, while `task`
/// is done; says how many.
fn killing<T>(wanted: impl Fn(&Path, &str) -> bool + Sync, task: impl FnOnce() -> T) -> (T, usize) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let killer = scope.spawn(|| {
            let mut killed = Vec::new();
            while !over.load(Ordering::Relaxed) {
                for process in descendants() {
                    let Ok(executable) = fs::read_link(format!("/proc/{process}/exe")) else { continue };
                    let arguments = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
                    if wanted(&executable, &arguments.replace('\0', " ")) && !killed.contains(&process) {
                        let status = Command::new("kill").args(["-KILL", &process.to_string()]).status();
                        assert!(status.is_ok(), "`kill` is there");
                        killed.push(process);
                    }
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            killed.len()
        });
        let done = {
            let _over = Over(&over);
            task()
        };
        (done, killer.join().expect("it does not panic"))
    })
}

/// All processes that this one has started, directly or not.
fn descendants() -> Vec<u32> {
    let mut found = vec![std::process::id()];
    let mut next = 0;
    while let Some(parent) = found.get(next) {
        for task in fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        next += 1;
    }
    found.split_off(1)
}

#[test]
fn a_killed_compiler_is_an_error_and_costs_nothing() {
    if !in_known_environment("misfortunes::a_killed_compiler_is_an_error_and_costs_nothing") {
        return;
    }
    let mut desk = Desk::start();
    desk.run("let kept = vec![1, 2, 3];");
    let cell = format!("{SLOW}SLOW");
    let slow = desk.folder.path().join("slow");
    let manifest = "[package]\nname = \"slow\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::create_dir_all(slow.join("src")).expect("a folder");
    fs::write(slow.join("Cargo.toml"), manifest).expect("a file");
    fs::write(slow.join("src/lib.rs"), format!("{SLOW}pub const SEVEN: u64 = 7;\n")).expect("a file");
    let dependency = format!(":dep slow = {{ path = {slow:?} }}\nslow::SEVEN + kept.len() as u64");
    let is_of_session = |executable: &Path| executable.starts_with(cache());
    let compiler = |executable: &Path, arguments: &str| {
        !is_of_session(executable) && executable.ends_with("rustc") && arguments.contains("--crate-name ctx")
    };
    // The session's own cargo, which waits for the compiler.
    let own_cargo = |executable: &Path, _: &str| is_of_session(executable) && executable.ends_with("cargo");
    let cargo = |executable: &Path, arguments: &str| {
        !is_of_session(executable) && executable.ends_with("cargo") && arguments.contains("build")
    };
    let mut dies = |code: &str, wanted: &(dyn Fn(&Path, &str) -> bool + Sync)| -> CellError {
        let (error, killed) = killing(wanted, || desk.fails(code, &mut FrontEnd::default()));
        assert!(killed > 0, "nothing was killed");
        assert!(!error.variables_lost && error.lost.is_empty(), "{error:?}");
        assert_eq!(desk.run("kept.len()").shown(), ["3"]);
        error
    };
    let error = dies(&cell, &compiler);
    assert_eq!(error.kind, CellErrorKind::Compile);
    assert!(error.message.contains("the compiler was stopped (signal: 9 (SIGKILL)); run the cell again"), "{error:?}");
    let error = dies(&cell, &own_cargo);
    assert!(error.message.contains("the compilation was killed from outside"), "{error:?}");
    // What cargo has said so far is all that there is.
    dies(&dependency, &cargo);
    // Undisturbed, all of it works.
    assert_eq!(desk.run(&cell).shown(), ["3000000"]);
    assert_eq!(desk.run(&dependency).shown(), ["10"]);
}

/// A test again, in a process that sees a disk of its own on `folder`. `false` where that is not allowed.
fn on_a_small_disk(test: &str, folder: &Path, size: &str) -> bool {
    let inner = in_a_process_of_its_own(test);
    let mut command = Command::new("unshare");
    let mount = format!("mount -t tmpfs -o size={size} none \"$0\" || exit 99; exec \"$@\"");
    command.args(["-rm", "sh", "-c", &mount]).arg(folder).arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let status = command.env("TMPDIR", folder).env(SMALL_DISK, folder).status();
    let code = status.as_ref().ok().and_then(|status| status.code());
    let may_not = !Command::new("unshare").args(["-rm", "true"]).status().is_ok_and(|status| status.success());
    if code == Some(99) || may_not {
        println!("skipped: no disk can be mounted here (`unshare -rm`)");
        return false;
    }
    assert_eq!(code, Some(0), "see above");
    true
}

/// Where the small disk is.
const SMALL_DISK: &str = "KOVACS_TEST_SMALL_DISK";

/// Fills the disk that this is on, up to so many bytes.
fn fill(path: &Path, left: usize) {
    let mut file = File::create(path).expect("a file");
    let block = vec![0_u8; 4096];
    let mut written = 0;
    while file.write_all(&block).is_ok() {
        written += block.len();
    }
    file.set_len((written.saturating_sub(left)) as u64).expect("it becomes smaller");
}

#[test]
fn a_full_disk_is_an_error_until_there_is_room_again() {
    let Some(disk) = std::env::var_os(SMALL_DISK).map(PathBuf::from) else {
        let folder = tempfile::tempdir().expect("a folder");
        on_a_small_disk("misfortunes::a_full_disk_is_an_error_until_there_is_room_again", folder.path(), "8m");
        return;
    };
    let mut desk = Desk::start();
    desk.run("let kept = vec![1, 2, 3];");
    // Less than the compiler needs, less than the linker needs, less than the next cell needs.
    for left in [0, 4 << 10, 48 << 10, 96 << 10] {
        fill(&disk.join("filling"), left);
        let mut full = 0;
        for code in ["let more = kept.len() as i32; more", "kept.len() as i32", "println!(\"{}\", kept.len());"] {
            let mut front_end = FrontEnd::default();
            match desk.run_with(code, &mut front_end) {
                CellOutcome::Done => assert_eq!(front_end.shown().concat() + front_end.stdout().trim(), "3", "{code}"),
                CellOutcome::Failed(error) => {
                    full += 1;
                    assert_eq!((error.kind, error.variables_lost), (CellErrorKind::Compile, false), "{error:?}");
                    assert!(error.message.contains("make room, then run the cell again"), "{left}: {error:?}");
                }
            }
        }
        assert!(left > 0 || full == 3, "{full}");
        fs::remove_file(disk.join("filling")).expect("it was there");
        assert_eq!(desk.run("kept.len() + 1").shown(), ["4"], "after {left} bytes were left");
    }
}
