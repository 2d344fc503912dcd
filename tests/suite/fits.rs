//! Fits in cells: what is read off curves, of models and of numbers, and what is refused.

use crate::program::{kovacs, run};
use crate::scratch::{code, notebook};

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
fn what_cannot_be_fitted_is_an_error_of_the_cell_with_a_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for (cell, words) in [
        ("fit_line(&[(0.0, 1.0)])?", "FewSamples"),
        ("critical_time(&[(0.0, 1.0), (1.0, 2.0)])?", "EarlySample"),
        ("Model::load(\"kww\")?.findings(\"window\")?", "UnknownGlass"),
        ("pair_weights(\"Xx\")?", "not a chemical formula"),
    ] {
        notebook(folder.path(), "bad.ipynb", &[code(cell)]);
        run(kovacs(&["run", "bad.ipynb", "--out", "out"]).current_dir(folder.path()))
            .ends_with(1)
            .complains_of(&[words]);
    }
}
