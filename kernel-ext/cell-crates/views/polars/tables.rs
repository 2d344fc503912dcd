//! From a table of `kovacs` to a frame, and back to what `kovacs` draws.

use crate::frame::DataFrame;

/// A frame from a table.
pub trait IntoFrame {
    /// All columns of the table, numbers in the units used inside (s, K, MPa).
    ///
    /// # Errors
    /// A column cannot be read.
    fn df(&self) -> kovacs::Result<DataFrame>;
}

impl IntoFrame for kovacs::prelude::Table {
    fn df(&self) -> kovacs::Result<DataFrame> {
        loop {}
    }
}

/// Curves from a frame.
pub trait ToCurve {
    /// One column of numbers against another, to be drawn.
    ///
    /// # Errors
    /// There is no such column of numbers, or `x` falls somewhere.
    fn curve(&self, x: &str, y: &str) -> kovacs::Result<kovacs::prelude::Curve>;
}

impl ToCurve for DataFrame {
    fn curve(&self, x: &str, y: &str) -> kovacs::Result<kovacs::prelude::Curve> {
        loop {}
    }
}
