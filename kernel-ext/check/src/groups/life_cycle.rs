//! Calls in and out of order: `create`, `bind`, `evaluate`, `destroy`.

use crate::experiments::{self, Kind};
use crate::subject::{Subject, accepted, same_bits, words};
use crate::verdict::{Finding, Outcome, failed, passed, passed_with, skipped};
use kovacs_abi as abi;
use kovacs_host::probe::{RawBatch, RawExperiment, RawResult};

pub(crate) fn makes_an_instance(subject: &Subject<'_>) -> Outcome {
    drop(subject.instance()?);
    let (kind, _) = subject.usual()?;
    passed_with(format!("tried with {}", kind.words()))
}

pub(crate) fn evaluate_before_bind(subject: &Subject<'_>) -> Outcome {
    let mut instance = subject.instance()?;
    let parameters = subject.about().defaults();
    subject.step("evaluate without an experiment");
    let result = instance.evaluate(RawBatch { rows: 1, parameters: &parameters, ..RawBatch::default() });
    if result.answer.status == abi::E_STATE {
        return passed();
    }
    Err(failed(format!("without an experiment, `evaluate` {}; it must answer E_STATE", words(&result.answer))))
}

pub(crate) fn binds_again(subject: &Subject<'_>) -> Outcome {
    subject.must_repeat()?;
    let (mut instance, experiment) = subject.bound()?;
    let point = [subject.about().defaults()];
    let first = subject.evaluate(&mut instance, &point)?;
    let mut shorter = experiment.clone();
    shorter.times.truncate(3);
    shorter.before.truncate(3);
    subject.bind(&mut instance, &shorter)?;
    subject.evaluate(&mut instance, &point)?;
    subject.bind(&mut instance, &experiment)?;
    let again = subject.evaluate(&mut instance, &point)?;
    same_bits("before and after another experiment", &first, &again)
}

pub(crate) fn refused_experiment_leaves_none(subject: &Subject<'_>) -> Outcome {
    let temperature = experiments::usual_temperature(subject.about());
    for kind in Kind::ALL {
        let (mut instance, _) = subject.bound()?;
        let other = experiments::raw(subject.about(), &kind.history(temperature));
        subject.step(&format!("bind of {}", kind.words()));
        if instance.bind(&other).status == abi::OK {
            continue;
        }
        let parameters = subject.about().defaults();
        subject.step("evaluate after a refused experiment");
        let result = instance.evaluate(RawBatch { rows: 1, parameters: &parameters, ..RawBatch::default() });
        if result.answer.status == abi::E_STATE {
            return passed();
        }
        return Err(failed(format!(
            "after a refused experiment, `evaluate` {}; it must answer E_STATE",
            words(&result.answer)
        )));
    }
    Err(skipped("the model refuses no experiment of the tests"))
}

pub(crate) fn destroys_nothing(subject: &Subject<'_>) -> Outcome {
    subject.step("destroy of NULL");
    subject.probe().destroy_nothing();
    passed()
}

pub(crate) fn no_rows(subject: &Subject<'_>) -> Outcome {
    let (mut instance, _) = subject.bound()?;
    subject.evaluate(&mut instance, &[])?;
    passed()
}

pub(crate) fn one_and_no_point(subject: &Subject<'_>) -> Outcome {
    let (mut instance, experiment) = subject.bound()?;
    let points = [subject.about().defaults()];
    for count in [1, 0] {
        let last = experiment.times.len() - count;
        let few = RawExperiment {
            times: experiment.times[last..].to_vec(),
            before: experiment.before[last..].to_vec(),
            ..experiment.clone()
        };
        subject.bind(&mut instance, &few)?;
        let result = subject.evaluate(&mut instance, &points)?;
        finite(subject, &format!("at {count} output times"), &few, &result)?;
    }
    passed()
}

pub(crate) fn answers_at_ends_and_jumps(subject: &Subject<'_>) -> Outcome {
    let (mut instance, experiment) = subject.bound()?;
    let result = subject.evaluate(&mut instance, &[subject.about().defaults()])?;
    finite(subject, "at the first node, on both sides of a jump and beyond the last node", &experiment, &result)?;
    // Without the list of sides, every time is just after.
    let after = RawExperiment { before: Vec::new(), ..experiment.clone() };
    subject.bind(&mut instance, &after)?;
    let result = subject.evaluate(&mut instance, &[subject.about().defaults()])?;
    finite(subject, "where `out_before` is NULL", &after, &result)?;
    passed()
}

/// Every row that is done is finite.
pub(crate) fn finite(
    subject: &Subject<'_>,
    when: &str,
    experiment: &RawExperiment,
    result: &RawResult,
) -> Result<(), Finding> {
    let points = experiment.times.len().max(1);
    let width = experiment.wanted.len() * points;
    let wrong = result
        .values
        .iter()
        .enumerate()
        .find(|(index, value)| !value.is_finite() && result.status[index / width.max(1)] == abi::OK);
    match wrong {
        None => Ok(()),
        Some((index, value)) => {
            let output = experiment.wanted[index % width / points] as usize;
            let (id, time) = (&subject.about().outputs[output].id, experiment.times[index % points]);
            let unwritten = "; the cell was not written";
            let remark = if value.to_bits() == kovacs_host::probe::UNWRITTEN.to_bits() { unwritten } else { "" };
            Err(failed(format!("{when}, row {} is OK with `{id}` = {value} at {time} s{remark}", index / width)))
        }
    }
}

pub(crate) fn copies_the_experiment(subject: &Subject<'_>) -> Outcome {
    subject.must_repeat()?;
    let (mut instance, _) = subject.bound()?;
    let point = [subject.about().defaults()];
    let before = subject.evaluate(&mut instance, &point)?;
    instance.spoil();
    let after = subject.evaluate(&mut instance, &point)?;
    same_bits("before and after the memory of the experiment was overwritten", &before, &after)
}

pub(crate) fn accepts_a_later_host(subject: &Subject<'_>) -> Outcome {
    let (_, experiment) = subject.usual()?;
    let mut instance = subject.instance()?;
    subject.step("bind with a larger struct");
    let answer = instance.bind_grown(&experiment);
    if answer.status != abi::OK {
        return Err(failed(format!(
            "with an experiment of a later minor, whose struct is larger, `bind` {}",
            words(&answer)
        )));
    }
    let parameters = subject.about().defaults();
    let seeds = subject.seeds(1);
    let batch = || RawBatch { rows: 1, parameters: &parameters, seeds: &seeds, ..RawBatch::default() };
    subject.step("evaluate with a larger struct");
    let grown = accepted(instance.evaluate_grown(batch()))?;
    subject.bind(&mut instance, &experiment)?;
    let usual = accepted(instance.evaluate(batch()))?;
    if subject.must_repeat().is_err() {
        return passed();
    }
    same_bits("with a struct of a later minor and with today's", &grown, &usual)
}

pub(crate) fn refuses_settings_outside_bounds(subject: &Subject<'_>) -> Outcome {
    let about = subject.about();
    if about.settings.is_empty() {
        return Err(skipped("the model has no settings"));
    }
    for (index, quantity) in about.settings.iter().enumerate() {
        for value in crate::subject::points::outside(quantity).into_iter().chain([f64::NAN]) {
            let mut settings = subject.default_settings();
            settings[index] = value;
            subject.step(&format!("create with setting {} = {value}", quantity.id));
            let (answer, _) = subject.probe().create(&settings);
            if !matches!(answer.status, abi::REJECTED | abi::E_ARGUMENT) {
                let (id, interval) = (&quantity.id, quantity.interval());
                return Err(failed(format!(
                    "`create` with setting `{id}` = {value}, outside {interval}, {}",
                    words(&answer)
                )));
            }
        }
    }
    passed()
}

pub(crate) fn refuses_what_it_does_not_announce(subject: &Subject<'_>) -> Outcome {
    let about = subject.about();
    let temperature = experiments::usual_temperature(about);
    let announced = [
        (Kind::Creep, "stress", subject.can().stress, "control"),
        (Kind::TemperatureJump, "temperature", subject.can().temperature, "temperature"),
    ];
    let mut tried = 0;
    for (kind, capability, can, input) in announced {
        if !about.inputs.iter().any(|known| known.id == input) {
            // It cannot even be told.
            continue;
        }
        tried += 1;
        let mut instance = subject.instance()?;
        subject.step(&format!("bind of {}", kind.words()));
        let answer = instance.bind(&experiments::raw(about, &kind.history(temperature)));
        match (can, answer.status) {
            (true, abi::OK) => {}
            (false, abi::REJECTED) if answer.message.as_deref() == Ok("") => {
                return Err(failed(format!("`bind` refuses {} without a message", kind.words())));
            }
            (false, abi::REJECTED) => {}
            (true, _) => {
                return Err(failed(format!(
                    "it announces `{capability}`, and `bind` of {} {}",
                    kind.words(),
                    words(&answer)
                )));
            }
            (false, _) => {
                return Err(failed(format!(
                    "it does not announce `{capability}`, and `bind` of {} {}; it must answer REJECTED",
                    kind.words(),
                    words(&answer)
                )));
            }
        }
    }
    if tried == 0 { Err(skipped("the model reads neither `control` nor `temperature`")) } else { passed() }
}

pub(crate) fn messages_are_text(subject: &Subject<'_>) -> Outcome {
    let mut instance = subject.instance()?;
    let parameters = subject.about().defaults();
    subject.step("evaluate without an experiment");
    let early = instance.evaluate(RawBatch { rows: 1, parameters: &parameters, ..RawBatch::default() }).answer;
    let mut answers = vec![("`evaluate` before `bind`".to_owned(), early)];
    for quantity in 0..subject.about().parameters.len() {
        let (mut instance, _) = subject.bound()?;
        for value in crate::subject::points::outside(&subject.about().parameters[quantity]) {
            let mut parameters = subject.about().defaults();
            parameters[quantity] = value;
            let what = format!("`evaluate` with `{}` = {value}", subject.about().parameters[quantity].id);
            subject.step(&what);
            let result = instance.evaluate(RawBatch { rows: 1, parameters: &parameters, ..RawBatch::default() });
            answers.push((what, result.answer));
        }
    }
    for (what, answer) in answers {
        if let Err(text) = &answer.message {
            return Err(failed(format!("the message of {what} is not UTF-8 that ends within its field: {text:?}")));
        }
        if let Some(trespass) = answer.trespass.filter(|trespass| trespass.contains("error struct")) {
            return Err(failed(format!("{what}: {trespass}")));
        }
    }
    passed()
}
