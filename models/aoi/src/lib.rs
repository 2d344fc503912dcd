//! The model `aoi` of Amir, Oreg and Imry: independent thermally activated modes over a flat distribution of barriers.
//!
//! Its response is logarithmic in time between the fastest and the slowest mode, so `t_p` is proportional to the waiting
//! time and hardly depends on temperature, and the hump grows as `ln t_w`: two statements by which it can fail.
//! The relaxation function is exact ([`barriers`]), for steps and ramps of any length under strain control at one
//! temperature. Under stress control, and where the temperature changes, single barriers stand for the continuous ones
//! ([`modes`]). A viscous branch ([`flow`]) is off unless its barrier is lowered.
//! Mechanical use: Lahini et al., Phys. Rev. Lett. 118 (2017) 085501.

#![forbid(unsafe_code)]

pub mod barriers;
mod derivatives;
pub mod exponential_integral;
pub mod flow;
pub mod modes;

use barriers::FlatBarriers;
use derivatives::Derivatives;
use flow::{FlowingBarriers, thermal_rate};
use kovacs_core::BOLTZMANN;
use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_core::linear_response::{LinearResponse, Moduli, RelaxationFunction, StrainTest};
use kovacs_core::modes::{HistoryTest, MaxwellSolid, Mode, Thermal};
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, Model, Origin, Preset, Quantity, Refusal, Run, linear,
};

/// Independent modes over a flat distribution of barriers.
#[derive(Default)]
pub struct Aoi {
    test: Option<linear::Test>,
}

/// Barriers (eV) and moduli (MPa) of the glasses, in the order of `GLASSES`: tuned to the trends of the paper.
const GLASS_VALUES: [[f64; 4]; 3] =
    [[1.53, 2.20, 90_000.0, 45_000.0], [1.60, 2.28, 150_000.0, 75_000.0], [0.82, 1.12, 2500.0, 1250.0]];

/// Attempt frequency of the glasses, 1/s: a vibration of atoms.
const ATTEMPT_FREQUENCY: f64 = 1e13;

/// Largest barrier, eV. Over it nothing passes at any temperature of a solid.
const HIGHEST_BARRIER: f64 = 50.0;

impl Model for Aoi {
    const CAPABILITIES: Capabilities = Capabilities { jacobian: true, ..linear::CAPABILITIES };

    fn about() -> About {
        About {
            id: "org.kovacs.aoi",
            name: "Amir-Oreg-Imry",
            version: env!("CARGO_PKG_VERSION"),
            summary: "independent thermally activated modes over a flat distribution of barriers",
            citation: "Amir, Oreg & Imry, PNAS 109 (2012) 1850, doi 10.1073/pnas.1120147109",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        let barrier = |id: &str, symbol: &str, label: &str, doc: &str| {
            Quantity::new(id).symbol(symbol).label(label).doc(doc).unit("eV").bounds(0.0, HIGHEST_BARRIER)
        };
        vec![
            barrier("barrier_min", "U_\\min", "Lowest barrier", "Barrier of the fastest modes.").initial(1.53),
            barrier("barrier_max", "U_\\max", "Highest barrier", "Barrier of the slowest modes; above the lowest one.")
                .initial(2.20),
            Quantity::new("attempt_frequency")
                .symbol("\\nu")
                .label("Attempt frequency")
                .unit("1/s")
                .doc("How often a mode tries its barrier. It only shifts both barriers, so a fit keeps it fixed.")
                .bounds(1.0, 1e20)
                .initial(ATTEMPT_FREQUENCY)
                .logarithmic()
                .fixed(),
            linear::unrelaxed_modulus(),
            linear::relaxed_modulus(),
            barrier("flow_barrier", "U_f", "Flow barrier", "Barrier over which the relaxed modulus flows away.")
                .initial(HIGHEST_BARRIER)
                .nominal(1.0)
                .fixed(),
        ]
    }

    fn outputs() -> Vec<Quantity> {
        linear::outputs_with_parts()
    }

    fn presets() -> Vec<Preset> {
        let preset = |(glass, &[barrier_min, barrier_max, unrelaxed, relaxed]): (&Glass, &[f64; 4])| {
            Preset::new(glass.id, Origin::Tuned)
                .label(glass.label)
                .doc("Chosen so that the model shows the trends of Tong et al. (2023); moduli are estimates.")
                .parameter("barrier_min", barrier_min)
                .parameter("barrier_max", barrier_max)
                .parameter("attempt_frequency", ATTEMPT_FREQUENCY)
                .parameter("unrelaxed_modulus", unrelaxed)
                .parameter("relaxed_modulus", relaxed)
        };
        GLASSES.iter().zip(&GLASS_VALUES).map(preset).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Aoi::default())
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.test = Some(linear::test(experiment)?);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        let (Some(test), Ok(parameters)) = (&self.test, parameters.try_into()) else {
            return Err(Refusal::broken("evaluated before an experiment was bound, or with another parameter count"));
        };
        match test {
            linear::Test::Strain(test) => {
                let (phi, moduli) = relaxation(parameters, test.temperature)?;
                linear::fill(test, moduli, &phi, out);
                Ok(())
            }
            linear::Test::Any(test) => fill_from_modes(parameters, test, out),
        }
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        _run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        match (&self.test, parameters.try_into()) {
            (Some(linear::Test::Strain(test)), Ok(parameters)) => {
                let (phi, moduli) = relaxation(parameters, test.temperature)?;
                linear::fill(test, moduli, &phi, out);
                fill_derivatives(parameters, phi.barriers, test, wrt, jacobian);
                Ok(())
            }
            _ => Err(Refusal::broken("derivatives wanted of a history without them")),
        }
    }

    fn differentiable(&self) -> bool {
        matches!(self.test, Some(linear::Test::Strain(_)))
    }

    fn linear(_settings: &[f64], parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        let parameters = <[f64; 6]>::try_from(parameters).map_err(|_| Refusal::broken("another parameter count"));
        Some(parameters.and_then(|parameters| response(parameters, temperature)))
    }
}

/// The linear response at one temperature (K), with single barriers as its modes.
fn response(parameters: [f64; 6], temperature: f64) -> Result<LinearResponse, Refusal> {
    let (phi, moduli) = relaxation(parameters, temperature)?;
    let [barrier_min, barrier_max, attempt_frequency, ..] = parameters;
    // Where the barriers are too wide for modes, or modes too slow for numbers, there is still the function.
    let representable = phi.longest_time().is_some_and(f64::is_finite);
    let modes =
        if representable { modes::barrier_modes(barrier_min, barrier_max, temperature) } else { Ok(Vec::new()) };
    let modes = modes.unwrap_or_default();
    let mode = |(barrier, weight): (f64, f64)| {
        (1.0 / thermal_rate(attempt_frequency, barrier, temperature), (1.0 - phi.share) * weight)
    };
    let mut spectrum: Vec<(f64, f64)> = modes.into_iter().map(mode).collect();
    if phi.share > 0.0 && !spectrum.is_empty() {
        spectrum.push((1.0 / phi.rate, phi.share));
    }
    Ok(LinearResponse { moduli, phi: Box::new(phi), spectrum })
}

/// Relaxation function and the moduli (MPa) between which it relaxes, of one parameter vector, in the model's order, at
/// a temperature in K.
///
/// # Errors
/// Rejects barriers and moduli in the wrong order.
pub fn relaxation(parameters: [f64; 6], temperature: f64) -> Result<(FlowingBarriers, Moduli), Refusal> {
    let [barrier_min, barrier_max, attempt_frequency, unrelaxed, relaxed, flow_barrier] = parameters;
    if barrier_max <= barrier_min {
        let message = format!("must be above `barrier_min` = {barrier_min} eV, but is {barrier_max} eV");
        return Err(Refusal::rejected(message).param(1));
    }
    let moduli = linear::moduli(unrelaxed, relaxed, 4)?;
    let barriers = FlatBarriers::new(barrier_min, barrier_max, attempt_frequency, temperature);
    if !(barriers.ln_slowest_rate.is_finite() && barriers.width.is_finite()) {
        let message = format!("makes rates at {temperature} K that no number can hold; take a higher temperature");
        return Err(Refusal::rejected(message).param(1));
    }
    Ok(FlowingBarriers::new(barriers, moduli, flow_barrier, attempt_frequency, temperature))
}

/// Derivatives of the stress of a strain-controlled test with respect to the parameters with these indices.
fn fill_derivatives(
    parameters: [f64; 6],
    barriers: FlatBarriers,
    test: &StrainTest,
    wrt: &[usize],
    jacobian: &mut Jacobian<'_>,
) {
    let [_, _, attempt_frequency, unrelaxed, relaxed, flow_barrier] = parameters;
    let (relaxing, by_barrier) = (unrelaxed - relaxed, -1.0 / (BOLTZMANN * test.temperature));
    let flow_rate = thermal_rate(attempt_frequency, flow_barrier, test.temperature);
    let kernel = Derivatives { barriers, flow_rate };
    let mut sums = vec![[0.0; 5]; test.times.len()];
    test.superpose(&kernel, |index, terms| sums[index].iter_mut().zip(terms).for_each(|(sum, term)| *sum += term));
    linear::fill_derivatives(test, jacobian, |_, index, row| {
        let [unrelaxed, by_slow, by_fast, flowing, by_flow] = sums[index];
        // Without flow the branch holds the whole strain, also what was there before the first node.
        let flowing = if flow_rate == 0.0 { flowing + test.rest_strain } else { flowing };
        let all = [
            relaxing * by_fast * by_barrier,
            relaxing * by_slow * by_barrier,
            (relaxing * (by_slow + by_fast) + relaxed * by_flow) / attempt_frequency,
            unrelaxed,
            flowing - unrelaxed,
            relaxed * by_flow * by_barrier,
        ];
        row.iter_mut().zip(wrt).for_each(|(derivative, &parameter)| *derivative = all[parameter]);
    });
}

/// Carries single barriers through a history.
fn fill_from_modes(parameters: [f64; 6], test: &HistoryTest, out: &mut Curves<'_>) -> Result<(), Refusal> {
    let (_, moduli) = relaxation(parameters, test.start_temperature())?;
    let [barrier_min, barrier_max, attempt_frequency, _, relaxed, flow_barrier] = parameters;
    let coldest = test.history.temperature.iter().copied().fold(f64::INFINITY, f64::min);
    let mut modes = modes::barrier_modes(barrier_min, barrier_max, coldest).map_err(|count| {
        let most = modes::MOST_MODES;
        let message = format!(
            "is so far above `barrier_min` = {barrier_min} eV that it takes {count} modes at {coldest} K, and {most} are \
             the most; take barriers that are nearer, a warmer history, or strain control at one temperature"
        );
        Refusal::rejected(message).param(1)
    })?;
    let relaxing = moduli.unrelaxed - relaxed;
    modes.iter_mut().for_each(|(_, weight)| *weight *= relaxing);
    let hottest = test.history.temperature.iter().copied().fold(0.0, f64::max);
    let flows = relaxed > 0.0 && thermal_rate(attempt_frequency, flow_barrier, hottest) > 0.0;
    if flows {
        modes.push((flow_barrier, relaxed));
    }
    let rates = |kelvin: f64, rates: &mut [f64]| {
        for (rate, (barrier, _)) in rates.iter_mut().zip(&modes) {
            *rate = thermal_rate(attempt_frequency, *barrier, kelvin);
        }
    };
    let mode = |&(barrier, modulus): &(f64, f64)| Mode {
        modulus,
        relaxation_time: 1.0 / thermal_rate(attempt_frequency, barrier, test.start_temperature()),
    };
    let relaxed_modulus = if flows { 0.0 } else { relaxed };
    let solid = MaxwellSolid { relaxed_modulus, modes: modes.iter().map(mode).collect() };
    linear::fill_from_modes(test, &solid, Thermal::Each(&rates), out)
}
