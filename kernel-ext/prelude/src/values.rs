//! How observables of the core show themselves: as small tables with units.
//!
//! The core knows nothing of notebooks, so its types cannot have the method `evcxr_display`, and the blanket trait shows
//! them with `{:?}`. This trait takes the value itself and not a reference; method lookup tries that first, so it wins
//! over the blanket one. It is for values that are copied, or a cell would lose its variable by looking at it.

use crate::display::Bundle;
use crate::figure::Figure;
use crate::sheet::{Sheet, four_digits};
use kovacs_core::sampled_hump::Verdict;
use kovacs_core::{Curve, Hump, SampledHump, SecondStage};

/// Shows an observable of the core as the value of a cell. In scope in every cell.
pub trait ShowObservable: Copy {
    /// The observable as a table.
    fn sheet(self) -> Sheet;

    /// Shows the value.
    fn evcxr_display(self) {
        self.sheet().evcxr_display();
    }
}

/// Shows a value as the compiler's first attempt would have.
///
/// evcxr tries `(value).evcxr_display()` and, if anything does not compile, `{:?}`. When the value takes a variable with
/// it (`figure.panel(panel)`), what does not compile is that the variable is stored again; its error names the last
/// expression too, and so evcxr takes the second form although the first was right. A session puts this macro in place
/// of the second form.
#[macro_export]
macro_rules! show_value {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use $crate::{display::EvcxrDisplay as _, values::ShowObservable as _};
        ($value).evcxr_display()
    }};
}

const COLUMNS: [&str; 4] = ["quantity", "value", "unit", "what it is"];

fn rows(
    sheet: Sheet,
    rows: impl IntoIterator<Item = (&'static str, Option<f64>, &'static str, &'static str)>,
) -> Sheet {
    rows.into_iter().fold(sheet, |sheet, (name, value, unit, what)| {
        sheet.row([name.to_owned(), four_digits(value), unit.to_owned(), what.to_owned()])
    })
}

fn of_hump(hump: Hump) -> Vec<(&'static str, Option<f64>, &'static str, &'static str)> {
    match hump {
        Hump::NoHump => vec![("delta_sigma", Some(0.0), "MPa", "the stress never exceeds its first value")],
        Hump::Peak { t_p, delta_sigma } => vec![
            ("t_p", Some(t_p), "s", "time of the maximum from the end of the step"),
            ("delta_sigma", Some(delta_sigma), "MPa", "height of the maximum above the first value"),
        ],
        Hump::MonotoneRise { until, rise } => vec![
            ("until", Some(until), "s", "end of the window, where the stress still rises"),
            ("rise", Some(rise), "MPa", "height above the first value reached there"),
        ],
    }
}

impl ShowObservable for Hump {
    fn sheet(self) -> Sheet {
        rows(Sheet::new(self.to_string(), COLUMNS), of_hump(self))
    }
}

impl ShowObservable for SecondStage {
    fn sheet(self) -> Sheet {
        let more = [
            ("sigma_0", Some(self.sigma_0), "MPa", "stress just after the second step, or at the dead time"),
            ("sigma_tw", Some(self.sigma_tw), "MPa", "stress at the end of the first stage"),
            ("eps1", Some(self.eps1), "1", "strain of the first stage"),
            ("dead_time", Some(self.dead_time), "s", "from the end of the step to the first sample"),
        ];
        let title = format!("second stage: {}", self.hump);
        rows(Sheet::new(title, COLUMNS), of_hump(self.hump).into_iter().chain(more))
    }
}

impl ShowObservable for SampledHump {
    fn sheet(self) -> Sheet {
        let (low, high) = self.t_p_interval;
        let range = self.delta_sigma_interval();
        let more = [
            ("t_p from", low.filter(|_| self.hump.t_p().is_some()), "s", "lower end of the 95 % interval of t_p"),
            ("t_p to", high.filter(|_| self.hump.t_p().is_some()), "s", "upper end"),
            ("delta_sigma from", range.map(|range| range.0), "MPa", "lower end of the 95 % interval of the height"),
            ("delta_sigma to", range.map(|range| range.1), "MPa", "upper end"),
            ("sigma_0", Some(self.sigma_0), "MPa", "stress at the dead time"),
            ("sigma_0 error", Some(self.sigma_0_error), "MPa", "its standard error"),
            ("noise", Some(self.noise), "MPa", "standard deviation of a single sample"),
            ("dead_time", Some(self.dead_time), "s", "from the end of the step to the first sample"),
        ];
        let title = format!("{}: {self}", verdict(self.verdict()));
        rows(Sheet::new(title, COLUMNS), of_hump(self.hump).into_iter().chain(more))
            .note(format!("the top was fitted to {} samples", self.fitted))
    }
}

impl ShowObservable for Verdict {
    fn sheet(self) -> Sheet {
        let what = match self {
            Verdict::Peak => "a maximum inside the window, significantly above the first sample",
            Verdict::Rising => "a significant rise whose maximum is not closed by the samples after it",
            Verdict::NoHump => "no rise above the noise",
            Verdict::HiddenOrNone => {
                "no rise; the stress falls from the first sample on, an earlier hump is not excluded"
            }
        };
        Sheet::new("", ["verdict", "meaning"]).row([verdict(self), what])
    }
}

/// A curve is shown as a figure; on a logarithmic axis where it reaches over more than two decades.
pub(crate) fn forms_of_curve(curve: &Curve) -> Bundle {
    let (first, last) = (curve.x.first().copied(), curve.x.last().copied());
    let is_wide = first.zip(last).is_some_and(|(first, last)| first > 0.0 && last > 100.0 * first);
    let figure = Figure::new(curve.label.as_str()).line(curve);
    let figure = if is_wide { figure.log_x() } else { figure };
    figure.render().unwrap_or_else(|_| {
        // Without an engine there is nobody to draw.
        let mut bundle = Bundle::new();
        let (name, unit) = (&curve.y_name, &curve.y_unit);
        bundle.text("text/plain", format!("{}: {} values of {name} [{unit}]", curve.label, curve.y.len()));
        bundle
    })
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Peak => "peak",
        Verdict::Rising => "rising",
        Verdict::NoHump => "no hump",
        Verdict::HiddenOrNone => "hidden or none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    // Both traits, as in a cell.
    use crate::display::EvcxrDisplay;

    #[test]
    fn observables_are_tables_with_units() {
        let stage = SecondStage {
            hump: Hump::Peak { t_p: 812.43, delta_sigma: 0.52468 },
            sigma_0: 604.2,
            sigma_tw: 700.0,
            dead_time: 0.0,
            eps1: 0.005,
        };
        let text = stage.sheet().text();
        assert!(text.starts_with("second stage: peak at 812.430000 s"), "{text}");
        assert!(
            text.contains("\n  t_p             812.4  s ") && text.contains("\n  eps1         0.005000  1 "),
            "{text}"
        );
    }

    /// A value with a form of its own, which says when it was shown.
    #[derive(Debug)]
    struct Rich<'a>(&'a std::cell::Cell<bool>);

    impl Rich<'_> {
        fn evcxr_display(&self) {
            self.0.set(true);
        }
    }

    #[test]
    fn the_second_attempt_shows_a_value_in_its_own_form() {
        let shown = std::cell::Cell::new(false);
        let variable = Rich(&shown);
        let moved = |value| value;
        crate::show_value!((moved(variable)));
        assert!(shown.get());
        crate::show_value!((vec![1, 2]));
    }

    #[test]
    fn a_curve_is_not_shown_number_by_number() {
        let curve = Curve::new("PVC", vec![1.0, 2.0], vec![3.0, 4.0]).unwrap().y_axis("stress", "MPa");
        let forms = crate::foreign::forms(&curve).expect("curves have a form of their own");
        assert_eq!(forms.entries().next(), Some(("text/plain", "PVC: 2 values of stress [MPa]", false)));
    }

    #[test]
    fn method_lookup_prefers_the_table_to_the_debug_text() {
        // As a cell ends: had the lookup two answers, this would not compile. Outside a notebook both print.
        (Hump::NoHump).evcxr_display();
        (Verdict::Peak).evcxr_display();
        (vec![Hump::NoHump]).evcxr_display();
    }
}
