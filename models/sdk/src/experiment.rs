//! What a model sees of an experiment, where it writes its curves, and how it reports progress.
//!
//! These are views into memory of the caller, valid during the call only; a model copies what it needs.

use kovacs_core::History;
use kovacs_core::history::value_at;
use kovacs_core::refusal::Refusal;

/// What was done to the sample, and when results are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Experiment<'a> {
    pub(crate) time: &'a [f64],
    pub(crate) temperature: &'a [f64],
    pub(crate) control: &'a [f64],
    pub(crate) drive: &'a [f64],
    pub(crate) times: &'a [f64],
    /// Empty, or one flag per time.
    pub(crate) before: &'a [u8],
    pub(crate) wanted: &'a [u32],
}

impl<'a> Experiment<'a> {
    /// Time of each node, s; never falling. Two nodes at one time are a jump: left value, then right value.
    pub fn time(&self) -> &'a [f64] {
        self.time
    }

    /// Temperature at each node, K.
    pub fn temperature(&self) -> &'a [f64] {
        self.temperature
    }

    /// 0 where strain is prescribed, 1 where stress is; changes at a jump only.
    pub fn control(&self) -> &'a [f64] {
        self.control
    }

    /// The prescribed value at each node: strain (1), or stress in MPa.
    pub fn drive(&self) -> &'a [f64] {
        self.drive
    }

    /// Times at which results are wanted, s; never falling. They do not steer an integration.
    pub fn times(&self) -> &'a [f64] {
        self.times
    }

    /// Whether output time `index` asks for the value just before a jump at that time.
    pub fn before(&self, index: usize) -> bool {
        self.before.get(index).is_some_and(|&flag| flag != 0)
    }

    /// One flag per output time, see [`before`](Experiment::before).
    pub fn before_flags(&self) -> Vec<bool> {
        (0..self.times.len()).map(|index| self.before(index)).collect()
    }

    /// Indices of the wanted outputs, in the order of the result.
    pub fn wanted(&self) -> impl Iterator<Item = usize> + 'a {
        self.wanted.iter().map(|&output| output as usize)
    }

    /// Whether the output with this index is wanted.
    pub fn wants(&self, output: usize) -> bool {
        self.wanted().any(|wanted| wanted == output)
    }

    /// The nodes as an owned history.
    pub fn history(&self) -> History {
        History {
            time: self.time.to_vec(),
            temperature: self.temperature.to_vec(),
            control: self.control.to_vec(),
            drive: self.drive.to_vec(),
        }
    }

    /// The temperature in K if it never changes.
    pub fn constant_temperature(&self) -> Option<f64> {
        let first = self.temperature.first().copied()?;
        self.temperature.iter().all(|&temperature| temperature == first).then_some(first)
    }

    /// Whether strain is prescribed throughout.
    pub fn is_strain_controlled(&self) -> bool {
        self.control.iter().all(|&control| control == 0.0)
    }

    /// The prescribed value at output time `index`: linear between nodes, after the last node the last value, at a
    /// jump the value after it unless [`before`](Experiment::before) asks for the other one. NaN if there is no such
    /// output time.
    pub fn drive_at(&self, index: usize) -> f64 {
        let Some(&time) = self.times.get(index) else { return f64::NAN };
        value_at(self.time, self.drive, time, self.before(index))
    }
}

/// Where a model writes its curves: one column per wanted output, one value per output time.
#[derive(Debug)]
pub struct Curves<'a> {
    pub(crate) wanted: &'a [u32],
    pub(crate) points: usize,
    pub(crate) values: &'a mut [f64],
}

impl Curves<'_> {
    /// The column of the output with this index (in the order of [`Model::outputs`](crate::Model::outputs)); `None` if
    /// it is not wanted.
    pub fn column(&mut self, output: usize) -> Option<&mut [f64]> {
        let position = self.wanted.iter().position(|&wanted| wanted as usize == output)?;
        self.values.get_mut(position * self.points..(position + 1) * self.points)
    }

    /// All columns, each with the index of its output.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut [f64])> {
        // No points: no columns to write, and a chunk must not be empty.
        let columns = self.values.chunks_exact_mut(self.points.max(1));
        self.wanted.iter().map(|&output| output as usize).zip(columns)
    }
}

/// Where a model writes its derivatives: for each wanted output and time as many as there are parameters in `wrt`.
#[derive(Debug)]
pub struct Jacobian<'a> {
    pub(crate) wanted: &'a [u32],
    pub(crate) points: usize,
    /// Number of parameters with respect to which derivatives are wanted, at least one.
    pub(crate) count: usize,
    pub(crate) values: &'a mut [f64],
}

impl Jacobian<'_> {
    /// The derivatives of the output with this index at output time `time`, with respect to each of `wrt` in order;
    /// `None` if the output is not wanted or there is no such time.
    pub fn row(&mut self, output: usize, time: usize) -> Option<&mut [f64]> {
        self.column(output)?.nth(time)
    }

    /// The derivatives of the output with this index, time by time; `None` if it is not wanted.
    pub fn column(&mut self, output: usize) -> Option<impl Iterator<Item = &mut [f64]>> {
        let position = self.wanted.iter().position(|&wanted| wanted as usize == output)?;
        let size = self.points * self.count;
        Some(self.values.get_mut(position * size..(position + 1) * size)?.chunks_exact_mut(self.count))
    }
}

/// What belongs to one call of [`Model::evaluate`](crate::Model::evaluate) besides numbers: seed, threads, progress.
pub struct Run<'a> {
    pub(crate) row: usize,
    pub(crate) rows: usize,
    pub(crate) seed: Option<u64>,
    pub(crate) threads: u32,
    pub(crate) tick: Option<&'a mut dyn FnMut(f64) -> bool>,
}

impl Run<'_> {
    /// All randomness of this curve comes from here; `None`: the caller did not say.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// How many threads the model may use.
    pub fn threads(&self) -> u32 {
        self.threads
    }

    /// Reports progress, `fraction` of this curve in 0..=1; call it about every 10 ms of work.
    ///
    /// # Errors
    /// The user asked to stop: hand the refusal on with `?`.
    pub fn tick(&mut self, fraction: f64) -> Result<(), Refusal> {
        let Some(tick) = self.tick.as_mut() else { return Ok(()) };
        let done = (self.row as f64 + fraction.clamp(0.0, 1.0)) / self.rows.max(1) as f64;
        if tick(done) { Ok(()) } else { Err(Refusal::cancelled()) }
    }
}
