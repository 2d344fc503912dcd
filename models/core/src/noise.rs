//! What scatter says: the standard deviation of one sample, its memory from sample to sample, and quantiles.
//!
//! The deviation comes from the samples alone and from no model: a smooth curve is nearly straight over three
//! neighbours, so what the middle one lies off the line through the other two is noise. The median makes single
//! outliers, ramps and jumps harmless.

/// Standard deviation of one sample of `values` at rising `times`, in the unit of the values: the median of how much
/// each sample lies off the line through its two neighbours, scaled to one sample; 0 for fewer than three samples.
pub fn deviation(times: &[f64], values: &[f64]) -> f64 {
    let differences = times.windows(3).zip(values.windows(3)).filter_map(|(times, values)| match (times, values) {
        (&[t0, t1, t2], &[y0, y1, y2]) if t2 > t0 => {
            let share = (t1 - t0) / (t2 - t0);
            let expected = y0 + share * (y2 - y0);
            Some((y1 - expected).abs() / (1.0 + share * share + (1.0 - share) * (1.0 - share)).sqrt())
        }
        _ => None,
    });
    median(differences.collect()).unwrap_or(0.0) / MEDIAN_OF_NORMAL
}

/// The median of |x| is 0.6745 standard deviations of a normal distribution.
const MEDIAN_OF_NORMAL: f64 = 0.6745;

/// Standard deviation of values about their median, from the median of the distances to it; 0 for none. Half of the
/// values may be anything.
pub fn robust_deviation(values: &[f64]) -> f64 {
    let Some(middle) = median(values.to_vec()) else { return 0.0 };
    median(values.iter().map(|value| (value - middle).abs()).collect()).unwrap_or(0.0) / MEDIAN_OF_NORMAL
}

/// The middle value, the larger of two; `None` for none.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, middle, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*middle)
}

/// Correlation of each value with the next one, -1..=1, for values whose mean is zero; 0 for fewer than two.
pub fn correlation(values: &[f64]) -> f64 {
    let squares: f64 = values.iter().map(|value| value * value).sum();
    let products: f64 = values.iter().zip(values.iter().skip(1)).map(|(now, next)| now * next).sum();
    if squares > 0.0 { products / squares } else { 0.0 }
}

/// The 97.5 % quantile of a normal distribution.
pub const NORMAL_975: f64 = 1.959_963_985;

/// The 97.5 % quantile of Student's distribution: the half width of a 95 % interval in standard errors that were
/// estimated with so many degrees of freedom. Abramowitz & Stegun (1964), 26.7.5: good to 2 % from three on.
pub fn student_975(freedom: f64) -> f64 {
    let (z, n) = (NORMAL_975, freedom.max(1.0));
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
        (79.0 * z.powi(9) + 776.0 * z.powi(7) + 1482.0 * z.powi(5) - 1920.0 * z.powi(3) - 945.0 * z) / 92_160.0,
    ];
    terms.iter().zip(1..).fold(z, |sum, (term, power)| sum + term / n.powi(power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Fisher & Yates' table of Student's distribution.
        for (freedom, expected, tolerance) in
            [(3.0, 3.182, 0.02), (5.0, 2.571, 2e-3), (10.0, 2.228, 1e-3), (60.0, 2.000, 1e-3)]
        {
            assert!((student_975(freedom) / expected - 1.0).abs() < tolerance, "{freedom}: {}", student_975(freedom));
        }
    }

    #[test]
    fn jumps_slopes_and_outliers_do_not_count_as_noise() {
        let times: Vec<f64> = (0..100).map(f64::from).collect();
        let mut values: Vec<f64> = times.iter().map(|time| 3.0 * time + if *time > 50.0 { 1e3 } else { 0.0 }).collect();
        values[20] = 1e6;
        assert!(deviation(&times, &values) < 1e-12, "{}", deviation(&times, &values));
        let alternating: Vec<f64> = times.iter().map(|time| if time % 2.0 == 0.0 { 1.0 } else { -1.0 }).collect();
        assert_eq!(correlation(&alternating), -0.99);
        assert_eq!((deviation(&[], &[]), median(vec![]), robust_deviation(&[])), (0.0, None, 0.0));
    }
}
