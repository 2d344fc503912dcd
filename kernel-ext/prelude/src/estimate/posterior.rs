//! All parameters that data and priors allow: chains of draws, what they say, and whether they can be believed.

use super::candidate::{Candidate, write_candidate};
use super::fitted::{FitOptions, show};
use super::measured::{Measured, checked, with_origin, write_tests};
use super::write_search;
use crate::error::{Error, Result};
use crate::figure::{Colour, Figure, Panel, Series};
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits, six_digits};
use crate::wire::{Reader, Writer};
use kovacs_core::Origin;

/// How a posterior is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PosteriorOptions {
    /// Independent chains.
    pub chains: usize,
    /// Turns before the draws, in which step and shape are learnt.
    pub warm_up: usize,
    /// Draws of each chain.
    pub draws: usize,
    /// Seed of all random numbers: the same seed gives the same bits.
    pub seed: u64,
    /// Whether neighbouring residuals may be correlated; the length is held at its most likely value.
    pub correlated: bool,
}

impl Default for PosteriorOptions {
    /// Four chains of 1000 draws after 500 turns.
    fn default() -> Self {
        PosteriorOptions { chains: 4, warm_up: 500, draws: 1000, seed: 1, correlated: false }
    }
}

/// What the draws say of one parameter, or of the noise of an output.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginal {
    /// Id of the parameter; `noise of stress` for a standard deviation.
    pub id: String,
    /// UCUM code.
    pub unit: String,
    /// Median of the draws, in `unit`.
    pub median: f64,
    /// Mean of the draws.
    pub mean: f64,
    /// Their standard deviation.
    pub standard_deviation: f64,
    /// Lower end of the central 95 %.
    pub lower: f64,
    /// Upper end of the central 95 %.
    pub upper: f64,
    /// Rank-normalised split R-hat, 1 where the chains agree; `None` where they are too short or constant.
    pub r_hat: Option<f64>,
    /// How many independent draws the middle of the distribution is worth.
    pub bulk_size: Option<f64>,
    /// How many its tails are worth.
    pub tail_size: Option<f64>,
    /// All draws, chain after chain, in `unit`.
    pub draws: Vec<f64>,
}

/// The posterior of the parameters of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// Name of the model.
    pub name: String,
    /// What it explains, and where the data come from.
    pub data: String,
    /// `nuts` or `ensemble`.
    pub sampler: String,
    /// Chains, or walkers of an ensemble.
    pub chains: usize,
    /// Draws of all chains.
    pub draws: usize,
    /// Seed of the chains.
    pub seed: u64,
    /// The free parameters, then the noise of each output whose noise is not known.
    pub parameters: Vec<Marginal>,
    /// What a reader must know, in words.
    pub warnings: Vec<String>,
    /// Whether it was interrupted before everything was drawn.
    pub stopped: bool,
}

/// Draws the posterior of the free parameters of a model, with the priors that its description implies.
///
/// # Errors
/// As [`fit`](super::fit); interrupted before there were draws.
pub fn posterior(data: &impl Measured, model: impl Into<Candidate>) -> Result<Posterior> {
    posterior_with(data, model, PosteriorOptions::default())
}

/// As [`posterior`], drawn in another way. Interrupting the cell keeps the draws so far, with a warning.
///
/// # Errors
/// As [`posterior`]; no chain, or too few draws for a diagnostic.
pub fn posterior_with(
    data: &impl Measured,
    model: impl Into<Candidate>,
    options: PosteriorOptions,
) -> Result<Posterior> {
    let (tests, candidate) = (checked(data)?, model.into());
    let mut writer = Writer::new();
    write_tests(&mut writer, &tests);
    write_candidate(&mut writer, &candidate);
    let (seed, correlated) = (options.seed, options.correlated);
    write_search(&mut writer, &FitOptions { starts: 4, seed, correlated, ..FitOptions::default() });
    for count in [options.chains, options.warm_up, options.draws] {
        writer.count(count);
    }
    let answer = seam::call(Operation::DrawPosterior, writer)?;
    let reader = &mut Reader::new(&answer);
    let (sampler, chains) = (reader.text()?, reader.count()?);
    let parameters: Vec<Marginal> = reader.sequence(|reader| {
        Ok(Marginal {
            id: reader.text()?,
            unit: reader.text()?,
            median: reader.f64()?,
            mean: reader.f64()?,
            standard_deviation: reader.f64()?,
            lower: reader.f64()?,
            upper: reader.f64()?,
            r_hat: reader.option(Reader::f64)?,
            bulk_size: reader.option(Reader::f64)?,
            tail_size: reader.option(Reader::f64)?,
            draws: reader.f64s()?,
        })
    })?;
    Ok(Posterior {
        name: candidate.name().to_owned(),
        data: with_origin(&tests.name, &tests.origin()),
        sampler,
        chains,
        draws: parameters.first().map_or(0, |parameter| parameter.draws.len()),
        seed,
        parameters,
        warnings: reader.texts()?,
        stopped: reader.bool()?,
    })
}

/// Bars of the picture of a distribution.
const BARS: usize = 40;

/// Part of the draws on either side that the picture leaves out: one far draw would be its width.
const FAR: f64 = 0.002;

impl Marginal {
    /// The density of the draws as an outline of bars: values, and the part of the draws per unit.
    fn outline(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let mut sorted = self.draws.clone();
        sorted.sort_by(f64::total_cmp);
        let far = (FAR * sorted.len() as f64) as usize;
        let (first, last) = (*sorted.get(far)?, *sorted.get(sorted.len().checked_sub(far + 1)?)?);
        let width = (last - first) / BARS as f64;
        if !(width.is_finite() && width > 0.0) {
            return None;
        }
        let (mut x, mut y) = (vec![first], vec![0.0]);
        for bar in 0..BARS {
            let (from, to) = (first + width * bar as f64, first + width * (bar + 1) as f64);
            let below = |end: f64| sorted.partition_point(|draw| *draw < end);
            let height = (below(to) - below(from)) as f64 / sorted.len() as f64 / width;
            x.extend([from, to]);
            y.extend([height; 2]);
        }
        x.push(last);
        y.push(0.0);
        Some((x, y))
    }
}

impl Posterior {
    /// The parameter with this id.
    ///
    /// # Errors
    /// There is none; the message names those that there are.
    pub fn get(&self, id: &str) -> Result<Marginal> {
        self.parameters.iter().find(|parameter| parameter.id == id).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
            Error::new("UnknownParameter", format!("the posterior of `{}` has no parameter `{id}`", self.name))
                .with_remedy(format!("it has: {}", known.join(", ")))
        })
    }

    /// Median, 95 % and diagnostics of every parameter, then what a reader must know.
    pub fn sheet(&self) -> Sheet {
        let columns = ["parameter", "median", "95 % from", "to", "unit", "R-hat", "ESS, middle", "ESS, tails"];
        let title = format!("posterior of {} on {}", self.name, self.data);
        let number = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "none".to_owned(), |value| format!("{value:.digits$}"))
        };
        let sheet = self.parameters.iter().fold(Sheet::new(title, columns), |sheet, parameter| {
            sheet.row([
                parameter.id.clone(),
                six_digits(parameter.median),
                four_digits(parameter.lower),
                four_digits(parameter.upper),
                if parameter.unit == "1" { String::new() } else { parameter.unit.clone() },
                number(parameter.r_hat, 3),
                number(parameter.bulk_size, 0),
                number(parameter.tail_size, 0),
            ])
        });
        let (draws, chains) = (self.draws, self.chains);
        let sheet = sheet.note(format!("{draws} draws of {chains} chains by {}, seed {}", self.sampler, self.seed));
        self.warnings.iter().fold(sheet, |sheet, warning| sheet.note(format!("warning: {warning}")))
    }

    /// The distribution of every parameter, all others at whatever they are; the central 95 % are shaded.
    pub fn figure(&self) -> Figure {
        let figure = Figure::new(format!("posterior of {}", self.name)).columns(2);
        let figure = self.parameters.iter().fold(figure, |figure, parameter| {
            let Some((x, y)) = parameter.outline() else { return figure };
            let (id, unit) = (parameter.id.as_str(), parameter.unit.as_str());
            let outline = Series::xy(self.name.as_str(), Origin::Calculated, &x, &y).as_line().colour(Colour::BLUE);
            let per_unit = if unit == "1" { "1".to_owned() } else { format!("1/({unit})") };
            figure.panel(
                Panel::new("")
                    .x(id, unit)
                    .y("density", per_unit)
                    .series(outline)
                    .span(parameter.lower, parameter.upper, "95 %")
                    .vertical(parameter.median, "median"),
            )
        });
        figure.caption(format!("Draws of the parameters of {} given {}.", self.name, self.data))
    }

    /// Shows the table and the distributions as the value of a cell.
    pub fn evcxr_display(&self) {
        show(&[self.sheet().bundle()], &self.figure());
    }
}
