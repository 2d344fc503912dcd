//! What is read from and written to the text of an SVG.

use crate::length::Length;
use serde_json::Value;

/// Text that the format stores as a string or as a list of strings; `None` for what is neither, or empty.
pub(crate) fn stored(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// The same picture with a size on paper; `pixels` is its size as drawn. `None` if there is no `<svg>` in it.
pub(crate) fn with_size(svg: &str, pixels: (f64, f64), width: Length, height: Length) -> Option<String> {
    let start = svg.find("<svg")? + "<svg".len();
    let length = svg.get(start..)?.find('>')?;
    let (attributes, rest) = svg.get(start..)?.split_at(length);
    let has_view = attributes.contains("viewBox");
    let mut kept = attributes.to_owned();
    // The size of a page on a screen is not that on paper.
    for name in ["width", "height", "style"] {
        kept = without_attribute(&kept, name);
    }
    let view = if has_view { String::new() } else { format!(" viewBox=\"0 0 {} {}\"", pixels.0, pixels.1) };
    let size = format!(" width=\"{:.3}mm\" height=\"{:.3}mm\"{view}", width.millimetres(), height.millimetres());
    Some(format!("{}{size}{kept}{rest}", svg.get(..start)?))
}

/// Width and height as drawn, from the attributes of `<svg>`, else from its view. `None` if it says neither.
pub(crate) fn size(svg: &str) -> Option<(f64, f64)> {
    let (_, rest) = svg.split_once("<svg")?;
    let (attributes, _) = rest.split_once('>')?;
    let pixels = |name: &str| {
        let text = attribute(attributes, name)?;
        text.trim_end_matches("px").parse::<f64>().ok().filter(|size| size.is_finite() && *size > 0.0)
    };
    if let (Some(width), Some(height)) = (pixels("width"), pixels("height")) {
        return Some((width, height));
    }
    let view = attribute(attributes, "viewBox")?;
    let numbers: Vec<f64> = view.split([' ', ',']).filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [_, _, width, height] if *width > 0.0 && *height > 0.0 => Some((*width, *height)),
        _ => None,
    }
}

/// Size of the smallest text, in units of the picture. Parts of a text do not count: a subscript is meant to be small.
pub(crate) fn smallest_text(svg: &str) -> Option<f64> {
    let texts = svg.split("<text ").skip(1).filter_map(|rest| rest.split('>').next());
    let sizes = texts.filter_map(|attributes| attribute(&format!(" {attributes}"), "font-size")?.parse::<f64>().ok());
    sizes.reduce(f64::min)
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = attributes.split_once(&format!(" {name}="))?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

/// Attributes without this one.
fn without_attribute(attributes: &str, name: &str) -> String {
    let removed = || {
        let start = attributes.find(&format!(" {name}="))?;
        let value = attributes.get(start + name.len() + 2..)?;
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (_, after) = value.get(1..)?.split_once(quote)?;
        Some(format!("{}{after}", attributes.get(..start)?))
    };
    removed().unwrap_or_else(|| attributes.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_size_on_paper_replaces_that_on_the_screen() {
        let svg = "<?xml?><svg xmlns='x' width=\"618\" height='476' viewBox=\"0 0 618 476\" style=\"a\"><g width=\"1\"/></svg>";
        let sized = with_size(svg, (618.0, 476.0), Length::SINGLE_COLUMN, Length::of_millimetres(68.55));
        let expected = "<?xml?><svg width=\"89.000mm\" height=\"68.550mm\" xmlns='x' viewBox=\"0 0 618 476\"><g width=\"1\"/></svg>";
        assert_eq!(sized.as_deref(), Some(expected));
        let bare = with_size("<svg/>", (10.0, 5.0), Length::SINGLE_COLUMN, Length::SINGLE_COLUMN);
        assert!(bare.is_some_and(|svg| svg.contains("viewBox=\"0 0 10 5\"")));
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "(<svg|>| width=|\"|'|5|é|style=| ){0,20}") {
            let _ = (size(&text), smallest_text(&text));
            let _ = with_size(&text, (1.0, 1.0), Length::SINGLE_COLUMN, Length::SINGLE_COLUMN);
        }
    }
}
