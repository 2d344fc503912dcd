//! `kovacs kernel`: the Jupyter kernel, telling Jupyter of it, and finding out why it does not start.

use crate::failure::{Explain, Failure};
use crate::installation;
use crate::output::{aligned, print, print_json};
use crate::project::current_folder;
use crate::quantities;
use clap::{Args, Subcommand};
use kovacs_kernel::doctor::{self, Finding, Patient, State};
use kovacs_kernel::{KernelOptions, install, specs};
use kovacs_runner::exit_code;
use kovacs_session::{Limits, SessionOptions};
use std::path::PathBuf;

/// Output that a cell may write in the kernel, in bytes.
const OUTPUT_BYTES: u64 = 64 << 20;

/// Rust cells in Jupyter
#[derive(Subcommand)]
pub enum Command {
    Install(InstallOptions),
    List(ListOptions),
    Uninstall(UninstallOptions),
    Doctor(DoctorOptions),
    Run(RunOptions),
}

/// Tell Jupyter of this kernel
#[derive(Args)]
#[command(after_help = "\
Without an option it is for the current user only.

Examples:
  kovacs kernel install
  kovacs kernel install --sys-prefix        # for the active Python environment
  kovacs kernel install --prefix /usr/local --name glass --display-name 'Rust for glass'")]
pub struct InstallOptions {
    #[command(flatten)]
    place: PlaceOptions,
    /// Name that people see [default: made from the other]
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
}

/// Take this kernel away from Jupyter
#[derive(Args)]
#[command(after_help = "\
Examples:
  kovacs kernel uninstall
  kovacs kernel uninstall --prefix /usr/local --name glass")]
pub struct UninstallOptions {
    #[command(flatten)]
    place: PlaceOptions,
}

/// Where a kernelspec is, and its name.
#[derive(Args)]
struct PlaceOptions {
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
    #[arg(long, default_value = install::NAME)]
    name: String,
}

/// List the kernels of Kovacs that Jupyter finds
#[derive(Args)]
#[command(after_help = "Example:\n  kovacs kernel list")]
pub struct ListOptions {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Find out what keeps the kernel from running, and the command that mends it
#[derive(Args)]
#[command(after_help = "\
Ends with 1 if there is a problem, with 0 if all is well or there are only warnings.

Examples:
  kovacs kernel doctor
  kovacs kernel doctor --json")]
pub struct DoctorOptions {
    /// Print as JSON
    #[arg(long)]
    json: bool,
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

/// Does what was asked for and gives the exit code.
///
/// # Errors
/// The kernel cannot be started, or its description cannot be written or removed.
pub fn run(command: &Command) -> Result<u8, Failure> {
    let done = |result: Result<(), Failure>| result.map(|()| exit_code::OK);
    match command {
        Command::Install(options) => done(install_kernel(options)),
        Command::List(options) => done(list(options)),
        Command::Uninstall(options) => done(uninstall(options)),
        Command::Doctor(options) => examine(options),
        Command::Run(options) => {
            let session = SessionOptions { warm_up: true, ..SessionOptions::new(current_folder()?) };
            let limits = Limits { time: None, output_bytes: Some(options.max_output.unwrap_or(OUTPUT_BYTES)) };
            let connection_file = options.connection_file.clone();
            let assist = Some(kovacs_kernel::analyser(std::env::current_exe()?, current_folder()?));
            done(Ok(kovacs_kernel::run(KernelOptions { connection_file, session, limits, assist })?))
        }
    }
}

impl PlaceOptions {
    fn place(&self) -> Result<install::Place, Failure> {
        match (&self.prefix, self.sys_prefix) {
            (Some(prefix), _) => Ok(install::Place::Prefix(prefix.clone())),
            (None, true) => install::Place::active_environment().ok_or_else(|| {
                Failure::usage("no Python environment is active: neither `VIRTUAL_ENV` nor `CONDA_PREFIX` is set")
                    .remedy("activate it, or name it with `--prefix`")
            }),
            (None, false) => Ok(install::Place::User),
        }
    }
}

fn install_kernel(options: &InstallOptions) -> Result<(), Failure> {
    let name = &options.place.name;
    let executable = std::env::current_exe()?;
    let display_name = options.display_name.clone().unwrap_or_else(|| install::display_name(name));
    let folder = install::install(&options.place.place()?, name, &display_name, &executable, installation::script())?;
    print(&format!("Jupyter finds the kernel `{name}` in {}", folder.display()))
}

fn uninstall(options: &UninstallOptions) -> Result<(), Failure> {
    let folder = specs::uninstall(&options.place.place()?, &options.place.name).map_err(|error| {
        let failure = Failure::from(error).context("cannot uninstall");
        failure.remedy("`kovacs kernel list` lists the kernels and their folders")
    })?;
    print(&format!("removed {}", folder.display()))
}

fn list(options: &ListOptions) -> Result<(), Failure> {
    let found = specs::find();
    if options.json {
        return print_json(&found);
    }
    if found.is_empty() {
        return print("Jupyter finds no kernel of Kovacs; `kovacs kernel install` tells it of one");
    }
    let row =
        |spec: &specs::Spec| vec![spec.name.clone(), spec.display_name.clone(), spec.folder.display().to_string()];
    print(&aligned("", &found.iter().map(row).collect::<Vec<_>>()))
}

fn examine(options: &DoctorOptions) -> Result<u8, Failure> {
    let program = std::env::current_exe().map_err(Failure::from).doing("this program is lost")?;
    let set_up = kovacs_session::set_up_folder().map_err(|error| error.to_string());
    let kernel = std::env::var(install::NAME_VARIABLE).ok();
    let findings = doctor::examine(&Patient { program, set_up, kernel });
    if options.json {
        print_json(&findings)?;
    } else {
        print(&report(&findings))?;
    }
    let worst = findings.iter().map(|finding| finding.state).max().unwrap_or(State::Ok);
    Ok(if worst == State::Problem { exit_code::CELL_FAILED } else { exit_code::OK })
}

/// One line per finding, and below it what mends it.
fn report(findings: &[Finding]) -> String {
    let row = |finding: &Finding| vec![finding.state.to_string(), finding.what.to_owned(), finding.seen.clone()];
    let lines = aligned("", &findings.iter().map(row).collect::<Vec<_>>());
    let mut text = String::new();
    for (line, finding) in lines.lines().zip(findings) {
        text.push_str(line);
        text.push('\n');
        if let Some(remedy) = &finding.remedy {
            text.push_str(&format!("         to mend it: {remedy}\n"));
        }
    }
    text
}
