//! A history cut into pieces: what a model that steps through time needs before it can begin.
//!
//! Between two nodes everything prescribed is linear, at a jump there are two nodes at one time, and output times at a
//! jump want the value before or after it. Every stepping model has to turn that into stretches of time with the outputs
//! that lie in them; it is written here once, because a mistake at a jump shows as a wrong `sigma_0`.

use crate::{Experiment, Refusal};
use kovacs_core::Control;
use std::ops::Range;

/// What is done to a sample at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prescribed {
    /// Temperature, K.
    pub temperature: f64,
    /// Strain (1), or stress in MPa.
    pub drive: f64,
}

/// A stretch of time in which everything prescribed is linear.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Start, s.
    pub start: f64,
    /// Length, s; infinite for the last one, in which the last node is held.
    pub duration: f64,
    /// What is prescribed.
    pub control: Control,
    /// Temperature and prescribed value at its start, after a jump there.
    pub from: Prescribed,
    /// The same at its end, before a jump there.
    pub to: Prescribed,
    /// Which output times lie in this piece, as a range of indices.
    pub outputs: Range<usize>,
}

/// A history as pieces.
///
/// # Examples
/// ```
/// use kovacs_core::Control;
/// use kovacs_sdk::Pieces;
///
/// // A step at 0 s, held for 10 s, then back to 0: nodes as a model gets them.
/// let time = [0.0, 0.0, 10.0, 10.0];
/// let pieces = Pieces::of_columns(&time, &[300.0; 4], &[0.0; 4], &[0.0, 0.01, 0.01, 0.0], &[0.0, 10.0, 10.0, 99.0], |index| index == 1)?;
/// let outputs: Vec<_> = pieces.pieces.iter().map(|piece| piece.outputs.clone()).collect();
/// // The output at 10 s that asks for the value before the jump belongs to the first hold.
/// assert_eq!(outputs, [0..2, 2..4]);
/// assert_eq!((pieces.control, pieces.rest.drive), (Control::Strain, 0.0));
/// # Ok::<(), kovacs_sdk::Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pieces {
    /// What is prescribed before the first node, for ever.
    pub control: Control,
    /// Its temperature and value.
    pub rest: Prescribed,
    /// How many output times, the first ones, want the state of rest: they are before a jump at the first node.
    pub at_rest: usize,
    /// The pieces in order of time, up to the last one in which an output lies.
    pub pieces: Vec<Piece>,
}

impl Piece {
    /// Whether nothing changes in it.
    pub fn is_hold(&self) -> bool {
        self.from == self.to
    }

    /// What is prescribed at a time (s) since its start.
    pub fn at(&self, time: f64) -> Prescribed {
        if self.is_hold() || time >= self.duration {
            return self.to;
        }
        let part = time / self.duration;
        let between = |from: f64, to: f64| from + (to - from) * part;
        Prescribed {
            temperature: between(self.from.temperature, self.to.temperature),
            drive: between(self.from.drive, self.to.drive),
        }
    }

    /// Whether this piece goes on as `next` does, without jump or corner.
    fn continues(&self, next: &Piece) -> bool {
        self.control == next.control && self.to == next.from && self.is_hold() && next.is_hold()
    }
}

impl Pieces {
    /// Cuts an experiment at its jumps and corners; nodes at which nothing changes are passed over.
    ///
    /// # Errors
    /// Rejects a temperature that is not above 0 K, and an experiment without nodes.
    pub fn new(experiment: &Experiment<'_>) -> Result<Self, Refusal> {
        Pieces::of_columns(
            experiment.time(),
            experiment.temperature(),
            experiment.control(),
            experiment.drive(),
            experiment.times(),
            |index| experiment.before(index),
        )
    }

    /// The same from columns of one length: time (s), temperature (K), control (0 strain, 1 stress), drive; output times
    /// (s), and whether each wants the value before a jump.
    ///
    /// # Errors
    /// As [`Pieces::new`], and columns of different lengths.
    pub fn of_columns(
        time: &[f64],
        temperature: &[f64],
        control: &[f64],
        drive: &[f64],
        times: &[f64],
        before: impl Fn(usize) -> bool,
    ) -> Result<Self, Refusal> {
        if [temperature.len(), control.len(), drive.len()] != [time.len(); 3] || time.is_empty() {
            return Err(Refusal::rejected("the experiment has no nodes, or columns of different lengths"));
        }
        if let Some(node) = temperature.iter().position(|&kelvin| !(kelvin > 0.0 && kelvin.is_finite())) {
            let (kelvin, time) = (temperature[node], time[node]);
            return Err(Refusal::rejected(format!("the temperature is {kelvin} K at {time} s, it must be above 0 K")));
        }
        let control_at = |node: usize| {
            if control[node] == Control::Stress.code() { Control::Stress } else { Control::Strain }
        };
        let prescribed = |node: usize| Prescribed { temperature: temperature[node], drive: drive[node] };
        let durations = time.windows(2).map(|pair| pair[1] - pair[0]).chain([f64::INFINITY]);
        let mut pieces: Vec<Piece> = Vec::new();
        for (node, duration) in durations.enumerate().filter(|&(_, duration)| duration > 0.0) {
            let from = prescribed(node);
            let to = if duration.is_finite() { prescribed(node + 1) } else { from };
            let next = Piece { start: time[node], duration, control: control_at(node), from, to, outputs: 0..0 };
            match pieces.last_mut() {
                Some(last) if last.continues(&next) => last.duration = next.start - last.start + duration,
                _ => pieces.push(next),
            }
        }
        // At a jump an output belongs to the later piece, or to the earlier one where the value before it is wanted.
        let at_rest = (0..times.len()).take_while(|&index| times[index] == time[0] && before(index)).count();
        let ends: Vec<f64> = pieces.iter().skip(1).map(|next| next.start).chain([f64::INFINITY]).collect();
        let mut next = at_rest;
        for (piece, end) in pieces.iter_mut().zip(ends) {
            let first = next;
            while next < times.len() && (times[next] < end || (times[next] == end && before(next))) {
                next += 1;
            }
            piece.outputs = first..next;
        }
        let last = pieces.iter().rposition(|piece| !piece.outputs.is_empty());
        pieces.truncate(last.map_or(0, |last| last + 1));
        Ok(Pieces { control: control_at(0), rest: prescribed(0), at_rest, pieces })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ramp to 1 % in 2 s, a hold with a node in the middle, release to zero stress at 12 s.
    fn cut(times: &[f64], before: &[bool]) -> Pieces {
        let time = [0.0, 2.0, 7.0, 12.0, 12.0, 20.0];
        let control = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0];
        let drive = [0.0, 0.01, 0.01, 0.01, 0.0, 0.0];
        Pieces::of_columns(&time, &[300.0; 6], &control, &drive, times, |index| before[index]).unwrap()
    }

    #[test]
    fn nodes_at_which_nothing_changes_cut_nothing() {
        let pieces = cut(&[100.0], &[false]).pieces;
        let spans: Vec<(f64, f64)> = pieces.iter().map(|piece| (piece.start, piece.duration)).collect();
        assert_eq!(spans, [(0.0, 2.0), (2.0, 10.0), (12.0, f64::INFINITY)]);
        assert_eq!(pieces[2].control, Control::Stress);
        assert_eq!(pieces[0].at(1.0), Prescribed { temperature: 300.0, drive: 0.005 });
        assert_eq!(pieces[2].outputs, 0..1);
    }

    #[test]
    fn outputs_at_a_jump_go_where_they_ask_to() {
        let found = cut(&[0.0, 2.0, 12.0, 12.0], &[true, false, true, false]);
        assert_eq!(found.at_rest, 1, "before the first node");
        let outputs: Vec<_> = found.pieces.iter().map(|piece| piece.outputs.clone()).collect();
        assert_eq!(outputs, [1..1, 1..3, 3..4]);
    }

    #[test]
    fn what_is_not_wanted_is_not_computed() {
        assert_eq!(cut(&[1.0], &[false]).pieces.len(), 1);
        assert!(cut(&[], &[]).pieces.is_empty());
    }

    #[test]
    fn a_temperature_that_is_none_is_refused() {
        let refused = Pieces::of_columns(&[0.0, 1.0], &[300.0, 0.0], &[0.0; 2], &[0.0; 2], &[], |_| false).unwrap_err();
        assert_eq!(refused.to_string(), "the temperature is 0 K at 1 s, it must be above 0 K");
        assert!(Pieces::of_columns(&[], &[], &[], &[], &[], |_| false).is_err());
    }
}
