//! Expressions: what is computed of columns.

use crate::values::{
    DataType, FillNullStrategy, PlSmallStr, PolarsResult, QuantileMethod, RoundMode, Selector, SortMultipleOptions,
    SortOptions,
};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// Something to be computed of columns: `col("stress").mean()`.
#[derive(Clone)]
pub struct Expr(());

/// Methods that take nothing and give an expression.
macro_rules! plain {
    ($($(#[$document:meta])* $name:ident),* $(,)?) => {
        impl Expr {$(
            $(#[$document])*
            pub fn $name(self) -> Expr {
                loop {}
            }
        )*}
    };
}

/// Methods that take another expression and give one.
macro_rules! with_other {
    ($($(#[$document:meta])* $name:ident),* $(,)?) => {
        impl Expr {$(
            $(#[$document])*
            pub fn $name<E: Into<Expr>>(self, other: E) -> Expr {
                loop {}
            }
        )*}
    };
}

plain! {
    /// Sum.
    sum,
    /// Arithmetic mean.
    mean,
    /// Median.
    median,
    /// Least value.
    min,
    /// Greatest value.
    max,
    /// Product.
    product,
    /// Number of values that are there.
    count,
    /// Number of rows.
    len,
    /// Number of distinct values.
    n_unique,
    /// First value.
    first,
    /// Last value.
    last,
    /// Distinct values.
    unique,
    /// Distinct values, in the order in which they came first.
    unique_stable,
    /// Place of the least value.
    arg_min,
    /// Place of the greatest value.
    arg_max,
    /// Last value first.
    reverse,
    /// Whether the value is missing.
    is_null,
    /// Whether the value is there.
    is_not_null,
    /// Whether the value is not a number.
    is_nan,
    /// Whether the value is a number.
    is_not_nan,
    /// Whether the value is finite.
    is_finite,
    /// Whether the value is infinite.
    is_infinite,
    /// Without missing values.
    drop_nulls,
    /// Without what is not a number.
    drop_nans,
    /// Number of missing values.
    null_count,
    /// Whether anything is missing.
    has_nulls,
    /// Exponential.
    exp,
    /// Logarithm of one plus the value.
    log1p,
    /// Square root.
    sqrt,
    /// Cube root.
    cbrt,
    /// Sine.
    sin,
    /// Cosine.
    cos,
    /// Tangent.
    tan,
    /// Hyperbolic tangent.
    tanh,
    /// Absolute value.
    abs,
    /// Sign.
    sign,
    /// Next whole number below.
    floor,
    /// Next whole number above.
    ceil,
    /// Logical opposite.
    not,
}

with_other! {
    /// Equal.
    eq,
    /// Not equal.
    neq,
    /// Less.
    lt,
    /// Less or equal.
    lt_eq,
    /// Greater.
    gt,
    /// Greater or equal.
    gt_eq,
    /// Both.
    and,
    /// Either.
    or,
    /// One but not both.
    xor,
    /// Only values for which this is true.
    filter,
    /// What is missing is filled in.
    fill_null,
    /// What is not a number is filled in.
    fill_nan,
    /// Power.
    pow,
    /// Sum of products.
    dot,
}

impl Expr {
    /// Another name for the result.
    pub fn alias<S: Into<PlSmallStr>>(self, name: S) -> Expr {
        loop {}
    }
    /// Another type.
    pub fn cast(self, dtype: DataType) -> Expr {
        loop {}
    }
    /// Standard deviation, with n − ddof in the denominator.
    pub fn std(self, ddof: u8) -> Expr {
        loop {}
    }
    /// Variance, with n − ddof in the denominator.
    pub fn var(self, ddof: u8) -> Expr {
        loop {}
    }
    /// Quantile.
    pub fn quantile(self, quantile: Expr, method: QuantileMethod) -> Expr {
        loop {}
    }
    /// The first values.
    pub fn head(self, length: Option<usize>) -> Expr {
        loop {}
    }
    /// The last values.
    pub fn tail(self, length: Option<usize>) -> Expr {
        loop {}
    }
    /// Sorted.
    pub fn sort(self, options: SortOptions) -> Expr {
        loop {}
    }
    /// In the order of something else.
    pub fn sort_by<E: AsRef<[I]>, I: Into<Expr> + Clone>(self, by: E, options: SortMultipleOptions) -> Expr {
        loop {}
    }
    /// Moved down.
    pub fn shift(self, n: Expr) -> Expr {
        loop {}
    }
    /// Computed within groups of these columns, one value a row.
    pub fn over<E: AsRef<[I]>, I: Into<Expr> + Clone>(self, partition_by: E) -> PolarsResult<Expr> {
        loop {}
    }
    /// What is missing is filled in from its neighbours.
    pub fn fill_null_with_strategy(self, strategy: FillNullStrategy) -> Expr {
        loop {}
    }
    /// Whether the value is in the other column.
    pub fn is_in<E: Into<Expr>>(self, other: E, nulls_equal: bool) -> Expr {
        loop {}
    }
    /// Running sum.
    pub fn cum_sum(self, reverse: bool) -> Expr {
        loop {}
    }
    /// Running product.
    pub fn cum_prod(self, reverse: bool) -> Expr {
        loop {}
    }
    /// Running minimum.
    pub fn cum_min(self, reverse: bool) -> Expr {
        loop {}
    }
    /// Running maximum.
    pub fn cum_max(self, reverse: bool) -> Expr {
        loop {}
    }
    /// Running number.
    pub fn cum_count(self, reverse: bool) -> Expr {
        loop {}
    }
    /// Rounded.
    pub fn round(self, decimals: u32, mode: RoundMode) -> Expr {
        loop {}
    }
    /// Rounded to this many digits.
    pub fn round_sig_figs(self, digits: i32) -> Expr {
        loop {}
    }
    /// Kept within bounds.
    pub fn clip(self, min: Expr, max: Expr) -> Expr {
        loop {}
    }
    /// Logarithm to a base.
    pub fn log(self, base: Expr) -> Expr {
        loop {}
    }
    /// Whether any value is true.
    pub fn any(self, ignore_nulls: bool) -> Expr {
        loop {}
    }
    /// Whether all values are true.
    pub fn all(self, ignore_nulls: bool) -> Expr {
        loop {}
    }
    /// Methods of texts.
    pub fn str(self) -> StringNameSpace {
        loop {}
    }
    /// Methods of names.
    pub fn name(self) -> ExprNameNameSpace {
        loop {}
    }
}

/// Methods of texts.
pub struct StringNameSpace(());

impl StringNameSpace {
    /// Whether the text has this in it.
    pub fn contains_literal(self, pattern: Expr) -> Expr {
        loop {}
    }
    /// Whether the text matches a regular expression.
    pub fn contains(self, pattern: Expr, strict: bool) -> Expr {
        loop {}
    }
    /// Whether the text begins so.
    pub fn starts_with(self, start: Expr) -> Expr {
        loop {}
    }
    /// Whether the text ends so.
    pub fn ends_with(self, end: Expr) -> Expr {
        loop {}
    }
    /// What a group of a regular expression matches.
    pub fn extract(self, pattern: Expr, group: usize) -> Expr {
        loop {}
    }
    /// Replaced once.
    pub fn replace(self, pattern: Expr, value: Expr, literal: bool) -> Expr {
        loop {}
    }
    /// Replaced everywhere.
    pub fn replace_all(self, pattern: Expr, value: Expr, literal: bool) -> Expr {
        loop {}
    }
    /// In small letters.
    pub fn to_lowercase(self) -> Expr {
        loop {}
    }
    /// In capitals.
    pub fn to_uppercase(self) -> Expr {
        loop {}
    }
    /// Number of characters.
    pub fn len_chars(self) -> Expr {
        loop {}
    }
    /// Without these characters at both ends.
    pub fn strip_chars(self, characters: Expr) -> Expr {
        loop {}
    }
}

/// Methods of names.
pub struct ExprNameNameSpace(());

impl ExprNameNameSpace {
    /// Put before the name.
    pub fn prefix(self, prefix: &str) -> Expr {
        loop {}
    }
    /// Put behind the name.
    pub fn suffix(self, suffix: &str) -> Expr {
        loop {}
    }
    /// The name before renaming.
    pub fn keep(self) -> Expr {
        loop {}
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident),*) => {$(
        impl $operator for Expr {
            type Output = Expr;
            fn $method(self, other: Expr) -> Expr {
                loop {}
            }
        }
    )*};
}

operators!(Add add, Sub sub, Mul mul, Div div, Rem rem);

/// Operators with numbers, and literals.
macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Expr {
            fn from(value: $number) -> Expr {
                loop {}
            }
        }
        impl Add<$number> for Expr {
            type Output = Expr;
            fn add(self, other: $number) -> Expr {
                loop {}
            }
        }
        impl Sub<$number> for Expr {
            type Output = Expr;
            fn sub(self, other: $number) -> Expr {
                loop {}
            }
        }
        impl Mul<$number> for Expr {
            type Output = Expr;
            fn mul(self, other: $number) -> Expr {
                loop {}
            }
        }
        impl Div<$number> for Expr {
            type Output = Expr;
            fn div(self, other: $number) -> Expr {
                loop {}
            }
        }
        impl Literal for $number {}
    )*};
}

numbers!(f64, f32, i32, i64, u32, u64);

impl Neg for Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        loop {}
    }
}

impl From<&str> for Expr {
    fn from(column: &str) -> Expr {
        loop {}
    }
}

impl From<bool> for Expr {
    fn from(value: bool) -> Expr {
        loop {}
    }
}

impl From<Selector> for Expr {
    fn from(columns: Selector) -> Expr {
        loop {}
    }
}

impl AsRef<[Expr]> for Expr {
    fn as_ref(&self) -> &[Expr] {
        loop {}
    }
}

/// What can stand for itself in an expression.
pub trait Literal {}

impl Literal for bool {}
impl Literal for &str {}
impl Literal for String {}
impl Literal for crate::column::Series {}

/// A column: `col("stress")`.
pub fn col<S: Into<PlSmallStr>>(name: S) -> Expr {
    loop {}
}

/// Several columns.
pub fn cols<I: IntoIterator<Item = S>, S: Into<PlSmallStr>>(names: I) -> Selector {
    loop {}
}

/// All columns.
pub fn all() -> Selector {
    loop {}
}

/// A value: `lit(300.0)`.
pub fn lit<L: Literal>(value: L) -> Expr {
    loop {}
}

/// Number of rows.
pub fn len() -> Expr {
    loop {}
}

/// A condition: `when(..).then(..).otherwise(..)`.
pub fn when<E: Into<Expr>>(condition: E) -> When {
    loop {}
}

/// Pearson's correlation.
pub fn pearson_corr(a: Expr, b: Expr) -> Expr {
    loop {}
}

/// Covariance.
pub fn cov(a: Expr, b: Expr, ddof: u8) -> Expr {
    loop {}
}

/// Texts one behind the other.
pub fn concat_str<E: AsRef<[Expr]>>(texts: E, separator: &str, ignore_nulls: bool) -> Expr {
    loop {}
}

/// The first value that is there.
pub fn coalesce(expressions: &[Expr]) -> Expr {
    loop {}
}

/// Greatest of several columns, row by row.
pub fn max_horizontal<E: AsRef<[Expr]>>(expressions: E) -> PolarsResult<Expr> {
    loop {}
}

/// Least of several columns, row by row.
pub fn min_horizontal<E: AsRef<[Expr]>>(expressions: E) -> PolarsResult<Expr> {
    loop {}
}

/// Sum of several columns, row by row.
pub fn sum_horizontal<E: AsRef<[Expr]>>(expressions: E, ignore_nulls: bool) -> PolarsResult<Expr> {
    loop {}
}

/// Mean of several columns, row by row.
pub fn mean_horizontal<E: AsRef<[Expr]>>(expressions: E, ignore_nulls: bool) -> PolarsResult<Expr> {
    loop {}
}

/// A condition without its consequence.
#[derive(Clone)]
pub struct When(());
/// A condition with its consequence.
#[derive(Clone)]
pub struct Then(());
/// Several conditions, the last without its consequence.
#[derive(Clone)]
pub struct ChainedWhen(());
/// Several conditions with their consequences.
#[derive(Clone)]
pub struct ChainedThen(());

impl When {
    /// What holds if the condition is true.
    pub fn then<E: Into<Expr>>(self, value: E) -> Then {
        loop {}
    }
}

impl Then {
    /// Another condition.
    pub fn when<E: Into<Expr>>(self, condition: E) -> ChainedWhen {
        loop {}
    }
    /// What holds otherwise.
    pub fn otherwise<E: Into<Expr>>(self, value: E) -> Expr {
        loop {}
    }
}

impl ChainedWhen {
    /// What holds if the condition is true.
    pub fn then<E: Into<Expr>>(self, value: E) -> ChainedThen {
        loop {}
    }
}

impl ChainedThen {
    /// Another condition.
    pub fn when<E: Into<Expr>>(self, condition: E) -> ChainedWhen {
        loop {}
    }
    /// What holds otherwise.
    pub fn otherwise<E: Into<Expr>>(self, value: E) -> Expr {
        loop {}
    }
}
