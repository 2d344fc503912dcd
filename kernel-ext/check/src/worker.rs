//! The process of one test: opens the library, makes the test, writes what was found.
//!
//! What happens is written to a file, line by line, before it happens: whatever the library does to the process, the last
//! line says where it was. Standard output is left to the library, which must not use it.

use crate::catalogue::{Run, Test};
use crate::groups::library::processor_time;
use crate::subject::Subject;
use crate::verdict::{Finding, Outcome, failed, passed};
use kovacs_host::{HostErrorKind, ModelHandle, probe};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// First argument of the process of one test; the second one is a `Job`.
pub const CHECK_ARGUMENT: &str = "__check";

/// What the process is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) library: PathBuf,
    pub(crate) work: Work,
    pub(crate) seed: u64,
    /// Values of settings that replace the defaults.
    pub(crate) settings: BTreeMap<String, f64>,
    /// Where the lines go.
    pub(crate) journal: PathBuf,
}

/// What is to be done with the library.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// Say which models it has.
    List,
    /// Make a test of the model with this full id, or of its first model.
    Test(Test, Option<String>),
}

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Line {
    /// What is done next.
    Doing(String),
    /// The end of a test.
    Found(Finding),
    /// The end of a listing.
    Opened(Opened),
}

/// What opening the library gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Opened {
    /// Its models, and its SHA-256.
    Models(Vec<Listed>, String),
    /// It is refused; the test in charge and the reason.
    Refused(Test, String),
}

/// A model of the library.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Full id.
    pub(crate) id: String,
    /// Ids of its settings.
    pub(crate) settings: Vec<String>,
}

/// Plays the role of the process of one test.
///
/// # Errors
/// The job cannot be read or its journal cannot be written.
pub fn run_worker(job: &str) -> io::Result<()> {
    let Job { library, work, seed, settings, journal } = serde_json::from_str(job)?;
    // A crash is a result here: no core file of it is wanted.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let journal = Mutex::new(OpenOptions::new().append(true).open(&journal)?);
    let write = |line: &Line| append(&journal, line);
    write(&Line::Doing("open the library".to_owned()))?;
    match work {
        Work::List => write(&Line::Opened(look(&library))),
        Work::Test(test, model) => {
            let note = |words: &str| {
                // Without its journal a test is still a test; only the place of a crash is lost.
                let _ = write(&Line::Doing(words.to_owned()));
            };
            write(&Line::Found(make(test, &library, model.as_deref(), seed, &settings, &note)))
        }
    }
}

/// Opens the library and says what is in it.
pub(crate) fn look(library: &Path) -> Opened {
    match probe::open(library) {
        Ok(handles) => {
            let digest = handles.first().map(|handle| handle.digest().to_owned()).unwrap_or_default();
            let listed = |handle: &ModelHandle| Listed {
                id: handle.id().to_owned(),
                settings: handle.description().settings.iter().map(|setting| setting.id.clone()).collect(),
            };
            Opened::Models(handles.iter().map(listed).collect(), digest)
        }
        Err(error) => match error.kind() {
            HostErrorKind::Library { fault, .. } => Opened::Refused(Test::blamed_for(fault), fault.to_string()),
            _ => Opened::Refused(Test::Opens, error.to_string()),
        },
    }
}

fn append(journal: &Mutex<File>, line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    journal.lock().map_err(|_| io::ErrorKind::Other)?.write_all(&text)
}

/// Opens the library and makes the test, in this process.
pub(crate) fn make(
    test: Test,
    library: &Path,
    model: Option<&str>,
    seed: u64,
    settings: &BTreeMap<String, f64>,
    note: &dyn Fn(&str),
) -> Finding {
    let started = processor_time();
    let opened = probe::open(library).map(|handles| {
        let position = handles.iter().position(|handle| Some(handle.id()) == model).unwrap_or(0);
        handles.into_iter().nth(position)
    });
    let handle = match opened {
        Ok(Some(handle)) => handle,
        // It was opened a moment ago, when its models were listed.
        Ok(None) => return failed("the library has no model any more"),
        Err(error) => return failed(format!("the library can no longer be opened: {error}")),
    };
    let opening = processor_time().and_then(|now| Ok(now.saturating_sub(started?)));
    let subject = Subject::new(handle.probe(), seed, settings, note);
    let make = || -> Outcome {
        match test.run() {
            Run::WhenOpened => passed(),
            Run::OfTheOpening(test) => test(opening.clone()?),
            Run::Of(test) => test(&subject),
        }
    };
    match catch_unwind(AssertUnwindSafe(make)) {
        Ok(Ok(finding) | Err(finding)) => finding,
        // Results of a broken model can be so odd that the test itself trips over them.
        Err(_) => failed("the answers of the model are so inconsistent that the test cannot compare them"),
    }
}
