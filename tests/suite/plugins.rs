//! Plugins that are rebuilt, that misbehave, that nobody has approved, that are not in the lock.

use crate::program::{kovacs, run, say, trust};
use crate::scratch::{Executed, code, notebook, tagged};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the C model of the loader's tests with these macros; `None`, with a message, without a C compiler.
fn compile(folder: &Path, model: &str, macros: &[&str]) -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let library = folder.join(format!("{DLL_PREFIX}kovacs_model_{model}{DLL_SUFFIX}"));
    let compiled = Command::new("cc")
        .args(["-std=c99", "-O1", "-shared", "-fPIC"])
        .args(macros.iter().map(|name| format!("-D{name}")))
        .arg("-I")
        .arg(project.join("models/abi/include"))
        .arg(project.join("tests/plugins/crooked.c"))
        .arg("-lm")
        .arg("-o")
        .arg(&library)
        .output();
    let Ok(compiled) = compiled else {
        println!("skipped: there is no C compiler named `cc` on this machine");
        return None;
    };
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    // Another content in every run, so that nothing approved earlier counts.
    let mut bytes = std::fs::read(&library).expect("it was built");
    bytes.extend(folder.as_os_str().as_encoded_bytes());
    std::fs::write(&library, bytes).expect("written");
    Some(library)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// One step of 1 % at 300 K, looked at just after it.
const STRESS: &str = "model.stress(&Protocol::at(300.0).step(0.01).hold(100.0), &[0.0, 10.0])?.y";

#[test]
fn a_model_is_rebuilt_and_reloaded_and_another_one_crashes_while_the_variables_stay() {
    let (folder, builds) = (folder(), folder());
    let Some(library) = compile(folder.path(), "maxwell_c", &["MISBEHAVES"]) else { return };
    let Some(rebuilt) = compile(builds.path(), "maxwell_c", &["MISBEHAVES", "REBUILT"]) else { return };
    trust(&library);
    trust(&rebuilt);
    let place = folder.path().display();
    let cells = [
        code(&format!(
            "let mut model = Model::load(\"maxwell-c\")?.set(\"relaxation_time\", 10.0)?;\nlet found = 42;\n\
             println!(\"{{:?}}\", {STRESS});"
        )),
        code("model.reload()?"),
        code(&format!(
            "std::fs::rename({rebuilt:?}, {library:?}).unwrap();\nlet old = model.clone();\nmodel.reload()?",
            rebuilt = rebuilt.display().to_string(),
            library = library.display().to_string()
        )),
        code("println!(\"{} {} {}\", old.label(), model.label(), model.get(\"relaxation_time\")?);"),
        code("model = model.isolated()?;"),
        tagged(
            "raises-exception",
            &format!("let wild = model.clone().set(\"modulus\", 661.0)?;\n{}", STRESS.replace("model", "wild")),
        ),
        code(&format!("println!(\"{{found}} {{:?}}\", {STRESS});")),
    ];
    let path = notebook(folder.path(), "reload.ipynb", &cells);
    let out = folder.path().join("executed");
    let arguments = ["run", path.to_str().expect("UTF-8"), "--out", out.to_str().expect("UTF-8")];
    run(kovacs(&arguments).env("KOVACS_MODEL_PATH", folder.path())).ends_with(0);
    let executed = Executed::read(&out.join("reload.ipynb"));
    let stress = "[10.0, 3.6787944117144233]";
    assert_eq!(executed.text(1).trim(), stress, "in {place}");
    assert!(executed.text(2).contains("`maxwell_c` 1.0.0 is unchanged"), "{}", executed.text(2));
    let report = executed.text(3);
    assert!(report.contains("`maxwell_c` 1.0.0 → 1.1.0"), "{report}");
    assert!(report.contains("parameters: `relaxation_time` accepts (0, 1e9], was (0, 1e6]"), "{report}");
    assert_eq!(executed.text(4).trim(), "maxwell_c 1.0.0 maxwell_c 1.1.0 10");
    let (name, message) = executed.error(6);
    assert_eq!(name, "Broken", "{message}");
    assert!(message.contains("the plugin crashed: SIGSEGV in evaluate; the worker is started anew"), "{message}");
    assert_eq!(executed.text(7).trim(), format!("42 {stress}"));
}

/// The worker is started anew after each crash, so that a search that goes on needs many of them.
#[test]
fn a_model_that_crashes_in_the_middle_of_a_fit_is_an_error_or_a_warning_and_the_notebook_goes_on() {
    let folder = folder();
    let Some(library) = compile(folder.path(), "maxwell_c", &["MISBEHAVES", "CRASHES_LATE"]) else { return };
    trust(&library);
    let cells = [
        code(
            "let model = Model::load(\"maxwell-c\")?.isolated()?;\nlet found = 42;\n\
             let times: Vec<f64> = (1..=60).map(|second| f64::from(second) * 3.0).collect();\n\
             let protocol = Protocol::at(300.0).step(0.01).hold(1000.0);\n\
             let stress: Vec<f64> = times.iter().map(|t| 20.0 * (-t / 50.0).exp() + 0.01 * (2.4 * t).sin()).collect();\n\
             let curve = Curve::new(\"relaxation\", times, stress)?.x_axis(\"time\", \"s\").y_axis(\"stress\", \"MPa\");\n\
             let mine = Tests::new(\"mine\").protocol(&curve, &protocol, \"stress\");",
        ),
        code(
            "match fit_with(&mine, &model, FitOptions { starts: 3, ..FitOptions::default() }) {\n    \
                 Ok(fitted) => println!(\"fitted: {:?}\", fitted.warnings),\n    \
                 Err(error) => println!(\"{}: {}\", error.kind(), error.message()),\n}",
        ),
        code("println!(\"{found} {}\", model.get(\"modulus\")?);"),
    ];
    let path = notebook(folder.path(), "crash.ipynb", &cells);
    let out = folder.path().join("executed");
    let arguments = ["run", path.to_str().expect("UTF-8"), "--out", out.to_str().expect("UTF-8")];
    run(kovacs(&arguments).env("KOVACS_MODEL_PATH", folder.path())).ends_with(0);
    let executed = Executed::read(&out.join("crash.ipynb"));
    // Whichever it is, it names the crash.
    assert!(executed.text(2).contains("the plugin crashed: SIGSEGV in evaluate"), "{}", executed.text(2));
    assert!(executed.text(3).starts_with("42 "), "{}", executed.text(3));
}

#[test]
fn the_command_takes_what_was_rebuilt_into_all_variables() {
    let (folder, builds) = (folder(), folder());
    let Some(library) = compile(folder.path(), "maxwell_c", &["MISBEHAVES"]) else { return };
    let Some(rebuilt) = compile(builds.path(), "maxwell_c", &["MISBEHAVES", "REBUILT"]) else { return };
    trust(&library);
    trust(&rebuilt);
    let cells = [
        code(
            "let model = Model::load(\"maxwell-c\")?.set(\"relaxation_time\", 10.0)?;\n\
             let apart = Model::load(\"maxwell-c\")?.isolated()?;\nlet found = 42;",
        ),
        code(":model reload"),
        code(&format!("std::fs::rename({rebuilt:?}, {library:?})?;")),
        code(":model reload"),
        code("println!(\"{found} {} {} {}\", model.get(\"relaxation_time\")?, model.label(), apart.label());"),
    ];
    let path = notebook(folder.path(), "command.ipynb", &cells);
    let out = folder.path().join("executed");
    let arguments = ["run", path.to_str().expect("UTF-8"), "--out", out.to_str().expect("UTF-8")];
    run(kovacs(&arguments).env("KOVACS_MODEL_PATH", folder.path())).ends_with(0);
    let executed = Executed::read(&out.join("command.ipynb"));
    let before = executed.text(2);
    assert_eq!(before.matches("`maxwell_c` 1.0.0 is unchanged").count(), 2, "{before}");
    let after = executed.text(4);
    assert!(after.contains("model: ") && after.contains("apart: "), "{after}");
    assert_eq!(after.matches("`maxwell_c` 1.0.0 → 1.1.0").count(), 2, "{after}");
    let variables = executed.text(5);
    assert!(variables.starts_with("42 10 ") && variables.matches("1.1.0").count() == 2, "{variables}");
}

#[test]
fn a_cell_does_not_load_what_nobody_approved_and_says_how_to() {
    let folder = folder();
    let Some(library) = compile(folder.path(), "maxwell_c", &[]) else { return };
    let path = notebook(folder.path(), "strange.ipynb", &[code("let model = Model::load(\"maxwell_c\")?;")]);
    let out = folder.path().join("executed");
    let arguments = ["run", path.to_str().expect("UTF-8"), "--out", out.to_str().expect("UTF-8")];
    let advice = format!("kovacs model trust {}", library.display());
    run(kovacs(&arguments).env("KOVACS_MODEL_PATH", folder.path())).ends_with(1).complains_of(&[
        "is not approved",
        &advice,
        "run this line in a terminal, then run the cell again",
    ]);
    let (name, message) = Executed::read(&out.join("strange.ipynb")).error(1);
    assert_eq!(name, "NotApproved");
    assert!(message.contains(&advice), "{message}");
}

#[test]
fn a_locked_run_opens_only_what_is_in_the_lock() {
    let folder = folder();
    let lock = folder.path().join("models.lock");
    let locked =
        |arguments: &[&str], value: &str| run(kovacs(arguments).current_dir(folder.path()).env("KOVACS_LOCKED", value));
    let predict = ["predict", "aoi", "--glass", "pvc"];
    locked(&predict, "1")
        .ends_with(1)
        .complains_of(&["KOVACS_LOCKED is set, and there is no lock", "kovacs model lock"]);

    let written = locked(&["model", "lock"], "").ends_with(0);
    written.prints(&["models.lock", "org.kovacs.kww 0.1.0", "org.kovacs.aoi 0.1.0"]);
    locked(&predict, "1").ends_with(0);
    locked(&predict, lock.to_str().expect("UTF-8")).ends_with(0);
    // Without its line a library is as good as not there.
    let text = std::fs::read_to_string(&lock).expect("it was written");
    let libraries = text.split("[[library]]").filter(|library| !library.contains("org.kovacs.kww"));
    std::fs::write(&lock, libraries.collect::<Vec<_>>().join("[[library]]")).expect("written");
    locked(&predict, "1").ends_with(0);
    let kww = locked(&["predict", "kww", "--glass", "pvc"], "1").ends_with(1);
    kww.complains_of(&["there is no model `kww`", "is not in the lock", "models.lock"]);
    // Whatever is set when a lock is written, a locked program locks nothing new.
    std::fs::write(&lock, "format = 1\nlibrary = []\n").expect("written");
    locked(&["model", "lock"], "1").ends_with(1).complains_of(&["nothing to lock", "KOVACS_LOCKED must not be set"]);
    locked(&predict, "1").ends_with(1).complains_of(&["is not in the lock"]);
    locked(&predict, "0").ends_with(0);
}

#[test]
fn a_command_with_trust_approves_what_it_runs() {
    let folder = folder();
    let Some(library) = compile(folder.path(), "maxwell_c", &[]) else { return };
    let path = library.to_str().expect("UTF-8");
    say(&["model", "info", path]).ends_with(1).complains_of(&["is not approved"]);
    say(&["model", "info", path, "--trust"]).ends_with(0).prints(&["org.example.maxwell_c"]);
    say(&["model", "info", path]).ends_with(0);
}
