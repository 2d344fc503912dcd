//! What is said when one model takes the place of another.

use kovacs_core::model::{Capabilities, ModelDescription, Quantity};
use kovacs_core::swap::SwapReport;

fn quantity(id: &str, unit: &str, initial: f64, upper: f64) -> Quantity {
    Quantity {
        id: id.to_owned(),
        symbol: String::new(),
        label: String::new(),
        unit: unit.to_owned(),
        doc: String::new(),
        lower: 0.0,
        upper,
        open_lower: false,
        open_upper: false,
        initial,
        nominal: 1.0,
        logarithmic: false,
        integer: false,
        fixed: false,
        choices: Vec::new(),
    }
}

/// A model with these parameters and one output.
fn model(id: &str, version: &str, digest: &str, parameters: Vec<Quantity>) -> ModelDescription {
    ModelDescription {
        id: format!("org.example.{id}"),
        name: String::new(),
        version: version.to_owned(),
        summary: String::new(),
        citation: String::new(),
        license: String::new(),
        digest: Some(digest.to_owned()),
        path: None,
        parameters,
        settings: Vec::new(),
        inputs: Vec::new(),
        outputs: vec![quantity("stress", "MPa", f64::NAN, f64::INFINITY)],
        presets: Vec::new(),
        capabilities: Capabilities::NONE,
    }
}

fn check(from: &ModelDescription, to: &ModelDescription, breaking: bool, expected: &str) {
    let report = SwapReport::between(from, to);
    assert_eq!(report.to_string(), expected);
    assert_eq!(report.is_breaking(), breaking);
    assert_eq!(report.is_unchanged(), expected.contains("is unchanged"));
}

#[test]
fn the_same_code_is_unchanged() {
    let old = model("tnm", "0.1.0", "0123456789abcdef", vec![quantity("x", "1", 0.5, 1.0)]);
    check(&old, &old, false, "`tnm` 0.1.0 is unchanged (SHA-256 01234567…)");
}

#[test]
fn other_code_with_the_same_tables_is_said_to_be_that() {
    let old = model("tnm", "0.1.0", "0123456789abcdef", vec![quantity("x", "1", 0.5, 1.0)]);
    let new = ModelDescription { digest: Some("fedcba9876543210".to_owned()), ..old.clone() };
    let card = "`tnm` 0.1.0 (SHA-256 01234567… → fedcba98…): other code, same parameters and outputs";
    check(&old, &new, false, card);
}

#[test]
fn a_rebuild_tells_bounds_defaults_and_what_is_new() {
    let old = model("tnm", "0.1.0", "00000000aa", vec![quantity("x", "1", 0.5, 1.0)]);
    let mut new =
        model("tnm", "0.2.0", "11111111aa", vec![quantity("c", "MPa", 2e6, 1e9), quantity("x", "1", 0.4, 2.0)]);
    new.outputs.push(quantity("fictive_temperature", "K", 0.0, 1e4));
    check(
        &old,
        &new,
        false,
        "`tnm` 0.1.0 → 0.2.0 (SHA-256 00000000… → 11111111…)\n  \
           parameters: new: `c` = 2e6 MPa\n  \
           parameters: `x` accepts [0, 2], was [0, 1]\n  \
           parameters: `x` has the default 0.4, was 0.5\n  \
           outputs: new: `fictive_temperature` in K",
    );
}

#[test]
fn a_lost_parameter_and_another_unit_are_breaking() {
    let old = model("tnm", "0.1.0", "00000000aa", vec![quantity("x", "1", 0.5, 1.0)]);
    let gone = model("tnm", "0.1.0", "11111111aa", vec![quantity("c", "1", 1.0, 2.0)]);
    let card = "`tnm` 0.1.0 (SHA-256 00000000… → 11111111…)\n  parameters: the new version has no `x`; new: `c` = 1";
    check(&old, &gone, true, card);
    let unit = model("tnm", "0.1.0", "11111111aa", vec![quantity("x", "K", 0.5, 1.0)]);
    let card = "`tnm` 0.1.0 (SHA-256 00000000… → 11111111…)\n  parameters: `x` is in K, was in 1";
    check(&old, &unit, true, card);
    let mut output = model("tnm", "0.1.0", "11111111aa", vec![quantity("x", "1", 0.5, 1.0)]);
    output.outputs[0].unit = "GPa".to_owned();
    let card = "`tnm` 0.1.0 (SHA-256 00000000… → 11111111…)\n  outputs: `stress` is in GPa, was in MPa";
    check(&old, &output, true, card);
}

#[test]
fn choices_are_compared_by_name() {
    let with = |names: &[&str]| {
        let mut choice = quantity("equation", "1", 0.0, names.len() as f64 - 1.0);
        choice.choices = names.iter().map(|name| (*name).to_owned()).collect();
        ModelDescription { settings: vec![choice], ..model("tnm", "0.1.0", "00000000aa", Vec::new()) }
    };
    let (old, mut new) = (with(&["tool", "hodge"]), with(&["hodge", "tool", "kahr"]));
    new.digest = Some("11111111aa".to_owned());
    let card = "`tnm` 0.1.0 (SHA-256 00000000… → 11111111…)\n  \
                settings: `equation` is one of hodge, tool, kahr, was one of tool, hodge";
    check(&old, &new, true, card);
    // Names that keep their numbers lose nothing.
    let report = SwapReport::between(&old, &with(&["tool", "hodge", "kahr"]));
    assert!(!report.is_breaking() && !report.keeps_its_tables());
}

#[test]
fn a_swap_of_models_says_what_the_new_one_lacks_and_has() {
    let old = model("tnm", "0.1.0", "00000000aa", vec![quantity("x", "1", 0.5, 1.0), quantity("tau", "s", 1.0, 1e9)]);
    let new = model("aoi", "0.1.0", "11111111aa", vec![quantity("tau", "s", 1.0, 1e9), quantity("c", "MPa", 3.0, 9.0)]);
    let card = "`aoi` 0.1.0 takes the place of `tnm` 0.1.0\n  parameters: aoi has no `x`; new: `c` = 3 MPa";
    check(&old, &new, true, card);
}
