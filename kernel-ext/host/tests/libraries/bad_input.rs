//! Input at the edge of sense, given to every shipped model: the answer is right, or a refusal that says why.

use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use kovacs_core::{Control, History};
use kovacs_host::{Instance, Models};

/// Every shipped model, with settings that keep the slow ones quick.
const MODELS: [(&str, &[(&str, f64)]); 12] = [
    ("kww", &[]),
    ("double_kww", &[]),
    ("fractional", &[]),
    ("prony", &[]),
    ("kelvin", &[]),
    ("aoi", &[]),
    ("tnm", &[("points_per_decade", 8.0)]),
    ("tnm_strain", &[("points_per_decade", 8.0)]),
    ("kahr", &[("points_per_decade", 8.0)]),
    ("stz", &[]),
    ("soft_domain", &[("points_per_decade", 2.0), ("barriers", 5.0)]),
    ("soft_domain_lattice", &[("points_per_decade", 2.0), ("barriers", 5.0), ("edge", 4.0), ("replicas", 1.0)]),
];

fn instance(id: &str, settings: &[(&str, f64)]) -> Instance {
    let handle = Models::discover().load(id).expect("cargo builds the plugins before the tests that depend on them");
    let value = |quantity: &kovacs_core::model::Quantity| {
        settings.iter().find(|(id, _)| *id == quantity.id).map_or(quantity.initial, |(_, value)| *value)
    };
    let values: Vec<f64> = handle.description().settings.iter().map(value).collect();
    handle.instance(&values).expect("the model takes these settings")
}

/// Two steps of strain at a temperature (K), 1 to 0.6 of `strain`; results at these times after the second one (s).
/// For the models that know temperature only, two steps of temperature, 3 % down and 1 % up.
fn two_steps(model: &Instance, temperature: f64, strain: f64, times: &[f64]) -> Experiment {
    let mut history = History::default();
    for (time, strain) in
        [(0.0, 0.0), (0.0, 1.0), (900.0, 1.0), (900.0, 0.6), (1e5, 0.6)].map(|(t, part)| (t, part * strain))
    {
        history.push(time, temperature, Control::Strain, strain);
    }
    if model.description().output("stress").is_none() {
        let steps = [1.0, 0.97, 0.97, 0.98, 0.98];
        history.temperature.iter_mut().zip(steps).for_each(|(kelvin, step)| *kelvin *= step);
        history.drive.fill(0.0);
    }
    let wanted = model.description().outputs.iter().map(|output| output.id.clone()).collect();
    Experiment { history, times: times.iter().map(|time| 900.0 + time).collect(), before: Vec::new(), wanted }
}

/// Temperature of the first parameter set: the ageing polymers are liquid where the metals are not.
fn usual_temperature(id: &str) -> f64 {
    if matches!(id, "tnm" | "kahr") { 300.0 } else { 593.0 }
}

/// That an answer is finite numbers, or a refusal in words, but neither a broken model nor anything silent.
#[track_caller]
fn is_sensible(what: &str, model: &mut Instance, experiment: &Experiment, parameters: &[f64]) {
    match model.bind(experiment) {
        Ok(()) => {}
        Err(EvaluationError::ProtocolRefused { message, .. }) if !message.is_empty() => return,
        Err(error) => panic!("{what}: {error}"),
    }
    let evaluation = model.evaluate(Batch::new(parameters)).unwrap_or_else(|error| panic!("{what}: {error}"));
    match evaluation.status.as_slice() {
        [RowStatus::Done] => assert!(evaluation.values.iter().all(|value| value.is_finite()), "{what}"),
        [RowStatus::Rejected] => assert!(evaluation.message.is_some_and(|message| message.len() > 10), "{what}"),
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn a_parameter_out_of_bounds_is_named_with_value_and_bounds() {
    for (id, settings) in MODELS {
        let mut model = instance(id, settings);
        let experiment = two_steps(&model, usual_temperature(id), 0.005, &[1.0, 10.0]);
        model.bind(&experiment).unwrap();
        let (defaults, quantities) = (model.description().defaults(), model.description().parameters.clone());
        for (index, quantity) in quantities.iter().enumerate() {
            let beyond =
                [f64::NAN, f64::INFINITY, quantity.lower - quantity.nominal, quantity.upper + quantity.nominal];
            for value in beyond.into_iter().filter(|&value| !quantity.accepts(value)) {
                let mut parameters = defaults.clone();
                parameters[index] = value;
                let error = model.evaluate(Batch::new(&parameters)).unwrap_err().to_string();
                let named = error.contains(&format!("parameter `{}` = ", quantity.id));
                assert!(named && error.ends_with(&format!("is outside {}", quantity.interval())), "{id}: {error}");
            }
        }
        assert_eq!(model.evaluate(Batch::new(&defaults)).unwrap().status, [RowStatus::Done], "{id}");
    }
}

#[test]
fn every_parameter_may_lie_at_its_bounds() {
    for (id, settings) in MODELS {
        let mut model = instance(id, settings);
        let experiment = two_steps(&model, usual_temperature(id), 0.005, &[0.0, 1e-3, 1.0, 1e3, 1e5]);
        let (defaults, quantities) = (model.description().defaults(), model.description().parameters.clone());
        // All 131 parameters of a Prony series are of four kinds.
        for (index, quantity) in quantities.iter().enumerate().filter(|(index, _)| *index < 12) {
            let (lower, upper) = (quantity.lower, quantity.upper);
            let near =
                [lower, upper, lower.next_up(), upper.next_down(), quantity.nominal * 1e3, quantity.nominal * 1e-3];
            for value in near.into_iter().filter(|&value| quantity.accepts(value)) {
                let mut parameters = defaults.clone();
                parameters[index] = value;
                is_sensible(&format!("{id}: `{}` = {value}", quantity.id), &mut model, &experiment, &parameters);
            }
        }
    }
}

#[test]
fn temperatures_near_zero_and_far_above_are_answered_or_refused_in_words() {
    for (id, settings) in MODELS {
        let mut model = instance(id, settings);
        let defaults = model.description().defaults();
        for temperature in [5e-324, 1e-100, 1e-3, 1.0, 30.0, 1e4, 1e100] {
            let experiment = two_steps(&model, temperature, 0.005, &[1.0, 1e3, 1e5]);
            is_sensible(&format!("{id} at {temperature} K"), &mut model, &experiment, &defaults);
        }
        let frozen = two_steps(&model, 0.0, 0.005, &[1.0]);
        let error = model.bind(&frozen).unwrap_err().to_string();
        assert_eq!(error, "malformed experiment: `temperature` of node 0 is 0 K", "{id}");
    }
}

#[test]
fn a_sample_that_is_not_strained_has_no_stress() {
    for (id, settings) in MODELS {
        let mut model = instance(id, settings);
        let defaults = model.description().defaults();
        for (strain, largest) in [(0.0, 1e-12), (1e-300, 1e-12)] {
            let experiment = two_steps(&model, usual_temperature(id), strain, &[1.0, 1e3]);
            is_sensible(&format!("{id} under a strain of {strain}"), &mut model, &experiment, &defaults);
            let Some(stress) = model.description().output("stress") else { continue };
            // The double stretched exponential has its stress as a parameter, whatever the strain.
            if model.bind(&experiment).is_ok() && id != "double_kww" {
                let values = model.evaluate(Batch::new(&defaults)).unwrap().values;
                let stress = &values[2 * stress..2 * stress + 2];
                // Soft domains find their stress as a root, to the rounding of moduli of 1e5 MPa; a lattice of 64 cells
                // is never quite at rest: five standard deviations of the share of its cells that are transformed.
                let default_of = |id: &str| model.description().parameter(id).map_or(f64::NAN, |index| defaults[index]);
                let lattice = 5.0 * default_of("unrelaxed_modulus") * default_of("transformation_strain") * 0.5 / 8.0;
                let largest = if id == "soft_domain_lattice" { lattice } else { largest };
                assert!(stress.iter().all(|value| value.abs() <= largest), "{id} under {strain}: {stress:?} MPa");
            }
        }
    }
}

#[test]
fn grids_of_nothing_of_one_time_and_of_a_million() {
    for (id, settings) in MODELS {
        let mut model = instance(id, settings);
        let defaults = model.description().defaults();
        let million: Vec<f64> = log_spaced(1e-3, 9e4, 126_000);
        assert!(million.len() > 1_000_000);
        for times in [&[][..], &[1.0], &[1.0, 1.0, 1.0], &million] {
            let mut experiment = two_steps(&model, usual_temperature(id), 0.005, times);
            experiment.wanted.truncate(1);
            model.bind(&experiment).unwrap_or_else(|error| panic!("{id}: {error}"));
            let evaluation = model.evaluate(Batch::new(&defaults)).unwrap();
            assert_eq!((evaluation.status, evaluation.values.len()), (vec![RowStatus::Done], times.len()));
            assert!(evaluation.values.iter().all(|value| value.is_finite()), "{id}");
            if let [_, second, third] = times {
                assert_eq!(second, third);
                let column = &evaluation.values;
                assert!(column.iter().all(|value| value.to_bits() == column[0].to_bits()), "{id}: {column:?}");
            }
        }
        let unsorted = two_steps(&model, usual_temperature(id), 0.005, &[2.0, 1.0]);
        let error = model.bind(&unsorted).unwrap_err().to_string();
        assert_eq!(error, "malformed experiment: output time 1 is 901 s, after an output time of 902 s", "{id}");
    }
}

#[test]
fn a_protocol_of_no_length() {
    for (id, settings) in MODELS {
        let mut model = instance(id, settings);
        let defaults = model.description().defaults();
        let temperature = usual_temperature(id);
        for strains in [&[0.005][..], &[0.0, 0.005]] {
            let mut experiment = two_steps(&model, temperature, 0.005, &[]);
            experiment.history = History::default();
            strains.iter().for_each(|&strain| experiment.history.push(0.0, temperature, Control::Strain, strain));
            experiment.times = vec![0.0, 0.0];
            is_sensible(&format!("{id} after {strains:?}"), &mut model, &experiment, &defaults);
        }
        let nothing = Experiment { history: History::default(), ..two_steps(&model, temperature, 0.005, &[1.0]) };
        let error = model.bind(&nothing).unwrap_err().to_string();
        assert_eq!(error, "malformed experiment: the history has no node", "{id}");
    }
}
