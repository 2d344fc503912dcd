//! How long it takes to filter, group and ask, and how that grows with the rows.
//!
//! `cargo bench -p kovacs-datasets --bench tables`; `benches/pandas/tables.py` does the same with pandas, on the file
//! that this bench leaves where `KOVACS_BENCH_TABLE` says.

use divan::{Bencher, black_box};
use kovacs_datasets::descriptor::{Descriptor, Resource};
use kovacs_datasets::{Aggregate, Draft, FileFormat, Registry, Statistic, Table};
use kovacs_formats::Values;
use serde_json::json;

/// Curves in the table; each has the rows divided by this.
const CURVES: usize = 100;

fn main() {
    divan::main();
}

/// A package with one table of relaxation curves, and the folder that holds it.
struct Shelf {
    folder: tempfile::TempDir,
}

impl Shelf {
    fn new(rows: usize) -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        let about = json!({"name": "long", "licenses": [{"name": "CC0-1.0"}], "resources": []});
        let about: Descriptor = serde_json::from_value(about).unwrap();
        let field = |(name, unit): &(&str, &str)| json!({"name": name, "type": "number", "unit": unit});
        let columns = [("curve", "1"), ("temperature", "K"), ("time", "s"), ("strain", "1"), ("stress", "MPa")];
        let origin = json!({"kind": "synthetic", "generator": "tables bench", "version": "1", "seed": 0});
        let fields: Vec<_> = columns.iter().map(field).collect();
        let resource = json!({
            "name": "run", "path": "run.parquet", "origin": origin,
            "schema": {"fields": fields, "primaryKey": ["curve", "time"]},
        });
        let resource: Resource = serde_json::from_value(resource).unwrap();
        let column = |value: &dyn Fn(f64, f64) -> f64| {
            let one = |row: usize| value((row % CURVES) as f64, (row / CURVES + 1) as f64);
            Values::Numbers((0..rows).map(one).collect())
        };
        let values = vec![
            column(&|curve, _| curve),
            column(&|curve, _| 300.0 + curve),
            column(&|_, time| time),
            column(&|_, _| 0.005),
            column(&|curve, time| (10.0 + curve) * (-(time / 1e4).sqrt()).exp()),
        ];
        let mut draft = Draft::new(about);
        draft.add_columns(resource, values, Some(FileFormat::Parquet)).unwrap();
        let package = draft.create(&folder.path().join("long")).unwrap();
        if let Some(target) = std::env::var_os("KOVACS_BENCH_TABLE").filter(|_| rows == 1_000_000) {
            std::fs::copy(package.folder().join("run.parquet"), target).unwrap();
        }
        Shelf { folder }
    }

    fn registry(&self) -> Registry {
        Registry::of(vec![self.folder.path().to_path_buf()])
    }

    fn table(&self) -> Table {
        self.registry().query("long_run").unwrap()
    }
}

/// Mean and standard deviation of the stress of each curve after the first third of its times.
fn filter_and_group(table: &Table, after: f64) -> Table {
    let aggregates = [Statistic::Mean, Statistic::Std].map(|statistic| Aggregate::new("stress", statistic));
    table.filter(&format!("time > {after}")).unwrap().aggregate(&["curve"], &aggregates).unwrap()
}

#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 20)]
fn filter_then_group_in_memory(bencher: Bencher<'_, '_>, rows: usize) {
    let table = Shelf::new(rows).table();
    let after = (rows / CURVES / 3) as f64;
    bencher.bench_local(|| filter_and_group(black_box(&table), after));
}

#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 20)]
fn ask_a_parquet_file(bencher: Bencher<'_, '_>, rows: usize) {
    let shelf = Shelf::new(rows);
    let registry = shelf.registry();
    let after = rows / CURVES / 3;
    let question = format!("select curve, mean(stress), std(stress) from long_run where time > {after} group by curve");
    bencher.bench_local(|| registry.query(black_box(&question)).unwrap());
}

#[divan::bench(args = [1_000_000])]
fn lend_a_column(bencher: Bencher<'_, '_>, rows: usize) {
    let table = Shelf::new(rows).table();
    bencher.bench_local(|| black_box(&table).slice("stress").unwrap().len());
}
