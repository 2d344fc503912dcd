//! The target of `src/wire.rs` under libFuzzer.
#![no_main]
#[path = "../src/wire.rs"]
mod wire;
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wire::wire(bytes));
