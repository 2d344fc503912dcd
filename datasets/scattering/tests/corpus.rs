//! The fuzz targets over the committed corpus: what the search has found to matter, replayed in every test run.

#[path = "../../../tests/fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

#[test]
fn every_target_takes_its_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus");
    for (name, _) in targets::TARGETS {
        let folder = corpus.join(name);
        let inputs = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut count = 0;
        for input in inputs {
            let path = input.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            if std::panic::catch_unwind(|| targets::run(name, &bytes)).is_err() {
                panic!("{} breaks the target `{name}`", path.display());
            }
            count += 1;
        }
        assert!(count > 0, "{} is empty", folder.display());
        println!("{name}: {count} inputs");
    }
}
