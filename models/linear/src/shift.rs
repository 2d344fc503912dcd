//! Time-temperature superposition after Arrhenius: all relaxation times of a linear model share one factor.
//!
//! A model whose relaxation function has a closed form is that function while the temperature stays and the strain is
//! prescribed, and its modes on a common clock otherwise; [`Shifted`] is what both need to know of it.

use kovacs_core::BOLTZMANN;
use kovacs_core::linear_response::{Kernel, LinearResponse, Moduli, RelaxationFunction, StrainTest};
use kovacs_core::modes::{HistoryTest, MaxwellSolid, Thermal};
use kovacs_sdk::{Curves, Jacobian, Quantity, Refusal, linear};

/// Derivatives of a relaxation function with respect to `ln tau` and to the parameter of its shape, in this order.
pub trait ShapeDerivatives: RelaxationFunction {
    /// The function and its two derivatives at many times, into a slice of the same length.
    fn with_shape_at(&self, times: &[f64], out: &mut [[f64; 3]]);

    /// Of its integral from 0 to a time, both in s.
    fn integral_by_shape(&self, time: f64) -> [f64; 2];
}

/// A relaxation function with its derivatives, as they superpose.
struct WithDerivatives<'a, P>(&'a P);

impl<P: ShapeDerivatives> Kernel<3> for WithDerivatives<'_, P> {
    fn values(&self, time: f64) -> [f64; 3] {
        let mut values = [[0.0; 3]];
        self.values_at(&[time], &mut values);
        values[0]
    }

    fn values_at(&self, times: &[f64], out: &mut [[f64; 3]]) {
        self.0.with_shape_at(times, out);
    }

    fn integrals(&self, time: f64) -> [f64; 3] {
        let [by_ln_time, by_exponent] = self.0.integral_by_shape(time);
        [self.0.integral(time), by_ln_time, by_exponent]
    }
}

/// A linear solid at its reference temperature, and how its clock depends on temperature.
pub struct Shifted<P> {
    /// The relaxation function for a relaxation time in s.
    pub phi: fn(relaxation_time: f64, exponent: f64) -> P,
    /// Its modes as `(relaxation time in s, weight)`, weights of sum 1.
    pub modes: fn(&P) -> Vec<(f64, f64)>,
    /// Relaxation time at the reference temperature, s.
    pub relaxation_time: f64,
    /// The parameter of its shape.
    pub exponent: f64,
    /// Activation energy, eV.
    pub energy: f64,
    /// Reference temperature, K.
    pub reference: f64,
    /// The moduli, MPa.
    pub moduli: Moduli,
}

impl<P: ShapeDerivatives + Send + 'static> Shifted<P> {
    /// Reads the six parameters that such models have, in this order: relaxation time (s), exponent, activation energy
    /// (eV), reference temperature (K), unrelaxed and relaxed modulus (MPa).
    ///
    /// # Errors
    /// Rejects moduli in the wrong order; breaks on another number of parameters.
    pub fn read(parameters: &[f64], phi: fn(f64, f64) -> P, modes: fn(&P) -> Vec<(f64, f64)>) -> Result<Self, Refusal> {
        let &[relaxation_time, exponent, energy, reference, unrelaxed, relaxed] = parameters else {
            return Err(Refusal::broken(format!("{} parameters instead of 6", parameters.len())));
        };
        let moduli = linear::moduli(unrelaxed, relaxed, 5)?;
        Ok(Shifted { phi, modes, relaxation_time, exponent, energy, reference, moduli })
    }

    /// The relaxation function at a temperature in K.
    ///
    /// # Errors
    /// Rejects relaxation times beyond what numbers can hold.
    pub fn at(&self, temperature: f64) -> Result<P, Refusal> {
        let relaxation_time = self.relaxation_time * arrhenius(self.energy, self.reference, temperature, 2)?;
        if !relaxation_time.is_normal() {
            return Err(Refusal::rejected(format!("is {relaxation_time} s at {temperature} K")).param(0));
        }
        Ok((self.phi)(relaxation_time, self.exponent))
    }

    /// Fills the wanted outputs of a linear model.
    ///
    /// # Errors
    /// Those of [`at`](Shifted::at) at every temperature of the test, and those of the modes.
    pub fn fill(&self, test: &linear::Test, out: &mut Curves<'_>) -> Result<(), Refusal> {
        match test {
            linear::Test::Strain(test) => {
                linear::fill(test, self.moduli, &self.at(test.temperature)?, out);
                Ok(())
            }
            linear::Test::Any(test) => {
                test.history.temperature.iter().try_for_each(|&kelvin| self.at(kelvin).map(drop))?;
                let phi = (self.phi)(self.relaxation_time, self.exponent);
                let solid = MaxwellSolid::relaxing(self.moduli, &(self.modes)(&phi));
                let clock = |kelvin: f64| rate_factor(self.energy, self.reference, kelvin);
                linear::fill_from_modes(test, &solid, Thermal::Common(&clock), out)
            }
        }
    }

    /// Fills the wanted outputs of [`linear::outputs`] and their derivatives with respect to the parameters with these
    /// indices, in the order of [`read`](Shifted::read).
    ///
    /// # Errors
    /// Those of [`at`](Shifted::at).
    pub fn fill_derivatives(
        &self,
        test: &StrainTest,
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
    ) -> Result<(), Refusal> {
        let phi = self.at(test.temperature)?;
        linear::fill(test, self.moduli, &phi, out);
        let relaxing = self.moduli.unrelaxed - self.moduli.relaxed;
        let (by_energy, by_reference) = shift_derivatives(self.energy, self.reference, test.temperature);
        let mut sums = vec![[0.0; 3]; test.times.len()];
        test.superpose(&WithDerivatives(&phi), |index, terms| {
            sums[index].iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        });
        linear::fill_derivatives(test, jacobian, |strain, index, row| {
            let [unrelaxed, by_ln_time, by_exponent] = sums[index];
            let by_ln_time = relaxing * by_ln_time;
            let all = [
                by_ln_time / self.relaxation_time,
                relaxing * by_exponent,
                by_ln_time * by_energy,
                by_ln_time * by_reference,
                unrelaxed,
                strain - unrelaxed,
            ];
            row.iter_mut().zip(wrt).for_each(|(derivative, &parameter)| *derivative = all[parameter]);
        });
        Ok(())
    }

    /// The linear response at a temperature in K, with its modes.
    ///
    /// # Errors
    /// Those of [`at`](Shifted::at).
    pub fn response(&self, temperature: f64) -> Result<LinearResponse, Refusal> {
        let phi = self.at(temperature)?;
        Ok(LinearResponse { moduli: self.moduli, spectrum: (self.modes)(&phi), phi: Box::new(phi) })
    }
}

/// A solid of Maxwell elements at its reference temperature, all on one clock.
pub struct ShiftedSolid {
    /// The elements at the reference temperature.
    pub solid: MaxwellSolid,
    /// Activation energy, eV.
    pub energy: f64,
    /// Reference temperature, K.
    pub reference: f64,
    /// Index of the activation energy among the parameters: what to blame for an impossible shift.
    pub energy_index: usize,
}

impl ShiftedSolid {
    /// By what relaxation times at a temperature (K) are longer.
    ///
    /// # Errors
    /// As [`arrhenius`].
    pub fn shift(&self, temperature: f64) -> Result<f64, Refusal> {
        arrhenius(self.energy, self.reference, temperature, self.energy_index)
    }

    /// Fills the wanted ones of [`linear::outputs_with_parts`].
    ///
    /// # Errors
    /// Those of [`shift`](ShiftedSolid::shift) at every temperature of the test, and those of the modes.
    pub fn fill(&self, test: &HistoryTest, out: &mut Curves<'_>) -> Result<(), Refusal> {
        test.history.temperature.iter().try_for_each(|&kelvin| self.shift(kelvin).map(drop))?;
        let clock = |kelvin: f64| rate_factor(self.energy, self.reference, kelvin);
        linear::fill_from_modes(test, &self.solid, Thermal::Common(&clock), out)
    }

    /// The linear response at a temperature in K.
    ///
    /// # Errors
    /// Those of [`shift`](ShiftedSolid::shift); rejects a solid in which nothing relaxes.
    pub fn response(mut self, temperature: f64) -> Result<LinearResponse, Refusal> {
        let shift = self.shift(temperature)?;
        self.solid.modes.iter_mut().for_each(|mode| mode.relaxation_time *= shift);
        let relaxing = self.solid.relaxing_modulus();
        let solid = self.solid;
        if relaxing == 0.0 {
            return Err(Refusal::rejected("nothing relaxes: no element has a modulus or a compliance above 0"));
        }
        Ok(LinearResponse {
            moduli: Moduli { unrelaxed: solid.unrelaxed_modulus(), relaxed: solid.relaxed_modulus },
            spectrum: solid.modes.iter().map(|mode| (mode.relaxation_time, mode.modulus / relaxing)).collect(),
            phi: Box::new(solid),
        })
    }
}

/// The parameter `relaxation_time`, s.
pub fn relaxation_time() -> Quantity {
    Quantity::new("relaxation_time")
        .symbol("\\tau_0")
        .label("Relaxation time")
        .unit("s")
        .doc("At the reference temperature.")
        .above(0.0)
        .at_most(1e100)
        .initial(1e4)
        .logarithmic()
}

/// The parameter `activation_energy`, eV. Fixed by default: one temperature says nothing about it.
pub fn activation_energy() -> Quantity {
    Quantity::new("activation_energy")
        .symbol("E")
        .label("Activation energy")
        .unit("eV")
        .doc("Relaxation times go as exp(E/kT); 0 for no dependence on temperature.")
        .bounds(0.0, 50.0)
        .initial(0.0)
        .nominal(1.0)
        .fixed()
}

/// The parameter `reference_temperature`, K: where relaxation times are what they are called.
pub fn reference_temperature() -> Quantity {
    Quantity::new("reference_temperature")
        .symbol("T_0")
        .label("Reference temperature")
        .unit("K")
        .doc("The temperature at which the relaxation times hold as given.")
        .above(0.0)
        .at_most(1e4)
        .initial(593.0)
        .fixed()
}

/// `exp[E/k (1/T - 1/T0)]`, whatever comes out: temperatures in K, `energy` in eV.
fn shift_factor(energy: f64, reference: f64, temperature: f64) -> f64 {
    (energy / BOLTZMANN * (1.0 / temperature - 1.0 / reference)).exp()
}

/// Derivatives of `ln` of the Arrhenius factor with respect to the energy (1/eV) and the reference temperature (1/K).
pub fn shift_derivatives(energy: f64, reference: f64, temperature: f64) -> (f64, f64) {
    ((1.0 / temperature - 1.0 / reference) / BOLTZMANN, energy / (BOLTZMANN * reference * reference))
}

/// What rates at `temperature` are multiplied by against those at `reference` (K), `energy` in eV: the clock of a
/// history in which the temperature changes.
pub fn rate_factor(energy: f64, reference: f64, temperature: f64) -> f64 {
    shift_factor(-energy, reference, temperature)
}

/// `exp[E/k (1/T - 1/T0)]`: by what relaxation times at `temperature` are longer than at `reference` (K); `energy` in eV.
///
/// # Errors
/// Rejects a factor that doubles cannot hold; `energy_index` is the parameter to blame.
pub fn arrhenius(energy: f64, reference: f64, temperature: f64, energy_index: usize) -> Result<f64, Refusal> {
    let factor = shift_factor(energy, reference, temperature);
    if factor.is_normal() {
        return Ok(factor);
    }
    let message = format!(
        "{energy} eV makes relaxation times at {temperature} K {factor} times those at {reference} K, which no number \
         can hold; take a lower energy or a nearer reference temperature"
    );
    Err(Refusal::rejected(message).param(energy_index))
}
