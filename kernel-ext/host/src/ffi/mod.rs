//! Opens a verified library, once per process and content, and keeps it open for ever.
//!
//! The registry is keyed by the digest: the same bytes found in two folders are one library, and a library whose tables
//! were refused after opening is not opened again either.

mod call;
mod float_state;
mod host_table;
mod linear;
pub mod probe;
mod read;

pub(crate) use call::{CallFailure, EvalInput, RawInstance};
pub(crate) use host_table::LogLine;
pub(crate) use linear::linear;

use crate::error::LibraryFault;
use crate::private_copy::PrivateCopy;
use float_state::FloatState;
use host_table::HostTable;
use kovacs_abi as abi;
use kovacs_core::model::ModelDescription;
use libloading::os::unix::{Library as SystemLibrary, RTLD_LOCAL, RTLD_NOW};
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

/// An opened library: its models, and what was noticed while opening it.
pub(crate) struct Library {
    pub(crate) digest: String,
    /// What the library says of its build.
    pub(crate) build: String,
    pub(crate) models: Vec<Model>,
    pub(crate) warnings: Vec<String>,
    /// Whether opening it changed the floating-point control word.
    changed_floats: bool,
    host: &'static HostTable,
    entry: abi::EntryFn,
    tables: PluginTable,
}

/// The table a library handed out.
struct PluginTable(*const abi::Plugin);

// SAFETY: constant tables that live for ever, by the header.
unsafe impl Send for PluginTable {}
// SAFETY: as above; nobody writes through the pointer.
unsafe impl Sync for PluginTable {}

/// A model of an opened library.
pub(crate) struct Model {
    /// Without the path, which belongs to the file and not to the content.
    pub(crate) description: ModelDescription,
    functions: call::Functions,
    /// The extension `kovacs.linear/1`, if the model has it.
    linear: Option<linear::LinearFunctions>,
}

impl Model {
    /// Whether the model has the extension `kovacs.linear/1`.
    pub(crate) fn is_linear(&self) -> bool {
        self.linear.is_some()
    }
}

impl Library {
    /// What the library said through the host's log, oldest first.
    pub(crate) fn log(&self) -> Vec<LogLine> {
        self.host.lines()
    }

    fn descriptions(&self) -> impl Iterator<Item = &ModelDescription> {
        self.models.iter().map(|model| &model.description)
    }
}

type Opened = Result<Arc<Library>, Arc<LibraryFault>>;

/// Every library this process has opened, by digest.
static OPENED: Mutex<Option<HashMap<String, Opened>>> = Mutex::new(None);

/// Gives the library with this digest, opening it if this process has not done so yet. `copy` is called only then.
///
/// # Errors
/// The library cannot be copied or opened, or its tables are refused.
pub(crate) fn open_once(
    digest: &str,
    copy: impl FnOnce() -> Result<PrivateCopy, LibraryFault>,
) -> Result<Arc<Library>, Arc<LibraryFault>> {
    // A panic while it was held cannot have left half an entry: entries are inserted whole.
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let opened = opened.get_or_insert_default();
    if let Some(known) = opened.get(digest) {
        return known.clone();
    }
    // A failed copy is not remembered: the disk may have room the next time.
    let copy = copy().map_err(Arc::new)?;
    let library = open(&copy, digest).map(Arc::new).map_err(Arc::new);
    opened.insert(digest.to_owned(), library.clone());
    library
}

fn open(copy: &PrivateCopy, digest: &str) -> Result<Library, LibraryFault> {
    let before = FloatState::read();
    // SAFETY: constructors of the library run here with the user's rights; everything that can be known of the file
    // without that has been checked. NOW: a missing symbol is found here and not in the middle of a fit. LOCAL: two
    // libraries cannot take each other's symbols.
    let library = unsafe { SystemLibrary::open(Some(&copy.path), RTLD_NOW | RTLD_LOCAL) };
    let library = library.map_err(|error| LibraryFault::Open { message: loader_words(&error) })?;
    // Never closed: thread-local destructors of Rust code outlive it, and instances point into it.
    let library = ManuallyDrop::new(library);
    // SAFETY: the symbol was seen among the exports, and its type is fixed by the major in its name.
    let entry = unsafe { library.get::<abi::EntryFn>(abi::ENTRY_SYMBOL.as_bytes()) };
    let entry = *entry.map_err(|_| LibraryFault::NoEntry)?;

    let host = HostTable::leaked();
    let mut plugin: *const abi::Plugin = ptr::null();
    // SAFETY: the header: the host table lives for ever, `plugin` may be written during the call.
    let status = unsafe { entry(host.table(), &mut plugin) };
    let mut warnings = Vec::new();
    let changed_floats = before.restore_if_changed();
    if changed_floats {
        warnings.push(
            "changed the floating-point control word while it was opened (flush to zero, as `-Ofast` does); it was put \
             back"
                .to_owned(),
        );
    }
    if status != abi::OK {
        let message = host.lines().pop().map_or_else(String::new, |line| line.message);
        return Err(LibraryFault::Entry { status, message });
    }
    // SAFETY: the library answered OK, so `plugin` leads to constant tables that live for ever; what it leads to is
    // checked for null, alignment, size and length on the way.
    let tables = unsafe { read::plugin(plugin, digest) }?;
    Ok(Library {
        digest: digest.to_owned(),
        build: tables.build,
        models: tables.models,
        warnings,
        changed_floats,
        host,
        entry,
        tables: PluginTable(plugin),
    })
}

/// The loader's message without the path of the private copy, which says nothing to the user.
fn loader_words(error: &libloading::Error) -> String {
    let text = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    match text.split_once(": ") {
        Some((path, reason)) if path.starts_with('/') => reason.to_owned(),
        _ => text,
    }
}
