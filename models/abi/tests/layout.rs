//! The Rust mirror and the C header lay the same bytes in the same places.
//!
//! `layout.txt` is the committed snapshot. Rust must print it, and a C program compiled against the header must print
//! it too. A change of the snapshot is a change of the ABI: it needs a new minor if fields were added at the end, and
//! a new major for anything else.

use kovacs_abi as abi;
use std::fmt::Write;
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

const SNAPSHOT: &str = include_str!("layout.txt");

/// Appends a struct's size and the offset of each field, under its C name.
macro_rules! structure {
    ($text:ident, $c_name:literal, $type:ty, [$($field:ident),+ $(,)?]) => {
        writeln!($text, "{}: {} bytes", $c_name, size_of::<$type>()).unwrap();
        $(writeln!($text, "  {} @ {}", stringify!($field), offset_of!($type, $field)).unwrap();)+
    };
}

/// Appends the constants under their C names.
macro_rules! constants {
    ($text:ident, [$($name:ident),+ $(,)?]) => {
        $(writeln!($text, "KOVACS_{} = {}", stringify!($name), abi::$name).unwrap();)+
    };
}

fn rust_layout() -> String {
    let mut text = String::new();
    constants!(
        text,
        [
            ABI_MAJOR,
            ABI_MINOR,
            OK,
            REJECTED,
            CANCELLED,
            E_ARGUMENT,
            E_STATE,
            E_UNSUPPORTED,
            E_MEMORY,
            E_INTERNAL,
            MESSAGE_BYTES,
            Q_LOG,
            Q_INTEGER,
            Q_CHOICE,
            Q_FIXED,
            Q_OPEN_LO,
            Q_OPEN_HI,
            CAP_BATCH,
            CAP_JACOBIAN,
            CAP_DETERMINISTIC,
            CAP_SEEDED,
            CAP_THREADS,
            CAP_TICKS,
            CAP_STRESS,
            CAP_TEMPERATURE,
            CAP_CONTINUOUS,
            LOG_DEBUG,
            LOG_INFO,
            LOG_WARN,
        ]
    );
    writeln!(text, "KOVACS_EXTENSION_LINEAR = {}", abi::EXTENSION_LINEAR.to_str().unwrap()).unwrap();
    structure!(text, "kovacs_error", abi::Error, [struct_size, param, row, message]);
    structure!(
        text,
        "kovacs_quantity",
        abi::Quantity,
        [
            struct_size,
            flags,
            id,
            symbol,
            label,
            unit,
            doc,
            si_factor,
            si_offset,
            si_dim,
            lower,
            upper,
            initial,
            nominal,
            choices,
        ]
    );
    structure!(
        text,
        "kovacs_experiment",
        abi::Experiment,
        [struct_size, n_inputs, n_nodes, inputs, n_out, out_time, out_before, n_wanted, wanted]
    );
    structure!(text, "kovacs_preset", abi::Preset, [struct_size, reserved, id, label, doc, origin, params, settings]);
    structure!(
        text,
        "kovacs_eval",
        abi::Eval,
        [struct_size, max_threads, n_rows, params, out, row_status, jac_params, n_jac, jac, seeds, host_data, tick,]
    );
    structure!(
        text,
        "kovacs_model",
        abi::Model,
        [
            struct_size,
            caps,
            id,
            name,
            version,
            summary,
            citation,
            license,
            n_params,
            n_settings,
            n_inputs,
            n_outputs,
            params,
            settings,
            inputs,
            outputs,
            n_presets,
            presets,
            create,
            bind,
            evaluate,
            destroy,
            extension,
        ]
    );
    structure!(
        text,
        "kovacs_linear_info",
        abi::LinearInfo,
        [struct_size, reserved, unrelaxed_modulus, relaxed_modulus, longest_time, n_modes]
    );
    structure!(text, "kovacs_linear", abi::Linear, [struct_size, reserved, create, evaluate, spectrum, destroy]);
    structure!(text, "kovacs_host", abi::Host, [struct_size, abi_minor, name, version, host_data, log, extension]);
    structure!(text, "kovacs_plugin", abi::Plugin, [struct_size, abi_minor, build, n_models, models]);
    text
}

#[test]
fn rust_lays_the_tables_out_as_recorded() {
    assert_eq!(rust_layout(), SNAPSHOT);
}

#[test]
fn the_entry_symbol_carries_the_major() {
    assert_eq!(abi::ENTRY_SYMBOL, format!("{}{}\0", abi::ENTRY_PREFIX, abi::ABI_MAJOR));
    assert!(abi::HEADER.contains(&format!("KOVACS_CALL {}(", abi::ENTRY_SYMBOL.trim_end_matches('\0'))));
}

/// Compiles `layout.c` with these arguments and gives what it prints; `None` if the compiler is not installed.
fn printed_by(compiler: &str, arguments: &[&str]) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("layout-{compiler}-{}", std::process::id()));
    let compiled = Command::new(compiler)
        .args(arguments)
        .args(["-Wall", "-Wextra", "-pedantic", "-Werror"])
        .arg("-I")
        .arg(folder.join("include"))
        .arg(folder.join("tests/layout.c"))
        .arg("-o")
        .arg(&program)
        .output()
        .ok()?;
    assert!(compiled.status.success(), "{compiler}: {}", String::from_utf8_lossy(&compiled.stderr));
    let printed = Command::new(&program).output().expect("the program just compiled can be started");
    std::fs::remove_file(&program).expect("the program just started can be removed");
    Some(String::from_utf8(printed.stdout).expect("the program prints ASCII"))
}

#[test]
fn c_lays_the_tables_out_as_recorded() {
    match printed_by("cc", &["-std=c99"]) {
        Some(printed) => assert_eq!(printed, SNAPSHOT),
        None => eprintln!("skipped: there is no C compiler named `cc` on this machine"),
    }
}

#[test]
fn cpp_lays_the_tables_out_as_recorded() {
    match printed_by("c++", &["-std=c++11", "-x", "c++"]) {
        Some(printed) => assert_eq!(printed, SNAPSHOT),
        None => eprintln!("skipped: there is no C++ compiler named `c++` on this machine"),
    }
}
