//! One set of numbers in a figure, and the words that say where it comes from.

use super::style::{Colour, Dash, Marker, Style};
use kovacs_core::{Curve, Origin};

/// Whether a series is a line, points, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Draw {
    /// A line through the values.
    Line,
    /// A marker at each value.
    Points,
    /// A line with a marker at each value.
    Both,
}

impl Draw {
    /// Whether there is a line.
    pub fn has_line(self) -> bool {
        self != Draw::Points
    }

    /// Whether there are markers.
    pub fn has_points(self) -> bool {
        self != Draw::Line
    }
}

/// Lower and upper ends around the values of a series, in its `y_unit`: a band about a line, bars at points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interval {
    /// Lower end for each value.
    pub lower: Vec<f64>,
    /// Upper end for each value.
    pub upper: Vec<f64>,
}

/// Numbers to be plotted, how, and where they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What the legend calls it; the origin is added by [`Series::legend`].
    pub label: String,
    /// Where the numbers come from.
    pub origin: Origin,
    /// Abscissa, in `x_unit`.
    pub x: Vec<f64>,
    /// Ordinate, in `y_unit`. NaN interrupts a line.
    pub y: Vec<f64>,
    /// What `x` is; empty: as the axis says.
    pub x_name: String,
    /// Unit of `x`; empty: that of the axis.
    pub x_unit: String,
    /// What `y` is; empty: as the axis says.
    pub y_name: String,
    /// Unit of `y`; empty: that of the axis.
    pub y_unit: String,
    /// Uncertainty of the values, where it is known.
    pub interval: Option<Interval>,
    /// Line, points or both.
    pub draw: Draw,
    /// Colour, dash, width and marker.
    pub style: Style,
    /// What is known of how the numbers were made: names and values, in order.
    pub provenance: Vec<(String, String)>,
}

impl Series {
    /// A curve as a line.
    pub fn line(curve: &Curve) -> Series {
        Series::from_curve(curve, Draw::Line)
    }

    /// A curve as points.
    pub fn points(curve: &Curve) -> Series {
        Series::from_curve(curve, Draw::Points)
    }

    /// A curve as a line with points.
    pub fn line_and_points(curve: &Curve) -> Series {
        Series::from_curve(curve, Draw::Both)
    }

    /// Bare numbers as points, in the units of the axes. Where they come from has to be said.
    pub fn xy(label: impl Into<String>, origin: Origin, x: &[f64], y: &[f64]) -> Series {
        Series {
            label: label.into(),
            origin,
            x: x.to_vec(),
            y: y.to_vec(),
            x_name: String::new(),
            x_unit: String::new(),
            y_name: String::new(),
            y_unit: String::new(),
            interval: None,
            draw: Draw::Points,
            style: Style::default(),
            provenance: Vec::new(),
        }
    }

    /// Bare numbers read off data, as points, in the units of the axes: `origin` is that of the data, in the words of
    /// [`Table::origin`](crate::dataset::Table::origin), and the legend says it.
    pub fn of_data(label: impl Into<String>, origin: &str, x: &[f64], y: &[f64]) -> Series {
        let (word, note) = match origin.split_once(" (") {
            Some((word, note)) => (word, note.trim_end_matches(')')),
            None => (origin, ""),
        };
        // Words that are none of the list come from tables of several origins; nothing of theirs is called measured.
        let known = Origin::from_word(word).unwrap_or(Origin::Converted);
        let mut series = Series::xy(label, known, x, y);
        if !note.is_empty() {
            series.provenance.push(("note".to_owned(), note.to_owned()));
        }
        series
    }

    fn from_curve(curve: &Curve, draw: Draw) -> Series {
        Series {
            x_name: curve.x_name.clone(),
            x_unit: curve.x_unit.clone(),
            y_name: curve.y_name.clone(),
            y_unit: curve.y_unit.clone(),
            draw,
            provenance: curve.provenance.clone(),
            ..Series::xy(curve.label.clone(), curve.origin, &curve.x, &curve.y)
        }
    }

    /// Gives it another label.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Draws it as a line.
    #[must_use]
    pub fn as_line(mut self) -> Self {
        self.draw = Draw::Line;
        self
    }

    /// Draws it in this colour.
    #[must_use]
    pub fn colour(mut self, colour: Colour) -> Self {
        self.style.colour = Some(colour);
        self
    }

    /// Breaks the line into dashes.
    #[must_use]
    pub fn dashed(self) -> Self {
        self.dash(Dash::Dashed)
    }

    /// Breaks the line into dots.
    #[must_use]
    pub fn dotted(self) -> Self {
        self.dash(Dash::Dotted)
    }

    /// Breaks the line up.
    #[must_use]
    pub fn dash(mut self, dash: Dash) -> Self {
        self.style.dash = dash;
        self
    }

    /// Sets the width of the line, in pixels (1/96 inch).
    #[must_use]
    pub fn width(mut self, pixels: f64) -> Self {
        self.style.width = pixels;
        self
    }

    /// Draws the points as this.
    #[must_use]
    pub fn marker(mut self, marker: Marker) -> Self {
        self.style.marker = marker;
        self
    }

    /// Adds lower and upper ends around each value: a band about a line, bars at points.
    #[must_use]
    pub fn interval(mut self, lower: &[f64], upper: &[f64]) -> Self {
        self.interval = Some(Interval { lower: lower.to_vec(), upper: upper.to_vec() });
        self
    }

    /// The words of the legend: the label, and where the numbers come from.
    ///
    /// A calculated series names its model and version where its provenance does (`model`, and `version` or
    /// `model_version`). Words that the label already contains are not repeated.
    pub fn legend(&self) -> String {
        let source = self.source();
        if self.label.is_empty() {
            source
        } else if self.label.to_lowercase().contains(&source.to_lowercase()) {
            self.label.clone()
        } else {
            format!("{}, {source}", self.label)
        }
    }

    /// Where the numbers come from, in the words of the legend: `synthetic`, `model aoi 0.1.0`.
    pub fn source(&self) -> String {
        let known = |names: &[&str]| {
            let found = self.provenance.iter().find(|(name, _)| names.contains(&name.as_str()));
            found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
        };
        match (self.origin, known(&["model"]), known(&["version", "model_version"])) {
            (Origin::Calculated, Some(model), Some(version)) if !model.ends_with(version) => {
                format!("model {model} {version}")
            }
            (Origin::Calculated, Some(model), _) => format!("model {model}"),
            // What an import says of measured numbers: `measured (example workbook)`. A colon begins what is too long
            // for a legend.
            (Origin::Measured, ..) => match known(&["note"]).and_then(|note| note.split(':').next()).map(str::trim) {
                Some(note) if !note.is_empty() => format!("measured ({note})"),
                _ => self.origin.word().to_owned(),
            },
            _ => self.origin.word().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(label: &str, origin: Origin, provenance: &[(&str, &str)], expected: &str) {
        let mut series = Series::xy(label, origin, &[], &[]);
        series.provenance = provenance.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        assert_eq!(series.legend(), expected);
    }

    #[test]
    fn the_legend_always_says_where_the_numbers_come_from() {
        check("PVC", Origin::Measured, &[], "PVC, measured");
        check("PVC", Origin::Synthetic, &[("seed", "7")], "PVC, synthetic");
        check("", Origin::Digitised, &[], "digitised");
        check("PVC", Origin::Calculated, &[], "PVC, calculated");
        check("PVC", Origin::Calculated, &[("model", "aoi"), ("version", "0.1.0")], "PVC, model aoi 0.1.0");
        check("PVC", Origin::Calculated, &[("model", "aoi 0.1.0"), ("version", "0.1.0")], "PVC, model aoi 0.1.0");
        let note = "example workbook: synthetic curves, not the article's data";
        check("PVC", Origin::Measured, &[("note", note)], "PVC, measured (example workbook)");
        check("Synthetic PVC", Origin::Synthetic, &[], "Synthetic PVC");
        // Data in whose provenance a model is named stay data.
        check("PVC", Origin::Synthetic, &[("model", "double_kww")], "PVC, synthetic");
    }
    #[test]
    fn numbers_read_off_data_have_the_origin_of_the_data() {
        let legend = |origin: &str| Series::of_data("mean of specimens", origin, &[1.0], &[2.0]).legend();
        assert_eq!(legend("measured"), "mean of specimens, measured");
        assert_eq!(legend("measured (example workbook)"), "mean of specimens, measured (example workbook)");
        assert_eq!(legend("synthetic"), "mean of specimens, synthetic");
        assert_eq!(legend("measured and synthetic"), "mean of specimens, converted");
    }
}
