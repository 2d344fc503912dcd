//! Importance weights with a smoothed tail, and the shape of that tail.
//!
//! Vehtari, Simpson, Gelman, Yao & Gabry, J. Mach. Learn. Res. 25 (2024) 72: the largest weights are replaced by the
//! quantiles of a generalised Pareto distribution fitted to them (Zhang & Stephens, Technometrics 51 (2009) 316). Its
//! shape `k` says whether the weights can be trusted: above 0.7 they cannot.

/// Fewest weights in a tail that is fitted.
const TAIL: usize = 5;

/// Smoothed logarithms of weights that sum to 1, and the shape of their tail; infinite where there is no tail to fit.
pub(super) fn smoothed(mut logarithms: Vec<f64>) -> (Vec<f64>, f64) {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logarithms.iter_mut().for_each(|weight| *weight -= largest);
    let count = logarithms.len();
    let length = (count as f64 / 5.0).min(3.0 * (count as f64).sqrt()).ceil() as usize;
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| logarithms[a].total_cmp(&logarithms[b]));
    let cut = count.checked_sub(length + 1).and_then(|place| order.get(place)).map(|&index| logarithms[index]);
    let cut = cut.unwrap_or(0.0).max(f64::MIN_POSITIVE.ln());
    let tail: Vec<usize> = order.into_iter().filter(|&index| logarithms[index] > cut).collect();
    let mut shape = f64::INFINITY;
    if tail.len() >= TAIL {
        let excesses: Vec<f64> = tail.iter().map(|&index| logarithms[index].exp() - cut.exp()).collect();
        let (found, scale) = generalised_pareto(&excesses);
        shape = found;
        if shape.is_finite() && scale > 0.0 {
            for (place, &index) in tail.iter().enumerate() {
                let part = (place as f64 + 0.5) / tail.len() as f64;
                let quantile = match shape.abs() < f64::EPSILON {
                    true => -(-part).ln_1p(),
                    false => (-shape * (-part).ln_1p()).exp_m1() / shape,
                };
                logarithms[index] = (quantile * scale + cut.exp()).ln().min(0.0);
            }
        }
    }
    let sum = log_sum(&logarithms);
    logarithms.iter_mut().for_each(|weight| *weight -= sum);
    (logarithms, shape)
}

/// Logarithm of the sum of exponentials.
pub(super) fn log_sum(logarithms: &[f64]) -> f64 {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match largest.is_finite() {
        true => largest + logarithms.iter().map(|value| (value - largest).exp()).sum::<f64>().ln(),
        false => largest,
    }
}

/// Shape and scale from excesses in rising order, the shape drawn towards 0.5 by the weight of ten of them.
fn generalised_pareto(excesses: &[f64]) -> (f64, f64) {
    let count = excesses.len();
    let size = count as f64;
    let candidates = 30 + size.sqrt() as usize;
    let quarter = excesses[((size / 4.0 + 0.5) as usize).clamp(1, count) - 1];
    let rates = (1..=candidates).map(|index| {
        let step = 1.0 - (candidates as f64 / (index as f64 - 0.5)).sqrt();
        step / (3.0 * quarter) + 1.0 / excesses[count - 1]
    });
    let rates: Vec<f64> = rates.collect();
    let shape_at = |rate: f64| excesses.iter().map(|excess| (-rate * excess).ln_1p()).sum::<f64>() / size;
    let likelihoods: Vec<f64> = rates
        .iter()
        .map(|&rate| {
            let shape = shape_at(rate);
            size * ((-rate / shape).ln() - shape - 1.0)
        })
        .collect();
    let total = log_sum(&likelihoods);
    let weights: Vec<f64> = likelihoods.iter().map(|value| (value - total).exp()).collect();
    let kept = |weight: &f64| *weight >= 10.0 * f64::EPSILON;
    let sum: f64 = weights.iter().copied().filter(kept).sum();
    let rate =
        rates.iter().zip(&weights).filter(|(_, weight)| kept(weight)).map(|(rate, weight)| rate * weight / sum).sum();
    let shape = shape_at(rate);
    ((size * shape + 5.0) / (size + 10.0), -shape / rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_a_pareto_tail_is_found() {
        for shape in [0.2, 0.6, 1.0] {
            // Quantiles of the distribution in the place of draws.
            let excesses: Vec<f64> = (0..2000)
                .map(|index| {
                    let part = (f64::from(index) + 0.5) / 2000.0;
                    2.0 * ((1.0 - part).powf(-shape) - 1.0) / shape
                })
                .collect();
            let (found, scale) = generalised_pareto(&excesses);
            // Drawn towards 0.5 by 10 in 2010, and the last quantile is not the largest draw.
            assert!((found - shape).abs() < 0.03, "{found} for {shape}");
            assert!((scale / 2.0 - 1.0).abs() < 0.03, "{scale}");
        }
    }

    #[test]
    fn weights_sum_to_one_and_do_not_see_a_constant() {
        let logarithms: Vec<f64> = (0..500).map(|index| (f64::from(index) * 1.618).sin() * 2.0).collect();
        let (weights, shape) = smoothed(logarithms.clone());
        assert!(log_sum(&weights).abs() < 1e-12);
        let (moved, same) = smoothed(logarithms.iter().map(|value| value + 1000.0).collect());
        assert!((shape - same).abs() < 1e-9);
        assert!(weights.iter().zip(moved).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
