//! The examples in C, C++ and Fortran: they build without a warning, pass the checker, and give the numbers of `kww`.

use crate::support::{Bench, built, options};
use kovacs_core::model::ModelDescription;
use kovacs_core::{Control, History};
use kovacs_host::probe::{self, RawBatch, RawExperiment};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folder of the example, the compiler it needs, and the name of its library.
const EXAMPLES: [(&str, &str, &str); 3] =
    [("c", "cc", "stretched_c"), ("cpp", "g++", "stretched_cpp"), ("fortran", "gfortran", "stretched_fortran")];

/// Builds an example with its own Makefile in a copy of its folder; `None`, with a message, without its compiler.
fn build(bench: &Bench, example: &str, compiler: &str, name: &str) -> Option<PathBuf> {
    for program in [compiler, "make"] {
        if Command::new(program).arg("--version").output().is_err() {
            println!("skipped: there is no `{program}` on this machine, which the example in `{example}` needs");
            return None;
        }
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sources = workspace.join("models/examples").join(example);
    let folder = bench.path().join(example);
    std::fs::create_dir_all(&folder).expect("the folder can be written");
    for entry in std::fs::read_dir(&sources).expect("the example is there").flatten() {
        // Only sources: what somebody has built in the folder of the example is not tested.
        let is_source =
            entry.path().extension().is_none_or(|extension| ["c", "cpp", "f90", "map"].iter().any(|e| extension == *e));
        if is_source && entry.path().is_file() {
            std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("copied");
        }
    }
    let include = workspace.join("models/abi/include").canonicalize().expect("the header is there");
    // The examples in C++ and Fortran share the test of the one in C.
    std::fs::create_dir_all(bench.path().join("c")).expect("the folder can be written");
    std::fs::copy(workspace.join("models/examples/c/test.c"), bench.path().join("c/test.c")).expect("copied");
    let made = Command::new("make")
        .arg("test")
        .arg("-C")
        .arg(&folder)
        .arg(format!("KOVACS_INCLUDE={}", include.display()))
        .output()
        .expect("`make` was there a moment ago");
    assert!(made.status.success(), "{example}: {}", String::from_utf8_lossy(&made.stderr));
    assert!(made.stderr.is_empty(), "{example}: {}", String::from_utf8_lossy(&made.stderr));
    Some(folder.join(format!("{}kovacs_model_{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)))
}

#[test]
fn examples_in_other_languages_pass() {
    let bench = Bench::new();
    for (example, compiler, name) in EXAMPLES {
        let Some(library) = build(&bench, example, compiler, name) else { continue };
        let report = bench.check(&library, &options());
        println!("{}", report.text(true));
        assert!(report.is_conformant(), "{}", report.text(false));
    }
}

/// Two steps of strain, at a temperature in K; the second one down.
fn two_steps(kelvin: f64) -> History {
    let mut history = History::default();
    for (time, strain) in [(0.0, 0.0), (0.0, 0.005), (300.0, 0.005), (300.0, 0.003)] {
        history.push(time, kelvin, Control::Strain, strain);
    }
    history
}

/// Stress and strain of the first model of a library: rows of parameters, all times.
fn curves(library: &Path, rows: &[[f64; 6]], kelvin: f64, times: &[f64]) -> Vec<f64> {
    let handles = probe::open(library).expect("it passed the checker");
    let about: &ModelDescription = handles[0].description();
    let ids: Vec<&str> = about.parameters.iter().map(|quantity| quantity.id.as_str()).collect();
    let expected = [
        "relaxation_time",
        "stretching_exponent",
        "activation_energy",
        "reference_temperature",
        "unrelaxed_modulus",
        "relaxed_modulus",
    ];
    assert_eq!(ids, expected, "{}", about.id);
    let history = two_steps(kelvin);
    let experiment = RawExperiment {
        columns: vec![history.time, history.temperature, history.control, history.drive],
        times: times.to_vec(),
        before: Vec::new(),
        wanted: vec![0, 1],
    };
    let (_, instance) = handles[0].probe().create(&[]);
    let mut instance = instance.expect("it passed the checker");
    assert_eq!(instance.bind(&experiment).status, 0, "{}", about.id);
    let parameters = rows.concat();
    let result = instance.evaluate(RawBatch { rows: rows.len(), parameters: &parameters, ..RawBatch::default() });
    assert_eq!((result.answer.status, result.status), (0, vec![0; rows.len()]), "{}", about.id);
    result.values
}

/// 1e-12 of the stress: exp and pow of the mathematics libraries of three compilers differ in the last bits, and the sum
/// over two steps cancels at most one digit of them.
#[test]
fn examples_in_other_languages_give_the_numbers_of_kww() {
    let rows = [
        [2e3, 0.4, 1.3, 318.0, 2500.0, 1250.0],
        [1e4, 0.5, 2.0, 593.0, 90_000.0, 45_000.0],
        [50.0, 1.0, 0.0, 300.0, 1000.0, 0.0],
        [1e-3, 0.05, 0.2, 400.0, 1.0, 1.0],
    ];
    let times: Vec<f64> = (0..=200).map(|step| 10_f64.powf(-2.0 + 0.04 * f64::from(step))).collect();
    for kelvin in [318.0, 330.0] {
        let expected = curves(&built("deps", "kovacs_model_linear"), &rows, kelvin, &times);
        for (example, compiler, name) in EXAMPLES {
            let place = Bench::new();
            let Some(library) = build(&place, example, compiler, name) else { continue };
            let found = curves(&library, &rows, kelvin, &times);
            let mut worst = 0.0_f64;
            for (column, (found, expected)) in found.chunks(times.len()).zip(expected.chunks(times.len())).enumerate() {
                let size = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
                for (a, b) in found.iter().zip(expected) {
                    worst = worst.max((a - b).abs() / size);
                    assert!((a - b).abs() <= 1e-12 * size, "{example}, column {column}: {a} is not {b}");
                }
            }
            println!("{example} at {kelvin} K: within {worst:.1e} of kww");
        }
    }
}
