//! How long a Newman-Ziff sweep takes.
//!
//! `cargo bench -p kovacs-soft-domain --bench percolation`

use divan::Bencher;
use divan::counter::ItemsCount;
use kovacs_soft_domain::percolation::{Cubic, Kind, Sweep};

fn main() {
    divan::main();
}

/// From an empty to a full lattice, the random order included.
#[divan::bench(args = [64, 128, 256], sample_count = 3, sample_size = 1)]
fn sites(bencher: Bencher<'_, '_>, edge: usize) {
    let lattice = Cubic::new(edge, [true, true, false]).unwrap();
    bencher.counter(ItemsCount::new(lattice.sites())).bench_local(|| {
        let mut sweep = Sweep::new(&lattice, Kind::Site, 1);
        sweep.advance_to(sweep.len());
        sweep.first_spanning()
    });
}

/// The random order alone.
#[divan::bench(args = [256], sample_count = 3, sample_size = 1)]
fn order(bencher: Bencher<'_, '_>, edge: usize) {
    let lattice = Cubic::new(edge, [true, true, false]).unwrap();
    bencher.counter(ItemsCount::new(lattice.sites())).bench_local(|| Sweep::new(&lattice, Kind::Site, 1).len());
}

/// Bonds instead of sites.
#[divan::bench(args = [128], sample_count = 3, sample_size = 1)]
fn bonds(bencher: Bencher<'_, '_>, edge: usize) {
    let lattice = Cubic::new(edge, [true, true, false]).unwrap();
    bencher.counter(ItemsCount::new(lattice.bonds())).bench_local(|| {
        let mut sweep = Sweep::new(&lattice, Kind::Bond, 1);
        sweep.advance_to(sweep.len());
        sweep.first_spanning()
    });
}
