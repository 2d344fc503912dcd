//! The process that analyses: requests on standard input, answers on standard output, one line of JSON each.

use crate::analyser::{Completed, Program, World};
use crate::answer::Inspection;
use kovacs_session::Sources;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// First argument that makes the executable an analyser; the second one holds the [`Sources`].
pub const ASSIST_ARGUMENT: &str = "__assist";

/// Room for what rust-analyzer calls itself for; only what is used takes memory.
const STACK: usize = 256 << 20;

/// Asked of the analyser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// What could stand at the cursor?
    Complete(Program),
    /// What is this?
    Inspect { program: Program, with_source: bool },
}

/// Answered by the analyser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// The sources are read.
    Ready,
    /// They cannot be read, or a question could not be answered.
    Failed(String),
    /// What could stand there.
    Completed(Completed),
    /// What it is.
    Inspected(Option<Inspection>),
}

/// Answers questions until standard input closes. `give_back` is called after loading, to give freed memory back to
/// the system: half of what loading takes.
///
/// # Errors
/// The arguments are not an assistant's, the sources cannot be read, or the streams are broken.
pub fn serve(arguments: &str, give_back: fn()) -> io::Result<()> {
    let sources: Sources = serde_json::from_str(arguments).map_err(io::Error::other)?;
    let thread = std::thread::Builder::new().name("analyser".into()).stack_size(STACK);
    let thread = thread.spawn(move || answer_all(&sources, give_back))?;
    thread.join().unwrap_or_else(|_| Err(io::Error::other("the analyser panicked")))
}

fn answer_all(sources: &Sources, give_back: fn()) -> io::Result<()> {
    let mut world = match World::load(sources) {
        Ok(world) => world,
        Err(error) => return reply(&Reply::Failed(error.to_string())),
    };
    world.warm_up(&sources.beginning);
    give_back();
    reply(&Reply::Ready)?;
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?) {
            // A panic of rust-analyzer costs one answer.
            Ok(request) => catch_unwind(AssertUnwindSafe(|| answer(&mut world, request)))
                .unwrap_or_else(|panic| Reply::Failed(format!("rust-analyzer panicked: {}", words_of(panic.as_ref())))),
            Err(error) => Reply::Failed(error.to_string()),
        };
        reply(&answer)?;
    }
    Ok(())
}

fn answer(world: &mut World, request: Request) -> Reply {
    match request {
        Request::Complete(program) => Reply::Completed(world.complete(&program)),
        Request::Inspect { program, with_source } => Reply::Inspected(world.inspect(&program, with_source)),
    }
}

fn reply(reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply).map_err(io::Error::other)?;
    line.push(b'\n');
    let mut output = io::stdout().lock();
    output.write_all(&line)?;
    output.flush()
}

/// What a panic says.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
