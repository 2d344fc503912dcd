//! Columns lent to numerical code: slices and ndarray views of the memory of the table, and a matrix, which is a copy.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::table::Table;
use crate::table_error::TableError;
use ndarray::{Array2, ArrayView1};

impl Table {
    /// The numbers of a column, in the unit of the column, without a copy.
    ///
    /// # Errors
    /// No number column has this name; it holds whole numbers, which are stored otherwise; or it has gaps, for which
    /// [`Table::column`] has NaN.
    pub fn slice(&self, name: &str) -> Result<&[f64], DatasetError> {
        let missing = || self.no_column("number", name);
        let field = self.field(name).filter(|field| field.kind != FieldKind::Text).ok_or_else(missing)?;
        let not = |reason| TableError::NotASlice { table: self.label(), column: name.to_string(), reason };
        if field.kind == FieldKind::Integer {
            return Err(Box::new(not("holds whole numbers")).into());
        }
        let numbers = self.frame().column(name).map_err(|_| missing())?.as_materialized_series().f64();
        let numbers = numbers.map_err(|_| missing())?;
        if numbers.null_count() > 0 {
            return Err(Box::new(not("has gaps")).into());
        }
        Ok(numbers.cont_slice().map_err(|_| Box::new(not("is stored in pieces")))?)
    }

    /// The numbers of a column as an array of ndarray, without a copy.
    ///
    /// # Errors
    /// As [`Table::slice`].
    pub fn view(&self, name: &str) -> Result<ArrayView1<'_, f64>, DatasetError> {
        self.slice(name).map(ArrayView1::from)
    }

    /// Number columns side by side, a row of the matrix for each row of the table. This is a copy: the columns of a
    /// table do not lie beside each other in memory. A gap is NaN.
    ///
    /// # Errors
    /// No number column has one of the names.
    pub fn matrix(&self, names: &[&str]) -> Result<Array2<f64>, DatasetError> {
        let mut matrix = Array2::zeros((self.rows(), names.len()));
        for (name, mut target) in names.iter().zip(matrix.columns_mut()) {
            target.assign(&ArrayView1::from(&self.column(name)?));
        }
        Ok(matrix)
    }
}
