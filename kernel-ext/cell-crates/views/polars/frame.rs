//! Frames: columns of one length, in memory.

use crate::column::{AnyValue, BooleanChunked, Column, Series};
use crate::lazy::LazyFrame;
use crate::values::{
    DataType, FillNullStrategy, JoinArgs, JoinType, JoinTypeOptions, PlSmallStr, PolarsResult, Schema, SchemaRef,
    SortMultipleOptions, UniqueKeepStrategy,
};

/// Columns of one length, each with a name and a type.
#[derive(Clone, Debug, Default)]
pub struct DataFrame(());

impl DataFrame {
    /// From columns of this length.
    pub fn new(height: usize, columns: Vec<Column>) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// From columns of one length.
    pub fn new_infer_height(columns: Vec<Column>) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// Without columns and rows.
    pub fn empty() -> DataFrame {
        loop {}
    }
    /// Without rows.
    pub fn empty_with_schema(schema: &Schema) -> DataFrame {
        loop {}
    }
    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        loop {}
    }
    /// Number of rows.
    pub fn height(&self) -> usize {
        loop {}
    }
    /// Number of columns.
    pub fn width(&self) -> usize {
        loop {}
    }
    /// The columns.
    pub fn columns(&self) -> &[Column] {
        loop {}
    }
    /// The columns, taken out.
    pub fn into_columns(self) -> Vec<Column> {
        loop {}
    }
    /// A column by name.
    pub fn column(&self, name: &str) -> PolarsResult<&Column> {
        loop {}
    }
    /// The names of the columns.
    pub fn get_column_names(&self) -> Vec<&PlSmallStr> {
        loop {}
    }
    /// The names of the columns, copied.
    pub fn get_column_names_owned(&self) -> Vec<PlSmallStr> {
        loop {}
    }
    /// The place of a column.
    pub fn get_column_index(&self, name: &str) -> Option<usize> {
        loop {}
    }
    /// A row.
    pub fn get(&self, row: usize) -> Option<Vec<AnyValue<'_>>> {
        loop {}
    }
    /// A column by its place.
    pub fn select_at_idx(&self, place: usize) -> Option<&Column> {
        loop {}
    }
    /// The types of the columns.
    pub fn dtypes(&self) -> Vec<DataType> {
        loop {}
    }
    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        loop {}
    }
    /// Memory, in bytes.
    pub fn estimated_size(&self) -> usize {
        loop {}
    }
    /// Only these columns.
    pub fn select<I: IntoIterator<Item = S>, S: Into<PlSmallStr>>(&self, names: I) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// Without this column.
    pub fn drop(&self, name: &str) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// Without rows in which something is missing.
    pub fn drop_nulls<S>(&self, subset: Option<&[S]>) -> PolarsResult<DataFrame>
    where
        for<'a> &'a S: Into<PlSmallStr>,
    {
        loop {}
    }
    /// The rows for which the mask is true.
    pub fn filter(&self, mask: &BooleanChunked) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// Rows from `offset` on; negative offsets count from the end.
    pub fn slice(&self, offset: i64, length: usize) -> DataFrame {
        loop {}
    }
    /// The first rows, 10 if not said.
    pub fn head(&self, length: Option<usize>) -> DataFrame {
        loop {}
    }
    /// The last rows, 10 if not said.
    pub fn tail(&self, length: Option<usize>) -> DataFrame {
        loop {}
    }
    /// The rows in order of these columns.
    pub fn sort(
        &self,
        by: impl IntoIterator<Item = impl AsRef<str>>,
        options: SortMultipleOptions,
    ) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// Last row first.
    pub fn reverse(&self) -> DataFrame {
        loop {}
    }
    /// Rows moved down; what comes in is missing.
    pub fn shift(&self, periods: i64) -> DataFrame {
        loop {}
    }
    /// What is missing is filled in.
    pub fn fill_null(&self, strategy: FillNullStrategy) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// How much is missing, by column.
    pub fn null_count(&self) -> DataFrame {
        loop {}
    }
    /// Another frame's rows below.
    pub fn vstack(&self, other: &DataFrame) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// More columns beside.
    pub fn hstack(&self, columns: &[Column]) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// Adds or replaces a column.
    pub fn with_column(&mut self, column: Column) -> PolarsResult<&mut DataFrame> {
        loop {}
    }
    /// Adds a column that counts the rows.
    pub fn with_row_index(&self, name: PlSmallStr, offset: Option<u32>) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// Gives a column another name.
    pub fn rename(&mut self, column: &str, name: PlSmallStr) -> PolarsResult<&mut DataFrame> {
        loop {}
    }
    /// Distinct rows, in the order in which they came first.
    pub fn unique_stable(
        &self,
        subset: Option<&[String]>,
        keep: UniqueKeepStrategy,
        slice: Option<(i64, usize)>,
    ) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// One frame for each value of these columns.
    pub fn partition_by<I: IntoIterator<Item = S>, S: Into<PlSmallStr>>(
        &self,
        columns: I,
        include_key: bool,
    ) -> PolarsResult<Vec<DataFrame>> {
        loop {}
    }
    /// Whether two frames are equal; missing values are not.
    pub fn equals(&self, other: &DataFrame) -> bool {
        loop {}
    }
    /// Whether two frames are equal, missing values too.
    pub fn equals_missing(&self, other: &DataFrame) -> bool {
        loop {}
    }
    /// All columns as series.
    pub fn materialized_column_iter(&self) -> impl ExactSizeIterator<Item = &Series> {
        [].iter()
    }
}

/// From a frame to a lazy one.
pub trait IntoLazy {
    /// Steps that follow are planned, and done by `collect`.
    fn lazy(self) -> LazyFrame;
}

impl IntoLazy for DataFrame {
    fn lazy(self) -> LazyFrame {
        loop {}
    }
}

/// Joins of frames in memory.
pub trait DataFrameJoinOps {
    /// Rows of both frames side by side where the columns agree.
    fn join(
        &self,
        other: &DataFrame,
        left_on: impl IntoIterator<Item = impl AsRef<str>>,
        right_on: impl IntoIterator<Item = impl AsRef<str>>,
        args: JoinArgs,
        options: Option<JoinTypeOptions>,
    ) -> PolarsResult<DataFrame>;
    /// Rows that are in both.
    fn inner_join(
        &self,
        other: &DataFrame,
        left_on: impl IntoIterator<Item = impl AsRef<str>>,
        right_on: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> PolarsResult<DataFrame>;
    /// All rows of this frame, with what the other has for them.
    fn left_join(
        &self,
        other: &DataFrame,
        left_on: impl IntoIterator<Item = impl AsRef<str>>,
        right_on: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> PolarsResult<DataFrame>;
}

impl DataFrameJoinOps for DataFrame {
    fn join(
        &self,
        other: &DataFrame,
        left_on: impl IntoIterator<Item = impl AsRef<str>>,
        right_on: impl IntoIterator<Item = impl AsRef<str>>,
        args: JoinArgs,
        options: Option<JoinTypeOptions>,
    ) -> PolarsResult<DataFrame> {
        loop {}
    }
    fn inner_join(
        &self,
        other: &DataFrame,
        left_on: impl IntoIterator<Item = impl AsRef<str>>,
        right_on: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> PolarsResult<DataFrame> {
        loop {}
    }
    fn left_join(
        &self,
        other: &DataFrame,
        left_on: impl IntoIterator<Item = impl AsRef<str>>,
        right_on: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> PolarsResult<DataFrame> {
        loop {}
    }
}

impl From<JoinType> for JoinArgs {
    fn from(how: JoinType) -> JoinArgs {
        loop {}
    }
}
