//! Help, versions, completions, exit codes of wrong command lines.

use crate::program::say;

const COMMANDS: [&[&str]; 29] = [
    &["reproduce"],
    &["predict"],
    &["fit"],
    &["posterior"],
    &["compare"],
    &["design"],
    &["linear"],
    &["run"],
    &["data", "list"],
    &["data", "info"],
    &["data", "validate"],
    &["data", "generate"],
    &["data", "import"],
    &["data", "query"],
    &["data", "show"],
    &["data", "export"],
    &["data", "new"],
    &["model", "list"],
    &["model", "info"],
    &["book", "build"],
    &["book", "preprocess"],
    &["figures"],
    &["setup"],
    &["install"],
    &["uninstall"],
    &["dist"],
    &["cite"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_help_with_an_example_of_itself() {
    for command in COMMANDS {
        let words = command.join(" ");
        say(&[command, &["--help"]].concat()).ends_with(0).prints(&[&format!("kovacs {words}"), "Example"]);
    }
    let top = say(&["--help"]).ends_with(0);
    let listed =
        ["reproduce", "predict", "run", "data", "model", "kernel", "book", "setup", "install", "cite", "completions"];
    for (command, before) in listed.iter().skip(1).zip(listed) {
        let place = |name: &str| top.out.find(&format!("\n  {name} ")).unwrap_or_else(|| panic!("no `{name}`"));
        assert!(place(before) < place(command), "what most people want comes first");
    }
    assert!(!top.out.contains("__"), "roles of the executable are nobody's commands");
}

#[test]
fn the_exit_codes_of_notebooks_are_in_the_help() {
    say(&["run", "--help"]).ends_with(0).prints(&[
        "    0  every notebook ran",
        "    1  a cell failed",
        "    2  the command line is wrong",
        "    3  a notebook cannot be read",
        "    4  a cell ran longer or wrote more",
        "    5  the process that runs the cells ended",
        "  130  interrupted",
    ]);
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(say(&["--version"]).ends_with(0).out, format!("kovacs {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_of_every_shell_ask_the_program() {
    for shell in ["bash", "zsh", "fish"] {
        say(&["completions", shell]).ends_with(0).prints(&["KOVACS_COMPLETE", "kovacs"]);
    }
}

#[test]
fn wrong_command_lines_end_with_two_and_a_hint() {
    say(&["predcit"]).ends_with(2).complains_of(&["predict"]);
    say(&["run"]).ends_with(2).complains_of(&["<NOTEBOOK>"]);
    say(&["run", "a.ipynb", "--timeout", "60"]).ends_with(2).complains_of(&["`60` has no unit", "60s"]);
    say(&["run", "a.ipynb", "--max-output", "lots"]).ends_with(2).complains_of(&["16MB"]);
    say(&["run", "a.ipynb", "--in-place", "--out", "b"]).ends_with(2).complains_of(&["cannot be used with"]);
    say(&["run", "a/x.ipynb", "b/x.ipynb"]).ends_with(2).complains_of(&["would both be written to", "--in-place"]);
}
