//! Is there any linear material that explains both stages at once?
//!
//! Every completely monotone modulus is allowed, and the second stage may choose it as much as the first: nothing is
//! extrapolated. Against that stands the same material plus any smooth curve in the second stage, a polynomial of fourth
//! degree in `ln t'`. If the polynomial explains more than noise does (an F test), no linear material is enough.
//! The noise is taken from what both leave over, and where neighbours are off together the samples are decorrelated first
//! (a first-order autoregression within each stage), because a thousand correlated samples are not a thousand.
//!
//! The table of F would be too cautious: what the polynomial offers, the modes have in part offered already, and moduli
//! that cannot be negative are not free. The probability is therefore counted among data sets simulated from the best
//! linear material.

use super::LinearTestOptions;
use super::design::Design;
use crate::non_negative::non_negative_least_squares;
use crate::random::deviate;
use kovacs_core::noise::correlation;
use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use statrs::function::beta::beta_reg;

/// Coefficients of the polynomial.
pub(super) const SHAPES: usize = 5;

/// What no linear material explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Excess {
    /// The F statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub freedom: (usize, usize),
    /// Probability of a statistic as large or larger if the material is linear.
    pub p_value: f64,
    /// Standard deviation of one sample, MPa.
    pub noise: f64,
    /// Correlation of neighbouring samples that was taken out; 0 where it was not significant.
    pub correlation: f64,
    /// Root mean square over the second stage of what no linear material explains, MPa: of the best linear fit less the
    /// best with the polynomial, noise included.
    pub unexplained: f64,
    /// Moduli of the linear material that explains both stages best, MPa: the spring first.
    pub(super) moduli: Vec<f64>,
    /// What it leaves over, MPa, one for each sample.
    pub residuals: Vec<f64>,
}

/// Correlations below so many standard errors are none.
const SIGNIFICANT: f64 = 2.0;
/// Probabilities below this are taken from the table, which is on the safe side.
const CERTAIN: f64 = 1e-3;
/// Rounds of the correction of a correlation.
const ROUNDS: usize = 10;
/// Fits whose mean is simulated from.
const COPIES: usize = 20;
/// Simulating ends with so many larger statistics.
const ENOUGH: usize = 20;
/// Correlations above this leave nothing to decorrelate with.
const STRONGEST: f64 = 0.95;

pub(super) fn excess(design: &Design, second_times: &[f64], options: &LinearTestOptions) -> Excess {
    let shapes = shapes(design, second_times);
    let count = design.stress.len();
    let plain = Reduced::new(&design.columns, &shapes, &design.stress);
    let (_, with) = plain.fits(&plain.stress);
    let rest = &design.stress - &design.columns * &with.moduli - &shapes * &with.shapes;
    let along = unbiased(stage_correlation(&rest, design.first), (with.kept + SHAPES) as f64 / count as f64);
    let (correlation, problem) = match along > SIGNIFICANT / (count as f64).sqrt() {
        true => {
            let correlation = along.min(STRONGEST);
            let whiten = |matrix: &DMatrix<f64>| decorrelated(matrix, design.first, correlation);
            let stress = whiten(&DMatrix::from_column_slice(count, 1, design.stress.as_slice()));
            let stress = stress.column(0).into_owned();
            (correlation, Reduced::new(&whiten(&design.columns), &whiten(&shapes), &stress))
        }
        false => (0.0, plain),
    };
    let (without, with) = problem.fits(&problem.stress);
    let freedom = (SHAPES, problem.freedom(&with));
    let statistic = problem.statistic(&without, &with, problem.outside);
    let variance = (with.squares + problem.outside) / freedom.1 as f64;
    let by_table = f_tail(statistic, freedom);
    let p_value = match by_table < CERTAIN {
        true => by_table,
        false => problem.simulated(&without.moduli, variance.sqrt(), statistic, options),
    };
    let residuals = &design.stress - &design.columns * &without.moduli;
    let second = (count - design.first).max(1) as f64;
    // Decorrelating shrinks the noise of a sample by this factor.
    let shrunk = (1.0 - correlation * correlation).sqrt();
    Excess {
        statistic,
        freedom,
        p_value,
        noise: variance.sqrt() / shrunk,
        correlation,
        unexplained: ((without.squares - with.squares).max(0.0) / second).sqrt() / shrunk,
        moduli: without.moduli.as_slice().to_vec(),
        residuals: residuals.as_slice().to_vec(),
    }
}

/// Probability of an F statistic this large or larger by chance.
pub(crate) fn f_tail(statistic: f64, freedom: (usize, usize)) -> f64 {
    let (above, below) = (freedom.0 as f64, freedom.1 as f64);
    if !statistic.is_finite() {
        return if statistic > 0.0 { 0.0 } else { f64::NAN };
    }
    beta_reg(0.5 * below, 0.5 * above, (below / (below + above * statistic)).clamp(0.0, 1.0))
}

/// Polynomials of `ln t'` on the second stage, zero on the first: those of Legendre, which are nearly independent.
fn shapes(design: &Design, second_times: &[f64]) -> DMatrix<f64> {
    let mut positive = second_times.iter().copied().filter(|&time| time > 0.0);
    let first = positive.next().unwrap_or(1.0);
    let (low, high) = (first.ln(), second_times.last().copied().unwrap_or(first).ln());
    let middle = 0.5 * (low + high);
    let half = (0.5 * (high - low)).max(f64::MIN_POSITIVE);
    let mut shapes = DMatrix::zeros(design.stress.len(), SHAPES);
    for (row, &time) in second_times.iter().enumerate() {
        // A sample at the very step has no logarithm: it counts as early as the first that has.
        let x = ((time.max(first).ln() - middle) / half).clamp(-1.0, 1.0);
        let (mut before, mut here) = (1.0, x);
        for degree in 0..SHAPES {
            shapes[(design.first + row, degree)] = before;
            let n = degree as f64 + 1.0;
            let next = ((2.0 * n + 1.0) * x * here - n * before) / (n + 1.0);
            (before, here) = (here, next);
        }
    }
    shapes
}

/// A fit in the reduced coordinates.
struct Fit {
    moduli: DVector<f64>,
    shapes: DVector<f64>,
    kept: usize,
    squares: f64,
}

/// The problem in the space that columns and shapes span, which a few dozen coordinates describe: white noise stays white
/// there, and what lies outside is noise alone. So a simulation costs the same for any number of samples.
struct Reduced {
    columns: DMatrix<f64>,
    stress: DVector<f64>,
    /// An orthonormal basis of the shapes, and their triangle in it.
    basis: DMatrix<f64>,
    triangle: DMatrix<f64>,
    /// Columns less what the shapes explain of them.
    rest: DMatrix<f64>,
    /// Sum of squares of the stress outside of that space, and how many dimensions that is.
    outside: f64,
    dimensions: usize,
}

impl Reduced {
    fn new(columns: &DMatrix<f64>, shapes: &DMatrix<f64>, stress: &DVector<f64>) -> Reduced {
        let width = columns.ncols();
        let mut joined = columns.clone().insert_columns(width, SHAPES, 0.0);
        joined.columns_mut(width, SHAPES).copy_from(shapes);
        let (basis, triangle) = joined.qr().unpack();
        let inside = basis.tr_mul(stress);
        let outside = (stress.norm_squared() - inside.norm_squared()).max(0.0);
        let (columns, shapes) = (triangle.columns(0, width).into_owned(), triangle.columns(width, SHAPES).into_owned());
        let (of_shapes, of_triangle) = shapes.qr().unpack();
        let rest = &columns - &of_shapes * of_shapes.tr_mul(&columns);
        let dimensions = stress.len().saturating_sub(inside.len());
        Reduced { columns, stress: inside, basis: of_shapes, triangle: of_triangle, rest, outside, dimensions }
    }

    /// The best linear material, and the best with shapes.
    fn fits(&self, stress: &DVector<f64>) -> (Fit, Fit) {
        let alone = non_negative_least_squares(&self.columns, stress);
        let squares = (stress - &self.columns * &alone.coefficients).norm_squared();
        let without =
            Fit { moduli: alone.coefficients, shapes: DVector::zeros(SHAPES), kept: alone.kept.len(), squares };
        // What the shapes can explain is taken out of everything: their coefficients have any sign.
        let free = stress - &self.basis * self.basis.tr_mul(stress);
        let found = non_negative_least_squares(&self.rest, &free);
        let squares = (&free - &self.rest * &found.coefficients).norm_squared();
        let left = self.basis.tr_mul(&(stress - &self.columns * &found.coefficients));
        let shapes = self.triangle.solve_upper_triangular(&left).unwrap_or_else(|| DVector::zeros(SHAPES));
        (without, Fit { moduli: found.coefficients, shapes, kept: found.kept.len(), squares })
    }

    fn freedom(&self, with: &Fit) -> usize {
        (self.stress.len() + self.dimensions).saturating_sub(with.kept + SHAPES).max(1)
    }

    fn statistic(&self, without: &Fit, with: &Fit, outside: f64) -> f64 {
        let variance = (with.squares + outside) / self.freedom(with) as f64;
        ((without.squares - with.squares) / SHAPES as f64).max(0.0) / variance.max(f64::MIN_POSITIVE)
    }

    /// Part of the data sets from a linear material whose statistic is as large or larger.
    ///
    /// The material is the mean of those that are fitted to copies of the best one with noise: the best one alone has
    /// a few sharp modes, and few of them leave less freedom than a real spectrum does. Simulating ends early where enough
    /// statistics were larger (Besag & Clifford, Biometrika 78 (1991) 301).
    fn simulated(&self, moduli: &DVector<f64>, noise: f64, statistic: f64, options: &LinearTestOptions) -> f64 {
        let mut random = Pcg64Mcg::seed_from_u64(options.seed);
        let mut copy = |truth: &DVector<f64>| truth.map(|value| value + noise * deviate(&mut random));
        let sharp = &self.columns * moduli;
        let mut mean = DVector::zeros(moduli.len());
        for _ in 0..COPIES {
            mean += non_negative_least_squares(&self.columns, &copy(&sharp)).coefficients / COPIES as f64;
        }
        let truth = &self.columns * mean;
        let mut larger = 0;
        for simulation in 1..=options.simulations {
            let (without, with) = self.fits(&copy(&truth));
            // What lies outside is noise in many dimensions, whose size hardly varies.
            let outside = noise * noise * self.dimensions as f64;
            larger += usize::from(self.statistic(&without, &with, outside) >= statistic);
            if larger == ENOUGH {
                return larger as f64 / simulation as f64;
            }
        }
        (larger + 1) as f64 / (options.simulations + 1) as f64
    }
}

/// Correlation of neighbours within the stages.
fn stage_correlation(residuals: &DVector<f64>, first: usize) -> f64 {
    let (a, b) = residuals.as_slice().split_at(first.min(residuals.len()));
    let weight = |part: &[f64]| part.iter().map(|value| value * value).sum::<f64>();
    let (first, second) = (weight(a), weight(b));
    let sum = first + second;
    if sum > 0.0 { (correlation(a) * first + correlation(b) * second) / sum } else { 0.0 }
}

/// What a correlation of residuals says of the noise. The fit takes up slow noise, a share of the variance as large as its
/// part of the dimensions times the power that the noise has there, `(1 + c)/(1 - c)`, and with it that much correlation.
fn unbiased(of_residuals: f64, part: f64) -> f64 {
    let mut correlation = of_residuals;
    for _ in 0..ROUNDS {
        let known = correlation.clamp(0.0, STRONGEST);
        let taken = (part * (1.0 + known) / (1.0 - known)).min(0.5);
        correlation = of_residuals * (1.0 - taken) + taken;
    }
    correlation
}

/// Each row less its forerunner times the correlation; the first row of a stage shrunk to the same variance.
fn decorrelated(matrix: &DMatrix<f64>, first: usize, correlation: f64) -> DMatrix<f64> {
    let shrunk = (1.0 - correlation * correlation).sqrt();
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, column| match row {
        0 => shrunk * matrix[(row, column)],
        row if row == first => shrunk * matrix[(row, column)],
        row => matrix[(row, column)] - correlation * matrix[(row - 1, column)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_of_f_are_those_of_the_tables() {
        // 5 % points of Fisher & Yates.
        for (freedom, point) in [((5, 20), 2.711), ((5, 1_000_000), 2.2141), ((1, 10), 4.965), ((2, 60), 3.150)] {
            assert!((f_tail(point, freedom) - 0.05).abs() < 2e-5, "{freedom:?}: {}", f_tail(point, freedom));
        }
        assert_eq!((f_tail(0.0, (3, 10)), f_tail(f64::INFINITY, (3, 10))), (1.0, 0.0));
    }

    #[test]
    fn decorrelating_leaves_white_noise_of_known_size() {
        let matrix = DMatrix::from_column_slice(4, 1, &[1.0, 0.6, 5.0, 3.0]);
        let white = decorrelated(&matrix, 2, 0.6);
        assert_eq!(white.as_slice(), [0.8, 0.0, 4.0, 0.0]);
    }
}
