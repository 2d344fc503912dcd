//! What the warm-up learns: the size of a step and the shape of the density.

use nalgebra::{DMatrix, DVector};

/// Acceptance that the size of the step is to give.
const ACCEPTANCE: f64 = 0.8;

/// Dual averaging of the logarithm of the step (Nesterov 2009; Hoffman & Gelman 2014, section 3.2, with their constants).
pub(super) struct StepSize {
    centre: f64,
    error: f64,
    logarithm: f64,
    mean: f64,
    count: f64,
}

impl StepSize {
    pub(super) fn new(step: f64) -> Self {
        StepSize { centre: (10.0 * step).ln(), error: 0.0, logarithm: step.ln(), mean: step.ln(), count: 0.0 }
    }

    /// The step to try next.
    pub(super) fn current(&self) -> f64 {
        self.logarithm.exp()
    }

    /// The step to stay with.
    pub(super) fn settled(&self) -> f64 {
        self.mean.exp()
    }

    /// Learns from the acceptance of a trajectory.
    pub(super) fn adapt(&mut self, acceptance: f64) {
        self.count += 1.0;
        let weight = 1.0 / (self.count + 10.0);
        self.error += weight * (ACCEPTANCE - acceptance - self.error);
        self.logarithm = self.centre - self.error * self.count.sqrt() / 0.05;
        let weight = self.count.powf(-0.75);
        self.mean += weight * (self.logarithm - self.mean);
    }
}

/// Covariances of two stretches of the warm-up, the later one twice as long; a part before them only approaches the
/// density, and one after them only settles the step.
pub(super) struct Windows {
    ends: [usize; 3],
    count: f64,
    mean: DVector<f64>,
    squares: DMatrix<f64>,
}

impl Windows {
    pub(super) fn new(warm_up: usize, dimension: usize) -> Self {
        let part = |share: f64| (share * warm_up as f64) as usize;
        let (mean, squares) = (DVector::zeros(dimension), DMatrix::zeros(dimension, dimension));
        Windows { ends: [part(0.15), part(0.4), part(0.9)], count: 0.0, mean, squares }
    }

    /// Takes the place of one turn; at the end of a window its mean and a root of its covariance.
    ///
    /// The covariance is drawn towards the unit matrix, which is the one in use, by the weight of five draws.
    pub(super) fn add(&mut self, turn: usize, place: &DVector<f64>) -> Option<(DVector<f64>, DMatrix<f64>)> {
        let [start, first, second] = self.ends;
        if turn < start || turn >= second {
            return None;
        }
        // Welford's sums.
        self.count += 1.0;
        let before = place - &self.mean;
        self.mean += &before / self.count;
        self.squares += &before * (place - &self.mean).transpose();
        if (turn + 1 != first && turn + 1 != second) || self.count < 10.0 {
            return None;
        }
        let dimension = self.mean.len();
        let size = self.count;
        let covariance = &self.squares / (size - 1.0) * (size / (size + 5.0))
            + DMatrix::identity(dimension, dimension) * (5.0 / (size + 5.0));
        let mean = std::mem::replace(&mut self.mean, DVector::zeros(dimension));
        self.squares.fill(0.0);
        self.count = 0.0;
        Some((mean, covariance.cholesky()?.l()))
    }
}
