//! Types of columns, options, errors.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum DataType {
    /// True or false.
    Boolean,
    /// Whole number, 8 bits, without sign.
    UInt8,
    /// Whole number, 16 bits, without sign.
    UInt16,
    /// Whole number, 32 bits, without sign.
    UInt32,
    /// Whole number, 64 bits, without sign.
    UInt64,
    /// Whole number, 8 bits.
    Int8,
    /// Whole number, 16 bits.
    Int16,
    /// Whole number, 32 bits.
    Int32,
    /// Whole number, 64 bits.
    Int64,
    /// Number, 32 bits.
    Float32,
    /// Number, 64 bits.
    Float64,
    /// Text.
    String,
    /// Bytes.
    Binary,
    /// Day.
    Date,
    /// Time of day.
    Time,
    /// A list in every row.
    List(Box<DataType>),
    /// Nothing.
    Null,
}

/// What can go wrong.
#[derive(Debug, Clone)]
pub struct PolarsError(());

impl fmt::Display for PolarsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

impl std::error::Error for PolarsError {}

impl From<std::io::Error> for PolarsError {
    fn from(error: std::io::Error) -> PolarsError {
        loop {}
    }
}

/// A value, or what went wrong.
pub type PolarsResult<T> = Result<T, PolarsError>;

/// A short text: a name. `"stress".into()` makes one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PlSmallStr(());

impl PlSmallStr {
    /// The text.
    pub fn as_str(&self) -> &str {
        loop {}
    }
    /// From a text.
    pub fn from_str(text: &str) -> PlSmallStr {
        loop {}
    }
}

impl Deref for PlSmallStr {
    type Target = str;
    fn deref(&self) -> &str {
        loop {}
    }
}

impl fmt::Display for PlSmallStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

impl AsRef<str> for PlSmallStr {
    fn as_ref(&self) -> &str {
        loop {}
    }
}

impl From<&str> for PlSmallStr {
    fn from(text: &str) -> PlSmallStr {
        loop {}
    }
}

impl From<String> for PlSmallStr {
    fn from(text: String) -> PlSmallStr {
        loop {}
    }
}

impl From<&String> for PlSmallStr {
    fn from(text: &String) -> PlSmallStr {
        loop {}
    }
}

impl From<&PlSmallStr> for PlSmallStr {
    fn from(text: &PlSmallStr) -> PlSmallStr {
        loop {}
    }
}

impl PartialEq<str> for PlSmallStr {
    fn eq(&self, other: &str) -> bool {
        loop {}
    }
}

/// One name, or several.
pub trait IntoVec<T> {
    /// Several.
    fn into_vec(self) -> Vec<T>;
}

impl<I, S> IntoVec<PlSmallStr> for I
where
    I: IntoIterator<Item = S>,
    S: Into<PlSmallStr>,
{
    fn into_vec(self) -> Vec<PlSmallStr> {
        loop {}
    }
}

/// A name with a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name.
    pub name: PlSmallStr,
    /// The type.
    pub dtype: DataType,
}

impl Field {
    /// A name with a type.
    pub fn new(name: PlSmallStr, dtype: DataType) -> Field {
        loop {}
    }
}

/// Names and types of columns.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Schema(());

impl Schema {
    /// Number of columns.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        loop {}
    }
    /// Type of a column.
    pub fn get(&self, name: &str) -> Option<&DataType> {
        loop {}
    }
    /// Names, in order.
    pub fn iter_names(&self) -> impl Iterator<Item = &PlSmallStr> {
        [].iter()
    }
}

impl FromIterator<Field> for Schema {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Schema {
        loop {}
    }
}

/// A schema that several hold.
pub type SchemaRef = Arc<Schema>;

/// How to sort one column.
#[derive(Clone, Debug, Default)]
pub struct SortOptions {
    /// Greatest first.
    pub descending: bool,
    /// Missing values last.
    pub nulls_last: bool,
    /// On all cores.
    pub multithreaded: bool,
    /// Equal values stay in order.
    pub maintain_order: bool,
    /// At most so many.
    pub limit: Option<u32>,
}

impl SortOptions {
    /// Greatest first.
    pub fn with_order_descending(self, enabled: bool) -> SortOptions {
        loop {}
    }
    /// Missing values last.
    pub fn with_nulls_last(self, enabled: bool) -> SortOptions {
        loop {}
    }
}

/// How to sort by several columns.
#[derive(Clone, Debug)]
pub struct SortMultipleOptions {
    /// Greatest first, by column.
    pub descending: Vec<bool>,
    /// Missing values last, by column.
    pub nulls_last: Vec<bool>,
    /// On all cores.
    pub multithreaded: bool,
    /// Equal rows stay in order.
    pub maintain_order: bool,
    /// At most so many.
    pub limit: Option<u32>,
}

impl Default for SortMultipleOptions {
    fn default() -> SortMultipleOptions {
        loop {}
    }
}

impl SortMultipleOptions {
    /// Least first.
    pub fn new() -> SortMultipleOptions {
        loop {}
    }
    /// Greatest first.
    pub fn with_order_descending(self, descending: bool) -> SortMultipleOptions {
        loop {}
    }
    /// Greatest first, by column.
    pub fn with_order_descending_multi(self, descending: impl IntoIterator<Item = bool>) -> SortMultipleOptions {
        loop {}
    }
    /// Missing values last.
    pub fn with_nulls_last(self, enabled: bool) -> SortMultipleOptions {
        loop {}
    }
    /// Equal rows stay in order.
    pub fn with_maintain_order(self, enabled: bool) -> SortMultipleOptions {
        loop {}
    }
}

/// Which of equal rows to keep.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum UniqueKeepStrategy {
    /// The first.
    First,
    /// The last.
    Last,
    /// None.
    None,
    /// One of them.
    #[default]
    Any,
}

/// From where to fill in what is missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FillNullStrategy {
    /// From below, at most so far.
    Backward(Option<u32>),
    /// From above, at most so far.
    Forward(Option<u32>),
    /// The mean.
    Mean,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// Zero.
    Zero,
    /// One.
    One,
}

/// How a quantile is read between two values.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum QuantileMethod {
    /// The nearer one.
    #[default]
    Nearest,
    /// The lower one.
    Lower,
    /// The higher one.
    Higher,
    /// Halfway.
    Midpoint,
    /// On the line between them.
    Linear,
    /// Equiprobable.
    Equiprobable,
}

/// How a half is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum RoundMode {
    /// To the even neighbour.
    #[default]
    HalfToEven,
    /// Away from zero.
    HalfAwayFromZero,
    /// Towards zero.
    ToZero,
}

/// Which rows a join keeps.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum JoinType {
    /// In both.
    #[default]
    Inner,
    /// All of the left frame.
    Left,
    /// All of the right frame.
    Right,
    /// All of both.
    Full,
    /// Every row with every row.
    Cross,
}

/// Whether key columns of a join become one.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum JoinCoalesce {
    /// As suits the join.
    #[default]
    JoinSpecific,
    /// They become one.
    CoalesceColumns,
    /// They stay two.
    KeepColumns,
}

/// How to join.
#[derive(Clone, Debug, Default)]
pub struct JoinArgs {
    /// Which rows are kept.
    pub how: JoinType,
}

impl JoinArgs {
    /// With everything else as usual.
    pub fn new(how: JoinType) -> JoinArgs {
        loop {}
    }
    /// Whether key columns become one.
    pub fn with_coalesce(self, coalesce: JoinCoalesce) -> JoinArgs {
        loop {}
    }
    /// Put behind names that both frames have.
    pub fn with_suffix(self, suffix: Option<PlSmallStr>) -> JoinArgs {
        loop {}
    }
}

/// More about a join.
pub struct JoinTypeOptions(());

/// How frames are put one below the other.
#[derive(Clone, Copy, Debug)]
pub struct UnionArgs {
    /// On all cores.
    pub parallel: bool,
    /// In one piece of memory.
    pub rechunk: bool,
    /// Types that differ are made one.
    pub to_supertypes: bool,
}

impl Default for UnionArgs {
    fn default() -> UnionArgs {
        loop {}
    }
}

/// A choice of columns.
#[derive(Clone, Debug)]
pub struct Selector(());
