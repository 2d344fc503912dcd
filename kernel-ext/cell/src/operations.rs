//! What each operation of the seam does: decodes the arguments, calls the crate that knows, encodes the answer.

use crate::closure;
use crate::estimates;
use crate::figure;
use crate::fits;
use crate::inputs;
use crate::notices::Incident;
use crate::objects::objects;
use crate::plugins;
use crate::steps;
use crate::structure;
use crate::table::{CellClosure, notices};
use kovacs::codec;
use kovacs::display::{Bundle, Manner};
use kovacs::query::Step;
use kovacs::seam::Operation;
use kovacs::wire::{Reader, WireError, Writer};
use kovacs::{Error, Result};
use kovacs_core::model::Experiment;
use kovacs_core::second_stage::{evaluate_one, observe_second_stage};
use kovacs_datasets::descriptor::FieldKind;
use kovacs_datasets::observe::{conditions, grid};
use kovacs_datasets::{Field, Package, Registry, Table};
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::path::Path;
use std::sync::PoisonError;

/// Rows of a table that are shown.
const SHOWN_ROWS: usize = 10;

/// Does one operation: encoded arguments in, encoded answer out.
pub(crate) fn perform(operation: Operation, input: &[u8]) -> Result<Vec<u8>> {
    let reader = &mut Reader::new(input);
    let mut writer = Writer::new();
    match operation {
        Operation::Display => {
            let manner = Manner::decode(reader)?;
            notices().display(&figure::with_image(Bundle::decode(reader)?), &manner);
        }
        Operation::Panic => notices().panic(&incident(reader)?),
        Operation::EarlyReturn => notices().early_return(&incident(reader)?),
        Operation::ClearOutput => notices().clear_output(reader.bool()?),
        Operation::Input => {
            let (prompt, password) = (reader.text()?, reader.bool()?);
            writer.option(notices().input(&prompt, password).as_deref(), Writer::text);
        }
        Operation::OpenDataset => write_package(&mut writer, &open_package(&reader.text()?)?),
        Operation::ListDatasets => {
            inputs::note_packages();
            let names = Registry::standard(&[]).list().into_iter().map(|listed| listed.name);
            writer.texts(&names.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        }
        Operation::OpenTable => {
            let (folder, name) = (reader.text()?, reader.text()?);
            // A package that was found by its name may have tables that another lends to it.
            let package =
                Package::open(&folder).and_then(|package| match package.resources().contains(&name.as_str()) {
                    true => Ok(package),
                    false => Registry::standard(&[]).open_folder(Path::new(&folder)),
                });
            let table = package.and_then(|package| {
                objects().note_package(&package);
                package.table(&name)
            });
            let table = table.and_then(|table| table.in_internal_units()).map_err(data_error)?;
            write_table(&mut writer, table);
        }
        Operation::Holds => {
            let table = objects().table(reader.u64()?)?;
            writer.sequence(&table.holds().map_err(data_error)?, |writer, hold| {
                writer.f64(hold.start);
                writer.f64(hold.end);
                writer.f64(hold.strain);
            });
        }
        Operation::FilterTable => {
            let table = objects().table(reader.u64()?)?;
            write_table(&mut writer, filter(&table, reader)?);
        }
        Operation::DistinctValues => {
            let table = objects().table(reader.u64()?)?;
            writer.f64s(&table.unique_numbers(&reader.text()?).map_err(data_error)?);
        }
        Operation::TextColumn => {
            let table = objects().table(reader.u64()?)?;
            writer.texts(&table.text(&reader.text()?).map_err(data_error)?);
        }
        Operation::TableCurve => {
            let table = objects().table(reader.u64()?)?;
            let curve = table.curve(&reader.text()?, &reader.text()?).map_err(data_error)?;
            codec::write_curve(&mut writer, &curve);
        }
        Operation::RenderTable => {
            let table = objects().table(reader.u64()?)?;
            writer.text(&table.to_text(SHOWN_ROWS));
            writer.text(&table.to_html(SHOWN_ROWS));
        }
        Operation::ObserveTable => observe(reader, &mut writer)?,
        Operation::LoadModel => {
            plugins::load_for_cell(&reader.text()?, &mut writer)?;
        }
        Operation::ListModels => {
            inputs::note_models();
            writer.texts(&plugins::names().into_iter().collect::<Vec<_>>());
        }
        Operation::ReloadModel => plugins::reload(reader, &mut writer)?,
        Operation::IsolateModel => plugins::isolate(reader, &mut writer)?,
        Operation::Evaluate => {
            let model = objects().model(reader.u64()?)?;
            let parameters = reader.f64s()?;
            let history = codec::read_history(reader)?;
            let (times, output) = (reader.f64s()?, reader.text()?);
            let experiment = Experiment { history, times, before: Vec::new(), wanted: vec![output] };
            let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
            writer.f64s(&evaluate_one(&mut **model, &experiment, &parameters).map_err(model_error)?);
        }
        Operation::SecondStage => {
            let model = objects().model(reader.u64()?)?;
            let parameters = reader.f64s()?;
            let test = codec::read_two_step(reader)?;
            let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
            let stage = observe_second_stage(&mut **model, &parameters, &test).map_err(model_error)?;
            codec::write_second_stage(&mut writer, &stage);
        }
        Operation::ObserveRecovery => fits::recovery(reader, &mut writer)?,
        Operation::ObserveRelaxation => fits::relaxation(reader, &mut writer)?,
        Operation::ObserveThermal => fits::thermal(reader, &mut writer)?,
        Operation::FitLine => fits::line(reader, &mut writer)?,
        Operation::CriticalTime => fits::critical_time(reader, &mut writer)?,
        Operation::FitStretched => fits::stretched(reader, &mut writer)?,
        Operation::ActivationEnergies => fits::activation_energies(reader, &mut writer)?,
        Operation::FitDoubleKww => fits::double_kww(reader, &mut writer)?,
        Operation::Findings => fits::findings(reader, &mut writer)?,
        Operation::TableTests => estimates::table_tests(reader, &mut writer)?,
        Operation::FitModel => estimates::fit_model(reader, &mut writer)?,
        Operation::CompareModels => estimates::compare_models(reader, &mut writer)?,
        Operation::LinearTest => estimates::judge_linear(reader, &mut writer)?,
        Operation::DesignTest => estimates::design_test(reader, &mut writer)?,
        Operation::DrawPosterior => crate::posterior::draw(reader, &mut writer)?,
        Operation::Superpose => superpose(reader, &mut writer)?,
        Operation::ParseProtocol => {
            let form = kovacs_core::toml_form::read_protocol(&reader.text()?)
                .map_err(|error| refusal(&error, "BadProtocol"))?;
            let protocol = form.protocol().map_err(|error| refusal(&error, "BadProtocol"))?;
            codec::write_protocol(&mut writer, &protocol);
        }
        Operation::Query => {
            inputs::note_packages();
            write_table(&mut writer, Registry::standard(&[]).query(&reader.text()?).map_err(data_error)?);
        }
        Operation::TransformTable => {
            let table = objects().table(reader.u64()?)?;
            write_table(&mut writer, steps::transform(&table, Step::decode(reader)?)?);
        }
        Operation::ReadPattern => structure::read_pattern(reader, &mut writer)?,
        Operation::SubtractPattern => structure::subtract(reader, &mut writer)?,
        Operation::ReducePattern => structure::reduce(reader, &mut writer)?,
        Operation::TransformStructure => structure::transform(reader, &mut writer)?,
        Operation::ReadDistribution => structure::read_distribution(reader, &mut writer)?,
        Operation::FirstPeak => structure::peak(reader, &mut writer)?,
        Operation::SubPeaks => structure::sub_peaks(reader, &mut writer)?,
        Operation::PairWeights => structure::pair_weights(reader, &mut writer)?,
        Operation::EmbedPlotly => figure::script_bundle().encode(&mut writer),
        Operation::RenderFigure => figure::bundle(&kovacs::figure::Figure::decode(reader)?).encode(&mut writer),
    }
    Ok(writer.into_bytes())
}

/// Makes a model of a closure defined in a cell.
pub(crate) fn adopt_model(input: &[u8], closure: CellClosure) -> Result<Vec<u8>> {
    let model = closure::adopt(&mut Reader::new(input), closure)?;
    let mut writer = Writer::new();
    plugins::write_model(&mut writer, Box::new(model), None);
    closure::write_source(&mut writer, notices().cell());
    Ok(writer.into_bytes())
}

fn incident(reader: &mut Reader<'_>) -> Result<Incident, WireError> {
    Ok(Incident {
        name: reader.text()?,
        message: reader.text()?,
        file: reader.text()?,
        line: reader.u32()?,
        column: reader.u32()?,
    })
}

/// A name is searched for; a path is opened.
fn open_package(name: &str) -> Result<Package> {
    let found = Registry::standard(&[]).find(name);
    inputs::note_package(name, &found);
    found.map_err(data_error)
}

fn write_package(writer: &mut Writer, package: &Package) {
    writer.text(package.name());
    writer.text(package.title());
    writer.texts(&package.tables().into_iter().map(|(name, _)| name).collect::<Vec<_>>());
    writer.text(&package.folder().to_string_lossy());
    writer.text(package.digest());
}

fn write_table(writer: &mut Writer, table: Table) {
    let (rows, label, origin) = (table.rows(), table.label(), table.sources().origins());
    let columns: Vec<(String, String)> =
        table.fields().iter().map(|field| (field.name.clone(), unit_code(field).to_owned())).collect();
    writer.u64(objects().hold_table(table));
    writer.count(rows);
    writer.sequence(&columns, |writer, (name, unit)| {
        writer.text(name);
        writer.text(unit);
    });
    writer.text(&label);
    writer.text(&origin);
}

/// The unit of a column as cells see it.
fn unit_code(field: &Field) -> &'static str {
    match (field.kind, field.unit) {
        (FieldKind::Text, _) => "",
        (_, Some(unit)) => unit.code(),
        (_, None) => "?",
    }
}

fn filter(table: &Table, reader: &mut Reader<'_>) -> Result<Table> {
    let (kind, column) = (reader.u8()?, reader.text()?);
    match kind {
        0 => table.where_number(&column, reader.f64()?),
        1 => table.where_text(&column, &reader.text()?),
        _ => table.where_between(&column, reader.f64()?, reader.f64()?),
    }
    .map_err(data_error)
}

/// A table and a dead time (s) in; rows of words, and numbers, out.
fn observe(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let table = objects().table(reader.u64()?)?;
    let dead_time = reader.f64()?;
    let by = table.test_columns();
    let by: Vec<&str> = by.iter().map(String::as_str).collect();
    let stages = table.observe(&by, dead_time).map_err(data_error)?;
    let conditions = conditions(&stages);
    let more = [
        ("steps, from the recorded strain", grid::steps(&table, &stages)),
        ("specimens together", grid::specimens(&table, &conditions)),
    ];
    let more = more.into_iter().filter_map(|(title, rows)| Some((title.to_owned(), rows?)));
    let title = format!("{}, origin: {}", table.label(), table.origin());
    let grids: Vec<_> = std::iter::once((title, grid::humps(&table, &stages))).chain(more).collect();
    writer.sequence(&grids, |writer, (title, rows)| {
        writer.text(title);
        writer.sequence(rows, |writer, row| writer.texts(row));
    });
    writer.sequence(&stages, |writer, stage| {
        writer.sequence(&stage.keys, |writer, (name, value)| {
            writer.text(name);
            writer.text(value);
        });
        writer.option(stage.strains, |writer, (before, after)| {
            writer.f64(before);
            writer.f64(after);
        });
        codec::write_sampled_hump(writer, &stage.hump);
    });
    Ok(())
}

fn superpose(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let (strain, stress) = (codec::read_curve(reader)?, codec::read_curve(reader)?);
    let until = reader.f64()?;
    let holds: Vec<(f64, f64)> = reader.sequence(|reader| Ok((reader.f64()?, reader.f64()?)))?;
    let (_, mut modes) = plugins::load("prony")?;
    let linear = kovacs_fit::superpose(&mut modes, &strain, &stress, until).map_err(|error| fit_error(&error))?;
    let holds = linear.holds(&stress, &holds).map_err(|error| fit_error(&error))?;
    codec::write_curve(writer, &linear.predicted);
    codec::write_curve(writer, &linear.standard_error);
    writer.f64(linear.misfit_before);
    writer.f64(linear.misfit_after);
    writer.f64s(&linear.modes.iter().map(|mode| mode.relaxation_time).collect::<Vec<_>>());
    writer.f64s(&linear.modes.iter().map(|mode| mode.modulus).collect::<Vec<_>>());
    writer.f64(linear.relaxed_modulus);
    writer.sequence(&holds, |writer, hold| {
        let courses = [hold.measured, hold.predicted].map(|course| [course.first, course.last, course.slope]);
        for value in [hold.start, hold.end].into_iter().chain(courses.into_iter().flatten()) {
            writer.f64(value);
        }
        writer.f64(hold.rms_error);
        writer.bool(hold.direction_is_right());
    });
    Ok(())
}

pub(crate) fn fit_error(error: &kovacs_fit::FitError) -> Error {
    refusal(error, &variant(error))
}

pub(crate) fn data_error(error: kovacs_datasets::DatasetError) -> Error {
    match &error {
        // A query has kinds of its own: `UnknownColumn`, `NoRows`.
        kovacs_datasets::DatasetError::Query(query) => refusal(&error, &variant(&**query)),
        kovacs_datasets::DatasetError::Transform(transform) => refusal(&error, &variant(&**transform)),
        kovacs_datasets::DatasetError::Import(import) => refusal(&error, &variant(&**import)),
        _ => refusal(&error, &variant(&error)),
    }
}

pub(crate) fn model_error(error: kovacs_core::model::EvaluationError) -> Error {
    refusal(&error, &variant(&error))
}

pub(crate) fn refusal(error: &dyn Display, kind: &str) -> Error {
    Error::new(kind, error.to_string())
}

/// The name of an error's variant, which is what a cell's failure is called: `UnknownModel`.
pub(crate) fn variant(error: &impl Debug) -> String {
    let text = format!("{error:?}");
    text.chars().take_while(|character| character.is_alphanumeric()).collect()
}
