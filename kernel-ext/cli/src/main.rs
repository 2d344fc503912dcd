//! The `kovacs` program: every command, and the three roles in which a session starts this executable again.

mod roles;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = roles::play() {
        return code;
    }
    ExitCode::SUCCESS
}
