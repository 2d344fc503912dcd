//! Pages make no request over the network; this looks whether that is so.

use crate::error::BookError;
use std::path::{Path, PathBuf};

/// Something a page would load from another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalResource {
    /// The page, relative to the book.
    pub page: PathBuf,
    /// What it would load.
    pub url: String,
}

/// Attributes whose value a browser loads when it shows the element. `href` loads in `<link>` only.
const LOADED: [&str; 5] = [" src=", " srcset=", " data=", " poster=", " background="];

/// Everything that the pages and style sheets of a built book would load over the network.
///
/// Links that a reader has to click are not requests and not listed.
///
/// # Errors
/// A file of the book cannot be read.
pub fn external_resources(book: &Path) -> Result<Vec<ExternalResource>, BookError> {
    let mut found = Vec::new();
    let mut folders = vec![book.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(BookError::file("list", &folder))? {
            let path = entry.map_err(BookError::file("list", &folder))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let read = || {
                let bytes = std::fs::read(&path).map_err(BookError::file("read", &path))?;
                Ok::<_, BookError>(String::from_utf8_lossy(&bytes).into_owned())
            };
            let urls = match path.extension().and_then(|extension| extension.to_str()) {
                Some("html") => loaded_by_page(&read()?),
                Some("css") => loaded_by_style(&read()?),
                _ => continue,
            };
            let page = path.strip_prefix(book).unwrap_or(&path).to_owned();
            found.extend(urls.into_iter().map(|url| ExternalResource { page: page.clone(), url }));
        }
    }
    found.sort_by(|a, b| (&a.page, &a.url).cmp(&(&b.page, &b.url)));
    Ok(found)
}

fn loaded_by_page(html: &str) -> Vec<String> {
    let mut urls = loaded_by_style(html);
    for tag in html.split('<').skip(1).filter_map(|after| after.split('>').next()) {
        let is_link = tag.starts_with("link ");
        for attribute in LOADED.iter().chain(is_link.then_some(&" href=")) {
            for (start, _) in tag.match_indices(attribute) {
                let value = tag.get(start + attribute.len()..).unwrap_or_default();
                let value = value.trim_start_matches(['"', '\'']);
                let url = value.split(['"', '\'', ' ']).next().unwrap_or_default();
                if is_external(url) {
                    urls.push(url.to_owned());
                }
            }
        }
    }
    urls
}

fn loaded_by_style(css: &str) -> Vec<String> {
    let parts = css.split("url(").skip(1).chain(css.split("@import ").skip(1));
    parts
        .map(|after| after.trim_start_matches(['"', '\'', ' ']))
        .filter(|url| is_external(url))
        .filter_map(|url| url.split(['"', '\'', ')', ';']).next())
        .map(str::to_owned)
        .collect()
}

fn is_external(url: &str) -> bool {
    let start: String = url.chars().take(8).collect::<String>().to_ascii_lowercase();
    ["http:", "https:", "//", "ftp:", "ws:", "wss:"].iter().any(|scheme| start.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_loads_is_found_and_links_are_not() {
        let html = r#"<a href="https://doi.org/x">x</a> <img src="figures/a.svg"> <img alt="a" src="https://a.example/b.png">
            <script async src='//cdn.example/m.js'></script> <link rel="stylesheet" href="http://c.example/s.css">
            <p style="background: url(https://d.example/e)">"#;
        assert_eq!(
            loaded_by_page(html),
            ["https://d.example/e", "https://a.example/b.png", "//cdn.example/m.js", "http://c.example/s.css"]
        );
        assert_eq!(loaded_by_style("@import 'https://a.example/x.css'; b { src: url('../f.woff2') }").len(), 1);
    }
}
