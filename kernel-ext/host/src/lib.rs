//! Finds model libraries, checks them, opens them, and hands out models.
//!
//! A model is native code with the rights of the user, so everything that can be known without running it is checked
//! first: whose file it is, what is in it, which interface it speaks. Then a private copy named by its SHA-256 is
//! opened and never closed again, because Rust code cannot be unloaded safely and because a path that was opened once
//! would answer with the old code after a rebuild. All metadata is copied into owned values at that moment; behind it,
//! a [`ModelHandle`] is plain, `'static` and cheap to clone, and an [`Instance`] is an
//! [`Evaluator`](kovacs_core::model::Evaluator) like any other.
//!
//! Checks tell a careless mistake from a model, and approvals stop a silent exchange of the file; they are no sandbox.
//!
//! A model that is not to be relied upon runs in a process of its own: `worker`.
//!
//! Unsafe code is in `ffi/` only. The path of a library through the modules: `places` and `models` find it, `source`
//! reads and judges the file, `manifest` says what it claims to be, `inspect` looks into it, `gate` asks whether it may
//! be opened (`trust`, `lock`), `private_copy` puts the verified bytes where nobody else writes, `ffi` opens it and
//! reads its tables, `instance` runs it.

#![deny(unsafe_code)]
#![deny(missing_docs)]

#[cfg(not(unix))]
compile_error!("kovacs-host judges files by Unix owners and permissions; this platform is not supported yet");

mod candidate;
mod catalogue;
mod error;
#[expect(unsafe_code, reason = "opens libraries, follows their pointers and calls their functions")]
mod ffi;
mod gate;
mod inspect;
mod instance;
mod lock;
mod manifest;
mod models;
mod own_file;
mod places;
mod plugin;
mod private_copy;
mod source;
mod trust;
pub mod worker;

pub use catalogue::{BrokenLibrary, Catalogue, Entry, PlaceReading, PlaceState};
pub use error::{HostError, HostErrorKind, LibraryFault, OwnFileFault};
pub use ffi::probe;
pub use instance::Instance;
pub use lock::{LOCK_NAME, LOCKED_VARIABLE, Lock, LockedLibrary};
pub use manifest::Manifest;
pub use models::Models;
pub use places::{Place, PlaceKind, SEARCH_PATH_VARIABLE};
pub use plugin::ModelHandle;
pub use trust::{Approval, Approvals, ApprovedProject, TrustStore};
