//! Walkers that stretch towards each other: a sampler without derivatives that no linear change of the variables can slow.
//!
//! Goodman & Weare, Comm. Appl. Math. Comp. Sci. 5 (2010) 65, with the halves of Foreman-Mackey et al., PASP 125 (2013)
//! 306: each walker of one half moves along the line to a walker of the other half, by a factor drawn from
//! `1/sqrt(z)` between `1/2` and 2.

use super::target::Density;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;

/// Largest stretch.
const STRETCH: f64 = 2.0;

/// Attempts to find a start with a finite density for each walker.
const ATTEMPTS: usize = 50;

/// What an ensemble drew.
#[derive(Default)]
pub(super) struct Ensemble {
    /// For each walker its places on the real line, of equal number.
    pub(super) walkers: Vec<Vec<Vec<f64>>>,
    /// For each walker the logarithms of the density.
    pub(super) densities: Vec<Vec<f64>>,
    /// Part of the moves that were accepted.
    pub(super) acceptance: f64,
}

/// Number of walkers in so many dimensions: even, and more than twice as many.
pub(super) fn walkers(dimension: usize) -> usize {
    (4 * dimension).max(16)
}

/// Draws from a density, with a place every `draws` turns of all walkers.
pub(super) fn sample(
    density: &dyn Density,
    (centre, root): (&[f64], &DMatrix<f64>),
    (warm_up, draws): (usize, usize),
    random: &mut Pcg64Mcg,
    go_on: &dyn Fn() -> bool,
) -> Ensemble {
    let count = walkers(density.dimension());
    let mut ensemble = Ensemble::default();
    let mut places: Vec<(Vec<f64>, f64)> = Vec::with_capacity(count);
    for _ in 0..count {
        let start = (0..ATTEMPTS).find_map(|_| {
            let shift = DVector::from_fn(centre.len(), |_, _| random.sample::<f64, _>(StandardNormal));
            let place: Vec<f64> = (root * shift + DVector::from_column_slice(centre)).iter().copied().collect();
            let value = density.value(&place);
            value.is_finite().then_some((place, value))
        });
        let Some(start) = start else { return ensemble };
        places.push(start);
    }
    ensemble.walkers = vec![Vec::with_capacity(draws); count];
    ensemble.densities = vec![Vec::with_capacity(draws); count];
    let (mut accepted, mut tried) = (0_usize, 0_usize);
    for turn in 0..warm_up + draws {
        if !go_on() {
            break;
        }
        for walker in 0..count {
            // The other half, of those that stay or have moved already.
            let half = count / 2;
            let other = random.random_range(0..half) + if walker < half { half } else { 0 };
            let root = (STRETCH.sqrt() - STRETCH.sqrt().recip()) * random.random::<f64>() + STRETCH.sqrt().recip();
            let stretch = root * root;
            let moved = places[other].0.iter().zip(&places[walker].0);
            let moved: Vec<f64> = moved.map(|(other, own)| other + stretch * (own - other)).collect();
            let value = density.value(&moved);
            let gain = (density.dimension() as f64 - 1.0) * stretch.ln() + value - places[walker].1;
            let chance = random.random::<f64>().ln();
            if chance < gain {
                places[walker] = (moved, value);
            }
            if turn >= warm_up {
                tried += 1;
                accepted += usize::from(chance < gain);
                ensemble.walkers[walker].push(places[walker].0.clone());
                ensemble.densities[walker].push(places[walker].1);
            }
        }
    }
    ensemble.acceptance = accepted as f64 / (tried.max(1)) as f64;
    ensemble
}
