//! The `kovacs` program.
fn main() {}
