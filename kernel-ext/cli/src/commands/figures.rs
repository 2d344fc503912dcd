//! `kovacs figures`: the figures of an executed notebook as files for an article.

use crate::failure::{Explain, Failure};
use crate::output::{notice, print};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use kovacs_export::{Browser, Format, Length, Sized, figures};
use kovacs_runner::{Notebook, replace_file};
use std::path::PathBuf;

/// Smallest letters that journals print, in points.
const LEGIBLE: f64 = 5.0;

/// Write the figures of an executed notebook as SVG, PNG or PDF of a stated width
#[derive(Args)]
#[command(after_help = "\
Nothing is computed: pictures are those that the notebook holds, scaled as a whole. One column of most journals is 89 mm wide
(`single`), two are 183 mm (`double`). PDF and PNG are made by Chromium, Chrome or Edge; KOVACS_BROWSER names another.

Examples:
  kovacs figures target/reproduce/notebooks/01-stress-memory.ipynb --width double
  kovacs figures executed.ipynb --cell abc-figure --format pdf,png --width 89mm --dpi 600 --out figures")]
pub struct Options {
    /// Executed notebook
    #[arg(value_name = "NOTEBOOK")]
    notebook: PathBuf,
    /// Id of the cell whose figures are wanted [default: all]
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    cell: Option<String>,
    /// Kinds of files
    #[arg(long, value_name = "svg,png,pdf", value_delimiter = ',', default_value = "pdf")]
    format: Vec<Format>,
    /// Width on paper: 89mm, 3.5in, single, double
    #[arg(long, value_name = "WIDTH", default_value = "double")]
    width: Length,
    /// Pixels to the inch, for PNG
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u16).range(50..=2400))]
    dpi: u16,
    /// Folder for the files; those of the same name are replaced
    #[arg(long, value_name = "DIR", default_value = "figures")]
    out: PathBuf,
}

/// Writes the files and names them.
///
/// # Errors
/// The notebook cannot be read or has no such figure, no browser, a file that cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    const DOING: &str = "cannot write figures";
    let notebook = Notebook::read(&options.notebook).doing(DOING)?;
    let wanted = |cell: &String| options.cell.as_ref().is_none_or(|wanted| wanted == cell);
    let all = figures(&notebook);
    let found: Vec<_> = all.iter().filter(|figure| wanted(&figure.cell)).collect();
    if found.is_empty() {
        let name = options.notebook.display();
        let failure = Failure::new(match &options.cell {
            Some(cell) => format!("cell `{cell}` of `{name}` holds no figure"),
            None => format!("`{name}` holds no figure"),
        });
        return Err(match all.is_empty() {
            true => failure.remedy("name an executed copy: `kovacs run NOTEBOOK --out DIR` makes one"),
            false => {
                let mut cells: Vec<&str> = all.iter().map(|figure| figure.cell.as_str()).collect();
                cells.dedup();
                failure.remedy(format!("cells with figures: {}", cells.join(", ")))
            }
        });
    }
    let needs_browser = options.format.iter().any(|format| *format != Format::Svg);
    let browser = needs_browser.then(Browser::find).transpose().doing(DOING)?;
    let stem = options.notebook.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for figure in found {
        let sized = Sized::new(figure, options.width).doing(DOING)?;
        let letters = sized.smallest_text();
        for format in &options.format {
            let bytes = match (format, &browser) {
                (Format::Pdf, Some(browser)) => sized.pdf(browser),
                (Format::Png, Some(browser)) => sized.png(browser, options.dpi),
                _ => sized.svg(),
            };
            let file = options.out.join(format!("{stem}-{}.{format}", figure.name));
            replace_file(&file, &bytes.doing(DOING)?).doing(DOING)?;
            let letters = letters.map_or(String::new(), |points| format!(", letters from {points:.1} pt"));
            print(&format!("{}: {} by {}{letters}", file.display(), sized.width(), sized.height()))?;
        }
        if let Some(points) = letters.filter(|points| *points < LEGIBLE) {
            let needed = sized.width().millimetres() * LEGIBLE / points;
            notice(&format!(
                "warning: cell `{}`: letters of {points:.1} pt are too small for most journals; from {:.0} mm on they have \
                 {LEGIBLE} pt, or draw fewer or smaller panels (`panel_size`)",
                figure.cell,
                needed.ceil()
            ));
        }
    }
    Ok(())
}
