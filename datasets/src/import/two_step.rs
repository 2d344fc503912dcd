//! Filling in what a curve of a two-step test leaves unsaid: the stage of each sample, its time in the stage, the strain.
//!
//! An article prints stress against time, and `eps1`, `eps2` and `t_w` in the legend. From these, and from the rate of
//! the ramps, follows where each sample belongs (Fig. 1a of Tong et al., Nat. Commun. 14 (2023)). The strain filled in is
//! the programmed one, and is marked as inferred.

use super::cells::{Block, Cells, Filled};
use super::constants::Value;
use super::history::to_the_nanosecond;
use super::mapping::TwoStepMapping;
use super::parts::Part;
use crate::descriptor::{FieldKind, FieldStatement, ProtocolStatement, UnitBasis};
use crate::protocol::{self, RowProtocol};
use kovacs_core::TwoStep;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::units::{Dimension, Unit, parse_internal};
use std::collections::BTreeMap;

/// What was filled in.
#[derive(Debug)]
pub(super) struct Filling {
    /// The test, for the descriptor.
    pub(super) protocol: ProtocolStatement,
    /// Samples taken during the ramps and left out.
    pub(super) in_ramps: usize,
}

/// Fills in `stage`, `time`, `time_in_stage` and `strain` where they are missing.
///
/// # Errors
/// A reason in words: a constant is missing or of the wrong kind, or there is no time to go by.
pub(super) fn fill(part: &mut Part, settings: &TwoStepMapping) -> Result<Filling, String> {
    let eps1 = quantity(part, "eps1", Dimension::Dimensionless)?;
    let eps2 = quantity(part, "eps2", Dimension::Dimensionless)?;
    let t_w = quantity(part, "t_w", Dimension::Time)?;
    let temperature = quantity(part, "temperature", Dimension::Temperature)?;
    let test = TwoStep { ramp: loading(settings, eps1)?, ..TwoStep::new(eps1, eps2, t_w, temperature) };
    let begins = [test.ramp.unwrap_or(0.0), test.second_stage_start()];
    let block = &mut part.block;
    let in_ramps = match (block.numbers("time"), block.numbers("time_in_stage")) {
        (Some((times, unit)), None) => {
            let seconds: Vec<f64> = times.iter().map(|time| unit.to_internal(*time)).collect();
            split(block, &seconds, unit, &test, begins, settings.keep_ramps)
        }
        (None, Some((times, unit))) => {
            let Some(Value::Whole(stage @ (1 | 2))) = part.constants.get("stage") else {
                return Err("`time_in_stage` alone does not say in which stage; add `stage = 1` or `stage = 2`".into());
            };
            let start = begins[usize::from(*stage == 2)];
            let whole = times.iter().map(|time| unit.from_internal(to_the_nanosecond(unit.to_internal(*time) + start)));
            let whole = whole.collect();
            let description = "from the start of loading; from time_in_stage, t_w and the ramps";
            let time = inferred("time", unit, Cells::Numbers(whole), description);
            block.columns.push(time);
            0
        }
        (Some(_), Some(_)) => 0,
        (None, None) => return Err("there is neither a column `time` nor `time_in_stage` to go by".into()),
    };
    if block.get("strain").is_none() {
        let (unit, strains) = programmed(part)?;
        let description = "programmed, not measured: eps1 in the first stage, eps2 in the second";
        part.block.columns.push(inferred("strain", unit, Cells::Numbers(strains), description));
    }
    part.block.arrange();
    let protocol = state(part, test).map_err(|error| error.to_string())?;
    Ok(Filling { protocol, in_ramps })
}

/// The value of a constant in the internal unit of its kind.
fn quantity(part: &Part, name: &str, dimension: Dimension) -> Result<f64, String> {
    match part.constants.get(name).and_then(Value::internal) {
        Some((value, found)) if found == dimension => Ok(value),
        Some((_, found)) => Err(format!("`{name}` is {found:?}, but it must be {dimension:?}").to_lowercase()),
        None => Err(format!("`two_step` needs `{name}` with its unit, for the table or for each curve")),
    }
}

/// Duration of the loading ramp, s.
fn loading(settings: &TwoStepMapping, eps1: f64) -> Result<Option<f64>, String> {
    let stated = |text: &str, dimension| parse_internal(text, dimension).map_err(|error| error.to_string());
    match (&settings.ramp, &settings.rate) {
        (Some(_), Some(_)) => Err("`two_step` has both `ramp` and `rate`; the ramp follows from the rate".into()),
        (Some(ramp), None) => stated(ramp, Dimension::Time).map(Some),
        (None, Some(rate)) => stated(rate, Dimension::Rate).map(|rate| Some((eps1 / rate).abs())),
        (None, None) => Ok(None),
    }
}

/// Adds the stage and the time in it to samples whose time runs from the start of loading (s), and leaves out those of
/// the ramps. Answers how many.
fn split(block: &mut Block, seconds: &[f64], unit: Unit, test: &TwoStep, begins: [f64; 2], keep: bool) -> usize {
    let (mut stages, mut times, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for &time in seconds {
        // At the very moment at which a ramp begins or ends the strain is that of the stage.
        let second = time > test.first_stage_end();
        let begin = begins[usize::from(second)];
        stages.push(if second { 2 } else { 1 });
        times.push(unit.from_internal(to_the_nanosecond(time - begin)));
        held.push(keep || time >= begin);
    }
    let one = Dimension::Dimensionless.internal();
    if block.get("stage").is_none() {
        let stage = inferred("stage", one, Cells::Whole(stages), "1 or 2; from time, t_w and the ramps");
        block.columns.push(Filled { field: FieldStatement { kind: FieldKind::Integer, ..stage.field }, ..stage });
    }
    let description = "from the end of the ramp that begins the stage; from time, t_w and the ramps";
    block.columns.push(inferred("time_in_stage", unit, Cells::Numbers(times), description));
    let left_out = held.iter().filter(|held| !**held).count();
    if left_out > 0 {
        block.retain(&held);
    }
    left_out
}

/// The strain of each sample's stage, in the unit of `eps2`.
fn programmed(part: &Part) -> Result<(Unit, Vec<f64>), String> {
    let unit = part.constants.get("eps2").and_then(Value::unit).unwrap_or(Dimension::Dimensionless.internal());
    let strain = |name| quantity(part, name, Dimension::Dimensionless).map(|strain| unit.from_internal(strain));
    let (first, second) = (strain("eps1")?, strain("eps2")?);
    match part.block.get("stage").map(|column| &column.cells) {
        Some(Cells::Whole(stages)) => {
            Ok((unit, stages.iter().map(|stage| if *stage == 2 { second } else { first }).collect()))
        }
        _ => Err("`stage` is not a column of whole numbers".into()),
    }
}

fn inferred(name: &str, unit: Unit, cells: Cells, description: &str) -> Filled {
    let field = FieldStatement {
        name: name.to_string(),
        kind: FieldKind::Number,
        unit: Some(unit.code().to_string()),
        unit_basis: Some(UnitBasis::Inferred),
        description: Some(description.to_string()),
        constraints: None,
    };
    Filled { field, unit: Some(unit), cells }
}

/// The test as the descriptor states it: how long the second stage was watched, and for which rows it holds.
fn state(part: &Part, test: TwoStep) -> Result<ProtocolStatement, String> {
    let (times, unit) = part
        .block
        .numbers("time_in_stage")
        .or_else(|| part.block.numbers("time"))
        .unwrap_or((&[], Dimension::Time.internal()));
    let longest = times.iter().map(|time| unit.to_internal(*time)).fold(0.0, f64::max);
    let duration = if longest > 0.0 { longest } else { test.duration };
    let numbers = part.constants.iter().filter_map(|(name, value)| match value {
        Value::Number(value, _) => Some((name.clone(), *value)),
        _ => None,
    });
    let rows: BTreeMap<String, f64> = numbers.collect();
    let form = ProtocolForm::TwoStep(TwoStep { duration, ..test });
    form.protocol().map_err(|error| error.to_string())?;
    protocol::state(&RowProtocol { rows, start: 0.0, form }).map_err(|error| error.to_string())
}
