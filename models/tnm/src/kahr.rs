//! The model `kahr` of Kovacs, Aklonis, Hutchinson and Ramos: the same memory with a linear exponent and two boxes of
//! times.
//!
//! `d delta_i/dt = -g_i d_alpha dT/dt - delta_i/tau_i`, `tau_i = tau_ir exp[-theta (T - Tr) - (1 - x) theta delta/d_alpha]`
//! (Kovacs, Aklonis, Hutchinson & Ramos, J. Polym. Sci. Polym. Phys. 17 (1979) 1097). With `delta = d_alpha (Tf - T)` it
//! is the thermal model with `ln tau = ln tau_r - theta [x (T - Tr) + (1 - x)(Tf - Tr)]`, modes in place of the stretched
//! exponential, and all of that code is shared.

use crate::clock::Clock;
use crate::integrator::{Integrator, Relaxation, division_settings};
use crate::parameters;
use crate::spectrum::Spectrum;
use crate::thermal;
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Model, Origin, Preset, Quantity, Refusal, Run};

/// How many retardation times there are.
const TIMES: usize = 33;

/// Default reference temperature, K: 30 degC.
const REFERENCE: f64 = 303.15;

/// Kovacs-Aklonis-Hutchinson-Ramos.
pub struct Kahr {
    integrator: Integrator,
}

impl Model for Kahr {
    const CAPABILITIES: Capabilities = thermal::CAPABILITIES;

    fn about() -> About {
        About {
            id: "org.kovacs.kahr",
            name: "Kovacs-Aklonis-Hutchinson-Ramos",
            version: env!("CARGO_PKG_VERSION"),
            summary: "volume recovery of a glass with 33 retardation times and a linear exponent",
            citation: "Kovacs, Aklonis, Hutchinson & Ramos, J. Polym. Sci. Polym. Phys. 17 (1979) 1097",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![
            Quantity::new("relaxation_time")
                .symbol("\\tau_r")
                .label("Relaxation time")
                .unit("s")
                .doc("In equilibrium at the reference temperature; the retardation times lie evenly around it.")
                .above(0.0)
                .at_most(1e100)
                .initial(1e4)
                .logarithmic(),
            Quantity::new("reference_temperature")
                .symbol("T_r")
                .label("Reference temperature")
                .unit("K")
                .doc("Where the relaxation time holds as given.")
                .above(0.0)
                .at_most(1e4)
                .initial(REFERENCE)
                .fixed(),
            Quantity::new("temperature_sensitivity")
                .symbol("\\theta")
                .label("Temperature sensitivity")
                .unit("1/K")
                .doc("By how much the logarithm of the relaxation time falls per kelvin in equilibrium.")
                .bounds(0.0, 100.0)
                .initial(1.0),
            parameters::nonlinearity_of(0.4),
            Quantity::new("expansion_change")
                .symbol("\\Delta\\alpha")
                .label("Change of thermal expansion")
                .unit("1/K")
                .doc("Expansion coefficient of the liquid minus that of the glass; it scales the volume only.")
                .above(0.0)
                .at_most(1.0)
                .initial(4e-4)
                .fixed(),
            Quantity::new("spectrum_decades")
                .symbol("b")
                .label("Width of the spectrum")
                .doc("Decades from the shortest to the longest retardation time.")
                .bounds(0.0, 30.0)
                .initial(4.0),
            Quantity::new("fast_share")
                .symbol("g_1")
                .label("Weight of the fast box")
                .doc("Share of the faster half of the spectrum, in the logarithm of time; 0.5 makes both boxes one.")
                .bounds(0.0, 1.0)
                .initial(0.5),
        ]
    }

    fn settings() -> Vec<Quantity> {
        division_settings().into()
    }

    fn outputs() -> Vec<Quantity> {
        let mut outputs = thermal::outputs();
        outputs.push(
            Quantity::new("volume_departure")
                .symbol("\\delta")
                .label("Departure of the volume")
                .doc("(v - v_eq)/v_eq.")
                .nominal(1e-3),
        );
        outputs
    }

    fn presets() -> Vec<Preset> {
        let pvac = Preset::new("pvac", Origin::Estimate).label("Poly(vinyl acetate)").doc(
            "Sensitivity, nonlinearity, expansion and width of the spectrum quoted from memory of Kovacs et al. (1979), \
             to be verified; the relaxation time is that of `tnm` for this material at 30 degC, and the weights of the \
             two boxes are equal, because neither was at hand.",
        );
        let [ln_prefactor, enthalpy, ..] = parameters::HODGE[0].1;
        vec![pvac.parameter("relaxation_time", (ln_prefactor + enthalpy / REFERENCE).exp())]
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Kahr { integrator: Integrator::new(settings)? })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        thermal::only_temperature(experiment)?;
        self.integrator.bind(experiment)
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let &[time, reference, sensitivity, nonlinearity, expansion, decades, fast_share] = parameters else {
            return Err(Refusal::broken(format!("{} parameters, 7 are needed", parameters.len())));
        };
        let clock = Clock::Linear { ln_time: time.ln(), sensitivity, nonlinearity, reference };
        let relaxation = Relaxation::Given(Spectrum::double_box(TIMES, decades, fast_share));
        thermal::evaluate(&mut self.integrator, clock, relaxation, expansion, out, run)
    }
}
