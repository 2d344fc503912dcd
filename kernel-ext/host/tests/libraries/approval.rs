//! Code runs only after somebody agreed to it, and what is locked stays locked.

use crate::support::Folder;
use kovacs_host::{HostErrorKind, Lock, Models, Place, PlaceKind, TrustStore};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A trust store of its own in this folder.
fn store_in(folder: &Folder) -> TrustStore {
    TrustStore::at(folder.path().join("state").join("trust.toml"))
}

fn models(folder: &Folder, kind: PlaceKind, store: &TrustStore) -> Models {
    Models::in_places(vec![folder.place(kind)]).trusting(store.clone())
}

fn digest(library: &Path) -> String {
    let handle = Models::in_places(Vec::new()).trusting(crate::support::store());
    crate::support::approve(library);
    handle.load(library.to_str().unwrap()).unwrap().digest().to_owned()
}

#[test]
fn an_unknown_library_is_shown_and_not_opened() {
    let folder = Folder::new();
    let Some(path) = folder.compile_strange("maxwell_c", &[]) else { return };
    let (size, digest) = (fs::metadata(&path).unwrap().len(), digest(&path));
    let size = if size < 10_000 { format!("{size} bytes") } else { format!("{} kB", size / 1000) };
    let store = store_in(&folder);
    let expected = format!(
        "library `{path}`: is not approved\n  \
           model    maxwell_c (by its file name)\n  \
           size     {size}\n  \
           SHA-256  {digest}\n\
         loading a model runs its author's code with your rights; to approve this very file:\n  \
           kovacs model trust {path}",
        path = path.display()
    );
    for name in ["maxwell_c", "maxwell-c", path.to_str().unwrap()] {
        let error = models(&folder, PlaceKind::Named, &store).load(name).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.unapproved(), Some(path.as_path()));
    }
    let listing = models(&folder, PlaceKind::User, &store).catalogue().to_string();
    let line = format!("not approved: {path}; to approve it: kovacs model trust {path}\n", path = path.display());
    assert!(listing.starts_with(&line), "{listing}");
    let unknown = models(&folder, PlaceKind::Named, &store).load("org.example.maxwell_c").unwrap_err().to_string();
    assert!(unknown.contains(&format!("refused: `{}` is not approved (`kovacs model trust`)", path.display())));
}

#[test]
fn an_approval_is_for_the_content_and_can_be_withdrawn() {
    let folder = Folder::new();
    let Some(path) = folder.compile_strange("maxwell_c", &[]) else { return };
    let store = store_in(&folder);
    let approval = store.approve(&path, "kovacs model trust").unwrap();
    assert_eq!((approval.models, approval.path.as_path()), (vec!["maxwell_c".to_owned()], path.as_path()));
    let load = || models(&folder, PlaceKind::Named, &store).load("maxwell_c");
    let first = load().unwrap();
    assert_eq!(first.digest(), approval.sha256);
    // Approved once more it is still one approval.
    store.approve(&path, "kovacs model trust").unwrap();
    let approvals = store.read().unwrap();
    assert_eq!((approvals.libraries.len(), approvals.libraries[0].approved_by.as_str()), (1, "kovacs model trust"));
    assert_eq!((approvals.libraries[0].date.len(), approvals.libraries[0].date.ends_with('Z')), (20, true));
    let file = store.path().unwrap();
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);

    folder.compile_strange("maxwell_c", &["REBUILT"]);
    assert!(load().unwrap_err().unapproved().is_some(), "the file was exchanged");
    folder.compile_strange("maxwell_c", &[]);
    assert!(load().is_ok());
    assert_eq!(store.withdraw(&approval.sha256).unwrap(), 1);
    assert!(load().unwrap_err().unapproved().is_some());
    assert_eq!(store.withdraw(&approval.sha256).unwrap(), 0);
}

#[test]
fn a_command_with_trust_approves_and_loads() {
    let folder = Folder::new();
    let Some(path) = folder.compile_strange("maxwell_c", &[]) else { return };
    let store = store_in(&folder);
    let models = models(&folder, PlaceKind::Named, &store);
    assert!(models.load("maxwell_c").is_err());
    assert_eq!(models.load_approving("maxwell_c", "kovacs predict --trust").unwrap().path(), path);
    assert_eq!(store.read().unwrap().libraries[0].approved_by, "kovacs predict --trust");
    let unknown = models.load_approving("kelvin", "kovacs predict --trust").unwrap_err();
    assert!(matches!(unknown.kind(), HostErrorKind::UnknownModel { .. }));
}

#[test]
fn what_came_with_the_program_needs_no_approval() {
    let folder = Folder::new();
    let Some(_) = folder.compile_strange("maxwell_c", &[]) else { return };
    let load = |kind| models(&folder, kind, &store_in(&folder)).load("maxwell_c");
    for kind in [PlaceKind::Built, PlaceKind::Installed] {
        assert!(load(kind).is_ok(), "{kind:?}");
    }
    for kind in [PlaceKind::Named, PlaceKind::Project, PlaceKind::User] {
        assert!(load(kind).unwrap_err().unapproved().is_some(), "{kind:?}");
    }
}

#[test]
fn builds_of_an_approved_project_are_opened_whenever_they_change() {
    let folder = Folder::new();
    let project = folder.path().join("mine");
    let target = project.join("target").join("debug");
    fs::create_dir_all(&target).unwrap();
    let Some(built) = folder.compile_strange("maxwell_c", &[]) else { return };
    let library = target.join(built.file_name().unwrap());
    fs::rename(built, &library).unwrap();
    let store = store_in(&folder);
    let models = || {
        let place = Place { kind: PlaceKind::Project, path: target.clone() };
        Models::in_places(vec![place]).trusting(store.clone())
    };
    assert!(models().load("maxwell_c").unwrap_err().unapproved().is_some());
    let error = store.approve_project(&project, "kovacs model new").unwrap_err().to_string();
    assert_eq!(error, format!("`{}` is no project: there is no `Cargo.toml` in it", project.display()));
    fs::write(project.join("Cargo.toml"), "").unwrap();
    store.approve_project(&project, "kovacs model new").unwrap();
    assert!(models().load("maxwell_c").is_ok());
    fs::rename(folder.compile_strange("maxwell_c", &["REBUILT"]).unwrap(), &library).unwrap();
    assert_eq!(models().load("maxwell_c").unwrap().description().version, "1.1.0");
    assert_eq!(store.withdraw(project.to_str().unwrap()).unwrap(), 1);
    assert!(models().load("maxwell_c").is_err());
}

#[test]
fn an_unapproved_build_does_not_stand_in_the_way_and_an_unapproved_library_of_mine_does() {
    let (near, far) = (Folder::new(), Folder::new());
    let Some(strange) = near.compile_strange("maxwell_c", &["ONLY_HERE", "REBUILT"]) else { return };
    let Some(own) = far.compile_strange("maxwell_c", &[]) else { return };
    let store = store_in(&near);
    let load = |kind| {
        let places = vec![near.place(kind), far.place(PlaceKind::Built)];
        Models::in_places(places).trusting(store.clone()).load("maxwell_c")
    };
    assert_eq!(load(PlaceKind::Project).unwrap().path(), own);
    for kind in [PlaceKind::Named, PlaceKind::User] {
        assert_eq!(load(kind).unwrap_err().unapproved(), Some(strange.as_path()), "{kind:?}");
    }
}

#[test]
fn a_trust_store_that_cannot_be_used_approves_nothing_and_says_why() {
    let folder = Folder::new();
    let Some(path) = folder.compile_strange("maxwell_c", &[]) else { return };
    let store = store_in(&folder);
    store.approve(&path, "a test").unwrap();
    let file = store.path().unwrap();
    let check = |expected: &str| {
        let error = models(&folder, PlaceKind::Named, &store).load(path.to_str().unwrap()).unwrap_err();
        let expected = format!(
            "library `{}`: cannot be judged: trust store `{}` {expected}; repair it or remove it, and approve your \
             libraries again",
            path.display(),
            file.display()
        );
        assert_eq!(error.to_string(), expected);
    };
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.replace("format = 1", "format = 7")).unwrap();
    check("has the format 7, this program knows 1");
    fs::write(file, text.replace("[[library]]", "[[library")).unwrap();
    check("is damaged: line 5: unclosed array table, expected `]]`");
    fs::write(file, text.replace("sha256", "sha1")).unwrap();
    check("is damaged: line 5: missing field `sha256`");
    fs::write(file, &text).unwrap();
    fs::set_permissions(file, Permissions::from_mode(0o666)).unwrap();
    check("can be written by others (mode 666; `chmod go-w` closes it)");
    fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
    assert!(models(&folder, PlaceKind::Named, &store).load("maxwell_c").is_ok());
}

#[test]
fn only_what_can_be_a_model_is_approved() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let text = folder.write("text", b"#!/bin/sh\nexit\n");
    assert!(store.approve(&text, "a test").unwrap_err().to_string().contains("is not a shared library"));
    let relative = store.approve(Path::new("libkovacs_model_x.so"), "a test").unwrap_err();
    assert!(matches!(relative.kind(), HostErrorKind::RelativePath { .. }));
    assert_eq!(store.read().unwrap().libraries.len(), 0);
}

#[test]
fn two_approvals_at_the_same_time_are_both_kept() {
    let folder = Folder::new();
    let Some(path) = folder.compile_strange("maxwell_c", &[]) else { return };
    let store = store_in(&folder);
    let bytes = fs::read(path).unwrap();
    let libraries: Vec<PathBuf> =
        (0..8u8).map(|number| folder.write(&format!("m{number}"), &[&bytes[..], &[number]].concat())).collect();
    std::thread::scope(|scope| {
        for library in &libraries {
            scope.spawn(|| store.approve(library, "a test").unwrap());
        }
    });
    assert_eq!(store.read().unwrap().libraries.len(), libraries.len());
}

#[test]
fn a_lock_opens_what_it_holds_and_nothing_else() {
    let (folder, other) = (Folder::new(), Folder::new());
    let Some(_) = folder.compile("maxwell_c", &[]) else { return };
    let lock_path = folder.path().join("models.lock");
    let lock = Lock::of(folder.models().catalogue());
    lock.write(&lock_path).unwrap();
    let lock = Lock::read(&lock_path).unwrap();
    assert_eq!(lock.libraries.len(), 1);
    assert_eq!(lock.libraries[0].models, ["org.example.maxwell_c 1.0.0"]);
    let locked = |models: Models| models.locked(lock_path.clone(), lock.clone());
    assert!(locked(folder.models()).load("maxwell_c").is_ok());

    let Some(path) = other.compile("maxwell_c", &["REBUILT"]) else { return };
    let error = locked(other.models()).load(path.to_str().unwrap()).unwrap_err().to_string();
    let expected = format!(
        "library `{}`: is not in the lock `{}` (SHA-256 {}), and KOVACS_LOCKED allows no other; build or install the \
         locked version, or lock this one with `kovacs model lock`",
        path.display(),
        lock_path.display(),
        digest(&path)
    );
    assert_eq!(error, expected);
    // Not even what came with the program.
    let built = Models::in_places(vec![other.place(PlaceKind::Built)]);
    assert!(locked(built).load("maxwell_c").is_err());

    fs::write(&lock_path, "format = 1\nlibrary = 3\n").unwrap();
    let damaged = Lock::read(&lock_path).unwrap_err().to_string();
    let expected = format!(
        "lock `{}` is damaged: line 2: invalid type: integer `3`, expected a sequence; write it anew with `kovacs model \
         lock`",
        lock_path.display()
    );
    assert_eq!(damaged, expected);
}

#[test]
fn a_folder_above_that_others_can_write_is_refused_too() {
    let folder = Folder::new();
    let outer = folder.path().join("outer");
    let inner = outer.join("inner");
    fs::create_dir_all(&inner).unwrap();
    let Some(built) = folder.compile("maxwell_c", &[]) else { return };
    let library = inner.join(built.file_name().unwrap());
    fs::rename(built, &library).unwrap();
    let load = |kind| {
        let place = Place { kind, path: inner.clone() };
        Models::in_places(vec![place]).trusting(crate::support::store()).load(library.to_str().unwrap())
    };
    fs::set_permissions(&outer, Permissions::from_mode(0o777)).unwrap();
    let expected = format!(
        "library `{}`: the folder `{}` can be written by others (mode 777); run `chmod go-w` on it",
        library.display(),
        outer.canonicalize().unwrap().display()
    );
    assert_eq!(load(PlaceKind::Named).unwrap_err().to_string(), expected);
    assert!(load(PlaceKind::Built).is_ok());
    fs::set_permissions(&outer, Permissions::from_mode(0o775)).unwrap();
    assert!(load(PlaceKind::Named).is_ok());
    assert!(load(PlaceKind::User).is_err());
}
