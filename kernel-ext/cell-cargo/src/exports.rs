//! What `use polars::prelude::*;` brings into scope, so that a cell can be told apart that cannot mean any of it.
//!
//! The list (`kernel-ext/cell-crates/exports`) was made by asking the compiler; it belongs to one version.

use std::collections::HashSet;
use std::path::Path;

/// Everything that the glob of one module brings into scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exports {
    /// The module, as a path from the name of the crate.
    pub(crate) module: String,
    /// Its names, of every kind.
    pub(crate) names: HashSet<String>,
    /// Those of them that are traits.
    pub(crate) traits: HashSet<String>,
    /// What the traits declare: it can be called without the name of its trait.
    pub(crate) methods: HashSet<String>,
}

impl Exports {
    /// The list in this file; `None` without one.
    pub(crate) fn read(file: &Path) -> Option<Exports> {
        Exports::parse(&std::fs::read_to_string(file).ok()?)
    }

    pub(crate) fn parse(text: &str) -> Option<Exports> {
        let mut exports = Exports::default();
        for line in text.lines() {
            let (key, words) = line.split_once(' ')?;
            let set = || words.split(' ').map(str::to_owned).collect();
            match key {
                "module" => words.clone_into(&mut exports.module),
                "names" => exports.names = set(),
                "traits" => exports.traits = set(),
                "methods" => exports.methods = set(),
                "version" => {}
                _ => return None,
            }
        }
        let is_whole = !exports.module.is_empty() && !exports.names.is_empty() && !exports.methods.is_empty();
        is_whole.then_some(exports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        let text = "version polars 1.0.0\nmodule polars::prelude\nnames Series col\ntraits Literal\nmethods lit\n";
        let exports = Exports::parse(text).expect("a list");
        assert_eq!(exports.module, "polars::prelude");
        assert!(exports.names.contains("col") && exports.traits.contains("Literal") && exports.methods.contains("lit"));
        assert_eq!(Exports::parse("module polars::prelude\nnames Series\n"), None);
        assert_eq!(Exports::parse("colour blue\n"), None);
    }
}
