//! A browser of this machine, without a window, that prints one picture.

use crate::error::ExportError;
use crate::length::Length;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Names a program that is taken instead of searching.
const VARIABLE: &str = "KOVACS_BROWSER";
/// Programs that print without a window, as they are called on the systems there are.
const PROGRAMS: [&str; 7] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
/// A browser that takes longer for one picture never ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser that was found.
#[derive(Clone, Debug)]
pub struct Browser {
    program: PathBuf,
}

impl Browser {
    /// The program that `KOVACS_BROWSER` names, else Chromium, Chrome or Edge from the search path.
    ///
    /// # Errors
    /// There is none.
    pub fn find() -> Result<Browser, ExportError> {
        if let Some(named) = std::env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
            return Ok(Browser { program: named.into() });
        }
        let folders: Vec<PathBuf> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
        let found = PROGRAMS.iter().find_map(|name| {
            // An absolute path stays what it is when it is joined.
            folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
        });
        found.map(|program| Browser { program }).ok_or(ExportError::NoBrowser)
    }

    pub(crate) fn pdf(
        &self,
        cell: &str,
        svg: &[u8],
        (width, height): (Length, Length),
    ) -> Result<Vec<u8>, ExportError> {
        let (width, height) = (width.millimetres(), height.millimetres());
        let style = format!(
            "@page{{size:{width:.3}mm {height:.3}mm;margin:0}}html,body{{margin:0;overflow:hidden}}\
             img{{display:block;width:{width:.3}mm;height:{height:.3}mm}}"
        );
        self.print(cell, svg, &style, |file| {
            let mut option = OsString::from("--print-to-pdf=");
            option.push(file);
            vec!["--no-pdf-header-footer".into(), option]
        })
    }

    pub(crate) fn png(&self, cell: &str, svg: &[u8], pixels: (u64, u64), dots: u16) -> Result<Vec<u8>, ExportError> {
        let style = "html,body{margin:0;overflow:hidden;background:#fff}img{display:block;width:100vw;height:100vh}";
        let (width, height) = pixels;
        let file = self.print(cell, svg, style, |file| {
            let mut option = OsString::from("--screenshot=");
            option.push(file);
            let size = format!("--window-size={width},{height}");
            vec!["--hide-scrollbars".into(), "--force-device-scale-factor=1".into(), size.into(), option]
        })?;
        with_dots(&file, dots).ok_or_else(|| self.failed(cell, "what it wrote is no PNG"))
    }

    /// Lets the browser print a page that has nothing but this picture, as an image: its scripts do not run.
    fn print(
        &self,
        cell: &str,
        svg: &[u8],
        style: &str,
        options: impl Fn(&Path) -> Vec<OsString>,
    ) -> Result<Vec<u8>, ExportError> {
        let folder = tempfile::tempdir().map_err(ExportError::file("make", &std::env::temp_dir()))?;
        let [picture, page, printed, profile, said] =
            ["figure.svg", "page.html", "printed.png", "profile", "said"].map(|name| folder.path().join(name));
        let html = format!("<!doctype html><meta charset=\"utf-8\"><style>{style}</style><img src=\"figure.svg\">");
        std::fs::write(&picture, svg).map_err(ExportError::file("write", &picture))?;
        std::fs::write(&page, html).map_err(ExportError::file("write", &page))?;
        let mut user = OsString::from("--user-data-dir=");
        user.push(&profile);
        let complaints = std::fs::File::create(&said).map_err(ExportError::file("write", &said))?;
        let mut command = Command::new(&self.program);
        command.args(["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]).arg(user);
        // Root has no sandbox in a container; there is nothing in the page but a picture of ours.
        command.arg("--no-sandbox").args(options(&printed)).arg(&page);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(complaints)
            .spawn()
            .map_err(|error| self.failed(cell, &error.to_string()))?;
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(_)) => break,
                Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
                _ => {
                    // It may have ended by itself in the meantime.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(self.failed(cell, "it did not end within two minutes"));
                }
            }
        }
        std::fs::read(&printed).map_err(|_| {
            let said = std::fs::read_to_string(&said).unwrap_or_default();
            self.failed(cell, said.lines().next_back().unwrap_or("it says nothing"))
        })
    }

    fn failed(&self, cell: &str, message: &str) -> ExportError {
        let program = self.program.display().to_string();
        ExportError::Browser { program, cell: cell.to_owned(), message: message.to_owned() }
    }
}

/// The PNG with its dots per inch: a chunk `pHYs` after the header, which is the first chunk and has 25 bytes.
fn with_dots(png: &[u8], dots: u16) -> Option<Vec<u8>> {
    const BEFORE: usize = 8 + 25;
    if png.get(12..16)? != b"IHDR" {
        return None;
    }
    let per_metre = (f64::from(dots) / 0.0254).round() as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_metre.to_be_bytes());
    chunk.extend(per_metre.to_be_bytes());
    chunk.push(1);
    let checksum = crc32fast::hash(&chunk);
    let mut with = png.get(..BEFORE)?.to_vec();
    with.extend(9u32.to_be_bytes());
    with.extend(chunk);
    with.extend(checksum.to_be_bytes());
    with.extend(png.get(BEFORE..)?);
    Some(with)
}
