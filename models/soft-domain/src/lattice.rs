//! A sample on the simple cubic lattice: every cell one domain, clusters as they are, chance from a seed.
//!
//! A time step has two parts. First every cell is drawn: transformed with probability `n_eq + (n - n_eq) exp(-k dt)`, at
//! the stress that the mean of these probabilities leads to at the end of the step. Then clusters are found, and the
//! cells of those that span are reset with probability `1 - exp(-k_c dt)`, their strain kept; stress does not change in
//! it. Where the flow is fast, a step is divided until `k_c dt` is small.
//!
//! Every cell uses one random number in a step, whatever it does with it, so that runs of one seed with slightly
//! different parameters differ slightly (common random numbers). The shares of the barriers and of the domains
//! transformed at the start are exact; only their places are random.

use crate::exchange::Occupation;
use crate::implicit::Step;
use crate::percolation::{Clusters, SITE_THRESHOLD, Union};
use crate::sample::{Barriers, Rest, Sample, activity, equilibrium};
use crate::trajectory::{Body, State};
use kovacs_core::Control;
use kovacs_sdk::Refusal;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Neighbours of a cell.
const NEIGHBOURS: usize = 6;

/// A step is divided until `k_c dt` is below this.
const LARGEST_FLOW: f64 = 0.02;

/// A step is divided into no more parts than this.
const MOST_PARTS: f64 = 50.0;

/// How often all cells are drawn at rest before a run in which neighbours count.
const SWEEPS_AT_REST: usize = 50;

/// Most barriers that the number of a cell can tell apart.
pub const MOST_BARRIERS: usize = 1 << 14;

/// One sample on its way through an experiment.
pub struct Lattice {
    sample: Sample,
    edge: usize,
    barriers: Barriers,
    /// Twice the number of the barrier, and 1 if transformed.
    cells: Vec<u16>,
    clusters: Clusters,
    /// Cells of each barrier, and transformed ones among them.
    kinds: Vec<[u32; 2]>,
    /// What the mean of all chances leads to.
    expected: Occupation,
    keys: Pcg64Mcg,
    control: Control,
    drive: f64,
    stress: f64,
    /// Cells reset so far.
    resets: u64,
    transformed: usize,
    found: Found,
}

/// What clusters there are.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// Cells in spanning clusters.
    spanning: usize,
    /// Mean size of the cluster of a cell in the others.
    mean_size: f64,
}

impl Lattice {
    /// A sample of `edge^3` cells at rest without strain.
    ///
    /// # Errors
    /// Rejects what [`Sample::at_rest`] rejects, with the site threshold of this lattice.
    pub fn new(sample: Sample, barriers: Barriers, edge: usize, seed: u64) -> Result<Self, Refusal> {
        let Rest { share, .. } = sample.at_rest(Control::Strain, 0.0, SITE_THRESHOLD)?;
        let count = edge.pow(3);
        let mut keys = Pcg64Mcg::seed_from_u64(seed);
        let (mut cells, mut kinds) = (Vec::with_capacity(count), Vec::with_capacity(barriers.rate.len()));
        let (mut whole, mut transformed) = (0.0, 0.0);
        for (kind, weight) in barriers.weight.iter().enumerate() {
            let rounded = |sum: f64| (sum * count as f64).round() as usize;
            let (start, start_transformed) = (rounded(whole), rounded(transformed));
            whole += weight;
            transformed += weight * share;
            let here = rounded(whole).min(count) - start.min(count);
            let ones = (rounded(transformed) - start_transformed).min(here);
            kinds.push([here as u32, ones as u32]);
            cells.extend(std::iter::repeat_n(2 * kind as u16, here - ones));
            cells.extend(std::iter::repeat_n(2 * kind as u16 + 1, ones));
        }
        // Rounding of the sum of all weights may leave a cell over; it gets the last barrier.
        if let Some(last) = kinds.len().checked_sub(1) {
            kinds[last][0] += (count - cells.len()) as u32;
            cells.resize(count, 2 * last as u16);
        }
        cells.shuffle(&mut keys);
        let weights = kinds.iter().map(|&[here, _]| f64::from(here) / count as f64).collect();
        let drawn = Barriers { rate: barriers.rate.clone(), weight: weights };
        let mut lattice = Lattice {
            expected: Occupation::new(drawn, share),
            transformed: kinds.iter().map(|&[_, ones]| ones as usize).sum(),
            clusters: Clusters::empty(count),
            sample,
            edge,
            barriers,
            cells,
            kinds,
            keys,
            control: Control::Strain,
            drive: 0.0,
            stress: 0.0,
            resets: 0,
            found: Found::default(),
        };
        if lattice.sample.coupling > 0.0 {
            let endless = vec![0.0; lattice.kinds.len()];
            for _ in 0..SWEEPS_AT_REST {
                let mut random = Pcg64Mcg::seed_from_u64(lattice.keys.random());
                lattice.draw_with_neighbours(0.0, |_| 0.0, &endless, &mut random);
            }
        }
        // Strain is counted from the state in which this sample rests.
        lattice.sample.rest = lattice.share();
        lattice.label();
        Ok(lattice)
    }

    /// The sample, with the share at rest of this very lattice.
    pub fn sample(&self) -> &Sample {
        &self.sample
    }

    fn share(&self) -> f64 {
        self.transformed as f64 / self.cells.len() as f64
    }

    fn flown(&self) -> f64 {
        self.sample.gamma * (self.resets as f64 / self.cells.len() as f64)
    }

    /// One part of a step, up to the prescribed value `drive`.
    fn part(&mut self, duration: f64, drive: f64, keys: &mut Pcg64Mcg) -> Result<(), Refusal> {
        let spanning = self.found.spanning as f64 / self.transformed.max(1) as f64;
        let slowing = self.sample.slowing(self.found.spanning > 0, spanning, self.found.mean_size);
        let share = self.share();
        let step = Step {
            sample: &self.sample,
            control: self.control,
            drive,
            duration,
            slowing,
            felt: share,
            flown: self.flown(),
            start: None,
        };
        let shares = self.kinds.iter().map(|&[here, ones]| f64::from(ones) / f64::from(here.max(1)));
        self.expected.set(shares);
        let lost = || Refusal::rejected("no stress within a time step agrees with its own relaxation");
        let stress = step.still(&mut self.expected, self.stress).ok_or_else(lost)?.stress;
        let slowed = slowing * duration;
        let (mut draws, mut chances) = (Pcg64Mcg::seed_from_u64(keys.random()), Pcg64Mcg::seed_from_u64(keys.random()));
        if self.sample.coupling > 0.0 {
            let rates: Vec<f64> = self.barriers.rate.iter().map(|rate| rate * slowed).collect();
            self.draw_with_neighbours(stress, activity, &rates, &mut draws);
        } else {
            let asymmetry = self.sample.asymmetry(stress, 0.0);
            let kept = |rate: &f64| (-rate * activity(asymmetry) * slowed).exp();
            let kept: Vec<f64> = self.barriers.rate.iter().map(kept).collect();
            self.draw(equilibrium(asymmetry), &kept, &mut draws);
        }
        self.label();
        if self.found.spanning > 0 {
            self.reset(-(-self.sample.flow_rate * duration).exp_m1(), &mut chances);
        }
        self.stress = stress;
        Ok(())
    }

    /// Draws every cell, all alike but for their barriers. `kept` is `exp(-k dt)` of each barrier.
    fn draw(&mut self, equilibrium: f64, kept: &[f64], random: &mut Pcg64Mcg) {
        let bounds: Vec<u32> = kept
            .iter()
            .flat_map(|kept| [0.0, 1.0].map(|now| bound(equilibrium + (now - equilibrium) * kept)))
            .collect();
        let mut pairs = self.cells.chunks_exact_mut(2);
        for pair in &mut pairs {
            let numbers: u64 = random.random();
            for (cell, number) in pair.iter_mut().zip([numbers as u32, (numbers >> 32) as u32]) {
                settle(cell, number < bounds[usize::from(*cell)], &mut self.kinds);
            }
        }
        for cell in pairs.into_remainder() {
            let number: u32 = random.random();
            settle(cell, number < bounds[usize::from(*cell)], &mut self.kinds);
        }
        self.transformed = self.kinds.iter().map(|&[_, ones]| ones as usize).sum();
    }

    /// Draws every cell given its neighbours, those of even and of odd coordinates in turn, so that no two neighbours
    /// are drawn at once and equilibrium is kept. `rates` is the rate of each barrier times `kappa dt`, `activity` what
    /// it is multiplied with; a rate of zero with an activity of zero stands for endless time.
    fn draw_with_neighbours(
        &mut self,
        stress: f64,
        activity: impl Fn(f64) -> f64,
        rates: &[f64],
        random: &mut Pcg64Mcg,
    ) {
        let mut bounds = Vec::with_capacity(rates.len() * 2 * (NEIGHBOURS + 1));
        for rate in rates {
            for now in [0.0, 1.0] {
                for neighbours in 0..=NEIGHBOURS {
                    let asymmetry = self.sample.asymmetry(stress, neighbours as f64 / NEIGHBOURS as f64);
                    let (equilibrium, speed) = (equilibrium(asymmetry), activity(asymmetry));
                    let kept = if speed > 0.0 { (-rate * speed).exp() } else { 0.0 };
                    bounds.push(bound(equilibrium + (now - equilibrium) * kept));
                }
            }
        }
        let edge = self.edge;
        let layer = edge * edge;
        for odd in [0, 1] {
            for z in 0..edge {
                let (below, above) = ((z + edge - 1) % edge * layer, (z + 1) % edge * layer);
                for y in 0..edge {
                    let (front, back) = ((y + edge - 1) % edge * edge, (y + 1) % edge * edge);
                    for x in ((odd + y + z) % 2..edge).step_by(2) {
                        let left = if x == 0 { edge - 1 } else { x - 1 };
                        let right = if x + 1 == edge { 0 } else { x + 1 };
                        let (row, plane) = (y * edge, z * layer);
                        let around = [
                            plane + row + left,
                            plane + row + right,
                            plane + front + x,
                            plane + back + x,
                            below + row + x,
                            above + row + x,
                        ];
                        let neighbours: u16 = around.iter().map(|&place| self.cells[place] & 1).sum();
                        let number: u32 = random.random();
                        let cell = &mut self.cells[plane + row + x];
                        let place = usize::from(*cell) * (NEIGHBOURS + 1) + usize::from(neighbours);
                        settle(cell, number < bounds[place], &mut self.kinds);
                    }
                }
            }
        }
        self.transformed = self.kinds.iter().map(|&[_, ones]| ones as usize).sum();
    }

    /// Finds the clusters: open in z, periodic in x and y.
    fn label(&mut self) {
        let edge = self.edge;
        let layer = edge * edge;
        let (cells, clusters) = (&self.cells, &mut self.clusters);
        let transformed = |site: usize| cells[site] & 1 == 1;
        // Sum over all clusters of the square of their sizes.
        let mut squares = 0_u64;
        let mut join = |clusters: &mut Clusters, cluster: Union, site: usize| {
            let other = clusters.find_near(site as u32);
            if other.root == cluster.root {
                return cluster;
            }
            squares += 2 * u64::from(cluster.size()) * u64::from(other.size());
            clusters.unite(cluster, other)
        };
        let mut grown = 0;
        let mut site = 0;
        for z in 0..edge {
            let (low, high) = (z == 0, z + 1 == edge);
            for y in 0..edge {
                let row = site;
                let mut left: Option<Union> = None;
                for _ in 0..edge {
                    if !transformed(site) {
                        left = None;
                        site += 1;
                        continue;
                    }
                    let mut cluster = match left {
                        Some(cluster) => {
                            grown += 2 * u64::from(cluster.size()) + 1;
                            clusters.attach(site as u32, low, high, cluster)
                        }
                        None => {
                            grown += 1;
                            clusters.occupy(site as u32, low, high)
                        }
                    };
                    // Where the left neighbours of both touch as well, all four are joined already.
                    let new = |other: usize| transformed(other) && !(left.is_some() && transformed(other - 1));
                    if y > 0 && new(site - edge) {
                        cluster = join(clusters, cluster, site - edge);
                    }
                    if z > 0 && new(site - layer) {
                        cluster = join(clusters, cluster, site - layer);
                    }
                    left = Some(cluster);
                    site += 1;
                }
                if transformed(row) && transformed(site - 1) {
                    let cluster = clusters.find_near(row as u32);
                    join(clusters, cluster, site - 1);
                }
            }
            for x in site - layer..site - layer + edge {
                let across = x + layer - edge;
                if transformed(x) && transformed(across) {
                    let cluster = clusters.find_near(x as u32);
                    join(clusters, cluster, across);
                }
            }
        }
        let mut spanning: Vec<Union> = Vec::new();
        for site in (site - layer..site).filter(|&site| transformed(site)) {
            let cluster = clusters.find_near(site as u32);
            if cluster.spans() && !spanning.contains(&cluster) {
                spanning.push(cluster);
            }
        }
        let in_spanning: usize = spanning.iter().map(|cluster| cluster.size() as usize).sum();
        let of_spanning: u64 = spanning.iter().map(|cluster| u64::from(cluster.size()).pow(2)).sum();
        let others = self.transformed - in_spanning;
        let finite = (grown + squares - of_spanning) as f64;
        self.found = Found { spanning: in_spanning, mean_size: if others > 0 { finite / others as f64 } else { 1.0 } };
    }

    /// Resets cells of spanning clusters with a probability; their strain has flown.
    fn reset(&mut self, probability: f64, random: &mut Pcg64Mcg) {
        let bound = bound(probability);
        for site in 0..self.cells.len() {
            let number: u32 = random.random();
            if number < bound && self.cells[site] & 1 == 1 && self.clusters.find_near(site as u32).spans() {
                settle(&mut self.cells[site], false, &mut self.kinds);
                self.transformed -= 1;
                self.resets += 1;
            }
        }
    }
}

impl Body for Lattice {
    fn jump(&mut self, control: Control, drive: f64) {
        (self.control, self.drive) = (control, drive);
        self.stress = self.sample.observe(control, drive, self.state()).stress;
    }

    fn step(&mut self, duration: f64, drive: f64) -> Result<(), Refusal> {
        let mut keys = Pcg64Mcg::seed_from_u64(self.keys.random());
        let flow = if self.found.spanning > 0 { self.sample.flow_rate * duration } else { 0.0 };
        let parts = (flow / LARGEST_FLOW).ceil().clamp(1.0, MOST_PARTS);
        let start = self.drive;
        for part in 1..=parts as usize {
            self.part(duration / parts, start + (drive - start) * (part as f64 / parts), &mut keys)?;
        }
        self.drive = drive;
        Ok(())
    }

    fn state(&self) -> State {
        State {
            transformed: self.share(),
            spanning: (self.found.spanning as f64 / self.transformed.max(1) as f64).min(1.0),
            flown: self.flown(),
        }
    }
}

/// A probability as a bound for a random number of 32 bits.
fn bound(probability: f64) -> u32 {
    (probability * 2f64.powi(32)) as u32
}

/// Gives a cell its new state and keeps count.
#[inline(always)]
fn settle(cell: &mut u16, transformed: bool, kinds: &mut [[u32; 2]]) {
    if (*cell & 1 == 1) != transformed {
        *cell ^= 1;
        let ones = &mut kinds[usize::from(*cell >> 1)][1];
        *ones = if transformed { *ones + 1 } else { *ones - 1 };
    }
}
