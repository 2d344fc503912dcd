//! How long lattice samples take, per cell and step, on one thread and on two.
//!
//! `cargo bench -p kovacs-soft-domain --bench lattice`

use divan::Bencher;
use divan::counter::ItemsCount;
use kovacs_core::Protocol;
use kovacs_core::glasses::GLASSES;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_sdk::Local;
use kovacs_soft_domain::SoftDomainLattice;

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler<std::alloc::System> = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// Steps of the test below: 199 before the second jump, 201 after it, more where domains flow.
const STEPS: usize = 400;

fn run(bencher: Bencher<'_, '_>, edge: usize, replicas: usize, max_threads: u32, coupling: f64) {
    let settings = [40.0, 1e-2, 81.0, edge as f64, replicas as f64];
    let mut model = Local::<SoftDomainLattice>::new(&settings).unwrap();
    let mut parameters = model.description().preset(GLASSES[0].id).unwrap().parameters.clone();
    parameters[model.description().parameter("neighbour_coupling").unwrap()] = coupling;
    let history = Protocol::two_step(0.005, 0.003, 900.0, 1e3, 593.0).nodes().unwrap();
    model.bind(&Experiment { history, times: vec![1900.0], before: vec![], wanted: vec!["stress".into()] }).unwrap();
    bencher
        .counter(ItemsCount::new(edge.pow(3) * replicas * STEPS))
        .bench_local(|| model.evaluate(Batch { max_threads, ..Batch::new(&parameters) }).unwrap());
}

/// One sample on one thread; memory is what it allocates.
#[divan::bench(args = [16, 32, 64], sample_count = 5, sample_size = 1)]
fn cells(bencher: Bencher<'_, '_>, edge: usize) {
    run(bencher, edge, 1, 1, 0.0);
}

/// The same with a coupling to neighbours.
#[divan::bench(args = [32], sample_count = 5, sample_size = 1)]
fn coupled_cells(bencher: Bencher<'_, '_>, edge: usize) {
    run(bencher, edge, 1, 1, 0.02);
}

/// Four samples of 48^3 on one, two and four threads.
#[divan::bench(args = [1, 2, 4], sample_count = 3, sample_size = 1)]
fn threads(bencher: Bencher<'_, '_>, max_threads: u32) {
    run(bencher, 48, 4, max_threads, 0.0);
}
