//! Models as cells see them: loaded by name, swapped by assignment.
//!
//! Every model has the same type, whether its code is a plugin or a closure in the cell, so the lines below an
//! assignment stay as they are. Parameters are set and found by id.

use crate::codec;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::reload::Reload;
use crate::seam::{self, Handle, Operation};
use crate::sheet::Sheet;
use crate::wire::{Reader, Writer};
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{EvaluationError, ModelDescription, Quantity, short_number};
use kovacs_core::{Curve, Origin, Protocol, Recovery, RecoveryTest, Relaxation, SecondStage, TwoStep};
use std::fmt;

pub mod closure;

use closure::ClosureSource;

/// A relaxation model with the values of its parameters.
#[derive(Clone)]
pub struct Model {
    handle: Handle,
    description: ModelDescription,
    parameters: Vec<f64>,
    glass: Option<String>,
    closure: Option<ClosureSource>,
}

impl Model {
    /// Loads a model by name: `aoi`, `kww`, `prony`. Its parameters have their default values.
    ///
    /// # Errors
    /// There is no such plugin, or it cannot be loaded; the message names the places that were searched.
    pub fn load(name: &str) -> Result<Model> {
        let mut writer = Writer::new();
        writer.text(name);
        Model::decode(&seam::call(Operation::LoadModel, writer)?)
    }

    /// The names of all models that can be loaded here.
    ///
    /// # Errors
    /// There is no engine.
    pub fn names() -> Result<Vec<String>> {
        Ok(Reader::new(&seam::call(Operation::ListModels, Writer::new())?).texts()?)
    }

    fn decode(answer: &[u8]) -> Result<Model> {
        Model::read(&mut Reader::new(answer))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Model> {
        let handle = Handle::adopt(reader.u64()?);
        let description = codec::read_description(reader)?;
        let parameters = description.defaults();
        Ok(Model { handle, description, parameters, glass: None, closure: None })
    }

    /// Takes what was built of the model since it was loaded; parameters keep their values, and new ones have their
    /// defaults. The report, shown as the value of a cell, says what has changed, or that nothing has. Copies of this
    /// variable that were made before keep the old code.
    ///
    /// # Errors
    /// The library is refused, or numbers written for the old model are lost or mean something else; the variable stays
    /// as it was.
    pub fn reload(&mut self) -> Result<Reload> {
        self.take_rebuilt(false)
    }

    /// As [`Model::reload`], and takes a model that lacks parameters or has other units, too. A parameter with another
    /// unit has its new default.
    ///
    /// # Errors
    /// The library is refused.
    pub fn reload_breaking(&mut self) -> Result<Reload> {
        self.take_rebuilt(true)
    }

    fn take_rebuilt(&mut self, breaking: bool) -> Result<Reload> {
        let mut writer = Writer::new();
        writer.u64(self.handle.number());
        writer.bool(breaking);
        let answer = seam::call(Operation::ReloadModel, writer)?;
        let mut reader = Reader::new(&answer);
        let report = reader.text()?;
        let mut notes: Vec<String> = reader.option(Reader::text)?.into_iter().collect();
        let is_changed = reader.bool()?;
        if is_changed {
            let rebuilt = Model::read(&mut reader)?;
            notes.extend(self.become_rebuilt(rebuilt));
        }
        Ok(Reload { report, notes, is_changed })
    }

    /// Carries the values over, by id, and says which could not be.
    fn become_rebuilt(&mut self, mut rebuilt: Model) -> Vec<String> {
        let mut notes = Vec::new();
        for (quantity, value) in rebuilt.description.parameters.iter().zip(&mut rebuilt.parameters) {
            let old = self.parameters().find(|(old, _)| old.id == quantity.id && old.unit == quantity.unit);
            let Some((_, kept)) = old else { continue };
            if quantity.accepts(kept) {
                *value = kept;
            } else {
                let (id, was, is) = (&quantity.id, short_number(kept), short_number(*value));
                notes.push(format!("`{id}` = {was} is outside {} now; it is {is}", quantity.interval()));
            }
        }
        rebuilt.glass = self.glass.take();
        *self = rebuilt;
        notes
    }

    /// The same model in a process of its own: if its code crashes, hangs or ends the process, that is an error of the
    /// call, and the notebook goes on. A call costs some microseconds more.
    ///
    /// # Errors
    /// The model is a closure of a cell, or the process cannot be started.
    pub fn isolated(&self) -> Result<Model> {
        let mut writer = Writer::new();
        writer.u64(self.handle.number());
        let isolated = Model::decode(&seam::call(Operation::IsolateModel, writer)?)?;
        Ok(Model { parameters: self.parameters.clone(), glass: self.glass.clone(), ..isolated })
    }

    /// What the model says of itself.
    pub fn description(&self) -> &ModelDescription {
        &self.description
    }

    /// The name it is loaded by.
    pub fn name(&self) -> &str {
        self.description.short_id()
    }

    /// Name and version, as a legend says it: `aoi 0.1.0`, or `power_law (closure)`.
    pub fn label(&self) -> String {
        if self.closure.is_some() {
            return format!("{} (closure)", self.name());
        }
        format!("{} {}", self.name(), self.description.version)
    }

    /// Takes the values of a parameter set that ships with the model: a glass.
    ///
    /// # Errors
    /// The model has no such set.
    pub fn glass(mut self, id: &str) -> Result<Model> {
        let Some(preset) = self.description.preset(id) else {
            let known: Vec<&str> = self.description.presets.iter().map(|preset| preset.id.as_str()).collect();
            return Err(Error::new("UnknownGlass", format!("model `{}` has no parameter set `{id}`", self.name()))
                .with_remedy(format!("it has: {}", known.join(", "))));
        };
        self.parameters.clone_from(&preset.parameters);
        self.glass = Some(id.to_owned());
        Ok(self)
    }

    /// Sets one parameter, in the unit that the model states.
    ///
    /// # Errors
    /// There is no such parameter, or the value is outside its bounds.
    pub fn set(mut self, id: &str, value: f64) -> Result<Model> {
        let index = self.index(id)?;
        if let Some(quantity) = self.description.parameters.get(index).filter(|quantity| !quantity.accepts(value)) {
            let outside = EvaluationError::ParameterOutOfBounds {
                model: self.description.id.clone(),
                parameter: id.to_owned(),
                value,
                interval: quantity.interval(),
                unit: quantity.unit.clone(),
            };
            return Err(Error::new("ParameterOutOfBounds", outside.to_string()));
        }
        if let Some(slot) = self.parameters.get_mut(index) {
            *slot = value;
        }
        Ok(self)
    }

    /// The value of one parameter, in the unit that the model states.
    ///
    /// # Errors
    /// There is no such parameter.
    pub fn get(&self, id: &str) -> Result<f64> {
        let index = self.index(id)?;
        Ok(self.parameters.get(index).copied().unwrap_or(f64::NAN))
    }

    fn index(&self, id: &str) -> Result<usize> {
        self.description.parameter(id).ok_or_else(|| {
            let known: Vec<&str> = self.description.parameters.iter().map(|quantity| quantity.id.as_str()).collect();
            Error::new("UnknownParameter", format!("model `{}` has no parameter `{id}`", self.name()))
                .with_remedy(format!("it has: {}", known.join(", ")))
        })
    }

    /// Every parameter with its value.
    pub fn parameters(&self) -> impl Iterator<Item = (&Quantity, f64)> {
        self.description.parameters.iter().zip(self.parameters.iter().copied())
    }

    /// One output (`stress`, `strain`) over a protocol at the wanted times (s), which must not fall.
    ///
    /// # Errors
    /// The model refuses the protocol or the parameters, or has no such output.
    pub fn predict(&self, protocol: &Protocol, output: &str, times: &[f64]) -> Result<Curve> {
        let history = protocol.nodes().map_err(|error| Error::new("BadProtocol", error.to_string()))?;
        let mut writer = self.call();
        codec::write_history(&mut writer, &history);
        writer.f64s(times);
        writer.text(output);
        let values = Reader::new(&seam::call(Operation::Evaluate, writer)?).f64s()?;
        let unit = self.description.output(output).and_then(|index| self.description.outputs.get(index));
        let curve = Curve::new("", times.to_vec(), values)
            .map_err(|error| Error::new("BadCurve", error.to_string()))?
            .x_axis("time", "s")
            .y_axis(output, unit.map_or("1", |quantity| quantity.unit.as_str()));
        Ok(self.sign(curve))
    }

    /// The stress over a protocol at the wanted times (s), in MPa.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn stress(&self, protocol: &Protocol, times: &[f64]) -> Result<Curve> {
        self.predict(protocol, "stress", times)
    }

    /// What the second stage of a two-step test shows: `t_p`, `delta_sigma`, `sigma_0`.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn second_stage(&self, test: &TwoStep) -> Result<SecondStage> {
        let mut writer = self.call();
        codec::write_two_step(&mut writer, test);
        Ok(codec::read_second_stage(&mut Reader::new(&seam::call(Operation::SecondStage, writer)?))?)
    }

    /// The stress in the second stage of a two-step test against `t'`, the time from the end of the second step, at
    /// 40 times a decade from `first` (s) to the end of the test.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn second_stage_curve(&self, test: &TwoStep, first: f64) -> Result<Curve> {
        let protocol = test.protocol().map_err(|error| Error::new("BadProtocol", error.to_string()))?;
        let start = test.second_stage_start();
        let times: Vec<f64> = log_spaced(first, test.duration, 40).iter().map(|time| start + time).collect();
        Ok(self.stress(&protocol, &times)?.shifted(-start))
    }

    /// What becomes of the strain after a hold, when the stress is taken away.
    ///
    /// # Errors
    /// As [`Model::predict`]; a model that takes no stress control refuses.
    pub fn recovery(&self, test: &RecoveryTest) -> Result<Recovery> {
        let mut writer = self.call();
        codec::write_recovery_test(&mut writer, test);
        Ok(codec::read_recovery(&mut Reader::new(&seam::call(Operation::ObserveRecovery, writer)?))?)
    }

    /// The stress after one step to `strain` (1) at `temperature` (K), at 40 times a decade from `first` to `last` (s).
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn relaxation(&self, strain: f64, temperature: f64, first: f64, last: f64) -> Result<Relaxation> {
        let mut writer = self.call();
        for value in [strain, temperature, first, last] {
            writer.f64(value);
        }
        Ok(codec::read_relaxation(&mut Reader::new(&seam::call(Operation::ObserveRelaxation, writer)?))?)
    }

    /// Judges the findings of the paper on this model: series of strains, waiting times and temperatures around the test
    /// that the paper prints for `glass`, recoveries and activation energies. It takes seconds.
    ///
    /// # Errors
    /// There is no such glass, or the model refuses one of the tests.
    pub fn findings(&self, glass: &str) -> Result<Findings> {
        let mut writer = self.call();
        writer.text(glass);
        let answer = seam::call(Operation::Findings, writer)?;
        Ok(Findings::read(self.name().to_owned(), glass.to_owned(), &answer)?)
    }

    /// The model and its parameters, as a message to the engine begins.
    pub(crate) fn call(&self) -> Writer {
        let mut writer = Writer::new();
        self.write_call(&mut writer);
        writer
    }

    /// Writes the model and its parameters into a message of the seam.
    pub(crate) fn write_call(&self, writer: &mut Writer) {
        writer.u64(self.handle.number());
        writer.f64s(&self.parameters);
    }

    /// States on a curve which model it is from, with every value.
    fn sign(&self, curve: Curve) -> Curve {
        let mut curve = curve
            .from_origin(Origin::Calculated)
            .with_provenance("model", self.name())
            .with_provenance("model id", self.description.id.as_str());
        match &self.closure {
            Some(source) => curve.provenance.extend(source.provenance().map(|(name, value)| (name.to_owned(), value))),
            None => curve = curve.with_provenance("version", self.description.version.as_str()),
        }
        if let Some(digest) = &self.description.digest {
            curve = curve.with_provenance("digest", digest.as_str());
        }
        if let Some(glass) = &self.glass {
            curve = curve.with_provenance("parameter set", glass.as_str());
        }
        self.parameters().fold(curve, |curve, (quantity, value)| {
            curve.with_provenance(quantity.id.as_str(), format!("{value} {}", quantity.unit))
        })
    }

    /// Shows the model with its parameters as the value of a cell.
    pub fn evcxr_display(&self) {
        let title = format!("{} ({}): {}", self.description.name, self.label(), self.description.summary);
        let empty = Sheet::new(title, ["parameter", "value", "unit", "accepted", "what it is"]);
        let sheet = self.parameters().fold(empty, |sheet, (quantity, value)| {
            let (id, unit, doc) = (quantity.id.clone(), quantity.unit.clone(), quantity.doc.clone());
            sheet.row([id, short_number(value), unit, quantity.interval(), doc])
        });
        let sheet = match &self.glass {
            Some(glass) => sheet.note(format!("parameter set: {glass}")),
            None => sheet,
        };
        sheet.bundle_with_text(format!("{self:?}")).show_result();
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.label(), self.description.name)?;
        for (quantity, value) in self.parameters() {
            write!(f, "\n  {} = {} {}", quantity.id, short_number(value), quantity.unit)?;
        }
        Ok(())
    }
}
