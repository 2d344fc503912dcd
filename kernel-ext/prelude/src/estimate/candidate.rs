//! A model that is to be fitted: which parameters move, from where, between which values.
//!
//! A model alone will do: it then frees what it says a fit should free, from the values that it has. Anything else is
//! said in a chain, and checked by the engine, which names what would be accepted.

use crate::model::Model;
use crate::wire::Writer;

/// What is said of one parameter.
#[derive(Clone, Debug, PartialEq)]
enum Role {
    Only(Vec<String>),
    Fix(String, Option<f64>),
    Between(String, f64, f64),
    Tie(String, String, f64),
    PerGlass(String),
}

/// A model with the roles of its parameters in a fit.
#[derive(Clone, Debug)]
pub struct Candidate {
    name: String,
    model: Model,
    roles: Vec<Role>,
}

impl From<Model> for Candidate {
    fn from(model: Model) -> Candidate {
        Candidate { name: model.name().to_owned(), model, roles: Vec::new() }
    }
}

impl From<&Model> for Candidate {
    fn from(model: &Model) -> Candidate {
        Candidate::from(model.clone())
    }
}

impl From<&Candidate> for Candidate {
    fn from(candidate: &Candidate) -> Candidate {
        candidate.clone()
    }
}

impl Candidate {
    /// What it is called in tables.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model, with the values that a search starts from.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Calls it by another name, to compare one model twice.
    #[must_use]
    pub fn named(mut self, name: &str) -> Candidate {
        self.name = name.to_owned();
        self
    }

    /// Lets only these parameters move.
    #[must_use]
    pub fn free(self, ids: &[&str]) -> Candidate {
        self.with(Role::Only(ids.iter().map(|id| (*id).to_owned()).collect()))
    }

    /// Holds a parameter where it is.
    #[must_use]
    pub fn fix(self, id: &str) -> Candidate {
        self.with(Role::Fix(id.to_owned(), None))
    }

    /// Holds a parameter at a value, in the model's unit.
    #[must_use]
    pub fn fix_at(self, id: &str, value: f64) -> Candidate {
        self.with(Role::Fix(id.to_owned(), Some(value)))
    }

    /// Lets a parameter move between bounds, in the model's unit.
    #[must_use]
    pub fn between(self, id: &str, low: f64, high: f64) -> Candidate {
        self.with(Role::Between(id.to_owned(), low, high))
    }

    /// Makes a parameter a multiple of another one.
    #[must_use]
    pub fn tie(self, id: &str, factor: f64, other: &str) -> Candidate {
        self.with(Role::Tie(id.to_owned(), other.to_owned(), factor))
    }

    /// Lets every glass have its own value of a parameter.
    #[must_use]
    pub fn per_glass(self, id: &str) -> Candidate {
        self.with(Role::PerGlass(id.to_owned()))
    }

    fn with(mut self, role: Role) -> Candidate {
        self.roles.push(role);
        self
    }
}

impl Model {
    /// For a fit: lets only these parameters move. More can be said of the parameters in a chain, see [`Candidate`].
    pub fn free(&self, ids: &[&str]) -> Candidate {
        Candidate::from(self).free(ids)
    }

    /// For a fit: says nothing yet of the parameters, but what follows in a chain, see [`Candidate`].
    pub fn candidate(&self) -> Candidate {
        Candidate::from(self)
    }
}

/// Writes a candidate into a message of the seam.
pub fn write_candidate(writer: &mut Writer, candidate: &Candidate) {
    writer.text(&candidate.name);
    candidate.model.write_call(writer);
    writer.sequence(&candidate.roles, |writer, role| match role {
        Role::Only(ids) => {
            writer.u8(0);
            writer.texts(ids);
        }
        Role::Fix(id, value) => {
            writer.u8(1);
            writer.text(id);
            writer.option(*value, Writer::f64);
        }
        Role::Between(id, low, high) => {
            writer.u8(2);
            writer.text(id);
            writer.f64(*low);
            writer.f64(*high);
        }
        Role::Tie(id, other, factor) => {
            writer.u8(3);
            writer.text(id);
            writer.text(other);
            writer.f64(*factor);
        }
        Role::PerGlass(id) => {
            writer.u8(4);
            writer.text(id);
        }
    });
}
