//! Models that are closures in cells: like plugins in every line but the first, and their mistakes stay in their cell.

use crate::program::{Said, close, kovacs, run};
use crate::scratch::{Executed, code, notebook, tagged};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The stretched exponential of `kww` at its values for PVC, with what it captures in the notebook.
const CLOSURE: &str = "let kww = Model::load(\"kww\")?.glass(\"pvc\")?;\n\
    let (tau, beta) = (kww.get(\"relaxation_time\")?, kww.get(\"stretching_exponent\")?);\n\
    let (unrelaxed, relaxed) = (kww.get(\"unrelaxed_modulus\")?, kww.get(\"relaxed_modulus\")?);\n\
    let mut model = Model::from_fn(\n\
    \x20   Definition::new(\"mine\").parameter(Quantity::new(\"exponent\").bounds(0.1, 1.0).initial(beta)),\n\
    \x20   move |p, experiment| experiment.superpose(|t| relaxed + (unrelaxed - relaxed) * (-(t / tau).powf(p[0])).exp()),\n\
    )?;";

/// A closure with a mistake in its line 4.
const WRONG: &str = "let wrong = Model::from_fn([Quantity::new(\"n\")], |p, experiment| {\n    \
    let start = p[\"n\"];\n    let none: Vec<f64> = Vec::new();\n    Ok(vec![none[start as usize]].into())\n})?;";

fn execute(folder: &Path, name: &str) -> (Said, Executed) {
    let said = run(kovacs(&["run", name, "--out", "executed"]).current_dir(folder));
    (said, Executed::read(&folder.join("executed").join(name)))
}

#[test]
fn a_closure_takes_the_place_of_a_plugin_and_says_where_it_is_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let test = "let test = TwoStep { ramp: Some(1.0), ..TwoStep::new(0.005, 0.003, 300.0, 318.0) };";
    let say = "let stage = model.second_stage(&test)?;\n\
               println!(\"{} {} {}\", model.name(), stage.t_p().unwrap(), stage.delta_sigma().unwrap());";
    let cells = [
        code(test),
        code(CLOSURE),
        code(say),
        code("model = kww;"),
        code(say),
        code(WRONG),
        tagged("raises-exception", "wrong.stress(&Protocol::at(300.0).step(0.01).hold(1.0), &[0.5])?"),
        code("println!(\"{}\", wrong.get(\"n\")?);"),
        code("let unit = Model::from_fn([], |_, e| e.superpose(|_| 1.0))?;\nlet inner = unit.clone();"),
        code(
            "let outer = Model::from_fn([], move |_, e| {\n    let test = Protocol::at(300.0).step(0.01).hold(1.0);\n    \
              Ok(inner.stress(&test, &e.times)?.y.into())\n})?;\n\
              let curve = outer.stress(&Protocol::at(300.0).step(0.02).hold(1.0), &[0.5])?;\n\
              println!(\"{:?}\", curve.y);\nfor (name, value) in &curve.provenance { println!(\"{name}: {value}\"); }",
        ),
    ];
    notebook(folder.path(), "closures.ipynb", &cells);
    let (said, executed) = execute(folder.path(), "closures.ipynb");
    said.ends_with(0);
    let line = |cell: usize| -> (String, Vec<f64>) {
        let text = executed.text(cell);
        let mut words = text.split_whitespace();
        let name = words.next().expect("a name").to_owned();
        (name, words.map(|word| word.parse().expect("a number")).collect())
    };
    let ((mine, closure), (plugin, exact)) = (line(3), line(5));
    assert_eq!((mine.as_str(), plugin.as_str()), ("mine", "kww"));
    // Ramps are means by quadrature in one and by an incomplete gamma function in the other: eight digits.
    for (closure, exact) in closure.iter().zip(&exact) {
        close(*closure, *exact, 1e-7);
    }
    let (name, message) = executed.error(7);
    assert_eq!(name, "Broken");
    assert!(
        message.contains("model `cell.closure` failed: it panicked in line 4 of the cell that defines it: index out"),
        "{message}"
    );
    assert_eq!(executed.text(8), "1\n", "the notebook lives on");
    let text = executed.text(10);
    assert!(text.contains("[0.01]") && text.contains("source: closure in this notebook"), "{text}");
    let closures = kovacs_runner::Notebook::read(&folder.path().join("closures.ipynb")).expect("a notebook");
    let source = closures.cells().nth(9).expect("ten cells").source();
    assert!(text.contains(&format!("digest of its cell: sha256:{}", sha256(&source))), "{text}");
}

/// SHA-256 by another program's hand.
fn sha256(text: &str) -> String {
    let mut command = Command::new("sha256sum");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sha256sum is part of every Linux");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stdout).split_whitespace().next().expect("a digest").to_owned()
}

#[test]
fn a_closure_that_is_evaluated_for_ever_is_stopped_and_the_variables_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let cells = [
        code(
            "let model = Model::from_fn([], |_, e| e.superpose(|_| 1.0))?;\nlet protocol = Protocol::at(300.0).step(0.01).hold(1.0);",
        ),
        code("std::fs::write(\"running\", \"\")?;\nloop {\n    model.stress(&protocol, &[0.5])?;\n}"),
    ];
    notebook(folder.path(), "forever.ipynb", &cells);
    let mut command = kovacs(&["run", "forever.ipynb", "--out", "executed"]);
    let child = command.current_dir(folder.path()).stderr(Stdio::piped()).spawn().expect("it starts");
    let begun = Instant::now();
    while !folder.path().join("running").exists() {
        assert!(begun.elapsed() < Duration::from_secs(300), "the cell does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there").success());
    Said::of(&child.wait_with_output().expect("it ends")).ends_with(130);
    let (name, message) = Executed::read(&folder.path().join("executed/forever.ipynb")).error(2);
    assert_eq!(name, "Interrupted");
    assert!(!message.contains("variables"), "it stopped by itself, between two rows: {message}");
}

#[test]
fn a_closure_becomes_a_crate_that_passes_the_checker_and_gives_its_numbers() {
    let desk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let here = |arguments: &[&str]| {
        let mut command = kovacs(arguments);
        command
            .current_dir(desk.path())
            .env("XDG_STATE_HOME", desk.path().join("state"))
            .env_remove("CARGO_TARGET_DIR");
        command
    };
    let say = "let test = TwoStep { ramp: Some(1.0), ..TwoStep::new(0.005, 0.003, 300.0, 318.0) };\n\
               let stage = model.second_stage(&test)?;\n\
               println!(\"{} {} {}\", stage.t_p().unwrap(), stage.delta_sigma().unwrap(), stage.sigma_tw);";
    let idea = [
        code(
            "const LEVELS: [f64; 2] = [2500.0, 1250.0];\nfn fading(x: f64, n: f64) -> f64 {\n    (1.0 + x).powf(-n)\n}",
        ),
        code("let tau = 30.0;\nlet table = Dataset::open(\"pvc\")?.table(\"two-step\")?.rows();"),
        code(
            "let definition = Definition::new(\"idea\").parameter(Quantity::new(\"n\").bounds(0.1, 2.0).initial(0.4));\n\
             let model = Model::from_fn(definition, move |p, experiment| {\n    // As measured.\n    \
             experiment.superpose(|t| LEVELS[1] + (LEVELS[0] - LEVELS[1]) * fading(t / tau, p[\"n\"]))\n})?;",
        ),
        code(say),
        code("let other = Model::from_fn([], move |_, e| e.superpose(|t| t * table as f64))?;"),
    ];
    notebook(desk.path(), "idea.ipynb", &idea);
    run(&mut here(&["run", "idea.ipynb", "--out", "executed"])).ends_with(0);
    let before = Executed::read(&desk.path().join("executed/idea.ipynb")).text(4);

    run(&mut here(&["model", "new", "other", "--from-cell", "idea.ipynb#cell-5"]))
        .ends_with(1)
        .complains_of(&["`table` is computed in cell `cell-2` from `Dataset`", "Quantity::new(\"table\")"]);
    assert!(!desk.path().join("other").exists(), "nothing is left of it");
    run(&mut here(&["model", "new", "idea", "--from-cell", "idea.ipynb#cell-3"])).ends_with(0);
    let library = std::fs::read_to_string(desk.path().join("idea/src/lib.rs")).expect("it was written");
    assert!(library.contains("// As measured.") && library.contains("fn fading"), "{library}");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--offline", "--quiet"]).current_dir(desk.path().join("idea"));
    let built = run(cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS")).ends_with(0);
    assert!(!built.err.contains("warning"), "{}", built.err);

    run(&mut here(&["model", "check", "idea"])).ends_with(0);
    notebook(desk.path(), "after.ipynb", &[code("let model = Model::load(\"idea\")?;"), code(say)]);
    run(&mut here(&["run", "after.ipynb", "--out", "executed"])).ends_with(0);
    let after = Executed::read(&desk.path().join("executed/after.ipynb")).text(2);
    let numbers = |text: &str| -> Vec<f64> { text.split_whitespace().map(|n| n.parse().expect("a number")).collect() };
    assert_eq!(numbers(&before).len(), 3);
    for (before, after) in numbers(&before).into_iter().zip(numbers(&after)) {
        // The same text and the same arithmetic; a compiler may know `powf` of constants better than the library does.
        close(after, before, 1e-12);
    }
}
