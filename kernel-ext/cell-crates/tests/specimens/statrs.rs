// Every type and function that type inference sees, used once, with the type that it sees written out. Compiled against
// statrs and against what stands in for it.

use statrs::distribution::*;
use statrs::function::{beta, erf, factorial, gamma, harmonic, logistic};
use statrs::statistics::{Data, Distribution, Max, Min, OrderStatistics};

pub fn functions(x: f64) -> Vec<f64> {
    vec![
        gamma::gamma(x),
        gamma::ln_gamma(x),
        gamma::digamma(x),
        gamma::inv_digamma(x),
        gamma::gamma_li(x, x),
        gamma::gamma_ui(x, x),
        gamma::gamma_lr(x, x),
        gamma::gamma_ur(x, x),
        beta::beta(x, x),
        beta::ln_beta(x, x),
        beta::beta_inc(x, x, x),
        beta::beta_reg(x, x, x),
        beta::inv_beta_reg(x, x, x),
        erf::erf(x),
        erf::erfc(x),
        erf::erf_inv(x),
        erf::erfc_inv(x),
        factorial::factorial(3),
        factorial::ln_factorial(3),
        factorial::binomial(3, 2),
        factorial::ln_binomial(3, 2),
        logistic::logistic(x),
        logistic::logit(x),
        harmonic::harmonic(3),
        harmonic::gen_harmonic(3, x),
    ]
}

fn continuous<D>(distribution: D) -> f64
where
    D: Continuous<f64, f64> + ContinuousCDF<f64, f64> + Distribution<f64> + Min<f64> + Max<f64> + Copy,
{
    let moments: [Option<f64>; 5] = [
        distribution.mean(),
        distribution.variance(),
        distribution.std_dev(),
        distribution.entropy(),
        distribution.skewness(),
    ];
    let ends: [f64; 2] = [distribution.min(), distribution.max()];
    distribution.pdf(0.0)
        + distribution.ln_pdf(0.0)
        + distribution.cdf(0.0)
        + distribution.sf(0.0)
        + distribution.inverse_cdf(0.5)
        + moments[0].unwrap_or(ends[0])
}

/// What has no common trait bound in both crates.
macro_rules! discrete {
    ($distribution:expr, $x:expr) => {{
        let distribution = $distribution;
        let _ = [distribution.min(), distribution.max(), distribution.inverse_cdf(0.5), $x];
        let _: Option<f64> = distribution.mean();
        let value: f64 = distribution.pmf($x) + distribution.ln_pmf($x) + distribution.cdf($x) + distribution.sf($x);
        value
    }};
}

pub fn distributions() -> Option<f64> {
    let normal: Result<Normal, NormalError> = Normal::new(0.0, 1.0);
    let values: Vec<f64> = vec![
        continuous(normal.ok()?),
        continuous::<LogNormal>(LogNormal::new(0.0, 1.0).ok()?),
        continuous::<Uniform>(Uniform::new(0.0, 1.0).ok()?),
        continuous::<Triangular>(Triangular::new(0.0, 2.0, 1.0).ok()?),
        continuous::<Exp>(Exp::new(1.0).ok()?),
        continuous::<Gamma>(Gamma::new(1.0, 1.0).ok()?),
        continuous::<Erlang>(Erlang::new(1, 1.0).ok()?),
        continuous::<InverseGamma>(InverseGamma::new(1.0, 1.0).ok()?),
        continuous::<Beta>(Beta::new(1.0, 1.0).ok()?),
        continuous::<Chi>(Chi::new(1).ok()?),
        continuous::<ChiSquared>(ChiSquared::new(1.0).ok()?),
        continuous::<StudentsT>(StudentsT::new(0.0, 1.0, 3.0).ok()?),
        continuous::<FisherSnedecor>(FisherSnedecor::new(1.0, 1.0).ok()?),
        continuous::<Cauchy>(Cauchy::new(0.0, 1.0).ok()?),
        continuous::<Laplace>(Laplace::new(0.0, 1.0).ok()?),
        continuous::<Weibull>(Weibull::new(1.0, 1.0).ok()?),
        continuous::<Gumbel>(Gumbel::new(0.0, 1.0).ok()?),
        continuous::<Levy>(Levy::new(0.0, 1.0).ok()?),
        continuous::<Pareto>(Pareto::new(1.0, 1.0).ok()?),
        discrete!(Bernoulli::new(0.5).ok()?, 1u64),
        discrete!(Binomial::new(0.5, 3).ok()?, 1u64),
        discrete!(Geometric::new(0.5).ok()?, 1u64),
        discrete!(Poisson::new(0.5).ok()?, 1u64),
        discrete!(DiscreteUniform::new(0, 3).ok()?, 1i64),
    ];
    Some(values.iter().sum())
}

pub fn samples(values: &[f64]) -> f64 {
    use statrs::statistics::Statistics;
    let statistics: [f64; 14] = [
        values.min(),
        values.max(),
        values.abs_min(),
        values.abs_max(),
        values.mean(),
        values.geometric_mean(),
        values.harmonic_mean(),
        values.variance(),
        values.std_dev(),
        values.population_variance(),
        values.population_std_dev(),
        values.covariance(values),
        values.population_covariance(values),
        values.iter().quadratic_mean(),
    ];
    let mut data: Data<Vec<f64>> = Data::new(values.to_vec());
    let ordered: [f64; 7] = [
        data.order_statistic(1),
        OrderStatistics::median(&mut data),
        data.quantile(0.1),
        data.percentile(5),
        data.lower_quartile(),
        data.upper_quartile(),
        data.interquartile_range(),
    ];
    let size: (usize, bool) = (data.len(), data.is_empty());
    let moments: Option<f64> = Distribution::mean(&data);
    statistics[0] + ordered[0] + size.0 as f64 + moments.unwrap_or_default() + data.iter().sum::<f64>()
}
