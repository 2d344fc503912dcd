//! Clusters as a forest: four bytes per site, sizes and touched faces in the roots.
//!
//! Union by size with path halving. A number is either the place of a parent, or, in a root, its size with two bits that
//! say whether the cluster touches the low and the high face of the box: spanning is then seen in the union itself, and
//! a site is one number, which is what the speed of random access hangs on.

use std::hint::black_box;

/// Marks a root.
const ROOT: u32 = 1 << 31;
/// In a root: the cluster touches the low face.
const LOW: u32 = 1 << 30;
/// In a root: the cluster touches the high face.
const HIGH: u32 = 1 << 29;
/// In a root: its size.
const SIZE: u32 = HIGH - 1;
/// A site that is not occupied: the place of no site.
const EMPTY: u32 = SIZE;

/// Clusters of occupied sites.
#[derive(Clone, Debug)]
pub struct Clusters {
    sites: Vec<u32>,
}

/// The cluster of a site, or what came of uniting two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Union {
    /// Root of the cluster.
    pub root: u32,
    value: u32,
}

impl Union {
    /// Number of sites.
    pub fn size(self) -> u32 {
        self.value & SIZE
    }

    /// Whether it touches both faces.
    pub fn spans(self) -> bool {
        self.value & (LOW | HIGH) == LOW | HIGH
    }
}

impl Clusters {
    /// Most sites there can be.
    pub const LARGEST: usize = SIZE as usize;

    /// No site occupied; more than [`LARGEST`](Self::LARGEST) sites are cut off.
    pub fn empty(count: usize) -> Self {
        Clusters { sites: vec![EMPTY; count.min(Self::LARGEST)] }
    }

    /// Empties all sites.
    pub fn clear(&mut self) {
        self.sites.fill(EMPTY);
    }

    /// Number of sites, occupied or not.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether there are no sites at all.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }

    /// Occupies a site as a cluster of its own; says which faces of the box it lies on.
    #[inline]
    pub fn occupy(&mut self, site: u32, low: bool, high: bool) -> Union {
        let value = ROOT | 1 | faces(low, high);
        self.sites[site as usize] = value;
        Union { root: site, value }
    }

    /// Whether a site is occupied.
    #[inline]
    pub fn is_occupied(&self, site: u32) -> bool {
        self.sites[site as usize] != EMPTY
    }

    /// The cluster of an occupied site; every second link on the way is shortened.
    #[inline]
    pub fn find(&mut self, mut site: u32) -> Union {
        loop {
            let parent = self.sites[site as usize];
            if parent & ROOT != 0 {
                return Union { root: site, value: parent };
            }
            let value = self.sites[parent as usize];
            if value & ROOT != 0 {
                return Union { root: parent, value };
            }
            self.sites[site as usize] = value;
            site = value;
        }
    }

    /// The cluster of an occupied site, without shortening anything.
    pub fn root(&self, mut site: u32) -> Union {
        loop {
            let value = self.sites[site as usize];
            if value & ROOT != 0 {
                return Union { root: site, value };
            }
            site = value;
        }
    }

    /// Unites two different clusters.
    #[inline]
    pub fn unite(&mut self, one: Union, other: Union) -> Union {
        let (large, small) = if one.size() >= other.size() { (one, other) } else { (other, one) };
        let value = (large.value | (small.value & (LOW | HIGH))) + small.size();
        self.sites[large.root as usize] = value;
        self.sites[small.root as usize] = large.root;
        Union { root: large.root, value }
    }

    /// The parent of a site; the site itself if it is a root or not occupied. Decided without a branch: which it is
    /// cannot be foreseen, and a wrong guess would wait for memory.
    #[inline(always)]
    fn parent(&self, site: u32) -> u32 {
        let value = self.sites[site as usize];
        if value < EMPTY { value } else { site }
    }

    /// Looks at sites, then at their parents, so that all are near when they are needed. Each look is independent of
    /// the others, so the processor waits for many places of memory at once.
    pub(super) fn approach(&self, sites: &[u32]) {
        let near = sites.iter().fold(0, |seen, &site| seen ^ self.sites[site as usize]);
        black_box(near);
        let parents = sites.iter().fold(0, |seen, &site| seen ^ self.sites[self.parent(site) as usize]);
        black_box(parents);
    }

    /// Picks the occupied ones out of six sites: how many, and which.
    #[inline(always)]
    pub(super) fn occupied(&self, sites: [u32; 6]) -> (usize, [u32; 6]) {
        let (mut count, mut picked) = (0, [0; 6]);
        for site in sites {
            picked[count] = site;
            count += usize::from(self.is_occupied(site));
        }
        (count, picked)
    }

    /// The cluster of an occupied site, as [`find`](Self::find), made for the common case of two links at most.
    #[inline(always)]
    pub fn find_near(&mut self, site: u32) -> Union {
        let ancestor = self.parent(self.parent(site));
        let value = self.sites[ancestor as usize];
        // A root keeps its value; anything else is linked past its parent.
        let kept = self.sites[site as usize];
        self.sites[site as usize] = if ancestor == site { kept } else { ancestor };
        if value & ROOT != 0 { Union { root: ancestor, value } } else { self.find(ancestor) }
    }

    /// Adds a site that is not occupied to a cluster.
    #[inline(always)]
    pub fn attach(&mut self, site: u32, low: bool, high: bool, cluster: Union) -> Union {
        let value = (cluster.value | faces(low, high)) + 1;
        self.sites[site as usize] = cluster.root;
        self.sites[cluster.root as usize] = value;
        Union { root: cluster.root, value }
    }
}

#[inline(always)]
fn faces(low: bool, high: bool) -> u32 {
    (u32::from(low) * LOW) | (u32::from(high) * HIGH)
}
