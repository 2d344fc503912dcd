//! Recovery of soft domains against the independent reference, and of a solid that has nothing to recover.

use kovacs_core::model::Evaluator;
use kovacs_core::{RecoveryTest, observe_recovery};
use kovacs_fit::{FitError, fit_recovery};
use kovacs_linear::Kww;
use kovacs_sdk::Local;
use kovacs_soft_domain::SoftDomain;

/// tau = 1e4 s at 593 K, beta = 0.5, 2 eV, unit modulus, and this ratio of relaxed to unrelaxed modulus.
fn kww(ratio: f64) -> [f64; 6] {
    [1e4, 0.5, 2.0, 593.0, 1.0, ratio]
}

#[test]
fn soft_domain_recovers_completely_and_then_not() {
    let mut model = Local::<SoftDomain>::new(&[]).unwrap();
    let parameters = model.description().preset("ti-zr-hf-cu-ni-be").unwrap().parameters.clone();
    // Reference: waiting time s, recovered fraction by what the model calls viscoplastic (five digits), tau_rec s (three
    // digits).
    for (t_w, recovered, tau) in [
        (10.0, 1.0, 1.26),
        (30.0, 1.0, 7.45),
        (100.0, 1.0, 87.1),
        (300.0, 0.99996, 330.0),
        (900.0, 0.93627, 406.0),
        (1800.0, 0.84201, 422.0),
        (3600.0, 0.72506, 502.0),
        (7200.0, 0.60974, 677.0),
    ] {
        let recovery = observe_recovery(&mut model, &parameters, &RecoveryTest::new(0.005, t_w, 593.0)).unwrap();
        let own = recovery.recovered_fraction(*recovery.parts.as_ref().unwrap().viscoplastic.last().unwrap());
        assert!((own - recovered).abs() < 1e-5, "{t_w} s: {own} is not {recovered}");
        // Some anelastic strain is left at the end of the test.
        let found = recovery.recovered_fraction(recovery.left_at_end());
        assert!((found - recovered).abs() < 2e-3, "{t_w} s: {found} is not {recovered}");
        let fit = fit_recovery(&recovery).unwrap();
        assert!((fit.relaxation_time / tau - 1.0).abs() < 5e-3, "{t_w} s: {fit:?} is not {tau}");
        // The two estimators agree, because the test is long enough.
        assert!((recovery.recovered_fraction(fit.plateau) - found).abs() < 2e-2, "{t_w} s: {fit:?}, {found}");
    }
}

#[test]
fn an_elastic_solid_has_no_recovery_time() {
    let mut model = Local::<Kww>::new(&[]).unwrap();
    let recovery = observe_recovery(&mut model, &kww(1.0), &RecoveryTest::new(0.005, 900.0, 593.0)).unwrap();
    assert!(recovery.left_at_end().abs() < 1e-15);
    let error = fit_recovery(&recovery).unwrap_err();
    assert!(matches!(error, FitError::Flat { .. }), "{error}");
}
