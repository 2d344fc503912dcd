//! Copies a library's tables into owned values, believing nothing.
//!
//! Every pointer is checked for null and alignment, every struct for its size, every list and text for its length. A
//! field is read only if it lies within `struct_size`, and an array is stepped through by the size its first element
//! states, so that a library built against a later minor is read correctly.

use super::Model;
use super::call::Functions;
use super::linear::LinearFunctions;
use crate::error::LibraryFault;
use kovacs_abi as abi;
use kovacs_core::model::{Capabilities, ModelDescription, Preset, Quantity};
use std::ffi::c_char;
use std::fmt::Arguments;

const MODELS_LIMIT: u64 = 256;
const QUANTITIES_LIMIT: u64 = 4096;
const PRESETS_LIMIT: u64 = 4096;
const CHOICES_LIMIT: usize = 1024;
/// Longest text of one line, bytes.
const LINE_LIMIT: usize = 4096;
/// Longest paragraph, bytes.
const PARAGRAPH_LIMIT: usize = 65536;
/// No struct grows beyond this.
const STRUCT_LIMIT: u32 = 65536;

/// The tables of a library, owned.
pub(super) struct Tables {
    pub(super) build: String,
    pub(super) models: Vec<Model>,
}

/// Reads everything a library hands out.
///
/// # Safety
/// `plugin` is null or what `kovacs_plugin_v0` of an opened library gave with the status OK.
pub(super) unsafe fn plugin(plugin: *const abi::Plugin, digest: &str) -> Result<Tables, LibraryFault> {
    // SAFETY: the header: constant tables that live for ever.
    let plugin = unsafe { structure(plugin, format_args!("the plugin table")) }?;
    let count = limited(plugin.n_models, MODELS_LIMIT, format_args!("the list of models"))?;
    if count == 0 {
        return Err(LibraryFault::NoModels);
    }
    checked(plugin.models, format_args!("the list of models"))?;
    let mut models: Vec<Model> = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: not null, and `n_models` pointers long by the header.
        let table = unsafe { *plugin.models.add(index) };
        // SAFETY: as above.
        let model = unsafe { model(table, index, digest) }?;
        if models.iter().any(|earlier| earlier.description.id == model.description.id) {
            return Err(LibraryFault::DuplicateModel { id: model.description.id });
        }
        models.push(model);
    }
    // SAFETY: the header: a string that lives for ever.
    let build = unsafe { text(plugin.build, format_args!("`build`"), LINE_LIMIT) }?;
    Ok(Tables { build, models })
}

/// # Safety
/// `table` is an entry of a library's list of models.
unsafe fn model(table: *const abi::Model, index: usize, digest: &str) -> Result<Model, LibraryFault> {
    // SAFETY: the header: constant, and lives for ever.
    let model = unsafe { structure(table, format_args!("model {index}")) }?;
    // SAFETY: the header: every string is NUL-terminated and lives for ever.
    let line = |pointer, field: &str| unsafe { text(pointer, format_args!("`{field}` of model {index}"), LINE_LIMIT) };
    let id = line(model.id, "id")?;
    let function = |what: &str| LibraryFault::BadPointer { what: format!("`{what}` of model `{id}`") };
    let functions = Functions {
        table,
        create: model.create.ok_or_else(|| function("create"))?,
        bind: model.bind.ok_or_else(|| function("bind"))?,
        evaluate: model.evaluate.ok_or_else(|| function("evaluate"))?,
        destroy: model.destroy.ok_or_else(|| function("destroy"))?,
    };
    // SAFETY: the header: each list has the stated number of entries.
    let list = |first, count: u32, field: &str| unsafe { quantities(first, count, &id, field) };
    let mut description = ModelDescription {
        name: line(model.name, "name")?,
        version: line(model.version, "version")?,
        summary: line(model.summary, "summary")?,
        citation: line(model.citation, "citation")?,
        license: line(model.license, "license")?,
        digest: Some(digest.to_owned()),
        path: None,
        parameters: list(model.params, model.n_params, "params")?,
        settings: list(model.settings, model.n_settings, "settings")?,
        inputs: list(model.inputs, model.n_inputs, "inputs")?,
        outputs: list(model.outputs, model.n_outputs, "outputs")?,
        presets: Vec::new(),
        capabilities: capabilities(model.caps),
        id,
    };
    // SAFETY: the header: `n_presets` entries with one value per parameter and setting.
    description.presets = unsafe { presets(model, &description) }?;
    match description.check() {
        // SAFETY: a table that has just been read.
        Ok(()) => Ok(Model { functions, linear: unsafe { linear(model, &description.id) }?, description }),
        Err(fault) => Err(LibraryFault::Description { model: description.id, fault }),
    }
}

/// The extension `kovacs.linear/1` of a model, if it has it.
///
/// # Safety
/// `model` is a table of an opened library.
unsafe fn linear(model: &abi::Model, id: &str) -> Result<Option<LinearFunctions>, LibraryFault> {
    let Some(extension) = model.extension else { return Ok(None) };
    // SAFETY: the header: the model's own table and a string that lives during the call.
    let found = unsafe { extension(model, abi::EXTENSION_LINEAR.as_ptr()) }.cast::<abi::Linear>();
    if found.is_null() {
        return Ok(None);
    }
    // SAFETY: the header: what this id leads to is a constant `kovacs_linear` that lives for ever.
    let found = unsafe { structure(found, format_args!("the extension `kovacs.linear/1` of model `{id}`")) }?;
    let function =
        |what: &str| LibraryFault::BadPointer { what: format!("`{what}` of `kovacs.linear/1` of model `{id}`") };
    Ok(Some(LinearFunctions {
        table: model,
        create: found.create.ok_or_else(|| function("create"))?,
        evaluate: found.evaluate.ok_or_else(|| function("evaluate"))?,
        spectrum: found.spectrum.ok_or_else(|| function("spectrum"))?,
        destroy: found.destroy.ok_or_else(|| function("destroy"))?,
    }))
}

/// # Safety
/// `first` is null or leads to `count` quantities.
unsafe fn quantities(
    first: *const abi::Quantity,
    count: u32,
    model: &str,
    list: &str,
) -> Result<Vec<Quantity>, LibraryFault> {
    let what = format!("`{list}` of model `{model}`");
    let count = limited(count.into(), QUANTITIES_LIMIT, format_args!("{what}"))?;
    // SAFETY: by the contract of this function.
    let rows = unsafe { structures(first, count, &what) }?;
    let read = |(index, row): (usize, &abi::Quantity)| {
        // SAFETY: the header: every string is NUL-terminated and lives for ever.
        let text = |pointer, field: &str, limit| unsafe {
            text(pointer, format_args!("`{field}` of entry {index} of {what}"), limit)
        };
        Ok(Quantity {
            id: text(row.id, "id", LINE_LIMIT)?,
            symbol: text(row.symbol, "symbol", LINE_LIMIT)?,
            label: text(row.label, "label", LINE_LIMIT)?,
            unit: text(row.unit, "unit", LINE_LIMIT)?,
            doc: text(row.doc, "doc", PARAGRAPH_LIMIT)?,
            lower: row.lower,
            upper: row.upper,
            open_lower: row.flags & abi::Q_OPEN_LO != 0,
            open_upper: row.flags & abi::Q_OPEN_HI != 0,
            initial: row.initial,
            nominal: row.nominal,
            logarithmic: row.flags & abi::Q_LOG != 0,
            integer: row.flags & (abi::Q_INTEGER | abi::Q_CHOICE) != 0,
            fixed: row.flags & abi::Q_FIXED != 0,
            choices: if row.flags & abi::Q_CHOICE != 0 {
                // SAFETY: the header: NULL-terminated where the flag is set.
                unsafe { choices(row.choices, &format!("`choices` of entry {index} of {what}")) }?
            } else {
                Vec::new()
            },
        })
    };
    rows.into_iter().enumerate().map(read).collect()
}

/// # Safety
/// `names` is null or leads to a NULL-terminated list of strings.
unsafe fn choices(names: *const *const c_char, what: &str) -> Result<Vec<String>, LibraryFault> {
    checked(names, format_args!("{what}"))?;
    let mut found = Vec::new();
    loop {
        // SAFETY: entries up to the terminating NULL may be read.
        let name = unsafe { *names.add(found.len()) };
        if name.is_null() {
            return Ok(found);
        }
        if found.len() == CHOICES_LIMIT {
            let (count, limit) = (CHOICES_LIMIT as u64 + 1, CHOICES_LIMIT as u64);
            return Err(LibraryFault::TooMany { what: what.to_owned(), count, limit });
        }
        // SAFETY: an entry of the list.
        found.push(unsafe { text(name, format_args!("{what}"), LINE_LIMIT) }?);
    }
}

/// # Safety
/// The model's list of presets has the stated length, and each points to one value per parameter and setting.
unsafe fn presets(model: &abi::Model, description: &ModelDescription) -> Result<Vec<Preset>, LibraryFault> {
    let what = format!("`presets` of model `{}`", description.id);
    let count = limited(model.n_presets, PRESETS_LIMIT, format_args!("{what}"))?;
    // SAFETY: by the contract of this function.
    let rows = unsafe { structures(model.presets, count, &what) }?;
    let read = |(index, row): (usize, &abi::Preset)| {
        // SAFETY: the header: every string is NUL-terminated and lives for ever.
        let text = |pointer, field: &str, limit| unsafe {
            text(pointer, format_args!("`{field}` of entry {index} of {what}"), limit)
        };
        // SAFETY: by the contract of this function.
        let values = |first, count: usize, field: &str| unsafe {
            numbers(first, count, format_args!("`{field}` of entry {index} of {what}"))
        };
        let settings = if row.settings.is_null() {
            None
        } else {
            Some(values(row.settings, description.settings.len(), "settings")?)
        };
        Ok(Preset {
            id: text(row.id, "id", LINE_LIMIT)?,
            label: text(row.label, "label", LINE_LIMIT)?,
            doc: text(row.doc, "doc", PARAGRAPH_LIMIT)?,
            origin: text(row.origin, "origin", LINE_LIMIT)?,
            parameters: values(row.params, description.parameters.len(), "params")?,
            settings,
        })
    };
    rows.into_iter().enumerate().map(read).collect()
}

fn capabilities(bits: u32) -> Capabilities {
    let has = |bit| bits & bit != 0;
    Capabilities {
        batch: has(abi::CAP_BATCH),
        jacobian: has(abi::CAP_JACOBIAN),
        deterministic: has(abi::CAP_DETERMINISTIC),
        seeded: has(abi::CAP_SEEDED),
        threads: has(abi::CAP_THREADS),
        ticks: has(abi::CAP_TICKS),
        stress: has(abi::CAP_STRESS),
        temperature: has(abi::CAP_TEMPERATURE),
        continuous: has(abi::CAP_CONTINUOUS),
    }
}

fn limited(count: u64, limit: u64, what: Arguments<'_>) -> Result<usize, LibraryFault> {
    match usize::try_from(count) {
        Ok(small) if count <= limit => Ok(small),
        _ => Err(LibraryFault::TooMany { what: what.to_string(), count, limit }),
    }
}

fn checked<T>(pointer: *const T, what: Arguments<'_>) -> Result<(), LibraryFault> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(LibraryFault::BadPointer { what: what.to_string() });
    }
    Ok(())
}

/// A struct that begins with its size.
///
/// # Safety
/// `pointer` is null, or leads to a struct that begins with its `struct_size` and is as long as it says.
unsafe fn structure<'a, T>(pointer: *const T, what: Arguments<'_>) -> Result<&'a T, LibraryFault> {
    checked(pointer, what)?;
    // SAFETY: not null and aligned; the first field of every table is its size.
    let size = unsafe { *pointer.cast::<u32>() };
    let whole = (size as usize).is_multiple_of(align_of::<T>());
    if (size as usize) < size_of::<T>() || size > STRUCT_LIMIT || !whole {
        return Err(LibraryFault::TableSize { what: what.to_string(), size, expected: size_of::<T>() });
    }
    // SAFETY: the struct is at least as long as the type.
    Ok(unsafe { &*pointer })
}

/// Neighbouring structs, stepped through by the size that the first one states.
///
/// # Safety
/// `first` is null or leads to `count` structs of that size.
pub(super) unsafe fn structures<'a, T>(first: *const T, count: usize, what: &str) -> Result<Vec<&'a T>, LibraryFault> {
    if count == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: by the contract of this function.
    unsafe { structure(first, format_args!("an entry of {what}")) }?;
    // SAFETY: just checked; the first field of every table is its size.
    let stride = unsafe { *first.cast::<u32>() } as usize;
    // SAFETY: by the contract of this function, and the stride keeps the alignment.
    Ok((0..count).map(|index| unsafe { &*first.byte_add(index * stride) }).collect())
}

/// A copy of neighbouring numbers.
///
/// # Safety
/// `first` is null or leads to `count` numbers.
unsafe fn numbers(first: *const f64, count: usize, what: Arguments<'_>) -> Result<Vec<f64>, LibraryFault> {
    if count == 0 {
        return Ok(Vec::new());
    }
    checked(first, what)?;
    // SAFETY: not null, aligned, and long enough by the contract of this function.
    Ok(unsafe { std::slice::from_raw_parts(first, count) }.to_vec())
}

/// A copy of a C string.
///
/// # Safety
/// `pointer` is null, or leads to a NUL or to at least `limit` bytes.
unsafe fn text(pointer: *const c_char, what: Arguments<'_>, limit: usize) -> Result<String, LibraryFault> {
    checked(pointer, what)?;
    // SAFETY: by the contract of this function.
    let bytes = unsafe { super::host_table::bytes_until_nul(pointer, limit) }.unwrap_or_default();
    if bytes.len() == limit {
        return Err(LibraryFault::EndlessText { what: what.to_string(), limit });
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| LibraryFault::NotUtf8 { what: what.to_string() })
}
