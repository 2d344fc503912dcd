//! What the models share on the interface: how finely they go, how they remember, and one run through an experiment.

use crate::memory::{Modes, Sum};
use crate::number::Number;
use crate::schedule::{Division, Schedule};
use crate::spectrum::Spectrum;
use crate::walk::{Material, Moment, walk};
use kovacs_core::Control;
use kovacs_sdk::{Experiment, Quantity, Refusal};

/// More jumps than this are cheaper as modes.
const FEW_JUMPS: usize = 12;

/// How changes are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// A sum over jumps where there are few of them and nothing else, else modes.
    Automatic,
    Sum,
    Modes,
}

/// Settings and bound experiment of a model.
pub struct Integrator {
    division: Division,
    choice: Choice,
    schedule: Option<Schedule>,
    /// The modes of the last exponent, because a fit often keeps it.
    spectrum: Option<(f64, Spectrum)>,
}

/// The relaxation function of a glass in reduced time.
pub enum Relaxation {
    /// `exp(-xi^beta)`, `beta` given.
    Stretched(f64),
    /// Modes that are given.
    Given(Spectrum),
}

/// The settings `points_per_decade` and `first_step`.
pub fn division_settings() -> [Quantity; 2] {
    [
        Quantity::new("points_per_decade")
            .label("Steps per decade")
            .doc(
                "Time steps per decade of time since the last change of what is prescribed. The error falls as its \
                 square. At 60 no step changes the logarithm of the relaxation time by more than 0.05.",
            )
            .bounds(4.0, 10_000.0)
            .integer()
            .initial(60.0),
        Quantity::new("first_step")
            .label("First step")
            .unit("s")
            .doc("First time step after a change of what is prescribed.")
            .bounds(1e-12, 1e12)
            .initial(1e-3)
            .logarithmic(),
    ]
}

/// The setting `memory`.
pub fn memory_setting() -> Quantity {
    Quantity::new("memory")
        .label("Memory")
        .doc(
            "How changes are remembered: `sum` adds up the stretched exponential of every jump, which is exact for jumps \
             and slow for ramps; `modes` carries simple exponentials, at the same cost whatever happened; `automatic` \
             takes the sum for a few jumps and modes for everything else.",
        )
        .choices(&["automatic", "sum", "modes"])
}

impl Integrator {
    /// From the values of [`division_settings`] and, where the model has it, of [`memory_setting`].
    ///
    /// # Errors
    /// Another number of settings.
    pub fn new(settings: &[f64]) -> Result<Self, Refusal> {
        let (per_decade, first, memory) = match *settings {
            [per_decade, first] => (per_decade, first, None),
            [per_decade, first, memory] => (per_decade, first, Some(memory)),
            _ => return Err(Refusal::broken(format!("{} settings, 2 or 3 are needed", settings.len()))),
        };
        let choice = match memory {
            Some(1.0) => Choice::Sum,
            Some(2.0) => Choice::Modes,
            _ => Choice::Automatic,
        };
        Ok(Integrator { division: Division::new(per_decade, first), choice, schedule: None, spectrum: None })
    }

    /// Fixes the experiment.
    ///
    /// # Errors
    /// As [`Schedule::new`].
    pub fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.schedule = Some(Schedule::new(experiment, self.division)?);
        Ok(())
    }

    /// Runs a glass through the bound experiment; `write` gets the state at every wanted time, in order. Answers the
    /// number of steps.
    ///
    /// # Errors
    /// As [`walk`].
    pub fn run(
        &mut self,
        material: &Material<f64>,
        relaxation: Relaxation,
        write: impl FnMut(usize, &Moment<f64>),
        tick: &mut dyn FnMut(f64) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
        let Some(schedule) = &self.schedule else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        let exponent = match relaxation {
            Relaxation::Given(spectrum) => return walk(schedule, material, Modes::new(&spectrum), write, tick),
            Relaxation::Stretched(exponent) => exponent,
        };
        if self.takes_sum(schedule) {
            return walk(schedule, material, Sum::new(exponent), write, tick);
        }
        let spectrum = match self.spectrum.take() {
            Some(known) if known.0 == exponent => known.1,
            _ => Spectrum::stretched(exponent),
        };
        let steps = walk(schedule, material, Modes::new(&spectrum), write, tick);
        self.spectrum = Some((exponent, spectrum));
        steps
    }

    /// Whether [`run_differentiated`](Integrator::run_differentiated) can do the bound experiment: under prescribed
    /// strain, and where changes are summed up.
    pub fn is_differentiable(&self) -> bool {
        self.schedule.as_ref().is_some_and(|schedule| {
            let strain = schedule.pieces.iter().all(|piece| piece.control == Control::Strain);
            strain && schedule.control == Control::Strain && self.takes_sum(schedule)
        })
    }

    /// The same run as [`run`](Integrator::run) in numbers that carry derivatives. `exponent` is `beta`.
    ///
    /// # Errors
    /// As [`walk`].
    pub fn run_differentiated<N: Number>(
        &self,
        material: &Material<N>,
        exponent: N,
        write: impl FnMut(usize, &Moment<N>),
        tick: &mut dyn FnMut(f64) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let Some(schedule) = &self.schedule else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        walk(schedule, material, Sum::new(exponent), write, tick)?;
        Ok(())
    }

    fn takes_sum(&self, schedule: &Schedule) -> bool {
        match self.choice {
            Choice::Sum => true,
            Choice::Modes => false,
            Choice::Automatic => is_a_few_jumps(schedule),
        }
    }
}

fn is_a_few_jumps(schedule: &Schedule) -> bool {
    let plain = schedule.pieces.iter().all(|piece| piece.is_hold() && piece.control == Control::Strain);
    plain && schedule.control == Control::Strain && schedule.pieces.len() <= FEW_JUMPS
}
