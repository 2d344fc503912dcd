//! What evcxr and rust-analyzer ask of the toolchain: the same of every session, so the set-up records the answers.
//!
//! An answer is found by the arguments, with the session's folder replaced by a mark, and for questions about the
//! crate also by its dependencies. What is not recorded the real tool is asked.

use crate::journal::Event;
use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::{offered, real, source};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

const CRATE_MARK: &str = "\u{1}crate\u{1}";
const SETUP_MARK: &str = "\u{1}setup\u{1}";

/// Answers as rustc; compiles if that is what is wanted.
pub(crate) fn rustc(plan: &Plan, arguments: &[OsString]) -> io::Result<ExitCode> {
    let words = words(arguments);
    if words == ["--print", "sysroot"] {
        // With our folder as the compiler's own, rust-analyzer comes to us for everything.
        println!("{}", plan.tools.display());
        return Ok(ExitCode::SUCCESS);
    }
    if !words.iter().any(|word| ["--print", "-vV", "-Vv", "--version", "-V"].contains(&word.as_str())) {
        return real::rustc(plan, arguments);
    }
    let mut command = Command::new(&plan.rustc);
    command.args(arguments);
    answer(plan, &format!("rustc {}", words.join(" ")), None, command)
}

/// Answers as rustup: where the tools are. The toolchain of a session cannot be changed.
pub(crate) fn rustup(plan: &Plan, arguments: &[OsString]) -> io::Result<ExitCode> {
    match words(arguments).iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["which", tool @ ("cargo" | "rustc")] => {
            println!("{}", plan.tools.join("bin").join(tool).display());
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(io::Error::new(io::ErrorKind::Unsupported, "the toolchain of a running session cannot be changed")),
    }
}

/// Answers a question to cargo about the crate of the cells.
pub(crate) fn cargo(plan: &Plan, folder: &Path, arguments: &[OsString]) -> io::Result<ExitCode> {
    let mut command = Command::new(&plan.cargo);
    command.current_dir(folder);
    let manifest = Manifest::read(folder).ok().filter(|manifest| manifest.is_of_cells);
    let asks_metadata = arguments.iter().any(|argument| argument == "metadata");
    let mut question = format!("cargo {}", words(arguments).join(" "));
    let mut own_folder = None;
    match manifest {
        None => return trial(plan, folder, arguments),
        Some(manifest) if asks_metadata => {
            // rust-analyzer must know the prelude, which the manifest does not name.
            let mut prelude = format!("\nkovacs = {{ path = {:?} }}\n", plan.prelude);
            for (name, view) in plan.externs.iter().filter_map(|krate| Some((&krate.name, krate.view.as_ref()?))) {
                prelude.push_str(&format!("{name} = {{ path = {view:?} }}\n"));
            }
            let own = real::crate_folder(plan, folder, "", &prelude)?;
            let path = folder.join("Cargo.toml");
            let mut arguments = arguments.to_vec();
            match arguments.iter_mut().find(|argument| Path::new(argument) == path) {
                Some(argument) => *argument = own.join("Cargo.toml").into(),
                None => arguments.extend(["--manifest-path".into(), own.join("Cargo.toml").into()]),
            }
            command.args(arguments);
            question.push_str(&format!(" {:?}", offered::others(plan, &manifest.dependencies)));
            own_folder = Some(own);
        }
        Some(_) => {
            command.args(arguments);
        }
    }
    answer(plan, &question, own_folder.as_deref(), command)
}

/// Tries a line of `:dep`: whether there is such a crate, in a version that it asks for.
fn trial(plan: &Plan, folder: &Path, arguments: &[OsString]) -> io::Result<ExitCode> {
    for line in Manifest::read(folder)?.dependencies {
        match offered::judge(plan, &line) {
            Some(Ok(())) => return Ok(ExitCode::SUCCESS),
            Some(Err(reason)) => {
                // evcxr shows what is written here.
                eprintln!("{reason}");
                return Ok(ExitCode::from(101));
            }
            None => {}
        }
    }
    let attempt = |arguments: &[OsString], is_offline: bool| {
        let mut command = Command::new(&plan.cargo);
        command.current_dir(folder).args(arguments);
        real::restore(plan, &mut command);
        // evcxr has written into the crate's configuration that there is no network.
        command.env("CARGO_NET_OFFLINE", if is_offline { "true" } else { "false" });
        command.env_remove("RUSTC").stdin(std::process::Stdio::null()).output()
    };
    let mut output = attempt(arguments, true)?;
    if !output.status.success() && !plan.is_offline() {
        // What is not on this machine is looked for in the registry.
        let arguments: Vec<OsString> = arguments.iter().filter(|argument| *argument != "--offline").cloned().collect();
        plan.progress("looking for the crate in the registry");
        output = attempt(&arguments, false)?;
    }
    io::stderr().write_all(&output.stderr)?;
    io::stdout().write_all(&output.stdout)?;
    Ok(ExitCode::from(u8::try_from(output.status.code().unwrap_or(101)).unwrap_or(101)))
}

fn words(arguments: &[OsString]) -> Vec<String> {
    arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect()
}

/// Gives the recorded answer, or that of `command`. `own_folder` stands for the crate folder in the latter.
fn answer(plan: &Plan, question: &str, own_folder: Option<&Path>, mut command: Command) -> io::Result<ExitCode> {
    let begun = Instant::now();
    let folder = std::env::current_dir()?;
    let setup = plan.tools.parent().unwrap_or(&plan.tools);
    let marks: Vec<(String, &str)> = plan
        .crate_folders
        .iter()
        .chain([&folder].into_iter().filter(|folder| plan.is_crate_folder(folder)))
        .map(|folder| (folder.display().to_string(), CRATE_MARK))
        .chain([(setup.display().to_string(), SETUP_MARK)])
        .collect();
    let question = marks.iter().fold(question.to_owned(), |text, (path, mark)| text.replace(path.as_str(), mark));
    let name = format!("{:016x}", source::digest(question.as_bytes()));
    for known in &plan.answers {
        let Ok(text) = fs::read_to_string(known.join(&name)) else { continue };
        let Some(answer) = text.strip_prefix(&question).and_then(|rest| rest.strip_prefix('\n')) else { continue };
        let answer =
            answer.replace(CRATE_MARK, &folder.display().to_string()).replace(SETUP_MARK, &setup.display().to_string());
        io::stdout().write_all(answer.as_bytes())?;
        plan.note(Event::Answered, begun.elapsed(), &question);
        return Ok(ExitCode::SUCCESS);
    }
    real::restore(plan, &mut command);
    command.env("CARGO_NET_OFFLINE", "true");
    let output = command.env_remove("RUSTC").stdin(std::process::Stdio::null()).output()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if let Some(own) = own_folder {
        text = text.replace(&own.display().to_string(), &folder.display().to_string());
    }
    io::stderr().write_all(&output.stderr)?;
    io::stdout().write_all(text.as_bytes())?;
    plan.note(Event::Asked, begun.elapsed(), &question);
    if let Some(record) = plan.record.as_ref().filter(|_| output.status.success()) {
        let answer = marks.iter().fold(text, |text, (path, mark)| text.replace(path.as_str(), mark));
        // Without a record it is asked again.
        let draft = record.join(format!("{name}.{}", std::process::id()));
        let _ =
            fs::write(&draft, format!("{question}\n{answer}")).and_then(|()| fs::rename(&draft, record.join(&name)));
    }
    Ok(ExitCode::from(u8::try_from(output.status.code().unwrap_or(101)).unwrap_or(101)))
}
