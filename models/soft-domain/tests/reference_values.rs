//! The three glasses at the paper's protocol, and the convergence of the time steps, against values computed
//! independently with the same equations and equally many steps per decade.

mod common;

use common::{check, curves, glass, model, on_own_steps, second_stage};
use kovacs_core::glasses::GLASSES;
use kovacs_core::model::Evaluator;
use kovacs_core::{Protocol, TwoStep};
use kovacs_soft_domain::bethe::THRESHOLD;

#[test]
fn three_glasses_at_the_papers_protocol() {
    for (glass, sigma_tw, sigma_0, t_p, delta_sigma) in [
        (0, 342.595503, 162.595503, 409.27, 14.4111),
        (1, 456.722101, 156.722101, 1593.29, 30.9221),
        (2, 9.464178, 4.464178, 165.78, 0.393505),
    ] {
        let stage = second_stage(glass, &GLASSES[glass].two_step());
        // The same steps and the same equations: what differs is rounding and the width of a printed digit.
        check(stage.sigma_tw, sigma_tw, 1e-7);
        check(stage.sigma_0, sigma_0, 2e-7);
        check(stage.t_p().unwrap(), t_p, 1e-3);
        check(stage.delta_sigma().unwrap(), delta_sigma, 1e-3);
    }
}

#[test]
fn state_of_the_titanium_glass_at_the_end_of_the_first_stage() {
    let mut model = model(&[]);
    let parameters = glass(&model, 0);
    let protocol = Protocol::at(593.0).step(0.005).hold(900.0);
    let columns = curves(&mut model, &parameters, &protocol, &[285.0, 303.0, 900.0]);
    // Eight and seven printed digits.
    check(columns[6][2], 0.34545753, 1e-7);
    check(columns[4][2], 3.185681e-4, 1e-6);
    // The step that ends at 303 s is the first that percolates.
    assert!(columns[6][0] < THRESHOLD && columns[6][1] > THRESHOLD, "{:?}", columns[6]);
}

#[test]
fn steps_converge_as_those_of_the_reference() {
    for (per_decade, t_p, delta_sigma) in [
        (10, 402.95, 14.2986),
        (20, 407.73, 14.3712),
        (40, 409.27, 14.4111),
        (80, 409.86, 14.4368),
        (160, 410.13, 14.4506),
    ] {
        let found = own_steps(900.0, per_decade, 0.0);
        check(found.1, t_p, 1e-3);
        check(found.0, delta_sigma, 1e-3);
    }
    for (per_decade, t_p, delta_sigma, sigma_0) in [
        (10, 1832.69, 29.917, 75.72),
        (20, 1833.16, 30.455, 73.85),
        (40, 1831.28, 30.756, 72.85),
        (80, 1830.47, 30.919, 72.31),
        (160, 1829.72, 31.005, 72.03),
    ] {
        let found = own_steps(3600.0, per_decade, 0.0);
        check(found.1, t_p, 1e-3);
        check(found.0, delta_sigma, 1e-3);
        check(found.2, sigma_0, 1e-3);
    }
}

/// Height, time of the hump and `sigma_0` of the titanium glass, second stage of 1e5 s.
fn own_steps(t_w: f64, per_decade: usize, order: f64) -> (f64, f64, f64) {
    let mut model = model(&[per_decade as f64, 1e-2, 81.0, order]);
    let parameters = glass(&model, 0);
    let test = TwoStep { duration: 1e5, ..TwoStep::new(0.005, 0.003, t_w, 593.0) };
    on_own_steps(&mut model, &parameters, &test, per_decade)
}

#[test]
fn second_order_reaches_the_extrapolated_heights_with_few_steps() {
    // The reference extrapolates first-order steps to 14.465(5) and 31.09(1) MPa.
    for (t_w, extrapolated, error) in [(900.0, 14.465, 0.005), (3600.0, 31.09, 0.01)] {
        let height = |per_decade: usize, order: f64| own_steps(t_w, per_decade, order).0;
        assert!((height(160, 1.0) - extrapolated).abs() < error, "{}", height(160, 1.0));
        let off = |per_decade: usize, order: f64| (height(per_decade, order) - extrapolated).abs();
        // Ten steps per decade are better than 80 of first order.
        assert!(off(10, 1.0) + error < 0.5 * off(80, 0.0) + 2.0 * error, "{} {}", off(10, 1.0), off(80, 0.0));
        assert!(off(10, 1.0) < 0.3 * off(10, 0.0));
    }
}

#[test]
fn orders_are_what_they_are_called() {
    // Without flow and clusters nothing has a kink, and in whole decades half the steps are twice as long: the error is
    // divided by 2 and by 4.
    let stress = |per_decade: f64, order: f64| {
        let mut model = model(&[per_decade, 1e-2, 81.0, order]);
        let mut parameters = glass(&model, 0);
        for id in ["flow_rate", "cooperative_barrier"] {
            parameters[model.description().parameter(id).unwrap()] = 0.0;
        }
        let protocol = Protocol::two_step(0.005, 0.003, 1e3, 1e2, 593.0);
        curves(&mut model, &parameters, &protocol, &[1e3 + 1e2])[0][0]
    };
    for (order, lowest, highest) in [(0.0, 1.8, 2.2), (1.0, 3.5, 4.5)] {
        let steps = [20.0, 40.0, 80.0, 160.0].map(|per_decade| stress(per_decade, order));
        for three in steps.windows(3) {
            let ratio = (three[0] - three[1]) / (three[1] - three[2]);
            assert!((lowest..highest).contains(&ratio), "order {order}: {ratio}");
        }
    }
}
