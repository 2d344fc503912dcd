//! Measured: holds and ramp rates of shear staircases, found in the recorded strain alone.
//!
//! The files are public (github.com/Chongran-Zhao/Viscoelastic-fitting, commit 77f7312, MIT) and not part of the
//! project; a file that is not there is named and not checked.

use calamine::{DataType, Reader, Xlsx, open_workbook};
use kovacs_core::holds::{find_holds, ramps};
use std::path::PathBuf;

/// Time (s) and strain (1) of a workbook, or `None` with a printed message.
fn history(name: &str) -> Option<(Vec<f64>, Vec<f64>)> {
    let root = std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let file = root.join("oca-cyclic-shear-relaxation").join(name);
    if !file.is_file() {
        println!("skipped: no `{}`; set KOVACS_TEST_DATA to the folder of test data", file.display());
        return None;
    }
    let mut workbook: Xlsx<_> = open_workbook(&file).unwrap();
    let rows = workbook.worksheet_range_at(0).unwrap().unwrap();
    let column = |index: usize| rows.rows().map(|row| row[index].as_f64().unwrap()).collect();
    Some((column(0), column(4)))
}

/// Every hold at its level, every ramp at its rate. Levels are programmed; rates were computed from the files by an
/// independent program.
fn check(name: &str, levels: &[f64], rate: f64) {
    let Some((time, strain)) = history(name) else { return };
    let holds = find_holds(&time, &strain);
    let ramps = ramps(&time, &strain, &holds);
    println!("{name}: hold, start s, end s, strain, scatter; ramp rate 1/s +-, dead time s");
    for (hold, ramp) in holds.iter().zip(&ramps) {
        println!(
            "  {:8.2} {:8.2} {:8.4} {:8.1e}   {:9.6} +- {:.1e}  {:5.2} ({:.2} to {:.2})",
            hold.start,
            hold.end,
            hold.strain,
            hold.scatter,
            ramp.rate,
            ramp.rate_error.unwrap(),
            ramp.dead_time(None).seconds,
            ramp.dead_time(None).interval.0,
            ramp.dead_time(None).interval.1
        );
    }
    let found: Vec<f64> = holds.iter().map(|hold| (100.0 * hold.strain).round() / 100.0).collect();
    assert_eq!(found.len(), levels.len(), "{name}: {found:?}");
    for (found, level) in found.iter().zip(levels) {
        // The actuator stops within 0.03 of the programmed strain.
        assert!((found - level).abs() <= 0.03, "{name}: {found} where {level} was programmed");
    }
    assert_eq!(ramps.len(), levels.len());
    for ramp in &ramps {
        // Four digits are known of the rates.
        assert!((ramp.rate.abs() / rate - 1.0).abs() < 4e-3, "{name}: {ramp:?}");
        assert_eq!(ramp.rate > 0.0, ramp.to > ramp.from);
        // The first sample of a hold comes up to 3.2 s after the ramp, whatever its rate.
        assert!(ramp.dead_time(None).seconds < 3.3, "{name}: {ramp:?}");
    }
}

#[test]
fn up_and_down_nine_holds() {
    check("shear_relaxation.xlsx", &[2.0, 4.0, 6.0, 8.0, 10.0, 8.0, 6.0, 4.0, 2.0], 0.0333);
}

#[test]
fn up_only_at_three_rates() {
    // The records end with the ramp to 10.
    let levels = [2.0, 4.0, 6.0, 8.0];
    check("shear_relaxation_1.xlsx", &levels, 0.0167);
    check("shear_relaxation_2.xlsx", &levels, 0.0333);
    check("shear_relaxation_5.xlsx", &levels, 0.0834);
    check("shear_relaxation_0d1.xlsx", &levels, 0.100);
}
