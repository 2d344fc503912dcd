//! Figure 5 from the shipped intensities, by the way a user would go: background off, S(Q), G(r), first peak.

use kovacs_datasets::{Package, Table, generate, shipped_folder};
use kovacs_scattering::{
    Composition, DetectorGeometry, FirstPeak, PairDistribution, Pattern, Scale, ScatteringCorrections,
    TransformOptions, WidthDefinition, first_peak, momentum_transfer, pair_distribution, scattering_angle,
    structure_factor, two_gaussians, wavelength,
};

fn package() -> Package {
    Package::open(shipped_folder().join("ti-zr-hf-cu-ni-be")).unwrap()
}

fn pattern(rows: &Table) -> Pattern {
    Pattern::new(rows.column("q").unwrap(), rows.column("intensity").unwrap()).unwrap()
}

/// `G(r)` of every exposure: stage, time in stage (s), distribution.
fn distributions() -> Vec<(f64, f64, PairDistribution)> {
    let package = package();
    let composition = Composition::parse("Ti16.7Zr16.7Hf16.7Cu16.7Ni16.7Be16.7").unwrap();
    let background = pattern(&package.table(generate::BACKGROUND).unwrap());
    let table = package.table(generate::SCATTERING).unwrap();
    let options = TransformOptions { r_min: 1.0, r_max: 10.0, ..TransformOptions::between(0.5, 16.5) };
    let mut found = Vec::new();
    for stage in [1.0, 2.0] {
        let rows = table.where_number("stage", stage).unwrap();
        for time in rows.unique_numbers("time_in_stage").unwrap() {
            let measured = pattern(&rows.where_number("time_in_stage", time).unwrap());
            let clean = measured.without_background(&background, 1.0).unwrap();
            let corrections = ScatteringCorrections { scale: Scale::HighQ { from: 12.0 }, ..Default::default() };
            let structure = structure_factor(&clean, &composition, &corrections).unwrap();
            found.push((stage, time, pair_distribution(&structure, &options).unwrap()));
        }
    }
    found
}

fn peak(distribution: &PairDistribution) -> FirstPeak {
    first_peak(distribution, (2.2, 3.8), WidthDefinition::AboveZero).unwrap()
}

#[test]
fn the_first_shell_has_sub_peaks_where_the_paper_has_them() {
    for (stage, time, distribution) in distributions() {
        let shell = two_gaussians(&distribution, (2.35, 3.45), (2.70, 3.10)).unwrap();
        assert!(shell.is_resolved(), "stage {stage}, {time} s: {shell:?}");
        assert!((shell.near.position - 2.70).abs() < 0.05, "stage {stage}, {time} s: {shell:?}");
        assert!((shell.far.position - 3.10).abs() < 0.05, "stage {stage}, {time} s: {shell:?}");
    }
}

#[test]
fn the_first_peak_narrows_while_the_stress_falls_and_widens_while_it_rises() {
    let stress = package().table(generate::IN_SITU).unwrap();
    let distributions = distributions();
    for stage in [1.0, 2.0] {
        let frames: Vec<(f64, FirstPeak)> =
            distributions.iter().filter(|frame| frame.0 == stage).map(|frame| (frame.1, peak(&frame.2))).collect();
        assert_eq!(frames.len(), 8);
        // Both sub-peaks together: the valley between them stays above half the height in every exposure.
        assert!(frames.iter().all(|frame| (0.6..0.75).contains(&frame.1.width)), "stage {stage}: {frames:?}");
        let rows = stress.where_number("stage", stage).unwrap();
        let (times, values) = (rows.column("time_in_stage").unwrap(), rows.column("stress").unwrap());
        // Mean of the five samples around a time.
        let stress_at = |time: f64| {
            let place = times.partition_point(|&at| at < time).clamp(2, times.len() - 3);
            values[place - 2..=place + 2].iter().sum::<f64>() / 5.0
        };
        for pair in frames.windows(2) {
            let change = stress_at(pair[1].0) - stress_at(pair[0].0);
            let wider = pair[1].1.width - pair[0].1.width;
            assert!(change * wider > 0.0, "stage {stage}, {} to {} s: {change} MPa, {wider} Å", pair[0].0, pair[1].0);
        }
    }
}

#[test]
fn sub_peaks_move_left_while_the_stress_falls_and_right_while_it_rises() {
    let place = |stage: f64, time: f64| {
        let frames = distributions();
        let (_, _, distribution) = frames.into_iter().find(|frame| frame.0 == stage && frame.1 == time).unwrap();
        two_gaussians(&distribution, (2.35, 3.45), (2.70, 3.10)).unwrap().near.position
    };
    assert!(place(1.0, 890.0) < place(1.0, 2.5));
    assert!(place(2.0, 300.0) > place(2.0, 2.5));
}

#[test]
fn the_set_up_is_the_printed_one_and_consistent() {
    let table = package().table(generate::SET_UP).unwrap();
    let value = |name: &str| table.column(name).unwrap()[0];
    // Wavelength as printed, four digits.
    assert!((wavelength(1e-3 * value("photon_energy")) - value("wavelength")).abs() < 5e-5);
    let detector = DetectorGeometry {
        pixels: value("pixels") as u32,
        pixel_size: 1e-3 * value("pixel_size"),
        distance: value("distance"),
        wavelength: wavelength(1e-3 * value("photon_energy")),
    };
    // Computed independently: 19.47 1/Å at the edge, ring of Q_max at 171.36 mm; tolerance: the digits given.
    assert!((detector.q_max() - 19.47).abs() < 0.005);
    assert!((detector.ring_radius(value("q_max")).unwrap() - 171.36).abs() < 0.01);
    let angle = scattering_angle(value("q_max"), value("wavelength")).unwrap();
    assert!((momentum_transfer(angle, value("wavelength")) - 16.5).abs() < 1e-9);
}

#[test]
fn pair_weights_are_exact_fractions_and_the_printed_pairs_are_the_heaviest() {
    let table = package().table(generate::PAIR_WEIGHTS).unwrap();
    let numerators = table.column("numerator").unwrap();
    assert_eq!(numerators.len(), 21);
    assert_eq!(numerators[..5], [5760.0, 5184.0, 4176.0, 4032.0, 3168.0]);
    assert_eq!(numerators.iter().sum::<f64>(), 38_025.0);
    let pairs = table.text("pair").unwrap();
    assert_eq!(pairs[..5], ["Zr-Hf", "Hf-Hf", "Hf-Cu", "Hf-Ni", "Ti-Hf"]);
    for (weight, numerator) in table.column("weight").unwrap().iter().zip(&numerators) {
        assert!((weight - numerator / 38_025.0).abs() < 5e-7);
    }
}
