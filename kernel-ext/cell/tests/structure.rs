//! Patterns, `S(Q)`, `G(r)` and first peaks over the seam, as cells chain them.

use kovacs::prelude::*;
use kovacs_scattering::Composition;

/// A file of the intensity of a glass of one Gaussian shell at 3 Å, 0.12 Å, and of a flat background of 100 counts.
fn pattern_file(folder: &std::path::Path) -> (String, String) {
    let alloy = Composition::parse("TiZrHfCuNiBe").expect("a formula");
    let q: Vec<f64> = (1..=4000).map(|index| 0.01 * f64::from(index)).collect();
    let factors = alloy.mean_form_factors(&q, None).expect("tabulated");
    let compton = alloy.compton(&q).expect("tabulated");
    let mut sample = "# == pyFAI calibration ==\n# q_A^-1\tI\tsigma\n".to_owned();
    let mut empty = sample.clone();
    for (index, q) in q.iter().enumerate() {
        let s = 1.0 + (3.0 * q).sin() / (3.0 * q) * (-0.0072 * q * q).exp();
        let electrons = factors.mean_square[index] + (s - 1.0) * factors.mean[index].powi(2) + compton[index];
        sample.push_str(&format!("{q} {} 1\n", 100.0 + 2.0 * electrons));
        empty.push_str(&format!("{q} 200 1\n"));
    }
    let place = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    (place("sample.xy", &sample), place("empty.xy", &empty))
}

#[test]
fn a_chain_of_cells_gives_back_the_shell() {
    kovacs_cell::attach(None);
    let folder = std::env::temp_dir().join(format!("kovacs-structure-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (sample, empty) = pattern_file(&folder);
    let background = Pattern::load(&empty).expect("a pattern");
    let pattern = Pattern::load(&sample).expect("a pattern").minus(&background, 0.5).expect("the same points");
    let structure = pattern.structure_factor("TiZrHfCuNiBe", Normalisation::FaberZiman).expect("a glass");
    let found = structure.pair_distribution(16.5).expect("within the data").first_peak().expect("a peak");
    // 0.309 Å at 16.5 1/Å, 0.2826 Å without termination; the scale, from ripples of 1e-4 at high Q, and 0.01 Å of grid err less.
    assert!((found.position - 3.0).abs() < 1e-3 && (found.width - 0.3093).abs() < 1e-3, "{found}");
    assert!((found.width_without_termination.expect("a resolved peak") - 0.2826).abs() < 1e-3, "{found}");
    // Counting noise of 1 in some 1e3 to 1e4 counts: the third column has gone all the way.
    assert!(found.error.is_some_and(|error| error > 1e-4 && error < 0.05), "{found}");
    let lines = structure.curve().provenance;
    assert!(lines.iter().any(|(name, words)| name == "background" && words == "0.5 × empty.xy"), "{lines:?}");
    assert_eq!(structure.pair_distribution(50.0).expect_err("beyond the data").kind(), "Beyond");
    assert_eq!(structure.pair_distribution_with(16.5, "welch", None).expect_err("no window").kind(), "Name");
    let bare = folder.join("bare.chi");
    std::fs::write(&bare, "1 2\n2 3\n3 4\n").expect("written");
    let bare = bare.display().to_string();
    let error = Pattern::load(&bare).expect_err("no unit");
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("load_as")), "{error}");
    let q = Pattern::load_as(&bare, Abscissa::PerNanometre, None).expect("a unit").q;
    assert!((q[2] - 0.3).abs() < 1e-15, "{q:?}");
    assert_eq!(PairDistribution::load("/nowhere.gr").expect_err("no file").kind(), "NoFile");
    std::fs::remove_dir_all(&folder).expect("removed");
}
