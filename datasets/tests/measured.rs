//! Tests of shipped packages beside the protocols that their descriptors state.

use kovacs_datasets::{Package, Registry};

fn package(name: &str) -> Package {
    Registry::standard(&[]).find(name).unwrap()
}

#[test]
fn every_two_step_test_of_a_shipped_package_has_its_protocol() {
    for glass in ["ti-zr-hf-cu-ni-be", "fe-zr-b", "pvc"] {
        let package = package(glass);
        let table = package.table("two-step").unwrap();
        let columns = table.test_columns();
        let by: Vec<&str> = columns.iter().map(String::as_str).collect();
        let tests = table.tests(&by, &package.protocols("two-step").unwrap()).unwrap();
        assert!(tests.len() >= 3, "{glass}: {}", tests.len());
        for test in tests {
            let two_step = test.two_step.unwrap();
            let key = |name: &str| test.keys.iter().find(|(key, _)| key == name).unwrap().1.parse::<f64>().unwrap();
            assert_eq!((test.output, two_step.eps1, two_step.t_w), ("stress", key("eps1"), key("t_w")));
            if two_step.eps1 == two_step.eps2 {
                continue;
            }
            // The first sample of the second stage comes half a second after its step.
            let start = two_step.second_stage_start();
            let second = test.curve.x.iter().find(|time| **time >= start).unwrap();
            assert!((second - start - 0.5).abs() < 0.011, "{glass}, {}: {second} after {start}", test.label);
        }
    }
}

#[test]
fn where_the_stress_is_prescribed_the_strain_was_measured() {
    let package = package("ti-zr-hf-cu-ni-be");
    let table = package.table("recovery").unwrap();
    let columns = table.test_columns();
    let by: Vec<&str> = columns.iter().map(String::as_str).collect();
    let tests = table.tests(&by, &package.protocols("recovery").unwrap()).unwrap();
    assert!(tests.iter().all(|test| test.output == "strain" && test.two_step.is_none()));
    assert!(tests[0].label.contains("t_w = 10") && !tests[0].label.contains("glass"), "{}", tests[0].label);
}

#[test]
fn rows_without_a_protocol_are_named() {
    let package = package("pvc");
    let table = package.table("two-step").unwrap();
    let refused = table.tests(&["specimen", "eps2"], &[]).unwrap_err().to_string();
    assert!(refused.contains("no protocol is stated for its rows; state what was done"), "{refused}");
    let mut twice = package.protocols("two-step").unwrap();
    twice.extend(twice.clone());
    let refused = table.tests(&["specimen", "eps2"], &twice).unwrap_err().to_string();
    assert!(refused.contains("2 protocols are stated"), "{refused}");
}
