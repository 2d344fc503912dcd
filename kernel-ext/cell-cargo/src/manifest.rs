//! What the manifest says that evcxr writes for the crate of the cells.

use std::io;
use std::path::Path;

/// The parts of the manifest that change between cells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// `opt-level`, as it stands there.
    pub(crate) opt_level: String,
    /// Lines below `[dependencies]`, sorted: evcxr writes them in any order.
    pub(crate) dependencies: Vec<String>,
    /// Whether it is the manifest of a session's cells, not one that evcxr writes to try a dependency.
    pub(crate) is_of_cells: bool,
}

impl Manifest {
    pub(crate) fn read(folder: &Path) -> io::Result<Manifest> {
        Ok(Manifest::parse(&std::fs::read_to_string(folder.join("Cargo.toml"))?))
    }

    pub(crate) fn parse(text: &str) -> Manifest {
        let value = |line: &str, key: &str| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
        };
        let (head, tail) = text.split_once("[dependencies]").unwrap_or((text, ""));
        let mut dependencies: Vec<String> =
            tail.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        dependencies.sort();
        Manifest {
            opt_level: head.lines().find_map(|line| value(line, "opt-level")).unwrap_or_else(|| "0".into()),
            dependencies,
            is_of_cells: head.lines().find_map(|line| value(line, "name")).is_some_and(|name| name == "ctx"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_of_evcxr_is_understood() {
        let text = "\n[package]\nname = \"ctx\"\nversion = \"1.0.0\"\n\n[profile.dev]\nopt-level = 2\ndebug = false\n\n\
                    [dependencies]\nserde = \"1\"\nitoa = \"*\"\n\n";
        let manifest = Manifest::parse(text);
        assert_eq!(manifest.opt_level, "2");
        assert_eq!(manifest.dependencies, ["itoa = \"*\"", "serde = \"1\""]);
        assert!(manifest.is_of_cells);
        assert!(!Manifest::parse("[package]\nname = \"evcxr_dummy_validate_dep\"\n").is_of_cells);
    }
}
