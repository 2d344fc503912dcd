//! The conformance tool of the plugin interface: what a model library promises, tried out.
//!
//! A library that opens has a sensible description; whether it also behaves is found here, by some sixty tests. They
//! talk to the model's own functions (`kovacs_host::probe`) and not to the host's safe ones, because what the host
//! catches for its users is just what a plugin must not need. Each test runs in a process of its own with a time limit:
//! a crash, an exit or a hang is the result of that test and stops no other. All randomness comes from one seed, which
//! the report states.
//!
//! The path of a check: [`check`] lists the tests, `supervise` starts a process for each (the `kovacs` executable in a
//! hidden role), `worker` opens the library there and makes the test (`groups/`), [`Report`] says what was found.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod catalogue;
mod check;
mod experiments;
mod groups;
mod report;
mod subject;
mod supervise;
mod verdict;
mod worker;

pub use catalogue::{Group, Test};
pub use check::{CheckError, Options, check};
pub use report::{Report, TestReport};
pub use supervise::Worker;
pub use verdict::{Finding, Verdict};
pub use worker::{CHECK_ARGUMENT, run_worker};
