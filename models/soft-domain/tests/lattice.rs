//! The lattice model: what holds for every seed, that threads change nothing, and how it compares with the mean field.

mod common;

use common::{check, glass, model};
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, RowStatus};
use kovacs_core::{BOLTZMANN, Protocol};
use kovacs_sdk::Local;
use kovacs_soft_domain::SoftDomainLattice;
use kovacs_soft_domain::percolation::SITE_THRESHOLD;

/// Settings: steps per decade, first step, barriers, edge, replicas.
fn lattice(per_decade: f64, edge: f64, replicas: f64) -> Local<SoftDomainLattice> {
    Local::new(&[per_decade, 1e-2, 81.0, edge, replicas]).unwrap()
}

/// The titanium glass, as the lattice is compared in: without cooperative barriers.
fn titanium(changes: &[(&str, f64)]) -> Vec<f64> {
    let model = model(&[]);
    let mut parameters = glass(&model, 0);
    for (id, value) in [("cooperative_barrier", 0.0)].iter().chain(changes) {
        parameters[model.description().parameter(id).unwrap()] = *value;
    }
    parameters
}

fn experiment(protocol: &Protocol, times: Vec<f64>, wanted: &[&str]) -> Experiment {
    let wanted = wanted.iter().map(|id| (*id).to_owned()).collect();
    Experiment { history: protocol.nodes().unwrap(), times, before: vec![], wanted }
}

const ALL: [&str; 7] = [
    "stress",
    "strain",
    "strain_elastic",
    "strain_anelastic",
    "strain_viscoplastic",
    "percolating_fraction",
    "transformed_fraction",
];

/// Rows of the same parameters with seeds 0, 1, ...
fn seeded(model: &mut Local<SoftDomainLattice>, parameters: &[f64], seeds: u64, max_threads: u32) -> Evaluation {
    let rows: Vec<f64> = (0..seeds).flat_map(|_| parameters.to_vec()).collect();
    let seeds: Vec<u64> = (0..seeds).collect();
    model.evaluate(Batch { seeds: &seeds, max_threads, ..Batch::new(&rows) }).unwrap()
}

/// Mean and standard error over seeds.
fn mean(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

fn second_stage(t_w: f64) -> Vec<f64> {
    std::iter::once(t_w).chain(log_spaced(1e-2, 3e4, 20).into_iter().map(|time| t_w + time)).collect()
}

#[test]
fn threads_and_neighbours_in_the_batch_change_no_bit() {
    let protocol = Protocol::two_step(0.005, 0.003, 900.0, 1e4, 593.0);
    let mut model = lattice(10.0, 12.0, 3.0);
    model.bind(&experiment(&protocol, second_stage(900.0)[..100].to_vec(), &ALL)).unwrap();
    let parameters = titanium(&[]);
    let alone = seeded(&mut model, &parameters, 1, 1);
    let one = seeded(&mut model, &parameters, 3, 1);
    for threads in [2, 3, 8] {
        assert_eq!(seeded(&mut model, &parameters, 3, threads), one, "{threads} threads");
        assert_eq!(seeded(&mut model, &parameters, 1, threads), alone, "replicas on {threads} threads");
    }
    let width = alone.values.len();
    assert_eq!(one.values[..width], alone.values);
    assert_ne!(one.values[width..2 * width], alone.values, "another seed is another sample");
    // Without a seed the model has one of its own.
    let unseeded = model.evaluate(Batch::new(&parameters)).unwrap();
    assert_eq!(unseeded, alone);
}

#[test]
fn parts_of_the_strain_add_up_and_flow_never_comes_back() {
    let mut model = lattice(20.0, 16.0, 2.0);
    let parameters = titanium(&[("cooperative_barrier", 0.05), ("neighbour_coupling", 0.02)]);
    for protocol in [
        Protocol::two_step(0.005, 0.003, 3600.0, 3e4, 593.0),
        Protocol::at(593.0).step(0.005).hold(3600.0).stress_step(0.0).hold(3e4),
        Protocol::at(593.0).ramp(0.01, 3600.0).step(0.0).hold(3e4),
    ] {
        let mut times: Vec<f64> = log_spaced(1e-2, 3600.0, 20);
        times.extend(second_stage(3600.0));
        let count = times.len();
        model.bind(&experiment(&protocol, times, &ALL)).unwrap();
        let values = seeded(&mut model, &parameters, 1, 1).values;
        let columns: Vec<&[f64]> = values.chunks_exact(count).collect();
        let [stress, strain, elastic, anelastic, flown, ..] = columns[..] else { panic!("seven outputs") };
        for (index, strain) in strain.iter().enumerate() {
            // Rounding of a sum of three strains below 0.02.
            assert!((strain - elastic[index] - anelastic[index] - flown[index]).abs() < 1e-16);
            assert!((stress[index] - 90_000.0 * elastic[index]).abs() < 1e-9);
        }
        assert!(columns[4].windows(2).all(|pair| pair[1] >= pair[0]) && columns[4][count - 1] > 1e-4);
        assert!(columns[5].iter().chain(columns[6]).all(|share| (0.0..=1.0).contains(share)));
    }
}

#[test]
fn a_sample_at_rest_stays_at_rest_on_average() {
    // Domains come and go, so the stress fluctuates: by E_U gamma sqrt(n0 (1 - n0)/N) at most, 1.7 MPa here.
    let mut model = lattice(20.0, 32.0, 1.0);
    let protocol = Protocol::at(593.0).hold(3e4);
    model.bind(&experiment(&protocol, vec![0.0, 1e2, 3e4], &["stress", "transformed_fraction"])).unwrap();
    for coupling in [0.0, 0.02] {
        let parameters = titanium(&[("neighbour_coupling", coupling)]);
        let values = seeded(&mut model, &parameters, 12, 1).values;
        let late: Vec<f64> = values.chunks_exact(6).map(|row| row[2]).collect();
        assert!(values.chunks_exact(6).all(|row| row[0] == 0.0), "exactly nothing at the start");
        let (stress, error) = mean(&late);
        assert!(stress.abs() < 4.0 * error + 0.05 && error < 1.0, "zJ = {coupling}: {stress} +- {error} MPa");
        if coupling == 0.0 {
            let rest = 1.0 / (1.0 + (0.06 / (BOLTZMANN * 593.0)).exp());
            // The share at the start is exact to a few cells in 32768.
            check(values[3], rest, 5e-4);
        }
    }
}

#[test]
fn without_percolation_a_lattice_is_the_mean_field() {
    // No flow and no cooperation: cells are independent, and the mean over cells obeys the mean-field equations.
    let parameters = titanium(&[("flow_rate", 0.0)]);
    let protocol = Protocol::two_step(0.005, 0.003, 900.0, 3e4, 593.0);
    let times = second_stage(900.0);
    let bound = experiment(&protocol, times, &["stress"]);
    let mut exact = model(&[20.0, 1e-2, 81.0, 0.0]);
    exact.bind(&bound).unwrap();
    let expected = exact.evaluate(Batch::new(&parameters)).unwrap().values;
    let mut model = lattice(20.0, 16.0, 1.0);
    model.bind(&bound).unwrap();
    let rows = seeded(&mut model, &parameters, 48, 2).values;
    for index in [0, 40, 80, 120] {
        let over_seeds: Vec<f64> = rows.chunks_exact(expected.len()).map(|row| row[index]).collect();
        let (stress, error) = mean(&over_seeds);
        assert!((stress - expected[index]).abs() < 4.5 * error, "{index}: {stress} +- {error}, {}", expected[index]);
        assert!(error < 1.0, "{error} MPa");
    }
}

#[test]
fn short_waits_recover_completely_and_long_ones_do_not() {
    let mut model = lattice(20.0, 32.0, 4.0);
    let parameters = titanium(&[]);
    let mut recovered = |t_w: f64| {
        let protocol = Protocol::at(593.0).step(0.005).hold(t_w).stress_step(0.0).hold(3e4);
        model.bind(&experiment(&protocol, vec![t_w + 3e4], &["strain_viscoplastic"])).unwrap();
        1.0 - seeded(&mut model, &parameters, 1, 2).values[0] / GLASSES[0].eps1
    };
    let (short, middle, long) = (recovered(10.0), recovered(900.0), recovered(3600.0));
    assert_eq!(short, 1.0);
    // The guide values are .77 and .49 (20 steps per decade), .740 and .428 (80), with flow in undivided steps.
    assert!((0.73..0.80).contains(&middle), "{middle}");
    assert!((0.40..0.52).contains(&long), "{long}");
}

#[test]
fn a_coupling_percolates_earlier() {
    // At the same mean share, correlated sites span earlier: the share when it first spans is below the threshold.
    let mut model = lattice(20.0, 32.0, 1.0);
    let protocol = Protocol::at(593.0).step(0.005).hold(1e4);
    let times = log_spaced(1e-2, 1e4, 20);
    model.bind(&experiment(&protocol, times.clone(), &["percolating_fraction", "transformed_fraction"])).unwrap();
    let mut first_share = |coupling: f64| {
        let parameters = titanium(&[("neighbour_coupling", coupling), ("flow_rate", 0.0)]);
        let values = seeded(&mut model, &parameters, 24, 2).values;
        let first = |row: &[f64]| {
            let (spanning, share) = row.split_at(times.len());
            share[spanning.iter().position(|&spanning| spanning > 0.0).unwrap()]
        };
        mean(&values.chunks_exact(2 * times.len()).map(first).collect::<Vec<f64>>())
    };
    let ((free, free_error), (coupled, coupled_error)) = (first_share(0.0), first_share(0.04));
    assert!((free - SITE_THRESHOLD).abs() < 0.02, "{free}");
    assert!(free - coupled > 3.0 * free_error.hypot(coupled_error), "{free} and {coupled}");
}

#[test]
fn impossible_requests_are_refused_by_name() {
    let rejected = |model: &mut Local<SoftDomainLattice>, parameters: &[f64]| {
        let evaluation = seeded(model, parameters, 1, 1);
        assert_eq!(evaluation.status, [RowStatus::Rejected]);
        evaluation.message.unwrap()
    };
    let protocol = Protocol::at(593.0).step(0.005).hold(10.0);
    let bound = experiment(&protocol, vec![1.0], &["stress"]);
    let mut odd = lattice(20.0, 5.0, 1.0);
    odd.bind(&bound).unwrap();
    let message = rejected(&mut odd, &titanium(&[("neighbour_coupling", 0.01)]));
    assert!(message.contains("`neighbour_coupling`: above 0 needs an even `edge`, but that is 5"), "{message}");
    let message = rejected(&mut odd, &titanium(&[("back_stress_energy", 0.03)]));
    assert!(message.contains("`back_stress_energy`") && message.contains("threshold 0.3116"), "{message}");
    let mut strained = bound.clone();
    strained.history.drive[0] = 0.001;
    let EvaluationError::ProtocolRefused { message, .. } = odd.bind(&strained).unwrap_err() else { panic!() };
    assert!(message.contains("0.001 is prescribed, but a lattice starts without stress and strain"), "{message}");
    for (settings, id) in [([20.0, 1e-2, 81.0, 1.0, 1.0], "edge"), ([20.0, 1e-2, 81.0, 8.0, 0.0], "replicas")] {
        let Err(EvaluationError::SettingsRefused { message, .. }) = Local::<SoftDomainLattice>::new(&settings) else {
            panic!("{id} was accepted")
        };
        assert!(message.contains(id), "{message}");
    }
}

#[test]
fn odd_edges_tiny_lattices_and_extremes_have_an_answer() {
    for edge in [2.0, 3.0, 7.0] {
        let mut model = lattice(10.0, edge, 1.0);
        for (strain, temperature) in [(0.0, 593.0), (0.5, 593.0), (-0.005, 593.0), (0.005, 1e-3), (1e6, 593.0)] {
            let protocol = Protocol::at(temperature).step(strain).hold(1e5);
            model.bind(&experiment(&protocol, vec![0.0, 1.0, 1e5], &ALL)).unwrap();
            for changes in [&[][..], &[("flow_rate", 1e12)], &[("beta_weight", 1.0)], &[("transformation_strain", 1.0)]]
            {
                let evaluation = seeded(&mut model, &titanium(changes), 2, 1);
                assert!(evaluation.values.iter().all(|value| value.is_finite()), "{edge} {strain} {changes:?}");
            }
        }
    }
}

#[test]
fn a_run_can_be_stopped_on_any_number_of_threads() {
    let mut model = lattice(20.0, 16.0, 6.0);
    let protocol = Protocol::two_step(0.005, 0.003, 900.0, 1e5, 593.0);
    model.bind(&experiment(&protocol, vec![1e5], &["stress"])).unwrap();
    let parameters = titanium(&[]);
    for max_threads in [1, 2] {
        for rows in [1, 3] {
            let mut told = 0;
            let mut stop = |fraction: f64| {
                assert!((0.0..=1.0).contains(&fraction));
                told += 1;
                told < 3
            };
            let values: Vec<f64> = (0..rows).flat_map(|_| parameters.clone()).collect();
            let batch = Batch { tick: Some(&mut stop), max_threads, ..Batch::new(&values) };
            let stopped = model.evaluate(batch).unwrap();
            assert!(stopped.status.contains(&RowStatus::Cancelled), "{max_threads} threads, {rows} rows");
            assert_eq!(seeded(&mut model, &parameters, 1, 1).status, [RowStatus::Done], "and goes on afterwards");
        }
    }
}
