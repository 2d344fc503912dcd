//! Columns, series, and the arrays of one type that they hold.

use crate::frame::DataFrame;
use crate::values::{DataType, PlSmallStr, PolarsResult, SortOptions};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A column of a frame.
#[derive(Clone, Debug)]
pub struct Column(());

/// A named array of any type.
#[derive(Clone)]
pub struct Series(());

/// Methods that columns and series have in common.
macro_rules! common {
    ($($kind:ident),*) => {$(
        impl $kind {
            /// The name.
            pub fn name(&self) -> &PlSmallStr {
                loop {}
            }
            /// Number of rows.
            pub fn len(&self) -> usize {
                loop {}
            }
            /// Whether there are no rows.
            pub fn is_empty(&self) -> bool {
                loop {}
            }
            /// The type.
            pub fn dtype(&self) -> &DataType {
                loop {}
            }
            /// Number of missing values.
            pub fn null_count(&self) -> usize {
                loop {}
            }
            /// A value.
            pub fn get(&self, row: usize) -> PolarsResult<AnyValue<'_>> {
                loop {}
            }
            /// The numbers, if they are of 64 bits.
            pub fn f64(&self) -> PolarsResult<&Float64Chunked> {
                loop {}
            }
            /// The numbers, if they are of 32 bits.
            pub fn f32(&self) -> PolarsResult<&Float32Chunked> {
                loop {}
            }
            /// The whole numbers, if they are of 64 bits.
            pub fn i64(&self) -> PolarsResult<&Int64Chunked> {
                loop {}
            }
            /// The whole numbers, if they are of 32 bits.
            pub fn i32(&self) -> PolarsResult<&Int32Chunked> {
                loop {}
            }
            /// The whole numbers, if they are of 64 bits without sign.
            pub fn u64(&self) -> PolarsResult<&UInt64Chunked> {
                loop {}
            }
            /// The whole numbers, if they are of 32 bits without sign.
            pub fn u32(&self) -> PolarsResult<&UInt32Chunked> {
                loop {}
            }
            /// The truths, if they are such.
            pub fn bool(&self) -> PolarsResult<&BooleanChunked> {
                loop {}
            }
            /// The texts, if they are such.
            pub fn str(&self) -> PolarsResult<&StringChunked> {
                loop {}
            }
            /// As another type; what does not fit is missing.
            pub fn cast(&self, dtype: &DataType) -> PolarsResult<$kind> {
                loop {}
            }
            /// The first rows.
            pub fn head(&self, length: Option<usize>) -> $kind {
                loop {}
            }
            /// The last rows.
            pub fn tail(&self, length: Option<usize>) -> $kind {
                loop {}
            }
            /// Rows from `offset` on.
            pub fn slice(&self, offset: i64, length: usize) -> $kind {
                loop {}
            }
            /// Last row first.
            pub fn reverse(&self) -> $kind {
                loop {}
            }
            /// The rows for which the mask is true.
            pub fn filter(&self, mask: &BooleanChunked) -> PolarsResult<$kind> {
                loop {}
            }
            /// Distinct values.
            pub fn unique(&self) -> PolarsResult<$kind> {
                loop {}
            }
            /// Number of distinct values.
            pub fn n_unique(&self) -> PolarsResult<usize> {
                loop {}
            }
            /// Without missing values.
            pub fn drop_nulls(&self) -> $kind {
                loop {}
            }
            /// Where values are missing.
            pub fn is_null(&self) -> BooleanChunked {
                loop {}
            }
            /// With another name.
            pub fn with_name(self, name: PlSmallStr) -> $kind {
                loop {}
            }
        }
    )*};
}

common!(Column, Series);

impl Column {
    /// A named column from values.
    pub fn new<T, P: ?Sized>(name: PlSmallStr, values: T) -> Column
    where
        Series: NamedFrom<T, P>,
    {
        loop {}
    }
    /// The series behind the column.
    pub fn as_materialized_series(&self) -> &Series {
        loop {}
    }
    /// The series behind the column, taken out.
    pub fn take_materialized_series(self) -> Series {
        loop {}
    }
}

impl From<Series> for Column {
    fn from(series: Series) -> Column {
        loop {}
    }
}

impl Series {
    /// Sorted.
    pub fn sort(&self, options: SortOptions) -> PolarsResult<Series> {
        loop {}
    }
    /// Sum.
    pub fn sum<T>(&self) -> PolarsResult<T> {
        loop {}
    }
    /// Least value.
    pub fn min<T>(&self) -> PolarsResult<Option<T>> {
        loop {}
    }
    /// Greatest value.
    pub fn max<T>(&self) -> PolarsResult<Option<T>> {
        loop {}
    }
    /// Mean.
    pub fn mean(&self) -> Option<f64> {
        loop {}
    }
    /// Median.
    pub fn median(&self) -> Option<f64> {
        loop {}
    }
    /// Standard deviation, with n − ddof in the denominator.
    pub fn std(&self, ddof: u8) -> Option<f64> {
        loop {}
    }
    /// A value as text.
    pub fn str_value(&self, row: usize) -> PolarsResult<Cow<'_, str>> {
        loop {}
    }
    /// A frame of this series alone.
    pub fn into_frame(self) -> DataFrame {
        loop {}
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

/// Something with a name from values: `Series::new("x".into(), [1.0, 2.0])`.
pub trait NamedFrom<T, P: ?Sized> {
    /// From values.
    fn new(name: PlSmallStr, values: T) -> Self;
}

/// Stands for the kind of values.
pub struct Values(());

impl<T> NamedFrom<T, Values> for Series {
    fn new(name: PlSmallStr, values: T) -> Series {
        loop {}
    }
}

/// From an array of one type to a series.
pub trait IntoSeries {
    /// The series.
    fn into_series(self) -> Series;
}

/// From a series to a column.
pub trait IntoColumn {
    /// The column.
    fn into_column(self) -> Column;
}

impl IntoColumn for Series {
    fn into_column(self) -> Column {
        loop {}
    }
}

impl<T: PolarsDataType> IntoSeries for ChunkedArray<T> {
    fn into_series(self) -> Series {
        loop {}
    }
}

impl<T: PolarsDataType> IntoColumn for ChunkedArray<T> {
    fn into_column(self) -> Column {
        loop {}
    }
}

/// A kind of values.
pub trait PolarsDataType {
    /// One of them.
    type Physical<'a>;
    /// One of them, owned.
    type Native;
}

/// An array of one type, some values of which may be missing.
pub struct ChunkedArray<T: PolarsDataType>(PhantomData<T>);

impl<T: PolarsDataType> Clone for ChunkedArray<T> {
    fn clone(&self) -> Self {
        loop {}
    }
}

impl<T: PolarsDataType> fmt::Debug for ChunkedArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

/// Kinds of values, and the arrays of them.
macro_rules! kinds {
    ($($(#[$document:meta])* $kind:ident $array:ident $physical:ty, $native:ty;)*) => {$(
        #[doc(hidden)]
        #[derive(Clone, Copy, Debug)]
        pub struct $kind(());

        impl PolarsDataType for $kind {
            type Physical<'a> = $physical;
            type Native = $native;
        }

        $(#[$document])*
        pub type $array = ChunkedArray<$kind>;
    )*};
}

kinds! {
    /// Numbers of 64 bits.
    Float64Type Float64Chunked f64, f64;
    /// Numbers of 32 bits.
    Float32Type Float32Chunked f32, f32;
    /// Whole numbers of 64 bits.
    Int64Type Int64Chunked i64, i64;
    /// Whole numbers of 32 bits.
    Int32Type Int32Chunked i32, i32;
    /// Whole numbers of 64 bits without sign.
    UInt64Type UInt64Chunked u64, u64;
    /// Whole numbers of 32 bits without sign.
    UInt32Type UInt32Chunked u32, u32;
    /// Truths.
    BooleanType BooleanChunked bool, bool;
    /// Texts.
    StringType StringChunked &'a str, String;
}

impl<T: PolarsDataType> ChunkedArray<T> {
    /// The name.
    pub fn name(&self) -> &PlSmallStr {
        loop {}
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        loop {}
    }
    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        loop {}
    }
    /// Number of missing values.
    pub fn null_count(&self) -> usize {
        loop {}
    }
    /// A value, if it is there.
    pub fn get(&self, row: usize) -> Option<T::Physical<'_>> {
        loop {}
    }
    /// All values, missing ones as `None`.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Option<T::Physical<'_>>> + ExactSizeIterator {
        Vec::new().into_iter()
    }
    /// All values; none may be missing.
    pub fn no_null_iter(&self) -> impl DoubleEndedIterator<Item = T::Physical<'_>> + ExactSizeIterator {
        Vec::new().into_iter()
    }
    /// Without missing values.
    pub fn drop_nulls(&self) -> ChunkedArray<T> {
        loop {}
    }
}

/// Methods of numbers.
macro_rules! numbers {
    ($($array:ident $native:ty),*) => {$(
        impl $array {
            /// All values; none may be missing.
            pub fn into_no_null_iter(&self) -> impl DoubleEndedIterator<Item = $native> + ExactSizeIterator + Clone {
                Vec::new().into_iter()
            }
            /// The values in memory, if none is missing and they lie in one piece.
            pub fn cont_slice(&self) -> PolarsResult<&[$native]> {
                loop {}
            }
            /// From values, of which some may be missing.
            pub fn from_slice(name: PlSmallStr, values: &[$native]) -> $array {
                loop {}
            }
        }

        impl ChunkAgg<$native> for $array {}
    )*};
}

numbers!(Float64Chunked f64, Float32Chunked f32, Int64Chunked i64, Int32Chunked i32, UInt64Chunked u64, UInt32Chunked u32);

/// What is computed of all values of an array.
pub trait ChunkAgg<T> {
    /// Sum.
    fn sum(&self) -> Option<T> {
        loop {}
    }
    /// Least value.
    fn min(&self) -> Option<T> {
        loop {}
    }
    /// Greatest value.
    fn max(&self) -> Option<T> {
        loop {}
    }
    /// Mean.
    fn mean(&self) -> Option<f64> {
        loop {}
    }
}

/// Comparison with a number, row by row.
pub trait ChunkCompareIneq<Rhs> {
    /// The truths.
    type Item;
    /// Greater.
    fn gt(&self, other: Rhs) -> Self::Item;
    /// Greater or equal.
    fn gt_eq(&self, other: Rhs) -> Self::Item;
    /// Less.
    fn lt(&self, other: Rhs) -> Self::Item;
    /// Less or equal.
    fn lt_eq(&self, other: Rhs) -> Self::Item;
}

macro_rules! compared {
    ($($array:ident),*) => {$(
        impl<N> ChunkCompareIneq<N> for $array {
            type Item = BooleanChunked;
            fn gt(&self, other: N) -> BooleanChunked {
                loop {}
            }
            fn gt_eq(&self, other: N) -> BooleanChunked {
                loop {}
            }
            fn lt(&self, other: N) -> BooleanChunked {
                loop {}
            }
            fn lt_eq(&self, other: N) -> BooleanChunked {
                loop {}
            }
        }
    )*};
}

compared!(Float64Chunked, Float32Chunked, Int64Chunked, Int32Chunked, UInt64Chunked, UInt32Chunked);

/// A value of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyValue<'a> {
    /// Missing.
    Null,
    /// True or false.
    Boolean(bool),
    /// Text.
    String(&'a str),
    /// Whole number.
    Int32(i32),
    /// Whole number.
    Int64(i64),
    /// Whole number.
    UInt32(u32),
    /// Whole number.
    UInt64(u64),
    /// Number.
    Float32(f32),
    /// Number.
    Float64(f64),
}

impl AnyValue<'_> {
    /// The number, if it fits.
    pub fn extract<T>(&self) -> Option<T> {
        loop {}
    }
    /// The text, if it is one.
    pub fn get_str(&self) -> Option<&str> {
        loop {}
    }
    /// Whether it is missing.
    pub fn is_null(&self) -> bool {
        loop {}
    }
}

impl fmt::Display for AnyValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

impl From<Column> for Series {
    fn from(column: Column) -> Series {
        loop {}
    }
}
