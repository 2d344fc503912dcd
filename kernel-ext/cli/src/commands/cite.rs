//! `kovacs cite`: how to cite the program, the article it is built around, and the models.

use crate::citation::{Article, Software};
use crate::commands::model;
use crate::failure::Failure;
use crate::output::print;
use crate::{candidates, citation};
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_core::model::ModelDescription;
use kovacs_host::Models;

/// Tell how to cite Kovacs, the article it is built around, and the models
#[derive(Args)]
#[command(after_help = "\
A model names the work it follows; cite that, and Kovacs for the computation.

Examples:
  kovacs cite
  kovacs cite tnm aoi
  kovacs cite --bibtex > kovacs.bib
  kovacs cite tnm --bibtex >> kovacs.bib")]
pub struct Options {
    /// Models whose references are wanted [default: Kovacs itself]
    #[arg(value_name = "MODEL", add = ArgValueCandidates::new(candidates::models))]
    models: Vec<String>,
    /// As BibTeX entries
    #[arg(long, group = "form")]
    bibtex: bool,
    /// As a list of references in the style of the APA
    #[arg(long, group = "form")]
    apa: bool,
    /// As a Citation File Format file
    #[arg(long, group = "form", conflicts_with = "models")]
    cff: bool,
}

/// Prints the references.
///
/// # Errors
/// There is no such model.
pub fn run(options: &Options) -> Result<(), Failure> {
    if options.models.is_empty() {
        let (software, article) = (Software::this(), Article::of_project());
        return print(&match options {
            Options { bibtex: true, .. } => format!("{}\n{}", software.bibtex(), article.bibtex()),
            Options { apa: true, .. } => format!("{}\n{}", software.apa(), article.apa()),
            Options { cff: true, .. } => citation::cff(),
            _ => format!(
                "If you use Kovacs, please cite it:\n  {}\nIt is built around, and compared with:\n  {}\n\
                 A model has its own reference: `kovacs cite MODEL`. For a file: --bibtex, --apa, --cff.",
                software.apa(),
                article.apa()
            ),
        });
    }
    let models = Models::discover();
    let mut entries = Vec::with_capacity(options.models.len());
    for name in &options.models {
        let handle = model::load(&models, name, None)?;
        let about = handle.description();
        entries.push(match options {
            Options { bibtex: true, .. } => model_bibtex(about),
            Options { apa: true, .. } => about.citation.clone(),
            _ => format!("{} {}: {}", about.short_id(), about.version, about.citation),
        });
    }
    print(&entries.join("\n"))
}

/// A model names its reference in words: they go into a note, and the identifier in them into its field.
fn model_bibtex(about: &ModelDescription) -> String {
    let doi = citation::doi_in(&about.citation);
    let mut fields = vec![
        ("title", format!("{{{}}}", about.name)),
        ("note", about.citation.replace('&', "\\&")),
        ("howpublished", format!("model \\texttt{{{}}} {} of Kovacs", about.id.replace('_', "\\_"), about.version)),
    ];
    fields.extend(doi.map(|doi| ("doi", doi.to_owned())));
    citation::entry("misc", &format!("kovacs-{}", about.short_id()), &fields)
}
