//! `kovacs book`: executed notebooks and chapters as pages.

use crate::failure::Failure;
use crate::output::{notice, print};
use crate::project;
use clap::{Args, Subcommand};
use kovacs_book::{BookOptions, BuiltBook};
use kovacs_runner::exit_code;
use std::path::{Path, PathBuf};

/// Build the book from chapters and executed notebooks
#[derive(Subcommand)]
pub enum Command {
    Build(Options),
    Preprocess(PreprocessOptions),
}

/// Serve a plain mdBook as a preprocessor: a book as JSON on standard input, the book with results on standard output
#[derive(Args)]
#[command(after_help = "\
mdBook starts it. In book.toml, with paths relative to that file:

  [preprocessor.kovacs]
  command = \"kovacs book preprocess\"
  after = [\"links\"]
  executed = \"../target/reproduce/notebooks\"
  bibliography = \"references.bib\"

Examples:
  kovacs book preprocess supports html
  mdbook build")]
pub struct PreprocessOptions {
    /// `supports RENDERER`: exit code 0 if pages can be made for it
    #[arg(value_name = "supports RENDERER", num_args = 2)]
    question: Vec<String>,
}

/// Build the book; nothing is executed, nothing is loaded over the network
#[derive(Args)]
#[command(after_help = "\
Paths that are not given are those of the project around the current folder: book/, the executed notebooks and the
scorecard that `kovacs reproduce` wrote to target/reproduce, and target/book for the pages.

Examples:
  kovacs book build
  kovacs book build --source book --executed executed --out public")]
pub struct Options {
    /// Folder with `book.toml`
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Folder of executed notebooks
    #[arg(long, value_name = "DIR")]
    executed: Option<PathBuf>,
    /// Scorecard to show; the default is `scorecard.json` beside the folder of executed notebooks
    #[arg(long, value_name = "FILE")]
    scorecard: Option<PathBuf>,
    /// Folder for the pages; replaced as a whole, and only if it is empty or a book built before
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Builds and names the page to open, or serves mdBook.
///
/// # Errors
/// There is no project to take paths from, or the book cannot be built.
pub fn run(command: &Command) -> Result<u8, Failure> {
    match command {
        Command::Build(options) => build(options).map(|()| exit_code::OK),
        Command::Preprocess(options) => preprocess(options),
    }
}

fn preprocess(options: &PreprocessOptions) -> Result<u8, Failure> {
    match options.question.as_slice() {
        [question, renderer] if question == "supports" => Ok(u8::from(!kovacs_book::supports(renderer))),
        [question, _] => Err(Failure::new(format!("mdBook asks `supports`, not `{question}`"))),
        _ => {
            missing(&kovacs_book::preprocess(std::io::stdin().lock(), std::io::stdout().lock())?);
            Ok(exit_code::OK)
        }
    }
}

fn build(options: &Options) -> Result<(), Failure> {
    let found = project::current_folder().and_then(|here| project::find(&here));
    let in_project = |given: &Option<PathBuf>, parts: &[&str]| match (given, &found) {
        (Some(path), _) => Ok(path.clone()),
        (None, Ok(project)) => Ok(parts.iter().fold(project.clone(), |path, part| path.join(part))),
        (None, Err(failure)) => {
            Err(Failure::new(failure.to_string()).remedy("name the folders with --source, --executed and --out"))
        }
    };
    let executed = in_project(&options.executed, &["target", "reproduce", "notebooks"])?;
    let beside = executed.parent().unwrap_or(Path::new(".")).join("scorecard.json");
    let scorecard = options.scorecard.clone().or(beside.is_file().then_some(beside));
    let book = BookOptions {
        source: in_project(&options.source, &[project::BOOK])?,
        executed_notebooks: executed,
        notebooks: found.as_ref().ok().map(|project| project.join(project::NOTEBOOKS)),
        scorecard,
        destination: in_project(&options.out, &["target", "book"])?,
    };
    let built = kovacs_book::build(&book)?;
    warn(&built);
    print(&built.index.display().to_string())
}

/// Says what a reader of the book will miss.
pub fn warn(built: &BuiltBook) {
    missing(&built.missing_notebooks);
    for resource in &built.external_resources {
        notice(&format!("warning: page {} loads {} over the network", resource.page.display(), resource.url));
    }
}

fn missing(notebooks: &[String]) {
    for name in notebooks {
        notice(&format!("warning: notebook `{name}` was not executed; its page says so (run `kovacs reproduce`)"));
    }
}
