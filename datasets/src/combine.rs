//! Two tables side by side, by the values of common columns.
//!
//! Keys must measure the same; those of the second table are converted to the units of the first before they are
//! compared, and equal means equal to the last bit, as everywhere in tables: stated values of strains, temperatures and
//! waiting times are, measured values are not, and no join should be on them.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::query::QueryError;
use crate::render::summary;
use crate::table::Table;
use crate::table_error::TableError;
use polars::prelude::{DataFrameJoinOps, JoinArgs, JoinType, MaintainOrderJoin, PlSmallStr};

/// Ends the name of a column of the second table whose name the first table has too.
const SECOND: &str = "_right";

/// Which rows of the first table a join keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// Those that have a partner.
    Inner,
    /// All; without a partner there are gaps.
    Left,
}

impl Table {
    /// Each row with the rows of another table that have the same values in the columns `on`. Other columns of a name
    /// that both have come from the second table as `name_right`.
    ///
    /// # Errors
    /// A key that one table lacks or that measures something else in the other; no partner at all; a name that is taken.
    pub fn join(&self, other: &Table, on: &[&str], kind: JoinKind) -> Result<Table, DatasetError> {
        let mut right = other.frame().clone();
        for name in on {
            let (there, here) = (self.known(name)?, other.known(name)?);
            let said = |field: &Field| field.unit_text().into();
            let refuse = || TableError::JoinKey {
                left: self.label(),
                right: other.label(),
                column: name.to_string(),
                there: said(there),
                here: said(here),
            };
            if there.kind == FieldKind::Text && here.kind == FieldKind::Text {
                continue;
            }
            let column = other.as_field(there).map_err(|_| Box::new(refuse()))?;
            right.with_column(column).map_err(|error| other.failed("converting a key of", &error))?;
        }
        let mut fields = self.fields().to_vec();
        for field in other.fields().iter().filter(|field| !on.contains(&field.name.as_str())) {
            let mut field = field.clone();
            if self.field(&field.name).is_some() {
                let renamed = format!("{}{SECOND}", field.name);
                right
                    .rename(&field.name, PlSmallStr::from_str(&renamed))
                    .map_err(|error| other.failed("renaming a column of", &error))?;
                field.name = renamed;
            }
            if fields.iter().any(|known| known.name == field.name) {
                return Err(self.taken(&field.name));
            }
            field.required = field.required && kind == JoinKind::Inner;
            fields.push(field);
        }
        let how = match kind {
            JoinKind::Inner => JoinType::Inner,
            JoinKind::Left => JoinType::Left,
        };
        let mut options = JoinArgs::new(how);
        options.maintain_order = MaintainOrderJoin::LeftRight;
        let joined = self.frame().join(&right, on.iter().copied(), on.iter().copied(), options, None);
        let joined = joined.map_err(|error| self.failed("joining", &error))?;
        if joined.height() == 0 {
            return Err(self.no_partner(other, on));
        }
        let names = fields.iter().map(|field| PlSmallStr::from_str(&field.name));
        let frame = joined.select(names).map_err(|error| self.failed("joining", &error))?;
        Ok(self.derived(frame, fields).also_from(other.sources()).with_notes(other.notes().to_vec()))
    }

    fn no_partner(&self, other: &Table, on: &[&str]) -> DatasetError {
        let mut present = Vec::new();
        for (table, which) in [(self, "first"), (other, "second")] {
            for name in on {
                if let (Some(field), Ok(values)) = (table.field(name), table.frame().column(name)) {
                    present.push(format!("{} in the {which} table", summary(field, values.as_materialized_series())));
                }
            }
        }
        Box::new(QueryError::NoRows { text: format!("join on {}", on.join(", ")), present }).into()
    }
}
