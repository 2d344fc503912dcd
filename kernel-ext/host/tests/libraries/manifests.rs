//! What is known of a library without running it, and that the library must say the same.

use crate::support::{Folder, approve, by_path, store};
use kovacs_host::{Manifest, Models, PlaceKind};
use std::fs;
use std::path::{Path, PathBuf};

/// A library with its manifest.
fn described(folder: &Folder, macros: &[&str]) -> Option<(PathBuf, PathBuf)> {
    let path = folder.compile("maxwell_c", macros)?;
    let handle = by_path().load(path.to_str().unwrap()).unwrap();
    let manifest = Manifest::of(&handle).write(&path).unwrap();
    Some((path, manifest))
}

/// Changes the text of a manifest.
fn edit(manifest: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(manifest).unwrap();
    assert!(text.contains(from), "there is no `{from}` in\n{text}");
    fs::write(manifest, text.replace(from, to)).unwrap();
}

fn reason(path: &Path) -> String {
    approve(path);
    let error = by_path().load(path.to_str().unwrap()).expect_err("the manifest is crooked").to_string();
    error.strip_prefix(&format!("library `{}`: ", path.display())).expect("the library is named").to_owned()
}

#[test]
fn a_manifest_says_all_that_the_library_says() {
    let folder = Folder::new();
    let Some((path, manifest)) = described(&folder, &[]) else { return };
    assert_eq!(manifest, folder.path().join("maxwell_c.model.toml"));
    let handle = by_path().load(path.to_str().unwrap()).unwrap();
    let read = Manifest::read(&path).unwrap().expect("it was just written");
    assert_eq!(read, Manifest::of(&handle));
    assert_eq!(read.digest(), handle.digest());
    let mut described: Vec<_> = read.models().collect();
    described[0].path = handle.description().path.clone();
    assert_eq!(described, [handle.description().clone()]);
    assert_eq!(Manifest::read(&folder.path_of("none")).unwrap(), None);
}

#[test]
fn a_listing_from_manifests_runs_no_code() {
    let folder = Folder::new();
    let Some((path, manifest)) = described(&folder, &[]) else { return };
    let old = by_path().load(path.to_str().unwrap()).unwrap().digest().to_owned();
    // Opening this one fails, so a listing that shows the model has not opened it.
    folder.compile("maxwell_c", &["ENTRY_FAILS"]);
    let new = Manifest::read(&path).unwrap().map(|_| sha256(&path)).unwrap();
    edit(&manifest, &old, &new);
    // While the manifest was that of the other file, the library could not be approved.
    approve(&path);
    let models = folder.models();
    let entry = &models.catalogue().entries[0];
    assert_eq!((entry.id(), entry.digest(), entry.is_opened()), ("org.example.maxwell_c", new.as_str(), false));
    assert!(models.catalogue().broken.is_empty());
    let error = models.load("maxwell_c").unwrap_err().to_string();
    assert!(error.ends_with("gives no tables: `kovacs_plugin_v0` answers -5: the licence has run out"), "{error}");
}

/// As the host computes it, told by the card of a library that nobody approved.
fn sha256(path: &Path) -> String {
    let nobody = kovacs_host::TrustStore::at(path.with_file_name("nobody.toml"));
    nobody.approve(path, "a test").map(|approval| approval.sha256).unwrap_or_else(|error| {
        let text = error.to_string();
        text.split("SHA-256 ").nth(1).and_then(|rest| rest.split(',').next()).expect("the digest is told").to_owned()
    })
}

#[test]
fn an_unapproved_library_is_listed_by_its_manifest_with_the_way_to_approve_it() {
    let folder = Folder::new();
    let Some((path, _)) = described(&folder, &[]) else { return };
    let strangers = kovacs_host::TrustStore::at(folder.path().join("trust.toml"));
    let models = Models::in_places(vec![folder.place(PlaceKind::Named)]).trusting(strangers);
    let catalogue = models.catalogue();
    assert!(catalogue.entries[0].refusal().is_some() && !catalogue.entries[0].is_opened());
    assert_eq!(catalogue.models().count(), 0);
    let line =
        format!("not approved: `org.example.maxwell_c` 1.0.0; to approve it: kovacs model trust {}", path.display());
    assert!(catalogue.to_string().starts_with(&line), "{catalogue}");
    let card = models.load("maxwell_c").unwrap_err().to_string();
    assert!(card.contains("is not approved\n  model    org.example.maxwell_c\n"), "{card}");
}

#[test]
fn a_model_listed_from_its_manifest_is_opened_when_it_is_asked_for() {
    let folder = Folder::new();
    let Some((path, _)) = described(&folder, &[]) else { return };
    let models = folder.models();
    assert!(!models.catalogue().entries[0].is_opened());
    assert_eq!(models.load("maxwell_c").unwrap().path(), path);
}

#[test]
fn a_manifest_of_another_file_is_refused_where_models_are_installed() {
    let folder = Folder::new();
    let Some((path, manifest)) = described(&folder, &[]) else { return };
    let stated = sha256(&path);
    folder.compile("maxwell_c", &["REBUILT"]);
    fs::rename(&manifest, folder.path().join("aside")).unwrap();
    let found = sha256(&path);
    fs::rename(folder.path().join("aside"), &manifest).unwrap();
    let expected = format!(
        "is not the file that its manifest `{}` describes: SHA-256 {found}, not {stated}; it was rebuilt or exchanged; if \
         that was you, run `kovacs model check --write-manifest` on it",
        manifest.display()
    );
    assert_eq!(reason(&path), expected);
    // Where one compiles again and again, the library speaks for itself.
    let built = Models::in_places(vec![folder.place(PlaceKind::Built)]);
    let handle = built.load("maxwell_c").unwrap();
    assert_eq!((handle.description().version.as_str(), handle.warnings()), ("1.1.0", &[expected][..]));
}

#[test]
fn a_manifest_that_says_more_than_the_library_holds_is_refused() {
    let check = |from: &str, to: &str, difference: &str| {
        let folder = Folder::new();
        let Some((path, manifest)) = described(&folder, &[]) else { return };
        edit(&manifest, from, to);
        let expected = format!(
            "does not hold what its manifest `{}` says{difference}; write the manifest anew with `kovacs model check \
             --write-manifest`, if you trust the library",
            manifest.display()
        );
        assert_eq!(reason(&path), expected);
    };
    let same = |digest: &str| format!("(SHA-256 {}… → {0}…)", &digest[..8]);
    let folder = Folder::new();
    let Some((path, _)) = described(&folder, &[]) else { return };
    let digests = same(&sha256(&path));
    check(
        "upper = 1000000.0",
        "upper = 2000000.0",
        &format!(": `maxwell_c` 1.0.0 {digests}\n  parameters: `relaxation_time` accepts (0, 1e6], was (0, 2e6]"),
    );
    check(
        "version = \"1.0.0\"",
        "version = \"1.0.1\"",
        &format!(": `maxwell_c` 1.0.1 → 1.0.0 {digests}: other code, same parameters and outputs"),
    );
    check(
        "id = \"org.example.maxwell_c\"",
        "id = \"org.example.kelvin_c\"",
        ": it names the models org.example.kelvin_c, the library has org.example.maxwell_c",
    );
    check("label = \"Modulus\"", "label = \"Compliance\"", "");
}

#[test]
fn a_manifest_for_another_platform_or_file_is_told() {
    let folder = Folder::new();
    let Some((path, manifest)) = described(&folder, &[]) else { return };
    let here = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    edit(&manifest, &here, "riscv64-plan9");
    let expected = format!(
        "is built for riscv64-plan9, as its manifest `{}` says, this machine is {here}; build it here",
        manifest.display()
    );
    assert_eq!(reason(&path), expected);
    edit(&manifest, "riscv64-plan9", &here);
    edit(&manifest, "abi = 0", "abi = 3");
    assert_eq!(
        reason(&path),
        "is built for ABI 3, this host speaks 0; rebuild it against this version's `kovacs_model.h`"
    );
    edit(&manifest, "abi = 3", "abi = 0");
    edit(&manifest, "libkovacs_model_maxwell_c", "libkovacs_model_other");
    let other = path.display().to_string().replace("maxwell_c", "other");
    let expected = format!(
        "has the manifest `{}`, which describes `{}`; write one for each library with `kovacs model check \
         --write-manifest`",
        manifest.display(),
        Path::new(&other).file_name().unwrap().display()
    );
    assert_eq!(reason(&path), expected);
}

#[test]
fn a_damaged_manifest_is_a_refusal_with_the_line() {
    let folder = Folder::new();
    let Some((path, manifest)) = described(&folder, &[]) else { return };
    edit(&manifest, "abi = 0", "abi = \"zero\"");
    let anew = "write it anew with `kovacs model check --write-manifest`";
    let expected = format!(
        "cannot be judged: manifest `{}` is damaged: line 3: invalid type: string \"zero\", expected u32; {anew}",
        manifest.display()
    );
    assert_eq!(reason(&path), expected);
    edit(&manifest, "abi = \"zero\"", "abi = 0");
    edit(&manifest, "unit = \"MPa\"", "unit = \"\"");
    let expected = format!(
        "cannot be judged: manifest `{}`: model `org.example.maxwell_c`: parameter `modulus` has no unit; a \
         dimensionless one has `1`; {anew}",
        manifest.display()
    );
    assert_eq!(reason(&path), expected);
}

#[test]
fn a_library_with_several_models_has_one_manifest() {
    let linear = Models::discover().load("kww").unwrap();
    let folder = Folder::new();
    let library = folder.path_of("linear");
    fs::copy(linear.path(), &library).unwrap();
    approve(&library);
    Manifest::of(&linear).write(&library).unwrap();
    let models = Models::in_places(vec![folder.place(PlaceKind::Named)]).trusting(store());
    let listed: Vec<&str> = models.catalogue().models().map(|model| model.id()).collect();
    let held: Vec<&str> = linear.siblings().map(|model| model.id.as_str()).collect();
    assert_eq!(listed, held);
    assert!(models.catalogue().entries.iter().all(|entry| !entry.is_opened()));
    assert_eq!(models.load("prony").unwrap().id(), "org.kovacs.prony");
}
