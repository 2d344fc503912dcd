//! What the session's cargo does while a cell waits for the crates that it asks for.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// A file to which lines are added while a cell is compiled.
pub(crate) struct ProgressFile {
    path: PathBuf,
    read: u64,
}

impl ProgressFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        ProgressFile { path, read: 0 }
    }

    /// The whole lines that were added since the last time; empty while the file is not there.
    pub(crate) fn added(&mut self) -> String {
        let length = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if length <= self.read {
            return String::new();
        }
        let mut bytes = Vec::new();
        let read = File::open(&self.path)
            .and_then(|mut file| file.seek(SeekFrom::Start(self.read)).map(|_| file))
            .and_then(|mut file| file.read_to_end(&mut bytes));
        // What cannot be read now is read the next time, or is not missed.
        if read.is_err() {
            return String::new();
        }
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1));
        self.read += bytes.len() as u64;
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn whole_lines_come_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("progress");
        let mut progress = ProgressFile::new(path.clone());
        assert_eq!(progress.added(), "");
        let mut file = File::create(&path).expect("a file");
        write!(file, "Compiling a\nCompi").expect("written");
        assert_eq!(progress.added(), "Compiling a\n");
        assert_eq!(progress.added(), "");
        writeln!(file, "ling b").expect("written");
        assert_eq!(progress.added(), "Compiling b\n");
    }
}
