//! Roots of `G(x) = c + sum w_i / (p_i - x)`, poles `p_i` rising and distinct, weights above zero, `c >= 0`.
//!
//! `G` rises from minus to plus infinity between two neighbouring poles, so each gap holds exactly one root; with
//! `c > 0` one more lies above the last pole. Poles are rates over fifteen decades and a weak mode puts a root within
//! 1e-20 of its pole, so a root is not kept as a number but as a pole and the distance from it: differences between
//! roots and poles, of which everything else is made, then keep their relative precision (R.-C. Li, LAPACK Working
//! Note 89 (1994), for the same device in eigenvalues of divide and conquer).

/// A function of this form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Secular {
    pub(super) poles: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) constant: f64,
}

/// A root: so far from that pole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Root {
    pole: usize,
    offset: f64,
}

/// Enough for any: bisection in the logarithm alone needs some seventy.
const MOST_ITERATIONS: usize = 200;

impl Secular {
    /// All roots in rising order.
    pub(super) fn roots(&self) -> Vec<Root> {
        let gaps = self.poles.len().saturating_sub(1);
        let mut roots: Vec<Root> = (0..gaps).map(|gap| self.root_in_gap(gap)).collect();
        if self.constant > 0.0 && !self.poles.is_empty() {
            // Above the last pole every term is above -w/(x - p_last): the root is nearer than sum w / c.
            let farthest = self.weights.iter().sum::<f64>() / self.constant;
            roots.push(self.root_near(gaps, 1.0, farthest));
        }
        roots
    }

    /// The root itself.
    pub(super) fn value(&self, root: Root) -> f64 {
        self.poles[root.pole] + root.offset
    }

    /// `p_i - x` at the root.
    pub(super) fn distance(&self, pole: usize, root: Root) -> f64 {
        (self.poles[pole] - self.poles[root.pole]) - root.offset
    }

    /// `G'` at the root.
    pub(super) fn slope(&self, root: Root) -> f64 {
        (0..self.poles.len()).map(|pole| self.weights[pole] / self.distance(pole, root).powi(2)).sum()
    }

    fn root_in_gap(&self, gap: usize) -> Root {
        let half = 0.5 * (self.poles[gap + 1] - self.poles[gap]);
        let (rest, _) = self.rest(gap, half);
        // The sign in the middle of the gap says which pole is the nearer one.
        if rest - self.weights[gap] / half > 0.0 {
            self.root_near(gap, 1.0, half)
        } else {
            self.root_near(gap + 1, -1.0, half)
        }
    }

    /// The root on one side of a pole (`side` 1 or -1), at most `farthest` away.
    ///
    /// Without its own pole `G` is nearly straight there. The model `-side w/d + (straight line in d)` has one root
    /// above zero, which is found from a quadratic; a bracket that shrinks with every value keeps it honest.
    fn root_near(&self, pole: usize, side: f64, farthest: f64) -> Root {
        let weight = self.weights[pole];
        // |rest| falls towards the pole, so the root is not nearer than w / |rest at the far end|.
        let (rest, _) = self.rest(pole, side * farthest);
        let (mut near, mut far) = (weight / rest.abs().max(weight / farthest), farthest);
        let mut distance = near;
        for iteration in 1..=MOST_ITERATIONS {
            let (rest, slope) = self.rest(pole, side * distance);
            let excess = side * rest - weight / distance;
            if excess < 0.0 {
                near = distance
            } else {
                far = distance
            }
            let lean = side * rest - slope * distance;
            let mut next = 2.0 * weight / (lean + (lean * lean + 4.0 * slope * weight).sqrt());
            if !(next > near && next < far) || iteration % 8 == 0 {
                next = (near * far).sqrt();
            }
            let moved = (next - distance).abs();
            distance = next;
            if moved <= 2.0 * f64::EPSILON * distance || far - near <= 2.0 * f64::EPSILON * far {
                break;
            }
        }
        Root { pole, offset: side * distance }
    }

    /// `G` and `G'` without the term of one pole, at an offset from it.
    fn rest(&self, pole: usize, offset: f64) -> (f64, f64) {
        let (mut value, mut slope) = (self.constant, 0.0);
        for (other, (place, weight)) in self.poles.iter().zip(&self.weights).enumerate() {
            if other != pole {
                let inverse = 1.0 / ((place - self.poles[pole]) - offset);
                value += weight * inverse;
                slope += weight * inverse * inverse;
            }
        }
        (value, slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_poles_have_a_quadratic() {
        // 3/(1-x) + 1/(5-x) = 0 at x = 4; with c = 1: x^2 - 10 x + 21 = 0, so 3 and 7.
        let mut function = Secular { poles: vec![1.0, 5.0], weights: vec![3.0, 1.0], constant: 0.0 };
        let values = |function: &Secular| -> Vec<f64> {
            function.roots().into_iter().map(|root| function.value(root)).collect()
        };
        assert!((values(&function)[0] - 4.0).abs() < 1e-15 && function.roots().len() == 1);
        function.constant = 1.0;
        let found = values(&function);
        assert!((found[0] - 3.0).abs() < 4e-15 && (found[1] - 7.0).abs() < 8e-15, "{found:?}");
    }

    #[test]
    fn a_weak_mode_keeps_the_digits_of_its_distance() {
        // w/(p - x) of a weak pole against the slope of the others: x - p = w / (1/(p-0) - 1e6/1e6..) to first order.
        let function = Secular { poles: vec![0.0, 1.0, 1e6], weights: vec![1.0, 1e-30, 2e6], constant: 0.0 };
        let roots = function.roots();
        // At x = 1 the rest is -1 + 2e6/(1e6 - 1) = 1.000002: the root lies 1e-30/1.000002 above the pole.
        let distance = -function.distance(1, roots[1]);
        assert!((distance / (1e-30 / (2e6 / (1e6 - 1.0) - 1.0)) - 1.0).abs() < 1e-15, "{distance:e}");
        assert_eq!(function.value(roots[1]), 1.0);
    }

    #[test]
    fn nothing_and_a_single_pole() {
        let roots = |poles: Vec<f64>, constant| Secular { weights: vec![2.0; poles.len()], poles, constant }.roots();
        assert!(roots(vec![], 1.0).is_empty() && roots(vec![3.0], 0.0).is_empty());
        assert_eq!(roots(vec![3.0], 4.0), [Root { pole: 0, offset: 0.5 }]);
    }
}
