//! What type inference sees of polars: names and types, nothing behind them.
//!
//! The sources of polars cost rust-analyzer ten seconds and two gigabytes; this crate stands in for them. The compiler
//! never sees it: it gets the real polars. What is missing here works all the same, but a `let` with it needs its type
//! written out. That every signature is the real one is tested (`tests/views.rs`).

#![allow(unused, clippy::all)]

mod column;
mod expression;
mod files;
mod frame;
mod lazy;
mod tables;
mod values;

/// Everything one needs: `use polars::prelude::*;`.
pub mod prelude {
    pub use crate::column::*;
    pub use crate::df;
    pub use crate::expression::*;
    pub use crate::files::*;
    pub use crate::frame::*;
    pub use crate::lazy::*;
    pub use crate::tables::{IntoFrame, ToCurve};
    pub use crate::values::*;
    pub use std::sync::Arc;
}

/// Questions in SQL.
pub mod sql {
    use crate::prelude::{LazyFrame, PolarsResult};

    /// Tables by name, to be asked in SQL.
    #[derive(Clone)]
    pub struct SQLContext(());

    impl SQLContext {
        /// Without tables.
        #[allow(clippy::new_without_default)]
        pub fn new() -> SQLContext {
            loop {}
        }
        /// Gives a frame a name.
        pub fn register(&self, name: &str, frame: LazyFrame) {
            loop {}
        }
        /// Forgets a name.
        pub fn unregister(&self, name: &str) {
            loop {}
        }
        /// The names.
        pub fn get_tables(&self) -> Vec<String> {
            loop {}
        }
        /// Answers a question; `collect` it.
        pub fn execute(&mut self, query: &str) -> PolarsResult<LazyFrame> {
            loop {}
        }
    }
}

/// A frame from columns: `df!("time" => [0.0, 1.0], "stress" => [3.2, 3.1])?`.
#[macro_export]
macro_rules! df {
    ($($name:expr => $values:expr),* $(,)?) => {{
        $(let _ = ($name, $values);)*
        $crate::prelude::DataFrame::new_infer_height(Vec::new())
    }};
}
