//! Whether chains agree, and how many independent draws they are worth.
//!
//! Rank-normalised split R-hat, bulk and tail effective sample sizes after Vehtari, Gelman, Simpson, Carpenter & Buerkner,
//! Bayesian Anal. 16 (2021) 667, with the autocorrelations combined over chains and cut off after Geyer, Stat. Sci. 7
//! (1992) 473. Chains are slices of equal length; NaN where they are too short or constant.

use statrs::distribution::{ContinuousCDF, Normal};

/// Shortest chain that says anything.
pub(super) const SHORTEST: usize = 4;

/// Ratio of the spread of all chains' halves to that within them, of ranks and of ranks of the distance from the median;
/// the larger one. 1 is good; above 1.01 the chains have not seen the same distribution.
pub fn r_hat(chains: &[&[f64]]) -> f64 {
    let halves = split(chains);
    let middle = quantile(&halves.concat(), 0.5);
    let fold = |half: &Vec<f64>| half.iter().map(|draw| (draw - middle).abs()).collect::<Vec<f64>>();
    rank_r_hat(chains).max(r_hat_of_scores(&halves.iter().map(fold).collect::<Vec<_>>()))
}

/// The part of it that ranks give: it does not change under a rising map of the draws.
pub fn rank_r_hat(chains: &[&[f64]]) -> f64 {
    r_hat_of_scores(&split(chains))
}

/// How many independent draws would give the middle of the distribution as well.
pub fn bulk_size(chains: &[&[f64]]) -> f64 {
    effective_size(&normal_scores(&split(chains)))
}

/// The same for the 5 % and the 95 % quantile, the smaller one.
pub fn tail_size(chains: &[&[f64]]) -> f64 {
    let all = chains.concat();
    let at = |probability: f64| {
        let threshold = quantile(&all, probability);
        let below =
            |chain: &&[f64]| chain.iter().map(|draw| f64::from(u8::from(*draw <= threshold))).collect::<Vec<f64>>();
        let below: Vec<Vec<f64>> = chains.iter().map(below).collect();
        effective_size(&split(&below.iter().map(Vec::as_slice).collect::<Vec<_>>()))
    };
    at(0.05).min(at(0.95))
}

/// How many independent draws would give the mean as well.
pub fn mean_size(chains: &[&[f64]]) -> f64 {
    effective_size(&split(chains))
}

/// The value below which this part of the draws lies, linear between neighbours; NaN for none.
pub fn quantile(draws: &[f64], part: f64) -> f64 {
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = part.clamp(0.0, 1.0) * (sorted.len().max(1) - 1) as f64;
    let (below, share) = (place.floor() as usize, place.fract());
    match (sorted.get(below), sorted.get(below + 1)) {
        (Some(low), Some(high)) => low + share * (high - low),
        (Some(low), None) => *low,
        _ => f64::NAN,
    }
}

/// Each chain as its two halves; of an odd number the middle draw is left out.
fn split(chains: &[&[f64]]) -> Vec<Vec<f64>> {
    let halves = chains.iter().flat_map(|chain| {
        let half = chain.len() / 2;
        [&chain[..half], &chain[chain.len() - half..]]
    });
    halves.map(<[f64]>::to_vec).collect()
}

/// Ranks of all draws (mean of equal ones) as quantiles of the normal distribution.
fn normal_scores(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut order: Vec<(f64, usize, usize)> = Vec::new();
    for (chain, draws) in chains.iter().enumerate() {
        order.extend(draws.iter().enumerate().map(|(draw, &value)| (value, chain, draw)));
    }
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut scores: Vec<Vec<f64>> = chains.iter().map(|chain| vec![f64::NAN; chain.len()]).collect();
    let size = order.len() as f64;
    let standard = Normal::standard();
    let mut first = 0;
    while let Some(&(value, ..)) = order.get(first) {
        let next = order[first..].iter().position(|other| other.0 != value).map_or(order.len(), |count| first + count);
        let rank = 0.5 * (first + 1 + next) as f64;
        let score = standard.inverse_cdf((rank - 0.375) / (size + 0.25));
        for &(_, chain, draw) in &order[first..next] {
            scores[chain][draw] = score;
        }
        first = next.max(first + 1);
    }
    scores
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

fn r_hat_of_scores(halves: &[Vec<f64>]) -> f64 {
    let scores = normal_scores(halves);
    let draws = scores.first().map_or(0, Vec::len);
    if draws < SHORTEST / 2 {
        return f64::NAN;
    }
    let within = mean(&scores.iter().map(|chain| variance(chain)).collect::<Vec<_>>());
    let between = variance(&scores.iter().map(|chain| mean(chain)).collect::<Vec<_>>());
    let draws = draws as f64;
    (((draws - 1.0) / draws * within + between) / within).sqrt()
}

/// Effective size of several chains of equal length.
fn effective_size(chains: &[Vec<f64>]) -> f64 {
    let draws = chains.first().map_or(0, Vec::len);
    let total = (draws * chains.len()) as f64;
    if draws < SHORTEST / 2 || chains.iter().flatten().any(|value| !value.is_finite()) {
        return f64::NAN;
    }
    let all = chains.concat();
    let (low, high) =
        all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    if high <= low {
        return total;
    }
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let covariance = |lag: usize| {
        let own = chains.iter().zip(&means).map(|(chain, mean)| {
            let pairs = chain.iter().zip(chain.iter().skip(lag));
            pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / draws as f64
        });
        own.sum::<f64>() / chains.len() as f64
    };
    let within = covariance(0) * draws as f64 / (draws as f64 - 1.0);
    let mut overall = covariance(0);
    if chains.len() > 1 {
        overall += variance(&means);
    }
    let correlation = |lag: usize| 1.0 - (within - covariance(lag)) / overall;
    // Sums of neighbouring pairs fall and stay positive: what does not is noise.
    let mut correlations = vec![1.0, correlation(1)];
    let (mut even, mut odd) = (1.0, correlations[1]);
    let mut lag = 1;
    while lag + 3 < draws && even + odd > 0.0 {
        (even, odd) = (correlation(lag + 1), correlation(lag + 2));
        if even + odd >= 0.0 {
            correlations.extend([even, odd]);
        }
        lag += 2;
    }
    let last = lag.saturating_sub(2);
    let rest = if even > 0.0 { even } else { 0.0 };
    correlations.truncate(last + 1);
    let mut pair = 2;
    while pair + 1 < correlations.len() {
        let before = correlations[pair - 2] + correlations[pair - 1];
        if correlations[pair] + correlations[pair + 1] > before {
            correlations[pair] = 0.5 * before;
            correlations[pair + 1] = 0.5 * before;
        }
        pair += 2;
    }
    let time = 2.0 * correlations.iter().sum::<f64>() - 1.0 + rest;
    total / time.max(1.0 / total.log10())
}
