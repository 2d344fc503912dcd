//! The types of the prelude over the seam, in one process: what a plain Rust program gets from `attach`.

use kovacs::prelude::*;
use kovacs::seam::{self, Operation};
use kovacs::wire::Writer;

/// The paper's test of the Ti glass.
fn test_of_ti() -> TwoStep {
    TwoStep::new(0.005, 0.003, 900.0, 593.0)
}

/// Stretched exponential with steps only: response to every jump of the history, summed.
fn stretched(parameters: &[f64], experiment: &Experiment) -> Vec<f64> {
    let history = &experiment.history;
    let jumps: Vec<(f64, f64)> = std::iter::once((history.time[0], history.drive[0]))
        .chain((1..history.len()).map(|node| (history.time[node], history.drive[node] - history.drive[node - 1])))
        .collect();
    let before = |index: usize| experiment.before.get(index).copied().unwrap_or(false);
    let response = |(index, time): (usize, &f64)| {
        jumps
            .iter()
            .filter(|(at, _)| if before(index) { at < time } else { at <= time })
            .map(|(at, strain)| {
                let relaxing = (-((time - at) / parameters[0]).sqrt()).exp();
                strain * (45_000.0 + 45_000.0 * relaxing)
            })
            .sum()
    };
    experiment.times.iter().enumerate().map(response).collect()
}

#[test]
fn a_closure_of_a_cell_is_a_model_like_any_other() {
    kovacs_cell::attach(None);
    let model = Model::from_fn("my glass", &[("relaxation_time", 1e4, "s")], stretched).expect("a valid description");
    let stage = model.second_stage(&test_of_ti()).expect("the closure takes every experiment");
    // Physics: linear KWW, tau 1e4 s, beta 0.5, 90 and 45 GPa at the paper's protocol; 1e-6 relative, as everywhere.
    let (t_p, delta_sigma) = (stage.t_p().expect("a peak"), stage.delta_sigma().expect("a peak"));
    assert!((t_p / 266.621_993_44 - 1.0).abs() < 1e-6, "t_p = {t_p}");
    assert!((delta_sigma / 6.773_459_11 - 1.0).abs() < 1e-6, "delta_sigma = {delta_sigma}");
    assert_eq!(model.get("relaxation_time"), Ok(1e4));
    assert_eq!(model.set("relaxation_tim", 1.0).expect_err("no such parameter").kind(), "UnknownParameter");
}

#[test]
fn a_closure_that_panics_or_miscounts_is_an_error_and_not_the_end() {
    kovacs_cell::attach(None);
    let panics = Model::from_fn("panics", &[], |_, _| panic!("no such glass")).expect("a valid description");
    let error = panics.second_stage(&test_of_ti()).expect_err("it panics");
    assert!(error.message().contains("no such glass"), "{error}");
    let short = Model::from_fn("short", &[], |_, _| vec![1.0]).expect("a valid description");
    let error = short.stress(&Protocol::at(300.0).step(0.01).hold(10.0), &[1.0, 2.0]).expect_err("one value too few");
    assert!(error.message().contains("1 values for 2 times"), "{error}");
    let nothing = Model::from_fn("nan", &[], |_, experiment| vec![f64::NAN; experiment.times.len()]).expect("valid");
    let error = nothing.second_stage(&test_of_ti()).expect_err("not a number");
    assert!(error.message().contains("not finite"), "{error}");
}

#[test]
fn descriptions_of_closures_are_checked() {
    kovacs_cell::attach(None);
    for (parameters, word) in [
        (&[("Tau", 1.0, "s")][..], "cannot be the id"),
        (&[("tau", 1.0, "s"), ("tau", 2.0, "s")][..], "twice"),
        (&[("tau", f64::NAN, "s")][..], "NaN"),
    ] {
        let error = Model::from_fn("x", parameters, |_, _| Vec::new()).expect_err("refused");
        assert!(error.message().contains(word), "{error}");
    }
}

#[test]
fn tables_are_filtered_in_the_engine_and_columns_looked_at_in_place() {
    kovacs_cell::attach(None);
    let package = Dataset::open("pvc").expect("a shipped package");
    let table = package.table("two-step").expect("its table");
    let part = table.only("specimen", "A").and_then(|table| table.only("stage", 2.0)).expect("rows of specimen A");
    assert!(part.rows() > 0 && part.rows() < table.rows());
    let stress = part.numbers("stress").expect("a column of numbers");
    assert_eq!(stress.len(), part.rows());
    let again = part.clone();
    drop(part);
    let curve = again.curve("time_in_stage", "stress").expect("one curve");
    assert_eq!(curve.y, again.numbers("stress").expect("still held"));
    assert_eq!(curve.origin, Origin::Synthetic);
    let error = again.numbers("stres").expect_err("no such column");
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("stress")), "{error}");
    assert_eq!(package.table("nope").expect_err("no such table").kind(), "Resource");
}

#[test]
fn figures_come_in_every_form() {
    kovacs_cell::attach(None);
    let curve = Curve::new("PVC", vec![1.0, 10.0, 100.0], vec![5.0, 5.2, 4.0]).expect("a curve").x_axis("time", "s");
    let bundle =
        Figure::new("memory").log_x().points(&curve.from_origin(Origin::Synthetic)).render().expect("a figure");
    let forms: Vec<&str> = bundle.entries().map(|(mime, _, _)| mime).collect();
    for form in ["image/svg+xml", "application/vnd.plotly.v1+json", "text/plain"] {
        assert!(forms.contains(&form), "{forms:?}");
    }
    let (_, svg, _) = bundle.entries().find(|(mime, _, _)| *mime == "image/svg+xml").expect("just checked");
    assert!(svg.contains("synthetic"), "a legend says where its numbers come from");
}

#[test]
fn damaged_messages_are_errors() {
    kovacs_cell::attach(None);
    for operation in [Operation::OpenTable, Operation::Evaluate, Operation::RenderFigure, Operation::Superpose] {
        let error = seam::call(operation, Writer::new()).expect_err("an empty message");
        assert_eq!(error.kind(), "DamagedMessage", "{operation:?}: {error}");
    }
    let mut writer = Writer::new();
    writer.u64(987_654);
    assert_eq!(seam::call(Operation::RenderTable, writer).expect_err("no such table").kind(), "Gone");
}

#[test]
fn protocols_have_the_text_form_of_the_shell() {
    kovacs_cell::attach(None);
    let folder = std::env::temp_dir().join(format!("kovacs-protocol-{}", std::process::id()));
    let path = folder.join("protocol.toml");
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    std::fs::write(&path, "[two_step]\neps1 = \"0.5 %\"\neps2 = \"0.3 %\"\nt_w = \"900 s\"\ntemperature = \"593 K\"\nduration = \"2 h\"\n")
        .expect("a temporary file");
    let protocol = read_protocol(&path.to_string_lossy()).expect("a protocol");
    assert_eq!(protocol, Protocol::two_step(0.005, 0.003, 900.0, 7200.0, 593.0));
    std::fs::write(&path, "[two_step]\neps1 = 3\n").expect("a temporary file");
    let error = read_protocol(&path.to_string_lossy()).expect_err("not a protocol");
    assert!(error.message().contains("protocol.toml"), "{error}");
    assert_eq!(read_protocol("/nowhere.toml").expect_err("no file").kind(), "NoFile");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
