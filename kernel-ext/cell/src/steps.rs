//! Tables from tables: what cells ask for, done by the crate that knows.

use crate::objects::objects;
use crate::operations::data_error;
use kovacs::query::{Statistic as Asked, Step};
use kovacs::{Error, Result};
use kovacs_datasets::{Aggregate, JoinKind, Statistic, Table};

/// Does one step.
pub(crate) fn transform(table: &Table, step: Step) -> Result<Table> {
    match &step {
        Step::Select(columns) => table.select(&words(columns)),
        Step::Rename(from, to) => table.rename(from, to),
        Step::Filter(condition) => table.filter(condition),
        Step::Sort(by, false) => table.sort(&words(by)),
        Step::Sort(by, true) => table.sort_descending(&words(by)),
        Step::Unique(columns) => table.unique(&words(columns)),
        Step::Head(count) => table.head(*count),
        Step::Tail(count) => table.tail(*count),
        Step::Column(name, expression, unit) => table.with_column(name, expression, unit.as_deref()),
        Step::Aggregate(by, asked) => {
            let aggregates: Vec<Aggregate> = asked.iter().map(aggregate).collect::<Result<_>>()?;
            table.aggregate(&words(by), &aggregates)
        }
        Step::Count(by) => table.count_rows(&words(by)),
        Step::Join(other, on, all) => {
            let kind = if *all { JoinKind::Left } else { JoinKind::Inner };
            table.join(&*objects().table(*other)?, &words(on), kind)
        }
        Step::Stack(other) => Table::stack(&[table.clone(), Table::clone(&*objects().table(*other)?)]),
    }
    .map_err(data_error)
}

fn words(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn aggregate((column, asked): &(String, Asked)) -> Result<Aggregate> {
    let statistic = match asked {
        Asked::Quantile(part) => Statistic::Quantile(*part),
        Asked::Named(word) => Statistic::from_word(word).ok_or_else(|| {
            Error::new("UnknownStatistic", format!("there is no statistic `{word}`")).with_remedy(
                "the statistics are mean, std, min, max, sum, count, first, last and median; `quantile` is a method",
            )
        })?,
    };
    Ok(Aggregate::new(column, statistic))
}
