//! How long packages take: listing many, opening large tables, digests.
//!
//! `cargo bench -p kovacs-datasets --bench packages`. Files are made once, in a folder that is removed at the end.

use divan::{Bencher, counter::BytesCount};
use kovacs_datasets::descriptor::{Descriptor, Resource};
use kovacs_datasets::{Draft, FileFormat, Package, Registry, Table, new_from_template, sha256, validate};
use kovacs_formats::Values;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

fn main() {
    divan::main();
}

const ROWS: usize = 1_000_000;

/// One relaxation, sampled every 10 ms: time, strain, stress with noise, temperature, a whole number.
fn large(folder: &Path, format: FileFormat) -> Package {
    let descriptor: Descriptor = serde_json::from_value(
        serde_json::json!({"name": "large", "licenses": [{"name": "CC0-1.0"}], "resources": []}),
    )
    .expect("a descriptor");
    let field = |name: &str, unit: &str| serde_json::json!({"name": name, "type": "number", "unit": unit});
    let resource: Resource = serde_json::from_value(serde_json::json!({
        "name": "curves", "path": "", "origin": {"kind": "synthetic", "generator": "bench", "version": "1", "seed": 1},
        "schema": {"fields": [
            field("time", "s"), field("strain", "1"), field("stress", "MPa"), field("temperature", "K"),
            field("stage", "1"),
        ]},
    }))
    .expect("a resource");
    let mut state = 12_345_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let rounded = |value: f64, digits: i32| (value * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
    let time: Vec<f64> = (0..ROWS).map(|row| row as f64 * 0.01).collect();
    let stress = time.iter().map(|t| rounded(100.0 * (-(t / 500.0).powf(0.4)).exp() + 0.1 * noise(), 3)).collect();
    let strain = time.iter().map(|_| 0.005 + 1e-6 * noise()).collect();
    let temperature = time.iter().map(|_| rounded(593.0 + 0.2 * noise(), 2)).collect();
    let columns = [time, strain, stress, temperature, vec![2.0; ROWS]].map(Values::Numbers).to_vec();
    let mut draft = Draft::new(descriptor);
    draft.add_columns(resource, columns, Some(format)).expect("a table");
    draft.create(&folder.join(format.word())).expect("a package")
}

static FILES: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    for format in FileFormat::ALL {
        large(folder.path(), format);
    }
    folder
});

fn open(format: &str) -> Table {
    Package::open(FILES.path().join(format)).and_then(|package| package.table("curves")).expect("a table")
}

/// A million rows of five columns as a checked table: descriptor, digest, decoding, every cell, order of times.
#[divan::bench(args = ["parquet", "arrow", "csv"], sample_count = 20)]
fn open_a_million_rows(bencher: Bencher, format: &str) {
    LazyLock::force(&FILES);
    bencher.bench_local(|| open(format));
}

/// One of the five columns.
#[divan::bench(args = ["parquet", "arrow"], sample_count = 20)]
fn one_column_of_a_million_rows(bencher: Bencher, format: &str) {
    let package = Package::open(FILES.path().join(format)).expect("a package");
    bencher.bench_local(|| package.columns("curves", &["stress"]).expect("a table"));
}

#[divan::bench(sample_count = 20)]
fn data_digest_of_a_million_rows(bencher: Bencher) {
    let table = open("parquet");
    bencher.counter(BytesCount::new(ROWS * 5 * 8)).bench_local(|| table.data_digest().expect("a digest"));
}

#[divan::bench(sample_count = 20)]
fn sha256_of_16_mebibytes(bencher: Bencher) {
    let bytes = vec![7_u8; 16 << 20];
    bencher.counter(BytesCount::new(bytes.len())).bench_local(|| sha256(&bytes));
}

#[divan::bench(sample_count = 10)]
fn validate_a_million_rows(bencher: Bencher) {
    let folder = FILES.path().join("parquet");
    bencher.bench_local(|| validate(&folder, 100));
}

static MANY: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..10_000 {
        new_from_template(&format!("package-{number}"), "curves", folder.path()).expect("a package");
    }
    folder
});

#[divan::bench(sample_count = 10)]
fn list_10_000_packages(bencher: Bencher) {
    let registry = Registry::of(vec![MANY.path().to_path_buf()]);
    bencher.bench_local(|| assert_eq!(registry.list().len(), 10_000));
}

#[divan::bench(sample_count = 10)]
fn open_one_of_10_000_packages(bencher: Bencher) {
    let registry = Registry::of(vec![MANY.path().to_path_buf()]);
    bencher.bench_local(|| registry.open("package-7777").expect("a package"));
}
