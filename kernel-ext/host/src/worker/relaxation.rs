//! A relaxation function that lives in a worker.

use super::link::Link;
use super::message::{RelaxationValue, Reply, Request};
use kovacs_core::linear_response::RelaxationFunction;
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

/// Asks the worker for every value; NaN where it has no answer. A new worker is asked for the function again.
pub(super) struct RemoteRelaxation {
    link: Arc<Mutex<Link>>,
    parameters: Vec<f64>,
    temperature: f64,
    longest_time: Option<f64>,
    /// Which worker knows the function, and under which number.
    place: Cell<(u64, u32)>,
}

impl RemoteRelaxation {
    pub(super) fn new(
        link: Arc<Mutex<Link>>,
        parameters: &[f64],
        temperature: f64,
        longest_time: Option<f64>,
        place: (u64, u32),
    ) -> Self {
        RemoteRelaxation { link, parameters: parameters.to_vec(), temperature, longest_time, place: Cell::new(place) }
    }

    fn value(&self, value: RelaxationValue, time: f64) -> f64 {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut worker, mut number) = self.place.get();
        if worker != link.starts() || link.process_id().is_none() {
            let Ok(Some(table)) = link.linear(&self.parameters, self.temperature) else { return f64::NAN };
            (worker, number) = (link.starts(), table.number);
            self.place.set((worker, number));
        }
        match link.ask(&Request::Relaxation { number, value, time }, "linear", None) {
            Ok(Reply::Value(value)) => value,
            _ => f64::NAN,
        }
    }
}

impl RelaxationFunction for RemoteRelaxation {
    fn phi(&self, time: f64) -> f64 {
        self.value(RelaxationValue::Phi, time)
    }

    fn integral(&self, time: f64) -> f64 {
        self.value(RelaxationValue::Integral, time)
    }

    fn ln_rate(&self, time: f64) -> f64 {
        self.value(RelaxationValue::LnRate, time)
    }

    fn longest_time(&self) -> Option<f64> {
        self.longest_time
    }
}

impl Drop for RemoteRelaxation {
    fn drop(&mut self) {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let (worker, number) = self.place.get();
        if worker == link.starts() {
            link.mention(&Request::Forget { number });
        }
    }
}
