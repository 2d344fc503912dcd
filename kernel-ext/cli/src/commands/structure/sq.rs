//! `kovacs structure sq`: the structure factor of one or several patterns.

use super::each::{self, Columns, Curve, each};
use super::reduce;
use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use clap::Args;
use kovacs_formats::PdfKind;
use kovacs_scattering::StructureFactor;
use serde_json::json;
use std::borrow::Cow;
use std::path::PathBuf;

/// Structure factor S(Q) of measured patterns
#[derive(Args)]
#[command(after_help = "\
Reads Fit2D and pyFAI patterns, PDFgetX files and bare columns. What a file does not say is asked for.
Compton scattering is computed from the composition; absorption, polarisation and multiple scattering are not corrected.

Examples:
  kovacs structure sq sample.xy --composition Mg2SiO4 --background empty.xy --out sample.sq
  kovacs structure sq melt.chi --unit 1/nm --composition Fe81S19 --background empty.chi --background-scale 0.97
  kovacs structure sq ribbon.xy --composition TiZrHfCuNiBe --energy 60.037keV --anomalous --normalisation as-printed
  kovacs structure sq frame-*.xy --composition TiZrHfCuNiBe --out frames/ --json")]
pub struct Options {
    /// Patterns
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reduction: reduce::Options,
    /// Where to write S(Q): a file; for several patterns a folder
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Reduces, prints, writes.
///
/// # Errors
/// Those of the reduction, or a file cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let reduction = &options.reduction;
    let all = each(&options.files, options.out.as_deref(), reduction, reduction.qmax, |_, structure, _| Ok(structure))?;
    let facts: Vec<Facts> = all.iter().map(|made| Facts::of(&made.result)).collect();
    if options.json {
        let files = all.iter().zip(&facts).map(|(made, facts)| {
            json!({
                "file": made.file, "points": facts.points, "q_min_per_Ao": facts.first, "q_max_per_Ao": facts.last,
                "scale": made.result.scale, "largest_s": facts.largest, "at_q_per_Ao": facts.place,
                "tail_mean": facts.tail_mean, "tail_scatter": facts.tail_scatter, "steps": made.steps_as_json(),
                "written": made.written,
            })
        });
        return print_json(&json!({ "files": files.collect::<Vec<_>>() }));
    }
    let mut rows = vec![
        ["file", "points", "Q from", "to 1/Å", "scale", "S max", "at 1/Å", "S at the end"].map(str::to_owned).to_vec(),
    ];
    rows.extend(all.iter().zip(&facts).map(|(made, facts)| {
        vec![
            made.file.display().to_string(),
            facts.points.to_string(),
            format!("{:.2}", facts.first),
            format!("{:.2}", facts.last),
            format!("{:.4e}", made.result.scale),
            format!("{:.3}", facts.largest),
            format!("{:.3}", facts.place),
            format!("{:.3} ± {:.3}", facts.tail_mean, facts.tail_scatter),
        ]
    }));
    // The steps of the last file stand for all: they differ in the scale only, which the table has.
    let steps = all.last().map(|made| each::rows(&made.steps)).unwrap_or_default();
    let mut text = aligned("", &rows) + &aligned("  ", &steps);
    if let Some(out) = &options.out {
        text.push_str(&format!("written to {}\n", out.display()));
    }
    print(&text)
}

impl Curve for StructureFactor {
    const KIND: PdfKind = PdfKind::Sq;

    fn settings(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn columns(&self) -> Columns<'_> {
        Columns { x: &self.q, y: &self.s, sigma: self.sigma.as_deref().map(Cow::Borrowed) }
    }
}

/// What a person looks at first in an `S(Q)`.
struct Facts {
    points: usize,
    first: f64,
    last: f64,
    /// Largest value and its place.
    largest: f64,
    place: f64,
    /// Mean and standard deviation over the last tenth of the points: a good one ends at 1.
    tail_mean: f64,
    tail_scatter: f64,
}

impl Facts {
    fn of(structure: &StructureFactor) -> Facts {
        let StructureFactor { q, s, .. } = structure;
        let top = (0..s.len()).max_by(|&left, &right| s[left].total_cmp(&s[right])).unwrap_or(0);
        let tail = &s[s.len() - (s.len() / 10).max(1).min(s.len())..];
        let count = tail.len().max(1) as f64;
        let tail_mean = tail.iter().sum::<f64>() / count;
        let tail_scatter = (tail.iter().map(|s| (s - tail_mean).powi(2)).sum::<f64>() / count).sqrt();
        let at = |values: &[f64], index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Facts {
            points: q.len(),
            first: at(q, 0),
            last: at(q, q.len().saturating_sub(1)),
            largest: at(s, top),
            place: at(q, top),
            tail_mean,
            tail_scatter,
        }
    }
}
