//! Crates of others in cells: those that come with Kovacs, and those asked for by `:dep`.

use crate::program::{kovacs, run};
use crate::scratch::{Executed, code, notebook, tagged};
use serde_json::Value;

/// Runs these cells in a session of their own.
fn executed(cells: &[Value]) -> Executed {
    let folder = tempfile::tempdir().expect("a folder");
    notebook(folder.path(), "crates.ipynb", cells);
    run(kovacs(&["run", "crates.ipynb", "--out", "executed"]).current_dir(folder.path())).ends_with(0);
    Executed::read(&folder.path().join("executed/crates.ipynb"))
}

#[test]
fn frames_of_polars_are_computed_kept_and_shown() {
    let executed = executed(&[
        code(
            "use kovacs::prelude::*;\nuse polars::prelude::*;\nlet frame = df!(\"a\" => [1, 1, 2], \"b\" => [1.0, 2.0, 4.0])?;",
        ),
        code(
            "let means = frame.clone().lazy().group_by([col(\"a\")]).agg([col(\"b\").mean()])\n    .sort([\"a\"], Default::default()).collect()?;\nmeans",
        ),
        code(
            "let table = Dataset::open(\"pvc\")?.table(\"two-step\")?;\nlet all = table.df()?;\nprintln!(\"{}\", all.height() == table.rows());",
        ),
        code(
            "let read = CsvReadOptions::default().into_reader_with_file_handle(std::io::Cursor::new(\"x,y\\n1,2\\n3,4\\n\")).finish()?;\n\
             let mut context = polars::sql::SQLContext::new();\ncontext.register(\"read\", read.lazy());\n\
             let total = context.execute(\"select sum(x) as total from read\")?.collect()?;\n\
             println!(\"{:?}\", total.column(\"total\")?.i64()?.get(0));",
        ),
        code("println!(\"{}\", frame.curve(\"b\", \"a\")?.x.len());"),
        code("1 + 1"),
    ]);
    let shown = &executed.outputs(2)[0]["data"];
    assert!(shown["text/html"].to_string().contains("<table"), "{shown}");
    assert_eq!(executed.text(2), "2 rows × 2 columns\na    b\n1  1.5\n2    4");
    assert_eq!(executed.text(3), "true\n");
    assert_eq!(executed.text(4), "Some(4)\n");
    assert_eq!(executed.text(5), "3\n");
    assert_eq!(executed.text(6), "2");
}

#[test]
fn arrays_distributions_and_plots_are_computed_and_kept() {
    let executed = executed(&[
        code(
            "use ndarray::prelude::*;\nlet matrix = array![[1.0, 2.0], [3.0, 4.0]];\nlet product = matrix.dot(&array![1.0, 1.0]);",
        ),
        code("println!(\"{} {}\", product, matrix.mean_axis(Axis(0)).is_some());"),
        code("use statrs::distribution::{ContinuousCDF, Normal};\nlet normal = Normal::new(0.0, 1.0)?;"),
        code("println!(\"{:.4}\", normal.cdf(1.96));"),
        code(
            "use plotly::{Plot, Scatter};\nlet mut plot = Plot::new();\nplot.add_trace(Scatter::new(vec![1.0, 2.0], vec![3.0, 4.0]));",
        ),
        code("plot"),
    ]);
    assert_eq!(executed.text(2), "[3, 7] true\n");
    assert_eq!(executed.text(4), "0.9750\n");
    let shown = executed.outputs(6)[0]["data"]["application/vnd.plotly.v1+json"].to_string();
    assert!(shown.contains("scatter"), "{shown}");
}

#[test]
fn other_crates_are_added_and_what_cannot_be_is_an_error_of_its_cell() {
    let executed = executed(&[
        code(":dep itoa = \"1\""),
        code("let text = itoa::Buffer::new().format(42).to_owned();\nprintln!(\"{text}\");"),
        tagged("raises-exception", ":dep polars = \"0.46\""),
        code(":dep polars = \"0.55\"\nuse polars::prelude::*;\nlet frame = df!(\"a\" => [1])?;"),
        tagged("raises-exception", ":dep no_crate_has_this_name_of_ours = \"1\""),
        code("println!(\"{text} {}\", frame.height());"),
    ]);
    assert_eq!(executed.text(2), "42\n");
    let (_, message) = executed.error(3);
    assert!(message.contains("cells have polars") && message.contains("other types"), "{message}");
    let (_, message) = executed.error(5);
    assert!(message.contains("no_crate_has_this_name_of_ours"), "{message}");
    assert_eq!(executed.text(6), "42 1\n");
}
