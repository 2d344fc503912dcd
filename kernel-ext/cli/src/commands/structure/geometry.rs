//! `kovacs structure geometry`: how far in `Q` a detector sees, and how finely.

use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use crate::quantities;
use clap::Args;
use kovacs_scattering::{DetectorGeometry, Window, scattering_angle, wavelength};
use serde_json::json;
use std::f64::consts::PI;

/// How far in Q a flat square detector sees, and how finely
#[derive(Args)]
#[command(after_help = "\
The beam is taken to hit the middle of the detector; Q_max is that of the last whole ring.

Examples:
  kovacs structure geometry --energy 60.037keV --distance 280mm --pixels 3072 --pixel-size 0.139mm --qmax 16.5/A
  kovacs structure geometry --wavelength 0.2065A --distance 280mm --pixels 2048 --pixel-size 200um --json")]
pub struct Options {
    /// Wavelength
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length, conflicts_with = "energy")]
    wavelength: Option<f64>,
    /// Photon energy, in place of the wavelength
    #[arg(long, value_name = "ENERGY", value_parser = quantities::photon_energy)]
    energy: Option<f64>,
    /// Distance from sample to detector
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length)]
    distance: f64,
    /// Pixels along an edge
    #[arg(long)]
    pixels: u32,
    /// Size of a pixel
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length)]
    pixel_size: f64,
    /// The Q that is to be used [default: that of the last whole ring]
    #[arg(long, value_name = "Q", value_parser = quantities::wave_number)]
    qmax: Option<f64>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Computes and prints.
///
/// # Errors
/// There is no such set-up, or no such ring on it.
pub fn run(options: &Options) -> Result<(), Failure> {
    /// Å to mm.
    const MILLIMETRE: f64 = 1e-7;
    let wavelength = match (options.wavelength, options.energy) {
        (Some(wavelength), _) => wavelength,
        (None, Some(energy)) => wavelength(energy),
        (None, None) => {
            return Err(Failure::usage("a wavelength or an energy is missing")
                .remedy("give --energy 60.037keV or --wavelength 0.2065A"));
        }
    };
    let detector = DetectorGeometry {
        pixels: options.pixels,
        pixel_size: MILLIMETRE * options.pixel_size,
        distance: MILLIMETRE * options.distance,
        wavelength,
    };
    detector.check()?;
    let edge = detector.q_max();
    let used = options.qmax.unwrap_or(edge);
    let angle = scattering_angle(used, wavelength)?.to_degrees();
    let radius = detector.ring_radius(used)?;
    let pixel = detector.q_per_pixel(used)?;
    // `wavelength` of an energy is its own inverse.
    let energy = kovacs_scattering::wavelength(wavelength);
    let [sharp, lorch] = [Window::Sharp, Window::Lorch].map(|window| window.termination_width(used));
    let fits = used <= edge;
    if options.json {
        return print_json(&json!({
            "wavelength_Ao": wavelength, "energy_keV": energy, "q_max_edge_per_Ao": edge, "q_per_Ao": used,
            "two_theta_deg": angle, "ring_radius_mm": radius, "q_per_pixel_per_Ao": pixel,
            "largest_r_Ao": PI / pixel, "nyquist_step_Ao": PI / used, "termination_width_Ao": sharp,
            "termination_width_lorch_Ao": lorch, "ring_is_whole": fits,
        }));
    }
    let row = |name: &str, value: String, unit: &str| vec![name.to_owned(), value, unit.to_owned()];
    let mut rows = vec![
        row("wavelength", format!("{wavelength:.6}"), "Å"),
        row("energy", format!("{energy:.3}"), "keV"),
        row("Q_max, last whole ring", format!("{edge:.2}"), "1/Å"),
        row("Q", format!("{used:.2}"), "1/Å"),
        row("2θ there", format!("{angle:.3}"), "°"),
        row("radius there", format!("{radius:.2}"), "mm"),
        row("one pixel there", format!("{pixel:.4}"), "1/Å"),
        row("largest r that it resolves", format!("{:.0}", PI / pixel), "Å"),
        row("coarsest grid of r, π/Q", format!("{:.4}", PI / used), "Å"),
        row("termination width, sharp end", format!("{sharp:.4}"), "Å"),
        row("termination width, Lorch", format!("{lorch:.4}"), "Å"),
    ];
    if !fits {
        rows.push(row("note", "rings beyond Q_max are cut by the edges".to_owned(), ""));
    }
    print(&aligned("", &rows))
}
