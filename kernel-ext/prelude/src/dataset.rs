//! Data packages and their tables, as cells see them.
//!
//! The rows stay in the engine; a [`Table`] in a cell is a handle to them, so a variable that holds a million rows
//! costs nothing between cells, and a column is looked at without a copy. Values are in the units used inside: s, K,
//! MPa, strain dimensionless.

use crate::codec::read_curve;
use crate::display::{Bundle, html_text};
use crate::error::{Error, Result};
use crate::observe::Observations;
use crate::seam::{self, Handle, Operation};
use crate::wire::{Reader, Writer};
use kovacs_core::Curve;
use std::fmt;

/// A data package: what was measured, in which units, by whom, under which terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The name it is opened by.
    pub name: String,
    /// As printed.
    pub title: String,
    /// Its tables.
    pub tables: Vec<String>,
    /// Folder on this machine.
    pub folder: String,
    /// SHA-256 of its description, which holds the digests of its files.
    pub digest: String,
}

impl Dataset {
    /// Opens a package by name. It is searched for in `KOVACS_DATA_PATH`, in the project, and among the shipped ones;
    /// a path opens the package in that folder.
    ///
    /// # Errors
    /// There is no such package, or its description is damaged.
    pub fn open(name: &str) -> Result<Dataset> {
        let mut writer = Writer::new();
        writer.text(name);
        let answer = seam::call(Operation::OpenDataset, writer)?;
        let mut reader = Reader::new(&answer);
        Ok(Dataset {
            name: reader.text()?,
            title: reader.text()?,
            tables: reader.texts()?,
            folder: reader.text()?,
            digest: reader.text()?,
        })
    }

    /// The names of all packages that can be opened here.
    ///
    /// # Errors
    /// There is no engine.
    pub fn names() -> Result<Vec<String>> {
        let answer = seam::call(Operation::ListDatasets, Writer::new())?;
        Ok(Reader::new(&answer).texts()?)
    }

    /// Loads a table after checking its digest, its columns and its units.
    ///
    /// # Errors
    /// There is no such table, its file was changed, or a column does not hold what the description says.
    pub fn table(&self, name: &str) -> Result<Table> {
        let mut writer = Writer::new();
        writer.text(&self.folder);
        writer.text(name);
        Table::decode(&seam::call(Operation::OpenTable, writer)?)
    }

    /// Shows the package as the value of a cell.
    pub fn evcxr_display(&self) {
        let mut bundle = Bundle::new();
        bundle.text("text/plain", format!("{}: {} (tables: {})", self.name, self.title, self.tables.join(", ")));
        bundle.text(
            "text/html",
            format!(
                "<b>{}</b>: {}<br>tables: {}<br><small>{}</small>",
                html_text(&self.name),
                html_text(&self.title),
                html_text(&self.tables.join(", ")),
                html_text(&self.digest)
            ),
        );
        bundle.show_result();
    }
}

/// A part of a measured history in which the strain stood still.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hold {
    /// Time of its first sample, s.
    pub start: f64,
    /// Time of its last sample, s.
    pub end: f64,
    /// Strain (1).
    pub strain: f64,
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, in the unit used inside.
    Number(f64),
    /// A text.
    Text(String),
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Number(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Value::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(value)
    }
}

/// Rows with named columns and units. Clones share the rows.
#[derive(Clone)]
pub struct Table {
    handle: Handle,
    rows: usize,
    columns: Vec<(String, String)>,
    label: String,
    origin: String,
}

impl Table {
    pub(crate) fn decode(answer: &[u8]) -> Result<Table> {
        let mut reader = Reader::new(answer);
        Ok(Table {
            handle: Handle::adopt(reader.u64()?),
            rows: reader.count()?,
            columns: reader.sequence(|reader| Ok((reader.text()?, reader.text()?)))?,
            label: reader.text()?,
            origin: reader.text()?,
        })
    }

    pub(crate) fn ask(&self, operation: Operation, write: impl FnOnce(&mut Writer)) -> Result<Vec<u8>> {
        let mut writer = Writer::new();
        writer.u64(self.handle.number());
        write(&mut writer);
        seam::call(operation, writer)
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Name and unit of every column; the unit is empty for words, and `?` for computed numbers whose unit is not known.
    pub fn columns(&self) -> &[(String, String)] {
        &self.columns
    }

    /// What the rows are, with their origin.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// `measured`, `synthetic`, `measured (Source Data of Tong et al.)`: where the numbers come from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The rows in which `column` is `value`; numbers are compared with a relative tolerance of 1e-9.
    ///
    /// # Errors
    /// There is no such column, or it holds something else.
    pub fn only(&self, column: &str, value: impl Into<Value>) -> Result<Table> {
        let value = value.into();
        let answer = self.ask(Operation::FilterTable, |writer| match &value {
            Value::Number(number) => {
                writer.u8(0);
                writer.text(column);
                writer.f64(*number);
            }
            Value::Text(text) => {
                writer.u8(1);
                writer.text(column);
                writer.text(text);
            }
        })?;
        Table::decode(&answer)
    }

    /// The rows in which `low <= column <= high`.
    ///
    /// # Errors
    /// There is no such column of numbers.
    pub fn between(&self, column: &str, low: f64, high: f64) -> Result<Table> {
        let answer = self.ask(Operation::FilterTable, |writer| {
            writer.u8(2);
            writer.text(column);
            writer.f64(low);
            writer.f64(high);
        })?;
        Table::decode(&answer)
    }

    /// A column of numbers, not copied: a slice of the memory of the engine, in place while the table lives. A cell that
    /// uses the crate `ndarray` has an array of it without a copy as well: `ArrayView1::from(table.numbers("stress")?)`.
    ///
    /// # Errors
    /// There is no such column, or it does not hold numbers.
    pub fn numbers(&self, column: &str) -> Result<&[f64]> {
        self.handle.column(column).map_err(|error| {
            let known: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            error.with_remedy(format!("the columns are: {}", known.join(", ")))
        })
    }

    /// A column of texts.
    ///
    /// # Errors
    /// There is no such column, or it holds numbers.
    pub fn texts(&self, column: &str) -> Result<Vec<String>> {
        Ok(Reader::new(&self.ask(Operation::TextColumn, |writer| writer.text(column))?).texts()?)
    }

    /// The distinct values of a column of numbers, rising.
    ///
    /// # Errors
    /// There is no such column, or it does not hold numbers.
    pub fn distinct(&self, column: &str) -> Result<Vec<f64>> {
        Ok(Reader::new(&self.ask(Operation::DistinctValues, |writer| writer.text(column))?).f64s()?)
    }

    /// One column against another, with names, units, origin and provenance.
    ///
    /// # Errors
    /// There is no such column of numbers, or `x` falls somewhere: choose one curve first.
    pub fn curve(&self, x: &str, y: &str) -> Result<Curve> {
        let answer = self.ask(Operation::TableCurve, |writer| {
            writer.text(x);
            writer.text(y);
        })?;
        Ok(read_curve(&mut Reader::new(&answer))?)
    }

    /// The stretches of constant strain of one test, from the columns `time` and `strain`.
    ///
    /// # Errors
    /// There are no such columns, rows of several tests, or no hold.
    pub fn holds(&self) -> Result<Vec<Hold>> {
        let answer = self.ask(Operation::Holds, |_| {})?;
        let holds = Reader::new(&answer)
            .sequence(|reader| Ok(Hold { start: reader.f64()?, end: reader.f64()?, strain: reader.f64()? }))?;
        Ok(holds)
    }

    /// Reads the humps of all tests in the table, each with its errors; columns that are not measured tell the tests
    /// apart, and specimens of one condition are averaged in what is shown.
    ///
    /// # Errors
    /// There is no column `stress` or `time`, or no test has a second stage.
    pub fn observe(&self) -> Result<Observations> {
        self.observe_from(0.0)
    }

    /// As [`Table::observe`], without the samples of a stage before a dead time in s.
    ///
    /// # Errors
    /// As [`Table::observe`].
    pub fn observe_from(&self, dead_time: f64) -> Result<Observations> {
        let answer = self.ask(Operation::ObserveTable, |writer| writer.f64(dead_time))?;
        Ok(Observations::read(&mut Reader::new(&answer))?)
    }

    fn render(&self) -> Result<(String, String), Error> {
        let answer = self.ask(Operation::RenderTable, |_| {})?;
        let mut reader = Reader::new(&answer);
        Ok((reader.text()?, reader.text()?))
    }

    /// Shows the first rows as the value of a cell.
    pub fn evcxr_display(&self) {
        match self.render() {
            Ok((text, html)) => {
                let mut bundle = Bundle::new();
                bundle.text("text/plain", text);
                bundle.text("text/html", html);
                bundle.show_result();
            }
            Err(error) => eprintln!("cannot show the table: {error}"),
        }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.render() {
            Ok((text, _)) => f.write_str(&text),
            Err(error) => write!(f, "a table that cannot be shown: {error}"),
        }
    }
}
