//! `kovacs findings`: the table that the book prints is the one that is computed.

use crate::program::say;
use serde_json::Value;

const PAGE: &str = include_str!("../../book/src/models/which-model-reproduces-what.md");

/// The words of a text, numbers apart: a number may differ in its third digit between machines.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || ",;|".contains(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_table_of_the_book_is_the_computed_one() {
    let computed = say(&["findings", "--markdown"]).ends_with(0).out;
    let (_, rest) = PAGE.split_once("<!-- findings: begin").expect("a begin");
    let (_, rest) = rest.split_once("-->").expect("the end of the mark");
    let (printed, _) = rest.split_once("<!-- findings: end -->").expect("an end");
    let (printed, computed) = (words(printed), words(&computed));
    let remedy = "write `kovacs findings --markdown` between the marks of the page";
    assert_eq!(printed.len(), computed.len(), "{remedy}");
    for (printed, computed) in printed.iter().zip(&computed) {
        match (printed.parse::<f64>(), computed.parse::<f64>()) {
            (Ok(a), Ok(b)) => assert!((a - b).abs() <= 0.02 * b.abs().max(0.5), "{a} is {b} now; {remedy}"),
            _ => assert_eq!(printed, computed, "{remedy}"),
        }
    }
}

#[test]
fn findings_are_judged_for_chosen_models_with_their_numbers() {
    let found: Value =
        say(&["findings", "--model", "kww", "--model", "soft-domain", "--glass", "pvc", "--json"]).json();
    let columns = found.as_array().expect("columns");
    let models: Vec<&str> = columns.iter().filter_map(|column| column["model"].as_str()).collect();
    assert_eq!(models, ["kww", "soft_domain"]);
    for column in columns {
        assert_eq!(column["glass"], "pvc");
        assert_eq!(column["digest"].as_str().map(str::len), Some(64), "the library is named");
        let findings = column["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 11);
        for finding in findings {
            assert!(finding["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{finding}");
            assert!(!finding["numbers"].as_array().expect("numbers").is_empty(), "{finding}");
        }
    }
    say(&["findings", "--model", "aoi", "--glass", "pvc"]).ends_with(0).prints(&[
        "PVC (pvc)",
        "t_p grows with temperature",
        "is none",
    ]);
}

#[test]
fn what_cannot_be_judged_is_said() {
    say(&["findings", "--glass", "window"]).ends_with(2).complains_of(&["no glass `window`", "`pvc`"]);
    say(&["findings", "--model", "window"]).ends_with(1).complains_of(&["there is no model `window`"]);
}
