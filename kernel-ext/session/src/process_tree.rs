//! Finds the compilers that a running engine has started, so that they can be stopped.
//!
//! evcxr waits for cargo and does not give its process away. Linux tells every process's parent in `/proc`; elsewhere
//! nothing is found, and the session restarts the whole engine instead.

use rustix::process::{Pid, Signal, kill_process};
use std::fs;

/// Processes started by `ancestor`, directly or not, without `except` and what that one started.
pub(crate) fn descendants(ancestor: u32, except: Option<u32>) -> Vec<u32> {
    let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name in parentheses may hold anything; state and parent follow the last one.
            let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(processes.iter().filter(|(pid, of)| *of == parent && Some(*pid) != except).map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

/// Ends every process that this one has started, directly or not: for a host that has to go while a session starts.
pub fn end_descendants() {
    for pid in descendants(std::process::id(), None) {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // It may have ended in the meantime.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Whether a signal has stopped this process.
pub(crate) fn is_stopped(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_child_is_found_unless_excepted() {
        let mut child = Command::new("sleep").arg("30").stdin(Stdio::null()).spawn().expect("sleep exists");
        let own = std::process::id();
        assert!(descendants(own, None).contains(&child.id()));
        assert!(!descendants(own, Some(child.id())).contains(&child.id()));
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
    }
}
