//! `kovacs data observe`: humps with their errors, from shipped packages and from an imported table.

use crate::program::{close, say};
use serde_json::Value;

#[test]
fn a_synthetic_glass_is_observed_specimen_by_specimen_and_says_that_it_is_synthetic() {
    let said = say(&["data", "observe", "ti-zr-hf-cu-ni-be", "two-step", "--where", "eps2=0.3%"]).ends_with(0);
    said.prints(&[
        "origin: synthetic",
        "specimen",
        "t_p [s]",
        "delta_sigma [MPa]",
        "peak",
        "specimens together",
        "3 of 3",
    ])
    .complains_of(&["these curves are synthetic; nobody measured them"]);
    let all = say(&["data", "observe", "ti-zr-hf-cu-ni-be", "two-step", "--json"]).ends_with(0).json();
    assert_eq!(all["origin"], "synthetic");
    let stages = all["stages"].as_array().expect("a list");
    assert_eq!(stages.len(), 15);
    for stage in stages {
        let expected =
            if stage["strain"].as_f64() < stage["strain_before"].as_f64() { "peak" } else { "hidden_or_none" };
        assert_eq!(stage["verdict"], expected, "{stage}");
        assert_eq!(stage["t_p_s"].is_null(), expected != "peak", "{stage}");
    }
    // The larger the way back, the higher the hump: by construction of the synthetic curves.
    let heights: Vec<f64> = all["conditions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|condition| condition["delta_sigma_mpa"]["mean"].as_f64())
        .collect();
    assert!(heights.len() == 3 && heights.windows(2).all(|pair| pair[0] > pair[1]), "{heights:?}");
}

#[test]
fn an_imported_record_without_stages_is_cut_by_its_strain() {
    let folder = tempfile::tempdir().expect("a folder");
    let record = folder.path().join("run.csv");
    // Synthetic: two exponentials of 30 s and 3000 s after a step down at 400 s; the peak has a closed form.
    let mut text = String::from("time [s];strain [%];stress [MPa]\n");
    for row in 0..4000 {
        let time = f64::from(row);
        let after = time - 400.0;
        let wiggle = f64::from(row * 7919 % 101) / 101.0 - 0.5;
        let (strain, stress) = if after < 0.0 {
            (0.5, 40.0 + 10.0 * (-time / 200.0).exp())
        } else {
            (0.3, 20.0 * (-after / 3000.0).exp() - 10.0 * (-after / 30.0).exp())
        };
        text.push_str(&format!("{time};{};{}\n", strain + 1e-4 * wiggle, stress + 0.2 * wiggle));
    }
    std::fs::write(&record, text).expect("written");
    let (record, out) = (record.to_str().expect("UTF-8"), folder.path().to_str().expect("UTF-8"));
    let import = ["data", "import", record, "--name", "run", "--out", out, "--header-rows", "1"];
    say(&[&import[..], &["--license", "CC0-1.0", "--source", "made by this test"]].concat()).ends_with(0);
    let package = folder.path().join("run");
    let package = package.to_str().expect("UTF-8");
    let seen = say(&["data", "observe", package, "--json"]).ends_with(0).json();
    let [stage] = seen["stages"].as_array().expect("a list").as_slice() else { panic!("{seen}") };
    assert_eq!(stage["verdict"], "peak");
    close(stage["strain"].as_f64().expect("a number"), 0.003, 1e-3);
    let bound = |row: usize| stage["t_p_interval_s"][row].as_f64().expect("a number");
    // ln(50) / (1/30 - 1/3000) s; nobody recorded the ramp, so that times are known to the second between samples.
    assert!(bound(0) - 1.0 < 118.546 && 118.546 < bound(1) + 1.0, "{stage}");
    assert_eq!(stage["dead_time_interval_s"], serde_json::json!([0.0, 1.0]));
    say(&["data", "observe", package]).ends_with(0).prints(&[
        "origin: measured",
        "0.005 -> 0.003",
        "not sampled",
        "steps, from the recorded strain",
    ]);
}

#[test]
fn what_is_missing_is_named_with_a_remedy() {
    say(&["data", "observe", "pvc"]).ends_with(2).complains_of(&["two-step", "kovacs data observe pvc TABLE"]);
    say(&["data", "observe", "pvc", "dynamic"]).ends_with(1).complains_of(&["no number column `stress`"]);
    say(&["data", "observe", "pvc", "two-step", "--where", "eps2=5 min"]).ends_with(2).complains_of(&["eps2=5 min"]);
    say(&["data", "observe", "pvc", "two-step", "--where", "specimen=Z"]).ends_with(1).complains_of(&["`A`, `B`, `C`"]);
    say(&["data", "observe", "pvc", "two-step", "--by", "eps2"]).ends_with(1).complains_of(&["falls"]);
    let none: Value =
        say(&["data", "observe", "pvc", "two-step", "--where", "specimen=A", "--json"]).ends_with(0).json();
    assert_eq!(none["conditions"], serde_json::json!([]));
}
