//! The guide's cells run: every block marked `rust` in a page of the guide is a cell of a notebook of that page.
//!
//! What is no whole cell (a fragment, a path of somebody's disk, another registry) is marked `rust,ignore` there.

use crate::program::{kovacs, run};
use crate::scratch::{code, notebook};
use std::path::Path;

/// The text of every block that begins with this line.
fn blocks(page: &str, fence: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match (inside, line) {
            (false, line) if line == fence => {
                inside = true;
                blocks.push(String::new());
            }
            (true, "```") => inside = false,
            (true, line) => {
                if let Some(block) = blocks.last_mut() {
                    block.push_str(line);
                    block.push('\n');
                }
            }
            (false, _) => {}
        }
    }
    blocks
}

#[test]
fn cells_of_the_guide_run_as_they_stand() {
    let desk = tempfile::tempdir().expect("a folder");
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/guide");
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(guide).expect("the guide").flatten() {
        let page = std::fs::read_to_string(entry.path()).expect("a page");
        let cells: Vec<_> = blocks(&page, "```rust").iter().map(|block| code(block)).collect();
        if !cells.is_empty() {
            let name = entry.path().with_extension("ipynb").file_name().expect("a name").to_owned();
            let name = name.to_string_lossy().into_owned();
            notebook(desk.path(), &name, &cells);
            pages.push(name);
        }
    }
    assert!(pages.len() >= 3, "the guide has cells: {pages:?}");
    let arguments: Vec<&str> = ["run", "--in-place"].into_iter().chain(pages.iter().map(String::as_str)).collect();
    run(kovacs(&arguments).current_dir(desk.path())).ends_with(0);
}
