//! The program; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kovacs_cell_cargo::run()
}
