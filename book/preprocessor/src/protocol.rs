//! The same pages from a plain mdBook: it starts a program, writes the book to it as JSON, and reads it back.
//!
//! A preprocessor cannot put files beside pages: mdBook empties the folder of pages afterwards. So figures, numbers and
//! notebooks become part of the page, and so do the styles.

use crate::error::BookError;
use crate::expand::{Results, expand_book, for_each_page};
use base64::Engine as _;
use mdbook_preprocessor::PreprocessorContext;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Whether pages can be made for a renderer of mdBook: only HTML has figures.
pub fn supports(renderer: &str) -> bool {
    renderer == "html"
}

/// Reads a book as mdBook writes it to preprocessors, and writes it back with results in it.
///
/// Where results are is said in `book.toml`, relative to its folder: `[preprocessor.kovacs]` has `executed`, the folder of
/// executed notebooks, `notebooks`, that of the notebooks, and `scorecard`. Without them a project's own places are taken.
///
/// # Errors
/// The input is none of mdBook 0.5, or a chapter asks for something that cannot be had. Nothing is written then.
pub fn preprocess(input: impl Read, mut output: impl Write) -> Result<Vec<String>, BookError> {
    let (context, mut book) = mdbook_preprocessor::parse_input(input)
        .map_err(|error| BookError::Protocol { message: format!("{error:#}") })?;
    let results = results(&context)?;
    let expanded = expand_book(&mut book, &context, &results)?;
    for_each_page(&mut book, |chapter, path| {
        let folder = path.parent().unwrap_or(Path::new(""));
        let content = std::mem::take(&mut chapter.content);
        let beside = expanded.files.iter().filter_map(|(file, bytes)| Some((file.strip_prefix(folder).ok()?, bytes)));
        chapter.content = with_files(content, beside);
        if chapter.content.contains("kovacs-") {
            chapter.content.push_str(&format!("\n\n<style>\n{}\n</style>\n", styles()));
        }
        Ok(())
    })?;
    let text = serde_json::to_vec(&book).map_err(|error| BookError::Protocol { message: error.to_string() })?;
    output.write_all(&text).and_then(|()| output.flush()).map_err(BookError::file("write", "standard output"))?;
    Ok(expanded.missing)
}

fn results(context: &PreprocessorContext) -> Result<Results, BookError> {
    let named = |key: &str, usual: &str| -> Result<PathBuf, BookError> {
        let path: Option<PathBuf> = context
            .config
            .get(&format!("preprocessor.kovacs.{key}"))
            .map_err(|error| BookError::MdBook { path: context.root.clone(), message: format!("{error:#}") })?;
        Ok(context.root.join(path.unwrap_or_else(|| usual.into())))
    };
    Ok(Results {
        executed: named("executed", "../target/reproduce/notebooks")?,
        notebooks: Some(named("notebooks", "../notebooks")?),
        scorecard: Some(named("scorecard", "../target/reproduce/scorecard.json")?),
    })
}

/// The page with what would lie beside it in its links.
fn with_files<'a>(mut content: String, files: impl Iterator<Item = (&'a Path, &'a Vec<u8>)>) -> String {
    for (file, bytes) in files {
        let Some(name) = file.to_str() else { continue };
        let quoted = format!("\"{name}\"");
        let in_text = format!("({name})");
        if !content.contains(&quoted) && !content.contains(&in_text) {
            continue;
        }
        let kind = match file.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("jpg") => "image/jpeg",
            Some("csv") => "text/csv",
            _ => "application/x-ipynb+json",
        };
        let data = format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes));
        let saved = file.file_name().and_then(|name| name.to_str()).unwrap_or(name);
        // A browser opens no page of data; it saves it.
        content = content
            .replace(&format!("href={quoted} download"), &format!("href=\"{data}\" download=\"{saved}\""))
            .replace(&format!("href={quoted}"), &format!("href=\"{data}\" download=\"{saved}\""))
            .replace(&format!("src={quoted}"), &format!("src=\"{data}\""))
            .replace(&in_text, &format!("({data})"));
    }
    content
}

/// The style sheet without blank lines, which would end the block in Markdown.
fn styles() -> String {
    let lines = include_str!("../../theme/kovacs.css").lines().filter(|line| !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
