//! `kovacs dist`: an archive that holds an installation, to be unpacked anywhere.

use crate::failure::{Explain, Failure};
use crate::installation::{self, Progress, Wanted, size};
use crate::output::{notice, print, print_json};
use clap::Args;
use kovacs_home::Home;
use serde_json::json;
use std::env::consts::{ARCH, OS};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Time that the files in the archive get, in seconds since 1970, for archives that are the same byte by byte.
const TIME_VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// The program as Jupyter finds it from the folder of the kernelspec, wherever the archive is unpacked.
const FROM_THE_KERNELSPEC: &str = "{resource_dir}/../../../../bin/kovacs";

/// Pack this program and everything it needs into an archive that runs wherever it is unpacked
#[derive(Args)]
#[command(after_help = "\
The archive has one folder in it, laid out as `kovacs install` writes it. It runs from there; `bin/kovacs install` in it
puts it into place. It is for this system and processor; other machines need Rust for notebooks, and nothing to predict.
With SOURCE_DATE_EPOCH the archive is the same, byte by byte, for the same program.

Examples:
  kovacs dist
  kovacs dist --out /tmp && tar -xzf /tmp/kovacs-*.tar.gz -C /opt")]
pub struct Options {
    /// Folder for the archive
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Packs.
///
/// # Errors
/// Something is missing, licences included, or the archive cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    const DOING: &str = "cannot pack";
    let time = modified()?;
    let gathered = installation::gather(&Home::find(), &options.wanted, FROM_THE_KERNELSPEC).doing(DOING)?;
    gathered.licensed.as_ref().map_err(|error| {
        Failure::new(error.to_string())
            .context(DOING)
            .remedy("run it where `cargo metadata --offline` answers: in the workspace")
    })?;
    let contents = &gathered.contents;
    let name = format!("kovacs-{}-{ARCH}-{OS}", env!("CARGO_PKG_VERSION"));
    let mut progress = Progress::new("packing", contents.bytes()?);
    let archive = kovacs_install::pack(contents, &name, &options.out, time, &mut |bytes| progress.advance(bytes));
    progress.clear();
    let archive = archive.map_err(|error| installation::explained(error, &options.out)).doing(DOING)?;
    if !gathered.notes.is_empty() {
        notice(gathered.notes.trim_end());
    }
    if options.json {
        return print_json(&json!({"path": archive.path, "bytes": archive.bytes, "sha256": archive.digest,
            "unpacked_bytes": contents.bytes()?, "files": contents.parts().count()}));
    }
    print(&format!(
        "wrote {} ({}, {} unpacked)\nSHA-256 {}",
        archive.path.display(),
        size(archive.bytes),
        size(contents.bytes()?),
        archive.digest
    ))
}

fn modified() -> Result<SystemTime, Failure> {
    let Some(value) = std::env::var_os(TIME_VARIABLE) else { return Ok(SystemTime::now()) };
    let seconds = value.to_str().and_then(|text| text.parse().ok());
    let time = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    time.ok_or_else(|| {
        Failure::new(format!("{TIME_VARIABLE} is `{}`, not a number of seconds", value.to_string_lossy()))
            .remedy(format!("unset {TIME_VARIABLE}, or set it to seconds since 1970"))
    })
}
