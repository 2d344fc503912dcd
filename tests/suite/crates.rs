//! Crates of others in cells: those that come with Kovacs, and those asked for by `:dep`.

use crate::program::{kovacs, run};
use crate::scratch::{Executed, code, file, notebook, tagged};
use serde_json::Value;
use std::path::Path;

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

/// Writes a crate of one file.
fn package(folder: &Path, name: &str, more: &str, source: &str) {
    let manifest =
        format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[workspace]\n{more}");
    file(folder, &format!("{name}/Cargo.toml"), &manifest);
    file(folder, &format!("{name}/src/lib.rs"), source);
}

#[test]
fn a_crate_in_a_folder_is_compiled_again_when_its_source_has_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let lib = folder.path().join("tiny/src/lib.rs");
    let first = "#[derive(Debug, Clone)]\npub struct Pair(pub i32, pub i32);\npub fn pair() -> Pair { Pair(1, 2) }\n";
    package(folder.path(), "tiny", "", first);
    let dep = format!(":dep tiny = {{ path = {:?} }}", folder.path().join("tiny"));
    let second = first.replace("pub i32, pub i32", "pub f64").replace("Pair(1, 2)", "Pair(0.5)");
    let show = "println!(\"{:?}\", tiny::pair());";
    let cells = [
        code(&format!("{dep}\nlet kept = 3;\nlet pair = tiny::pair();")),
        code(&format!("std::fs::write({lib:?}, {second:?})?;")),
        // What is being edited is not looked at.
        code(&format!("{show}\nprintln!(\"{{pair:?}}\");")),
        code(&format!("{dep}\n{show}\nprintln!(\"{{kept}}\");")),
        tagged("raises-exception", "println!(\"{:?}\", pair);"),
    ];
    let run_cells = || {
        notebook(folder.path(), "crates.ipynb", &cells);
        run(kovacs(&["run", "crates.ipynb", "--out", "executed"]).current_dir(folder.path())).ends_with(0);
        Executed::read(&folder.path().join("executed/crates.ipynb"))
    };
    let executed = run_cells();
    assert_eq!(executed.text(3), "Pair(1, 2)\nPair(1, 2)\n");
    assert_eq!(executed.text(4), "Pair(0.5)\n3\n");
    let (_, message) = executed.error(5);
    assert!(message.contains("pair"), "a value of the old type is not taken for one of the new: {message}");
    assert_eq!(run_cells().text(3), "Pair(0.5)\nPair(0.5)\n", "another session takes what is there now");
}

#[test]
fn procedural_macros_are_crates_like_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = "#[proc_macro]\npub fn seven(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
                  \"7\".parse().expect(\"a number\")\n}\n";
    package(folder.path(), "sevens", "\n[lib]\nproc-macro = true\n", source);
    let executed = executed(&[
        code(&format!(":dep sevens = {{ path = {:?} }}", folder.path().join("sevens"))),
        code("let n: i32 = sevens::seven!();\nprintln!(\"{n}\");"),
        code(":dep serde = { version = \"1\", features = [\"derive\"] }\n:dep serde_json = \"1\""),
        code(
            "#[derive(serde::Serialize, serde::Deserialize, Debug)]\nstruct Point { x: f64, y: f64 }\n\
             let point: Point = serde_json::from_str(\"{\\\"x\\\": 1.5, \\\"y\\\": 2}\")?;\nprintln!(\"{point:?}\");",
        ),
        code("println!(\"{} {n}\", serde_json::to_string(&point)?);"),
    ]);
    assert_eq!(executed.text(2), "7\n");
    assert_eq!(executed.text(4), "Point { x: 1.5, y: 2.0 }\n");
    assert_eq!(executed.text(5), "{\"x\":1.5,\"y\":2.0} 7\n");
}
