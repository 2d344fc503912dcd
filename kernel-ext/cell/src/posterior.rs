//! Posteriors for cells, behind the seam: draws of `kovacs-fit` to the records of the prelude.

use crate::estimates::{Roled, candidate, data, estimate_error, options};
use crate::long::{Watch, watched};
use crate::operations::{refusal, variant};
use kovacs::Result;
use kovacs::estimate::{read_search, read_tests};
use kovacs::wire::{Reader, Writer};
use kovacs_fit::bayes::{BayesError, BayesOptions, sample};

pub(crate) fn draw(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let tests = read_tests(reader)?;
    let Roled { name, maker, parameters } = candidate(reader)?;
    let fit = options(&read_search(reader)?);
    let (chains, warm_up, draws) = (reader.count()?, reader.count()?, reader.count()?);
    let asked = BayesOptions { chains, warm_up, draws, seed: fit.seed, fit, ..BayesOptions::default() };
    let data = data(&tests)?;
    let posterior = watched(&format!("{name} is drawn"), |watch: &Watch| {
        sample(&|| maker.make(), &data, &parameters, &asked, &|progress| watch.goes_on(progress.done, progress.turns))
    });
    let posterior = posterior.map_err(|error| match &error {
        BayesError::Stopped => refusal(&error, "Interrupted"),
        BayesError::Estimate(inner) => estimate_error(inner),
        _ => refusal(&error, &variant(&error)),
    })?;
    writer.text(&posterior.sampler);
    writer.count(posterior.draws.len());
    writer.sequence(&posterior.parameters, |writer, parameter| {
        writer.text(&parameter.name);
        writer.text(&parameter.unit);
        for number in [parameter.median, parameter.mean, parameter.standard_deviation, parameter.lower, parameter.upper]
        {
            writer.f64(number);
        }
        for number in [parameter.r_hat, parameter.bulk_size, parameter.tail_size] {
            writer.option(number, Writer::f64);
        }
        writer.f64s(&posterior.draws_of(&parameter.name));
    });
    writer.texts(&posterior.warnings);
    writer.bool(posterior.stopped);
    Ok(())
}
