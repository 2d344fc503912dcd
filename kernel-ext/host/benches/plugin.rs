//! What it costs that models are plugins: opening a library, reading the places, and one call compared with the same
//! model linked in place.

use divan::{Bencher, black_box};
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Control, History, TwoStep};
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

/// A loaded model with a bound two-step test, its results at 400 times of the second stage.
fn second_stage(id: &str) -> impl Evaluator {
    let handle = Models::discover().load(id).expect("cargo builds the plugins before the benches that depend on them");
    let mut model = handle.instance(&[]).expect("the model takes its default settings");
    let test = TwoStep::new(0.005, 0.003, 900.0, 593.0);
    let history = test.protocol().and_then(|protocol| protocol.nodes()).expect("the test is well formed");
    let times = (1..=400).map(|index| 900.0 + 1e5f64.powf(f64::from(index) / 400.0)).collect();
    let experiment = Experiment { history, times, before: Vec::new(), wanted: vec!["stress".to_owned()] };
    model.bind(&experiment).expect("the model takes two steps of strain");
    model
}

/// Models with derivatives of their own, and how many of their parameters have one here.
const DERIVATIVES: [(&str, usize); 6] =
    [("kww", 6), ("double_kww", 6), ("fractional", 6), ("aoi", 6), ("prony", 8), ("tnm_strain", 8)];

/// One curve, to compare with the next bench.
#[divan::bench(args = DERIVATIVES.map(|(id, _)| id))]
fn curve(bencher: Bencher<'_, '_>, id: &str) {
    let mut model = second_stage(id);
    let parameters = glass(&model);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).expect("the glass has a curve"));
}

/// The same curve with its derivatives, which a model without them would make of 12 to 16 curves.
#[divan::bench(args = DERIVATIVES.map(|(id, _)| id))]
fn curve_with_derivatives(bencher: Bencher<'_, '_>, id: &str) {
    let mut model = second_stage(id);
    let parameters = glass(&model);
    let count = DERIVATIVES.iter().find(|(known, _)| *known == id).map_or(0, |(_, count)| *count);
    let sensitivities: Vec<usize> = (0..count).collect();
    assert!(model.description().capabilities.jacobian, "`{id}` has no derivatives of its own");
    bencher.bench_local(|| {
        let batch = Batch { sensitivities: &sensitivities, ..Batch::new(black_box(&parameters)) };
        model.evaluate(batch).expect("the glass has derivatives")
    });
}

/// The first parameter set of a model, which for the shipped ones is that of a glass at 593 K.
fn glass(model: &impl Evaluator) -> Vec<f64> {
    let description = model.description();
    description.presets.first().map_or_else(|| description.defaults(), |preset| preset.parameters.clone())
}
