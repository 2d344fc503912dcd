//! A figure as plotly JSON: zoom, hover and switching series off, with the numbers and the layout of the static picture.
//!
//! Traces, axes and marks are those of the `plotly` crate; what it has no place for is put in by hand: legends and axes
//! beyond the first few, ticks on all sides, and caption and provenance in `layout.meta`.

use super::markup;
use super::prepared::{PreparedAxis, PreparedPanel, PreparedSeries, Row, prepare};
use super::scale::Scale;
use super::svg::{self, Anchor as Side, LegendAt, Look, Paper, PlacedPanel};
use kovacs::figure::{Dash, Figure, Mark, Marker};
use plotly::Scatter;
use plotly::common::{Anchor, ErrorData, ErrorType, ExponentFormat, Fill, Font, HoverInfo, Line, Mode, Title};
use plotly::layout::{
    Annotation, Axis, AxisType, HAlign, HoverMode, Layout, Margin, Shape, ShapeLayer, ShapeLine, ShapeType,
    TicksDirection,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Font sizes in pixels, as in the static picture.
const TICK_SIZE: usize = 12;
const AXIS_TITLE_SIZE: usize = 14;
/// What plotly leaves free to the left of and above a legend, in pixels.
const LEGEND_INSET: (f64, f64) = (6.0, 5.0);

/// The figure as the object `{data, layout}` of plotly.
pub fn plotly_json(figure: &Figure) -> Value {
    let prepared = prepare(figure);
    let paper = Paper::new(figure, &prepared);
    let placed = paper.panels();
    let shared = paper.shared_legend();
    let mut traces = Vec::new();
    let mut seen = Vec::new();
    for (index, panel) in prepared.panels.iter().enumerate() {
        if matches!(shared, LegendAt::None) {
            seen.clear();
        }
        for series in &panel.series {
            let is_first = !seen.contains(&(&series.legend, series.colour));
            seen.push((&series.legend, series.colour));
            for mut trace in trace(series, panel, index, is_first) {
                if matches!(shared, LegendAt::None) && index > 0 {
                    trace["legend"] = key("legend", index).into();
                }
                traces.push(trace);
            }
        }
    }
    let mut layout = layout(&paper);
    let mut annotations = words(&paper);
    for (index, (panel, placed)) in prepared.panels.iter().zip(&placed).enumerate() {
        let below = index + prepared.columns;
        let matches = (!panel.x.is_labelled && below < prepared.panels.len()).then(|| key("x", below));
        let frame = placed.frame;
        let across = [frame.left / paper.size.0, frame.right() / paper.size.0];
        let up = [1.0 - frame.bottom() / paper.size.1, 1.0 - frame.top / paper.size.1];
        layout.insert(key("xaxis", index), axis(&panel.x, placed.x, &key("y", index), across, matches));
        layout.insert(key("yaxis", index), axis(&panel.y, placed.y, &key("x", index), up, None));
        if let Some(legend) = legend(placed.legend, &paper) {
            layout.insert(key("legend", index), legend);
        }
        annotations.extend(headings(panel, placed, index));
        annotations.extend(mark_texts(panel, placed, index));
    }
    if let Some(legend) = legend(shared, &paper) {
        layout.insert("legend".to_owned(), legend);
    }
    layout.insert("annotations".to_owned(), annotations.iter().map(value).collect());
    layout.insert(
        "shapes".to_owned(),
        prepared
            .panels
            .iter()
            .enumerate()
            .flat_map(|(index, panel)| shapes(panel, index))
            .map(|shape| dashed(value(&shape)))
            .collect(),
    );
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
    let config = json!({
        "displaylogo": false,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": { "format": "svg", "filename": "figure" },
    });
    json!({ "data": traces, "layout": layout, "config": config })
}

/// Numbers that JSON cannot hold become null, which plotly takes as an interruption.
fn value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or(Value::Null)
}

/// Plotly counts axes and legends from one, and does not write the one.
fn key(what: &str, index: usize) -> String {
    if index == 0 { what.to_owned() } else { format!("{what}{}", index + 1) }
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
        .x_axis(key("x", index))
        .y_axis(key("y", index))
        .legend_group(&name)
        .show_legend(is_first)
        .connect_gaps(false)
        .hover_template(format!("{hover}<extra>{name}</extra>"));
    if series.rows.iter().all(|row| row.interval.is_none()) {
        return vec![drawn(&scatter, series)];
    }
    if series.draw.has_line() {
        return vec![value(&*band(series, index)), drawn(&scatter, series)];
    }
    let distance = |pick: fn(&Row, (f64, f64)) -> f64| -> Vec<f64> {
        series.rows.iter().map(|row| row.interval.map_or(0.0, |ends| pick(row, ends))).collect()
    };
    let bars = ErrorData::new(ErrorType::Data)
        .array(distance(|row, ends| ends.1 - row.y))
        .array_minus(distance(|row, ends| row.y - ends.0))
        .thickness(1.0);
    scatter = scatter.error_y(bars);
    vec![drawn(&scatter, series)]
}

/// A trace with line and markers as in the static picture: dashes in pixels, and open markers, are not in the crate.
fn drawn(scatter: &Scatter<f64, f64>, series: &PreparedSeries) -> Value {
    let mut trace = value(scatter);
    let colour = series.colour.hex();
    if series.draw.has_line() {
        let dash = match series.style.dash {
            Dash::Solid => "solid".to_owned(),
            _ => format!("{}px", svg::dashes(series.style).replace(' ', "px,")),
        };
        // Plotly leaves out points that lie nearly on a line; of a few thousand that saves nothing and is seen.
        let simplify = series.rows.len() > 5000;
        trace["line"] = json!({ "color": colour, "width": series.style.width, "dash": dash, "simplify": simplify });
    }
    if series.draw.has_points() {
        let symbol = match series.style.marker {
            Marker::Circle => "circle",
            Marker::Square => "square",
            Marker::Triangle => "triangle-up",
            Marker::Diamond => "diamond",
        };
        let look = Look::among(series.values().count());
        let (fill, width) = if look == Look::Alone { ("#ffffff", 1.4) } else { (colour.as_str(), 0.0) };
        trace["marker"] = json!({
            "symbol": symbol,
            "size": 2.0 * look.radius(),
            "opacity": look.opacity(),
            "color": fill,
            "line": { "color": colour, "width": width },
        });
        trace["cliponaxis"] = false.into();
    }
    if let Some(bars) = trace.get_mut("error_y") {
        bars["color"] = colour.into();
        bars["width"] = 3.into();
    }
    trace
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

fn axis(axis: &PreparedAxis, scale: Scale, anchor: &str, domain: [f64; 2], matches: Option<String>) -> Value {
    let (lower, upper) = scale.ends();
    let kind = if scale.is_logarithmic() { AxisType::Log } else { AxisType::Linear };
    let mut drawn = Axis::new()
        .type_(kind)
        .range(vec![lower, upper])
        .domain(&domain)
        .anchor(anchor)
        .ticks(TicksDirection::Inside)
        .tick_length(6)
        .tick_color(svg::INK)
        .tick_font(Font::new().size(TICK_SIZE))
        .show_line(true)
        .line_color(svg::INK)
        .show_grid(false)
        .zero_line(false)
        .show_tick_labels(axis.is_labelled)
        .exponent_format(if scale.is_logarithmic() { ExponentFormat::Power } else { ExponentFormat::SI });
    if scale.is_logarithmic() && (1.0..9.0).contains(&(upper - lower)) {
        drawn = drawn.dtick(1.0);
    }
    if axis.is_labelled && !axis.title.is_empty() {
        let font = Font::new().size(AXIS_TITLE_SIZE);
        drawn = drawn.title(Title::with_text(markup::html(&axis.title)).font(font));
    }
    if let Some(matches) = matches {
        drawn = drawn.matches(&matches);
    }
    let mut drawn = value(&drawn);
    drawn["mirror"] = "allticks".into();
    drawn["minor"] = json!({ "ticks": "inside", "ticklen": 3.5, "tickcolor": svg::INK, "showgrid": false });
    if scale.is_logarithmic() {
        // Plotly writes powers of ten, but for these two.
        drawn["labelalias"] = json!({ "1": "10<sup>0</sup>", "10": "10<sup>1</sup>" });
    }
    if axis.is_labelled && anchor.starts_with('y') {
        drawn["title"]["standoff"] = 4.into();
    }
    drawn
}

/// A legend whose upper left corner is where the static picture has it.
fn legend(at: LegendAt, paper: &Paper<'_>) -> Option<Value> {
    let (orientation, x, y) = match at {
        LegendAt::Column(x, y) => ("v", x, y),
        LegendAt::Rows(x, y) => ("h", x, y),
        LegendAt::None => return None,
    };
    Some(json!({
        "orientation": orientation,
        "x": (x - LEGEND_INSET.0) / paper.size.0,
        "xanchor": "left",
        "y": 1.0 - (y - LEGEND_INSET.1) / paper.size.1,
        "yanchor": "top",
        "bgcolor": "rgba(0,0,0,0)",
        "font": { "size": TICK_SIZE },
        "itemwidth": 30,
        "tracegroupgap": 0,
    }))
}

fn layout(paper: &Paper<'_>) -> Map<String, Value> {
    let layout = Layout::new()
        .auto_size(false)
        .width(paper.size.0 as usize)
        .height(paper.size.1 as usize)
        .margin(Margin::new().top(0).left(0).right(0).bottom(0).pad(0).auto_expand(false))
        .font(Font::new().family(svg::FONTS).size(TICK_SIZE).color(svg::INK))
        .paper_background_color("#ffffff")
        .plot_background_color("rgba(0,0,0,0)")
        .hover_mode(HoverMode::Closest)
        .drag_mode(plotly::layout::DragMode::Zoom)
        .show_legend(true);
    let mut layout = value(&layout);
    layout["modebar"] = json!({ "bgcolor": "rgba(0,0,0,0)", "color": svg::GREY, "activecolor": svg::INK });
    match layout {
        Value::Object(layout) => layout,
        _ => Map::new(),
    }
}

/// Title, caption and notes of the figure, at their places on paper.
fn words(paper: &Paper<'_>) -> Vec<Annotation> {
    let html = |lines: &[String]| lines.iter().map(|line| markup::html(line)).collect::<Vec<_>>().join("<br>");
    let block = |text: String, top: f64, size: f64, colour: &'static str| {
        let placed = plain(text).x_ref("paper").y_ref("paper").x(svg::PADDING / paper.size.0).x_anchor(Anchor::Left);
        let placed = placed.y(1.0 - top / paper.size.1).y_anchor(Anchor::Top).align(HAlign::Left);
        placed.font(Font::new().size(size as usize).color(colour))
    };
    let mut blocks = Vec::new();
    if !paper.title.is_empty() {
        let title = format!("<b>{}</b>", html(&paper.title));
        blocks.push(block(title, svg::PADDING - 2.0, svg::TITLE_SIZE, svg::INK));
    }
    let mut top = paper.below_panels() + 4.0;
    for (lines, size, colour) in
        [(&paper.caption, svg::CAPTION_SIZE, svg::CAPTION), (&paper.notes, svg::NOTE_SIZE, svg::NOTE)]
    {
        if !lines.is_empty() {
            blocks.push(block(html(lines), top, size, colour));
            top += lines.len() as f64 * (size + 4.0) + 8.0;
        }
    }
    blocks
}

/// Text without an arrow and without space of its own around it.
fn plain(text: String) -> Annotation {
    Annotation::new().text(text).show_arrow(false).border_pad(0.0)
}

/// A line of the static picture's dashes, in pixels.
fn dashed(mut shape: Value) -> Value {
    if shape["type"] == "line" {
        shape["line"]["dash"] = "4px,3px".into();
    }
    shape
}

/// Lines across panels, and shaded stages. Shapes on logarithmic axes are placed by value.
fn shapes(panel: &PreparedPanel, index: usize) -> Vec<Shape> {
    let (x, y) = (key("x", index), key("y", index));
    let whole = |axis: &str| format!("{axis} domain");
    let mark = |mark: &Mark| {
        let line = Shape::new().shape_type(ShapeType::Line).line(ShapeLine::new().color(svg::GREY).width(1.0));
        match mark {
            Mark::Vertical { x: at, .. } => Some(line.x_ref(&x).y_ref(whole(&y)).x0(*at).x1(*at).y0(0.0).y1(1.0)),
            Mark::Horizontal { y: at, .. } => Some(line.x_ref(whole(&x)).y_ref(&y).x0(0.0).x1(1.0).y0(*at).y1(*at)),
            Mark::Span { from, to, .. } => {
                let (first, last) = (panel.x.scale.within(*from), panel.x.scale.within(*to));
                let shade = Shape::new().shape_type(ShapeType::Rect).layer(ShapeLayer::Below).fill_color(svg::SHADE);
                let shade = shade.line(ShapeLine::new().width(0.0)).x_ref(&x).y_ref(whole(&y));
                Some(shade.x0(first).x1(last).y0(0.0).y1(1.0))
            }
            _ => None,
        }
    };
    panel.marks.iter().filter_map(mark).collect()
}

/// Letter and heading of a panel.
fn headings(panel: &PreparedPanel, placed: &PlacedPanel, index: usize) -> Vec<Annotation> {
    let above = |text: String, left: f64, size: usize, higher: f64| {
        let text = plain(text).font(Font::new().size(size)).x_ref(domain("x", index)).y_ref(domain("y", index));
        let text = text.x((left - placed.frame.left) / placed.frame.width).x_anchor(Anchor::Left);
        text.y(1.0).y_anchor(Anchor::Bottom).y_shift(placed.heading_above + higher - size as f64 * 0.3)
    };
    let letter = panel
        .letter
        .as_ref()
        .map(|letter| above(format!("<b>{}</b>", markup::html(letter)), placed.letter_left, 16, placed.heading_height));
    let lines: Vec<String> = placed.heading_lines.iter().map(|line| markup::html(line)).collect();
    let heading = (!lines.is_empty()).then(|| above(lines.join("<br>"), placed.frame.left, 13, 0.0));
    letter.into_iter().chain(heading).collect()
}

fn domain(axis: &str, index: usize) -> String {
    format!("{} domain", key(axis, index))
}

/// The texts of marks, where the static picture has them; they follow their marks when the picture is moved.
/// Annotations on logarithmic axes are placed by logarithm.
fn mark_texts(panel: &PreparedPanel, placed: &PlacedPanel, index: usize) -> Vec<Annotation> {
    let (x, y) = (key("x", index), key("y", index));
    let (width, height) = (placed.frame.width, placed.frame.height);
    let drawn = |text: &super::svg::MarkText| {
        let anchor = match text.anchor {
            Side::Start => Anchor::Left,
            Side::Middle => Anchor::Center,
            Side::End => Anchor::Right,
        };
        // Half transparent, to be read over lines.
        let words = plain(markup::html(&text.text)).background_color("rgba(255,255,255,0.6)").x_anchor(anchor);
        let words = words.font(Font::new().size(svg::MARK_SIZE as usize)).y_anchor(Anchor::Middle);
        // The static picture places the line that letters stand on, plotly their middle.
        let middle = text.at.y - svg::MARK_SIZE * 0.35;
        let across = |words: Annotation| words.x_ref(domain("x", index)).x(text.at.x / width);
        let down = |words: Annotation| words.y_ref(domain("y", index)).y(1.0 - middle / height);
        let at_x = |words: Annotation, at: f64| {
            let place = placed.x.placed(at)?;
            Some(words.x_ref(&x).x(place).x_shift(text.at.x - placed.x.fraction(at)? * width))
        };
        let at_y = |words: Annotation, at: f64| {
            let place = placed.y.placed(at)?;
            Some(words.y_ref(&y).y(place).y_shift((1.0 - placed.y.fraction(at)?) * height - middle))
        };
        match panel.marks.get(text.mark)? {
            Mark::Text { x, y, .. } => at_y(at_x(words, *x)?, *y),
            Mark::Vertical { x, .. } => at_x(down(words), *x),
            Mark::Horizontal { y, .. } => at_y(across(words), *y),
            _ => Some(down(across(words))),
        }
    };
    placed.texts.iter().filter_map(drawn).collect()
}
