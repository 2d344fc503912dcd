//! What every figure promises, in all its forms at once.

use super::{PLOTLY, bundle, csv, plotly_json, summary, svg};
use kovacs::figure::{Draw, Figure, Panel, Series};
use kovacs_core::{Curve, Origin};
use proptest::prelude::*;
use serde_json::Value;

fn memory() -> Curve {
    Curve::new("ε_2 = 0.3 %", vec![0.5, 10.0, 400.0, 1e4], vec![80.0, 90.0, 104.5, 20.0])
        .unwrap()
        .x_axis("time", "s")
        .y_axis("stress", "MPa")
        .from_origin(Origin::Synthetic)
        .with_provenance("package", "pvc")
}

fn model(label: &str) -> Curve {
    let model = memory().labelled(label).from_origin(Origin::Calculated);
    model.with_provenance("model", "aoi").with_provenance("version", "0.1.0")
}

/// Texts of an SVG, without the elements around them.
fn texts(svg: &str) -> Vec<String> {
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    let bare = |line: &str| {
        let mut inside = false;
        let keep = |character: &char| {
            let is_edge = matches!(character, '<' | '>');
            inside = *character == '<' || (inside && *character != '>');
            !is_edge && !inside
        };
        line.chars().filter(keep).collect::<String>()
    };
    texts.map(bare).collect()
}

#[test]
fn a_bundle_holds_the_richest_form_first_and_words_last() {
    let bundle = bundle(&Figure::new("f").points(&memory()));
    let mimes: Vec<(&str, bool)> = bundle.entries().map(|(mime, _, is_json)| (mime, is_json)).collect();
    assert_eq!(mimes, [(PLOTLY, true), ("image/svg+xml", false), ("text/csv", false), ("text/plain", false)]);
}

#[test]
fn every_form_says_where_the_numbers_come_from() {
    let figure = Figure::new("f").points(&memory()).line(&model("ε_2 = 0.3 %"));
    for legend in ["ε_2 = 0.3 %, synthetic", "ε_2 = 0.3 %, model aoi 0.1.0"] {
        assert!(csv(&figure).contains(legend) && summary(&figure).contains(legend));
        let shown = legend.replace("ε_2", "ε2");
        assert!(texts(&svg(&figure)).contains(&shown), "{shown}");
        let name = Value::from(legend.replace("ε_2", "ε<sub>2</sub>"));
        let json = plotly_json(&figure);
        assert!(json["data"].as_array().is_some_and(|traces| traces.iter().any(|trace| trace["name"] == name)));
    }
}

#[test]
fn a_logarithmic_axis_is_labelled_in_powers_of_ten_with_its_unit() {
    let svg = svg(&Figure::new("Stress memory").log_x().points(&memory()).vertical(400.0, "t_p").caption("By hand."));
    let texts = texts(&svg);
    // The exponent of a label is a smaller piece of the same text.
    let x = ["100", "101", "102", "103", "104"].map(String::from);
    let y = (2..=10).map(|tens| (10 * tens).to_string());
    let titles = ["tp", "Time (s)", "Stress (MPa)", "ε2 = 0.3 %, synthetic", "By hand."].map(String::from);
    let expected = ["Stress memory".to_owned()].into_iter().chain(x).chain(y).chain(titles);
    assert_eq!(texts, expected.collect::<Vec<_>>());
    assert!(svg.contains("role=\"img\"") && svg.contains("<title>Stress memory</title>"));
    assert!(svg.contains("<tspan dy=\"-4.32\" font-size=\"8.64\">4</tspan>"));
    assert!(!svg.contains("href") && !svg.contains("<script") && !svg.contains("<style"));
}

#[test]
fn curves_in_other_units_are_converted_to_those_of_the_axis_and_others_refused() {
    let strain = Curve::new("strain", vec![0.0, 60.0], vec![0.0, 0.005]).unwrap();
    let strain = strain.x_axis("time", "s").y_axis("strain", "1");
    let json = plotly_json(&Figure::new("f").x("time", "min").y("strain", "%").line(&strain));
    // 60 s are one minute and 0.005 is half a per cent, exactly.
    assert_eq!(json["data"][0]["x"], serde_json::json!([0.0, 1.0]));
    assert_eq!(json["data"][0]["y"], serde_json::json!([0.0, 0.5]));
    assert_eq!(json["layout"]["yaxis"]["title"]["text"], "Strain (%)");

    let figure = Figure::new("f").y("temperature", "K").line(&strain);
    let note = "not drawn, because y is in `1` and the axis is in `K`";
    assert!(summary(&figure).contains(note) && svg(&figure).contains(note) && csv(&figure).contains("60.0,0.005"));
    let caption = &plotly_json(&figure)["layout"]["annotations"][0]["text"];
    assert!(caption.as_str().is_some_and(|caption| caption.replace("<br>", " ").contains(note)), "{caption}");
}

#[test]
fn what_cannot_be_drawn_is_left_out_with_a_note() {
    let series = Series::xy("PVC", Origin::Measured, &[-1.0, 0.0, 1.0, 10.0, 20.0], &[1.0, 2.0, 3.0, f64::NAN, 5.0]);
    let figure = Figure::new("f").log_x().series(series).vertical(-3.0, "nowhere").y_range(2.0, 2.0);
    let summary = summary(&figure);
    for note in [
        "PVC, measured: 2 values",
        "note: PVC, measured: 1 value that is not finite left out.",
        "note: PVC, measured: 2 values that are not above zero left out, because the axis is logarithmic.",
        "note: The mark “nowhere” has no place on the axes and is left out.",
        "note: The range 2 to 2 of the vertical axis is not used: its ends must be finite and differ.",
    ] {
        assert!(summary.contains(note), "{note}\n{summary}");
    }
    // The value between is an interruption, not a bridge.
    assert_eq!(plotly_json(&figure)["data"][0]["x"], serde_json::json!([1.0, null, 20.0]));
}

#[test]
fn a_figure_without_anything_says_so() {
    assert!(svg(&Figure::new("f")).contains("This figure has no panel and no data."));
    assert!(svg(&Figure::new("f").panel(Panel::new("a"))).contains("no data"));
    let caption = &plotly_json(&Figure::new("f"))["layout"]["annotations"][0]["text"];
    assert_eq!(caption, "This figure has no panel and no data.");
}

#[test]
fn stacked_panels_share_axis_and_legend_and_are_lettered() {
    let panel = |glass: &str| Panel::new(glass).log_x().points(&memory()).line(&model("AOI"));
    let figure = Figure::new("f").panel(panel("TiZr")).panel(panel("FeZrB")).panel(panel("PVC")).share_x();
    let texts = texts(&svg(&figure));
    let count = |wanted: &str| texts.iter().filter(|text| text.as_str() == wanted).count();
    let shown = ["a", "b", "c", "PVC", "Time (s)", "Stress (MPa)", "AOI, model aoi 0.1.0"].map(count);
    assert_eq!(shown, [1, 1, 1, 1, 1, 3, 1]);
    let json = plotly_json(&figure);
    assert_eq!(json["layout"]["xaxis"]["matches"], "x2");
    assert_eq!(json["layout"]["xaxis3"]["type"], "log");
    assert_eq!(json["data"][5]["xaxis"], "x3");
    let shown = json["data"].as_array().map(|data| data.iter().filter(|trace| trace["showlegend"] == true).count());
    assert_eq!(shown, Some(2));
}

#[test]
fn curves_that_look_alike_share_a_line_of_the_legend() {
    let figure = Figure::new("f").points(&memory()).line(&model("AOI")).line(&model("AOI")).points(&model("AOI"));
    let texts = texts(&svg(&figure));
    assert_eq!(texts.iter().filter(|text| text.contains("model aoi 0.1.0")).count(), 1);
}

#[test]
fn the_table_reads_back_to_the_same_bits() {
    let (x, y) = ([0.1, 1e-320, 1e300], [1.0 / 3.0, -0.0, f64::MAX]);
    let figure =
        Figure::new("f\n# not a row").series(Series::xy("a, \"b\"", Origin::Tabulated, &x, &y).interval(&y, &[]));
    let table = csv(&figure);
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rows.first(), Some(&"panel,series,label,x,y,lower,upper"));
    for (row, (x, y)) in rows[1..].iter().zip(x.iter().zip(y)) {
        let numbers = row.strip_prefix("1,1,\"a, \"\"b\"\", tabulated\",").unwrap();
        let fields: Vec<&str> = numbers.split(',').collect();
        assert_eq!(fields[0].parse::<f64>().unwrap().to_bits(), x.to_bits());
        assert_eq!(fields[1].parse::<f64>().unwrap().to_bits(), y.to_bits());
        assert_eq!((fields[1], fields[3]), (fields[2], ""));
    }
    assert_eq!(rows.len(), 4);
}

#[test]
fn a_long_record_becomes_a_short_picture_with_its_extremes() {
    let x: Vec<f64> = (0..200_000).map(f64::from).collect();
    let y: Vec<f64> = x.iter().map(|x| (x * 0.7).sin() + if *x == 77_777.0 { 50.0 } else { 0.0 }).collect();
    let series = Series::xy("noise", Origin::Measured, &x, &y);
    let as_line = svg(&Figure::new("f").series(series.clone().as_line()));
    // Four points in each half of a pixel of a frame of 520 pixels, some twelve bytes each.
    assert!(as_line.len() < 100_000, "{} bytes", as_line.len());
    assert!(svg(&Figure::new("f").series(series)).len() < 200_000);
    // The spike reaches the top of the frame: 4 % of 340 pixels are left above it, about.
    let highest = as_line.split(['L', 'M']).filter_map(|point| point.split_once(' ')?.1.parse::<f64>().ok());
    let highest = highest.fold(f64::INFINITY, f64::min);
    assert!((10.0..16.0).contains(&highest), "{highest}");
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -10.0..10.0,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::MAX),
        Just(-f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
        Just(0.0),
        Just(1.0),
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), ".{0,12}", "[_^{}a-zΔ0-9<&]{0,10}", Just("s".to_owned()), Just("%".to_owned())]
}

prop_compose! {
    fn series()(
        label in word(),
        origin in 0..6_usize,
        draw in 0..3_usize,
        unit in word(),
        x in prop::collection::vec(number(), 0..12),
        y in prop::collection::vec(number(), 0..12),
        width in number(),
        ends in prop::option::of(prop::collection::vec(number(), 0..12)),
    ) -> Series {
        let mut series = Series::xy(label, Origin::ALL[origin], &x, &y).width(width);
        series.draw = [Draw::Line, Draw::Points, Draw::Both][draw];
        series.y_unit = unit;
        match ends {
            Some(ends) => series.interval(&y, &ends),
            None => series,
        }
    }
}

prop_compose! {
    fn panel()(
        heading in word(),
        (name, unit) in (word(), word()),
        (log_x, log_y) in any::<(bool, bool)>(),
        range in prop::option::of((number(), number())),
        series in prop::collection::vec(series(), 0..4),
        marks in prop::collection::vec((0..4, number(), number(), word()), 0..4),
    ) -> Panel {
        let mut panel = Panel::new(heading).y(name, unit).all(series);
        (panel.x.logarithmic, panel.y.logarithmic, panel.y.range) = (log_x, log_y, range);
        marks.into_iter().fold(panel, |panel, (kind, one, other, text)| match kind {
            0 => panel.annotate(one, other, text),
            1 => panel.vertical(one, text),
            2 => panel.horizontal(one, text),
            _ => panel.span(one, other, text),
        })
    }
}

prop_compose! {
    fn figure()(
        (title, caption) in (word(), word()),
        panels in prop::collection::vec(panel(), 0..6),
        columns in prop::option::of(any::<u32>()),
        shares_x in any::<bool>(),
        panel_size in prop::option::of((number(), number())),
    ) -> Figure {
        Figure { title, caption, panels, columns, shares_x, panel_size }
    }
}

proptest! {
    /// No figure panics, and every SVG is a closed document whose coordinates a viewer can hold.
    #[test]
    fn any_figure_can_be_rendered(figure in figure()) {
        let svg = svg(&figure);
        prop_assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        let mut open = Vec::new();
        for (index, tag) in svg.split('<').skip(1).enumerate() {
            let (tag, _) = tag.split_once('>').unwrap_or((tag, ""));
            // Only the outermost element has words of the user in its attributes.
            prop_assert!(index == 0 || !(tag.contains("NaN") || tag.contains("inf")), "{tag}");
            if let Some(name) = tag.strip_prefix('/') {
                prop_assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap_or_default());
            }
        }
        prop_assert!(open.is_empty());
        let json = plotly_json(&figure);
        prop_assert!(json["data"].is_array() && json["layout"].is_object());
        csv(&figure);
        // The same figure is the same text.
        prop_assert_eq!(super::svg(&figure), svg);
    }
}
