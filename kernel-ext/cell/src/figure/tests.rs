//! What every figure promises, in all its forms at once.

use super::{PLOTLY, bundle, csv, html, plotly_json, script_html, summary, svg};
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
    let text = |mime| (mime, false);
    let others = ["image/svg+xml", "text/csv", "text/plain"].map(text);
    assert_eq!(mimes[..2], [text("text/html"), (PLOTLY, true)]);
    assert_eq!(mimes[2..], others);
}

/// The figure that the script of a page is given, and the address of its picture.
fn of_page(page: &str) -> (Value, String) {
    let argument = page.rsplit_once("\n})(").expect("a script with arguments").1;
    let (figure, kernel) = argument.strip_suffix(")</script>").and_then(|list| list.rsplit_once(',')).expect("two");
    assert_eq!(kernel, "\"kovacs-dev\"");
    let figure: String = serde_json::from_str(figure).expect("a text");
    let address = page.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture");
    let decoded = ["3C<", "3E>", "22\"", "23#", "26&", "0A\n", "25%"].iter().fold(address.to_owned(), |text, code| {
        let (code, character) = code.split_at(2);
        text.replace(&format!("%{code}"), character)
    });
    (serde_json::from_str(&figure).expect("JSON"), decoded)
}

/// As a reader of JSON has it: numbers may differ in the last bit.
fn read_back(json: &Value) -> Value {
    serde_json::from_str(&json.to_string()).expect("JSON")
}

#[test]
fn a_page_holds_the_picture_and_the_same_figure_for_the_script() {
    let figure = Figure::new("100 % of \"it\" & more").log_x().points(&memory()).line(&model("AOI"));
    let page = html(&figure, "kovacs-dev");
    let (shown, picture) = of_page(&page);
    assert_eq!(picture.strip_prefix("data:image/svg+xml;charset=utf-8,"), Some(svg(&figure).trim_end()));
    let json = read_back(&plotly_json(&figure));
    assert_eq!(shown["layout"], json["layout"]);
    assert_eq!(shown["data"][1]["name"], json["data"][1]["name"]);
}

#[test]
fn no_form_of_a_figure_asks_the_network_for_anything() {
    let figure = Figure::new("f").log_x().points(&memory()).line(&model("AOI")).vertical(400.0, "t_p");
    for (mime, content, _) in bundle(&figure).entries() {
        let content = content.replace("http://www.w3.org/2000/svg", "");
        assert!(!content.contains("://") && !content.contains("src=\"//"), "{mime}: {content}");
    }
    // The script that draws names servers of maps, and asks them only for maps.
    let script = script_html();
    assert!(script.starts_with("<script>/**") && script.ends_with("</script>"), "the script itself is not fetched");
    assert_eq!(script.matches("<script").count(), 1);
}

#[test]
fn the_interactive_picture_has_the_layout_of_the_static_one() {
    let panel = |heading: &str, label: &str| Panel::new(heading).log_x().points(&memory()).line(&model(label));
    let figure = Figure::new("f").panel(panel("one", "AOI")).panel(panel("two", "KWW")).caption("By hand.");
    let (picture, json) = (svg(&figure), plotly_json(&figure));
    let layout = &json["layout"];
    let size = format!("width=\"{}\" height=\"{}\"", layout["width"], layout["height"]);
    assert!(picture.starts_with("<svg ") && picture.contains(&size), "{size}");
    // Each frame stands where the static picture has it: `translate(x y)` and the frame's own size.
    let places = picture.split("translate(").skip(1).filter_map(|rest| rest.split_once(')'));
    let places: Vec<f64> = places.filter_map(|(place, _)| place.split(' ').next()?.parse().ok()).collect();
    let width = layout["width"].as_f64().expect("a number");
    for (place, axis) in places.iter().zip(["xaxis", "xaxis2"]) {
        let left = layout[axis]["domain"][0].as_f64().expect("a number") * width;
        // The static picture has two decimals.
        assert!((left - place).abs() < 0.006, "{axis}: {left} and {place}");
    }
    assert_eq!(places.len(), 2);
    // Legends differ, so each panel has its own.
    assert_eq!(json["data"][3]["legend"], "legend2");
    assert!(layout["legend2"]["x"].as_f64() > layout["legend"]["x"].as_f64());
}

#[test]
fn a_long_heading_of_a_panel_goes_on_in_a_second_line_and_not_into_its_neighbour() {
    let long = "ti-zr-hf-cu-ni-be two-step, eps2 = 0.003, specimen = A (synthetic), 593 K";
    let panel = |heading: &str| Panel::new(heading).points(&memory());
    let figure = Figure::new("f").panel_size(300.0, 200.0).columns(2).panel(panel(long)).panel(panel("short"));
    let shown = texts(&svg(&figure));
    assert!(!shown.contains(&long.to_owned()), "one line is wider than the panel");
    assert!(shown.iter().any(|line| line.ends_with("593 K")), "the rest is in another: {shown:?}");
    let json = plotly_json(&figure);
    let annotations = json["layout"]["annotations"].as_array().expect("texts");
    assert!(annotations.iter().any(|text| text["text"].as_str().is_some_and(|text| text.contains("<br>"))), "{json}");
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
    assert!(annotations(&plotly_json(&figure)).iter().any(|text| text.replace("<br>", " ").contains(note)));
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
    let texts = annotations(&plotly_json(&Figure::new("f")));
    assert_eq!(texts, ["<b>f</b>", "This figure has no panel and no data."]);
}

fn annotations(json: &Value) -> Vec<String> {
    let all = json["layout"]["annotations"].as_array().expect("a list");
    all.iter().filter_map(|text| text["text"].as_str().map(str::to_owned)).collect()
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
        let (shown, picture) = of_page(&html(&figure, "kovacs-dev"));
        prop_assert_eq!(&shown["layout"], &read_back(&json["layout"]));
        prop_assert!(picture.ends_with(svg.trim_end()));
        csv(&figure);
        // The same figure is the same text.
        prop_assert_eq!(super::svg(&figure), svg);
    }
}
