//! What was run before, on disk, for all kernels of the user: one line of JSON per cell.
//!
//! A file that only grows at its end needs no database: several kernels add to it under a lock, a line that cannot be
//! read is passed over, and reading all of it takes milliseconds, because it is cut at the front when it gets long.

use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// From this size on, in bytes, the older half is forgotten when a kernel starts.
const LONG: u64 = 8 << 20;
/// Longer cells and results, in bytes, are not remembered.
const LARGEST: usize = 1 << 18;

/// `history_request`
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "hist_access_type", rename_all = "lowercase")]
pub(crate) enum Question {
    /// Lines of one session.
    Range {
        /// 0 is this session, -1 the one before.
        #[serde(default)]
        session: i64,
        #[serde(default)]
        start: u64,
        /// The first line that is not wanted; all if missing.
        #[serde(default)]
        stop: Option<u64>,
        #[serde(default)]
        output: bool,
    },
    /// The last cells.
    Tail {
        #[serde(default)]
        n: Option<usize>,
        #[serde(default)]
        output: bool,
    },
    /// Cells that match a pattern with `*`, `?` and `[..]`.
    Search {
        #[serde(default)]
        pattern: Option<String>,
        #[serde(default)]
        n: Option<usize>,
        /// Each text once: its last occurrence.
        #[serde(default)]
        unique: bool,
        #[serde(default)]
        output: bool,
    },
}

/// A line of the file: a cell, or the beginning of a session (without `line`).
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    session: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(default)]
    input: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

/// The cells of all sessions.
pub(crate) struct History {
    /// `None` if nothing can be written: then this session's cells are kept in memory.
    file: Option<PathBuf>,
    session: u64,
    here: Vec<Entry>,
}

impl History {
    /// Begins a session in `file`; without one, or if it cannot be written, history lasts as long as the kernel.
    pub(crate) fn begin(file: Option<PathBuf>) -> History {
        let mut history = History { file, session: 1, here: Vec::new() };
        if let Some(path) = history.file.clone() {
            match begin_in(&path) {
                Ok(session) => history.session = session,
                Err(error) => history.forget(&path, &error),
            }
        }
        history
    }

    /// Remembers a cell and what its last expression gave.
    pub(crate) fn add(&mut self, line: u64, input: &str, output: Option<&str>) {
        if input.len() > LARGEST {
            return;
        }
        let output = output.filter(|text| text.len() <= LARGEST).map(ToOwned::to_owned);
        let entry = Entry { session: self.session, line: Some(line), input: input.to_owned(), output };
        if let Some(path) = self.file.clone() {
            match locked(&path).and_then(|_lock| append(&path, &entry)) {
                Ok(()) => return,
                Err(error) => self.forget(&path, &error),
            }
        }
        self.here.push(entry);
    }

    /// The entries asked for, as they are sent.
    pub(crate) fn answer(&self, question: &Question) -> Vec<Value> {
        let mut entries = match &self.file {
            Some(path) => read(path).unwrap_or_default(),
            None => self.here.clone(),
        };
        entries.retain(|entry| entry.line.is_some());
        // Kernels that run side by side add in turns.
        entries.sort_by_key(|entry| (entry.session, entry.line));
        let with_output = match question {
            Question::Range { session, start, stop, output } => {
                let wanted = if *session > 0 {
                    session.unsigned_abs()
                } else {
                    self.session.saturating_sub(session.unsigned_abs())
                };
                entries.retain(|entry| {
                    let line = entry.line.unwrap_or_default();
                    entry.session == wanted && line >= *start && stop.is_none_or(|stop| line < stop)
                });
                *output
            }
            Question::Tail { n, output } => {
                keep_last(&mut entries, *n);
                *output
            }
            Question::Search { pattern, n, unique, output } => {
                match pattern_of(pattern.as_deref().unwrap_or("*")) {
                    Some(pattern) => entries.retain(|entry| pattern.is_match(&entry.input)),
                    None => entries.clear(),
                }
                if *unique {
                    let mut seen = HashSet::new();
                    entries.reverse();
                    entries.retain(|entry| seen.insert(entry.input.clone()));
                    entries.reverse();
                }
                keep_last(&mut entries, *n);
                *output
            }
        };
        entries
            .into_iter()
            .map(
                |Entry { session, line, input, output }| {
                    if with_output { json!([session, line, [input, output]]) } else { json!([session, line, input]) }
                },
            )
            .collect()
    }

    fn forget(&mut self, path: &Path, error: &io::Error) {
        crate::log(&format!("history is kept in memory only: cannot use {}: {error}", path.display()));
        self.file = None;
    }
}

/// Where the user's programs keep what they did: `$XDG_STATE_HOME/kovacs/history.jsonl`.
pub(crate) fn usual_file() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = variable("XDG_STATE_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("kovacs/history.jsonl"))
}

fn keep_last(entries: &mut Vec<Entry>, n: Option<usize>) {
    if let Some(n) = n {
        entries.drain(..entries.len().saturating_sub(n));
    }
}

/// The regular expression of a glob; `None` if it is none.
fn pattern_of(glob: &str) -> Option<Regex> {
    let mut text = "(?s)^".to_owned();
    let mut characters = glob.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '[' => {
                let mut class = String::new();
                if characters.next_if(|&next| next == '^' || next == '!').is_some() {
                    class.push('^');
                }
                loop {
                    match characters.next()? {
                        ']' if !class.trim_start_matches('^').is_empty() => break,
                        '-' => class.push('-'),
                        inside => class.push_str(&regex_lite::escape(&inside.to_string())),
                    }
                }
                text.push_str(&format!("[{class}]"));
            }
            other => text.push_str(&regex_lite::escape(&other.to_string())),
        }
    }
    Regex::new(&(text + "$")).ok()
}

fn begin_in(path: &Path) -> io::Result<u64> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let _lock = locked(path)?;
    let mut entries = read(path)?;
    let session = entries.iter().map(|entry| entry.session).max().unwrap_or(0).saturating_add(1);
    if path.metadata().is_ok_and(|file| file.len() > LONG) {
        entries.drain(..entries.len() / 2);
        replace(path, &entries)?;
    }
    append(path, &Entry { session, line: None, input: String::new(), output: None })?;
    Ok(session)
}

/// Nobody else writes while the file beside it is held. The history itself may be replaced, so it cannot be the lock.
fn locked(path: &Path) -> io::Result<File> {
    let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(path.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn append(path: &Path, entry: &Entry) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)?.write_all(&line)
}

fn replace(path: &Path, entries: &[Entry]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    for entry in entries {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        file.write_all(&line)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // A line that was cut short by a full disk is passed over.
    Ok(BufReader::new(file)
        .split(b'\n')
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_slice(&line).ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn ask(history: &History, question: Value) -> Value {
        Value::Array(history.answer(&serde_json::from_value(question).expect("a question")))
    }

    fn two_sessions(folder: &Path) -> History {
        let file = folder.join("kovacs/history.jsonl");
        let mut first = History::begin(Some(file.clone()));
        first.add(1, "let x = 1;", None);
        first.add(2, "x + 1", Some("2"));
        let mut second = History::begin(Some(file));
        second.add(1, "x + 1", Some("3"));
        second.add(2, "println!(\"[a]\")", None);
        second
    }

    #[test]
    fn tail_range_and_search_give_what_was_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let history = two_sessions(folder.path());
        assert_eq!(
            ask(&history, json!({ "hist_access_type": "tail", "n": 2, "output": true, "raw": true })),
            json!([[2, 1, ["x + 1", "3"]], [2, 2, ["println!(\"[a]\")", null]]])
        );
        assert_eq!(
            ask(&history, json!({ "hist_access_type": "range", "session": -1, "start": 1, "stop": 2 })),
            json!([[1, 1, "let x = 1;"]])
        );
        assert_eq!(
            ask(&history, json!({ "hist_access_type": "range", "session": 1, "start": 2 })),
            json!([[1, 2, "x + 1"]])
        );
        assert_eq!(ask(&history, json!({ "hist_access_type": "range" })).as_array().map(Vec::len), Some(2));
        let search = |more: Value| {
            let mut question = json!({ "hist_access_type": "search", "pattern": "x*" });
            question.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
            ask(&history, question)
        };
        assert_eq!(search(json!({})), json!([[1, 2, "x + 1"], [2, 1, "x + 1"]]));
        assert_eq!(search(json!({ "unique": true })), json!([[2, 1, "x + 1"]]));
        assert_eq!(search(json!({ "n": 1 })), json!([[2, 1, "x + 1"]]));
        assert_eq!(search(json!({ "pattern": "*[[]a?*" })), json!([[2, 2, "println!(\"[a]\")"]]));
        assert_eq!(search(json!({ "pattern": "[" })), json!([]));
    }

    #[test]
    fn the_file_is_the_users_alone_and_a_broken_line_costs_itself_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let history = two_sessions(folder.path());
        let file = folder.path().join("kovacs/history.jsonl");
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
        OpenOptions::new()
            .append(true)
            .open(&file)
            .expect("a file")
            .write_all(b"{\"session\":7,\n\xff\n")
            .expect("written");
        assert_eq!(ask(&history, json!({ "hist_access_type": "tail" })).as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn a_long_file_is_cut_and_numbers_go_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("history.jsonl");
        let mut history = History::begin(Some(file.clone()));
        let cell = "x".repeat(LARGEST);
        for line in 1..=40 {
            history.add(line, &cell, None);
        }
        history.add(41, &"y".repeat(LARGEST + 1), None);
        let later = History::begin(Some(file.clone()));
        assert_eq!(later.session, 2);
        assert!(file.metadata().expect("a file").len() < LONG);
        assert_eq!(ask(&later, json!({ "hist_access_type": "tail", "n": 1 }))[0][1], 40);
    }

    #[test]
    fn without_a_file_this_session_is_remembered() {
        let mut history = History::begin(Some("/dev/null/history.jsonl".into()));
        history.add(1, "a", None);
        assert_eq!(ask(&history, json!({ "hist_access_type": "tail" })), json!([[1, 1, "a"]]));
    }
}
