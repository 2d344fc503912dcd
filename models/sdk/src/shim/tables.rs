//! The C tables of a model, made once from its description and kept for the life of the process.

use super::calls::{bind, create, destroy, evaluate};
use super::linear::extension;
use crate::engine::is_linear;
use crate::model::Model;
use crate::tables::describe;
use kovacs_abi as abi;
use kovacs_core::model::{Capabilities, ModelDescription, Preset, Quantity};
use kovacs_core::refusal::Refusal;
use kovacs_core::si;
use std::ffi::{CString, c_char};
use std::ptr;

/// The table of `M`, leaked.
///
/// # Errors
/// What the model says of itself does not hold together.
pub fn model_table<M: Model>() -> Result<*const abi::Model, Refusal> {
    let description = describe::<M>()?;
    let ModelDescription { parameters, settings, inputs, outputs, presets, .. } = &description;
    Ok(leak(abi::Model {
        struct_size: size_of::<abi::Model>() as u32,
        caps: capability_bits(description.capabilities),
        id: text(&description.id)?,
        name: text(&description.name)?,
        version: text(&description.version)?,
        summary: text(&description.summary)?,
        citation: text(&description.citation)?,
        license: text(&description.license)?,
        n_params: parameters.len() as u32,
        n_settings: settings.len() as u32,
        n_inputs: inputs.len() as u32,
        n_outputs: outputs.len() as u32,
        params: array(parameters, quantity_row)?,
        settings: array(settings, quantity_row)?,
        inputs: array(inputs, quantity_row)?,
        outputs: array(outputs, quantity_row)?,
        n_presets: presets.len() as u64,
        presets: array(presets, preset_row)?,
        create: Some(create::<M>),
        bind: Some(bind::<M>),
        evaluate: Some(evaluate::<M>),
        destroy: Some(destroy::<M>),
        extension: if is_linear::<M>(&description) { Some(extension::<M>) } else { None },
    }))
}

fn quantity_row(quantity: &Quantity) -> Result<abi::Quantity, Refusal> {
    let flags = [
        (quantity.logarithmic, abi::Q_LOG),
        (quantity.integer, abi::Q_INTEGER),
        (!quantity.choices.is_empty(), abi::Q_CHOICE),
        (quantity.fixed, abi::Q_FIXED),
        (quantity.open_lower, abi::Q_OPEN_LO),
        (quantity.open_upper, abi::Q_OPEN_HI),
    ];
    let choices = if quantity.choices.is_empty() {
        ptr::null()
    } else {
        let mut names: Vec<*const c_char> = quantity.choices.iter().map(|name| text(name)).collect::<Result<_, _>>()?;
        names.push(ptr::null());
        names.leak().as_ptr()
    };
    let si = si::of_code(&quantity.unit);
    Ok(abi::Quantity {
        struct_size: size_of::<abi::Quantity>() as u32,
        flags: bits(&flags),
        id: text(&quantity.id)?,
        symbol: text(&quantity.symbol)?,
        label: text(&quantity.label)?,
        unit: text(&quantity.unit)?,
        doc: text(&quantity.doc)?,
        si_factor: si.factor,
        si_offset: si.offset,
        si_dim: si.exponents,
        lower: quantity.lower,
        upper: quantity.upper,
        initial: quantity.initial,
        nominal: quantity.nominal,
        choices,
    })
}

fn preset_row(preset: &Preset) -> Result<abi::Preset, Refusal> {
    Ok(abi::Preset {
        struct_size: size_of::<abi::Preset>() as u32,
        reserved: 0,
        id: text(&preset.id)?,
        label: text(&preset.label)?,
        doc: text(&preset.doc)?,
        origin: text(&preset.origin)?,
        params: preset.parameters.clone().leak().as_ptr(),
        settings: preset.settings.clone().map_or(ptr::null(), |values| values.leak().as_ptr()),
    })
}

fn capability_bits(capabilities: Capabilities) -> u32 {
    // Taken apart, so that a new capability cannot be forgotten here.
    let Capabilities { batch, jacobian, deterministic, seeded, threads, ticks, stress, temperature, continuous } =
        capabilities;
    bits(&[
        (batch, abi::CAP_BATCH),
        (jacobian, abi::CAP_JACOBIAN),
        (deterministic, abi::CAP_DETERMINISTIC),
        (seeded, abi::CAP_SEEDED),
        (threads, abi::CAP_THREADS),
        (ticks, abi::CAP_TICKS),
        (stress, abi::CAP_STRESS),
        (temperature, abi::CAP_TEMPERATURE),
        (continuous, abi::CAP_CONTINUOUS),
    ])
}

fn bits(flags: &[(bool, u32)]) -> u32 {
    flags.iter().filter(|(set, _)| *set).fold(0, |bits, (_, bit)| bits | bit)
}

pub(super) fn leak<T>(value: T) -> *const T {
    Box::leak(Box::new(value))
}

pub(super) fn text(text: &str) -> Result<*const c_char, Refusal> {
    match CString::new(text) {
        Ok(text) => Ok(text.into_raw().cast_const()),
        Err(_) => Err(Refusal::broken(format!("a text of the description contains a NUL: {text:?}"))),
    }
}

pub(super) fn array<T, R>(rows: &[T], convert: fn(&T) -> Result<R, Refusal>) -> Result<*const R, Refusal> {
    let rows: Vec<R> = rows.iter().map(convert).collect::<Result<_, _>>()?;
    Ok(rows.leak().as_ptr())
}
