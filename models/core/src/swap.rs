//! What changes when one model takes the place of another: after a rebuild, or by assignment to the same variable.
//!
//! Values are matched by id, never by position, so a swap cannot silently give the number of one parameter to another.
//! What the ids have in common is carried over; the report says the rest: what is new and starts at its default, what
//! is gone, and where the same id has other bounds, another unit or another default.

use crate::model::{ModelDescription, Quantity, with_unit};
use std::fmt;

/// What changes from one model to another.
#[derive(Clone, Debug, PartialEq)]
pub struct SwapReport {
    /// The model before.
    pub from: Identity,
    /// The model after.
    pub to: Identity,
    /// What varies from call to call.
    pub parameters: QuantityChanges,
    /// What is fixed when an instance is made.
    pub settings: QuantityChanges,
    /// Columns of the result.
    pub outputs: QuantityChanges,
}

/// Which model it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Full id.
    pub id: String,
    /// Semantic version.
    pub version: String,
    /// SHA-256 of its library; `None` when linked statically.
    pub digest: Option<String>,
}

/// Changes of one list of quantities, in the order of the list after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantityChanges {
    /// Only in the model after; they start at their default.
    pub added: Vec<Quantity>,
    /// Ids that only the model before has.
    pub removed: Vec<String>,
    /// Ids that both have, with another meaning of their numbers.
    pub changed: Vec<(String, Change)>,
}

/// How a quantity that both models have differs.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A number in the old unit is wrong in the new one.
    Unit {
        /// UCUM code before.
        from: String,
        /// UCUM code after.
        to: String,
    },
    /// The accepted interval.
    Bounds {
        /// Interval before.
        from: String,
        /// Interval after.
        to: String,
    },
    /// The default value, in the unit of the quantity.
    Default {
        /// Default before.
        from: f64,
        /// Default after.
        to: f64,
    },
    /// The names of the choices.
    Choices {
        /// Names before.
        from: Vec<String>,
        /// Names after.
        to: Vec<String>,
    },
}

impl SwapReport {
    /// Compares two models.
    pub fn between(from: &ModelDescription, to: &ModelDescription) -> SwapReport {
        SwapReport {
            from: Identity::of(from),
            to: Identity::of(to),
            parameters: QuantityChanges::between(&from.parameters, &to.parameters, true),
            settings: QuantityChanges::between(&from.settings, &to.settings, true),
            // The default of an output means nothing.
            outputs: QuantityChanges::between(&from.outputs, &to.outputs, false),
        }
    }

    /// Whether both are the same code: one digest, one model.
    pub fn is_unchanged(&self) -> bool {
        self.from == self.to && self.keeps_its_tables()
    }

    /// Whether every quantity has stayed as it was.
    pub fn keeps_its_tables(&self) -> bool {
        self.lists().iter().all(|(_, list)| list.is_empty())
    }

    /// Whether numbers written for the model before are lost or mean something else: a quantity is gone, or its unit is
    /// another one.
    pub fn is_breaking(&self) -> bool {
        self.lists().iter().any(|(_, list)| list.is_breaking())
    }

    fn lists(&self) -> [(&'static str, &QuantityChanges); 3] {
        [("parameters", &self.parameters), ("settings", &self.settings), ("outputs", &self.outputs)]
    }
}

impl Identity {
    fn of(model: &ModelDescription) -> Identity {
        Identity { id: model.id.clone(), version: model.version.clone(), digest: model.digest.clone() }
    }

    fn short_id(&self) -> &str {
        self.id.rsplit('.').next().unwrap_or(&self.id)
    }
}

impl QuantityChanges {
    fn between(from: &[Quantity], to: &[Quantity], has_default: bool) -> QuantityChanges {
        let mut changes = QuantityChanges::default();
        for after in to {
            match from.iter().find(|before| before.id == after.id) {
                None => changes.added.push(after.clone()),
                Some(before) => {
                    let found = differences(before, after, has_default);
                    changes.changed.extend(found.into_iter().map(|change| (after.id.clone(), change)));
                }
            }
        }
        let gone = from.iter().filter(|before| to.iter().all(|after| after.id != before.id));
        changes.removed.extend(gone.map(|before| before.id.clone()));
        changes
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    fn is_breaking(&self) -> bool {
        let loses = |change: &Change| match change {
            Change::Unit { .. } => true,
            Change::Choices { from, to } => !to.starts_with(from),
            Change::Bounds { .. } | Change::Default { .. } => false,
        };
        !self.removed.is_empty() || self.changed.iter().any(|(_, change)| loses(change))
    }
}

fn differences(from: &Quantity, to: &Quantity, has_default: bool) -> Vec<Change> {
    let mut found = Vec::new();
    if from.unit != to.unit {
        found.push(Change::Unit { from: from.unit.clone(), to: to.unit.clone() });
    }
    if from.choices != to.choices {
        found.push(Change::Choices { from: from.choices.clone(), to: to.choices.clone() });
    } else if from.interval() != to.interval() {
        found.push(Change::Bounds { from: from.interval(), to: to.interval() });
    }
    if has_default && from.initial.to_bits() != to.initial.to_bits() {
        found.push(Change::Default { from: from.initial, to: to.initial });
    }
    found
}

/// A short card: the models in the first line, then one line for each kind of change.
impl fmt::Display for SwapReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SwapReport { from, to, .. } = self;
        let digest = |identity: &Identity| identity.digest.as_ref().map(|digest| digest.chars().take(8).collect());
        let (before, after): (Option<String>, Option<String>) = (digest(from), digest(to));
        if from.id != to.id {
            write!(f, "`{}` {} takes the place of `{}` {}", to.short_id(), to.version, from.short_id(), from.version)?;
            return self.write_lists(f);
        }
        if self.is_unchanged() {
            write!(f, "`{}` {} is unchanged", to.short_id(), to.version)?;
            return after.map_or(Ok(()), |digest| write!(f, " (SHA-256 {digest}…)"));
        }
        write!(f, "`{}` {}", from.short_id(), from.version)?;
        if from.version != to.version {
            write!(f, " → {}", to.version)?;
        }
        if let (Some(before), Some(after)) = (before, after) {
            write!(f, " (SHA-256 {before}… → {after}…)")?;
        }
        if self.keeps_its_tables() {
            write!(f, ": other code, same parameters and outputs")?;
        }
        self.write_lists(f)
    }
}

impl SwapReport {
    fn write_lists(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.from.short_id(), self.to.short_id());
        for (name, list) in self.lists() {
            let new: Vec<String> = list.added.iter().map(|quantity| new_quantity(quantity, name)).collect();
            let gone: Vec<String> = list.removed.iter().map(|id| format!("`{id}`")).collect();
            match (gone.is_empty(), new.is_empty()) {
                (true, true) => {}
                (true, false) => write!(f, "\n  {name}: new: {}", new.join(", "))?,
                (false, _) => {
                    let whose = if before == after { "the new version" } else { after };
                    write!(f, "\n  {name}: {whose} has no {}", gone.join(", "))?;
                    if !new.is_empty() {
                        write!(f, "; new: {}", new.join(", "))?;
                    }
                }
            }
            for (id, change) in &list.changed {
                write!(f, "\n  {name}: `{id}` {change}")?;
            }
        }
        Ok(())
    }
}

fn new_quantity(quantity: &Quantity, list: &str) -> String {
    match list {
        "outputs" => format!("`{}` in {}", quantity.id, quantity.unit),
        _ => format!("`{}` = {}", quantity.id, with_unit(quantity.initial, &quantity.unit)),
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Unit { from, to } => write!(f, "is in {to}, was in {from}"),
            Change::Bounds { from, to } => write!(f, "accepts {to}, was {from}"),
            Change::Default { from, to } => {
                write!(f, "has the default {}, was {}", with_unit(*to, "1"), with_unit(*from, "1"))
            }
            Change::Choices { from, to } => write!(f, "is one of {}, was one of {}", to.join(", "), from.join(", ")),
        }
    }
}
