//! Distributions.

use crate::statistics::{Distribution, Max, Min};

/// Densities of continuous distributions.
pub trait Continuous<K, T> {
    /// Density.
    fn pdf(&self, x: K) -> T;
    /// Logarithm of the density.
    fn ln_pdf(&self, x: K) -> T;
}

/// Probabilities of discrete distributions.
pub trait Discrete<K, T> {
    /// Probability.
    fn pmf(&self, x: K) -> T;
    /// Logarithm of the probability.
    fn ln_pmf(&self, x: K) -> T;
}

/// Cumulated probabilities of continuous distributions.
pub trait ContinuousCDF<K, T>: Min<K> + Max<K> {
    /// Probability of at most x.
    fn cdf(&self, x: K) -> T;
    /// Probability of more than x.
    fn sf(&self, x: K) -> T {
        loop {}
    }
    /// The x of a probability.
    fn inverse_cdf(&self, p: T) -> K {
        loop {}
    }
}

/// Cumulated probabilities of discrete distributions.
pub trait DiscreteCDF<K, T>: Min<K> + Max<K> {
    /// Probability of at most x.
    fn cdf(&self, x: K) -> T;
    /// Probability of more than x.
    fn sf(&self, x: K) -> T {
        loop {}
    }
    /// The x of a probability.
    fn inverse_cdf(&self, p: T) -> K {
        loop {}
    }
}

/// Parameters that make no distribution.
macro_rules! errors {
    ($($name:ident),* $(,)?) => {$(
        #[doc = "Parameters that make no distribution."]
        #[derive(Copy, Clone, PartialEq, Eq, Debug, Hash)]
        pub struct $name(());

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                loop {}
            }
        }

        impl std::error::Error for $name {}
    )*};
}

errors!(
    BetaError,
    BinomialError,
    CauchyError,
    ChiError,
    DiscreteUniformError,
    ExpError,
    FisherSnedecorError,
    GammaError,
    GeometricError,
    GumbelError,
    InverseGammaError,
    LaplaceError,
    LevyError,
    LogNormalError,
    NormalError,
    ParetoError,
    PoissonError,
    StudentsTError,
    TriangularError,
    UniformError,
    WeibullError,
);

/// Continuous distributions.
macro_rules! continuous {
    ($($(#[$document:meta])* $name:ident($($argument:ident: $type:ty),*) or $error:ident;)*) => {$(
        $(#[$document])*
        #[derive(Copy, Clone, PartialEq, Debug)]
        pub struct $name(());

        impl $name {
            $(#[$document])*
            pub fn new($($argument: $type),*) -> Result<$name, $error> {
                loop {}
            }
        }

        impl Continuous<f64, f64> for $name {
            fn pdf(&self, x: f64) -> f64 {
                loop {}
            }
            fn ln_pdf(&self, x: f64) -> f64 {
                loop {}
            }
        }

        impl ContinuousCDF<f64, f64> for $name {
            fn cdf(&self, x: f64) -> f64 {
                loop {}
            }
        }

        impl Min<f64> for $name {
            fn min(&self) -> f64 {
                loop {}
            }
        }

        impl Max<f64> for $name {
            fn max(&self) -> f64 {
                loop {}
            }
        }

        impl Distribution<f64> for $name {}
    )*};
}

/// Discrete distributions.
macro_rules! discrete {
    ($($(#[$document:meta])* $name:ident($($argument:ident: $type:ty),*) over $value:ty, or $error:ident;)*) => {$(
        $(#[$document])*
        #[derive(Copy, Clone, PartialEq, Debug)]
        pub struct $name(());

        impl $name {
            $(#[$document])*
            pub fn new($($argument: $type),*) -> Result<$name, $error> {
                loop {}
            }
        }

        impl Discrete<$value, f64> for $name {
            fn pmf(&self, x: $value) -> f64 {
                loop {}
            }
            fn ln_pmf(&self, x: $value) -> f64 {
                loop {}
            }
        }

        impl DiscreteCDF<$value, f64> for $name {
            fn cdf(&self, x: $value) -> f64 {
                loop {}
            }
        }

        impl Min<$value> for $name {
            fn min(&self) -> $value {
                loop {}
            }
        }

        impl Max<$value> for $name {
            fn max(&self) -> $value {
                loop {}
            }
        }

        impl Distribution<f64> for $name {}
    )*};
}

continuous! {
    /// Normal distribution.
    Normal(mean: f64, std_dev: f64) or NormalError;
    /// The logarithm is normally distributed.
    LogNormal(location: f64, scale: f64) or LogNormalError;
    /// Uniform distribution.
    Uniform(min: f64, max: f64) or UniformError;
    /// Triangular distribution.
    Triangular(min: f64, max: f64, mode: f64) or TriangularError;
    /// Exponential distribution.
    Exp(rate: f64) or ExpError;
    /// Gamma distribution.
    Gamma(shape: f64, rate: f64) or GammaError;
    /// Erlang distribution.
    Erlang(shape: u64, rate: f64) or GammaError;
    /// Inverse gamma distribution.
    InverseGamma(shape: f64, rate: f64) or InverseGammaError;
    /// Beta distribution.
    Beta(shape_a: f64, shape_b: f64) or BetaError;
    /// Distribution of the root of a sum of squares.
    Chi(freedom: u64) or ChiError;
    /// χ² distribution.
    ChiSquared(freedom: f64) or GammaError;
    /// Student's t distribution.
    StudentsT(location: f64, scale: f64, freedom: f64) or StudentsTError;
    /// F distribution.
    FisherSnedecor(freedom_1: f64, freedom_2: f64) or FisherSnedecorError;
    /// Cauchy distribution.
    Cauchy(location: f64, scale: f64) or CauchyError;
    /// Laplace distribution.
    Laplace(location: f64, scale: f64) or LaplaceError;
    /// Weibull distribution.
    Weibull(shape: f64, scale: f64) or WeibullError;
    /// Gumbel distribution.
    Gumbel(location: f64, scale: f64) or GumbelError;
    /// Lévy distribution.
    Levy(mu: f64, c: f64) or LevyError;
    /// Pareto distribution.
    Pareto(scale: f64, shape: f64) or ParetoError;
}

discrete! {
    /// Heads or tails.
    Bernoulli(p: f64) over u64, or BinomialError;
    /// Successes of n trials.
    Binomial(p: f64, n: u64) over u64, or BinomialError;
    /// Trials until the first success.
    Geometric(p: f64) over u64, or GeometricError;
    /// Poisson distribution.
    Poisson(lambda: f64) over u64, or PoissonError;
    /// Equal probabilities.
    DiscreteUniform(min: i64, max: i64) over i64, or DiscreteUniformError;
}
