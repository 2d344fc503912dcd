//! Before the first cell: which results are taken as they are, which cells run, and why.

use crate::cache::{Cache, Entry};
use crate::dependencies::Dependencies;
use crate::notebook::Notebook;
use crate::outputs::ends_notebook;
use kovacs_session::Used;
use std::collections::{BTreeMap, HashSet, btree_map};
use std::fmt;
use std::path::Path;

/// Why a cell runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Nothing is kept of it: it, or a cell it builds on, is new or has changed.
    New,
    /// What it used is another now: `model tnm`.
    Input(String),
    /// It does something that is not seen: files, processes, the clock.
    Unseen(String),
    /// A cell before it, with this number, does something that is not seen.
    AfterUnseen(usize),
    /// It builds on a cell, with this number, that runs.
    BuildsOn(usize),
    /// Its results are kept; a cell that runs needs its variables.
    Variables,
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::New => formatter.write_str("nothing is kept of it as it stands"),
            Why::Input(input) => write!(formatter, "{input} has changed"),
            Why::Unseen(what) => write!(formatter, "it reaches outside the notebook ({what})"),
            Why::AfterUnseen(cell) => write!(formatter, "it comes after cell {cell}, which reaches outside"),
            Why::BuildsOn(cell) => write!(formatter, "it builds on cell {cell}"),
            Why::Variables => formatter.write_str("for its variables"),
        }
    }
}

/// What is done with the cells that are to run, by their order.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Keys of the cells; empty without a cache.
    pub(crate) keys: Vec<String>,
    /// Results that are taken as they are.
    pub(crate) kept: BTreeMap<usize, Entry>,
    /// Why the others run.
    pub(crate) runs: BTreeMap<usize, Why>,
}

/// What a plan is made from.
pub(crate) struct Grounds<'a> {
    /// Texts of the cells.
    pub(crate) sources: &'a [&'a str],
    /// Their numbers in the notebook.
    pub(crate) numbers: &'a [usize],
    /// Folder of the notebook.
    pub(crate) folder: &'a Path,
    /// Take what is kept; otherwise everything runs.
    pub(crate) reuse: bool,
    /// The executed copy of an earlier run to go on from: its finished cells count, seen or not.
    pub(crate) resume: Option<&'a Notebook>,
}

impl Plan {
    /// Looks at everything that is kept.
    pub(crate) fn of(grounds: &Grounds<'_>, cache: &Cache) -> Plan {
        let dependencies = Dependencies::of(grounds.sources.iter().copied());
        let keys = cache.keys(grounds.folder, grounds.sources, &dependencies);
        let earlier = grounds.resume.map(finished).unwrap_or_default();
        let mut kept: BTreeMap<usize, Entry> = BTreeMap::new();
        let mut resumed = HashSet::new();
        if grounds.reuse {
            for (index, key) in keys.iter().enumerate() {
                if let Some(entry) = earlier.get(key) {
                    resumed.insert(index);
                    kept.insert(index, entry.clone());
                } else if let Some(entry) = cache.get(key) {
                    kept.insert(index, entry);
                }
            }
        }
        let mut inputs: Vec<Used> = Vec::new();
        for used in kept.values().flat_map(|entry| &entry.used) {
            if !inputs.contains(used) {
                inputs.push(used.clone());
            }
        }
        let changed = cache.changed(grounds.folder, &inputs);
        let number = |index: usize| grounds.numbers.get(index).copied().unwrap_or(index + 1);
        let mut runs: BTreeMap<usize, Why> = BTreeMap::new();
        let mut unseen_before: Option<usize> = None;
        for index in 0..keys.len() {
            let unseen = dependencies.unseen(index).filter(|_| !resumed.contains(&index));
            let base = dependencies.direct(index).find(|other| runs.contains_key(other));
            let input = kept.get(&index).and_then(|entry| entry.used.iter().find(|used| changed.contains(used)));
            let why = match (kept.contains_key(&index), unseen, base, input, unseen_before) {
                (_, Some(what), ..) => Some(Why::Unseen(what.to_owned())),
                (_, _, Some(other), ..) => Some(Why::BuildsOn(number(other))),
                (_, _, _, Some(input), _) => Some(Why::Input(format!("{} `{}`", input.kind, input.name))),
                (_, _, _, _, Some(other)) if !resumed.contains(&index) => Some(Why::AfterUnseen(number(other))),
                (false, ..) => Some(Why::New),
                _ => None,
            };
            if unseen.is_some() {
                unseen_before = unseen_before.or(Some(index));
            }
            match why {
                Some(why) => drop(runs.insert(index, why)),
                // Its results say that the rest is skipped: nothing after it runs.
                None if kept.get(&index).is_some_and(|entry| ends_notebook(&entry.outputs)) => break,
                None => {}
            }
        }
        // What runs needs the variables of everything it builds on.
        let mut needed: Vec<usize> = runs.keys().copied().collect();
        while let Some(index) = needed.pop() {
            for other in dependencies.direct(index) {
                if let btree_map::Entry::Vacant(place) = runs.entry(other) {
                    place.insert(Why::Variables);
                    needed.push(other);
                }
            }
        }
        kept.retain(|index, _| !runs.contains_key(index));
        Plan { keys, kept, runs }
    }
}

/// The finished cells of an executed copy, by their keys.
fn finished(copy: &Notebook) -> BTreeMap<String, Entry> {
    let mut found = BTreeMap::new();
    for cell in copy.cells() {
        let Some(note) = cell.note().filter(|note| note["status"] == "done") else { continue };
        let Some(key) = note["key"].as_str() else { continue };
        let used = serde_json::from_value(note["used"].clone()).unwrap_or_default();
        found.insert(key.to_owned(), Entry { outputs: cell.outputs().to_vec(), note: note.clone(), used });
    }
    found
}
