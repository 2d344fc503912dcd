//! The values that a model's function is called with.

use crate::model::Quantity;
use std::ops::Index;

/// One parameter vector, by id or by position: `p["modulus"]`, `p[0]`.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    quantities: &'a [Quantity],
    values: &'a [f64],
    seed: Option<u64>,
}

impl<'a> Parameters<'a> {
    /// One value per quantity, in the unit of each.
    pub fn new(quantities: &'a [Quantity], values: &'a [f64], seed: Option<u64>) -> Self {
        Parameters { quantities, values, seed }
    }

    /// All values, in the order of the table.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// All randomness of this curve comes from here; `None`: the caller did not say.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// The value of a parameter in its unit; `None` if there is no such parameter.
    pub fn get(&self, id: &str) -> Option<f64> {
        let index = self.quantities.iter().position(|quantity| quantity.id == id)?;
        self.values.get(index).copied()
    }
}

/// The value of a parameter in its unit.
///
/// # Panics
/// There is no such parameter. In a model's function this is caught, and names the parameters that there are.
impl Index<&str> for Parameters<'_> {
    type Output = f64;

    #[track_caller]
    fn index(&self, id: &str) -> &f64 {
        let index = self.quantities.iter().position(|quantity| quantity.id == id);
        match index.and_then(|index| self.values.get(index)) {
            Some(value) => value,
            None => {
                let known: Vec<&str> = self.quantities.iter().map(|quantity| quantity.id.as_str()).collect();
                panic!("there is no parameter `{id}`; there are: {}", known.join(", "))
            }
        }
    }
}

/// The value at a position, from 0, in its unit.
///
/// # Panics
/// There are fewer parameters. In a model's function this is caught.
impl Index<usize> for Parameters<'_> {
    type Output = f64;

    #[track_caller]
    fn index(&self, position: usize) -> &f64 {
        match self.values.get(position) {
            Some(value) => value,
            None => panic!("there is no parameter {position}; there are {}, counted from 0", self.values.len()),
        }
    }
}
