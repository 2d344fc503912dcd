//! The structs of `kovacs_model.h`, field by field and in its order.
//!
//! They are plain data: nothing here owns what it points to, and the lifetime of each pointer is stated in the header.
//! `struct_size` comes first in each, because that is how a struct may grow without breaking an older reader.

use crate::{
    BindFn, CreateFn, DestroyFn, EvaluateFn, HostExtensionFn, LinearCreateFn, LinearEvaluateFn, LinearSpectrumFn,
    LogFn, MESSAGE_BYTES, ModelExtensionFn, Status, TickFn,
};
use std::ffi::{c_char, c_void};

/// What went wrong in a call: owned and cleared by the host, filled in by the plugin.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Error {
    /// Bytes of this struct.
    pub struct_size: u32,
    /// Index of the offending parameter or setting, or -1.
    pub param: i32,
    /// Offending row of a batch, or -1.
    pub row: i64,
    /// UTF-8, NUL-terminated, cut at a character boundary.
    pub message: [u8; MESSAGE_BYTES],
}

impl Error {
    /// An empty message that blames nobody: what the host passes into a call.
    pub fn cleared() -> Self {
        Error { struct_size: size_of::<Error>() as u32, param: -1, row: -1, message: [0; MESSAGE_BYTES] }
    }
}

/// A named number: a parameter, a setting, an input channel or an output.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Quantity {
    /// Bytes of this struct; also the stride of an array of them.
    pub struct_size: u32,
    /// `Q_*` bits.
    pub flags: u32,
    /// `[a-z][a-z0-9_]*`.
    pub id: *const c_char,
    /// As printed in a formula, TeX.
    pub symbol: *const c_char,
    /// As printed in a table.
    pub label: *const c_char,
    /// UCUM code; `1` if dimensionless.
    pub unit: *const c_char,
    /// One paragraph.
    pub doc: *const c_char,
    /// SI value = value * `si_factor` + `si_offset`; 0 for units without an SI value.
    pub si_factor: f64,
    /// See `si_factor`.
    pub si_offset: f64,
    /// Exponents of kg m s A K mol cd rad.
    pub si_dim: [i8; 8],
    /// Smallest value, or minus infinity.
    pub lower: f64,
    /// Largest value, or infinity.
    pub upper: f64,
    /// Default value.
    pub initial: f64,
    /// Typical magnitude, above zero.
    pub nominal: f64,
    /// NULL-terminated names of the choices, or NULL.
    pub choices: *const *const c_char,
}

/// What was done to the sample, and when results are wanted.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Experiment {
    /// Bytes of this struct.
    pub struct_size: u32,
    /// Equals [`Model::n_inputs`].
    pub n_inputs: u32,
    /// Nodes of the history.
    pub n_nodes: u64,
    /// `[n_inputs]` pointers to `[n_nodes]` values.
    pub inputs: *const *const f64,
    /// Number of output times.
    pub n_out: u64,
    /// `[n_out]`, s, never falling.
    pub out_time: *const f64,
    /// `[n_out]`, 1: just before a jump at that time; NULL: just after, everywhere.
    pub out_before: *const u8,
    /// Number of wanted outputs.
    pub n_wanted: u64,
    /// `[n_wanted]` indices into [`Model::outputs`].
    pub wanted: *const u32,
}

/// A parameter set with a name: a glass.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Preset {
    /// Bytes of this struct; also the stride of an array of them.
    pub struct_size: u32,
    /// Zero.
    pub reserved: u32,
    /// Identifier.
    pub id: *const c_char,
    /// As printed.
    pub label: *const c_char,
    /// Where the numbers come from, in words.
    pub doc: *const c_char,
    /// `literature`, `paper`, `tuned` or `estimate`.
    pub origin: *const c_char,
    /// `[n_params]`.
    pub params: *const f64,
    /// `[n_settings]`, or NULL for the defaults.
    pub settings: *const f64,
}

/// A batch: `n_rows` parameter vectors in, `n_rows` curves out.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Eval {
    /// Bytes of this struct.
    pub struct_size: u32,
    /// 1 unless `CAP_THREADS`.
    pub max_threads: u32,
    /// Number of rows.
    pub n_rows: u64,
    /// `[n_rows][n_params]`.
    pub params: *const f64,
    /// `[n_rows][n_wanted][n_out]`.
    pub out: *mut f64,
    /// `[n_rows]`, written when a row is finished; the host pre-fills `CANCELLED`.
    pub row_status: *mut Status,
    /// `[n_jac]`: which parameters.
    pub jac_params: *const u32,
    /// 0: no sensitivities wanted.
    pub n_jac: u64,
    /// `[n_rows][n_wanted][n_out][n_jac]`.
    pub jac: *mut f64,
    /// `[n_rows]`, or NULL: not seeded.
    pub seeds: *const u64,
    /// Handed back to `tick`.
    pub host_data: *mut c_void,
    /// Progress and cancel; may be NULL.
    pub tick: Option<TickFn>,
}

/// A model: its description and the functions that compute it.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Model {
    /// Bytes of this struct.
    pub struct_size: u32,
    /// `CAP_*` bits.
    pub caps: u32,
    /// Reverse domain, `org.example.tnm`.
    pub id: *const c_char,
    /// As printed.
    pub name: *const c_char,
    /// Semantic version of the model.
    pub version: *const c_char,
    /// One line.
    pub summary: *const c_char,
    /// DOI or full reference.
    pub citation: *const c_char,
    /// SPDX expression.
    pub license: *const c_char,
    /// Length of `params`.
    pub n_params: u32,
    /// Length of `settings`.
    pub n_settings: u32,
    /// Length of `inputs`.
    pub n_inputs: u32,
    /// Length of `outputs`.
    pub n_outputs: u32,
    /// Vary from call to call.
    pub params: *const Quantity,
    /// Fixed when an instance is made.
    pub settings: *const Quantity,
    /// Of `time`, `temperature`, `control`, `drive`; `time` first.
    pub inputs: *const Quantity,
    /// Columns of the result.
    pub outputs: *const Quantity,
    /// Length of `presets`.
    pub n_presets: u64,
    /// Parameter sets that ship with the model.
    pub presets: *const Preset,
    /// Makes an instance; any thread.
    pub create: Option<CreateFn>,
    /// Fixes the experiment; one call at a time per instance.
    pub bind: Option<BindFn>,
    /// Computes; one call at a time per instance.
    pub evaluate: Option<EvaluateFn>,
    /// Releases an instance.
    pub destroy: Option<DestroyFn>,
    /// Optional interfaces; may be NULL.
    pub extension: Option<ModelExtensionFn>,
}

/// What a linear response says of itself, written by [`Linear::create`].
#[derive(Clone, Debug)]
#[repr(C)]
pub struct LinearInfo {
    /// Bytes of this struct; set by the host.
    pub struct_size: u32,
    /// Zero.
    pub reserved: u32,
    /// `E_U`, MPa.
    pub unrelaxed_modulus: f64,
    /// `E_R`, MPa.
    pub relaxed_modulus: f64,
    /// Slowest relaxation time, s; 0: there is none.
    pub longest_time: f64,
    /// Length of the spectrum; 0: none.
    pub n_modes: u64,
}

/// The extension `kovacs.linear/1`: the relaxation function of a linear model.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Linear {
    /// Bytes of this struct.
    pub struct_size: u32,
    /// Zero.
    pub reserved: u32,
    /// Makes the response for one parameter vector; any thread.
    pub create: Option<LinearCreateFn>,
    /// `phi`, its integral and the logarithm of its rate; one call at a time per response.
    pub evaluate: Option<LinearEvaluateFn>,
    /// The spectrum; one call at a time per response.
    pub spectrum: Option<LinearSpectrumFn>,
    /// Releases a response.
    pub destroy: Option<DestroyFn>,
}

/// What the host says of itself to a library.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Host {
    /// Bytes of this struct.
    pub struct_size: u32,
    /// What the host was built against.
    pub abi_minor: u32,
    /// Name of the host.
    pub name: *const c_char,
    /// Version of the host.
    pub version: *const c_char,
    /// Handed back to `log` and `extension`.
    pub host_data: *mut c_void,
    /// Takes a message; may be NULL.
    pub log: Option<LogFn>,
    /// Optional interfaces of the host; may be NULL.
    pub extension: Option<HostExtensionFn>,
}

/// What a library hands out.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Plugin {
    /// Bytes of this struct.
    pub struct_size: u32,
    /// What the plugin was built against.
    pub abi_minor: u32,
    /// Compiler, target, revision: for humans.
    pub build: *const c_char,
    /// Number of models.
    pub n_models: u64,
    /// `[n_models]` pointers to models.
    pub models: *const *const Model,
}
