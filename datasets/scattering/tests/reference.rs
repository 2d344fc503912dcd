//! Scattering on real files: the first-peak table, and a measured pattern all the way to `G(r)`.
//!
//! The files are open test data that lie outside of the project, at `KOVACS_TEST_DATA` or `../shared/data`; without them
//! these tests say that they skip.

use kovacs_scattering::{
    Composition, Normalisation, Scale, ScatteringCorrections, ScatteringFile, TransformOptions, WidthDefinition,
    Window, first_peak, pair_distribution, structure_factor,
};
use std::path::PathBuf;

fn test_data() -> PathBuf {
    std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
}

/// A file of the test data; `None`, with a word, where it is not.
fn read(path: &str) -> Option<ScatteringFile> {
    let file = test_data().join(path);
    match std::fs::read(&file) {
        Ok(bytes) => Some(ScatteringFile::read(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))),
        Err(_) => {
            println!("skipped: {} is not here", file.display());
            None
        }
    }
}

#[test]
fn first_peaks_are_those_of_the_table() {
    // Position (parabola through the highest three), height, and width above G = 0, computed independently to the
    // digits given.
    let table = [
        ("diffpy-pdfgui/Ni_2-8.chi.gr", 2.4917, 14.65, 0.188, (2.0, 3.0)),
        ("diffpy-morph/ni_qmax25.cgr", 2.4914, 16.15, 0.216, (2.0, 3.0)),
        ("diffpy-srmise/TiO2-fine-qmax26.gr", 1.944, 3.83, 0.194, (1.6, 2.3)),
        ("diffpy-srmise/C60-fine-qmax21.gr", 1.450, 1.17e5, 0.175, (1.2, 1.8)),
    ];
    for (path, position, height, width, window) in table {
        let Some(file) = read(path) else { continue };
        let distribution = file.pair_distribution(Some(25.0)).unwrap();
        let found = first_peak(&distribution, window, WidthDefinition::AboveZero).unwrap();
        println!(
            "{path}: {:?}, r = {:.4} Å, G = {:.4}, width {:.4} Å",
            file.format, found.position, found.height, found.width
        );
        assert!((found.position - position).abs() < 6e-4, "{path}: {}", found.position);
        assert!((found.height / height - 1.0).abs() < 4e-3, "{path}: {}", found.height);
        assert!((found.width - width).abs() < 6e-4, "{path}: {}", found.width);
    }
}

#[test]
fn a_measured_silicate_glass_shows_its_bonds() {
    let (Some(sample), Some(empty)) = (
        read("glassure-total-scattering/Mg2SiO4_ambient.xy"),
        read("glassure-total-scattering/Mg2SiO4_ambient_bkg.xy"),
    ) else {
        return;
    };
    let pattern = sample.pattern(None, None).unwrap().without_background(&empty.pattern(None, None).unwrap(), 1.0);
    let composition = Composition::parse("Mg2SiO4").unwrap();
    let corrections = ScatteringCorrections {
        scale: Scale::HighQ { from: 14.0 },
        normalisation: Normalisation::FaberZiman,
        ..ScatteringCorrections::default()
    };
    let structure = structure_factor(&pattern.unwrap(), &composition, &corrections).unwrap();
    let options = TransformOptions {
        window: Window::Lorch,
        polynomial: Some(1.0),
        r_max: 8.0,
        ..TransformOptions::between(1.3, 16.5)
    };
    let distribution = pair_distribution(&structure, &options).unwrap();
    let silicon_oxygen = first_peak(&distribution, (1.3, 1.85), WidthDefinition::AboveZero);
    let highest = first_peak(&distribution, (1.3, 2.6), WidthDefinition::AboveZero).unwrap();
    println!("Si-O {silicon_oxygen:?}, highest {highest:?}");
    // Si-O 1.63 Å and Mg-O 2.0 Å are what every silicate glass has; without Compton correction to within 0.1 Å.
    assert!(highest.position > 1.53 && highest.position < 2.1, "{highest:?}");
}

#[test]
fn a_column_without_a_unit_is_asked_for() {
    let Some(file) = read("glassure-total-scattering/Fe81S19.chi") else { return };
    assert_eq!((file.abscissa, file.columns.len(), file.columns[0].len()), (None, 2, 2500));
    assert!(file.pattern(None, None).unwrap_err().to_string().contains("state `Q` in 1/Å or 1/nm"));
    let Some(argon) = read("glassure-total-scattering/Argon_1GPa.chi") else { return };
    let pattern = argon.pattern(None, None).unwrap();
    // 2048 points in 1/nm, converted.
    assert_eq!(pattern.q.len(), 2048);
    assert!((pattern.q[0] - 2.6720984e-3).abs() < 1e-12);
}

#[test]
fn compton_scattering_is_that_of_the_tables() {
    // Incoherent scattering functions of Hubbell et al. (1975) as Glassure distributes them: x in 1/Å, f, S.
    let folder = test_data().join("glassure-compton-tables");
    for symbol in ["H", "Be", "B", "C", "Cl", "Ti", "Fe", "Ni", "Cu", "Zr", "Hf"] {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{symbol}.dat"))) else {
            println!("skipped: {} is not here", folder.display());
            return;
        };
        let rows = text.lines().skip(1).map(|line| {
            let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            (numbers[0], numbers[2])
        });
        let (x, tabulated): (Vec<f64>, Vec<f64>) = rows.filter(|(x, _)| (0.05..=2.0).contains(x)).unzip();
        let element = Composition::parse(symbol).unwrap();
        let electrons = f64::from(element.elements()[0].atomic_number);
        let q: Vec<f64> = x.iter().map(|x| 4.0 * std::f64::consts::PI * x).collect();
        let found = element.compton(&q).unwrap();
        let errors: Vec<f64> =
            found.iter().zip(&tabulated).map(|(found, tabulated)| (found - tabulated) / electrons).collect();
        let rms = (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt();
        let largest = errors.iter().fold(0.0, |largest: f64, error| largest.max(error.abs()));
        println!("{symbol:2}: off by {:.2} % of Z (root mean square), {:.2} % at most", 100.0 * rms, 100.0 * largest);
        // The tables have three digits, and errors of print such as S(0.6) of Ni, which is 2 % off its neighbours.
        assert!(rms < 6e-3 && largest < 0.02, "{symbol}: {rms}, {largest}");
    }
}
