//! Hamiltonian steps that stop where they turn back: the no-U-turn sampler.
//!
//! The trajectory doubles until its ends approach each other (Hoffman & Gelman, J. Mach. Learn. Res. 15 (2014) 1593), its
//! points are drawn by their weight (Betancourt, arXiv 1701.02434, appendix A.3), and turns are also looked for across the
//! seams of the halves, as Stan does since 2.21. The sampler moves in coordinates in which the covariance is about the
//! unit matrix: `u = centre + L z`, with `L` from a parabola at the optimum and then from the draws of the warm-up, so the
//! strong correlations of relaxation models cost nothing.

use super::adaptation::{StepSize, Windows};
use super::target::Density;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;

/// Doublings of a trajectory before it is cut.
pub(super) const DEPTH: u32 = 10;

/// Loss of energy beyond which a trajectory has left the density.
const DIVERGED: f64 = 1000.0;

/// Attempts to find a start with a finite density.
const ATTEMPTS: usize = 50;

/// What one chain drew.
#[derive(Default)]
pub(super) struct Chain {
    /// Places on the real line.
    pub(super) draws: Vec<Vec<f64>>,
    /// Logarithm of the density of each.
    pub(super) densities: Vec<f64>,
    /// Trajectories after the warm-up that left the density.
    pub(super) divergences: usize,
    /// Trajectories after the warm-up that were cut.
    pub(super) cut: usize,
    /// Mean acceptance after the warm-up.
    pub(super) acceptance: f64,
}

/// Where the coordinates of the sampler are.
struct Frame {
    centre: DVector<f64>,
    root: DMatrix<f64>,
}

impl Frame {
    /// New coordinates from the mean and a root of the covariance in these, and a point in them.
    fn moved(
        &self,
        density: &dyn Density,
        point: &Point,
        (mean, root): (DVector<f64>, DMatrix<f64>),
    ) -> Option<(Frame, Point)> {
        let place = root.solve_lower_triangular(&(&point.place - &mean))?;
        let moved = Frame { centre: &self.centre + &self.root * mean, root: &self.root * root };
        let there = at(density, &moved, place)?;
        Some((moved, there))
    }
}

/// A point of a trajectory in the coordinates of the sampler.
#[derive(Clone)]
struct Point {
    place: DVector<f64>,
    momentum: DVector<f64>,
    slope: DVector<f64>,
    density: f64,
}

/// A stretch of a trajectory.
struct Tree {
    first: Point,
    last: Point,
    chosen: Point,
    /// Logarithm of the sum of the weights of its points.
    weight: f64,
    /// Sum of the momenta of its points.
    sum: DVector<f64>,
    ended: bool,
    diverged: bool,
    accepted: f64,
    steps: usize,
}

/// Draws from a density with derivatives. `go_on` is asked before every trajectory with whether it belongs to the draws.
pub(super) fn sample(
    density: &dyn Density,
    start: (&[f64], &DMatrix<f64>),
    (warm_up, draws): (usize, usize),
    random: &mut Pcg64Mcg,
    go_on: &dyn Fn() -> bool,
) -> Chain {
    let mut frame = Frame { centre: DVector::from_column_slice(start.0), root: start.1.clone() };
    let mut chain = Chain::default();
    let Some(mut point) = first_point(density, &frame, random) else { return chain };
    let mut step = StepSize::new(first_step(density, &frame, &point, random));
    let mut windows = Windows::new(warm_up, density.dimension());
    let mut accepted = 0.0;
    for turn in 0..warm_up + draws {
        if !go_on() {
            break;
        }
        let warming = turn < warm_up;
        let size = if warming { step.current() } else { step.settled() };
        let (next, tree_accepted, diverged, cut) = trajectory(density, &frame, &point, size, random);
        point = next;
        if warming {
            step.adapt(tree_accepted);
            let learnt = windows.add(turn, &point.place);
            if let Some((moved, there)) = learnt.and_then(|learnt| frame.moved(density, &point, learnt)) {
                (frame, point) = (moved, there);
                step = StepSize::new(first_step(density, &frame, &point, random));
            }
        } else {
            chain.draws.push((&frame.root * &point.place + &frame.centre).iter().copied().collect());
            chain.densities.push(point.density);
            chain.divergences += usize::from(diverged);
            chain.cut += usize::from(cut);
            accepted += tree_accepted;
        }
    }
    chain.acceptance = accepted / chain.draws.len().max(1) as f64;
    chain
}

fn normal(count: usize, random: &mut Pcg64Mcg) -> DVector<f64> {
    DVector::from_iterator(count, (0..count).map(|_| random.sample::<f64, _>(StandardNormal)))
}

/// A start twice as far from the optimum as the posterior is wide.
fn first_point(density: &dyn Density, frame: &Frame, random: &mut Pcg64Mcg) -> Option<Point> {
    let count = density.dimension();
    for attempt in 0..ATTEMPTS {
        let reach = 2.0 * (1.0 - attempt as f64 / ATTEMPTS as f64);
        if let Some(point) = at(density, frame, reach * normal(count, random)) {
            return Some(point);
        }
    }
    at(density, frame, DVector::zeros(count))
}

/// A resting point at a place; `None` where there is no density.
fn at(density: &dyn Density, frame: &Frame, place: DVector<f64>) -> Option<Point> {
    let real = &frame.root * &place + &frame.centre;
    let mut slope = vec![0.0; place.len()];
    let value = density.gradient(real.as_slice(), &mut slope);
    let slope = frame.root.tr_mul(&DVector::from_vec(slope));
    value.is_finite().then(|| Point { momentum: DVector::zeros(place.len()), place, slope, density: value })
}

fn energy(point: &Point) -> f64 {
    0.5 * point.momentum.norm_squared() - point.density
}

/// One leapfrog step; `None` where there is no density.
fn leapfrog(density: &dyn Density, frame: &Frame, point: &Point, step: f64) -> Option<Point> {
    let half = &point.momentum + &point.slope * (0.5 * step);
    let mut next = at(density, frame, &point.place + &half * step)?;
    next.momentum = half + &next.slope * (0.5 * step);
    Some(next)
}

/// A step size whose first step is accepted about half the time (Hoffman & Gelman 2014, algorithm 4).
fn first_step(density: &dyn Density, frame: &Frame, point: &Point, random: &mut Pcg64Mcg) -> f64 {
    let mut start = point.clone();
    start.momentum = normal(point.place.len(), random);
    let gain = |step: f64| {
        leapfrog(density, frame, &start, step).map_or(f64::NEG_INFINITY, |next| energy(&start) - energy(&next))
    };
    let mut step = 0.5;
    let grows = gain(step) > 0.8_f64.ln();
    for _ in 0..30 {
        let next = if grows { 2.0 * step } else { 0.5 * step };
        if (gain(next) > 0.8_f64.ln()) != grows {
            return if grows { step } else { next };
        }
        step = next;
    }
    step
}

/// One draw: the next point, the mean acceptance, whether it diverged, whether it was cut.
fn trajectory(
    density: &dyn Density,
    frame: &Frame,
    point: &Point,
    step: f64,
    random: &mut Pcg64Mcg,
) -> (Point, f64, bool, bool) {
    let mut start = point.clone();
    start.momentum = normal(point.place.len(), random);
    let reference = energy(&start);
    let mut tree = leaf(start, reference);
    let (mut accepted, mut steps, mut diverged, mut cut) = (0.0, 0, false, true);
    for depth in 0..DEPTH {
        let forward = random.random::<bool>();
        let end = if forward { &tree.last } else { &tree.first };
        let signed = if forward { step } else { -step };
        let Some(grown) = build(density, frame, end, depth, signed, reference, random) else {
            // The first step of the new half already left the density.
            (steps, diverged, cut) = (steps + 1, true, false);
            break;
        };
        accepted += grown.accepted;
        steps += grown.steps;
        if grown.ended {
            (diverged, cut) = (grown.diverged, false);
            break;
        }
        let better = grown.weight - tree.weight;
        let take = better >= 0.0 || random.random::<f64>() < better.exp();
        tree = join(tree, grown, forward, take);
        if tree.ended {
            cut = false;
            break;
        }
    }
    (tree.chosen, accepted / steps.max(1) as f64, diverged, cut)
}

fn leaf(point: Point, reference: f64) -> Tree {
    let gain = reference - energy(&point);
    Tree {
        first: point.clone(),
        last: point.clone(),
        weight: gain,
        sum: point.momentum.clone(),
        ended: gain.is_nan() || gain < -DIVERGED,
        diverged: gain.is_nan() || gain < -DIVERGED,
        accepted: gain.exp().min(1.0),
        steps: 1,
        chosen: point,
    }
}

/// A stretch of `2^depth` points from the end of another; `None` where its first point has no density.
fn build(
    density: &dyn Density,
    frame: &Frame,
    from: &Point,
    depth: u32,
    step: f64,
    reference: f64,
    random: &mut Pcg64Mcg,
) -> Option<Tree> {
    if depth == 0 {
        return Some(leaf(leapfrog(density, frame, from, step)?, reference));
    }
    let inner = build(density, frame, from, depth - 1, step, reference, random)?;
    if inner.ended {
        return Some(inner);
    }
    let forward = step > 0.0;
    let end = if forward { &inner.last } else { &inner.first };
    let Some(outer) = build(density, frame, end, depth - 1, step, reference, random) else {
        return Some(Tree { ended: true, diverged: true, steps: inner.steps + 1, ..inner });
    };
    let (accepted, steps) = (inner.accepted + outer.accepted, inner.steps + outer.steps);
    if outer.ended {
        return Some(Tree { ended: true, diverged: outer.diverged, accepted, steps, ..inner });
    }
    let take = random.random::<f64>() < (outer.weight - add_logarithms(inner.weight, outer.weight)).exp();
    Some(join(inner, outer, forward, take))
}

/// Two neighbouring stretches as one.
fn join(tree: Tree, grown: Tree, forward: bool, take: bool) -> Tree {
    let weight = add_logarithms(tree.weight, grown.weight);
    let chosen = if take { grown.chosen } else { tree.chosen };
    let (left, right) = if forward {
        ((tree.first, tree.last, tree.sum), (grown.first, grown.last, grown.sum))
    } else {
        ((grown.first, grown.last, grown.sum), (tree.first, tree.last, tree.sum))
    };
    let sum = &left.2 + &right.2;
    let turns = |sum: &DVector<f64>, a: &Point, b: &Point| a.momentum.dot(sum) <= 0.0 || b.momentum.dot(sum) <= 0.0;
    let ended = turns(&sum, &left.0, &right.1)
        || turns(&(&left.2 + &right.0.momentum), &left.0, &right.0)
        || turns(&(&right.2 + &left.1.momentum), &left.1, &right.1);
    let (accepted, steps) = (tree.accepted + grown.accepted, tree.steps + grown.steps);
    Tree { first: left.0, last: right.1, chosen, weight, sum, ended, diverged: false, accepted, steps }
}

fn add_logarithms(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large == f64::NEG_INFINITY { large } else { large + (small - large).exp().ln_1p() }
}
