//! `kovacs structure gr`: `G(r)` of one or several patterns.

use super::each::{self, Columns, Curve, each};
use super::peak::{self, PeakOptions};
use super::reduce;
use crate::failure::{Explain, Failure};
use crate::output::{aligned, notice, print, print_json};
use crate::quantities;
use clap::Args;
use kovacs_formats::PdfKind;
use kovacs_scattering::{PairDistribution, TransformOptions, Window, pair_distribution};
use serde_json::json;
use std::borrow::Cow;
use std::path::PathBuf;

/// Pair distribution function G(r) of measured patterns, with its first peak
#[derive(Args)]
#[command(after_help = "\
G(r) = (2/π) ∫ Q [S(Q) - 1] sin(Qr) dQ. The files hold I(Q), which needs --composition, or S(Q), or F(Q).
Written files have the layout of PDFgetX3: PDFgui and others read them.

Examples:
  kovacs structure gr ribbon.xy --composition TiZrHfCuNiBe --background air.xy --qmax 16.5/A --out ribbon.gr
  kovacs structure gr sample.xy --composition Mg2SiO4 --rpoly 0.9A --transform-window lorch --window 1.3:1.9A
  kovacs structure gr silica.sq --qmax 20/A --rmax 20A --out silica.gr
  kovacs structure gr frame-*.xy --composition TiZrHfCuNiBe --qmax 16.5/A --out frames/")]
pub struct Options {
    /// Patterns, or files of S(Q) or F(Q)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reduction: reduce::Options,
    /// How the integral ends at Q_max: sharp, lorch, soper-barney, hann
    #[arg(long, value_name = "NAME", value_parser = Window::of_name, default_value = "sharp")]
    transform_window: Window,
    /// Take a polynomial off Q (S - 1) so that nothing remains below this r, as PDFgetX3 does
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length)]
    rpoly: Option<f64>,
    /// Last Q that the polynomial is fitted to [default: --qmax]
    #[arg(long, value_name = "Q", value_parser = quantities::wave_number, requires = "rpoly")]
    qmaxinst: Option<f64>,
    /// First r
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length, default_value = "0A")]
    rmin: f64,
    /// Last r
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length, default_value = "30A")]
    rmax: f64,
    /// Spacing of r
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length, default_value = "0.01A")]
    rstep: f64,
    #[command(flatten)]
    peak: PeakOptions,
    /// Where to write G(r): a file; for several patterns a folder
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Transforms, prints, writes.
///
/// # Errors
/// Those of the reduction and of the transform, or a file cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let q_max = options.qmaxinst.or(options.reduction.qmax);
    let all = each(&options.files, options.out.as_deref(), &options.reduction, q_max, |file, structure, steps| {
        let transform = transform(options, &structure.q);
        let distribution = pair_distribution(&structure, &transform).doing(format!("`{}`", file.display()))?;
        steps.push(("G(r)", transform_words(&distribution)));
        Ok(distribution)
    })?;
    let described: Vec<peak::Described> =
        all.iter().map(|made| peak::describe(&made.file, &made.result, &options.peak)).collect();
    if options.json {
        let files = all.iter().zip(&described).map(|(made, described)| {
            let PairDistribution { options, r, .. } = &made.result;
            json!({
                "file": made.file, "q_min_per_Ao": options.q_min, "q_max_per_Ao": options.q_max, "points": r.len(),
                "steps": made.steps_as_json(), "written": made.written, "peak": described.json(),
            })
        });
        return print_json(&json!({ "files": files.collect::<Vec<_>>() }));
    }
    let mut text = aligned("", &all.last().map(|made| each::rows(&made.steps)).unwrap_or_default());
    text.push('\n');
    text.push_str(&peak::text(&described));
    print(&text)?;
    if let Some(out) = &options.out {
        notice(&format!("written to {}", out.display()));
    }
    Ok(())
}

fn transform(options: &Options, q: &[f64]) -> TransformOptions {
    let end = |q: Option<&f64>| q.copied().unwrap_or(f64::NAN);
    TransformOptions {
        q_min: options.reduction.qmin.unwrap_or(end(q.first()).max(0.0)),
        q_max: options.reduction.qmax.unwrap_or(end(q.last())),
        r_min: options.rmin,
        r_max: options.rmax,
        r_step: options.rstep,
        window: options.transform_window,
        polynomial: options.rpoly,
        q_max_inst: options.qmaxinst,
    }
}

fn transform_words(distribution: &PairDistribution) -> String {
    let options = &distribution.options;
    let polynomial = options.polynomial.map_or_else(String::new, |distance| {
        let degree = distance * options.q_max_inst.unwrap_or(options.q_max) / std::f64::consts::PI;
        format!(", rpoly {distance} Å (degree {degree:.1})")
    });
    format!(
        "Q from {:.3} to {:.3} 1/Å, {} end, r from {} to {} Å by {}{polynomial}",
        options.q_min,
        options.q_max,
        options.window.name(),
        options.r_min,
        options.r_max,
        options.r_step
    )
}

impl Curve for PairDistribution {
    const KIND: PdfKind = PdfKind::Gr;

    /// The keys of PDFgetX3, and the window, for which it has none.
    fn settings(&self) -> Vec<(String, String)> {
        let options = &self.options;
        [
            ("rpoly", options.polynomial.unwrap_or(0.0).to_string()),
            ("qmaxinst", options.q_max_inst.unwrap_or(options.q_max).to_string()),
            ("qmin", options.q_min.to_string()),
            ("qmax", options.q_max.to_string()),
            ("rmin", options.r_min.to_string()),
            ("rmax", options.r_max.to_string()),
            ("rstep", options.r_step.to_string()),
            ("window", options.window.name().to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec()
    }

    fn columns(&self) -> Columns<'_> {
        Columns { x: &self.r, y: &self.g, sigma: self.sigma().map(Cow::Owned) }
    }
}
