//! Observed stages as rows of words, for a terminal and a notebook.
//!
//! Numbers have four significant digits here: more are never known of noisy data. Who wants to compute takes the fields.

use super::{ObservedCondition, ObservedStage};
use crate::table::Table;
use kovacs_core::replicates::Statistics;
use kovacs_core::sampled_hump::Verdict;

/// A heading and rows as wide as it.
pub type Grid = Vec<Vec<String>>;

/// One row per stage: what the stress does after the step, with units in the heading.
pub fn humps(table: &Table, stages: &[ObservedStage]) -> Grid {
    let names = telling(stages.iter().map(|stage| stage.keys.as_slice()));
    let head = [
        "step",
        "first sample [s]",
        "sigma_0 [MPa]",
        "verdict",
        "t_p [s]",
        "95 % [s]",
        "delta_sigma [MPa]",
        "95 % [MPa]",
    ];
    let rows = stages.iter().map(|stage| cells(&stage.keys, &names).into_iter().chain(observed(stage)).collect());
    std::iter::once(heading(table, &names, &head)).chain(rows).collect()
}

/// One row per step that was read off the recorded strain; `None` where the table states its stages.
pub fn steps(table: &Table, stages: &[ObservedStage]) -> Option<Grid> {
    let names = telling(stages.iter().map(|stage| stage.keys.as_slice()));
    let rows: Grid = stages.iter().filter_map(|stage| ramp(stage, &names)).collect();
    let head = ["step", "waited [s]", "ramp rate [1/s]", "dead time, 95 % [s]"];
    (!rows.is_empty()).then(|| std::iter::once(heading(table, &names, &head)).chain(rows).collect())
}

/// One row per condition with several specimens; `None` where there is none.
pub fn specimens(table: &Table, conditions: &[ObservedCondition]) -> Option<Grid> {
    let names = telling(conditions.iter().map(|condition| condition.keys.as_slice()));
    let row = |condition: &ObservedCondition| {
        let peaks = condition.t_p.map_or(0, |found| found.number);
        let more = [
            step(condition.strains),
            format!("{peaks} of {}", condition.stages),
            mean(condition.t_p),
            mean(condition.delta_sigma),
        ];
        cells(&condition.keys, &names).into_iter().chain(more).collect()
    };
    let head = ["step", "peaks", "t_p [s], mean +- sd", "delta_sigma [MPa], mean +- sd"];
    let rows = conditions.iter().map(row);
    (!conditions.is_empty()).then(|| std::iter::once(heading(table, &names, &head)).chain(rows).collect())
}

fn heading(table: &Table, names: &[String], more: &[&str]) -> Vec<String> {
    let with_unit = |name: &String| match table.unit(name) {
        Ok(unit) if unit.dimension().internal().code() != "1" => {
            format!("{name} [{}]", unit.dimension().internal().code())
        }
        _ => name.clone(),
    };
    names.iter().map(with_unit).chain(more.iter().map(|word| (*word).to_owned())).collect()
}

/// Columns of the tests that are not the same in all of them.
fn telling<'a>(keys: impl Iterator<Item = &'a [(String, String)]> + Clone) -> Vec<String> {
    let names: Vec<String> = keys.clone().next().unwrap_or_default().iter().map(|(name, _)| name.clone()).collect();
    let value = |keys: &[(String, String)], name: &str| keys.iter().find(|key| key.0 == name).map(|key| key.1.clone());
    let differs = |name: &String| {
        let mut values = keys.clone().map(|keys| value(keys, name));
        let first = values.next();
        values.any(|other| Some(other) != first)
    };
    names.into_iter().filter(differs).collect()
}

fn cells(keys: &[(String, String)], names: &[String]) -> Vec<String> {
    let value = |name: &String| keys.iter().find(|key| key.0 == *name).map(|key| key.1.clone()).unwrap_or_default();
    names.iter().map(value).collect()
}

fn observed(stage: &ObservedStage) -> [String; 8] {
    let hump = &stage.hump;
    let (low, high) = hump.t_p_interval;
    let bound = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), digits);
    let peak = hump.verdict() == Verdict::Peak;
    let heights = match (hump.verdict(), hump.delta_sigma_interval()) {
        (Verdict::Peak, Some((low, high))) => format!("{} to {}", digits(low), digits(high)),
        (_, Some((_, high))) => format!("below {}", digits(high)),
        (_, None) => format!("above {}", digits(hump.rise - hump.coverage_factor * hump.delta_sigma_error)),
    };
    let times = match (peak, low) {
        (true, _) => format!("{} to {}", bound(low), bound(high)),
        (false, Some(low)) => format!("after {}", digits(low)),
        (false, None) => String::new(),
    };
    [
        step(stage.strains),
        digits(hump.dead_time),
        format!("{} +- {}", digits(hump.sigma_0), digits(hump.sigma_0_error)),
        hump.verdict().word().to_owned(),
        hump.hump.t_p().map(digits).unwrap_or_default(),
        times,
        if peak { format!("{} +- {}", digits(hump.rise), digits(hump.delta_sigma_error)) } else { String::new() },
        heights,
    ]
}

/// What the recorded strain says of a step; `None` where the table states its stages.
fn ramp(stage: &ObservedStage, names: &[String]) -> Option<Vec<String>> {
    let (low, high) = stage.dead_time?;
    let rate = match stage.ramp_rate {
        Some((rate, Some(error))) => format!("{} +- {}", digits(rate), digits(error)),
        Some((rate, None)) => digits(rate),
        None => "not sampled".to_owned(),
    };
    let waited = stage.waited.map(digits).unwrap_or_default();
    let more = [step(stage.strains), waited, rate, format!("{} to {}", digits(low), digits(high))];
    Some(cells(&stage.keys, names).into_iter().chain(more).collect())
}

fn step(strains: Option<(f64, f64)>) -> String {
    strains.map_or_else(String::new, |(before, after)| format!("{} -> {}", digits(before), digits(after)))
}

fn mean(found: Option<Statistics>) -> String {
    match found {
        None => String::new(),
        Some(Statistics { mean, standard_deviation: Some(deviation), .. }) => {
            format!("{} +- {}", digits(mean), digits(deviation))
        }
        Some(found) => digits(found.mean),
    }
}

/// Four significant digits.
fn digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    rounded.to_string()
}
