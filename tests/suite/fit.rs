//! `kovacs fit`, `kovacs compare` and `kovacs linear`: truth recovered from a predicted curve, results found again, what
//! is refused.

use crate::program::{close, say};
use crate::scratch::file;
use serde_json::Value;
use std::path::PathBuf;

const TEST: [&str; 8] = ["--eps1", "0.5%", "--eps2", "0.3%", "--t-w", "300s", "--temperature", "318K"];

/// What `kww` predicts for PVC, as a file.
fn predicted(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fit");
    let path = file(&folder, name, "");
    let path_text = path.to_str().expect("a path");
    say(&["predict", "kww", "--glass", "pvc", "--csv", path_text]).ends_with(0);
    path
}

fn fit(arguments: &[&str]) -> Value {
    say(&[&["fit"], arguments, &["--json"]].concat()).ends_with(0).json()
}

#[test]
fn a_predicted_curve_gives_its_parameters_back() {
    let curve = predicted("truth.csv");
    let moved = ["--model", "kww", "--glass", "pvc", "--param", "relaxation_time=1000s", "--starts", "2"];
    let found = fit(&[&[curve.to_str().expect("a path")], &TEST[..], &moved].concat());
    let value = |id: &str| found["parameters"][id]["value"].as_f64().expect("a number");
    // The file has all digits; what is left is the search's tolerance.
    close(value("relaxation_time"), 2000.0, 1e-6);
    close(value("stretching_exponent"), 0.4, 1e-6);
    close(value("unrelaxed_modulus"), 2500.0, 1e-6);
    assert_eq!(found["parameters"]["activation_energy"]["free"], false);
    assert!(found["cost"].as_f64().expect("a cost") < 1e-9, "{}", found["cost"]);
    assert!(found["points"].as_u64().expect("a number") > 300 && found["criteria"]["bic"].is_f64());
}

#[test]
fn a_finished_fit_is_found_again() {
    let arguments = ["fit", "pvc", "two-step", "--where", "specimen=A", "--model", "kww", "--starts", "1"];
    let fresh = say(&[&arguments[..], &["--fresh"]].concat()).ends_with(0);
    let again = say(&arguments).ends_with(0);
    assert!(again.err.contains("found in the store"), "{}", again.err);
    assert_eq!(fresh.out, again.out);
    assert!(again.err.contains("these curves are synthetic"));
}

#[test]
fn a_second_stage_is_described_without_a_protocol() {
    let arguments = ["pvc", "two-step", "--where", "specimen=A", "--where", "eps2=0.003", "--model", "double-kww"];
    let found = fit(&arguments);
    // What the generator of the package chose: a hump at 137 s.
    let peak = found["peak"]["t_p_s"].as_f64().expect("a time");
    assert!((peak / 137.0).ln().abs() < 0.05, "{peak}");
    assert!(found["warnings"].to_string().contains("tau_1"), "{}", found["warnings"]);
    assert!(found["parameters"]["slow_time"]["value"].is_null());
}

#[test]
fn models_are_ranked_and_records_are_judged() {
    let models =
        ["compare", "pvc", "two-step", "--models", "kww,fractional", "--starts", "1", "--no-left-out", "--json"];
    let ranked = say(&[&models[..], &["--where", "specimen=A"]].concat()).ends_with(0).json();
    assert_eq!(ranked["models"].as_array().map(Vec::len), Some(2), "{ranked}");
    assert_eq!(ranked["models"][0]["difference"], 0.0);
    let curve = predicted("linear.csv");
    let judged = say(&[&["linear", curve.to_str().expect("a path"), "--json"], &TEST[..]].concat()).ends_with(0).json();
    assert_eq!(judged["tests"][0]["verdict"], "linear", "{judged}");
}

#[test]
fn what_cannot_be_fitted_says_what_to_do() {
    let curve = predicted("refused.csv");
    let curve = curve.to_str().expect("a path");
    let refuse = |arguments: &[&str], parts: &[&str]| {
        let said = say(&[&["fit"], arguments].concat());
        assert_ne!(said.code, 0);
        said.complains_of(parts);
    };
    refuse(&[curve, "--model", "kww"], &["nobody says what was done", "--eps1"]);
    refuse(&[curve, "--model", "kww", "--eps1", "0.5%"], &["not complete", "--eps2, --t-w, --temperature"]);
    refuse(&[curve, "--model", "kww", "--stress", "sress"], &["has no column `sress`", "`stress`"]);
    refuse(&["pvc", "two-step", "--model", "kww", "--free", "relaxation_tim"], &["did you mean `relaxation_time`"]);
    refuse(&["pvc", "--model", "kww"], &["has the tables", "name one of them"]);
    refuse(&["pvc", "two-step", "--model", "kwww"], &["kwww"]);
    let bare =
        file(&PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fit"), "bare.csv", "time,stress\n1,2\n2,3\n3,4\n");
    let bare = bare.to_str().expect("a path");
    refuse(&[&[bare, "--model", "kww"], &TEST[..]].concat(), &["does not state the unit of `time`", "--unit"]);
}
