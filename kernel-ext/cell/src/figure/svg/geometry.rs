//! Where things lie on paper: rectangles, lines cut at their edges, and curves thinned to what can be seen.

/// A point on paper, in pixels; `y` grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::figure) struct Point {
    pub(in crate::figure) x: f64,
    pub(in crate::figure) y: f64,
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::figure) struct Rectangle {
    pub(in crate::figure) left: f64,
    pub(in crate::figure) top: f64,
    pub(in crate::figure) width: f64,
    pub(in crate::figure) height: f64,
}

impl Rectangle {
    pub(in crate::figure) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(in crate::figure) fn bottom(self) -> f64 {
        self.top + self.height
    }

    /// The rectangle with a rim around it.
    pub(super) fn grown(self, rim: f64) -> Rectangle {
        Rectangle {
            left: self.left - rim,
            top: self.top - rim,
            width: self.width + 2.0 * rim,
            height: self.height + 2.0 * rim,
        }
    }

    pub(super) fn contains(self, point: Point) -> bool {
        (self.left..=self.right()).contains(&point.x) && (self.top..=self.bottom()).contains(&point.y)
    }

    pub(super) fn overlaps(self, other: Rectangle) -> bool {
        self.left < other.right() && other.left < self.right() && self.top < other.bottom() && other.top < self.bottom()
    }

    /// The part of a straight line that lies inside (Liang and Barsky 1984); `None` if none does.
    pub(super) fn cut(self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        if !(dx.is_finite() && dy.is_finite()) {
            return None;
        }
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (slope, distance) in [
            (-dx, from.x - self.left),
            (dx, self.right() - from.x),
            (-dy, from.y - self.top),
            (dy, self.bottom() - from.y),
        ] {
            if slope == 0.0 {
                if distance < 0.0 {
                    return None;
                }
            } else if slope < 0.0 {
                enters = enters.max(distance / slope);
            } else {
                leaves = leaves.min(distance / slope);
            }
        }
        let at = |part: f64| Point { x: from.x + dx * part, y: from.y + dy * part };
        let start = if enters > 0.0 { at(enters) } else { from };
        let end = if leaves < 1.0 { at(leaves) } else { to };
        (enters <= leaves).then_some((start, end))
    }
}

/// Half a pixel: what is closer together looks like one.
const VISIBLE: f64 = 0.5;

/// Drops points of a line that cannot be seen: of neighbours in the same column of half a pixel, the first, lowest,
/// highest and last remain, so that noise keeps its outline. NaN, which interrupts a line, stays.
pub(super) fn thinned(points: &[Point]) -> Vec<Point> {
    let column = |point: &Point| (point.x / VISIBLE).floor();
    let same_column = |one: &Point, other: &Point| column(one) == column(other);
    let mut thinned = Vec::new();
    for run in points.chunk_by(same_column) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if run.len() <= 4 {
            thinned.extend_from_slice(run);
            continue;
        }
        let by_height = |one: &(usize, &Point), other: &(usize, &Point)| one.1.y.total_cmp(&other.1.y);
        let lowest = run.iter().enumerate().min_by(by_height);
        let highest = run.iter().enumerate().max_by(by_height);
        let mut between: Vec<(usize, &Point)> = lowest.into_iter().chain(highest).collect();
        between.sort_by_key(|(index, _)| *index);
        thinned.push(*first);
        thinned.extend(between.into_iter().map(|(_, point)| *point));
        thinned.push(*last);
    }
    thinned
}

/// One point of each square pixel, in order of appearance: markers are larger than that.
pub(super) fn distinct(points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut seen = std::collections::HashSet::new();
    let square = |point: &Point| (point.x.round() as i64, point.y.round() as i64);
    points.into_iter().filter(|point| seen.insert(square(point))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Rectangle = Rectangle { left: 0.0, top: 0.0, width: 10.0, height: 10.0 };

    fn check(from: (f64, f64), to: (f64, f64), expected: Option<((f64, f64), (f64, f64))>) {
        let point = |(x, y)| Point { x, y };
        let expected = expected.map(|(from, to)| (point(from), point(to)));
        assert_eq!(PAPER.cut(point(from), point(to)), expected, "{from:?} to {to:?}");
    }

    #[test]
    fn lines_are_cut_at_the_edge() {
        check((1.0, 1.0), (9.0, 2.0), Some(((1.0, 1.0), (9.0, 2.0))));
        check((-5.0, 5.0), (15.0, 5.0), Some(((0.0, 5.0), (10.0, 5.0))));
        check((5.0, 5.0), (5.0, 25.0), Some(((5.0, 5.0), (5.0, 10.0))));
        check((-5.0, -1.0), (15.0, -1.0), None);
        check((-1.0, 9.5), (1.0, 11.5), None);
        check((f64::NAN, 8.0), (3.0, 12.0), None);
    }

    #[test]
    fn thinning_keeps_ends_and_extremes() {
        let noisy = |index: usize| Point { x: index as f64 * 1e-3, y: ((index * 7919) % 101) as f64 };
        let points: Vec<Point> = (0..1000).map(noisy).collect();
        let thinned = thinned(&points);
        assert!(thinned.len() <= 3 * 4);
        assert_eq!((thinned.first(), thinned.last()), (points.first(), points.last()));
        assert!(thinned.iter().any(|point| point.y == 0.0) && thinned.iter().any(|point| point.y == 100.0));
        assert_eq!(distinct(points.iter().map(|point| Point { y: 0.0, ..*point })).len(), 2);
    }
}
