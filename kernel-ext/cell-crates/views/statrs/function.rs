//! Special functions.

/// Functions of numbers that give a number.
macro_rules! numbers {
    ($($(#[$document:meta])* $name:ident($($argument:ident: $type:ty),*);)*) => {$(
        $(#[$document])*
        pub fn $name($($argument: $type),*) -> f64 {
            loop {}
        }
    )*};
}

/// The gamma function and its incomplete forms.
pub mod gamma {
    numbers! {
        /// Γ(x).
        gamma(x: f64);
        /// ln Γ(x).
        ln_gamma(x: f64);
        /// ψ(x), the derivative of ln Γ.
        digamma(x: f64);
        /// The inverse of ψ.
        inv_digamma(x: f64);
        /// Lower incomplete gamma function γ(a, x).
        gamma_li(a: f64, x: f64);
        /// Upper incomplete gamma function Γ(a, x).
        gamma_ui(a: f64, x: f64);
        /// γ(a, x) / Γ(a).
        gamma_lr(a: f64, x: f64);
        /// Γ(a, x) / Γ(a).
        gamma_ur(a: f64, x: f64);
    }
}

/// The beta function and its incomplete forms.
pub mod beta {
    numbers! {
        /// B(a, b).
        beta(a: f64, b: f64);
        /// ln B(a, b).
        ln_beta(a: f64, b: f64);
        /// Incomplete beta function.
        beta_inc(a: f64, b: f64, x: f64);
        /// Regularised incomplete beta function.
        beta_reg(a: f64, b: f64, x: f64);
        /// Its inverse.
        inv_beta_reg(a: f64, b: f64, x: f64);
    }
}

/// The error function.
pub mod erf {
    numbers! {
        /// erf(x).
        erf(x: f64);
        /// 1 − erf(x).
        erfc(x: f64);
        /// The inverse of erf.
        erf_inv(x: f64);
        /// The inverse of erfc.
        erfc_inv(x: f64);
    }
}

/// Factorials and binomial coefficients.
pub mod factorial {
    numbers! {
        /// x!
        factorial(x: u64);
        /// ln x!
        ln_factorial(x: u64);
        /// n over k.
        binomial(n: u64, k: u64);
        /// ln of n over k.
        ln_binomial(n: u64, k: u64);
    }
}

/// The logistic function.
pub mod logistic {
    numbers! {
        /// 1 / (1 + e^−p).
        logistic(p: f64);
        /// ln(p / (1 − p)).
        logit(p: f64);
    }
}

/// Harmonic numbers.
pub mod harmonic {
    numbers! {
        /// 1 + 1/2 + … + 1/t.
        harmonic(t: u64);
        /// The same with powers.
        gen_harmonic(n: u64, m: f64);
    }
}
