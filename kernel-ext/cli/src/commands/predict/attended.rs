//! A model that is watched while it runs: seed and threads are set, progress is shown, Ctrl-C stops it.

use super::Options;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::waiting::Waiting;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription};
use kovacs_host::Instance;
use kovacs_runner::exit_code;

/// An instance, and how it is run.
pub struct Attended {
    instance: Instance,
    seed: Option<u64>,
    threads: u32,
    /// Of models that report progress; the others are done at once, or are ended by the system's own Ctrl-C.
    interrupts: Option<Interrupts>,
    waiting: Waiting,
}

impl Attended {
    /// Attends an instance as the options say.
    ///
    /// # Errors
    /// A seed for a model without chance, or signals cannot be handled.
    pub fn new(instance: Instance, options: &Options) -> Result<Attended, Failure> {
        let description = instance.description();
        let model = description.short_id();
        let can = description.capabilities;
        if options.seed.is_some() && !can.seeded {
            return Err(Failure::usage(format!("model `{model}` has nothing random, so --seed means nothing"))
                .remedy("leave out --seed"));
        }
        let interrupts = can.ticks.then(Interrupts::listen).transpose()?;
        let waiting = Waiting::new(format!("{model} runs"));
        let available = || std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
        let threads = options.threads.unwrap_or_else(available);
        // A run without a seed of its own can be repeated too.
        let seed = can.seeded.then(|| options.seed.unwrap_or(0));
        Ok(Attended { instance, seed, threads, interrupts, waiting })
    }

    /// The seed, of a model that takes one.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// The failure of an evaluation, or of the run if somebody stopped it.
    pub fn failure(&self, error: EvaluationError) -> Failure {
        self.waiting.clear();
        if self.interrupts.as_ref().is_some_and(Interrupts::requested) {
            return Failure::new("interrupted").code(exit_code::INTERRUPTED);
        }
        let model = self.instance.description().short_id();
        let failure = Failure::from(error).context(format!("cannot predict with `{model}`"));
        failure.remedy(format!("`kovacs model info {model}` shows what it accepts"))
    }

    /// The run is over: nothing more is shown.
    pub fn done(&self) {
        self.waiting.clear();
    }
}

impl Evaluator for Attended {
    fn description(&self) -> &ModelDescription {
        self.instance.description()
    }

    fn settings(&self) -> &[f64] {
        self.instance.settings()
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        self.instance.bind(experiment)
    }

    fn evaluate(&mut self, batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        let rows = batch.parameters.len() / self.instance.description().parameters.len().max(1);
        let seeds = self.seed.map_or_else(Vec::new, |seed| vec![seed; rows]);
        let (waiting, interrupts) = (&self.waiting, &self.interrupts);
        let mut tick = |fraction: f64| {
            waiting.show(fraction);
            !interrupts.as_ref().is_some_and(Interrupts::requested)
        };
        self.instance.evaluate(Batch {
            parameters: batch.parameters,
            seeds: &seeds,
            max_threads: self.threads,
            tick: Some(&mut tick),
            sensitivities: batch.sensitivities,
        })
    }
}
