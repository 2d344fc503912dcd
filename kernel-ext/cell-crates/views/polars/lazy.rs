//! Lazy frames: a plan of steps, done by `collect`.

use crate::expression::Expr;
use crate::frame::DataFrame;
use crate::values::{
    IntoVec, JoinArgs, JoinCoalesce, JoinType, PlSmallStr, PolarsResult, QuantileMethod, Selector, SortMultipleOptions,
    UnionArgs, UniqueKeepStrategy,
};

/// A plan: what would be done to a frame.
#[derive(Clone)]
pub struct LazyFrame(());

/// Steps that take nothing and give a plan.
macro_rules! steps {
    ($($(#[$document:meta])* $name:ident),* $(,)?) => {
        impl LazyFrame {$(
            $(#[$document])*
            pub fn $name(self) -> LazyFrame {
                loop {}
            }
        )*}
    };
}

steps! {
    /// Greatest value of every column.
    max,
    /// Least value of every column.
    min,
    /// Sum of every column.
    sum,
    /// Mean of every column.
    mean,
    /// Median of every column.
    median,
    /// Number of values of every column.
    count,
    /// How much is missing, by column.
    null_count,
    /// The first row.
    first,
    /// The last row.
    last,
    /// Last row first.
    reverse,
    /// Computed once, however often it is used.
    cache,
}

impl LazyFrame {
    /// Does what is planned.
    pub fn collect(self) -> PolarsResult<DataFrame> {
        loop {}
    }
    /// The plan, in words.
    pub fn explain(&self, optimized: bool) -> PolarsResult<String> {
        loop {}
    }
    /// The rows for which an expression is true.
    pub fn filter(self, predicate: Expr) -> LazyFrame {
        loop {}
    }
    /// These columns, computed.
    pub fn select<E: AsRef<[Expr]>>(self, expressions: E) -> LazyFrame {
        loop {}
    }
    /// One more column.
    pub fn with_column(self, expression: Expr) -> LazyFrame {
        loop {}
    }
    /// More columns.
    pub fn with_columns<E: AsRef<[Expr]>>(self, expressions: E) -> LazyFrame {
        loop {}
    }
    /// A column that counts the rows.
    pub fn with_row_index<S: Into<PlSmallStr>>(self, name: S, offset: Option<u32>) -> LazyFrame {
        loop {}
    }
    /// Groups of rows with equal values; `agg` says what of them.
    pub fn group_by<E: AsRef<[I]>, I: Into<Expr> + Clone>(self, by: E) -> LazyGroupBy {
        loop {}
    }
    /// As `group_by`, the groups in the order in which they came first.
    pub fn group_by_stable<E: AsRef<[I]>, I: Into<Expr> + Clone>(self, by: E) -> LazyGroupBy {
        loop {}
    }
    /// In order of these columns.
    pub fn sort(self, by: impl IntoVec<PlSmallStr>, options: SortMultipleOptions) -> LazyFrame {
        loop {}
    }
    /// In order of these expressions.
    pub fn sort_by_exprs<E: AsRef<[Expr]>>(self, by: E, options: SortMultipleOptions) -> LazyFrame {
        loop {}
    }
    /// Other names for columns.
    pub fn rename<I, J, T, S>(self, existing: I, new: J, strict: bool) -> LazyFrame
    where
        I: IntoIterator<Item = T>,
        J: IntoIterator<Item = S>,
        T: AsRef<str>,
        S: AsRef<str>,
    {
        loop {}
    }
    /// Without these columns: `drop(cols(["a"]))`.
    pub fn drop(self, columns: Selector) -> LazyFrame {
        loop {}
    }
    /// Without rows in which something is missing.
    pub fn drop_nulls(self, subset: Option<Selector>) -> LazyFrame {
        loop {}
    }
    /// What is missing is filled in.
    pub fn fill_null<E: Into<Expr>>(self, value: E) -> LazyFrame {
        loop {}
    }
    /// What is not a number is filled in.
    pub fn fill_nan<E: Into<Expr>>(self, value: E) -> LazyFrame {
        loop {}
    }
    /// Rows moved down.
    pub fn shift<E: Into<Expr>>(self, n: E) -> LazyFrame {
        loop {}
    }
    /// Standard deviation of every column.
    pub fn std(self, ddof: u8) -> LazyFrame {
        loop {}
    }
    /// Variance of every column.
    pub fn var(self, ddof: u8) -> LazyFrame {
        loop {}
    }
    /// Quantile of every column.
    pub fn quantile(self, quantile: Expr, method: QuantileMethod) -> LazyFrame {
        loop {}
    }
    /// The first rows.
    pub fn limit(self, n: u32) -> LazyFrame {
        loop {}
    }
    /// The last rows.
    pub fn tail(self, n: u32) -> LazyFrame {
        loop {}
    }
    /// Rows from `offset` on.
    pub fn slice(self, offset: i64, length: u32) -> LazyFrame {
        loop {}
    }
    /// Distinct rows.
    pub fn unique(self, subset: Option<Selector>, keep: UniqueKeepStrategy) -> LazyFrame {
        loop {}
    }
    /// Rows of both frames side by side where the expressions agree.
    pub fn join<E: AsRef<[Expr]>>(self, other: LazyFrame, left_on: E, right_on: E, args: JoinArgs) -> LazyFrame {
        loop {}
    }
    /// A join, described step by step.
    pub fn join_builder(self) -> JoinBuilder {
        loop {}
    }
    /// Rows that are in both.
    pub fn inner_join<E: Into<Expr>>(self, other: LazyFrame, left_on: E, right_on: E) -> LazyFrame {
        loop {}
    }
    /// All rows of this frame, with what the other has for them.
    pub fn left_join<E: Into<Expr>>(self, other: LazyFrame, left_on: E, right_on: E) -> LazyFrame {
        loop {}
    }
    /// All rows of both.
    pub fn full_join<E: Into<Expr>>(self, other: LazyFrame, left_on: E, right_on: E) -> LazyFrame {
        loop {}
    }
    /// The rows that the other has too.
    pub fn semi_join<E: Into<Expr>>(self, other: LazyFrame, left_on: E, right_on: E) -> LazyFrame {
        loop {}
    }
    /// The rows that the other has not.
    pub fn anti_join<E: Into<Expr>>(self, other: LazyFrame, left_on: E, right_on: E) -> LazyFrame {
        loop {}
    }
    /// Every row with every row.
    pub fn cross_join(self, other: LazyFrame, suffix: Option<PlSmallStr>) -> LazyFrame {
        loop {}
    }
}

/// Groups of rows.
#[derive(Clone)]
pub struct LazyGroupBy(());

impl LazyGroupBy {
    /// One row for every group.
    pub fn agg<E: AsRef<[Expr]>>(self, aggregates: E) -> LazyFrame {
        loop {}
    }
    /// The first rows of every group.
    pub fn head(self, n: Option<usize>) -> LazyFrame {
        loop {}
    }
    /// The last rows of every group.
    pub fn tail(self, n: Option<usize>) -> LazyFrame {
        loop {}
    }
}

/// A join that is being described.
pub struct JoinBuilder(());

impl JoinBuilder {
    /// The other frame.
    pub fn with(self, other: LazyFrame) -> JoinBuilder {
        loop {}
    }
    /// Which rows are kept.
    pub fn how(self, how: JoinType) -> JoinBuilder {
        loop {}
    }
    /// What must agree, in both frames.
    pub fn on<E: AsRef<[Expr]>>(self, on: E) -> JoinBuilder {
        loop {}
    }
    /// What must agree, in the first frame.
    pub fn left_on<E: AsRef<[Expr]>>(self, on: E) -> JoinBuilder {
        loop {}
    }
    /// What must agree, in the other frame.
    pub fn right_on<E: AsRef<[Expr]>>(self, on: E) -> JoinBuilder {
        loop {}
    }
    /// Put behind names that both frames have.
    pub fn suffix<S: Into<PlSmallStr>>(self, suffix: S) -> JoinBuilder {
        loop {}
    }
    /// Whether key columns become one.
    pub fn coalesce(self, coalesce: JoinCoalesce) -> JoinBuilder {
        loop {}
    }
    /// The joined frame.
    pub fn finish(self) -> LazyFrame {
        loop {}
    }
}

/// Frames one below the other.
pub fn concat<L: AsRef<[LazyFrame]>>(inputs: L, args: UnionArgs) -> PolarsResult<LazyFrame> {
    loop {}
}

/// Frames with different columns one below the other.
pub fn concat_lf_diagonal<L: AsRef<[LazyFrame]>>(inputs: L, args: UnionArgs) -> PolarsResult<LazyFrame> {
    loop {}
}
