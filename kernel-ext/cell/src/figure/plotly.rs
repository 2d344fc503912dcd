//! A figure as plotly JSON: zoom, hover and switching series off, with the numbers of the static picture.
//!
//! Traces, axes and marks are those of the `plotly` crate; only the keys of axes beyond the eighth, and the caption and
//! provenance in `layout.meta`, are put in by hand, because the crate has no place for them.

use super::markup;
use super::prepared::{Prepared, PreparedAxis, PreparedPanel, PreparedSeries, Row, prepare};
use kovacs::figure::{Dash, Figure, Mark, Marker};
use plotly::Scatter;
use plotly::common::{
    Anchor, DashType, ErrorData, ErrorType, Fill, Font, HoverInfo, Line, MarkerSymbol, Mode, Orientation, Title,
};
use plotly::layout::{
    Annotation, Axis, AxisType, HAlign, HoverMode, ItemSizing, Layout, Legend, Margin, Shape, ShapeLayer, ShapeLine,
    ShapeType, TicksDirection,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

const INK: &str = "#1a1a1a";
const GREY: &str = "#6b6b6b";
/// Characters in a line of caption, at the width of a notebook.
const CAPTION_WIDTH: f64 = 640.0;

/// The figure as the object `{data, layout}` of plotly.
pub fn plotly_json(figure: &Figure) -> Value {
    let prepared = prepare(figure);
    let mut traces = Vec::new();
    let mut seen = Vec::new();
    for (index, panel) in prepared.panels.iter().enumerate() {
        for series in &panel.series {
            let is_first = !seen.contains(&(&series.legend, series.colour));
            seen.push((&series.legend, series.colour));
            traces.extend(trace(series, panel, index, is_first));
        }
    }
    let mut layout = layout(figure, &prepared);
    for (index, panel) in prepared.panels.iter().enumerate() {
        let place = domain(index, &prepared);
        let below = index + prepared.columns;
        let matches = (!panel.x.is_labelled && below < prepared.panels.len()).then(|| key("x", below));
        layout.insert(
            format!("{}axis{}", "x", number(index)),
            value(&axis(&panel.x, &key("y", index), place.0, matches)),
        );
        layout.insert(format!("{}axis{}", "y", number(index)), value(&axis(&panel.y, &key("x", index), place.1, None)));
    }
    let meta = json!({
        "caption": figure.caption,
        "notes": prepared.notes,
        "series": figure.panels.iter().flat_map(|panel| &panel.series).map(|series| json!({
            "label": series.legend(),
            "origin": series.origin.word(),
            "provenance": series.provenance.iter().map(|(name, value)| json!([name, value])).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    });
    layout.insert("meta".to_owned(), meta);
    json!({ "data": traces, "layout": layout, "config": { "displaylogo": false, "responsive": true } })
}

/// Numbers that JSON cannot hold become null, which plotly takes as an interruption.
fn value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or(Value::Null)
}

/// Plotly counts axes from one, and does not write the one.
fn number(index: usize) -> String {
    if index == 0 { String::new() } else { (index + 1).to_string() }
}

fn key(axis: &str, index: usize) -> String {
    format!("{axis}{}", number(index))
}

fn trace(series: &PreparedSeries, panel: &PreparedPanel, index: usize, is_first: bool) -> Vec<Value> {
    let column = |pick: fn(&Row) -> f64| -> Vec<f64> { series.rows.iter().map(pick).collect() };
    let name = markup::html(&series.legend);
    let mode = match (series.draw.has_line(), series.draw.has_points()) {
        (true, true) => Mode::LinesMarkers,
        (true, false) => Mode::Lines,
        _ => Mode::Markers,
    };
    let unit = |axis: &PreparedAxis| if axis.unit.is_empty() { String::new() } else { format!(" {}", axis.unit) };
    let hover = format!("%{{x:.6~g}}{}, %{{y:.6~g}}{}", unit(&panel.x), unit(&panel.y));
    let mut scatter = Scatter::new(column(|row| row.x), column(|row| row.y))
        .name(&name)
        .mode(mode)
        .line(Line::new().color(series.colour.hex()).width(series.style.width).dash(dash(series.style.dash)))
        .marker(marker(series))
        .x_axis(key("x", index))
        .y_axis(key("y", index))
        .legend_group(&name)
        .show_legend(is_first)
        .connect_gaps(false)
        .hover_template(format!("{hover}<extra>{name}</extra>"));
    if series.rows.iter().all(|row| row.interval.is_none()) {
        return vec![value(&*scatter)];
    }
    if series.draw.has_line() {
        return vec![value(&*band(series, index)), value(&*scatter)];
    }
    let distance = |pick: fn(&Row, (f64, f64)) -> f64| -> Vec<f64> {
        series.rows.iter().map(|row| row.interval.map_or(0.0, |ends| pick(row, ends))).collect()
    };
    let bars = ErrorData::new(ErrorType::Data)
        .array(distance(|row, ends| ends.1 - row.y))
        .array_minus(distance(|row, ends| row.y - ends.0))
        .thickness(1.0);
    scatter = scatter.error_y(bars);
    vec![value(&*scatter)]
}

fn marker(series: &PreparedSeries) -> plotly::common::Marker {
    let symbol = match series.style.marker {
        Marker::Circle => MarkerSymbol::Circle,
        Marker::Square => MarkerSymbol::Square,
        Marker::Triangle => MarkerSymbol::TriangleUp,
        Marker::Diamond => MarkerSymbol::Diamond,
    };
    let (size, opacity) = if series.rows.len() > 60 { (5, 0.55) } else { (8, 0.9) };
    plotly::common::Marker::new().symbol(symbol).size(size).opacity(opacity).color(series.colour.hex())
}

/// A band as one closed outline, upper ends forwards and lower ends back.
fn band(series: &PreparedSeries, index: usize) -> Box<Scatter<f64, f64>> {
    let ends = || series.rows.iter().filter_map(|row| row.interval.map(|interval| (row.x, interval)));
    let outline = || ends().map(|(x, (_, upper))| (x, upper)).chain(ends().rev().map(|(x, (lower, _))| (x, lower)));
    let (x, y): (Vec<f64>, Vec<f64>) = outline().unzip();
    let kovacs::figure::Colour { red, green, blue, .. } = series.colour;
    Scatter::new(x, y)
        .mode(Mode::Lines)
        .fill(Fill::ToSelf)
        .fill_color(format!("rgba({red},{green},{blue},0.18)"))
        .line(Line::new().width(0.0))
        .hover_info(HoverInfo::Skip)
        .show_legend(false)
        .legend_group(markup::html(&series.legend))
        .x_axis(key("x", index))
        .y_axis(key("y", index))
}

fn dash(dash: Dash) -> DashType {
    match dash {
        Dash::Solid => DashType::Solid,
        Dash::Dashed => DashType::Dash,
        Dash::Dotted => DashType::Dot,
        Dash::DashDotted => DashType::DashDot,
    }
}

fn axis(axis: &PreparedAxis, anchor: &str, domain: [f64; 2], matches: Option<String>) -> Axis {
    let (lower, upper) = axis.scale.ends();
    let kind = if axis.scale.is_logarithmic() { AxisType::Log } else { AxisType::Linear };
    let mut drawn = Axis::new()
        .type_(kind)
        .range(vec![lower, upper])
        .domain(&domain)
        .anchor(anchor)
        .ticks(TicksDirection::Inside)
        .show_line(true)
        .line_color(INK)
        .mirror(true)
        .show_grid(false)
        .zero_line(false)
        .show_tick_labels(axis.is_labelled)
        .exponent_format(plotly::common::ExponentFormat::Power)
        .auto_margin(true);
    if axis.scale.is_logarithmic() && (1.0..9.0).contains(&(upper - lower)) {
        drawn = drawn.dtick(1.0);
    }
    if axis.is_labelled {
        drawn = drawn.title(Title::with_text(markup::html(&axis.title)));
    }
    if let Some(matches) = matches {
        drawn = drawn.matches(&matches);
    }
    drawn
}

/// Heights in pixels: of all panels with the gaps between them, and of one gap.
fn heights(prepared: &Prepared) -> (usize, usize) {
    let rows = prepared.panels.len().div_ceil(prepared.columns).max(1);
    let upper = prepared.panels.len().saturating_sub(prepared.columns);
    let has_titles_between = prepared.panels.iter().take(upper).any(|panel| panel.x.is_labelled);
    let (frame, gap) = (if rows == 1 { 360 } else { 210 }, if has_titles_between { 96 } else { 36 });
    (rows * frame + (rows - 1) * gap, gap)
}

/// The part of the figure that a panel takes: left to right, and bottom to top.
fn domain(index: usize, prepared: &Prepared) -> ([f64; 2], [f64; 2]) {
    let (height, gap) = heights(prepared);
    let rows = prepared.panels.len().div_ceil(prepared.columns);
    let part = |place: usize, count: usize, gap: f64| {
        let size = (1.0 - gap * (count - 1) as f64) / count as f64;
        let start = place as f64 * (size + gap);
        [start, (start + size).min(1.0)]
    };
    let across = part(index % prepared.columns, prepared.columns, 0.36 / (prepared.columns + 1) as f64);
    let down = part(index / prepared.columns, rows, gap as f64 / height as f64);
    (across, [1.0 - down[1], 1.0 - down[0]])
}

fn layout(figure: &Figure, prepared: &Prepared) -> Map<String, Value> {
    let mut lines = markup::lines(&figure.caption, 12.0, CAPTION_WIDTH);
    lines.extend(prepared.notes.iter().flat_map(|note| markup::lines(note, 12.0, CAPTION_WIDTH)));
    if prepared.panels.is_empty() {
        lines.push("This figure has no panel and no data.".to_owned());
    }
    let lines: Vec<String> = lines.iter().map(|line| markup::html(line)).collect();
    let (frames, _) = heights(prepared);
    let (above, below) = (66 + 16 * lines.len(), 120);
    let title = Title::with_text(format!("<b>{}</b>", markup::html(&figure.title)))
        .font(Font::new().size(16))
        .x(0.01)
        .x_anchor(Anchor::Left)
        .y(1.0 - 12.0 / (above + frames + below) as f64)
        .y_anchor(Anchor::Top);
    let caption = Annotation::new()
        .text(lines.join("<br>"))
        .font(Font::new().size(12).color("#444444"))
        .align(HAlign::Left)
        .show_arrow(false)
        .x_ref("paper")
        .y_ref("paper")
        .x(0.0)
        .x_anchor(Anchor::Left)
        .x_shift(-60.0)
        .y(1.0)
        .y_anchor(Anchor::Top)
        .y_shift(above as f64 - 36.0);
    let of_panels = prepared.panels.iter().enumerate().flat_map(|(index, panel)| annotations(panel, index));
    let layout = Layout::new()
        .title(title)
        .auto_size(true)
        .height(above + frames + below)
        .margin(Margin::new().top(above).left(70).right(20).bottom(below))
        .font(Font::new().family("Helvetica, Arial, sans-serif").size(13).color(INK))
        .paper_background_color("#ffffff")
        .plot_background_color("#ffffff")
        .hover_mode(HoverMode::Closest)
        .show_legend(true)
        .legend(
            Legend::new()
                .orientation(Orientation::Horizontal)
                .item_sizing(ItemSizing::Trace)
                .x(0.0)
                .y(-64.0 / frames as f64)
                .y_anchor(Anchor::Top),
        )
        .shapes(prepared.panels.iter().enumerate().flat_map(|(index, panel)| shapes(panel, index)).collect())
        .annotations((!lines.is_empty()).then_some(caption).into_iter().chain(of_panels).collect());
    match value(&layout) {
        Value::Object(layout) => layout,
        _ => Map::new(),
    }
}

/// Lines across panels, and shaded stages. Shapes on logarithmic axes are placed by value.
fn shapes(panel: &PreparedPanel, index: usize) -> Vec<Shape> {
    let (x, y) = (key("x", index), key("y", index));
    let whole = |axis: &str| format!("{axis} domain");
    let dashed = || ShapeLine::new().color(GREY).width(1.0).dash(DashType::Dash);
    let mark = |mark: &Mark| {
        let line = Shape::new().shape_type(ShapeType::Line).line(dashed());
        match mark {
            Mark::Vertical { x: at, .. } => Some(line.x_ref(&x).y_ref(whole(&y)).x0(*at).x1(*at).y0(0.0).y1(1.0)),
            Mark::Horizontal { y: at, .. } => Some(line.x_ref(whole(&x)).y_ref(&y).x0(0.0).x1(1.0).y0(*at).y1(*at)),
            Mark::Span { from, to, .. } => {
                let (first, last) = (panel.x.scale.within(*from), panel.x.scale.within(*to));
                let shade = Shape::new().shape_type(ShapeType::Rect).layer(ShapeLayer::Below).fill_color("#eef1f4");
                let shade = shade.line(ShapeLine::new().width(0.0)).x_ref(&x).y_ref(whole(&y));
                Some(shade.x0(first).x1(last).y0(0.0).y1(1.0))
            }
            _ => None,
        }
    };
    panel.marks.iter().filter_map(mark).collect()
}

/// Letters, headings and the texts of marks. Annotations on logarithmic axes are placed by logarithm.
fn annotations(panel: &PreparedPanel, index: usize) -> Vec<Annotation> {
    let (x, y) = (key("x", index), key("y", index));
    let whole = |axis: &str| format!("{axis} domain");
    let plain = |text: String| Annotation::new().text(text).show_arrow(false);
    // Half transparent, to be read over lines.
    let text = |text: String| plain(text).background_color("rgba(255,255,255,0.6)");
    let heading = plain(panel.caption_html()).x_ref(whole(&x)).y_ref(whole(&y)).x(0.0).y(1.0);
    let heading = (!panel.caption().is_empty()).then(|| heading.x_anchor(Anchor::Left).y_anchor(Anchor::Bottom));
    let mark = |mark: &Mark| match mark {
        Mark::Text { x: at, y: height, text: words } => {
            let place = (panel.x.scale.placed(*at)?, panel.y.scale.placed(*height)?);
            let words = text(markup::html(words)).x_ref(&x).y_ref(&y).x(place.0).y(place.1);
            Some(words.x_anchor(Anchor::Left).y_anchor(Anchor::Bottom))
        }
        Mark::Vertical { x: at, text: words } if !words.is_empty() => {
            let words = text(markup::html(words)).x_ref(&x).y_ref(whole(&y)).x(panel.x.scale.placed(*at)?).y(1.0);
            Some(words.x_anchor(Anchor::Left).y_anchor(Anchor::Top))
        }
        Mark::Horizontal { y: at, text: words } if !words.is_empty() => {
            let words = text(markup::html(words)).x_ref(whole(&x)).y_ref(&y).x(1.0).y(panel.y.scale.placed(*at)?);
            Some(words.x_anchor(Anchor::Right).y_anchor(Anchor::Bottom))
        }
        Mark::Span { from, to, text: words } if !words.is_empty() => {
            let ends = [*from, *to].map(|end| panel.x.scale.placed(panel.x.scale.within(end)));
            let middle = ends[0]? / 2.0 + ends[1]? / 2.0;
            let words = text(markup::html(words)).x_ref(&x).y_ref(whole(&y)).x(middle).y(1.0);
            Some(words.x_anchor(Anchor::Center).y_anchor(Anchor::Top))
        }
        _ => None,
    };
    heading.into_iter().chain(panel.marks.iter().filter_map(mark)).collect()
}
