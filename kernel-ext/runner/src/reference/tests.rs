//! What counts as a change, and how it is worded.

use super::*;
use crate::claim::ClaimStatus;
use serde_json::json;

fn claim(value: Option<f64>, status: ClaimStatus) -> Claim {
    Claim {
        figure: "1".into(),
        panel: "c".into(),
        claim: "Δσ(3600 s)".into(),
        model: "tnm".into(),
        status,
        value,
        unit: "MPa".into(),
        ..Claim::default()
    }
}

fn changes(before: &[Claim], after: &[Claim]) -> Vec<String> {
    let reference = |claims: &[Claim]| Reference { claims: claims.to_vec(), ..Reference::default() };
    reference(before).differences(&reference(after)).iter().map(ToString::to_string).collect()
}

#[test]
fn a_number_moves_by_its_tolerance_or_by_its_standard_error() {
    use ClaimStatus::Reproduced;
    let number = |value: f64| claim(Some(value), Reproduced);
    assert_eq!(changes(&[number(1.0)], &[number(1.0 + 1e-7)]), [""; 0]);
    assert_eq!(
        changes(&[number(2.0)], &[number(2.02)]),
        ["Fig. 1c, Δσ(3600 s), tnm: moved by +1.000 % (2.000000 → 2.020000 MPa; 1.00e-4 % is allowed)"]
    );
    let within = |value: f64| Claim { may_move: Some(0.02), ..number(value) };
    assert_eq!(changes(&[within(2.0)], &[within(2.02)]), [""; 0]);
    let random = |value: f64| Claim { standard_error: Some(0.1), ..number(value) };
    assert_eq!(changes(&[random(2.0)], &[random(2.4)]), [""; 0], "2.8 σ");
    assert_eq!(
        changes(&[random(2.0)], &[random(2.45)]),
        ["Fig. 1c, Δσ(3600 s), tnm: moved by 3.2 σ (2.000000 → 2.450000 MPa; 3 σ are allowed)"]
    );
}

#[test]
fn what_turns_what_is_new_and_what_is_gone() {
    use ClaimStatus::{Failed, Reproduced};
    let trend = |last| Claim { values: vec![Some(1.0), last], ..claim(None, Reproduced) };
    assert_eq!(changes(&[trend(Some(2.0))], &[trend(Some(2.0 + 1e-7))]), [""; 0]);
    assert_eq!(
        changes(&[trend(Some(2.0))], &[trend(Some(3.0))]),
        ["Fig. 1c, Δσ(3600 s), tnm: its number 2 moved (2.000000 → 3.000000 MPa)"]
    );
    assert!(changes(&[trend(Some(2.0))], &[trend(None)])[0].contains("2.000000 → none"));
    assert_eq!(
        changes(&[claim(None, Reproduced)], &[claim(None, Failed)]),
        ["Fig. 1c, Δσ(3600 s), tnm: was reproduced, is failed"]
    );
    assert_eq!(changes(&[], &[claim(Some(1.0), Failed)]), ["Fig. 1c, Δσ(3600 s), tnm: is new: failed, 1 MPa"]);
    assert_eq!(changes(&[claim(None, Failed)], &[]), ["Fig. 1c, Δσ(3600 s), tnm: is not made any more"]);
}

#[test]
fn data_that_are_others_are_named_first() {
    let reference = |digest: &str, value| Reference {
        packages: vec![Used { kind: "package".into(), name: "pvc".into(), digest: digest.into() }],
        claims: vec![claim(Some(value), ClaimStatus::Reproduced)],
        ..Reference::default()
    };
    let found = |after: Reference| {
        let found = reference("a", 1.0).differences(&after);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(found(reference("b", 1.0)), [""; 0], "what did not move is no difference, whatever it is from");
    let moved = found(reference("b", 2.0));
    assert_eq!((moved[0].as_str(), moved.len()), ("package `pvc`, its data: are not those of the reference", 2));
    assert_eq!(found(reference("a", 2.0)).len(), 1);
}

fn drawing(table: &str, tags: &[&str]) -> Notebook {
    let output = json!({"output_type": "display_data", "metadata": {}, "data": {"text/csv": table}});
    let cells = json!([{"cell_type": "code", "id": "draw", "metadata": {"tags": tags}, "source": "", "outputs": [output],
        "execution_count": 1}]);
    let text = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).to_string();
    Notebook::parse(Path::new("a.ipynb"), &text).expect("a notebook")
}

fn figure(rows: impl Iterator<Item = (f64, f64)>, tags: &[&str]) -> Notebook {
    let mut table =
        "# figure: Second stage\n# panel a: left\n# panel a, series 1: one, \"two\"\n#   origin: calculated\n\
         #   x: time [s]\n#   y: stress [MPa]\npanel,series,label,x,y,lower,upper\n"
            .to_owned();
    for (x, y) in rows {
        table.push_str(&format!("a,1,\"one, \"\"two\"\"\",{x:?},{y:?},,\n"));
    }
    drawing(&table, tags)
}

fn line(rows: usize, height: f64) -> impl Iterator<Item = (f64, f64)> {
    (0..rows).map(move |row| {
        let x = 900.0 * row as f64 / (rows - 1) as f64;
        (x, height * x)
    })
}

#[test]
fn curves_are_compared_point_by_point_or_between_points() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("reference/a.json");
    Reference::of(&figure(line(100, 1.0), &[])).write(&path).expect("written");
    let reference = Reference::read(&path).expect("read").expect("there");
    let differences = |notebook: &Notebook| {
        reference.differences(&Reference::of(notebook)).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(differences(&figure(line(100, 1.0), &[])), [""; 0]);
    assert_eq!(differences(&figure(line(1000, 1.0), &[])), [""; 0], "the same curve on other points");
    assert_eq!(
        differences(&figure(line(100, 1.01), &[])),
        ["figure `Second stage` of cell `draw`, panel a, curve `one, \"two\"`: moved by up to 1.000 % of its range, \
          at x = 900.000000 s: 900.000000 → 909.000000 MPa"]
    );
    assert!(differences(&figure(line(100, 1.0).map(|(x, y)| (x + 9.0, y)), &[]))[0].contains("its points moved in x"));
    assert!(
        differences(&figure(line(50, 1.0).map(|(x, y)| (x / 2.0, y)), &[]))[0].contains("had 100 points and has 50")
    );
    assert!(differences(&figure(line(0, 1.0).take(0), &[]))[0].ends_with("is not drawn any more"));
    let wide = Reference::of(&figure(line(100, 1.0), &["tolerance=2%"]));
    assert!(wide.differences(&Reference::of(&figure(line(100, 1.01), &[]))).is_empty());
    let exact = |height| Reference::of(&figure(line(100, height), &["tolerance=0%"]));
    assert!(exact(1.0 / 3.0).differences(&exact(1.0 / 3.0)).is_empty());
    assert_eq!(exact(1.0).differences(&exact(1.000001)).len(), 1);
    let digits = |tags| {
        Reference::of(&figure(line(100, 1.0 / 3.0), tags)).write(&path).expect("written");
        std::fs::read_to_string(&path).expect("read").matches(|sign: char| sign.is_ascii_digit()).count()
    };
    assert!(digits(&["tolerance=1%"]) < digits(&[]), "what may move anyway is not stored");
}

#[test]
fn panels_that_share_a_letter_have_curves_of_their_own() {
    let table = |second: f64| {
        let head = |unit: &str| {
            let axes = format!("#   x: time [s]\n#   y: stress [{unit}]\n");
            format!("# panel a: one\n# panel a, series 1: left\n{axes}# panel a, series 2: right\n{axes}")
        };
        let rows = |scale: f64| {
            let row = |(series, label): (i32, &str), x: f64| format!("a,{series},{label},{x:?},{:?},,\n", x * scale);
            [(1, "left"), (2, "right")].map(|series| row(series, 1.0) + &row(series, 2.0)).concat()
        };
        let names = "panel,series,label,x,y,lower,upper\n";
        format!("# figure: Two\n{}{}{names}{}{}", head("MPa"), head("GPa"), rows(1.0), rows(second))
    };
    let reference = |second| Reference::of(&drawing(&table(second), &[]));
    assert_eq!(reference(7.0).size(), (0, 4));
    assert!(reference(7.0).differences(&reference(7.0)).is_empty());
    let found = reference(7.0).differences(&reference(7.7));
    assert_eq!(
        found[0].to_string(),
        "figure `Two` of cell `draw`, panel a, curve `left`: moved by up to 20.000 % of its range, \
         at x = 2.000000 s: 14.000000 → 15.400000 GPa"
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn where_a_reference_lies_and_what_is_none() {
    assert_eq!(Reference::path(Path::new("notebooks/a.b.ipynb")), Path::new("notebooks/reference/a.b.json"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.json");
    assert_eq!(Reference::read(&path).expect("no file is no error"), None);
    std::fs::write(&path, "[]").expect("written");
    assert!(Reference::read(&path).expect_err("a list").to_string().contains("is not a reference"));
}
