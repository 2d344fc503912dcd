//! Which results of cells still hold: the engine they are from, and what models, packages and files are now.
//!
//! Names are looked up by a process in the notebook's folder, by the code that looked them up for the cell: the search
//! depends on the current folder, and a program has only one.

use kovacs_runner::{Cache, Inputs, replace_file};
use kovacs_session::{Used, set_up_key};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// First argument of the process that looks inputs up.
pub const INPUTS_ARGUMENT: &str = "--look-inputs-up";

/// Reads a list of inputs on standard input and writes their digests as they are now.
///
/// # Errors
/// There is no such list.
pub fn serve() -> io::Result<()> {
    let inputs: Vec<Used> = serde_json::from_reader(io::stdin().lock())?;
    let digest = |used: &Used| kovacs_cell::inputs::digest(&used.kind, &used.name).unwrap_or_default();
    let digests: Vec<String> = inputs.iter().map(digest).collect();
    serde_json::to_writer(io::stdout().lock(), &digests)?;
    Ok(())
}

/// Asks another process of this program.
struct InFolder;

impl Inputs for InFolder {
    fn digests(&self, folder: &Path, inputs: &[Used]) -> Vec<String> {
        // An answer that does not come means that nothing is as it was: cells run.
        let ask = || -> io::Result<Vec<String>> {
            let mut child = Command::new(std::env::current_exe()?)
                .arg(INPUTS_ARGUMENT)
                .current_dir(folder)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()?;
            let question = serde_json::to_vec(inputs)?;
            child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?.write_all(&question)?;
            Ok(serde_json::from_slice(&child.wait_with_output()?.stdout)?)
        };
        ask().unwrap_or_default()
    }
}

/// Where results of cells are kept, for this program and the compiler there is; `None` where there is no folder or no
/// compiler.
pub fn cache() -> Option<Cache> {
    let folder = kovacs_home::cache_folder()?;
    let engine = format!("{} {}", program_digest(&folder)?, set_up_key().ok()?);
    Some(Cache::new(folder.join("cells"), engine, Arc::new(InFolder)))
}

/// What an executed copy says of where it was made.
pub fn environment() -> Value {
    let compiler = Command::new("rustc").arg("--version").output().ok().filter(|output| output.status.success());
    let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let program = kovacs_home::cache_folder().and_then(|folder| program_digest(&folder));
    json!({
        "kovacs": kovacs_runner::ENGINE_VERSION,
        "program": program,
        "compiler": compiler,
        "system": std::env::consts::OS,
        "machine": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
    })
}

#[derive(Serialize, Deserialize, PartialEq)]
struct Stamp {
    bytes: u64,
    modified: u128,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    stamp: Stamp,
    digest: String,
}

/// SHA-256 of this program. It is large, so the digest is remembered beside its size and time.
fn program_digest(cache: &Path) -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let about = program.metadata().ok()?;
    let modified = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let stamp = Stamp { bytes: about.len(), modified };
    let name = hex::encode(Sha256::digest(program.as_os_str().as_encoded_bytes()));
    let memory = cache.join("programs").join(format!("{name}.json"));
    let remembered = std::fs::read(&memory).ok().and_then(|bytes| serde_json::from_slice::<Remembered>(&bytes).ok());
    if let Some(remembered) = remembered.filter(|remembered| remembered.stamp == stamp) {
        return Some(remembered.digest);
    }
    let mut file = File::open(&program).ok()?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            read => digest.update(buffer.get(..read)?),
        }
    }
    let remembered = Remembered { stamp, digest: hex::encode(digest.finalize()) };
    if let Ok(bytes) = serde_json::to_vec(&remembered) {
        // Not remembered, it is computed again.
        let _ = replace_file(&memory, &bytes);
    }
    Some(remembered.digest)
}
