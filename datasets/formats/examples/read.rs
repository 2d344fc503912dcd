//! Reads a file and prints what was found: format, rows, columns with their units, doubts, time, and peak memory.
//!
//! `cargo run --release -p kovacs-formats --example read -- FILE`

use kovacs_formats::{ReadOptions, StatedUnit, read};
use std::path::Path;
use std::time::Instant;

fn main() {
    for file in std::env::args().skip(1) {
        let start = Instant::now();
        match read(Path::new(&file), &ReadOptions::default()) {
            Err(error) => println!("{file}: {error}"),
            Ok(document) => {
                let seconds = start.elapsed().as_secs_f64();
                println!("{file}: {}, {}", document.format, document.encoding.unwrap_or("no text"));
                for sheet in &document.sheets {
                    println!("  sheet `{}`, {} rows from line {}", sheet.name, sheet.rows(), sheet.first_line);
                    for column in &sheet.columns {
                        let unit = match &column.unit {
                            StatedUnit::Missing => "not stated".to_owned(),
                            StatedUnit::Known(unit) => unit.code().to_owned(),
                            StatedUnit::Unknown(text) => format!("`{text}`, unknown"),
                        };
                        println!("    {} ({unit})", column.name);
                    }
                    sheet.doubts.iter().for_each(|doubt| println!("    doubt {}: {doubt}", doubt.kind));
                }
                document.doubts.iter().for_each(|doubt| println!("  doubt {}: {doubt}", doubt.kind));
                println!("seconds {seconds:.4}");
            }
        }
    }
    // On Linux only.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("peak memory {line}"));
}
