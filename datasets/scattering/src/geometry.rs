//! Wavelength, angle and momentum transfer, and how far a flat detector sees.
//!
//! `Q = 4 pi sin(theta) / lambda` (Bragg), `lambda = h c / E`.

use crate::error::ScatteringError;
use std::f64::consts::PI;

/// `h c`, keV Å: wavelength times energy (CODATA 2018, exact).
pub(crate) const WAVELENGTH_TIMES_ENERGY: f64 = 12.398_419_843_320_026;

/// Wavelength (Å) of photons of an energy (keV).
pub fn wavelength(energy: f64) -> f64 {
    WAVELENGTH_TIMES_ENERGY / energy
}

/// `Q` (1/Å) at a scattering angle `2 theta` (rad) and a wavelength (Å).
pub fn momentum_transfer(two_theta: f64, wavelength: f64) -> f64 {
    4.0 * PI * (0.5 * two_theta).sin() / wavelength
}

/// Scattering angle `2 theta` (rad) of `Q` (1/Å) at a wavelength (Å).
///
/// # Errors
/// No photon of this wavelength is scattered that far.
pub fn scattering_angle(q: f64, wavelength: f64) -> Result<f64, ScatteringError> {
    let sine = q * wavelength / (4.0 * PI);
    if (0.0..=1.0).contains(&sine) {
        return Ok(2.0 * sine.asin());
    }
    Err(ScatteringError::Setting { what: "Q", value: q, unit: "1/Å", accepted: "between 0 and 4 pi / wavelength" })
}

/// A flat square detector, the beam on its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectorGeometry {
    /// Pixels along an edge.
    pub pixels: u32,
    /// Size of a pixel, mm.
    pub pixel_size: f64,
    /// Distance to the sample, mm.
    pub distance: f64,
    /// Wavelength, Å.
    pub wavelength: f64,
}

impl DetectorGeometry {
    /// Checks that all lengths are finite and above zero.
    ///
    /// # Errors
    /// One is not.
    pub fn check(&self) -> Result<(), ScatteringError> {
        let lengths = [
            ("pixel size", self.pixel_size, "mm"),
            ("distance", self.distance, "mm"),
            ("wavelength", self.wavelength, "Å"),
        ];
        for (what, value, unit) in lengths {
            if !(value.is_finite() && value > 0.0) {
                return Err(ScatteringError::Setting { what, value, unit, accepted: "finite and above 0" });
            }
        }
        if self.pixels == 0 {
            return Err(ScatteringError::Setting { what: "pixels", value: 0.0, unit: "", accepted: "above 0" });
        }
        Ok(())
    }

    /// Largest `Q` (1/Å) at the middle of an edge: up to here whole rings are seen.
    pub fn q_max(&self) -> f64 {
        self.q_at(0.5 * f64::from(self.pixels) * self.pixel_size)
    }

    /// `Q` (1/Å) at a distance (mm) from the beam on the detector.
    pub fn q_at(&self, radius: f64) -> f64 {
        momentum_transfer((radius / self.distance).atan(), self.wavelength)
    }

    /// How much `Q` (1/Å) changes over one pixel at the ring of `q` (1/Å): nothing finer is resolved there, and structure in
    /// `G(r)` beyond `pi` over this is lost.
    ///
    /// # Errors
    /// As [`ring_radius`](DetectorGeometry::ring_radius).
    pub fn q_per_pixel(&self, q: f64) -> Result<f64, ScatteringError> {
        let radius = self.ring_radius(q)?;
        Ok(self.q_at(radius + 0.5 * self.pixel_size) - self.q_at((radius - 0.5 * self.pixel_size).max(0.0)))
    }

    /// Distance (mm) of the ring of `Q` (1/Å) from the beam.
    ///
    /// # Errors
    /// There is no such ring on a detector in forward direction.
    pub fn ring_radius(&self, q: f64) -> Result<f64, ScatteringError> {
        let angle = scattering_angle(q, self.wavelength)?;
        if angle < 0.5 * PI {
            return Ok(self.distance * angle.tan());
        }
        Err(ScatteringError::Setting {
            what: "Q",
            value: q,
            unit: "1/Å",
            accepted: "scattered forward (2 theta < 90°)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_up_of_the_paper_is_consistent() {
        // 60.037 keV, 3072 pixels of 0.139 mm at 280 mm (Tong et al. 2023, Methods).
        let wavelength = wavelength(60.037);
        assert!((wavelength - 0.206513).abs() < 1e-6);
        let detector = DetectorGeometry { pixels: 3072, pixel_size: 0.139, distance: 280.0, wavelength };
        assert!((detector.q_max() - 19.47).abs() < 0.005, "{}", detector.q_max());
        let angle = scattering_angle(16.5, wavelength).unwrap();
        assert!((angle.to_degrees() - 31.466).abs() < 5e-4);
        assert!((scattering_angle(16.5, 0.2065).unwrap().to_degrees() - 31.464).abs() < 5e-4);
        assert!((detector.ring_radius(16.5).unwrap() - 171.36).abs() < 0.01);
        // A pixel near the edge is 0.028 degrees wide in 2 theta: 0.01 1/Å.
        let pixel = detector.q_per_pixel(16.5).unwrap();
        assert!((pixel - 0.0106).abs() < 2e-4, "{pixel}");
        assert!(detector.check().is_ok());
        assert!(
            DetectorGeometry { distance: 0.0, ..detector }
                .check()
                .unwrap_err()
                .to_string()
                .starts_with("distance = 0 mm")
        );
        assert!((momentum_transfer(angle, wavelength) - 16.5).abs() < 1e-12);
        assert!(scattering_angle(100.0, wavelength).is_err() && detector.ring_radius(55.0).is_err());
    }
}
