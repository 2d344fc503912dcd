//! The crates that an installation carries as sources: what models and cells are compiled from.
//!
//! In the workspace their `Cargo.toml` inherit versions and settings. In an installation each stands alone, names the
//! others by relative paths, and has no dependency that cargo would look for in a registry: a user's model builds
//! without a network, in a cargo home that is empty.

use crate::contents::{Source, files_below};
use crate::error::InstallError;
use kovacs_home::Home;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Name of each crate and its folder below `lib/kovacs`.
const CRATES: [(&str, &str); 4] =
    [("kovacs-core", "sdk/core"), ("kovacs-abi", "sdk/abi"), ("kovacs-sdk", "sdk/sdk"), ("kovacs", "prelude")];

/// What of a crate's folder is needed to compile it.
const COMPILED: [&str; 2] = ["src", "include"];

/// The files of all the crates, by their paths below `lib/kovacs`.
pub(crate) fn standalone_crates(home: &Home) -> Result<Vec<(PathBuf, Source)>, InstallError> {
    let mut files = Vec::new();
    for (_, folder) in CRATES {
        let from = match folder.strip_prefix("sdk/") {
            Some(name) => home.sdk().join(name),
            None => home.prelude(),
        };
        let to = Path::new(folder);
        let manifest = from.join("Cargo.toml");
        let source = match home.workspace() {
            // What an installation has stands alone already.
            None => Source::File(manifest),
            Some(workspace) => Source::Bytes(standalone(&manifest, &workspace.join("Cargo.toml"), to)?.into_bytes()),
        };
        files.push((to.join("Cargo.toml"), source));
        for part in COMPILED.iter().filter(|part| from.join(part).is_dir()) {
            for (below, file) in files_below(&from.join(part))? {
                files.push((to.join(part).join(below), Source::File(file)));
            }
        }
    }
    Ok(files)
}

/// A manifest of the workspace as one that needs no workspace and no registry.
fn standalone(manifest: &Path, workspace: &Path, folder: &Path) -> Result<String, InstallError> {
    let own = read(manifest)?;
    let shared = read(workspace)?;
    let refuse = |message: String| InstallError::Manifest { path: manifest.to_path_buf(), message };
    let shared_package = shared.get("workspace").and_then(|table| table.get("package")).and_then(Value::as_table);
    let mut package = BTreeMap::new();
    for (key, value) in own.get("package").and_then(Value::as_table).into_iter().flatten() {
        let value = match value.get("workspace") {
            None => Some(value),
            Some(_) => shared_package.and_then(|table| table.get(key)),
        };
        let value = value.ok_or_else(|| refuse(format!("`{key}` is in neither manifest")))?;
        package.insert(key.clone(), value.clone());
    }
    let mut dependencies = Table::new();
    for (name, about) in own.get("dependencies").and_then(Value::as_table).into_iter().flatten() {
        if about.get("optional").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        let (_, place) = CRATES
            .iter()
            .find(|(known, _)| known == name)
            .ok_or_else(|| refuse(format!("the dependency `{name}` is not among the sources that are installed")))?;
        let up = "../".repeat(folder.components().count());
        let path = Value::String(format!("{up}{place}"));
        dependencies.insert(name.clone(), Value::Table(Table::from_iter([("path".to_owned(), path)])));
    }
    // The code behind a feature with a dependency stays out, and cargo is not to wonder about its name.
    let allow = Table::from_iter([("unexpected_cfgs".to_owned(), Value::String("allow".to_owned()))]);
    let lints = Table::from_iter([("rust".to_owned(), Value::Table(allow))]);
    let whole = Table::from_iter([
        ("dependencies".to_owned(), Value::Table(dependencies)),
        ("lints".to_owned(), Value::Table(lints)),
        ("package".to_owned(), Value::Table(package.into_iter().collect())),
    ]);
    toml::to_string(&whole).map_err(|error| refuse(error.to_string()))
}

fn read(path: &Path) -> Result<Table, InstallError> {
    let text = fs::read_to_string(path).map_err(InstallError::file("read", path))?;
    text.parse().map_err(|error: toml::de::Error| InstallError::Manifest {
        path: path.to_path_buf(),
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Result<String, InstallError> {
        let place = tempfile::tempdir().unwrap();
        let (own, workspace) = (place.path().join("own.toml"), place.path().join("workspace.toml"));
        fs::write(&own, text).unwrap();
        fs::write(&workspace, "[workspace.package]\nversion = \"1.2.3\"\nedition = \"2024\"\n").unwrap();
        standalone(&own, &workspace, Path::new("sdk/sdk"))
    }

    #[test]
    fn a_manifest_stands_alone_and_names_no_registry() {
        let text = "[package]\nname = \"kovacs-sdk\"\nversion.workspace = true\nedition.workspace = true\n\
                    [features]\ntoml = [\"dep:toml\"]\n\
                    [dependencies]\nkovacs-abi.workspace = true\ntoml = { workspace = true, optional = true }\n\
                    [dev-dependencies]\nproptest.workspace = true\n[lints]\nworkspace = true\n";
        insta::assert_snapshot!(manifest(text).unwrap(), @r#"
        [dependencies.kovacs-abi]
        path = "../../sdk/abi"

        [lints.rust]
        unexpected_cfgs = "allow"

        [package]
        edition = "2024"
        name = "kovacs-sdk"
        version = "1.2.3"
        "#);
    }

    #[test]
    fn a_dependency_from_a_registry_is_refused_by_name() {
        let text = "[package]\nname = \"kovacs-sdk\"\n[dependencies]\nserde = \"1\"\n";
        let error = manifest(text).unwrap_err().to_string();
        assert!(error.contains("the dependency `serde` is not among the sources"), "{error}");
        let error = manifest("[package]\nlicense.workspace = true\n").unwrap_err().to_string();
        assert!(error.contains("`license` is in neither manifest"), "{error}");
    }
}
