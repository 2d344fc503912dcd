//! Which parameters of a model may move, from where, between which values, and which go together.

use super::error::EstimateError;
use kovacs_core::model::{ModelDescription, Quantity};

/// What happens to one parameter of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// It is estimated.
    Free {
        /// Where the search starts, in the parameter's unit.
        start: f64,
        /// Smallest value.
        lower: f64,
        /// Largest value.
        upper: f64,
        /// One value per group of observations instead of one for all.
        per_group: bool,
    },
    /// It keeps a value.
    Fixed(f64),
    /// It is `factor` times another one.
    Tied {
        /// Index of the other.
        to: usize,
        /// The factor.
        factor: f64,
    },
}

/// The parameters of one model with their roles.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    model: String,
    quantities: Vec<Quantity>,
    roles: Vec<Role>,
}

/// One unknown of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct FreeParameter {
    /// Index of the parameter in the model.
    pub index: usize,
    /// The group it belongs to; `None` if it is shared by all, or for the group without a name.
    pub group: Option<String>,
    /// Whether only the observations of `group` see it.
    pub per_group: bool,
    /// `tau`, or `tau@pvc` where it belongs to a group.
    pub name: String,
    /// UCUM code.
    pub unit: String,
    /// Where the search starts, in `unit`.
    pub start: f64,
    /// Smallest and largest value, in `unit`.
    pub bounds: (f64, f64),
    /// Whether the search moves its logarithm.
    pub logarithmic: bool,
    /// Size of one unit of the search where it does not.
    pub scale: f64,
}

impl Parameters {
    /// The parameters of a model, starting from `values` (one per parameter, in its unit): free between the model's own
    /// bounds, unless the model says that a fit should leave one alone.
    ///
    /// # Errors
    /// A value is outside its bounds or there is not one per parameter.
    pub fn new(description: &ModelDescription, values: &[f64]) -> Result<Self, EstimateError> {
        let quantities = description.parameters.clone();
        let missing = |quantity: &Quantity| quantity.initial;
        let roles = quantities.iter().enumerate().map(|(index, quantity)| {
            let start = values.get(index).copied().unwrap_or_else(|| missing(quantity));
            check(quantity, "start", start)?;
            let (lower, upper) = (quantity.lower, quantity.upper);
            Ok(match quantity.fixed || quantity.integer || !quantity.choices.is_empty() {
                true => Role::Fixed(start),
                false => Role::Free { start, lower, upper, per_group: false },
            })
        });
        let roles = roles.collect::<Result<_, EstimateError>>()?;
        Ok(Parameters { model: description.id.clone(), quantities, roles })
    }

    /// The roles, in the order of the model's parameters.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The parameters themselves.
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// Holds a parameter at its start, or at `value` in its unit.
    ///
    /// # Errors
    /// There is no such parameter, or the value is outside its bounds.
    pub fn fix(mut self, id: &str, value: Option<f64>) -> Result<Self, EstimateError> {
        let index = self.index(id)?;
        let value = value.unwrap_or_else(|| self.start(index));
        check(&self.quantities[index], "value", value)?;
        self.roles[index] = Role::Fixed(value);
        Ok(self)
    }

    /// Holds every parameter but these where it is.
    ///
    /// # Errors
    /// There is no parameter with one of the names.
    pub fn only(mut self, ids: &[&str]) -> Result<Self, EstimateError> {
        let free = ids.iter().map(|id| self.index(id)).collect::<Result<Vec<_>, _>>()?;
        for index in 0..self.roles.len() {
            let start = self.start(index);
            if !free.contains(&index) {
                self.roles[index] = Role::Fixed(start);
            } else if !matches!(self.roles[index], Role::Free { .. }) {
                self.roles[index] = self.released(index, start);
            }
        }
        Ok(self)
    }

    /// Lets a parameter move, also one that the model says a fit should leave alone.
    ///
    /// # Errors
    /// There is no such parameter.
    pub fn free(mut self, id: &str) -> Result<Self, EstimateError> {
        let index = self.index(id)?;
        let start = self.start(index);
        if !matches!(self.roles[index], Role::Free { .. }) {
            self.roles[index] = self.released(index, start);
        }
        Ok(self)
    }

    /// Starts a parameter, free or fixed, at another value, in its unit.
    ///
    /// # Errors
    /// There is no such parameter, or the value is outside its bounds.
    pub fn from_value(mut self, id: &str, value: f64) -> Result<Self, EstimateError> {
        let index = self.index(id)?;
        check(&self.quantities[index], "start", value)?;
        match &mut self.roles[index] {
            Role::Free { start, .. } => *start = value,
            role => *role = Role::Fixed(value),
        }
        Ok(self)
    }

    /// Narrows the bounds of a parameter, in its unit, and frees it.
    ///
    /// # Errors
    /// There is no such parameter, or a bound is outside the model's own or on the wrong side of the other.
    pub fn between(self, id: &str, low: f64, high: f64) -> Result<Self, EstimateError> {
        let mut freed = self.free(id)?;
        let index = freed.index(id)?;
        let quantity = freed.quantities[index].clone();
        for (what, value) in [("lower bound", low), ("upper bound", high)] {
            if value.is_nan() || value < quantity.lower || value > quantity.upper {
                return Err(outside(&quantity, what, value, quantity.interval()));
            }
        }
        if low >= high {
            return Err(outside(&quantity, "lower bound", low, format!("(-inf, {high})")));
        }
        if let Role::Free { start, lower, upper, .. } = &mut freed.roles[index] {
            (*lower, *upper) = (low, high);
            *start = start.clamp(low, high);
        }
        Ok(freed)
    }

    /// Lets every group of observations have its own value of a parameter.
    ///
    /// # Errors
    /// There is no such parameter.
    pub fn per_group(self, id: &str) -> Result<Self, EstimateError> {
        let mut freed = self.free(id)?;
        let index = freed.index(id)?;
        if let Role::Free { per_group, .. } = &mut freed.roles[index] {
            *per_group = true;
        }
        Ok(freed)
    }

    /// Makes a parameter `factor` times another one, in their units.
    ///
    /// # Errors
    /// There is no such parameter, or the other one is tied itself.
    pub fn tie(mut self, id: &str, to: &str, factor: f64) -> Result<Self, EstimateError> {
        let (index, other) = (self.index(id)?, self.index(to)?);
        let depends = self.roles.iter().any(|role| matches!(role, Role::Tied { to, .. } if *to == index));
        if other == index || matches!(self.roles[other], Role::Tied { .. }) || depends {
            return Err(EstimateError::Tie { parameter: id.to_owned(), to: to.to_owned() });
        }
        self.roles[index] = Role::Tied { to: other, factor };
        Ok(self)
    }

    /// The unknowns of a fit to observations of these groups.
    ///
    /// # Errors
    /// There is none.
    pub fn unknowns(&self, groups: &[Option<&str>]) -> Result<Vec<FreeParameter>, EstimateError> {
        let mut unknowns = Vec::new();
        for (index, (quantity, role)) in self.quantities.iter().zip(&self.roles).enumerate() {
            let Role::Free { start, lower, upper, per_group } = *role else { continue };
            let logarithmic = quantity.logarithmic && lower >= 0.0 && start > 0.0;
            let unknown = |group: Option<&str>, name: String| FreeParameter {
                index,
                group: group.map(str::to_owned),
                per_group,
                name,
                unit: quantity.unit.clone(),
                start,
                bounds: (lower, upper),
                logarithmic,
                scale: quantity.nominal,
            };
            if per_group {
                unknowns.extend(groups.iter().map(|&group| {
                    let name = group.map_or(quantity.id.clone(), |group| format!("{}@{group}", quantity.id));
                    unknown(group, name)
                }));
            } else {
                unknowns.push(unknown(None, quantity.id.clone()));
            }
        }
        match unknowns.is_empty() {
            true => Err(EstimateError::NothingFree { known: self.ids() }),
            false => Ok(unknowns),
        }
    }

    /// Every parameter of the model in its unit, with these values of the unknowns of one group.
    pub(crate) fn filled(&self, unknowns: &[FreeParameter], values: &[f64]) -> Vec<f64> {
        let own = |index: usize| match self.roles[index] {
            Role::Free { start, .. } => {
                let place = unknowns.iter().position(|unknown| unknown.index == index);
                place.and_then(|place| values.get(place)).copied().unwrap_or(start)
            }
            Role::Fixed(value) => value,
            Role::Tied { .. } => f64::NAN,
        };
        let filled = self.roles.iter().enumerate().map(|(index, role)| match *role {
            Role::Tied { to, factor } => {
                (factor * own(to)).clamp(self.quantities[index].lower, self.quantities[index].upper)
            }
            _ => own(index),
        });
        filled.collect()
    }

    fn ids(&self) -> Vec<String> {
        self.quantities.iter().map(|quantity| quantity.id.clone()).collect()
    }

    fn index(&self, id: &str) -> Result<usize, EstimateError> {
        let id = id.replace('-', "_");
        self.quantities.iter().position(|quantity| quantity.id == id).ok_or_else(|| {
            let known = self.ids();
            let close = known.iter().map(|known| (strsim::jaro_winkler(known, &id), known));
            let nearest = close.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(likeness, _)| *likeness > 0.8);
            let nearest = nearest.map(|(_, known)| known.clone());
            EstimateError::UnknownParameter { model: self.model.clone(), parameter: id, nearest, known }
        })
    }

    fn start(&self, index: usize) -> f64 {
        match self.roles[index] {
            Role::Free { start, .. } => start,
            Role::Fixed(value) => value,
            Role::Tied { to, factor } => factor * self.start(to),
        }
    }

    fn released(&self, index: usize, start: f64) -> Role {
        let quantity = &self.quantities[index];
        Role::Free { start, lower: quantity.lower, upper: quantity.upper, per_group: false }
    }
}

impl FreeParameter {
    /// The variable of the search at a value in `unit`.
    pub fn variable(&self, value: f64) -> f64 {
        if self.logarithmic { value.ln() } else { value / self.scale }
    }

    /// The value in `unit` at a variable of the search, inside the bounds.
    pub fn value(&self, variable: f64) -> f64 {
        let value = if self.logarithmic { variable.exp() } else { variable * self.scale };
        value.clamp(self.bounds.0, self.bounds.1)
    }

    /// Change of the value (in `unit`) with the variable of the search, at a value.
    pub fn slope(&self, value: f64) -> f64 {
        if self.logarithmic { value } else { self.scale }
    }

    /// Bounds of the variable; infinite where there is none.
    pub fn variable_bounds(&self) -> (f64, f64) {
        (self.variable(self.bounds.0), self.variable(self.bounds.1))
    }
}

fn check(quantity: &Quantity, what: &'static str, value: f64) -> Result<(), EstimateError> {
    if quantity.accepts(value) { Ok(()) } else { Err(outside(quantity, what, value, quantity.interval())) }
}

fn outside(quantity: &Quantity, what: &'static str, value: f64, interval: String) -> EstimateError {
    EstimateError::Bound { parameter: quantity.id.clone(), what, value, unit: quantity.unit.clone(), interval }
}
