//! The licences of the crates that are linked into the program: whoever passes a program on has to pass them on, too.
//!
//! cargo knows which crates those are, and has their sources with the texts in them. Crates by the same people often carry
//! the same text, which is printed once.

use crate::contents::LICENCES;
use crate::error::InstallError;
use kovacs_home::Home;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package of the program.
const PROGRAM: &str = "kovacs-cli";

/// How names of files with a licence begin, in lower case.
const LICENCE_FILES: [&str; 6] = ["license", "licence", "copying", "notice", "unlicense", "copyright"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Option<Resolve>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

/// A text with the crates and the licences of all crates that the program is linked from, as far as they come from
/// elsewhere: collected in the workspace, handed on from an installation.
///
/// # Errors
/// cargo does not run or does not have the sources; or the installation has none.
pub fn third_party(home: &Home) -> Result<String, InstallError> {
    match home.workspace() {
        Some(workspace) => collected(workspace),
        None => {
            let path = home.documents().join(LICENCES);
            fs::read_to_string(&path).map_err(InstallError::file("read", path))
        }
    }
}

fn collected(workspace: &Path) -> Result<String, InstallError> {
    let refused = |message: String| InstallError::Licences { message };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform"])
        .arg(format!("{}-unknown-linux-gnu", std::env::consts::ARCH))
        .arg("--manifest-path")
        .arg(workspace.join("Cargo.toml"))
        .output()
        .map_err(|error| refused(format!("cannot start cargo: {error}")))?;
    if !output.status.success() {
        return Err(refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| refused(error.to_string()))?;
    let linked = linked(&metadata).ok_or_else(|| refused(format!("there is no package `{PROGRAM}`")))?;
    let mut packages: Vec<&Package> =
        metadata.packages.iter().filter(|package| package.source.is_some() && linked.contains(&*package.id)).collect();
    packages.sort_by_key(|package| (&package.name, &package.version));
    Ok(text(&packages))
}

/// The ids of what the program is linked from.
fn linked(metadata: &Metadata) -> Option<BTreeSet<&str>> {
    let nodes: HashMap<&str, &Node> =
        metadata.resolve.iter().flat_map(|resolve| &resolve.nodes).map(|node| (&*node.id, node)).collect();
    let program = metadata.packages.iter().find(|package| package.name == PROGRAM && package.source.is_none())?;
    let mut found = BTreeSet::new();
    let mut pending = vec![&*program.id];
    while let Some(id) = pending.pop() {
        if !found.insert(id) {
            continue;
        }
        let normal = |dependency: &&Dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
        let dependencies = nodes.get(id).into_iter().flat_map(|node| &node.deps).filter(normal);
        pending.extend(dependencies.map(|dependency| &*dependency.pkg));
    }
    Some(found)
}

fn text(packages: &[&Package]) -> String {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut listing = String::from("Kovacs is linked from these crates of others:\n\n");
    for package in packages {
        let Package { name, version, license, .. } = package;
        let stated = license.as_deref().unwrap_or("see below");
        // Writing into a `String` cannot fail.
        let _ = writeln!(listing, "{name} {version}: {stated}");
        for text in licence_texts(package.manifest_path.parent().unwrap_or(Path::new(""))) {
            texts.entry(text).or_default().push(format!("{name} {version}"));
        }
    }
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by_key(|(_, users)| std::cmp::Reverse(users.len()));
    for (text, users) in texts {
        let _ = write!(listing, "\n{}\n{}\n\n{text}\n", "-".repeat(72), users.join(", "));
    }
    listing
}

fn licence_texts(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        LICENCE_FILES.iter().any(|beginning| name.starts_with(beginning)) && path.is_file()
    });
    let texts = files.iter().filter_map(|path| fs::read(path).ok());
    texts.map(|bytes| String::from_utf8_lossy(&bytes).replace('\r', "").trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_listed_with_its_licence_and_build_tools_are_not() {
        let home = Home::of(Path::new("/nowhere/debug"));
        let text = third_party(&home).unwrap();
        for part in ["\nclap 4.", "\npolars 0.55.", "Permission is hereby granted", "Apache License"] {
            assert!(text.contains(part), "{part}");
        }
        for absent in ["\nproptest ", "\ninsta ", "\nkovacs-core "] {
            assert!(!text.contains(absent), "{absent}");
        }
    }
}
