//! `kovacs structure peak`: position and widths of the first peak, of one file or of a series.

use super::digits;
use super::input::Source;
use crate::failure::Failure;
use crate::output::{aligned, notice, print, print_json};
use crate::quantities;
use clap::Args;
use kovacs_scattering::{
    Assignment, Composition, FirstPeak, PairDistribution, ScatteringError, TwoGaussians, WidthDefinition, WidthError,
    Window, first_peak, two_gaussians, width_error,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Position, height and widths of the first peak of G(r), with what termination makes of them
#[derive(Args)]
#[command(after_help = "\
Three definitions of the full width are printed side by side: at half the height above G = 0 (zero-base), above the
line through the minima on both sides (local-base), and of the least-squares Gaussian of the upper half (gaussian).
Beside them stands the width that termination at Q_max gives to a peak without any. Several files make a table.

Examples:
  kovacs structure peak ribbon.gr
  kovacs structure peak nickel.gr --window 2:3A --qmax 25/A
  kovacs structure peak frame-*.gr --definition zero-base
  kovacs structure peak ribbon.gr --sub-peaks 2.70:3.10A --assign TiZrHfCuNiBe --json")]
pub struct Options {
    /// Files of G(r)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Up to which Q they were measured, where a file does not say it
    #[arg(long, value_name = "Q", value_parser = quantities::wave_number)]
    qmax: Option<f64>,
    /// Window that the transform had, where a file does not say it [default: sharp]
    #[arg(long, value_name = "NAME", value_parser = Window::of_name)]
    transform_window: Option<Window>,
    /// Compute the curve on a finer grid first, from files with a coarse one
    #[arg(long, value_name = "LENGTH", value_parser = quantities::length)]
    resample: Option<f64>,
    #[command(flatten)]
    peak: PeakOptions,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// First shell of metallic glasses, Å: the window unless another is given.
const METALLIC_WINDOW: (f64, f64) = (2.2, 3.8);

/// What is looked for in a `G(r)`.
#[derive(Args)]
pub struct PeakOptions {
    /// Where the first peak is
    #[arg(long, value_name = "FROM:TO", value_parser = quantities::distances, default_value = "2.2:3.8A")]
    window: (f64, f64),
    /// One definition of the width only: zero-base, local-base, gaussian [default: all]
    #[arg(long, value_name = "NAME", value_parser = WidthDefinition::of_name)]
    definition: Option<WidthDefinition>,
    /// Where the fit of two Gaussians starts [default: 2.70:3.10A in the default window, else no fit]
    #[arg(long, value_name = "NEAR:FAR", value_parser = quantities::distances)]
    sub_peaks: Option<(f64, f64)>,
    /// Formula of the sample: assigns pairs of elements to the two Gaussians
    #[arg(long, value_name = "FORMULA")]
    assign: Option<String>,
    /// Radius of an element, for the assignment
    #[arg(long = "radius", value_name = "SYMBOL=LENGTH", value_parser = quantities::radius, requires = "assign")]
    radii: Vec<(String, f64)>,
}

/// Reads, describes, prints.
///
/// # Errors
/// A file is no `G(r)`, or does not say up to which `Q` it was measured.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut described = Vec::new();
    for file in &options.files {
        let mut distribution = Source::read(file)?.distribution(options.qmax, options.transform_window)?;
        if let Some(step) = options.resample {
            distribution = distribution
                .resampled(step)
                .map_err(|error| Failure::from(error).context(format!("`{}`", file.display())))?;
        }
        described.push(describe(file, &distribution, &options.peak));
    }
    if options.json {
        let files: Vec<Value> = described.iter().map(Described::json).collect();
        return print_json(&json!({ "files": files }));
    }
    print(&text(&described))
}

/// A first peak, from all sides; what could not be found says why.
pub struct Described {
    file: String,
    q_max: f64,
    window_name: &'static str,
    step: f64,
    nyquist_step: f64,
    window: (f64, f64),
    peaks: Vec<(WidthDefinition, Result<FirstPeak, ScatteringError>)>,
    error: Result<WidthError, ScatteringError>,
    sub_peaks: Option<Result<TwoGaussians, ScatteringError>>,
    assignment: Option<Result<Assignment, ScatteringError>>,
}

/// Looks at the first peak of a curve.
pub fn describe(file: &Path, distribution: &PairDistribution, options: &PeakOptions) -> Described {
    let wanted = |definition: &WidthDefinition| options.definition.is_none_or(|only| only == *definition);
    let definitions = WidthDefinition::NAMED.map(|(_, definition, _)| definition).into_iter().filter(wanted);
    let peaks = definitions.map(|definition| (definition, first_peak(distribution, options.window, definition)));
    // The places of the paper, in the window they lie in.
    let starts = options.sub_peaks.or((options.window == METALLIC_WINDOW).then_some((2.70, 3.10)));
    let sub_peaks = starts.map(|starts| two_gaussians(distribution, options.window, starts));
    let assignment = match (&options.assign, &sub_peaks) {
        (Some(formula), Some(Ok(found))) => Some(
            Composition::parse(formula)
                .and_then(|alloy| alloy.assign((found.near.position, found.far.position), &options.radii)),
        ),
        _ => None,
    };
    Described {
        file: file.display().to_string(),
        q_max: distribution.options.q_max,
        window_name: distribution.options.window.name(),
        step: distribution.options.r_step,
        nyquist_step: distribution.nyquist_step(),
        window: options.window,
        peaks: peaks.collect(),
        error: width_error(distribution, options.window),
        sub_peaks,
        assignment,
    }
}

/// One file as a sheet, several as a table.
pub fn text(described: &[Described]) -> String {
    match described {
        [one] => one.sheet(),
        several => table(several),
    }
}

impl Described {
    fn sheet(&self) -> String {
        let mut text = format!("{}: Q_max {:.3} 1/Å, {} end\n", self.file, self.q_max, self.window_name);
        let row = |name: &str, value: String, words: String| vec![name.to_owned(), value, words];
        let mut rows = Vec::new();
        match self.peaks.iter().find_map(|(_, peak)| peak.as_ref().ok()) {
            Some(peak) => {
                rows.push(row("position", digits(peak.position, 4), "Å".to_owned()));
                rows.push(row("height", format!("{:.4}", peak.height), "1/Å²".to_owned()));
            }
            None => {
                let why = self.peaks.iter().find_map(|(_, peak)| peak.as_ref().err());
                return text + &why.map_or_else(String::new, |error| format!("  {error}\n"));
            }
        }
        for (definition, peak) in &self.peaks {
            let name = format!("width {}", definition.name());
            rows.push(match peak {
                Ok(peak) => {
                    let counting =
                        peak.counting_error.map_or_else(String::new, |error| format!(", counting ± {error:.4}"));
                    row(&name, digits(peak.width, 4), format!("Å, {}{counting}", definition.words()))
                }
                Err(error) => row(&name, "none".to_owned(), error.to_string()),
            });
        }
        if let Some((_, Ok(peak))) = self.peaks.iter().find(|(_, peak)| peak.is_ok()) {
            let words = "Å, what Q_max and window give to a peak without width".to_owned();
            rows.push(row("termination width", digits(peak.termination_width, 4), words));
        }
        if let Ok(error) = &self.error {
            rows.push(match error.without_termination {
                Some(width) => {
                    row("undone", digits(width, 4), "Å, zero-base width of one Gaussian before termination".to_owned())
                }
                None => {
                    row("undone", "none".to_owned(), "the peak is not wider than termination alone makes it".to_owned())
                }
            });
            rows.push(match error.total() {
                Some(total) => row("error of it", digits(total, 4), error_words(error)),
                None => row(
                    "error of it",
                    "none".to_owned(),
                    "the peak cannot be followed while Q_max moves: it is not resolved".to_owned(),
                ),
            });
        }
        text.push_str(&aligned("  ", &rows));
        text.push_str(&self.sub_peak_text());
        if let Some(words) = self.grid_warning() {
            text.push_str(&format!("  note: {words}\n"));
        }
        text
    }

    fn sub_peak_text(&self) -> String {
        let found = match &self.sub_peaks {
            None => return String::new(),
            Some(Ok(found)) => found,
            Some(Err(error)) => return format!("  two Gaussians: {error}\n"),
        };
        let gaussian = |name: &str, peak: kovacs_scattering::Gaussian| {
            vec![
                name.to_owned(),
                format!("{:.4}", peak.position),
                format!("{:.4}", peak.height),
                format!("{:.4}", peak.width),
            ]
        };
        let rows = [
            ["two Gaussians", "at Å", "height 1/Å²", "width Å"].map(str::to_owned).to_vec(),
            gaussian("  near", found.near),
            gaussian("  far", found.far),
        ];
        let resolved = if found.is_resolved() { "more" } else { "less" };
        let mut text = aligned("  ", &rows);
        text.push_str(&format!(
            "  {:.4} Å apart, {resolved} than the termination width; residual {:.2e} 1/Å²\n",
            found.far.position - found.near.position,
            found.rms
        ));
        match &self.assignment {
            None => {}
            Some(Err(error)) => text.push_str(&format!("  pairs: {error}\n")),
            Some(Ok(assignment)) => {
                let (near, far) = assignment.shares();
                for (name, share, group) in [("near", near, &assignment.near), ("far", far, &assignment.far)] {
                    let pairs: Vec<String> = group
                        .iter()
                        .take(5)
                        .map(|pair| format!("{} {:.1} %", pair.weight.pair.join("-"), 100.0 * pair.weight.weight))
                        .collect();
                    text.push_str(&format!(
                        "  {name}: {:.1} % of all weights by radii: {}\n",
                        100.0 * share,
                        pairs.join(", ")
                    ));
                }
            }
        }
        text
    }

    /// A word where the grid of `r` is too coarse for widths.
    fn grid_warning(&self) -> Option<String> {
        if self.step > self.nyquist_step * 1.001 {
            return Some(format!(
                "the spacing of r, {:.4} Å, is coarser than π/Q_max = {:.4} Å: the curve has lost information; transform again",
                self.step, self.nyquist_step
            ));
        }
        (self.step > 0.25 * self.nyquist_step).then(|| {
            format!(
                "the spacing of r, {:.4} Å, is close to π/Q_max = {:.4} Å; straight lines between the points err: try `--resample 0.01A`",
                self.step, self.nyquist_step
            )
        })
    }

    /// Everything as JSON; lengths in Å, heights in 1/Å².
    pub fn json(&self) -> Value {
        let peaks: Vec<Value> = self
            .peaks
            .iter()
            .map(|(definition, peak)| match peak {
                Ok(peak) => json!({
                    "definition": definition.name(), "position_Ao": peak.position, "height_per_Ao2": peak.height,
                    "width_Ao": peak.width, "termination_width_Ao": peak.termination_width,
                    "counting_error_Ao": peak.counting_error, "sampling_error_Ao": peak.sampling_error,
                }),
                Err(error) => json!({"definition": definition.name(), "error": error.to_string()}),
            })
            .collect();
        let error = self.error.as_ref().ok();
        let gaussian = |peak: &kovacs_scattering::Gaussian| json!({"position_Ao": peak.position, "height_per_Ao2": peak.height, "width_Ao": peak.width});
        let group = |group: &[kovacs_scattering::PairDistance]| -> Vec<Value> {
            group.iter().map(|pair| json!({"pair": pair.weight.pair, "weight": pair.weight.weight})).collect()
        };
        json!({
            "file": self.file, "q_max_per_Ao": self.q_max, "transform_window": self.window_name, "r_step_Ao": self.step,
            "window_Ao": [self.window.0, self.window.1],
            "widths": peaks,
            "width_without_termination_Ao": error.and_then(|error| error.without_termination),
            "termination_error_Ao": error.and_then(|error| error.termination),
            "total_error_Ao": error.and_then(WidthError::total),
            "two_gaussians": match &self.sub_peaks {
                None => Value::Null,
                Some(Ok(found)) => json!({
                    "near": gaussian(&found.near), "far": gaussian(&found.far), "rms_per_Ao2": found.rms,
                    "resolved": found.is_resolved(),
                }),
                Some(Err(error)) => json!({"error": error.to_string()}),
            },
            "assignment": self.assignment.as_ref().map(|assignment| match assignment {
                Ok(assignment) => json!({"near": group(&assignment.near), "far": group(&assignment.far)}),
                Err(error) => json!({"error": error.to_string()}),
            }),
            "note": self.grid_warning(),
        })
    }
}

fn error_words(error: &WidthError) -> String {
    let part = |name: &str, value: Option<f64>| value.map(|value| format!("{name} {value:.4}"));
    let parts =
        [part("termination", error.termination), part("grid", Some(error.sampling)), part("counting", error.counting)];
    format!("Å: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// A series: one row for each file.
fn table(described: &[Described]) -> String {
    let mut head = vec!["file".to_owned(), "r Å".to_owned(), "height".to_owned()];
    let names =
        described.first().map(|first| first.peaks.iter().map(|(definition, _)| definition.name()).collect::<Vec<_>>());
    head.extend(names.unwrap_or_default().into_iter().map(|name| format!("{name} Å")));
    head.extend(["termination Å", "undone Å", "±", "near Å", "width", "far Å", "width"].map(str::to_owned));
    let mut rows = vec![head];
    for one in described {
        let first = one.peaks.iter().find_map(|(_, peak)| peak.as_ref().ok());
        let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| digits(value, 4));
        let mut row =
            vec![one.file.clone(), cell(first.map(|peak| peak.position)), cell(first.map(|peak| peak.height))];
        row.extend(one.peaks.iter().map(|(_, peak)| cell(peak.as_ref().ok().map(|peak| peak.width))));
        row.push(cell(first.map(|peak| peak.termination_width)));
        let error = one.error.as_ref().ok();
        row.push(cell(error.and_then(|error| error.without_termination)));
        row.push(cell(error.and_then(WidthError::total)));
        let found = one.sub_peaks.as_ref().and_then(|found| found.as_ref().ok());
        for peak in [found.map(|found| found.near), found.map(|found| found.far)] {
            row.push(cell(peak.map(|peak| peak.position)));
            row.push(cell(peak.map(|peak| peak.width)));
        }
        rows.push(row);
        if first.is_none()
            && let Some((_, Err(error))) = one.peaks.first()
        {
            notice(&format!("`{}`: {error}", one.file));
        }
    }
    aligned("", &rows)
}
