//! A rebuilt library takes the place of the old one when it is asked to, and says what has changed.

use crate::support::{Folder, by_path, one_step};
use kovacs_core::model::{Batch, Evaluator};
use kovacs_host::{HostErrorKind, ModelHandle};

fn load(folder: &Folder, macros: &[&str]) -> Option<ModelHandle> {
    let path = folder.compile("maxwell_c", macros)?;
    Some(by_path().load(path.to_str().unwrap()).unwrap())
}

/// The first characters of the digests before and after.
fn digests(before: &str, after: &str) -> String {
    format!("SHA-256 {}… → {}…", &before[..8], &after[..8])
}

#[test]
fn nothing_new_is_said_as_such() {
    let folder = Folder::new();
    let Some(mut handle) = load(&folder, &[]) else { return };
    // The same content in a new file is the same code.
    folder.compile("maxwell_c", &[]);
    let report = handle.reload().unwrap();
    assert!(report.is_unchanged());
    assert_eq!(report.to_string(), format!("`maxwell_c` 1.0.0 is unchanged (SHA-256 {}…)", &handle.digest()[..8]));
    assert_eq!(handle.generation(), 1);
}

#[test]
fn a_rebuild_is_taken_with_a_report_and_what_runs_goes_on() {
    let folder = Folder::new();
    let Some(mut handle) = load(&folder, &[]) else { return };
    let old = handle.clone();
    let mut running = handle.instance(&[]).unwrap();
    running.bind(&one_step(&[0.0])).unwrap();
    folder.compile("maxwell_c", &["REBUILT"]);
    let report = handle.reload().unwrap();
    let expected = format!(
        "`maxwell_c` 1.0.0 → 1.1.0 ({})\n  parameters: `relaxation_time` accepts (0, 1e9], was (0, 1e6]",
        digests(old.digest(), handle.digest())
    );
    assert_eq!(report.to_string(), expected);
    assert_eq!((handle.generation(), old.generation()), (2, 1));
    // The old generation keeps its code and its bounds, the new one has its own.
    assert!(running.evaluate(Batch::new(&[1000.0, 1e8])).is_err());
    assert_eq!(running.evaluate(Batch::new(&[1000.0, 100.0])).unwrap().values, [10.0]);
    assert_eq!(old.description().version, "1.0.0");
    let mut new = handle.instance(&[]).unwrap();
    new.bind(&one_step(&[0.0])).unwrap();
    assert_eq!(new.evaluate(Batch::new(&[1000.0, 1e8])).unwrap().values, [10.0]);
    assert_eq!(handle.generations_note(), None);
}

#[test]
fn a_rebuild_that_loses_numbers_is_taken_only_when_that_is_asked_for() {
    let check = |change: &str, line: &str| {
        let folder = Folder::new();
        let Some(mut handle) = load(&folder, &[]) else { return };
        let before = handle.digest().to_owned();
        folder.compile("maxwell_c", &[change]);
        let error = handle.reload().unwrap_err();
        let HostErrorKind::BreakingReload { report } = error.kind() else { panic!("another error: {error}") };
        let after = report.to.digest.clone().unwrap();
        let expected = format!(
            "the rebuilt model is not taken, since numbers written for the old one are lost or mean something else:\n\
             `maxwell_c` 1.0.0 ({})\n  {line}\n\
             to take it all the same, reload with breaking changes allowed",
            digests(&before, &after)
        );
        assert_eq!(error.to_string(), expected);
        assert_eq!((handle.digest(), handle.generation()), (before.as_str(), 1));
        assert!(handle.reload_breaking().unwrap().is_breaking());
        assert_eq!((handle.digest(), handle.generation()), (after.as_str(), 2));
    };
    check("RENAMED_PARAMETER", "parameters: the new version has no `modulus`; new: `stiffness` = 1000 MPa");
    check("OTHER_UNIT", "parameters: `relaxation_time` is in h, was in s");
}

#[test]
fn a_library_rebuilt_without_the_model_is_refused() {
    let folder = Folder::new();
    let Some(mut handle) = load(&folder, &[]) else { return };
    folder.compile("maxwell_c", &["OTHER_MODEL"]);
    let expected = format!(
        "library `{}` has no model `org.example.maxwell_c` any more; it has `org.example.kelvin_c`",
        handle.path().display()
    );
    assert_eq!(handle.reload().unwrap_err().to_string(), expected);
    assert_eq!(handle.generation(), 1);
}

#[test]
fn a_rebuilt_library_passes_every_check_again() {
    let folder = Folder::new();
    let Some(mut handle) = load(&folder, &[]) else { return };
    folder.compile_strange("maxwell_c", &["LATER_MINOR", "REBUILT", "ONLY_HERE"]);
    // The content may have been approved by an earlier run of these tests, so another byte is added.
    let path = handle.path().to_path_buf();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(folder.path().as_os_str().as_encoded_bytes());
    std::fs::write(&path, bytes).unwrap();
    assert!(handle.reload().unwrap_err().unapproved().is_some());
    std::fs::write(&path, b"half a librar").unwrap();
    assert!(handle.reload().unwrap_err().to_string().contains("is not a shared library of this platform"));
    std::fs::remove_file(&path).unwrap();
    assert!(handle.reload().unwrap_err().to_string().contains("cannot be read"));
    assert!(handle.instance(&[]).is_ok());
}
