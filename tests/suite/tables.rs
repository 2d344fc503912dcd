//! `kovacs data query` and `show`, and tables in the cells of a notebook.

use crate::program::{kovacs, run, say};
use crate::scratch::{Executed, code, notebook, tagged};

const PVC: &str = "pvc_two_step where specimen = 'A' and stage = 2 and time > 1 h";

#[test]
fn a_question_is_answered_as_text_json_csv_and_files() {
    let text = say(&["data", "query", PVC, "--width", "80"]).ends_with(0);
    assert!(text.out.lines().all(|line| line.chars().count() <= 80 || line.contains("synthetic")), "{}", text.out);
    text.prints(&["pvc two-step, specimen = 'A'", "stress (MPa)", "t_w (s)", "pvc two-step: synthetic, generator"]);

    let answer = say(&["data", "query", PVC, "--json"]).ends_with(0).json();
    assert_eq!((&answer["origin"], &answer["columns"][10]["unit"]), (&"synthetic".into(), &"MPa".into()));
    let rows = answer["rows"].as_array().expect("rows");
    assert!(!rows.is_empty() && rows.iter().all(|row| row["time"].as_f64() > Some(3600.0)));
    let few = say(&["data", "query", PVC, "--json", "--limit", "2"]).ends_with(0).json();
    assert_eq!(few["rows"].as_array().expect("rows"), &rows[..2]);

    let csv = say(&["data", "query", PVC, "--csv"]).ends_with(0).complains_of(&["these rows are synthetic"]);
    assert!(csv.out.starts_with("glass,specimen,eps1 [1],eps2 [1],t_w [s],temperature [K]"), "{}", csv.out);
    assert_eq!(csv.out.lines().count(), rows.len() + 1);

    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a.csv", "a.parquet", "a.arrow", "a.xlsx"] {
        let file = folder.path().join(name);
        say(&["data", "query", PVC, "--out", file.to_str().expect("UTF-8")]).ends_with(0).complains_of(&["synthetic"]);
        assert!(std::fs::metadata(file).expect("it is written").len() > 100);
    }
    let odd = folder.path().join("a.docx");
    say(&["data", "query", PVC, "--out", odd.to_str().expect("UTF-8")]).ends_with(1).complains_of(&["xlsx"]);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 4, "nothing half-written is left");
}

#[test]
fn what_a_question_gets_wrong_is_said_at_the_shell() {
    let wrong = |text: &str, parts: &[&str]| drop(say(&["data", "query", text]).ends_with(1).complains_of(parts));
    wrong("curves where stres > 1", &["no column `stres`", "did you mean `stress`?"]);
    wrong("pvc.two-step", &["double quotes", "pvc_two_step"]);
    wrong("pvc_two_step where eps2 = 0.3", &["no row answers", "eps2: 0.003"]);
    wrong("pvc_two_step where t_w > 15 MPa", &["`t_w` is in s", "min, h"]);
    wrong("drop table curves", &["is not a question"]);
}

#[test]
fn a_table_of_a_package_is_shown_in_the_units_of_its_file() {
    let rows = say(&["data", "show", "pvc", "two-step", "--where", "time > 1 h", "--rows", "4"]).ends_with(0);
    rows.prints(&["stress (MPa)", "rows left out", "synthetic"]);
    let columns = say(&["data", "show", "pvc", "two-step", "--columns"]).ends_with(0);
    columns.prints(&["stress", "MPa", "stated", "'A', 'B', 'C'"]);
    let columns = say(&["data", "show", "pvc", "two-step", "--columns", "--json"]).ends_with(0).json();
    assert_eq!(columns["columns"][3]["values"], "0.003");
    say(&["data", "show", "pvc"]).ends_with(2).complains_of(&["name one of them", "two-step"]);
    say(&["data", "show", "pvc", "one-step"]).ends_with(1).complains_of(&["one-step"]);
    say(&["data", "show", "pvc", "two-step", "--where", "eps2 > 1 s"]).ends_with(1).complains_of(&["eps2"]);
}

#[test]
fn cells_ask_filter_group_join_and_show_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    notebook(
        folder.path(),
        "tables.ipynb",
        &[
            code("use kovacs::prelude::*;\nlet curves = query(\"pvc_two_step where stage = 2\")?;"),
            code("let means = curves.filter(\"time < 20 min\")?.group_by([\"specimen\"]).mean(\"stress\")?;\nmeans"),
            code(
                "{\n    let stress: &[f64] = curves.numbers(\"stress\")?;\n    println!(\"{}\", stress.len() == curves.rows());\n}",
            ),
            code(
                "println!(\"{}\", curves.join(&means, [\"specimen\"])?.with_column(\"d\", \"stress - stress_mean\")?.rows() == curves.rows());",
            ),
            tagged("raises-exception", "query(\"curves where stres > 1\")?;"),
        ],
    );
    run(kovacs(&["run", "tables.ipynb", "--out", "executed"]).current_dir(folder.path())).ends_with(0);
    let executed = Executed::read(&folder.path().join("executed/tables.ipynb"));
    let shown = &executed.outputs(2)[0]["data"];
    let html = shown["text/html"].to_string();
    for part in ["<table", "stress_mean", "MPa", "synthetic", "3 rows"] {
        assert!(html.contains(part), "no `{part}` in {html}");
    }
    assert!(executed.text(2).contains("stress_mean (MPa)"), "{}", executed.text(2));
    assert_eq!((executed.text(3).as_str(), executed.text(4).as_str()), ("true\n", "true\n"));
    let (name, message) = executed.error(5);
    assert_eq!(name, "UnknownColumn");
    assert!(message.contains("did you mean `stress`?"), "{message}");
}
