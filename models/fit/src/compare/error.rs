//! Why models could not be compared at all.

/// Why models could not be compared at all.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Nothing to compare.
    #[error("there is no model to compare; give at least one")]
    NoCandidate,
    /// A truth from which no data can be made.
    #[error("no data can be made with `{model}`: {reason}")]
    Truth {
        /// Its name.
        model: String,
        /// What the model said.
        reason: String,
    },
    /// Noise that is none.
    #[error("noise of {noise} cannot be added; give a standard deviation above 0, in the unit of the output")]
    Noise {
        /// What was given.
        noise: f64,
    },
    /// Two candidates cannot be told apart in a table.
    #[error("two of the models are called `{name}`; give each a name of its own")]
    SameName {
        /// The name.
        name: String,
    },
}
