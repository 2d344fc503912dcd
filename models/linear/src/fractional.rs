//! The model `fractional`: a spring beside a fractional Maxwell element, with Arrhenius shift.
//!
//! `sigma = E_R eps + (E_U - E_R) (phi * d eps)`, `phi = E_a[-(t/tau)^a]` with the Mittag-Leffler function `E_a`, and
//! `tau(T) = tau_0 exp[E/k (1/T - 1/T_0)]`. With `E_R = 0` it is the fractional Maxwell, otherwise the fractional Zener
//! model (Bagley & Torvik, J. Rheol. 27 (1983) 201). It starts like a stretched exponential of the same exponent and
//! ends as a power law, so a hump after long waiting has `t_p` proportional to `t_w`.

use crate::mittag_leffler::MittagLeffler;
use crate::shifted_model::{Family, ShiftedModel};
use kovacs_sdk::{About, Quantity};

/// Fractional Maxwell or Zener solid with Arrhenius shift.
pub type Fractional = ShiftedModel<Fractions>;

/// The Mittag-Leffler function as the function of a linear model.
pub struct Fractions;

impl Family for Fractions {
    type Function = MittagLeffler;

    const PRESETS: &'static str =
        "Times, exponent and moduli of this glass's stretched exponential in `kww`, unchanged.";

    const EXPONENT: &'static str = "exponent";

    fn about() -> About {
        About {
            id: "org.kovacs.fractional",
            name: "Fractional Zener solid",
            version: env!("CARGO_PKG_VERSION"),
            summary: "linear viscoelastic solid with a Mittag-Leffler function and Arrhenius shift",
            citation: "Bagley & Torvik, J. Rheol. 27 (1983) 201, doi 10.1122/1.549724",
            license: "MIT OR Apache-2.0",
        }
    }

    fn exponent() -> Quantity {
        Quantity::new(Self::EXPONENT)
            .symbol("a")
            .label("Exponent")
            .doc("Order of the fractional derivative: 1 for a simple exponential; the lower, the broader.")
            .bounds(0.05, 1.0)
            .initial(0.5)
    }

    fn function(relaxation_time: f64, exponent: f64) -> MittagLeffler {
        MittagLeffler::new(relaxation_time, exponent)
    }

    fn modes(function: &MittagLeffler) -> Vec<(f64, f64)> {
        function.modes()
    }
}
