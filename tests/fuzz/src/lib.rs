//! Fuzz targets as plain functions: each takes bytes, may refuse them, and must neither panic nor break a promise.
//!
//! `cargo fuzz` runs them under libFuzzer (CONTRIBUTING.md has the commands); `cargo test` replays the committed corpus
//! over the same functions (`datasets/scattering/tests/corpus.rs` includes this file). A target of one format begins
//! every input with the words by which that format is recognised, so that the search goes into its reader at once.

use kovacs_formats::{Document, ReadOptions, StatedUnit, read_bytes};
use kovacs_scattering::{
    Abscissa, Composition, PairDistribution, ScatteringCorrections, ScatteringFile, TransformOptions, WidthDefinition,
    Window, first_peak, pair_distribution, structure_factor, two_gaussians,
};

/// A name and a function that takes an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target by name: that of its file in `targets` and of its folder in `corpus`.
pub const TARGETS: &[Target] = &[
    ("any_file", any_file),
    ("options", options),
    ("universal_analysis", |bytes| {
        headed(
            b"Version\t2.0\nInstrument\tDMA Q800\nNsig\t2\nSig1\tTime (min)\nSig2\tStress (MPa)\nStartOfData\n",
            bytes,
        )
    }),
    ("trios_text", |bytes| {
        headed(b"Filename\tx\nInstrument name\tDHR\nproceduresegments\tA#B\n[step]\nCreep - 1\n", bytes)
    }),
    ("trios_lims", |bytes| {
        headed(b"[Version]\nTA Instruments LIMS export format version\t0\n[Step]\nStep name\tS\n", bytes)
    }),
    ("trios_json", |bytes| {
        headed(b"{\"$schema\":\"https://software.tainstruments.com/schemas/TRIOSJSONExportSchema\",\"Results\":", bytes)
    }),
    ("rheocompass", |bytes| {
        headed(
            b"Project:\tp\nTest:\tt\nResult:\tr\nInterval and data points:\t1\t2\nInterval data:\tPoint No.\tTime\n",
            bytes,
        )
    }),
    ("proteus", |bytes| {
        headed(b"#EXPORTTYPE:DATA ALL\n#FORMAT:NETZSCH5\n#DECIMAL:POINT\n#SEPARATOR:SEMICOLON\n", bytes)
    }),
    ("reptate", |bytes| headed(b"Mw=100;T=25;\n", bytes)),
    ("web_plot_digitizer", |bytes| headed(b"a,,b,,\nX,Y,X,Y\n", bytes)),
    ("scattering", scattering),
    ("utf_16", |bytes| headed(b"\xff\xfe", bytes)),
    ("workbook", |bytes| headed(b"PK\x03\x04", bytes)),
    ("old_workbook", |bytes| headed(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes)),
    ("quantity", quantity),
    ("protocol", protocol),
    ("formula", formula),
];

/// Runs one target.
///
/// # Panics
/// There is no target of this name, or a promise was broken: the finding.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.unwrap_or_else(|| panic!("no fuzz target is called `{name}`"));
    target(bytes);
}

/// A file as it comes.
fn any_file(bytes: &[u8]) {
    if let Ok(document) = read_bytes(bytes, &ReadOptions::default()) {
        check(&document);
    }
}

/// A file of which its owner says more than it does itself: the first three bytes choose what.
fn options(bytes: &[u8]) {
    let [separator, header_rows, decimal, rest @ ..] = bytes else { return };
    let options = ReadOptions {
        separator: (separator & 1 == 1).then_some(separator >> 1),
        decimal_comma: (decimal & 1 == 1).then_some(decimal & 2 == 2),
        header_rows: (header_rows & 1 == 1).then_some(usize::from(header_rows >> 1)),
        encoding: match decimal >> 2 & 3 {
            0 => Some("UTF-16LE".to_owned()),
            1 => Some("windows-1252".to_owned()),
            2 => Some("GBK".to_owned()),
            _ => None,
        },
        ..ReadOptions::default()
    };
    if let Ok(document) = read_bytes(rest, &options) {
        check(&document);
    }
}

/// The bytes behind the words by which a format is recognised; where they begin so already, as they are.
fn headed(head: &[u8], bytes: &[u8]) {
    if bytes.starts_with(&head[..head.len().min(4)]) {
        return any_file(bytes);
    }
    any_file(&[head, bytes].concat());
}

/// What every document promises.
fn check(document: &Document) {
    assert!(!document.sheets.is_empty(), "a document without a sheet");
    for sheet in &document.sheets {
        assert!(sheet.columns.iter().all(|column| column.values.len() == sheet.rows()), "columns of different length");
        assert!(sheet.first_line >= 1, "lines are counted from 1");
        for column in &sheet.columns {
            assert_eq!(column.name, column.name.trim(), "a name with blanks around it");
            if let StatedUnit::Known(unit) = &column.unit {
                assert!(kovacs_core::units::parse_unit(unit.code()).is_ok_and(|again| again == *unit));
            }
        }
    }
}

/// A pattern all the way to its first peak, or a pair distribution to its peaks.
fn scattering(bytes: &[u8]) {
    let Ok(file) = ScatteringFile::read(bytes) else { return };
    if let Ok(distribution) = file.pair_distribution(Some(16.5)) {
        peaks(&distribution);
    }
    let Ok(pattern) = file.pattern(file.abscissa.or(Some(Abscissa::PerAngstrom)), Some(0.2065)) else { return };
    let Ok(composition) = Composition::parse("TiZrHfCuNiBe") else { return };
    let Ok(structure) = structure_factor(&pattern, &composition, &ScatteringCorrections::default()) else { return };
    let options = TransformOptions { window: Window::Lorch, r_max: 8.0, ..TransformOptions::between(1.0, 16.5) };
    if let Ok(distribution) = pair_distribution(&structure, &options) {
        peaks(&distribution);
    }
}

fn peaks(distribution: &PairDistribution) {
    let window = (2.2, 3.8);
    if let Ok(peak) = first_peak(distribution, window, WidthDefinition::AboveZero) {
        assert!(window.0 <= peak.position && peak.position <= window.1, "a peak outside of its window");
    }
    let _ = two_gaussians(distribution, window, (2.70, 3.10));
}

/// A number with a unit, as on a command line.
fn quantity(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok((value, unit)) = kovacs_core::units::parse_quantity(text)
    {
        assert!(value.is_finite(), "a quantity that is not finite");
        let _ = unit.from_internal(unit.to_internal(value));
    }
}

/// A protocol file.
fn protocol(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(form) = kovacs_core::toml_form::read_protocol(text)
        && let Ok(protocol) = form.protocol()
    {
        let _ = protocol.nodes();
    }
}

/// A chemical formula.
fn formula(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(composition) = Composition::parse(text)
    {
        let sum: f64 = composition.pair_weights().iter().map(|pair| pair.weight).sum();
        assert!((sum - 1.0).abs() < 1e-9, "the weights of the pairs have the sum {sum}");
    }
}
