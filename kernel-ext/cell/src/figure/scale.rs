//! Axes: which interval is shown, where a value lies in it, and which values are labelled.
//!
//! An interval is kept in the numbers that are linear on paper: the values themselves, or their decimal logarithms.
//! Ticks of a logarithmic axis are placed by exponent, never by value, so that 1e-320 has its place too.

/// An interval shown by an axis; never empty, never reversed, always finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    lower: f64,
    upper: f64,
    logarithmic: bool,
}

/// What is marked on an axis. Positions are fractions of its length.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ticks {
    /// Labelled ticks: position and label.
    pub(super) major: Vec<(f64, String)>,
    /// Ticks without a label.
    pub(super) minor: Vec<f64>,
    /// The labels are to be multiplied by ten to this.
    pub(super) exponent: Option<i32>,
}

/// Part of the interval left free at either end, so that no point lies on the frame.
const MARGIN: f64 = 0.04;

impl Scale {
    /// The interval that fits `values`, with a margin. Values without a place on the axis are passed over.
    pub(super) fn fit(values: impl IntoIterator<Item = f64>, logarithmic: bool) -> Scale {
        let placed = values.into_iter().filter_map(|value| place(value, logarithmic));
        let (lower, upper) = placed
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(lower, upper), value| (lower.min(value), upper.max(value)));
        if lower > upper {
            return Scale { lower: 0.0, upper: 1.0, logarithmic };
        }
        // Halves, because the difference of two large values may overflow.
        let half = upper / 2.0 - lower / 2.0;
        let margin = if half > lower.abs().max(upper.abs()) * 1e-12 {
            half * 2.0 * MARGIN
        } else if logarithmic {
            0.5
        } else if upper == 0.0 {
            1.0
        } else {
            upper.abs() * 0.05
        };
        Scale { lower, upper, logarithmic }.widened(margin)
    }

    /// The interval a user asked for; `None` if there is no such interval on this kind of axis.
    pub(super) fn exactly((first, last): (f64, f64), logarithmic: bool) -> Option<Scale> {
        let (first, last) = (place(first, logarithmic)?, place(last, logarithmic)?);
        let scale = Scale { lower: first.min(last), upper: first.max(last), logarithmic };
        let width = scale.upper / 2.0 - scale.lower / 2.0;
        (width > scale.lower.abs().max(scale.upper.abs()) * 1e-12).then_some(scale)
    }

    fn widened(self, margin: f64) -> Scale {
        let margin = margin.max(f64::MIN_POSITIVE);
        Scale { lower: (self.lower - margin).max(-f64::MAX), upper: (self.upper + margin).min(f64::MAX), ..self }
    }

    /// The smallest interval that holds both.
    pub(super) fn union(self, other: Scale) -> Scale {
        Scale { lower: self.lower.min(other.lower), upper: self.upper.max(other.upper), ..self }
    }

    /// The interval with `share` of its new length added above, as room for a legend.
    pub(super) fn with_room_above(self, share: f64) -> Scale {
        let added = (self.upper / 2.0 - self.lower / 2.0) * 2.0 * share / (1.0 - share);
        Scale { upper: (self.upper + added).min(f64::MAX), ..self }
    }

    /// Whether the axis is logarithmic.
    pub(super) fn is_logarithmic(self) -> bool {
        self.logarithmic
    }

    /// Ends of the interval: values, or decimal logarithms of values.
    pub(super) fn ends(self) -> (f64, f64) {
        (self.lower, self.upper)
    }

    /// The number that is linear on paper: the value, or its decimal logarithm; `None` if it has no place.
    pub(super) fn placed(self, value: f64) -> Option<f64> {
        place(value, self.logarithmic)
    }

    /// `value`, or the end of the interval nearest to it.
    pub(super) fn within(self, value: f64) -> f64 {
        let placed = match self.placed(value) {
            Some(placed) => placed.clamp(self.lower, self.upper),
            None if value > 0.0 => self.upper,
            None => self.lower,
        };
        if self.logarithmic { 10f64.powf(placed) } else { placed }
    }

    /// Where `value` lies, as a fraction of the axis; below 0 and above 1 is outside. `None`: it has no place.
    pub(super) fn fraction(self, value: f64) -> Option<f64> {
        place(value, self.logarithmic).map(|placed| self.fraction_of(placed))
    }

    fn fraction_of(self, placed: f64) -> f64 {
        (placed / 2.0 - self.lower / 2.0) / (self.upper / 2.0 - self.lower / 2.0)
    }

    /// Ticks for an axis with room for about `labels` labels.
    pub(super) fn ticks(self, labels: usize) -> Ticks {
        let labels = labels.clamp(2, 12);
        if !self.logarithmic {
            return self.linear_ticks(self.lower, self.upper, labels, |value| self.fraction_of(value));
        }
        let (first, last) = ((self.lower - 1e-9).ceil(), (self.upper + 1e-9).floor());
        if last > first {
            return self.decade_ticks(first as i32, last as i32, labels);
        }
        let mantissas = self.mantissa_ticks(&[1.0, 2.0, 5.0]);
        if mantissas.len() >= 2 {
            let major = mantissas.iter().map(|tick| (self.fraction_of(tick.position), tick.label())).collect();
            let all = self.mantissa_ticks(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
            let minor = all.iter().filter(|tick| !mantissas.contains(tick)).map(|tick| self.fraction_of(tick.position));
            return Ticks { major, minor: minor.collect(), exponent: None };
        }
        // Less than a decade between labels: plain numbers in their logarithmic places.
        let (lower, upper) = (10f64.powf(self.lower), 10f64.powf(self.upper));
        self.linear_ticks(lower, upper, labels, |value| self.fraction_of(value.log10()))
    }

    fn linear_ticks(self, lower: f64, upper: f64, labels: usize, fraction: impl Fn(f64) -> f64) -> Ticks {
        let rough = upper / labels as f64 - lower / labels as f64;
        let power = rough.log10().floor();
        let mantissa = rough / 10f64.powf(power);
        let (mantissa, parts) = match mantissa {
            mantissa if mantissa < 1.4 => (1.0, 5),
            mantissa if mantissa < 3.2 => (2.0, 4),
            mantissa if mantissa < 7.1 => (5.0, 5),
            _ => (10.0, 5),
        };
        let step = mantissa * 10f64.powf(power);
        if !(step.is_normal() && power.is_finite()) {
            return Ticks::default();
        }
        let power = if mantissa == 10.0 { power + 1.0 } else { power } as i32;
        let largest = lower.abs().max(upper.abs());
        let exponent = Some(largest.log10().floor() as i32).filter(|exponent| !(-3..5).contains(exponent));
        let decimals = (exponent.unwrap_or(0) - power).clamp(0, 17) as usize;
        let mut ticks = Ticks { exponent, ..Ticks::default() };
        // Counted by index: adding the step again and again would miss zero.
        let first = (lower / step).floor();
        for index in 0..=labels * 3 {
            let value = (first + index as f64) * step + 0.0;
            for part in 0..parts {
                let value = value + step * f64::from(part) / f64::from(parts);
                let position = fraction(value);
                if !(-1e-9..=1.0 + 1e-9).contains(&position) {
                    continue;
                }
                if part == 0 {
                    let shown = exponent.map_or(value, |exponent| times_power_of_ten(value, -exponent));
                    ticks.major.push((position, format!("{shown:.decimals$}").replace('-', "−")));
                } else {
                    ticks.minor.push(position);
                }
            }
        }
        ticks
    }

    fn decade_ticks(self, first: i32, last: i32, labels: usize) -> Ticks {
        let stride = ((last - first + 1) as usize).div_ceil(labels) as i32;
        let mut ticks = Ticks::default();
        for exponent in first - 1..=last {
            let position = self.fraction_of(f64::from(exponent));
            if exponent >= first {
                if exponent.rem_euclid(stride) == 0 {
                    ticks.major.push((position, format!("10^{{{exponent}}}").replace('-', "−")));
                } else {
                    ticks.minor.push(position);
                }
            }
            if stride == 1 {
                let within = |mantissa: i32| self.fraction_of(f64::from(exponent) + f64::from(mantissa).log10());
                ticks.minor.extend((2..10).map(within).filter(|position| (0.0..=1.0).contains(position)));
            }
        }
        ticks
    }

    fn mantissa_ticks(self, mantissas: &[f64]) -> Vec<MantissaTick> {
        let decades = self.lower.floor() as i32..=self.upper.floor() as i32;
        let ticks = decades.flat_map(|exponent| {
            mantissas.iter().map(move |mantissa| MantissaTick {
                mantissa: *mantissa,
                exponent,
                position: f64::from(exponent) + mantissa.log10(),
            })
        });
        ticks.filter(|tick| (self.lower..=self.upper).contains(&tick.position)).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct MantissaTick {
    mantissa: f64,
    exponent: i32,
    position: f64,
}

impl MantissaTick {
    fn label(&self) -> String {
        let MantissaTick { mantissa, exponent, .. } = *self;
        match exponent {
            -3..0 => format!("{:.*}", exponent.unsigned_abs() as usize, mantissa * 10f64.powi(exponent)),
            0..5 => format!("{:.0}", mantissa * 10f64.powi(exponent)),
            _ if mantissa == 1.0 => format!("10^{{{exponent}}}").replace('-', "−"),
            _ => format!("{mantissa}×10^{{{exponent}}}").replace('-', "−"),
        }
    }
}

/// The number that is linear on paper; `None` for values that an axis of this kind cannot show.
fn place(value: f64, logarithmic: bool) -> Option<f64> {
    let placed = if logarithmic { value.log10() } else { value };
    placed.is_finite().then_some(placed)
}

/// In two steps, because ten to the power of 320 is no number but 1e-320 times it is.
fn times_power_of_ten(value: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    value * 10f64.powi(half) * 10f64.powi(exponent - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scale: Scale, labels: usize, expected: &[&str]) {
        let ticks = scale.ticks(labels);
        let shown: Vec<&str> = ticks.major.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(shown, expected, "{scale:?}");
    }

    fn exactly(lower: f64, upper: f64, logarithmic: bool) -> Scale {
        Scale::exactly((lower, upper), logarithmic).unwrap()
    }

    #[test]
    fn linear_axes_are_labelled_in_ones_twos_and_fives() {
        check(exactly(0.0, 10.0, false), 5, &["0", "2", "4", "6", "8", "10"]);
        check(exactly(-0.013, 0.021, false), 3, &["−0.01", "0.00", "0.01", "0.02"]);
        check(exactly(590.0, 655.0, false), 4, &["600", "620", "640"]);
        let ticks = exactly(0.0, 3.0e5, false).ticks(4);
        assert_eq!(ticks.exponent, Some(5));
        assert_eq!(ticks.major.last().map(|(_, label)| label.as_str()), Some("3"));
    }

    #[test]
    fn logarithmic_axes_are_labelled_in_powers_of_ten() {
        let scale = exactly(0.5, 2e3, true);
        check(scale, 6, &["10^{0}", "10^{1}", "10^{2}", "10^{3}"]);
        // 2 to 9 of each of the decades, and 0.5 ... 0.9, and 2000.
        assert_eq!(scale.ticks(6).minor.len(), 5 + 3 * 8 + 1);
        check(exactly(1e-12, 1e12, true), 6, &["10^{−10}", "10^{−5}", "10^{0}", "10^{5}", "10^{10}"]);
        check(exactly(3.0, 60.0, true), 6, &["5", "10", "20", "50"]);
        check(exactly(1.1, 1.9, true), 4, &["1.2", "1.4", "1.6", "1.8"]);
        // Where a decade of a logarithmic axis begins, to the accuracy of log10 and a division.
        let position = exactly(1.0, 1e4, true).ticks(6).major[1].0;
        assert!((position - 0.25).abs() < 1e-12);
    }

    #[test]
    fn intervals_without_width_or_values_are_made_visible() {
        for value in [0.0, 1.0, -3.5e200, 1e-300, f64::MAX, f64::MIN_POSITIVE, 5e-324] {
            let scale = Scale::fit([value], false);
            let (lower, upper) = scale.ends();
            assert!(lower < upper && lower.is_finite() && upper.is_finite(), "{value:e}: {scale:?}");
            if value > 0.0 {
                let scale = Scale::fit([value], true);
                assert!(scale.fraction(value).is_some_and(|fraction| (0.0..=1.0).contains(&fraction)));
                assert!(!scale.ticks(5).major.is_empty(), "{value:e}");
            }
        }
        assert_eq!(Scale::fit([f64::NAN, -1.0], true).ends(), (0.0, 1.0));
        let widest = Scale::fit([-f64::MAX, f64::MAX], false);
        assert_eq!(widest.fraction(0.0), Some(0.5));
        assert!(Scale::exactly((1.0, 1.0), false).is_none() && Scale::exactly((0.0, 1.0), true).is_none());
    }
}
