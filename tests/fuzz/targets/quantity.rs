//! One of the targets of `src/lib.rs` under libFuzzer.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kovacs_fuzz::run("quantity", bytes));
