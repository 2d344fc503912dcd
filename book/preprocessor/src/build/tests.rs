//! Whole books: what is built, what is refused, and the book of this project.

use super::*;
use kovacs_runner::{Claim, ClaimStatus, Scorecard};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Project {
    folder: TempDir,
}

impl Project {
    /// A book of one chapter.
    fn new(chapter: &str) -> Project {
        let folder = TempDir::new().expect("a folder");
        let project = Project { folder };
        project.write("book/book.toml", "[book]\ntitle = \"T\"\n[output.html.playground]\nrunnable = false\n");
        project.write("book/src/SUMMARY.md", "- [One](part/one.md)\n");
        project.write("book/src/part/one.md", chapter);
        project
    }

    fn write(&self, name: &str, text: &str) {
        write(&self.folder.path().join(name), text.as_bytes()).expect("written");
    }

    fn executed(&self, cells: Value) {
        let note = json!({"kovacs": {"engine_version": "0", "code_digest": "d", "status": "done", "seconds": 1}});
        let notebook = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": note, "cells": cells});
        self.write("executed/n.ipynb", &notebook.to_string());
    }

    fn options(&self) -> BookOptions {
        let path = |name: &str| self.folder.path().join(name);
        BookOptions {
            source: path("book"),
            executed_notebooks: path("executed"),
            notebooks: None,
            scorecard: Some(path("scorecard.json")),
            destination: path("out/book"),
        }
    }

    fn build(&self) -> Result<BuiltBook, BookError> {
        build(&self.options())
    }

    fn page(&self) -> String {
        fs::read_to_string(self.folder.path().join("out/book/part/one.html")).expect("the page")
    }
}

fn figure() -> Value {
    let data = json!({"image/svg+xml": "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>F</title></svg>"});
    let outputs = json!([
        {"output_type": "display_data", "metadata": {}, "data": data},
        {"output_type": "stream", "name": "stdout", "text": "one\n\n<two>\n"},
    ]);
    json!([
        {"cell_type": "markdown", "source": "# A notebook"},
        {"cell_type": "code", "source": "fn f() {\n\n}\nf()", "outputs": outputs},
    ])
}

#[test]
fn a_notebook_becomes_a_page_with_its_figures_beside_it() {
    let project = Project::new("{{#notebook n}}\n");
    project.executed(figure());
    let built = project.build().expect("a book");
    let page = project.page();
    assert!(built.index.is_file());
    assert_eq!((built.missing_notebooks.len(), built.external_resources), (0, Vec::new()));
    assert!(page.contains("<h1 id=\"a-notebook\">"), "{page}");
    assert!(page.contains("one\n\n&lt;two&gt;</pre>"), "blank lines of output stay: {page}");
    assert!(page.contains("fn f() {\n\n}\nf()"), "{page}");
    for file in ["part/figures/n-1.svg", "part/n.ipynb"] {
        assert!(built.index.with_file_name(file).is_file(), "{file}");
    }
    // A page for printing shows the figures from another folder.
    let print = fs::read_to_string(built.index.with_file_name("print.html")).expect("the page for printing");
    assert!(print.contains("src=\"part/figures/n-1.svg\""), "{print}");
}

#[test]
fn one_cell_of_a_notebook_stands_in_a_page_of_its_own_text() {
    let project = Project::new("# T\n\nBefore.\n\n{{#figure n shown}}\n\nAfter.\n");
    let mut cells = figure();
    cells[1]["id"] = json!("shown");
    project.executed(cells);
    let built = project.build().expect("a book");
    let page = project.page();
    assert!(
        page.contains("src=\"figures/n-shown-1.svg\"") && page.contains("Before.") && page.contains("After."),
        "{page}"
    );
    assert!(!page.contains("A notebook"), "only that cell: {page}");
    assert!(built.index.with_file_name("part/figures/n-shown-1.svg").is_file());
    // A cell that is not there is a mistake of the page, not of the run.
    project.write("book/src/part/one.md", "# T\n\n{{#figure n other}}\n");
    let message = project.build().expect_err("no such cell").to_string();
    assert!(message.contains("line 3") && message.contains("{{#figure n other}}"), "{message}");
}

/// A book that names a BibTeX file of two entries.
fn with_sources(chapter: &str) -> Project {
    let project = Project::new(chapter);
    project.write("book/book.toml", "[book]\ntitle = \"T\"\n[preprocessor.kovacs]\nbibliography = \"sources.bib\"\n");
    project.write(
        "book/sources.bib",
        "@article{tong2023, author = {Tong, Yu and others}, journal = {Nat. Commun.}, volume = 14, year = 2023}\n\
         @book{ferry1980, author = {Ferry, J. D.}, title = {Polymers}, year = 1980}\n",
    );
    project
}

#[test]
fn sources_are_numbered_and_listed_on_the_page_that_cites_them() {
    let project =
        with_sources("# T\n\nA [@ferry1980], b [@tong2023, Eq. 1; @ferry1980]. `[@code]`\n\n{{#notebook n}}\n");
    let mut cells = figure();
    cells[0]["source"] = json!("## From a notebook\n\nas in [@tong2023]");
    project.executed(cells);
    project.build().expect("a book");
    let page = project.page();
    assert!(page.contains("[<a href=\"#ref-ferry1980\" title=\"Ferry 1980\">1</a>]"), "{page}");
    assert!(page.contains(">2</a>, Eq. 1; <a href=\"#ref-ferry1980\""), "{page}");
    assert!(page.contains("<code>[@code]</code>"), "{page}");
    assert!(page.contains("<li id=\"ref-tong2023\">Y. Tong et al., Nat. Commun. <b>14</b> (2023).</li>"), "{page}");
    assert_eq!(page.matches("id=\"ref-").count(), 2, "{page}");
}

#[test]
fn what_cannot_be_cited_names_place_and_remedy() {
    let project = with_sources("# T\n\n{{#scorecard}}\n\nLine five [@tong2032].\n");
    let message = project.build().expect_err("no such entry").to_string();
    assert!(message.contains("chapter `part/one.md`, line 5: there is no entry `tong2032`"), "{message}");
    assert!(message.contains("sources.bib") && message.contains("is `tong2023` meant?"), "{message}");
    project.write("book/sources.bib", "@article{tong2023,\n title = {x}\n\n@");
    let message = project.build().expect_err("damaged").to_string();
    assert!(message.contains("sources.bib`, line"), "{message}");
    fs::remove_file(project.folder.path().join("book/sources.bib")).expect("removed");
    assert!(matches!(project.build(), Err(BookError::File { .. })));
    project.write("book/book.toml", "[book]\ntitle = \"T\"\n");
    let message = project.build().expect_err("no sources").to_string();
    assert!(message.contains("bibliography = \"references.bib\""), "{message}");
}

#[test]
fn figures_and_equations_are_numbered_and_referred_to() {
    let text = "# T\n\nSee [@fig:shown] and [@eq:law], with $t_p$.\n\n{{#figure n shown}}\n\n\
                $$\\sigma = E \\varepsilon$$ {#eq:law}\n";
    let project = Project::new(text);
    project.write("book/src/SUMMARY.md", "- [One](part/one.md)\n- [Two](two.md)\n");
    project.write("book/src/two.md", "# Two\n\nAs [@fig:shown] has it.\n");
    let mut cells = figure();
    cells[1]["id"] = json!("shown");
    project.executed(cells);
    let built = project.build().expect("a book");
    let page = project.page();
    assert!(
        page.contains("<a href=\"#fig-shown\">Fig.\u{a0}1.1</a> and <a href=\"#eq-law\">Eq.\u{a0}(1.1)</a>"),
        "{page}"
    );
    assert!(page.contains("id=\"fig-shown\"") && page.contains("<b>Fig.\u{a0}1.1</b> F"), "{page}");
    assert!(page.contains("<msub><mi>t</mi><mi>p</mi></msub>"), "{page}");
    assert!(page.contains("id=\"eq-law\"><math display=\"block\"") && page.contains("(1.1)</span>"), "{page}");
    let other = fs::read_to_string(built.index.with_file_name("two.html")).expect("the other page");
    assert!(other.contains("<a href=\"part/one.html#fig-shown\">Fig.\u{a0}1.1</a>"), "{other}");
    for (text, expected) in [
        ("# T\n\n[@fig:gone]\n", "line 3: `[@fig:gone]` refers to nothing"),
        ("# T\n\n$\\frac{1}{\\nonsense}$\n", "line 3: cannot show the formula `\\frac{1}{\\nonsense}`"),
    ] {
        project.write("book/src/part/one.md", text);
        let message = project.build().expect_err(text).to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn numbers_in_prose_are_those_of_the_run() {
    let project = Project::new("# T\n\nAt {{#value n:t_p digits=3 unit=min}}, see {{#value later:x}}.\n");
    let mut cells = figure();
    let value = json!({"name": "t_p", "value": 165.03, "unit": "s"});
    cells[1]["outputs"][0]["data"]["application/vnd.kovacs.value+json"] = value;
    cells[0]["source"] = json!("It is {{#value t_p}}.");
    project.executed(cells);
    let built = project.build().expect("a book");
    assert_eq!(built.missing_notebooks, ["later"]);
    let page = project.page();
    assert!(page.contains("computed in notebook n, cell ") && page.contains(">2.75\u{a0}min</span>"), "{page}");
    assert!(page.contains("(not computed)"), "{page}");
    project.write("book/src/part/one.md", "# T\n\n{{#notebook n}}\n\n{{#value n:t_q}}\n");
    let message = project.build().expect_err("no such value").to_string();
    assert!(message.contains("chapter `part/one.md`, line 5") && message.contains("`t_p`"), "{message}");
    // A run that failed before the cell has no value, and the book is built all the same.
    let executed = project.folder.path().join("executed/n.ipynb");
    let text = fs::read_to_string(&executed).expect("the notebook").replace("\"done\"", "\"cell_failed\"");
    fs::write(&executed, text).expect("written");
    project.build().expect("a book");
    assert!(project.page().contains("notebook n did not run to its end"), "{}", project.page());
}

#[test]
fn what_is_not_there_is_said_on_the_page() {
    let project = Project::new("# T\n\n{{#notebook n}}\n\n{{#scorecard}}\n");
    let built = project.build().expect("a book");
    assert_eq!(built.missing_notebooks, ["n"]);
    let page = project.page();
    assert!(page.contains("has not been executed yet") && page.contains("There is no scorecard yet"), "{page}");
    assert!(page.contains("<code>kovacs reproduce</code>"));
}

#[test]
fn the_scorecard_is_a_table_with_the_reasons_of_failures() {
    let project = Project::new("{{#scorecard}}\n");
    let claim = |figure: &str, model: &str, status, reason: &str, page: &str| Claim {
        figure: figure.into(),
        panel: "c".into(),
        claim: "t_p grows with T & more".into(),
        model: model.into(),
        status,
        value: Some(0.5),
        unit: "s".into(),
        expected: "above 1 s".into(),
        reason: reason.into(),
        page: page.into(),
        ..Claim::default()
    };
    let known = ClaimStatus::FailedWithKnownReason;
    let mut card = Scorecard::new();
    card.add(&[
        claim("2", "data (synthetic)", ClaimStatus::ByConstruction, "", ""),
        claim("2", "kww", ClaimStatus::Reproduced, "", ""),
        claim("2", "aoi", ClaimStatus::Failed, "its t_p is flat.", ""),
        claim("S", "aoi", known, "no strain in it", "models/aoi.md#strain"),
    ]);
    card.write(&project.options().scorecard.expect("a path")).expect("written");
    project.build().expect("a book");
    let page = project.page();
    assert!(page.contains("<th>kww</th><th>aoi</th><th>data</th>"), "data come last: {page}");
    assert!(page.contains("t_p grows with T &amp; more"));
    assert!(page.contains("✗ 0.5 s") && page.contains("(found 0.5 s, expected above 1 s). Its t_p is flat."), "{page}");
    assert!(page.contains("<a href=\"../models/aoi.html#strain\">"), "the reason is linked: {page}");
    let counts = "Reproduced 1, failed 1, failed with known reason 1, by construction 1, not applicable 0.";
    assert!(page.contains(counts), "{page}");
    assert!(page.contains("<summary><b>Figure 2</b>") && page.contains("<summary><b>Supplement</b>"), "{page}");

    // One figure alone, open.
    project.write("book/src/part/one.md", "{{#scorecard 2}}\n");
    project.build().expect("a book");
    let page = project.page();
    assert!(page.contains("t_p grows with T &amp; more") && !page.contains("aoi.html#strain"), "{page}");
}

#[test]
fn examples_in_code_blocks_stay_as_they_are() {
    let project = Project::new("```text\n{{#notebook n}}\n```\n\n~~~\n{{#scorecard}}\n~~~\n");
    let built = project.build().expect("a book");
    assert!(built.missing_notebooks.is_empty());
    assert!(project.page().contains("{{#notebook n}}"));
}

#[test]
fn refusals_name_the_place_and_leave_the_old_book() {
    let project = Project::new("{{#scorecard}}");
    project.build().expect("a first book");
    for text in ["{{#notebook}}", "{{#notebook ../secret}}", "{{#notebook a b}}", "{{#scorecard 1 2}}"] {
        project.write("book/src/part/one.md", &format!("# T\n\n{text}\n"));
        let message = project.build().expect_err(text).to_string();
        assert!(message.contains("chapter `part/one.md`, line 3") && message.contains(text), "{message}");
    }
    project.write("book/src/part/one.md", "{{#notebook n}}");
    project.write("executed/n.ipynb", "not JSON");
    assert!(matches!(project.build(), Err(BookError::Results(_))));
    project.write("book/src/part/one.md", "{{#scorecard}}");
    project.write("scorecard.json", "{}");
    assert!(matches!(project.build(), Err(BookError::Results(_))));
    project.write("book/src/SUMMARY.md", "- [Gone](gone.md)\n");
    assert!(matches!(project.build(), Err(BookError::MdBook { .. })));
    project.write("book/book.toml", "[book\n");
    assert!(matches!(project.build(), Err(BookError::MdBook { .. })));
    fs::remove_file(project.folder.path().join("book/book.toml")).expect("removed");
    assert!(matches!(project.build(), Err(BookError::NoBook { .. })));
    assert!(project.page().contains("There is no scorecard yet"), "the first book");
}

#[test]
fn only_a_book_is_replaced() {
    let project = Project::new("one");
    project.write("out/book/thesis.txt", "not to be lost");
    let message = project.build().expect_err("something else is there").to_string();
    assert!(message.contains("is not replaced"), "{message}");
    fs::remove_file(project.folder.path().join("out/book/thesis.txt")).expect("removed");
    project.build().expect("an empty folder will do");
    project.write("book/src/part/one.md", "two");
    project.build().expect("a book is replaced");
    assert!(project.page().contains("<p>two</p>"));
    let left: Vec<_> = fs::read_dir(project.folder.path().join("out")).expect("listed").flatten().collect();
    assert_eq!(left.len(), 1, "nothing but the book is left: {left:?}");
}

#[test]
fn what_a_page_would_load_from_elsewhere_is_reported() {
    let project = Project::new("![logo](https://example.org/logo.png)\n");
    let built = project.build().expect("a book");
    let urls: Vec<&str> = built.external_resources.iter().map(|resource| resource.url.as_str()).collect();
    assert!(!urls.is_empty() && urls.iter().all(|url| *url == "https://example.org/logo.png"), "{urls:?}");
}

/// The book of this project builds, and no page of it loads anything from elsewhere.
#[test]
fn the_book_of_this_project_is_whole_and_offline() {
    let folder = TempDir::new().expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let options = BookOptions {
        source: source.clone(),
        executed_notebooks: folder.path().join("none"),
        notebooks: None,
        scorecard: None,
        destination: folder.path().join("book"),
    };
    let built = build(&options).expect("the book");
    assert_eq!(built.external_resources, []);
    assert_eq!(broken_links(&folder.path().join("book")), Vec::<String>::new());
    for name in &built.missing_notebooks {
        assert!(source.join(format!("../notebooks/{name}.ipynb")).is_file(), "no notebook `{name}`");
    }
    let page = fs::read_to_string(source.join("src/reference/exit-codes.md")).expect("the page of exit codes");
    let rows: Vec<String> =
        kovacs_runner::exit_code::TABLE.iter().map(|(code, meaning)| format!("| {code} | {meaning} |")).collect();
    let printed: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.contains("code |")).collect();
    assert_eq!(printed, rows);
}

/// Relative links of all pages that lead nowhere. Links of notebooks that were not executed are not there to be broken.
fn broken_links(book: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    let mut folders = vec![book.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("listed").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html") && !path.ends_with("404.html") {
                let html = fs::read_to_string(&path).expect("a page");
                let targets = html.split("href=\"").skip(1).filter_map(|after| after.split('"').next());
                for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
                    let file = target.split('#').next().unwrap_or_default();
                    if !folder.join(file).exists() {
                        broken.push(format!("{}: {target}", path.display()));
                    }
                }
            }
        }
    }
    broken
}
