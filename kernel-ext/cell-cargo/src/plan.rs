//! What a session tells its `cargo`: where everything is. A file of lines, fields separated by tabs.

use crate::externs::{Extern, Offer};
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Environment variable with the plan's path.
pub const PLAN_VARIABLE: &str = "KOVACS_CELL_PLAN";

/// Where everything is that compiling a cell needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Folders in which evcxr keeps the crate of the cells.
    pub crate_folders: Vec<PathBuf>,
    /// Folder of this program's names.
    pub tools: PathBuf,
    /// Source folder of the crate `kovacs`, for rust-analyzer.
    pub prelude: PathBuf,
    /// The real compiler, not a proxy.
    pub rustc: PathBuf,
    /// The real cargo.
    pub cargo: PathBuf,
    /// The compiler's folder.
    pub sysroot: PathBuf,
    /// The linker; `None`: rustc calls its own through the real cargo.
    pub linker: Option<PathBuf>,
    /// The shared standard library; its name changes with the compiler.
    pub standard_library: PathBuf,
    /// The libraries of the system that cells may refer to.
    pub system_libraries: Vec<PathBuf>,
    /// Crates that cells can name; the first one is `kovacs`.
    pub externs: Vec<Extern>,
    /// Crates that cells could name, and why they cannot.
    pub unavailable: Vec<(String, String)>,
    /// Where the crates of `:dep` are built, for all sessions.
    pub dependencies: PathBuf,
    /// Folders with recorded answers.
    pub answers: Vec<PathBuf>,
    /// Where to record new answers.
    pub record: Option<PathBuf>,
    /// The session's log of compilations.
    pub journal: PathBuf,
    /// Variables to restore (`None`: to remove) for the real tools.
    pub environment: Vec<(String, Option<OsString>)>,
}

impl Plan {
    /// Reads the plan that the environment names.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn from_environment() -> io::Result<Plan> {
        let path = std::env::var_os(PLAN_VARIABLE).ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, format!("`{PLAN_VARIABLE}` is not set: only sessions start this"))
        })?;
        let bytes = std::fs::read(&path).map_err(|error| {
            let path = Path::new(&path).display();
            io::Error::new(error.kind(), format!("the session's folder is gone ({path}: {error}); restart the session"))
        })?;
        Plan::decode(&bytes)
    }

    /// Whether cells are compiled in this folder.
    pub(crate) fn is_crate_folder(&self, folder: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.crate_folders.iter().any(|known| known == folder || real(known) == real(folder))
    }

    /// Says to whoever waits for the cell what is being done.
    pub(crate) fn progress(&self, line: &str) {
        // Nobody has to listen.
        let file = OpenOptions::new().create(true).append(true).open(self.progress_file());
        let _ = file.and_then(|mut file| writeln!(file, "{line}"));
    }

    /// Into which file is written what takes long while a cell is compiled: a line for each step.
    pub fn progress_file(&self) -> PathBuf {
        self.journal.with_extension("progress")
    }

    /// Whether the user wants no network.
    pub(crate) fn is_offline(&self) -> bool {
        let value =
            self.environment.iter().find(|(name, _)| name == "CARGO_NET_OFFLINE").and_then(|(_, value)| value.as_ref());
        value.is_some_and(|value| value == "true")
    }

    /// The plan as the contents of a file.
    pub fn encode(&self) -> Vec<u8> {
        let mut lines = Lines::default();
        for folder in &self.crate_folders {
            lines.add("crate", &[folder.as_os_str()]);
        }
        lines.add("tools", &[self.tools.as_os_str()]);
        lines.add("prelude", &[self.prelude.as_os_str()]);
        lines.add("rustc", &[self.rustc.as_os_str()]);
        lines.add("cargo", &[self.cargo.as_os_str()]);
        lines.add("sysroot", &[self.sysroot.as_os_str()]);
        if let Some(linker) = &self.linker {
            lines.add("linker", &[linker.as_os_str()]);
        }
        lines.add("standard-library", &[self.standard_library.as_os_str()]);
        for library in &self.system_libraries {
            lines.add("system-library", &[library.as_os_str()]);
        }
        for krate in &self.externs {
            let optional = |path: &Option<PathBuf>| path.clone().unwrap_or_default().into_os_string();
            let (folder, library) = (optional(&krate.search_folder), optional(&krate.shared_library));
            let view = optional(&krate.view);
            lines.add("extern", &[OsStr::new(&krate.name), krate.rmeta.as_os_str(), &folder, &library, &view]);
            for library in &krate.behind {
                lines.add("behind", &[library.as_os_str()]);
            }
            if let Some(file) = &krate.exports {
                lines.add("exports", &[file.as_os_str()]);
            }
            if let Some(Offer { version, features }) = &krate.offer {
                lines.add("offer", &[OsStr::new(version), OsStr::new(&features.join(" "))]);
            }
        }
        for (name, reason) in &self.unavailable {
            lines.add("unavailable", &[OsStr::new(name), OsStr::new(reason)]);
        }
        lines.add("dependencies", &[self.dependencies.as_os_str()]);
        for folder in &self.answers {
            lines.add("answers", &[folder.as_os_str()]);
        }
        if let Some(folder) = &self.record {
            lines.add("record", &[folder.as_os_str()]);
        }
        lines.add("journal", &[self.journal.as_os_str()]);
        for (name, value) in &self.environment {
            match value {
                Some(value) => lines.add("restore", &[OsStr::new(name), value]),
                None => lines.add("remove", &[OsStr::new(name)]),
            }
        }
        lines.bytes
    }

    /// Reads what [`encode`](Plan::encode) made.
    ///
    /// # Errors
    /// A line is not known.
    pub fn decode(bytes: &[u8]) -> io::Result<Plan> {
        let mut plan = Plan::default();
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut fields = line.split(|byte| *byte == b'\t').map(unescape);
            let key = fields.next().unwrap_or_default();
            let mut next = || fields.next().unwrap_or_default();
            match key.to_string_lossy().as_ref() {
                "crate" => plan.crate_folders.push(next().into()),
                "tools" => plan.tools = next().into(),
                "prelude" => plan.prelude = next().into(),
                "rustc" => plan.rustc = next().into(),
                "cargo" => plan.cargo = next().into(),
                "sysroot" => plan.sysroot = next().into(),
                "linker" => plan.linker = Some(next().into()),
                "standard-library" => plan.standard_library = next().into(),
                "system-library" => plan.system_libraries.push(next().into()),
                "extern" => {
                    let name = next().to_string_lossy().into_owned();
                    let rmeta = next().into();
                    let mut optional = || Some(PathBuf::from(next())).filter(|path| !path.as_os_str().is_empty());
                    let search_folder = optional();
                    let (library, view) = (optional(), optional());
                    plan.externs.push(Extern {
                        name,
                        rmeta,
                        search_folder,
                        shared_library: library,
                        view,
                        ..Extern::default()
                    });
                }
                "behind" => {
                    if let Some(krate) = plan.externs.last_mut() {
                        krate.behind.push(next().into());
                    }
                }
                "exports" => {
                    if let Some(krate) = plan.externs.last_mut() {
                        krate.exports = Some(next().into());
                    }
                }
                "offer" => {
                    let version = next().to_string_lossy().into_owned();
                    let features = next().to_string_lossy().split_whitespace().map(str::to_owned).collect();
                    if let Some(krate) = plan.externs.last_mut() {
                        krate.offer = Some(Offer { version, features });
                    }
                }
                "unavailable" => {
                    let mut text = || next().to_string_lossy().into_owned();
                    plan.unavailable.push((text(), text()));
                }
                "dependencies" => plan.dependencies = next().into(),
                "answers" => plan.answers.push(next().into()),
                "record" => plan.record = Some(next().into()),
                "journal" => plan.journal = next().into(),
                "restore" => {
                    let name = next().to_string_lossy().into_owned();
                    plan.environment.push((name, Some(next())));
                }
                "remove" => plan.environment.push((next().to_string_lossy().into_owned(), None)),
                other => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a plan with a line `{other}`")));
                }
            }
        }
        Ok(plan)
    }
}

#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    fn add(&mut self, key: &str, fields: &[&OsStr]) {
        self.bytes.extend(key.as_bytes());
        for field in fields {
            self.bytes.push(b'\t');
            for byte in field.as_bytes() {
                match byte {
                    b'\t' => self.bytes.extend(b"\\t"),
                    b'\n' => self.bytes.extend(b"\\n"),
                    b'\\' => self.bytes.extend(b"\\\\"),
                    other => self.bytes.push(*other),
                }
            }
        }
        self.bytes.push(b'\n');
    }
}

fn unescape(field: &[u8]) -> OsString {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next() {
                Some(b't') => b'\t',
                Some(b'n') => b'\n',
                other => other.copied().unwrap_or(b'\\'),
            },
            other => *other,
        });
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_survives_its_file_whatever_paths_hold() {
        let krate = |library: Option<&str>| Extern {
            name: "kovacs".into(),
            rmeta: "/a b/\t.rmeta".into(),
            search_folder: None,
            shared_library: library.map(PathBuf::from),
            behind: library.map(PathBuf::from).into_iter().collect(),
            view: library.map(PathBuf::from),
            exports: library.map(PathBuf::from),
            offer: library.map(|_| Offer { version: "1.2.3".into(), features: vec!["a".into(), "b".into()] }),
        };
        let plan = Plan {
            crate_folders: vec!["/tmp/x\ny".into(), "/tmp/\\t".into()],
            tools: OsString::from_vec(vec![b'/', 0xff]).into(),
            linker: Some("/l".into()),
            externs: vec![krate(Some("/lib")), krate(None)],
            environment: vec![("PATH".into(), Some("/bin:\t".into())), ("CARGO_HOME".into(), None)],
            record: Some("/r".into()),
            unavailable: vec![("polars".into(), "no\nreason".into())],
            dependencies: "/deps".into(),
            ..Plan::default()
        };
        assert_eq!(Plan::decode(&plan.encode()).expect("it was just encoded"), plan);
    }

    #[test]
    fn a_line_of_another_version_is_refused() {
        assert!(Plan::decode(b"colour\tblue\n").is_err());
    }
}
