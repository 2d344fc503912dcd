//! `kovacs model new`: a folder with a model that builds.

use crate::failure::{Explain, Failure};
use crate::output::{print, print_json};
use clap::{Args, ValueEnum};
use kovacs_from_cell::Cell;
use kovacs_host::TrustStore;
use kovacs_new_model::{FromCell, Language, Name, NewModel, Written, find_sdk};
use kovacs_runner::{CellKind, Notebook};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Write a new model: a folder that builds, passes the checker and is there to be changed
#[derive(Args)]
#[command(after_help = "\
A Rust model is a crate; its folder is approved, so that what cargo builds there is found by every notebook at once.
Models in other languages come with a Makefile: `make install` puts them where every notebook finds them.

Examples:
  kovacs model new zener
  kovacs model new zener --path ~/models
  kovacs model new zener_c --lang c
  kovacs model new power_law --from-cell analysis.ipynb#model")]
pub struct Options {
    /// Name of the model: lower-case letters, digits and `_`
    name: String,
    /// Folder in which the model's folder is made
    #[arg(long, value_name = "DIR", default_value = ".")]
    path: PathBuf,
    /// Language
    #[arg(long, value_enum, default_value = "rust")]
    lang: Lang,
    /// Take the model from the cell of a notebook that defines it with `Model::from_fn`
    #[arg(long, value_name = "NOTEBOOK#CELL")]
    from_cell: Option<String>,
    /// Folder with the sources of the SDK (`core`, `sdk`)
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Language of a model.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    Rust,
    C,
    Cpp,
    Fortran,
}

/// Writes the folder.
///
/// # Errors
/// The name is none, the folder exists, or the model in the cell cannot leave its notebook.
pub fn run(options: &Options) -> Result<(), Failure> {
    const DOING: &str = "cannot write the model";
    let name = Name::new(&options.name).doing(DOING)?;
    if options.from_cell.is_some() && options.lang != Lang::Rust {
        return Err(Failure::usage("a model in a cell is Rust: leave `--lang` out"));
    }
    let language = match options.lang {
        Lang::C => Language::C,
        Lang::Cpp => Language::Cpp,
        Lang::Fortran => Language::Fortran,
        Lang::Rust => {
            let from_cell = options.from_cell.as_deref().map(|place| from_cell(place, &name)).transpose()?;
            Language::Rust { sdk: find_sdk(options.sdk.as_deref()).doing(DOING)?, from_cell }
        }
    };
    let written = NewModel { name: name.clone(), parent: options.path.clone(), language }.write().doing(DOING)?;
    if options.lang == Lang::Rust {
        TrustStore::of_user()
            .approve_project(&written.folder, "kovacs model new")
            .doing("cannot approve the project")?;
    }
    if options.json {
        let Written { folder, files, build, library } = &written;
        return print_json(&json!({"folder": folder, "files": files, "build": build, "library": library}));
    }
    print(&next_steps(&written, &name, options.lang))
}

/// Reads the model out of `notebook.ipynb#cell`.
fn from_cell(place: &str, name: &Name) -> Result<FromCell, Failure> {
    let (path, id) = match place.rsplit_once('#') {
        Some((path, id)) if !Path::new(place).exists() => (path, Some(id)),
        _ => (place, None),
    };
    let notebook = Notebook::read(Path::new(path)).doing("cannot read the notebook")?;
    let code = notebook.cells().filter(|cell| cell.kind == CellKind::Code);
    let cells: Vec<Cell> = code.map(|cell| Cell { id: cell.id().to_owned(), source: cell.source() }).collect();
    let model = kovacs_from_cell::find(&cells, id).doing("cannot take the model out of the notebook")?;
    let file = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
    let written = model.write(name.as_str(), &name.id(), &format!("cell `{}` of `{file}`", model.cell));
    Ok(FromCell { type_name: written.type_name, crate_source: formatted(written.crate_source) })
}

/// The source as `rustfmt` lays it out; as it is where there is none.
fn formatted(source: String) -> String {
    let format = || {
        let mut command = Command::new("rustfmt");
        command.args(["--edition", "2024"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        // Closed at the end of the statement: `rustfmt` reads to the end of its input before it writes.
        child.stdin.take()?.write_all(source.as_bytes()).ok()?;
        let output = child.wait_with_output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()
    };
    format().unwrap_or(source)
}

fn next_steps(written: &Written, name: &Name, lang: Lang) -> String {
    let Written { folder, files, build, .. } = written;
    let mut text = format!("wrote {}\n", folder.display());
    for file in files {
        text.push_str(&format!("  {}\n", file.display()));
    }
    let name = name.as_str();
    let steps = match lang {
        Lang::Rust => format!("{build}\n  cargo test\n  kovacs model check {name}"),
        Lang::C | Lang::Cpp | Lang::Fortran => format!("{build}\n  make test\n  make check\n  make install"),
    };
    text.push_str(&format!("next:\n  cd '{}'\n  {steps}\n", folder.display()));
    text.push_str(&format!("and in a notebook: let model = Model::load(\"{name}\")?;\n"));
    text
}
