//! Why a cell process ended, in words that say what to do.

/// What the system and the process itself left of its end, as one phrase.
///
/// `status` is evcxr's message, which ends in the exit status; `last_words` what came on standard error last.
pub(crate) fn reason(status: &str, last_words: &str) -> String {
    if last_words.contains("has overflowed its stack") {
        return "the stack overflowed: a function calls itself without end, or a value is too large for the stack \
                (keep it in a `Vec` or a `Box`)"
            .into();
    }
    if let Some(start) = last_words.rfind("memory allocation of ") {
        let wanted: String = last_words[start..].chars().take_while(|letter| *letter != '\n').collect();
        return format!("out of memory: {wanted}; `KOVACS_CELL_MEMORY` sets how much cells may have");
    }
    let status = status.rsplit("terminated with status: ").next().unwrap_or(status).trim();
    if let Some(code) = status.strip_prefix("exit status: ") {
        return format!("it called `exit({code})`");
    }
    let signal = status.strip_prefix("signal: ").unwrap_or(status);
    let name: String = signal.chars().skip_while(|letter| *letter != '(').skip(1).take_while(|l| *l != ')').collect();
    let meaning = match name.as_str() {
        "SIGKILL" => "killed from outside; that is what the system does when memory runs out",
        "SIGABRT" => "it called `abort`, or a panic met code that cannot be unwound",
        "SIGSEGV" | "SIGBUS" => "it used memory that is not its own: a defect of unsafe code, of a library or a plugin",
        "SIGILL" => "it met an instruction that is none, which is how some libraries stop",
        "SIGFPE" => "an arithmetic exception in compiled code of a library",
        "SIGXFSZ" => "a file grew larger than is allowed here",
        "SIGXCPU" => "it used more processor time than is allowed here",
        "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGQUIT" => "ended from outside",
        _ => return if status.is_empty() { "for an unknown reason".into() } else { status.to_owned() },
    };
    format!("{name}: {meaning}")
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn the_reason_names_what_happened() {
        let status = |rest: &str| format!("Subprocess terminated with status: {rest}");
        assert_eq!(reason(&status("exit status: 3"), ""), "it called `exit(3)`");
        assert!(reason(&status("signal: 9 (SIGKILL)"), "").starts_with("SIGKILL: killed from outside"));
        assert!(reason(&status("signal: 6 (SIGABRT) (core dumped)"), "").starts_with("SIGABRT: it called `abort`"));
        let overflow = "\nthread 'main' (7) has overflowed its stack\nfatal runtime error: stack overflow, aborting\n";
        assert!(reason(&status("signal: 6 (SIGABRT)"), overflow).starts_with("the stack overflowed"));
        let memory = "memory allocation of 1099511627776 bytes failed\n";
        assert!(
            reason(&status("signal: 6 (SIGABRT)"), memory)
                .starts_with("out of memory: memory allocation of 1099511627776 bytes failed;")
        );
        assert_eq!(reason("Subprocess didn't start: no", ""), "Subprocess didn't start: no");
        assert_eq!(reason("", ""), "for an unknown reason");
    }
}
