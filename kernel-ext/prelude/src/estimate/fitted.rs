//! A fit: parameters with their errors, what the data do not determine, and every curve beside the model.

use super::candidate::{Candidate, write_candidate};
use super::measured::{Measured, checked, with_origin, write_tests};
use super::write_search;
use crate::display::Bundle;
use crate::error::{Error, Result};
use crate::figure::{Colour, Figure, Panel, Series};
use crate::model::Model;
use crate::seam::{self, Handle, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::{Reader, WireError, Writer};
use kovacs_core::{Curve, Origin};

/// What a residual costs, as in scipy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// Its square: least squares.
    #[default]
    Linear,
    /// Its square, then its size, smoothly.
    SoftL1,
    /// Its square, then its size.
    Huber,
    /// Its square, then its logarithm: far samples hardly count.
    Cauchy,
}

impl Loss {
    const ALL: [Loss; 4] = [Loss::Linear, Loss::SoftL1, Loss::Huber, Loss::Cauchy];

    /// The name in scipy.
    pub fn word(self) -> &'static str {
        match self {
            Loss::Linear => "linear",
            Loss::SoftL1 => "soft_l1",
            Loss::Huber => "huber",
            Loss::Cauchy => "cauchy",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Loss> {
        Loss::ALL.into_iter().find(|loss| loss.word() == word)
    }
}

/// How a fit searches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitOptions {
    /// What a residual costs.
    pub loss: Loss,
    /// Number of starts, the model's own values included.
    pub starts: usize,
    /// Seed of the other starts.
    pub seed: u64,
    /// Whether to estimate how far neighbouring residuals are correlated. Without it a thousand samples of a smooth curve
    /// count as a thousand facts, and a fit that misses the shape warns of that.
    pub correlated: bool,
}

impl Default for FitOptions {
    /// Least squares, eight starts, every sample for itself.
    fn default() -> Self {
        FitOptions { loss: Loss::Linear, starts: 8, seed: 1, correlated: false }
    }
}

/// What became of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Its id, with `@glass` where every glass has its own.
    pub id: String,
    /// Its value, in `unit`.
    pub value: f64,
    /// Its standard error; `None` if it was not free, lies on a bound, or is not determined.
    pub standard_error: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// UCUM code.
    pub unit: String,
    /// Whether it was estimated.
    pub free: bool,
}

/// What an explanation costs: only differences on the same data mean anything, and smaller is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Criteria {
    /// Logarithm of the largest likelihood.
    pub log_likelihood: f64,
    /// Estimated numbers, those of the noise included.
    pub estimated: usize,
    /// Akaike's criterion for few samples; `None` where there are too few.
    pub aicc: Option<f64>,
    /// Schwarz's criterion.
    pub bic: f64,
}

/// A part of a curve after one step: against the time since then.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedStage {
    /// Samples.
    pub data: Curve,
    /// The model at the same times.
    pub model: Curve,
    /// Model minus sample over the standard deviation.
    pub residuals: Curve,
}

/// One test beside what the model says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedCurve {
    /// Which test.
    pub label: String,
    /// Root mean square of model minus sample, in the unit of the output.
    pub misfit: f64,
    /// Its stages in order.
    pub stages: Vec<FittedStage>,
}

/// A model fitted to tests.
#[derive(Clone, Debug)]
pub struct Fitted {
    handle: Handle,
    candidate: Candidate,
    /// What it is called.
    pub name: String,
    /// Id of the model.
    pub model_id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the plugin; `None` for a closure.
    pub digest: Option<String>,
    /// What was fitted.
    pub data: String,
    /// Where the data come from.
    pub origin: String,
    /// Every parameter, in the order of the model.
    pub parameters: Vec<Estimate>,
    /// Half the sum of the losses of the residuals.
    pub cost: f64,
    /// Number of samples.
    pub points: usize,
    /// How many independent samples they are worth.
    pub effective_points: f64,
    /// Sum of squares over degrees of freedom, where the noise is known.
    pub reduced_chi_square: Option<f64>,
    /// Standard deviation of each output whose noise was estimated, in its unit.
    pub noise: Vec<(String, f64)>,
    /// Length of the correlation of the noise in units of `ln t`; 0 where it is white.
    pub correlation_length: f64,
    /// Information criteria; `None` with a loss that is no likelihood.
    pub criteria: Option<Criteria>,
    /// Names of the free parameters, in the order of `correlation`.
    pub free: Vec<String>,
    /// Correlation of the free parameters.
    pub correlation: Vec<Vec<f64>>,
    /// Largest over smallest singular value of the standardised derivatives.
    pub condition: f64,
    /// The direction that the data determine least, in words.
    pub sloppiest: String,
    /// Evaluations of all observations.
    pub evaluations: usize,
    /// Whether the search ended by itself.
    pub converged: bool,
    /// What a reader must know, in words.
    pub warnings: Vec<String>,
    /// Every test beside the model.
    pub curves: Vec<FittedCurve>,
}

/// Fits a model to tests: their data are left as they are, and ramps and the dead time are simulated.
///
/// The model starts from the values that it has and moves what it says a fit should move; `model.free(&["tau"])` says
/// otherwise ([`Candidate`]). Interrupting the cell keeps the best parameters so far, with a warning.
///
/// # Errors
/// Nobody states what was done to the samples, there are too few of them, a parameter is not known or outside its
/// bounds, or the model has no answer from any start.
pub fn fit(data: &impl Measured, model: impl Into<Candidate>) -> Result<Fitted> {
    fit_with(data, model, FitOptions::default())
}

/// As [`fit`], searched in another way.
///
/// # Errors
/// As [`fit`].
pub fn fit_with(data: &impl Measured, model: impl Into<Candidate>, options: FitOptions) -> Result<Fitted> {
    let (tests, candidate) = (checked(data)?, model.into());
    let mut writer = Writer::new();
    write_tests(&mut writer, &tests);
    write_candidate(&mut writer, &candidate);
    write_search(&mut writer, &options);
    let answer = seam::call(Operation::FitModel, writer)?;
    Ok(Fitted::read(&mut Reader::new(&answer), candidate, &tests.name, &tests.origin())?)
}

impl Fitted {
    pub(super) fn read(
        reader: &mut Reader<'_>,
        candidate: Candidate,
        data: &str,
        origin: &str,
    ) -> Result<Fitted, WireError> {
        let handle = Handle::adopt(reader.u64()?);
        let (model_id, version, digest) = (reader.text()?, reader.text()?, reader.option(Reader::text)?);
        let parameters = reader.sequence(|reader| {
            Ok(Estimate {
                id: reader.text()?,
                value: reader.f64()?,
                standard_error: reader.option(Reader::f64)?,
                lower: reader.option(Reader::f64)?,
                upper: reader.option(Reader::f64)?,
                unit: reader.text()?,
                free: reader.bool()?,
            })
        })?;
        Ok(Fitted {
            handle,
            name: candidate.name().to_owned(),
            candidate,
            model_id,
            version,
            digest,
            data: data.to_owned(),
            origin: origin.to_owned(),
            parameters,
            cost: reader.f64()?,
            points: reader.count()?,
            effective_points: reader.f64()?,
            reduced_chi_square: reader.option(Reader::f64)?,
            noise: reader.sequence(|reader| Ok((reader.text()?, reader.f64()?)))?,
            correlation_length: reader.f64()?,
            criteria: reader.option(|reader| {
                Ok(Criteria {
                    log_likelihood: reader.f64()?,
                    estimated: reader.count()?,
                    aicc: reader.option(Reader::f64)?,
                    bic: reader.f64()?,
                })
            })?,
            free: reader.texts()?,
            correlation: reader.sequence(Reader::f64s)?,
            condition: reader.f64()?,
            sloppiest: reader.text()?,
            evaluations: reader.count()?,
            converged: reader.bool()?,
            warnings: reader.texts()?,
            curves: reader.sequence(read_curve)?,
        })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The parameter with this id.
    ///
    /// # Errors
    /// There is none; the message names those that there are.
    pub fn get(&self, id: &str) -> Result<Estimate> {
        self.parameters.iter().find(|parameter| parameter.id == id).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
            Error::new("UnknownParameter", format!("the fit of `{}` has no parameter `{id}`", self.name))
                .with_remedy(format!("it has: {}", known.join(", ")))
        })
    }

    /// The value of a parameter, in its unit.
    ///
    /// # Errors
    /// As [`Fitted::get`].
    pub fn value(&self, id: &str) -> Result<f64> {
        self.get(id).map(|parameter| parameter.value)
    }

    /// The model with the fitted values, to predict what was not measured. Of values per glass it has those of `glass`.
    ///
    /// # Errors
    /// None that a fit can have.
    pub fn model_of(&self, glass: &str) -> Result<Model> {
        let end = format!("@{glass}");
        self.parameters.iter().try_fold(self.candidate.model().clone(), |model, parameter| {
            match (parameter.id.strip_suffix(&end), parameter.id.contains('@')) {
                (Some(id), _) => model.set(id, parameter.value),
                (None, false) => model.set(&parameter.id, parameter.value),
                (None, true) => Ok(model),
            }
        })
    }

    /// The model with the fitted values, to predict what was not measured. Values per glass stay at their starts.
    ///
    /// # Errors
    /// None that a fit can have.
    pub fn model(&self) -> Result<Model> {
        self.model_of("")
    }

    /// Data, model, and residuals below, of every stage against the time since its step.
    pub fn figure(&self) -> Figure {
        let stages = self.curves.iter().map(|curve| curve.stages.len()).max().unwrap_or(0);
        let mut panels = vec![Vec::new(); 2];
        for stage in 0..stages {
            let shown: Vec<(&FittedCurve, &FittedStage)> =
                self.curves.iter().filter_map(|curve| Some((curve, curve.stages.get(stage)?))).collect();
            let unit = shown.first().map_or("", |(_, stage)| stage.data.y_unit.as_str()).to_owned();
            let name = shown.first().map_or("", |(_, stage)| stage.data.y_name.as_str()).to_owned();
            let when = if stages > 1 { format!("time since step {}", stage + 1) } else { "time".to_owned() };
            let axes = |heading: &str| Panel::new(heading).x(when.as_str(), "s").log_x();
            let mut above = axes("").y(name, unit);
            let mut below = axes("").y("model minus data over noise", "1");
            for (index, (curve, stage)) in shown.iter().enumerate() {
                let colour = Colour::PALETTE.get(index % Colour::PALETTE.len()).copied().unwrap_or(Colour::BLUE);
                let label = curve.label.as_str();
                above = above.series(Series::points(&stage.data).labelled(label).colour(colour));
                above = above.series(Series::line(&stage.model).labelled(self.name.as_str()).colour(Colour::BLACK));
                below = below.series(Series::line(&stage.residuals).labelled(label).colour(colour));
            }
            panels[0].push(above);
            panels[1].push(below.horizontal(0.0, ""));
        }
        let columns = u32::try_from(stages.max(1)).unwrap_or(1);
        let figure = Figure::new(format!("{} fitted to {}", self.name, self.data)).columns(columns).share_x();
        panels.into_iter().flatten().fold(figure, Figure::panel).caption(format!("Data: {}.", self.origin))
    }

    /// The parameters with their errors, then what a reader must know.
    pub fn sheet(&self) -> Sheet {
        let columns = ["parameter", "value", "± (standard error)", "95 % from", "to", "unit", ""];
        let data = with_origin(&self.data, &self.origin);
        let title = format!("{} {} fitted to {data}", self.name, self.version);
        let mut sheet = self.parameters.iter().fold(Sheet::new(title, columns), |sheet, parameter| {
            let state = match (parameter.free, parameter.standard_error) {
                (false, _) => "held",
                (true, None) => "not determined",
                (true, Some(_)) => "free",
            };
            let number = |value: Option<f64>| value.map_or_else(String::new, |value| four_digits(value));
            sheet.row([
                parameter.id.clone(),
                crate::sheet::six_digits(parameter.value),
                number(parameter.standard_error),
                number(parameter.lower),
                number(parameter.upper),
                if parameter.unit == "1" { String::new() } else { parameter.unit.clone() },
                state.to_owned(),
            ])
        });
        for (output, noise) in &self.noise {
            sheet = sheet.note(format!("noise of {output}: {}", four_digits(*noise)));
        }
        let worth = match self.effective_points < 0.99 * self.points as f64 {
            true => format!(" worth {:.0} independent ones", self.effective_points),
            false => String::new(),
        };
        let criteria = self.criteria.map_or_else(String::new, |criteria| {
            let aicc = criteria.aicc.map_or_else(|| "none".to_owned(), |aicc| format!("{aicc:.1}"));
            format!(", AICc {aicc}, BIC {:.1}", criteria.bic)
        });
        sheet = sheet.note(format!("{} samples{worth}{criteria}", self.points));
        self.warnings.iter().fold(sheet, |sheet, warning| sheet.note(format!("warning: {warning}")))
    }

    /// Shows parameters, warnings, curves and residuals as the value of a cell.
    pub fn evcxr_display(&self) {
        show(&[self.sheet().bundle()], &self.figure());
    }
}

/// Shows tables, then a figure as the value of the cell.
pub(super) fn show(tables: &[Bundle], figure: &Figure) {
    tables.iter().for_each(Bundle::show);
    figure.evcxr_display();
}

fn read_curve(reader: &mut Reader<'_>) -> Result<FittedCurve, WireError> {
    let (label, output, unit, misfit) = (reader.text()?, reader.text()?, reader.text()?, reader.f64()?);
    let origin = crate::codec::read_origin(reader)?;
    let stages = reader.sequence(|reader| {
        let times = reader.f64s()?;
        let mut curve = |name: &str, unit: &str, origin: Origin| {
            let curve = Curve::new(label.as_str(), times.clone(), reader.f64s()?)
                .map_err(|_| WireError { expected: "a fitted curve" })?;
            Ok::<Curve, WireError>(curve.x_axis("time", "s").y_axis(name, unit).from_origin(origin))
        };
        Ok(FittedStage {
            data: curve(&output, &unit, origin)?,
            model: curve(&output, &unit, Origin::Calculated)?,
            residuals: curve("residual", "1", Origin::Calculated)?,
        })
    })?;
    Ok(FittedCurve { label, misfit, stages })
}
