//! Maxwell solids under any history: closed forms, the Volterra equation, and what a changing temperature does.

use kovacs_core::linear_response::{Columns, Moduli, RelaxationFunction, StrainTest};
use kovacs_core::modes::{HistoryTest, MaxwellSolid, Mode, RunError, Thermal};
use kovacs_core::{Protocol, Segment};

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

fn solid(relaxed_modulus: f64, modes: &[(f64, f64)]) -> MaxwellSolid {
    let mode = |&(modulus, relaxation_time): &(f64, f64)| Mode { modulus, relaxation_time };
    MaxwellSolid { relaxed_modulus, modes: modes.iter().map(mode).collect() }
}

fn columns<'a>(nodes: &'a kovacs_core::History, wanted: &'a [f64]) -> Columns<'a> {
    Columns {
        time: &nodes.time,
        temperature: &nodes.temperature,
        control: &nodes.control,
        drive: &nodes.drive,
        wanted,
        before: &[],
    }
}

/// Stress (MPa) and strain (1) at the wanted times.
fn run(solid: &MaxwellSolid, protocol: &Protocol, times: &[f64], thermal: Thermal<'_>) -> (Vec<f64>, Vec<f64>) {
    let nodes = protocol.nodes().unwrap();
    let test = HistoryTest::new(columns(&nodes, times)).unwrap();
    let (mut stress, mut strain) = (vec![f64::NAN; times.len()], vec![f64::NAN; times.len()]);
    solid
        .run(&test, thermal, |index, state| {
            (stress[index], strain[index]) = (state.stress(), state.strain());
            let total: f64 = state.split().iter().sum();
            assert!((total - state.strain()).abs() <= 1e-14 * state.strain().abs().max(1e-3), "parts make the whole");
        })
        .unwrap();
    (stress, strain)
}

fn isothermal(solid: &MaxwellSolid, protocol: &Protocol, times: &[f64]) -> (Vec<f64>, Vec<f64>) {
    run(solid, protocol, times, Thermal::Common(&|_| 1.0))
}

#[test]
fn a_ramp_of_two_modes() {
    let solid = solid(0.2, &[(0.3, 10.0), (0.5, 1000.0)]);
    let (stress, strain) =
        isothermal(&solid, &Protocol::at(300.0).ramp(1.0, 2.0).hold(1e4), &[1.0, 2.0, 10.0, 100.0, 1000.0]);
    let expected = [0.492618914602, 0.971404203550, 0.817694556392, 0.652886506995, 0.384123782994];
    // Twelve printed decimals.
    stress.iter().zip(expected).for_each(|(stress, expected)| check(*stress, expected, 2e-12));
    assert_eq!(strain, [0.5, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn recovery_of_a_standard_solid_is_a_simple_exponential() {
    // Hold 0.01 for 30 s, let go: eps = 0.01 (1 - e^-3) E_1/E_U exp(-t/tau_ret), tau_ret = tau E_U/E_R.
    let solid = solid(20.0, &[(60.0, 10.0)]);
    let protocol = Protocol::at(300.0).step(0.01).hold(30.0).stress_step(0.0).hold(1e3);
    let after = [0.0, 1.0, 40.0, 400.0];
    let (stress, strain) = isothermal(&solid, &protocol, &after.map(|time| 30.0 + time));
    for ((time, strain), stress) in after.iter().zip(strain).zip(stress) {
        let expected = 0.01 * -f64::exp_m1(-3.0) * 0.75 * f64::exp(-time / 40.0);
        check(strain, expected, 2e-14);
        assert_eq!(stress, 0.0);
    }
}

#[test]
fn creep_and_flow_of_a_liquid() {
    // One Maxwell element under 6 MPa: eps = sigma/E + sigma t/eta, and of that sigma t/eta stays for ever.
    let liquid = solid(0.0, &[(60.0, 10.0)]);
    let protocol = Protocol::at(300.0).stress_step(6.0).hold(50.0).stress_step(0.0).hold(50.0);
    let (stress, strain) = isothermal(&liquid, &protocol, &[0.0, 20.0, 50.0, 80.0]);
    assert_eq!(stress, [6.0, 6.0, 0.0, 0.0]);
    for (strain, expected) in strain.iter().zip([0.1, 0.1 + 0.2, 0.5, 0.5]) {
        check(*strain, expected, 1e-14);
    }
    // A stress that rises linearly for 20 s: half of the flow.
    let (_, strain) = isothermal(&liquid, &Protocol::at(300.0).stress_ramp(6.0, 20.0).hold(1.0), &[10.0, 20.0]);
    check(strain[0], 0.05 + 0.025, 1e-14);
    check(strain[1], 0.1 + 0.1, 1e-14);
}

#[test]
fn recovery_obeys_the_volterra_equation() {
    // 25 modes over twelve decades; after 100 s of 0.01 the stress is taken away. The oracle solves
    // 0 = integral E(t - s) d eps(s) with strains that are linear between points of a fine grid.
    let modes: Vec<(f64, f64)> =
        (0..25).map(|index| (10.0 + f64::from(index * 7 % 5), 10f64.powf(-6.0 + 0.5 * f64::from(index)))).collect();
    let solid = solid(100.0, &modes);
    let (moduli, waited) = (Moduli { unrelaxed: solid.unrelaxed_modulus(), relaxed: 100.0 }, 100.0);
    let relaxing = moduli.unrelaxed - moduli.relaxed;
    let modulus = |time: f64| moduli.relaxed + relaxing * solid.phi(time);
    let area = |time: f64| moduli.relaxed * time + relaxing * solid.integral(time);
    let grid: Vec<f64> = (0..=1400).map(|index| 1e-8 * 10f64.powf(f64::from(index) / 100.0)).collect();
    // The jump to zero stress, then a rate of strain in each interval of the grid from 0 on.
    let jump = -0.01 * modulus(waited) / moduli.unrelaxed;
    let (mut rates, mut oracle) = (Vec::<f64>::new(), vec![0.01 + jump]);
    let mut edges = vec![0.0];
    for &time in &grid {
        let history: f64 = rates
            .iter()
            .zip(edges.windows(2))
            .map(|(rate, edge)| rate * (area(time - edge[0]) - area(time - edge[1])))
            .sum();
        let last = edges[edges.len() - 1];
        let rest = 0.01 * modulus(waited + time) + jump * modulus(time) + history;
        let rate = -rest / area(time - last);
        rates.push(rate);
        oracle.push(oracle[oracle.len() - 1] + rate * (time - last));
        edges.push(time);
    }
    let protocol = Protocol::at(300.0).step(0.01).hold(waited).stress_step(0.0).hold(1e6);
    let times: Vec<f64> = edges.iter().map(|time| waited + time).collect();
    let (_, strain) = isothermal(&solid, &protocol, &times);
    check(strain[0], oracle[0], 1e-13);
    let worst = strain.iter().zip(&oracle).map(|(found, oracle)| (found - oracle).abs()).fold(0.0, f64::max);
    // A hundred intervals to the decade, straight in each: second order, (0.023)^2/8 of the strain.
    assert!(worst < 1e-4 * strain[0], "{worst:e} of {}", strain[0]);
    assert!(strain[0] > 2.0 * strain[strain.len() - 1], "it has recovered by a good part");
}

#[test]
fn a_common_factor_is_another_clock() {
    let solid = solid(5.0, &[(30.0, 2.0), (20.0, 50.0), (10.0, 3e3)]);
    // Ten times as fast above 350 K.
    let factor = |kelvin: f64| if kelvin > 350.0 { 10.0 } else { 1.0 };
    let cold = |rest: f64| Protocol::at(300.0).step(0.01).hold(40.0).stress_step(0.1).hold(rest);
    let (_, expected) = isothermal(&solid, &cold(2000.0), &[40.0 + 7.0, 40.0 + 1007.0]);
    let warmed = cold(7.0).temperature_step(400.0).hold(500.0);
    let (_, strain) = run(&solid, &warmed, &[47.0, 147.0], Thermal::Common(&factor));
    strain.iter().zip(expected).for_each(|(found, expected)| check(*found, expected, 1e-14));
}

/// Rate factor of 1 eV from 300 K on.
fn arrhenius(kelvin: f64) -> f64 {
    (-1.0 / kovacs_core::BOLTZMANN * (1.0 / kelvin - 1.0 / 300.0)).exp()
}

#[test]
fn heating_at_rest_is_an_integral_of_the_clock() {
    let solid = solid(5.0, &[(30.0, 2.0), (20.0, 50.0), (10.0, 3e3)]);
    for stress_control in [false, true] {
        let start = Protocol::at(300.0).step(0.01).hold(1.0);
        let start = if stress_control { start.stress_step(0.0).hold(1.0) } else { start };
        let begun = start.duration();
        // 40 K in 20 s: e^4.5 times as fast at the end. Oracle: 2000 short holds at their mean temperature.
        let heated = start.clone().temperature_ramp(340.0, 20.0).hold(10.0);
        let times = [begun + 5.0, begun + 20.0, begun + 25.0];
        let found = run(&solid, &heated, &times, Thermal::Common(&arrhenius));
        let stairs = (0..2000).fold(start, |protocol, index| {
            protocol.temperature_step(300.0 + 40.0 * (f64::from(index) + 0.5) / 2000.0).hold(0.01)
        });
        let expected = run(&solid, &stairs.temperature_step(340.0).hold(10.0), &times, Thermal::Common(&arrhenius));
        for (found, expected) in found.0.iter().zip(&expected.0).chain(found.1.iter().zip(&expected.1)) {
            // Steps in which the rate changes by 0.26 %: second order.
            assert!((found - expected).abs() <= 5e-7 * expected.abs(), "{found} {expected}");
        }
    }
}

#[test]
fn rates_of_their_own_agree_with_a_common_factor_where_they_are_common() {
    let modes = [(30.0, 2.0), (20.0, 50.0), (0.0, 1.0), (10.0, 3e3)];
    let solid = solid(5.0, &modes);
    let each = |kelvin: f64, rates: &mut [f64]| {
        for (rate, (_, time)) in rates.iter_mut().zip(modes) {
            *rate = arrhenius(kelvin) / time;
        }
    };
    let protocol = Protocol::at(300.0)
        .step(0.01)
        .hold(3.0)
        .temperature_ramp(320.0, 5.0)
        .stress_step(0.05)
        .hold(4.0)
        .temperature_ramp(310.0, 5.0)
        .hold(10.0)
        .step(0.02)
        .hold(5.0);
    let times: Vec<f64> = (0..64).map(|index| 0.5 * f64::from(index)).collect();
    let common = run(&solid, &protocol, &times, Thermal::Common(&arrhenius));
    let own = run(&solid, &protocol, &times, Thermal::Each(&each));
    for (own, common) in own.0.iter().zip(&common.0).chain(own.1.iter().zip(&common.1)) {
        // With one factor for all, pieces of mean rates are exact too.
        assert!((own - common).abs() <= 1e-11 * common.abs() + 1e-15, "{own} {common}");
    }
}

#[test]
fn drive_and_temperature_together_converge_in_second_order() {
    let solid = solid(5.0, &[(30.0, 0.5), (20.0, 5.0), (10.0, 300.0)]);
    let both = |pieces: u32, stress: bool| {
        let control = if stress { kovacs_core::Control::Stress } else { kovacs_core::Control::Strain };
        let step = Segment { duration: 0.0, control, target: 0.01, temperature: 300.0 };
        let start = Protocol::at(300.0).then(step).hold(1.0);
        // The same straight run, or constant temperatures in a staircase around it.
        (1..=pieces).fold(start, |protocol, index| {
            let done = f64::from(index) / f64::from(pieces);
            let (target, kelvin) = (0.01 + 0.04 * done, 300.0 + 30.0 * (done - 0.5 / f64::from(pieces)));
            let step = protocol.temperature_step(if pieces == 1 { 300.0 } else { kelvin });
            let temperature = if pieces == 1 { 330.0 } else { kelvin };
            step.then(Segment { duration: 20.0 / f64::from(pieces), control, target, temperature })
        })
    };
    for stress in [false, true] {
        let end = |pieces| {
            let (stresses, strains) = run(&solid, &both(pieces, stress), &[21.0], Thermal::Common(&arrhenius));
            if stress { strains[0] } else { stresses[0] }
        };
        let [coarse, fine] = [end(200), end(400)];
        // Stairs of the mid temperature are second order, so the last two extrapolate to the limit.
        let limit = fine + (fine - coarse) / 3.0;
        assert!((end(1) / limit - 1.0).abs() < 3e-6, "{} {limit}", end(1));
        assert!((coarse - limit) / (fine - limit) > 3.5);
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    let refuse = |solid: &MaxwellSolid, protocol: &Protocol, first: f64| {
        let mut nodes = protocol.nodes().unwrap();
        nodes.drive[0] = first;
        let test = HistoryTest::new(columns(&nodes, &[0.0])).unwrap();
        solid.run(&test, Thermal::Common(&|_| 1.0), |_, _| ()).unwrap_err()
    };
    let creep = Protocol::at(300.0).stress_step(1.0).hold(1.0);
    assert_eq!(refuse(&solid(0.0, &[]), &creep, 0.0), RunError::NoStiffness);
    let liquid = solid(0.0, &[(1.0, 1.0)]);
    assert_eq!(refuse(&liquid, &creep, 2.0).to_string().split(',').next(), Some("the history begins at 2 MPa"));
    // Without stress there is nothing to refuse, and nothing to show.
    assert_eq!(isothermal(&solid(0.0, &[]), &Protocol::at(300.0).step(1.0).hold(1.0), &[1.0]).0, [0.0]);
    let nodes = creep.nodes().unwrap();
    let mut broken = columns(&nodes, &[]);
    broken.drive = &[];
    assert!(HistoryTest::new(broken).is_err());
    assert!(StrainTest::new(columns(&nodes, &[])).is_err());
}
