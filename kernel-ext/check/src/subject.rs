//! The model under test, and what every test needs of it.

use crate::experiments::{self, Kind};
use crate::verdict::{Finding, Outcome, failed, skipped};
use kovacs_abi as abi;
use kovacs_core::model::{Capabilities, ModelDescription, Preset, Quantity};
use kovacs_host::probe::{Answer, Probe, ProbeInstance, RawBatch, RawExperiment, RawResult};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The model under test.
pub(crate) struct Subject<'a> {
    probe: Probe,
    seed: u64,
    note: &'a dyn Fn(&str),
    cost: OnceCell<Duration>,
    /// Values of settings that replace the defaults, by id.
    settings: BTreeMap<String, f64>,
}

/// Time that a test of many evaluations may take; slow models are tried at fewer points.
const BUDGET: Duration = Duration::from_secs(8);

impl<'a> Subject<'a> {
    /// `note` is told what is being done, so that a crash can be placed.
    pub(crate) fn new(probe: Probe, seed: u64, settings: &BTreeMap<String, f64>, note: &'a dyn Fn(&str)) -> Self {
        Subject { probe, seed, note, cost: OnceCell::new(), settings: settings.clone() }
    }

    pub(crate) fn probe(&self) -> &Probe {
        &self.probe
    }

    pub(crate) fn about(&self) -> &ModelDescription {
        self.probe.handle().description()
    }

    pub(crate) fn can(&self) -> Capabilities {
        self.about().capabilities
    }

    /// Says what is done next.
    pub(crate) fn step(&self, words: &str) {
        (self.note)(words);
    }

    /// Random numbers that belong to the seed of the check.
    pub(crate) fn random(&self) -> SmallRng {
        SmallRng::seed_from_u64(self.seed)
    }

    /// An instance with default settings.
    pub(crate) fn instance(&self) -> Result<ProbeInstance, Finding> {
        self.instance_with(&self.default_settings())
    }

    /// The defaults, where the user of the check did not ask for other values.
    pub(crate) fn default_settings(&self) -> Vec<f64> {
        let value = |setting: &Quantity| self.settings.get(&setting.id).copied().unwrap_or(setting.initial);
        self.about().settings.iter().map(value).collect()
    }

    pub(crate) fn instance_with(&self, settings: &[f64]) -> Result<ProbeInstance, Finding> {
        self.step("create");
        match self.probe.create(settings) {
            (answer, Some(instance)) if answer.status == abi::OK => Ok(instance),
            (answer, _) if answer.status == abi::OK => Err(failed("`create` answers OK without an instance")),
            (answer, _) => Err(failed(format!("`create` with default settings {}", words(&answer)))),
        }
    }

    /// The first experiment that the model accepts.
    pub(crate) fn usual(&self) -> Result<(Kind, RawExperiment), Finding> {
        self.usual_for(None)
    }

    /// As [`usual`](Self::usual), at the temperature of a parameter set.
    pub(crate) fn usual_for(&self, preset: Option<&Preset>) -> Result<(Kind, RawExperiment), Finding> {
        let temperature = experiments::temperature_of(self.about(), preset);
        let mut refusals = Vec::new();
        for kind in Kind::ALL {
            let experiment = experiments::raw(self.about(), &kind.history(temperature));
            let mut instance = self.instance()?;
            self.step(&format!("bind of {}", kind.words()));
            let answer = instance.bind(&experiment);
            match answer.status {
                abi::OK => return Ok((kind, experiment)),
                abi::REJECTED => refusals.push(format!("{}: {}", kind.words(), said(&answer))),
                _ => return Err(failed(format!("`bind` of {} {}", kind.words(), words(&answer)))),
            }
        }
        Err(skipped(format!("the model refuses every experiment of the tests: {}", refusals.join("; "))))
    }

    /// An instance with the usual experiment.
    pub(crate) fn bound(&self) -> Result<(ProbeInstance, RawExperiment), Finding> {
        let (_, experiment) = self.usual()?;
        Ok((self.instance_bound_to(&experiment)?, experiment))
    }

    pub(crate) fn instance_bound_to(&self, experiment: &RawExperiment) -> Result<ProbeInstance, Finding> {
        let mut instance = self.instance()?;
        self.bind(&mut instance, experiment)?;
        Ok(instance)
    }

    /// Binds what the model has accepted before.
    pub(crate) fn bind(&self, instance: &mut ProbeInstance, experiment: &RawExperiment) -> Result<(), Finding> {
        self.step("bind");
        let answer = instance.bind(experiment);
        if answer.status == abi::OK { Ok(()) } else { Err(failed(format!("`bind` {}", words(&answer)))) }
    }

    /// Evaluates rows with their seeds; a row is done or refused, everything else is a failure.
    pub(crate) fn evaluate(&self, instance: &mut ProbeInstance, rows: &[Vec<f64>]) -> Result<RawResult, Finding> {
        let seeds = self.seeds(rows.len());
        let parameters = rows.concat();
        match rows {
            [row] => self.step(&format!("evaluate at {}", self.named(row))),
            _ => self.step(&format!("evaluate of {} rows", rows.len())),
        }
        let batch =
            RawBatch { rows: rows.len(), parameters: &parameters, seeds: &seeds, threads: 1, ..RawBatch::default() };
        let result = instance.evaluate(batch);
        accepted(result)
    }

    /// Time of one evaluation at the defaults; nothing where there is none.
    fn cost(&self) -> Duration {
        *self.cost.get_or_init(|| {
            let Ok((mut instance, _)) = self.bound() else { return Duration::ZERO };
            let started = Instant::now();
            let _ = self.evaluate(&mut instance, &[self.about().defaults()]);
            started.elapsed()
        })
    }

    /// One seed per row for a seeded model: equal numbers of rows get equal seeds.
    pub(crate) fn seeds(&self, rows: usize) -> Vec<u64> {
        if self.can().seeded { (1..=rows as u64).collect() } else { Vec::new() }
    }

    /// Whether equal calls must give equal bits.
    pub(crate) fn must_repeat(&self) -> Result<(), Finding> {
        match self.can() {
            Capabilities { deterministic: false, seeded: false, .. } => {
                Err(skipped("the model announces neither `deterministic` nor `seeded`"))
            }
            _ => Ok(()),
        }
    }

    /// A point as a message shows it: `modulus` = 1e3, ...
    pub(crate) fn named(&self, point: &[f64]) -> String {
        let pairs = self.about().parameters.iter().zip(point);
        pairs.map(|(quantity, value)| format!("`{}` = {value:e}", quantity.id)).collect::<Vec<_>>().join(", ")
    }

    /// Points at which the model is tried: defaults and parameter sets.
    pub(crate) fn known_points(&self) -> Vec<(String, Vec<f64>)> {
        let defaults = ("the defaults".to_owned(), self.about().defaults());
        let presets = self.about().presets.iter();
        let presets = presets.map(|preset| (format!("parameter set `{}`", preset.id), preset.parameters.clone()));
        std::iter::once(defaults).chain(presets).collect()
    }

    /// A handful of points inside the bounds.
    ///
    /// A slow model gets fewer of them, at least two: a test evaluates each several times.
    pub(crate) fn few_points(&self, count: usize) -> Vec<Vec<f64>> {
        /// How often a test may evaluate a point, in the worst case: on each of eight threads.
        const TIMES: f64 = 8.0;
        let affordable = BUDGET.as_secs_f64() / (TIMES * self.cost().as_secs_f64().max(1e-9));
        let count = if affordable < count as f64 { count.min(2) } else { count };
        let mut random = self.random();
        let mut points: Vec<Vec<f64>> = self.known_points().into_iter().map(|(_, point)| point).collect();
        points.truncate(count);
        while points.len() < count {
            points.push(self.random_point(&mut random));
        }
        points
    }

    /// A point inside the bounds: uniform, or uniform in the logarithm where the model asks for it.
    pub(crate) fn random_point(&self, random: &mut SmallRng) -> Vec<f64> {
        let about = self.about();
        about.parameters.iter().map(|quantity| points::inside(quantity, random.random::<f64>())).collect()
    }
}

/// A clock for tests of many evaluations.
pub(crate) struct Budget {
    started: Instant,
}

impl Budget {
    pub(crate) fn start() -> Self {
        Budget { started: Instant::now() }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.started.elapsed() > BUDGET
    }
}

/// A result in which every row is done or refused.
pub(crate) fn accepted(result: RawResult) -> Result<RawResult, Finding> {
    if result.answer.status != abi::OK {
        return Err(failed(format!("`evaluate` {}", words(&result.answer))));
    }
    match result.status.iter().position(|status| !matches!(*status, abi::OK | abi::REJECTED)) {
        Some(row) => Err(failed(format!("`evaluate` answers OK and leaves row {row} with the status {}", {
            result.status[row]
        }))),
        None => Ok(result),
    }
}

/// The predicate of a sentence about a call: `answers -5: boom`.
pub(crate) fn words(answer: &Answer) -> String {
    let meaning = match answer.status {
        abi::OK => "OK",
        abi::REJECTED => "REJECTED",
        abi::CANCELLED => "CANCELLED",
        abi::E_ARGUMENT => "E_ARGUMENT",
        abi::E_STATE => "E_STATE",
        abi::E_UNSUPPORTED => "E_UNSUPPORTED",
        abi::E_MEMORY => "E_MEMORY",
        abi::E_INTERNAL => "E_INTERNAL",
        _ => "a status that the header does not know",
    };
    match said(answer) {
        "" => format!("answers {} ({meaning})", answer.status),
        message => format!("answers {} ({meaning}): {message}", answer.status),
    }
}

fn said(answer: &Answer) -> &str {
    match &answer.message {
        Ok(message) | Err(message) => message,
    }
}

/// Where two results of one call differ; `Ok` if they have the same bits. Refused rows have no numbers to compare.
pub(crate) fn same_bits(what: &str, left: &RawResult, right: &RawResult) -> Outcome {
    if left.status != right.status {
        return Err(failed(format!("{what}: the rows end with {:?} and with {:?}", left.status, right.status)));
    }
    let width = left.values.len() / left.status.len().max(1);
    for (index, (a, b)) in left.values.iter().zip(&right.values).enumerate() {
        if left.status[index / width.max(1)] == abi::OK && a.to_bits() != b.to_bits() {
            let (row, cell) = (index / width, index % width);
            return Err(failed(format!("{what}: value {cell} of row {row} is {a:e} and {b:e}")));
        }
    }
    crate::verdict::passed()
}

pub(crate) mod points {
    //! Numbers inside, at and beyond the bounds of a quantity.

    use kovacs_core::model::Quantity;

    /// How far beyond its typical magnitude an unbounded quantity is tried.
    const REACH: f64 = 100.0;

    /// The value at a place in 0..1 between the bounds, or around the default where there is no bound.
    pub(crate) fn inside(quantity: &Quantity, place: f64) -> f64 {
        let (lower, upper) = reach(quantity);
        let value = if quantity.logarithmic && upper > 0.0 {
            // A logarithmic quantity that may be 0 is tried over 30 decades.
            let floor = if lower > 0.0 { lower } else { upper * 1e-30 };
            (floor.ln() + place * (upper.ln() - floor.ln())).exp()
        } else {
            lower + place * (upper - lower)
        };
        let value = if quantity.integer { value.round() } else { value };
        if quantity.accepts(value) { value } else { quantity.initial }
    }

    /// The interval in which a quantity is tried.
    fn reach(quantity: &Quantity) -> (f64, f64) {
        let span = REACH * quantity.nominal.max(quantity.initial.abs());
        let lower = if quantity.lower.is_finite() { quantity.lower } else { quantity.initial - span };
        let upper = if quantity.upper.is_finite() { quantity.upper } else { quantity.initial + span };
        (lower, upper)
    }

    /// The outermost accepted values: the bounds, or the next number inside an open one; the default where there is no
    /// bound.
    pub(crate) fn ends(quantity: &Quantity) -> [f64; 2] {
        let lowest = if quantity.open_lower { quantity.lower.next_up() } else { quantity.lower };
        let highest = if quantity.open_upper { quantity.upper.next_down() } else { quantity.upper };
        [lowest, highest].map(|value| if quantity.accepts(value) { value } else { quantity.initial })
    }

    /// Values just outside, far outside, and not whole where only whole numbers are accepted.
    pub(crate) fn outside(quantity: &Quantity) -> Vec<f64> {
        let mut values = Vec::new();
        if quantity.lower.is_finite() {
            values.push(if quantity.open_lower { quantity.lower } else { quantity.lower.next_down() });
            values.push(quantity.lower - quantity.nominal);
        }
        if quantity.upper.is_finite() {
            values.push(if quantity.open_upper { quantity.upper } else { quantity.upper.next_up() });
            values.push(quantity.upper + quantity.nominal);
        }
        if quantity.integer {
            values.push(quantity.initial + 0.5);
        }
        values.retain(|&value| value.is_finite() && !quantity.accepts(value));
        values
    }
}
