//! The tests in a table together with what was done in them: what a fit of a model sees.
//!
//! The descriptor of a package states the protocol of its rows. Rows of one test are put beside their protocol here, as a
//! curve of what was not prescribed against the time from the beginning of that protocol: the stress where the strain was
//! controlled, the strain where the stress was. Nothing is corrected and nothing is left out.

use crate::error::DatasetError;
use crate::protocol::RowProtocol;
use crate::table::Table;
use crate::table_error::TableError;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::{Control, Curve, Protocol, TwoStep};

/// One test of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredTest {
    /// Names and values of the columns that tell the tests apart.
    pub keys: Vec<(String, String)>,
    /// The same in a line, where they differ between the tests of the table: `t_w = 900, specimen = A`.
    pub label: String,
    /// What was done.
    pub protocol: Protocol,
    /// The same where it is a two-step test.
    pub two_step: Option<TwoStep>,
    /// The output that was measured: `stress` (MPa) or `strain` (1).
    pub output: &'static str,
    /// It, against the time (s) from the beginning of the protocol.
    pub curve: Curve,
}

impl Table {
    /// The tests of this table, in the units of its file, told apart by the columns that `by` names
    /// ([`Table::test_columns`] where nothing else is known), with the protocol that applies to each
    /// ([`Package::protocols`](crate::Package::protocols)).
    ///
    /// # Errors
    /// The table has no column `time`, or none of what was measured; no protocol is stated for the rows of a test, or
    /// several are; rows of several tests are together; the prescribed quantity changes while both are controlled.
    pub fn tests(&self, by: &[&str], protocols: &[RowProtocol]) -> Result<Vec<MeasuredTest>, DatasetError> {
        let groups = if by.is_empty() {
            vec![(Vec::new(), self.clone())]
        } else {
            self.group_by(by)?.into_iter().map(|group| (group.keys, group.table)).collect()
        };
        let differ: Vec<bool> = (0..by.len())
            .map(|index| groups.iter().any(|(keys, _)| keys.get(index) != groups[0].0.get(index)))
            .collect();
        let tests = groups.into_iter().map(|(values, rows)| {
            let keys: Vec<(String, String)> = by.iter().map(|name| (*name).to_owned()).zip(values).collect();
            let named = keys.iter().zip(&differ).filter(|(_, differs)| **differs);
            let named: Vec<String> = named.map(|((name, value), _)| format!("{name} = {value}")).collect();
            let label = if named.is_empty() { self.label() } else { named.join(", ") };
            rows.test(keys, label, protocols)
        });
        tests.collect()
    }

    fn test(
        &self,
        keys: Vec<(String, String)>,
        label: String,
        protocols: &[RowProtocol],
    ) -> Result<MeasuredTest, DatasetError> {
        let stated = self.stated(&label, protocols)?;
        let refused = |reason: String| -> DatasetError {
            Box::new(TableError::NoProtocol { table: self.label(), test: label.clone(), reason }).into()
        };
        let protocol = stated.form.protocol().map_err(|error| refused(error.to_string()))?;
        let nodes = protocol.nodes().map_err(|error| refused(error.to_string()))?;
        let times: Vec<f64> = self.column_in("time", "s")?.iter().map(|time| time - stated.start).collect();
        let control = |time: f64| kovacs_core::history::value_at(&nodes.time, &nodes.control, time, false);
        let stress_controlled = times.iter().filter(|&&time| control(time) == Control::Stress.code()).count();
        let output = match stress_controlled {
            0 => "stress",
            all if all == times.len() => "strain",
            _ => {
                let reason =
                    "strain is prescribed in some of its rows and stress in others; keep the rows of one stage"
                        .to_owned();
                return Err(refused(reason));
            }
        };
        let mut curve = self.curve("time", output)?.labelled(label.clone());
        curve.x = times;
        let two_step = match &stated.form {
            ProtocolForm::TwoStep(test) => Some(*test),
            ProtocolForm::Segments(_) => None,
        };
        Ok(MeasuredTest { keys, label, protocol, two_step, output, curve })
    }

    /// The one protocol that applies to all rows of this table.
    fn stated<'p>(&self, label: &str, protocols: &'p [RowProtocol]) -> Result<&'p RowProtocol, DatasetError> {
        let mut applying = Vec::new();
        for protocol in protocols {
            let mut applies = true;
            for (column, value) in &protocol.rows {
                applies &= self.holds_throughout(column, *value)?;
            }
            if applies {
                applying.push(protocol);
            }
        }
        let reason = match applying.as_slice() {
            [only] => return Ok(only),
            [] => "no protocol is stated for its rows".to_owned(),
            several => format!("{} protocols are stated for its rows", several.len()),
        };
        Err(Box::new(TableError::NoProtocol { table: self.label(), test: label.to_owned(), reason }).into())
    }

    /// Whether a column has this value, in its unit, in every row.
    fn holds_throughout(&self, column: &str, value: f64) -> Result<bool, DatasetError> {
        let near = |found: &f64| (found - value).abs() <= 1e-9 * value.abs().max(found.abs());
        Ok(self.column(column)?.iter().all(near))
    }
}
