//! The nonlinear regression problems of NIST's Statistical Reference Datasets, all levels of difficulty, both starts,
//! through the public interface for formulas.
//!
//! The files in `strd/` are NIST's own (<https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml>, public domain); what
//! is certified are the parameters, their standard deviations and the residual sum of squares, to eleven digits.

use kovacs_core::define::Quantity;
use kovacs_fit::estimate::{FitOptions, FitResult, Function, Noise};
use std::f64::consts::PI;

/// A problem: file, formula, and the number of its digits that a sum of squares of rounding errors leaves.
type Law = fn(&[f64], &[f64]) -> f64;

/// One Gaussian of `gauss*`.
fn bell(x: f64, height: f64, middle: f64, width: f64) -> f64 {
    height * (-((x - middle) / width).powi(2)).exp()
}

fn gauss(x: &[f64], b: &[f64]) -> f64 {
    b[0] * (-b[1] * x[0]).exp() + bell(x[0], b[2], b[3], b[4]) + bell(x[0], b[5], b[6], b[7])
}

fn lanczos(x: &[f64], b: &[f64]) -> f64 {
    b.chunks(2).map(|mode| mode[0] * (-mode[1] * x[0]).exp()).sum()
}

fn chwirut(x: &[f64], b: &[f64]) -> f64 {
    (-b[0] * x[0]).exp() / (b[1] + b[2] * x[0])
}

fn cubic_over_cubic(x: &[f64], b: &[f64]) -> f64 {
    let x = x[0];
    (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1.0 + x * (b[4] + x * (b[5] + x * b[6])))
}

fn saturating(x: &[f64], b: &[f64]) -> f64 {
    b[0] * (1.0 - (-b[1] * x[0]).exp())
}

fn enso(x: &[f64], b: &[f64]) -> f64 {
    let wave = |period: f64, cosine: f64, sine: f64| {
        let phase = 2.0 * PI * x[0] / period;
        cosine * phase.cos() + sine * phase.sin()
    };
    b[0] + wave(12.0, b[1], b[2]) + wave(b[3], b[4], b[5]) + wave(b[6], b[7], b[8])
}

/// Every problem; NIST's order: lower, average, higher difficulty.
const PROBLEMS: [(&str, Law); 27] = [
    ("Misra1a", saturating),
    ("Chwirut2", chwirut),
    ("Chwirut1", chwirut),
    ("Lanczos3", lanczos),
    ("Gauss1", gauss),
    ("Gauss2", gauss),
    ("DanWood", |x, b| b[0] * x[0].powf(b[1])),
    ("Misra1b", |x, b| b[0] * (1.0 - (1.0 + b[1] * x[0] / 2.0).powi(-2))),
    ("Kirby2", |x, b| {
        let x = x[0];
        (b[0] + x * (b[1] + x * b[2])) / (1.0 + x * (b[3] + x * b[4]))
    }),
    ("Hahn1", cubic_over_cubic),
    ("Nelson", |x, b| b[0] - b[1] * x[0] * (-b[2] * x[1]).exp()),
    ("MGH17", |x, b| b[0] + b[1] * (-x[0] * b[3]).exp() + b[2] * (-x[0] * b[4]).exp()),
    ("Lanczos1", lanczos),
    ("Lanczos2", lanczos),
    ("Gauss3", gauss),
    ("Misra1c", |x, b| b[0] * (1.0 - (1.0 + 2.0 * b[1] * x[0]).powf(-0.5))),
    ("Misra1d", |x, b| b[0] * b[1] * x[0] / (1.0 + b[1] * x[0])),
    ("Roszman1", |x, b| b[0] - b[1] * x[0] - (b[2] / (x[0] - b[3])).atan() / PI),
    ("ENSO", enso),
    ("MGH09", |x, b| b[0] * (x[0] * x[0] + x[0] * b[1]) / (x[0] * x[0] + x[0] * b[2] + b[3])),
    ("Thurber", cubic_over_cubic),
    ("BoxBOD", saturating),
    ("Rat42", |x, b| b[0] / (1.0 + (b[1] - b[2] * x[0]).exp())),
    ("MGH10", |x, b| b[0] * (b[1] / (x[0] + b[2])).exp()),
    ("Eckerle4", |x, b| b[0] / b[1] * (-0.5 * ((x[0] - b[2]) / b[1]).powi(2)).exp()),
    ("Rat43", |x, b| b[0] / (1.0 + (b[1] - b[2] * x[0]).exp()).powf(1.0 / b[3])),
    ("Bennett5", |x, b| b[0] * (b[1] + x[0]).powf(-1.0 / b[2])),
];

/// What a file says.
struct Reference {
    starts: [Vec<f64>; 2],
    values: Vec<f64>,
    deviations: Vec<f64>,
    squares: f64,
    rows: Vec<Vec<f64>>,
    measured: Vec<f64>,
}

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().map_while(|word| word.parse().ok()).collect()
}

fn read(name: &str) -> Reference {
    let path = format!("{}/tests/strd/{name}.dat", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut reference = Reference {
        starts: [vec![], vec![]],
        values: vec![],
        deviations: vec![],
        squares: f64::NAN,
        rows: vec![],
        measured: vec![],
    };
    for line in text.lines() {
        if let Some((name, after)) = line.split_once('=')
            && name.trim().starts_with('b')
            && let [first, second, value, deviation] = numbers(after)[..]
        {
            reference.starts[0].push(first);
            reference.starts[1].push(second);
            reference.values.push(value);
            reference.deviations.push(deviation);
        }
        if let Some(after) = line.strip_prefix("Residual Sum of Squares:") {
            reference.squares = numbers(after)[0];
        }
    }
    for line in text.lines().skip(60) {
        if let [measured, predictors @ ..] = numbers(line).as_slice()
            && !predictors.is_empty()
        {
            // Nelson's response is the logarithm of what was measured.
            reference.measured.push(if name == "Nelson" { measured.ln() } else { *measured });
            reference.rows.push(predictors.to_vec());
        }
    }
    reference
}

fn solve(law: Law, reference: &Reference, start: &[f64], starts: usize) -> Option<FitResult> {
    let parameters = start.iter().enumerate().map(|(index, &value)| {
        let id = format!("b{}", index + 1);
        Quantity::new(&id).initial(value)
    });
    let function = Function::new("strd", parameters, law).unwrap();
    let samples = function.samples(reference.rows.clone(), reference.measured.clone(), Noise::Estimated).unwrap();
    let options = FitOptions { starts, ..FitOptions::default() };
    samples.fit(&function.parameters().unwrap(), &options, &|_| true).ok()
}

/// Number of right digits: NIST's log relative error.
fn digits(found: f64, certified: f64) -> f64 {
    -((found - certified).abs() / certified.abs()).max(1e-11).log10()
}

#[test]
fn certified_values_are_found_from_both_starts() {
    let mut failed = Vec::new();
    for (name, law) in PROBLEMS {
        let reference = read(name);
        assert!(reference.rows.len() >= 6 && reference.values.len() >= 2 && reference.squares.is_finite(), "{name}");
        for (which, start) in reference.starts.iter().enumerate() {
            let result = solve(law, &reference, start, FitOptions::default().starts);
            let least = result.as_ref().map_or(0.0, |result| {
                let pairs = reference.values.iter().enumerate();
                let found = pairs.map(|(index, &value)| digits(result.value(&format!("b{}", index + 1)), value));
                found.fold(f64::INFINITY, f64::min)
            });
            let errors = result.as_ref().map_or(0.0, |result| {
                let pairs = reference.deviations.iter().enumerate();
                let found = pairs.map(|(index, &deviation)| {
                    let own = result.parameter(&format!("b{}", index + 1)).and_then(|own| own.standard_error);
                    digits(own.unwrap_or(f64::NAN), deviation)
                });
                found.fold(f64::INFINITY, f64::min)
            });
            println!(
                "{name:10} start {}: {least:5.1} digits of the parameters, {errors:5.1} of their errors, {} evaluations",
                which + 1,
                result.as_ref().map_or(0, |result| result.evaluations)
            );
            if least.is_nan() || least < 6.0 {
                failed.push(format!(
                    "{name} start {}: {least:.1} digits\n{}",
                    which + 1,
                    result.map_or(String::new(), |r| r.to_string())
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
