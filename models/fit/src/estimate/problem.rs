//! One model, one set of observations, one set of unknowns: residuals, their derivatives, the likelihood.
//!
//! Observations with the same history, output and group share an instance of the model, which is bound once and asked
//! for all their times together.

use super::correlation::{correlations, log_determinant, whiten};
use super::data::{FitData, Noise, Observation};
use super::error::EstimateError;
use super::loss::Loss;
use super::parameters::{FreeParameter, Parameters, Role};
use super::result::FitResult;
use crate::least_squares::Residuals;
use kovacs_core::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use nalgebra::{DMatrix, DVector};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Makes instances of the model; every thread and every history has its own.
pub type Factory<'a> = &'a (dyn Fn() -> Result<Box<dyn Evaluator>, EvaluationError> + Sync);

/// How much larger than the first sum of squares a place counts where the model has no answer: the search turns back.
const REPELLED: f64 = 100.0;

/// A model, data and unknowns, bound together.
pub struct Problem<'a> {
    data: &'a FitData,
    /// Samples of each observation: those of the data, or others in their places.
    values: Vec<Vec<f64>>,
    parameters: &'a Parameters,
    unknowns: Vec<FreeParameter>,
    slots: Vec<Slot>,
    loss: Loss,
    /// Standard deviation of the outputs whose noise is not known, in their units.
    scales: BTreeMap<String, f64>,
    /// Correlation of each sample with the one before it, per observation.
    correlations: Vec<Vec<f64>>,
    lambda: f64,
    state: RefCell<State>,
    stop: &'a (dyn Fn() -> bool + Sync),
}

/// An instance with everything it is asked for at once.
struct Slot {
    evaluator: RefCell<Box<dyn Evaluator>>,
    /// Index of the observation, and where among the times of the instance each of its samples is.
    members: Vec<(usize, Vec<usize>)>,
    /// Model parameters that depend on unknowns: index of the parameter, and per unknown the factor.
    dependent: Vec<(usize, usize, f64)>,
    sensitivities: Vec<usize>,
    group: Option<String>,
    times: usize,
}

/// Values of every observation, and per sample their derivatives with respect to all variables.
type Evaluated = (Vec<Vec<f64>>, Vec<Vec<f64>>);

/// What a search leaves behind.
#[derive(Default)]
struct State {
    evaluations: usize,
    first: Option<f64>,
    best: Option<(f64, Vec<f64>)>,
    refusal: Option<String>,
    broken: Option<String>,
}

impl<'a> Problem<'a> {
    /// Binds instances of a model to the data.
    ///
    /// # Errors
    /// The model cannot do one of the experiments, nothing is free, or there are fewer samples than unknowns.
    pub fn new(make: Factory<'_>, data: &'a FitData, parameters: &'a Parameters) -> Result<Self, EstimateError> {
        let unknowns = parameters.unknowns(&data.groups())?;
        if data.points() < unknowns.len() {
            let names: Vec<&str> = unknowns.iter().map(|unknown| unknown.name.as_str()).collect();
            let (points, free, names) = (data.points(), unknowns.len(), names.join(", "));
            return Err(EstimateError::FewPoints { points, free, names });
        }
        let mut slots: Vec<(Slot, Experiment)> = Vec::new();
        for (index, observation) in data.observations.iter().enumerate() {
            let experiment = &observation.experiment;
            let same = |slot: &(Slot, Experiment)| {
                slot.1.history == experiment.history
                    && slot.1.wanted == experiment.wanted
                    && slot.0.group == observation.group
            };
            let place = match slots.iter().position(same) {
                Some(place) => place,
                None => {
                    let empty = Experiment { times: Vec::new(), before: Vec::new(), ..experiment.clone() };
                    slots.push((Slot::new(make()?, parameters, &unknowns, observation.group.clone()), empty));
                    slots.len() - 1
                }
            };
            let (slot, asked) = &mut slots[place];
            let before = |row: usize| experiment.before.get(row).copied().unwrap_or(false);
            let rows = (0..experiment.times.len()).map(|row| asked.times.len() + row).collect();
            slot.members.push((index, rows));
            asked.before.extend((0..experiment.times.len()).map(before));
            asked.times.extend_from_slice(&experiment.times);
        }
        let slots = slots.into_iter().map(|(mut slot, mut asked)| {
            slot.sort(&mut asked);
            slot.evaluator.get_mut().bind(&asked)?;
            Ok(slot)
        });
        let slots = slots.collect::<Result<Vec<_>, EvaluationError>>()?;
        let mut scales = BTreeMap::new();
        for observation in data.observations.iter().filter(|observation| observation.noise == Noise::Estimated) {
            let size = observation.values.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
            let scale: &mut f64 = scales.entry(observation.output().to_owned()).or_insert(0.0);
            *scale = scale.max(size);
        }
        scales.values_mut().filter(|scale| **scale == 0.0).for_each(|scale| *scale = 1.0);
        let white = data.observations.iter().map(|observation| vec![0.0; observation.values.len()]).collect();
        Ok(Problem {
            data,
            values: data.observations.iter().map(|observation| observation.values.clone()).collect(),
            parameters,
            unknowns,
            slots,
            loss: Loss::Linear,
            scales,
            correlations: white,
            lambda: 0.0,
            state: RefCell::default(),
            stop: &|| false,
        })
    }

    /// The same with another loss.
    pub fn with_loss(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// The same, given up as soon as `stop` says so.
    pub fn until(mut self, stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.stop = stop;
        self
    }

    /// The same with the noise and the loss of a fit that was made.
    pub fn as_in(mut self, result: &FitResult) -> Self {
        self.set_noise(result.noise.clone(), result.correlation_length);
        self.loss = Loss::from_word(&result.loss).unwrap_or_default();
        self
    }

    /// The variables of the search at the result of a fit.
    pub fn place_of(&self, result: &FitResult) -> Vec<f64> {
        self.unknowns.iter().map(|unknown| unknown.variable(result.value(&unknown.name))).collect()
    }

    /// The unknowns, in the order of the variables.
    pub fn unknowns(&self) -> &[FreeParameter] {
        &self.unknowns
    }

    /// The data.
    pub fn data(&self) -> &FitData {
        self.data
    }

    /// Variables of the search at the starts.
    pub fn start(&self) -> Vec<f64> {
        self.unknowns.iter().map(|unknown| unknown.variable(unknown.start)).collect()
    }

    /// Values of the unknowns in their units.
    pub fn values(&self, variables: &[f64]) -> Vec<f64> {
        self.unknowns.iter().zip(variables).map(|(unknown, &variable)| unknown.value(variable)).collect()
    }

    /// All parameters of the model for a group, in their units.
    pub fn model_parameters(&self, variables: &[f64], group: Option<&str>) -> Vec<f64> {
        let free = |index: usize| {
            let mine = |unknown: &FreeParameter| {
                unknown.index == index && (!unknown.per_group || unknown.group.as_deref() == group)
            };
            let place = self.unknowns.iter().position(mine)?;
            Some(self.unknowns[place].value(*variables.get(place)?))
        };
        let own = |index: usize| match self.parameters.roles()[index] {
            Role::Fixed(value) => value,
            Role::Free { start, .. } => free(index).unwrap_or(start),
            Role::Tied { .. } => f64::NAN,
        };
        let quantities = self.parameters.quantities();
        let roles = self.parameters.roles().iter().enumerate();
        let values = roles.map(|(index, role)| match *role {
            Role::Tied { to, factor } => (factor * own(to)).clamp(quantities[index].lower, quantities[index].upper),
            _ => own(index),
        });
        values.collect()
    }

    /// What the model says at each sample of each observation, in units of the outputs.
    ///
    /// # Errors
    /// The model has no answer there, or broke.
    pub fn predict(&self, variables: &[f64]) -> Result<Vec<Vec<f64>>, EvaluationError> {
        Ok(self.evaluate(variables, false)?.0)
    }

    /// Logarithm of the likelihood of the data, Gaussian noise with the correlations in force; `None` where the model
    /// has no answer.
    pub fn log_likelihood(&self, variables: &[f64]) -> Option<f64> {
        Some(self.log_likelihoods(variables)?.into_iter().flatten().sum())
    }

    /// Logarithm of the likelihood of each sample given those before it in its observation.
    pub fn log_likelihoods(&self, variables: &[f64]) -> Option<Vec<Vec<f64>>> {
        let residuals = self.standardised(variables)?;
        let observations = self.data.observations.iter().zip(&self.correlations).zip(residuals);
        let terms = observations.map(|((observation, rho), mut residuals)| {
            whiten(&mut residuals, rho);
            let deviations = self.deviations(observation);
            let own = residuals.iter().zip(deviations).zip(rho).map(|((residual, deviation), rho)| {
                -0.5 * residual * residual
                    - deviation.ln()
                    - 0.5 * (-rho * rho).ln_1p()
                    - 0.5 * std::f64::consts::TAU.ln()
            });
            own.collect()
        });
        Some(terms.collect())
    }

    /// Logarithm of the likelihood and its derivatives with respect to the variables of the search.
    pub fn log_likelihood_gradient(&self, variables: &[f64]) -> Option<(f64, Vec<f64>)> {
        let value = self.log_likelihood(variables)?;
        let (mut residuals, mut jacobian) = self.linearised(variables)?;
        let mut row = 0;
        for rho in &self.correlations {
            let rows = row..row + rho.len();
            whiten(&mut residuals.as_mut_slice()[rows.clone()], rho);
            for mut column in jacobian.column_iter_mut() {
                whiten(&mut column.as_mut_slice()[rows.clone()], rho);
            }
            row = rows.end;
        }
        Some((value, (-(jacobian.transpose() * residuals)).as_slice().to_vec()))
    }

    /// Model minus data over the standard deviation, per observation, neither whitened nor bent by a loss.
    pub fn standardised(&self, variables: &[f64]) -> Option<Vec<Vec<f64>>> {
        let predicted = self.predict(variables).ok()?;
        let observations = self.data.observations.iter().zip(&self.values).zip(predicted);
        let residuals = observations.map(|((observation, values), predicted)| {
            let samples = predicted.iter().zip(values).zip(self.deviations(observation));
            samples.map(|((predicted, value), deviation)| (predicted - value) / deviation).collect()
        });
        Some(residuals.collect())
    }

    /// Number of evaluations of all observations so far.
    pub fn evaluations(&self) -> usize {
        self.state.borrow().evaluations
    }

    /// The best place seen so far and twice the cost there.
    pub(crate) fn best(&self) -> Option<(f64, Vec<f64>)> {
        self.state.borrow().best.clone()
    }

    /// Why the model had no answer the first time it had none.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.state.borrow().refusal.clone()
    }

    /// What it said the first time it broke: a fault, where a refusal is an answer.
    pub(crate) fn broken(&self) -> Option<String> {
        self.state.borrow().broken.clone()
    }

    /// Standard deviations of the outputs whose noise is estimated, in their units.
    pub(crate) fn scales(&self) -> &BTreeMap<String, f64> {
        &self.scales
    }

    /// Length of the correlation, in units of the natural logarithm of time.
    pub(crate) fn lambda(&self) -> f64 {
        self.lambda
    }

    /// Correlation of each sample with the one before it, per observation.
    pub(crate) fn neighbours(&self) -> &[Vec<f64>] {
        &self.correlations
    }

    /// Sum of what whitening takes from the logarithm of the likelihood.
    pub(crate) fn log_determinant(&self) -> f64 {
        self.correlations.iter().map(|rho| log_determinant(rho)).sum()
    }

    /// Sets the noise and forgets what was best under another one.
    pub(crate) fn set_noise(&mut self, scales: BTreeMap<String, f64>, lambda: f64) {
        self.scales = scales;
        self.lambda = lambda;
        self.correlations =
            self.data.observations.iter().map(|observation| correlations(&observation.elapsed(), lambda)).collect();
        self.forget();
    }

    /// Forgets where a search was, not how much it cost.
    pub(crate) fn forget(&self) {
        let mut state = self.state.borrow_mut();
        (state.first, state.best) = (None, None);
    }

    /// Whether somebody asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        (self.stop)()
    }

    /// Puts other samples in the places of those of the data.
    pub(crate) fn set_values(&mut self, values: Vec<Vec<f64>>) {
        self.values = values;
        self.forget();
    }

    /// Whitened residuals and their derivatives without a loss: what an uncertainty is made of.
    pub(crate) fn information(&self, variables: &[f64]) -> Option<(DVector<f64>, DMatrix<f64>)> {
        let (mut residuals, mut jacobian) = self.linearised(variables)?;
        self.whitened(residuals.as_mut_slice());
        for mut column in jacobian.column_iter_mut() {
            self.whitened(column.as_mut_slice());
        }
        Some((residuals, jacobian))
    }

    /// Whitened residuals without their derivatives.
    pub(crate) fn whitened_residuals(&self, variables: &[f64]) -> Option<Vec<f64>> {
        Some(self.residuals_of(&self.predict(variables).ok()?))
    }

    fn whitened(&self, column: &mut [f64]) {
        let mut row = 0;
        for rho in &self.correlations {
            whiten(&mut column[row..row + rho.len()], rho);
            row += rho.len();
        }
    }

    /// The standard deviation of each sample of an observation.
    pub(crate) fn deviations(&self, observation: &Observation) -> Vec<f64> {
        match &observation.noise {
            Noise::Known(deviations) => deviations.clone(),
            Noise::Estimated => {
                let scale = self.scales.get(observation.output()).copied().unwrap_or(1.0);
                vec![scale; observation.values.len()]
            }
        }
    }

    /// Keeps the first reason for which the model had no answer.
    fn refused(&self, error: &EvaluationError) {
        let mut state = self.state.borrow_mut();
        state.refusal.get_or_insert_with(|| error.to_string());
        if matches!(error, EvaluationError::Broken { .. }) {
            state.broken.get_or_insert_with(|| error.to_string());
        }
    }

    /// Standardised residuals and their derivatives with respect to the variables.
    fn linearised(&self, variables: &[f64]) -> Option<(DVector<f64>, DMatrix<f64>)> {
        let evaluated = self.evaluate(variables, true);
        let (predicted, derivatives) = evaluated.map_err(|error| self.refused(&error)).ok()?;
        let points = self.data.points();
        let mut residuals = DVector::zeros(points);
        let mut jacobian = DMatrix::zeros(points, self.unknowns.len());
        let mut row = 0;
        for (index, observation) in self.data.observations.iter().enumerate() {
            for (sample, deviation) in self.deviations(observation).into_iter().enumerate() {
                residuals[row] = (predicted[index][sample] - self.values[index][sample]) / deviation;
                for column in 0..self.unknowns.len() {
                    jacobian[(row, column)] = derivatives[index][sample * self.unknowns.len() + column] / deviation;
                }
                row += 1;
            }
        }
        let finite = residuals.iter().chain(jacobian.iter()).all(|value| value.is_finite());
        finite.then_some((residuals, jacobian))
    }

    /// Values, and per sample the derivatives with respect to all variables, of every observation.
    fn evaluate(&self, variables: &[f64], derivatives: bool) -> Result<Evaluated, EvaluationError> {
        self.state.borrow_mut().evaluations += 1;
        let count = self.unknowns.len();
        let mut values: Vec<Vec<f64>> = self.data.observations.iter().map(|o| vec![0.0; o.values.len()]).collect();
        let mut slopes: Vec<Vec<f64>> = match derivatives {
            true => values.iter().map(|values| vec![0.0; values.len() * count]).collect(),
            false => Vec::new(),
        };
        let steps: Vec<f64> =
            self.unknowns.iter().zip(self.values(variables)).map(|(u, value)| u.slope(value)).collect();
        for slot in &self.slots {
            let parameters = self.model_parameters(variables, slot.group.as_deref());
            let sensitivities: &[usize] = if derivatives { &slot.sensitivities } else { &[] };
            let evaluation =
                slot.evaluator.borrow_mut().evaluate(Batch { sensitivities, ..Batch::new(&parameters) })?;
            let model = || slot.evaluator.borrow().description().id.clone();
            if evaluation.status.as_slice() != [RowStatus::Done] {
                let message = evaluation.message.unwrap_or_else(|| "no reason given".to_owned());
                return Err(EvaluationError::Rejected { model: model(), message });
            }
            let expected = (slot.times, slot.times * sensitivities.len());
            if (evaluation.values.len(), evaluation.jacobian.len()) != expected
                || evaluation.values.iter().chain(&evaluation.jacobian).any(|value| !value.is_finite())
            {
                let message = "it gave numbers that are not finite, or not as many as were asked for".to_owned();
                return Err(EvaluationError::Broken { model: model(), message });
            }
            for (observation, rows) in &slot.members {
                for (sample, &row) in rows.iter().enumerate() {
                    values[*observation][sample] = evaluation.values[row];
                    if derivatives {
                        for &(place, unknown, factor) in &slot.dependent {
                            slopes[*observation][sample * count + unknown] +=
                                evaluation.jacobian[row * sensitivities.len() + place] * factor * steps[unknown];
                        }
                    }
                }
            }
        }
        Ok((values, slopes))
    }
}

impl Slot {
    fn new(
        evaluator: Box<dyn Evaluator>,
        parameters: &Parameters,
        unknowns: &[FreeParameter],
        group: Option<String>,
    ) -> Self {
        let (mut dependent, mut sensitivities) = (Vec::new(), Vec::new());
        for (index, role) in parameters.roles().iter().enumerate() {
            let (source, factor) = match *role {
                Role::Free { .. } => (index, 1.0),
                Role::Tied { to, factor } => (to, factor),
                Role::Fixed(_) => continue,
            };
            let mine =
                |unknown: &FreeParameter| unknown.index == source && (!unknown.per_group || unknown.group == group);
            if let Some(unknown) = unknowns.iter().position(mine) {
                dependent.push((sensitivities.len(), unknown, factor));
                sensitivities.push(index);
            }
        }
        let evaluator = RefCell::new(evaluator);
        Slot { evaluator, members: Vec::new(), dependent, sensitivities, group, times: 0 }
    }

    /// Puts the times of all members in order, those just before a jump first.
    fn sort(&mut self, asked: &mut Experiment) {
        let mut order: Vec<usize> = (0..asked.times.len()).collect();
        let key = |&row: &usize| (asked.times[row], !asked.before[row]);
        order.sort_by(|a, b| key(a).0.total_cmp(&key(b).0).then(key(a).1.cmp(&key(b).1)));
        let mut places = vec![0; order.len()];
        for (place, &row) in order.iter().enumerate() {
            places[row] = place;
        }
        asked.times = order.iter().map(|&row| asked.times[row]).collect();
        asked.before = order.iter().map(|&row| asked.before[row]).collect();
        for (_, rows) in &mut self.members {
            rows.iter_mut().for_each(|row| *row = places[*row]);
        }
        self.times = order.len();
    }
}

impl Residuals for Problem<'_> {
    fn count(&self) -> usize {
        self.data.points()
    }

    fn residuals(&self, variables: &[f64], out: &mut DVector<f64>) {
        out.fill(f64::NAN);
        if (self.stop)() {
            return;
        }
        let residuals = match self.predict(variables) {
            Ok(predicted) => self.residuals_of(&predicted),
            Err(error) => {
                self.refused(&error);
                if let Some(first) = self.state.borrow().first {
                    out.fill((REPELLED * first.max(1e-12) / out.len() as f64).sqrt());
                }
                return;
            }
        };
        out.copy_from_slice(&residuals);
        let squares = out.norm_squared();
        let mut state = self.state.borrow_mut();
        state.first.get_or_insert(squares);
        if squares.is_finite() && state.best.as_ref().is_none_or(|(best, _)| squares < *best) {
            state.best = Some((squares, variables.to_vec()));
        }
    }

    fn derivatives(&self, variables: &[f64], out: &mut DMatrix<f64>) {
        out.fill(f64::NAN);
        let Some((residuals, mut jacobian)) = self.information(variables) else { return };
        for (row, &residual) in residuals.iter().enumerate() {
            let (_, slope) = self.loss.transformed(residual);
            jacobian.row_mut(row).scale_mut(slope);
        }
        out.copy_from(&jacobian);
    }
}

impl Problem<'_> {
    fn residuals_of(&self, predicted: &[Vec<f64>]) -> Vec<f64> {
        let mut column = Vec::with_capacity(self.data.points());
        for ((observation, values), predicted) in self.data.observations.iter().zip(&self.values).zip(predicted) {
            let samples = predicted.iter().zip(values).zip(self.deviations(observation));
            column.extend(samples.map(|((predicted, value), deviation)| (predicted - value) / deviation));
        }
        self.whitened(&mut column);
        column.into_iter().map(|residual| self.loss.transformed(residual).0).collect()
    }
}
