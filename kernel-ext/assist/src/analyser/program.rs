//! The source that is analysed: what the session knows, and around the cell a function.

use kovacs_session::Variable;
use serde::{Deserialize, Serialize};

/// What the session knows, and the cell being written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Program {
    /// Items and `use` of earlier cells.
    pub(crate) items: String,
    /// Variables that are alive.
    pub(crate) variables: Vec<Variable>,
    /// The Rust code of the cell.
    pub(crate) code: String,
    /// Byte in `code` at which the cursor is.
    pub(crate) cursor: usize,
}

impl Program {
    /// The source of the crate, and where in it the code begins.
    pub(crate) fn source(&self) -> (String, usize) {
        let mut source = String::with_capacity(self.items.len() + self.code.len() + 256);
        source.push_str(&self.items);
        source.push_str("\nfn cell(");
        for variable in &self.variables {
            // What a variable is called and of which type it is came from the compiler; should it not be one name and
            // one type, the parser mends what it can.
            source.push_str("mut ");
            source.push_str(&variable.name);
            source.push_str(": ");
            source.push_str(&variable.type_name);
            source.push_str(", ");
        }
        source.push_str(") {\n");
        let start = source.len();
        source.push_str(&self.code);
        // With the semicolon no type is expected of what comes last.
        source.push_str("\n;}\n");
        (source, start)
    }
}
