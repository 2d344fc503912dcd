//! An installation as one compressed archive with a single folder in it, to be unpacked anywhere.

use crate::MANIFEST;
use crate::contents::Contents;
use crate::error::InstallError;
use crate::record::{Record, Watched, copy};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tar::{Builder, EntryType, Header};

/// A written archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub digest: String,
}

/// Writes `<name>.tar.gz` into `folder`, with everything below a folder `<name>`; `progress` hears how many bytes were
/// packed, each time. All files have the time `modified`: the same contents and time give the same bytes.
///
/// # Errors
/// A file cannot be read or the archive cannot be written.
pub fn pack(
    contents: &Contents,
    name: &str,
    folder: &Path,
    modified: SystemTime,
    progress: &mut dyn FnMut(u64),
) -> Result<Archive, InstallError> {
    let path = folder.join(format!("{name}.tar.gz"));
    fs::create_dir_all(folder).map_err(InstallError::file("create", folder))?;
    let file = tempfile::Builder::new().prefix(".kovacs-").tempfile_in(folder);
    let mut file = file.map_err(InstallError::file("create a file in", folder))?;
    let refused = |error| InstallError::file("write", &path)(error);
    let mut archive = Builder::new(GzEncoder::new(file.as_file_mut(), Compression::default()));
    let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let mut record = Record::default();
    for (below, part) in contents.parts() {
        let mode = if part.executable { 0o755 } else { 0o644 };
        let mut header = header(part.bytes()?, mode, seconds);
        let mut reader = Watched::new(part.open()?, progress);
        archive.append_data(&mut header, Path::new(name).join(below), &mut reader).map_err(refused)?;
        record.digests.insert(below.to_path_buf(), reader.digest());
    }
    let text = record.text();
    let mut header = header(text.len() as u64, 0o644, seconds);
    archive.append_data(&mut header, Path::new(name).join(MANIFEST), text.as_bytes()).map_err(refused)?;
    let finished = archive.into_inner().and_then(GzEncoder::finish).and_then(|file| {
        file.flush()?;
        file.set_permissions(Permissions::from_mode(0o644))
    });
    finished.map_err(refused)?;
    file.persist(&path).map_err(|error| refused(error.error))?;
    let written = fs::File::open(&path).map_err(InstallError::file("read", &path))?;
    let digest = copy(&written, &mut io::sink(), &mut |_| ()).map_err(InstallError::file("read", &path))?;
    let bytes = written.metadata().map_err(InstallError::file("read", &path))?.len();
    Ok(Archive { path, bytes, digest })
}

fn header(bytes: u64, mode: u32, seconds: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(bytes);
    header.set_mode(mode);
    header.set_mtime(seconds);
    header.set_uid(0);
    header.set_gid(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::time::Duration;

    #[test]
    fn the_same_contents_give_the_same_bytes_and_unpack_into_one_folder() {
        let place = tempfile::tempdir().unwrap();
        let mut contents = Contents::default();
        contents.text("bin/kovacs", "program");
        contents.text("lib/kovacs/VERSION", "1.0.0\n");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let archive = pack(&contents, "kovacs-1.0.0", place.path(), time, &mut |_| ()).unwrap();
        let again = pack(&contents, "kovacs-1.0.0", &place.path().join("again"), time, &mut |_| ()).unwrap();
        assert_eq!(archive.digest, again.digest);
        assert_eq!(archive.bytes, fs::metadata(&archive.path).unwrap().len());

        tar::Archive::new(GzDecoder::new(fs::File::open(&archive.path).unwrap())).unpack(place.path()).unwrap();
        let root = place.path().join("kovacs-1.0.0");
        assert_eq!(fs::read_to_string(root.join("bin/kovacs")).unwrap(), "program");
        let manifest = Record::read(&root).unwrap().unwrap();
        assert_eq!(manifest.digests.len(), 2);
        let modified = fs::metadata(root.join("bin/kovacs")).unwrap().modified().unwrap();
        assert_eq!(modified, time);
    }
}
