//! What data say of models, as cells see it: fits with errors, models ranked by tests they have not seen, whether a
//! memory is more than linear, and which test to do next.
//!
//! The calculations are in the engine, so that no cell compiles an optimiser. Every result is a record with public
//! fields that later cells can use, and shows itself as tables and a figure; what the data do not determine is `None`
//! and said in words. While a long one runs, the cell shows how much time is left; interrupting it keeps the best so far.

mod candidate;
mod comparison;
mod design;
mod fitted;
mod linear;
mod measured;
mod posterior;

pub use candidate::{Candidate, write_candidate};
pub use comparison::{CompareOptions, Comparison, LeftOut, Ranked, compare, compare_with};
pub use design::{Design, DesignOptions, Judgement, design, design_with};
pub use fitted::{Criteria, Estimate, FitOptions, Fitted, FittedCurve, FittedStage, Loss, fit, fit_with};
pub use linear::{LinearTest, LinearTestOptions, LinearTests, linear_test, linear_test_with};
pub use measured::{Measured, MeasuredTest, Tests, read_tests, write_tests};
pub use posterior::{Marginal, Posterior, PosteriorOptions, posterior, posterior_with};

use crate::wire::{Reader, WireError, Writer};

/// Writes how a fit searches; both sides know the order.
fn write_search(writer: &mut Writer, options: &FitOptions) {
    writer.text(options.loss.word());
    writer.count(options.starts);
    writer.u64(options.seed);
    writer.bool(options.correlated);
}

/// Reads how a fit searches, in the order of the fields of [`FitOptions`].
///
/// # Errors
/// The message is damaged.
pub fn read_search(reader: &mut Reader<'_>) -> Result<FitOptions, WireError> {
    let loss = Loss::from_word(&reader.text()?).ok_or(WireError { expected: "a loss" })?;
    Ok(FitOptions { loss, starts: reader.count()?, seed: reader.u64()?, correlated: reader.bool()? })
}
