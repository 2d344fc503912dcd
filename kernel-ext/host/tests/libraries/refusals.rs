//! A library that breaks a promise is refused, with words that say which.
//!
//! Each test builds one crooked library and compares the whole message: these words are what a model author works with.

use crate::support::{Folder, approve, by_path};
use kovacs_host::{HostErrorKind, LibraryFault};
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

/// What the host says of a library, without its path.
fn reason(path: &Path) -> String {
    approve(path);
    let models = by_path();
    let error = models.load(path.to_str().expect("the path is ASCII")).expect_err("the library is crooked");
    match error.kind() {
        HostErrorKind::Library { path: named, fault } => {
            assert_eq!(named, path);
            assert_eq!(error.to_string(), format!("library `{}`: {fault}", path.display()));
            fault.to_string()
        }
        other => panic!("another kind of error: {other:?}"),
    }
}

/// Compiles the C model with this macro and compares what the host says of it.
fn check(name: &str, expected: &str) {
    let folder = Folder::new();
    if let Some(path) = folder.compile("crooked", &[name]) {
        assert_eq!(reason(&path), expected);
    }
}

fn check_bytes(bytes: &[u8], expected: &str) {
    let folder = Folder::new();
    assert_eq!(reason(&folder.write("crooked", bytes)), expected);
}

/// The head of a 64-bit ELF shared library for a processor, without any content.
fn elf_head(little_endian: bool, machine: u16) -> Vec<u8> {
    let half = |value: u16| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut head = vec![0x7f, b'E', b'L', b'F', 2, if little_endian { 1 } else { 2 }, 1, 0];
    head.resize(16, 0);
    head.extend(half(3)); // a shared object
    head.extend(half(machine));
    head.resize(52, 0);
    head.extend(half(64)); // size of this head
    head.resize(64, 0);
    head
}

#[test]
fn text_is_not_a_library() {
    check_bytes(
        b"#!/bin/sh\nexit\n",
        "is not a shared library of this platform: it begins with the text \"#!/bin/sh\\nex\"; a model is built as a \
         `cdylib` or with `cc -shared`",
    );
    check_bytes(
        b"",
        "is not a shared library of this platform: the file is empty; a model is built as a `cdylib` or with `cc \
         -shared`",
    );
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_library_for_another_processor_is_named() {
    const AARCH64: u16 = 183;
    check_bytes(&elf_head(true, AARCH64), "is built for aarch64, this machine is x86_64; build it here");
    const S390: u16 = 22;
    check_bytes(&elf_head(false, S390), "is built for s390x, this machine is x86_64; build it here");
}

#[test]
fn a_truncated_library_is_refused() {
    let folder = Folder::new();
    let Some(path) = folder.compile("crooked", &[]) else { return };
    let bytes = std::fs::read(&path).unwrap();
    // Cut anywhere, it is refused by words and not by a crash of the loader.
    for length in [0, 3, 20, 63, 64, 200, 1000, bytes.len() / 2, bytes.len() - 1] {
        let cut = folder.write("cut", &bytes[..length]);
        assert!(reason(&cut).starts_with("is not a shared library of this platform"), "{length}: {}", reason(&cut));
    }
}

#[test]
fn a_library_without_a_model_is_refused() {
    check(
        "NO_ENTRY",
        "does not export `kovacs_plugin_v0`, so it holds no model; see `export_models!` or `kovacs_model.h`",
    );
}

#[test]
fn another_abi_major_is_named() {
    check("OTHER_ABI", "is built for ABI 1, this host speaks 0; rebuild it against this version's `kovacs_model.h`");
}

#[test]
fn an_entry_function_that_fails_is_quoted() {
    check("ENTRY_FAILS", "gives no tables: `kovacs_plugin_v0` answers -5: the licence has run out");
}

#[test]
fn null_tables_are_refused() {
    check("NULL_PLUGIN", "the plugin table is NULL or misaligned; the header says that it must not be");
    check(
        "NULL_PARAMETERS",
        "an entry of `params` of model `org.example.maxwell_c` is NULL or misaligned; the header says that it must not \
         be",
    );
    check(
        "NO_EVALUATE",
        "`evaluate` of model `org.example.maxwell_c` is NULL or misaligned; the header says that it must not be",
    );
}

#[test]
fn tables_of_an_impossible_size_are_refused() {
    check("SHORT_MODEL", "model 0 says its size is 80 bytes, which does not fit the 160 of the header");
    check(
        "MANY_PARAMETERS",
        "`params` of model `org.example.maxwell_c` has 1000000 entries, more than the limit of 4096",
    );
}

#[test]
fn crooked_texts_are_refused() {
    check("NOT_UTF8", "`id` of entry 0 of `params` of model `org.example.maxwell_c` is not UTF-8");
    check("ENDLESS_TEXT", "`summary` of model 0 does not end within 4096 bytes");
}

#[test]
fn a_description_that_does_not_hold_together_is_refused() {
    let model = "model `org.example.maxwell_c`: ";
    let check = |name, expected: &str| check(name, &format!("{model}{expected}"));
    check("BAD_ID", "id `Elastic Modulus` of a parameter is not in lower-case letters, digits and `_`");
    check("NAN_BOUNDS", "parameter `modulus` has the bounds NaN and inf");
    check("INITIAL_OUTSIDE", "parameter `modulus` has the default 0, outside (0, inf)");
    check("ZERO_NOMINAL", "parameter `modulus` has the typical magnitude 0, not a number above zero");
    check("DUPLICATE_PARAMETER", "parameter `modulus` occurs twice");
    check(
        "UNKNOWN_INPUT",
        "input `humidity` is none of `time`, `temperature`, `control`, `drive`, or `time` is not the first",
    );
    check("NO_OUTPUT", "the model has no output");
    check("PRESET_OUTSIDE", "parameter set `soft`: `modulus` = -1 is outside (0, inf)");
    check("BAD_VERSION", "version `one` is not a semantic version such as `1.0.0`");
}

#[test]
fn a_model_needs_a_full_id() {
    check("BAD_MODEL_ID", "model `Maxwell`: model id `Maxwell` is not a reverse domain name such as `org.example.tnm`");
}

#[test]
fn a_library_has_each_model_once_and_at_least_one() {
    check("SAME_ID_TWICE", "has two models with the id `org.example.maxwell_c`");
    check("NO_MODELS", "has no models");
}

#[test]
fn a_refused_library_is_not_opened_again() {
    let folder = Folder::new();
    let Some(path) = folder.compile("crooked", &["NO_MODELS"]) else { return };
    let fault = |path: &Path| match by_path().load(path.to_str().unwrap()).unwrap_err().kind() {
        HostErrorKind::Library { fault, .. } => std::sync::Arc::clone(fault),
        other => panic!("another kind of error: {other:?}"),
    };
    assert!(std::sync::Arc::ptr_eq(&fault(&path), &fault(&path)));
}

#[test]
fn folders_pipes_and_missing_files_are_refused() {
    let folder = Folder::new();
    let path = folder.path_of("folder");
    std::fs::create_dir(&path).unwrap();
    assert_eq!(reason(&path), "is not a regular file");

    let pipe = folder.path_of("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        // Without care, opening it would wait for somebody to write.
        assert_eq!(reason(&pipe), "is not a regular file");
    }
    assert_eq!(reason(&folder.path_of("nowhere")), "cannot be read: No such file or directory (os error 2)");
}

#[test]
fn a_library_others_can_write_is_refused() {
    let folder = Folder::new();
    let Some(path) = folder.compile("crooked", &[]) else { return };
    std::fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
    assert_eq!(reason(&path), "the file can be written by others (mode 777); run `chmod go-w` on it");

    std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(reason(&path), "its folder can be written by others (mode 777); run `chmod go-w` on it");
}

#[test]
fn a_library_of_somebody_else_is_refused() {
    const SOMEBODY: u32 = 54321;
    let folder = Folder::new();
    let Some(path) = folder.compile("crooked", &[]) else { return };
    if chown(&path, Some(SOMEBODY), None).is_err() {
        eprintln!("skipped: only root can give a file away");
        return;
    }
    assert_eq!(
        reason(&path),
        "the file belongs to user 54321, neither to you nor to root; copy the library into a folder of your own"
    );
}

#[test]
fn a_changed_floating_point_mode_is_put_back_and_reported() {
    if !cfg!(target_arch = "x86_64") {
        eprintln!("skipped: the library that changes the mode is written for x86-64");
        return;
    }
    let folder = Folder::new();
    let Some(path) = folder.compile("crooked", &["FLUSH_TO_ZERO"]) else { return };
    let handle = by_path().load(path.to_str().unwrap()).unwrap();
    assert_eq!(
        handle.warnings(),
        ["changed the floating-point control word while it was opened (flush to zero, as `-Ofast` does); it was put \
          back"]
    );
    assert_ne!(std::hint::black_box(f64::MIN_POSITIVE) / 2.0, 0.0, "subnormal numbers are flushed to zero");
}

#[test]
fn a_library_with_a_missing_symbol_is_refused_at_once() {
    check("MISSING_SYMBOL", "cannot be opened: undefined symbol: exponential_of_nowhere");
}

#[test]
fn a_file_too_large_for_a_model_is_not_read() {
    let folder = Folder::new();
    let path = folder.write("huge", b"");
    let size = (256 << 20) + 1;
    std::fs::File::options().write(true).open(&path).and_then(|file| file.set_len(size)).unwrap();
    assert_eq!(reason(&path), "has 268435457 bytes, more than the limit of 268435456");
    let fault = LibraryFault::TooLarge { size, limit: size - 1 };
    assert_eq!(reason(&path), fault.to_string());
}
