//! What it costs that models are plugins: opening a library, reading the places, and one call compared with the same
//! model linked in place.

use divan::{Bencher, black_box};
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Control, History};
use kovacs_host::worker::WorkerProgram;
use kovacs_host::{ModelHandle, Models, Place, PlaceKind};
use kovacs_sdk::Local;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// Set in the process that measures.
const MEASURING: &str = "KOVACS_BENCH_MEASURING";

/// Measures in a process of its own whose cache is a temporary folder: copies of libraries are made by the dozen here.
fn main() {
    if std::env::var_os(MEASURING).is_some() {
        divan::main();
        return;
    }
    let cache = tempfile::tempdir().expect("there is a temporary folder");
    let executable = std::env::current_exe().expect("a bench knows its executable");
    let measured = Command::new(executable)
        .args(std::env::args_os().skip(1))
        .env(MEASURING, "1")
        .env("XDG_CACHE_HOME", cache.path())
        .status()
        .expect("a program that runs can be started again");
    assert!(measured.success(), "the measurement ended with {measured}");
}

fn aoi() -> ModelHandle {
    Models::discover().load("aoi").expect("cargo builds the plugins before the benches that depend on them")
}

/// A strain step with `points` results, log-spaced from 1 s to 1000 s.
fn bound(mut model: impl Evaluator, points: usize) -> impl Evaluator {
    let mut history = History::default();
    history.push(0.0, 593.0, Control::Strain, 0.0);
    history.push(0.0, 593.0, Control::Strain, 0.005);
    history.push(1000.0, 593.0, Control::Strain, 0.005);
    let times = (0..points).map(|index| 1000f64.powf((index + 1) as f64 / points as f64)).collect();
    let experiment = Experiment { history, times, before: Vec::new(), wanted: vec!["strain".to_owned()] };
    model.bind(&experiment).expect("the model takes strain steps");
    model
}

/// Reads, hashes, inspects, copies and opens a library of new content.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn open_a_new_library(bencher: Bencher<'_, '_>) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let bytes = std::fs::read(aoi().path()).expect("the library was just opened");
    let fresh = || {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = folder.path().join(format!("{number}.so"));
        // Bytes behind the end of a library change its digest and nothing else.
        let tail = format!("{number} {}", std::process::id());
        std::fs::write(&path, [&bytes, tail.as_bytes()].concat()).expect("the folder can be written");
        path
    };
    // As built with the program: what is measured needs no approval.
    let place = Place { kind: PlaceKind::Built, path: folder.path().to_path_buf() };
    bencher.with_inputs(fresh).bench_values(|path| {
        let loaded = Models::in_places(vec![place.clone()]).load(path.to_str().expect("the path is UTF-8"));
        loaded.expect("the library is a copy of one that was opened").generation()
    });
}

/// Reads the places of this program when every library in them has been opened before.
#[divan::bench]
fn read_the_places_again() -> usize {
    Models::discover().catalogue().models().count()
}

#[divan::bench]
fn make_an_instance(bencher: Bencher<'_, '_>) {
    let handle = aoi();
    bencher.bench_local(|| handle.instance(&[]).is_ok());
}

/// The strain is a look-up, so this is the cost of a call and not of the model.
#[divan::bench(args = [1, 200])]
fn call_a_plugin(bencher: Bencher<'_, '_>, points: usize) {
    let mut model = bound(aoi().instance(&[]).expect("the model takes its default settings"), points);
    let parameters = model.description().defaults();
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))));
}

/// The same call to a worker process.
#[divan::bench(args = [1, 200])]
fn call_an_isolated_plugin(bencher: Bencher<'_, '_>, points: usize) {
    let profile =
        aoi().path().ancestors().find(|folder| folder.join("examples").is_dir()).map(std::path::Path::to_path_buf);
    let worker = profile.expect("cargo builds examples beside the plugins").join("examples").join("worker");
    let isolated = aoi().isolated_in(WorkerProgram::at(worker), &[]);
    let mut model = bound(isolated.expect("`cargo build --examples` builds the worker"), points);
    let parameters = model.description().defaults();
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))));
}

#[divan::bench(args = [1, 200])]
fn call_in_place(bencher: Bencher<'_, '_>, points: usize) {
    let mut model = bound(Local::<kovacs_aoi::Aoi>::new(&[]).expect("the model takes its default settings"), points);
    let parameters = model.description().defaults();
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))));
}
