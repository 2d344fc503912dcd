//! Builds the book: mdBook pages in which executed notebooks and the scorecard appear where a chapter asks for them.
//!
//! A chapter says `{{#notebook NAME}}` or `{{#scorecard}}` on a line of its own. Nothing is executed here: every
//! number and figure comes from a notebook that was run before, and a page says so when there is none. mdBook is
//! linked as a library, so that a report needs no other program; pages make no request over the network.

#![forbid(unsafe_code)]

mod ansi;
mod bibliography;
mod build;
mod equation;
mod error;
mod expand;
mod html;
mod marks;
mod offline;
mod page;
mod place;
mod prose;
mod protocol;
mod scorecard;
mod values;

pub use build::{BookOptions, BuiltBook, build};
pub use error::BookError;
pub use offline::{ExternalResource, external_resources};
pub use place::Place;
pub use protocol::{preprocess, supports};
