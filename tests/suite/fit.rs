//! `kovacs fit`, `posterior`, `compare`, `design` and `linear`: truth recovered from a predicted curve, results found
//! again, what is refused.

use crate::program::{Said, catches_interrupts, close, kovacs, run, say};
use crate::scratch::file;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

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

/// One curve of the shipped package, three parameters.
const POSTERIOR: [&str; 14] = [
    "posterior",
    "pvc",
    "two-step",
    "--where",
    "specimen=A",
    "--where",
    "eps2=0.003",
    "--model",
    "kww",
    "--free",
    "relaxation_time,stretching_exponent,unrelaxed_modulus",
    "--warm-up",
    "200",
    "--json",
];

#[test]
fn a_seed_draws_the_same_posterior_on_any_number_of_threads() {
    let draw = |more: &[&str]| say(&[&POSTERIOR[..], &["--draws", "200"], more].concat()).ends_with(0).out;
    let first = draw(&["--threads", "1", "--seed", "7"]);
    assert!(first == draw(&["--threads", "2", "--seed", "7"]), "the same seed, other draws");
    assert!(first != draw(&["--seed", "8"]), "another seed, the same draws");
    let found: Value = serde_json::from_str(&first).expect("JSON");
    let parameter = |name: &str| {
        found["parameters"]
            .as_array()
            .expect("parameters")
            .iter()
            .find(|parameter| parameter["name"] == name)
            .expect("it")
    };
    assert_eq!((&found["sampler"], found["draws"].as_array().map(Vec::len)), (&"nuts".into(), Some(4)));
    let tau = parameter("relaxation_time");
    assert_eq!((&tau["unit"], &tau["prior"]["prior"]), (&"s".into(), &"log_normal".into()));
    for number in ["mean", "standard_deviation", "lower", "upper", "r_hat", "bulk_size", "tail_size"] {
        assert!(tau[number].is_f64(), "{number}: {tau}");
    }
    assert!(parameter("noise of stress")["mean"].as_f64() > Some(0.0));
    for (of, what) in [("leave_one_out", "sum"), ("waic", "sum"), ("leave_one_curve_out", "effective_parameters")] {
        assert!(found[of][what].is_f64(), "{of}");
    }
    assert_eq!(found["checks"].as_array().map(Vec::len), Some(1));
    // The model misses the shape a little, and no replicate does.
    assert!(found["warnings"].to_string().contains("let the correlation be estimated"), "{}", found["warnings"]);
}

#[test]
fn a_prior_moves_the_posterior_and_draws_are_a_table() {
    let table = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fit/draws.csv");
    let narrow = ["--prior", "stretching-exponent=normal:0.4:0.001", "--draws", "60", "--csv"];
    let arguments = [&POSTERIOR[..POSTERIOR.len() - 1], &narrow, &[table.to_str().expect("a path")]].concat();
    let page = say(&arguments).ends_with(0);
    let text = std::fs::read_to_string(table).expect("the draws");
    let mut lines = text.lines();
    let head = lines.next().expect("a head");
    assert_eq!(
        head,
        "chain,draw,relaxation_time [s],stretching_exponent [1],unrelaxed_modulus [MPa],noise of stress [MPa],log density"
    );
    let exponents: Vec<f64> =
        lines.map(|line| line.split(',').nth(3).expect("a cell").parse().expect("a number")).collect();
    assert_eq!(exponents.len(), 4 * 60);
    // The data alone say 0.65; a prior of this width holds it near 0.4.
    assert!(exponents.iter().all(|exponent| (exponent - 0.4).abs() < 0.01), "{exponents:?}");
    assert!(page.out.contains("R-hat") && page.out.contains("part of the replicates"), "{}", page.out);
}

#[test]
fn ctrl_c_ends_a_posterior_that_would_take_days() {
    let mut command = kovacs(&[&POSTERIOR[..], &["--draws", "100000000"]].concat());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    while !catches_interrupts(child.id()) {
        assert!(child.try_wait().expect("a state").is_none(), "it takes days");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there").success());
    let said = Said::of(&child.wait_with_output().expect("it ends"));
    // Draws that were there when it came are kept.
    assert!(said.code == 0 || said.code == 130 && said.err.contains("interrupted"), "{} {}", said.code, said.err);
}

#[test]
fn two_models_are_told_apart_where_they_disagree() {
    let asked = ["design", "pvc", "two-step", "--where", "specimen=A", "--where", "eps2=0.003", "--models", "kww,aoi"];
    let free = ["--free", "kww:relaxation_time,stretching_exponent", "--free", "aoi:barrier_min,barrier_max"];
    let tries = ["--try-t-w", "300s,3000s", "--try-temperature", "318K", "--starts", "1"];
    let judge = |more: &[&str]| say(&[&asked[..], &free, &tries, more].concat()).ends_with(0);
    let design = judge(&["--json"]).json();
    let ranked = design["ranked"].as_array().expect("proposals").clone();
    // Four strains, two times, curve, peak and height, and a recovery for each time.
    assert_eq!((ranked.len(), &design["models"]), (26, &serde_json::json!(["kww", "aoi"])));
    let expected: Vec<f64> = ranked.iter().filter_map(|judged| judged["expected"].as_f64()).collect();
    assert!(expected.len() > 20 && expected.is_sorted_by(|a, b| a >= b), "{expected:?}");
    // Readings that are ten times worse say less.
    let worse = judge(&["--json", "--reading", "t_p=100%"]).json();
    let peak = |design: &Value| {
        let ranked = design["ranked"].as_array().expect("proposals");
        ranked.iter().find(|judged| judged["proposal"]["observable"] == "peak_time").expect("a peak")["expected"]
            .as_f64()
    };
    assert!(peak(&worse) < peak(&design));
    let page = judge(&[]);
    assert!(page.err.contains("found in the store"), "the fits of the first run: {}", page.err);
    page.prints(&["which test separates `kww` from `aoi`", "of single numbers"]);
}

#[test]
fn posteriors_and_designs_refuse_what_they_cannot_do() {
    let refuse = |arguments: &[&str], parts: &[&str]| {
        let said = say(arguments);
        assert_ne!(said.code, 0);
        said.complains_of(parts);
    };
    refuse(&["posterior", "pvc", "two-step", "--model", "kww", "--prior", "tau=flat"], &["normal:0.5:0.1"]);
    refuse(
        &["posterior", "pvc", "two-step", "--model", "kww", "--prior", "tau=uniform"],
        &["not free", "relaxation_time"],
    );
    refuse(&["posterior", "pvc", "two-step", "--model", "kww", "--draws", "3"], &["at least 20"]);
    refuse(&["design", "pvc", "two-step", "--models", "kww"], &["names 1 model", "what to do"]);
    refuse(
        &["design", "pvc", "two-step", "--models", "kww,aoi", "--free", "tnm:fraction"],
        &["`tnm`, which is not among the models", "kww, aoi"],
    );
    refuse(&["design", "pvc", "two-step", "--models", "kww,aoi", "--reading", "t_p=0%"], &["t_p=10%"]);
    refuse(&["design", "pvc", "recovery", "--models", "kww,aoi"], &["--try-eps1"]);
    refuse(
        &["compare", "pvc", "two-step", "--models", "kww,aoi", "--free", "kw:relaxation_time"],
        &["`kw`, which is not among the models"],
    );
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

#[test]
fn long_studies_are_listed_shown_and_checked() {
    let all = say(&["study", "list", "--json"]).ends_with(0).json();
    let names: Vec<&str> = all.as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"confusion") && names.contains(&"linear-test"), "{names:?}");
    say(&["study", "show", "confusion"]).ends_with(0).prints(&["made by", "soft_domain"]);
    let kept = say(&["study", "show", "coverage-kww", "--json"]).ends_with(0).json();
    assert!(kept["sources"].as_array().is_some_and(|sources| !sources.is_empty()), "{kept}");
    say(&["study", "show", "coverage-crystal"]).ends_with(2).complains_of(&["coverage-crystal", "coverage-kww"]);
    let elsewhere = tempfile::tempdir().expect("a folder");
    run(kovacs(&["study", "verify"]).current_dir(elsewhere.path())).ends_with(1).complains_of(&["no Kovacs project"]);
}
