//! Which model reproduces which finding of the paper, computed and not claimed.
//!
//! Every model goes through the same tests: series of depth, strain, waiting time and temperature, the recovery after
//! each, and relaxations at five temperatures ([`Study`]). Each finding then has a stated criterion that turns the
//! numbers of the study into a verdict ([`judge`]), and the verdict keeps the numbers it rests on. Nothing is fitted to
//! the findings, and a criterion knows no model by name: what a model cannot do comes out as a `no`.

mod study;
mod text;
mod verdicts;

pub use study::{Course, RecoveryPoint, Step, Study, Variant, study};
pub use text::markdown;
pub use verdicts::judge;

use crate::error::FitError;
use kovacs_core::glasses::Glass;
use kovacs_core::model::Evaluator;
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The findings, in the order of the table.
pub const FINDINGS: [(&str, &str); 11] = [
    ("hump_only_after_unloading", "a hump if and only if eps2 < eps1"),
    ("height_with_depth_and_strain", "a higher hump for smaller eps2 and for larger eps1"),
    ("time_and_height_with_strain", "t_p and Delta-sigma grow with eps1"),
    ("time_with_temperature", "t_p grows with temperature"),
    ("height_convex_in_temperature", "Delta-sigma is convex in temperature"),
    ("critical_waiting_time", "a critical waiting time"),
    ("rising_activation_energy", "the activation energy rises with time"),
    ("recovery_becomes_incomplete", "recovery is complete at first and incomplete later"),
    ("recovery_line_waiting", "t_p = tau_rec - 630 s over waiting times"),
    ("recovery_line_temperature", "the same line over temperatures"),
    ("recovery_line_strain", "the same line over strains"),
];

/// What a model does about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It reproduces it.
    Yes,
    /// It has the trend, but not the form or the size.
    Partly,
    /// It does not.
    No,
    /// Parameters that nothing else fixes decide it.
    Depends,
    /// The model cannot do the test, or a number could not be had.
    NotRun,
}

impl Verdict {
    /// The word in tables and files.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Yes => "yes",
            Verdict::Partly => "partly",
            Verdict::No => "no",
            Verdict::Depends => "depends",
            Verdict::NotRun => "not run",
        }
    }
}

/// Numbers that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbers {
    /// What they are.
    pub what: String,
    /// UCUM code of the unit.
    pub unit: &'static str,
    /// The values; `None` where there is none, such as the time of a hump that is not there.
    pub values: Vec<Option<f64>>,
}

/// One cell of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Id, one of [`FINDINGS`].
    pub finding: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one line with numbers.
    pub reason: String,
    /// What it rests on.
    pub numbers: Vec<Numbers>,
}

/// One column of the table: a model with the parameters of a glass.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Short id of the model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the library; `None` when linked statically.
    pub digest: Option<String>,
    /// Id of the glass.
    pub glass: &'static str,
    /// One per finding, in the order of [`FINDINGS`].
    pub findings: Vec<Finding>,
}

/// A model to be judged.
pub struct Subject {
    /// The model.
    pub evaluator: Box<dyn Evaluator>,
    /// Its parameters, in its order.
    pub parameters: Vec<f64>,
    /// The glass whose tests it goes through.
    pub glass: Glass,
}

/// Runs and judges models, several at a time; columns come in the order of the subjects.
///
/// `progress` is called from the threads with the part done, 0..=1, and answers `false` to stop.
///
/// # Errors
/// A model broke or refused a strain-controlled test at constant temperature, a glass has no series, or the run was
/// stopped. That a model takes no stress control is no error but a verdict.
pub fn judge_all(
    subjects: Vec<Subject>,
    threads: usize,
    progress: &(dyn Fn(f64) -> bool + Sync),
) -> Result<Vec<Column>, FitError> {
    let count = subjects.len();
    let total = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    for subject in &subjects {
        total.fetch_add(study::steps(subject)?, Ordering::Relaxed);
    }
    let total = total.into_inner().max(1) as f64;
    let queue = Mutex::new(subjects.into_iter().enumerate());
    let columns: Mutex<Vec<Option<Result<Column, FitError>>>> = Mutex::new((0..count).map(|_| None).collect());
    let work = || {
        loop {
            // Taking the next subject cannot panic, so a poisoned lock holds a valid queue.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, mut subject)) = next else { break };
            let mut step = || progress(done.fetch_add(1, Ordering::Relaxed) as f64 / total);
            let column = column(&mut subject, &mut step);
            if let Some(place) = columns.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
                *place = Some(column);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.clamp(1, count.max(1)) {
            scope.spawn(work);
        }
        work();
    });
    columns.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}

fn column(subject: &mut Subject, step: &mut dyn FnMut() -> bool) -> Result<Column, FitError> {
    let study = study(subject.evaluator.as_mut(), &subject.parameters, &subject.glass, step)?;
    let description = subject.evaluator.description();
    Ok(Column {
        model: description.short_id().to_owned(),
        version: description.version.clone(),
        digest: description.digest.clone(),
        glass: subject.glass.id,
        findings: judge(&study),
    })
}
