//! One random sweep from the empty to the full lattice, after Newman & Ziff, Phys. Rev. E 64 (2001) 016706.
//!
//! What bounds it is memory: sites come in random order, and each looks at six neighbours and their roots. They are
//! therefore taken a few dozen at a time, and everything they will touch is looked at before anything is changed, so
//! that the processor waits for many places at once and not for one after the other.

use super::clusters::{Clusters, Union};
use super::cubic::Cubic;
use super::shuffle::shuffled;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

/// How many sites or bonds are looked at together.
const TOGETHER: usize = 32;

/// Where a bond keeps its axis beside its packed site.
const AXIS: u32 = 30;

/// What is added in random order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sites; occupied neighbours are connected.
    Site,
    /// Bonds; all sites are occupied.
    Bond,
}

/// A sweep on its way from nothing to everything.
#[derive(Clone, Debug)]
pub struct Sweep {
    lattice: Cubic,
    kind: Kind,
    clusters: Clusters,
    order: Vec<u32>,
    added: usize,
    largest: u32,
    sum_of_squares: u64,
    first_spanning: Option<usize>,
}

impl Sweep {
    /// Begins a sweep; all randomness comes from the seed.
    pub fn new(lattice: &Cubic, kind: Kind, seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut clusters = Clusters::empty(lattice.places());
        let order = match kind {
            Kind::Site => shuffled(lattice.packed(), lattice.sites(), &mut random),
            Kind::Bond => {
                for site in lattice.packed() {
                    let (low, high) = lattice.faces(site);
                    clusters.occupy(lattice.place(site), low, high);
                }
                let axes = |site: u32| [0, 1, 2].into_iter().filter(move |&axis| lattice.has_bond(site, axis));
                let bonds = lattice.packed().flat_map(|site| axes(site).map(move |axis| site | (axis as u32) << AXIS));
                shuffled(bonds, lattice.bonds(), &mut random)
            }
        };
        let (largest, sum_of_squares) = if kind == Kind::Bond { (1, lattice.sites() as u64) } else { (0, 0) };
        // A single site lies on both faces.
        let first_spanning = (kind == Kind::Bond && lattice.edge() == 1).then_some(0);
        Sweep { kind, clusters, order, added: 0, largest, sum_of_squares, first_spanning, lattice: lattice.clone() }
    }

    /// Sites or bonds in all.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is nothing to add.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Sites or bonds added so far.
    pub fn added(&self) -> usize {
        self.added
    }

    /// Adds sites or bonds until this many are there, at most all; does nothing if there are already.
    pub fn advance_to(&mut self, count: usize) {
        let order = std::mem::take(&mut self.order);
        while self.added < count.min(order.len()) {
            let end = (self.added + TOGETHER).min(count).min(order.len());
            match self.kind {
                Kind::Site => self.add_sites(&order[self.added..end]),
                Kind::Bond => self.add_bonds(&order[self.added..end]),
            }
        }
        self.order = order;
    }

    /// Sites in the largest cluster.
    pub fn largest(&self) -> usize {
        self.largest as usize
    }

    /// Sites in the cluster of the site at these coordinates; 0 if it is not occupied or not in the box.
    pub fn cluster_size(&self, coordinates: [usize; 3]) -> usize {
        let place = self.lattice.pack(coordinates).map(|site| self.lattice.place(site));
        let occupied = place.filter(|&place| self.clusters.is_occupied(place));
        occupied.map_or(0, |place| self.clusters.root(place).size() as usize)
    }

    /// Mean size of the cluster of an occupied site, the largest cluster included; 0 without any.
    pub fn mean_size(&self) -> f64 {
        let occupied = if self.kind == Kind::Site { self.added } else { self.lattice.sites() };
        if occupied == 0 { 0.0 } else { self.sum_of_squares as f64 / occupied as f64 }
    }

    /// Mean size of the cluster of an occupied site outside the largest cluster; 0 without any.
    pub fn mean_finite_size(&self) -> f64 {
        let occupied = if self.kind == Kind::Site { self.added } else { self.lattice.sites() };
        let (others, squares) = (occupied - self.largest(), self.sum_of_squares - u64::from(self.largest).pow(2));
        if others == 0 { 0.0 } else { squares as f64 / others as f64 }
    }

    /// Whether a cluster touches both faces in z.
    pub fn spans(&self) -> bool {
        self.first_spanning.is_some()
    }

    /// How many sites or bonds there were when a cluster first touched both faces in z.
    pub fn first_spanning(&self) -> Option<usize> {
        self.first_spanning
    }

    fn add_sites(&mut self, sites: &[u32]) {
        let mut places = [0; TOGETHER];
        let mut neighbours = [[0; 6]; TOGETHER];
        for ((&site, place), neighbours) in sites.iter().zip(&mut places).zip(&mut neighbours) {
            (*place, *neighbours) = self.lattice.around(site);
        }
        self.clusters.approach(neighbours[..sites.len()].as_flattened());
        for ((&site, place), neighbours) in sites.iter().zip(places).zip(neighbours) {
            // At an open face the site itself stands for its neighbour, and is not occupied yet.
            let (count, occupied) = self.clusters.occupied(neighbours);
            let (low, high) = self.lattice.faces(site);
            self.added += 1;
            let cluster = match occupied[..count].split_first() {
                None => {
                    self.sum_of_squares += 1;
                    self.clusters.occupy(place, low, high)
                }
                Some((&first, others)) => {
                    let mut cluster = self.clusters.find_near(first);
                    for &neighbour in others {
                        let other = self.clusters.find_near(neighbour);
                        if other.root != cluster.root {
                            cluster = self.unite(cluster, other);
                        }
                    }
                    self.sum_of_squares += 2 * u64::from(cluster.size()) + 1;
                    self.clusters.attach(place, low, high, cluster)
                }
            };
            self.note(cluster);
        }
    }

    fn add_bonds(&mut self, bonds: &[u32]) {
        let mut ends = [[0; 2]; TOGETHER];
        for (&bond, ends) in bonds.iter().zip(&mut ends) {
            let (site, axis) = (bond & ((1 << AXIS) - 1), (bond >> AXIS) as usize);
            *ends = [self.lattice.place(site), self.lattice.above(site, axis)];
        }
        self.clusters.approach(ends[..bonds.len()].as_flattened());
        for &[one, other] in &ends[..bonds.len()] {
            self.added += 1;
            let (one, other) = (self.clusters.find_near(one), self.clusters.find_near(other));
            if one.root != other.root {
                let cluster = self.unite(one, other);
                self.note(cluster);
            }
        }
    }

    fn unite(&mut self, one: Union, other: Union) -> Union {
        self.sum_of_squares += 2 * u64::from(one.size()) * u64::from(other.size());
        self.clusters.unite(one, other)
    }

    fn note(&mut self, cluster: Union) {
        self.largest = self.largest.max(cluster.size());
        if cluster.spans() && self.first_spanning.is_none() {
            self.first_spanning = Some(self.added);
        }
    }
}

/// The average at occupation probability `p` (0..=1) of a quantity known at every number of occupied sites or bonds,
/// `values[n]` for `n = 0..=N`: the binomial average of Newman & Ziff. NaN for no values or a `p` outside.
pub fn canonical(values: &[f64], p: f64) -> f64 {
    let Some(all) = values.len().checked_sub(1) else { return f64::NAN };
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    // Weights relative to the largest one, outwards from it until they no longer count.
    let top = ((all as f64 + 1.0) * p).floor().min(all as f64) as usize;
    let odds = p / (1.0 - p);
    let (mut whole, mut sum) = (1.0, values[top]);
    let mut weight = 1.0;
    for n in top..all {
        weight *= (all - n) as f64 / (n + 1) as f64 * odds;
        if weight < 1e-20 || weight.is_nan() {
            break;
        }
        whole += weight;
        sum += weight * values[n + 1];
    }
    weight = 1.0;
    for n in (1..=top).rev() {
        weight *= n as f64 / (all - n + 1) as f64 / odds;
        if weight < 1e-20 || weight.is_nan() {
            break;
        }
        whole += weight;
        sum += weight * values[n - 1];
    }
    sum / whole
}
