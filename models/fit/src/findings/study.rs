//! The tests that every model goes through.

use super::Subject;
use crate::activation::{ActivationEnergy, isoconversional_energy};
use crate::error::FitError;
use crate::stretched::{StretchedFit, fit_recovery};
use kovacs_core::glasses::Glass;
use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_core::{RecoveryTest, SecondStage, TwoStep, observe_recovery, observe_relaxation, observe_second_stage};

/// Waiting times (s) and temperatures (K) of the series of one glass.
struct Series {
    glass: &'static str,
    waiting: [f64; 8],
    temperatures: [f64; 5],
}

/// The lists of measured waiting times and temperatures are not printed in the paper; these span what it shows.
const SERIES: [Series; 3] = [
    Series {
        glass: "ti-zr-hf-cu-ni-be",
        waiting: [10.0, 30.0, 100.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0],
        temperatures: [573.0, 583.0, 593.0, 603.0, 613.0],
    },
    Series {
        glass: "fe-zr-b",
        waiting: [30.0, 100.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0],
        temperatures: [577.0, 587.0, 597.0, 607.0, 617.0],
    },
    Series {
        glass: "pvc",
        waiting: [3.0, 10.0, 30.0, 100.0, 300.0, 600.0, 1200.0, 3600.0],
        temperatures: [308.0, 313.0, 318.0, 323.0, 328.0],
    },
];

/// Second strains of the depth series, in units of the first.
const DEPTHS: [f64; 5] = [0.4, 0.6, 0.8, 1.0, 1.2];

/// First strains of the strain series, in units of the paper's.
const STRAINS: [f64; 5] = [0.8, 0.9, 1.0, 1.1, 1.2];

/// Ratios of relaxed to unrelaxed modulus that are tried where a model has both.
const RATIOS: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// How many times longer the test is that tells "not yet recovered" from "never".
const LONGER: f64 = 100.0;

/// Window of the relaxations, s.
const RELAXATION: (f64, f64) = (1e-2, 1e6);

/// What a recovery gives.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveryPoint {
    /// Recovered fraction at the end of the test.
    pub recovered_at_end: f64,
    /// Recovered fraction by the fitted plateau; `None` without a fit.
    pub recovered_by_fit: Option<f64>,
    /// Recovered fraction by what the model itself calls viscoplastic at the end; `None` without a split.
    pub recovered_by_model: Option<f64>,
    /// The fit; `None` where there was nothing to fit.
    pub fit: Option<StretchedFit>,
}

impl RecoveryPoint {
    /// The recovery time, s; `None` where no fit determines it.
    pub fn tau_rec(&self) -> Option<f64> {
        self.fit.as_ref().filter(|fit| fit.on_bound.is_empty()).map(|fit| fit.relaxation_time)
    }
}

/// One test of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What varies: strain (1), time (s) or temperature (K).
    pub at: f64,
    /// The second stage.
    pub stage: SecondStage,
    /// The recovery after the same hold; `None` where the model takes no stress control.
    pub recovery: Option<RecoveryPoint>,
}

/// A series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course(pub Vec<Step>);

impl Course {
    /// What varies.
    pub fn at(&self) -> Vec<Option<f64>> {
        self.0.iter().map(|step| Some(step.at)).collect()
    }

    /// Times of the humps, s.
    pub fn times(&self) -> Vec<Option<f64>> {
        self.0.iter().map(|step| step.stage.t_p()).collect()
    }

    /// Heights of the humps, MPa.
    pub fn heights(&self) -> Vec<Option<f64>> {
        self.0.iter().map(|step| step.stage.delta_sigma()).collect()
    }

    /// Recovery times, s.
    pub fn recovery_times(&self) -> Vec<Option<f64>> {
        self.0.iter().map(|step| step.recovery.as_ref()?.tau_rec()).collect()
    }
}

/// The waiting and temperature series with another ratio of the moduli.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Relaxed over unrelaxed modulus.
    pub ratio: f64,
    /// Over waiting times, s.
    pub waiting: Course,
    /// Over temperatures, K.
    pub temperature: Course,
}

/// Everything that is known of one model and one glass.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// The glass and its test.
    pub glass: Glass,
    /// Over the second strain; no recoveries.
    pub depth: Course,
    /// Over the first strain.
    pub strain: Course,
    /// Over waiting times, s.
    pub waiting: Course,
    /// Over temperatures, K.
    pub temperature: Course,
    /// Recovered fraction after the longest wait, in a test a hundred times as long.
    pub recovered_much_later: Option<f64>,
    /// Activation energies at the waiting times.
    pub energies: Vec<ActivationEnergy>,
    /// Other ratios of the moduli, for models that have both.
    pub variants: Vec<Variant>,
    /// Why there are no recoveries, if there are none.
    pub no_recovery: Option<String>,
}

fn series(glass: &Glass) -> Result<&'static Series, FitError> {
    SERIES
        .iter()
        .find(|series| series.glass == glass.id)
        .ok_or_else(|| FitError::NoSeries { glass: glass.id.to_owned() })
}

/// How many tests a subject goes through.
pub(super) fn steps(subject: &Subject) -> Result<usize, FitError> {
    let series = series(&subject.glass)?;
    let courses = STRAINS.len() + series.waiting.len() + series.temperatures.len();
    let variants = match moduli(subject.evaluator.as_ref()) {
        Some(_) => RATIOS.len() * (series.waiting.len() + series.temperatures.len()),
        None => 0,
    };
    Ok(DEPTHS.len() + courses + 1 + series.temperatures.len() + variants)
}

/// Indices of the unrelaxed and the relaxed modulus, where a model takes stress and has both.
fn moduli(evaluator: &dyn Evaluator) -> Option<(usize, usize)> {
    let about = evaluator.description();
    let both = (about.parameter("unrelaxed_modulus")?, about.parameter("relaxed_modulus")?);
    about.capabilities.stress.then_some(both)
}

/// Runs every test of a glass; `step` is called before each and answers `false` to stop.
///
/// # Errors
/// As [`judge_all`](super::judge_all).
pub fn study(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    glass: &Glass,
    step: &mut dyn FnMut() -> bool,
) -> Result<Study, FitError> {
    let series = series(glass)?;
    let moduli = moduli(evaluator);
    let takes_stress = evaluator.description().capabilities.stress;
    let mut runner = Runner { evaluator, parameters: parameters.to_vec(), step, takes_stress };
    let printed = glass.two_step();
    let depth = runner.course(&DEPTHS.map(|depth| depth * glass.eps1), false, |eps2| TwoStep { eps2, ..printed })?;
    let strains = STRAINS.map(|factor| factor * glass.eps1);
    let strain = runner.course(&strains, true, |eps1| TwoStep { eps1, ..printed })?;
    let waiting = runner.waiting(glass, series)?;
    let temperature = runner.temperature(glass, series)?;
    let recovered_much_later = runner.much_later(glass, series)?;
    let energies = runner.energies(glass, series)?;
    let mut variants = Vec::new();
    if let Some((unrelaxed, relaxed)) = moduli {
        for ratio in RATIOS {
            let modulus = parameters.get(unrelaxed).copied().unwrap_or(f64::NAN);
            if let Some(place) = runner.parameters.get_mut(relaxed) {
                *place = ratio * modulus;
            }
            let (waiting, temperature) = (runner.waiting(glass, series)?, runner.temperature(glass, series)?);
            variants.push(Variant { ratio, waiting, temperature });
        }
    }
    let no_recovery = (!takes_stress).then(|| "the model takes no stress control".to_owned());
    Ok(Study {
        glass: *glass,
        depth,
        strain,
        waiting,
        temperature,
        recovered_much_later,
        energies,
        variants,
        no_recovery,
    })
}

struct Runner<'a> {
    evaluator: &'a mut dyn Evaluator,
    parameters: Vec<f64>,
    step: &'a mut dyn FnMut() -> bool,
    takes_stress: bool,
}

impl Runner<'_> {
    fn go_on(&mut self) -> Result<(), FitError> {
        if (self.step)() { Ok(()) } else { Err(FitError::Stopped) }
    }

    fn waiting(&mut self, glass: &Glass, series: &Series) -> Result<Course, FitError> {
        // The second stage of each is long enough for its own waiting time.
        self.course(&series.waiting, true, |t_w| TwoStep::new(glass.eps1, glass.eps2, t_w, glass.temperature))
    }

    fn temperature(&mut self, glass: &Glass, series: &Series) -> Result<Course, FitError> {
        let printed = glass.two_step();
        self.course(&series.temperatures, true, |temperature| TwoStep { temperature, ..printed })
    }

    fn course(
        &mut self,
        values: &[f64],
        with_recovery: bool,
        test: impl Fn(f64) -> TwoStep,
    ) -> Result<Course, FitError> {
        let mut steps = Vec::new();
        for &at in values {
            self.go_on()?;
            let test = test(at);
            let stage = observe_second_stage(self.evaluator, &self.parameters, &test)?;
            let recovery = match with_recovery && self.takes_stress {
                true => Some(self.recovery(&RecoveryTest::new(test.eps1, test.t_w, test.temperature))?),
                false => None,
            };
            steps.push(Step { at, stage, recovery });
        }
        Ok(Course(steps))
    }

    fn recovery(&mut self, test: &RecoveryTest) -> Result<RecoveryPoint, EvaluationError> {
        let recovery = observe_recovery(self.evaluator, &self.parameters, test)?;
        // A strain that does not change has no recovery time: a result, not a failure.
        let fit = fit_recovery(&recovery).ok();
        Ok(RecoveryPoint {
            recovered_at_end: recovery.recovered_fraction(recovery.left_at_end()),
            recovered_by_model: recovery
                .parts
                .as_ref()
                .and_then(|parts| parts.viscoplastic.last())
                .map(|&left| recovery.recovered_fraction(left)),
            recovered_by_fit: fit.as_ref().map(|fit| recovery.recovered_fraction(fit.plateau)),
            fit,
        })
    }

    fn much_later(&mut self, glass: &Glass, series: &Series) -> Result<Option<f64>, FitError> {
        self.go_on()?;
        let Some(&longest) = series.waiting.last().filter(|_| self.takes_stress) else { return Ok(None) };
        let usual = RecoveryTest::new(glass.eps1, longest, glass.temperature);
        let test = RecoveryTest { duration: LONGER * usual.duration, ..usual };
        let recovery = observe_recovery(self.evaluator, &self.parameters, &test)?;
        Ok(Some(recovery.recovered_fraction(recovery.left_at_end())))
    }

    fn energies(&mut self, glass: &Glass, series: &Series) -> Result<Vec<ActivationEnergy>, FitError> {
        let mut relaxations = Vec::new();
        for temperature in series.temperatures {
            self.go_on()?;
            let found = observe_relaxation(self.evaluator, &self.parameters, glass.eps1, temperature, RELAXATION)?;
            relaxations.push(found);
        }
        let energy = |&time: &f64| isoconversional_energy(&relaxations, glass.temperature, time);
        series.waiting.iter().map(energy).collect()
    }
}
