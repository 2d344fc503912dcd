//! What a person may have meant by a name that does not exist.

/// Most letters that may be wrong in a name that is still suggested, as a part of its length.
const WRONG_PART: usize = 3;

/// ` (did you mean ...?)`, or nothing where no known name is close.
pub(crate) fn near(name: &str, known: &[String]) -> String {
    nearest(name, known).map(|close| format!(" (did you mean `{close}`?)")).unwrap_or_default()
}

/// The known name closest to this one, if it is close: a third of the letters may be wrong, case does not count.
pub(crate) fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let distance = |word: &String| strsim::damerau_levenshtein(&wanted, &word.to_lowercase());
    let limit = (name.chars().count() / WRONG_PART).max(1);
    let closest = known.iter().map(|word| (distance(word), word)).filter(|(distance, _)| *distance <= limit);
    closest.min_by_key(|(distance, _)| *distance).map(|(_, word)| word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["stress".to_string(), "strain".to_string(), "t_w".to_string()];
        assert_eq!(near("stres", &known), " (did you mean `stress`?)");
        assert_eq!(nearest("T_W", &known), Some("t_w"));
        assert_eq!(nearest("temperature", &known), None);
    }
}
