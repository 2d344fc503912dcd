//! What a model says of itself.
//!
//! Most of it is checked when a library is opened, because everything behind a model handle relies on it; such a fault
//! keeps the library from opening at all and is assigned to its test in `Test::blamed_for`. Here is the rest.

use crate::subject::Subject;
use crate::verdict::{Outcome, failed, passed, passed_with, skipped, warning};
use kovacs_core::units::parse_unit;
use kovacs_host::HostErrorKind;
use kovacs_host::probe::{self, SiColumns};

pub(crate) fn manifest_equals_the_library(subject: &Subject<'_>) -> Outcome {
    match probe::manifest_agrees(subject.probe().handle()) {
        Ok(true) => passed(),
        Ok(false) => Err(skipped("there is no manifest beside the library")),
        Err(error) => match error.kind() {
            HostErrorKind::Library { fault, .. } => Err(failed(fault.to_string())),
            _ => Err(failed(error.to_string())),
        },
    }
}

pub(crate) fn units_have_their_si_value(subject: &Subject<'_>) -> Outcome {
    /// Between a factor written with the digits of a constant and one that was computed.
    const TOLERANCE: f64 = 1e-6;
    let close = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs());
    let mut unknown = Vec::new();
    for SiColumns { list, id, unit, factor, offset, exponents } in
        subject.probe().si_columns().map_err(|fault| failed(fault.to_string()))?
    {
        if list == "input" && id == "drive" {
            // Strain or stress, as `control` says.
            continue;
        }
        let Ok(parsed) = parse_unit(&unit) else {
            unknown.push(format!("`{unit}` of {list} `{id}`"));
            continue;
        };
        let expected = kovacs_core::si::of_unit(parsed);
        if !close(expected.factor, factor) || !close(expected.offset, offset) || expected.exponents != exponents {
            return Err(failed(format!(
                "{list} `{id}` has the unit `{unit}` and says that its SI value is x * {factor:e} + {offset:e} with the \
                 exponents {exponents:?}; that unit is x * {:e} + {:e} with {:?}",
                expected.factor, expected.offset, expected.exponents
            )));
        }
    }
    if unknown.is_empty() {
        return passed();
    }
    Err(warning(format!("not a unit that Kovacs knows, so numbers are not converted: {}", unknown.join(", "))))
}

pub(crate) fn choices_fit_their_bounds(subject: &Subject<'_>) -> Outcome {
    let about = subject.about();
    for quantity in about.parameters.iter().chain(&about.settings).filter(|quantity| !quantity.choices.is_empty()) {
        let last = quantity.choices.len() as f64 - 1.0;
        if quantity.lower != 0.0 || quantity.upper != last {
            return Err(failed(format!(
                "`{}` has {} choices, so its bounds are 0 and {last}, not {} and {}",
                quantity.id,
                quantity.choices.len(),
                quantity.lower,
                quantity.upper
            )));
        }
    }
    passed()
}

pub(crate) fn says_who_and_under_which_license(subject: &Subject<'_>) -> Outcome {
    let about = subject.about();
    for (field, text) in [("name", &about.name), ("summary", &about.summary), ("citation", &about.citation)] {
        if text.trim().is_empty() {
            return Err(failed(format!("`{field}` is empty")));
        }
    }
    match spdx::Expression::parse(&about.license) {
        Ok(_) => passed(),
        Err(error) => {
            Err(failed(format!("the licence `{}` is not an SPDX expression: {}", about.license, error.reason)))
        }
    }
}

pub(crate) fn quantities_are_explained(subject: &Subject<'_>) -> Outcome {
    let about = subject.about();
    let bare: Vec<String> = about
        .parameters
        .iter()
        .chain(&about.settings)
        .chain(&about.outputs)
        .filter(|quantity| quantity.label.trim().is_empty())
        .map(|quantity| format!("`{}`", quantity.id))
        .collect();
    if bare.is_empty() { passed() } else { Err(warning(format!("no label: {}", bare.join(", ")))) }
}

pub(crate) fn outputs_have_their_usual_units(subject: &Subject<'_>) -> Outcome {
    const USUAL: [(&str, &str); 7] = [
        ("stress", "MPa"),
        ("strain", "1"),
        ("strain_elastic", "1"),
        ("strain_anelastic", "1"),
        ("strain_viscoplastic", "1"),
        ("fictive_temperature", "K"),
        ("percolating_fraction", "1"),
    ];
    let mut known = 0;
    for output in &subject.about().outputs {
        let Some((id, unit)) = USUAL.iter().find(|(id, _)| *id == output.id) else { continue };
        known += 1;
        if output.unit != *unit {
            return Err(failed(format!("output `{id}` is in `{}`; whoever asks for it expects `{unit}`", output.unit)));
        }
    }
    if known > 0 { passed() } else { passed_with("no output that other tools know by its id") }
}
