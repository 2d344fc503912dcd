//! `kovacs kernel`: the Jupyter kernel, and telling Jupyter of it.

use crate::failure::Failure;
use crate::output::print;
use crate::project::current_folder;
use crate::quantities;
use clap::{Args, Subcommand};
use kovacs_kernel::{KernelOptions, install};
use kovacs_session::{Limits, SessionOptions};
use std::path::PathBuf;

/// Output that a cell may write in the kernel, in bytes.
const OUTPUT_BYTES: u64 = 64 << 20;

/// Rust cells in Jupyter
#[derive(Subcommand)]
pub enum Command {
    Install(InstallOptions),
    Run(RunOptions),
}

/// Tell Jupyter of this kernel
#[derive(Args)]
#[command(after_help = "\
Without an option it is for the current user only.

Examples:
  kovacs kernel install
  kovacs kernel install --sys-prefix        # for the active Python environment
  kovacs kernel install --prefix /usr/local --name glass")]
pub struct InstallOptions {
    /// For the current user
    #[arg(long, conflicts_with_all = ["prefix", "sys_prefix"])]
    user: bool,
    /// Under this prefix: `PREFIX/share/jupyter/kernels`
    #[arg(long, value_name = "PREFIX", conflicts_with = "sys_prefix")]
    prefix: Option<PathBuf>,
    /// For the active Python environment (`VIRTUAL_ENV` or `CONDA_PREFIX`)
    #[arg(long)]
    sys_prefix: bool,
    /// Name by which Jupyter knows the kernel
    #[arg(long, default_value = "kovacs")]
    name: String,
}

/// Run the kernel; Jupyter does this
#[derive(Args)]
#[command(after_help = "\
Examples:
  kovacs kernel run --connection-file kernel.json")]
pub struct RunOptions {
    /// File in which Jupyter names sockets and key
    #[arg(short = 'f', long, value_name = "FILE")]
    connection_file: PathBuf,
    /// Output that a cell may write: 16MB, 1GiB [default: 64MiB]
    #[arg(long, value_name = "BYTES", value_parser = quantities::bytes)]
    max_output: Option<u64>,
}

/// Does what was asked for.
///
/// # Errors
/// The kernel cannot be started, or its description cannot be written.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Install(options) => install_kernel(options),
        Command::Run(options) => {
            let session = SessionOptions { warm_up: true, ..SessionOptions::new(current_folder()?) };
            let limits = Limits { time: None, output_bytes: Some(options.max_output.unwrap_or(OUTPUT_BYTES)) };
            let connection_file = options.connection_file.clone();
            let assist = Some(kovacs_kernel::analyser(std::env::current_exe()?, current_folder()?));
            Ok(kovacs_kernel::run(KernelOptions { connection_file, session, limits, assist })?)
        }
    }
}

fn install_kernel(options: &InstallOptions) -> Result<(), Failure> {
    let place = match (&options.prefix, options.sys_prefix) {
        (Some(prefix), _) => install::Place::Prefix(prefix.clone()),
        (None, true) => install::Place::active_environment().ok_or_else(|| {
            Failure::usage("no Python environment is active: neither `VIRTUAL_ENV` nor `CONDA_PREFIX` is set")
                .remedy("activate it, or name it with `--prefix`")
        })?,
        (None, false) => install::Place::User,
    };
    let executable = std::env::current_exe()?;
    let folder = install::install(&place, &options.name, &executable)?;
    print(&format!("Jupyter finds the kernel `{}` in {}", options.name, folder.display()))
}
