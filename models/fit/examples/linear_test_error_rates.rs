//! How often the linear test errs: 200 records of each kind, and 200 series for the critical waiting time.
//!
//! `cargo run -p kovacs-fit --example linear_test_error_rates [SEEDS]` writes `models/fit/studies/linear-test.json`, with the
//! digests of the files that the numbers come from.

#[path = "../tests/two_step_data/mod.rs"]
mod two_step_data;

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use two_step_data::study::{CASES, Input, NOISE, SERIES, Study, critical_summary, critical_verdict, outcome, summary};

/// Files that the numbers come from, below the folder of this crate.
const INPUTS: [&str; 11] = [
    "examples/linear_test_error_rates.rs",
    "src/critical_time.rs",
    "src/linear_test/band.rs",
    "src/linear_test/design.rs",
    "src/linear_test/excess.rs",
    "src/linear_test/mod.rs",
    "src/linear_test/null.rs",
    "src/non_negative.rs",
    "src/random.rs",
    "tests/two_step_data/mod.rs",
    "tests/two_step_data/study.rs",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seeds: u64 = std::env::args().nth(1).map_or(Ok(200), |word| word.parse())?;
    let outcomes: Vec<_> = (0..CASES.len()).map(|case| of_seeds(seeds, |seed| outcome(case, seed))).collect();
    let verdicts: Vec<_> =
        (0..SERIES.len()).map(|series| of_seeds(seeds, |seed| critical_verdict(series, seed))).collect();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let study = Study {
        what: "error rates of the linear test and of the critical waiting time on records whose truth is known"
            .to_owned(),
        command: "cargo run -p kovacs-fit --example linear_test_error_rates".to_owned(),
        seeds,
        noise_mpa: NOISE,
        inputs: INPUTS.iter().map(|path| input(&folder, path)).collect::<Result<_, _>>()?,
        summary: CASES.iter().zip(&outcomes).map(|(case, outcomes)| summary(case, outcomes)).collect(),
        critical_time: SERIES.iter().zip(&verdicts).map(|(series, of)| critical_summary(series, of)).collect(),
        outcomes,
        critical_verdicts: verdicts,
    };
    for line in &study.summary {
        println!("{line:?}");
    }
    for line in &study.critical_time {
        println!("{line:?}");
    }
    let file = folder.join("studies/linear-test.json");
    let partial = file.with_extension("json.partial");
    std::fs::write(&partial, compact(&study)?)?;
    std::fs::rename(partial, file)?;
    Ok(())
}

fn input(folder: &Path, path: &str) -> std::io::Result<Input> {
    let digest = Sha256::digest(std::fs::read(folder.join(path))?);
    let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Input { path: format!("models/fit/{path}"), sha256 })
}

/// JSON with one outcome to a line: small, and a difference is readable.
fn compact(study: &Study) -> Result<String, serde_json::Error> {
    let short = Study { outcomes: Vec::new(), critical_verdicts: Vec::new(), ..study.clone() };
    let mut text = serde_json::to_string_pretty(&short)?;
    let lists = |name: &str, lines: Vec<String>| format!("\"{name}\": [\n    {}\n  ]", lines.join(",\n    "));
    let outcomes = study.outcomes.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let verdicts = study.critical_verdicts.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    text = text.replace("\"outcomes\": []", &lists("outcomes", outcomes));
    text = text.replace("\"critical_verdicts\": []", &lists("critical_verdicts", verdicts));
    text.push('\n');
    Ok(text)
}

/// Answers for all seeds, in their order, from as many threads as there are processors.
fn of_seeds<T: Send>(seeds: u64, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(0);
    let done = Mutex::new(Vec::new());
    let take = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                break;
            }
            let answer = work(seed);
            done.lock().expect("no thread panics while it holds this").push((seed, answer));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(take);
        }
    });
    let mut done = done.into_inner().expect("no thread panicked");
    done.sort_by_key(|&(seed, _)| seed);
    done.into_iter().map(|(_, answer)| answer).collect()
}
