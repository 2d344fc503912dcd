//! The table "which model reproduces what" against the one that was derived independently.

use kovacs_aoi::Aoi;
use kovacs_core::glasses::{Glass, glass};
use kovacs_core::model::Evaluator;
use kovacs_fit::FitError;
use kovacs_fit::findings::{Column, FINDINGS, Finding, Subject, Verdict, judge_all, markdown};
use kovacs_linear::Kww;
use kovacs_sdk::{Local, Model};
use kovacs_soft_domain::SoftDomain;
use kovacs_tnm::TnmStrain;
use std::sync::atomic::{AtomicUsize, Ordering};

fn subject<M: Model>(glass: &Glass) -> Subject {
    let plain = Local::<M>::new(&[]).unwrap();
    let preset = plain.description().preset(glass.id).unwrap().clone();
    let evaluator = Local::<M>::new(&preset.settings.unwrap_or_default()).unwrap();
    Subject { evaluator: Box::new(evaluator), parameters: preset.parameters, glass: *glass }
}

fn columns(id: &str, threads: usize) -> Vec<Column> {
    let glass = glass(id).unwrap();
    let subjects =
        vec![subject::<Kww>(glass), subject::<Aoi>(glass), subject::<TnmStrain>(glass), subject::<SoftDomain>(glass)];
    judge_all(subjects, threads, &|_| true).unwrap()
}

fn verdicts(columns: &[Column], finding: &str) -> Vec<Verdict> {
    let row = FINDINGS.iter().position(|(id, _)| *id == finding).unwrap();
    columns.iter().map(|column| column.findings[row].verdict).collect()
}

fn finding<'a>(columns: &'a [Column], model: &str, id: &str) -> &'a Finding {
    let column = columns.iter().find(|column| column.model == model).unwrap();
    column.findings.iter().find(|finding| finding.finding == id).unwrap()
}

/// The numbers called `what`.
fn values(finding: &Finding, what: &str) -> Vec<f64> {
    let found = finding.numbers.iter().find(|numbers| numbers.what == what);
    let found = found.unwrap_or_else(|| panic!("no `{what}` in {finding:?}"));
    found.values.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() <= tolerance, "{found} is not {expected} within {tolerance}");
    }
}

#[test]
fn the_titanium_glass_agrees_with_the_derived_table() {
    use Verdict::{Depends, No, Partly, Yes};
    let columns = columns("ti-zr-hf-cu-ni-be", 2);
    // Columns kww, aoi, tnm_strain, soft_domain. Where the derived table has words, they are beside.
    for (finding, expected) in [
        ("hump_only_after_unloading", [Yes, Yes, Yes, Yes]),
        ("height_with_depth_and_strain", [Yes, Yes, Yes, Yes]),
        ("time_and_height_with_strain", [Yes, Yes, Yes, Yes]),
        ("time_with_temperature", [Yes, No, Yes, Yes]), // flat in aoi
        ("height_convex_in_temperature", [Yes, No, Yes, Yes]), // linear in aoi
        ("critical_waiting_time", [No, No, No, Yes]),   // a power law in kww and tnm_strain, a logarithm in aoi
        ("rising_activation_energy", [No, Partly, Partly, Yes]), // a logarithm in aoi, weak in tnm_strain
        ("recovery_becomes_incomplete", [No, No, No, Yes]),
        // Same form in kww, slope above 0 in aoi, sign only in soft_domain; not known of tnm_strain.
        ("recovery_line_waiting", [Partly, Partly, Partly, Partly]),
        // It depends on E_R/E_U in kww; aoi and tnm_strain were not known.
        ("recovery_line_temperature", [Depends, No, Partly, No]),
        ("recovery_line_strain", [No, No, No, No]),
    ] {
        assert_eq!(verdicts(&columns, finding), expected, "{finding}\n{}", markdown(&columns));
    }
}

#[test]
fn its_numbers_are_those_of_the_reference() {
    let columns = columns("ti-zr-hf-cu-ni-be", 2);
    // All reference values are printed to three or more digits: 5e-3, and 1e-3 where there are more.
    let critical = finding(&columns, "soft_domain", "critical_waiting_time");
    close(&values(critical, "height"), &[6.771, 7.519, 8.301, 9.925, 14.411, 20.677, 30.756, 42.713], 1e-3);
    close(&values(critical, "t_c"), &[1151.0], 1e-3);
    close(&values(critical, "slope ratio"), &[10.2], 5e-3);
    let energy = finding(&columns, "soft_domain", "rising_activation_energy");
    let reference = [1.836, 2.089, 2.221, 2.234, 2.363, 2.413, 2.457, 2.517];
    for (index, (found, expected)) in values(energy, "E_a").iter().zip(reference).enumerate() {
        // 2e-3 eV, but at 300 s, where the hotter relaxations percolate, the step counts: 10, 20, 40, 80 and 320 points
        // per decade give 2.2401, 2.2354, 2.2308, 2.2289 and 2.2277 eV, and the reference lies among them.
        let tolerance = if index == 3 { 4e-3 } else { 2e-3 };
        assert!((found - expected).abs() < tolerance, "{found} eV is not {expected} eV");
    }
    let recovery = finding(&columns, "soft_domain", "recovery_becomes_incomplete");
    let recovered = [1.0, 1.0, 1.0, 0.99996, 0.93627, 0.84201, 0.72506, 0.60974];
    close(&values(recovery, "recovered by the model's own split"), &recovered, 1e-5);
    close(&values(recovery, "recovered at the end"), &recovered, 2e-3);
    let line = finding(&columns, "soft_domain", "recovery_line_waiting");
    close(&values(line, "t_w series: t_p"), &[4.06, 6.74, 13.1, 62.9, 409.0, 870.0, 1831.0, 4072.0], 5e-3);
    close(&values(line, "t_w series: slope, intercept in s, R2"), &[4.7, -520.0, 0.67], 1e-2);
    let temperature = finding(&columns, "soft_domain", "recovery_line_temperature");
    close(&values(temperature, "T series: tau_rec"), &[3770.0, 1223.0, 406.0, 180.0, 102.0], 5e-3);
    close(&values(temperature, "T series: t_p"), &[114.0, 289.0, 409.0, 426.0, 454.0], 5e-3);
    let strain = finding(&columns, "soft_domain", "time_and_height_with_strain");
    close(&values(strain, "height"), &[5.54, 9.67, 14.41, 19.60, 25.11], 1e-3);

    let ageing = finding(&columns, "tnm_strain", "time_with_temperature");
    close(&values(ageing, "t_p"), &[253.4, 271.2, 294.7, 324.7, 362.9], 5e-4);

    let flat = finding(&columns, "aoi", "time_with_temperature");
    let times = values(flat, "t_p");
    close(&[times[0], times[4]], &[600.4, 607.4], 1e-4);
    let line = finding(&columns, "kww", "recovery_line_temperature");
    assert!(values(line, "slope at these")[0] > 0.0 && values(line, "slope at these")[4] < 0.0, "{line:?}");
}

#[test]
fn the_other_glasses_differ_where_the_reference_says_and_in_the_critical_time() {
    for (id, time, ratio, tolerance) in [("fe-zr-b", 1286.0, 6.2, 3e-3), ("pvc", 215.0, 9.3, 1e-2)] {
        let columns = columns(id, 2);
        // t_p(T) of the soft domains is not monotone outside the titanium glass.
        assert_eq!(verdicts(&columns, "time_with_temperature"), [Verdict::Yes, Verdict::No, Verdict::Yes, Verdict::No]);
        let critical = finding(&columns, "soft_domain", "critical_waiting_time");
        close(&values(critical, "t_c"), &[time], tolerance);
        close(&values(critical, "slope ratio"), &[ratio], 1e-2);
        // The break is that of the reference, but eight heights do not tell it from a power law.
        assert_eq!(critical.verdict, Verdict::No, "{critical:?}");
        let recovers = verdicts(&columns, "recovery_becomes_incomplete");
        assert_eq!(recovers, [Verdict::No, Verdict::No, Verdict::No, Verdict::Yes]);
        let rises = verdicts(&columns, "rising_activation_energy");
        assert_eq!((rises[0], rises[1], rises[3]), (Verdict::No, Verdict::Partly, Verdict::Yes));
    }
}

#[test]
fn threads_change_nothing_and_progress_reaches_the_end() {
    let calls = AtomicUsize::new(0);
    let largest = AtomicUsize::new(0);
    let glass = glass("pvc").unwrap();
    let progress = |fraction: f64| {
        calls.fetch_add(1, Ordering::Relaxed);
        largest.fetch_max((fraction * 1e6) as usize, Ordering::Relaxed);
        assert!((0.0..1.0).contains(&fraction));
        true
    };
    let several = judge_all(vec![subject::<Kww>(glass), subject::<SoftDomain>(glass)], 7, &progress).unwrap();
    let one = judge_all(vec![subject::<Kww>(glass), subject::<SoftDomain>(glass)], 1, &|_| true).unwrap();
    assert_eq!(several, one);
    let calls = calls.into_inner();
    assert_eq!(largest.into_inner(), ((calls - 1) as f64 / calls as f64 * 1e6) as usize, "every step was counted");
}

#[test]
fn a_run_can_be_stopped_and_needs_a_known_glass() {
    let pvc = glass("pvc").unwrap();
    let stopped = judge_all(vec![subject::<Kww>(pvc)], 1, &|fraction| fraction < 0.2).unwrap_err();
    assert_eq!(stopped, FitError::Stopped);
    let mut window = subject::<Kww>(pvc);
    window.glass = Glass { id: "window", ..*pvc };
    let unknown = judge_all(vec![window], 1, &|_| true).unwrap_err();
    assert!(unknown.to_string().contains("`window`"), "{unknown}");
}
