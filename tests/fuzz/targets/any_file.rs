//! One of the targets of `src/lib.rs` under libFuzzer.
//!
//! It reaches calamine, whose panics the reader turns into errors; libFuzzer's own hook would end the process before.
//! A panic that nobody catches is a finding here too.
#![no_main]
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|panic| eprintln!("{panic}"))),
    |bytes: &[u8]| kovacs_fuzz::run("any_file", bytes)
);
