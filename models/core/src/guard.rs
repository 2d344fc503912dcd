//! Keeps a panic inside the model and remembers what it said.
//!
//! A panic must not cross the C interface: it would abort the process, since plugin and host have a standard library
//! each. The panic hook is installed once per copy of this crate. It keeps message and place of a panic that happens
//! inside a guard, and hands every other panic to the hook that was there before, so a program that links models
//! statically keeps its own.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A panic that was caught. Displays as `panic at FILE:LINE: what it said`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// File and line (from 1), as the compiler names them; `None` where another hook took the place of ours.
    pub place: Option<(String, u32)>,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some((file, line)) => write!(f, "panic at {file}:{line}: {}", self.message),
            None => write!(f, "panic: {}", self.message),
        }
    }
}

/// What the hook knows of this thread.
struct Watch {
    inside: bool,
    caught: Option<Panic>,
}

thread_local! {
    static WATCH: RefCell<Watch> = const { RefCell::new(Watch { inside: false, caught: None }) };
}

/// Installs the hook, once. A thread that is already panicking cannot install one; its message is then printed by the
/// hook that is there, and the guard still holds.
pub fn install_hook() {
    static INSTALLED: Once = Once::new();
    if std::thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if !keep(info) {
                previous(info);
            }
        }));
    });
}

/// Runs `body`; a panic becomes its message and place, in words.
///
/// # Errors
/// It panicked.
pub fn guard<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch(body).map_err(|panic| panic.to_string())
}

/// Runs `body`; a panic becomes a value.
///
/// # Errors
/// It panicked.
pub fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    let outer = enter(true);
    let result = catch_unwind(AssertUnwindSafe(body));
    enter(outer);
    result.map_err(|payload| {
        let kept = WATCH.try_with(|watch| watch.try_borrow_mut().ok().and_then(|mut watch| watch.caught.take()));
        kept.ok().flatten().unwrap_or_else(|| Panic { message: text_of(&*payload).to_owned(), place: None })
    })
}

/// Runs `body` as if there were no guard: a panic in it is reported by the program's own hook. Used where a model calls
/// back into the program.
pub fn outside<T>(body: impl FnOnce() -> T) -> T {
    let outer = enter(false);
    let result = body();
    enter(outer);
    result
}

/// Sets whether this thread is inside a guard and gives what it was before.
fn enter(inside: bool) -> bool {
    let replaced = WATCH.try_with(|watch| match watch.try_borrow_mut() {
        Ok(mut watch) => std::mem::replace(&mut watch.inside, inside),
        Err(_) => false,
    });
    replaced.unwrap_or(false)
}

/// Keeps message and place if this thread is inside a guard.
fn keep(info: &PanicHookInfo<'_>) -> bool {
    let kept = WATCH.try_with(|watch| {
        let Ok(mut watch) = watch.try_borrow_mut() else { return false };
        if watch.inside {
            let place = info.location().map(|at| (at.file().to_owned(), at.line()));
            watch.caught = Some(Panic { message: text_of(info.payload()).to_owned(), place });
        }
        watch.inside
    });
    kept.unwrap_or(false)
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_place() {
        install_hook();
        let line = line!() + 1;
        let message = guard(|| panic!("boom at tau = {}", 42)).unwrap_err();
        assert_eq!(message, format!("panic at {}:{line}: boom at tau = 42", file!()));
    }

    #[test]
    fn a_guard_within_a_guard_leaves_the_outer_one_in_force() {
        install_hook();
        let message = guard(|| {
            let inner = guard(|| panic!("inner")).unwrap_err();
            assert!(inner.ends_with("inner"));
            panic!("outer")
        });
        assert!(message.unwrap_err().ends_with("outer"));
    }
}
