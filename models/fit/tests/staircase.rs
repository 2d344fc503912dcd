//! Measured: the five steps up of a shear staircase predict its four steps down.
//!
//! The file is public (github.com/Chongran-Zhao/Viscoelastic-fitting, commit 77f7312, MIT) and not part of the project;
//! where it is not there this test says so and checks nothing. It is read here without the data layer, which a fit must
//! not know.

use calamine::{DataType, Reader, Xlsx, open_workbook};
use kovacs_core::{Curve, Origin};
use kovacs_fit::{Direction, superpose, superposition_reach};
use kovacs_linear::Prony;
use kovacs_sdk::Local;
use std::path::PathBuf;

/// Strain (1) and stress (MPa) against time (s), or `None` with a printed message.
fn staircase() -> Option<(Curve, Curve)> {
    let root = std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let file = root.join("oca-cyclic-shear-relaxation/shear_relaxation.xlsx");
    if !file.is_file() {
        println!("skipped: no `{}`; set KOVACS_TEST_DATA to the folder of test data", file.display());
        return None;
    }
    let mut workbook: Xlsx<_> = open_workbook(&file).unwrap();
    let rows = workbook.worksheet_range_at(0).unwrap().unwrap();
    let column = |index: usize| -> Vec<f64> { rows.rows().map(|row| row[index].as_f64().unwrap()).collect() };
    let curve = |label: &str, values: Vec<f64>| {
        Curve::new(label, column(0), values).unwrap().x_axis("time", "s").from_origin(Origin::Measured)
    };
    // Columns: time s, force N, displacement mm, nominal stress kPa, shear strain.
    Some((curve("strain", column(4)), curve("stress", column(3)).y_axis("stress", "kPa").scaled(1e-3, "MPa")))
}

/// First and last time (s) of each stretch of five samples or more with the strain at a whole number.
fn holds(strain: &Curve) -> Vec<(f64, f64)> {
    let still: Vec<bool> = strain.y.iter().map(|strain| (strain - strain.round()).abs() < 2e-3).collect();
    let stretches = still.chunk_by(|now, next| now == next).scan(0, |row, stretch| {
        *row += stretch.len();
        Some((*row - stretch.len(), stretch.len(), stretch[0]))
    });
    stretches
        .filter(|&(_, length, still)| still && length >= 5)
        .map(|(row, length, _)| (strain.x[row], strain.x[row + length - 1]))
        .collect()
}

#[test]
fn steps_up_predict_the_direction_of_every_hold_on_the_way_down() {
    let Some((strain, stress)) = staircase() else { return };
    let holds = holds(&strain);
    assert_eq!(holds.len(), 9);
    let top = holds[4].1;
    let linear = superpose(&mut Local::<Prony>::new(&[]).unwrap(), &strain, &stress, top).unwrap();
    let compared = linear.holds(&stress, &holds).unwrap();

    println!("strain  measured kPa      predicted kPa     rms error  standard error (kPa)");
    for hold in &compared {
        println!(
            "{:6.2}  {:5.1} -> {:5.1} {:6}  {:5.1} -> {:5.1} {:6}  {:9.2}  {:14.2}",
            strain.at(hold.end).unwrap(),
            1e3 * hold.measured.first,
            1e3 * hold.measured.last,
            hold.measured.direction().to_string(),
            1e3 * hold.predicted.first,
            1e3 * hold.predicted.last,
            hold.predicted.direction().to_string(),
            1e3 * hold.rms_error,
            1e3 * linear.standard_error.at(hold.end).unwrap(),
        );
    }
    println!(
        "rms: {:.2} kPa up to {top} s (fitted), {:.2} kPa after (predicted); {} modes of {} and {:.2} kPa relaxed",
        1e3 * linear.misfit_before,
        1e3 * linear.misfit_after,
        linear.modes.len(),
        linear.offered.len(),
        1e3 * linear.relaxed_modulus
    );

    let (up, down) = compared.split_at(5);
    assert!(up.iter().all(|hold| hold.measured.direction() == Direction::Falls && hold.direction_is_right()));
    // The point of the test: every hold after a step down recovers, and linear superposition says so beforehand.
    assert!(down.iter().all(|hold| hold.measured.direction() == Direction::Rises && hold.direction_is_right()));
    // At strains of 2 to 10 a rubber is not linear: the level is off, by far more than the uncertainty of the moduli.
    for hold in down {
        let uncertainty = linear.standard_error.at(hold.end).unwrap();
        assert!(hold.rms_error > 5.0 * uncertainty && hold.rms_error < 0.2 * stress.max().unwrap().1, "{hold:?}");
    }
    assert!(linear.misfit_before < 0.2 * linear.misfit_after, "{} {}", linear.misfit_before, linear.misfit_after);
}

#[test]
fn the_report_says_how_far_superposition_goes_and_where_it_fails() {
    let Some((strain, stress)) = staircase() else { return };
    let holds = holds(&strain);
    let mut prony = Local::<Prony>::new(&[]).unwrap();
    let report = superposition_reach(&mut prony, &strain, &stress, &holds, 0.05).unwrap();
    insta::assert_snapshot!(report.sentences().join("\n"), @r"
    Linear superposition of what came before predicts holds 3, 7, 8, 9 within 5 % of the largest stress.
    It fails in holds 2, 4, 5, 6: worst in hold 2 at strain 4.00, 12.21 kPa off, 13.8 % of the largest stress and 112 % of what the stress changes by in that hold.
    The error ends above 3 standard errors of the prediction in holds 2, 3, 4, 5, 6, 8, 9, the first time from 184 s on.
    The stress goes the predicted way in 8 of 8 holds; in 4 of them it rises.
    Ramps and missing first samples leave 18 % of the change to be seen that would follow instant steps.
    ");
    assert_eq!(report.reaches.len(), 8 * 9 / 2);
    // Whatever it was taken from, one hold or five, the direction of most later holds is right.
    let (right, count) = report.directions(5);
    assert_eq!((right, count), (4, 4));
    // From the five steps up every level on the way down is off by more than the uncertainty of the moduli.
    assert!(report.from_holds(5).all(|reach| reach.in_standard_errors > 5.0));
    // And the sooner it was taken, the sooner it fails: the rubber stiffens.
    assert!(report.first_failure(1).is_some(), "{report}");
}
