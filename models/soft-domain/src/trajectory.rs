//! From time steps to curves: runs a sample through a schedule and reads it where results are wanted.
//!
//! A sample's state is three shares: transformed, percolating, and the strain that has flown. Between its steps they are
//! read by monotone cubics in the logarithm of time since the last change (Steffen, Astron. Astrophys. 239 (1990) 443),
//! which invent no maximum and keep what never falls from falling. Stress and strain follow from them exactly, so the
//! parts of the strain always add up, on ramps too.

use crate::sample::Sample;
use crate::schedule::Schedule;
use kovacs_core::Control;
use kovacs_sdk::{Curves, Quantity, Refusal};

/// State of a sample as far as anybody sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Share of transformed domains.
    pub transformed: f64,
    /// Share of these in a spanning cluster.
    pub spanning: f64,
    /// Strain that has flown.
    pub flown: f64,
}

/// A sample on its way through an experiment.
pub trait Body {
    /// Prescribes something else from now on: a strain, or a stress in MPa.
    fn jump(&mut self, control: Control, drive: f64);

    /// Goes on for `duration` seconds, at the end of which the prescribed value is `drive`.
    ///
    /// # Errors
    /// Rejects a step that has no answer.
    fn step(&mut self, duration: f64, drive: f64) -> Result<(), Refusal>;

    /// The state now.
    fn state(&self) -> State;
}

/// One value per output, in the order of [`outputs`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// MPa.
    pub stress: f64,
    /// Whole strain.
    pub strain: f64,
    /// Strain that goes at once with the stress.
    pub elastic: f64,
    /// Strain that comes back.
    pub anelastic: f64,
    /// Strain that stays.
    pub viscoplastic: f64,
    /// Share of the transformed domains in a spanning cluster.
    pub spanning: f64,
    /// Share of transformed domains.
    pub transformed: f64,
}

impl Observed {
    fn value(&self, output: usize) -> f64 {
        [self.stress, self.strain, self.elastic, self.anelastic, self.viscoplastic, self.spanning, self.transformed]
            .get(output)
            .copied()
            .unwrap_or(f64::NAN)
    }
}

/// The outputs of both models.
pub fn outputs() -> Vec<Quantity> {
    let strain = |id: &str, symbol: &str, label: &str, doc: &str| {
        Quantity::new(id).symbol(symbol).label(label).doc(doc).nominal(1e-3)
    };
    vec![
        Quantity::new("stress")
            .symbol("\\sigma")
            .label("Stress")
            .unit("MPa")
            .doc("Engineering stress, tensile positive."),
        strain("strain", "\\varepsilon", "Strain", "Elastic, anelastic and viscoplastic strain together."),
        strain("strain_elastic", "\\varepsilon_\\mathrm{el}", "Elastic strain", "Stress over the unrelaxed modulus."),
        strain("strain_anelastic", "\\varepsilon_\\mathrm{an}", "Anelastic strain", "Of transformed domains."),
        strain("strain_viscoplastic", "\\varepsilon_\\mathrm{vp}", "Viscoplastic strain", "Has flown, and stays."),
        Quantity::new("percolating_fraction")
            .symbol("f")
            .label("Percolating fraction")
            .doc("Share of the transformed domains that belong to a spanning cluster."),
        Quantity::new("transformed_fraction")
            .symbol("p")
            .label("Transformed fraction")
            .doc("Share of the domains that are transformed."),
    ]
}

/// Runs a sample through a schedule: its state at every wanted time. `tick` gets the fraction done and may end the run.
///
/// # Errors
/// What a step or `tick` refuses.
pub fn run(
    schedule: &Schedule,
    body: &mut impl Body,
    tick: &mut dyn FnMut(f64) -> Result<(), Refusal>,
) -> Result<Vec<State>, Refusal> {
    let mut states = vec![body.state(); schedule.history.at_rest];
    states.reserve_exact(schedule.times.len() - schedule.history.at_rest);
    let pieces = &schedule.history.pieces;
    let mut track = Track::default();
    for (number, piece) in pieces.iter().enumerate() {
        body.jump(piece.control, piece.from.drive);
        schedule.grid(piece, &mut track.times);
        track.states.clear();
        track.states.push(body.state());
        for step in 1..track.times.len() {
            let (start, end) = (track.times[step - 1], track.times[step]);
            body.step(end - start, piece.at(end).drive)?;
            track.states.push(body.state());
            tick((number as f64 + step as f64 / track.times.len() as f64) / pieces.len() as f64)?;
        }
        track.bend();
        let mut place = 0;
        let wanted = &schedule.times[piece.outputs.clone()];
        states.extend(wanted.iter().map(|time| track.at(time - piece.start, &mut place)));
    }
    Ok(states)
}

/// Writes what there is to see of a sample in its states at the wanted times.
pub fn write(schedule: &Schedule, sample: &Sample, states: &[State], out: &mut Curves<'_>) {
    let mut columns: Vec<(usize, &mut [f64])> = out.iter_mut().collect();
    let mut write = |index: usize, control: Control, drive: f64| {
        let Some(&state) = states.get(index) else { return };
        let observed = sample.observe(control, drive, state);
        for (output, column) in &mut columns {
            column[index] = observed.value(*output);
        }
    };
    for index in 0..schedule.history.at_rest {
        write(index, schedule.history.control, schedule.history.rest.drive);
    }
    for piece in &schedule.history.pieces {
        for index in piece.outputs.clone() {
            write(index, piece.control, piece.at(schedule.times[index] - piece.start).drive);
        }
    }
}

/// The steps of one piece, and the slopes of a smooth curve through them.
#[derive(Default)]
struct Track {
    times: Vec<f64>,
    states: Vec<State>,
    slopes: Vec<[f64; 3]>,
}

impl Track {
    /// Slopes by the logarithm of time at every step after the start.
    fn bend(&mut self) {
        self.slopes.clear();
        self.slopes.resize(self.times.len(), [0.0; 3]);
        let values = |step: usize| components(self.states[step]);
        let width = |step: usize| (self.times[step + 1] / self.times[step]).ln();
        let last = self.times.len() - 1;
        for step in 1..=last {
            for (component, slope) in self.slopes[step].iter_mut().enumerate() {
                let secant = |step: usize| (values(step + 1)[component] - values(step)[component]) / width(step);
                *slope = match (step > 1, step < last) {
                    (true, true) => steffen(secant(step - 1), secant(step), width(step - 1), width(step)),
                    (true, false) if last > 2 => {
                        steffen_end(secant(step - 1), secant(step - 2), width(step - 1), width(step - 2))
                    }
                    (false, true) if last > 2 => steffen_end(secant(1), secant(2), width(1), width(2)),
                    (true, false) => secant(step - 1),
                    (false, true) => secant(step),
                    (false, false) => 0.0,
                };
            }
        }
    }

    /// The state at a time (s) since the start; `place` remembers where the last one was.
    fn at(&self, time: f64, place: &mut usize) -> State {
        while *place + 2 < self.times.len() && self.times[*place + 1] < time {
            *place += 1;
        }
        let step = *place;
        let (Some(&end), Some(&after)) = (self.times.get(step + 1), self.states.get(step + 1)) else {
            return self.states[step];
        };
        let (start, from, to) = (self.times[step], components(self.states[step]), components(after));
        if step == 0 {
            // From the start on there is no logarithm yet.
            let part = (time / end).clamp(0.0, 1.0);
            return state(|component| from[component] + part * (to[component] - from[component]));
        }
        let width = (end / start).ln();
        let part = ((time / start).ln() / width).clamp(0.0, 1.0);
        state(|component| {
            let rise = to[component] - from[component];
            let left = self.slopes[step][component] * width - rise;
            let right = rise - self.slopes[step + 1][component] * width;
            let value = from[component] + part * rise + part * (1.0 - part) * (left * (1.0 - part) + right * part);
            // A monotone cubic stays between its ends but for rounding.
            value.max(from[component].min(to[component])).min(from[component].max(to[component]))
        })
    }
}

fn state(component: impl Fn(usize) -> f64) -> State {
    State { transformed: component(0), spanning: component(1), flown: component(2) }
}

fn components(state: State) -> [f64; 3] {
    [state.transformed, state.spanning, state.flown]
}

/// Slope at a point between two secants over two widths; zero at an extremum.
fn steffen(left: f64, right: f64, left_width: f64, right_width: f64) -> f64 {
    if left * right <= 0.0 {
        return 0.0;
    }
    let parabola = (left * right_width + right * left_width) / (left_width + right_width);
    left.signum() * left.abs().min(right.abs()).min(0.5 * parabola.abs()) * 2.0
}

/// Slope at an end point, from the two nearest secants.
fn steffen_end(near: f64, far: f64, near_width: f64, far_width: f64) -> f64 {
    let lean = near_width / (near_width + far_width);
    let parabola = near * (1.0 + lean) - far * lean;
    if parabola * near <= 0.0 { 0.0 } else { near.signum() * parabola.abs().min(2.0 * near.abs()) }
}
