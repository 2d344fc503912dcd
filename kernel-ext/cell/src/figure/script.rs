//! The script that draws interactive figures: plotly.js, of the version that the plotly JSON of this crate is made for.
//!
//! It is the copy that comes with the `plotly` crate, taken out of the text in which that crate offers it; the crate has
//! no function for the script alone. No file of ours can then be of another version than the traces are.

use std::sync::OnceLock;

/// plotly.js, as a script for a page: it sets `window.Plotly`. 4.65 MB of UTF-8; built when it is first asked for.
///
/// A Jupyter server hands it out when it lies, as `plotly.min.js`, beside the `kernel.json` of the kernel.
pub fn plotly_js() -> &'static str {
    static SCRIPT: OnceLock<Box<str>> = OnceLock::new();
    SCRIPT.get_or_init(|| first_script(&plotly::Plot::offline_js_sources()).into())
}

/// The licence of [`plotly_js`], to lie beside every copy of it.
pub const PLOTLY_LICENCE: &str = include_str!("plotly-licence.txt");

/// What stands between the first `<script>` and its end; MathJax follows in a second one.
fn first_script(page: &str) -> &str {
    let start = page.find('>').map_or(0, |end| end + 1);
    page.get(start..).and_then(|rest| rest.split("</script>").next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_plotly_alone_and_can_stand_in_a_page() {
        let script = plotly_js();
        assert!(script.starts_with("/**\n* plotly.js v3."), "{}", &script[..80]);
        assert!(script.trim_end().ends_with("}));") && script.contains("window.Plotly = Plotly;"));
        assert!(!script.contains("</script") && !script.contains("<!--"), "would end an element of a page early");
        assert!((4_000_000..6_000_000).contains(&script.len()));
        assert!(PLOTLY_LICENCE.contains("Plotly, Inc") && PLOTLY_LICENCE.contains("MIT License"));
    }
}
