//! What is checked before and after a model is called, in one place for everybody who calls models.
//!
//! A loaded library and a statically linked model must refuse the same input with the same words, so neither checks by
//! itself: both come here. A model may therefore rely on it: columns of equal length, finite, time never falling, no
//! more than two nodes at one time, parameters inside their bounds.

use crate::model::{Batch, Evaluation, EvaluationError, Experiment, ModelDescription, Quantity, RowStatus, with_unit};
use std::fmt::Write;

impl Experiment {
    /// Checks the experiment against a model and gives the indices of the wanted outputs, in the order of `wanted`.
    ///
    /// # Errors
    /// [`EvaluationError::Malformed`], naming the node, the time or the output.
    pub fn check(&self, description: &ModelDescription) -> Result<Vec<usize>, EvaluationError> {
        self.check_nodes()?;
        self.check_times()?;
        let mut indices = Vec::with_capacity(self.wanted.len());
        for id in &self.wanted {
            let Some(index) = description.output(id) else {
                let known = list_of_ids(&description.outputs);
                return malformed(format!("model `{}` has no output `{id}`; it has {known}", description.id));
            };
            if indices.contains(&index) {
                return malformed(format!("output `{id}` is wanted twice"));
            }
            indices.push(index);
        }
        if indices.is_empty() {
            return malformed("no output is wanted".to_owned());
        }
        Ok(indices)
    }

    fn check_nodes(&self) -> Result<(), EvaluationError> {
        let history = &self.history;
        let nodes = history.time.len();
        if nodes == 0 {
            return malformed("the history has no node".to_owned());
        }
        let columns = [
            ("time", &history.time),
            ("temperature", &history.temperature),
            ("control", &history.control),
            ("drive", &history.drive),
        ];
        for (name, column) in columns {
            if column.len() != nodes {
                return malformed(format!("the history has {nodes} times but {} values of `{name}`", column.len()));
            }
            if let Some(node) = column.iter().position(|value| !value.is_finite()) {
                return malformed(format!("`{name}` of node {node} is {}", column[node]));
            }
        }
        if let Some(node) = history.temperature.iter().position(|&value| value <= 0.0) {
            return malformed(format!("`temperature` of node {node} is {} K", history.temperature[node]));
        }
        if let Some(node) = history.control.iter().position(|&value| value != 0.0 && value != 1.0) {
            let value = history.control[node];
            return malformed(format!("`control` of node {node} is {value}, neither 0 (strain) nor 1 (stress)"));
        }
        for node in 1..nodes {
            let (before, now) = (history.time[node - 1], history.time[node]);
            if now < before {
                return malformed(format!("`time` falls from {before} s to {now} s at node {node}"));
            }
            if node >= 2 && now == before && history.time[node - 2] == now {
                return malformed(format!("more than two nodes at {now} s: a jump has a left and a right value"));
            }
            if now > before && history.control[node] != history.control[node - 1] {
                return malformed(format!("`control` changes between {before} s and {now} s, not at a jump"));
            }
        }
        Ok(())
    }

    fn check_times(&self) -> Result<(), EvaluationError> {
        let mut previous = self.history.time.first().copied().unwrap_or(f64::NEG_INFINITY);
        for (index, &time) in self.times.iter().enumerate() {
            if !time.is_finite() {
                return malformed(format!("output time {index} is {time}"));
            }
            if time < previous {
                let reason = if index == 0 { "before the first node at" } else { "after an output time of" };
                return malformed(format!("output time {index} is {time} s, {reason} {previous} s"));
            }
            previous = time;
        }
        if !self.before.is_empty() && self.before.len() != self.times.len() {
            return malformed(format!("{} output times but {} flags `before`", self.times.len(), self.before.len()));
        }
        Ok(())
    }
}

impl ModelDescription {
    /// Checks a vector of settings; an empty one stands for the defaults. Gives one value per setting.
    ///
    /// # Errors
    /// [`EvaluationError::SettingsRefused`], naming the setting, its value and its bounds.
    pub fn check_settings(&self, settings: &[f64]) -> Result<Vec<f64>, EvaluationError> {
        let refused = |message| Err(EvaluationError::SettingsRefused { model: self.id.clone(), message });
        if settings.is_empty() {
            return Ok(self.settings.iter().map(|quantity| quantity.initial).collect());
        }
        if settings.len() != self.settings.len() {
            return refused(format!("{} values for {} settings", settings.len(), self.settings.len()));
        }
        for (quantity, &value) in self.settings.iter().zip(settings) {
            if !quantity.accepts(value) {
                let (id, value) = (&quantity.id, with_unit(value, &quantity.unit));
                return refused(format!("setting `{id}` = {value} is outside {}", quantity.interval()));
            }
        }
        Ok(settings.to_vec())
    }

    /// Checks what a linear response is asked for: one parameter vector, and a temperature in K.
    ///
    /// # Errors
    /// [`EvaluationError::ParameterOutOfBounds`], or [`EvaluationError::Malformed`] for another number of values and
    /// for a temperature that is not above 0 K.
    pub fn check_linear(&self, parameters: &[f64], temperature: f64) -> Result<(), EvaluationError> {
        if parameters.len() != self.parameters.len() {
            return malformed(format!("{} values for {} parameters", parameters.len(), self.parameters.len()));
        }
        if !(temperature > 0.0 && temperature.is_finite()) {
            return malformed(format!("the temperature is {temperature} K"));
        }
        Batch::new(parameters).check(self).map(|_| ())
    }

    /// A refusal in the model's own words, led by the parameter it blames.
    pub fn blame_parameter(&self, parameter: Option<usize>, message: &str) -> String {
        blame(&self.parameters, "parameter", parameter, message)
    }

    /// A refusal in the model's own words, led by the setting it blames.
    pub fn blame_setting(&self, setting: Option<usize>, message: &str) -> String {
        blame(&self.settings, "setting", setting, message)
    }
}

impl Batch<'_> {
    /// Checks the batch against a model and gives the number of rows. A model without parameters has one row, or as
    /// many as there are seeds.
    ///
    /// # Errors
    /// [`EvaluationError::ParameterOutOfBounds`], or [`EvaluationError::Malformed`] where the lengths do not fit.
    pub fn check(&self, description: &ModelDescription) -> Result<usize, EvaluationError> {
        let width = description.parameters.len();
        let rows = match self.parameters.len().checked_div(width) {
            Some(rows) if rows * width == self.parameters.len() => rows,
            None if self.parameters.is_empty() => self.seeds.len().max(1),
            _ => {
                let found = self.parameters.len();
                return malformed(format!("{found} values are no whole number of rows of {width} parameters"));
            }
        };
        if !self.seeds.is_empty() && self.seeds.len() != rows {
            return malformed(format!("{} seeds for {rows} rows", self.seeds.len()));
        }
        for (index, &value) in self.parameters.iter().enumerate() {
            let quantity = &description.parameters[index % width];
            if !quantity.accepts(value) {
                return Err(EvaluationError::ParameterOutOfBounds {
                    model: description.id.clone(),
                    parameter: quantity.id.clone(),
                    value,
                    interval: quantity.interval(),
                    unit: quantity.unit.clone(),
                });
            }
        }
        check_sensitivities(self.sensitivities, description)?;
        Ok(rows)
    }
}

/// What is asked to have a derivative must be a parameter that can be moved a little.
fn check_sensitivities(wanted: &[usize], description: &ModelDescription) -> Result<(), EvaluationError> {
    for (position, &index) in wanted.iter().enumerate() {
        let Some(quantity) = description.parameters.get(index) else {
            let count = description.parameters.len();
            return malformed(format!("a derivative with respect to parameter {index} is wanted; there are {count}"));
        };
        if quantity.integer {
            let id = &quantity.id;
            return malformed(format!("parameter `{id}` takes whole numbers only, so nothing has a derivative by it"));
        }
        if wanted[..position].contains(&index) {
            return malformed(format!("the derivative with respect to `{}` is wanted twice", quantity.id));
        }
    }
    Ok(())
}

impl Evaluation {
    /// An evaluation that nobody has worked on yet: numbers are NaN and every row counts as cancelled.
    ///
    /// # Errors
    /// [`EvaluationError::Malformed`] if the result does not fit into memory.
    pub fn untouched(rows: usize, outputs: usize, times: usize, sensitivities: usize) -> Result<Self, EvaluationError> {
        let unknown = |sizes: &[usize]| {
            let size = sizes.iter().try_fold(1usize, |size, &factor| size.checked_mul(factor))?;
            let mut numbers = Vec::new();
            numbers.try_reserve_exact(size).ok()?;
            numbers.resize(size, f64::NAN);
            Some(numbers)
        };
        let values = unknown(&[rows, outputs, times]);
        let jacobian = unknown(&[rows, outputs, times, sensitivities]);
        match (values, jacobian) {
            (Some(values), Some(jacobian)) => {
                Ok(Evaluation { values, jacobian, status: vec![RowStatus::Cancelled; rows], message: None })
            }
            _ => {
                let derivatives = if sensitivities == 0 { "" } else { ", with derivatives," };
                malformed(format!(
                    "{rows} rows of {outputs} outputs at {times} times{derivatives} do not fit into memory"
                ))
            }
        }
    }

    /// Holds the model to its word: a row said to be done whose numbers are not finite becomes a rejected row with a
    /// message, and every row that is not done is NaN throughout. `sensitivities` as in the batch.
    pub fn settle(&mut self, description: &ModelDescription, wanted: &[usize], times: &[f64], sensitivities: &[usize]) {
        let (width, count) = (wanted.len() * times.len(), sensitivities.len());
        if width == 0 {
            return;
        }
        let name = |quantities: &[Quantity], index: Option<&usize>| match index.and_then(|&at| quantities.get(at)) {
            Some(quantity) => quantity.id.clone(),
            None => "?".to_owned(),
        };
        for (row, status) in self.status.iter_mut().enumerate().filter(|(_, status)| **status == RowStatus::Done) {
            let not_finite = |numbers: &[f64]| numbers.iter().position(|number| !number.is_finite());
            let output = |index: usize| {
                let id = name(&description.outputs, wanted.get(index / times.len()));
                (id, times[index % times.len()])
            };
            let values = self.values.chunks_exact(width).nth(row).unwrap_or_default();
            let jacobian = self.jacobian.chunks_exact((width * count).max(1)).nth(row).unwrap_or_default();
            let fault = if let Some(index) = not_finite(values) {
                let (id, time) = output(index);
                format!("row {row}: the model gave `{id}` = {} at {time} s", values[index])
            } else if let Some(index) = not_finite(jacobian) {
                let (id, time) = output(index / count);
                let by = name(&description.parameters, sensitivities.get(index % count));
                format!("row {row}: the model gave {} for d `{id}` / d `{by}` at {time} s", jacobian[index])
            } else {
                continue;
            };
            self.message.get_or_insert(fault);
            *status = RowStatus::Rejected;
        }
        self.blank_unfinished(width, count);
    }

    /// Makes every row that is not done NaN: `width` values and `width * sensitivities` derivatives of each.
    pub(crate) fn blank_unfinished(&mut self, width: usize, sensitivities: usize) {
        let values = self.values.chunks_exact_mut(width.max(1));
        for (values, _) in values.zip(&self.status).filter(|(_, status)| **status != RowStatus::Done) {
            values.fill(f64::NAN);
        }
        let jacobian = self.jacobian.chunks_exact_mut((width * sensitivities).max(1));
        for (derivatives, _) in jacobian.zip(&self.status).filter(|(_, status)| **status != RowStatus::Done) {
            derivatives.fill(f64::NAN);
        }
    }
}

fn malformed<T>(what: String) -> Result<T, EvaluationError> {
    Err(EvaluationError::Malformed { what })
}

fn blame(quantities: &[Quantity], kind: &str, index: Option<usize>, message: &str) -> String {
    match index.and_then(|index| quantities.get(index)) {
        Some(quantity) => format!("{kind} `{}`: {message}", quantity.id),
        None => message.to_owned(),
    }
}

/// The ids as a sentence needs them: `` `stress`, `strain` ``.
fn list_of_ids(quantities: &[Quantity]) -> String {
    let mut text = String::new();
    for quantity in quantities {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{comma}`{}`", quantity.id);
    }
    text
}
