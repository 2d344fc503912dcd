//! No file ends the process: samples that are cut, mixed and overwritten are read or refused, but never panic.

#![allow(clippy::unwrap_used, reason = "tests")]

use kovacs_formats::{ReadOptions, read_bytes};
use proptest::prelude::*;

const TRIOS_TEXT: &str = "Filename\ta.tri\nInstrument name\tX\n[File Parameters]\nRun date\t2024\n[step]\nHold - 1\n\
    Step time\tTime\tStress\tDate\nmin\ts\tMPa\t\n0.5\t30\t1.5\tMonday\n1\t60\t2.5\tMonday\n[step]\n2\nTime\tStress\ns\tPa\n1\t3\n";
const TRIOS_LIMS: &str = "[Version]\nTA Instruments LIMS export format version\t0\n[Header]\nOperator\tA\n[Step]\n\
    Step name\tRelaxation\nNumber of points\t2\nVariables\tStep time\tModulus\nUnits\ts\tMPa\nData point\t1\t2000\n\
    Data point\t2\t1900\n";
const TRIOS_JSON: &str = r#"{"Results": {"Processed": {"ResultsSteps": [{"Id": "a", "Name": "Hold"}],
    "ColumnHeaders": {"Time_min": {"DisplayName": "Time", "Unit": {"Name": "min"}}},
    "Rows": [{"Time_min": 1, "Results Step Id": "a"}, {"Time_min": 2, "Results Step Id": "b"}]}}}"#;
const FIT2D: &str = "a scan\nQ (Inverse Nanometres)\nIntensity\n   2\n 1.0E-1 2.0\n 2.0E-1 3.0\n";
const PDF: &str = "[DEFAULT]\nversion = diffpy.pdfgetx-2.1.2\nqmax = 22.0\n#### start data\n#S 1\n#L r(Å)  G(Å$^{-2}$)\n0 0\n0.01 0.1\n";

/// Every format of this crate that a few lines can hold, as bytes.
fn samples() -> Vec<Vec<u8>> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in [(0, "Time (s)"), (1, "Stress (MPa)")] {
        sheet.write_string(0, column, name).unwrap();
        for row in 1..20 {
            sheet.write_number(row, column, f64::from(row)).unwrap();
        }
    }
    let texts = [TRIOS_TEXT, TRIOS_LIMS, TRIOS_JSON, FIT2D, PDF];
    let mut samples: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    samples.push(workbook.save_to_buffer().unwrap());
    for name in ["q800_utf16le", "q800_cp1252", "q800_utf8_no_break_spaces", "q800_decimal_comma"] {
        let path = format!("{}/tests/samples/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        samples.push(std::fs::read(path).unwrap());
    }
    samples
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn samples_that_are_damaged_never_panic(
        which in 0_usize..10,
        cut in any::<prop::sample::Index>(),
        keep in any::<bool>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        moved in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let samples = samples();
        let mut bytes = samples[which % samples.len()].clone();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let (from, to) = (moved.0.index(bytes.len()), moved.1.index(bytes.len()));
        let piece: Vec<u8> = bytes[from..(from + 40).min(bytes.len())].to_vec();
        bytes.splice(to..to, piece);
        if !keep {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(document) = read_bytes(&bytes, &ReadOptions::default()) {
            prop_assert!(!document.sheets.is_empty());
            for sheet in &document.sheets {
                prop_assert!(sheet.columns.iter().all(|column| column.values.len() == sheet.rows()));
            }
        }
    }
}

#[test]
fn made_samples_of_universal_analysis_agree_in_every_encoding() {
    // No public export of a Q800 exists; these were made by hand after the header of a related instrument.
    let read = |name: &str| {
        let path = format!("{}/tests/samples/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        read_bytes(&std::fs::read(path).unwrap(), &ReadOptions::default()).unwrap()
    };
    let wide = read("q800_utf16le");
    assert_eq!((wide.encoding, wide.sheets[0].rows(), wide.sheets[0].columns.len()), (Some("UTF-16LE"), 12, 5));
    for (name, encoding) in [("q800_utf8_no_break_spaces", "UTF-8"), ("q800_decimal_comma", "windows-1252")] {
        let other = read(name);
        assert_eq!(other.encoding, Some(encoding));
        assert_eq!(other.sheets[0].columns, wide.sheets[0].columns, "{name}");
    }
    let western = read("q800_cp1252");
    assert_eq!((western.encoding, western.sheets[0].columns[4].name.as_str()), (Some("windows-1252"), "Displacement"));
    assert_eq!(western.sheets[0].columns[..4], wide.sheets[0].columns[..4]);
    assert_eq!(wide.sheets[0].doubts[0].kind, "negative-time-markers");
    let steps: Vec<&str> =
        wide.metadata.iter().filter(|(key, _)| key == "OrgMethod").map(|(_, value)| value.as_str()).collect();
    assert_eq!(steps.len(), 4);
    assert!(wide.metadata.contains(&("Time".to_owned(), "10:48:37".to_owned())));
}
