//! From a table of `kovacs` to a frame, and from a frame to a curve that `kovacs` draws.

use kovacs::prelude::{Curve, Table};
use kovacs::{Error, Result};
use kovacs_cell_crates::polars::prelude::{Column, DataFrame, DataType};

/// A frame from a table.
pub trait IntoFrame {
    /// All columns of the table, numbers in the units used inside (s, K, MPa).
    ///
    /// # Errors
    /// A column cannot be read.
    fn df(&self) -> Result<DataFrame>;
}

impl IntoFrame for Table {
    fn df(&self) -> Result<DataFrame> {
        let columns = self.columns().iter().map(|(name, unit)| {
            // Words have no unit; numbers without dimension have one, `1`.
            let column = if unit.is_empty() {
                Column::new(name.into(), self.texts(name)?)
            } else {
                Column::new(name.into(), self.numbers(name)?)
            };
            Ok(column)
        });
        let columns = columns.collect::<Result<Vec<Column>>>()?;
        DataFrame::new(self.rows(), columns).map_err(|error| Error::new("NoFrame", error.to_string()))
    }
}

/// Curves from a frame.
pub trait ToCurve {
    /// One column of numbers against another, to be drawn. Rows in which either is missing are left out.
    ///
    /// # Errors
    /// There is no such column of numbers, or `x` falls somewhere.
    fn curve(&self, x: &str, y: &str) -> Result<Curve>;
}

impl ToCurve for DataFrame {
    fn curve(&self, x: &str, y: &str) -> Result<Curve> {
        let (xs, ys) = (numbers(self, x)?, numbers(self, y)?);
        let (xs, ys) = xs.into_iter().zip(ys).filter_map(|(x, y)| x.zip(y)).unzip();
        let curve = Curve::new(y, xs, ys).map_err(|error| {
            Error::new("NoCurve", format!("`{y}` against `{x}`: {error}"))
                .with_remedy(format!("sort by `{x}` and choose the rows of one curve first"))
        })?;
        Ok(curve.x_axis(x, "").y_axis(y, ""))
    }
}

fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<Option<f64>>> {
    let column = frame.column(name).and_then(|column| column.cast(&DataType::Float64));
    let column = column.map_err(|error| {
        let known: Vec<&str> = frame.get_column_names().iter().map(|name| name.as_str()).collect();
        Error::new("NoColumn", format!("`{name}`: {error}"))
            .with_remedy(format!("the columns are: {}", known.join(", ")))
    })?;
    let numbers = column.f64().map_err(|error| Error::new("NoColumn", error.to_string()))?;
    Ok(numbers.iter().collect())
}
