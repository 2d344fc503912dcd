//! Sessions as a front end has them: what survives a failure, what a cell asks, shows and does to its process.

use crate::desk::{Desk, FrontEnd, in_known_environment};
use crate::errors::without_colours;
use kovacs_session::{CellErrorKind, CellOutcome, InputRequest, Limits, Output};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;

#[test]
fn what_is_set_before_a_failure_is_there_after_it() {
    if !in_known_environment("sessions::what_is_set_before_a_failure_is_there_after_it") {
        return;
    }
    let mut desk = Desk::start();
    desk.run("let kept = vec![1, 2, 3]; let text = String::from(\"a\"); fn twice(n: i32) -> i32 { 2 * n }");
    for (code, kind) in [
        ("kept.len(); panic!(\"wild\");", CellErrorKind::Panic),
        ("let number: i32 = \"seven\".parse()?;", CellErrorKind::EarlyReturn),
        ("let number: i32 = \"seven\";", CellErrorKind::Compile),
    ] {
        let error = desk.fails(code, &mut FrontEnd::default());
        assert_eq!((error.kind, error.variables_lost), (kind, false), "{error:?}");
        assert_eq!(error.lost, Vec::<String>::new(), "{code}");
    }
    desk.run(":quit");
    let moved = desk.fails("let mine = text; panic!(\"wild\");", &mut FrontEnd::default());
    assert_eq!((moved.lost, moved.variables_lost), (vec!["text".to_owned()], false));
    assert!(moved.traceback.concat().contains("lost: `text`"), "{:?}", moved.traceback);

    // Loops and functions of cells stop by themselves, whatever is in them.
    for code in [
        "println!(\"stop me\"); loop {}",
        "fn deep(n: u64) -> u64 { if n == 0 { 0 } else { deep(n - 1) + deep(n - 1) } }\nprintln!(\"stop me\"); deep(60)",
        "println!(\"stop me\"); let mut n = 0.5_f64; while n < 1.0 { n = n.sin(); }",
    ] {
        let mut front_end = FrontEnd { interrupter: Some(desk.session.interrupter()), ..FrontEnd::default() };
        let error = desk.fails(code, &mut front_end);
        assert_eq!((error.kind, error.variables_lost), (CellErrorKind::Interrupted, false), "{error:?}");
        assert_eq!(without_colours(&error.traceback.join("\n")), "Interrupted: the cell was interrupted");
    }
    assert_eq!(desk.run("(kept.clone(), twice(3))").shown(), ["([1, 2, 3], 6)"]);

    // What does not look is stopped only after asking; the first answer is no.
    let deaf = "println!(\"stop me\"); std::thread::sleep(std::time::Duration::from_secs(4)); println!(\"done\");";
    let mut front_end = FrontEnd {
        interrupter: Some(desk.session.interrupter()),
        answers: VecDeque::from([Some("n".to_owned())]),
        ..FrontEnd::default()
    };
    assert_eq!(desk.run_with(deaf, &mut front_end), CellOutcome::Done, "{:?}", front_end.outputs);
    assert!(front_end.asked[0].prompt.contains("lose `kept`"), "{:?}", front_end.asked);
    let mut front_end = FrontEnd {
        interrupter: Some(desk.session.interrupter()),
        answers: VecDeque::from([Some("y".to_owned())]),
        ..FrontEnd::default()
    };
    let error = desk.fails(&deaf.replace("(4)", "(600)"), &mut front_end);
    assert_eq!((error.kind, error.lost.as_slice()), (CellErrorKind::Interrupted, &["kept".to_owned()][..]));
    assert!(error.message.ends_with("; lost: `kept`"), "{}", error.message);
    assert_eq!(desk.run("twice(4)").shown(), ["8"]);
}

#[test]
fn cells_read_what_the_user_types() {
    if !in_known_environment("sessions::cells_read_what_the_user_types") {
        return;
    }
    let mut desk = Desk::start();
    let mut answering = |code: &str, answers: &[Option<&str>]| {
        let answers = answers.iter().map(|answer| answer.map(str::to_owned)).collect();
        let mut front_end = FrontEnd { answers, ..FrontEnd::default() };
        let outcome = desk.run_with(code, &mut front_end);
        (outcome, front_end)
    };
    let read = "let mut line = String::new(); std::io::stdin().read_line(&mut line).unwrap();";
    let code = format!("print!(\"name? \"); {read} {read} print!(\"<{{line}}>\");");
    let (outcome, front_end) = answering(&code, &[Some("Ada"), Some("σ")]);
    assert_eq!((outcome, front_end.stdout().as_str()), (CellOutcome::Done, "name? <σ\n>"));
    assert_eq!(front_end.outputs[0], Output::Stdout("name? ".into()), "what was printed comes before the question");
    assert_eq!(front_end.asked, vec![InputRequest { prompt: String::new(), password: false }; 2]);

    let (outcome, front_end) = answering(&format!("{read} print!(\"{{}}\", line.len());"), &[]);
    assert_eq!((outcome, front_end.stdout().as_str()), (CellOutcome::Done, "0"), "an end of file");

    let code = "println!(\"{} {}\", kovacs::input(\"name\")?, kovacs::password(\"word\")?);";
    let (outcome, front_end) = answering(code, &[Some("Ada"), Some("secret")]);
    assert_eq!((outcome, front_end.stdout().as_str()), (CellOutcome::Done, "Ada secret\n"));
    let asked: Vec<_> = front_end.asked.iter().map(|asked| (asked.prompt.as_str(), asked.password)).collect();
    assert_eq!(asked, [("name", false), ("word", true)]);
    let (outcome, _) = answering(code, &[]);
    let CellOutcome::Failed(error) = outcome else { panic!("nobody answers, and yet there is an answer") };
    assert_eq!(error.name, "NoInput");

    let code = format!("println!(\"EVCXR_INPUT_REQUEST_PASSWORD:word\"); {read} print!(\"{{line}}\");");
    let (_, front_end) = answering(&code, &[Some("secret")]);
    assert_eq!((front_end.stdout().as_str(), front_end.asked[0].prompt.as_str()), ("secret\n", "word"));
    assert!(front_end.asked[0].password);

    let (outcome, front_end) =
        answering("std::process::Command::new(\"head\").arg(\"-n1\").status().unwrap();", &[Some("for a child")]);
    assert_eq!((outcome, front_end.stdout().as_str()), (CellOutcome::Done, "for a child\n"));
}

#[test]
fn displays_come_in_order_change_and_go() {
    if !in_known_environment("sessions::displays_come_in_order_change_and_go") {
        return;
    }
    let mut desk = Desk::start();
    let front_end = desk.run(
        "fn text(text: &str) -> Bundle { let mut b = Bundle::new(); b.text(\"text/plain\", text); b }\n\
         text(\"a\").show(); println!(\"b\"); let live = text(\"c\").show_live(); text(\"d\").show();\n\
         live.update(&text(\"e\")); clear_output(true); 7",
    );
    let told = |output: &Output| match output {
        Output::Stdout(text) => text.clone(),
        Output::Display { data, update, is_result, .. } => format!("{} {update} {is_result}", data["text/plain"]),
        other => format!("{other:?}"),
    };
    assert_eq!(
        front_end.outputs.iter().map(told).collect::<Vec<_>>(),
        [
            "\"a\" false false",
            "b\n",
            "\"c\" false false",
            "\"d\" false false",
            "\"e\" true false",
            "ClearOutput { wait: true }",
            "\"7\" false true"
        ]
    );
    let id = |index: usize| match &front_end.outputs[index] {
        Output::Display { display_id, .. } => display_id.clone(),
        _ => None,
    };
    assert!(id(2).is_some() && id(2) == id(4) && id(0).is_none());

    let front_end = desk.run("live.update(&text(\"later\"));");
    assert!(matches!(&front_end.outputs[..], [Output::Display { update: true, .. }]), "{:?}", front_end.outputs);

    // What libraries print for evcxr: forms of one value together, the same type twice is two displays.
    let front_end = desk.run(
        "for n in 0..2 { println!(\"EVCXR_BEGIN_CONTENT text/html\\n<b>{n}</b>\\nEVCXR_END_CONTENT\");\n\
         println!(\"EVCXR_BEGIN_CONTENT application/json\\n[{n}]\\nEVCXR_END_CONTENT\"); } print!(\"end\");",
    );
    let forms: Vec<Value> = front_end
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Display { data, .. } => Some(json!(data)),
            _ => None,
        })
        .collect();
    let form = |n: i32| json!({"text/html": format!("<b>{n}</b>"), "application/json": [n]});
    assert_eq!(forms, [form(0), form(1)]);
    assert_eq!(front_end.stdout(), "end");

    let front_end = desk.run(
        "let mut image = vec![137_u8, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 2, 0, 0, 0, 3];\n\
         image",
    );
    let [Output::Display { data, metadata, is_result: true, .. }] = &front_end.outputs[..] else {
        panic!("{:?}", front_end.outputs)
    };
    assert_eq!(data["image/png"], "iVBORw0KGgoAAAANSUhEUgAAAAIAAAAD");
    assert_eq!(metadata["image/png"], json!({"width": 2, "height": 3}));

    let front_end = desk.run("let mut bar = kovacs::progress(\"fitting\", 1000); for _ in 0..1000 { bar.step(); }");
    let shown = front_end.shown();
    assert!(shown[0].starts_with("fitting: 0 of 1000"), "{shown:?}");
    assert!(shown.last().is_some_and(|last| last.starts_with("fitting: 1000 of 1000")), "{shown:?}");
    assert!(shown.len() < 200, "drawn {} times", shown.len());
}

#[test]
fn a_cell_that_ruins_its_process_gets_a_reason_and_a_new_process() {
    if !in_known_environment("sessions::a_cell_that_ruins_its_process_gets_a_reason_and_a_new_process") {
        return;
    }
    let mut desk = Desk::start();
    desk.run(
        "unsafe extern \"C\" { fn fork() -> i32; fn close(descriptor: i32) -> i32; fn raise(signal: i32) -> i32; }",
    );
    desk.run("fn deeper(n: [u64; 64]) -> u64 { let m = [n[0] + 1; 64]; if m[0] == 0 { 1 } else { deeper(m) + n[1] } }");
    for (code, reason) in [
        ("println!(\"last words\"); std::process::exit(3)", "it called `exit(3)`"),
        ("println!(\"last words\"); std::process::abort()", "SIGABRT: it called `abort`"),
        ("println!(\"last words\"); deeper([0; 64])", "the stack overflowed"),
        (
            "println!(\"last words\"); let mut all: Vec<Vec<u8>> = vec![]; loop { all.push(vec![1; 100_000_000]); }",
            "out of memory: memory allocation of ",
        ),
        ("println!(\"last words\"); unsafe { (8 as *mut u8).write_volatile(1) };", "SIGSEGV"),
        ("println!(\"last words\"); unsafe { raise(9) };", "SIGKILL: killed from outside"),
    ] {
        desk.run("let precious = 1;");
        let mut front_end = FrontEnd::default();
        let error = desk.fails(code, &mut front_end);
        assert_eq!((error.kind, error.variables_lost), (CellErrorKind::ProcessDied, true), "{error:?}");
        assert!(error.message.contains(reason), "{code}: {}", error.message);
        assert!(error.message.ends_with("; lost: `precious`"), "{}", error.message);
        assert_eq!(front_end.stdout(), "last words\n", "{code}: nothing that was printed is lost");
    }

    // These do not end the process.
    let front_end = desk.run(
        "let child = unsafe { fork() }; if child == 0 { print!(\"child\"); } else { \
         std::thread::sleep(std::time::Duration::from_millis(300)); print!(\"parent\"); }",
    );
    assert_eq!(front_end.stdout().replace("child", ""), "parent", "the cell ran once");
    let front_end = desk.run("unsafe { close(1); close(2); close(0) }; 1");
    assert_eq!(front_end.shown(), ["1"]);
    assert!(front_end.stderr().contains("connected again"), "{}", front_end.stderr());
    let error = desk.fails("unsafe { close(1) }; panic!(\"seen\");", &mut FrontEnd::default());
    assert_eq!((error.kind, error.message.as_str()), (CellErrorKind::Panic, "seen"));
    assert_eq!(desk.run("println!(\"open\");").stdout(), "open\n");
    let front_end = desk.run("unsafe { raise(19) }; print!(\"awake\");");
    assert_eq!(front_end.stdout(), "awake");
    assert!(front_end.stderr().contains("stopped by a signal"), "{}", front_end.stderr());

    let error = desk.fails(
        "let folder = std::env::var(\"KOVACS_EVENTS\").unwrap();\n\
         std::fs::remove_dir_all(std::path::Path::new(&folder).parent().unwrap()).unwrap();",
        &mut FrontEnd::default(),
    );
    assert!(error.message.contains("own folder"), "{}", error.message);
    assert_eq!(desk.run("2").shown(), ["2"]);
}

#[test]
fn floods_threads_and_variables() {
    if !in_known_environment("sessions::floods_threads_and_variables") {
        return;
    }
    let mut desk = Desk::start();
    let mut bytes = 0;
    let mut count = |output: Output| {
        if let Output::Stdout(text) = output {
            bytes += text.len();
        }
    };
    let code = "let line = \"x\".repeat(999); for _ in 0..100_000 { println!(\"{line}\"); }";
    let outcome = desk.session.execute(code, &Limits::default(), &mut count).expect("the session goes on");
    assert_eq!((outcome, bytes), (CellOutcome::Done, 100_000_000), "nothing is missing for a client that reads");

    // The thread waits for a file that is there when its cell is over.
    desk.run(
        "std::thread::spawn(|| { while !std::path::Path::new(\"over\").exists() { \
         std::thread::sleep(std::time::Duration::from_millis(20)); } println!(\"later\"); });",
    );
    std::fs::write(desk.folder.path().join("over"), "").expect("written");
    let mut front_end = FrontEnd::default();
    for _ in 0..600 {
        desk.session.background(&mut front_end);
        if !front_end.outputs.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(front_end.stdout(), "later\n");

    desk.run("struct Silent; let list = vec![1.0_f64; 3]; let silent = Silent; let word = String::from(\"σ\");");
    let variables = desk.session.variables().expect("the session goes on");
    let of = |name: &str| {
        let found = variables.iter().find(|variable| variable.name == name);
        found.map(|found| (found.bytes, found.preview.as_deref())).expect("it is listed")
    };
    assert_eq!(of("list"), (Some(24 + 24), Some("[1.0, 1.0, 1.0]")));
    assert_eq!((of("silent"), of("word")), ((Some(0), None), (Some(24 + 2), Some("\"σ\""))));
    assert_eq!(desk.run("list.len()").shown(), ["3"], "looking takes nothing away");
}

#[test]
fn a_crate_that_compiles_for_long_is_stopped_and_nothing_is_lost() {
    if !in_known_environment("sessions::a_crate_that_compiles_for_long_is_stopped_and_nothing_is_lost") {
        return;
    }
    let mut desk = Desk::start();
    desk.run("let kept = 5;");
    let slow = desk.folder.path().join("slow");
    std::fs::create_dir_all(slow.join("src")).expect("a folder");
    let manifest = "[package]\nname = \"slow\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    let begun = slow.join("begun");
    let build = format!(
        "fn main() {{ std::fs::write({begun:?}, \"\").unwrap(); std::thread::sleep(std::time::Duration::from_secs(600)); }}"
    );
    for (name, text) in [("Cargo.toml", manifest), ("src/lib.rs", ""), ("build.rs", &build)] {
        std::fs::write(slow.join(name), text).expect("a file");
    }
    let interrupter = desk.session.interrupter();
    let user = std::thread::spawn(move || {
        while !begun.exists() {
            std::thread::sleep(Duration::from_millis(20));
        }
        interrupter.interrupt();
    });
    let error = desk.fails(&format!(":dep slow = {{ path = {slow:?} }}\nkept"), &mut FrontEnd::default());
    user.join().expect("it was interrupted");
    assert_eq!((error.kind, error.variables_lost), (CellErrorKind::Interrupted, false), "{error:?}");
    assert_eq!(desk.run("kept + 1").shown(), ["6"]);
}
