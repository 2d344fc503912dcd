//! What the resources of a generated package are put together from: columns, rows, protocols.

use super::{TWO_STEP_VERSION, VERSION};
use crate::descriptor::{
    Constraints, FieldKind, FieldStatement, License, OriginStatement, ProtocolStatement, Resource, Schema, Source,
    UnitBasis,
};
use crate::error::DatasetError;
use crate::package::DESCRIPTOR;
use crate::protocol::{self, RowProtocol};
use kovacs_core::toml_form::ProtocolForm;
use std::collections::BTreeMap;
use std::path::Path;

/// A resource and its file.
pub(super) struct Part {
    pub(super) resource: Resource,
    pub(super) csv: String,
}

impl Part {
    /// A resource whose file has the columns of `fields`; `rows` are lines without a header.
    pub(super) fn new(
        name: &str,
        title: &str,
        fields: Vec<FieldStatement>,
        key: &[&str],
        origin: OriginStatement,
        rows: &str,
    ) -> Part {
        let header: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let csv = format!("{}\n{rows}", header.join(","));
        let primary_key = key.iter().map(|name| name.to_string()).collect();
        let resource = Resource {
            name: name.to_string(),
            title: Some(title.to_string()),
            path: format!("{name}.csv"),
            format: Some("csv".to_string()),
            bytes: None,
            hash: None,
            schema: Schema { fields, primary_key },
            origin,
            parent: None,
            licenses: Vec::new(),
            sources: Vec::new(),
            protocol: Vec::new(),
            doubts: Vec::new(),
        };
        Part { resource, csv }
    }

    /// The same under other terms and from another source than the package.
    pub(super) fn with_source(mut self, licence: License, source: Source) -> Part {
        self.resource.licenses = vec![licence];
        self.resource.sources = vec![source];
        self
    }

    /// The same with what was done to its samples.
    pub(super) fn with_protocols(mut self, protocols: Vec<ProtocolStatement>) -> Part {
        self.resource.protocol = protocols;
        self
    }
}

/// Origin of everything that the generator drew.
pub(super) fn synthetic(seed: u64) -> OriginStatement {
    synthetic_since(VERSION, seed)
}

/// Origin of the tests of Fig. 1, which have not changed since the first version.
pub(super) fn synthetic_first(seed: u64) -> OriginStatement {
    synthetic_since(TWO_STEP_VERSION, seed)
}

fn synthetic_since(version: &str, seed: u64) -> OriginStatement {
    OriginStatement::Synthetic { generator: "kovacs data generate".to_string(), version: version.to_string(), seed }
}

/// A protocol for the rows in which these columns have these values.
pub(super) fn stated_protocol(
    package: &str,
    resource: &str,
    rows: &[(&str, f64)],
    form: ProtocolForm,
) -> Result<ProtocolStatement, DatasetError> {
    let rows = rows.iter().map(|(column, value)| (column.to_string(), *value)).collect::<BTreeMap<_, _>>();
    protocol::state(&RowProtocol { rows, start: 0.0, form }).map_err(|error| DatasetError::Protocol {
        path: Path::new(package).join(DESCRIPTOR),
        resource: resource.to_string(),
        reason: error.to_string(),
    })
}

/// A column of numbers.
pub(super) fn number(name: &str, unit: &str, description: &str) -> FieldStatement {
    FieldStatement {
        name: name.to_string(),
        kind: FieldKind::Number,
        unit: Some(unit.to_string()),
        unit_basis: Some(UnitBasis::Stated),
        description: Some(description.to_string()),
        constraints: None,
    }
}

/// A column of numbers with gaps.
pub(super) fn number_or_gap(name: &str, unit: &str, description: &str) -> FieldStatement {
    FieldStatement { constraints: Some(Constraints { required: false }), ..number(name, unit, description) }
}

/// A column of whole numbers.
pub(super) fn integer(name: &str, unit: &str, description: &str) -> FieldStatement {
    FieldStatement { kind: FieldKind::Integer, ..number(name, unit, description) }
}

/// A column of words.
pub(super) fn text(name: &str, description: &str) -> FieldStatement {
    FieldStatement { kind: FieldKind::Text, unit: None, unit_basis: None, ..number(name, "1", description) }
}

/// The columns of a mechanical test, in the order of the file; `wanted` names those it has.
pub(super) fn mechanical(wanted: &[&str]) -> Vec<FieldStatement> {
    let all = [
        text("glass", "parameter set and package name"),
        text("specimen", "replicate: each specimen has its own modulus, strength and times"),
        number("eps1", "1", "strain of the first stage"),
        number("eps2", "1", "strain of the second stage"),
        number("t_w", "s", "waiting time between the end of loading and the start of unloading"),
        number("temperature", "K", "test temperature"),
        integer("stage", "1", "1 or 2"),
        number("time", "s", "time from the start of loading"),
        number("time_in_stage", "s", "time from the end of the ramp that begins the stage"),
        number("strain", "1", "engineering strain"),
        number("stress", "MPa", "engineering stress"),
    ];
    all.into_iter().filter(|field| wanted.contains(&field.name.as_str())).collect()
}
