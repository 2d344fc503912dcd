//! What the engine holds for cells, by number: tables and models. Variables in cells hold the numbers, and count how
//! many of them there are; the last one to go lets go of the object.

use crate::plugins::Maker;
use kovacs::{Error, Result};
use kovacs_core::model::Evaluator;
use kovacs_datasets::{Package, Registry, Table};
use kovacs_fit::estimate::{FitResult, Parameters};
use kovacs_host::ModelHandle;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A model that cells share; calls to one model follow one another.
pub(crate) type SharedModel = Arc<Mutex<Box<dyn Evaluator>>>;

/// The plugin behind a model that cells hold.
#[derive(Clone)]
pub(crate) struct Plugin {
    pub(crate) handle: ModelHandle,
    /// Whether it runs in a process of its own.
    pub(crate) isolated: bool,
}

/// Everything held for cells.
#[derive(Default)]
pub(crate) struct Objects {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    last: u64,
    held: HashMap<u64, Entry>,
    /// Folders of the packages that tables were opened from, by the digest of their description.
    packages: HashMap<String, PathBuf>,
}

struct Entry {
    count: usize,
    object: Object,
}

enum Object {
    Table(HeldTable),
    Model(SharedModel, Option<Plugin>),
    Fit(Arc<HeldFit>),
}

/// A fit that a cell holds: what a design of tests starts from.
pub(crate) struct HeldFit {
    pub(crate) name: String,
    pub(crate) maker: Maker,
    pub(crate) parameters: Parameters,
    pub(crate) result: FitResult,
}

struct HeldTable {
    table: Arc<Table>,
    /// Columns that a cell has looked at and that the table cannot lend, because they have gaps or hold whole numbers:
    /// in place until the table goes, because cells hold slices of them.
    columns: HashMap<String, Box<[f64]>>,
}

/// The objects of this process.
pub(crate) fn objects() -> &'static Objects {
    static OBJECTS: OnceLock<Objects> = OnceLock::new();
    OBJECTS.get_or_init(Objects::default)
}

impl Objects {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, object: Object) -> u64 {
        let mut entries = self.lock();
        entries.last += 1;
        let number = entries.last;
        entries.held.insert(number, Entry { count: 1, object });
        number
    }

    /// Holds a table for the one who gets the number.
    pub(crate) fn hold_table(&self, table: Table) -> u64 {
        self.hold(Object::Table(HeldTable { table: Arc::new(table), columns: HashMap::new() }))
    }

    /// Holds a model for the one who gets the number.
    pub(crate) fn hold_model(&self, model: Box<dyn Evaluator>, plugin: Option<Plugin>) -> u64 {
        self.hold(Object::Model(Arc::new(Mutex::new(model)), plugin))
    }

    /// Holds a fit for the one who gets the number.
    pub(crate) fn hold_fit(&self, fit: Arc<HeldFit>) -> u64 {
        self.hold(Object::Fit(fit))
    }

    /// The fit with this number.
    pub(crate) fn fit(&self, number: u64) -> Result<Arc<HeldFit>> {
        match self.lock().held.get(&number).map(|entry| &entry.object) {
            Some(Object::Fit(fit)) => Ok(Arc::clone(fit)),
            _ => Err(gone("fit")),
        }
    }

    /// Remembers where a package lies whose table was opened.
    pub(crate) fn note_package(&self, package: &Package) {
        self.lock().packages.insert(package.digest().to_owned(), package.folder().to_owned());
    }

    /// The package of this name and digest, if a table of it was opened or it can be found by its name.
    pub(crate) fn package(&self, name: &str, digest: &str) -> Option<Package> {
        let folder = self.lock().packages.get(digest).cloned();
        let registry = Registry::standard(&[]);
        let found = match folder {
            Some(folder) => registry.open_folder(&folder),
            None => registry.find(name),
        };
        found.ok().filter(|package| package.digest() == digest)
    }

    /// One more variable has the number.
    pub(crate) fn retain(&self, number: u64) {
        if let Some(entry) = self.lock().held.get_mut(&number) {
            entry.count += 1;
        }
    }

    /// One variable less has the number.
    pub(crate) fn release(&self, number: u64) {
        let mut entries = self.lock();
        let Some(entry) = entries.held.get_mut(&number) else { return };
        entry.count -= 1;
        if entry.count == 0 {
            let last = entries.held.remove(&number);
            // Dropping a model may run code of a cell, which may call back.
            drop(entries);
            drop(last);
        }
    }

    /// The table with this number.
    pub(crate) fn table(&self, number: u64) -> Result<Arc<Table>> {
        match self.lock().held.get(&number).map(|entry| &entry.object) {
            Some(Object::Table(held)) => Ok(Arc::clone(&held.table)),
            _ => Err(gone("table")),
        }
    }

    /// The model with this number.
    pub(crate) fn model(&self, number: u64) -> Result<SharedModel> {
        match self.lock().held.get(&number).map(|entry| &entry.object) {
            Some(Object::Model(model, _)) => Ok(Arc::clone(model)),
            _ => Err(gone("model")),
        }
    }

    /// The plugin behind the model with this number.
    pub(crate) fn plugin(&self, number: u64) -> Result<Plugin> {
        match self.lock().held.get(&number).map(|entry| &entry.object) {
            Some(Object::Model(_, Some(plugin))) => Ok(plugin.clone()),
            Some(Object::Model(_, None)) => {
                Err(Error::new("NoPlugin", "this model is a closure of a cell, not a plugin").with_remedy(
                    "run the cell that defines it again to change it; it runs in the notebook's own process",
                ))
            }
            _ => Err(gone("model")),
        }
    }

    /// Address and length of a column of numbers, which stays in place while the table is held.
    pub(crate) fn number_column(&self, number: u64, name: &str) -> Option<(*const f64, usize)> {
        let mut entries = self.lock();
        let Object::Table(held) = &mut entries.held.get_mut(&number)?.object else { return None };
        if let Ok(values) = held.table.slice(name) {
            return Some((values.as_ptr(), values.len()));
        }
        if !held.columns.contains_key(name) {
            let values = held.table.column(name).ok()?;
            held.columns.insert(name.to_owned(), values.into_boxed_slice());
        }
        held.columns.get(name).map(|values| (values.as_ptr(), values.len()))
    }
}

fn gone(what: &str) -> Error {
    Error::new("Gone", format!("this {what} belongs to an earlier cell process"))
        .with_remedy(format!("run the cell that made the {what} again"))
}
