//! Rust's syntax, read with a bound on what nesting can cost.
//!
//! The parser calls itself for each level of nesting, so a text of nothing but brackets would overflow the stack and
//! end the process. It therefore runs on a thread with a stack that is large enough for the longest text accepted; of
//! that stack only what is used takes memory.

use ra_ap_parser::Edition;
use ra_ap_syntax::{Parse, SourceFile};

/// The edition in which cells are compiled.
pub(crate) const EDITION: Edition = Edition::Edition2024;
/// Longer texts than this many tokens are not parsed.
const MOST_TOKENS: usize = 20_000;
/// Ten times what a level of nesting takes, for each of the tokens.
const STACK: usize = 512 << 20;

/// Runs `work` on a thread whose stack is large enough to parse `tokens` tokens, however they are nested. `None` if
/// there are too many of them, or no thread.
pub(crate) fn with_deep_stack<T: Send>(tokens: usize, work: impl FnOnce() -> T + Send) -> Option<T> {
    if tokens > MOST_TOKENS {
        return None;
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("syntax".into()).stack_size(STACK).spawn_scoped(scope, work);
        thread.ok()?.join().ok()
    })
}

/// The text before the code of a cell when it is parsed as the body of a function.
pub(crate) const OPENING: &str = "fn cell() {\n";

/// Parses the code of a cell as the body of a function.
pub(crate) fn parse_body(code: &str) -> Parse<SourceFile> {
    SourceFile::parse(&format!("{OPENING}{code}\n}}"), EDITION)
}
