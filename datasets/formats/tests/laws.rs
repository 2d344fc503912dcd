//! Laws of the readers: a table that was written is read back, however it was written; no bytes make a reader panic.

use kovacs_formats::{ReadOptions, Values, read, read_bytes};
use proptest::prelude::*;

/// A number with at most nine digits, so that every notation gives it exactly.
fn number() -> impl Strategy<Value = f64> {
    (-99_999_999_i64..=99_999_999, 0..=6_i32).prop_map(|(digits, exponent)| digits as f64 / 10_f64.powi(exponent))
}

fn table() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (2..6_usize, 4..30_usize).prop_flat_map(|(width, rows)| {
        proptest::collection::vec(proptest::collection::vec(number(), width..=width), rows..=rows)
    })
}

/// A table as text.
fn written(rows: &[Vec<f64>], separator: &str, comma: bool, header: bool, end: &str) -> String {
    let width = rows.first().map_or(0, Vec::len);
    let mut text = String::new();
    if header {
        let names: Vec<String> = (0..width).map(|index| format!("column{index}[MPa]")).collect();
        text += &format!("{}{end}", names.join(separator));
    }
    for row in rows {
        // The point is written always, so that a comma cannot be taken for one that groups digits.
        let cells: Vec<String> = row.iter().map(|value| format!("{value:.7}")).collect();
        let line = cells.join("\u{1}");
        let line = if comma { line.replace('.', ",") } else { line };
        text += &format!("{}{end}", line.replace('\u{1}', separator));
    }
    text
}

fn columns(document: &kovacs_formats::Document) -> Vec<Vec<f64>> {
    let sheet = document.sheets.first().expect("a document has a sheet");
    let numbers = sheet.columns.iter().map(|column| match &column.values {
        Values::Numbers(numbers) => numbers.clone(),
        Values::Words(words) => panic!("words: {words:?}"),
    });
    numbers.collect()
}

fn transposed(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let width = rows.first().map_or(0, Vec::len);
    (0..width).map(|index| rows.iter().map(|row| row[index]).collect()).collect()
}

const SAMPLES: &[&[u8]] = &[
    include_bytes!("samples/text/proteus-dma.txt"),
    include_bytes!("samples/text/proteus-compare.txt"),
    include_bytes!("samples/text/rheocompass.csv"),
    include_bytes!("samples/text/reptate.creep"),
    include_bytes!("samples/text/web-plot-digitizer.csv"),
    include_bytes!("samples/text/haake.csv"),
    include_bytes!("samples/text/mts-mpt.txt"),
    include_bytes!("samples/text/tensile-chinese.csv"),
    include_bytes!("samples/text/fixed-width.txt"),
];

proptest! {
    #[test]
    fn a_table_is_read_back_however_it_was_written(
        rows in table(),
        (separator, comma) in prop_oneof![
            Just((",", false)), Just((";", false)), Just((";", true)), Just(("\t", false)), Just(("\t", true)),
            Just(("  ", false)), Just((" ", true)),
        ],
        header in any::<bool>(),
        end in prop_oneof![Just("\n"), Just("\r\n")],
        wide in any::<bool>(),
    ) {
        let text = written(&rows, separator, comma, header, end);
        let bytes = if wide { text.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { text.clone().into_bytes() };
        let document = read_bytes(&bytes, &ReadOptions::default()).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(columns(&document), transposed(&rows), "{}", text);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read_bytes(&bytes, &ReadOptions::default());
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[0-9,;.\t \n\"#eE+\\-a-c\\[\\](){}/°=|]{0,400}") {
        let _ = read_bytes(text.as_bytes(), &ReadOptions::default());
    }

    #[test]
    fn no_changed_sample_makes_a_reader_panic(
        sample in proptest::sample::select(SAMPLES),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let mut bytes = sample.to_vec();
        for (place, value, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = value,
                1 => bytes.insert(at, value),
                2 => {
                    bytes.remove(at);
                }
                _ => bytes.truncate(at),
            }
        }
        let _ = read_bytes(&bytes, &ReadOptions::default());
    }
}

/// A text above the size from which files are read in chunks by two threads.
fn large(separator: &str, comma: bool) -> (String, Vec<Vec<f64>>) {
    let rows: Vec<Vec<f64>> = (0..60_000)
        .map(|i| vec![f64::from(i) * 0.25, f64::from(i % 97) - 48.5, 1.0 / f64::from(1 << (i % 20))])
        .collect();
    (written(&rows, separator, comma, true, "\n"), transposed(&rows))
}

#[test]
fn a_large_file_gives_the_same_as_its_bytes_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.txt");
    for (separator, comma) in [(",", false), (";", true), ("\t", false), ("  ", true)] {
        let (text, _) = large(separator, comma);
        assert!(text.len() > 1 << 20);
        std::fs::write(&path, &text).expect("a file");
        let streamed = read(&path, &ReadOptions::default()).expect("a table");
        let in_memory = read_bytes(text.as_bytes(), &ReadOptions::default()).expect("a table");
        assert_eq!(streamed, in_memory, "separator `{separator}`");
        assert_eq!(streamed.sheets.first().map(kovacs_formats::Sheet::rows), Some(60_000));
    }
}

#[test]
fn rows_of_a_large_file_keep_their_order_where_lines_become_shorter_than_expected() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.csv");
    let long = (0..1500).map(|row| format!("{row}.000000000,{:.12}\n", f64::from(row) / 7.0));
    // Chunks end within lines, and there are empty lines among them and at the end.
    let short =
        (1500..400_000).map(|row| format!("{row},{}{}", row % 7, if row % 99_991 == 0 { "\n\n" } else { "\n" }));
    let text = "t (s),a (MPa)\n".to_owned() + &long.chain(short).collect::<String>() + "\n\r\n";
    std::fs::write(&path, &text).expect("a file");
    let streamed = read(&path, &ReadOptions::default()).expect("a table");
    assert_eq!(streamed, read_bytes(text.as_bytes(), &ReadOptions::default()).expect("a table"));
    assert_eq!(columns(&streamed)[0], (0..400_000).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn rows_of_empty_cells_and_open_fractions_are_the_same_in_large_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.csv");
    let rows =
        (0..80_000).map(|row| if row % 20_011 == 7 { ";;\n".to_owned() } else { format!("{row},5;{},25;\n", row % 7) });
    let text = "t (s);a (MPa);b\n".to_owned() + &rows.collect::<String>();
    std::fs::write(&path, &text).expect("a file");
    let streamed = read(&path, &ReadOptions::default()).expect("a table");
    assert_eq!(columns(&streamed)[0].len(), 80_000 - 4);
    assert_eq!(
        columns(&streamed)[..2],
        columns(&read_bytes(text.as_bytes(), &ReadOptions::default()).expect("a table"))[..2]
    );
    // In a file with decimal commas `,5` and `7,` are no numbers.
    let text = text.replace("\n60000,5;3,25;", "\n60000,5;,25;");
    std::fs::write(&path, &text).expect("a file");
    let message = |document: Result<kovacs_formats::Document, kovacs_formats::FormatError>| {
        document.err().map(|error| error.to_string())
    };
    let streamed = message(read(&path, &ReadOptions::default()));
    assert!(streamed.as_deref().is_some_and(|text| text.contains("`,25` in column 2")), "{streamed:?}");
    assert_eq!(streamed, message(read_bytes(text.as_bytes(), &ReadOptions::default())));
}

#[test]
fn a_large_file_with_one_fault_names_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.csv");
    let (text, _) = large(",", false);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[50_000] = "12499.75,oops,1.0";
    std::fs::write(&path, lines.join("\n")).expect("a file");
    let message = read(&path, &ReadOptions::default()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(message.starts_with("line 50001 of this delimited text: `oops` in column 2 (`column1`)"), "{message}");
}

#[test]
fn the_reading_of_a_large_file_tells_its_progress_and_can_be_cancelled() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.csv");
    std::fs::write(&path, large(",", false).0).expect("a file");
    let calls = std::cell::RefCell::new(Vec::new());
    let progress = |done: u64, total: u64| {
        calls.borrow_mut().push((done, total));
        true
    };
    let options = ReadOptions { progress: Some(&progress), ..ReadOptions::default() };
    read(&path, &options).expect("a table");
    let seen = calls.into_inner();
    assert!(!seen.is_empty() && seen.iter().all(|(done, total)| done <= total), "{seen:?}");
    assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0), "{seen:?}");
    let cancel = |_: u64, _: u64| false;
    let options = ReadOptions { progress: Some(&cancel), ..ReadOptions::default() };
    let message = read(&path, &options).err().map(|error| error.to_string());
    assert_eq!(message.as_deref(), Some("the reading was cancelled; nothing was written"));
}
