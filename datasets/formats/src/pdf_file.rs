//! Writing `I(Q)`, `S(Q)`, `F(Q)` and `G(r)` in the layout of PDFgetX3, which PDFgui, SrFit and most others read.
//!
//! The layout is a block `key = value` under `[DEFAULT]`, the line `#### start data`, a `#L` line with names and units,
//! and two columns. The first key is `version`; it says that this program wrote the file and in whose layout, because a
//! file must not pass for the work of another program. Numbers are written with as many digits as bring back the same
//! bits.

use std::fmt::Write;

/// Which of the four functions a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdfKind {
    /// Intensity against `Q` (1/Å).
    Iq,
    /// `S(Q)` (1).
    Sq,
    /// `F(Q) = Q [S(Q) - 1]` (1/Å).
    Fq,
    /// `G(r)` (1/Å²) against `r` (Å).
    Gr,
}

impl PdfKind {
    /// Ending of its files, which is also the value of the key `outputtype`: `gr`.
    pub fn ending(self) -> &'static str {
        match self {
            PdfKind::Iq => "iq",
            PdfKind::Sq => "sq",
            PdfKind::Fq => "fq",
            PdfKind::Gr => "gr",
        }
    }

    /// The `#L` line.
    fn labels(self) -> &'static str {
        match self {
            PdfKind::Iq => "Q(Å$^{-1}$)  I(a.u.)",
            PdfKind::Sq => "Q(Å$^{-1}$)  S",
            PdfKind::Fq => "Q(Å$^{-1}$)  F(Å$^{-1}$)",
            PdfKind::Gr => "r(Å)  G(Å$^{-2}$)",
        }
    }
}

/// A file to be written.
#[derive(Clone, Copy, Debug)]
pub struct PdfFile<'a> {
    /// Which function.
    pub kind: PdfKind,
    /// What is known of how it was made: `composition`, `qmin`, `qmax`, `rpoly`, ... in this order.
    pub settings: &'a [(String, String)],
    /// `Q` (1/Å) or `r` (Å).
    pub x: &'a [f64],
    /// The function at each `x`.
    pub y: &'a [f64],
    /// Standard deviation of `y`, where it is known: then the file has the four columns of PDFgetN, `x y dx dy`.
    pub sigma: Option<&'a [f64]>,
}

impl PdfFile<'_> {
    /// The whole text. Line breaks within settings become blanks.
    pub fn to_text(&self) -> String {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut text = format!("[DEFAULT]\n\nversion = kovacs-{}, layout of PDFgetX3\n\n", env!("CARGO_PKG_VERSION"));
        text.push_str(&format!("outputtype = {}\n", self.kind.ending()));
        for (key, value) in self.settings {
            text.push_str(&format!("{} = {}\n", one_line(key), one_line(value)));
        }
        text.push_str("\n# End of config ");
        text.push_str(&"-".repeat(62));
        text.push_str("\n#### start data\n\n#S 1\n#L ");
        text.push_str(self.kind.labels());
        text.push_str(if self.sigma.is_some() { "  dx  dy\n" } else { "\n" });
        for (index, (x, y)) in self.x.iter().zip(self.y).enumerate() {
            // Writing into a string cannot fail.
            let _ = match self.sigma.and_then(|sigma| sigma.get(index)) {
                Some(sigma) => writeln!(text, "{x} {y} 0 {sigma}"),
                None => writeln!(text, "{x} {y}"),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_that_of_pdfgetx3() {
        let settings = [("composition".to_owned(), "Si O2".to_owned()), ("qmax".to_owned(), "16.5\n".to_owned())];
        let (x, y) = ([0.0, 0.01], [0.0, 1.0 / 3.0]);
        let file = PdfFile { kind: PdfKind::Gr, settings: &settings, x: &x, y: &y, sigma: None };
        let text = file.to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "[DEFAULT]");
        assert!(lines[2].starts_with("version = kovacs-") && lines[2].ends_with("PDFgetX3"), "{}", lines[2]);
        assert_eq!(lines[4..7], ["outputtype = gr", "composition = Si O2", "qmax = 16.5"]);
        let start = lines.iter().position(|line| line.contains("start data")).unwrap();
        let after = ["", "#S 1", "#L r(Å)  G(Å$^{-2}$)", "0 0", "0.01 0.3333333333333333"];
        assert_eq!(lines[start + 1..], after);
        assert_eq!("0.3333333333333333".parse::<f64>().unwrap().to_bits(), (1.0f64 / 3.0).to_bits());
        let with = PdfFile { sigma: Some(&[0.5, 0.25]), ..file }.to_text();
        assert!(with.ends_with("#L r(Å)  G(Å$^{-2}$)  dx  dy\n0 0 0 0.5\n0.01 0.3333333333333333 0 0.25\n"), "{with}");
    }
}
