//! The trait a model implements.

use crate::{Curves, Experiment, Jacobian, Preset, Quantity, Refusal, RowSet, Run};
use kovacs_core::linear_response::LinearResponse;
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
///
/// A model that announces `jacobian` or `batch` in its capabilities without the function of that name does not build.
pub trait Model: Send + Sized + 'static {
    /// What the model can do. `jacobian` and `batch` go with the functions of these names.
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

    /// Computes the wanted curves and their derivatives with respect to the parameters `wrt` (indices, each once).
    /// Announced by [`Capabilities::jacobian`]; without it the derivatives are differences of curves.
    ///
    /// The curves must have the bits that [`evaluate`](Model::evaluate) gives them.
    ///
    /// # Errors
    /// As [`evaluate`](Model::evaluate).
    fn jacobian(
        &mut self,
        _parameters: &[f64],
        _wrt: &[usize],
        _out: &mut Curves<'_>,
        _jacobian: &mut Jacobian<'_>,
        _run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        const { assert!(!Self::CAPABILITIES.jacobian, "`jacobian` is announced, but there is no `fn jacobian`") }
        Err(Refusal::broken("the model has no `jacobian`"))
    }

    /// Whether [`jacobian`](Model::jacobian) can do the bound experiment; where it says no, the derivatives are
    /// differences of curves. For a model whose derivatives are known for some protocols only.
    fn differentiable(&self) -> bool {
        true
    }

    /// Computes the wanted curves of many parameter vectors at once, for a model that does so faster than one by one.
    /// Announced by [`Capabilities::batch`]; without it the rows are evaluated one after the other.
    ///
    /// Each row must have the bits that it would have alone. [`RowSet::spread`] shares the rows among threads.
    ///
    /// # Errors
    /// The run was cancelled: rows that are finished count. A refused row is said to be so by
    /// [`Row::finish`](crate::Row::finish).
    fn batch(&mut self, _rows: &mut RowSet<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        const { assert!(!Self::CAPABILITIES.batch, "`batch` is announced, but there is no `fn batch`") }
        Err(Refusal::broken("the model has no `batch`"))
    }

    /// The relaxation function of a linear model for these settings and parameters at a temperature in K: the
    /// extension `kovacs.linear/1`. `None`, whatever the numbers, for a model that has none.
    ///
    /// [`evaluate`](Model::evaluate) must follow from it by superposition.
    ///
    /// # Errors
    /// These numbers have no answer; the refusal is the one of [`evaluate`](Model::evaluate).
    fn linear(_settings: &[f64], _parameters: &[f64], _temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        None
    }
}
