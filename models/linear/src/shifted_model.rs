//! The model that `kww` and `fractional` both are: one relaxation function with an exponent, two moduli, and an Arrhenius
//! shift. They differ in the function alone, which is what a [`Family`] states.

use crate::shift::{ShapeDerivatives, Shifted, activation_energy, reference_temperature, relaxation_time};
use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_core::linear_response::LinearResponse;
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, Model, Origin, Preset, Quantity, Refusal, Run, linear,
};
use std::marker::PhantomData;

/// Which relaxation function a linear model has, and what it is called.
pub trait Family: Send + 'static {
    /// The relaxation function, 1 at time 0.
    type Function: ShapeDerivatives + Send + 'static;

    /// Where the parameter sets of the glasses come from.
    const PRESETS: &'static str;

    /// Id of the parameter of the shape.
    const EXPONENT: &'static str;

    /// Identity of the model.
    fn about() -> About;

    /// The parameter of the shape, dimensionless.
    fn exponent() -> Quantity;

    /// The function for a relaxation time in s and an exponent.
    fn function(relaxation_time: f64, exponent: f64) -> Self::Function;

    /// Its modes as `(relaxation time in s, weight)`, weights of sum 1.
    fn modes(function: &Self::Function) -> Vec<(f64, f64)>;
}

/// A linear viscoelastic solid with one relaxation function and an Arrhenius shift.
pub struct ShiftedModel<F> {
    test: Option<linear::Test>,
    family: PhantomData<F>,
}

/// Values of one glass in the order of `GLASSES`: relaxation time (s), exponent, energy (eV), moduli (MPa).
pub(crate) struct GlassValues {
    pub(crate) relaxation_time: f64,
    pub(crate) exponent: f64,
    pub(crate) energy: f64,
    pub(crate) unrelaxed: f64,
    pub(crate) relaxed: f64,
}

/// Tuned to the trends of the paper; moduli are estimates from the classes of the alloys.
pub(crate) const GLASS_VALUES: [GlassValues; 3] = [
    GlassValues { relaxation_time: 1e4, exponent: 0.5, energy: 2.0, unrelaxed: 90_000.0, relaxed: 45_000.0 },
    GlassValues { relaxation_time: 2e4, exponent: 0.5, energy: 2.2, unrelaxed: 150_000.0, relaxed: 75_000.0 },
    GlassValues { relaxation_time: 2e3, exponent: 0.4, energy: 1.3, unrelaxed: 2500.0, relaxed: 1250.0 },
];

impl<F: Family> Model for ShiftedModel<F> {
    const CAPABILITIES: Capabilities = Capabilities { jacobian: true, ..linear::CAPABILITIES };

    fn about() -> About {
        F::about()
    }

    fn parameters() -> Vec<Quantity> {
        vec![
            relaxation_time(),
            F::exponent(),
            activation_energy(),
            reference_temperature(),
            linear::unrelaxed_modulus(),
            linear::relaxed_modulus(),
        ]
    }

    fn outputs() -> Vec<Quantity> {
        linear::outputs_with_parts()
    }

    fn presets() -> Vec<Preset> {
        let preset = |(glass, values): (&Glass, &GlassValues)| {
            Preset::new(glass.id, Origin::Tuned)
                .label(glass.label)
                .doc(F::PRESETS)
                .parameter("relaxation_time", values.relaxation_time)
                .parameter(F::EXPONENT, values.exponent)
                .parameter("activation_energy", values.energy)
                .parameter("reference_temperature", glass.temperature)
                .parameter("unrelaxed_modulus", values.unrelaxed)
                .parameter("relaxed_modulus", values.relaxed)
        };
        GLASSES.iter().zip(&GLASS_VALUES).map(preset).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(ShiftedModel { test: None, family: PhantomData })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.test = Some(linear::test(experiment)?);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        let Some(test) = &self.test else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        shifted::<F>(parameters)?.fill(test, out)
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        _run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        match &self.test {
            Some(linear::Test::Strain(test)) => shifted::<F>(parameters)?.fill_derivatives(test, wrt, out, jacobian),
            _ => Err(Refusal::broken("derivatives wanted of a history without them")),
        }
    }

    fn differentiable(&self) -> bool {
        matches!(self.test, Some(linear::Test::Strain(_)))
    }

    fn linear(_settings: &[f64], parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        Some(shifted::<F>(parameters).and_then(|solid| solid.response(temperature)))
    }
}

fn shifted<F: Family>(parameters: &[f64]) -> Result<Shifted<F::Function>, Refusal> {
    Shifted::read(parameters, F::function, F::modes)
}
