//! Where a covariance says too little of how sure a parameter is, and what takes its place there.
//!
//! The covariance describes a parabola. Whether the sum of squares is one is looked at where the interval of a parameter ends: the
//! parameter is moved there, and all others along with it as the covariance says. A valley that is straight rises by the square of
//! the quantile; one that is bent leaves the straight line, and rises by ten times that. Two evaluations per parameter tell. The
//! measures of Bates & Watts (J. R. Stat. Soc. B 42 (1980) 1) say the same of second derivatives, which no model has. Intervals of
//! such a parameter are those of its profile likelihood, which follows the valley.

use super::problem::Problem;
use super::profile::Profile;
use super::report::quantile;
use super::result::FitResult;

/// How the ends of the 95 % intervals are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intervals {
    /// From the covariance throughout.
    Covariance,
    /// From the covariance, and from the profile likelihood where the valley of the sum of squares is bent.
    #[default]
    ProfileWhereBent,
}

/// Rise of the sum of squares, in squares of the quantile, that still counts as that of a straight valley. Of two hundred noisy sets
/// each, those of straight valleys were below 1.2, and those of bent ones above 5.
const STRAIGHT: (f64, f64) = (1.0 / 3.0, 3.0);

/// Names of the free parameters at the ends of whose intervals the sum of squares is not what the covariance says.
pub(super) fn in_bent_valleys(problem: &Problem<'_>, result: &FitResult) -> Vec<String> {
    let best = problem.place_of(result);
    let squares = |place: &[f64]| {
        let column = problem.whitened_residuals(place)?;
        Some(column.iter().map(|value| value * value).sum::<f64>())
    };
    let Some(least) = squares(&best) else { return Vec::new() };
    let unknowns = problem.unknowns();
    let quantile = quantile(result);
    let slopes: Vec<f64> = unknowns.iter().map(|unknown| unknown.slope(result.value(&unknown.name))).collect();
    let bent = unknowns.iter().enumerate().filter(|(index, unknown)| {
        let determined = result.parameter(&unknown.name).is_some_and(|parameter| parameter.standard_error.is_some());
        let covariance = result.covariance.get(*index);
        let (true, Some(covariance)) = (determined, covariance) else { return false };
        let error = covariance.get(*index).copied().unwrap_or(f64::NAN).sqrt();
        [-quantile, quantile].into_iter().any(|far| {
            let steps = covariance.iter().zip(&slopes).map(|(covariance, slope)| far * covariance / error / slope);
            let moved: Vec<f64> = best.iter().zip(steps).map(|(own, step)| own + step).collect();
            let inside = unknowns.iter().zip(&moved).all(|(unknown, &variable)| {
                let (lower, upper) = unknown.variable_bounds();
                (lower..=upper).contains(&variable)
            });
            // An interval that leaves the range of the model, or ends where it has no answer, is none.
            let rise = if inside { squares(&moved) } else { None };
            rise.is_none_or(|rise| !(STRAIGHT.0..=STRAIGHT.1).contains(&((rise - least) / (quantile * quantile))))
        })
    });
    bent.map(|(_, unknown)| unknown.name.clone()).collect()
}

/// Puts the ends of profiles in the places of those of the covariance, and says so.
pub(super) fn replace(result: &mut FitResult, profiles: &[Profile]) {
    for profile in profiles {
        if let Some((_, parameter)) = result.parameters.iter_mut().find(|(name, _)| *name == profile.name) {
            (parameter.lower, parameter.upper) = (profile.lower, profile.upper);
        }
    }
    let names: Vec<String> = profiles.iter().map(|profile| format!("`{}`", profile.name)).collect();
    let (whose, are) = if names.len() == 1 { ("the interval", "is that") } else { ("the intervals", "are those") };
    result.warnings.push(format!(
        "the valley of the sum of squares is bent, so {whose} of {} {are} of the profile likelihood; standard errors \
         say little there",
        names.join(", ")
    ));
    result.warnings.extend(profiles.iter().flat_map(|profile| profile.warnings.clone()));
}
