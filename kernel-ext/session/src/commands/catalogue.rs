//! All commands, with what a person has to know of each: the table behind `:help`, completion and inspection.

/// What can follow a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Argument {
    /// The name of a command, without its colon.
    Command,
    /// The name of a model.
    Model,
    /// The name of a data package.
    Package,
    /// The name of a variable.
    Variable,
    /// A file.
    File,
    /// Rust code.
    Code,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A `:command`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Without its colon.
    pub name: &'static str,
    /// What may follow, as help writes it: `[NAME]`.
    pub usage: &'static str,
    /// What it does, in half a sentence.
    pub summary: &'static str,
    /// A line to try.
    pub example: &'static str,
    /// What more there is to say; may be empty.
    pub details: &'static str,
    /// What can follow.
    pub arguments: &'static [Argument],
    /// Whether it is evcxr's own, and passed on to it.
    pub is_of_evcxr: bool,
}

const fn ours(
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    example: &'static str,
    details: &'static str,
    arguments: &'static [Argument],
) -> Command {
    Command { name, usage, summary, example, details, arguments, is_of_evcxr: false }
}

const fn evcxr(name: &'static str, usage: &'static str, summary: &'static str, example: &'static str) -> Command {
    Command { name, usage, summary, example, details: "", arguments: &[], is_of_evcxr: true }
}

const SWITCH: &[Argument] = &[Argument::Word(&["0", "1"])];

/// All commands: first those of this program, then evcxr's.
pub const COMMANDS: &[Command] = &[
    ours("help", "[COMMAND]", "shows all commands, or one in full", ":help dep", "", &[Argument::Command]),
    ours(
        "model",
        "[NAME | reload]",
        "lists the models, or shows one with its parameters, units and defaults",
        ":model tnm",
        "`:model reload` takes what was built anew of the models in all variables; the values of parameters stay.",
        &[Argument::Model, Argument::Word(&["reload"])],
    ),
    ours(
        "data",
        "[NAME]",
        "lists the data packages, or shows one with its tables",
        ":data pvc",
        "",
        &[Argument::Package],
    ),
    ours(
        "vars",
        "",
        "lists the variables with type, size and beginning",
        ":vars",
        "The size is that of the variable itself, without what it points to: 24 bytes for every `Vec`.",
        &[],
    ),
    ours(
        "time",
        "CELL",
        "runs the rest of the cell and tells how long compiling and running took",
        ":time (0..1000).sum::<u32>()",
        "What follows is a whole cell: it may go on in the next lines, and may begin with other commands.",
        &[Argument::Code],
    ),
    ours(
        "load",
        "FILE",
        "runs a file of Rust code, or the code cells of a notebook, as if they stood here",
        ":load helpers.rs",
        "A relative path starts at the folder that the session runs in. A notebook (`.ipynb`) stops at the first cell that \
         fails.",
        &[Argument::File],
    ),
    ours(
        "reset",
        "",
        "begins anew: no variables, no functions and types, no further crates",
        ":reset",
        "`:restart` is milder: it forgets the variables and keeps the rest.",
        &[],
    ),
    ours(
        "env",
        "[NAME=VALUE]",
        "shows compiler, versions, folders and what the processes take; or sets a variable of the environment",
        ":env",
        "A variable that is set reaches cells after `:restart`.",
        &[],
    ),
    ours(
        "toolchain",
        "",
        "changes nothing: cells are compiled by the toolchain that the session started with",
        ":toolchain",
        "The prelude is compiled for one compiler, and values of two compilers cannot meet in one process. For another \
         toolchain, restart the kernel with `RUSTUP_TOOLCHAIN` set to its name.",
        &[],
    ),
    ours("quit", "", "ends nothing: a session ends with its notebook", ":quit", "", &[]),
    Command {
        details: "`:dep NAME = \"VERSION\"` adds a crate, `:dep NAME = { path = \"FOLDER\" }` or `:dep ./FOLDER` one on this \
                  machine; options are those of a Cargo.toml. What is already on this machine needs no network.",
        ..evcxr("dep", "NAME = VERSION", "adds a crate that later code can use", ":dep rand = \"0.9\"")
    },
    Command {
        arguments: &[Argument::Variable],
        ..evcxr("type", "VARIABLE", "shows the type of a variable", ":type x")
    },
    Command { arguments: &[Argument::Variable], ..evcxr("t", "VARIABLE", "as `:type`", ":t x") },
    evcxr("doc", "EXPRESSION", "shows the documentation of what an expression names", ":doc Vec::push"),
    Command {
        arguments: &[Argument::Word(&["0", "1", "2", "3"])],
        ..evcxr("opt", "LEVEL", "optimises later cells: 0 compiles quickly, 2 runs quickly", ":opt 2")
    },
    evcxr("fmt", "FORMAT", "formats results with this in place of `{:?}`", ":fmt {:#?}"),
    evcxr("types", "", "turns types beside results on or off", ":types"),
    evcxr("efmt", "FORMAT", "formats errors that leave a cell through `?` with this", ":efmt {}"),
    evcxr("restart", "", "starts a new process for cells: variables go, functions and types stay", ":restart"),
    evcxr("clear", "", "forgets variables, functions and types; `:reset` is more thorough", ":clear"),
    evcxr("show_deps", "", "lists the crates that were added", ":show_deps"),
    evcxr("explain", "", "explains the last error of the compiler at length", ":explain"),
    evcxr("timing", "", "turns the time of every cell on or off", ":timing"),
    evcxr("version", "", "shows the version of evcxr", ":version"),
    evcxr("last_compile_dir", "", "shows the folder in which cells are compiled", ":last_compile_dir"),
    evcxr("last_error_json", "", "shows the last error of the compiler as JSON", ":last_error_json"),
    evcxr("build_env", "NAME=VALUE", "sets a variable of the environment for compiling", ":build_env NAME=value"),
    Command { arguments: SWITCH, ..evcxr("offline", "0|1", "keeps cargo from using the network", ":offline 1") },
    Command {
        arguments: SWITCH,
        ..evcxr("preserve_vars_on_panic", "0|1", "keeps variables when a cell panics", ":preserve_vars_on_panic 1")
    },
    Command {
        arguments: SWITCH,
        ..evcxr("allow_static_linking", "0|1", "links further crates into each cell", ":allow_static_linking 1")
    },
    Command { arguments: SWITCH, ..evcxr("sccache", "0|1", "compiles further crates with sccache", ":sccache 1") },
    evcxr("cache", "MEGABYTES", "keeps compiled crates for other sessions", ":cache 500"),
    evcxr("clear_cache", "", "empties that cache", ":clear_cache"),
    evcxr("linker", "NAME", "links with `system`, `lld` or `mold`", ":linker lld"),
    evcxr("codegen_backend", "NAME", "compiles with another backend (nightly)", ":codegen_backend cranelift"),
    evcxr("time_passes", "", "shows what the compiler spends its time on (nightly)", ":time_passes"),
    evcxr("load_config", "[--quiet]", "reads evcxr's configuration again", ":load_config"),
    evcxr("internal_debug", "", "turns evcxr's own messages on or off", ":internal_debug"),
];

/// The command of this name, with or without its colon.
pub fn command(name: &str) -> Option<&'static Command> {
    let name = name.strip_prefix(':').unwrap_or(name);
    COMMANDS.iter().find(|command| command.name == name)
}

/// The name that a misspelt one comes closest to.
pub fn closest(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix(':').unwrap_or(name).to_lowercase();
    let begun = COMMANDS.iter().find(|command| !name.is_empty() && command.name.starts_with(&name));
    let near = || {
        let distances = COMMANDS.iter().map(|command| (strsim::damerau_levenshtein(&name, command.name), command));
        distances
            .filter(|(distance, _)| *distance <= 2 && *distance < name.len())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, command)| command)
    };
    begun.or_else(near).map(|command| command.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_is_there_once_and_its_example_calls_it() {
        for command in COMMANDS {
            assert_eq!(COMMANDS.iter().filter(|other| other.name == command.name).count(), 1, "{}", command.name);
            let called = command.example.split_whitespace().next().unwrap_or_default();
            assert!(called == format!(":{}", command.name) || command.name == "help", "{}", command.example);
        }
    }

    #[test]
    fn a_misspelt_command_has_a_closest_one() {
        assert_eq!(closest(":vasr"), Some("vars"));
        assert_eq!(closest(":mod"), Some("model"));
        assert_eq!(closest(":Data"), Some("data"));
        assert_eq!(closest(":"), None);
        assert_eq!(closest(":abracadabra"), None);
    }
}
