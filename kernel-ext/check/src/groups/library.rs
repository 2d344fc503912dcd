//! What a library may not do to the program that opens it.
//!
//! Numbers of the process are read from `/proc`, so these tests are skipped where there is none.

use crate::subject::{Budget, Subject};
use crate::verdict::{Finding, Outcome, failed, passed, passed_with, skipped, warning};
use kovacs_host::probe;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Work of the processor: a library needs more to open only if it works before it is asked to.
pub(crate) const OPENING: Duration = Duration::from_millis(100);

pub(crate) fn exports_only_the_entry(subject: &Subject<'_>) -> Outcome {
    let exports = probe::exports(subject.probe().handle().path()).map_err(|error| skipped(error.to_string()))?;
    let unique: Vec<&str> =
        exports.iter().filter(|export| export.is_unique).map(|export| export.name.as_str()).collect();
    if !unique.is_empty() {
        return Err(warning(format!(
            "exports {}, which all generations of the library in one process share, so that a rebuilt model may compute \
             with the state of the old one; build with `-fno-gnu-unique -fvisibility=hidden`",
            listed(&unique)
        )));
    }
    let others: Vec<&str> = exports
        .iter()
        .map(|export| export.name.as_str())
        .filter(|name| !name.starts_with(kovacs_abi::ENTRY_PREFIX))
        .collect();
    if others.is_empty() {
        return passed();
    }
    Err(warning(format!(
        "also exports {}; make functions `static`, or build with `-fvisibility=hidden`",
        listed(&others)
    )))
}

/// The first few names, and how many there are besides.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

pub(crate) fn gives_the_same_tables_again(subject: &Subject<'_>) -> Outcome {
    subject.step("second call of the entry function");
    subject.probe().enter_again().map_err(failed)?;
    passed()
}

pub(crate) fn opens_fast(opening: Duration) -> Outcome {
    if opening <= OPENING {
        return passed();
    }
    let milliseconds = opening.as_millis();
    Err(warning(format!("opening it and reading its tables took {milliseconds} ms; do work in `create` or `bind`")))
}

pub(crate) fn keeps_the_float_state(subject: &Subject<'_>) -> Outcome {
    if subject.probe().changed_floats_on_opening() {
        return Err(failed(
            "opening the library changes rounding or flush-to-zero of the thread that opens it; build without `-Ofast` \
             and `-ffast-math`",
        ));
    }
    let before = probe::float_control_word();
    work(subject, &mut |call| {
        let now = probe::float_control_word();
        if now == before {
            return Ok(());
        }
        Err(failed(format!("{call} leaves the floating-point control word at {now:#x}; it was {before:#x}")))
    })?;
    passed()
}

pub(crate) fn keeps_the_process_state(subject: &Subject<'_>) -> Outcome {
    // The library is open already, and what its constructors changed is not seen here; the tests of the workspace open
    // it in a known state instead.
    let before = ProcessState::read();
    work(subject, &mut |call| match ProcessState::read().difference(&before) {
        None => Ok(()),
        Some(change) => Err(failed(format!("{call} changes {change}"))),
    })?;
    passed()
}

/// What it prints is seen by whoever started this process, see `supervise`.
pub(crate) fn prints_nothing(subject: &Subject<'_>) -> Outcome {
    work(subject, &mut |_call| Ok(()))?;
    passed()
}

pub(crate) fn leaves_no_thread(subject: &Subject<'_>) -> Outcome {
    let before = entries("/proc/self/task")?;
    work(subject, &mut |_call| Ok(()))?;
    // A thread that has been joined may still be listed for a moment.
    let started = Instant::now();
    loop {
        let now = entries("/proc/self/task")?;
        if now <= before {
            return passed();
        }
        if started.elapsed() > Duration::from_secs(2) {
            let left = now - before;
            return Err(failed(format!("{left} more threads run after `destroy` than before `create`")));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn leaves_no_file_open(subject: &Subject<'_>) -> Outcome {
    // Once before counting: a library may keep what it opens for all instances.
    work(subject, &mut |_call| Ok(()))?;
    let before = entries("/proc/self/fd")?;
    for _ in 0..3 {
        work(subject, &mut |_call| Ok(()))?;
    }
    match entries("/proc/self/fd")?.saturating_sub(before) {
        0 => passed(),
        left => Err(failed(format!("{left} more files are open after three instances than before"))),
    }
}

/// Time of the processor that this process has used so far: what else runs on the machine does not count.
pub(crate) fn processor_time() -> Result<Duration, Finding> {
    /// The kernel counts in hundredths of a second, whatever its own clock (`USER_HZ`, proc_pid_stat(5)).
    const TICK: Duration = Duration::from_millis(10);
    let unreadable = || skipped("`/proc/self/stat` cannot be read here");
    let text = std::fs::read_to_string("/proc/self/stat").map_err(|_| unreadable())?;
    // The second field, the program's name, may hold spaces and ends with the last parenthesis.
    let fields: Vec<&str> = text.rsplit_once(')').ok_or_else(unreadable)?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u32>().ok());
    // User and system time, fields 14 and 15 of the line.
    ticks(11).zip(ticks(12)).map(|(user, system)| TICK * (user + system)).ok_or_else(unreadable)
}

/// Number of entries of a folder of `/proc`.
pub(crate) fn entries(folder: &str) -> Result<usize, Finding> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.count()),
        Err(error) => Err(skipped(format!("`{folder}` cannot be read here: {error}"))),
    }
}

pub(crate) fn does_not_grow(subject: &Subject<'_>) -> Outcome {
    const CYCLES: usize = 1000;
    /// The first cycles fill what an allocator keeps for later.
    const WARM_UP: usize = 100;
    const ALLOWED: usize = 2 << 20;
    let (_, experiment) = subject.usual()?;
    let budget = Budget::start();
    let cycles = |count: usize| -> Result<usize, Finding> {
        for done in 0..count {
            if budget.is_spent() {
                return Ok(done);
            }
            drop(subject.instance_bound_to(&experiment)?);
        }
        Ok(count)
    };
    cycles(WARM_UP)?;
    let before = resident_bytes()?;
    let done = cycles(CYCLES)?;
    let grown = resident_bytes()?.saturating_sub(before);
    if grown > ALLOWED {
        let kibibytes = grown >> 10;
        return Err(failed(format!("{done} instances made, bound and destroyed leave {kibibytes} KiB more in use")));
    }
    if done < CYCLES { passed_with(format!("{done} instances, because the model is slow")) } else { passed() }
}

fn resident_bytes() -> Result<usize, Finding> {
    let text = fs::read_to_string("/proc/self/status")
        .map_err(|error| skipped(format!("`/proc/self/status` cannot be read here: {error}")))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kibibytes.map(|kibibytes| kibibytes << 10).ok_or_else(|| skipped("`/proc/self/status` does not say `VmRSS`"))
}

/// One whole life of an instance; `look` is called after every step of it.
fn work(subject: &Subject<'_>, look: &mut dyn FnMut(&str) -> Result<(), Finding>) -> Result<(), Finding> {
    let (_, experiment) = subject.usual()?;
    let mut instance = subject.instance()?;
    look("`create`")?;
    subject.bind(&mut instance, &experiment)?;
    look("`bind`")?;
    subject.evaluate(&mut instance, &[subject.about().defaults()])?;
    look("`evaluate`")?;
    subject.step("destroy");
    drop(instance);
    look("`destroy`")
}

/// A mask of signals without the two that the C library uses for itself once there are threads (nptl(7)).
fn without_internal_signals(name: &str, mask: &str) -> String {
    const INTERNAL: u64 = 1 << 31 | 1 << 32;
    match u64::from_str_radix(mask, 16) {
        Ok(bits) if name.starts_with("Sig") => format!("{:#x}", bits & !INTERNAL),
        _ => mask.to_owned(),
    }
}

/// What all libraries of a process share.
#[derive(PartialEq)]
struct ProcessState {
    folder: Option<PathBuf>,
    environment: BTreeMap<OsString, OsString>,
    locale: String,
    /// Umask and the masks of caught, ignored and blocked signals, as the kernel writes them.
    masks: BTreeMap<String, String>,
}

impl ProcessState {
    fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let kept = ["Umask", "SigBlk", "SigIgn", "SigCgt"];
        let masks = status.lines().filter_map(|line| line.split_once(':'));
        ProcessState {
            folder: std::env::current_dir().ok(),
            environment: std::env::vars_os().collect(),
            locale: probe::locale(),
            masks: masks
                .filter(|(name, _)| kept.contains(name))
                .map(|(name, value)| (name.to_owned(), without_internal_signals(name, value.trim())))
                .collect(),
        }
    }

    /// What is no longer as it was.
    fn difference(&self, before: &ProcessState) -> Option<String> {
        if self.folder != before.folder {
            let path = |folder: &Option<PathBuf>| folder.clone().unwrap_or_default().display().to_string();
            return Some(format!("the current folder from `{}` to `{}`", path(&before.folder), path(&self.folder)));
        }
        if self.environment != before.environment {
            let changed = |name: &&OsString| self.environment.get(*name) != before.environment.get(*name);
            let name = self.environment.keys().chain(before.environment.keys()).find(changed);
            return Some(format!("the environment variable {:?}", name.cloned().unwrap_or_default()));
        }
        if self.locale != before.locale {
            return Some(format!("the locale from `{}` to `{}`", before.locale, self.locale));
        }
        let changed = self.masks.iter().find(|(name, value)| before.masks.get(*name) != Some(value))?;
        let words = match changed.0.as_str() {
            "Umask" => "the umask",
            "SigBlk" => "the blocked signals",
            "SigIgn" => "the ignored signals",
            _ => "the signal handlers",
        };
        Some(format!("{words} to {}", changed.1))
    }
}
