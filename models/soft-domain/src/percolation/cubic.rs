//! Where the sites of a cubic box lie in memory, and which are neighbours.
//!
//! Sites are stored in bricks of 8 x 8 x 8, inside a brick along a Z-curve: a site and its neighbours are then most
//! often in the same few cache lines and in the same page of memory, where rows and planes would spread them over five
//! lines and three pages. A place is the sum of three numbers, one per coordinate, so it costs three look-ups.

use std::fmt;

/// Edge of a brick.
const BRICK: usize = 8;

/// Bits of a coordinate in a packed site.
const BITS: u32 = 10;
const MASK: u32 = (1 << BITS) - 1;

/// A cubic box of sites, each direction open or periodic.
#[derive(Clone, Debug)]
pub struct Cubic {
    edge: usize,
    periodic: [bool; 3],
    axes: [Vec<Step>; 3],
    places: usize,
}

/// What one coordinate contributes to a place, and how the place changes towards both sides; no change at an open face.
#[derive(Clone, Copy, Debug)]
struct Step {
    at: u32,
    down: u32,
    up: u32,
}

/// Why there is no such box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CubicError {
    /// The edge is zero or too long.
    Edge {
        /// The edge asked for.
        edge: usize,
    },
}

impl fmt::Display for CubicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CubicError::Edge { edge } => {
                write!(
                    f,
                    "a lattice of edge {edge} is not possible; it has 1 to {} sites along an edge",
                    Cubic::LARGEST
                )
            }
        }
    }
}

impl std::error::Error for CubicError {}

impl Cubic {
    /// Longest edge: the places of its bricks still fit a number of 29 bits.
    pub const LARGEST: usize = 808;

    /// A box with this many sites along each edge; `periodic` in x, y and z. Spanning is along z.
    ///
    /// # Errors
    /// [`CubicError::Edge`] for an edge of 0 or above [`LARGEST`](Self::LARGEST).
    pub fn new(edge: usize, periodic: [bool; 3]) -> Result<Self, CubicError> {
        if edge == 0 || edge > Self::LARGEST {
            return Err(CubicError::Edge { edge });
        }
        let bricks = edge.div_ceil(BRICK);
        let contribution = |axis: usize, coordinate: usize| {
            let (brick, inside) = (coordinate / BRICK, coordinate % BRICK);
            // One bit of x, y and z after the other.
            let curve: usize = (0..3).map(|bit| (inside >> bit & 1) << (3 * bit + axis)).sum();
            (brick * bricks.pow(axis as u32) * BRICK.pow(3) + curve) as u32
        };
        let axes = [0, 1, 2].map(|axis| {
            let step = |coordinate: usize| {
                let at = contribution(axis, coordinate);
                let wrapped = |neighbour: usize| contribution(axis, neighbour % edge).wrapping_sub(at);
                let open = |at_face: bool| at_face && !periodic[axis];
                Step {
                    at,
                    down: if open(coordinate == 0) { 0 } else { wrapped(coordinate + edge - 1) },
                    up: if open(coordinate + 1 == edge) { 0 } else { wrapped(coordinate + 1) },
                }
            };
            (0..edge).map(step).collect()
        });
        Ok(Cubic { edge, periodic, axes, places: (bricks * BRICK).pow(3) })
    }

    /// Sites along an edge.
    pub fn edge(&self) -> usize {
        self.edge
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.edge.pow(3)
    }

    /// Number of places in memory, those between the last site and the end of its brick included.
    pub(super) fn places(&self) -> usize {
        self.places
    }

    /// All sites, packed, one row after the other.
    pub(super) fn packed(&self) -> impl Iterator<Item = u32> {
        let edge = self.edge as u32;
        (0..edge)
            .flat_map(move |z| (0..edge).flat_map(move |y| (0..edge).map(move |x| x | y << BITS | z << (2 * BITS))))
    }

    /// Number of bonds.
    pub fn bonds(&self) -> usize {
        let along = |periodic: bool| if periodic && self.edge > 1 { self.edge } else { self.edge - 1 };
        self.periodic.iter().map(|&periodic| along(periodic) * self.edge.pow(2)).sum()
    }

    /// A site by its coordinates, packed; `None` outside the box.
    pub(super) fn pack(&self, coordinates: [usize; 3]) -> Option<u32> {
        let inside = coordinates.iter().all(|&coordinate| coordinate < self.edge);
        inside.then(|| (0..3).map(|axis| (coordinates[axis] as u32) << (BITS * axis as u32)).sum())
    }

    /// Whether the bond from a packed site upwards along an axis exists.
    pub(super) fn has_bond(&self, packed: u32, axis: usize) -> bool {
        // In a periodic box of edge 1 the neighbour is the site itself, and no bond.
        let last = (packed >> (BITS * axis as u32) & MASK) as usize + 1 == self.edge;
        !last || (self.periodic[axis] && self.edge > 1)
    }

    /// Place of a packed site.
    #[inline]
    pub(super) fn place(&self, packed: u32) -> u32 {
        self.steps(packed).iter().map(|step| step.at).sum()
    }

    /// Place of the upper neighbour along an axis.
    #[inline]
    pub(super) fn above(&self, packed: u32, axis: usize) -> u32 {
        self.place(packed).wrapping_add(self.steps(packed)[axis].up)
    }

    /// Places of a packed site and of its six neighbours; at an open face the site itself stands for the missing one.
    #[inline]
    pub(super) fn around(&self, packed: u32) -> (u32, [u32; 6]) {
        let [x, y, z] = self.steps(packed);
        let place = x.at + y.at + z.at;
        (place, [x.down, x.up, y.down, y.up, z.down, z.up].map(|change| place.wrapping_add(change)))
    }

    /// Whether a packed site lies on the low and on the high face in z.
    #[inline]
    pub(super) fn faces(&self, packed: u32) -> (bool, bool) {
        let z = (packed >> (2 * BITS) & MASK) as usize;
        (z == 0, z + 1 == self.edge)
    }

    #[inline]
    fn steps(&self, packed: u32) -> [Step; 3] {
        [0, 1, 2].map(|axis| self.axes[axis][(packed >> (BITS * axis as u32) & MASK) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_has_a_place_of_its_own_and_neighbours_are_mutual() {
        for (edge, periodic) in [(1, [true; 3]), (5, [false; 3]), (8, [true, true, false]), (19, [true; 3])] {
            let cubic = Cubic::new(edge, periodic).unwrap();
            let mut places: Vec<u32> = cubic.packed().map(|site| cubic.place(site)).collect();
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), cubic.sites());
            assert!(places.iter().all(|&place| (place as usize) < cubic.places()));
            let around: std::collections::HashMap<u32, [u32; 6]> =
                cubic.packed().map(|site| cubic.around(site)).collect();
            for (place, neighbours) in &around {
                for (direction, neighbour) in neighbours.iter().enumerate() {
                    // Back again, unless the site itself stands for a missing neighbour.
                    assert!(neighbour == place || around[neighbour][direction ^ 1] == *place);
                }
            }
            let missing =
                around.iter().flat_map(|(place, all)| all.iter().filter(move |other| *other == place)).count();
            let open = periodic.iter().filter(|&&periodic| !periodic).count();
            assert_eq!(missing, if edge == 1 { 6 } else { 2 * open * edge * edge });
        }
    }

    #[test]
    fn impossible_edges_are_refused() {
        assert_eq!(Cubic::new(0, [false; 3]).unwrap_err(), CubicError::Edge { edge: 0 });
        let message = Cubic::new(809, [false; 3]).unwrap_err().to_string();
        assert_eq!(message, "a lattice of edge 809 is not possible; it has 1 to 808 sites along an edge");
    }
}
