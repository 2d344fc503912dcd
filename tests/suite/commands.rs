//! `:commands` in notebooks: what they show, what they refuse, and that they mix with code.

use crate::program::{kovacs, run};
use crate::scratch::{Executed, file, notebook, tagged};

/// Runs cells that may fail, with two files beside them.
fn executed(cells: &[&str]) -> Executed {
    let folder = tempfile::tempdir().expect("a folder");
    let cells: Vec<_> = cells.iter().map(|cell| tagged("raises-exception", cell)).collect();
    notebook(folder.path(), "commands.ipynb", &cells);
    notebook(folder.path(), "other.ipynb", &[tagged("", "let loaded = 2.5_f64;"), tagged("", "nonsense")]);
    file(folder.path(), "helpers.rs", "fn helper(x: f64) -> f64 { 2.0 * x }\n");
    file(folder.path(), "loop.rs", ":load loop.rs\n");
    let mut command = kovacs(&["run", "commands.ipynb", "--out", "executed"]);
    run(command.current_dir(folder.path())).ends_with(0);
    Executed::read(&folder.path().join("executed").join("commands.ipynb"))
}

#[track_caller]
fn shows(executed: &Executed, cell: usize, parts: &[&str]) {
    let text = executed.text(cell);
    for part in parts {
        assert!(text.contains(part), "cell {cell} does not show {part:?}: {text}");
    }
}

#[track_caller]
fn refuses(executed: &Executed, cell: usize, parts: &[&str]) {
    let (name, message) = executed.error(cell);
    for part in parts {
        assert!(format!("{name}: {message}").contains(part), "cell {cell} does not say {part:?}: {name}: {message}");
    }
}

#[test]
fn commands_show_and_mix_with_code() {
    let executed = executed(&[
        ":help",
        ":help dep",
        ":vars",
        "let x = 1.5_f64;\nlet model = Model::load(\"kww\")?;",
        "// a comment\n:vars\n\nx + 1.0",
        ":type x",
        ":model",
        ":model tnm",
        ":model reload",
        ":data",
        ":data pvc",
        ":time std::thread::sleep(std::time::Duration::from_millis(300));",
        ":time\n:vars\nlet y = x * 2.0;\ny",
        ":env",
        ":quit",
        ":load helpers.rs\nhelper(x)",
        ":load other.ipynb",
        "loaded",
    ]);
    shows(&executed, 1, &[":model [NAME | reload]", ":dep NAME = VERSION", ":opt LEVEL", ":data pvc"]);
    shows(&executed, 2, &[":dep rand = \"0.9\"", "Cargo.toml"]);
    shows(&executed, 3, &["there are no variables"]);
    shows(&executed, 5, &["x", "f64", "Model", "2.5"]);
    shows(&executed, 6, &["x: f64"]);
    shows(&executed, 7, &["kww", "tnm", "stz", "aoi"]);
    shows(&executed, 8, &["activation_enthalpy = 71000 K", "stretching_exponent"]);
    shows(&executed, 9, &["model: "]);
    shows(&executed, 10, &["pvc", "two-step"]);
    shows(&executed, 11, &["pvc", "two-step"]);
    shows(&executed, 12, &["compiled in ", "ran in 3"]);
    shows(&executed, 13, &["x", "3.0", "compiled in "]);
    shows(&executed, 14, &["rustc 1.", "memory of the cells (", "memory of the engine (", "cells run in"]);
    shows(&executed, 15, &["ends nothing"]);
    shows(&executed, 16, &["3.0"]);
    refuses(&executed, 17, &["nonsense"]);
    shows(&executed, 18, &["2.5"]);
}

#[test]
fn what_a_command_cannot_do_is_an_error_with_a_remedy() {
    let executed = executed(&[
        ":vasr",
        ":abracadabra",
        ":model nosuch",
        ":data nosuch",
        ":load nosuch.rs",
        ":load loop.rs",
        ":load",
        ":help nosuch",
        "\n:vars\nlet z: f64 = \"text\";",
        "let kept = 1;",
        ":reset",
        "kept",
        "Model::load(\"kww\")?.name().to_owned()",
        ":toolchain nightly",
        ":toolchain",
    ]);
    refuses(&executed, 1, &["there is no command `:vasr`", "did you mean `:vars`?"]);
    refuses(&executed, 2, &["there is no command `:abracadabra`; `:help` shows all"]);
    refuses(&executed, 3, &["nosuch"]);
    refuses(&executed, 4, &["nosuch"]);
    refuses(&executed, 5, &["cannot read `", "nosuch.rs`"]);
    refuses(&executed, 6, &["load each other"]);
    refuses(&executed, 7, &["which file?"]);
    refuses(&executed, 8, &["there is no command `:nosuch`"]);
    refuses(&executed, 9, &["E0308"]);
    let traceback = executed.0["cells"][8]["outputs"].to_string();
    assert!(traceback.contains("cell:3"), "the line is the cell's own: {traceback}");
    shows(&executed, 11, &["everything is forgotten"]);
    refuses(&executed, 12, &["kept"]);
    shows(&executed, 13, &["kww"]);
    let reason = "a session keeps the toolchain it started with";
    refuses(&executed, 14, &[reason, "restart the kernel with `RUSTUP_TOOLCHAIN=nightly`"]);
    refuses(&executed, 15, &[reason, "RUSTUP_TOOLCHAIN=NAME"]);
}
