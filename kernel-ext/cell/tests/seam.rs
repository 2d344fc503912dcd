//! The types of the prelude over the seam, in one process: what a plain Rust program gets from `attach`.

use kovacs::prelude::*;
use kovacs::seam::{self, Operation};
use kovacs::wire::Writer;

/// The paper's test of the Ti glass.
fn test_of_ti() -> TwoStep {
    TwoStep::new(0.005, 0.003, 900.0, 593.0)
}

/// The modulus of the Ti glass as one stretched exponential, MPa, `t` in s.
fn stretched(relaxation_time: f64, t: f64) -> f64 {
    45_000.0 + 45_000.0 * (-(t / relaxation_time).sqrt()).exp()
}

fn relaxation_time() -> Quantity {
    Quantity::new("relaxation_time").unit("s").above(0.0).initial(1e4).logarithmic()
}

#[test]
fn a_closure_of_a_cell_is_a_model_like_any_other() {
    kovacs_cell::attach(None);
    let definition = Definition::new("my_glass")
        .parameter(relaxation_time())
        .preset(Preset::new("fast", PresetOrigin::Estimate).parameter("relaxation_time", 10.0));
    let line = line!() + 1;
    let mut model = Model::from_fn(definition, |p, experiment| experiment.superpose(|t| stretched(p[0], t)))
        .expect("a valid definition");
    let stage = model.second_stage(&test_of_ti()).expect("the closure takes every experiment");
    // Physics: linear KWW, tau 1e4 s, beta 0.5, 90 and 45 GPa at the paper's protocol; 1e-6 relative, as everywhere.
    let (t_p, delta_sigma) = (stage.t_p().expect("a peak"), stage.delta_sigma().expect("a peak"));
    assert!((t_p / 266.621_993_44 - 1.0).abs() < 1e-6, "t_p = {t_p}");
    assert!((delta_sigma / 6.773_459_11 - 1.0).abs() < 1e-6, "delta_sigma = {delta_sigma}");
    assert_eq!(model.get("relaxation_time"), Ok(1e4));
    assert_eq!(model.clone().set("relaxation_tim", 1.0).expect_err("no such parameter").kind(), "UnknownParameter");
    assert_eq!(model.clone().set("relaxation_time", -1.0).expect_err("negative").kind(), "ParameterOutOfBounds");
    assert_eq!(model.clone().glass("fast").expect("a parameter set").get("relaxation_time"), Ok(10.0));
    let curve = model.second_stage_curve(&test_of_ti(), 1e-2).expect("a curve");
    let lines: Vec<String> = curve.provenance.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let source = format!("source: closure in kernel-ext/cell/tests/seam.rs, line {line}");
    assert!(lines.contains(&source), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("digest") && !line.contains("version")), "{lines:?}");
    // A plugin takes its place in the same variable.
    let protocol = Protocol::at(300.0).step(0.01).hold(10.0);
    let strain = model.predict(&protocol, "strain", &[5.0]).expect("the strain is prescribed");
    assert_eq!((strain.y.as_slice(), model.label().as_str()), (&[0.01][..], "my_glass (closure)"));
    model = Model::from_fn([], |_, e| Ok(e.times.iter().map(|_| 1.0).collect())).expect("a list is a definition");
    assert_eq!(model.stress(&protocol, &[5.0]).expect("a curve").y, [1.0]);
}

#[test]
fn a_closure_that_refuses_panics_or_miscounts_is_an_error_and_not_the_end() {
    kovacs_cell::attach(None);
    let line = line!() + 5;
    let model = Model::from_fn([Quantity::new("n").bounds(0.0, 9.0)], |p, experiment| match p["n"] {
        1.0 => Err("one is too few".into()),
        2.0 => Err(Refusal::rejected("is not odd").param(0)),
        3.0 => Ok(vec![1.0].into()),
        4.0 => panic!("no such glass"),
        5.0 => Ok([("stres", vec![1.0])].into()),
        6.0 => Ok(read_protocol("/nowhere.toml")?.segments.iter().map(|segment| segment.duration).collect()),
        _ => Ok(experiment.times.iter().map(|t| t * p["n"]).collect()),
    })
    .expect("a valid definition");
    let said = |n: f64| {
        let model = model.clone().set("n", n).expect("inside its bounds");
        let protocol = Protocol::at(300.0).step(0.01).hold(10.0);
        model.stress(&protocol, &[1.0, 2.0]).map(|curve| curve.y).map_err(|error| error.message().to_owned())
    };
    let errors = [
        (1.0, "no answer for these parameters: row 0: one is too few".to_owned()),
        (2.0, "parameter `n`: is not odd".to_owned()),
        (3.0, "1 values of `stress` for 2 times".to_owned()),
        (4.0, format!("it panicked at kernel-ext/cell/tests/seam.rs:{line}: no such glass")),
        (5.0, "a column `stres`, which is none of its outputs".to_owned()),
        (6.0, "cannot read the protocol `/nowhere.toml`".to_owned()),
    ];
    for (n, words) in errors {
        let message = said(n).expect_err("it is refused");
        assert!(message.contains(&words), "{n}: {message}");
    }
    assert_eq!(said(7.0), Ok(vec![7.0, 14.0]));
}

#[test]
fn a_closure_owns_what_it_captures_and_may_use_other_models() {
    kovacs_cell::attach(None);
    struct Told(std::sync::mpsc::Sender<&'static str>);
    impl Drop for Told {
        fn drop(&mut self) {
            let _ = self.0.send("dropped");
        }
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    let inner = Model::from_fn([relaxation_time()], |p, e| e.superpose(|t| stretched(p[0], t))).expect("valid");
    let (told, shift) = (Told(sender), vec![1.0, 2.0]);
    let outer = Model::from_fn([], move |_, experiment| {
        let _ = &told;
        let protocol = Protocol::at(300.0).step(0.01).hold(10.0);
        let curve = inner.stress(&protocol, &experiment.times)?;
        Ok(curve.y.iter().zip(&shift).map(|(stress, shift)| stress + shift).collect())
    })
    .expect("valid");
    let protocol = Protocol::at(300.0).step(0.01).hold(10.0);
    let stress = outer.stress(&protocol, &[0.0, 5.0]).expect("both are computed").y;
    assert_eq!(stress, [901.0, 0.01 * stretched(1e4, 5.0) + 2.0]);
    let again = outer.clone();
    drop(outer);
    assert!(receiver.try_recv().is_err(), "a clone still has it");
    drop(again);
    assert_eq!(receiver.try_recv(), Ok("dropped"));
}

#[test]
fn definitions_of_closures_are_checked() {
    kovacs_cell::attach(None);
    let nothing = |_: &Parameters<'_>, _: &Experiment| Ok(Answer::default());
    for (definition, word) in [
        (Definition::new("x").parameter(Quantity::new("Tau")), "id `Tau` of a parameter"),
        (Definition::new("x").parameters([relaxation_time(), relaxation_time()]), "`relaxation_time` occurs twice"),
        (Definition::new("x").parameter(relaxation_time().initial(f64::NAN)), "default NaN"),
        (Definition::new("My glass"), "My glass"),
    ] {
        let error = Model::from_fn(definition, nothing).expect_err("refused");
        assert!(error.kind() == "BadDefinition" && error.message().contains(word), "{error}");
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

#[test]
fn tables_are_asked_for_and_made_from_tables_over_the_seam() {
    kovacs_cell::attach(None);
    let curves = query("curves where glass = 'PVC' and resource = 'two-step'").expect("the shipped packages");
    assert!(curves.rows() > 100 && curves.origin() == "synthetic", "{curves:?}");
    let package = Dataset::open("pvc").expect("it is shipped").table("two-step").expect("it is sound");
    let stress = package.numbers("stress").expect("a column of numbers");
    assert_eq!(curves.numbers("stress").expect("a column of numbers"), stress);
    let address = stress.as_ptr();
    assert_eq!(package.clone().numbers("stress").expect("a column").as_ptr(), address, "no look copies a column");
    assert_eq!(
        package.select(["time", "stress"]).expect("columns").numbers("stress").expect("a column").as_ptr(),
        address
    );

    let second = package.filter("stage = 2 and time < 20 min").expect("rows");
    let means = second.group_by(["specimen"]).of([("stress", "mean"), ("stress", "std")]).expect("groups");
    let columns: Vec<String> = means.columns().iter().map(|(name, unit)| format!("{name} {unit}")).collect();
    assert_eq!(columns, ["specimen ", "stress_mean MPa", "stress_std MPa"]);
    assert_eq!(means.texts("specimen").expect("words"), ["A", "B", "C"]);
    let counts = second.group_by(["specimen"]).count().expect("counts");
    assert_eq!(counts.numbers("count").expect("counts").iter().sum::<f64>(), second.rows() as f64);
    let quantile = second.group_by(["eps2"]).quantile("stress", 0.5).expect("a quantile");
    assert_eq!(quantile.columns()[1], ("stress_quantile_0.5".to_string(), "MPa".to_string()));
    let joined = second.join(&means, ["specimen"]).expect("partners");
    let above = joined.with_column("above", "stress - stress_mean").expect("a stress");
    assert_eq!(above.rows(), second.rows());
    let mean = above.numbers("above").expect("a column").iter().sum::<f64>() / above.rows() as f64;
    assert!(mean.abs() < 1e-12, "{mean} MPa");
    let sorted = above.sort_descending(["above"]).expect("sorted").head(5).expect("five rows");
    assert!(sorted.numbers("above").expect("a column").is_sorted_by(|a, b| a >= b));
    assert_eq!(above.stack(&sorted).expect("stacked").rows(), second.rows() + 5);
    assert_eq!(second.unique(["specimen"]).expect("rows").rows(), 3);
    assert_eq!(second.rename("stress", "sigma").expect("renamed").tail(2).expect("rows").rows(), 2);
    let scaled = second.with_column_in("twice", "stress * 2", "MPa").expect("a stated unit");
    assert_eq!(scaled.columns().last(), Some(&("twice".to_string(), "MPa".to_string())));

    let kinds = [
        query("curves where stres > 1").expect_err("no such column"),
        query("cruves").expect_err("no such table"),
        second.filter("time > 5 MPa").expect_err("another dimension"),
        second.filter("time > 5000 h").expect_err("no such row"),
        second.with_column("twice", "stress * 2").expect_err("no unit follows"),
        second.group_by(["specimen"]).of([("stress", "average")]).expect_err("no such statistic"),
    ]
    .map(|error| error.kind().to_owned());
    let expected = ["UnknownColumn", "UnknownTable", "WrongDimension", "NoRows", "UnitNotKnown", "UnknownStatistic"];
    assert_eq!(kinds, expected);
}

#[test]
fn a_table_of_noisy_tests_shows_its_humps_with_errors() {
    kovacs_cell::attach(None);
    let table = Dataset::open("pvc").expect("it is shipped").table("two-step").expect("it is in it");
    let shown = table.observe().expect("every test has a second stage");
    assert_eq!(shown.stages.len(), 3);
    for stage in &shown.stages {
        let hump = stage.hump;
        assert_eq!((hump.verdict(), stage.strains), (Verdict::Peak, Some((0.005, 0.003))));
        // One curve at a time gives the same numbers.
        let (_, specimen) = stage.test.iter().find(|(name, _)| name == "specimen").expect("a replicate").clone();
        let curve = table.only("specimen", specimen).expect("rows").only("stage", 2.0).expect("rows");
        let curve = curve.curve("time_in_stage", "stress").expect("a curve");
        assert_eq!(curve.hump(0.0).expect("samples"), hump);
    }
    let text = format!("{shown:?}");
    for part in ["origin: synthetic", " t_p ", " delta_sigma ", " MPa", "specimens together", "3 of 3"] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
    let refused = table.only("stage", 1.0).expect("rows").observe().expect_err("there is no second stage");
    assert_eq!(refused.kind(), "NoSecondStage");
}

#[test]
fn a_thermal_test_is_observed_over_the_seam() {
    kovacs_cell::attach(None);
    let tnm = Model::load("tnm").expect("it ships").glass("pvac").expect("a parameter set");
    let test: ThermalKovacs = "40C; 10C until equal; 30C for 1000h".parse().expect("a test");
    let memory = tnm.thermal_memory(&test).expect("tnm ages");
    // Physics: 80 steps a decade; 101.369 h at 10 C, then 3.14648 K at 0.3614 h. A thousandth, as for stepped models.
    let (height, time) = (memory.hump_height.expect("a peak"), memory.hump_time.expect("a peak"));
    assert!((height / 3.14648 - 1.0).abs() < 1e-3, "{height} K");
    assert!((time / (0.3614 * 3600.0) - 1.0).abs() < 1e-3, "{time} s");
    assert!((memory.t1 / (101.369 * 3600.0) - 1.0).abs() < 1e-3, "{} s", memory.t1);
    assert_eq!(memory.kind, "peak");
    let kww = Model::load("kww").expect("it ships");
    let refused = kww.thermal_memory(&test).expect_err("a linear material has no fictive temperature");
    assert!(refused.message().contains("no output `fictive_temperature`"), "{}", refused.message());
}
