//! `kovacs install` and `kovacs uninstall`: this program and everything it needs, below a folder.

use crate::failure::{Explain, Failure};
use crate::installation::{self, Progress, Wanted, size};
use crate::output::{aligned, print, print_json};
use clap::Args;
use kovacs_home::Home;
use kovacs_install::{Contents, Installed, Removed, installed_version};
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Where programs of a single user go.
const BELOW_HOME: &str = ".local";

/// Install this program with its models, packages and sources below a folder
#[derive(Args)]
#[command(after_help = "\
Writes bin/kovacs, lib/kovacs and, below share, documentation, completions and manual pages; nothing outside PREFIX.
An older installation there is replaced in one step; what runs keeps the files it has open.
The folder can be moved afterwards. The sources that the program was built from are not needed any more.

Examples:
  kovacs install                   # for yourself, below ~/.local
  kovacs install --dry-run
  sudo ./bin/kovacs install /usr/local")]
pub struct Options {
    /// Folder to install below [default: ~/.local]
    #[arg(value_name = "PREFIX")]
    prefix: Option<PathBuf>,
    /// Tell what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    wanted: Wanted,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Remove an installation: exactly the files that it wrote
#[derive(Args)]
#[command(after_help = "\
The cache, your own models and packages, and what you approved stay; the answer says where they are.

Examples:
  kovacs uninstall
  kovacs uninstall /opt/kovacs --dry-run")]
pub struct UninstallOptions {
    /// Folder it is installed below [default: where this program is installed, else ~/.local]
    #[arg(value_name = "PREFIX")]
    prefix: Option<PathBuf>,
    /// Tell what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Installs.
///
/// # Errors
/// Something of the installation is missing, or the folder cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    const DOING: &str = "cannot install";
    let prefix = match &options.prefix {
        Some(prefix) => std::path::absolute(prefix)?,
        None => users_prefix()?,
    };
    let home = Home::find();
    if home.prefix().is_some_and(|own| same(own, &prefix)) {
        return Err(Failure::new(format!("this program is the one installed in `{}`", prefix.display()))
            .remedy("name another folder, or run the newer program that is to take its place"));
    }
    let program = prefix.join("bin/kovacs");
    let gathered = installation::gather(&home, &options.wanted, &program.to_string_lossy()).doing(DOING)?;
    let (contents, notes) = (&gathered.contents, &gathered.notes);
    let replaces = installed_version(&prefix);
    if options.dry_run {
        return if options.json {
            let files: Vec<&Path> = contents.parts().map(|(path, _)| path).collect();
            print_json(&json!({"prefix": prefix, "replaces": replaces, "files": files, "bytes": contents.bytes()?}))
        } else {
            print(&format!("would write into {}:\n{}{notes}", prefix.display(), table(contents)?))
        };
    }
    let mut progress = Progress::new("installing", contents.bytes()?);
    let done = kovacs_install::install(contents, &prefix, &mut |bytes| progress.advance(bytes));
    progress.clear();
    let done = done.map_err(|error| installation::explained(error, &prefix)).doing(DOING)?;
    if options.json {
        let Installed { replaced, removed } = &done;
        return print_json(&json!({"prefix": prefix, "replaced": replaced, "removed": removed,
            "files": contents.parts().count(), "bytes": contents.bytes()?}));
    }
    let mut text = format!("installed kovacs {} in {}", env!("CARGO_PKG_VERSION"), prefix.display());
    if let Some(version) = done.replaced {
        // Writing into a `String` cannot fail.
        let _ = write!(text, ", in place of {version}");
    }
    print(&format!("{text}:\n{}{notes}{}", table(contents)?, next_steps(&prefix)))
}

/// Uninstalls.
///
/// # Errors
/// Nothing is installed there, or a file cannot be removed.
pub fn uninstall(options: &UninstallOptions) -> Result<(), Failure> {
    let prefix = match (&options.prefix, Home::find().prefix()) {
        (Some(prefix), _) => std::path::absolute(prefix)?,
        (None, Some(own)) => own.to_path_buf(),
        (None, None) => users_prefix()?,
    };
    let removed = kovacs_install::uninstall(&prefix, !options.dry_run)
        .map_err(|error| installation::explained(error, &prefix))
        .doing("cannot uninstall")?;
    let Removed { files, folders, left } = &removed;
    if options.json {
        return print_json(&json!({"prefix": prefix, "dry_run": options.dry_run, "files": files, "folders": folders,
            "left": left}));
    }
    let verb = if options.dry_run { "would remove" } else { "removed" };
    let mut text = format!("{verb} {} files of Kovacs from {}\n", files.len(), prefix.display());
    for path in left {
        let _ = writeln!(text, "  left, since it was not installed: {}", prefix.join(path).display());
    }
    let own = [
        (kovacs_home::cache_folder(), "what can be made again"),
        (kovacs_home::data_folder(), "your models and packages"),
        (kovacs_home::state_folder(), "what you approved"),
    ];
    for (folder, what) in own {
        if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
            let _ = writeln!(text, "  left: {} ({what})", folder.display());
        }
    }
    print(&text)
}

/// `~/.local`.
fn users_prefix() -> Result<PathBuf, Failure> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    home.map(|home| home.join(BELOW_HOME)).ok_or_else(|| {
        Failure::new("your home folder is not known: HOME is not set")
            .remedy("name the folder: `kovacs install PREFIX`")
    })
}

/// Whether two paths lead to the same folder.
fn same(first: &Path, second: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    first == second || (canonical(first).is_some() && canonical(first) == canonical(second))
}

/// What lies where, how much of it, and what it is.
fn table(contents: &Contents) -> Result<String, Failure> {
    let rows = contents.groups()?.into_iter().map(|group| {
        let folder = group.folder.display().to_string();
        let files = if group.files == 1 { "1 file".to_owned() } else { format!("{} files", group.files) };
        vec![folder.clone(), files, size(group.bytes), meaning(&folder).to_owned()]
    });
    Ok(aligned("  ", &rows.collect::<Vec<_>>()))
}

fn meaning(folder: &str) -> &'static str {
    match folder {
        "bin" => "the program",
        "lib/kovacs" => "record of the files, version",
        "lib/kovacs/models" => "libraries of the models",
        "lib/kovacs/packages" => "data packages",
        "lib/kovacs/crates" => "polars, ndarray, plotly and statrs for cells",
        "lib/kovacs/papermill" => "parameters of papermill, as Rust",
        "lib/kovacs/prelude" => "sources that cells are compiled with",
        "lib/kovacs/sdk" => "sources that new models are built on",
        "share/doc/kovacs" => "licences, changelog, how to cite",
        "share/jupyter/kernels" => "the kernel, for Jupyter",
        "share/man/man1" => "manual pages",
        _ => "completions of the shell",
    }
}

/// What the user's shell does not know yet, and what to do next.
fn next_steps(prefix: &Path) -> String {
    let bin = prefix.join("bin");
    let search = std::env::var_os("PATH").unwrap_or_default();
    let mut text = String::new();
    if std::env::split_paths(&search).all(|folder| !same(&folder, &bin)) {
        let _ = writeln!(
            text,
            "{bin} is not in your PATH: add this line to the file that your shell reads at its start\n  \
             export PATH=\"{bin}:$PATH\"",
            bin = bin.display()
        );
    }
    let shell = std::env::var_os("SHELL").unwrap_or_default();
    if Path::new(&shell).ends_with("zsh") {
        let folder = prefix.join("share/zsh/site-functions");
        let _ = writeln!(text, "for completions, before compinit in ~/.zshrc:\n  fpath+=('{}')", folder.display());
    }
    text.push_str("next: kovacs setup, which prepares what notebooks share\n");
    text
}
