//! The formats that are told apart, and what each is called in messages and in JSON.

use std::fmt;

/// What a file was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// Text with one separator: comma, semicolon, tab or blanks.
    Delimited,
    /// Office Open XML workbook.
    Xlsx,
    /// Excel 97 to 2003 workbook (BIFF in OLE2).
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
    /// TA Instruments Universal Analysis text export (Q800 and other Q-series).
    UniversalAnalysis,
    /// TRIOS text export, standard dialect.
    TriosText,
    /// TRIOS text export, LIMS dialect.
    TriosLims,
    /// TRIOS csv export.
    TriosCsv,
    /// TRIOS workbook: `Details` and one sheet per step.
    TriosWorkbook,
    /// TRIOS JSON export.
    TriosJson,
    /// Anton Paar RheoCompass csv or txt.
    RheoCompass,
    /// NETZSCH Proteus text export.
    Proteus,
    /// RepTate `.gt`, `.creep`, `.osc`, `.tts`.
    RepTate,
    /// WebPlotDigitizer csv: pairs of X and Y columns.
    WebPlotDigitizer,
    /// MTS MultiPurpose TestWare text export.
    MtsMpt,
    /// Two header rows and columns of fixed width (DMA text export of an unnamed instrument).
    FixedWidth,
    /// Fit2D `.chi`.
    Fit2d,
    /// pyFAI or Dioptas `.xy`, `.chi`.
    PyFai,
    /// PDFgetX3, also as written by xPDFsuite: `.gr`, `.sq`, `.fq`, `.iq`.
    PdfGetX3,
    /// PDFgetX2 `.gr`.
    PdfGetX2,
    /// PDFgetN `.gr`.
    PdfGetN,
    /// Mantid SavePDFGui.
    Mantid,
    /// Gudrun `.mint01` and its kin.
    Gudrun,
    /// Columns after a line `start data`, as DiffPy programs exchange them, by a program that is not named.
    StartData,
    /// Apache Parquet; recognised and read by `kovacs-datasets`, which has the library for it.
    Parquet,
    /// Apache Arrow IPC file; read as [`Format::Parquet`] is.
    Arrow,
}

impl Format {
    /// The name in a sentence: `TRIOS text export (LIMS)`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Delimited => "delimited text",
            Format::Xlsx => "Excel workbook (.xlsx)",
            Format::Xls => "Excel workbook (.xls)",
            Format::Ods => "OpenDocument spreadsheet",
            Format::UniversalAnalysis => "TA Instruments Universal Analysis text",
            Format::TriosText => "TRIOS text export",
            Format::TriosLims => "TRIOS text export (LIMS)",
            Format::TriosCsv => "TRIOS csv export",
            Format::TriosWorkbook => "TRIOS workbook",
            Format::TriosJson => "TRIOS JSON export",
            Format::RheoCompass => "Anton Paar RheoCompass export",
            Format::Proteus => "NETZSCH Proteus export",
            Format::RepTate => "RepTate file",
            Format::WebPlotDigitizer => "WebPlotDigitizer csv",
            Format::MtsMpt => "MTS MPT export",
            Format::FixedWidth => "text with columns of fixed width",
            Format::Fit2d => "Fit2D chi",
            Format::PyFai => "pyFAI pattern",
            Format::PdfGetX3 => "PDFgetX3 file",
            Format::PdfGetX2 => "PDFgetX2 file",
            Format::PdfGetN => "PDFgetN file",
            Format::Mantid => "Mantid SavePDFGui file",
            Format::Gudrun => "Gudrun file",
            Format::StartData => "DiffPy data file",
            Format::Parquet => "Parquet file",
            Format::Arrow => "Arrow file",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
