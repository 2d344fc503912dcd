//! Forms that describe single curves: fitted one by one, with what each window determines.

use super::Options;
use crate::failure::{Explain, Failure};
use crate::output::{aligned, print, print_json};
use kovacs_core::Curve;
use kovacs_core::model::short_number;
use kovacs_fit::estimate::Criteria;
use kovacs_fit::{DoubleKwwFit, DoubleKwwOptions, FittedValue, fit_double_kww_many};
use serde_json::{Map, Value, json};

/// Two stretched exponentials through every second stage.
///
/// # Errors
/// A curve that cannot be fitted, where it is the only one.
pub fn double_kww(options: &Options, stages: &[Curve]) -> Result<(), Failure> {
    let threads = options.search.threads().get();
    let fits = fit_double_kww_many(stages, &DoubleKwwOptions::default(), threads);
    let fits: Vec<_> = stages.iter().zip(fits).collect();
    if let [(_, fit)] = fits.as_slice() {
        let (curve, fit) = (&stages[0], fit.clone().doing("cannot fit two stretched exponentials")?);
        return if options.json { print_json(&as_json(curve, &fit)) } else { print(&page(curve, &fit)) };
    }
    if options.json {
        let fits: Vec<Value> = fits
            .iter()
            .map(|(curve, fit)| match fit {
                Ok(fit) => as_json(curve, fit),
                Err(error) => json!({ "curve": curve.label, "error": error.to_string() }),
            })
            .collect();
        return print_json(&json!({ "model": "double_kww", "fits": fits }));
    }
    let pages = fits.iter().map(|(curve, fit)| match fit {
        Ok(fit) => page(curve, fit),
        Err(error) => format!("{}\n  {error}\n", curve.label),
    });
    print(&pages.collect::<Vec<_>>().join("\n"))
}

fn unit_of<'a>(value: &'a FittedValue, curve: &'a Curve) -> &'a str {
    if value.unit.is_empty() { &curve.y_unit } else { value.unit }
}

fn as_json(curve: &Curve, fit: &DoubleKwwFit) -> Value {
    let mut parameters = Map::new();
    for value in fit.parameters() {
        let unit = unit_of(&value, curve);
        parameters.insert(value.id.to_owned(), json!({
            "value": value.value, "standard_error": value.standard_error, "lower": value.lower, "upper": value.upper,
            "unit": unit, "free": value.free,
        }));
    }
    let (points, free) = (fit.points, fit.parameters().iter().filter(|value| value.free).count());
    // Gaussian noise of the most likely size; the sum of squares is in units of the scale.
    let variance = fit.sum_of_squares * fit.scale * fit.scale / points as f64;
    let likelihood = -0.5 * points as f64 * ((std::f64::consts::TAU * variance).ln() + 1.0);
    json!({
        "model": "double_kww",
        "curve": curve.label,
        "parameters": parameters,
        "cost": 0.5 * fit.sum_of_squares * fit.scale * fit.scale,
        "points": points,
        "misfit": fit.misfit,
        "window_s": [fit.window.0, fit.window.1],
        "peak": fit.peak.map(|peak| json!({
            "t_p_s": peak.t_p, "t_p_error_s": peak.t_p_error,
            "delta_sigma": peak.delta_sigma, "delta_sigma_error": peak.delta_sigma_error,
            "delta_sigma_seen": peak.delta_sigma_seen,
        })),
        "condition": fit.uncertainty.condition_number,
        "criteria": Criteria::new(likelihood, free + 1, points),
        "warnings": fit.warnings(),
    })
}

fn page(curve: &Curve, fit: &DoubleKwwFit) -> String {
    let number = |value: f64| short_number(format!("{value:.5e}").parse().unwrap_or(value));
    let rows: Vec<Vec<String>> = fit
        .parameters()
        .iter()
        .map(|value| {
            let unit = unit_of(value, curve);
            let unit = if unit == "1" { "" } else { unit };
            let stated =
                value.value.map_or_else(|| "not determined".to_owned(), |value| format!("{} {unit}", number(value)));
            let sure = match (value.standard_error, value.lower, value.upper) {
                (Some(error), Some(lower), Some(upper)) => {
                    format!("± {}, 95 %: {} to {}", number(error), number(lower), number(upper))
                }
                _ => String::new(),
            };
            vec![value.id.to_owned(), stated, sure]
        })
        .collect();
    let mut text = format!(
        "{}: {} samples, misfit {} {}\n{}",
        curve.label,
        fit.points,
        number(fit.misfit),
        curve.y_unit,
        aligned("  ", &rows)
    );
    if let Some(peak) = fit.peak {
        let error = |error: Option<f64>| error.map_or_else(String::new, |error| format!(" ± {}", number(error)));
        text.push_str(&format!(
            "  maximum at {}{} s, {}{} {} above the start\n",
            number(peak.t_p),
            error(peak.t_p_error),
            number(peak.delta_sigma),
            error(peak.delta_sigma_error),
            curve.y_unit
        ));
    }
    for warning in fit.warnings() {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text
}
