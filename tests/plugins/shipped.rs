//! The checker passes on every model that this project ships.

use crate::support::{Bench, built, options};
use kovacs_check::Options;

/// Libraries that cargo builds for this test, because their packages are among its dependencies.
const SHIPPED: [&str; 4] = ["linear", "aoi", "tnm", "soft_domain"];

#[test]
fn every_shipped_model_passes_with_its_physics() {
    let bench = Bench::new();
    let reports = SHIPPED.map(|name| {
        bench.check(&built("deps", &format!("kovacs_model_{name}")), &Options { limit: Options::LIMIT, ..options() })
    });
    for report in &reports {
        println!("{}", report.text(true));
    }
    for report in &reports {
        assert!(report.is_conformant(), "{}", report.text(false));
    }
}
