//! Makes every test in a process of its own, with a time limit, two or more at once.
//!
//! A crash, an exit and a hang are results: the process of the test is gone, the others go on. What it wrote to its
//! journal until then says where it was.

use crate::catalogue::Test;
use crate::verdict::{Finding, Verdict};
use crate::worker::{CHECK_ARGUMENT, Job, Line, Opened, Work};
use rustix::process::Signal;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How a test's process is started.
#[derive(Clone, Debug)]
pub struct Worker {
    /// The executable: `kovacs`, or the one of the tests.
    pub program: PathBuf,
    /// Arguments in front of the role.
    pub arguments: Vec<OsString>,
}

/// Opens the library in a process of its own and says which models it has; `Err` with the finding of the test `opens`
/// where that process did not come to its end.
///
/// # Errors
/// The process cannot be started or its files cannot be written.
pub(crate) fn list(worker: &Worker, job: &Job, folder: &Path, limit: Duration) -> io::Result<Result<Opened, Finding>> {
    let run = Finished::of(worker, job, folder, limit)?;
    let opened = run.lines.iter().find_map(|line| match line {
        Line::Opened(opened) => Some(opened.clone()),
        _ => None,
    });
    Ok(match (run.status, opened) {
        (Some(status), Some(opened)) if status.success() => Ok(opened),
        _ => Err(run.bad_end()),
    })
}

/// Makes one test in a process of its own.
///
/// # Errors
/// The process cannot be started or its files cannot be written.
pub(crate) fn run(worker: &Worker, job: &Job, folder: &Path, limit: Duration) -> io::Result<Finding> {
    let run = Finished::of(worker, job, folder, limit)?;
    let found = run.lines.iter().find_map(|line| match line {
        Line::Found(finding) => Some(finding.clone()),
        _ => None,
    });
    let silent = matches!(job.work, Work::Test(Test::PrintsNothing, _));
    Ok(match (run.status, found) {
        (Some(status), Some(finding)) if status.success() => {
            if silent && finding.verdict == Verdict::Passed {
                run.printed().unwrap_or(finding)
            } else {
                finding
            }
        }
        _ => run.bad_end(),
    })
}

/// A process that is over.
struct Finished {
    /// `None`: it did not end and was killed.
    status: Option<ExitStatus>,
    lines: Vec<Line>,
    limit: Duration,
    out: PathBuf,
    err: PathBuf,
}

impl Finished {
    fn of(worker: &Worker, job: &Job, folder: &Path, limit: Duration) -> io::Result<Finished> {
        let (out, err) = (folder.join("stdout"), folder.join("stderr"));
        File::create(&job.journal)?;
        let mut child = Command::new(&worker.program)
            .args(&worker.arguments)
            .arg(CHECK_ARGUMENT)
            .arg(serde_json::to_string(job)?)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(File::create(&out)?)
            .stderr(File::create(&err)?)
            .spawn()?;
        let status = wait(&mut child, limit)?;
        Ok(Finished { status, lines: read_journal(&job.journal), limit, out, err })
    }

    /// The finding of a process that did not come to its end as it should.
    fn bad_end(&self) -> Finding {
        let over = self.lines.iter().any(|line| !matches!(line, Line::Doing(_)));
        let doing = self.lines.iter().rev().find_map(|line| match line {
            Line::Doing(words) => Some(words.as_str()),
            _ => None,
        });
        let place = match (over, doing) {
            (true, _) => ", after the test was over".to_owned(),
            (false, Some(words)) => format!(", during: {words}"),
            (false, None) => String::new(),
        };
        let Some(status) = self.status else {
            return Finding::new(Verdict::Hung, format!("no end after {:?}{place}", self.limit));
        };
        let said = last_line(&self.err).map(|line| format!("; it said: {line}")).unwrap_or_default();
        Finding::new(Verdict::Crashed, format!("the process ended with {}{place}{said}", words(status)))
    }

    /// The finding about what was printed, if anything was.
    fn printed(&self) -> Option<Finding> {
        match (last_line(&self.out), last_line(&self.err)) {
            (Some(line), _) => Some(Finding::new(Verdict::Failed, format!("it writes to standard output: {line}"))),
            (None, Some(line)) => Some(Finding::new(Verdict::Warning, format!("it writes to standard error: {line}"))),
            (None, None) => None,
        }
    }
}

/// How the process ended; `None`: it did not, and was killed.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(20));
    }
}

/// Lines that were written whole; a crash can cut the last one.
fn read_journal(path: &Path) -> Vec<Line> {
    let text = fs::read(path).unwrap_or_default();
    text.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

/// The last line of a file, shortened.
fn last_line(path: &Path) -> Option<String> {
    const READ: u64 = 64 << 10;
    const SHOWN: usize = 200;
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(READ).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(line.chars().filter(|c| !c.is_control()).take(SHOWN).collect())
}

/// An ending in words: `signal 11 (SIGSEGV)`, `exit code 3`.
fn words(status: ExitStatus) -> String {
    let Some(number) = status.signal() else {
        return status.code().map_or_else(|| status.to_string(), |code| format!("exit code {code}"));
    };
    match Signal::from_named_raw(number) {
        Some(signal) => format!("signal {number} ({})", name(signal)),
        None => format!("signal {number}"),
    }
}

/// The signals that end a process by its own fault, by name.
fn name(signal: Signal) -> &'static str {
    match signal {
        Signal::ABORT => "SIGABRT",
        Signal::BUS => "SIGBUS",
        Signal::FPE => "SIGFPE",
        Signal::ILL => "SIGILL",
        Signal::KILL => "SIGKILL",
        Signal::SEGV => "SIGSEGV",
        Signal::TRAP => "SIGTRAP",
        _ => "from outside",
    }
}
