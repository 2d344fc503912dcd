//! Names that cells write in texts: of packages, tables, columns, models, parameters.
//!
//! Who knows them is up to the caller. The usual answer is to ask the program itself, `kovacs model info tnm --json`:
//! a library that must be opened to be known is then opened in a process that ends.

use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A name to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As it is written.
    pub name: String,
    /// What it is, in few words; may be empty.
    pub about: String,
}

/// Which names are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// Data packages.
    Packages,
    /// The tables of a package.
    Tables {
        /// Its name.
        package: String,
    },
    /// The columns of a table.
    Columns {
        /// Name of the package.
        package: String,
        /// Name of the table; `None` for all of the package.
        table: Option<String>,
    },
    /// Models.
    Models,
    /// The parameters of a model.
    Parameters {
        /// Its name.
        model: String,
    },
    /// The parameter sets that come with a model.
    ParameterSets {
        /// Its name.
        model: String,
    },
    /// What a model can give.
    Outputs {
        /// Its name.
        model: String,
    },
}

/// Knows names. Asked while somebody waits: an answer should be there within some tens of milliseconds.
pub trait Names: Send + Sync {
    /// All names of this kind; none if they are not known.
    fn names(&self, wanted: &Wanted) -> Vec<Name>;
}

/// What the program answered to which arguments, and when.
type Answers = HashMap<Vec<String>, (Instant, Arc<Value>)>;

/// Names as the program gives them.
pub struct ProgramNames {
    program: PathBuf,
    folder: PathBuf,
    known: Mutex<Answers>,
}

/// What was built or imported meanwhile is there after this time.
const FRESH: Duration = Duration::from_secs(10);
/// A library that hangs is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);

impl ProgramNames {
    /// Asks `program`, which is `kovacs`, as if it were called in `folder`.
    pub fn new(program: PathBuf, folder: PathBuf) -> ProgramNames {
        ProgramNames { program, folder, known: Mutex::default() }
    }

    fn ask(&self, arguments: &[&str]) -> Arc<Value> {
        let key: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((since, value)) = known
            && since.elapsed() < FRESH
        {
            return value;
        }
        let value = Arc::new(self.run(arguments).unwrap_or_default());
        let entry = (Instant::now(), Arc::clone(&value));
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, entry);
        value
    }

    /// What the program answers; nothing if it fails, hangs, or says something else than JSON.
    fn run(&self, arguments: &[&str]) -> Option<Value> {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--json").current_dir(&self.folder);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let mut output = child.stdout.take()?;
        let (sender, receiver) = std::sync::mpsc::channel();
        let read = move || {
            let mut text = String::new();
            // Who asked may have given up.
            let _ = std::io::Read::read_to_string(&mut output, &mut text).map(|_| sender.send(text));
        };
        std::thread::Builder::new().name("names".into()).spawn(read).ok()?;
        let text = receiver.recv_timeout(PATIENCE);
        // It has closed its output or is not waited for: either way it is at its end.
        let _ = child.kill();
        let _ = child.wait();
        serde_json::from_str(&text.ok()?).ok()
    }

    fn description(&self, package: &str) -> Option<Value> {
        let listing = self.ask(&["data", "list"]);
        let packages = listing.get("packages")?.as_array()?;
        let found = packages.iter().find(|entry| entry.get("name").and_then(Value::as_str) == Some(package))?;
        let folder = Path::new(found.get("folder")?.as_str()?);
        serde_json::from_str(&std::fs::read_to_string(folder.join("datapackage.json")).ok()?).ok()
    }
}

impl Names for ProgramNames {
    fn names(&self, wanted: &Wanted) -> Vec<Name> {
        match wanted {
            Wanted::Packages => named(self.ask(&["data", "list"]).get("packages"), "name", &["title"]),
            Wanted::Models => named(self.ask(&["model", "list"]).get("models"), "name", &["summary"]),
            Wanted::Parameters { model } => {
                named(self.ask(&["model", "info", model]).get("parameters"), "id", &["unit", "meaning"])
            }
            Wanted::ParameterSets { model } => {
                named(self.ask(&["model", "info", model]).get("parameter_sets"), "id", &["label"])
            }
            Wanted::Outputs { model } => {
                named(self.ask(&["model", "info", model]).get("outputs"), "id", &["unit", "meaning"])
            }
            Wanted::Tables { package } => self
                .description(package)
                .map(|package| named(package.get("resources"), "name", &["title"]))
                .unwrap_or_default(),
            Wanted::Columns { package, table } => {
                let description = self.description(package).unwrap_or_default();
                let tables = description.get("resources").and_then(Value::as_array).cloned().unwrap_or_default();
                let is_wanted =
                    |entry: &&Value| table.is_none() || entry.get("name").and_then(Value::as_str) == table.as_deref();
                let columns = tables.iter().filter(is_wanted).flat_map(|entry| {
                    named(entry.pointer("/schema/fields"), "name", &["unit", "title", "description"])
                });
                let mut names: Vec<Name> = Vec::new();
                for column in columns {
                    if !names.iter().any(|known| known.name == column.name) {
                        names.push(column);
                    }
                }
                names
            }
        }
    }
}

/// Name and description of each entry of a JSON array.
fn named(entries: Option<&Value>, name: &str, about: &[&str]) -> Vec<Name> {
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let entries = entries.and_then(Value::as_array).into_iter().flatten();
    let name_of = |entry| {
        let words: Vec<String> =
            about.iter().filter_map(|key| text(entry, key)).filter(|word| !word.is_empty()).collect();
        Some(Name { name: text(entry, name)?, about: words.join(", ") })
    };
    entries.filter_map(name_of).collect()
}
