//! Parameters of the soft-domain model: ids, units, bounds, and the sets of the three glasses.
//!
//! Attempt rates of the two slow processes are not given but follow from the times they take at the reference
//! temperature, `ln nu = Q/kT0 - ln tau`: barrier and attempt rate compensate each other (Song et al., Phys. Rev. Lett.
//! 125 (2020) 135501, for the large activation entropies this stands for), and a fit finds times, not attempt rates.

use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_sdk::{Origin, Preset, Quantity, Refusal};

/// One parameter vector, by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// `E_U`, MPa.
    pub unrelaxed_modulus: f64,
    /// Strain that the sample gains when all domains transform (1).
    pub transformation_strain: f64,
    /// Activation volume, nm^3.
    pub activation_volume: f64,
    /// Back-stress energy of a transformed domain, eV.
    pub back_stress_energy: f64,
    /// Share of the domains that belong to the fast population (1).
    pub beta_weight: f64,
    /// Mean barrier of the fast population, eV.
    pub beta_barrier: f64,
    /// Standard deviation of its barriers, eV.
    pub beta_width: f64,
    /// Its attempt frequency, 1/s.
    pub beta_attempt_frequency: f64,
    /// Mean barrier of the slow population, eV.
    pub alpha_barrier: f64,
    /// Standard deviation of its barriers, eV.
    pub alpha_width: f64,
    /// Time of its mean barrier at the reference temperature, s.
    pub alpha_relaxation_time: f64,
    /// Barrier of the flow of percolating domains, eV.
    pub flow_barrier: f64,
    /// Its rate at the reference temperature, 1/s.
    pub flow_rate: f64,
    /// How much higher barriers become in large clusters, eV.
    pub cooperative_barrier: f64,
    /// How much all neighbours together favour a domain when they are transformed, eV.
    pub neighbour_coupling: f64,
    /// Temperature at which times and rates are stated, K.
    pub reference_temperature: f64,
}

/// Number of parameters.
pub const COUNT: usize = 16;

/// Index of a parameter that a refusal may blame.
pub const BACK_STRESS_ENERGY: usize = 3;
/// See [`BACK_STRESS_ENERGY`].
pub const NEIGHBOUR_COUPLING: usize = 14;

impl Parameters {
    /// Reads one row of the model interface.
    ///
    /// # Errors
    /// Another number of values than [`COUNT`].
    pub fn new(values: &[f64]) -> Result<Self, Refusal> {
        let values: &[f64; COUNT] = values
            .try_into()
            .map_err(|_| Refusal::broken(format!("{} parameters, {COUNT} are needed", values.len())))?;
        let &[
            unrelaxed_modulus,
            transformation_strain,
            activation_volume,
            back_stress_energy,
            beta_weight,
            beta_barrier,
            beta_width,
            beta_attempt_frequency,
            alpha_barrier,
            alpha_width,
            alpha_relaxation_time,
            flow_barrier,
            flow_rate,
            cooperative_barrier,
            neighbour_coupling,
            reference_temperature,
        ] = values;
        Ok(Parameters {
            unrelaxed_modulus,
            transformation_strain,
            activation_volume,
            back_stress_energy,
            beta_weight,
            beta_barrier,
            beta_width,
            beta_attempt_frequency,
            alpha_barrier,
            alpha_width,
            alpha_relaxation_time,
            flow_barrier,
            flow_rate,
            cooperative_barrier,
            neighbour_coupling,
            reference_temperature,
        })
    }
}

/// The parameters as the interface lists them, starting at the set of the titanium glass.
pub fn quantities() -> Vec<Quantity> {
    let energy = |id: &str, symbol: &str, label: &str, doc: &str, initial: f64| {
        Quantity::new(id).symbol(symbol).label(label).doc(doc).unit("eV").initial(initial)
    };
    let barrier = |id: &str, symbol: &str, label: &str, doc: &str, initial: f64| {
        energy(id, symbol, label, doc, initial).bounds(0.0, 50.0)
    };
    let width = |id: &str, symbol: &str, label: &str, initial: f64| {
        energy(id, symbol, label, "Standard deviation of a Gaussian.", initial).bounds(0.0, 5.0)
    };
    vec![
        Quantity::new("unrelaxed_modulus")
            .symbol("E_U")
            .label("Unrelaxed modulus")
            .unit("MPa")
            .doc("Stress per strain just after a step.")
            .above(0.0)
            .at_most(1e9)
            .initial(90_000.0),
        Quantity::new("transformation_strain")
            .symbol("\\gamma")
            .label("Transformation strain")
            .doc("Strain that the sample gains when all domains transform.")
            .bounds(0.0, 1.0)
            .initial(8.0e-3),
        Quantity::new("activation_volume")
            .symbol("v")
            .label("Activation volume")
            .unit("nm3")
            .doc("How strongly stress favours the transformed state: v sigma is an energy.")
            .bounds(0.0, 1e3)
            .initial(0.03),
        energy(
            "back_stress_energy",
            "\\Delta",
            "Back-stress energy",
            "Elastic energy of a transformed domain in the matrix: it drives the domain back when stress is gone.",
            0.06,
        )
        .bounds(-5.0, 5.0),
        Quantity::new("beta_weight")
            .symbol("w_\\beta")
            .label("Share of fast domains")
            .doc("Share of the domains in the broad, fast population; the others are in the narrow, slow one.")
            .bounds(0.0, 1.0)
            .initial(0.1),
        barrier("beta_barrier", "Q_\\beta", "Fast barrier", "Mean barrier of the fast domains.", 1.55),
        width("beta_width", "s_\\beta", "Width of the fast barriers", 0.15),
        Quantity::new("beta_attempt_frequency")
            .symbol("\\nu_\\beta")
            .label("Fast attempt frequency")
            .unit("1/s")
            .doc("How often a fast domain tries its barrier: a vibration of atoms.")
            .bounds(1e-3, 1e20)
            .initial(1e13)
            .logarithmic()
            .fixed(),
        barrier("alpha_barrier", "Q_\\alpha", "Slow barrier", "Mean barrier of the slow domains.", 2.40),
        width("alpha_width", "s_\\alpha", "Width of the slow barriers", 0.06),
        Quantity::new("alpha_relaxation_time")
            .symbol("\\tau_\\alpha")
            .label("Slow time")
            .unit("s")
            .doc("Time of the mean slow barrier at the reference temperature, 1/(nu exp(-Q/kT0)).")
            .bounds(1e-12, 1e20)
            .initial(2000.0)
            .logarithmic(),
        barrier("flow_barrier", "Q_c", "Flow barrier", "Barrier of the flow of percolating domains.", 2.40),
        Quantity::new("flow_rate")
            .symbol("k_c")
            .label("Flow rate")
            .unit("1/s")
            .doc("How often a domain of the spanning cluster flows, at the reference temperature; 0: never.")
            .bounds(0.0, 1e12)
            .initial(1.0 / 600.0),
        energy(
            "cooperative_barrier",
            "\\delta Q",
            "Cooperative barrier",
            "By how much barriers rise in an infinite cluster; in one of S domains by 1 - S^(-1/3) of it.",
            0.05,
        )
        .bounds(0.0, 5.0),
        energy(
            "neighbour_coupling",
            "zJ",
            "Coupling to neighbours",
            "By how much a domain is favoured when all its neighbours are transformed; below 4 kT.",
            0.0,
        )
        .bounds(0.0, 5.0)
        .nominal(0.01)
        .fixed(),
        Quantity::new("reference_temperature")
            .symbol("T_0")
            .label("Reference temperature")
            .unit("K")
            .doc("Where slow time and flow rate are what they say.")
            .bounds(1.0, 1e4)
            .initial(593.0)
            .fixed(),
    ]
}

/// What differs between the glasses, in the order of `GLASSES`.
const GLASS_VALUES: [[(&str, f64); 13]; 3] = [
    glass_values([90_000.0, 8.0e-3, 0.0300, 0.0600, 1.55, 0.15, 2.40, 0.06, 2000.0, 600.0, 2.40, 0.05, 593.0]),
    glass_values([150_000.0, 6.4e-3, 0.0227, 0.0604, 1.65, 0.15, 2.70, 0.06, 4000.0, 1200.0, 2.70, 0.05, 597.0]),
    glass_values([2500.0, 8.0e-3, 0.579, 0.0322, 0.90, 0.10, 1.94, 0.035, 600.0, 180.0, 1.94, 0.027, 318.0]),
];

/// Names for one row of the table of glasses; the flow time (s) becomes a rate.
const fn glass_values(row: [f64; 13]) -> [(&'static str, f64); 13] {
    [
        ("unrelaxed_modulus", row[0]),
        ("transformation_strain", row[1]),
        ("activation_volume", row[2]),
        ("back_stress_energy", row[3]),
        ("beta_barrier", row[4]),
        ("beta_width", row[5]),
        ("alpha_barrier", row[6]),
        ("alpha_width", row[7]),
        ("alpha_relaxation_time", row[8]),
        ("flow_rate", 1.0 / row[9]),
        ("flow_barrier", row[10]),
        ("cooperative_barrier", row[11]),
        ("reference_temperature", row[12]),
    ]
}

/// The sets of the three glasses; what they do not name has its default.
pub fn presets() -> Vec<Preset> {
    let preset = |(glass, values): (&Glass, &[(&str, f64); 13])| {
        let start = Preset::new(glass.id, Origin::Tuned)
            .label(glass.label)
            .doc("Chosen so that the model shows the trends of Tong et al. (2023); moduli are estimates.");
        values.iter().fold(start, |preset, &(id, value)| preset.parameter(id, value))
    };
    GLASSES.iter().zip(&GLASS_VALUES).map(preset).collect()
}
