//! Total X-ray scattering of glasses: from a measured intensity to the structure factor, the pair distribution
//! function and its first peak.
//!
//! The paper reads the structure during the memory effect from `G(r)`: two sub-peaks of the first shell, 0.40 Å apart, at
//! a `Q_max` whose own termination ripples are nearly as wide. So every width here comes with the width that termination
//! alone would give ([`Window::termination_width`]), every normalisation and every definition of a width has a name, and
//! the two forms of `S(Q)`, the one of Faber and Ziman and the one printed in the text of the paper, are told apart.
//!
//! Units: `Q` in 1/Å, `r` in Å, `G` in 1/Å², form factors in electrons, angles in rad, energies in keV.
//! The chain is [`Composition`] -> [`structure_factor`] -> [`pair_distribution`] -> [`first_peak`] and [`two_gaussians`].

#![forbid(unsafe_code)]

mod composition;
mod compton;
mod error;
mod file;
mod first_peak;
mod geometry;
mod pair_distribution;
mod pattern;
mod stated;
mod structure_factor;
mod transform;
mod two_gaussians;
mod weights;
mod width_error;
mod window;

pub use composition::{Composition, Element, MeanFormFactors, anomalous};
pub use compton::{Compton, Detector, recoil_factor};
pub use error::ScatteringError;
pub use file::{Abscissa, ScatteringFile};
pub use first_peak::{FirstPeak, WidthDefinition, first_peak};
pub use geometry::{DetectorGeometry, momentum_transfer, scattering_angle, wavelength};
pub use kovacs_formats::Format as ScatteringFormat;
pub use pair_distribution::{
    Noise, PairDistribution, TransformOptions, pair_distribution, points_between, reduced_structure_function,
};
pub use pattern::Pattern;
pub use structure_factor::{Normalisation, Scale, ScatteringCorrections, StructureFactor, structure_factor};
pub use two_gaussians::{Gaussian, TwoGaussians, two_gaussians};
pub use weights::{Assignment, PairDistance, PairWeight, packing_radius};
pub use width_error::{WidthError, width_error};
pub use window::Window;
