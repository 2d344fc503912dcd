//! Percolation on the simple cubic lattice: clusters, spanning, and whole sweeps in the occupied fraction.
//!
//! [`Sweep`] is the algorithm of Newman & Ziff (Phys. Rev. E 64 (2001) 016706): sites or bonds are added in random order
//! and clusters merged as they touch, so that one pass gives every occupied fraction. [`Clusters`] is the union-find
//! beneath it, which the lattice model uses as well, and [`canonical`] turns averages at a fixed number of occupied sites
//! into averages at a fixed probability. The Bethe lattice of the mean-field model is in [`bethe`](crate::bethe).

mod clusters;
mod cubic;
mod shuffle;
mod sweep;

pub use clusters::{Clusters, Union};
pub use cubic::{Cubic, CubicError};
pub use sweep::{Kind, Sweep, canonical};

/// Site threshold of the simple cubic lattice, 0.3116077(2) (Wang, Zhou, Zhang, Garoni & Deng, Phys. Rev. E 87 (2013)
/// 052107).
pub const SITE_THRESHOLD: f64 = 0.311_607_7;

/// Bond threshold of the simple cubic lattice, 0.24881182(10) (ibid.).
pub const BOND_THRESHOLD: f64 = 0.248_811_82;
