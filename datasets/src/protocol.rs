//! Protocols in a descriptor: the project's one TOML form, carried as JSON with the same keys and values.

use crate::descriptor::ProtocolStatement;
use kovacs_core::toml_form::{ProtocolForm, read_protocol, write_protocol};
use std::collections::BTreeMap;

/// What was done to some rows of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct RowProtocol {
    /// To which rows it applies: values of number columns, in the column's unit. Empty: to all.
    pub rows: BTreeMap<String, f64>,
    /// Time of the file at which the protocol begins, s.
    pub start: f64,
    /// What was done.
    pub form: ProtocolForm,
}

/// Understands a statement; the error is a reason in words.
pub(crate) fn read(stated: &ProtocolStatement) -> Result<RowProtocol, String> {
    let text = toml::to_string(&stated.form).map_err(|error| error.to_string())?;
    let form = read_protocol(&text).map_err(|error| format!("{error} (of the form written as TOML)"))?;
    Ok(RowProtocol { rows: stated.rows.clone(), start: stated.start, form })
}

/// States a protocol for some rows.
pub(crate) fn state(protocol: &RowProtocol) -> Result<ProtocolStatement, toml::de::Error> {
    let form = toml::from_str(&write_protocol(&protocol.form))?;
    Ok(ProtocolStatement { rows: protocol.rows.clone(), start: protocol.start, form })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kovacs_core::{Protocol, TwoStep};

    fn check(form: ProtocolForm) {
        let rows = BTreeMap::from([("eps2".to_string(), 0.003)]);
        let protocol = RowProtocol { rows, start: -0.5, form };
        assert_eq!(read(&state(&protocol).unwrap()), Ok(protocol));
    }

    #[test]
    fn protocols_survive_the_way_through_json() {
        check(ProtocolForm::TwoStep(TwoStep { ramp: Some(0.15), ..TwoStep::new(0.005, 0.003, 900.0, 593.0) }));
        check(ProtocolForm::Segments(Protocol::at(296.0).ramp(2.0, 60.0).hold(54.1).ramp(0.02, 59.7)));
    }

    #[test]
    fn a_form_that_is_not_a_protocol_is_refused_in_words() {
        let stated = ProtocolStatement { rows: BTreeMap::new(), start: 0.0, form: serde_json::json!({"segments": []}) };
        assert!(read(&stated).unwrap_err().contains("write a `[two_step]` table or `[[segment]]` tables"));
    }
}
