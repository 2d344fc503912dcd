//! Samples averaged in equal intervals of log time.
//!
//! An instrument samples evenly in time, a relaxation is read in its logarithm: most samples then lie in the last
//! decade. Averaging takes each sample once and keeps the integral: a sample stands for the time from half way to the
//! sample before it to half way to the one after it (the trapezoidal rule), and a bin's value is the mean weighted with
//! these times. The sum of `value * width` over all bins is therefore the trapezoidal integral of the samples, to
//! rounding, whatever the bins are.

use crate::noise;

/// Consecutive samples, averaged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogBin {
    /// Exponential of the mean of the logarithms of the times, s; 0 for the sample at 0 s, which is a bin of its own.
    pub time: f64,
    /// Mean of the values, weighted with the time each stands for, in their unit.
    pub value: f64,
    /// Standard error of the mean for independent samples, in the unit of the values.
    pub standard_error: f64,
    /// The time the bin stands for, s.
    pub width: f64,
    /// How many samples it holds.
    pub samples: usize,
    /// How many equally weighted samples have a mean as good as this one: at most `samples`.
    pub effective_samples: f64,
}

/// Averages samples at `times` (s, rising, not below 0) in `per_decade` bins to the decade. Bins without samples are
/// left out. Empty where the columns differ in length, a time is below 0 or does not rise, or a value is not finite.
///
/// # Examples
/// ```
/// use kovacs_core::log_time::log_bins;
/// let times: Vec<f64> = (1..=1000).map(f64::from).collect();
/// let values: Vec<f64> = times.iter().map(|time| time.sqrt()).collect();
/// let bins = log_bins(&times, &values, 10);
/// assert_eq!(bins.iter().map(|bin| bin.samples).sum::<usize>(), 1000);
/// let integral: f64 = bins.iter().map(|bin| bin.value * bin.width).sum();
/// // The integral of the root from 1 to 1000.
/// assert!((integral / (2.0 / 3.0 * (1e9f64.sqrt() - 1.0)) - 1.0).abs() < 1e-5);
/// ```
pub fn log_bins(times: &[f64], values: &[f64], per_decade: usize) -> Vec<LogBin> {
    let finite = times.iter().chain(values).all(|number| number.is_finite());
    let rising = times.windows(2).all(|pair| matches!(pair, [now, next] if now < next));
    if times.len() != values.len() || !finite || !rising || times.first().is_some_and(|&time| time < 0.0) {
        return Vec::new();
    }
    let noise = noise::deviation(times, values);
    let per_decade = per_decade.max(1) as f64;
    let samples: Vec<(f64, f64, f64)> =
        times.iter().zip(values).zip(widths(times)).map(|((&time, &value), width)| (time, value, width)).collect();
    let place = |time: f64| if time > 0.0 { (time.log10() * per_decade).floor() } else { f64::NEG_INFINITY };
    samples.chunk_by(|left, right| place(left.0) == place(right.0)).map(|bin| average(bin, noise)).collect()
}

/// The time each sample stands for, s.
fn widths(times: &[f64]) -> impl Iterator<Item = f64> {
    let at = move |row: usize| times.get(row).copied();
    let last = times.len().saturating_sub(1);
    (0..times.len()).map(move |row| {
        let (before, after) = (at(row.saturating_sub(1)), at((row + 1).min(last)));
        before.zip(after).map_or(0.0, |(before, after)| 0.5 * (after - before))
    })
}

fn average(bin: &[(f64, f64, f64)], noise: f64) -> LogBin {
    let width: f64 = bin.iter().map(|(_, _, width)| width).sum();
    // A single sample has no neighbour and stands for no time.
    let weight = |sample: &(f64, f64, f64)| if width > 0.0 { sample.2 / width } else { 1.0 / bin.len() as f64 };
    let mean = |of: fn(&(f64, f64, f64)) -> f64| bin.iter().map(|sample| weight(sample) * of(sample)).sum::<f64>();
    let effective_samples = 1.0 / bin.iter().map(|sample| weight(sample).powi(2)).sum::<f64>();
    LogBin {
        time: mean(|sample| sample.0.ln()).exp(),
        value: mean(|sample| sample.1),
        standard_error: noise / effective_samples.sqrt(),
        width,
        samples: bin.len(),
        effective_samples,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_sample_is_used_once_and_the_integral_is_kept(
            steps in prop::collection::vec((1e-3..10.0f64, -5.0..5.0f64), 2..200), per_decade in 1..100usize,
        ) {
            let mut time = 0.0;
            let (mut times, mut values) = (Vec::new(), Vec::new());
            for (step, value) in steps {
                times.push(time);
                values.push(value);
                time += step;
            }
            let bins = log_bins(&times, &values, per_decade);
            prop_assert_eq!(bins.iter().map(|bin| bin.samples).sum::<usize>(), times.len());
            let kept: f64 = bins.iter().map(|bin| bin.value * bin.width).sum();
            let trapezoid: f64 =
                times.windows(2).zip(values.windows(2)).map(|(t, y)| 0.5 * (t[1] - t[0]) * (y[0] + y[1])).sum();
            // Rounding of sums of at most 200 terms of size 50.
            prop_assert!((kept - trapezoid).abs() < 1e-10, "{kept} {trapezoid}");
            prop_assert!(bins.windows(2).all(|pair| pair[0].time < pair[1].time));
        }
    }

    #[test]
    fn what_cannot_be_binned_gives_nothing() {
        assert!(log_bins(&[1.0], &[], 10).is_empty());
        assert!(log_bins(&[-1.0, 1.0], &[1.0, 1.0], 10).is_empty());
        assert!(log_bins(&[1.0, 1.0], &[1.0, 1.0], 10).is_empty());
        assert!(log_bins(&[1.0, f64::NAN], &[1.0, 1.0], 10).is_empty());
        let one = log_bins(&[2.0], &[7.0], 10);
        assert_eq!((one.len(), one[0].value, one[0].samples), (1, 7.0, 1));
    }
}
