//! An installation: packed, unpacked elsewhere, run without the workspace, installed from there, removed.

use crate::program::{KOVACS, Said, kovacs, run, say};
use crate::scratch::{Executed, code, notebook};
use std::path::{Path, PathBuf};
use std::process::Command;

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// A machine of its own: an empty home, and of the environment only what finds the compiler.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Machine {
        // Outside the workspace: cargo would look into it.
        Machine { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let home = self.path("home");
        std::fs::create_dir_all(&home).expect("a home");
        let mut command = Command::new(program);
        command.args(arguments).env_clear().current_dir(&home).env("HOME", &home);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // Where rustup keeps its compilers does not move with HOME.
        let real_home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let rustup = std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| real_home.join(".rustup").into_os_string());
        command.env("RUSTUP_HOME", rustup);
        command
    }

    #[track_caller]
    fn run(&self, program: &Path, arguments: &[&str]) -> Said {
        run(&mut self.command(program, arguments))
    }
}

#[test]
fn an_archive_runs_where_it_is_unpacked_and_installs_itself_and_goes_without_a_trace() {
    let machine = Machine::new();
    let out = machine.path("out");
    let packed = run(kovacs(&["dist", "--out", text(&out), "--json"]).env("SOURCE_DATE_EPOCH", "1800000000"));
    let packed = packed.ends_with(0).json();
    let archive = PathBuf::from(packed["path"].as_str().expect("a path"));
    run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&out)).ends_with(0);
    // Up to three copies lie side by side below; this one is not needed for it.
    std::fs::remove_file(&archive).expect("removed");
    let unpacked = archive.with_extension("").with_extension("");
    // Not where it was unpacked: nothing in it may know its place.
    let moved = machine.path("moved place");
    std::fs::rename(&unpacked, &moved).expect("on one disk");
    run(Command::new("sha256sum").args(["--check", "--quiet", "lib/kovacs/MANIFEST"]).current_dir(&moved)).ends_with(0);
    for part in [
        "lib/kovacs/models",
        "lib/kovacs/sdk/sdk/src",
        "lib/kovacs/prelude/src",
        "lib/kovacs/crates/crates.json",
        "lib/kovacs/papermill/kovacs_papermill.py",
        "share/man/man1/kovacs-run.1",
    ] {
        assert!(moved.join(part).exists(), "no {part}");
    }
    let manifest = std::fs::read_to_string(moved.join("lib/kovacs/MANIFEST")).expect("a record");
    let scripts: Vec<&str> = manifest.lines().filter(|line| line.ends_with("plotly.min.js")).collect();
    assert_eq!(scripts.len(), 1, "where a Jupyter server hands it out, and nowhere else: {scripts:?}");
    assert!(scripts[0].ends_with("share/jupyter/kernels/kovacs/plotly.min.js"), "{scripts:?}");
    let licences = std::fs::read_to_string(moved.join("share/doc/kovacs/THIRD-PARTY.txt")).expect("licences");
    assert!(licences.contains("\npolars 0.") && licences.contains("Permission is hereby granted"));

    let program = moved.join("bin/kovacs");
    machine.run(&program, &["data", "list"]).ends_with(0).prints(&["pvc", "synthetic"]);
    machine.run(&program, &["predict", "kww", "--glass", "pvc"]).ends_with(0).prints(&["t_p"]);
    let about = machine.run(&program, &["model", "info", "aoi", "--json"]).ends_with(0).json();
    assert!(Path::new(about["path"].as_str().expect("a path")).starts_with(&moved), "{}", about["path"]);
    let cells = [
        code("let mut model = Model::load(\"kww\")?.glass(\"pvc\")?;\nlet packages = Dataset::names()?;"),
        code(
            "model = Model::load(\"aoi\")?;\nprintln!(\"{} {}\", model.label(), packages.contains(&\"pvc\".to_string()));",
        ),
        // No build of polars is anywhere near: it came along.
        code("use polars::prelude::*;\nprintln!(\"{}\", df!(\"a\" => [1, 2])?.height());"),
    ];
    notebook(&machine.path("home"), "first.ipynb", &cells);
    machine.run(&program, &["run", "first.ipynb"]).ends_with(0);
    let executed = Executed::read(&machine.path("home/executed/first.ipynb"));
    assert_eq!(executed.text(2).trim(), "aoi 0.1.0 true");
    assert_eq!(executed.text(3).trim(), "2");

    // A model is built on the sources that came along, in a cargo home with nothing in it, without a network.
    machine.run(&program, &["model", "new", "zener"]).ends_with(0);
    let manifest = std::fs::read_to_string(machine.path("home/zener/Cargo.toml")).expect("a manifest");
    assert!(manifest.contains(&format!("{}/core", text(&moved.join("lib/kovacs/sdk")))), "{manifest}");
    let mut cargo = machine.command(Path::new("cargo"), &["build", "--offline"]);
    run(cargo.current_dir(machine.path("home/zener"))).ends_with(0);
    let mut predict = machine.command(&program, &["predict", "zener", "--glass", "example"]);
    predict.args(["--eps1", "1%", "--eps2", "0.6%", "--t-w", "1000s", "--temperature", "300K"]);
    run(&mut predict).ends_with(0);

    let local = machine.path("home/.local");
    let told = machine.run(&program, &["install", "--dry-run"]).ends_with(0);
    told.prints(&["would write into", text(&local), "lib/kovacs/models", "libraries of the models"]);
    assert!(!local.join("bin").exists());
    let installed = machine.run(&program, &["install"]).ends_with(0);
    installed.prints(&["is not in your PATH", "kovacs setup"]);
    let program = local.join("bin/kovacs");
    machine.run(&program, &["data", "info", "pvc"]).ends_with(0);
    machine.run(&program, &["install"]).ends_with(1).complains_of(&["the one installed in", "name another folder"]);
    let again = machine.run(&moved.join("bin/kovacs"), &["install"]).ends_with(0);
    again.prints(&["in place of 0.1.0"]);
    machine.run(&program, &["uninstall", "--dry-run"]).ends_with(0).prints(&["would remove"]);
    machine.run(&program, &["uninstall"]).ends_with(0).prints(&["removed", "what you approved"]);
    for part in ["bin", "lib", "share/man", "share/doc"] {
        assert!(!local.join(part).exists(), "{part} is left");
    }
    machine
        .run(&moved.join("bin/kovacs"), &["uninstall", text(&local)])
        .ends_with(1)
        .complains_of(&["nothing of Kovacs"]);
}

#[test]
fn what_cannot_be_installed_is_refused_in_words() {
    let machine = Machine::new();
    let prefix = machine.path("prefix");
    std::fs::create_dir_all(prefix.join("lib/kovacs")).expect("a folder");
    let refused = say(&["install", text(&prefix), "--no-strip", "--no-crates"]).ends_with(1);
    refused.complains_of(&["has no record of an installation", "move", "name another folder"]);
    std::fs::write(machine.path("file"), "").expect("written");
    say(&["install", text(&machine.path("file/below")), "--no-strip", "--no-crates"])
        .ends_with(1)
        .complains_of(&["cannot install"]);
    run(machine.command(Path::new(KOVACS), &["install", "--dry-run"]).env_remove("HOME"))
        .ends_with(1)
        .complains_of(&["HOME is not set", "kovacs install PREFIX"]);
    run(kovacs(&["dist"]).env("SOURCE_DATE_EPOCH", "today")).ends_with(1).complains_of(&["not a number of seconds"]);
}

#[test]
fn completions_offer_models_packages_and_notebooks() {
    let place = tempfile::tempdir().expect("a folder");
    notebook(place.path(), "analysis.ipynb", &[]);
    std::fs::write(place.path().join("notes.txt"), "").expect("written");
    let offered = |words: &[&str]| {
        let mut command = kovacs(&[&["--", "kovacs"], words].concat());
        command.current_dir(place.path()).env("KOVACS_COMPLETE", "bash").env("_CLAP_IFS", "\n");
        let said = run(command.env("_CLAP_COMPLETE_INDEX", words.len().to_string())).ends_with(0);
        said.out.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let has = |words: &[&str], expected: &str| {
        let offered = offered(words);
        assert!(offered.iter().any(|word| word == expected), "{words:?}: {offered:?}");
    };
    has(&["pre"], "predict");
    has(&["predict", ""], "aoi");
    has(&["cite", "t"], "tnm");
    has(&["data", "show", "p"], "pvc");
    has(&["run", ""], "analysis.ipynb");
    assert!(!offered(&["run", ""]).iter().any(|word| word == "notes.txt"));
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let place = tempfile::tempdir().expect("a folder");
    say(&["man", "--out", text(place.path())]).ends_with(0);
    for page in ["kovacs.1", "kovacs-predict.1", "kovacs-data-import.1", "kovacs-install.1"] {
        assert!(place.path().join(page).is_file(), "no {page}");
    }
    say(&["man", "data", "import"]).ends_with(0).prints(&[".TH", "mapping"]);
    say(&["man", "nonsense"]).ends_with(2).complains_of(&["there is no command `kovacs nonsense`"]);
}

#[test]
fn the_program_the_article_and_models_are_cited() {
    let doi = "10.1038/s41467-023-44187-x";
    say(&["cite"]).ends_with(0).prints(&["The Kovacs contributors", "Strain-driven Kovacs-like memory effect", doi]);
    say(&["cite", "--bibtex"]).ends_with(0).prints(&[
        "@software{kovacs,",
        "@article{tong2023,",
        "Wang, Jun-Qiang",
        doi,
    ]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../CITATION.cff");
    assert_eq!(say(&["cite", "--cff"]).ends_with(0).out, std::fs::read_to_string(root).expect("the file"));
    say(&["cite", "tnm", "aoi"]).ends_with(0).prints(&["Moynihan et al.", "Amir, Oreg & Imry"]);
    say(&["cite", "aoi", "--bibtex"]).ends_with(0).prints(&[
        "@misc{kovacs-aoi,",
        "doi = {10.1073/pnas.1120147109}",
        "\\&",
    ]);
    say(&["cite", "nobody"]).ends_with(1).complains_of(&["there is no model `nobody`"]);
    say(&["cite", "tnm", "--cff"]).ends_with(2);
}
