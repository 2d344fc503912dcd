//! What is read off the tests in a table: steps, dead times, and humps with their errors, test by test.
//!
//! A table may say which rows belong to which stage (columns `stage` and `time_in_stage`); that is believed. Where it
//! only has the strain, holds and ramps are found in it. Where it has neither, its rows are a second stage and its time
//! runs from the end of the step. Specimens are observed one by one and averaged afterwards: the mean of noisy curves
//! would hide how much their humps differ.

pub mod grid;

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::table::Table;
use crate::table_error::TableError;
use kovacs_core::holds::{find_holds, ramps};
use kovacs_core::replicates::{Statistics, statistics};
use kovacs_core::sampled_hump::Verdict;
use kovacs_core::units::Dimension;
use kovacs_core::{Curve, SampledHump};

/// The column that tells replicates apart, where there is one.
pub const SPECIMEN: &str = "specimen";

/// Columns that change from sample to sample or say where in a test a sample lies.
const WITHIN_A_TEST: [&str; 3] = ["time", "stage", "time_in_stage"];

/// One step of one test, and the stage after it.
#[derive(Clone, Debug)]
pub struct ObservedStage {
    /// Names and values of the columns that tell the tests apart.
    pub keys: Vec<(String, String)>,
    /// Strain before and after the step (1), where it is known.
    pub strains: Option<(f64, f64)>,
    /// How long the strain was held before the step, s, where the record says so.
    pub waited: Option<f64>,
    /// Rate of the ramp and its standard error, 1/s, where it was sampled.
    pub ramp_rate: Option<(f64, Option<f64>)>,
    /// The 95 % interval of the dead time, s, where it was read off the strain and not stated.
    pub dead_time: Option<(f64, f64)>,
    /// What the stress does after the step.
    pub hump: SampledHump,
}

/// Steps of specimens that were treated alike.
#[derive(Clone, Debug)]
pub struct ObservedCondition {
    /// Names and values of the columns, the specimen apart.
    pub keys: Vec<(String, String)>,
    /// Strain before and after the step (1).
    pub strains: Option<(f64, f64)>,
    /// How many stages there are, of every verdict.
    pub stages: usize,
    /// Time of the maximum, s, over specimens that have one.
    pub t_p: Option<Statistics>,
    /// Height of the maximum, MPa, over specimens that have one.
    pub delta_sigma: Option<Statistics>,
}

impl Table {
    /// The columns that tell the tests of this table apart: those that are neither time nor stage nor measured, in the
    /// order of the file.
    pub fn test_columns(&self) -> Vec<String> {
        let apart = |name: &str, kind: FieldKind| {
            if WITHIN_A_TEST.contains(&name) {
                return false;
            }
            // A measured column changes with nearly every sample, a column of the test hardly ever.
            kind == FieldKind::Text || self.printed(name).is_ok_and(|values| runs(&values) * 10 <= values.len())
        };
        let measured = |name: &str| name == "strain" || name == "stress";
        let fields = self.fields().iter().filter(|field| !measured(&field.name) && apart(&field.name, field.kind));
        fields.map(|field| field.name.clone()).collect()
    }

    /// Observes every test of the table: `by` names the columns that tell the tests apart ([`Table::test_columns`]
    /// where nothing else is known). `dead_time` in s: samples of a stage before it are left out.
    ///
    /// # Errors
    /// There is no column `stress`, `time` or one named in `by`; the stress is the same in all rows; rows of several tests are together; no test has a
    /// second stage with eight samples.
    pub fn observe(&self, by: &[&str], dead_time: f64) -> Result<Vec<ObservedStage>, DatasetError> {
        let table = self.in_internal_units()?;
        let unit = table.unit("stress")?;
        if unit.dimension() != Dimension::Stress {
            return Err(DatasetError::NotAStress { table: self.label(), unit: unit.code().to_owned() });
        }
        let stress = table.column("stress")?;
        if let [first, others @ ..] = stress.as_slice()
            && !others.is_empty()
            && others.iter().all(|other| other == first)
        {
            return Err(Box::new(TableError::HeldStress { table: self.label(), stress: *first }).into());
        }
        let mut observed = Vec::new();
        let groups = if by.is_empty() { Vec::new() } else { table.group_by(by)? };
        if by.is_empty() {
            observed.extend(observe_test(&table, &[], dead_time)?);
        }
        for group in groups {
            let keys: Vec<(String, String)> = by.iter().map(|name| (*name).to_owned()).zip(group.keys).collect();
            observed.extend(observe_test(&group.table, &keys, dead_time)?);
        }
        if observed.is_empty() {
            return Err(DatasetError::NoSecondStage { table: self.label() });
        }
        Ok(observed)
    }
}

/// Puts stages together that differ in the specimen only, in the order of their first appearance; conditions of a
/// single specimen are left out.
pub fn conditions(stages: &[ObservedStage]) -> Vec<ObservedCondition> {
    let keys = |stage: &ObservedStage| -> Vec<(String, String)> {
        stage.keys.iter().filter(|(name, _)| name != SPECIMEN).cloned().collect()
    };
    let alike = |left: &ObservedStage, right: &ObservedStage| {
        keys(left) == keys(right) && same_strains(left.strains, right.strains)
    };
    let mut found: Vec<(&ObservedStage, Vec<&ObservedStage>)> = Vec::new();
    for stage in stages {
        match found.iter_mut().find(|(first, _)| alike(first, stage)) {
            Some((_, members)) => members.push(stage),
            None => found.push((stage, vec![stage])),
        }
    }
    let condition = |(first, members): (&ObservedStage, Vec<&ObservedStage>)| {
        let peaks = || members.iter().filter(|stage| stage.hump.verdict() == Verdict::Peak);
        let times: Vec<f64> = peaks().filter_map(|stage| stage.hump.hump.t_p()).collect();
        let heights: Vec<f64> = peaks().filter_map(|stage| stage.hump.hump.delta_sigma()).collect();
        ObservedCondition {
            keys: keys(first),
            strains: first.strains,
            stages: members.len(),
            t_p: statistics(&times),
            delta_sigma: statistics(&heights),
        }
    };
    found.into_iter().filter(|(_, members)| members.len() > 1).map(condition).collect()
}

/// Strains that were programmed alike are recorded alike to a thousandth.
fn same_strains(left: Option<(f64, f64)>, right: Option<(f64, f64)>) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-3 * a.abs().max(b.abs());
    match (left, right) {
        (Some(left), Some(right)) => near(left.0, right.0) && near(left.1, right.1),
        (None, None) => true,
        _ => false,
    }
}

fn runs(values: &[String]) -> usize {
    values.chunk_by(|left, right| left == right).count()
}

/// The stages of one test after its first one.
fn observe_test(table: &Table, keys: &[(String, String)], dead_time: f64) -> Result<Vec<ObservedStage>, DatasetError> {
    let has = |name: &str| table.field(name).is_some_and(|field| field.kind != FieldKind::Text);
    if has("stage") && has("time_in_stage") {
        return observe_stated(table, keys, dead_time);
    }
    let stress = table.curve("time", "stress")?;
    if !has("strain") {
        return Ok(observed(&stress, dead_time, table)?.into_iter().map(|hump| bare(keys, hump)).collect());
    }
    let strain = table.curve("time", "strain")?;
    let holds = find_holds(&strain.x, &strain.y);
    let ramps = ramps(&strain.x, &strain.y, &holds);
    let mut stages = Vec::new();
    for pair in holds.windows(2) {
        let &[before, after] = pair else { continue };
        let Some(ramp) = ramps.iter().find(|ramp| ramp.end > before.end) else { continue };
        let into = ramps.iter().rfind(|ramp| ramp.end < before.end && ramp.is_sampled());
        // A ramp without samples ends somewhere between two samples: the time then runs from the earlier one.
        let zero = if ramp.is_sampled() { ramp.end } else { ramp.start };
        let stage = stress.between(ramp.next_sample, after.end).shifted(-zero);
        let Some(hump) = observed(&stage, dead_time, table)? else { continue };
        stages.push(ObservedStage {
            keys: keys.to_vec(),
            strains: Some((before.strain, after.strain)),
            waited: Some(before.end - into.map_or(before.start, |ramp| ramp.end)),
            ramp_rate: ramp.is_sampled().then_some((ramp.rate, ramp.rate_error)),
            dead_time: Some(ramp.dead_time(None).interval),
            hump,
        });
    }
    Ok(stages)
}

/// Stages as the columns `stage` and `time_in_stage` state them.
fn observe_stated(
    table: &Table,
    keys: &[(String, String)],
    dead_time: f64,
) -> Result<Vec<ObservedStage>, DatasetError> {
    let numbers = table.unique_numbers("stage")?;
    let mut stages = Vec::new();
    let mut before: Option<(f64, f64)> = None;
    for number in numbers {
        let rows = table.where_number("stage", number)?;
        let strain = rows.column("strain").ok().and_then(kovacs_core::noise::median);
        let curve = rows.curve("time_in_stage", "stress")?;
        let lasted = curve.x.last().copied().unwrap_or(0.0);
        if number >= 2.0
            && let Some(hump) = observed(&curve, dead_time, table)?
        {
            stages.push(ObservedStage {
                keys: keys.to_vec(),
                strains: before.map(|before| before.0).zip(strain),
                waited: before.map(|before| before.1),
                ..bare(keys, hump)
            });
        }
        before = strain.map(|strain| (strain, lasted));
    }
    Ok(stages)
}

/// A stage of which nothing is known but its stress.
fn bare(keys: &[(String, String)], hump: SampledHump) -> ObservedStage {
    ObservedStage { keys: keys.to_vec(), strains: None, waited: None, ramp_rate: None, dead_time: None, hump }
}

/// The hump of a stage; `None` with fewer samples than it takes.
fn observed(stage: &Curve, dead_time: f64, table: &Table) -> Result<Option<SampledHump>, DatasetError> {
    use kovacs_core::sampled_hump::SamplesError;
    match kovacs_core::hump_of_samples(&stage.x, &stage.y, dead_time) {
        Ok(hump) => Ok(Some(hump)),
        Err(SamplesError::TooFew { .. }) => Ok(None),
        Err(source) => Err(DatasetError::Samples { table: table.label(), source }),
    }
}
