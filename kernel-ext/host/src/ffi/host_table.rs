//! What the host says of itself to a library, and where it keeps what the library says.

use kovacs_abi as abi;
use std::collections::VecDeque;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::{Mutex, PoisonError};

/// Older lines are dropped: a model that logs in a loop must not fill the memory.
const LINES_KEPT: usize = 200;
/// Longer messages are cut.
const MESSAGE_LIMIT: usize = 4096;

/// A message of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    pub(crate) level: i32,
    pub(crate) message: String,
}

/// The table handed to one library, and what that library has logged.
pub(super) struct HostTable {
    table: abi::Host,
    log: &'static Log,
}

// SAFETY: the pointers of the table lead to constant strings and to the log, which has a lock.
unsafe impl Send for HostTable {}
// SAFETY: as above.
unsafe impl Sync for HostTable {}

/// The latest lines of one library, oldest first.
#[derive(Default)]
struct Log {
    lines: Mutex<VecDeque<LogLine>>,
}

impl HostTable {
    /// A table that lives for ever, as the header promises.
    pub(super) fn leaked() -> &'static HostTable {
        const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => panic!("a version has no NUL in it"),
        };
        let log: &'static Log = Box::leak(Box::default());
        Box::leak(Box::new(HostTable {
            table: abi::Host {
                struct_size: size_of::<abi::Host>() as u32,
                abi_minor: abi::ABI_MINOR,
                name: c"kovacs".as_ptr(),
                version: VERSION.as_ptr(),
                host_data: ptr::from_ref(log).cast_mut().cast(),
                log: Some(take_message),
                extension: Some(no_extension),
            },
            log,
        }))
    }

    pub(super) fn table(&'static self) -> *const abi::Host {
        &self.table
    }

    /// What was logged, oldest first.
    pub(super) fn lines(&self) -> Vec<LogLine> {
        self.log.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Log {
    fn push(&self, line: LogLine) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES_KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

unsafe extern "C" fn take_message(host_data: *mut c_void, level: i32, message: *const c_char) {
    // SAFETY: the header: a library hands back the `host_data` it was given, which is a leaked `Log`.
    let Some(log) = (unsafe { host_data.cast_const().cast::<Log>().as_ref() }) else { return };
    // SAFETY: the header: a string that lives during the call.
    if let Some(bytes) = unsafe { bytes_until_nul(message, MESSAGE_LIMIT) } {
        log.push(LogLine { level, message: String::from_utf8_lossy(bytes).into_owned() });
    }
}

unsafe extern "C" fn no_extension(_host_data: *mut c_void, _id: *const c_char) -> *const c_void {
    ptr::null()
}

/// The bytes of a C string, cut after `limit`; `None` for NULL.
///
/// # Safety
/// `text` is null or leads to a NUL, or to at least `limit` bytes.
pub(super) unsafe fn bytes_until_nul<'a>(text: *const c_char, limit: usize) -> Option<&'a [u8]> {
    if text.is_null() {
        return None;
    }
    let mut length = 0;
    // SAFETY: no byte beyond the NUL or the limit is read.
    while length < limit && unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: these bytes were just read.
    Some(unsafe { std::slice::from_raw_parts(text.cast(), length) })
}
