// Types and functions that type inference sees, used with the types that it sees written out. Compiled against plotly
// and against what stands in for it.

use plotly::color::{NamedColor, Rgb, Rgba};
use plotly::common::{
    ColorBar, ColorScale, ColorScalePalette, DashType, ErrorData, ErrorType, Fill, Font, HoverInfo, Line, LineShape,
    Marker, MarkerSymbol, Mode, Title, Visible,
};
use plotly::contour::Contours;
use plotly::histogram::{Bins, HistNorm};
use plotly::layout::{
    Annotation, Axis, AxisType, BarMode, GridPattern, HoverMode, LayoutGrid, Legend, Margin, Shape, ShapeType,
};
use plotly::{
    Bar, BoxPlot, Configuration, Contour, HeatMap, Histogram, Layout, Plot, Scatter, Scatter3D, Surface, Trace,
};

pub fn traces(x: Vec<f64>, words: Vec<String>) -> Vec<Box<dyn Trace>> {
    let z = || vec![x.clone(), x.clone()];
    let line: Line = Line::new().color(NamedColor::Black).width(2.0).dash(DashType::Dash).shape(LineShape::Hv);
    let marker: Marker = Marker::new().color(Rgb::new(1, 2, 3)).size(5).symbol(MarkerSymbol::Circle).opacity(0.5);
    let scatter: Box<Scatter<f64, f64>> = Scatter::new(x.clone(), x.clone())
        .name("stress")
        .mode(Mode::LinesMarkers)
        .line(line)
        .marker(marker)
        .fill(Fill::None)
        .visible(Visible::True)
        .hover_info(HoverInfo::All)
        .error_y(ErrorData::new(ErrorType::Data).array(x.clone()).visible(true))
        .web_gl_mode(false);
    let bar: Box<Bar<String, f64>> = Bar::new(words, x.clone()).name("bars").opacity(0.5);
    let histogram: Box<Histogram<f64>> =
        Histogram::new(x.clone()).hist_norm(HistNorm::Probability).x_bins(Bins::new(0.0, 1.0, 0.1));
    let both: [Box<Histogram<f64>>; 2] = [Histogram::new_xy(x.clone(), x.clone()), Histogram::new_vertical(x.clone())];
    let [first, second] = both;
    let one: Box<BoxPlot<f64, f64>> = BoxPlot::new(x.clone()).name("box");
    let other: Box<BoxPlot<f64, f64>> = BoxPlot::new_xy(x.clone(), x.clone());
    let heat: Box<HeatMap<f64, f64, Vec<f64>>> =
        HeatMap::new(x.clone(), x.clone(), z()).color_scale(ColorScale::Palette(ColorScalePalette::Viridis));
    let plain: Box<HeatMap<f64, f64, Vec<f64>>> = HeatMap::new_z(z()).show_scale(true);
    let contour: Box<Contour<Vec<f64>, f64, f64>> =
        Contour::new(x.clone(), x.clone(), z()).contours(Contours::new().start(0.0).end(1.0).size(0.1));
    let level: Box<Contour<Vec<f64>, f64, f64>> = Contour::new_z(z()).name("levels");
    let surface: Box<Surface<f64, f64, f64>> = Surface::new(z()).color_bar(ColorBar::new());
    let space: Box<Scatter3D<f64, f64, f64>> = Scatter3D::new(x.clone(), x.clone(), x.clone()).mode(Mode::Markers);
    vec![scatter, bar, histogram, first, second, one, other, heat, plain, contour, level, surface, space]
}

pub fn plot(traces: Vec<Box<dyn Trace>>, trace: Box<dyn Trace>) -> String {
    let axis: Axis = Axis::new()
        .title("time / s")
        .type_(AxisType::Log)
        .range(vec![0.0, 1.0])
        .show_grid(false)
        .color(Rgba::new(1, 2, 3, 0.5));
    let layout: Layout = Layout::new()
        .title(Title::with_text("relaxation"))
        .x_axis(axis)
        .y_axis(Axis::new().title(Title::from("stress / MPa")))
        .legend(Legend::new().x(0.5))
        .margin(Margin::new().left(10))
        .height(300)
        .font(Font::new().size(12))
        .hover_mode(HoverMode::Closest)
        .bar_mode(BarMode::Group)
        .grid(LayoutGrid::new().rows(1).columns(2).pattern(GridPattern::Independent))
        .annotations(vec![Annotation::new().text("here").x(1.0).y(2.0).show_arrow(false)])
        .shapes(vec![Shape::new().shape_type(ShapeType::Line).x0(0.0).x1(1.0)]);
    let mut plot: Plot = Plot::new();
    let _: () = plot.add_trace(trace);
    let _: () = plot.add_traces(traces);
    let _: () = plot.set_layout(layout);
    let _: () = plot.set_configuration(Configuration::new().display_logo(false));
    let _: &Layout = plot.layout();
    let _: () = plot.write_html("plot.html");
    let _: () = plot.evcxr_display();
    let texts: [String; 3] = [plot.to_html(), plot.to_inline_html(Some("plot")), plot.to_json()];
    texts.concat()
}
