//! The C side: tables that live for ever, and the functions the host calls. The only unsafe code of the SDK.
//!
//! Each function does the same three things: refuse null pointers and short structs, turn pointers into slices for the
//! time of the call, and hand over to the engine, which catches panics. Nothing here computes.
//!
//! What the host promises is written in `kovacs_model.h`: pointers are valid during the call, arrays have the stated
//! lengths, and an instance sees one call at a time. The `SAFETY` comments refer to it as "the header".
//!
//! Here is the entry of a library; `tables` makes the tables, `calls` holds the functions of a model, `linear` those of
//! the extension `kovacs.linear/1`, and `pointers` what all of them do with pointers and failures.

mod calls;
mod linear;
mod pointers;
mod tables;

pub use tables::model_table;

use kovacs_abi as abi;
use kovacs_abi::{E_ARGUMENT, E_INTERNAL, OK, Status};
use kovacs_core::guard::{guard, install_hook};
use kovacs_core::refusal::Refusal;
use std::ffi::CString;
use std::sync::OnceLock;
use tables::{leak, text};

/// Makes the table of one model.
pub type MakeTable = fn() -> Result<*const abi::Model, Refusal>;

/// The tables of a library, built at the first call and kept for the life of the process.
pub struct Library {
    tables: OnceLock<Result<Tables, String>>,
}

/// A leaked library table.
struct Tables(*const abi::Plugin);

// SAFETY: the table and everything it points to are constant once built and never freed.
unsafe impl Send for Tables {}
// SAFETY: as above; nobody writes through the pointer.
unsafe impl Sync for Tables {}

impl Library {
    /// A library whose tables are not built yet.
    #[expect(clippy::new_without_default, reason = "only `export_models!` makes one, in a static")]
    pub const fn new() -> Self {
        Library { tables: OnceLock::new() }
    }

    /// The body of `kovacs_plugin_v0`.
    ///
    /// # Safety
    /// `host` is null or points to the host's table; `plugin` is null or may be written.
    pub unsafe fn enter(
        &self,
        host: *const abi::Host,
        plugin: *mut *const abi::Plugin,
        build: &str,
        models: &[MakeTable],
    ) -> Status {
        if plugin.is_null() {
            return E_ARGUMENT;
        }
        install_hook();
        let make = || guard(|| library_table(build, models)).unwrap_or_else(|panic| Err(Refusal::broken(panic)));
        match self.tables.get_or_init(|| make().map(Tables).map_err(|fault| fault.to_string())) {
            Ok(tables) => {
                // SAFETY: `plugin` is not null and the header lets us write it.
                unsafe { *plugin = tables.0 };
                OK
            }
            Err(message) => {
                // SAFETY: the header keeps the host's table valid for the life of the process.
                unsafe { log(host, message) };
                E_INTERNAL
            }
        }
    }
}

/// Says through the host's log why there are no tables; the entry function has no other way.
///
/// # Safety
/// `host` is null or points to the host's table.
unsafe fn log(host: *const abi::Host, message: &str) {
    // SAFETY: a valid reference if not null, see above.
    let Some(host) = (unsafe { host.as_ref() }) else { return };
    if let (Some(log), Ok(message)) = (host.log, CString::new(message)) {
        // SAFETY: the header: `log` takes the host's own data and a string that lives during the call.
        unsafe { log(host.host_data, abi::LOG_WARN, message.as_ptr()) };
    }
}

fn library_table(build: &str, models: &[MakeTable]) -> Result<*const abi::Plugin, Refusal> {
    let models: Vec<*const abi::Model> = models.iter().map(|make| make()).collect::<Result<_, _>>()?;
    Ok(leak(abi::Plugin {
        struct_size: size_of::<abi::Plugin>() as u32,
        abi_minor: abi::ABI_MINOR,
        build: text(build)?,
        n_models: models.len() as u64,
        models: models.leak().as_ptr(),
    }))
}

/// Exports models as a plugin: `kovacs_sdk::export_models!(Tnm, TnmHodge);` is all a plugin package contains.
#[macro_export]
macro_rules! export_models {
    ($($model:ty),+ $(,)?) => {
        #[cfg(panic = "abort")]
        compile_error!("a plugin must be built with panic = \"unwind\": a panic is caught and reported, not fatal");

        /// The one symbol of this library: hands out the tables of its models.
        ///
        /// # Safety
        /// As `kovacs_model.h` says: `host` points to the host's table and `plugin` may be written.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn kovacs_plugin_v0(
            host: *const $crate::abi::Host,
            plugin: *mut *const $crate::abi::Plugin,
        ) -> $crate::abi::Status {
            static LIBRARY: $crate::shim::Library = $crate::shim::Library::new();
            let build = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
            // SAFETY: the caller keeps the promise of the header.
            unsafe { LIBRARY.enter(host, plugin, build, &[$($crate::shim::model_table::<$model>),+]) }
        }
    };
}
