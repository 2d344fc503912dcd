//! The checker passes on every model that this project ships.

use crate::support::{Bench, built, options};
use kovacs_check::Options;
use std::collections::BTreeMap;

/// Libraries that cargo builds for this test, because their packages are among its dependencies.
const SHIPPED: [&str; 5] = ["linear", "aoi", "tnm", "soft_domain", "stz"];

#[test]
fn every_shipped_model_passes_with_its_physics() {
    let bench = Bench::new();
    // Eight lattices of the size that figures need take seconds per curve; a small one makes the same promises.
    let small: BTreeMap<String, f64> = [("edge".to_owned(), 12.0), ("replicas".to_owned(), 1.0)].into();
    let reports = SHIPPED.map(|name| {
        let settings = if name == "soft_domain" { small.clone() } else { BTreeMap::new() };
        bench.check(&built("deps", &format!("kovacs_model_{name}")), &Options { settings, ..options() })
    });
    for report in &reports {
        println!("{}", report.text(true));
    }
    for report in &reports {
        assert!(report.is_conformant(), "{}", report.text(false));
    }
}
