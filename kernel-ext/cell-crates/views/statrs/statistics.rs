//! Statistics of samples, and what distributions know of themselves.

/// Least value.
pub trait Min<T> {
    /// Least value.
    fn min(&self) -> T;
}

/// Greatest value.
pub trait Max<T> {
    /// Greatest value.
    fn max(&self) -> T;
}

/// Median.
pub trait Median<T> {
    /// Median.
    fn median(&self) -> T;
}

/// Most probable value.
pub trait Mode<T> {
    /// Most probable value.
    fn mode(&self) -> T;
}

/// Moments of a distribution.
pub trait Distribution<T> {
    /// Mean.
    fn mean(&self) -> Option<T> {
        loop {}
    }
    /// Variance.
    fn variance(&self) -> Option<T> {
        loop {}
    }
    /// Standard deviation.
    fn std_dev(&self) -> Option<T> {
        loop {}
    }
    /// Entropy.
    fn entropy(&self) -> Option<T> {
        loop {}
    }
    /// Skewness.
    fn skewness(&self) -> Option<T> {
        loop {}
    }
}

/// Statistics of a slice or an iterator of numbers: `values.iter().mean()`.
pub trait Statistics<T> {
    /// Least value.
    fn min(self) -> T;
    /// Greatest value.
    fn max(self) -> T;
    /// Least size.
    fn abs_min(self) -> T;
    /// Greatest size.
    fn abs_max(self) -> T;
    /// Mean.
    fn mean(self) -> T;
    /// Geometric mean.
    fn geometric_mean(self) -> T;
    /// Harmonic mean.
    fn harmonic_mean(self) -> T;
    /// Variance, with n − 1 in the denominator.
    fn variance(self) -> T;
    /// Standard deviation, with n − 1 in the denominator.
    fn std_dev(self) -> T;
    /// Variance, with n in the denominator.
    fn population_variance(self) -> T;
    /// Standard deviation, with n in the denominator.
    fn population_std_dev(self) -> T;
    /// Covariance, with n − 1 in the denominator.
    fn covariance(self, other: Self) -> T;
    /// Covariance, with n in the denominator.
    fn population_covariance(self, other: Self) -> T;
    /// Root of the mean square.
    fn quadratic_mean(self) -> T;
}

impl<T> Statistics<f64> for T
where
    T: IntoIterator,
    T::Item: std::borrow::Borrow<f64>,
{
    fn min(self) -> f64 {
        loop {}
    }
    fn max(self) -> f64 {
        loop {}
    }
    fn abs_min(self) -> f64 {
        loop {}
    }
    fn abs_max(self) -> f64 {
        loop {}
    }
    fn mean(self) -> f64 {
        loop {}
    }
    fn geometric_mean(self) -> f64 {
        loop {}
    }
    fn harmonic_mean(self) -> f64 {
        loop {}
    }
    fn variance(self) -> f64 {
        loop {}
    }
    fn std_dev(self) -> f64 {
        loop {}
    }
    fn population_variance(self) -> f64 {
        loop {}
    }
    fn population_std_dev(self) -> f64 {
        loop {}
    }
    fn covariance(self, other: Self) -> f64 {
        loop {}
    }
    fn population_covariance(self, other: Self) -> f64 {
        loop {}
    }
    fn quadratic_mean(self) -> f64 {
        loop {}
    }
}

/// Statistics that need the values in order.
pub trait OrderStatistics<T> {
    /// The value of this rank.
    fn order_statistic(&mut self, order: usize) -> T;
    /// Median.
    fn median(&mut self) -> T;
    /// Quantile.
    fn quantile(&mut self, tau: f64) -> T;
    /// Percentile.
    fn percentile(&mut self, p: usize) -> T;
    /// The first quarter ends here.
    fn lower_quartile(&mut self) -> T;
    /// The last quarter begins here.
    fn upper_quartile(&mut self) -> T;
    /// Between the quartiles.
    fn interquartile_range(&mut self) -> T;
}

/// A sample: `Data::new(vec![1.0, 2.0])`.
#[derive(Clone)]
pub struct Data<D>(D);

impl<D: AsMut<[f64]> + AsRef<[f64]>> Data<D> {
    /// A sample of these values.
    pub fn new(data: D) -> Data<D> {
        loop {}
    }
    /// Number of values.
    pub fn len(&self) -> usize {
        loop {}
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        loop {}
    }
    /// The values.
    pub fn iter(&self) -> std::slice::Iter<'_, f64> {
        loop {}
    }
}

impl<D: AsMut<[f64]> + AsRef<[f64]>> OrderStatistics<f64> for Data<D> {
    fn order_statistic(&mut self, order: usize) -> f64 {
        loop {}
    }
    fn median(&mut self) -> f64 {
        loop {}
    }
    fn quantile(&mut self, tau: f64) -> f64 {
        loop {}
    }
    fn percentile(&mut self, p: usize) -> f64 {
        loop {}
    }
    fn lower_quartile(&mut self) -> f64 {
        loop {}
    }
    fn upper_quartile(&mut self) -> f64 {
        loop {}
    }
    fn interquartile_range(&mut self) -> f64 {
        loop {}
    }
}

impl<D: AsMut<[f64]> + AsRef<[f64]>> Min<f64> for Data<D> {
    fn min(&self) -> f64 {
        loop {}
    }
}

impl<D: AsMut<[f64]> + AsRef<[f64]>> Max<f64> for Data<D> {
    fn max(&self) -> f64 {
        loop {}
    }
}

impl<D: AsMut<[f64]> + AsRef<[f64]>> Distribution<f64> for Data<D> {}
