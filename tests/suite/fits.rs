//! Fits in cells: what is read off curves, of models and of numbers, and what is refused.

use crate::program::{Said, kovacs, run};
use crate::scratch::{Executed, code, notebook};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn cells_read_off_curves_what_figures_need() {
    let folder = tempfile::tempdir().expect("a folder");
    let cells = [
        code("let kww = Model::load(\"kww\")?.glass(\"ti-zr-hf-cu-ni-be\")?.set(\"relaxed_modulus\", 0.0)?;"),
        // A single stretched exponential: the energy of its time at equal stress, and beta times that from rates.
        code(
            "let relaxations = [573.0, 593.0, 613.0].iter().map(|t| kww.relaxation(0.005, *t, 1e-2, 1e6)).collect::<kovacs::Result<Vec<_>>>()?;\n\
             let energies = activation_energies(&relaxations, 593.0, &[900.0, 1e9])?;\n\
             assert!((energies.at[0].isoconversional.unwrap() - 2.0).abs() < 1e-3);\n\
             assert!((energies.at[0].rate.unwrap() - 1.0).abs() < 1e-3);\n\
             assert_eq!(energies.at[1].isoconversional, None);\n\
             energies",
        ),
        // By hand: mean x 1, mean y 2, xy = 3, xx = 2.
        code(
            "let line = fit_line(&[(0.0, 1.0), (1.0, 1.0), (2.0, 4.0)])?;\nassert_eq!((line.slope, line.intercept), (1.5, 0.5));\nline",
        ),
        code(
            "let heights: Vec<(f64, f64)> = [10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0].iter().map(|t: &f64| (*t, 1.0 + 9.0 * (t.log10() - 2.0).max(0.0) + 0.1 * t.log10())).collect();\n\
             let found = critical_time(&heights)?;\nassert!((found.time / 100.0 - 1.0).abs() < 1e-6 && found.is_supported());\nfound",
        ),
        code(
            "let stage = kww.second_stage(&TwoStep::new(0.005, 0.003, 900.0, 593.0))?;\n\
             let curve = kww.second_stage_curve(&TwoStep { duration: 1e4, ..TwoStep::new(0.005, 0.003, 900.0, 593.0) }, 1.0)?;\n\
             let fit = fit_double_kww(&curve, stage.sigma_0)?;\n\
             assert!(fit.amplitude > 1.0 && fit.misfit < 3e-4 * stage.sigma_0, \"one process looks like two\");\nfit",
        ),
        code(
            "let solid = kww.clone().set(\"relaxed_modulus\", 45000.0)?;\n\
             let fit = fit_recovery(&solid.recovery(&RecoveryTest { first: 1.0, duration: 2e5, ..RecoveryTest::new(0.005, 900.0, 593.0) })?)?;\n\
             assert!((fit.relaxation_time / 1062.0 - 1.0).abs() < 1e-3);\nfit",
        ),
        code(
            "let found = solid.findings(\"pvc\")?;\nassert_eq!(found.get(\"recovery_line_strain\")?.verdict, \"no\");\nfound",
        ),
        code(
            "let weights = pair_weights(\"TiZrHfCuNiBe\")?;\nassert_eq!(weights[0].fraction.map(|(a, b)| a * 38025 / b), Some(5760));",
        ),
    ];
    notebook(folder.path(), "fits.ipynb", &cells);
    let said = run(kovacs(&["run", "fits.ipynb", "--out", "out"]).current_dir(folder.path()));
    said.ends_with(0);
    let copy = std::fs::read_to_string(folder.path().join("out/fits.ipynb")).expect("the copy");
    for words in
        ["activation energy, times at 593 K", "line through 3 points", "preferred to one line", "two stretched"]
    {
        assert!(copy.contains(words), "no `{words}`");
    }
}

#[test]
fn models_are_fitted_and_compared_in_cells() {
    let folder = tempfile::tempdir().expect("a folder");
    let cells = [
        code(
            "let table = Dataset::open(\"pvc\")?.table(\"two-step\")?.only(\"specimen\", \"A\")?;\n\
             let kww = Model::load(\"kww\")?.glass(\"pvc\")?;\nlet free = [\"relaxation_time\", \"stretching_exponent\", \"unrelaxed_modulus\"];\n\
             let few = FitOptions { starts: 2, ..FitOptions::default() };",
        ),
        code("let fitted = fit_with(&table, kww.free(&free), few)?;\nfitted"),
        // A later cell uses the record.
        code(
            "let tau = fitted.get(\"relaxation_time\")?;\nassert!(tau.free && tau.unit == \"s\" && tau.lower < Some(tau.value));\n\
             assert_eq!(fitted.model()?.get(\"relaxation_time\")?, tau.value);\nassert!(fitted.origin == \"synthetic\" && fitted.points > 100);\n\
             assert!(fitted.warnings.iter().any(|words| words.contains(\"correlated\")));",
        ),
        code(
            "let steeper = kww.free(&free).between(\"stretching_exponent\", 0.9, 1.0).named(\"steep\");\n\
             let ranked = compare_with(&table.measured()?.every(10), [kww.free(&free), steeper], CompareOptions { fit: few, leave_out: true })?;\n\
             assert_eq!(ranked.models[0].name, \"kww\");\nassert!(ranked.models[1].difference > Some(4.0));\nranked",
        ),
        code("let judged = linear_test(&table.only(\"eps2\", 0.003)?)?;\njudged"),
    ];
    notebook(folder.path(), "models.ipynb", &cells);
    let said = run(kovacs(&["run", "models.ipynb", "--out", "out"]).current_dir(folder.path()));
    said.ends_with(0);
    let copy = Executed::read(&folder.path().join("out/models.ipynb"));
    let forms = |cell: usize| -> String { copy.outputs(cell).iter().map(ToString::to_string).collect() };
    for (cell, words) in [
        (2, &["95 % from", "stretching_exponent", "warning: neighbouring residuals", "image/svg+xml"][..]),
        (
            4,
            &[
                "which model explains",
                "difference: of AICc",
                "`kww` describes the data better than `steep`",
                "Residuals: pvc",
            ],
        ),
        (5, &["more than linear?", "verdict", "linear prediction"]),
    ] {
        for words in words {
            assert!(forms(cell).contains(words), "no `{words}` in cell {cell}: {}", forms(cell));
        }
    }
}

/// A long fit that is interrupted leaves the best parameters so far in its variable.
#[test]
fn an_interrupted_fit_keeps_the_best_so_far() {
    let folder = tempfile::tempdir().expect("a folder");
    let cells = [
        code(
            "let table = Dataset::open(\"pvc\")?.table(\"two-step\")?.only(\"specimen\", \"A\")?;\n\
             let kww = Model::load(\"kww\")?.glass(\"pvc\")?;",
        ),
        code(
            "std::fs::write(\"running\", \"\")?;\n\
             let fitted = fit_with(&table, &kww, FitOptions { starts: 100_000, ..FitOptions::default() })?;\n\
             std::fs::write(\"kept\", format!(\"{} {}\", fitted.warnings[0], fitted.value(\"relaxation_time\")?))?;",
        ),
    ];
    notebook(folder.path(), "long.ipynb", &cells);
    let mut command = kovacs(&["run", "long.ipynb", "--out", "out"]);
    let child = command.current_dir(folder.path()).stderr(Stdio::piped()).spawn().expect("it starts");
    let begun = Instant::now();
    while !folder.path().join("running").exists() {
        assert!(begun.elapsed() < Duration::from_secs(300), "the cell does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Long enough for a start to be followed to its end, on a busy machine too.
    std::thread::sleep(Duration::from_secs(3));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there").success());
    let said = Said::of(&child.wait_with_output().expect("it ends"));
    let kept = std::fs::read_to_string(folder.path().join("kept")).unwrap_or_else(|_| panic!("{}", said.err));
    assert!(kept.starts_with("stopped before the end: these are the best parameters so far"), "{kept}");
    let copy = std::fs::read_to_string(folder.path().join("out/long.ipynb")).expect("the copy");
    assert!(!copy.contains("<progress"), "the bar is gone when the work is done");
}

#[test]
fn what_cannot_be_fitted_is_an_error_of_the_cell_with_a_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for (cell, words) in [
        ("fit_line(&[(0.0, 1.0)])?", "FewSamples"),
        ("critical_time(&[(0.0, 1.0), (1.0, 2.0)])?", "EarlySample"),
        ("Model::load(\"kww\")?.findings(\"window\")?", "UnknownGlass"),
        ("pair_weights(\"Xx\")?", "not a chemical formula"),
        ("fit(&Tests::new(\"nothing\"), &Model::load(\"kww\")?)?", "NoData"),
        (
            "fit(&Dataset::open(\"pvc\")?.table(\"two-step\")?, Model::load(\"kww\")?.free(&[\"tau\"]))?",
            "UnknownParameter",
        ),
    ] {
        notebook(folder.path(), "bad.ipynb", &[code(cell)]);
        run(kovacs(&["run", "bad.ipynb", "--out", "out"]).current_dir(folder.path()))
            .ends_with(1)
            .complains_of(&[words]);
    }
}
