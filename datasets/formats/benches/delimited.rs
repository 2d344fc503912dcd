//! Delimited text: the fast path of a large regular file, and the careful one cell by cell.
//!
//! `cargo bench -p kovacs-formats`; against pandas: `benches/against_pandas.py`.

use divan::counter::BytesCount;
use kovacs_formats::{ReadOptions, read, read_bytes};
use std::fmt::Write as _;

fn main() {
    divan::main();
}

/// A stress relaxation of so many rows with five columns.
fn relaxation(rows: usize) -> String {
    let mut text = String::from("t (s),strain (%),stress (MPa),temperature (°C),force (N)\n");
    for row in 0..rows {
        let t = row as f64 * 0.01;
        let stress = 20.0 * (-(t / 900.0).powf(0.5)).exp() + 1e-3 * (row as f64 * 0.7).sin();
        let _ = writeln!(text, "{t:.2},0.300000,{stress:.6},{:.3},{:.6}", 45.0 + 0.01 * (t * 0.1).sin(), stress * 0.45);
    }
    text
}

#[divan::bench(args = [100_000])]
fn regular_file(bencher: divan::Bencher<'_, '_>, rows: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("relaxation.csv");
    let text = relaxation(rows);
    std::fs::write(&path, &text).expect("a file");
    bencher.counter(BytesCount::new(text.len())).bench(|| read(&path, &ReadOptions::default()).expect("a table"));
}

#[divan::bench(args = [100_000])]
fn cell_by_cell(bencher: divan::Bencher<'_, '_>, rows: usize) {
    let text = relaxation(rows);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench(|| read_bytes(text.as_bytes(), &ReadOptions::default()).expect("a table"));
}
