//! The model `stz`: shear transformation zones with an effective temperature.
//!
//! A nonlinear model without a spectrum of relaxation times: memory is kept in the orientation of the zones, which
//! flips fast and forgets slowly, and in the effective temperature, which ages. It is written with the public SDK alone,
//! as the example of a model from the literature (`equations` has the formulas and their sources). The equations are
//! stiff, since flips may be a million times faster than ageing, and are integrated by Radau IIA of order 5 (Hairer &
//! Wanner, Solving Ordinary Differential Equations II (1996), IV.8) from the crate `differential-equations`; steps
//! follow a tolerance and not the output times, between which the solution is interpolated.

#![forbid(unsafe_code)]

mod equations;
mod integrate;

use equations::{Held, Zones};
use integrate::Broken;
use kovacs_core::Control;
use kovacs_core::glasses::GLASSES;
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Model, Origin, Pieces, Preset, Quantity, Refusal, Run, linear,
};

/// Shear transformation zones.
#[derive(Default)]
pub struct Stz {
    /// The history and the output times, once bound.
    bound: Option<(Pieces, Vec<f64>)>,
}

/// Number of parameters.
const PARAMETERS: usize = 13;

/// What the glasses do not share: `E_U` (MPa), `v` (nm^3), `tau_0` (s), `Q` (eV), `Gamma` (1/s).
const GLASS_VALUES: [[f64; 5]; 3] =
    [[90_000.0, 0.0300, 1000.0, 2.0, 2e-5], [150_000.0, 0.0227, 2000.0, 2.2, 1e-5], [2500.0, 0.579, 330.0, 1.3, 6e-5]];

impl Model for Stz {
    const CAPABILITIES: Capabilities = Capabilities {
        deterministic: true,
        continuous: true,
        stress: true,
        temperature: true,
        ticks: true,
        ..Capabilities::NONE
    };

    fn about() -> About {
        About {
            id: "org.kovacs.stz",
            name: "Shear transformation zones",
            version: env!("CARGO_PKG_VERSION"),
            summary: "two-state zones with orientation and effective temperature; memory without a spectrum",
            citation: "Bouchbinder & Langer, Soft Matter 6 (2010) 3065, doi 10.1039/c001388a",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        let positive = |id: &str, symbol: &str, label: &str, unit: &str, most: f64, initial: f64| {
            Quantity::new(id).symbol(symbol).label(label).unit(unit).above(0.0).at_most(most).initial(initial)
        };
        vec![
            linear::unrelaxed_modulus().initial(90_000.0),
            positive("zone_volume", "v", "Activation volume", "nm3", 1e3, 0.03)
                .doc("Times the stress it is the energy by which a flip along the stress is easier."),
            positive("relaxation_time", "\\tau_0", "Time between flips", "s", 1e30, 1000.0)
                .doc("Without stress, at the reference temperature.")
                .logarithmic(),
            Quantity::new("activation_energy")
                .symbol("Q")
                .label("Activation energy")
                .unit("eV")
                .doc("Of the flips.")
                .bounds(0.0, 50.0)
                .initial(2.0)
                .fixed(),
            positive("reference_temperature", "T_0", "Reference temperature", "K", 1e4, 593.0)
                .doc("The temperature at which the time between flips holds as given.")
                .fixed(),
            positive("strain_scale", "\\varepsilon_0", "Strain scale", "1", 1e3, 0.17)
                .doc("Strain of a flip times the number of places for zones."),
            Quantity::new("noise_rate")
                .symbol("\\Gamma")
                .label("Noise rate")
                .unit("1/s")
                .doc("How fast the orientation is forgotten; at 0 a small strain relaxes to a plateau for good.")
                .bounds(0.0, 1e6)
                .initial(2e-5)
                .nominal(1e-5),
            positive("initial_effective_temperature", "\\chi_0", "Effective temperature at the start", "1", 10.0, 0.34)
                .doc("In units of the zones' formation energy: the disorder frozen in by the quench."),
            positive("steady_effective_temperature", "\\chi_\\infty", "Effective temperature in flow", "1", 10.0, 0.40)
                .doc("What long plastic flow leads to."),
            positive("heat_capacity", "c", "Effective heat capacity", "MPa", 1e12, 100.0)
                .doc("Plastic work per unit of effective temperature; large for an effective temperature that stays.")
                .logarithmic(),
            Quantity::new("ageing_rate")
                .symbol("\\kappa")
                .label("Ageing rate")
                .unit("1/s")
                .doc("Attempts of the effective temperature to fall to the temperature; 0 for no ageing.")
                .bounds(0.0, 1e20)
                .initial(1e-2)
                .nominal(1e-2),
            Quantity::new("ageing_barrier")
                .symbol("\\beta")
                .label("Ageing barrier")
                .unit("1")
                .doc("In units of the zones' formation energy.")
                .bounds(0.0, 100.0)
                .initial(2.0)
                .nominal(1.0),
            positive("formation_temperature", "T_Z", "Formation temperature", "K", 1e6, 2000.0)
                .doc("Formation energy of a zone over Boltzmann's constant.")
                .fixed(),
        ]
    }

    fn outputs() -> Vec<Quantity> {
        let mut outputs = linear::outputs();
        outputs.extend([
            Quantity::new("strain_elastic").unit("1").label("Elastic strain").doc("Stress over the modulus."),
            Quantity::new("plastic_strain")
                .unit("1")
                .label("Plastic strain")
                .doc("Of all flips: the part held by the orientation comes back, the rest does not."),
            Quantity::new("orientation")
                .symbol("m")
                .unit("1")
                .label("Orientation")
                .doc("Mean orientation of the zones."),
            Quantity::new("effective_temperature")
                .symbol("\\chi")
                .unit("1")
                .label("Effective temperature")
                .doc("In units of the zones' formation energy."),
        ]);
        outputs
    }

    fn presets() -> Vec<Preset> {
        let preset = |(glass, &[modulus, volume, time, energy, noise]): (&kovacs_core::glasses::Glass, &[f64; 5])| {
            Preset::new(glass.id, Origin::Tuned)
                .label(glass.label)
                .doc("Chosen so that the hump of Tong et al. (2023) appears at the times they state; moduli are estimates.")
                .parameter("unrelaxed_modulus", modulus)
                .parameter("zone_volume", volume)
                .parameter("relaxation_time", time)
                .parameter("activation_energy", energy)
                .parameter("reference_temperature", glass.temperature)
                .parameter("noise_rate", noise)
        };
        GLASSES.iter().zip(&GLASS_VALUES).map(preset).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Stz::default())
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.bound = Some((Pieces::new(experiment)?, experiment.times().to_vec()));
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let (Some((history, times)), Ok(parameters)) = (&self.bound, <&[f64; PARAMETERS]>::try_from(parameters)) else {
            return Err(Refusal::broken("evaluated before an experiment was bound, or with another parameter count"));
        };
        let zones = zones(parameters);
        let tolerances = integrate::tolerances(&zones, history);
        let mut write = |point: usize, held: Held, state: &equations::State| {
            let stress = zones.stress(held, state);
            let values = [stress, zones.strain(held, state), stress / zones.modulus, state[0], state[1], state[2]];
            for (output, value) in values.into_iter().enumerate() {
                if let Some(slot) = out.column(output).and_then(|column| column.get_mut(point)) {
                    *slot = value;
                }
            }
        };
        // What is strained for ever bears no stress; a stress counts its strain from the state before.
        let (held, plastic) = match (history.control, history.rest.drive) {
            (Control::Strain, strain) => (Held::Strain(strain), strain),
            (Control::Stress, stress) => (Held::Stress(stress), -stress / zones.modulus),
        };
        let mut state = [plastic, 0.0, zones.initial_chi];
        for point in 0..history.at_rest {
            write(point, held, &state);
        }
        let pieces = history.pieces.len();
        for (index, piece) in history.pieces.iter().enumerate() {
            run.tick(index as f64 / pieces as f64)?;
            state = integrate::run(&zones, piece, times, state, tolerances, &mut write).map_err(
                |Broken::Rates { time }| {
                    let message =
                        format!("makes rates at {time} s that no step can follow; raise it, or lower the stress");
                    Refusal::rejected(message).param(2)
                },
            )?;
        }
        Ok(())
    }
}

/// The constants of a parameter vector, in the order of [`Model::parameters`].
fn zones(parameters: &[f64; PARAMETERS]) -> Zones {
    let [
        modulus,
        volume,
        relaxation_time,
        activation_energy,
        reference_temperature,
        strain_scale,
        noise_rate,
        initial_chi,
        steady_chi,
        heat_capacity,
        ageing_rate,
        ageing_barrier,
        formation_temperature,
    ] = *parameters;
    Zones {
        modulus,
        volume,
        relaxation_time,
        activation_energy,
        reference_temperature,
        strain_scale,
        noise_rate,
        initial_chi,
        steady_chi,
        heat_capacity,
        ageing_rate,
        ageing_barrier,
        formation_temperature,
    }
}

/// The two relaxations of a small strain at constant effective temperature, as `(rate, share)` with rates in 1/s, the
/// faster first; `parameters` in the model's order, the temperature in K. The oracle for everything small.
pub fn linear_modes(parameters: &[f64; PARAMETERS], temperature: f64) -> [(f64, f64); 2] {
    zones(parameters).linear_modes(temperature)
}

#[cfg(test)]
fn defaults() -> [f64; PARAMETERS] {
    let values: Vec<f64> =
        Stz::parameters().into_iter().map(|quantity| kovacs_core::model::Quantity::from(quantity).initial).collect();
    values.try_into().expect("as many parameters as the constant says")
}
