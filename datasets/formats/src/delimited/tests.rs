//! Tables as people write them, and what is said of those that cannot be read.

use super::*;
use crate::document::{StatedUnit, Values};
use crate::read_bytes;

/// A table as lines: `name unit: numbers or words`.
fn shown(sheet: &Sheet) -> Vec<String> {
    let columns = sheet.columns.iter().map(|column| {
        let unit = match &column.unit {
            StatedUnit::Missing => "?".to_owned(),
            StatedUnit::Known(unit) => unit.code().to_owned(),
            StatedUnit::Unknown(text) => format!("`{text}`"),
        };
        let cells: Vec<String> = match &column.values {
            Values::Numbers(numbers) => numbers.iter().map(f64::to_string).collect(),
            Values::Words(words) => words.iter().map(|word| format!("`{word}`")).collect(),
        };
        format!("{} {unit}: {}", column.name, cells.join(" "))
    });
    columns.collect()
}

/// Checks the columns of a text, and the kinds of its doubts.
fn check(text: &str, columns: &[&str], doubts: &[&str]) {
    let document =
        read_bytes(text.as_bytes(), &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let sheet = document.sheets.first().expect("a document has a sheet");
    assert_eq!(shown(sheet), columns, "{text}");
    assert_eq!(sheet.doubts.iter().map(|doubt| doubt.kind).collect::<Vec<_>>(), doubts, "{text}");
}

/// The message about a text.
fn refusal(text: &str) -> String {
    match read_bytes(text.as_bytes(), &ReadOptions::default()) {
        Ok(document) => panic!("read as {:?}", document.sheets),
        Err(error) => error.to_string(),
    }
}

#[test]
fn separators_and_decimal_marks_are_found() {
    let columns = ["t s: 0 1.5", "stress MPa: 2 3"];
    for text in [
        "t (s),stress (MPa)\n0,2\n1.5,3\n",
        "t (s);stress (MPa)\n0;2\n1,5;3\n",
        "t (s)\tstress (MPa)\r\n0\t2\r\n1,5\t3\r\n",
        "t/s  stress/MPa\n0   2\n1.5   3\n",
        "t (s) stress (MPa)\n 0 2\n 1,5 3\n",
        "t,stress\ns,MPa\n0,2\n1.5,3",
        "t,stress\n[s],[MPa]\n\n0,2\n1.5,3\n",
        "\"t (s)\",\"stress (MPa)\"\n\"0\",\"2\"\n\"1,5\",\"3\"\n",
        "t (s),stress (MPa),\n0,2,\n1.5,3,\n",
        "t (s), stress (MPa)\r0, 2\r1.5, 3\r",
        "# t (s), stress (MPa)\n0,2\n1.5,3\n",
        "# a test\n# t, stress\n# s, MPa\n0,2\n1.5,3\n",
    ] {
        check(text, &columns, &[]);
    }
}

#[test]
fn numbers_alone_are_columns_without_names() {
    check("1 2\n3 4\n", &[" ?: 1 3", " ?: 2 4"], &[]);
    check("1.5\n2.5\n", &[" ?: 1.5 2.5"], &[]);
    check("time\n1.5\n2.5\n", &["time ?: 1.5 2.5"], &[]);
}

#[test]
fn what_stands_above_is_kept() {
    let text =
        "Sample: PVC film\nThickness (mm);0,15\nOperator = nobody\nthis is prose\n\nt [s];F [N]\n0;1,5\n1;2,5\n2;3\n";
    let document = read_bytes(text.as_bytes(), &ReadOptions::default()).expect("a table");
    let metadata: Vec<(&str, &str)> =
        document.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(
        metadata,
        [("Sample", "PVC film"), ("Thickness (mm)", "0,15"), ("Operator", "nobody"), ("comment", "this is prose")]
    );
    assert_eq!(document.sheets.first().map(|sheet| sheet.first_line), Some(7));
}

#[test]
fn words_gaps_and_footers() {
    check(
        "t,state,F\n0,ok,1\n1,,\n2,end,3\n",
        &["t ?: 0 1 2", "state ?: `ok` `` `end`", "F ?: 1 NaN 3"],
        &["not-a-number-cells"],
    );
    check(
        "a,b,c\n1,2,3\n4,5\n6,7,8\n",
        &["a ?: 1 4 6", "b ?: 2 5 7", "c ?: 3 NaN 8"],
        &["ragged-rows", "not-a-number-cells"],
    );
    check("a,b\n1,2\n3,nan\n5,inf\n", &["a ?: 1 3 5", "b ?: 2 NaN inf"], &["not-a-number-cells"]);
    check("a,b\n1,2\n3,4\nMean,3\nend of file\n", &["a ?: 1 3", "b ?: 2 4"], &["footer-left-out"]);
    check("a,b,c\n1,2,3\n4,5,6\n7,8", &["a ?: 1 4", "b ?: 2 5", "c ?: 3 6"], &["truncated"]);
    check("a,b\n1,2\n3,4\n7,8e-", &["a ?: 1 3", "b ?: 2 4"], &["truncated"]);
    check("a,b\n1,2\n# stopped here\n3,4\n", &["a ?: 1 3", "b ?: 2 4"], &[]);
}

#[test]
fn quoted_cells_may_hold_line_breaks() {
    check(
        "t,note,F\n0,\"two\nlines, and \"\"more\"\"\",1\n1,ok,2\n",
        &["t ?: 0 1", "note ?: `two\nlines, and \"more\"` `ok`", "F ?: 1 2"],
        &[],
    );
    let columns = ["Time s: 0 1.5", "Stress MPa: 2 3"];
    for text in [
        "\"Time\n(s)\",\"Stress\n(MPa)\"\n0,2\n1.5,3\n",
        "\"Time\r\n(s)\";\"Stress\r\n(MPa)\"\r\n0;2\r\n1,5;3\r\n",
        "note,\"made by hand,\nin two lines\"\nTime (s),Stress (MPa)\n0,2\n1.5,3\n",
    ] {
        check(text, &columns, &[]);
    }
    // Marks of inches open no cell.
    check("t,5\" film\n0,2\n1.5,3\n", &["t ?: 0 1.5", "5\" film ?: 2 3"], &[]);
}

#[test]
fn lines_are_counted_through_quoted_line_breaks() {
    for end in ["\n", "\r\n"] {
        let text = "\"a\nname\",note,F\n0,\"two\nlines\",1\n1,ok,2\n\n2,ok,oops\n3,ok,4\n".replace('\n', end);
        assert_eq!(
            refusal(&text),
            "line 7 of this delimited text: `oops` in column 3 (`F`) is no number; correct it or leave the cell empty",
            "{text:?}"
        );
    }
    assert_eq!(
        refusal("t,note,F\n0,a,1\n1,\"b,2\n2,c,3\n3,d,4\n"),
        "line 3 of this delimited text: a cell begins with a quote here that is never closed; close it, or take it away"
    );
}

#[test]
fn refusals_name_line_and_column() {
    insta::assert_snapshot!(
        refusal("t,stress\n0,1\n1,2\n2,oops\n3,4\n"),
        @"line 4 of this delimited text: `oops` in column 2 (`stress`) is no number; correct it or leave the cell empty"
    );
    insta::assert_snapshot!(
        refusal("t,stress\n0,1\n1,2\n2,3\n3,4\n4,5,6\n5,6\n"),
        @"line 6 of this delimited text: it has 3 cells where the table has 2 columns; is a name missing in the header, or the separator (commas) part of a cell?"
    );
    insta::assert_snapshot!(
        refusal("t,stress\n0,1\n1,2\nx,y\n3,4\n4,5\n5,6\n"),
        @"line 4 of this delimited text: `x,y` stands between rows of numbers (line 3 is one) and is none itself; correct it, or put tables below each other into files of their own"
    );
    insta::assert_snapshot!(
        refusal("t;stress\n0;1.234,5\n1;2.345,5\n"),
        @"line 2 of this delimited text: `1.234,5` has marks that group digits; state whether the decimal mark is a comma"
    );
    insta::assert_snapshot!(
        refusal("t;stress\n1;1,234\n2;2,345\n"),
        @"line 2 of this delimited text: `1,234` may be a fraction or group digits by three; state whether the decimal mark is a comma"
    );
    insta::assert_snapshot!(
        refusal("t;stress\n0,5;1.5\n1,5;2.5\n"),
        @"line 2 of this delimited text: `0,5` has a comma, while `1.5` has a point; state whether the decimal mark is a comma"
    );
    insta::assert_snapshot!(
        refusal("t,stress\n0,5,1,5\n1,5,2,5\n"),
        @"line 1 of this delimited text: it has 2 cells, and the rows of numbers below have 4 (separated by commas); if it names the columns, give each a name, otherwise state the separator or the number of heading rows"
    );
    insta::assert_snapshot!(
        refusal("a b c\n1 2\n3 4\n"),
        @"line 1 of this delimited text: it has 3 cells, and the rows of numbers below have 2 (separated by blanks); if it names the columns, give each a name, otherwise state the separator or the number of heading rows"
    );
    insta::assert_snapshot!(
        refusal("nothing but prose\nin two lines\n"),
        @"there is no table in it: no line has a number in a cell of its own; it begins with `nothing but prose`"
    );
    insta::assert_snapshot!(
        refusal(""),
        @"there is no table in it: it is empty"
    );
    insta::assert_snapshot!(
        refusal("\n  \n"),
        @"there is no table in it: it is empty"
    );
    insta::assert_snapshot!(
        refusal("a,b\n"),
        @"there is no table in it: no line has a number in a cell of its own; it begins with `a,b`"
    );
}

#[test]
fn what_is_stated_decides() {
    let read = |text: &str, options: ReadOptions<'_>| match read_bytes(text.as_bytes(), &options) {
        Ok(document) => document.sheets.first().map(shown).unwrap_or_default(),
        Err(error) => vec![error.to_string()],
    };
    let comma = || ReadOptions { decimal_comma: Some(true), ..ReadOptions::default() };
    assert_eq!(read("t;F\n1;1.234,5\n2;5\n", comma()), ["t ?: 1 2", "F ?: 1234.5 5"]);
    assert_eq!(read("t;F\n1;1,234\n2;2,345\n", comma()), ["t ?: 1 2", "F ?: 1.234 2.345"]);
    let point = ReadOptions { decimal_comma: Some(false), ..ReadOptions::default() };
    assert_eq!(read("t;F\n1;1,234\n2;2,345.5\n", point), ["t ?: 1 2", "F ?: 1234 2345.5"]);
    let none = ReadOptions { header_rows: Some(0), ..ReadOptions::default() };
    assert_eq!(read("1,2\n3,4\n", none), [" ?: 1 3", " ?: 2 4"]);
    let one = ReadOptions { header_rows: Some(1), ..ReadOptions::default() };
    assert_eq!(read("20,30\n3,4\n5,6\n", one), ["20 ?: 3 5", "30 ?: 4 6"]);
    let bar = ReadOptions { separator: Some(b'|'), ..ReadOptions::default() };
    assert_eq!(read("a|b\n1|2\n", bar), ["a ?: 1", "b ?: 2"]);
}

#[test]
fn ten_thousand_columns() {
    let row = |start: usize| (0..10_000).map(|i| (start + i).to_string()).collect::<Vec<_>>().join(",");
    let names = (0..10_000).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",");
    let text = format!("{names}\n{}\n{}\n", row(0), row(1));
    let document = read_bytes(text.as_bytes(), &ReadOptions::default()).expect("a table");
    let sheet = document.sheets.first().expect("a sheet");
    assert_eq!((sheet.columns.len(), sheet.rows()), (10_000, 2));
    assert_eq!(sheet.columns.last().map(|column| column.values.clone()), Some(Values::Numbers(vec![9999.0, 10_000.0])));
}
