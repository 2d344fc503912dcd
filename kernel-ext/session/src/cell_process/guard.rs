//! What the cell process does so that a cell's misfortune stays its own: it is the first to go when memory runs out,
//! and a copy of it that a cell makes with `fork` does not speak for it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// Name of the environment variable with the most memory that cells may allocate: bytes, or `4G`, `500M`; `unlimited`.
const MEMORY_VARIABLE: &str = "KOVACS_CELL_MEMORY";

/// Makes the system's choice of what to kill fall on this process, and sets its limit of memory: a refused allocation
/// has a message, a killed process has none.
pub(super) fn memory() {
    // Without `/proc` the system chooses by size alone.
    let _ = fs::write("/proc/self/oom_score_adj", "900");
    let asked = std::env::var(MEMORY_VARIABLE).ok();
    let limit = match asked.as_deref() {
        Some(text) => bytes(text),
        None => fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text)),
    };
    if let Some(limit) = limit {
        let maximum = getrlimit(Resource::Data).maximum;
        // What the owner of the machine has set lower stays.
        let limit = maximum.map_or(limit, |maximum| maximum.min(limit));
        let _ = setrlimit(Resource::Data, Rlimit { current: Some(limit), maximum });
    }
}

/// `4G`, `500M`, `1048576`; `None` for anything else, which is no limit.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = match text.char_indices().next_back()? {
        (last, 'G' | 'g') => (&text[..last], 30),
        (last, 'M' | 'm') => (&text[..last], 20),
        (last, 'K' | 'k') => (&text[..last], 10),
        _ => (text, 0),
    };
    number.trim().parse::<u64>().ok()?.checked_mul(1 << unit)
}

/// The machine's memory, bytes, of `/proc/meminfo`.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

static FORKED: AtomicBool = AtomicBool::new(false);
static PRIVATE: [AtomicI32; 4] = [const { AtomicI32::new(-1) }; 4];

/// Whether this is a copy that a cell made with `fork`.
pub(super) fn is_copy() -> bool {
    FORKED.load(Ordering::Relaxed)
}

/// A copy made by `fork` must not hold these open: the session learns by their end that this process has died.
#[expect(unsafe_code, reason = "only the C library tells of a `fork`")]
pub(super) fn forget_in_copies(descriptors: [RawFd; 4]) {
    unsafe extern "C" {
        fn pthread_atfork(
            before: Option<unsafe extern "C" fn()>,
            parent: Option<unsafe extern "C" fn()>,
            child: Option<unsafe extern "C" fn()>,
        ) -> i32;
    }
    unsafe extern "C" fn in_child() {
        FORKED.store(true, Ordering::Relaxed);
        for descriptor in &PRIVATE {
            let descriptor = descriptor.load(Ordering::Relaxed);
            if descriptor >= 0 {
                // SAFETY: `close` is async-signal-safe; nothing in the copy uses these descriptors, see `is_copy`.
                unsafe { rustix::io::close(descriptor) };
            }
        }
    }
    for (place, descriptor) in PRIVATE.iter().zip(descriptors) {
        place.store(descriptor, Ordering::Relaxed);
    }
    // SAFETY: the handler is a static function. It fails only without memory; then a copy is told from nothing.
    unsafe { pthread_atfork(None, None, Some(in_child)) };
}

/// Ends a copy where the cell ends: it must not go on as the cell process.
#[expect(unsafe_code, reason = "ending without running handlers has no safe function")]
pub(super) fn end_copy() -> ! {
    unsafe extern "C" {
        fn _exit(status: i32) -> !;
    }
    // SAFETY: takes any status, never returns.
    unsafe { _exit(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_people_write_it() {
        assert_eq!(bytes("4G"), Some(4 << 30));
        assert_eq!(bytes(" 500 M"), Some(500 << 20));
        assert_eq!(bytes("1048576"), Some(1 << 20));
        for none in ["unlimited", "", "G", "99999999999G"] {
            assert_eq!(bytes(none), None, "{none}");
        }
        assert_eq!(total("MemFree: 3 kB\nMemTotal:       24000 kB\n"), Some(24_576_000));
    }
}
