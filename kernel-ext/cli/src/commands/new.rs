//! `kovacs new project`: a folder with notebooks, a model, data, a report and the workflow that checks them.

use crate::failure::{Explain, Failure};
use crate::output::print;
use clap::{Args, Subcommand};
use kovacs_datasets::new_from_template;
use kovacs_new_model::{Language, Name, NewModel};
use kovacs_runner::replace_file;
use std::path::{Path, PathBuf};

/// Name of the example model, and the folder it lies in.
const MODEL: &str = "own_model";
/// Name of the example package.
const PACKAGE: &str = "own-measurements";

/// Start something new
#[derive(Subcommand)]
pub enum Command {
    Project(Options),
}

/// Write a project: notebooks, a model, data, a report, and the workflow that runs and checks them in CI
#[derive(Args)]
#[command(after_help = "\
Everything in it is an example that works and is there to be changed; its README says how to go on.

Examples:
  kovacs new project relaxation-of-my-glass
  kovacs new project . --title 'Relaxation of my glass'")]
pub struct Options {
    /// Folder for the project; it may exist, and nothing in it is replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Title of the report [default: from the name of the folder]
    #[arg(long)]
    title: Option<String>,
}

/// Relative paths with their texts.
const FILES: [(&str, &str); 9] = [
    ("README.md", include_str!("../../templates/project/README.md")),
    (".gitignore", include_str!("../../templates/project/gitignore")),
    (".github/workflows/notebooks.yml", include_str!("../../templates/project/notebooks.yml")),
    ("notebooks/first-look.ipynb", include_str!("../../templates/project/first-look.ipynb")),
    ("book/book.toml", include_str!("../../templates/project/book.toml")),
    ("book/theme/kovacs.css", include_str!("../../../../book/theme/kovacs.css")),
    ("book/src/SUMMARY.md", include_str!("../../templates/project/SUMMARY.md")),
    ("book/src/index.md", include_str!("../../templates/project/index.md")),
    ("book/src/first-look.md", include_str!("../../templates/project/first-look.md")),
];

/// Writes the project.
///
/// # Errors
/// A file of it exists already, or the folder cannot be written.
pub fn run(command: &Command) -> Result<(), Failure> {
    const DOING: &str = "cannot write the project";
    let Command::Project(options) = command;
    let folder = std::path::absolute(&options.folder).doing(DOING)?;
    let data = folder.join("kovacs-data");
    let others = [folder.join("models").join(MODEL), data.join(PACKAGE)];
    let paths = FILES.iter().map(|(path, _)| folder.join(path)).chain(others);
    if let Some(there) = paths.into_iter().find(|path| path.exists()) {
        return Err(Failure::new(format!("`{}` exists already, and nothing is replaced", there.display()))
            .context(DOING)
            .remedy("name another folder, or move that away"));
    }
    let title = match &options.title {
        Some(title) => title.replace(['"', '\\', '\n'], " "),
        None => title_of(&folder),
    };
    for (path, text) in FILES {
        replace_file(&folder.join(path), text.replace("@Title@", &title).as_bytes()).doing(DOING)?;
    }
    std::fs::create_dir_all(folder.join("models")).doing(DOING)?;
    let name = Name::new(MODEL).doing(DOING)?;
    NewModel { name, parent: folder.join("models"), language: Language::C }.write().doing(DOING)?;
    new_from_template(PACKAGE, "curves", &data).doing(DOING)?;
    let place = folder.display();
    print(&format!(
        "a project is in {place}\nnext, in that folder:\n  make -C models/{MODEL} install\n  \
         kovacs run notebooks/*.ipynb --update\n  kovacs reproduce --check"
    ))
}

/// `relaxation-of-glass` as a title: `Relaxation of glass`.
fn title_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().replace(['-', '_', '"', '\\'], " ");
    let mut letters = name.trim().chars();
    letters.next().map_or_else(|| "Notebooks".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}
