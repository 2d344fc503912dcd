//! `kovacs structure gr`: `G(r)` of one or several patterns.

use super::peak::{self, PeakOptions};
use super::{check_places, place, reduce};
use crate::failure::{Explain, Failure};
use crate::output::{aligned, notice, print, print_json};
use crate::quantities;
use crate::waiting::Waiting;
use clap::Args;
use kovacs_formats::{PdfFile, PdfKind};
use kovacs_runner::replace_file;
use kovacs_scattering::{PairDistribution, TransformOptions, Window, pair_distribution};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

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
    if let Some(out) = &options.out {
        check_places(out, &options.files, PdfKind::Gr.ending())?;
    }
    let background = reduce::background(&options.reduction)?;
    let waiting = Waiting::new("transforming");
    let mut steps = Vec::new();
    let mut all = Vec::new();
    for (index, file) in options.files.iter().enumerate() {
        waiting.show(index as f64 / options.files.len() as f64);
        let reduced =
            reduce::reduce(file, background.as_ref(), &options.reduction, options.qmaxinst.or(options.reduction.qmax))?;
        let transform = transform(options, &reduced.structure.q);
        let distribution = pair_distribution(&reduced.structure, &transform).doing(format!("`{}`", file.display()))?;
        let written = match &options.out {
            Some(out) => {
                let place = place(out, file, options.files.len() > 1, PdfKind::Gr.ending());
                let mut settings = reduce::settings(file, &options.reduction, &reduced);
                settings.extend(transform_settings(&distribution));
                write(&place, &settings, &distribution)?;
                Some(place)
            }
            None => None,
        };
        let mut done = reduced.done;
        done.push(("G(r)", transform_words(&distribution)));
        steps = done.clone();
        all.push((file.clone(), distribution, done, written));
    }
    waiting.clear();
    let described: Vec<peak::Described> =
        all.iter().map(|(file, distribution, ..)| peak::describe(file, distribution, &options.peak)).collect();
    if options.json {
        let files: Vec<Value> = all
            .iter()
            .zip(&described)
            .map(|((file, distribution, done, written), described)| {
                let steps: serde_json::Map<String, Value> =
                    done.iter().map(|(name, words)| ((*name).to_owned(), json!(words))).collect();
                json!({
                    "file": file, "q_min_per_Ao": distribution.options.q_min, "q_max_per_Ao": distribution.options.q_max,
                    "points": distribution.r.len(), "steps": steps, "written": written, "peak": described.json(),
                })
            })
            .collect();
        return print_json(&json!({ "files": files }));
    }
    let rows: Vec<Vec<String>> = steps.into_iter().map(|(name, words)| vec![name.to_owned(), words]).collect();
    let mut text = aligned("", &rows);
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

/// The keys of PDFgetX3, and the window, for which it has none.
fn transform_settings(distribution: &PairDistribution) -> Vec<(String, String)> {
    let options = &distribution.options;
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

fn write(place: &Path, settings: &[(String, String)], distribution: &PairDistribution) -> Result<(), Failure> {
    let sigma = distribution.sigma();
    let file = PdfFile { kind: PdfKind::Gr, settings, x: &distribution.r, y: &distribution.g, sigma: sigma.as_deref() };
    replace_file(place, file.to_text().as_bytes())?;
    Ok(())
}
