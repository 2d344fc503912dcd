//! A loaded library and the same model linked into this program give the same bits and the same words: values,
//! derivatives, linear responses and refusals.

use kovacs_core::linear_response::{LinearResponse, RelaxationFunction};
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, RowStatus};
use kovacs_core::{Control, History, Protocol, TwoStep};
use kovacs_host::Models;
use kovacs_sdk::{Local, Model};

/// The library that cargo built beside this test, and the model linked in, both with these settings (the others have
/// their defaults).
fn both<M: Model>(id: &str, settings: &[(&str, f64)]) -> [Box<dyn Evaluator>; 2] {
    let handle = Models::discover().load(id).expect("cargo builds the plugins before the tests that depend on them");
    let mut values: Vec<f64> = handle.description().settings.iter().map(|setting| setting.initial).collect();
    for (id, value) in settings {
        let known = handle.description().settings.iter().position(|setting| setting.id == *id);
        values[known.expect("the model has this setting")] = *value;
    }
    let plugin = handle.instance(&values).expect("the model takes these settings");
    let linked = Local::<M>::new(&values).expect("the model takes these settings");
    [Box::new(plugin), Box::new(linked)]
}

/// Two steps with ramps and without, a staircase, a recovery without stress, a temperature that jumps and one that
/// runs, with strain and without: not every model does all of them.
fn histories(temperature: f64) -> Vec<History> {
    let ramped = TwoStep { ramp: Some(0.15), ..TwoStep::new(0.005, 0.003, 900.0, temperature) };
    let mut histories: Vec<History> = [TwoStep::new(0.005, 0.003, 900.0, temperature), ramped]
        .iter()
        .map(|test| test.protocol().and_then(|protocol| protocol.nodes()).expect("the test is well formed"))
        .collect();
    let staircase = Protocol::at(temperature).step(0.01).hold(10.0).step(0.02).hold(1e4).ramp(0.0, 30.0).hold(1e5);
    histories.push(staircase.nodes().expect("the protocol is well formed"));
    let nodes = |nodes: &[(f64, f64, Control, f64)]| {
        let mut history = History::default();
        nodes.iter().for_each(|&(time, temperature, control, drive)| history.push(time, temperature, control, drive));
        history
    };
    use Control::{Strain, Stress};
    let (cold, hot) = (temperature, temperature + 10.0);
    histories.push(nodes(&[
        (0.0, cold, Strain, 0.0),
        (0.0, cold, Strain, 0.01),
        (900.0, cold, Strain, 0.01),
        (900.0, cold, Stress, 0.0),
        (1e4, cold, Stress, 0.0),
    ]));
    for heated in [100.0, 200.0] {
        histories.push(nodes(&[
            (0.0, cold, Strain, 0.0),
            (0.0, cold, Strain, 0.01),
            (100.0, cold, Strain, 0.01),
            (heated, hot, Strain, 0.01),
            (1e4, hot, Strain, 0.01),
        ]));
    }
    // Without any strain: cooled, held, heated again.
    histories.push(nodes(&[
        (0.0, cold, Strain, 0.0),
        (0.0, cold - 10.0, Strain, 0.0),
        (1e4, cold - 10.0, Strain, 0.0),
        (1e4, cold - 5.0, Strain, 0.0),
        (1e6, cold - 5.0, Strain, 0.0),
    ]));
    histories
}

/// Results before and after every node and at 30 times between the first and the last one.
fn with_times(history: History, outputs: &[String]) -> Experiment {
    let (first, last) = (history.time[0], history.time[history.len() - 1]);
    let mut times: Vec<(f64, bool)> = history.time.iter().flat_map(|&time| [(time, true), (time, false)]).collect();
    times.extend((0..30).map(|index| (first + (last - first) * (f64::from(index) / 29.0).powi(4), false)));
    times.sort_by(|a, b| a.partial_cmp(b).expect("times are numbers"));
    Experiment {
        history,
        times: times.iter().map(|(time, _)| *time).collect(),
        before: times.iter().map(|(_, before)| *before).collect(),
        wanted: outputs.to_vec(),
    }
}

/// Every parameter set of the model, and the defaults.
fn rows(model: &dyn Evaluator) -> Vec<f64> {
    let description = model.description();
    let mut rows = description.defaults();
    rows.extend(description.presets.iter().flat_map(|preset| preset.parameters.clone()));
    rows
}

type Response = Result<LinearResponse, EvaluationError>;

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// What both answer to the same batch, which is the same.
fn same(models: &mut [Box<dyn Evaluator>; 2], batch: &dyn Fn() -> Batch<'static>) -> Evaluation {
    let [here, there] = models.each_mut().map(|model| model.evaluate(batch()).expect("a batch within the bounds"));
    assert_eq!((&here.status, &here.message), (&there.status, &there.message));
    assert_eq!(bits(&here.values), bits(&there.values));
    assert_eq!(bits(&here.jacobian), bits(&there.jacobian));
    here
}

/// Everything a model says, here and there; `settings` are those that keep a slow model quick.
fn check<M: Model>(id: &str, settings: &[(&str, f64)]) {
    let mut models = both::<M>(id, settings);

    // The same description but for where it comes from.
    let mut description = models[0].description().clone();
    assert!(description.digest.take().is_some() && description.path.take().is_some());
    assert_eq!(&description, models[1].description());

    // Leaked, so that closures can hand them out: a test ends soon.
    let rows: &'static [f64] = rows(&*models[1]).leak();
    let width = description.parameters.len();
    let seeds: &'static [u64] = (0..(rows.len() / width) as u64).map(|row| 1000 + row).collect::<Vec<_>>().leak();
    // The first few that a fit would move: the 131 of a Prony series would take a minute.
    let free = |index: &usize| !description.parameters[*index].integer && !description.parameters[*index].fixed;
    let sensitivities: &'static [usize] = (0..width).filter(free).take(4).collect::<Vec<_>>().leak();
    let outputs: Vec<String> = description.outputs.iter().rev().map(|output| output.id.clone()).collect();
    let mut answered = 0;
    for temperature in [318.0, 593.0] {
        let mut experiments: Vec<Experiment> =
            histories(temperature).into_iter().map(|history| with_times(history, &outputs)).collect();
        // For models of a second stage alone.
        let mut second_stage = experiments[0].clone();
        second_stage.times.retain(|&time| time > 900.0);
        second_stage.before.clear();
        experiments.push(second_stage);
        for experiment in experiments {
            let [here, there] = models.each_mut().map(|model| model.bind(&experiment));
            assert_eq!(here, there);
            if here.is_err() {
                continue;
            }
            let curves = same(&mut models, &|| Batch { seeds, max_threads: 2, ..Batch::new(rows) });
            let one = || Batch { seeds: &seeds[..1], sensitivities, ..Batch::new(&rows[..width]) };
            let derivatives = same(&mut models, &one);
            assert_eq!(derivatives.values.len() * sensitivities.len(), derivatives.jacobian.len());
            if derivatives.status == [RowStatus::Done] {
                assert_eq!(bits(&derivatives.values), bits(&curves.values[..derivatives.values.len()]));
                answered += usize::from(curves.values.iter().any(|value| *value > 0.0));
            }
        }
    }
    assert!(answered >= 2, "{answered} of 16 protocols are within the model's reach and move it");
    let outside = vec![f64::INFINITY; width];
    let [here, there] = models.each_mut().map(|model| model.evaluate(Batch::new(&outside)));
    assert_eq!(here, there);
    for row in rows.chunks(width).chain([&outside[..], &[]]) {
        for temperature in [318.0, 593.0, 0.0] {
            let [here, there] = models.each_ref().map(|model| model.linear(row, temperature));
            same_response(here, there);
        }
    }
}

/// That both are the same response, or the same refusal, or none.
fn same_response(here: Option<Response>, there: Option<Response>) {
    match (here, there) {
        (None, None) => {}
        (Some(Err(here)), Some(Err(there))) => assert_eq!(here, there),
        (Some(Ok(here)), Some(Ok(there))) => {
            let numbers = |response: &LinearResponse| {
                let times = [0.0, 1e-9, 1.0, 900.0, 1e7];
                let functions = |&time: &f64| {
                    let LinearResponse { phi, .. } = response;
                    [phi.phi(time), phi.integral(time), phi.ln_rate(time)]
                };
                let mut numbers: Vec<f64> = times.iter().flat_map(functions).collect();
                numbers.extend([response.moduli.unrelaxed, response.moduli.relaxed]);
                numbers.extend(response.phi.longest_time());
                numbers.extend(response.spectrum.iter().flat_map(|&(time, weight)| [time, weight]));
                numbers
            };
            assert_eq!(bits(&numbers(&here)), bits(&numbers(&there)));
        }
        (here, there) => panic!("{here:?} is not {there:?}"),
    }
}

#[test]
fn the_linear_family_gives_the_same_bits() {
    check::<kovacs_linear::Kww>("kww", &[]);
    check::<kovacs_linear::Fractional>("fractional", &[]);
    check::<kovacs_linear::Kelvin>("kelvin", &[]);
    check::<kovacs_linear::Prony>("prony", &[]);
    check::<kovacs_linear::DoubleKww>("double_kww", &[]);
}

#[test]
fn aoi_gives_the_same_bits() {
    check::<kovacs_aoi::Aoi>("aoi", &[]);
}

#[test]
fn ageing_glasses_give_the_same_bits() {
    for memory in [0.0, 1.0, 2.0] {
        check::<kovacs_tnm::Tnm>("tnm", &[("points_per_decade", 8.0), ("memory", memory)]);
        check::<kovacs_tnm::TnmStrain>("tnm_strain", &[("points_per_decade", 8.0), ("memory", memory)]);
    }
    check::<kovacs_tnm::Kahr>("kahr", &[("points_per_decade", 8.0)]);
}

#[test]
fn zones_give_the_same_bits() {
    check::<kovacs_stz::Stz>("stz", &[]);
}

#[test]
fn soft_domains_give_the_same_bits() {
    check::<kovacs_soft_domain::SoftDomain>("soft_domain", &[("points_per_decade", 4.0), ("barriers", 11.0)]);
    let small = [("points_per_decade", 2.0), ("edge", 8.0), ("replicas", 2.0)];
    check::<kovacs_soft_domain::SoftDomainLattice>("soft_domain_lattice", &small);
}

#[test]
fn no_shipped_model_is_left_out() {
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let mut compared = 0;
    for folder in std::fs::read_dir(models).expect("models are beside the host") {
        let plugin = folder.expect("a folder can be listed").path().join("plugin/src/lib.rs");
        let Ok(source) = std::fs::read_to_string(&plugin) else { continue };
        let (_, exported) = source.split_once("export_models!(").expect("a plugin exports models");
        let (exported, _) = exported.split_once(')').expect("the list of models ends");
        for model in exported.split(',').map(str::trim).filter(|model| !model.is_empty()) {
            assert!(include_str!("bits.rs").contains(&format!("check::<{model}>")), "`{model}` is not compared");
            compared += 1;
        }
    }
    assert!(compared >= 11, "{compared}");
}

/// Every linear model, loaded: its relaxation function, moduli and spectrum are those of its own curves.
#[test]
fn a_linear_response_is_what_a_step_of_strain_shows() {
    for id in ["kww", "fractional", "prony", "kelvin", "aoi"] {
        let handle = Models::discover().load(id).expect("cargo builds the plugins");
        let mut model = handle.instance(&[]).expect("the model takes its default settings");
        let width = handle.description().parameters.len();
        let temperature = 593.0;
        let mut history = History::default();
        history.push(0.0, temperature, Control::Strain, 0.0);
        history.push(0.0, temperature, Control::Strain, 0.01);
        let times: Vec<f64> = (-6..=7).map(|decade| 10f64.powi(decade)).collect();
        let wanted = vec!["stress".to_owned()];
        model.bind(&Experiment { history, times: times.clone(), before: Vec::new(), wanted }).unwrap();
        for row in rows(&model).chunks(width) {
            let curve = model.evaluate(Batch::new(row)).unwrap().values;
            let LinearResponse { moduli, phi, spectrum } = model.linear(row, temperature).unwrap().unwrap();
            let relaxing = moduli.unrelaxed - moduli.relaxed;
            for (&time, stress) in times.iter().zip(curve) {
                let expected = 0.01 * (moduli.relaxed + relaxing * phi.phi(time));
                // The same formula on both ways, or modes carried from time to time: roundings only.
                let tolerance = 1e-13 * 0.01 * moduli.unrelaxed;
                assert!((stress - expected).abs() <= tolerance, "{id} at {time} s: {stress} is not {expected} MPa");
                // Integral and rate are those of phi: by Simpson's rule over a thousandth of the time, to its order.
                let step = 5e-4 * time;
                let simpson = (phi.phi(time - step) + 4.0 * phi.phi(time) + phi.phi(time + step)) * step / 3.0;
                let area = phi.integral(time + step) - phi.integral(time - step);
                assert!(
                    (area - simpson).abs() <= 1e-9 * time.max(phi.integral(time)),
                    "{id} at {time} s: {area} {simpson}"
                );
                let slope = (phi.phi(time - step) - phi.phi(time + step)) / (2.0 * step);
                let rate = phi.ln_rate(time).exp();
                assert!((rate - slope).abs() <= 1e-5 * rate + 1e-11 / time, "{id} at {time} s: {rate} {slope} 1/s");
            }
            let weights: f64 = spectrum.iter().map(|(_, weight)| weight).sum();
            assert!(spectrum.is_empty() || (weights - 1.0).abs() < 1e-6, "{id}: weights of {weights}");
        }
    }
}

/// Many rows at once, with seeds and on threads, are the rows one by one; cheap models and the lattice.
#[test]
fn a_batch_gives_the_bits_of_its_rows() {
    let small = [("points_per_decade", 2.0), ("edge", 8.0), ("replicas", 2.0)];
    for (mut model, outputs) in [
        (both::<kovacs_aoi::Aoi>("aoi", &[]), ["stress"]),
        (both::<kovacs_soft_domain::SoftDomainLattice>("soft_domain_lattice", &small), ["transformed_fraction"]),
    ] {
        let experiment = with_times(histories(593.0).remove(0), &outputs.map(str::to_owned));
        let width = model[0].description().parameters.len();
        let rows: &'static [f64] = rows(&*model[0]).leak();
        let seeds: &'static [u64] = (0..(rows.len() / width) as u64).collect::<Vec<_>>().leak();
        for model in &mut model {
            model.bind(&experiment).unwrap();
        }
        let together = same(&mut model, &|| Batch { seeds, max_threads: 3, ..Batch::new(rows) }).values;
        let one = |(row, seed): (&'static [f64], &'static u64)| {
            let seeds = std::slice::from_ref(seed);
            same(&mut model, &|| Batch { seeds, ..Batch::new(row) }).values
        };
        let singly: Vec<f64> = rows.chunks(width).zip(seeds).flat_map(one).collect();
        assert_eq!(bits(&together), bits(&singly));
    }
}
