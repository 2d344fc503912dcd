//! A check: which tests of which models, and what they found.

use crate::catalogue::Test;
use crate::report::{Report, TestReport};
use crate::supervise::{self, Worker};
use crate::verdict::{Finding, Verdict, skipped};
use crate::worker::{self, Job, Listed, Opened, Work};
use regex_lite::Regex;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use thiserror::Error;

/// So many tests may hang before the rest is skipped: each costs the whole time limit.
const HANGS_ENDURED: usize = 3;

/// What to check and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Full id of the one model to check, or its last part; `None`: all models of the library.
    pub model: Option<String>,
    /// Tests whose name this matches; `None`: all of them.
    pub only: Option<Regex>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Values of settings, by id, that replace the defaults in every model that has them: a smaller lattice.
    pub settings: BTreeMap<String, f64>,
    /// Also the tests of physics and of good manners.
    pub pedantic: bool,
    /// Time that a test may take.
    pub limit: Duration,
    /// Whether the manifest beside the library is left alone, because it is about to be written anew.
    pub ignore_manifest: bool,
    /// How the process of a test is started; `None`: in this process, for a debugger. Then a crash ends the check.
    pub worker: Option<Worker>,
}

impl Options {
    /// The usual time limit of a test.
    pub const LIMIT: Duration = Duration::from_secs(45);
}

/// Why a check could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The library has no such model.
    #[error("library `{}` has no model `{model}`; it has {}", .plugin_path.display(), .known.join(", "))]
    NoSuchModel {
        /// The library.
        plugin_path: PathBuf,
        /// As asked for.
        model: String,
        /// Full ids of its models.
        known: Vec<String>,
    },
    /// No model to be checked has such a setting.
    #[error("no model has the setting `{setting}`; there are: {}", .known.join(", "))]
    NoSuchSetting {
        /// As asked for.
        setting: String,
        /// Ids of the settings there are.
        known: Vec<String>,
    },
    /// No test has such a name.
    #[error("no test has a name that matches `{pattern}`")]
    NoSuchTest {
        /// As asked for.
        pattern: String,
    },
    /// The process of a test cannot be started or its files cannot be written.
    #[error("cannot start the process of a test: {0}")]
    Process(#[source] io::Error),
}

/// A test to make.
struct Task {
    test: Test,
    model: Option<String>,
}

/// Checks a library, by its absolute path. `progress` is told of every test when it has ended.
///
/// # Errors
/// See [`CheckError`]; a library that cannot be opened is a [`Report`] like any other.
pub fn check(library: &Path, options: &Options, progress: &(dyn Fn(&TestReport) + Sync)) -> Result<Report, CheckError> {
    let chosen: Vec<Test> = Test::all()
        .filter(|test| options.pedantic || !test.is_pedantic())
        .filter(|test| !(options.ignore_manifest && *test == Test::ManifestEqualsTheLibrary))
        .filter(|test| options.only.as_ref().is_none_or(|only| only.is_match(test.name())))
        .collect();
    if chosen.is_empty() {
        let pattern = options.only.as_ref().map(|only| only.as_str().to_owned()).unwrap_or_default();
        return Err(CheckError::NoSuchTest { pattern });
    }
    let folder = tempfile::Builder::new().prefix("kovacs-check-").tempdir().map_err(CheckError::Process)?;
    let bench = Bench { plugin_path: library, options, folder: folder.path(), hangs: AtomicUsize::new(0) };
    let (models, digest) = match bench.list().map_err(CheckError::Process)? {
        Ok(Opened::Models(models, digest)) => (models, digest),
        Ok(Opened::Refused(test, reason)) => {
            let finding = Finding::new(Verdict::Failed, reason);
            return Ok(bench.not_opened(&chosen, test, &finding, progress));
        }
        Err(finding) => return Ok(bench.not_opened(&chosen, Test::Opens, &finding, progress)),
    };
    let models = bench.chosen_models(models)?;
    // In the order of the catalogue, so that what everything depends on is tried first.
    let of_each_model = |test: Test| models.iter().map(move |model| Task { test, model: Some(model.clone()) });
    let mut tasks = Vec::new();
    for &test in &chosen {
        match test.is_of_the_library() {
            true => tasks.push(Task { test, model: None }),
            false => tasks.extend(of_each_model(test)),
        }
    }
    let tests = bench.make_all(&tasks, progress).map_err(CheckError::Process)?;
    Ok(bench.report(Some(digest), tests))
}

/// One library under test.
struct Bench<'a> {
    plugin_path: &'a Path,
    options: &'a Options,
    /// Where the processes of the tests leave their files; each has a folder of its own in it.
    folder: &'a Path,
    hangs: AtomicUsize,
}

impl Bench<'_> {
    fn list(&self) -> io::Result<Result<Opened, Finding>> {
        match &self.options.worker {
            None => Ok(Ok(worker::look(self.plugin_path))),
            Some(worker) => {
                let (job, folder) = self.job(Work::List, "list")?;
                supervise::list(worker, &job, &folder, self.options.limit)
            }
        }
    }

    fn job(&self, work: Work, name: &str) -> io::Result<(Job, PathBuf)> {
        let folder = self.folder.join(name);
        fs::create_dir(&folder)?;
        // Not in the folder in which the process starts: what a model leaves there is its own affair.
        let journal = self.folder.join(format!("{name}.journal"));
        Ok((
            Job {
                library: self.plugin_path.to_path_buf(),
                work,
                seed: self.options.seed,
                settings: self.options.settings.clone(),
                journal,
            },
            folder,
        ))
    }

    /// The models to check: one if one was asked for.
    fn chosen_models(&self, models: Vec<Listed>) -> Result<Vec<String>, CheckError> {
        let is_asked_for = |model: &&Listed| {
            let asked = self.options.model.as_ref().map(|asked| asked.replace('-', "_"));
            asked.is_none_or(|asked| model.id == asked || model.id.rsplit('.').next() == Some(&asked))
        };
        let chosen: Vec<&Listed> = models.iter().filter(is_asked_for).collect();
        if chosen.is_empty() {
            let known = models.iter().map(|model| model.id.clone()).collect();
            let model = self.options.model.clone().unwrap_or_default();
            return Err(CheckError::NoSuchModel { plugin_path: self.plugin_path.to_path_buf(), model, known });
        }
        let mut asked = self.options.settings.keys();
        let is_known = |setting: &String| chosen.iter().any(|model| model.settings.contains(setting));
        if let Some(setting) = asked.find(|setting| !is_known(setting)) {
            let known = chosen.iter().flat_map(|model| model.settings.clone()).collect();
            return Err(CheckError::NoSuchSetting { setting: setting.clone(), known });
        }
        Ok(chosen.into_iter().map(|model| model.id.clone()).collect())
    }

    /// A library that does not open fails one test; the others cannot be made.
    fn not_opened(
        &self,
        chosen: &[Test],
        blamed: Test,
        finding: &Finding,
        progress: &(dyn Fn(&TestReport) + Sync),
    ) -> Report {
        // The test in charge is reported even if it was not asked for: else nothing would be.
        let asked_for = |test: &Test| *test == blamed || chosen.contains(test);
        let report = |test: Test| {
            let reason = || skipped(format!("the library does not open, see `{}`", blamed.name()));
            let finding = if test == blamed { finding.clone() } else { reason() };
            let report = TestReport { test, group: test.group(), model: None, finding };
            progress(&report);
            report
        };
        self.report(None, Test::all().filter(asked_for).map(report).collect())
    }

    fn report(&self, digest: Option<String>, tests: Vec<TestReport>) -> Report {
        Report { plugin_path: self.plugin_path.to_path_buf(), digest, seed: self.options.seed, tests }
    }

    /// Makes the tests, as many at once as there are processors, and gives the findings in the order of the list.
    fn make_all(&self, tasks: &[Task], progress: &(dyn Fn(&TestReport) + Sync)) -> io::Result<Vec<TestReport>> {
        let next = AtomicUsize::new(0);
        let found: Mutex<Vec<(usize, io::Result<TestReport>)>> = Mutex::new(Vec::new());
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(task) = tasks.get(index) else { return };
                let report = self.make(task, index);
                if let Ok(report) = &report {
                    progress(report);
                }
                let failed = report.is_err();
                found.lock().unwrap_or_else(PoisonError::into_inner).push((index, report));
                if failed {
                    // A machine that starts no processes starts none for the other tests either.
                    next.store(tasks.len(), Ordering::Relaxed);
                }
            }
        };
        // In this process tests come one after the other, as a debugger needs them.
        let at_once = match self.options.worker {
            Some(_) => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            None => 1,
        };
        thread::scope(|scope| (0..at_once).for_each(|_| drop(scope.spawn(work))));
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, report)| report).collect()
    }

    fn make(&self, task: &Task, index: usize) -> io::Result<TestReport> {
        let Task { test, model } = task;
        let Options { worker, seed, settings, limit, .. } = self.options;
        let finding = match worker {
            _ if self.hangs.load(Ordering::Relaxed) >= HANGS_ENDURED => {
                skipped(format!("{HANGS_ENDURED} tests hung already"))
            }
            None if test.needs_its_own_process() => skipped("needs a process of its own; run without `--in-process`"),
            None => worker::make(*test, self.plugin_path, model.as_deref(), *seed, settings, &|_words| {}),
            Some(worker) => {
                let (job, folder) = self.job(Work::Test(*test, model.clone()), &index.to_string())?;
                supervise::run(worker, &job, &folder, *limit)?
            }
        };
        if finding.verdict == Verdict::Hung {
            self.hangs.fetch_add(1, Ordering::Relaxed);
        }
        Ok(TestReport { test: *test, group: test.group(), model: model.clone(), finding })
    }
}
