//! What was left out of a figure, and why: one sentence for each reason, however many series it holds for.

/// Collects notes while a figure is prepared.
#[derive(Default)]
pub(super) struct Notes {
    sentences: Vec<String>,
    /// A reason, and the series it holds for.
    of_series: Vec<(String, Vec<String>)>,
}

impl Notes {
    /// A whole sentence about the figure.
    pub(super) fn add(&mut self, sentence: String) {
        self.sentences.push(sentence);
    }

    /// A reason, as a fragment, that holds for the series with these words in the legend.
    pub(super) fn add_of_series(&mut self, legend: &str, reason: String) {
        match self.of_series.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, legends)) => legends.push(legend.to_owned()),
            None => self.of_series.push((reason, vec![legend.to_owned()])),
        }
    }

    /// The sentences, those about series first.
    pub(super) fn into_sentences(self) -> Vec<String> {
        let sentence = |(reason, legends): (String, Vec<String>)| match &legends[..] {
            [first, _, _, ..] => format!("{first}, and {} other series, each: {reason}.", legends.len() - 1),
            few => format!("{}: {reason}.", few.join("; ")),
        };
        self.of_series.into_iter().map(sentence).chain(self.sentences).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(legends: &[&str], expected: &str) {
        let mut notes = Notes::default();
        legends.iter().for_each(|legend| notes.add_of_series(legend, "nothing to draw".to_owned()));
        assert_eq!(notes.into_sentences(), [expected]);
    }

    #[test]
    fn one_reason_is_one_sentence() {
        check(&["a"], "a: nothing to draw.");
        check(&["a", "b"], "a; b: nothing to draw.");
        check(&["a", "b", "c"], "a, and 2 other series, each: nothing to draw.");
    }
}
