//! The page of the book that lists the tests is made from the tests themselves.
//!
//! `KOVACS_BLESS=1 cargo test -p kovacs-check --test reference_page` writes it anew; without the variable a page that does
//! not fit the code is a failure.

use kovacs_check::{Group, Test, Verdict};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Rewrites the page instead of comparing it.
const BLESS: &str = "KOVACS_BLESS";

const HEAD: &str = "\
# What `kovacs model check` tries

Each test has a name, by which `--only` selects it, and runs in a process of its own with a time limit (`--limit`, 45 s).
The library need not be approved; its code runs all the same.

```console
$ kovacs model check mine                       # what is wrong, and a summary
$ kovacs model check mine --all --pedantic      # every test, those of physics too
$ kovacs model check mine --only '^seeds' --seed 7
$ kovacs model check mine --setting edge=16     # a smaller lattice
```

Random points come from the seed in the last line of the report; the same seed tries the same points.
A slow model is tried at fewer of them, and the report says at how many.
`--in-process` makes the tests in one process, for a debugger.
";

fn verdict_meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "the model keeps the promise",
        Verdict::Failed => "it breaks the promise",
        Verdict::Crashed => "the process ended in the middle of the test: a signal, an exit; the message says where",
        Verdict::Hung => "no end within the time limit; after three of them the rest is skipped",
        Verdict::Warning => "the promise is kept in a way that deserves a look; not counted against the model",
        Verdict::Skipped => "the test does not apply, with the reason; or the library does not open",
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    // Writing into a `String` cannot fail.
    let _ = write!(page, "\n| verdict | meaning |\n|---|---|\n");
    for verdict in Verdict::ALL {
        let _ = writeln!(page, "| {verdict} | {} |", verdict_meaning(verdict));
    }
    page.push_str("\nThe order below is by subject. A report is in the order in which one promise rests on another.\n");
    for group in Group::all() {
        let title = group.title();
        let _ = write!(page, "\n## {}{}\n\n", title[..1].to_uppercase(), &title[1..]);
        if group == Group::Physics {
            page.push_str(
                "With `--pedantic`. A model may have a good reason to break one of these; then its page says so.\n\n",
            );
        }
        page.push_str("| test | what it asks |\n|---|---|\n");
        for test in Test::all().filter(|test| test.group() == group) {
            let pedantic = if test.is_pedantic() && group != Group::Physics { " With `--pedantic`." } else { "" };
            let _ = writeln!(page, "| `{}` | {}{pedantic} |", test.name(), test.description());
        }
    }
    page
}

#[test]
fn the_page_lists_the_tests_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/reference/model-check.md");
    if std::env::var_os(BLESS).is_some() {
        fs::write(&path, page()).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).expect("the page is there");
    assert_eq!(written, page(), "run with {BLESS}=1 to write the page anew");
}
