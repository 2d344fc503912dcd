//! What a residual costs: its square, or less where a few samples may be far off.
//!
//! The functions and their names are those of `scipy.optimize.least_squares`: with `z = r^2`, a residual costs
//! `rho(z) / 2`. The search sees residuals `r sqrt(rho(z) / z)`, whose squares are `rho`; the Jacobian is scaled as in
//! Triggs et al., Bundle Adjustment, Sec. 4.3 (Lecture Notes in Computer Science 1883, 1999) without its second-order
//! term, so that a minimum of the cost is a stationary point of the search.

/// What a residual `r`, in units of its standard deviation, costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// `r^2`: least squares.
    #[default]
    Linear,
    /// `2 (sqrt(1 + r^2) - 1)`: as least squares near zero, as the absolute value far from it.
    SoftL1,
    /// `r^2` up to 1, `2 |r| - 1` beyond.
    Huber,
    /// `ln(1 + r^2)`: far samples hardly count.
    Cauchy,
}

impl Loss {
    /// The loss with this name: `linear`, `soft_l1`, `huber`, `cauchy`.
    pub fn from_word(word: &str) -> Option<Loss> {
        let all = [Loss::Linear, Loss::SoftL1, Loss::Huber, Loss::Cauchy];
        all.into_iter().find(|loss| loss.word() == word)
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Loss::Linear => "linear",
            Loss::SoftL1 => "soft_l1",
            Loss::Huber => "huber",
            Loss::Cauchy => "cauchy",
        }
    }

    /// `rho(r^2)`.
    pub fn rho(self, residual: f64) -> f64 {
        let z = residual * residual;
        match self {
            Loss::Linear => z,
            // 2 (sqrt(1 + z) - 1) without cancellation.
            Loss::SoftL1 => 2.0 * z / ((1.0 + z).sqrt() + 1.0),
            Loss::Huber if z <= 1.0 => z,
            Loss::Huber => 2.0 * z.sqrt() - 1.0,
            Loss::Cauchy => z.ln_1p(),
        }
    }

    /// The residual whose square is `rho`, and its derivative with respect to `residual`.
    pub fn transformed(self, residual: f64) -> (f64, f64) {
        if self == Loss::Linear || residual == 0.0 {
            return (residual, 1.0);
        }
        let z = residual * residual;
        let slope = match self {
            Loss::Linear => 1.0,
            Loss::SoftL1 => 1.0 / (1.0 + z).sqrt(),
            Loss::Huber if z <= 1.0 => 1.0,
            Loss::Huber => 1.0 / z.sqrt(),
            Loss::Cauchy => 1.0 / (1.0 + z),
        };
        let value = self.rho(residual).sqrt().copysign(residual);
        // d sqrt(rho) / dr = rho'(z) r / sqrt(rho).
        (value, slope * residual / value)
    }
}

#[cfg(test)]
mod tests {
    use super::Loss;

    #[test]
    fn losses_are_those_of_scipy() {
        // The formulas of scipy.optimize.least_squares by hand, rho at z = 0.25 and 4.
        let expected = [
            (Loss::Linear, [0.25, 4.0]),
            (Loss::SoftL1, [0.236_067_977_499_789_8, 2.472_135_954_999_579]),
            (Loss::Huber, [0.25, 3.0]),
            (Loss::Cauchy, [0.223_143_551_314_209_76, 1.609_437_912_434_100_3]),
        ];
        for (loss, [near, far]) in expected {
            assert!((loss.rho(0.5) - near).abs() < 1e-15 && (loss.rho(-2.0) - far).abs() < 1e-15, "{loss:?}");
            assert_eq!(Loss::from_word(loss.word()), Some(loss));
        }
    }

    #[test]
    fn the_transformed_residual_has_the_loss_as_its_square_and_the_right_slope() {
        for loss in [Loss::Linear, Loss::SoftL1, Loss::Huber, Loss::Cauchy] {
            for residual in [-3.0, -0.4, 0.0, 1e-9, 0.7, 20.0] {
                let (value, slope) = loss.transformed(residual);
                assert!((value * value - loss.rho(residual)).abs() <= 1e-13 * loss.rho(residual));
                let step = 1e-6 * f64::max(residual.abs(), 1e-3);
                let difference = loss.transformed(residual + step).0 - loss.transformed(residual - step).0;
                assert!((difference / (2.0 * step) - slope).abs() < 1e-5, "{loss:?} at {residual}");
            }
        }
    }
}
