//! A real measured workbook: nine strain holds, no header row, units known from its source only.
//!
//! The file is public (github.com/Chongran-Zhao/Viscoelastic-fitting, commit 77f7312, MIT) and not part of the project;
//! where it is not there these tests say so and check nothing.

use kovacs_core::Origin;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_datasets::descriptor::UnitBasis;
use kovacs_datasets::import::{ImportError, ImportReport, Mapping, import};
use kovacs_datasets::{DatasetError, Registry, sha256};
use std::path::{Path, PathBuf};

const MAPPING: &str = r#"
    name = "oca-staircase"
    resource = "staircase"
    title = "shear staircase of an optically clear adhesive"
    license = "MIT"
    source = { title = "Viscoelastic-fitting, commit 77f7312", path = "https://github.com/Chongran-Zhao/Viscoelastic-fitting" }
    origin = { kind = "measured", method = "shear step and hold", sample = "optically clear adhesive", temperature = "296 K" }
    columns = [
        { name = "time", unit = "s" },
        { name = "force", unit = "N" },
        { name = "displacement", unit = "mm" },
        { name = "stress", unit = "kPa", basis = "inferred", description = "nominal shear stress" },
        { name = "strain", unit = "1", basis = "inferred" },
    ]
"#;

/// The workbook, or `None` with a printed message.
fn workbook() -> Option<PathBuf> {
    let root = std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let file = root.join("oca-cyclic-shear-relaxation/shear_relaxation.xlsx");
    if !file.is_file() {
        println!("skipped: no `{}`; set KOVACS_TEST_DATA to the folder of test data", file.display());
        return None;
    }
    Some(file)
}

fn imported(file: &Path) -> (tempfile::TempDir, ImportReport) {
    let folder = tempfile::tempdir().unwrap();
    let report = import(file, &toml::from_str(MAPPING).unwrap(), folder.path()).unwrap();
    (folder, report)
}

#[test]
fn every_row_arrives_unchanged_with_unit_basis_origin_and_parent() {
    let Some(file) = workbook() else { return };
    let before = std::fs::read(&file).unwrap();
    let (folder, report) = imported(&file);
    assert_eq!(sha256(&before), sha256(&std::fs::read(&file).unwrap()), "the original was changed");
    // Digest stated by the source of the file.
    assert_eq!(report.parent.hash, "sha256:71ac90d9eda8cfb1acfbe17be75545945b6cdea4d29f8229870ade78f684cc3a");
    assert_eq!(report.parent.path, "shear_relaxation.xlsx");

    let table =
        Registry::of(vec![folder.path().to_path_buf()]).open("oca-staircase").unwrap().table("staircase").unwrap();
    assert_eq!((table.rows(), table.origin()), (590, Origin::Measured));
    let (time, stress) = (table.column("time").unwrap(), table.column("stress").unwrap());
    // First and last row as the workbook's own XML holds them.
    assert_eq!((time[0], stress[0]), (0.600166, 1.14059));
    assert_eq!((time[589], stress[589]), (1142.55, -20.2538));
    assert_eq!(table.column("strain").unwrap()[0], 0.0484956923076923);
    assert_eq!(table.unit("stress").unwrap().code(), "kPa");
    assert_eq!(table.field("stress").unwrap().unit_basis, Some(UnitBasis::Inferred));
    assert_eq!(table.field("time").unwrap().unit_basis, Some(UnitBasis::User));
    assert_eq!(table.column_in("stress", "MPa").unwrap()[0], 0.00114059);
    let inside = table.in_internal_units().unwrap();
    assert_eq!((inside.unit("stress").unwrap().code(), inside.column("stress").unwrap()[0]), ("MPa", 0.00114059));
    assert_eq!(inside.unit("displacement").unwrap().code(), "mm");
    assert!(!table.label().contains('('), "measured data need no warning: {}", table.label());
}

#[test]
fn nine_holds_are_found_with_their_first_and_last_stress() {
    let Some(file) = workbook() else { return };
    let (_folder, report) = imported(&file);
    let stress = report.tables[0].table.column("stress").unwrap();
    let expected = [
        (2.0, 35.8, 26.2),
        (4.0, 50.4, 39.5),
        (6.0, 60.4, 49.4),
        (8.0, 71.6, 60.1),
        (10.0, 86.2, 73.5),
        (8.0, 38.8, 42.5),
        (6.0, 18.5, 24.5),
        (4.0, 3.8, 11.1),
        (2.0, -8.1, -0.2),
    ];
    assert_eq!(report.tables[0].holds.len(), expected.len());
    for (hold, (strain, first, last)) in report.tables[0].holds.iter().zip(expected) {
        // Read off the workbook by an independent program, to one digit behind the point.
        let found = [hold.strain - strain, stress[hold.first_row] - first, stress[hold.last_row] - last];
        assert!(found.iter().all(|difference| difference.abs() <= 0.0501), "{hold:?}: {found:?}");
        assert!((hold.end - hold.start - 54.0).abs() < 0.1, "{hold:?}");
    }
}

#[test]
fn the_protocol_in_the_package_follows_the_recorded_strain() {
    let Some(file) = workbook() else { return };
    let (_folder, report) = imported(&file);
    let protocols = report.packages[0].protocols("staircase").unwrap();
    let [stated] = protocols.as_slice() else { panic!("{protocols:?}") };
    let ProtocolForm::Segments(protocol) = &stated.form else { panic!("{stated:?}") };
    assert_eq!(protocol.stages().unwrap().len(), 9);
    let (time, strain) =
        (report.tables[0].table.column("time").unwrap(), report.tables[0].table.column("strain").unwrap());
    let mut worst: f64 = 0.0;
    for (time, strain) in time.iter().zip(strain) {
        let programmed = protocol.strain_at(time - stated.start).unwrap().unwrap();
        worst = worst.max((programmed - strain).abs());
    }
    // Neighbouring samples of a ramp are 0.04 apart; at the corners the controller overshoots by a third of that.
    assert!(worst < 0.015, "{worst}");
}

#[test]
fn importing_twice_gives_one_package_and_another_file_does_not_replace_it() {
    let Some(file) = workbook() else { return };
    let (folder, report) = imported(&file);
    let again = import(&file, &toml::from_str(MAPPING).unwrap(), folder.path()).unwrap();
    assert_eq!(again.packages[0].digest(), report.packages[0].digest());
    let other = file.with_file_name("shear_relaxation_1.xlsx");
    let refused = import(&other, &toml::from_str(MAPPING).unwrap(), folder.path()).unwrap_err().to_string();
    assert!(refused.contains("exists and is not a package imported from the same file"), "{refused}");
}

#[test]
fn a_column_without_unit_is_refused_with_the_first_rows_and_the_line_to_write() {
    let Some(file) = workbook() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut mapping: Mapping = toml::from_str(MAPPING).unwrap();
    mapping.columns[3].unit = None;
    let refused = import(&file, &mapping, folder.path()).unwrap_err();
    assert!(
        matches!(&refused, DatasetError::Import(error) if matches!(&**error, ImportError::Incomplete { needs, .. } if needs.len() == 1)),
        "{refused}"
    );
    let message = refused.to_string();
    assert!(message.contains("has no unit; it begins 1.14059, "), "{message}");
    assert!(message.contains("{ from = \"D\", name = \"stress\", unit = \"?\" }"), "{message}");
    mapping.columns.clear();
    let message = import(&file, &mapping, folder.path()).unwrap_err().to_string();
    assert!(message.contains("5 things have to be stated first"), "{message}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a refused import left something behind");
}

#[test]
fn a_damaged_workbook_is_refused_or_read_and_never_a_panic() {
    let Some(file) = workbook() else { return };
    let folder = tempfile::tempdir().unwrap();
    let sound = std::fs::read(&file).unwrap();
    let damaged = folder.path().join("damaged.xlsx");
    let mapping: Mapping = toml::from_str(MAPPING).unwrap();
    let mut refused = 0;
    for position in (0..sound.len()).step_by(sound.len() / 100) {
        let mut bytes = sound.clone();
        bytes[position] ^= 0x5a;
        std::fs::write(&damaged, &bytes).unwrap();
        let target = folder.path().join(position.to_string());
        refused += usize::from(import(&damaged, &mapping, &target).is_err());
        std::fs::write(&damaged, &sound[..position]).unwrap();
        assert!(import(&damaged, &mapping, &target.join("cut")).is_err(), "a workbook of {position} bytes was read");
    }
    assert!(refused > 30, "{refused}");
}
