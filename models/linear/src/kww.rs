//! The model `kww`: a stretched exponential with constant exponent and Arrhenius shift, and no memory of its age.
//!
//! `sigma = E_R eps + (E_U - E_R) (phi * d eps)`, `phi = exp[-(t/tau)^beta]`, `tau(T) = tau_0 exp[E/k (1/T - 1/T_0)]`.
//! It is the baseline of every figure: it already shows the memory hump, its growth with waiting time, strain and
//! temperature, so none of these tells one model from another.
//!
//! Under stress control, and where the temperature changes, the modes of the stretched exponential stand for it
//! ([`crate::stretched_modes::fine_modes`], good to 1e-9); all their times share the Arrhenius factor.

use crate::shifted_model::{Family, ShiftedModel};
use crate::stretched::StretchedExponential;
use crate::stretched_modes::fine_modes;
use kovacs_sdk::{About, Quantity};

/// Stretched exponential with Arrhenius shift.
pub type Kww = ShiftedModel<Stretched>;

/// The stretched exponential as the function of a linear model.
pub struct Stretched;

impl Family for Stretched {
    type Function = StretchedExponential;

    const PRESETS: &'static str =
        "Chosen so that the linear model shows the trends of Tong et al. (2023); moduli are estimates.";

    const EXPONENT: &'static str = "stretching_exponent";

    fn about() -> About {
        About {
            id: "org.kovacs.kww",
            name: "Stretched exponential",
            version: env!("CARGO_PKG_VERSION"),
            summary: "linear viscoelastic solid with a stretched exponential and Arrhenius shift",
            citation: "Williams & Watts, Trans. Faraday Soc. 66 (1970) 80, doi 10.1039/TF9706600080",
            license: "MIT OR Apache-2.0",
        }
    }

    fn exponent() -> Quantity {
        Quantity::new(Self::EXPONENT)
            .symbol("\\beta")
            .label("Stretching exponent")
            .doc("1 for a simple exponential; the lower, the broader the spectrum.")
            .bounds(0.05, 1.0)
            .initial(0.5)
    }

    fn function(relaxation_time: f64, exponent: f64) -> StretchedExponential {
        StretchedExponential { relaxation_time, exponent }
    }

    fn modes(function: &StretchedExponential) -> Vec<(f64, f64)> {
        fine_modes(function)
    }
}
