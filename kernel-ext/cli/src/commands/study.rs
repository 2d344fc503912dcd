//! `kovacs study`: long studies, what they found, and whether that is what the sources say.

use crate::failure::{Explain, Failure};
use crate::interrupt::Interrupts;
use crate::output::{aligned, notice, print, print_json};
use crate::project;
use crate::watched::Watched;
use clap::{Args, Subcommand};
use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_fit::studies::{
    GLASS, Study, StudyDefinition, StudyError, StudySource, StudyTable, definition, definitions,
};
use kovacs_host::{ModelHandle, Models};
use kovacs_runner::{code_digest, exit_code, replace_file};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Folder of the files, from that of the project.
const STUDIES: &str = "models/fit/studies";

/// Long studies: how often intervals hold the truth, which tests tell models apart, how often a test errs
#[derive(Subcommand)]
pub enum Command {
    List(ListOptions),
    Show(ShowOptions),
    Verify(VerifyOptions),
    Run(RunOptions),
}

/// What studies there are
#[derive(Args)]
#[command(after_help = "Examples:\n  kovacs study list\n  kovacs study list --json")]
pub struct ListOptions {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// What a study found
#[derive(Args)]
#[command(after_help = "Examples:\n  kovacs study show confusion\n  kovacs study show coverage-aoi --json")]
pub struct ShowOptions {
    /// Name of the study
    name: String,
    /// Print as JSON: every outcome
    #[arg(long)]
    json: bool,
}

/// Whether kept studies are those of the sources
#[derive(Args)]
#[command(after_help = "\
In the project's folder: compares digests of the code that each study came from; comments do not count.
Fails (7) if one is stale or missing.

Examples:
  kovacs study verify
  kovacs study verify --json")]
pub struct VerifyOptions {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Compute studies again and keep what they found
#[derive(Args)]
#[command(after_help = "\
In the project's folder: takes minutes. Ctrl-C stops; what was kept before stays.
The number of threads changes no number of the result.

Examples:
  kovacs study run coverage-kww
  kovacs study run linear-test --jobs 1 --json")]
pub struct RunOptions {
    /// Names of the studies
    #[arg(required = true)]
    names: Vec<String>,
    /// Threads [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Print as JSON: every outcome
    #[arg(long)]
    json: bool,
}

/// Whether what is kept of a study is what the sources say.
pub struct Standing {
    /// The study.
    pub definition: StudyDefinition,
    /// Sources that have changed since; `None` if nothing is kept that can be read.
    pub changed: Option<Vec<String>>,
}

impl Standing {
    /// Whether nothing has changed.
    pub fn is_current(&self) -> bool {
        self.changed.as_ref().is_some_and(Vec::is_empty)
    }

    fn words(&self) -> String {
        match self.changed.as_deref() {
            None => "missing".to_owned(),
            Some([]) => "current".to_owned(),
            Some(changed) => format!("stale: {} changed", changed.join(", ")),
        }
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.definition.name,
            "state": match self.changed.as_deref() { None => "missing", Some([]) => "current", Some(_) => "stale" },
            "changed": self.changed,
            "command": self.definition.command(),
        })
    }
}

/// Does what was asked for and gives the exit code.
///
/// # Errors
/// No such study, no project here, a study that fails or is stopped.
pub fn run(command: &Command) -> Result<u8, Failure> {
    match command {
        Command::List(options) => list(options).map(|()| exit_code::OK),
        Command::Show(options) => show(options).map(|()| exit_code::OK),
        Command::Verify(options) => verify(options),
        Command::Run(options) => {
            let project = project::find(&project::current_folder()?)?;
            let asked = options.names.iter().map(|name| definition(name)).collect::<Result<Vec<_>, _>>();
            let asked = asked.map_err(|error| Failure::usage(error.to_string()))?;
            let studies = compute(&project, &asked, options.jobs, &Interrupts::listen()?)?;
            if options.json {
                print_json(&studies)?;
            } else {
                print(&studies.iter().map(text).collect::<Vec<_>>().join("\n"))?;
            }
            Ok(exit_code::OK)
        }
    }
}

fn list(options: &ListOptions) -> Result<(), Failure> {
    let all = definitions();
    if options.json {
        let rows = all.iter().map(|study| json!({"name": study.name, "what": study.what, "sets": study.sets}));
        return print_json(&rows.collect::<Vec<_>>());
    }
    print(&aligned("", &all.iter().map(|study| vec![study.name.clone(), study.what.clone()]).collect::<Vec<_>>()))
}

fn show(options: &ShowOptions) -> Result<(), Failure> {
    let asked = definition(&options.name).map_err(|error| Failure::usage(error.to_string()))?;
    let Some(study) = asked.stored()? else {
        return Err(Failure::new(format!("nothing is kept of `{}`", asked.name)).remedy(asked.command()));
    };
    if options.json { print_json(&study) } else { print(&text(&study)) }
}

fn verify(options: &VerifyOptions) -> Result<u8, Failure> {
    let project = project::find(&project::current_folder()?)?;
    let all = standings(&project)?;
    let code = if all.iter().all(Standing::is_current) { exit_code::OK } else { exit_code::CHANGED };
    if options.json {
        print_json(&all.iter().map(Standing::to_json).collect::<Vec<_>>())?;
    } else {
        print(&report(&all))?;
    }
    Ok(code)
}

/// Tables for a terminal.
fn text(study: &Study) -> String {
    let table = |table: &StudyTable| {
        let rows: Vec<Vec<String>> = std::iter::once(&table.columns).chain(&table.rows).cloned().collect();
        format!("{}\n{}{}\n", table.title, aligned("  ", &rows), table.note)
    };
    study.tables().iter().map(table).collect::<Vec<_>>().join("\n")
}

/// How each study of the project stands; none in a project that has no studies.
///
/// # Errors
/// A source cannot be read.
pub fn standings(project: &Path) -> Result<Vec<Standing>, Failure> {
    if !project.join(STUDIES).is_dir() {
        return Ok(Vec::new());
    }
    let mut digests = HashMap::new();
    definitions()
        .into_iter()
        .map(|definition| {
            let kept = std::fs::read_to_string(file(project, &definition)).ok();
            let kept = kept.and_then(|text| Study::from_json(&definition.name, &text).ok());
            let Some(kept) = kept else { return Ok(Standing { definition, changed: None }) };
            let mut changed = Vec::new();
            for now in sources(project, &definition, &mut digests)? {
                if !kept.sources.contains(&now) {
                    changed.push(now.path);
                }
            }
            Ok(Standing { definition, changed: Some(changed) })
        })
        .collect()
}

/// One line for all that are current, one for each of the others, and what to do.
pub fn report(all: &[Standing]) -> String {
    let current = all.iter().filter(|standing| standing.is_current()).count();
    let mut text = format!("studies: {current} of {} are those of the sources\n", all.len());
    let others: Vec<&Standing> = all.iter().filter(|standing| !standing.is_current()).collect();
    for standing in &others {
        text.push_str(&format!("  {}: {}\n", standing.definition.name, standing.words()));
    }
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|standing| standing.definition.name.as_str()).collect();
        text.push_str(&format!("  compute them again: kovacs study run {}\n", names.join(" ")));
    }
    text
}

fn file(project: &Path, definition: &StudyDefinition) -> PathBuf {
    project.join(STUDIES).join(format!("{}.json", definition.name))
}

/// The sources as they are now; what is digested once is known.
fn sources(
    project: &Path,
    definition: &StudyDefinition,
    known: &mut HashMap<&'static str, String>,
) -> Result<Vec<StudySource>, Failure> {
    let source = |path: &&'static str| {
        let digest = match known.get(*path) {
            Some(digest) => digest.clone(),
            None => {
                let digest = code_digest(&project.join(path)).doing("cannot look at what a study came from")?;
                known.insert(*path, digest.clone());
                digest
            }
        };
        Ok(StudySource { path: (*path).to_owned(), digest })
    };
    definition.sources.iter().map(source).collect()
}

/// Computes studies and keeps each when it is done.
///
/// # Errors
/// A model is missing or breaks, it was stopped, or the file cannot be written.
pub fn compute(
    project: &Path,
    asked: &[StudyDefinition],
    jobs: Option<u16>,
    interrupts: &Interrupts,
) -> Result<Vec<Study>, Failure> {
    let threads = jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let found = Models::discover();
    let mut digests = HashMap::new();
    let mut studies = Vec::new();
    for definition in asked {
        // Before the work: what is changed while it goes on makes it stale.
        let sources = sources(project, definition, &mut digests)?;
        let handles = definition
            .models()
            .into_iter()
            .map(|model| found.load(model).map(|handle| (model, handle)).doing(format!("cannot load `{model}`")));
        let handles = handles.collect::<Result<Vec<_>, _>>()?;
        let watched = Watched::of(interrupts, definition.name.as_str());
        let make = |model: &str, changed: &[(&str, f64)]| instance(&handles, model, changed);
        let result = definition.run(&make, definition.sets, threads, &|part| watched.is_at(part));
        watched.clear();
        let result = result.map_err(|error| match error {
            StudyError::Stopped => Failure::new(error.to_string()).code(exit_code::INTERRUPTED),
            other => Failure::from(other).context(format!("the study `{}` failed", definition.name)),
        })?;
        let study = Study {
            name: definition.name.clone(),
            what: definition.what.clone(),
            command: definition.command(),
            sources,
            result,
        };
        replace_file(&file(project, definition), study.to_json()?.as_bytes())?;
        notice(&format!("{} is done", definition.name));
        studies.push(study);
    }
    Ok(studies)
}

/// A model with the settings of its parameter set and these changes.
fn instance(
    handles: &[(&str, ModelHandle)],
    model: &str,
    changed: &[(&str, f64)],
) -> Result<Box<dyn Evaluator>, EvaluationError> {
    let Some((_, handle)) = handles.iter().find(|(name, _)| *name == model) else {
        return Err(EvaluationError::Malformed { what: format!("the study does not say that it needs `{model}`") });
    };
    let about = handle.description();
    let preset = about.preset(GLASS).and_then(|preset| preset.settings.clone());
    let mut settings = preset.unwrap_or_else(|| about.settings.iter().map(|setting| setting.initial).collect());
    for (id, value) in changed {
        let place = about.settings.iter().position(|setting| setting.id == *id);
        if let Some(slot) = place.and_then(|place| settings.get_mut(place)) {
            *slot = *value;
        }
    }
    handle.instance(&settings).map(|instance| Box::new(instance) as Box<dyn Evaluator>)
}
