//! A figure as one value: its numbers, how they are to be drawn, and where they come from.
//!
//! Nothing is drawn here. A figure is plain owned data that a cell builds in a chain and hands to the engine, which
//! makes interactive, static and tabular forms from the same value ([`Figure::render`]); so all of them show the same
//! numbers, and a cell compiles no plotting library. A figure is also what two runs are compared by.
//!
//! Texts may hold subscripts and superscripts: `t_p`, `ε_1`, `10^{-3}`. A single letter before `_` makes a subscript;
//! other underscores, as in `double_kww`, stay what they are.

mod message;
mod series;
mod style;

pub use series::{Draw, Interval, Series};
pub use style::{Colour, Dash, Marker, Style};

use crate::display::Bundle;
use crate::error::Result;
use crate::seam::{self, Operation};
use crate::wire::{Reader, Writer};
use kovacs_core::Curve;

/// A figure: one or more panels in a grid, filled row by row.
///
/// Methods such as [`Figure::x`] and [`Figure::line`] act on the last panel and make one where there is none, so that
/// a figure of one panel needs no [`Panel`].
///
/// # Examples
/// ```
/// use kovacs::figure::Figure;
/// use kovacs_core::{Curve, Origin};
/// let curve = Curve::new("ε_2 = 0.3 %", vec![1.0, 10.0, 100.0], vec![610.0, 640.0, 600.0])?
///     .x_axis("time", "s")
///     .y_axis("stress", "MPa")
///     .from_origin(Origin::Synthetic);
/// let figure = Figure::new("Stress memory").log_x().points(&curve).vertical(10.0, "t_p");
/// assert_eq!(figure.panels[0].series[0].legend(), "ε_2 = 0.3 %, synthetic");
/// # Ok::<(), kovacs_core::CurveError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Printed above the figure.
    pub title: String,
    /// Printed below the figure; may be empty.
    pub caption: String,
    /// The panels, in reading order.
    pub panels: Vec<Panel>,
    /// Number of panels side by side; `None` leaves it to the number of panels.
    pub columns: Option<u32>,
    /// Whether the panels of a column have one range of `x`, printed below the lowest only.
    pub shares_x: bool,
    /// Width and height of the area inside the axes of one panel, in pixels (1/96 inch); `None` for the usual size.
    pub panel_size: Option<(f64, f64)>,
}

/// One pair of axes and what is drawn between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// Printed above the panel. A single letter is the panel's letter; without one, several panels are lettered
    /// a, b, c in reading order.
    pub heading: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is plotted, back to front.
    pub series: Vec<Series>,
    /// What is written and marked.
    pub marks: Vec<Mark>,
}

/// One axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// Name of the quantity: `time`. Empty: the name of the first curve.
    pub name: String,
    /// Unit, as a UCUM code or as printed; series in another unit of the same kind are converted to it.
    /// Empty: the unit of the first curve.
    pub unit: String,
    /// Whether the axis is logarithmic. Values that are not above zero are then left out, and the figure says so.
    pub logarithmic: bool,
    /// First and last value in `unit`; `None` to fit what is plotted.
    pub range: Option<(f64, f64)>,
}

/// Something drawn that is not data. Positions are in the units of the axes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// Text beginning at a point.
    Text {
        /// Position on the horizontal axis.
        x: f64,
        /// Position on the vertical axis.
        y: f64,
        /// What is written.
        text: String,
    },
    /// A line across the panel at one `x`.
    Vertical {
        /// Position on the horizontal axis.
        x: f64,
        /// Written beside it; may be empty.
        text: String,
    },
    /// A line across the panel at one `y`.
    Horizontal {
        /// Position on the vertical axis.
        y: f64,
        /// Written above it; may be empty.
        text: String,
    },
    /// A shaded part of the horizontal axis, such as a stage; infinite ends reach the edge of the panel.
    Span {
        /// Where it begins on the horizontal axis.
        from: f64,
        /// Where it ends on the horizontal axis.
        to: f64,
        /// Written at its top; may be empty.
        text: String,
    },
}

impl Panel {
    /// An empty panel; `heading` may be empty, a letter, or words.
    pub fn new(heading: impl Into<String>) -> Self {
        Panel { heading: heading.into(), ..Panel::default() }
    }

    /// Names the horizontal axis and its unit.
    #[must_use]
    pub fn x(mut self, name: impl Into<String>, unit: impl Into<String>) -> Self {
        (self.x.name, self.x.unit) = (name.into(), unit.into());
        self
    }

    /// Names the vertical axis and its unit.
    #[must_use]
    pub fn y(mut self, name: impl Into<String>, unit: impl Into<String>) -> Self {
        (self.y.name, self.y.unit) = (name.into(), unit.into());
        self
    }

    /// Makes the horizontal axis logarithmic.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.x.logarithmic = true;
        self
    }

    /// Makes the vertical axis logarithmic.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.y.logarithmic = true;
        self
    }

    /// Fixes the horizontal axis from `first` to `last`, in its unit.
    #[must_use]
    pub fn x_range(mut self, first: f64, last: f64) -> Self {
        self.x.range = Some((first, last));
        self
    }

    /// Fixes the vertical axis from `first` to `last`, in its unit.
    #[must_use]
    pub fn y_range(mut self, first: f64, last: f64) -> Self {
        self.y.range = Some((first, last));
        self
    }

    /// Draws a curve as a line.
    #[must_use]
    pub fn line(self, curve: &Curve) -> Self {
        self.series(Series::line(curve))
    }

    /// Draws a curve as points.
    #[must_use]
    pub fn points(self, curve: &Curve) -> Self {
        self.series(Series::points(curve))
    }

    /// Draws a series made with [`Series::line`] or one of its sisters.
    #[must_use]
    pub fn series(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Draws several series.
    #[must_use]
    pub fn all(mut self, series: impl IntoIterator<Item = Series>) -> Self {
        self.series.extend(series);
        self
    }

    /// Writes `text` beginning at a point.
    #[must_use]
    pub fn annotate(self, x: f64, y: f64, text: impl Into<String>) -> Self {
        self.mark(Mark::Text { x, y, text: text.into() })
    }

    /// Marks one `x` with a dashed line.
    #[must_use]
    pub fn vertical(self, x: f64, text: impl Into<String>) -> Self {
        self.mark(Mark::Vertical { x, text: text.into() })
    }

    /// Marks one `y` with a dashed line.
    #[must_use]
    pub fn horizontal(self, y: f64, text: impl Into<String>) -> Self {
        self.mark(Mark::Horizontal { y, text: text.into() })
    }

    /// Shades a part of the horizontal axis.
    #[must_use]
    pub fn span(self, from: f64, to: f64, text: impl Into<String>) -> Self {
        self.mark(Mark::Span { from, to, text: text.into() })
    }

    fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// The horizontal axis, with name and unit of the first curve where none were given.
    pub fn x_axis(&self) -> Axis {
        let first = self.series.first();
        self.x.or(first.map_or("", |series| &series.x_name), first.map_or("", |series| &series.x_unit))
    }

    /// The vertical axis, with name and unit of the first curve where none were given.
    pub fn y_axis(&self) -> Axis {
        let first = self.series.first();
        self.y.or(first.map_or("", |series| &series.y_name), first.map_or("", |series| &series.y_unit))
    }
}

impl Axis {
    fn or(&self, name: &str, unit: &str) -> Axis {
        let mut axis = self.clone();
        if axis.name.is_empty() {
            axis.name = name.into();
        }
        if axis.unit.is_empty() {
            axis.unit = unit.into();
        }
        axis
    }
}

impl Figure {
    /// A figure without panels.
    pub fn new(title: impl Into<String>) -> Self {
        Figure { title: title.into(), ..Figure::default() }
    }

    /// Adds a panel.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// Adds the text below the figure.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.caption = text.into();
        self
    }

    /// Puts `count` panels side by side.
    #[must_use]
    pub fn columns(mut self, count: u32) -> Self {
        self.columns = Some(count);
        self
    }

    /// Gives the panels of each column one range of `x`, printed below the lowest only.
    #[must_use]
    pub fn share_x(mut self) -> Self {
        self.shares_x = true;
        self
    }

    /// Sets width and height of the area inside the axes of each panel, in pixels (1/96 inch).
    #[must_use]
    pub fn panel_size(mut self, width: f64, height: f64) -> Self {
        self.panel_size = Some((width, height));
        self
    }

    /// Names the horizontal axis of the last panel and its unit.
    #[must_use]
    pub fn x(self, name: impl Into<String>, unit: impl Into<String>) -> Self {
        self.last(|panel| panel.x(name, unit))
    }

    /// Names the vertical axis of the last panel and its unit.
    #[must_use]
    pub fn y(self, name: impl Into<String>, unit: impl Into<String>) -> Self {
        self.last(|panel| panel.y(name, unit))
    }

    /// Makes the horizontal axis of the last panel logarithmic.
    #[must_use]
    pub fn log_x(self) -> Self {
        self.last(Panel::log_x)
    }

    /// Makes the vertical axis of the last panel logarithmic.
    #[must_use]
    pub fn log_y(self) -> Self {
        self.last(Panel::log_y)
    }

    /// Fixes the horizontal axis of the last panel from `first` to `last`, in its unit.
    #[must_use]
    pub fn x_range(self, first: f64, last: f64) -> Self {
        self.last(|panel| panel.x_range(first, last))
    }

    /// Fixes the vertical axis of the last panel from `first` to `last`, in its unit.
    #[must_use]
    pub fn y_range(self, first: f64, last: f64) -> Self {
        self.last(|panel| panel.y_range(first, last))
    }

    /// Draws a curve as a line in the last panel.
    #[must_use]
    pub fn line(self, curve: &Curve) -> Self {
        self.last(|panel| panel.line(curve))
    }

    /// Draws a curve as points in the last panel.
    #[must_use]
    pub fn points(self, curve: &Curve) -> Self {
        self.last(|panel| panel.points(curve))
    }

    /// Draws a series in the last panel.
    #[must_use]
    pub fn series(self, series: Series) -> Self {
        self.last(|panel| panel.series(series))
    }

    /// Draws several series in the last panel.
    #[must_use]
    pub fn all(self, series: impl IntoIterator<Item = Series>) -> Self {
        self.last(|panel| panel.all(series))
    }

    /// Writes `text` in the last panel, beginning at a point.
    #[must_use]
    pub fn annotate(self, x: f64, y: f64, text: impl Into<String>) -> Self {
        self.last(|panel| panel.annotate(x, y, text))
    }

    /// Marks one `x` of the last panel with a dashed line.
    #[must_use]
    pub fn vertical(self, x: f64, text: impl Into<String>) -> Self {
        self.last(|panel| panel.vertical(x, text))
    }

    /// Marks one `y` of the last panel with a dashed line.
    #[must_use]
    pub fn horizontal(self, y: f64, text: impl Into<String>) -> Self {
        self.last(|panel| panel.horizontal(y, text))
    }

    /// Shades a part of the horizontal axis of the last panel.
    #[must_use]
    pub fn span(self, from: f64, to: f64, text: impl Into<String>) -> Self {
        self.last(|panel| panel.span(from, to, text))
    }

    fn last(mut self, change: impl FnOnce(Panel) -> Panel) -> Self {
        let panel = self.panels.pop().unwrap_or_default();
        self.panels.push(change(panel));
        self
    }

    /// The figure as HTML, plotly JSON, SVG, CSV and text, made by the engine of the notebook.
    ///
    /// # Errors
    /// The program does not run as a Kovacs cell, or prelude and engine are of different versions.
    pub fn render(&self) -> Result<Bundle> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        let answer = seam::call(Operation::RenderFigure, writer)?;
        Ok(Bundle::decode(&mut Reader::new(&answer))?)
    }

    /// Shows the figure now, wherever in a cell it stands.
    ///
    /// # Errors
    /// As [`Figure::render`].
    pub fn show(&self) -> Result<()> {
        self.render()?.show();
        Ok(())
    }

    /// Shows the figure as the value of a cell.
    pub fn evcxr_display(&self) {
        match self.render() {
            Ok(bundle) => bundle.show_result(),
            Err(error) => eprintln!("cannot show the figure `{}`: {error}", self.title),
        }
    }
}

/// Puts plotly.js into the notebook: an export to HTML then has interactive figures wherever it is opened, without a
/// server and without a network. Once, in any cell; the notebook grows by 4.65 MB.
///
/// # Errors
/// As [`Figure::render`].
pub fn embed_plotly() -> Result<()> {
    let answer = seam::call(Operation::EmbedPlotly, Writer::new())?;
    Bundle::decode(&mut Reader::new(&answer))?.show();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kovacs_core::Origin;

    fn curve() -> Curve {
        Curve::new("PVC", vec![1.0, 2.0], vec![3.0, 4.0])
            .unwrap()
            .x_axis("time", "s")
            .y_axis("stress", "MPa")
            .from_origin(Origin::Measured)
    }

    #[test]
    fn axes_take_name_and_unit_of_the_first_curve_unless_told_otherwise() {
        let figure = Figure::new("f").line(&curve()).y("normalised stress", "1");
        let panel = &figure.panels[0];
        assert_eq!((panel.x_axis().name.as_str(), panel.x_axis().unit.as_str()), ("time", "s"));
        assert_eq!((panel.y_axis().name.as_str(), panel.y_axis().unit.as_str()), ("normalised stress", "1"));
    }

    #[test]
    fn methods_of_the_figure_act_on_its_last_panel() {
        let figure = Figure::new("f").panel(Panel::new("first")).panel(Panel::new("second")).log_x().points(&curve());
        assert!(!figure.panels[0].x.logarithmic && figure.panels[0].series.is_empty());
        assert!(figure.panels[1].x.logarithmic);
        assert_eq!(figure.panels[1].series[0].draw, Draw::Points);
    }

    #[test]
    fn without_an_engine_rendering_is_an_error_and_not_a_crash() {
        assert!(Figure::new("f").render().is_err());
    }
}
