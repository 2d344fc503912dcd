//! Fits, comparisons, linear tests and designs across the seam, with models that are closures: truth recovered, records that
//! later cells use, and what is said where the data say nothing.

use kovacs::core::hump::log_spaced;
use kovacs::prelude::*;

/// A stretched exponential without a plateau.
fn stretched(name: &str) -> Model {
    kovacs_cell::attach(None);
    let definition = Definition::new(name)
        .parameter(Quantity::new("tau").unit("s").above(0.0).initial(2000.0))
        .parameter(Quantity::new("beta").bounds(0.05, 1.0).initial(0.5))
        .parameter(Quantity::new("modulus").unit("MPa").above(0.0).initial(2500.0));
    Model::from_fn(definition, |p, experiment| {
        experiment.superpose(|t| p["modulus"] * (-(t / p["tau"]).powf(p["beta"])).exp())
    })
    .expect("a definition")
}

/// What a model shows in both stages of tests with these waiting times, with a ripple in the place of noise.
fn tests(model: &Model, waiting: &[f64], ripple: f64) -> Tests {
    let tests = waiting.iter().map(|&t_w| TwoStep::new(0.005, 0.003, t_w, 318.0));
    tests.fold(Tests::new("made here"), |tests, test| {
        let start = test.second_stage_start();
        let mut times: Vec<f64> = log_spaced(1.0, 0.99 * test.t_w, 10);
        times.extend(log_spaced(1.0, 1e4, 10).iter().map(|time| start + time));
        let mut curve = model.stress(&test.protocol().expect("a test"), &times).expect("a curve");
        curve.y.iter_mut().enumerate().for_each(|(row, y)| *y += ripple * (row as f64 * 2.399_963).sin());
        tests.two_step(&curve.labelled(format!("t_w = {} s", test.t_w)), &test).expect("a test")
    })
}

#[test]
fn a_fit_finds_the_truth_and_is_a_record() {
    let truth = stretched("glass");
    let start = truth.clone().set("tau", 600.0).and_then(|model| model.set("beta", 0.4)).expect("inside");
    let found = fit(&tests(&truth, &[300.0], 1e-3), &start).expect("a fit");
    // The ripple is a ten-thousandth of the stress.
    for (id, expected) in [("tau", 2000.0), ("beta", 0.5), ("modulus", 2500.0)] {
        let estimate = found.get(id).expect("a parameter");
        assert!((estimate.value / expected - 1.0).abs() < 1e-2, "{estimate:?}");
        let (error, low, high) = (estimate.standard_error, estimate.lower, estimate.upper);
        assert!(error > Some(0.0) && low < Some(estimate.value) && high > Some(estimate.value), "{estimate:?}");
        assert!(estimate.free);
    }
    assert_eq!((found.get("tau").expect("it").unit.as_str(), found.free.len()), ("s", 3));
    assert!(found.converged && found.criteria.is_some() && found.noise.first().is_some_and(|(of, _)| of == "stress"));
    let [first, second] = found.curves[0].stages.as_slice() else { panic!("two stages") };
    assert!(first.data.x[0] == 1.0 && (second.data.x[0] - 1.0).abs() < 1e-9, "times since the steps");
    assert_eq!(second.data.len(), second.residuals.len());
    // The fitted model is a model.
    assert_eq!(found.model().and_then(|model| model.get("tau")), found.value("tau"));
    assert_eq!(found.get("taau").expect_err("no such parameter").kind(), "UnknownParameter");
    let figure = found.figure();
    assert_eq!((figure.panels.len(), figure.columns), (4, Some(2)));
    let text = found.sheet().text();
    assert!(text.contains("glass") && text.contains("samples") && text.contains("MPa"), "{text}");
    found.evcxr_display();
}

#[test]
fn samples_are_thinned_stage_by_stage() {
    let whole = tests(&stretched("glass"), &[300.0], 0.0);
    let start = whole.tests[0].two_step.expect("two steps").second_stage_start();
    let thin = whole.clone().every(4);
    let (all, kept) = (&whole.tests[0].curve, &thin.tests[0].curve);
    let first = all.x.iter().position(|time| *time >= start).expect("a second stage");
    assert!(kept.x.contains(&all.x[0]) && kept.x.contains(&all.x[first]) && kept.x.contains(&all.x[first + 4]));
    assert_eq!(kept.len(), first.div_ceil(4) + (all.len() - first).div_ceil(4));
    assert_eq!(whole.clone().every(0), whole.clone().every(1));
}

#[test]
fn roles_of_parameters_are_kept() {
    let truth = stretched("glass");
    let data = tests(&truth, &[300.0], 1e-3);
    let found = fit(&data, truth.free(&["tau", "modulus"]).between("tau", 1.0, 1500.0)).expect("a fit");
    let (tau, beta) = (found.get("tau").expect("it"), found.get("beta").expect("it"));
    assert_eq!((tau.value, tau.standard_error, beta.free), (1500.0, None, false));
    assert!(
        found.warnings.iter().any(|warning| warning.contains("`tau` = 1500 s lies on a bound")),
        "{:?}",
        found.warnings
    );
    let tied = fit(&data, truth.candidate().fix_at("beta", 0.5).tie("modulus", 1.25, "tau")).expect("a fit");
    let ratio = tied.value("modulus").expect("it") / tied.value("tau").expect("it");
    assert!((ratio - 1.25).abs() < 1e-12 && tied.free == ["tau"]);
    let wrong = fit(&data, truth.free(&["tao"])).expect_err("no such parameter");
    assert!(wrong.kind() == "UnknownParameter" && wrong.message().contains("tau"), "{wrong}");
}

#[test]
fn models_are_ranked_and_one_that_breaks_keeps_its_row() {
    let truth = stretched("glass");
    let debye = truth.clone().set("beta", 1.0).expect("inside").candidate().fix("beta").named("debye");
    let broken = Model::from_fn([Quantity::new("n").above(0.0).initial(1.0)], |_, _| panic!("no such glass"))
        .expect("a definition");
    let data = tests(&truth, &[100.0, 300.0, 1000.0], 1e-2);
    let found = compare(&data, [Candidate::from(&truth), debye, Candidate::from(&broken).named("broken")])
        .expect("a comparison");
    let names: Vec<&str> = found.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!((names.as_slice(), found.by_left_out), (&["glass", "debye", "broken"][..], true));
    let [first, second, last] = found.models.as_slice() else { panic!("three models") };
    assert_eq!((first.difference, first.separation.as_str(), first.left_out.len()), (Some(0.0), "best", 3));
    assert!(second.difference > Some(0.0) && second.difference_error.is_some() && second.fit.is_some());
    assert!(
        last.fit.is_none() && last.reason.as_ref().is_some_and(|reason| reason.contains("no such glass")),
        "{last:?}"
    );
    assert!(found.words.iter().any(|words| words.contains("`glass` predicts")), "{:?}", found.words);
    assert!(found.figure().panels.len() == 2 && found.get("aoi").is_err());
    found.evcxr_display();
    assert_eq!(compare(&data, [&truth, &truth]).expect_err("one name twice").kind(), "SameName");
    assert_eq!(compare(&data, Vec::<Model>::new()).expect_err("no model").kind(), "NoCandidate");
}

#[test]
fn a_linear_material_is_called_linear_in_words() {
    let data = tests(&stretched("glass"), &[300.0, 1000.0], 1e-3);
    let found = linear_test(&data).expect("two-step tests");
    assert_eq!((found.tests.len(), found.failed.len()), (2, 0));
    for test in &found.tests {
        assert_eq!(test.verdict, "linear", "{test:?}");
        assert!(test.words().contains("a linear material explains both stages"));
        assert!(test.low.y.iter().zip(&test.high.y).all(|(low, high)| low <= high));
        assert_eq!((test.prediction.len(), test.measured.origin), (test.measured.len(), Origin::Calculated));
    }
    assert_eq!(found.figure().panels.len(), 2);
    found.evcxr_display();
    let one_step =
        Tests::new("one step").protocol(&data.tests[0].curve, &Protocol::at(318.0).step(0.005).hold(2e4), "stress");
    assert_eq!(linear_test(&one_step).expect_err("no second stage").kind(), "NoTwoStepTest");
    let rate = LinearTestOptions { error_rate: 2.0, ..LinearTestOptions::default() };
    assert_eq!(linear_test_with(&data, rate).expect_err("no probability").kind(), "ErrorRate");
}

#[test]
fn a_design_starts_from_two_fits() {
    let truth = stretched("glass");
    let data = tests(&truth, &[300.0], 1e-1);
    let first = fit(&data, &truth).expect("a fit");
    let second = fit(&data, truth.candidate().fix_at("beta", 0.7).named("steeper")).expect("a fit");
    let options = DesignOptions {
        eps2: vec![0.003],
        t_w: vec![300.0, 3000.0],
        temperature: vec![318.0],
        ..DesignOptions::default()
    };
    let found = design_with(&first, &second, &options).expect("a design");
    // Curve, time and height after each time; closures take no stress control, so there is no recovery.
    assert_eq!((found.ranked.len(), &found.models), (8, &["glass".to_owned(), "steeper".to_owned()]));
    assert!(found.best("t_p").is_some_and(|best| best.expected > Some(0.0) && best.predictions[0].is_some()));
    assert!(found.sheet().text().contains("t_p"));
    let nothing = DesignOptions { t_w: Vec::new(), ..options };
    assert_eq!(design_with(&first, &second, &nothing).expect_err("nothing to choose").kind(), "NoProposal");
}

#[test]
fn what_the_data_cannot_say_is_said() {
    let truth = stretched("glass");
    let data = tests(&truth, &[300.0], 1e-3);
    let changed = |change: &dyn Fn(&mut Curve)| {
        let mut data = data.clone();
        change(&mut data.tests[0].curve);
        data
    };
    let refused = |data: &Tests| fit(data, &truth).map(|fit| fit.warnings).expect_err("no fit");
    let few = refused(&changed(&|curve| {
        curve.x.truncate(2);
        curve.y.truncate(2);
    }));
    assert!(few.kind() == "FewPoints" && few.message().contains("3 free parameters"), "{few}");
    let hole = refused(&changed(&|curve| curve.y[3] = f64::NAN));
    assert!(hole.kind() == "BadCurve" && hole.message().contains("NaN"), "{hole}");
    assert_eq!(refused(&Tests::new("nothing")).kind(), "NoData");
    // A flat curve has no relaxation time: the result says so instead of giving one with an error.
    let flat = fit(&changed(&|curve| curve.y.fill(5.0)), &truth).expect("a fit");
    assert!(!flat.warnings.is_empty(), "{flat:?}");
    // A window that ends before the peak.
    let (test, curve) = (data.tests[0].two_step.expect("two steps"), &data.tests[0].curve);
    let start = test.second_stage_start();
    let rising = curve.between(start, start + 15.0).shifted(-start);
    let cut = fit(&Tests::new("cut").second_stage(&rising, &test).expect("a test"), truth.free(&["tau", "modulus"]));
    let cut = cut.expect("a fit");
    assert!(cut.warnings.iter().any(|warning| warning.contains("its peak is not in the data")), "{:?}", cut.warnings);
    // A model that refuses everywhere.
    let refusing = Model::from_fn([Quantity::new("n").above(0.0).initial(1.0)], |_, _| Err("not this one".into()))
        .expect("a definition");
    let error = fit(&data, &refusing).expect_err("no answer");
    assert!(error.kind() == "NoFit" && error.message().contains("not this one"), "{error}");
}

#[test]
fn a_posterior_holds_the_truth_and_is_a_record() {
    let truth = stretched("glass");
    let data = tests(&truth, &[300.0], 1.0).every(2);
    let options = PosteriorOptions { chains: 4, warm_up: 1000, draws: 1000, ..PosteriorOptions::default() };
    let model = truth.free(&["tau", "modulus"]);
    let drawn = posterior_with(&data, model.clone(), options).expect("draws");
    for (id, expected) in [("tau", 2000.0), ("modulus", 2500.0)] {
        let own = drawn.get(id).expect("a parameter");
        assert!(own.lower < expected && expected < own.upper, "{id}: {} to {}", own.lower, own.upper);
        assert!(own.lower < own.median && own.median < own.upper && own.draws.len() == drawn.draws, "{id}");
        assert!(own.r_hat.is_some_and(|r_hat| r_hat < 1.2) && own.bulk_size > Some(10.0), "{id}: {:?}", own.r_hat);
    }
    let noise = drawn.get("noise of stress").expect("the noise is a parameter too");
    assert_eq!((noise.unit.as_str(), drawn.stopped), ("MPa", false));
    // The same seed gives the same bits.
    assert_eq!(posterior_with(&data, model.clone(), options).expect("draws"), drawn);
    let text = drawn.sheet().text();
    assert!(text.contains("R-hat") && text.contains("seed 1") && text.contains("made here"), "{text}");
    assert_eq!(drawn.figure().panels.len(), 3);
    drawn.evcxr_display();
    let few = PosteriorOptions { draws: 3, ..options };
    assert_eq!(posterior_with(&data, model, few).expect_err("too few").kind(), "Few");
    assert_eq!(drawn.get("taau").expect_err("no such parameter").kind(), "UnknownParameter");
}
