//! Why a protocol file cannot be used.

use crate::protocol::ProtocolError;
use crate::units::UnitError;
use std::fmt;

/// A fault with its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct ProtocolFormError {
    /// Line, from 1.
    pub line: usize,
    /// Which table: `the file`, `[two_step]` or `segment 3`.
    pub place: String,
    /// What is wrong.
    pub fault: FormFault,
}

/// What is wrong with a protocol file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FormFault {
    /// It is not TOML.
    Syntax {
        /// The parser's words.
        message: String,
    },
    /// It holds neither form.
    NoForm,
    /// It holds both forms.
    BothForms,
    /// A field means nothing here.
    UnknownField {
        /// As written.
        field: String,
        /// What is accepted here.
        accepted: &'static [&'static str],
    },
    /// A field is missing.
    MissingField {
        /// Its name.
        field: &'static str,
        /// What could be written.
        example: &'static str,
    },
    /// A field has another type of value.
    WrongType {
        /// Its name.
        field: &'static str,
        /// The type found.
        found: &'static str,
        /// What could be written.
        example: &'static str,
    },
    /// A quantity cannot be read.
    Quantity {
        /// Name of the field.
        field: &'static str,
        /// Why.
        source: UnitError,
    },
    /// A segment is of no known kind.
    UnknownKind {
        /// As written.
        kind: String,
    },
    /// A segment prescribes strain and stress at once.
    StrainAndStress,
    /// A step or ramp has nowhere to go.
    NoTarget,
    /// The protocol as a whole is not valid.
    Protocol(ProtocolError),
}

impl ProtocolFormError {
    pub(super) fn new(line: usize, place: &str, fault: FormFault) -> Self {
        ProtocolFormError { line, place: place.to_owned(), fault }
    }
}

impl fmt::Display for ProtocolFormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        let says_its_place = matches!(self.fault, FormFault::Protocol(_));
        if self.place != "the file" && !says_its_place {
            write!(f, ", {}", self.place)?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl fmt::Display for FormFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormFault::Syntax { message } => write!(f, "not TOML: {}", message.trim()),
            FormFault::NoForm => write!(f, "no protocol here; write a `[two_step]` table or `[[segment]]` tables"),
            FormFault::BothForms => {
                write!(f, "`[two_step]` and `[[segment]]` cannot stand in one file; leave one of them out")
            }
            FormFault::UnknownField { field, accepted } => {
                write!(f, "`{field}` means nothing here; accepted are")?;
                for (index, name) in accepted.iter().enumerate() {
                    write!(f, "{} `{name}`", if index > 0 { "," } else { "" })?;
                }
                Ok(())
            }
            FormFault::MissingField { field, example } => {
                write!(f, "`{field}` is missing; write for example `{field}` = {example}")
            }
            FormFault::WrongType { field, found, example } => {
                write!(f, "`{field}` is of type {found}; write for example `{field}` = {example}")
            }
            FormFault::Quantity { field, source } => write!(f, "`{field}`: {source}"),
            FormFault::UnknownKind { kind } => {
                write!(f, "`kind` = \"{kind}\" is not known; accepted are `step`, `hold`, `ramp`")
            }
            FormFault::StrainAndStress => write!(f, "`strain` and `stress` cannot both be prescribed; leave one out"),
            FormFault::NoTarget => {
                write!(f, "nothing to go to; write `strain`, `stress` or `temperature`, or make it a `hold`")
            }
            FormFault::Protocol(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ProtocolFormError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            FormFault::Quantity { source, .. } => Some(source),
            FormFault::Protocol(error) => Some(error),
            _ => None,
        }
    }
}
