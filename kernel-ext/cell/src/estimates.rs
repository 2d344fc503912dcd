//! Fits, comparisons, linear tests and designs behind the seam: the prelude's types to those of `kovacs-fit`, and back.

use crate::long::{Watch, watched};
use crate::measured::{observation, record};
use crate::objects::{HeldFit, objects};
use crate::operations::{data_error, fit_error, refusal, variant};
use crate::plugins::Maker;
use kovacs::codec;
use kovacs::estimate::{FitOptions as Asked, MeasuredTest, Tests, read_search, read_tests, write_tests};
use kovacs::wire::{Reader, Writer};
use kovacs::{Error, Result};
use kovacs_core::Curve;
use kovacs_fit::compare::{Candidate, CompareError, CompareOptions, ModelOutcome, RankedBy, Separation, compare};
use kovacs_fit::design::{DesignError, Readings, Rival, next_experiment, proposals};
use kovacs_fit::estimate::{Correlations, EstimateError, FitData, FitOptions, FitResult, Loss, Noise, Parameters, fit};
use kovacs_fit::{FitError, LinearTest, LinearTestOptions, LinearVerdict, linear_test};
use std::num::NonZeroUsize;
use std::sync::Arc;

/// The tests in a table of a package, with the protocols that the package states.
pub(crate) fn table_tests(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let table = objects().table(reader.u64()?)?;
    let source = table.source().clone();
    let package = objects().package(&source.package, &source.package_digest).ok_or_else(|| {
        Error::new("NoProtocol", format!("nobody states what was done to the samples of `{}`", table.label()))
            .with_remedy("state it: `Tests::new(\"my glass\").two_step(&curve, &test)?`, curve by curve")
    })?;
    let protocols = package.protocols_in_internal_units(&source.resource).map_err(data_error)?;
    let by = table.test_columns();
    let by: Vec<&str> = by.iter().map(String::as_str).collect();
    let tests = table.tests(&by, &protocols).map_err(data_error)?;
    let fallback = kovacs_core::glasses::glass(package.name()).map(|glass| glass.id.to_owned());
    let tests = tests.into_iter().map(|test| {
        let glass = test.keys.iter().find(|(key, _)| key == "glass").map(|(_, glass)| glass.clone());
        MeasuredTest {
            label: test.label,
            glass: glass.or_else(|| fallback.clone()),
            protocol: test.protocol,
            two_step: test.two_step,
            output: test.output.to_owned(),
            curve: test.curve,
            deviation: None,
        }
    });
    write_tests(writer, &Tests { name: table.label(), tests: tests.collect() });
    Ok(())
}

/// The tests as a fit takes them; the groups are the glasses.
pub(crate) fn data(tests: &Tests) -> Result<FitData> {
    let observations = tests.tests.iter().map(|test| {
        let curve = Curve { label: test.label.clone(), ..test.curve.clone() };
        let found = observation(&test.protocol, &test.output, &curve, test.glass.as_deref());
        let mut found = found.map_err(|error| estimate_error(&error))?;
        if let Some(deviation) = test.deviation {
            found.noise = Noise::Known(vec![deviation; found.values.len()]);
        }
        Ok(found)
    });
    FitData::new(observations.collect::<Result<_>>()?).map_err(|error| estimate_error(&error))
}

/// A model of a cell with the roles of its parameters.
pub(crate) struct Roled {
    pub(crate) name: String,
    pub(crate) maker: Maker,
    pub(crate) parameters: Parameters,
}

pub(crate) fn candidate(reader: &mut Reader<'_>) -> Result<Roled> {
    let (name, number, values) = (reader.text()?, reader.u64()?, reader.f64s()?);
    let maker = Maker::of(number)?;
    let wrong = |error: EstimateError| estimate_error(&error);
    let mut parameters = Parameters::new(maker.description(), &values).map_err(wrong)?;
    for _ in 0..reader.count()? {
        parameters = match reader.u8()? {
            0 => {
                let ids = reader.texts()?;
                parameters.only(&ids.iter().map(String::as_str).collect::<Vec<_>>())
            }
            1 => parameters.fix(&reader.text()?, reader.option(Reader::f64)?),
            2 => parameters.between(&reader.text()?, reader.f64()?, reader.f64()?),
            3 => parameters.tie(&reader.text()?, &reader.text()?, reader.f64()?),
            _ => parameters.per_group(&reader.text()?),
        }
        .map_err(wrong)?;
    }
    Ok(Roled { name, maker, parameters })
}

/// How a fit searches.
pub(crate) fn options(asked: &Asked) -> FitOptions {
    FitOptions {
        loss: Loss::from_word(asked.loss.word()).unwrap_or(Loss::Linear),
        starts: asked.starts,
        seed: asked.seed,
        correlations: if asked.correlated { Correlations::Estimated } else { Correlations::Ignored },
        threads: threads(),
        ..FitOptions::default()
    }
}

fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

pub(crate) fn fit_model(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let tests = read_tests(reader)?;
    let (Roled { name, maker, parameters }, options) = (candidate(reader)?, options(&read_search(reader)?));
    let data = data(&tests)?;
    let result = watched(&format!("{name} is fitted"), |watch: &Watch| {
        fit(&|| maker.make(), &data, &parameters, &options, &|progress| watch.goes_on(progress.done, progress.starts))
    });
    let result = result.map_err(|error| estimate_error(&error))?;
    write_fit(writer, &tests, HeldFit { name, maker, parameters, result });
    Ok(())
}

pub(crate) fn compare_models(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let tests = read_tests(reader)?;
    // Roles say what is wrong with them by themselves.
    let models: Vec<Roled> = (0..reader.count()?).map(|_| candidate(reader)).collect::<Result<_>>()?;
    let fit = options(&read_search(reader)?);
    let options = CompareOptions { fit, leave_out: reader.bool()? };
    let data = data(&tests)?;
    let makers: Vec<_> = models.iter().map(|model| || model.maker.make()).collect();
    let candidates: Vec<Candidate<'_>> = models
        .iter()
        .zip(&makers)
        .map(|(model, factory)| Candidate { name: model.name.clone(), factory, parameters: model.parameters.clone() })
        .collect();
    let comparison = watched("models are compared", |watch: &Watch| {
        compare(&candidates, &data, &options, &|progress| watch.goes_on(progress.done, progress.fits))
    });
    let comparison = comparison.map_err(|error: CompareError| refusal(&error, &variant(&error)))?;
    writer.count(comparison.models.len());
    for judged in &comparison.models {
        let place = models.iter().position(|model| model.name == judged.name).unwrap_or_default();
        writer.count(place);
        let (result, reason) = match &judged.outcome {
            ModelOutcome::Fitted { result } => (Some(result), None),
            ModelOutcome::Failed { reason } => (None, Some(reason.as_str())),
        };
        writer.option(result.zip(models.get(place)), |writer, (result, model)| {
            let (name, maker, parameters) = (model.name.clone(), model.maker.clone(), model.parameters.clone());
            write_fit(writer, &tests, HeldFit { name, maker, parameters, result: (**result).clone() });
        });
        writer.option(reason, Writer::text);
        writer.sequence(&judged.left_out, |writer, left_out| {
            writer.text(&left_out.test);
            writer.option(left_out.density, Writer::f64);
            writer.option(left_out.misfit, Writer::f64);
            writer.option(left_out.reason.as_deref(), Writer::text);
        });
        for number in [judged.left_out_sum, judged.left_out_error, judged.difference, judged.difference_error] {
            writer.option(number, Writer::f64);
        }
        writer.text(match judged.separation {
            Separation::Best => "best",
            Separation::Worse => "worse",
            Separation::WorseHere => "worse here",
            Separation::NotSeparated => "not separated",
            Separation::Unknown => "unknown",
        });
        writer.option(judged.akaike_weight, Writer::f64);
    }
    writer.bool(comparison.ranked_by == RankedBy::LeftOutTests);
    writer.texts(&comparison.words);
    writer.bool(comparison.stopped);
    Ok(())
}

/// A fit as cells see it; it is held for those who design from it.
fn write_fit(writer: &mut Writer, tests: &Tests, fit: HeldFit) {
    let fit = Arc::new(fit);
    let result: &FitResult = &fit.result;
    writer.u64(objects().hold_fit(Arc::clone(&fit)));
    writer.text(&result.model);
    writer.text(&result.version);
    writer.option(result.digest.as_deref(), Writer::text);
    writer.sequence(&result.parameters, |writer, (id, parameter)| {
        writer.text(id);
        writer.f64(parameter.value);
        for number in [parameter.standard_error, parameter.lower, parameter.upper] {
            writer.option(number, Writer::f64);
        }
        writer.text(&parameter.unit);
        writer.bool(parameter.free);
    });
    writer.f64(result.cost);
    writer.count(result.points);
    writer.f64(result.effective_points);
    writer.option(result.reduced_chi_square, Writer::f64);
    writer.sequence(&result.noise.iter().collect::<Vec<_>>(), |writer, (output, noise)| {
        writer.text(output);
        writer.f64(**noise);
    });
    writer.f64(result.correlation_length);
    writer.option(result.criteria, |writer, criteria| {
        writer.f64(criteria.log_likelihood);
        writer.count(criteria.estimated);
        writer.option(criteria.aicc, Writer::f64);
        writer.f64(criteria.bic);
    });
    writer.texts(&result.free);
    writer.sequence(&result.correlation, |writer, row| writer.f64s(row));
    writer.f64(result.condition);
    writer.text(&result.sloppiest);
    writer.count(result.evaluations);
    writer.bool(result.converged);
    writer.texts(&result.warnings);
    writer.count(result.curves.len());
    for (curve, test) in result.curves.iter().zip(&tests.tests) {
        writer.text(&curve.label);
        writer.text(&curve.output);
        writer.text(if curve.output == "stress" { "MPa" } else { "1" });
        writer.f64(curve.misfit);
        writer.text(test.curve.origin.word());
        writer.sequence(&stages(test), |writer, (first, end, start)| {
            let of = |values: &[f64]| values.get(*first..*end).unwrap_or_default().to_vec();
            let times: Vec<f64> = of(&curve.times).iter().map(|time| time - start).collect();
            writer.f64s(&times);
            for values in [&curve.values, &curve.model, &curve.residuals] {
                writer.f64s(&of(values));
            }
        });
    }
}

/// First and last sample of each stage, and the time of the step before it, s.
fn stages(test: &MeasuredTest) -> Vec<(usize, usize, f64)> {
    let count = test.curve.len();
    let all = match &test.two_step {
        Some(known) => {
            let early = crate::measured::first_stage(&test.curve, known);
            vec![(0, early, known.ramp.unwrap_or(0.0)), (early, count, known.second_stage_start())]
        }
        None => {
            let first = test.curve.x.first().copied().unwrap_or(0.0);
            let nodes = test.protocol.nodes().map_or(Vec::new(), |nodes| nodes.time);
            vec![(0, count, nodes.into_iter().filter(|&node| node < first).fold(0.0, f64::max))]
        }
    };
    all.into_iter().filter(|(first, end, _)| first < end).collect()
}

pub(crate) fn judge_linear(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let tests = read_tests(reader)?;
    let options = LinearTestOptions { error_rate: reader.f64()?, seed: reader.u64()?, ..LinearTestOptions::default() };
    let records = tests.tests.iter().filter(|test| test.output == "stress");
    let records: Vec<_> = records.filter_map(|test| Some((test, record(&test.two_step?, &test.curve)?))).collect();
    if records.is_empty() {
        return Err(Error::new("NoTwoStepTest", format!("`{}` has no two-step test of stress", tests.name))
            .with_remedy(
                "choose a table with two-step tests, or state them with `Tests::new(..).two_step(&curve, &test)?`",
            ));
    }
    let judged: Vec<Option<Result<LinearTest, FitError>>> = watched("records are tested", |watch: &Watch| {
        let mut judged = Vec::new();
        for (done, (_, record)) in records.iter().enumerate() {
            judged.push(watch.goes_on(done, records.len()).then(|| linear_test(record, &options)));
        }
        judged
    });
    if let ([(test, _)], [Some(Err(error))]) = (records.as_slice(), judged.as_slice()) {
        let error = fit_error(error);
        return Err(Error::new(error.kind(), format!("cannot test `{}`: {}", test.label, error.message())));
    }
    let found: Vec<_> =
        records.iter().zip(&judged).filter_map(|(own, judged)| Some((own, judged.as_ref()?.as_ref().ok()?))).collect();
    writer.sequence(&found, |writer, ((test, record), judged)| write_linear(writer, test, &record.second, judged));
    let failed: Vec<(String, String)> = records
        .iter()
        .zip(&judged)
        .filter_map(|((test, _), judged)| match judged {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some((test.label.clone(), error.to_string())),
            None => Some((test.label.clone(), "interrupted before it was tested".to_owned())),
        })
        .collect();
    writer.sequence(&failed, |writer, failed: &(String, String)| {
        writer.text(&failed.0);
        writer.text(&failed.1);
    });
    Ok(())
}

fn write_linear(writer: &mut Writer, test: &MeasuredTest, second: &Curve, judged: &LinearTest) {
    writer.text(&test.label);
    writer.text(judged.verdict.word());
    writer.texts(match &judged.verdict {
        LinearVerdict::Undecided(reasons) => reasons.as_slice(),
        _ => &[],
    });
    for number in [judged.delta_sigma, judged.nonlinearity_index, judged.linear_index, judged.determined_until] {
        writer.option(number, Writer::f64);
    }
    for number in [judged.excess.p_value, judged.noise, judged.detectable] {
        writer.f64(number);
    }
    codec::write_curve(writer, second);
    codec::write_curve(writer, &judged.prediction);
    for end in [|point: &kovacs_fit::BandPoint| point.low, |point: &kovacs_fit::BandPoint| point.high] {
        let (x, y) = judged.band.iter().map(|point| (point.time, end(point))).unzip();
        codec::write_curve(writer, &Curve { x, y, ..judged.prediction.clone() });
    }
}

pub(crate) fn design_test(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let fits = [objects().fit(reader.u64()?)?, objects().fit(reader.u64()?)?];
    let grid = proposals(reader.f64()?, &reader.f64s()?, &reader.f64s()?, &reader.f64s()?);
    let readings =
        Readings { stress: reader.f64()?, ln_peak_time: reader.f64()?, height: reader.f64()?, recovery: reader.f64()? };
    let makers = fits.each_ref().map(|fit| || fit.maker.make());
    let candidate =
        |fit: &HeldFit, factory| Candidate { name: fit.name.clone(), factory, parameters: fit.parameters.clone() };
    let [(first, make_first), (second, make_second)] = [(&fits[0], &makers[0]), (&fits[1], &makers[1])];
    let rivals = [
        Rival { candidate: candidate(first, make_first), fit: &first.result },
        Rival { candidate: candidate(second, make_second), fit: &second.result },
    ];
    let design = watched("tests are judged", |watch: &Watch| {
        next_experiment(&rivals, &grid, &readings, threads().get(), &|done, all| watch.goes_on(done, all))
    });
    let design = design.map_err(|error| match &error {
        DesignError::Estimate(inner) => estimate_error(inner),
        _ => refusal(&error, &variant(&error)),
    })?;
    writer.sequence(&design.ranked, |writer, judged| {
        let proposal = &judged.proposal;
        writer.text(proposal.observable.word());
        for number in [proposal.eps1, proposal.eps2, proposal.t_w, proposal.temperature] {
            writer.f64(number);
        }
        writer.option(judged.expected, Writer::f64);
        for number in judged.predictions {
            writer.option(number, Writer::f64);
        }
        writer.option(judged.reason.as_deref(), Writer::text);
    });
    writer.bool(design.stopped);
    Ok(())
}

/// What is wrong, by the name a cell's failure is called.
pub(crate) fn estimate_error(error: &EstimateError) -> Error {
    match error {
        EstimateError::Stopped => refusal(error, "Interrupted"),
        EstimateError::Evaluation(inner) => refusal(error, &variant(inner)),
        EstimateError::Curve(inner) => refusal(error, &variant(inner)),
        _ => refusal(error, &variant(error)),
    }
}
