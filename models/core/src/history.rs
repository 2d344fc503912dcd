//! The nodes of what was done to a sample: the form in which an experiment reaches a model.
//!
//! A [`Protocol`](crate::Protocol) is what a person writes; a model reads its nodes. Every column is linear between
//! neighbouring nodes and **a step is two nodes at the same time**, so that a jump is exact and not a short ramp.

/// What is prescribed: strain or stress. The number is what a model reads in the `control` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Strain is prescribed, stress follows (`control` = 0).
    Strain,
    /// Stress is prescribed, strain follows (`control` = 1).
    Stress,
}

impl Control {
    /// The value of the `control` column: 0 for strain, 1 for stress.
    pub fn code(self) -> f64 {
        match self {
            Control::Strain => 0.0,
            Control::Stress => 1.0,
        }
    }
}

/// Nodes of a history: four columns of equal length, linear between neighbours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Time of each node, s; never falling, at most two nodes at one time.
    pub time: Vec<f64>,
    /// Temperature, K.
    pub temperature: Vec<f64>,
    /// 0 where strain is prescribed, 1 where stress is; changes at a jump only.
    pub control: Vec<f64>,
    /// The prescribed value: strain (1), or stress in MPa.
    pub drive: Vec<f64>,
}

impl History {
    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// Appends a node: time in s, temperature in K, drive as strain (1) or MPa.
    pub fn push(&mut self, time: f64, temperature: f64, control: Control, drive: f64) {
        self.time.push(time);
        self.temperature.push(temperature);
        self.control.push(control.code());
        self.drive.push(drive);
    }
}

/// The value at `time` (s) of a column that is linear between nodes at `times`: after the last node the last value,
/// before the first one the first. At a jump the value after it, or the one before it where `before` says so. NaN if
/// there is no node.
pub fn value_at(times: &[f64], column: &[f64], time: f64, before: bool) -> f64 {
    let next = times.partition_point(|&node| if before { node < time } else { node <= time });
    let node = |index: usize| Some((*times.get(index)?, *column.get(index)?));
    match (next.checked_sub(1).and_then(node), node(next)) {
        (Some((start, left)), Some((end, right))) => left + (right - left) * ((time - start) / (end - start)),
        (Some((_, held)), None) | (None, Some((_, held))) => held,
        (None, None) => f64::NAN,
    }
}
