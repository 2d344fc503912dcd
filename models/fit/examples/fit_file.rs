//! Fits a descriptive form to a file and prints what may be stated, as JSON: for comparison with other programs.
//!
//! `cargo run -p kovacs-fit --example fit_file -- FORM FILE [INITIAL]`, with `FORM` one of `kww`, `recovery` (a stretched
//! exponential with a free plateau) and `double-kww`, `FILE` a csv of time (s) and value with a header, and `INITIAL` the
//! value at time 0, which is fitted if it is not given.

use kovacs_core::Curve;
use kovacs_fit::{
    DoubleKwwOptions, FittedValue, Initial, Plateau, StretchedOptions, fit_double_kww, fit_stretched_with,
};
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (form, file, initial) = match words.as_slice() {
        [form, file] => (form, file, Initial::Free),
        [form, file, initial] => (form, file, Initial::Known(initial.parse()?)),
        _ => return Err("usage: fit_file FORM FILE [INITIAL]".into()),
    };
    let mut columns = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(file)?.lines().skip(1) {
        let (time, value) = line.split_once(',').ok_or_else(|| format!("`{line}` has no comma"))?;
        columns.0.push(time.trim().parse()?);
        columns.1.push(value.trim().parse()?);
    }
    let curve = Curve::new(file.clone(), columns.0, columns.1)?.x_axis("time", "s");
    let (parameters, misfit, warnings) = match form.as_str() {
        "double-kww" => {
            let fit = fit_double_kww(&curve, &DoubleKwwOptions { initial, ..DoubleKwwOptions::default() })?;
            (fit.parameters(), fit.misfit, fit.warnings())
        }
        "kww" | "recovery" => {
            let plateau = if form == "kww" { Plateau::Fixed(0.0) } else { Plateau::Free };
            let fit = fit_stretched_with(&curve, &StretchedOptions { initial, plateau, deviations: None })?;
            (fit.parameters(), fit.misfit, fit.warnings())
        }
        other => return Err(format!("`{other}` is none of `kww`, `recovery` and `double-kww`").into()),
    };
    let of = |value: &FittedValue| {
        (value.id.to_owned(), serde_json::to_value(value).expect("numbers and words have a JSON form"))
    };
    let parameters: Map<String, Value> = parameters.iter().map(of).collect();
    let cost = 0.5 * misfit * misfit * curve.len() as f64;
    println!("{}", json!({ "parameters": parameters, "cost": cost, "points": curve.len(), "warnings": warnings }));
    Ok(())
}
