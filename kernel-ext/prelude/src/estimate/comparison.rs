//! Which model explains the data: a ranking with the errors of its differences, and what follows, in words.

use super::candidate::{Candidate, write_candidate};
use super::fitted::{FitOptions, Fitted, FittedStage, show};
use super::measured::{Measured, checked, with_origin, write_tests};
use super::write_search;
use crate::error::{Error, Result};
use crate::figure::{Figure, Panel, Series};
use crate::seam::{self, Operation};
use crate::sheet::Sheet;
use crate::wire::{Reader, WireError, Writer};

/// How models are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompareOptions {
    /// How each is fitted.
    pub fit: FitOptions,
    /// Whether every test is left out once and predicted. Without it, models are ranked by AICc.
    pub leave_out: bool,
}

impl Default for CompareOptions {
    /// Correlated noise is allowed for, and every test is left out once.
    fn default() -> Self {
        CompareOptions { fit: FitOptions { correlated: true, ..FitOptions::default() }, leave_out: true }
    }
}

/// What the other tests say of one.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// What was left out.
    pub test: String,
    /// Logarithm of the density that was predicted for its samples; `None` where there is no prediction.
    pub density: Option<f64>,
    /// Root mean square of predicted minus measured over the standard deviation.
    pub misfit: Option<f64>,
    /// Why there is no prediction.
    pub reason: Option<String>,
}

/// One model in a comparison.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// What it is called.
    pub name: String,
    /// The fit to all data; `None` if there is none.
    pub fit: Option<Fitted>,
    /// Why there is no fit.
    pub reason: Option<String>,
    /// Each left-out test.
    pub left_out: Vec<LeftOut>,
    /// Sum of the log densities of the left-out tests; larger is better. `None` if one of them is missing.
    pub left_out_sum: Option<f64>,
    /// Its standard error over the tests.
    pub left_out_error: Option<f64>,
    /// How much worse than the best model; 0 for the best one.
    pub difference: Option<f64>,
    /// Standard error of the difference over the tests; `None` where the order goes by AICc.
    pub difference_error: Option<f64>,
    /// `best`, `worse`, `worse here`, `not separated` or `unknown`.
    pub separation: String,
    /// Akaike weight among the models of the table.
    pub akaike_weight: Option<f64>,
}

/// Several models beside each other, the best first.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What was explained.
    pub data: String,
    /// Where the data come from.
    pub origin: String,
    /// The models; those without a fit last.
    pub models: Vec<Ranked>,
    /// Whether the order goes by left-out tests (else by AICc).
    pub by_left_out: bool,
    /// What the data separate and what not, in sentences.
    pub words: Vec<String>,
    /// Whether it was interrupted before everything was done.
    pub stopped: bool,
}

/// Fits models to the same tests, leaves every test out once and has it predicted from the others, and ranks them.
///
/// A model that refuses the protocol or breaks keeps its row with the reason. Interrupting the cell keeps what is done.
///
/// # Errors
/// As [`fit`](super::fit) for what concerns the data and the roles of parameters; there is no model, or two have one name.
pub fn compare<M: Into<Candidate>>(data: &impl Measured, models: impl IntoIterator<Item = M>) -> Result<Comparison> {
    compare_with(data, models, CompareOptions::default())
}

/// As [`compare`], in another way.
///
/// # Errors
/// As [`compare`].
pub fn compare_with<M: Into<Candidate>>(
    data: &impl Measured,
    models: impl IntoIterator<Item = M>,
    options: CompareOptions,
) -> Result<Comparison> {
    let tests = checked(data)?;
    let candidates: Vec<Candidate> = models.into_iter().map(Into::into).collect();
    let mut writer = Writer::new();
    write_tests(&mut writer, &tests);
    writer.sequence(&candidates, write_candidate);
    write_search(&mut writer, &options.fit);
    writer.bool(options.leave_out);
    let answer = seam::call(Operation::CompareModels, writer)?;
    let reader = &mut Reader::new(&answer);
    let (name, origin) = (tests.name.clone(), tests.origin());
    let models = reader.sequence(|reader| read_ranked(reader, &candidates, &name, &origin))?;
    Ok(Comparison {
        models,
        by_left_out: reader.bool()?,
        words: reader.texts()?,
        stopped: reader.bool()?,
        data: name,
        origin,
    })
}

fn read_ranked(
    reader: &mut Reader<'_>,
    candidates: &[Candidate],
    data: &str,
    origin: &str,
) -> Result<Ranked, WireError> {
    let candidate = candidates.get(reader.count()?).ok_or(WireError { expected: "the number of a model" })?;
    Ok(Ranked {
        name: candidate.name().to_owned(),
        fit: reader.option(|reader| Fitted::read(reader, candidate.clone(), data, origin))?,
        reason: reader.option(Reader::text)?,
        left_out: reader.sequence(|reader| {
            Ok(LeftOut {
                test: reader.text()?,
                density: reader.option(Reader::f64)?,
                misfit: reader.option(Reader::f64)?,
                reason: reader.option(Reader::text)?,
            })
        })?,
        left_out_sum: reader.option(Reader::f64)?,
        left_out_error: reader.option(Reader::f64)?,
        difference: reader.option(Reader::f64)?,
        difference_error: reader.option(Reader::f64)?,
        separation: reader.text()?,
        akaike_weight: reader.option(Reader::f64)?,
    })
}

impl Comparison {
    /// The model with this name.
    ///
    /// # Errors
    /// There is none; the message names those that there are.
    pub fn get(&self, name: &str) -> Result<Ranked> {
        self.models.iter().find(|model| model.name == name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.models.iter().map(|model| model.name.as_str()).collect();
            Error::new("UnknownModel", format!("`{name}` is not in this comparison"))
                .with_remedy(format!("there are: {}", known.join(", ")))
        })
    }

    /// The ranking, with what follows from it below.
    pub fn sheet(&self) -> Sheet {
        let columns = ["model", "left-out", "±", "difference", "± ", "AICc", "BIC", "weight", "free"];
        let title = format!("which model explains {}", with_origin(&self.data, &self.origin));
        let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.1}"));
        let sheet = self.models.iter().fold(Sheet::new(title, columns), |sheet, model| {
            let criteria = model.fit.as_ref().and_then(|fit| fit.criteria);
            sheet.row([
                model.name.clone(),
                number(model.left_out_sum),
                number(model.left_out_error),
                number(model.difference),
                number(model.difference_error),
                number(criteria.and_then(|criteria| criteria.aicc)),
                number(criteria.map(|criteria| criteria.bic)),
                model.akaike_weight.map_or_else(|| "none".to_owned(), |weight| format!("{weight:.3}")),
                model.fit.as_ref().map_or_else(|| "none".to_owned(), |fit| fit.free.len().to_string()),
            ])
        });
        let sheet = match self.by_left_out {
            true => sheet.note("left-out: sum of the log densities of tests, each predicted from the others"),
            false => sheet.note("difference: of AICc"),
        };
        let sheet = self.words.iter().fold(sheet, |sheet, sentence| sheet.note(sentence.as_str()));
        match self.stopped {
            true => sheet.note("interrupted before the end: this is what was done"),
            false => sheet,
        }
    }

    /// The residuals of every model in the last stage of each test, one panel per model.
    pub fn figure(&self) -> Figure {
        let figure = Figure::new(format!("Residuals: {}", self.data)).columns(2).share_x();
        let fitted = self.models.iter().filter_map(|model| Some((model, model.fit.as_ref()?)));
        let figure = fitted.fold(figure, |figure, (model, fit)| {
            let panel = Panel::new(model.name.as_str()).x("time since the last step", "s").log_x();
            let panel = panel.y("model minus data over noise", "1").horizontal(0.0, "");
            let last = fit.curves.iter().filter_map(|curve| Some((curve, curve.stages.last()?)));
            figure.panel(last.fold(panel, |panel, (curve, FittedStage { residuals, .. })| {
                panel.series(Series::line(residuals).labelled(curve.label.as_str()))
            }))
        });
        figure.caption(
            "Residuals that keep their sign are what a model misses; noise crosses zero at every other sample.",
        )
    }

    /// Shows the ranking, the parameters of every model and the residuals as the value of a cell.
    pub fn evcxr_display(&self) {
        let parameters: Vec<Sheet> =
            self.models.iter().filter_map(|model| model.fit.as_ref()).map(Fitted::sheet).collect();
        show(&[self.sheet().bundle(), Sheet::bundle_of(&parameters)], &self.figure());
    }
}
