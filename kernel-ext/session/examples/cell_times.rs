//! How long cells take: `cargo run -p kovacs-session --example cell_times -- target/debug/kovacs [repetitions]`.
//!
//! Prints medians and the fastest run, in milliseconds. Run it on a quiet machine; the set-up is made before.

use kovacs_session::{CellOutcome, Limits, Output, Session, SessionError, SessionOptions};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A name, and the cells that it stands for, one for each repetition.
type Row = (&'static str, fn(usize) -> String);

const ROWS: [Row; 9] = [
    ("1 + 1", |_| "1 + 1".into()),
    ("println of a number", |_| "println!(\"{}\", 1.5);".into()),
    ("later `let` (Vec, String)", |n| format!("let later_{n} = (vec![{n}.0_f64], String::from(\"s\"));")),
    ("fn", |n| format!("fn function_{n}(x: f64) -> f64 {{ x * {n}.0 }}")),
    ("a package, opened and shown", |_| "Dataset::open(\"ti-zr-hf-cu-ni-be\")?".into()),
    ("type error in `let`", |_| "let wrong: i32 = \"text\";".into()),
    ("type error in an expression", |_| "1_i32 + \"text\"".into()),
    ("panic", |_| "if true { panic!(\"on purpose\") }".into()),
    ("loop of 10^7 additions", |_| "(0..10_000_000_u64).fold(0_u64, |sum, n| sum.wrapping_add(n * n))".into()),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let executable = PathBuf::from(arguments.next().ok_or("the path of the kovacs executable is missing")?);
    let repetitions = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let folder = std::env::temp_dir();
    let options = SessionOptions { executable: Some(executable.canonicalize()?), ..SessionOptions::new(folder) };
    kovacs_session::set_up(&options, false, &mut |step| eprintln!("{step}"))?;

    let mut starts = Vec::new();
    let mut first_cells = Vec::new();
    let mut first_lets = Vec::new();
    for _ in 0..repetitions.min(5) {
        let begun = Instant::now();
        let mut session = Session::start(&options, &mut |_| {})?;
        starts.push(begun.elapsed());
        run(&mut session, "1 + 1")?;
        first_cells.push(begun.elapsed());
        first_lets.push(run(&mut session, "let values = vec![1.0, 2.0];")?);
    }
    show("start until the session answers", &mut starts);
    show("start until the first cell is done", &mut first_cells);
    show("first `let` right after it, cold", &mut first_lets);

    let mut session = Session::start(&SessionOptions { warm_up: true, ..options.clone() }, &mut |_| {})?;
    std::thread::sleep(Duration::from_secs(5));
    show("first `let`, 5 s after the start", &mut [run(&mut session, "let values = vec![1.0, 2.0];")?]);
    for (name, cell) in ROWS {
        let mut times = Vec::new();
        for repetition in 0..repetitions {
            times.push(run(&mut session, &cell(repetition))?);
        }
        show(name, &mut times);
    }
    let loop_cell = ROWS.iter().find(|(name, _)| name.starts_with("loop")).map(|(_, cell)| cell(0)).unwrap_or_default();
    for level in ["1", "2", "3", "0"] {
        run(&mut session, &format!(":opt {level}"))?;
        let mut trivial = Vec::new();
        let mut long = Vec::new();
        for _ in 0..repetitions.min(5) {
            trivial.push(run(&mut session, "1 + 1")?);
            long.push(run(&mut session, &loop_cell)?);
        }
        show(&format!("1 + 1 after `:opt {level}`"), &mut trivial);
        show(&format!("the loop after `:opt {level}`"), &mut long);
    }
    growth(&options, repetitions)?;
    Ok(())
}

/// A trivial cell in a session that gets longer.
fn growth(options: &SessionOptions, repetitions: usize) -> Result<(), SessionError> {
    let mut session = Session::start(options, &mut |_| {})?;
    for pairs in 0..=40 {
        if pairs % 10 == 0 {
            let mut times = Vec::new();
            for _ in 0..repetitions {
                times.push(run(&mut session, "1 + 1")?);
            }
            show(&format!("1 + 1 after {pairs} pairs of `let` and `fn`"), &mut times);
        }
        let cell =
            format!("let grown_{pairs} = vec![{pairs}.0_f64];\nfn grow_{pairs}(x: f64) -> f64 {{ x.powi({pairs}) }}");
        run(&mut session, &cell)?;
    }
    println!("{:#?}", session.compilations());
    Ok(())
}

fn run(session: &mut Session, code: &str) -> Result<Duration, SessionError> {
    let begun = Instant::now();
    let outcome = session.execute(code, &Limits::default(), &mut |_: Output| {})?;
    let took = begun.elapsed();
    if let CellOutcome::Failed(error) = outcome
        && !["wrong", "text", "purpose"].iter().any(|word| code.contains(word))
    {
        eprintln!("{code}\n{}", error.traceback.join("\n"));
    }
    Ok(took)
}

fn show(name: &str, times: &mut [Duration]) {
    times.sort();
    let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
    println!("{name:45} {:7.0} {:7.0}", milliseconds(times.get(times.len() / 2)), milliseconds(times.first()));
}
