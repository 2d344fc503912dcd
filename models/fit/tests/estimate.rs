//! Parameters of models from curves: the truth of noiseless data, what noise does, what may be said of a fit, and what
//! is refused.

use kovacs_core::hump::log_spaced;
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Origin, TwoStep};
use kovacs_fit::estimate::{
    Correlations, EstimateError, FitData, FitOptions, FitResult, Loss, Noise, Observation, Parameters, Problem, fit,
};
use kovacs_sdk::{Local, Model};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::num::NonZeroUsize;

/// A model with the settings of its titanium glass.
fn local<M: Model + 'static>() -> Result<Box<dyn Evaluator>, EvaluationError> {
    let plain = Local::<M>::new(&[])?;
    let settings = plain.description().preset(TI).and_then(|preset| preset.settings.clone());
    Ok(Box::new(Local::<M>::new(&settings.unwrap_or_default())?))
}

fn kww() -> Result<Box<dyn Evaluator>, EvaluationError> {
    local::<kovacs_linear::Kww>()
}

/// The two-step test of a glass, sampled in both stages.
fn experiment(test: &TwoStep, per_decade: usize) -> Experiment {
    let start = test.second_stage_start();
    let mut times = log_spaced(1.0, test.t_w, per_decade);
    times.retain(|&time| time < start);
    times.extend(log_spaced(1.0, 8.0 * test.t_w, per_decade).iter().map(|time| start + time));
    let before = vec![false; times.len()];
    let history = test.protocol().unwrap().nodes().unwrap();
    Experiment { history, times, before, wanted: vec!["stress".to_owned()] }
}

/// What a model with these parameters shows in two-step tests, with noise of a standard deviation in MPa.
fn observed(
    make: fn() -> Result<Box<dyn Evaluator>, EvaluationError>,
    truth: &[f64],
    tests: &[TwoStep],
    noise: f64,
    seed: u64,
) -> FitData {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut model = make().unwrap();
    let observations = tests.iter().map(|test| {
        let experiment = experiment(test, 20);
        let mut values = evaluate_one(model.as_mut(), &experiment, truth).unwrap();
        for value in &mut values {
            *value += noise * ((0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0);
        }
        let label = format!("t_w = {} s at {} K", test.t_w, test.temperature);
        Observation { label, group: None, experiment, values, noise: Noise::Estimated, origin: Origin::Calculated }
    });
    FitData::new(observations.collect()).unwrap()
}

fn quick() -> FitOptions {
    FitOptions { starts: 4, ..FitOptions::default() }
}

fn fitted(
    make: fn() -> Result<Box<dyn Evaluator>, EvaluationError>,
    data: &FitData,
    parameters: &Parameters,
    options: &FitOptions,
) -> FitResult {
    fit(&make, data, parameters, options, &|_| true).unwrap()
}

/// The parameters of a glass, and the same moved away from the truth.
fn glass(make: fn() -> Result<Box<dyn Evaluator>, EvaluationError>, id: &str, free: &[&str]) -> (Vec<f64>, Parameters) {
    let model = make().unwrap();
    let description = model.description();
    let truth = description.preset(id).unwrap().parameters.clone();
    let mut parameters = Parameters::new(description, &truth).unwrap().only(free).unwrap();
    for id in free {
        let index = description.parameter(id).unwrap();
        parameters = parameters.from_value(id, 1.1 * truth[index]).unwrap();
    }
    (truth, parameters)
}

const TI: &str = "ti-zr-hf-cu-ni-be";

fn tests_of_ti() -> Vec<TwoStep> {
    [100.0, 900.0, 3600.0].map(|t_w| TwoStep::new(0.005, 0.003, t_w, 593.0)).to_vec()
}

#[test]
fn the_truth_of_noiseless_curves_is_found_by_every_model() {
    type Make = fn() -> Result<Box<dyn Evaluator>, EvaluationError>;
    let models: [(Make, &[&str]); 6] = [
        (kww, &["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"]),
        (local::<kovacs_tnm::TnmStrain>, &["ln_prefactor", "stretching_exponent", "unrelaxed_modulus"]),
        (local::<kovacs_linear::Fractional>, &["relaxation_time", "exponent", "unrelaxed_modulus", "relaxed_modulus"]),
        (local::<kovacs_stz::Stz>, &["relaxation_time", "zone_volume", "unrelaxed_modulus"]),
        (local::<kovacs_aoi::Aoi>, &["barrier_min", "barrier_max", "unrelaxed_modulus"]),
        (local::<kovacs_soft_domain::SoftDomain>, &["transformation_strain", "activation_volume"]),
    ];
    for (make, free) in models {
        let (truth, parameters) = glass(make, TI, free);
        let data = observed(make, &truth, &tests_of_ti()[..2], 0.0, 1);
        let result = fitted(make, &data, &parameters, &FitOptions { starts: 1, ..quick() });
        let description = make().unwrap().description().clone();
        for id in free {
            let expected = truth[description.parameter(id).unwrap()];
            // Noiseless: what is left is the search's tolerance, and the differences where a model has no derivatives.
            assert!((result.value(id) / expected - 1.0).abs() < 1e-5, "{}: {id}\n{result}", description.id);
        }
    }
}

const KWW: [&str; 3] = ["relaxation_time", "stretching_exponent", "unrelaxed_modulus"];

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let description = kww().unwrap().description().clone();
    let (mut inside, mut deviations) = (0, Vec::new());
    for seed in 0..60 {
        let data = observed(kww, &truth, &tests_of_ti()[1..2], 0.5, seed);
        let result = fitted(kww, &data, &parameters, &FitOptions { starts: 1, ..quick() });
        for id in KWW {
            let expected = truth[description.parameter(id).unwrap()];
            let parameter = result.parameter(id).unwrap();
            inside += usize::from(parameter.lower.unwrap() <= expected && expected <= parameter.upper.unwrap());
        }
        deviations.push(result.noise["stress"]);
    }
    // 180 intervals of 95 %, three at a time correlated: 171 expected, standard deviation 2.9 to 5.1.
    assert!((158..=180).contains(&inside), "{inside}");
    let mean = deviations.iter().sum::<f64>() / deviations.len() as f64;
    // 60 estimates with some 160 degrees of freedom each: relative error 0.7 %.
    assert!((mean / 0.5 - 1.0).abs() < 0.025, "{mean}");
}

#[test]
fn several_threads_give_the_same_bits() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let data = observed(kww, &truth, &tests_of_ti(), 0.5, 11);
    let one = fitted(kww, &data, &parameters, &quick());
    for threads in [2, 3] {
        let options = FitOptions { threads: NonZeroUsize::new(threads).unwrap(), ..quick() };
        assert_eq!(
            FitResult { evaluations: 0, ..fitted(kww, &data, &parameters, &options) },
            FitResult { evaluations: 0, ..one.clone() }
        );
    }
}

#[test]
fn scaling_data_scales_moduli_and_nothing_else() {
    let (truth, parameters) =
        glass(kww, TI, &["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"]);
    let data = observed(kww, &truth, &tests_of_ti()[1..], 0.5, 5);
    let mut doubled = data.clone();
    doubled.observations.iter_mut().flat_map(|o| &mut o.values).for_each(|value| *value *= 0.5);
    let [one, half] = [&data, &doubled].map(|data| fitted(kww, data, &parameters, &quick()));
    for (id, factor) in
        [("relaxation_time", 1.0), ("stretching_exponent", 1.0), ("unrelaxed_modulus", 0.5), ("relaxed_modulus", 0.5)]
    {
        let [a, b] = [&one, &half].map(|result| result.parameter(id).unwrap().clone());
        assert!((b.value / (factor * a.value) - 1.0).abs() < 1e-6, "{id}: {a:?} {b:?}");
        assert!((b.standard_error.unwrap() / (factor * a.standard_error.unwrap()) - 1.0).abs() < 1e-4, "{id}");
    }
}

#[test]
fn parameters_can_be_tied_held_and_one_per_group() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let ratio = truth[kww().unwrap().description().parameter("relaxed_modulus").unwrap()] / 90_000.0;
    let tests = tests_of_ti();
    let mut data = observed(kww, &truth, &tests[..1], 0.0, 1);
    let mut slower = truth.clone();
    slower[kww().unwrap().description().parameter("relaxation_time").unwrap()] *= 3.0;
    data.observations[0].group = Some("young".to_owned());
    data.observations.push(observed(kww, &slower, &tests[..1], 0.0, 1).observations[0].clone().in_group("old"));
    let parameters = parameters.tie("relaxed_modulus", "unrelaxed_modulus", ratio).unwrap();
    let parameters = parameters.per_group("relaxation_time").unwrap();
    let result = fitted(kww, &data, &parameters, &quick());
    assert_eq!(result.free.len(), 4, "{:?}", result.free);
    let times = [result.value("relaxation_time@young"), result.value("relaxation_time@old")];
    assert!((times[1] / times[0] - 3.0).abs() < 1e-5 && (times[0] / 1e4 - 1.0).abs() < 1e-5, "{times:?}");
    let modulus = result.value("unrelaxed_modulus");
    assert!((modulus / 90_000.0 - 1.0).abs() < 1e-6 && result.value("relaxed_modulus") == ratio * modulus);
    assert!(!result.parameter("reference_temperature").unwrap().free);
}

#[test]
fn a_robust_loss_does_not_see_a_few_wild_samples() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let mut data = observed(kww, &truth, &tests_of_ti()[1..2], 0.2, 2);
    for row in [10, 40, 70, 100] {
        data.observations[0].values[row] += 60.0;
    }
    let error = |loss| {
        (fitted(kww, &data, &parameters, &FitOptions { loss, ..quick() }).value("relaxation_time") / 1e4).ln().abs()
    };
    let [squares, huber, cauchy] = [Loss::Linear, Loss::Huber, Loss::Cauchy].map(error);
    assert!(huber < 0.3 * squares && cauchy < 0.1 * squares, "{squares} {huber} {cauchy}");
}

#[test]
fn correlated_noise_is_recognised_and_widens_the_errors() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let mut data = observed(kww, &truth, &tests_of_ti()[1..2], 0.0, 2);
    // A slow wave on the curve: no noise that averages out.
    for (index, value) in data.observations[0].values.iter_mut().enumerate() {
        *value += 0.8 * (index as f64 / 9.0).sin();
    }
    let white = fitted(kww, &data, &parameters, &quick());
    assert!(white.warnings.iter().any(|warning| warning.contains("correlated (0.9")), "{:?}", white.warnings);
    let options = FitOptions { correlations: Correlations::Estimated, ..quick() };
    let aware = fitted(kww, &data, &parameters, &options);
    assert!(aware.correlation_length > 0.1 && aware.effective_points < 0.3 * white.effective_points, "{aware}");
    let error = |result: &FitResult| result.parameter("relaxation_time").unwrap().standard_error.unwrap();
    assert!(error(&aware) > 1.5 * error(&white), "{aware}\n{white}");
    assert!(aware.criteria.unwrap().aic < white.criteria.unwrap().aic);
}

#[test]
fn the_gradient_of_the_likelihood_is_that_of_differences() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let data = observed(kww, &truth, &tests_of_ti()[1..2], 0.5, 3);
    let mut data = data;
    let deviations = vec![0.5; data.observations[0].values.len()];
    data.observations[0].noise = Noise::Known(deviations);
    let problem = Problem::new(&kww, &data, &parameters).unwrap();
    let place = problem.start();
    let (value, gradient) = problem.log_likelihood_gradient(&place).unwrap();
    assert_eq!(value, problem.log_likelihood(&place).unwrap());
    for index in 0..place.len() {
        let at = |step: f64| {
            let mut moved = place.clone();
            moved[index] += step;
            problem.log_likelihood(&moved).unwrap()
        };
        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((difference / gradient[index] - 1.0).abs() < 1e-5, "{index}: {difference} {}", gradient[index]);
    }
}

#[test]
fn what_the_data_leave_open_is_said() {
    // The relaxed modulus and the relaxation time of a curve that has hardly begun to relax.
    let (truth, parameters) =
        glass(kww, TI, &["relaxation_time", "unrelaxed_modulus", "relaxed_modulus", "activation_energy"]);
    let data = observed(kww, &truth, &tests_of_ti()[..1], 0.5, 4);
    let result = fitted(kww, &data, &parameters, &quick());
    let said = result.warnings.join("\n");
    assert!(said.contains("direction open") || said.contains("not determined"), "{result}");
}

#[test]
fn a_model_that_breaks_half_way_is_an_error_or_a_warned_result_and_never_a_panic() {
    use kovacs_fit::estimate::Function;
    let rows: Vec<Vec<f64>> = (0..20).map(|row| vec![f64::from(row)]).collect();
    let values: Vec<f64> = rows.iter().map(|x| 3.0 * (-x[0] / 5.0).exp()).collect();
    let with = |law: fn(&[f64], &[f64]) -> f64| {
        let parameters =
            [("height", 1.0), ("time", 2.0)].map(|(id, start)| kovacs_core::define::Quantity::new(id).initial(start));
        let function = Function::new("fragile", parameters, law).unwrap();
        let samples = function.samples(rows.clone(), values.clone(), Noise::Estimated).unwrap();
        samples.fit(&function.parameters().unwrap(), &quick(), &|_| true)
    };
    // No answer beyond a height of 2.9, short of the best one: the search stops in front of it.
    let walled = with(|x, p| if p[0] > 2.9 { f64::NAN } else { p[0] * (-x[0] / p[1]).exp() }).unwrap();
    assert!(walled.value("height") > 2.5 && walled.value("height") <= 2.9, "{walled}");
    // A panic at every place but the start.
    let broken = with(|x, p| if p[0] == 1.0 { p[0] * (-x[0] / p[1]).exp() } else { panic!("lost") });
    assert!(broken.unwrap_err().to_string().contains("lost"));
    let nonsense = with(|_, _| f64::INFINITY).unwrap_err().to_string();
    assert!(nonsense.contains("sample 0 is inf"), "{nonsense}");
}

#[test]
fn stopping_keeps_the_best_so_far() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let data = observed(kww, &truth, &tests_of_ti()[1..2], 0.5, 3);
    let stopped = fit(&kww, &data, &parameters, &quick(), &|progress| progress.evaluations < 10).unwrap();
    assert!(!stopped.converged && stopped.warnings[0].starts_with("stopped before the end"), "{stopped}");
    assert_eq!(fit(&kww, &data, &parameters, &quick(), &|_| false), Err(EstimateError::Stopped));
}

#[test]
fn a_result_survives_its_file() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let data = observed(kww, &truth, &tests_of_ti()[1..2], 0.5, 3);
    let result = fitted(kww, &data, &parameters, &quick());
    let text = serde_json::to_string(&result).unwrap();
    let again: FitResult = serde_json::from_str(&text).unwrap();
    for ((name, read), (_, written)) in again.parameters.iter().zip(&result.parameters) {
        // The last bit is not kept by the reader of JSON.
        assert!((read.value / written.value - 1.0).abs() < 1e-15 && read.unit == written.unit, "{name}");
    }
    assert_eq!((again.parameters.len(), again.warnings, again.points), (6, result.warnings, result.points));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let time = &json["parameters"]["relaxation_time"];
    assert!(time["standard_error"].is_f64() && time["unit"] == "s" && time["free"] == true);
    assert!(json["cost"].is_f64() && json["criteria"]["bic"].is_f64() && json["warnings"].is_array());
}

#[test]
fn what_cannot_be_fitted_is_refused_by_name() {
    let (truth, parameters) = glass(kww, TI, &KWW);
    let data = observed(kww, &truth, &tests_of_ti()[1..2], 0.5, 3);
    let mut said: Vec<String> = Vec::new();
    let refused = |change: &dyn Fn(&mut Observation)| {
        let mut observation = data.observations[0].clone();
        change(&mut observation);
        FitData::new(vec![observation]).unwrap_err().to_string()
    };
    said.push((refused(&|o| o.values[3] = f64::NAN)).to_string());
    said.push((refused(&|o| o.noise = Noise::Known(vec![0.0; o.values.len()]))).to_string());
    said.push((refused(&|o| o.values.truncate(2))).to_string());
    said.push((FitData::new(Vec::new()).unwrap_err()).to_string());
    let parameters_of = || Parameters::new(kww().unwrap().description(), &truth).unwrap();
    said.push((parameters_of().free("relaxation_tme").unwrap_err()).to_string());
    said.push((parameters_of().fix("stretching_exponent", Some(1.5)).unwrap_err()).to_string());
    said.push((parameters_of().between("stretching_exponent", 0.7, 0.5).unwrap_err()).to_string());
    said.push((parameters_of().only(&[]).unwrap().unknowns(&[None]).unwrap_err()).to_string());
    let mut three = data.clone();
    let observation = &mut three.observations[0];
    observation.experiment.times.truncate(2);
    observation.experiment.before.truncate(2);
    observation.values.truncate(2);
    said.push((fit(&kww, &three, &parameters, &quick(), &|_| true).unwrap_err()).to_string());
    let expected = [
        "curve `t_w = 900 s at 593 K`: row 3 is NaN; leave it out",
        "curve `t_w = 900 s at 593 K`: the standard deviation of row 0 is 0; it must be finite and above 0, or leave all of \
         them out to have the noise estimated",
        "curve `t_w = 900 s at 593 K` has 139 times and 2 values; it needs one value, and one deviation if known, per time",
        "there is no sample to fit; give at least one curve",
        "model `org.kovacs.kww` has no parameter `relaxation_tme`; did you mean `relaxation_time`?",
        "parameter `stretching_exponent`: value 1.5 is outside [0.05, 1]",
        "parameter `stretching_exponent`: lower bound 0.7 is outside (-inf, 0.5)",
        "no parameter is free; free at least one of relaxation_time, stretching_exponent, activation_energy, \
         reference_temperature, unrelaxed_modulus, relaxed_modulus",
        "2 samples cannot determine 3 free parameters; fix some of relaxation_time, stretching_exponent, unrelaxed_modulus",
    ];
    assert_eq!(said, expected);
}
