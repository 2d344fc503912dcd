//! What an installation contains, gathered for `kovacs install` and `kovacs dist`.

use crate::commands::{CommandLine, completions, man};
use crate::failure::Failure;
use clap::{Args, CommandFactory};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use kovacs_home::Home;
use kovacs_install::{Contents, InstallError, Stripper};
use kovacs_kernel::install as kernel;
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::Path;

/// What may be left out of an installation, and what not.
#[derive(Args)]
pub struct Wanted {
    /// Keep what debuggers read: twice the size
    #[arg(long)]
    no_strip: bool,
    /// Leave out polars, ndarray, plotly and statrs for cells, 400 MB; everything else works without them
    #[arg(long)]
    no_crates: bool,
}

/// The contents of an installation, and what is to be said about them.
pub struct Gathered {
    /// The files.
    pub contents: Contents,
    /// What is not as it should be: one line each, empty if all is well.
    pub notes: String,
    /// Whether the licences of others are in it, so that it may be passed on.
    pub licensed: Result<(), InstallError>,
    /// Keeps the stripped copies that the contents are read from.
    _stripper: Stripper,
}

/// Everything that this program needs elsewhere, from the workspace or from its own installation. Jupyter starts
/// `program_for_jupyter`.
///
/// # Errors
/// A part is missing or cannot be read.
pub fn gather(home: &Home, wanted: &Wanted, program_for_jupyter: &str) -> Result<Gathered, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::from(error).context("this program is lost"))?;
    let mut stripper = Stripper::new(!wanted.no_strip)?;
    let mut contents = Contents::of(home, &program, &mut stripper)?;
    let licensed = kovacs_install::third_party(home).map(|text| contents.licences(text));
    for (path, script) in completions::installed()? {
        contents.text(path, script);
    }
    for (name, page) in man::pages(CommandLine::command())? {
        contents.text(Path::new("share/man/man1").join(name), page);
    }
    let folder = Path::new("share/jupyter/kernels").join(kernel::NAME);
    let display_name = kernel::display_name(kernel::NAME);
    for (name, content) in kernel::files(kernel::NAME, &display_name, program_for_jupyter, script()) {
        contents.text(folder.join(name), content);
    }
    let mut notes = String::new();
    if !wanted.no_crates {
        match kovacs_session::cell_crates() {
            Ok(folder) => contents.cell_crates(&folder)?,
            // Everything else works without them. Writing into a `String` cannot fail.
            Err(error) => drop(writeln!(notes, "note: {error}; they are not in this installation")),
        }
    }
    for path in stripper.unstripped() {
        // Writing into a `String` cannot fail.
        let _ = writeln!(notes, "note: {} is not stripped: there is no program `strip` for it", path.display());
    }
    if let Err(error) = &licensed {
        let _ = writeln!(notes, "note: {error}; do not pass this installation on without them");
    }
    Ok(Gathered { contents, notes, licensed, _stripper: stripper })
}

/// plotly.js, which figures in a browser are drawn by.
pub fn script() -> kernel::Script<'static> {
    kernel::Script { text: kovacs_cell::plotly_js(), licence: kovacs_cell::PLOTLY_LICENCE }
}

/// Adds what to do to the refusals that a person can do something about.
pub fn explained(error: InstallError, prefix: &Path) -> Failure {
    let prefix = prefix.display();
    let remedy = match &error {
        InstallError::File { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
            Some(format!("you may not write in `{prefix}`: name a folder of yours, or run it as its owner"))
        }
        InstallError::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
            Some("free some space there, or name another folder".to_owned())
        }
        InstallError::Foreign(path) => Some(format!("move `{}` away, or name another folder", path.display())),
        InstallError::NotInstalled { .. } => Some("name the folder it was installed below".to_owned()),
        InstallError::Record { .. } => Some(format!("install once more into `{prefix}`; that writes the record anew")),
        _ => None,
    };
    match remedy {
        Some(remedy) => Failure::from(error).remedy(remedy),
        None => Failure::from(error),
    }
}

/// A number of bytes as people read it: `118 MB`.
pub fn size(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}

/// How much of a number of bytes is done: a bar on a terminal, nothing elsewhere.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar for so many bytes.
    pub fn new(doing: &'static str, bytes: u64) -> Progress {
        let template = "{msg} [{bar:40}] {bytes} of {total_bytes}, {eta} left";
        Progress(std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(bytes).with_style(style).with_message(doing)
        }))
    }

    /// So many bytes more are done.
    pub fn advance(&mut self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }

    /// Takes the bar away.
    pub fn clear(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}
