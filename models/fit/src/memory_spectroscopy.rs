//! Memory spectroscopy: what humps after several waiting times and depths say of the spectrum of relaxation times.
//!
//! In the second stage a mode of time `tau` has the amplitude `exp(-t_w/tau) - r`, `r = 1 - eps2/eps1`. Modes faster than
//! `tau* = t_w/ln(1/r)` push the stress up, slower ones let it decay: a hump weighs one against the other, and so probes
//! the spectrum around `tau*` ([`sign_time`]).
//!
//! At the peak `g(t_w + t_p) = r g(t_p)` with the rate `g = -d phi/dt`, whatever the material, as long as it is linear. So
//! every hump gives the mean logarithmic slope of the rate between `t_p` and `t_w + t_p`, `n = ln(1/r)/ln(1 + t_w/t_p)`,
//! without a fit and without a modulus; scanning `t_w` and `r` gives `n(t)`, and with it `g` up to a factor. The heights,
//! `Delta-sigma = (E_U - E_R) eps1 int_0^t_p [r g(t) - g(t_w + t)] dt`, give the factor, once each, so that their scatter is
//! a test. Where the rate is a power law locally, `t^-n`, the spectrum is `H(tau) = tau g(tau)/Gamma(n)` exactly.

use crate::error::FitError;
use kovacs_core::noise::median;
use statrs::function::gamma::gamma;

/// `tau* = t_w/ln(1/r)` (s), the relaxation time whose mode has no share in the second stage, for `r = 1 - eps2/eps1`
/// between 0 and 1; `None` elsewhere, where no mode changes its sign.
pub fn sign_time(t_w: f64, r: f64) -> Option<f64> {
    (t_w > 0.0 && r > 0.0 && r < 1.0).then(|| t_w / (1.0 / r).ln())
}

/// One hump.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryPoint {
    /// Waiting time, s.
    pub t_w: f64,
    /// `r = 1 - eps2/eps1`, between 0 and 1.
    pub r: f64,
    /// Peak time, s.
    pub t_p: f64,
    /// Height over `eps1`, MPa: from a step without dead time.
    pub height: f64,
}

/// What one hump says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectrumPoint {
    /// The time it is said of, s: the geometric mean of `t_p` and `t_w + t_p`.
    pub time: f64,
    /// `tau*`, s.
    pub sign_time: f64,
    /// Logarithmic slope `n` of the rate: `g` falls as `t^-n`. A stretched exponential has `1 - beta` at short times, a
    /// logarithmic relaxation 1.
    pub slope: f64,
    /// Spectrum `(E_U - E_R) H` at that time, MPa per unit of `ln tau`.
    pub spectrum: f64,
}

/// The spectrum between the shortest and the longest time that humps speak of.
#[derive(Clone, Debug, PartialEq)]
pub struct MemorySpectrum {
    /// In rising order of time.
    pub points: Vec<SpectrumPoint>,
    /// Scatter of what the heights say of the factor, as a part of it: half the distance between its quartiles. A linear
    /// material has little; more than the errors of the heights is a sign against linearity.
    pub scatter: f64,
}

/// Fewest humps.
const FEWEST: usize = 3;
/// Parts of the integrals to the decade, and decades before `t_p` at which they begin.
const PARTS: f64 = 40.0;
const DECADES: f64 = 12.0;

/// Turns humps into a spectrum.
///
/// # Errors
/// Fewer than three humps at different times, or a number among them that is no time, no ratio between 0 and 1 or no
/// height above 0.
pub fn memory_spectrum(humps: &[MemoryPoint]) -> Result<MemorySpectrum, FitError> {
    let good = |value: f64| value.is_finite() && value > 0.0;
    let bad =
        |hump: &MemoryPoint| !(good(hump.t_w) && good(hump.t_p) && good(hump.height) && good(hump.r) && hump.r < 1.0);
    if let Some((row, hump)) = humps.iter().enumerate().find(|(_, hump)| bad(hump)) {
        return Err(FitError::Hump { row, t_w: hump.t_w, r: hump.r, t_p: hump.t_p, height: hump.height });
    }
    let mut points: Vec<SpectrumPoint> = humps
        .iter()
        .filter_map(|hump| {
            let sign_time = sign_time(hump.t_w, hump.r)?;
            let slope = (1.0 / hump.r).ln() / (hump.t_w / hump.t_p).ln_1p();
            let time = (hump.t_p * (hump.t_w + hump.t_p)).sqrt();
            Some(SpectrumPoint { time, sign_time, slope, spectrum: f64::NAN })
        })
        .collect();
    points.sort_by(|a, b| a.time.total_cmp(&b.time));
    let different = 1 + points.windows(2).filter(|pair| matches!(pair, [a, b] if b.time > a.time)).count();
    if points.len() < FEWEST || different < FEWEST {
        let found = different.min(points.len());
        return Err(FitError::FewSamples { label: "humps of a spectrum".to_owned(), found, needed: FEWEST });
    }
    let rate = Rate::new(&points);
    let mut factors: Vec<f64> = humps.iter().map(|hump| hump.height / rate.height(hump)).collect();
    factors.sort_by(f64::total_cmp);
    let factor = median(factors.clone()).unwrap_or(f64::NAN);
    let quartile =
        |part: f64| factors.get((part * (factors.len() - 1) as f64).round() as usize).copied().unwrap_or(factor);
    let scatter = 0.5 * (quartile(0.75) - quartile(0.25)) / factor;
    for point in &mut points {
        let gamma = if point.slope > 0.0 { gamma(point.slope) } else { f64::NAN };
        point.spectrum = factor * point.time * rate.at(point.time.ln()) / gamma;
    }
    Ok(MemorySpectrum { points, scatter })
}

/// The rate up to a factor: its slope is linear in `ln t` between the humps and constant beyond them.
struct Rate {
    /// `ln t`, slope and `ln g` of each point.
    nodes: Vec<(f64, f64, f64)>,
}

impl Rate {
    fn new(points: &[SpectrumPoint]) -> Rate {
        let mut nodes: Vec<(f64, f64, f64)> = Vec::with_capacity(points.len());
        for point in points {
            let x = point.time.ln();
            let logarithm = match nodes.last() {
                Some(&(before, slope, logarithm)) => logarithm - 0.5 * (slope + point.slope) * (x - before),
                None => 0.0,
            };
            nodes.push((x, point.slope, logarithm));
        }
        Rate { nodes }
    }

    /// `g` at `ln t`.
    fn at(&self, x: f64) -> f64 {
        let after = self.nodes.partition_point(|node| node.0 <= x);
        let before = after.checked_sub(1).and_then(|place| self.nodes.get(place));
        match (before, self.nodes.get(after)) {
            (Some(&(x0, n0, g0)), Some(&(x1, n1, _))) => {
                let n = n0 + (n1 - n0) * (x - x0) / (x1 - x0);
                (g0 - 0.5 * (n0 + n) * (x - x0)).exp()
            }
            (Some(&(x0, n, g)), None) | (None, Some(&(x0, n, g))) => (g - n * (x - x0)).exp(),
            (None, None) => f64::NAN,
        }
    }

    /// The height that a hump would have with this rate.
    fn height(&self, hump: &MemoryPoint) -> f64 {
        let steps = (DECADES * PARTS) as usize;
        let width = std::f64::consts::LN_10 / PARTS;
        let end = hump.t_p.ln();
        // Middles of equal parts of ln t; what lies before them is negligible for slopes below 1.
        let part = |step: usize| {
            let time = (end - (step as f64 + 0.5) * width).exp();
            (hump.r * self.at(time.ln()) - self.at((hump.t_w + time).ln())) * time * width
        };
        (0..steps).map(part).sum()
    }
}
