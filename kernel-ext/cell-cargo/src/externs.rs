//! Crates that cells can name without a line of `:dep`.
//!
//! To make another crate usable in cells, compile it once, with the compiler of the session and `-C prefer-dynamic`,
//! to a `dylib` whose file name holds a digest of all that went into it, keep its `.rmeta` and those of everything it
//! depends on in one folder, and add an [`Extern`] to the plan of the session. rustc opens the metadata only of crates
//! that a path names, and the library is linked only to cells that need it, so a cell that does not name the crate
//! does not pay for it.

use std::path::PathBuf;

/// A crate compiled once for all cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extern {
    /// The name by which cells call it.
    pub name: String,
    /// Its metadata, read when a cell names it.
    pub rmeta: PathBuf,
    /// Where the metadata of the crates that it depends on is; `None` if it depends on nothing but the standard
    /// library.
    pub search_folder: Option<PathBuf>,
    /// What a cell that uses it is linked to, and what the loader opens, by this path. `None` for a crate of macros.
    pub shared_library: Option<PathBuf>,
    /// What that library stands on, if a cell may need it too.
    pub behind: Vec<PathBuf>,
    /// Folder of a crate that type inference sees instead; `None` if it needs none or finds it itself.
    pub view: Option<PathBuf>,
    /// File with what the glob of its prelude brings into scope; see `exports`.
    pub exports: Option<PathBuf>,
    /// Its version and features, if a line of `:dep` may ask for it by name.
    pub offer: Option<Offer>,
}

/// A version of a crate that a line of `:dep` may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// `0.55.2`.
    pub version: String,
    /// All that it has.
    pub features: Vec<String>,
}

impl Extern {
    /// Whether the word occurs in the source: only then can a path name the crate.
    pub(crate) fn is_named_in(&self, source: &str) -> bool {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let bytes = source.as_bytes();
        source.match_indices(self.name.as_str()).any(|(start, name)| {
            let before = start.checked_sub(1).and_then(|index| bytes.get(index));
            let after = bytes.get(start + name.len());
            !before.is_some_and(|byte| word(*byte)) && !after.is_some_and(|byte| word(*byte))
        })
    }

    /// The arguments that tell rustc of it.
    pub(crate) fn arguments(&self) -> Vec<std::ffi::OsString> {
        let mut value = std::ffi::OsString::from(format!("{}=", self.name));
        value.push(&self.rmeta);
        let mut arguments = vec!["--extern".into(), value];
        if let Some(folder) = &self.search_folder {
            let mut value = std::ffi::OsString::from("dependency=");
            value.push(folder);
            arguments.extend(["-L".into(), value]);
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_by_a_whole_word() {
        let krate = Extern {
            name: "polars".into(),
            rmeta: PathBuf::new(),
            search_folder: None,
            shared_library: None,
            ..Extern::default()
        };
        assert!(krate.is_named_in("use polars::prelude::*;"));
        assert!(krate.is_named_in("polars"));
        assert!(!krate.is_named_in("use polars_io::x; let mypolars = 1;"));
    }
}
