//! Reads of a resource what a query needs of it.
//!
//! The query engine says which columns it wants and which condition the rows must meet. A Parquet file is read one row
//! group after another, the named columns only, so that memory holds what is kept and one group. A CSV file is checked
//! and parsed as a whole, as ever. Numbers come out in internal units. Whatever gave a row is remembered: these are the
//! sources of the answer.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::package::Package;
use crate::source::TableSource;
use crate::transform::in_unit;
use kovacs_core::units::Unit;
use polars::lazy::frame::IntoLazy;
use polars::prelude::{
    AnonymousScan, AnonymousScanArgs, Column, DataFrame, DataType, Expr, IntoColumn, LazyFrame, PlSmallStr,
    PolarsError, PolarsResult, ScanArgsAnonymous, Schema, SchemaRef,
};
use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

/// One resource as part of a table.
#[derive(Clone)]
pub(crate) struct Part {
    package: Package,
    resource: String,
    pub(crate) columns: Vec<PartColumn>,
    pub(crate) source: Arc<TableSource>,
    /// Whether a damaged file is left out with a note instead of ending the query.
    lenient: bool,
}

/// A column of a part, in internal units.
#[derive(Clone)]
pub(crate) struct PartColumn {
    pub(crate) field: Field,
    pub(crate) content: Content,
}

/// Where the values of a column come from.
#[derive(Clone, Default)]
pub(crate) enum Content {
    /// The file, as it is or from this unit.
    File(Option<Unit>),
    /// The file; ids of glasses become what is printed for them.
    GlassLabels,
    /// The same word in every row.
    Word(String),
    /// Gaps.
    #[default]
    Absent,
}

/// What scans report.
#[derive(Default)]
pub(crate) struct Reported {
    /// Sources that gave rows.
    pub(crate) used: Vec<Arc<TableSource>>,
    /// The first thing that went wrong.
    pub(crate) error: Option<DatasetError>,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
}

/// Where scans report to.
pub(crate) type Report = Arc<Mutex<Reported>>;

impl Part {
    /// A resource with its own columns.
    pub(crate) fn whole(package: &Package, resource: &str) -> Result<Part, DatasetError> {
        let statement = package.resource(resource)?;
        // The digest that the file is held to when it is read.
        let stated = statement.hash.as_deref().unwrap_or_default();
        let column = |field: &Field| {
            let inside = field.inside();
            let content = Content::File(field.unit.filter(|_| inside.unit != field.unit));
            PartColumn { field: inside, content }
        };
        Ok(Part {
            columns: package.fields(resource)?.iter().map(column).collect(),
            source: Arc::new(
                package.source_of(statement, stated.strip_prefix("sha256:").unwrap_or(stated).to_lowercase()),
            ),
            package: package.clone(),
            resource: resource.to_string(),
            lenient: false,
        })
    }

    /// The same as a part of `curves`: with the package as a column and printed names of glasses.
    pub(crate) fn in_curves(mut self) -> Part {
        let word = |name: &str, value: &str| PartColumn {
            field: Field::words(name, ""),
            content: Content::Word(value.to_string()),
        };
        for column in &mut self.columns {
            if column.field.name == "glass" && column.field.kind == FieldKind::Text {
                column.content = Content::GlassLabels;
            }
        }
        self.columns.retain(|column| !["package", "resource"].contains(&column.field.name.as_str()));
        self.columns.push(word("package", self.package.name()));
        self.columns.push(word("resource", &self.resource));
        self.lenient = true;
        self
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        self.columns.iter().map(|column| column.field.clone()).collect()
    }

    fn schema(&self) -> SchemaRef {
        let fields =
            self.columns.iter().map(|column| (PlSmallStr::from_str(&column.field.name), data_type(&column.field)));
        Arc::new(Schema::from_iter(fields))
    }

    /// Reads these columns, and of the rows those that meet the condition.
    fn read(&self, names: &[&str], condition: Option<&Expr>, limit: Option<usize>) -> Result<DataFrame, DatasetError> {
        // In the order that is asked for, so that parts can be put below each other.
        let wanted: Vec<&PartColumn> =
            names.iter().filter_map(|name| self.columns.iter().find(|column| column.field.name == *name)).collect();
        let of_file: Vec<&str> = wanted
            .iter()
            .filter(|column| matches!(column.content, Content::File(_) | Content::GlassLabels))
            .map(|column| column.field.name.as_str())
            .collect();
        let mut kept: Vec<DataFrame> = Vec::new();
        let mut rows = 0;
        let by_row = condition.is_none_or(is_of_one_row);
        self.package.read_columns(&self.resource, &of_file, by_row, &mut |piece: &DataFrame| {
            let piece = self.inside(piece, &wanted)?;
            let piece = match condition {
                Some(condition) => piece.lazy().filter(condition.clone()).collect()?,
                None => piece,
            };
            rows += piece.height();
            kept.push(piece);
            Ok(limit.is_none_or(|limit| rows < limit))
        })?;
        let mut kept = kept.into_iter();
        let mut frame = kept.next().unwrap_or_default();
        for piece in kept {
            frame.vstack_mut_owned(piece).map_err(|error| self.refused(&error))?;
        }
        Ok(match limit {
            Some(limit) => frame.head(Some(limit)),
            None => frame,
        })
    }

    /// A piece of the file with the columns that are wanted, in internal units.
    fn inside(&self, piece: &DataFrame, wanted: &[&PartColumn]) -> PolarsResult<DataFrame> {
        let height = piece.height();
        let columns = wanted.iter().map(|column| {
            let (name, kind) = (PlSmallStr::from_str(&column.field.name), data_type(&column.field));
            match &column.content {
                Content::File(None) => piece.column(&name)?.cast(&kind),
                Content::File(Some(unit)) => in_unit(piece.column(&name)?, *unit, unit.dimension().internal()),
                Content::GlassLabels => {
                    let ids = piece.column(&name)?.cast(&kind)?;
                    let label = |id| kovacs_core::glasses::glass(id).map_or(id, |glass| glass.label);
                    let labels: polars::prelude::StringChunked = ids.str()?.iter().map(|id| id.map(label)).collect();
                    Ok(labels.with_name(name).into_column())
                }
                Content::Word(word) => Ok(Column::new_scalar(name, PlSmallStr::from_str(word).into(), height)),
                Content::Absent => Ok(Column::full_null(name, height, &kind)),
            }
        });
        DataFrame::new(height, columns.collect::<PolarsResult<_>>()?)
    }

    fn refused(&self, error: &PolarsError) -> DatasetError {
        let table = format!("{} {}", self.package.name(), self.resource);
        DatasetError::Engine { table, action: "reading", reason: error.to_string() }
    }
}

/// A table as the engine sees it: nothing is read before it asks.
pub(crate) fn lazy(parts: &[Part], report: &Report) -> PolarsResult<LazyFrame> {
    let schema = parts.first().map(Part::schema).unwrap_or_default();
    let options = ScanArgsAnonymous { schema: Some(schema), name: "PACKAGES", ..ScanArgsAnonymous::default() };
    LazyFrame::anonymous_scan(Arc::new(Scan { parts: parts.to_vec(), report: report.clone() }), options)
}

/// The parts of a table, one after another. They have the same columns.
struct Scan {
    parts: Vec<Part>,
    report: Report,
}

impl Scan {
    /// Reads a part, and reports what came of it.
    fn part(
        &self,
        part: &Part,
        names: &[&str],
        asked: &AnonymousScanArgs,
        limit: Option<usize>,
    ) -> PolarsResult<DataFrame> {
        let reported = |done: Result<DataFrame, DatasetError>| {
            let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
            match done {
                Ok(frame) => {
                    if frame.height() > 0 {
                        report.used.push(part.source.clone());
                    }
                    Ok(frame)
                }
                Err(error) if part.lenient => {
                    let source = &part.source;
                    report.notes.push(format!("`{}.{}` is left out: {error}", source.package, source.resource));
                    DataFrame::empty_with_schema(&part.schema()).select(names.iter().copied())
                }
                Err(error) => {
                    let said = PolarsError::ComputeError(error.to_string().into());
                    report.error.get_or_insert(error);
                    Err(said)
                }
            }
        };
        reported(part.read(names, asked.predicate.as_ref(), limit))
    }
}

impl AnonymousScan for Scan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn allows_predicate_pushdown(&self) -> bool {
        true
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, asked: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let given: Vec<PlSmallStr> = asked
            .with_columns
            .as_ref()
            .map_or_else(|| asked.schema.iter_names_cloned().collect(), |names| names.to_vec());
        let mut names: Vec<PlSmallStr> = given.clone();
        for name in asked.predicate.as_ref().map(columns_of).unwrap_or_default() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let words: Vec<&str> = names.iter().map(PlSmallStr::as_str).collect();
        let mut all: Option<DataFrame> = None;
        for part in &self.parts {
            let so_far = all.as_ref().map_or(0, DataFrame::height);
            let limit = asked.n_rows.map(|limit| limit.saturating_sub(so_far));
            if limit == Some(0) && all.is_some() {
                break;
            }
            let frame = self.part(part, &words, &asked, limit)?;
            match &mut all {
                None => all = Some(frame),
                Some(all) => {
                    all.vstack_mut_owned(frame)?;
                }
            }
        }
        let all = all.unwrap_or_default();
        if given.is_empty() { Ok(DataFrame::empty_with_height(all.height())) } else { all.select(given) }
    }
}

fn data_type(field: &Field) -> DataType {
    match field.kind {
        FieldKind::Number => DataType::Float64,
        FieldKind::Integer => DataType::Int64,
        FieldKind::Text => DataType::String,
    }
}

/// The columns that a condition looks at.
fn columns_of(condition: &Expr) -> Vec<PlSmallStr> {
    condition
        .into_iter()
        .filter_map(|part| match part {
            Expr::Column(name) => Some(name.clone()),
            _ => None,
        })
        .collect()
}

/// Whether a condition can be judged from one row alone, so that a file may be read in pieces.
fn is_of_one_row(condition: &Expr) -> bool {
    use polars::prelude::{BooleanFunction as Is, FunctionExpr};
    condition.into_iter().all(|part| match part {
        Expr::Column(_) | Expr::Literal(_) | Expr::BinaryExpr { .. } | Expr::Cast { .. } | Expr::Ternary { .. } => true,
        Expr::Function { function: FunctionExpr::Boolean(function), .. } => {
            !matches!(function, Is::Any { .. } | Is::All { .. } | Is::IsEmpty { .. } | Is::HasNulls)
        }
        _ => false,
    })
}
