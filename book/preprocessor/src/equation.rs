//! LaTeX formulas as MathML, which browsers show by themselves: no script, no request, nothing to wait for.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// A formula as MathML that can stand in Markdown: inline, or with `display` as a block.
///
/// # Errors
/// What of the formula is not understood.
pub(crate) fn mathml(latex: &str, display: bool) -> Result<String, String> {
    let config = MathCoreConfig { annotation: true, ..MathCoreConfig::default() };
    let converter = LatexToMathML::new(config).map_err(|(error, ..)| error.to_string())?;
    let display = if display { MathDisplay::Block } else { MathDisplay::Inline };
    match converter.convert_with_local_state(latex.trim(), display) {
        Ok(result) => Ok(for_markdown(&result.mathml)),
        Err(error) => Err(error.to_string()),
    }
}

/// HTML on one line, for a line of Markdown. Text between tags is Markdown again: signs that mean something there are
/// written as numbers.
pub(crate) fn for_markdown(mathml: &str) -> String {
    let mut safe = String::with_capacity(mathml.len());
    let mut in_tag = false;
    for character in mathml.chars() {
        match character {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ => {}
        }
        match character {
            '\n' | '\r' => safe.push(' '),
            '*' | '_' | '[' | ']' | '\\' | '`' | '|' | '~' | '^' | '$' | '{' | '}' if !in_tag => {
                safe.push_str(&format!("&#{};", u32::from(character)));
            }
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_formula_is_mathml_without_a_sign_of_markdown() {
        let text = mathml(r"\tau_i = \tau_0\, e^{-|x|^*}", true).expect("a formula");
        assert!(text.starts_with("<math display=\"block\"") && text.contains("<msub>"), "{text}");
        assert!(!text.contains(['|', '*', '_', '\\', '\n']), "{text}");
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let message = mathml(r"\frac{1}{\tauu}", false).expect_err("no such command");
        assert!(message.contains("tauu"), "{message}");
    }

    proptest! {
        #[test]
        fn any_text_is_a_formula_or_a_refusal(text in "(\\\\frac|\\\\left|\\{|\\}|_|\\^|a|&|\\\\begin\\{align\\}|\\\\|é|\\(|<){0,20}") {
            if let Ok(text) = mathml(&text, true) {
                prop_assert!(text.starts_with("<math") && !text.contains('\n'));
            }
        }
    }
}
