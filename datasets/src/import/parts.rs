//! One table of the mapping into blocks of rows: a sheet as it stands, or curves side by side turned into rows.

use super::cells::{Block, Cells, Filled};
use super::columns::{At, Taken, heading, resolve};
use super::constants::{Constant, Value};
use super::error::ImportError;
use super::mapping::{AxisMapping, CurveMapping};
use super::needs::Need;
use crate::descriptor::{FieldKind, FieldStatement, UnitBasis};
use crate::error::DatasetError;
use kovacs_core::units::Unit;
use kovacs_formats::{StatedUnit, Values};
use std::collections::BTreeMap;

/// Rows that share their constants: a whole sheet, or one curve of it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) block: Block,
    /// What holds for all rows, by column.
    pub(super) constants: BTreeMap<String, Value>,
}

/// What a table of the mapping takes from its sheet.
#[derive(Debug)]
pub(super) struct Plan {
    sources: Vec<Source>,
}

/// Columns and constants of one part.
#[derive(Debug)]
struct Source {
    taken: Vec<Taken>,
    constants: BTreeMap<String, Value>,
    /// Rows in which every column is empty are the end of a shorter curve.
    ragged: bool,
}

/// Understands a table of the mapping; `needs` gets what is missing.
///
/// # Errors
/// The mapping contradicts the file.
pub(super) fn plan(at: At<'_>, needs: &mut Vec<Need>) -> Result<Plan, DatasetError> {
    let shared = understand(at, &at.plan.constants, needs);
    if at.plan.curves.is_empty() {
        if at.plan.x.is_some() || at.plan.y.is_some() {
            let accepted = "a list of curves, such as `[{ y = \"B\", eps2 = \"0.3 %\" }]`, where `x` or `y` is given";
            return Err(at.refuse("curves", "[]", accepted.to_string()));
        }
        let mut resolved = resolve(at)?;
        needs.append(&mut resolved.needs);
        if let Some(taken) = resolved.columns.iter().find(|taken| shared.contains_key(&taken.field.name)) {
            let accepted = "the name of a column that the file does not have already".to_string();
            return Err(at.refuse("constants", &taken.field.name, accepted));
        }
        return Ok(Plan { sources: vec![Source { taken: resolved.columns, constants: shared, ragged: false }] });
    }
    let mut sources = Vec::with_capacity(at.plan.curves.len());
    for curve in &at.plan.curves {
        let mut constants = shared.clone();
        constants.extend(understand(at, &curve.constants, needs));
        let taken = axes(at, curve, needs)?;
        sources.push(Source { taken, constants, ragged: true });
    }
    Ok(Plan { sources })
}

fn understand(at: At<'_>, written: &BTreeMap<String, Constant>, needs: &mut Vec<Need>) -> BTreeMap<String, Value> {
    let mut understood = BTreeMap::new();
    for (name, constant) in written {
        match constant.understand(name) {
            Ok(value) => {
                understood.insert(name.clone(), value);
            }
            Err(text) => needs.push(Need {
                kind: "constant",
                text: format!("for {}: {text}", at.sheet_name()),
                line: format!("{name} = \"?\""),
                option: format!("--constant {name}=VALUE"),
                place: None,
            }),
        }
    }
    understood
}

/// The two columns of a curve.
fn axes(at: At<'_>, curve: &CurveMapping, needs: &mut Vec<Need>) -> Result<Vec<Taken>, DatasetError> {
    let missing = |axis: &'static str| at.refuse(axis, "nothing", "`{ name = \"time\" }` beside `curves`".to_string());
    let (x, y) = (at.plan.x.as_ref().ok_or_else(|| missing("x"))?, at.plan.y.as_ref().ok_or_else(|| missing("y"))?);
    let Some(x_column) = curve.x.as_ref().or(x.column.as_ref()) else {
        return Err(at.refuse("x", &x.name, "given a `column`, here or in each curve as `x = \"A\"`".to_string()));
    };
    let mut taken = Vec::with_capacity(2);
    for (property, axis, reference) in [("x", x, x_column), ("y", y, &curve.y)] {
        let index = at.find(property, reference)?;
        let Some(column) = at.sheet.columns.get(index) else { continue };
        let unit = match (&axis.unit, &column.unit) {
            (Some(text), _) => Some((at.unit(&axis.name, text)?, axis.basis.unwrap_or(UnitBasis::User))),
            (None, StatedUnit::Known(unit)) => Some((*unit, UnitBasis::Stated)),
            (None, _) => None,
        };
        let Some((unit, basis)) = unit else {
            let heading = heading(column, index);
            needs.push(Need {
                kind: "unit",
                text: format!("`{}` of {} has no unit; the heading is `{heading}`", axis.name, at.sheet_name()),
                line: format!("{property} = {{ name = \"{}\", unit = \"?\" }}", axis.name),
                option: "none: it goes into the mapping file".to_string(),
                place: None,
            });
            continue;
        };
        taken.push(Taken { index, field: statement(axis, unit, basis), unit: Some(unit) });
    }
    Ok(taken)
}

fn statement(axis: &AxisMapping, unit: Unit, basis: UnitBasis) -> FieldStatement {
    FieldStatement {
        name: axis.name.clone(),
        kind: FieldKind::Number,
        unit: Some(unit.code().to_string()),
        unit_basis: Some(basis),
        description: None,
        constraints: None,
    }
}

impl Plan {
    /// Names and units of the columns, constants included, as the first part has them.
    pub(super) fn columns(&self) -> Vec<(FieldStatement, Option<usize>)> {
        let Some(first) = self.sources.first() else { return Vec::new() };
        let constants = first.constants.iter();
        let constants = constants.map(|(name, value)| (Filled::constant(name, value, 0).field, None));
        let taken = first.taken.iter().map(|taken| (taken.field.clone(), Some(taken.index)));
        constants.chain(taken).collect()
    }

    /// Positions of the columns that are taken over, once for each time.
    pub(super) fn taken(&self) -> impl Iterator<Item = usize> {
        self.sources.iter().flat_map(|source| &source.taken).map(|taken| taken.index)
    }

    /// Takes the rows. `values` gives the cells of a column.
    ///
    /// # Errors
    /// A cell is not what its column is stated to hold.
    pub(super) fn fill(
        self,
        at: At<'_>,
        rows: usize,
        mut values: impl FnMut(usize) -> Values,
    ) -> Result<Vec<Part>, DatasetError> {
        let mut parts = Vec::with_capacity(self.sources.len());
        for source in self.sources {
            let mut block = Block { columns: Vec::new(), rows };
            for taken in source.taken {
                let cells = Cells::of(at, &taken, values(taken.index))?;
                block.columns.push(Filled { field: taken.field, unit: taken.unit, cells });
            }
            if source.ragged {
                end_where_empty(at, &mut block)?;
            }
            for (name, value) in &source.constants {
                block.columns.push(Filled::constant(name, value, block.rows));
            }
            if !source.constants.is_empty() {
                block.arrange();
            }
            parts.push(Part { block, constants: source.constants });
        }
        Ok(parts)
    }
}

/// Leaves out rows in which both x and y are empty; one without the other is an error.
fn end_where_empty(at: At<'_>, block: &mut Block) -> Result<(), DatasetError> {
    let [x, y] = block.columns.as_slice() else { return Ok(()) };
    let (Cells::Numbers(xs), Cells::Numbers(ys)) = (&x.cells, &y.cells) else { return Ok(()) };
    let mut keep = Vec::with_capacity(xs.len());
    for (row, (a, b)) in xs.iter().zip(ys).enumerate() {
        if a.is_nan() != b.is_nan() {
            let column = if a.is_nan() { x } else { y };
            return Err(ImportError::ImportedCell {
                file: at.file.to_path_buf(),
                sheet: at.sheet_name(),
                line: at.sheet.first_line + row,
                column: column.field.name.clone(),
                value: "(empty)".into(),
                expected: "a number, as the other of its pair is there",
            }
            .into());
        }
        keep.push(!a.is_nan());
    }
    block.retain(&keep);
    Ok(())
}
