//! `kovacs structure`: from patterns to widths, the written files, and what is refused.

use crate::program::{kovacs, measured, run, say};
use crate::scratch::file;
use serde_json::Value;
use std::f64::consts::PI;
use std::path::Path;

/// A pattern over `q` as bare columns.
fn columns(folder: &Path, name: &str, first: f64, step: f64, count: u32, value: impl Fn(f64) -> f64) -> String {
    let rows = (0..count).map(|index| first + step * f64::from(index)).map(|q| format!("{q} {}\n", value(q)));
    file(folder, name, &rows.collect::<String>()).display().to_string()
}

/// `S(Q)` of shells `(r0, s)`: each `A/r0 sin(Q r0) exp(-Q^2 s^2/2) / Q` with `A = 1`.
fn shells(q: f64, shells: &[(f64, f64)]) -> f64 {
    let term = |(r0, s): &(f64, f64)| (q * r0).sin() / r0 * (-0.5 * q * q * s * s).exp() / q;
    1.0 + shells.iter().map(term).sum::<f64>()
}

/// The JSON of a command that works.
#[track_caller]
fn answer(arguments: &[&str]) -> Value {
    let said = run(&mut kovacs(&[&["structure"][..], arguments, &["--json"]].concat()));
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).expect("JSON")
}

/// What a command that fails says.
#[track_caller]
fn refused(arguments: &[&str], parts: &[&str]) {
    let said = run(&mut kovacs(&[&["structure"][..], arguments].concat()));
    assert_ne!(said.code, 0, "{}", said.out);
    for part in parts {
        assert!(said.err.contains(part), "no `{part}` in {}", said.err);
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[test]
fn pair_weights_are_exact() {
    let text = say(&["structure", "weights", "TiZrHfCuNiBe"]).ends_with(0).out;
    assert!(
        text.lines().nth(1).is_some_and(|line| line.starts_with("Zr-Hf") && line.ends_with("5760/38025")),
        "{text}"
    );
    let found = answer(&["weights", "TiZrHfCuNiBe", "--sub-peaks", "2.70:3.10A"]);
    let sum: u64 = found["pairs"].as_array().expect("pairs").iter().filter_map(|pair| pair["numerator"].as_u64()).sum();
    assert_eq!(sum, 38025);
    let group = |pair: [&str; 2]| {
        let pairs = found["pairs"].as_array().expect("pairs");
        pairs.iter().find(|found| found["pair"] == serde_json::json!(pair)).expect("this pair")["sub_peak"].clone()
    };
    assert_eq!((group(["Cu", "Hf"]), group(["Zr", "Hf"])), ("near".into(), "far".into()));
    refused(&["weights", "Xx3"], &["`Xx3` is not a chemical formula"]);
    refused(&["weights", "SiO2", "--sub-peaks", "1.6:2.6A"], &["there is no radius of `O`", "give one in Å"]);
}

#[test]
fn the_set_up_of_the_paper_reaches_its_q() {
    let found = answer(&[
        "geometry",
        "--energy",
        "60.037keV",
        "--distance",
        "280mm",
        "--pixels",
        "3072",
        "--pixel-size",
        "0.139mm",
        "--qmax",
        "16.5/A",
    ]);
    assert!((number(&found["q_max_edge_per_Ao"]) - 19.47).abs() < 0.005);
    assert!((number(&found["ring_radius_mm"]) - 171.36).abs() < 0.01);
    assert!((number(&found["two_theta_deg"]) - 31.466).abs() < 5e-4);
    refused(&["geometry", "--distance", "280mm", "--pixels", "3072", "--pixel-size", "0.139mm"], &["--energy"]);
    refused(
        &["geometry", "--wavelength", "0.2065", "--distance", "280mm", "--pixels", "3072", "--pixel-size", "0.139mm"],
        &["`0.2065` has no unit"],
    );
}

#[test]
fn a_known_structure_goes_through_a_file_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let sq = columns(folder.path(), "shell.sq", 0.01, 0.01, 4000, |q| shells(q, &[(3.0, 0.12)]));
    let gr = folder.path().join("shell.gr").display().to_string();
    let made =
        answer(&["gr", &sq, "--input", "sq", "--unit", "1/A", "--qmax", "16.5/A", "--rstep", "0.001A", "--out", &gr]);
    // Physics in closed form: 0.309260 Å at 16.5 1/Å, 0.282578 without termination; position 2.999993 Å.
    let check = |found: &Value| {
        let first = &found["widths"][0];
        assert_eq!(first["definition"], "zero-base");
        assert!((number(&first["width_Ao"]) - 0.309260).abs() < 2e-6, "{first}");
        assert!((number(&first["position_Ao"]) - 2.999993).abs() < 2e-6, "{first}");
        assert!((number(&first["termination_width_Ao"]) - 0.2298).abs() < 1e-4, "{first}");
        assert!((number(&found["width_without_termination_Ao"]) - 0.282578).abs() < 2e-4, "{found}");
        assert!(number(&found["total_error_Ao"]) < 5e-3, "{found}");
    };
    check(&made["files"][0]["peak"]);
    let text = std::fs::read_to_string(&gr).expect("the written file");
    assert!(text.starts_with("[DEFAULT]\n\nversion = kovacs-") && text.contains("\nqmax = 16.5\n"), "{}", &text[..300]);
    check(&answer(&["peak", &gr])["files"][0]);
    // A Lorch window is written down and read back.
    let lorch = folder.path().join("lorch.gr").display().to_string();
    let arguments = [
        "gr",
        &sq,
        "--input",
        "sq",
        "--unit",
        "1/A",
        "--qmax",
        "16.5/A",
        "--transform-window",
        "lorch",
        "--out",
        &lorch,
    ];
    answer(&arguments);
    let found = answer(&["peak", &lorch]);
    assert_eq!(found["files"][0]["transform_window"], "lorch");
    assert!((number(&found["files"][0]["widths"][0]["termination_width_Ao"]) - 5.437 / 16.5).abs() < 2e-3);
}

#[test]
fn a_series_becomes_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let frames: Vec<String> = [0.12, 0.14, 0.16]
        .iter()
        .enumerate()
        .map(|(index, s)| {
            columns(folder.path(), &format!("frame-{index}.sq"), 0.02, 0.02, 1000, |q| shells(q, &[(3.0, *s)]))
        })
        .collect();
    let out = folder.path().join("frames").display().to_string();
    let mut arguments = vec!["gr", "--input", "sq", "--unit", "1/A", "--qmax", "16.5/A", "--out", &out];
    arguments.extend(frames.iter().map(String::as_str));
    answer(&arguments);
    let written: Vec<String> = (0..3).map(|index| format!("{out}/frame-{index}.gr")).collect();
    let text = say(&["structure", "peak", &written[0], &written[1], &written[2], "--definition", "zero-base"]);
    let text = text.ends_with(0).out;
    let widths: Vec<f64> =
        text.lines().skip(1).filter_map(|line| line.split_whitespace().nth(3)?.parse().ok()).collect();
    assert!(widths.len() == 3 && widths.is_sorted(), "{text}");
    assert!(
        text.lines().next().is_some_and(|head| head.contains("zero-base Å") && head.contains("termination Å")),
        "{text}"
    );
    let twice = ["gr", &frames[0], &frames[0], "--input", "sq", "--unit", "1/A", "--out", &out];
    refused(&twice, &["two of the files would be written to"]);
}

#[test]
fn what_a_file_does_not_say_is_asked_for_and_nonsense_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let bare = columns(folder.path(), "bare.chi", 1.0, 0.01, 1600, |q| 100.0 + shells(q, &[(3.0, 0.12)]));
    refused(&["sq", &bare, "--composition", "Ti"], &["does not say what its first column is", "--unit 1/nm"]);
    refused(&["sq", &bare, "--unit", "2theta", "--composition", "Ti"], &["needs a wavelength"]);
    refused(&["sq", &bare, "--unit", "1/A"], &["--composition"]);
    refused(&["sq", &bare, "--unit", "1/A", "--composition", "Ti-3"], &["`Ti-3` is not a chemical formula"]);
    refused(&["sq", &bare, "--unit", "1/A", "--composition", "Ti", "--anomalous"], &["--anomalous needs a wavelength"]);
    refused(
        &["gr", &bare, "--unit", "1/A", "--composition", "Ti", "--qmax", "20/A"],
        &["--qmax 20 1/Å is beyond the data, which reach from 1.000 to 16.990 1/Å"],
    );
    refused(&["gr", &bare, "--unit", "1/A", "--composition", "Ti", "--qmax", "16.5"], &["`16.5` has no unit"]);
    refused(&["peak", &bare], &["bare.chi"]);
    let named = |name: &str, text: &str| file(folder.path(), name, text).display().to_string();
    let nan = named("nan.chi", "1 5\n2 NaN\n3 5\n");
    refused(&["sq", &nan, "--unit", "1/A", "--composition", "Ti"], &["nan.chi", "row 2 of intensity is NaN"]);
    let unsorted = named("unsorted.chi", "1 5\n3 5\n2 5\n");
    refused(&["sq", &unsorted, "--unit", "1/A", "--composition", "Ti"], &["row 3 of Q is 2"]);
    let short = named("short.chi", "1 5\n");
    refused(&["sq", &short, "--unit", "1/A", "--composition", "Ti"], &["1 points and 2 are needed"]);
    let empty = named("empty.chi", "");
    refused(&["sq", &empty, "--unit", "1/A", "--composition", "Ti"], &["empty.chi"]);
}

#[test]
fn a_measured_glass_shows_its_bonds() {
    let (Some(sample), Some(empty), Some(melt)) = (
        measured("glassure-total-scattering/Mg2SiO4_ambient.xy"),
        measured("glassure-total-scattering/Mg2SiO4_ambient_bkg.xy"),
        measured("glassure-total-scattering/Fe81S19.chi"),
    ) else {
        return;
    };
    let (sample, empty, melt) = (sample.display().to_string(), empty.display().to_string(), melt.display().to_string());
    let arguments = [
        "gr",
        &sample,
        "--background",
        &empty,
        "--composition",
        "Mg2SiO4",
        "--qmax",
        "22/A",
        "--rpoly",
        "1.2A",
        "--transform-window",
        "lorch",
        "--window",
    ];
    let place = |window: &str| {
        let found = answer(&[&arguments[..], &[window]].concat());
        number(&found["files"][0]["peak"]["widths"][0]["position_Ao"])
    };
    // Si-O 1.62 to 1.64 Å, Mg-O 2.0 to 2.1 Å in silicate glasses; the wavelength is the one in the header.
    let (silicon, magnesium) = (place("1.4:1.85A"), place("1.85:2.3A"));
    println!("Si-O {silicon:.3} Å, Mg-O {magnesium:.3} Å");
    assert!((silicon - 1.63).abs() < 0.02 && (magnesium - 2.05).abs() < 0.05, "{silicon}, {magnesium}");
    refused(&["sq", &melt, "--composition", "Fe81S19"], &["does not say what its first column is"]);
}

#[test]
fn a_doublet_of_the_paper_is_read_as_the_book_says() {
    // The table of the guide: two equal shells 0.40 Å apart, s = 0.12 Å, seen up to different Q.
    let folder = tempfile::tempdir().expect("a folder");
    let sq = columns(folder.path(), "doublet.sq", 0.01, 0.01, 4000, |q| shells(q, &[(2.7, 0.12), (3.1, 0.12)]));
    let page = include_str!("../../book/src/guide/structure.md");
    let rows: Vec<Vec<f64>> = page
        .lines()
        .skip_while(|line| !line.contains("`Q_max` 1/Å"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').filter_map(|cell| cell.trim().parse().ok()).collect())
        .collect();
    assert_eq!(rows.len(), 5, "{rows:?}");
    for row in rows {
        let [q_max, position, width, termination, near, near_width, far, far_width] = row[..] else {
            panic!("{row:?} has not eight numbers");
        };
        let q_max = format!("{q_max}/A");
        let found = answer(&["gr", &sq, "--input", "sq", "--unit", "1/A", "--qmax", &q_max]);
        let peak = &found["files"][0]["peak"];
        let first = &peak["widths"][0];
        let (left, right) = (&peak["two_gaussians"]["near"], &peak["two_gaussians"]["far"]);
        let numbers = [
            (&first["position_Ao"], position),
            (&first["width_Ao"], width),
            (&first["termination_width_Ao"], termination),
            (&left["position_Ao"], near),
            (&left["width_Ao"], near_width),
            (&right["position_Ao"], far),
            (&right["width_Ao"], far_width),
        ];
        for (found, printed) in numbers {
            // Printed to three decimals.
            assert!((number(found) - printed).abs() < 6e-4, "Q_max {q_max}: {found}, printed {printed}");
        }
    }
    assert!((2.0 * PI / 16.5 - 0.381).abs() < 1e-3, "the figure of the guide");
}
