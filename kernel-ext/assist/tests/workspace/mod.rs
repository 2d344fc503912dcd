//! What a session sees, from the workspace and the compiler that is here: for the tests beside the code, too.

use kovacs_session::{PathCrate, Sources};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The prelude as it is in the workspace, and the whole standard library.
pub fn sources() -> Sources {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().expect("there is a compiler");
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let krate = |name: &str, folder: &str, dependencies: &[&str]| PathCrate {
        name: name.to_owned(),
        folder: here.join(folder),
        dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
    };
    Sources {
        standard_library: sysroot.join("lib/rustlib/src/rust/library"),
        crates: vec![krate("kovacs-core", "../../models/core", &[]), krate("kovacs", "../prelude", &["kovacs-core"])],
        beginning: "use kovacs::prelude::*;\nkovacs::rt::start();".to_owned(),
    }
}
