//! A formula `y = f(x; p)` fitted with everything that fits models: for descriptive forms, calibrations and reference
//! problems.
//!
//! A formula becomes an [`Evaluator`] of one output, `value`, so that bounds, ties, starts, losses, intervals and
//! criteria are those of every other fit. Its samples have no history; where `x` is one number that rises from zero or
//! above, it stands in the place of time (and correlated noise then counts in `ln x`), else the number of the row does.

use super::data::{FitData, Noise, Observation};
use super::error::EstimateError;
use super::parameters::Parameters;
use super::progress::Progress;
use super::result::FitResult;
use super::search::{FitOptions, fit};
use kovacs_core::closure::{Answer, ClosureModel, Definition, Formula, Parameters as Values};
use kovacs_core::define::Quantity;
use kovacs_core::model::{EvaluationError, Evaluator, Experiment, ModelDescription};
use kovacs_core::refusal::Refusal;
use kovacs_core::{Control, History, Origin};
use std::sync::Arc;

/// Id of the one output.
const OUTPUT: &str = "value";

/// A formula is the same at every temperature, and an experiment needs one, K.
const ANY_TEMPERATURE: f64 = 293.15;

/// Predictors of one sample and parameters in, the sample out.
type Law = dyn Fn(&[f64], &[f64]) -> f64 + Send + Sync;

/// A formula `y = f(x; p)` with a table of its parameters.
///
/// # Examples
/// ```
/// use kovacs_core::define::Quantity;
/// use kovacs_fit::estimate::{FitOptions, Function, Noise};
/// let parameters = [Quantity::new("amplitude").initial(1.0), Quantity::new("time").unit("s").above(0.0).initial(3.0)];
/// let decay = Function::new("decay", parameters, |x, p| p[0] * (-x[0] / p[1]).exp())?;
/// let time = [0.0, 1.0, 2.0, 4.0, 8.0];
/// let measured = decay.samples(time.map(|t| vec![t]).to_vec(), time.map(|t| 2.0 * (-t / 5.0_f64).exp()).to_vec(), Noise::Estimated)?;
/// let result = measured.fit(&decay.parameters()?, &FitOptions::default(), &|_| true)?;
/// assert!((result.value("amplitude") - 2.0).abs() < 1e-9 && (result.value("time") - 5.0).abs() < 1e-8);
/// # Ok::<(), kovacs_fit::estimate::EstimateError>(())
/// ```
#[derive(Clone)]
pub struct Function {
    description: ModelDescription,
    law: Arc<Law>,
}

/// A formula and the samples it is to describe.
#[derive(Clone)]
pub struct FunctionSamples {
    function: Function,
    /// Predictors of each sample, where time does not stand for them.
    rows: Option<Arc<Vec<Vec<f64>>>>,
    data: FitData,
}

/// The formula at the rows of an experiment.
struct Rows {
    law: Arc<Law>,
    rows: Option<Arc<Vec<Vec<f64>>>>,
}

impl Function {
    /// A formula with this name, `[a-z][a-z0-9_]*`, and these parameters in the order in which it gets them: `law` is
    /// called with the predictors of one sample and the parameters, each in its unit.
    ///
    /// # Errors
    /// The table of parameters does not hold together.
    pub fn new(
        name: &str,
        parameters: impl IntoIterator<Item = Quantity>,
        law: impl Fn(&[f64], &[f64]) -> f64 + Send + Sync + 'static,
    ) -> Result<Self, EvaluationError> {
        let definition = Definition::new(name).parameters(parameters).output(Quantity::new(OUTPUT));
        let description =
            definition.describe().map_err(|refusal| EvaluationError::Malformed { what: refusal.to_string() })?;
        Ok(Function { description, law: Arc::new(law) })
    }

    /// Its parameters, free from their initial values; [`Parameters`] can fix, tie and bound them.
    ///
    /// # Errors
    /// An initial value is outside its bounds.
    pub fn parameters(&self) -> Result<Parameters, EstimateError> {
        Parameters::new(&self.description, &self.description.defaults())
    }

    /// Samples to describe: the predictors of each, and its value.
    ///
    /// # Errors
    /// Unequal lengths, a number that is not finite, a deviation that is not above zero, or no sample.
    pub fn samples(
        &self,
        rows: Vec<Vec<f64>>,
        values: Vec<f64>,
        noise: Noise,
    ) -> Result<FunctionSamples, EstimateError> {
        let label = self.description.name.clone();
        if let Some(row) = rows.iter().position(|row| row.iter().any(|x| !x.is_finite())) {
            let value = rows[row].iter().copied().find(|x| !x.is_finite()).unwrap_or(f64::NAN);
            return Err(EstimateError::Value { label, row, value });
        }
        let single: Option<Vec<f64>> =
            rows.iter().map(|row| <[f64; 1]>::try_from(row.as_slice()).ok().map(|[x]| x)).collect();
        let time = single.filter(|x| x.is_sorted() && x.first().is_some_and(|&first| first >= 0.0));
        let (times, rows) = match time {
            Some(times) => (times, None),
            None => ((0..rows.len()).map(|row| row as f64).collect(), Some(Arc::new(rows))),
        };
        let mut history = History::default();
        history.push(0.0, ANY_TEMPERATURE, Control::Strain, 0.0);
        let experiment = Experiment { history, times, before: Vec::new(), wanted: vec![OUTPUT.to_owned()] };
        let observation = Observation { label, group: None, experiment, values, noise, origin: Origin::Measured };
        Ok(FunctionSamples { function: self.clone(), rows, data: FitData::new(vec![observation])? })
    }
}

impl FunctionSamples {
    /// The samples as every fit takes them.
    pub fn data(&self) -> &FitData {
        &self.data
    }

    /// An instance of the formula at these samples: what a [`Factory`](super::Factory) is made of.
    ///
    /// # Errors
    /// None; the form is that of a factory.
    pub fn instance(&self) -> Result<Box<dyn Evaluator>, EvaluationError> {
        let rows = Rows { law: self.function.law.clone(), rows: self.rows.clone() };
        Ok(Box::new(ClosureModel::from_description(self.function.description.clone(), rows)))
    }

    /// Fits the formula, as [`fit`] does a model.
    ///
    /// # Errors
    /// Those of [`fit`].
    pub fn fit(
        &self,
        parameters: &Parameters,
        options: &FitOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<FitResult, EstimateError> {
        fit(&|| self.instance(), &self.data, parameters, options, progress)
    }
}

impl Formula for Rows {
    fn row(&mut self, parameters: &Values<'_>, experiment: &Experiment) -> Result<Answer, Refusal> {
        let predictors = |time: &f64| match &self.rows {
            None => Ok((self.law)(&[*time], parameters.values())),
            Some(rows) => match rows.get(*time as usize) {
                Some(row) => Ok((self.law)(row, parameters.values())),
                None => Err(Refusal::broken(format!("there is no sample {time}"))),
            },
        };
        let values = experiment.times.iter().map(predictors).collect::<Result<Vec<f64>, Refusal>>()?;
        match values.iter().position(|value| !value.is_finite()) {
            Some(row) => Err(Refusal::rejected(format!("sample {row} is {}", values[row]))),
            None => Ok(Answer::default().column(OUTPUT, values)),
        }
    }
}
