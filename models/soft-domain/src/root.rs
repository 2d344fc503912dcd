//! Newton's method inside a bracket: the zero of a rising function, whatever the start.
//!
//! A step that leaves the bracket is replaced by halving it, so the search ends for every function that changes sign,
//! and takes two or three evaluations from a good start.

/// Most evaluations: a bracket of doubles is halved to nothing in fewer.
const LARGEST_EFFORT: usize = 200;

/// Finds `x` in `low..=high` where `function` (value and slope) passes through zero from below; the function has been
/// called last within `tolerance` of the answer. `None` if a value is not a number.
pub fn rising_root(
    (mut low, mut high): (f64, f64),
    start: f64,
    tolerance: f64,
    mut function: impl FnMut(f64) -> (f64, f64),
) -> Option<f64> {
    let mut x = if start > low && start < high { start } else { 0.5 * (low + high) };
    for _ in 0..LARGEST_EFFORT {
        let (value, slope) = function(x);
        if value.is_nan() {
            return None;
        }
        if value > 0.0 {
            high = x
        } else {
            low = x
        }
        let newton = x - value / slope;
        let next = if newton >= low && newton <= high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= tolerance {
            return Some(x);
        }
        x = next;
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::rising_root;

    #[test]
    fn a_good_start_takes_few_evaluations_and_a_bad_one_still_arrives() {
        let mut evaluations = 0;
        let mut count = |x: f64| {
            evaluations += 1;
            (x.powi(3) - 2.0, 3.0 * x * x)
        };
        let root = rising_root((0.0, 2.0), 1.26, 1e-9, &mut count).unwrap();
        // Called within the tolerance, and Newton's step from there is below it: third order in 1e-4 is far below 1e-9.
        assert!((root - 2f64.cbrt()).abs() < 1e-9, "{root}");
        assert_eq!(evaluations, 3);
        // The slope is wrong and even of the wrong sign: halving does it.
        let root = rising_root((0.0, 1e6), 7.0, 1e-9, |x| (x.powi(3) - 2.0, -1.0)).unwrap();
        assert!((root - 2f64.cbrt()).abs() < 1e-8, "{root}");
        assert_eq!(rising_root((0.0, 1.0), 0.5, 1e-9, |_| (f64::NAN, 1.0)), None);
    }
}
