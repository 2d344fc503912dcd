//! Every input that fuzzing has found worth keeping, over the functions that it fuzzes.

#[path = "../../../tests/fuzz/src/wire.rs"]
mod target;

use std::path::Path;

#[test]
fn the_corpus_of_messages_neither_panics_nor_breaks_a_promise() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/wire");
    let mut inputs = 0;
    for entry in std::fs::read_dir(&corpus).expect("the corpus") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("an input");
        println!("{}", path.display());
        target::wire(&bytes);
        inputs += 1;
    }
    assert!(inputs >= 10, "{inputs} inputs in {}", corpus.display());
}
