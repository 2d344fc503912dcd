//! Memory spectroscopy, the kernel of a record, collapses, and the line of peak against recovery time.

mod two_step_data;

use kovacs_aoi::barriers::FlatBarriers;
use kovacs_core::hump::log_spaced;
use kovacs_core::linear_response::{Moduli, RelaxationFunction, linear_peak, memory_kernel};
use kovacs_core::{Curve, TwoStep};
use kovacs_fit::studies::FirstSample;
use kovacs_fit::{
    FitError, MemoryPoint, PAPER_LINE, PeakSeries, collapse, kernel_maximum, kovacs_exact_strain, measured_kernel,
    memory_spectrum, peak_lines, scaled_stage, sign_time,
};
use kovacs_linear::stretched::StretchedExponential;
use two_step_data::{kww_record, soft_domain_record};

const KWW: StretchedExponential = StretchedExponential { relaxation_time: 1e4, exponent: 0.5 };

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

#[test]
fn the_sign_rule_is_that_of_the_reference() {
    check(sign_time(900.0, 0.4).unwrap(), 982.2, 1e-4);
    for r in [0.0, 1.0, -0.2, f64::NAN] {
        assert_eq!(sign_time(900.0, r), None);
    }
    // With r = exp(-t_w/tau) the amplitude of the mode is zero.
    let r = (-900.0_f64 / 300.0).exp();
    check(sign_time(900.0, r).unwrap(), 300.0, 1e-14);
}

#[test]
fn the_kernel_and_the_exact_strain_are_those_of_the_reference() {
    check(kovacs_exact_strain(&KWW, 1.0, 900.0), 0.259181779318, 1e-11);
    let (time, value) = kernel_maximum(&KWW, 900.0, 1e-3, 1e6).unwrap();
    check(value, 0.4246792549, 1e-9);
    // The flat top limits the place; printed to seven digits.
    check(time, 1783.346, 1e-6);
    // Nothing remembers in a simple exponential.
    let simple = StretchedExponential { exponent: 1.0, ..KWW };
    assert!(kernel_maximum(&simple, 900.0, 1e-3, 1e6).is_none_or(|(_, value)| value < 1e-12));
}

#[test]
fn a_measured_kernel_keeps_its_bounds_if_the_material_is_linear() {
    // The moduli that made the data, but for the soft-domain model, of which E_R = 0.677583 E_U is known.
    let kernel = |record, relaxed| measured_kernel(&record, Moduli { unrelaxed: 90_000.0, relaxed }, 0.12).unwrap();
    for seed in 0..5 {
        let found = kernel(kww_record(FirstSample(0.5), 0.12, seed), 45_000.0);
        assert!(!found.leaves_bounds, "{}", found.worst);
        check(found.waited, 1.0 - 0.259181779318, 5e-3);
        for point in &found.points {
            // Ramps of 0.15 s and 0.06 s count as steps, which the first times show.
            let truth = memory_kernel(&KWW, 900.0, point.time);
            let off = (point.value - truth).abs();
            assert!(off < 6.0 * point.standard_error + 0.05 * (0.1 / point.time).min(1.0), "{point:?}, not {truth}");
        }
        assert!(found.points.iter().all(|point| point.time <= 900.0));
    }
    let found = kernel(soft_domain_record(FirstSample(0.5), 0.12, 1), 0.677583 * 90_000.0);
    println!("soft domains: {:.1} standard errors outside, {}", found.worst, found.leaves_bounds);
    assert!(found.leaves_bounds, "{}", found.worst);
    let record = kww_record(FirstSample(0.5), 0.12, 1);
    let same = Moduli { unrelaxed: 1.0, relaxed: 1.0 };
    assert!(matches!(measured_kernel(&record, same, 0.1), Err(FitError::Flat { .. })));
    let cut = kovacs_fit::TwoStepRecord { first: record.first.between(0.0, 300.0), ..record };
    assert!(measured_kernel(&cut, Moduli { unrelaxed: 2.0, relaxed: 1.0 }, 0.1).is_err());
}

fn humps(phi: &impl RelaxationFunction, stiffness: f64) -> Vec<MemoryPoint> {
    let mut humps = Vec::new();
    for t_w in [10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4] {
        for r in [0.3, 0.4, 0.5] {
            let Some((t_p, rise)) = linear_peak(phi, t_w, r) else { continue };
            humps.push(MemoryPoint { t_w, r, t_p, height: stiffness * rise });
        }
    }
    humps
}

#[test]
fn humps_give_the_spectrum_of_a_stretched_exponential() {
    let found = memory_spectrum(&humps(&KWW, 45_000.0)).unwrap();
    assert!(found.scatter < 0.05, "{}", found.scatter);
    let (mut worst_slope, mut worst) = (0.0_f64, 0.0_f64);
    for point in &found.points {
        let x = point.time / 1e4;
        // g = sqrt(x)/2x exp(-sqrt x): d ln g/d ln t = -1/2 - sqrt(x)/2.
        worst_slope = worst_slope.max((point.slope / (0.5 + 0.5 * x.sqrt()) - 1.0).abs());
        // The spectrum of beta = 1/2 is known: sqrt(tau) exp(-tau/4)/(2 sqrt pi).
        if x < 0.3 {
            let truth = 45_000.0 * x.sqrt() * (-0.25 * x).exp() / (2.0 * std::f64::consts::PI.sqrt());
            worst = worst.max((point.spectrum / truth - 1.0).abs());
        }
    }
    println!("slope off by {worst_slope:.3}, spectrum by {worst:.3}, heights scatter by {:.4}", found.scatter);
    assert!(worst_slope < 0.12 && worst < 0.1, "{worst_slope} {worst}");
}

#[test]
fn flat_barriers_have_slope_one_and_a_flat_spectrum() {
    let flat = FlatBarriers { ln_slowest_rate: (1e-9_f64).ln(), width: (1e15_f64).ln() };
    let found = memory_spectrum(&humps(&flat, 1.0)).unwrap();
    for point in &found.points {
        // t_p = t_w r/(1 - r) exactly, far from both ends of the box.
        assert!((point.slope - 1.0).abs() < 1e-3, "{point:?}");
    }
    let heights: Vec<f64> = found.points.iter().map(|point| point.spectrum).collect();
    let (low, high) =
        (heights.iter().copied().fold(f64::INFINITY, f64::min), heights.iter().copied().fold(0.0, f64::max));
    assert!(high / low < 1.01, "{low} to {high}");
}

#[test]
fn humps_that_are_none_are_refused() {
    let good = MemoryPoint { t_w: 900.0, r: 0.4, t_p: 266.0, height: 1.0 };
    for bad in [
        MemoryPoint { t_w: 0.0, ..good },
        MemoryPoint { r: 1.0, ..good },
        MemoryPoint { t_p: f64::NAN, ..good },
        MemoryPoint { height: 0.0, ..good },
    ] {
        assert!(matches!(memory_spectrum(&[good, bad]), Err(FitError::Hump { row: 1, .. })), "{bad:?}");
    }
    assert!(matches!(memory_spectrum(&[good; 5]), Err(FitError::FewSamples { found: 1, needed: 3, .. })));
}

/// Second stages of a material after several waiting times, scaled by them.
fn stages(phi: &impl RelaxationFunction, times: &[f64]) -> Vec<Curve> {
    let moduli = Moduli { unrelaxed: 3.0, relaxed: 1.0 };
    let stage = |&t_w: &f64| {
        let x = log_spaced(1e-3 * t_w, 1e3 * t_w, 20);
        let s = |time: f64| phi.phi(t_w + time) - 0.4 * phi.phi(time);
        let stress = x.iter().map(|&time| 0.01 * (0.6 + 2.0 * s(time))).collect();
        let test = TwoStep::new(0.01, 0.006, t_w, 593.0);
        let curve = Curve::new("second stage", x, stress).unwrap().x_axis("time", "s").y_axis("stress", "MPa");
        scaled_stage(&test, &curve, moduli).unwrap()
    };
    times.iter().map(stage).collect()
}

#[test]
fn media_without_a_time_collapse_and_others_do_not() {
    let times = [10.0, 100.0, 1e3, 1e4];
    let flat = FlatBarriers { ln_slowest_rate: (1e-12_f64).ln(), width: (1e20_f64).ln() };
    let found = collapse(&stages(&flat, &times)).unwrap();
    println!("flat barriers: {:.1e}; {:?}", found.quality, found.fails);
    // Linear interpolation twenty to the decade.
    assert!(found.quality < 1e-3 && found.fails.is_empty(), "{} {:?}", found.quality, found.fails);
    let found = collapse(&stages(&KWW, &times)).unwrap();
    println!("stretched exponential: {:.2}; {:?}; {:?}", found.quality, found.fails, found.distances);
    assert!(found.quality > 0.3 && !found.fails.is_empty(), "{} {:?}", found.quality, found.fails);
    // The longest waiting time, which nears the relaxation time, is the odd one.
    let worst = found.distances.iter().flatten().copied().fold(0.0, f64::max);
    assert_eq!(found.distances[3], Some(worst), "{:?}", found.distances);
}

#[test]
fn heights_collapse_under_time_temperature_superposition() {
    let curve = |tau: f64| {
        let phi = StretchedExponential { relaxation_time: tau, exponent: 0.5 };
        let times = log_spaced(10.0, 1e4, 8);
        let heights = times.iter().map(|&t_w| linear_peak(&phi, t_w, 0.4).unwrap().1).collect();
        Curve::new(format!("tau = {tau} s"), times.iter().map(|t_w| t_w / tau).collect(), heights).unwrap()
    };
    let found = collapse(&[3e3, 1e4, 3e4].map(curve)).unwrap();
    assert!(found.quality < 0.01 && found.fails.is_empty(), "{found:?}");
    let mut other = curve(1e4);
    other.y.iter_mut().for_each(|height| *height *= 1.5);
    assert!(collapse(&[curve(3e3), curve(3e4), other]).unwrap().quality > 0.1);
    let apart = Curve::new("apart", vec![1e9, 1e10], vec![0.0, 1.0]).unwrap();
    assert!(matches!(collapse(&[curve(1e4), apart]), Err(FitError::FewSamples { .. })));
    assert!(collapse(&[curve(1e4)]).is_err());
}

#[test]
fn lines_of_series_are_compared_with_each_other_and_with_the_paper() {
    let series = |name: &str, slope: f64, intercept: f64| PeakSeries {
        name: name.to_owned(),
        // A ripple, so that there are errors.
        points: (1..=6)
            .map(|step| 200.0 * f64::from(step))
            .zip([3.0, -2.0, 1.0, -1.0, 2.0, -3.0])
            .map(|(tau, ripple)| (tau, slope * tau + intercept + ripple))
            .collect(),
    };
    let same = peak_lines(&[series("waiting time", 1.0, -630.4), series("temperature", 1.0, -630.4)]);
    let line = *same.series[0].1.as_ref().unwrap();
    let (slope, intercept) = PAPER_LINE.distance(&line).unwrap();
    assert!(slope.abs() < 2.0 && intercept.abs() < 2.0, "{slope} {intercept}");
    let (_, probability) = same.apart.unwrap();
    assert!(probability > 0.9, "{probability}");
    let apart = peak_lines(&[
        series("waiting time", 1.0, -630.4),
        series("strain", 0.2, 300.0),
        PeakSeries { name: "temperature".to_owned(), points: vec![] },
    ]);
    assert!(apart.apart.unwrap().1 < 1e-6 && apart.pooled.is_ok());
    assert!(PAPER_LINE.distance(apart.series[1].1.as_ref().unwrap()).unwrap().0 < -100.0);
    assert!(matches!(apart.series[2].1, Err(FitError::FewSamples { found: 0, .. })));
    // A recovery time that does not depend on strain has no line.
    let points = vec![(1098.0, 200.0), (1098.0, 300.0), (1098.0, 400.0)];
    let constant = peak_lines(&[PeakSeries { name: "strain".to_owned(), points }]);
    assert!(matches!(constant.pooled, Err(FitError::Flat { .. })) && constant.apart.is_none());
}
