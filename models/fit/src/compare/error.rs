//! Why models could not be compared at all.

/// Why models could not be compared at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Nothing to compare.
    #[error("there is no model to compare; give at least one")]
    NoCandidate,
    /// Two candidates cannot be told apart in a table.
    #[error("two of the models are called `{name}`; give each a name of its own")]
    SameName {
        /// The name.
        name: String,
    },
}
