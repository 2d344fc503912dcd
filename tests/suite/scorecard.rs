//! The scorecard of this project is complete: every claim about every model is on the committed list, with its status.
//!
//! Numbers are compared elsewhere, by the references of the notebooks; here a claim that is gone, renamed or turned is
//! seen, and one that is new has to be put on the list.

use serde_json::Value;
use std::path::Path;

/// One claim a line, in alphabetical order.
const LIST: &str = include_str!("claims.txt");

fn line(claim: &Value) -> String {
    let text = |field: &str| claim[field].as_str().expect("a text").to_owned();
    format!("{}{} | {} | {} | {}", text("figure"), text("panel"), text("claim"), text("model"), text("status"))
}

/// Compares the claims of `kovacs reproduce --json` with the list.
pub fn is_complete(claims: &[Value]) {
    let mut found: Vec<String> = claims.iter().map(line).collect();
    found.sort();
    let expected: Vec<&str> = LIST.lines().collect();
    let missing: Vec<&&str> = expected.iter().filter(|line| !found.iter().any(|found| found == **line)).collect();
    let new: Vec<&String> = found.iter().filter(|line| !expected.contains(&line.as_str())).collect();
    if !missing.is_empty() || !new.is_empty() {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("claims.txt");
        std::fs::write(&path, found.join("\n") + "\n").expect("written");
        panic!(
            "the scorecard is not what tests/suite/claims.txt lists\nmissing: {missing:#?}\nnew: {new:#?}\n\
             if that is meant, copy `{}` over the list",
            path.display()
        );
    }
    for model in ["kww", "aoi", "tnm_strain", "soft_domain"] {
        for figure in ["1", "2", "3", "4", "5", "S"] {
            assert!(
                claims.iter().any(|claim| claim["model"] == model && claim["figure"] == figure),
                "no claim on {model} in figure {figure}"
            );
        }
    }
}
