//! What whoever reads a file may state about it, where its content does not say or would be misread.

/// What is stated about a file; everything is optional.
#[derive(Clone, Default)]
pub struct ReadOptions<'a> {
    /// The sheet of a workbook to read; all of them otherwise.
    pub sheet: Option<String>,
    /// Separator of delimited text; `b' '` stands for any number of blanks and tabs.
    pub separator: Option<u8>,
    /// Whether numbers have a decimal comma.
    pub decimal_comma: Option<bool>,
    /// Number of filled rows above the numbers that are headings; nothing above them is looked at.
    pub header_rows: Option<usize>,
    /// Name of the encoding of a text, as the WHATWG encoding standard knows it: `gbk`, `utf-16le`, `latin1`.
    pub encoding: Option<String>,
    /// Told the number of bytes done and in all; `false` cancels.
    pub progress: Option<&'a dyn Fn(u64, u64) -> bool>,
}
