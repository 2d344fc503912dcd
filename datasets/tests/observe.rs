//! Tests of a table are observed one by one: steps, dead times, humps with their errors, scatter of specimens.

use kovacs_core::sampled_hump::Verdict;
use kovacs_datasets::import::{Mapping, import};
use kovacs_datasets::observe::{ObservedStage, conditions};
use kovacs_datasets::{Package, Table, shipped_folder};
use std::path::PathBuf;

fn shipped(name: &str) -> Table {
    Package::open(shipped_folder().join(name)).unwrap().table("two-step").unwrap()
}

fn observe(table: &Table) -> Vec<ObservedStage> {
    let by = table.test_columns();
    table.observe(&by.iter().map(String::as_str).collect::<Vec<_>>(), 0.0).unwrap()
}

#[test]
fn every_specimen_of_a_synthetic_glass_has_its_hump_and_they_agree_within_their_scatter() {
    // Peaks of the noise-free shapes, s and MPa; synthetic, by construction.
    for (name, eps2, t_p, height) in
        [("ti-zr-hf-cu-ni-be", 0.003, 407.0, 14.7), ("fe-zr-b", 0.002, 1396.0, 24.8), ("pvc", 0.003, 144.0, 0.346)]
    {
        let table = shipped(name).where_number("eps2", eps2).unwrap();
        let stages = observe(&table);
        assert_eq!(stages.len(), 3, "{name}");
        for stage in &stages {
            assert_eq!(stage.hump.verdict(), Verdict::Peak, "{name}: {}", stage.hump);
            // Stated stages need no guess about ramps; the first sample is where the package says.
            assert!(stage.dead_time.is_none() && stage.hump.dead_time == 0.5, "{stage:?}");
            let (low, high) = stage.hump.t_p_interval;
            // Specimens scatter by up to a quarter.
            assert!(low.unwrap() < 1.25 * t_p && high.unwrap() > 0.8 * t_p, "{name}: {}", stage.hump);
        }
        let together = conditions(&stages);
        let [condition] = together.as_slice() else { panic!("{together:?}") };
        let (time, rise) = (condition.t_p.unwrap(), condition.delta_sigma.unwrap());
        assert_eq!((time.number, rise.number), (3, 3));
        assert!(
            (time.mean / t_p - 1.0).abs() < 0.15 && (rise.mean / height - 1.0).abs() < 0.2,
            "{name}: {condition:?}"
        );
        assert!(time.standard_deviation.unwrap() > 0.0);
    }
}

#[test]
fn a_larger_second_strain_has_no_hump_and_says_that_an_earlier_one_is_not_excluded() {
    let stages = observe(&shipped("ti-zr-hf-cu-ni-be"));
    for stage in &stages {
        let (before, after) = stage.strains.unwrap();
        let expected = if after < before { Verdict::Peak } else { Verdict::HiddenOrNone };
        assert_eq!(stage.hump.verdict(), expected, "{:?}: {}", stage.keys, stage.hump);
        assert!((stage.waited.unwrap() - 900.0).abs() < 1.0, "{stage:?}");
    }
    assert_eq!(stages.len(), 15);
}

#[test]
fn a_table_without_stress_or_with_tests_together_is_refused_with_a_remedy() {
    let package = Package::open(shipped_folder().join("pvc")).unwrap();
    let message = package.table("dynamic").unwrap().observe(&[], 0.0).unwrap_err().to_string();
    assert!(message.contains("no number column `stress`"), "{message}");
    let recovery = package.table("recovery").unwrap();
    let by = recovery.test_columns();
    let message = recovery.observe(&by.iter().map(String::as_str).collect::<Vec<_>>(), 0.0).unwrap_err().to_string();
    assert!(message.contains("`pvc recovery (synthetic)` is 0 MPa in every row: it was held"), "{message}");
    let message = shipped("pvc").observe(&[], 0.0).unwrap_err().to_string();
    assert!(message.contains("falls"), "{message}");
    let message = shipped("pvc").observe(&["sample"], 0.0).unwrap_err().to_string();
    assert!(message.contains("`sample`"), "{message}");
    let first = shipped("pvc").where_number("stage", 1.0).unwrap();
    let by = first.test_columns();
    let message = first.observe(&by.iter().map(String::as_str).collect::<Vec<_>>(), 0.0).unwrap_err().to_string();
    assert!(message.contains("no second stage"), "{message}");
}

const MAPPING: &str = r#"
    name = "oca-staircase"
    license = "MIT"
    source = { title = "Viscoelastic-fitting, commit 77f7312", path = "https://github.com/Chongran-Zhao/Viscoelastic-fitting" }
    origin = { kind = "measured", method = "shear step and hold", sample = "optically clear adhesive" }
    columns = [
        { name = "time", unit = "s" }, { skip = true }, { skip = true },
        { name = "stress", unit = "kPa" }, { name = "strain", unit = "1" },
    ]
"#;

#[test]
fn every_step_of_a_measured_staircase_is_found_with_its_ramp_and_its_rise() {
    let root = std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let file = root.join("oca-cyclic-shear-relaxation/shear_relaxation.xlsx");
    if !file.is_file() {
        println!("skipped: no `{}`; set KOVACS_TEST_DATA to the folder of test data", file.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mapping: Mapping = toml::from_str(MAPPING).unwrap();
    let report = import(&file, &mapping, folder.path()).unwrap();
    let table = report.tables.first().unwrap().table.clone();
    assert!(table.test_columns().is_empty(), "{:?}", table.test_columns());
    let stages = observe(&table);
    assert_eq!(stages.len(), 8);
    for (row, stage) in stages.iter().enumerate() {
        let (before, after) = stage.strains.unwrap();
        println!("{before:.2} -> {after:.2}: {}; dead time {:?} s", stage.hump, stage.dead_time.unwrap());
        let (rate, error) = stage.ramp_rate.unwrap();
        // Computed from the file by an independent program, to four digits.
        assert!((rate.abs() - 0.0333).abs() < 1e-4 && error.unwrap() < 1e-5, "{stage:?}");
        assert!((stage.hump.dead_time - 3.17).abs() < 0.05, "{stage:?}");
        // Up four times, then down four times: after a step down the stress rises until the hold ends, at 57 s.
        let expected = if row < 4 { Verdict::HiddenOrNone } else { Verdict::Rising };
        assert_eq!(stage.hump.verdict(), expected, "{}", stage.hump);
    }
    assert!(conditions(&stages).is_empty());
}
