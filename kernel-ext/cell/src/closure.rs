//! A model whose stress is computed by a closure defined in a cell.
//!
//! It stands behind the same trait as a plugin, so observables and fits take it like any other model. What it is
//! given is checked here, because a closure has no loader that would.

use crate::table::CellClosure;
use kovacs::codec;
use kovacs::wire::{Reader, Writer};
use kovacs::{Error, Result};
use kovacs_core::differences::central_differences;
use kovacs_core::model::{
    Batch, Capabilities, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription, Quantity, RowStatus,
};

/// A model defined in a cell.
pub(crate) struct CellModel {
    description: ModelDescription,
    closure: CellClosure,
    bound: Option<Experiment>,
}

impl CellModel {
    /// Reads name and parameters as the prelude wrote them.
    pub(crate) fn new(reader: &mut Reader<'_>, closure: CellClosure) -> Result<Self> {
        let name = reader.text()?;
        let parameters: Vec<(String, f64, String)> =
            reader.sequence(|reader| Ok((reader.text()?, reader.f64()?, reader.text()?)))?;
        for (index, (id, value, _)) in parameters.iter().enumerate() {
            let head = id.starts_with(|character: char| character.is_ascii_lowercase());
            let body = id
                .chars()
                .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_');
            if !(head && body) {
                return Err(Error::new("BadParameter", format!("`{id}` cannot be the id of a parameter"))
                    .with_remedy("use lower-case letters, digits and `_`, beginning with a letter"));
            }
            if parameters.iter().take(index).any(|(other, ..)| other == id) {
                return Err(Error::new("BadParameter", format!("parameter `{id}` is there twice")));
            }
            if !value.is_finite() {
                return Err(Error::new("BadParameter", format!("the default of parameter `{id}` is {value}")));
            }
        }
        let id: String = name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let description = ModelDescription {
            id: format!("cell.{id}"),
            summary: "defined in a cell".into(),
            version: "0.0.0".into(),
            citation: String::new(),
            license: String::new(),
            digest: None,
            path: None,
            parameters: parameters.into_iter().map(|(id, value, unit)| free_number(id, value, unit)).collect(),
            settings: Vec::new(),
            inputs: ["time", "temperature", "control", "drive"]
                .map(|id| free_number(id.into(), 0.0, String::new()))
                .into(),
            outputs: vec![free_number("stress".into(), 0.0, "MPa".into())],
            presets: Vec::new(),
            capabilities: Capabilities { continuous: true, stress: true, temperature: true, ..Capabilities::default() },
            name,
        };
        Ok(CellModel { description, closure, bound: None })
    }

    fn row(&mut self, parameters: &[f64], experiment: &Experiment) -> std::result::Result<Vec<f64>, EvaluationError> {
        let broken = |message: String| EvaluationError::Broken { model: self.description.id.clone(), message };
        let mut writer = Writer::new();
        writer.f64s(parameters);
        codec::write_history(&mut writer, &experiment.history);
        writer.f64s(&experiment.times);
        writer.sequence(&experiment.before, |writer, before| writer.bool(*before));
        let answer = self.closure.call(&writer.into_bytes()).map_err(|error| broken(error.message().to_owned()))?;
        let values = Reader::new(&answer).f64s().map_err(|error| broken(error.to_string()))?;
        let expected = experiment.times.len();
        if values.len() == expected {
            return Ok(values);
        }
        Err(broken(format!("it returned {} values for {expected} times", values.len())))
    }
}

fn free_number(id: String, initial: f64, unit: String) -> Quantity {
    Quantity {
        symbol: id.clone(),
        label: id.clone(),
        id,
        unit,
        doc: String::new(),
        lower: f64::NEG_INFINITY,
        upper: f64::INFINITY,
        open_lower: false,
        open_upper: false,
        initial,
        nominal: if initial == 0.0 { 1.0 } else { initial.abs() },
        logarithmic: false,
        integer: false,
        fixed: false,
        choices: Vec::new(),
    }
}

impl Evaluator for CellModel {
    fn description(&self) -> &ModelDescription {
        &self.description
    }

    fn bind(&mut self, experiment: &Experiment) -> std::result::Result<(), EvaluationError> {
        experiment.check(&self.description)?;
        self.bound = Some(experiment.clone());
        Ok(())
    }

    fn evaluate(&mut self, batch: Batch<'_>) -> std::result::Result<Evaluation, EvaluationError> {
        if !batch.sensitivities.is_empty() {
            let description = self.description.clone();
            return central_differences(&description, batch, |batch| self.evaluate(batch));
        }
        let rows = batch.check(&self.description)?;
        let Some(experiment) = self.bound.take() else {
            return Err(EvaluationError::Malformed { what: "no experiment is bound".into() });
        };
        let mut evaluation = Evaluation::untouched(rows, 1, experiment.times.len(), 0)?;
        let mut outcome = Ok(());
        let width = self.description.parameters.len().max(1);
        let rows = (0..rows).zip(evaluation.values.chunks_mut(experiment.times.len().max(1)));
        for (row, values) in rows {
            let parameters = batch.parameters.chunks(width).nth(row).unwrap_or(&[]);
            match self.row(parameters, &experiment) {
                Ok(computed) => {
                    let finite = computed.iter().all(|value| value.is_finite());
                    if let Some(status) = evaluation.status.get_mut(row) {
                        *status = if finite { RowStatus::Done } else { RowStatus::Rejected };
                    }
                    if finite {
                        values.copy_from_slice(&computed);
                    } else {
                        evaluation.message = Some("the closure returned a value that is not finite".into());
                    }
                }
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        self.bound = Some(experiment);
        outcome.map(|()| evaluation)
    }
}
