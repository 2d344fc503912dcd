//! Parameters that the models share, and the sets of materials with where they come from.

use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_sdk::{Origin, Preset, Quantity, linear};

/// `ln_prefactor`, `activation_enthalpy`, `nonlinearity`, `stretching_exponent`: the four of Moynihan, at these values.
pub fn moynihan([ln_prefactor, enthalpy, nonlinearity, exponent]: [f64; 4]) -> Vec<Quantity> {
    vec![
        Quantity::new("ln_prefactor")
            .symbol("\\ln A")
            .label("Logarithm of the prefactor")
            .doc("Natural logarithm of A in s.")
            .bounds(-2000.0, 700.0)
            .initial(ln_prefactor),
        Quantity::new("activation_enthalpy")
            .symbol("\\Delta h^*/R")
            .label("Activation enthalpy over the gas constant")
            .unit("K")
            .doc("As tables give it: 71 kK are 590 kJ/mol.")
            .bounds(0.0, 1e7)
            .initial(enthalpy),
        nonlinearity_of(nonlinearity),
        Quantity::new("stretching_exponent")
            .symbol("\\beta")
            .label("Stretching exponent")
            .doc("1 for a simple exponential in reduced time; the lower, the broader the spectrum.")
            .bounds(0.05, 1.0)
            .initial(exponent),
    ]
}

/// `nonlinearity`, `x`.
pub fn nonlinearity_of(initial: f64) -> Quantity {
    Quantity::new("nonlinearity")
        .symbol("x")
        .label("Nonlinearity parameter")
        .doc("1 if the temperature alone sets the relaxation time, 0 if the structure alone does.")
        .bounds(0.0, 1.0)
        .initial(initial)
        .nominal(0.4)
}

/// What only the model under strain has, at the values of the titanium glass.
pub fn mechanical() -> Vec<Quantity> {
    vec![
        Quantity::new("initial_fictive_temperature")
            .symbol("T_{f,0}")
            .label("Fictive temperature as prepared")
            .unit("K")
            .doc("At the first node of the history; equal to the temperature there, the glass does not age.")
            .above(0.0)
            .at_most(1e4)
            .initial(683.0),
        Quantity::new("strain_coupling")
            .symbol("\\theta")
            .label("Strain coupling")
            .unit("K")
            .doc(
                "How far unrelaxed strain raises the fictive temperature in the relaxation time, per strain of 1. A \
                 proposal of this project: keep it within 300 K; at 1500 K the second stage freezes.",
            )
            .bounds(-1e5, 1e5)
            .initial(0.0)
            .nominal(100.0)
            .fixed(),
        linear::unrelaxed_modulus().initial(90_000.0),
        linear::relaxed_modulus().initial(45_000.0),
    ]
}

/// `ln A` (s), `H` (K), `x`, `beta`, `Tf0` (K), `E_U`, `E_R` (MPa) in the order of `GLASSES`. For the alloys `ln A` makes
/// the relaxation time 100 s at a glass transition temperature that is itself an estimate.
const GLASS_VALUES: [[f64; 7]; 3] = [
    [4.60517 - 70_800.0 / 683.0, 70_800.0, 0.45, 0.45, 683.0, 90_000.0, 45_000.0],
    [4.60517 - 62_900.0 / 780.0, 62_900.0, 0.45, 0.45, 800.0, 150_000.0, 75_000.0],
    [-622.0, 225_000.0, 0.10, 0.23, 353.0, 2500.0, 250.0],
];

/// The output `fictive_temperature`, K.
pub fn fictive_temperature() -> Quantity {
    Quantity::new("fictive_temperature")
        .symbol("T_f")
        .label("Fictive temperature")
        .unit("K")
        .doc("Where the structure of the glass would be in equilibrium.")
        .nominal(300.0)
}

/// The three glasses of the paper.
pub fn glasses() -> Vec<Preset> {
    let preset = |(glass, values): (&Glass, &[f64; 7])| {
        let [ln_prefactor, enthalpy, nonlinearity, exponent, fictive, unrelaxed, relaxed] = *values;
        let doc = match glass.id {
            "pvc" => {
                "Enthalpy parameters of Hodge (1994) as they are (quoted from memory, to be verified); fictive \
                 temperature and moduli are estimates. Nothing is adapted to mechanical data."
            }
            _ => {
                "Chosen so that the model shows the trends of Tong et al. (2023); glass transition temperature, fictive \
                 temperature and moduli are estimates."
            }
        };
        let origin = if glass.id == "pvc" { Origin::Estimate } else { Origin::Tuned };
        moynihan_values(Preset::new(glass.id, origin), [ln_prefactor, enthalpy, nonlinearity, exponent])
            .label(glass.label)
            .doc(doc)
            .parameter("initial_fictive_temperature", fictive)
            .parameter("unrelaxed_modulus", unrelaxed)
            .parameter("relaxed_modulus", relaxed)
    };
    GLASSES.iter().zip(&GLASS_VALUES).map(preset).collect()
}

fn moynihan_values(preset: Preset, values: [f64; 4]) -> Preset {
    let ids = ["ln_prefactor", "activation_enthalpy", "nonlinearity", "stretching_exponent"];
    ids.iter().zip(values).fold(preset, |preset, (id, value)| preset.parameter(id, value))
}

/// `ln A` (s), `H` (K), `x`, `beta` of I. M. Hodge's review, J. Non-Cryst. Solids 169 (1994) 211: **quoted from memory**.
pub const HODGE: [(&str, [f64; 4]); 6] = [
    ("pvac", [-224.5, 71_000.0, 0.35, 0.57]),
    ("pvc", [-622.0, 225_000.0, 0.10, 0.23]),
    ("ps", [-216.0, 80_000.0, 0.46, 0.71]),
    ("pc", [-355.8, 150_000.0, 0.19, 0.46]),
    ("pmma", [-357.8, 138_000.0, 0.19, 0.35]),
    ("b2o3", [-75.6, 45_000.0, 0.40, 0.65]),
];

/// The sets of [`HODGE`], each saying what is known against it.
pub fn hodge() -> Vec<Preset> {
    let preset = |&(id, values): &(&str, [f64; 4])| {
        let (label, remark) = match id {
            "pvac" => ("Poly(vinyl acetate)", "From enthalpy: waiting times of volume experiments come out too short."),
            "pvc" => ("Poly(vinyl chloride)", "Hodge & Berens give nonlinearity 0.11."),
            "ps" => ("Polystyrene", "Its 100 s temperature, 362.6 K, is some 10 K below that of polystyrene."),
            "pc" => ("Polycarbonate", ""),
            "pmma" => ("Poly(methyl methacrylate)", ""),
            _ => ("Boron trioxide", ""),
        };
        let source = "Hodge, J. Non-Cryst. Solids 169 (1994) 211, quoted from memory, to be verified.";
        let doc = format!("{source} {remark}");
        moynihan_values(Preset::new(id, Origin::Literature), values).label(label).doc(doc.trim())
    };
    HODGE.iter().map(preset).collect()
}
