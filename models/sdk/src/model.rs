//! The trait a model implements.

use crate::{Curves, Experiment, Preset, Quantity, Refusal, Run};
use kovacs_core::model::Capabilities;

/// What a model says of itself besides its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Full id, reverse domain in lower case: `org.example.tnm`. A promise: it never changes.
    pub id: &'static str,
    /// As printed.
    pub name: &'static str,
    /// Semantic version of the model, usually `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// One line.
    pub summary: &'static str,
    /// DOI or full reference.
    pub citation: &'static str,
    /// SPDX expression.
    pub license: &'static str,
}

/// A relaxation model.
///
/// The life of an instance is `new`, then `bind`, then `evaluate` many times; `bind` may come again. Inputs are always
/// the four columns of a history: time (s), temperature (K), control (0 strain, 1 stress) and drive (1 or MPa).
///
/// The caller has checked what it hands in: columns finite and of equal length, times never falling and not before the
/// first node, settings and parameters inside their bounds. A panic is caught and reported with its place; the
/// instance is not used after it.
pub trait Model: Send + Sized + 'static {
    /// What the model can do. `batch` and `jacobian` are not offered by this SDK and stop the build when set.
    const CAPABILITIES: Capabilities;

    /// Id, name, version, reference.
    fn about() -> About;

    /// What varies from call to call, in the order in which [`evaluate`](Model::evaluate) gets it.
    fn parameters() -> Vec<Quantity>;

    /// What is fixed when an instance is made, such as the number of domains.
    fn settings() -> Vec<Quantity> {
        Vec::new()
    }

    /// Columns of the result.
    fn outputs() -> Vec<Quantity>;

    /// Parameter sets that ship with the model.
    fn presets() -> Vec<Preset> {
        Vec::new()
    }

    /// Makes an instance; one value per setting.
    ///
    /// # Errors
    /// The settings do not go together.
    fn new(settings: &[f64]) -> Result<Self, Refusal>;

    /// Fixes the experiment and does all work that does not depend on parameters. Copy what is needed later.
    ///
    /// # Errors
    /// The model cannot do this protocol.
    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal>;

    /// Computes the wanted curves for one parameter vector. It must not depend on the calls before it.
    ///
    /// # Errors
    /// These numbers have no answer, or the run was cancelled ([`Run::tick`] says so with `?`).
    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal>;
}
