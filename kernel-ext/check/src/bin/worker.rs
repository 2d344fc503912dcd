//! Plays the role of one test's process, for the tests of this crate; users have it in the `kovacs` executable.

use kovacs_check::{CHECK_ARGUMENT, run_worker};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some(CHECK_ARGUMENT), Some(job)) => match run_worker(&job) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("this program is started by the tests of `kovacs-check`; use `kovacs model check`");
            ExitCode::FAILURE
        }
    }
}
